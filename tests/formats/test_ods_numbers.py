"""The number styles of an OpenDocument spreadsheet."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from xlreport.formats.colours import WHITE
from xlreport.formats.guard import XmlHandler, parse_xml
from xlreport.formats.ods_numbers import NumberStyles

SPACES = {f"urn:{name}": name for name in ("number", "style", "fo")}


class Fed(XmlHandler):
    """Gives everything to the styles."""

    def __init__(self) -> None:
        self.styles = NumberStyles()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.styles.start(name, attributes)

    def data(self, text: str) -> None:
        self.styles.data(text)

    def end(self, name: str) -> None:
        self.styles.end(name)


def styles(xml: str) -> NumberStyles:
    """The styles of this XML, in which names without a prefix are those of numbers."""
    xml = re.sub(r"<(/?)([a-z-]+)(?=[\s/>])", r"<\1number:\2", xml)
    xml = re.sub(r" ([a-z-]+)=", r" number:\1=", xml)
    xml = xml.replace("number:name=", "style:name=")
    declared = " ".join(f'xmlns:{name}="{space}"' for space, name in SPACES.items())
    handler = Fed()
    parse_xml(f"<number:x {declared}>{xml}</number:x>".encode(), handler, SPACES)
    return handler.styles


def style(inside: str, kind: str = "number") -> str:
    return f'<{kind}-style name="a">{inside}</{kind}-style>'


NUMBER = '<number decimal-places="0"/>'


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (NUMBER, "0"),
        ("<number/>", "0.##########"),
        ('<number min-integer-digits="0" decimal-places="0"/>', "#"),
        ('<number min-integer-digits="3" decimal-places="0"/>', "000"),
        ('<number min-integer-digits="x" decimal-places="0"/>', "0"),
        ('<number decimal-places="2"/>', "0.00"),
        ('<number decimal-places="3" min-decimal-places="1"/>', "0.0##"),
        ('<number min-decimal-places="2"/>', "0.##########"),
        ('<number decimal-places="2" decimal-replacement=""/>', "0.##"),
        ('<number decimal-places="2" decimal-replacement="-"/>', "0.00"),
        ('<number decimal-places="99" min-decimal-places="0"/>', "0." + "#" * 30),
        ('<number decimal-places="0" grouping="true"/>', "#,##0"),
        ('<number decimal-places="0" grouping="false"/>', "0"),
        ('<number decimal-places="0" min-integer-digits="5" grouping="true"/>', "00,000"),
        (f"{NUMBER}<text>件</text>", '0"件"'),
        (f"<text>约</text>{NUMBER}", '"约"0'),
        ("<text/>", '""'),
        ("", '""'),
        ("<text-content/>", "@"),
        (f"<currency-symbol>￥</currency-symbol>{NUMBER}", '"￥"0'),
        ('<text>a"b</text>', '"a"\\""b"'),
        ("<text>%</text>", '"%"'),
        (f"{NUMBER}<other>甲</other>", "0"),
        (
            '<number min-integer-digits="5" decimal-places="0"><embedded-text position="4">万</embedded-text></number>',
            '0"万"0000',
        ),
        (
            '<number decimal-places="1"><embedded-text position="0">7</embedded-text></number>',
            '0"7".0',
        ),
        (
            '<number decimal-places="1"><embedded-text position="4">万</embedded-text></number>',
            '#"万"###0.0',
        ),
        (
            '<number decimal-places="0"><embedded-text position="3">a</embedded-text><embedded-text position="1">b</embedded-text></number>',
            '#"a"##"b"0',
        ),
        (
            '<number decimal-places="0"><embedded-text>7</embedded-text></number>',
            '0"7"',
        ),
    ],
)  # fmt: skip
def test_a_style_as_a_number_format(inside: str, code: str) -> None:
    assert styles(style(inside)).code("a") == code


def test_a_percentage_says_how_it_is_shown() -> None:
    found = styles(style(f"{NUMBER}<text> %</text>", "percentage"))
    assert found.code("a") == "0%"
    assert found.shown("a", Decimal("0.5")) == "50%"
    assert styles(style(f"{NUMBER}<text>％</text>", "percentage")).code("a") == '0"％"'


@pytest.mark.parametrize(
    "xml",
    [
        style("<scientific-number/>"),
        style("<fraction/>"),
        style(NUMBER, "date"),
        style(NUMBER, "time"),
        style(NUMBER, "boolean"),
        style('<number display-factor="x"/>'),
        style('<number display-factor="0"/>'),
        style('<number display-factor="-5"/>'),
        style('<number display-factor="inf"/>'),
    ],
)
def test_what_is_no_format_of_numbers_shows_what_nobody_knows(xml: str) -> None:
    found = styles(xml)
    assert (found.code("a"), found.shown("a", Decimal(5))) == (None, None)
    assert (found.code("b"), found.shown("b", Decimal(5))) == (None, None)


@pytest.mark.parametrize(
    ("factor", "number", "shown"),
    [("1000", "2500", "2.5"), ("10000", "2500", "0.3"), ("1", "2500", "2500.0")],
)
def test_a_number_is_divided_before_it_is_shown(factor: str, number: str, shown: str) -> None:
    found = styles(style(f'<number decimal-places="1" display-factor="{factor}"/>'))
    assert found.shown("a", Decimal(number)) == shown
    assert (found.code("a") is None) is (factor != "1")


def test_a_negative_number_is_left_to_what_is_written_beside_it() -> None:
    found = styles(style(NUMBER))
    assert found.shown("a", Decimal(0)) == "0"
    assert found.shown("a", Decimal(-1)) is None


def test_which_styles_show_dates() -> None:
    found = [
        styles(style("", kind)).shows_date("a") for kind in ("date", "time", "number", "boolean")
    ]
    assert found == [True, True, False, False]
    assert not styles("").shows_date("a")


MAPPED = (
    '<number-style name="many"><text>多</text></number-style>'
    '<number-style name="a"><text>少</text><style:text-properties fo:color="#ffffff"/>'
    '<style:map style:condition="{}" style:apply-style-name="many"/></number-style>'
)


@pytest.mark.parametrize(
    ("condition", "below", "same", "above"),
    [
        ("value()&lt;5", "多", "少", "少"),
        ("value()&lt;=5", "多", "多", "少"),
        ("value()&gt;5", "少", "少", "多"),
        ("value() &gt;= 5", "少", "多", "多"),
        ("value()=5", "少", "多", "少"),
        ("value()!=5", "多", "少", "多"),
        ("value()&gt;4.5", "少", "多", "多"),
    ],
)
def test_another_style_where_a_condition_is_true(
    condition: str, below: str, same: str, above: str
) -> None:
    found = styles(MAPPED.format(condition))
    shown = [found.shown("a", Decimal(number)) for number in (4, 5, 6)]
    assert shown == [below, same, above]


def test_the_first_condition_that_is_true_counts() -> None:
    second = '<style:map style:condition="value()&gt;3" style:apply-style-name="a"/></number-style>'
    mapped = MAPPED.format("value()&gt;5")
    found = styles(mapped[: -len("</number-style>")] + second)
    assert found.shown("a", Decimal(6)) == "多"
    assert found.code("a") == '[>5]"多";[>3]"少";"少"'


@pytest.mark.parametrize("condition", ["value()~5", "x", "value()&gt;x"])
def test_a_condition_that_is_not_understood(condition: str) -> None:
    found = styles(MAPPED.format(condition))
    assert (found.code("a"), found.shown("a", Decimal(5))) == (None, None)


def test_conditions_are_part_of_the_format() -> None:
    assert styles(MAPPED.format("value()!=5")).code("a") == '[<>5]"多";"少"'
    assert styles(MAPPED.format("value()&gt;-0.5")).code("a") == '[>-0.5]"多";"少"'
    missing = styles(MAPPED.format("value()&gt;5").replace('name="many"', 'name="other"', 1))
    assert (missing.code("a"), missing.shown("a", Decimal(6))) == (None, None)
    assert missing.shown("a", Decimal(5)) == "少"


def test_the_colour_of_the_text() -> None:
    found = styles(MAPPED.format("value()&gt;5"))
    few, many = (found.style_for("a", Decimal(number)) for number in (5, 6))
    assert few is not None
    assert few.colour == WHITE
    assert many is not None
    assert many.colour is None
    assert found.style_for("b", Decimal(5)) is None


def test_what_follows_a_style_is_none_of_it() -> None:
    found = styles(style(NUMBER) + "<text>甲</text><style:map/>乙")
    assert found.code("a") == "0"
