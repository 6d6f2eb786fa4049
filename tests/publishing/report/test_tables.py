"""The official tables in Word: geometry, widths, sizes, units of measurement."""

from __future__ import annotations

from decimal import Decimal

import pytest
from docx.oxml.ns import qn
from lxml.etree import _Element as Element

from xlreport import Form
from xlreport.form.model import Table
from xlreport.publishing.report.measures import TEXT_WIDTH
from xlreport.publishing.report.tables import TALL, measures_of, table_element
from xlreport.workbook.layout.table import official_table


def made(form: Form, table: Table, number: int | str = 0) -> Element:
    return table_element(table, {name: Decimal(number) for name in form.fields})


def attribute(element: Element | None, name: str) -> str:
    assert element is not None
    return str(element.get(qn(f"w:{name}")))


def grid_of(element: Element) -> list[int]:
    return [int(attribute(column, "w")) for column in element.iter(qn("w:gridCol"))]


@pytest.mark.parametrize("number", [0, 123456, "123456789.123456"])
def test_every_table_is_as_wide_as_the_text(any_form: Form, number: int | str) -> None:
    for table in any_form.tables:
        element = made(any_form, table, number)
        columns = grid_of(element)
        assert sum(columns) == TEXT_WIDTH
        assert min(columns) >= 240, "room for a character"
        for row in element.iter(qn("w:tr")):
            widths = [int(attribute(width, "w")) for width in row.iter(qn("w:tcW"))]
            assert sum(widths) == TEXT_WIDTH


def sizes_of(element: Element) -> set[str]:
    return {
        attribute(size, "val") for run in element.iter(qn("w:rPr")) for size in run.iter(qn("w:sz"))
    }


def test_no_text_is_smaller_than_9_points(any_form: Form) -> None:
    for table in any_form.tables:
        assert min(map(int, sizes_of(made(any_form, table, "123456789.123456")))) >= 18


def test_a_table_of_few_columns_is_set_larger(zfxxgk: Form) -> None:
    sizes = [sizes_of(made(zfxxgk, table)) for table in zfxxgk.tables]
    assert sizes == [{"24"}, {"18"}, {"18"}]


def test_merged_cells_are_those_of_the_workbook(any_form: Form) -> None:
    for table in any_form.tables:
        official = official_table(table)
        element = made(any_form, table)
        begun = 0
        for number, row in enumerate(element.iter(qn("w:tr"))):
            column = 0
            for cell in row.iter(qn("w:tc")):
                span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
                width = 1 if span is None else int(attribute(span, "val"))
                merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                is_begun = merge is None or attribute(merge, "val") == "restart"
                begun += is_begun
                rectangles = [*(label.span for label in official.labels), *official.fields.values()]
                (own,) = [one for one in rectangles if (number, column) in set(one.cells())]
                assert (own.left, own.right) == (column, column + width - 1)
                assert (own.top == number) is is_begun
                column += width
            assert column == len(official.widths)
        assert begun == len(official.labels) + len(official.fields)


def test_headings_are_repeated_on_every_page(zfxxgk: Form) -> None:
    counts = [len(list(made(zfxxgk, table).iter(qn("w:tblHeader")))) for table in zfxxgk.tables]
    assert counts == [0, 3, 3]
    rows = list(made(zfxxgk, zfxxgk.tables[1]).iter(qn("w:tr")))
    assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)


def test_the_accessible_name_is_the_title(any_form: Form) -> None:
    for table in any_form.tables:
        caption = made(any_form, table).find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}")
        assert attribute(caption, "val") == table.title


def test_a_number_that_is_too_wide_is_drawn_together(any_form: Form) -> None:
    for table in any_form.tables:
        assert not list(made(any_form, table, 12345).iter(qn("w:tcFitText")))
    wide = [made(any_form, table, "123456789.123456") for table in any_form.tables]
    assert any(list(table.iter(qn("w:tcFitText"))) for table in wide)


def test_wide_numbers_take_room_from_row_headings(other_form: Form) -> None:
    money = other_form.table("money")
    usual, wide = grid_of(made(other_form, money)), grid_of(made(other_form, money, "12345678.123"))
    assert wide[1] < usual[1]
    assert wide[2] > usual[2]


def test_lines_of_a_heading_are_alike(zfxxgk: Form) -> None:
    """结果 over 维持: the cell leaves room for two characters, not three."""
    review = made(zfxxgk, zfxxgk.table("review"))
    cell = next(
        cell
        for cell in review.iter(qn("w:tc"))
        if "".join(t.text or "" for t in cell.iter(qn("w:t"))) == "结果维持"
    )
    width = int(attribute(cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}"), "w"))
    margins = cell.findall(f"{qn('w:tcPr')}/{qn('w:tcMar')}/*")
    room = width - sum(int(attribute(margin, "w")) for margin in margins)
    assert 2 * 180 <= room < 3 * 180


def test_units_are_named_where_headings_do_not_tell_them(zfxxgk: Form, other_form: Form) -> None:
    assert [measures_of(zfxxgk, table) for table in zfxxgk.tables] == ["", "", ""]
    told = [measures_of(other_form, table) for table in other_form.tables]
    assert told == ["计量单位：人、万元", "计量单位：万元、个"]


def test_a_number_that_is_not_known_stays_blank(zfxxgk: Form) -> None:
    table = zfxxgk.table("review")
    words = [word.text for word in table_element(table, {}).iter(qn("w:t"))]
    assert not [word for word in words if word and word.isdigit()]


def test_a_short_table_is_kept_on_one_page(zfxxgk: Form) -> None:
    """All rows but the last stay with the next; a tall table may break, and repeats its headings."""
    for table in zfxxgk.tables:
        *rows, last = made(zfxxgk, table).iter(qn("w:tr"))
        is_short = official_table(table).rows <= TALL
        assert all(bool(list(row.iter(qn("w:keepNext")))) is is_short for row in rows)
        assert not list(last.iter(qn("w:keepNext")))


def test_lines_in_cells_are_as_high_with_every_font(zfxxgk: Form) -> None:
    review = made(zfxxgk, zfxxgk.table("review"))
    spacings = list(review.iter(qn("w:pPr")))
    found = set()
    for properties in spacings:
        spacing = properties.find(qn("w:spacing"))
        found.add((attribute(spacing, "line"), attribute(spacing, "lineRule")))
        assert attribute(properties.find(qn("w:snapToGrid")), "val") == "0"
    assert found == {("234", "exact")}
