"""Where each cell is: by name, by headings, by address; what is ambiguous is never taken silently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.raw_books import moved_down, put, raw_book, target, without_names
from xlreport import Form
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


def messages(findings: tuple[Finding, ...]) -> list[str]:
    return [f.message for f in findings]


def test_in_an_untouched_workbook_everything_stands_at_home(book: RawBook, any_form: Form) -> None:
    found = located(raw_book(any_form), any_form)
    assert found.findings == ()
    assert found.moved == frozenset()
    assert {name: found.spots[name] for name in layout_of(any_form).cells} == dict(
        layout_of(any_form).cells
    )


def test_a_name_that_points_elsewhere_is_followed(book: RawBook, zfxxgk: Form) -> None:
    book = replace(book, names={**book.names, LICENCES: target((DISCLOSURE, (30, 1)))})
    put(book, (DISCLOSURE, (30, 1)), RawCell("n", "7"))
    found = located(book, zfxxgk)
    assert found.place(LICENCES) == Place(DISCLOSURE, "B31")
    assert found.cell(LICENCES) == RawCell("n", "7")
    assert found.moved == {DISCLOSURE}
    assert told(found) == [("R8", DISCLOSURE, "", "")]
    assert messages(found.findings) == [
        "有 1 个格子不在原来的位置（行列被移动或工作表改了名），已照常读取"
    ]


def test_a_name_of_a_range_elsewhere_is_ambiguous(book: RawBook, zfxxgk: Form) -> None:
    where = target((DISCLOSURE, (30, 1)), ":$B$40")
    found = located(replace(book, names={**book.names, LICENCES: where}), zfxxgk)
    assert ("R15", "", "", LICENCES) in told(found)
    assert f"名称“{LICENCES}”指向的不是一个格子" in messages(found.findings)


def test_a_name_of_the_merged_cells_at_home_is_not(book: RawBook, zfxxgk: Form) -> None:
    where = target(layout_of(zfxxgk).cells[LICENCES], ":$D$40")
    found = located(replace(book, names={**book.names, LICENCES: where}), zfxxgk)
    assert found.findings == ()


def test_a_name_with_two_targets_is_ambiguous(book: RawBook, zfxxgk: Form) -> None:
    found = located(replace(book, repeated_names=(LICENCES,)), zfxxgk)
    assert messages(found.findings) == [f"名称“{LICENCES}”在文件里指向两处"]
    assert told(found) == [("R15", "", "", LICENCES)]


def test_two_names_of_one_cell_are_both_ambiguous(book: RawBook, zfxxgk: Form) -> None:
    names = {**book.names, PENALTIES: book.names[LICENCES]}
    found = located(replace(book, names=names), zfxxgk)
    cell = found.place(LICENCES)
    assert cell is not None
    assert told(found)[:2] == [
        ("R15", DISCLOSURE, cell.cell, LICENCES),
        ("R15", DISCLOSURE, cell.cell, PENALTIES),
    ]


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
        f"有 {len(names)} 个格子的名称丢失，已按表头文字找到并读取",
        f"有 {len(names)} 个格子不在原来的位置（行列被移动或工作表改了名），已照常读取",
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
    assert messages(found.findings) == ["有 1 个格子的名称丢失，表头也对不上，无法判断在哪里"]
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
    moved_down(book.sheets[REQUESTS], 2)
    found = located(without_names(book, "requests.blanks_are_zero"), zfxxgk)
    _, (row, column) = layout_of(zfxxgk).flags["requests"]
    assert found.spots["requests.blanks_are_zero"] == (REQUESTS, (row + 1, column))
    assert "requests.blanks_are_zero" in found.places()
