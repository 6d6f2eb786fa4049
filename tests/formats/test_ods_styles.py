"""The styles of an OpenDocument spreadsheet: what they hide, and how cells of them look."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport.formats.colours import BLACK, FAINT, TINY, WHITE, Colour, Font
from xlreport.formats.conditional import NO_CHANGE, Change, Look
from xlreport.formats.ods_styles import OdsStyles, StyleMap

RED: Colour = (255, 0, 0)
Elements = dict[str, dict[str, str]]

TEXT, CELL = "style:text-properties", "style:table-cell-properties"


def fed(*styles: tuple[dict[str, str], Elements]) -> OdsStyles:
    """Styles of these attributes with these elements in them."""
    found = OdsStyles()
    for attributes, inside in styles:
        given = {"style:family": "table-cell", **attributes}
        found.start("style:style", given)
        for name, more in inside.items():
            found.start(name, more)
            found.end(name)
        found.end("style:style")
    return found


def one(inside: Elements, **attributes: str) -> OdsStyles:
    named = {"style:" + name.replace("_", "-"): text for name, text in attributes.items()}
    return fed(({"style:name": "a", **named}, inside))


@pytest.mark.parametrize(
    ("inside", "font"),
    [
        ({}, Font()),
        ({TEXT: {"fo:color": "#ff0000"}}, Font(RED)),
        ({TEXT: {"fo:color": "#ff0000", "style:use-window-font-color": "true"}}, Font(BLACK)),
        ({TEXT: {"fo:color": "#ff0000", "style:use-window-font-color": "false"}}, Font(RED)),
        ({TEXT: {"fo:font-size": "8pt"}}, Font(BLACK, 8.0)),
        ({TEXT: {"fo:font-size": "80%"}}, Font()),
        ({"style:other": {"fo:color": "#ff0000"}}, Font()),
    ],
)
def test_the_font_of_a_style(inside: Elements, font: Font) -> None:
    assert one(inside).look("a") == Look(font)


@pytest.mark.parametrize(
    ("size", "points"),
    [("1in", 72.0), ("2.54cm", 72.0), ("25.4mm", 72.0), ("6pc", 72.0), (".5pt", 0.5), ("4px", 3.0)],
)
def test_lengths(size: str, points: float) -> None:
    assert one({TEXT: {"fo:font-size": size}}).look("a").font.size == pytest.approx(points)


@pytest.mark.parametrize(
    ("colour", "ground"),
    [("#ff0000", RED), ("transparent", WHITE), ("x", WHITE), ("", WHITE)],
)
def test_the_ground_of_a_style(colour: str, ground: Colour) -> None:
    assert one({CELL: {"fo:background-color": colour}}).look("a").ground == ground


def test_a_style_takes_after_its_parents() -> None:
    found = fed(
        ({"style:name": "Default"}, {TEXT: {"fo:color": "#ffffff"}}),
        ({"style:name": "grey", "style:data-style-name": "N"}, {CELL: {"fo:background-color": "#808080"}}),
        (
            {"style:name": "a", "style:parent-style-name": "grey"},
            {TEXT: {"fo:color": "#ff0000", "fo:font-size": "9pt"}},
        ),
        ({"style:name": "b", "style:parent-style-name": "a"}, {CELL: {"style:repeat-content": "true"}}),
        (
            {"style:name": "c", "style:parent-style-name": "b", "style:data-style-name": "D"},
            {CELL: {"style:repeat-content": "false"}},
        ),
        ({"style:name": "round", "style:parent-style-name": "round"}, {}),
    )  # fmt: skip
    found.numbers.start("number:date-style", {"style:name": "D"})
    grey = (128, 128, 128)
    assert found.look("b") == Look(Font(RED, 9.0), grey)
    assert found.look("") == Look(Font(WHITE))
    assert found.look("unknown") == Look()
    assert found.look("round") == Look()
    assert [found.repeats(name) for name in ("a", "b", "c", "")] == [False, True, False, False]
    assert [found.shows_date(name) for name in ("b", "c")] == [False, True]


def test_a_long_line_of_parents_ends() -> None:
    line: list[tuple[dict[str, str], Elements]] = [
        ({"style:name": str(i), "style:parent-style-name": str(i + 1)}, {}) for i in range(30)
    ]
    found = fed(*line)
    assert len(found._with_parents("0")) == 20


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ({}, ""),
        ({TEXT: {"fo:color": "#ffffff"}}, FAINT),
        ({TEXT: {"fo:font-size": "2pt"}}, TINY),
    ],
)
def test_why_nobody_sees_a_cell(inside: Elements, reason: str) -> None:
    assert one(inside).why_unseen("a", None) == reason
    assert one(inside).why_unseen("a", Decimal(5)) == reason


def test_the_colour_of_a_number_style_comes_first() -> None:
    found = one({CELL: {"fo:background-color": "#ff0000"}}, data_style_name="N")
    found.numbers.start("number:number-style", {"style:name": "N"})
    found.start(TEXT, {"fo:color": "#ff0000"})
    found.start("number:text-content", {})
    found.end("number:number-style")
    assert found.why_unseen("a", Decimal(5)) == FAINT
    assert found.why_unseen("a", None) == ""
    assert found.shown("a", Decimal(5)) == "5"
    assert found.look("a").code == "@"


@pytest.mark.parametrize(("display", "hidden"), [("false", True), ("true", False), ("", False)])
def test_hidden_tables(display: str, hidden: bool) -> None:
    found = one({"style:table-properties": {"table:display": display}}, family="table")
    assert found.hides_table("a") is hidden
    assert not found.hides_table("b")
    assert not one({"style:table-properties": {"table:display": "false"}}).hides_table("a")


@pytest.mark.parametrize(
    ("family", "element", "attribute"),
    [
        ("table-row", "style:table-row-properties", "style:row-height"),
        ("table-column", "style:table-column-properties", "style:column-width"),
    ],
)
def test_rows_and_columns_that_are_too_small(family: str, element: str, attribute: str) -> None:
    for size, hidden in (("0cm", True), ("3pt", True), ("3.1pt", False), ("x", False)):
        found = one({element: {attribute: size}}, family=family)
        assert found.hides_line(family, "a") is hidden, size
    assert not found.hides_line(family, "b")
    assert not one({element: {}}, family=family).hides_line(family, "a")


def test_the_conditional_formats_of_a_style() -> None:
    found = OdsStyles()
    found.start("style:style", {"style:name": "a", "style:family": "table-cell"})
    map_ = {"style:condition": "c", "style:base-cell-address": "b", "style:apply-style-name": "s"}
    found.start("style:map", map_)
    found.start("style:map", {})
    found.end("style:style")
    found.start("style:map", map_)
    assert found.maps("a") == [StyleMap("c", "b", "s"), StyleMap("", "", "")]
    assert found.maps("b") == []


def test_what_a_style_changes_where_a_condition_is_true() -> None:
    found = fed(
        ({"style:name": "Default"}, {TEXT: {"fo:color": "#123456"}}),
        ({"style:name": "grey"}, {CELL: {"fo:background-color": "#808080"}}),
        (
            {"style:name": "a_5f_1", "style:display-name": "a_1", "style:parent-style-name": "grey"},
            {TEXT: {"fo:color": "#ff0000"}},
        ),
        ({"style:name": "b", "style:parent-style-name": "Default"}, {}),
        ({"style:name": "n", "style:data-style-name": "N"}, {}),
    )  # fmt: skip
    found.numbers.start("number:number-style", {"style:name": "N"})
    found.numbers.end("number:number-style")
    red_on_grey = Change(RED, (128, 128, 128), True)
    assert found.change("a_1") == found.change("a_5f_1") == red_on_grey
    assert found.change("b") == found.change("c") == NO_CHANGE
    assert found.change("n") == Change(code='""')


def test_default_styles_are_styles_too() -> None:
    found = OdsStyles()
    found.start("style:default-style", {"style:family": "table-cell"})
    found.start(TEXT, {"fo:color": "#ff0000"})
    found.end("style:default-style")
    found.start(TEXT, {"fo:color": "#ffffff"})
    assert found.styles["table-cell", ""].colour == RED
