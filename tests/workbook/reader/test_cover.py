"""Whose report it is: the cover beside the identity."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from support.raw_books import COVER, COVER_LINES, put, raw_book, target, without_names
from xlreport import Form, Unit
from xlreport.a1 import address
from xlreport.findings import Severity
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import Place
from xlreport.workbook.layout.identity import SUMMARY, Identity
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.cover import Cover, cover_sheet, cover_spots, cover_text, read_cover
from xlreport.workbook.reader.headings import ENOUGH

ISSUED = Identity(unit="甲子镇", code="990101", level="乡镇", year="2025", kind="unit")
FULL = {"contact": "张三", "phone": "0000"}


def cover(form: Form, identity: Identity = ISSUED, /, **lines: str) -> Cover:
    others = {item.id: "已填" for item in form.identity if item.id not in COVER_LINES}
    book = raw_book(form, {**COVER_LINES, **others, **lines})
    return read_cover(book, layout_of(form), identity)


def codes(found: Cover) -> list[tuple[str, str]]:
    return [(f.code, f.field) for f in found.findings]


def test_a_full_cover_has_no_findings(any_form: Form) -> None:
    found = cover(any_form)
    assert codes(found) == []
    assert found.unit == Unit("甲子镇", "990101", "乡镇")
    assert not {"unit", "code", "level", "year"} & set(found.lines)


@pytest.mark.parametrize(
    ("item", "text", "message"),
    [
        ("unit", "乙丑镇", "封面的{}是“乙丑镇”，这份模板却是发给“甲子镇”的，无法判断是谁报的"),
        ("code", "990102", "封面的{}是“990102”，这份模板却是发给“990101”的，无法判断是谁报的"),
        ("level", "街道", "封面的{}是“街道”，这份模板却是发给“乡镇”的，无法判断是谁报的"),
        ("year", "2024", "封面的{}是“2024”，这份模板却是发给“2025”的，无法判断是哪一年的"),
    ],
)
def test_a_cover_of_another_unit_or_year(zfxxgk: Form, item: str, text: str, message: str) -> None:
    found = cover(zfxxgk, ISSUED, **{item: text})
    label = next(i.label for i in zfxxgk.identity if i.id == item)
    assert [f.message for f in found.findings] == [message.format(label)]
    assert codes(found) == [("F5", f"identity.{item}")]
    assert found.findings[0].sheet == COVER


def test_where_the_lines_of_the_cover_stand(zfxxgk: Form) -> None:
    book, layout = raw_book(zfxxgk), layout_of(zfxxgk)
    spots = {f"identity.{name}": (COVER, cell) for name, cell in layout.identity.items()}
    assert cover_spots(book, zfxxgk) == spots
    nowhere = replace(book, names={}, sheets={"封": book.sheets[COVER]})
    nowhere.sheets["封"].cells.clear()
    assert cover_spots(nowhere, zfxxgk) == {}


def test_what_the_identity_leaves_open_the_cover_says(zfxxgk: Form) -> None:
    found = cover(zfxxgk, Identity(year="2025", unit="甲子镇"), level="街道")
    assert found.unit == Unit("甲子镇", "990101", "街道")
    assert codes(found) == []


def without_cover(form: Form) -> RawBook:
    book = raw_book(form)
    others = {name: sheet for name, sheet in book.sheets.items() if name != COVER}
    return replace(book, sheets=others)


@pytest.mark.parametrize(
    ("identity", "code", "message"),
    [
        (Identity(), "F4", "文件里没有“封面”页，不知道是哪个单位报的"),
        (ISSUED, "R14", "文件里没有“封面”页，不知道填表人和联系电话"),
    ],
)
def test_nobody_is_asked_to_fill_in_a_cover_that_is_not_there(
    zfxxgk: Form, identity: Identity, code: str, message: str
) -> None:
    found = read_cover(without_cover(zfxxgk), layout_of(zfxxgk), identity)
    assert [(f.code, f.message, f.where) for f in found.findings] == [(code, message, "")]
    assert found.unit == Unit(identity.unit, identity.code, identity.level)


def test_a_summary_of_reports_that_name_no_county_has_no_name(zfxxgk: Form) -> None:
    found = cover(zfxxgk, Identity(kind=SUMMARY), unit="")
    assert "F4" not in [code for code, _ in codes(found)]


def test_no_unit_and_no_level(zfxxgk: Form) -> None:
    found = cover(zfxxgk, Identity(), unit="", level="")
    assert codes(found) == [("F4", "identity.unit"), ("R17", "identity.level")]
    assert [f.message for f in found.findings] == ["没有填写填报单位", "没有选单位类别"]
    assert found.unit == Unit("", "990101", "")


def test_a_level_that_is_not_in_the_list_counts_as_none(zfxxgk: Form) -> None:
    found = cover(zfxxgk, Identity(), level="村")
    assert [f.message for f in found.findings] == ["单位类别“村”不在列表中"]
    assert found.findings[0].observed == (("identity.level", "村"),)
    assert found.unit.level == ""


def test_lines_that_nobody_filled_in_are_told_together(zfxxgk: Form) -> None:
    others = [i for i in zfxxgk.identity if i.id not in COVER_LINES]
    found = cover(zfxxgk, ISSUED, **{others[1].id: ""})
    assert [f.message for f in found.findings] == [f"封面没有填写：{others[1].label}"]
    assert codes(found) == [("R14", f"identity.{others[0].id}")]
    summary = cover(zfxxgk, replace(ISSUED, kind="summary"), **{others[1].id: ""})
    assert codes(summary) == [], "a summary is no letter"


@pytest.mark.parametrize("text", ["甲" * 101, "甲\u200b乙"])
def test_a_line_that_is_too_long_or_hides_something_is_cut(zfxxgk: Form, text: str) -> None:
    item = next(i.id for i in zfxxgk.identity if i.id not in COVER_LINES)
    found = cover(zfxxgk, ISSUED, **{item: text})
    assert codes(found) == [("R25", "")]
    assert found.lines[item] == ("甲" * 100 if len(text) > 100 else "甲乙")
    fitting = cover(zfxxgk, ISSUED, **{item: "甲" * 100})
    assert codes(fitting) == []


def test_line_breaks_and_spaces_become_one_space(zfxxgk: Form) -> None:
    item = next(i.id for i in zfxxgk.identity if i.id not in COVER_LINES)
    assert cover(zfxxgk, ISSUED, **{item: " 张三\r\n　李四 "}).lines[item] == "张三 李四"


@pytest.fixture
def unnamed(zfxxgk: Form) -> RawBook:
    return without_names(raw_book(zfxxgk), "identity.unit")


def test_a_line_without_name_is_read_beside_its_label(zfxxgk: Form, unnamed: RawBook) -> None:
    item = next(i for i in zfxxgk.identity if i.id == "unit")
    assert cover_text(unnamed, zfxxgk, item) == "甲子镇"


def test_a_label_that_is_there_twice_tells_nothing(zfxxgk: Form, unnamed: RawBook) -> None:
    item = next(i for i in zfxxgk.identity if i.id == "unit")
    put(unnamed, (COVER, (30, 5)), RawCell("s", item.label))
    put(unnamed, (COVER, (30, 6)), RawCell("s", "乙丑镇"))
    assert cover_text(unnamed, zfxxgk, item) == ""


def test_an_empty_named_cell_is_not_looked_for_elsewhere(zfxxgk: Form) -> None:
    item = next(i for i in zfxxgk.identity if i.id == "unit")
    book = raw_book(zfxxgk, {})
    row, column = layout_of(zfxxgk).identity["unit"]
    put(book, (COVER, (row, column - 1)), RawCell("s", "别的字"))
    put(book, (COVER, (40, 0)), RawCell("s", item.label))
    put(book, (COVER, (40, 1)), RawCell("s", "乙丑镇"))
    assert cover_text(book, zfxxgk, item) == ""


# --- a name that went elsewhere than its label ----------------------------------------------


def named_elsewhere(form: Form, rows: int, columns: int, *, beside: str = "") -> RawBook:
    """The unit's name goes so many rows and columns from its cell and says 乙丑镇 there."""
    book = raw_book(form, {**COVER_LINES, **FULL, "unit": beside})
    row, column = layout_of(form).identity["unit"]
    spot = (COVER, (row + rows, column + columns))
    put(book, spot, RawCell("s", "乙丑镇"))
    return replace(book, names={**book.names, "identity.unit": target(spot)})


def read(book: RawBook, form: Form) -> Cover:
    return read_cover(book, layout_of(form), Identity(year="2025", kind="unit"))


def r8(found: Cover) -> list[tuple[str, str]]:
    return [(f.sheet, f.message) for f in found.findings if f.code == "R8"]


def test_a_name_further_right_counts_where_the_cell_beside_the_label_is_empty(
    zfxxgk: Form,
) -> None:
    found = read(named_elsewhere(zfxxgk, 0, 1), zfxxgk)
    assert found.unit.name == "乙丑镇"
    assert r8(found) == []
    row, column = layout_of(zfxxgk).identity["unit"]
    assert found.places["identity.unit"] == Place(COVER, address((row, column + 1)))


@pytest.mark.parametrize(
    ("rows", "columns", "beside", "name"),
    [(0, 1, "甲子镇", "甲子镇"), (30, 1, "", ""), (30, 0, "甲子镇", "甲子镇"), (0, -2, "", "")],
)
def test_any_other_name_gives_way_to_the_label_and_is_told(
    zfxxgk: Form, rows: int, columns: int, beside: str, name: str
) -> None:
    found = read(named_elsewhere(zfxxgk, rows, columns, beside=beside), zfxxgk)
    cell = address(layout_of(zfxxgk).identity["unit"])
    label = next(item.label for item in zfxxgk.identity if item.id == "unit")
    message = f"有 1 个格子的名称跟着拖动或剪切走了，已按表头读取：{cell}（{label}）"
    assert found.unit.name == name
    assert r8(found) == [(COVER, message)]


def test_all_names_that_went_elsewhere_are_told_together(zfxxgk: Form) -> None:
    book = named_elsewhere(zfxxgk, 30, 0, beside="甲子镇")
    names = {**book.names, "identity.code": target((COVER, (35, 0)))}
    ((_, message),) = r8(read(replace(book, names=names), zfxxgk))
    assert message.startswith("有 2 个格子的名称")
    assert message.count("、") == 1


def test_an_error_value_on_a_line_is_told_and_costs_no_report(zfxxgk: Form) -> None:
    item = next(item for item in zfxxgk.identity if item.id not in COVER_LINES)
    book = raw_book(zfxxgk)
    put(book, (COVER, layout_of(zfxxgk).identity[item.id]), RawCell("e", "#N/A"))
    (told,) = (f for f in read(book, zfxxgk).findings if f.code == "R33")
    assert told.message == f"“{item.label}”里是错误值，不是文字，读不出来"
    assert (told.severity, told.field) == (Severity.WARNING, f"identity.{item.id}")
    assert told.cell == address(layout_of(zfxxgk).identity[item.id])


# --- the sheet ------------------------------------------------------------------------------


def renamed(book: RawBook, *names: str) -> RawBook:
    """The cover under these names instead of its own."""
    sheets = {name: sheet for name, sheet in book.sheets.items() if name != COVER}
    for name in names:
        sheets[name] = replace(book.sheets[COVER], name=name)
    return replace(book, sheets=sheets)


def test_a_cover_of_another_name_is_the_one_sheet_with_its_labels(zfxxgk: Form) -> None:
    book = raw_book(zfxxgk)
    assert cover_sheet(book, zfxxgk) == COVER
    assert cover_sheet(renamed(book, "Sheet1"), zfxxgk) == "Sheet1"
    assert cover_sheet(renamed(book, "Sheet1", "Sheet2"), zfxxgk) is None
    assert cover_sheet(renamed(book), zfxxgk) is None


def test_four_labels_in_five_are_enough_for_a_cover(zfxxgk: Form) -> None:
    total = len(zfxxgk.identity)
    most_lost = total - math.ceil(ENOUGH * total)
    for lost, expected in ((most_lost, "Sheet1"), (most_lost + 1, None)):
        book = renamed(raw_book(zfxxgk), "Sheet1")
        for item in zfxxgk.identity[:lost]:
            row, column = layout_of(zfxxgk).identity[item.id]
            put(book, ("Sheet1", (row, column - 1)), RawCell("s", "别的"))
        assert cover_sheet(book, zfxxgk) == expected, lost
