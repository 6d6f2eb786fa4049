"""Tables as the official format prints them, from forms as small as can be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from xlreport import Form
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Arrangement, Block, Check, Heading, Instance, Table
from xlreport.workbook.layout.check_rows import CheckRow
from xlreport.workbook.layout.sheet import FIRST_ROW, FLAG_ROW, SheetLayout, Span
from xlreport.workbook.layout.table import layout_table
from xlreport.workbook.layout.workbook import layout_of

COLUMNS = (Heading("甲", "a"), Heading("乙", children=(Heading("丙", "c"), Heading("丁", "d"))))
ROWS = (
    Heading("一", "one"),
    Heading("二", children=(Heading("三", "three"), Heading("四", "four"))),
)


def table(arrangement: Arrangement = Arrangement.DOWN, *blocks: Block) -> Table:
    block = Block(None, "项目", COLUMNS, ROWS)
    return Table("t", "表", "表一", arrangement, blocks or (block,))


def check_row(each: str | None, *places: tuple[str | None, str | None], index: int = 0) -> CheckRow:
    """A check on some rows and columns of the table."""
    check = Check("Z1", "相等", Severity.ERROR, each, "", "", Decimal(0))
    rule = ex.Compare("==", ex.Const(Decimal(0)), ex.Const(Decimal(0)), Decimal(0))
    instances = tuple(Instance(check, rule, "t", row, column) for row, column in places)
    return CheckRow(index, instances[0].code, "Z1", "相等", Severity.ERROR, check, "t", instances)


def labels(layout: SheetLayout, style: str) -> dict[str, Span]:
    return {label.text: label.span for label in layout.labels if label.style == style}


def checks(layout: SheetLayout) -> list[Span]:
    return [cell.span for cell in layout.checks]


def test_headings_lie_over_and_beside_their_cells() -> None:
    layout = layout_table(table(), [])
    top, first = FIRST_ROW, FIRST_ROW + 2
    assert labels(layout, "head") == {
        "甲": Span(top, 2, top + 1, 2),
        "乙": Span(top, 3, top, 4),
        "丙": Span(top + 1, 3, top + 1, 3),
        "丁": Span(top + 1, 4, top + 1, 4),
    }
    assert labels(layout, "row") == {
        "一": Span(first, 0, first, 1),
        "三": Span(first + 1, 1, first + 1, 1),
        "四": Span(first + 2, 1, first + 2, 1),
    }
    assert labels(layout, "group") == {"二": Span(first + 1, 0, first + 2, 0)}
    assert labels(layout, "corner") == {"项目": Span(top, 0, top + 1, 1)}
    assert layout.fields["t.one.a"] == Span(first, 2, first, 2)
    assert layout.fields["t.four.d"] == Span(first + 2, 4, first + 2, 4)
    assert (layout.form_right, layout.right, layout.bottom) == (4, 4, first + 2)
    assert layout.flag == (FLAG_ROW, 2)


def test_a_narrower_block_leaves_the_rest_to_its_last_column() -> None:
    narrow = Block(
        "第二部分", "项目", (Heading("戊", "e"), Heading("己", "f")), (Heading("五", "five"),)
    )
    layout = layout_table(table(Arrangement.DOWN, Block(None, "项目", COLUMNS, ROWS), narrow), [])
    title = labels(layout, "block")["第二部分"]
    assert title == Span(FIRST_ROW + 5, 0, FIRST_ROW + 5, 4)
    row = title.top + 2
    assert layout.fields["t.five.e"] == Span(row, 2, row, 2)
    assert layout.fields["t.five.f"] == Span(row, 3, row, 4)
    assert layout.bottom == row


def test_rows_side_by_side_share_one_line() -> None:
    layout = layout_table(table(Arrangement.ACROSS, Block(None, "", COLUMNS[:1], ROWS)), [])
    line = FIRST_ROW + 3
    assert {name: span.cell for name, span in layout.fields.items()} == {
        "t.one.a": (line, 0),
        "t.three.a": (line, 1),
        "t.four.a": (line, 2),
    }
    assert labels(layout, "head")["二"] == Span(FIRST_ROW, 1, FIRST_ROW, 2)
    assert labels(layout, "head")["一"] == Span(FIRST_ROW, 0, FIRST_ROW + 1, 0)
    assert layout.form_right == 2


@pytest.mark.parametrize("each", ["row", "cell"])
def test_checks_of_rows_stand_beside_them(each: str) -> None:
    layout = layout_table(table(), [check_row(each, ("one", "a"), ("one", "c"), ("four", "a"))])
    assert checks(layout) == [Span(5, 5, 5, 5), Span(7, 5, 7, 5)]
    assert [len(cell.instances) for cell in layout.checks] == [2, 1]
    assert labels(layout, "check_head") == {"校验\nZ1": Span(FIRST_ROW, 5, FIRST_ROW, 5)}
    assert (layout.form_right, layout.right) == (4, 5)
    assert layout.heights[FIRST_ROW] == 34


def test_checks_of_columns_stand_under_them() -> None:
    layout = layout_table(table(), [check_row("column", (None, "d"))])
    assert checks(layout) == [Span(8, 4, 8, 4)]
    assert labels(layout, "check_label") == {"校验 Z1：相等": Span(8, 0, 8, 1)}
    assert layout.bottom == 8


@pytest.mark.parametrize("place", [("one", None), (None, None), (None, "x")])
def test_a_check_of_nothing_in_one_place_has_a_line_of_its_own(
    place: tuple[str | None, str | None],
) -> None:
    layout = layout_table(table(), [check_row(None, place)])
    assert labels(layout, "check_label") == {"校验 Z1：相等": Span(8, 0, 8, 3)}
    assert checks(layout) == [Span(8, 4, 8, 4)]


def test_columns_of_two_blocks_are_no_one_place() -> None:
    other = Block("第二部分", "项目", COLUMNS, (Heading("五", "five"),))
    both = table(Arrangement.DOWN, Block(None, "项目", COLUMNS, ROWS), other)
    layout = layout_table(both, [check_row("column", (None, "d"))])
    assert checks(layout)[0].left == 4
    assert labels(layout, "check_label")["校验 Z1.d：相等"].right == 3, "a line of its own"


def test_checks_of_rows_side_by_side_stand_below_them() -> None:
    across = table(Arrangement.ACROSS, Block(None, "", COLUMNS, ROWS))
    layout = layout_table(across, [check_row("row", ("one", None), ("four", None))])
    line = FIRST_ROW + 4
    assert labels(layout, "check_label") == {"校验 Z1：相等": Span(line + 1, 0, line + 1, 8)}
    assert checks(layout) == [Span(line + 2, 0, line + 2, 2), Span(line + 2, 6, line + 2, 8)]
    assert layout.bottom == line + 2


def test_checks_of_other_tables_are_not_shown() -> None:
    other = replace(check_row("row", ("one", None)), table="other")
    assert layout_table(table(), [other]).checks == ()


def test_nothing_lies_over_anything_else(any_form: Form) -> None:
    for sheet in layout_of(any_form).form_sheets:
        spans = [label.span for label in sheet.labels] + list(sheet.fields.values())
        spans += [check.span for check in sheet.checks]
        cells = [cell for span in spans for cell in span.cells()]
        assert len(cells) == len(set(cells)), sheet.name
        assert sheet.flag not in cells
        assert not any(sheet.outside(cell) for cell in cells)
