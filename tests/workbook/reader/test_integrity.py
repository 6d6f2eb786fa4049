"""Content where the form has none, changed headings, and what touches no number."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

import pytest

from support.raw_books import put, raw_book
from xlreport import Form
from xlreport.a1 import Cell, address
from xlreport.formats.colours import WHITE
from xlreport.formats.conditional import Change, Rule
from xlreport.formats.conditions import SELF, UNKNOWN, Condition
from xlreport.formats.raw import Format, Hidden, RawBook, RawCell, RawSheet, Remark
from xlreport.workbook.layout.sheet import UNIT_ROW
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.headings import ENOUGH, squeezed
from xlreport.workbook.reader.integrity import MOST_TOLD, integrity_findings
from xlreport.workbook.reader.locate import locate

SHEET = "二、主动公开"
FAR = (SHEET, (50, 1))


def told(
    book: RawBook, form: Form, *, same_version: bool = True, is_summary: bool = False
) -> list[tuple[str, str, str, str]]:
    located = locate(book, layout_of(form))
    findings = integrity_findings(located, same_version=same_version, is_summary=is_summary)
    return [(f.code, f.sheet, f.cell, f.message) for f in findings]


@pytest.fixture
def book(zfxxgk: Form) -> RawBook:
    return raw_book(zfxxgk)


def test_an_untouched_workbook_has_no_findings(any_form: Form) -> None:
    assert told(raw_book(any_form), any_form) == []


def test_content_outside_the_form_is_told(book: RawBook, zfxxgk: Form) -> None:
    put(book, FAR, RawCell("s", "备注"))
    put(book, (SHEET, (51, 1)), RawCell("s", "  "))
    put(book, (SHEET, (UNIT_ROW, 0)), RawCell("str", "填报单位：", formula='="x"'))
    message = "不是填报的格子里有内容“备注”，不会读取"
    assert told(book, zfxxgk) == [("R5", SHEET, "B51", message)]


def test_many_stray_cells_are_told_together(book: RawBook, zfxxgk: Form) -> None:
    for row in range(MOST_TOLD + 2):
        put(book, (SHEET, (50 + row, 0)), RawCell("n", "1"))
    found = told(book, zfxxgk)
    assert [cell for _, _, cell, _ in found] == ["A51", "A52", "A53", "A54", "A55", ""]
    assert found[-1][3] == "另有 2 个不是填报的格子里有内容，不会读取"
    del book.sheets[SHEET].cells[50 + MOST_TOLD + 1, 0]
    assert told(book, zfxxgk)[-1][3] == "另有 1 个不是填报的格子里有内容，不会读取"
    del book.sheets[SHEET].cells[50 + MOST_TOLD, 0]
    assert len(told(book, zfxxgk)) == MOST_TOLD, "as many as that need no sum"


def test_formulas_of_another_version_are_its_check_cells(book: RawBook, zfxxgk: Form) -> None:
    put(book, FAR, RawCell("str", "✔", formula="IF(1,2)"))
    assert [code for code, *_ in told(book, zfxxgk)] == ["R5"]
    assert told(book, zfxxgk, same_version=False) == []


@pytest.mark.parametrize("verdict", ["✔", "✘", "！", "※ 差 -3.5", " ✘ 差 3", "待填", "无上年数"])
def test_verdicts_without_their_formulas_are_check_cells_of_another_version(
    book: RawBook, zfxxgk: Form, verdict: str
) -> None:
    put(book, FAR, RawCell("s", verdict))
    assert [code for code, *_ in told(book, zfxxgk)] == ["R5"]
    assert told(book, zfxxgk, same_version=False) == []


@pytest.mark.parametrize("remark", ["！以此为准", "✘ 差 3 件", "待填：8", "✔✔", "8"])
def test_remarks_that_only_begin_as_verdicts_are_told(
    book: RawBook, zfxxgk: Form, remark: str
) -> None:
    put(book, FAR, RawCell("s", remark))
    assert [code for code, *_ in told(book, zfxxgk, same_version=False)] == ["R5"]


def test_marks_beyond_the_form_are_told(book: RawBook, zfxxgk: Form) -> None:
    layout = layout_of(zfxxgk).tables["disclosure"]
    book.sheets[SHEET].marks.add((layout.bottom, layout.right))
    assert told(book, zfxxgk) == []
    book.sheets[SHEET].marks |= {(layout.bottom + 1, 3), (70, 0)}
    message = "表格以外有链接或合并的格子，不会读取"
    assert [(code, text) for code, _, _, text in told(book, zfxxgk)] == [("R5", message)]


def test_a_changed_heading_is_told(book: RawBook, zfxxgk: Form) -> None:
    label = next(x for x in layout_of(zfxxgk).tables["disclosure"].labels if x.style == "row")
    put(book, (SHEET, label.span.cell), RawCell("s", "改了"))
    message = f"这里应当印着“{label.text}”，现为“改了”"
    assert [(code, text) for code, _, _, text in told(book, zfxxgk)] == [("R19", message)]
    assert told(book, zfxxgk, same_version=False) == []
    put(book, (SHEET, label.span.cell), RawCell("s", f" {label.text}\n"))
    assert told(book, zfxxgk) == []


def test_a_heading_that_is_gone_is_told(book: RawBook, zfxxgk: Form) -> None:
    label = next(x for x in layout_of(zfxxgk).tables["disclosure"].labels if x.style == "row")
    del book.sheets[SHEET].cells[label.span.cell]
    message = f"这里应当印着“{label.text}”，现为“”"
    assert told(book, zfxxgk) == [("R19", SHEET, address(label.span.cell), message)]


def test_positions_tell_nothing_where_cells_have_moved(book: RawBook, zfxxgk: Form) -> None:
    put(book, FAR, RawCell("s", "备注"))
    del book.sheets[SHEET].cells[9, 0]
    moved = {**book.names, "disclosure.licences.decisions": f"'{SHEET}'!$B$60"}
    assert told(replace(book, names=moved), zfxxgk) == []


@pytest.mark.parametrize(
    ("unseen", "merges", "reason"),
    [
        ("字的颜色与底色相同", [], "字的颜色与底色相同"),
        ("", [((8, 1), (9, 3))], "被合并的格子盖住了"),
    ],
)
def test_a_number_that_nobody_sees_is_told(
    book: RawBook, zfxxgk: Form, unseen: str, merges: list[tuple[Cell, Cell]], reason: str
) -> None:
    put(book, (SHEET, (9, 1)), RawCell("n", "7", unseen=unseen))
    book.sheets[SHEET].merges = merges
    message = f"格子里的“7”看不见（{reason}），已照常读取"
    assert told(book, zfxxgk) == [("R34", SHEET, "B10", message)]


def test_a_merge_shows_its_first_cell(book: RawBook, zfxxgk: Form) -> None:
    put(book, (SHEET, (9, 1)), RawCell("n", "7"))
    book.sheets[SHEET].merges = [((9, 1), (9, 3))]
    assert told(book, zfxxgk) == []


def test_cells_that_nobody_sees_are_told_together_by_their_reason(
    book: RawBook, zfxxgk: Form
) -> None:
    names = [field.id for field in zfxxgk.typed if field.table == "requests"][: MOST_TOLD + 1]
    spots = [layout_of(zfxxgk).cells[name] for name in names]
    for spot in spots:
        put(book, spot, RawCell("n", "7", unseen="字的颜色与底色相同"))
    sheet = spots[0][0]
    cells = "、".join(address(cell) for _, cell in spots[:MOST_TOLD])
    message = f"有 6 个格子的内容看不见（字的颜色与底色相同）：{cells}等；已照常读取"
    first = address(spots[0][1])
    assert told(book, zfxxgk) == [("R34", sheet, first, message)]
    put(book, spots[-1], RawCell("n", "0", unseen="字的颜色与底色相同"))
    message = f"有 5 个格子的内容看不见（字的颜色与底色相同）：{cells}；已照常读取"
    assert told(book, zfxxgk) == [("R34", sheet, first, message)], "a 0 is missed by nobody"


def test_hidden_rows_and_columns_and_sheets_are_told(book: RawBook, zfxxgk: Form) -> None:
    put(book, (SHEET, (9, 1)), RawCell("n", "7"))
    book.sheets[SHEET].hidden = Hidden(rows=((9, 9),))
    message = "格子里的“7”看不见（所在的行或列被隐藏了），已照常读取"
    assert told(book, zfxxgk) == [("R34", SHEET, "B10", message)]
    assert told(book, zfxxgk, is_summary=True) == []
    book.sheets[SHEET].hidden = Hidden(sheet=True)
    message = f"工作表“{SHEET}”被隐藏了，里面的内容已照常读取"
    assert told(book, zfxxgk) == [("R34", SHEET, "", message)]


def test_a_merge_covers_the_cells_up_to_its_last(book: RawBook, zfxxgk: Form) -> None:
    put(book, (SHEET, (9, 1)), RawCell("n", "7"))
    for merge, count in {
        ((9, 0), (9, 1)): 1,
        ((8, 0), (9, 1)): 1,
        ((8, 1), (8, 3)): 0,
        ((9, 2), (9, 3)): 0,
        ((8, 0), (9, 0)): 0,
        ((10, 1), (11, 1)): 0,
    }.items():
        book.sheets[SHEET].merges = [merge]
        assert len(told(book, zfxxgk)) == count, merge


# --- what lies over the sheets ----------------------------------------------------------------


def test_remarks_are_told_the_first_five_one_by_one(book: RawBook, zfxxgk: Form) -> None:
    remarks = [Remark((row, 2), "批注", "见附件") for row in range(MOST_TOLD)]
    book.sheets[SHEET].remarks = [*remarks]
    each = "这里有批注“见附件”，不会读取"
    expected = [("R5", SHEET, f"C{row + 1}", each) for row in range(MOST_TOLD)]
    assert told(book, zfxxgk) == expected
    book.sheets[SHEET].remarks = [*remarks, Remark((20, 0), "图片", "")]
    more = ("R5", SHEET, "", "另有 1 处批注、文本框或图片，不会读取")
    assert told(book, zfxxgk) == [*expected, more]


def test_a_remark_without_words_and_one_on_the_cover(book: RawBook, zfxxgk: Form) -> None:
    book.sheets["封面"].remarks = [Remark((0, 0), "图片", "")]
    other = RawSheet("我的表", remarks=[Remark((0, 0), "图片", "")])
    assert told(with_sheet(book, other), zfxxgk) == [("R5", "封面", "A1", "这里有图片，不会读取")]


# --- sheets that the form does not have -----------------------------------------------------


def with_sheet(book: RawBook, sheet: RawSheet) -> RawBook:
    return replace(book, sheets={**book.sheets, sheet.name: sheet})


def test_a_sheet_with_content_is_told_unless_the_book_is_a_summary(
    book: RawBook, zfxxgk: Form
) -> None:
    empty = RawSheet("Sheet1")
    assert told(with_sheet(book, empty), zfxxgk) == []
    extra = with_sheet(book, RawSheet("我的表", {(0, 0): RawCell("n", "1")}))
    message = "多出一张有内容的工作表“我的表”，不会读取"
    assert told(extra, zfxxgk) == [("R5", "我的表", "", message)]
    assert told(extra, zfxxgk, is_summary=True) == []


def test_the_sheet_of_a_table_under_numbers_own_name_is_no_extra(
    book: RawBook, zfxxgk: Form
) -> None:
    """Numbers joins the names of a sheet and of its table."""
    joined = RawSheet("校验 - 表格 1", {(0, 0): RawCell("n", "1")})
    assert [code for code, *_ in told(with_sheet(book, joined), zfxxgk)] == ["R5"]
    sheets = {name: sheet for name, sheet in book.sheets.items() if name != "校验"}
    lost = replace(book, sheets=sheets)
    assert told(with_sheet(lost, joined), zfxxgk) == []
    hidden = RawSheet("xlreport", {(0, 0): RawCell("n", "1")})
    assert told(with_sheet(book, hidden), zfxxgk) == []


def test_a_sheet_with_four_headings_in_five_is_a_copy(book: RawBook, zfxxgk: Form) -> None:
    layout = layout_of(zfxxgk).tables["disclosure"]
    copy = deepcopy(book.sheets[SHEET])
    copy.name = "副本"
    copy.cells[layout_of(zfxxgk).cells["disclosure.licences.decisions"][1]] = RawCell("n", "9")
    texts = sorted({squeezed(label.text) for label in layout.labels})
    most_lost = len(texts) - math.ceil(ENOUGH * len(texts))
    for lost, code in ((most_lost, "R15"), (most_lost + 1, "R5")):
        damaged = deepcopy(copy)
        for cell, raw in copy.cells.items():
            if squeezed(raw.text) in texts[:lost]:
                damaged.cells[cell] = RawCell("s", "别的")
        assert [found for found, *_ in told(with_sheet(book, damaged), zfxxgk)] == [code], lost


def test_formulas_and_spaces_make_no_difference_between_copies(book: RawBook, zfxxgk: Form) -> None:
    copy = deepcopy(book.sheets[SHEET])
    copy.name = "副本"
    _, cell = layout_of(zfxxgk).cells["disclosure.licences.decisions"]
    copy.cells[cell] = RawCell("s", " ")
    assert [code for code, *_ in told(with_sheet(book, copy), zfxxgk)] == ["R5"]
    copy.cells[cell] = RawCell("n", "3", formula="1+2")
    assert [code for code, *_ in told(with_sheet(book, copy), zfxxgk)] == ["R5"]


def test_a_copy_with_other_numbers_is_ambiguous(book: RawBook, zfxxgk: Form) -> None:
    copy = deepcopy(book.sheets[SHEET])
    copy.name = f"{SHEET} (2)"
    same = with_sheet(book, copy)
    assert [code for code, *_ in told(same, zfxxgk)] == ["R5"]
    _, cell = layout_of(zfxxgk).cells["disclosure.licences.decisions"]
    copy.cells[cell] = RawCell("n", "9")
    message = f"这张表像“{SHEET}”的副本，却有 1 格与它不同，无法判断哪张是真的"
    assert told(same, zfxxgk) == [("R15", copy.name, "", message)]


# --- what touches no number -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        (
            {"links": True},
            "R21",
            "工作簿里有指向其他文件或数据源的链接，没有打开，也没有更新",
        ),
        ({"macros": True}, "R23", "工作簿带有宏，没有运行"),
        (
            {"format": Format.XLS},
            "R24",
            "这是旧格式（.xls）工作簿，已照常读取；这种格式没有校验码，传输中的损坏查不出来",
        ),
        ({"format": Format.ODS}, "R24", "这是 OpenDocument（.ods）工作簿，已照常读取"),
        ({"format": Format.XLSB}, "R24", "这是二进制（.xlsb）工作簿，已照常读取"),
    ],
)
def test_what_was_done_to_the_file(
    book: RawBook, zfxxgk: Form, changes: dict[str, object], code: str, words: str
) -> None:
    ((found, sheet, cell, message),) = told(replace(book, **changes), zfxxgk)  # type: ignore[arg-type]
    assert (found, sheet, cell, message) == (code, "", "", words)


def test_sheets_without_protection_are_named(book: RawBook, zfxxgk: Form) -> None:
    book.sheets[SHEET].protected = False
    book.sheets["封面"].protected = False
    message = f"工作表保护被取消：封面、{SHEET}；数字已照常读取"
    assert told(book, zfxxgk) == [("R22", "", "", message)]


# --- conditional formats ----------------------------------------------------------------------

B10 = (SHEET, (9, 1))
FAINT = "条件格式让字的颜色与底色相同"
MORE_THAN_0 = Condition(">", (SELF, Decimal(0)))


def coloured(book: RawBook, condition: Condition, last_row: int = 9) -> RawBook:
    """White letters in B10 (and the cells below it) where a condition is true."""
    put(book, B10, RawCell("n", "7"))
    rule = Rule((((9, 1), (last_row, 1)),), condition, Change(colour=WHITE))
    book.sheets[SHEET].rules = [rule]
    return book


def test_a_number_that_a_conditional_format_hides_is_told(book: RawBook, zfxxgk: Form) -> None:
    message = f"格子里的“7”看不见（{FAINT}），已照常读取"
    assert told(coloured(book, MORE_THAN_0), zfxxgk) == [("R34", SHEET, "B10", message)]
    assert told(book, zfxxgk, is_summary=True) == []
    assert told(coloured(book, Condition("<", (SELF, Decimal(0)))), zfxxgk) == []


def test_a_number_that_a_conditional_format_may_hide_is_told(book: RawBook, zfxxgk: Form) -> None:
    message = f"格子里的“7”可能看不见（条件成立时，{FAINT}），已照常读取"
    assert told(coloured(book, UNKNOWN), zfxxgk) == [("R34", SHEET, "B10", message)]
    put(book, (SHEET, (12, 1)), RawCell("n", "8"))
    message = f"有 2 个格子的内容可能看不见（条件成立时，{FAINT}）：B10、B13；已照常读取"
    assert told(coloured(book, UNKNOWN, 12), zfxxgk) == [("R34", SHEET, "B10", message)]
    message = f"有 2 个格子的内容看不见（{FAINT}）：B10、B13；已照常读取"
    assert told(coloured(book, MORE_THAN_0, 12), zfxxgk) == [("R34", SHEET, "B10", message)]


def test_what_hides_a_cell_for_certain_is_told_first(book: RawBook, zfxxgk: Form) -> None:
    put(coloured(book, UNKNOWN), B10, RawCell("n", "7", unseen="字号太小"))
    message = "格子里的“7”看不见（字号太小），已照常读取"
    assert told(book, zfxxgk) == [("R34", SHEET, "B10", message)]
    book.sheets[SHEET].merges = [((8, 1), (9, 1))]
    assert told(book, zfxxgk) == [("R34", SHEET, "B10", message)]
    put(coloured(book, UNKNOWN), B10, RawCell("n", "7"))
    message = "格子里的“7”看不见（被合并的格子盖住了），已照常读取"
    assert told(book, zfxxgk) == [("R34", SHEET, "B10", message)]
