"""Where each cell is: by name, by headings, by address; what is ambiguous is never taken silently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.raw_books import moved_down, put, raw_book, target, without_names
from xlreport import Form
from xlreport.a1 import Cell
from xlreport.findings import Finding
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import Place
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.locate import Located, locate

LICENCES = "disclosure.licences.decisions"
PENALTIES = "disclosure.penalties.decisions"
DISCLOSURE = "二、主动公开"
REQUESTS = "三、依申请公开"


@pytest.fixture
def book(zfxxgk: Form) -> RawBook:
    return raw_book(zfxxgk)


def located(book: RawBook, form: Form) -> Located:
    return locate(book, layout_of(form))


def told(found: Located) -> list[tuple[str, str, str, str]]:
    return [(f.code, f.sheet, f.cell, f.field) for f in found.findings]


def heading_of(name: str, form: Form) -> Cell:
    """The cell of the heading beside a field of 主动公开."""
    labels = layout_of(form).tables["disclosure"].labels
    return next(x.span.cell for x in labels if x.text == form.fields[name].row_label)


def messages(findings: tuple[Finding, ...]) -> list[str]:
    return [f.message for f in findings]


def test_in_an_untouched_workbook_everything_stands_at_home(book: RawBook, any_form: Form) -> None:
    found = located(raw_book(any_form), any_form)
    assert found.findings == ()
    assert found.moved == frozenset()
    assert {name: found.spots[name] for name in layout_of(any_form).cells} == dict(
        layout_of(any_form).cells
    )


def test_a_heading_that_stands_wins_over_a_name_that_went_elsewhere(
    book: RawBook, zfxxgk: Form
) -> None:
    book = replace(book, names={**book.names, LICENCES: target((DISCLOSURE, (30, 1)))})
    put(book, (DISCLOSURE, (30, 1)), RawCell("n", "7"))
    put(book, layout_of(zfxxgk).cells[LICENCES], RawCell("n", "8"))
    found = located(book, zfxxgk)
    assert found.cell(LICENCES) == RawCell("n", "8")
    assert found.moved == frozenset()
    assert told(found) == [("R8", DISCLOSURE, "", "")]
    assert messages(found.findings) == [
        "有 1 个格子的名称跟着拖动或剪切走了，已按表头读取：B10（行政许可·本年处理决定数量）"
    ]


def test_a_number_that_was_dragged_away_is_nobodys(book: RawBook, zfxxgk: Form) -> None:
    book = replace(book, names={**book.names, LICENCES: target((DISCLOSURE, (30, 1)))})
    put(book, (DISCLOSURE, (30, 1)), RawCell("n", "7"))
    found = located(book, zfxxgk)
    assert told(found) == [("R15", DISCLOSURE, "B10", LICENCES)]
    assert messages(found.findings) == [
        "B10（行政许可·本年处理决定数量）的数被拖走或覆盖了，现在是空的"
    ]


def test_a_number_dragged_onto_another_is_told_at_both_cells(book: RawBook, zfxxgk: Form) -> None:
    penalties = "disclosure.penalties.decisions"
    there = layout_of(zfxxgk).cells[penalties]
    names = {**book.names, LICENCES: target(there), penalties: "#REF!"}
    put(book, there, RawCell("n", "7"))
    found = located(replace(book, names=names), zfxxgk)
    assert told(found) == [
        ("R15", DISCLOSURE, "B10", LICENCES),
        ("R15", DISCLOSURE, "B13", penalties),
    ]
    assert set(messages(found.findings)) == {
        "B10（行政许可·本年处理决定数量）的数被拖到了 B13（行政处罚·本年处理决定数量）上，无法判断是哪一项的数"
    }


def dragged(book: RawBook, form: Form, name: str, onto: str) -> list[Finding]:
    """What is said where the cell of a name was dragged onto that of another."""
    cells = layout_of(form).cells
    names = {**book.names, name: target(cells[onto]), onto: "#REF!"}
    put(book, cells[name], RawCell("n", ""))
    put(book, cells[onto], RawCell("n", "7"))
    return list(located(replace(book, names=names), form).findings)


def test_nobody_is_asked_to_type_into_a_cell_with_a_formula(book: RawBook, zfxxgk: Form) -> None:
    total = next(f.id for f in zfxxgk.computed if f.table == "requests")
    typed = next(f.id for f in zfxxgk.typed if f.table == "requests")
    place = layout_of(zfxxgk).place
    for name, onto in ((total, typed), (typed, total)):
        found = dragged(book, zfxxgk, name, onto)
        assert found
        for finding in found:
            assert f"再在 {place(typed).cell} 重新填写" in finding.suggestion
            assert f"{place(total).cell} 重新填写" not in finding.suggestion
            assert "锁定的公式" in finding.message


def test_a_name_is_followed_where_no_heading_tells_the_cell(book: RawBook, zfxxgk: Form) -> None:
    del book.sheets[DISCLOSURE].cells[heading_of(LICENCES, zfxxgk)]
    book = replace(book, names={**book.names, LICENCES: target((DISCLOSURE, (30, 1)))})
    found = located(book, zfxxgk)
    assert found.place(LICENCES) == Place(DISCLOSURE, "B31")
    assert found.moved == {DISCLOSURE}
    assert messages(found.findings) == [
        "有 1 个格子不在原来的位置（行列被移动或工作表改了名），已照常读取"
    ]


def test_a_name_of_a_range_elsewhere_is_ambiguous(book: RawBook, zfxxgk: Form) -> None:
    del book.sheets[DISCLOSURE].cells[heading_of(LICENCES, zfxxgk)]
    where = target((DISCLOSURE, (30, 1)), ":$B$40")
    found = located(replace(book, names={**book.names, LICENCES: where}), zfxxgk)
    assert ("R15", DISCLOSURE, "B31", LICENCES) in told(found)
    message = "“行政许可·本年处理决定数量”的名称指向的不是一个格子"
    assert message in messages(found.findings)


def test_a_name_of_the_merged_cells_at_home_is_not(book: RawBook, zfxxgk: Form) -> None:
    where = target(layout_of(zfxxgk).cells[LICENCES], ":$D$40")
    found = located(replace(book, names={**book.names, LICENCES: where}), zfxxgk)
    assert found.findings == ()


def test_a_name_with_two_targets_is_ambiguous(book: RawBook, zfxxgk: Form) -> None:
    found = located(replace(book, repeated_names=(LICENCES,)), zfxxgk)
    assert messages(found.findings) == [
        "“行政许可·本年处理决定数量”的名称在文件里指向两处，无法判断是哪个格子的数"
    ]
    assert told(found) == [("R15", DISCLOSURE, "B10", LICENCES)]


def test_two_names_of_one_cell_are_both_ambiguous(book: RawBook, zfxxgk: Form) -> None:
    del book.sheets[DISCLOSURE].cells[heading_of(PENALTIES, zfxxgk)]
    names = {**book.names, PENALTIES: book.names[LICENCES]}
    found = located(replace(book, names=names), zfxxgk)
    assert told(found)[:2] == [
        ("R15", DISCLOSURE, "B10", LICENCES),
        ("R15", DISCLOSURE, "B10", PENALTIES),
    ]
    assert found.findings[0].message == (
        "“行政许可·本年处理决定数量”和“行政处罚·本年处理决定数量”都指向 B10，无法判断是哪一项的数"
    )


def test_a_cell_that_is_there_twice_is_ambiguous(book: RawBook, zfxxgk: Form) -> None:
    sheet, cell = layout_of(zfxxgk).cells[LICENCES]
    book.sheets[sheet].doubt(cell)
    assert told(located(book, zfxxgk)) == [("R15", DISCLOSURE, "B10", LICENCES)]


def test_without_names_a_moved_sheet_is_read_by_its_headings(book: RawBook, zfxxgk: Form) -> None:
    moved_down(book.sheets[DISCLOSURE], 3)
    names = [name for name in zfxxgk.fields if name.startswith("disclosure.")]
    found = located(without_names(book, *names), zfxxgk)
    assert found.place(LICENCES) == Place(DISCLOSURE, "B11")
    assert messages(found.findings) == [
        f"有 {len(names)} 个格子的名称丢失，位置也变了（行列被移动或工作表改了名），"
        "已按表头文字找到并读取"
    ]
    assert {f.observed for f in found.findings} == {(("cells", len(names)),)}


def test_an_address_tells_nothing_where_other_headings_have_moved(
    book: RawBook, zfxxgk: Form
) -> None:
    """The heading of one row is lost too, and the row beside it stands elsewhere."""
    sheet = book.sheets[DISCLOSURE]
    heading = next(
        label
        for label in layout_of(zfxxgk).tables["disclosure"].labels
        if label.text == zfxxgk.fields[LICENCES].row_label
    )
    del sheet.cells[heading.span.cell]
    moved_down(sheet, 3)
    found = located(without_names(book, LICENCES), zfxxgk)
    assert LICENCES not in found.spots
    assert messages(found.findings)[-1] == "有 1 个格子的名称丢失，表头也对不上，无法判断在哪里"
    assert found.place(LICENCES) == layout_of(zfxxgk).place(LICENCES), "told where it belongs"


def test_an_address_counts_where_no_other_heading_has_moved(book: RawBook, zfxxgk: Form) -> None:
    labels = layout_of(zfxxgk).tables["disclosure"].labels
    heading = next(x for x in labels if x.text == zfxxgk.fields[LICENCES].row_label)
    del book.sheets[DISCLOSURE].cells[heading.span.cell]
    found = located(without_names(book, LICENCES), zfxxgk)
    assert found.place(LICENCES) == Place(DISCLOSURE, "B10")
    assert messages(found.findings) == ["有 1 个格子的名称丢失，已按原来的位置读取"]


def test_a_sheet_under_another_name_is_found_by_its_headings(book: RawBook, zfxxgk: Form) -> None:
    sheets = dict(book.sheets)
    sheet = sheets.pop(DISCLOSURE)
    sheet.name = "表二"
    sheets["表二"] = sheet
    names = [name for name in layout_of(zfxxgk).cells if name.startswith("disclosure.")]
    found = located(without_names(replace(book, sheets=sheets), *names), zfxxgk)
    assert found.place(LICENCES) == Place("表二", "B10")
    assert found.used >= {"表二"}
    assert {f.code for f in found.findings} == {"R8"}


def test_a_sheet_that_is_gone_is_told_once(book: RawBook, zfxxgk: Form) -> None:
    sheets = {name: sheet for name, sheet in book.sheets.items() if name != DISCLOSURE}
    found = located(replace(book, sheets=sheets), zfxxgk)
    cells = sum(1 for name in zfxxgk.fields if name.startswith("disclosure."))
    assert messages(found.findings) == [f"找不到工作表“{DISCLOSURE}”，{cells + 1} 个格子无法读取"]
    assert [(f.code, f.sheet) for f in found.findings] == [("R7", DISCLOSURE)]


def test_the_answer_about_blanks_stands_beside_its_question(book: RawBook, zfxxgk: Form) -> None:
    moved_down(book.sheets[REQUESTS], 0)
    found = located(without_names(book, "requests.blanks_are_zero"), zfxxgk)
    _, (row, column) = layout_of(zfxxgk).flags["requests"]
    assert found.spots["requests.blanks_are_zero"] == (REQUESTS, (row + 1, column))
    assert "requests.blanks_are_zero" in found.places()
