"""Tables as the official format prints them, from forms as small as can be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlreport import Form
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import (
    Arrangement,
    Block,
    Check,
    Field,
    Heading,
    Instance,
    Kind,
    Signature,
    Table,
    leaf_ids,
)
from xlreport.workbook.layout.lines import CheckLine
from xlreport.workbook.layout.sheet import (
    FIRST_ROW,
    HEAD_ROW,
    TITLE_ROW,
    UNIT_ROW,
    SheetLayout,
    Span,
)
from xlreport.workbook.layout.table import (
    COLUMN_STATUSES,
    QUESTION,
    STATUS_HEADING,
    layout_table,
    official_table,
)
from xlreport.workbook.layout.workbook import layout_of

COLUMNS = (Heading("甲", "a"), Heading("乙", children=(Heading("丙", "c"), Heading("丁", "d"))))
ROWS = (
    Heading("一", "one"),
    Heading("二", children=(Heading("三", "three"), Heading("四", "four"))),
)
ONE_BLOCK = Block(None, "项目", COLUMNS, ROWS)


def table(arrangement: Arrangement = Arrangement.DOWN, *blocks: Block) -> Table:
    return Table("t", "表", "表一", arrangement, blocks or (ONE_BLOCK,))


def form_of(table: Table, *signatures: Signature) -> Form:
    """A form of one table in which `d` is computed."""
    fields = {}
    for block in table.blocks:
        for row in leaf_ids(block.rows):
            for column in leaf_ids(block.columns):
                name = f"t.{row}.{column}"
                computed = "Z9" if column == "d" else None
                fields[name] = Field(
                    name, "t", row, column, row, row, column, Kind.COUNT, "件", computed
                )
    return Form(
        "f", 1, "表", "", 2020, None, (), (), (table,), (), (), fields, (), {}, "",
        signatures=signatures,
    )  # fmt: skip


def line(
    each: str | None,
    row: str | None = None,
    column: str | None = None,
    *,
    names: tuple[str, ...] = ("t.one.a",),
    severity: Severity = Severity.ERROR,
    table: str = "t",
) -> CheckLine:
    """A check line on a row, a column or neither."""
    check = Check("Z1", "相等", severity, each, "", "", Decimal(0))
    refs = tuple(ex.Ref(name) for name in names)
    rule = ex.Compare("==", ex.Total(refs), ex.Const(Decimal(0)), Decimal(0))
    return CheckLine(0, check, table, (Instance(check, rule, table, row, column),))


def laid_out(table: Table, *lines: CheckLine, signed: bool = False) -> SheetLayout:
    signatures = (Signature("审核人"),) if signed else ()
    return layout_table(form_of(table, *signatures), table, lines)


def labels(layout: SheetLayout, style: str) -> dict[str, Span]:
    return {label.text: label.span for label in layout.labels if label.style == style}


def statuses(layout: SheetLayout) -> dict[Span, tuple[CheckLine, ...]]:
    return {status.span: status.lines for status in layout.statuses}


# --- the official form ----------------------------------------------------------------------


def test_headings_lie_over_and_beside_their_cells() -> None:
    layout = laid_out(table())
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
    assert (layout.form_left, layout.form_right, layout.form_bottom) == (0, 4, first + 2)


def test_a_narrower_block_leaves_the_rest_to_its_last_column() -> None:
    narrow = Block(
        "第二部分", "项目", (Heading("戊", "e"), Heading("己", "f")), (Heading("五", "five"),)
    )
    layout = laid_out(table(Arrangement.DOWN, ONE_BLOCK, narrow))
    title = labels(layout, "block")["第二部分"]
    assert title == Span(FIRST_ROW + 5, 0, FIRST_ROW + 5, 4)
    row = title.top + 2
    assert layout.fields["t.five.e"] == Span(row, 2, row, 2)
    assert layout.fields["t.five.f"] == Span(row, 3, row, 4)
    assert layout.bottom == row


def test_rows_side_by_side_share_one_line() -> None:
    layout = laid_out(table(Arrangement.ACROSS, Block(None, "", COLUMNS[:1], ROWS)))
    row = FIRST_ROW + 3
    assert {name: span.cell for name, span in layout.fields.items()} == {
        "t.one.a": (row, 0),
        "t.three.a": (row, 1),
        "t.four.a": (row, 2),
    }
    assert labels(layout, "head")["二"] == Span(FIRST_ROW, 1, FIRST_ROW, 2)
    assert labels(layout, "head")["一"] == Span(FIRST_ROW, 0, FIRST_ROW + 1, 0)
    assert (layout.form_right, layout.shown_right) == (2, 2)


# --- what stands around it ------------------------------------------------------------------


def test_the_head_asks_about_blanks_and_gives_the_verdict() -> None:
    layout = laid_out(table())
    assert labels(layout, "question") == {QUESTION: Span.line(HEAD_ROW, 0, 1)}
    assert layout.flag == (HEAD_ROW, 2)
    assert layout.verdict == Span.line(HEAD_ROW, 3, 5)
    assert labels(layout, "title") == {"表": Span.line(TITLE_ROW, 0, 4)}
    assert layout.unit_line == Span.line(UNIT_ROW, 0, 3)
    assert layout.measure_line == Span.line(UNIT_ROW, 4, 4)


def test_the_head_of_a_table_across_lies_over_the_form_alone() -> None:
    layout = laid_out(table(Arrangement.ACROSS, Block(None, "", COLUMNS, ROWS)))
    assert layout.flag == (HEAD_ROW, 4)
    assert layout.verdict == Span.line(HEAD_ROW, 5, 8)


def test_signatures_stand_under_the_form_and_belong_to_it() -> None:
    layout = laid_out(table(), line("column", None, "d"), signed=True)
    row = FIRST_ROW + 5
    assert layout.signatures == Span.line(row, 0, 4)
    assert (layout.form_bottom, layout.bottom) == (row, row + 1)
    assert [span.top for span in statuses(layout)][-1] == row + 1
    assert laid_out(table()).signatures is None


@pytest.mark.parametrize(
    ("arrangement", "blocks", "frozen"),
    [
        (Arrangement.DOWN, (ONE_BLOCK,), (FIRST_ROW + 2, 2)),
        (Arrangement.DOWN, (Block("题", "项目", COLUMNS[:1], ROWS[:1]),), (FIRST_ROW + 2, 1)),
        (Arrangement.DOWN, (ONE_BLOCK, ONE_BLOCK), (FIRST_ROW, 2)),
        (Arrangement.ACROSS, (ONE_BLOCK,), (FIRST_ROW, 0)),
    ],
)
def test_headings_stay_in_sight(
    arrangement: Arrangement, blocks: tuple[Block, ...], frozen: tuple[int, int]
) -> None:
    assert laid_out(table(arrangement, *blocks)).frozen == frozen


# --- verdicts -------------------------------------------------------------------------------


def test_every_row_has_a_status_cell_at_its_end() -> None:
    own = line("row", "one")
    layout = laid_out(table(), own)
    first = FIRST_ROW + 2
    assert statuses(layout) == {
        Span.line(first, 5, 5): (own,),
        Span.line(first + 1, 5, 5): (),
        Span.line(first + 2, 5, 5): (),
    }
    assert labels(layout, "margin") == {STATUS_HEADING: Span.line(FIRST_ROW, 5, 5)}
    assert (layout.form_right, layout.shown_right, layout.bottom) == (4, 5, first + 2)


def test_a_status_cell_asks_for_the_typed_in_cells_of_its_row() -> None:
    first, *_ = laid_out(table()).statuses
    assert first.typed == ("t.one.a", "t.one.c"), "d is computed"


def test_the_gravest_line_of_a_row_comes_first() -> None:
    note = line("row", "one", severity=Severity.NOTE)
    warning = line("cell", "one", "a", severity=Severity.WARNING)
    error = line("row", "one", severity=Severity.ERROR)
    first, *_ = laid_out(table(), note, warning, error).statuses
    assert first.lines == (error, warning, note)


def test_what_is_wrong_with_a_column_stands_under_it() -> None:
    own = line("column", None, "d")
    layout = laid_out(table(), own)
    below = FIRST_ROW + 5
    assert statuses(layout)[Span.line(below, 4, 4)] == (own,)
    assert labels(layout, "margin")[COLUMN_STATUSES] == Span.line(below, 0, 1)
    assert layout.bottom == below
    assert layout.form_bottom == below - 1, "verdicts do not print"
    assert layout.statuses[-1].typed == (), "blanks are told beside the rows"


@pytest.mark.parametrize("each", [None, "column"])
def test_a_check_of_no_row_or_column_of_the_table_stands_beside_the_first_row_that_it_names(
    each: str | None,
) -> None:
    own = line(
        each, None, None if each is None else "x", names=("other.x.y", "t.three.c", "t.one.a")
    )
    layout = laid_out(table(), own)
    assert [status.lines for status in layout.statuses] == [(), (own,), ()]


def test_columns_of_two_blocks_are_no_one_place() -> None:
    other = Block("第二部分", "项目", COLUMNS, (Heading("五", "five"),))
    own = line("column", None, "d", names=("t.five.d", "t.one.d"))
    layout = laid_out(table(Arrangement.DOWN, ONE_BLOCK, other), own)
    assert [status.lines for status in layout.statuses] == [(), (), (), (own,)]
    assert labels(layout, "margin") == {STATUS_HEADING: Span.line(FIRST_ROW, 5, 5)}


def test_checks_of_rows_side_by_side_stand_below_them() -> None:
    one, four = line("row", "one"), line("column", None, "a", names=("t.four.a",))
    layout = laid_out(table(Arrangement.ACROSS, Block(None, "", COLUMNS, ROWS)), one, four)
    below = FIRST_ROW + 5
    assert statuses(layout) == {
        Span.line(below, 0, 2): (one,),
        Span.line(below, 3, 5): (),
        Span.line(below, 6, 8): (four,),
    }
    assert layout.statuses[0].typed == ("t.one.a", "t.one.c")
    assert (layout.form_right, layout.shown_right) == (8, 8)
    assert (layout.form_bottom, layout.bottom) == (below - 1, below)


def test_checks_of_other_tables_are_not_shown() -> None:
    layout = laid_out(table(), line("row", "one", table="other"))
    assert all(status.lines == () for status in layout.statuses)


# --- both forms -----------------------------------------------------------------------------


def test_every_line_is_shown_once(any_form: Form) -> None:
    layout = layout_of(any_form)
    shown = [own for sheet in layout.form_sheets for s in sheet.statuses for own in s.lines]
    assert sorted(own.index for own in shown) == [own.index for own in layout.lines]
    for sheet in layout.form_sheets:
        mine = {own.index for status in sheet.statuses for own in status.lines}
        assert mine == {own.index for own in layout.lines_on(sheet)}


def test_every_typed_in_cell_is_asked_for_once(any_form: Form) -> None:
    for sheet in layout_of(any_form).tables.values():
        asked = [name for status in sheet.statuses for name in status.typed]
        assert sorted(asked) == sorted(layout_of(any_form).typed_on(sheet))


def test_nothing_lies_over_anything_else(any_form: Form) -> None:
    for sheet in layout_of(any_form).form_sheets:
        spans = [label.span for label in sheet.labels] + list(sheet.fields.values())
        spans += [status.span for status in sheet.statuses]
        lines = (sheet.verdict, sheet.unit_line, sheet.measure_line, sheet.signatures)
        spans += [own for own in lines if own is not None]
        cells = [cell for span in spans for cell in span.cells()]
        cells += [sheet.state(span.cell) for span in sheet.fields.values()]
        assert len(cells) == len(set(cells)), sheet.name
        assert sheet.flag is None or sheet.flag not in cells
        assert not any(sheet.outside(cell) for cell in cells)


@pytest.mark.parametrize(("columns", "width"), [(1, 19.0), (3, 19.0), (5, 11.4), (12, 8.1)])
def test_columns_of_numbers_share_the_width_of_a_page(columns: int, width: float) -> None:
    headings = tuple(Heading(f"列{i}", f"c{i}") for i in range(columns))
    block = Block(None, "项目", headings, ROWS[:1])
    layout = laid_out(table(Arrangement.DOWN, block))
    numbers = layout.widths[layout.fields["t.one.c0"].left : layout.form_right + 1]
    assert numbers == pytest.approx((width,) * columns, abs=0.1)


def test_the_official_table_is_that_of_the_sheet_without_what_is_around_it(any_form: Form) -> None:
    for table in any_form.tables:
        sheet = layout_of(any_form).tables[table.id]
        official = official_table(table)
        moved = {name: (span.top + FIRST_ROW, span.left) for name, span in official.fields.items()}
        assert moved == {name: span.cell for name, span in sheet.fields.items()}
        printed = [
            label.text
            for label in sheet.labels
            if label.style not in ("title", "question", "margin")
        ]
        assert sorted(label.text for label in official.labels) == sorted(printed)


def test_the_official_table_fills_its_grid(any_form: Form) -> None:
    """Every cell of the grid is a label's or a field's, and of one only."""
    for table in any_form.tables:
        official = official_table(table)
        spans = [label.span for label in official.labels] + list(official.fields.values())
        cells = [cell for span in spans for cell in span.cells()]
        columns = range(len(official.widths))
        grid = [(row, column) for row in range(official.rows) for column in columns]
        assert sorted(cells) == grid


def test_rows_of_headings_are_those_of_all_columns(zfxxgk: Form) -> None:
    assert [official_table(table).headings for table in zfxxgk.tables] == [0, 3, 3]


# --- heights and widths ---------------------------------------------------------------------


def test_rows_over_and_below_a_table_are_as_high_as_what_they_say() -> None:
    layout = laid_out(table(), signed=True)
    first = FIRST_ROW + 2
    assert dict(layout.heights) == {
        HEAD_ROW: 27.0,
        TITLE_ROW: 28.0,
        UNIT_ROW: 19.0,
        FIRST_ROW: 18.0,
        FIRST_ROW + 1: 32.0,
        first: 19.0,
        first + 1: 19.0,
        first + 2: 19.0,
        first + 3: 34.0,
    }
    assert layout.form_bottom == first + 3, "the signatures"


def test_the_question_takes_the_lines_that_it_needs() -> None:
    narrow = (Heading("一", "one"),)
    layout = laid_out(table(Arrangement.DOWN, Block(None, "", COLUMNS, narrow)))
    assert layout.widths[0] == 26.0
    assert layout.heights[HEAD_ROW] == 34.0, "two lines"


def test_a_long_row_heading_makes_its_row_higher() -> None:
    rows = (Heading("长" * 30, "one"), Heading("二", "two"))
    layout = laid_out(table(Arrangement.DOWN, Block(None, "", COLUMNS, rows)))
    first = FIRST_ROW + 2
    assert (layout.heights[first], layout.heights[first + 1]) == (49.0, 19.0)


def test_rows_of_a_table_across_are_as_high_as_their_headings() -> None:
    layout = laid_out(table(Arrangement.ACROSS))
    line = FIRST_ROW + 4
    assert {row: layout.heights[row] for row in range(FIRST_ROW, line + 1)} == {
        FIRST_ROW: 22.0,
        FIRST_ROW + 1: 22.0,
        FIRST_ROW + 2: 22.0,
        FIRST_ROW + 3: 24.0,
        line: 26.0,
    }


@pytest.mark.parametrize(("columns", "width"), [(2, 19.0), (4, 14.2), (7, 8.1), (12, 8.1)])
def test_columns_of_numbers_share_the_page(columns: int, width: float) -> None:
    headings = tuple(Heading(str(i), f"c{i}") for i in range(columns))
    rows = (Heading("一", "one"),)
    layout = laid_out(table(Arrangement.DOWN, Block(None, "", headings, rows)))
    assert layout.widths[1 : columns + 1] == (width,) * columns
