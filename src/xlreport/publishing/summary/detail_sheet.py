"""明细: every unit's figures, a row a unit; the totals above are live sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xlreport.a1 import address, quoted
from xlreport.form import expression as ex
from xlreport.form.model import Field, Form, Kind, Table
from xlreport.publishing.summary.detail_rows import DetailRows, size_of
from xlreport.rules.evaluate import UnitView
from xlreport.workbook.layout import details
from xlreport.workbook.layout.sheet import LINE_HEIGHT, Span, display_width, lines_needed
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.printing import MAX_ROW_HEIGHT

_KEY_WIDTHS = (11.0, 18.0, 7.0)

_TITLE_HEIGHT, _LEAST_HEIGHT, _HEADING_HEIGHT = 30.0, 30.0, 18.0
"""Points of the title's row, of headings of one line, of the cells of the form."""

_LEAST_WIDTH = 7.0
_DECIMALS = 7
"""Characters that the decimals of an amount take."""

_GROUP_ROW, _COLUMN_ROW = 1, 2
"""Above the totals: what stands together on the form, and each of its columns."""

_MOST_LINES = 6
"""Lines of a heading: a column is so wide that its heading takes no more."""

_UPRIGHT = 125.0
"""Characters that print large enough across an upright page."""

_SCALE = 60
"""Per cent at which a table prints that has too many columns and no totals."""


def write_detail(book: WorkbookWriter, form: Form, table: Table, views: Sequence[UnitView]) -> None:
    """The detail sheet of a table."""
    _DetailSheet(book, form, table, views).write()


class _Heading(NamedTuple):
    """What stands above a column: what it has in common with those beside it, its own words."""

    group: str
    label: str


class _DetailSheet:
    def __init__(
        self, book: WorkbookWriter, form: Form, table: Table, views: Sequence[UnitView]
    ) -> None:
        self.book = book
        self.table = table
        self.views = views
        self.name = details.detail_sheet(table)
        self.fields = details.detail_fields(form, table.id)
        self.totals = len(details.row_totals(form, table.id))
        self.right = details.field_column(len(self.fields)) - 1
        self.last = details.HEADING_ROW + max(1, len(views))
        self.sheet = book.sheet(self.name)

    def write(self) -> None:
        """The whole sheet."""
        self._title()
        self.rows = DetailRows(self.book, self.sheet, self.fields, self.views)
        self.largest = self.rows.largest
        for index, field in enumerate(self.fields):
            self._total(details.field_column(index), field)
        self._widths()
        self._key_headings()
        self._field_headings()
        self._range()
        self._page()
        self.sheet.write_late(self.rows)

    # --- figures ------------------------------------------------------------------------------

    def _total(self, column: int, field: Field) -> None:
        style = self.book.styles[f"computed_{field.kind.value}"]
        if not self.views:
            self.sheet.write_blank(details.TOTAL_ROW, column, None, style)
            return
        result = self.book.results.number(ex.Ref(field.id))
        formula = details.column_sum(self.name, column, len(self.views))
        self.sheet.write_formula(details.TOTAL_ROW, column, formula, style, excel_number(result))
        index = column - details.field_column(0)
        self.largest[index] = max(self.largest[index], size_of(result))

    # --- headings -----------------------------------------------------------------------------

    def _title(self) -> None:
        title = f"{self.table.title}（各单位明细）"
        self.book.merge(self.sheet, Span.line(0, 0, self._printed_right), title, "title")
        self.sheet.set_row(0, _TITLE_HEIGHT)

    def _widths(self) -> None:
        for column, width in enumerate(_KEY_WIDTHS):
            self.sheet.set_column(column, column, width)
        self.widths = [self._width(index) for index in range(len(self.fields))]
        for index, width in enumerate(self.widths):
            column = details.field_column(index)
            self.sheet.set_column(column, column, width)

    def _width(self, index: int) -> float:
        """As wide as the largest number of a column and its heading need."""
        digits = len(str(int(self.largest[index])))
        if self.fields[index].kind is Kind.MONEY:
            digits += _DECIMALS
        heading = self._heading(index)
        least = display_width(heading.label) / _MOST_LINES + 2.0
        return max(_LEAST_WIDTH, digits + 2.0, least)

    def _heading(self, index: int) -> _Heading:
        """What stands above a column."""
        field = self.fields[index]
        if index >= self.totals:
            return _Heading(field.row_label, field.column_label)
        group, _, label = field.row_short.rpartition(" ")
        return _Heading(group, label)

    def _key_headings(self) -> None:
        keys = len(details.KEYS) - 1
        corner = Span(_GROUP_ROW, 0, _COLUMN_ROW, keys)
        first = details.column_heading(self.book.layout, self.fields[0].id)
        words = f"标题下的“{first}”等，是这一列在“{self.table.sheet}”页里的格"
        if self.totals:
            words += "\n先列各行的总计，分项在右边；打印只印总计"
        self.book.merge(self.sheet, corner, words, "corner")
        self.book.merge(self.sheet, Span.line(details.TOTAL_ROW, 0, keys), "合计", "head")
        for column, label in enumerate(details.KEY_LABELS):
            self.book.string(self.sheet, (details.HEADING_ROW, column), label, "id")

    def _field_headings(self) -> None:
        """What stands together on the form, its columns, and the cell of each."""
        headings = [self._heading(index) for index in range(len(self.fields))]
        groups = [_LEAST_HEIGHT]
        for first, last in self._groups(headings):
            group = headings[first].group
            self._group(group, first, last)
            groups.append(_height(group, sum(self.widths[first : last + 1])))
        columns = [_LEAST_HEIGHT]
        for index, heading in enumerate(headings):
            self._column_heading(index, heading)
            columns.append(_height(heading.label, self.widths[index]))
        self.sheet.set_row(_GROUP_ROW, min(MAX_ROW_HEIGHT, max(groups)))
        self.sheet.set_row(_COLUMN_ROW, min(MAX_ROW_HEIGHT, max(columns)))
        self.sheet.set_row(details.HEADING_ROW, _HEADING_HEIGHT)

    def _group(self, group: str, first: int, last: int) -> None:
        """What some columns have in common; nothing where that is nothing."""
        if group:
            span = Span.line(_GROUP_ROW, details.field_column(first), details.field_column(last))
            self.book.merge(self.sheet, span, group, "small_head")

    def _column_heading(self, index: int, heading: _Heading) -> None:
        """What a column is; and what tells it from all others, by its name too."""
        field = self.fields[index]
        column = details.field_column(index)
        top = _COLUMN_ROW if heading.group else _GROUP_ROW
        span = Span(top, column, _COLUMN_ROW, column)
        self.book.merge(self.sheet, span, heading.label, "small_head")
        cell = details.HEADING_ROW, column
        home = details.column_heading(self.book.layout, field.id)
        self.book.string(self.sheet, cell, home, "id")
        self.book.name(details.column_name(field.id), self.name, cell)

    def _groups(self, headings: Sequence[_Heading]) -> Iterator[tuple[int, int]]:
        """The first and the last field that stand under one heading, by their positions."""
        first = 0
        for index, heading in enumerate(headings):
            following = index + 1
            ends = following in (self.totals, len(headings))
            if ends or headings[following].group != heading.group:
                yield first, index
                first = following

    # --- the table, paper ---------------------------------------------------------------------

    def _range(self) -> None:
        """The defined name, the table with its filters, protection."""
        first = address((details.HEADING_ROW, 0), absolute=True)
        last = address((self.last, self.right), absolute=True)
        name = details.detail_name(self.table.id)
        self.book.workbook.define_name(name, f"={quoted(self.name)}!{first}:{last}")
        cells = [details.column_heading(self.book.layout, field.id) for field in self.fields]
        rows = Span(details.HEADING_ROW, 0, self.last, self.right)
        self.book.table(self.sheet, self.name, rows, [*details.KEY_LABELS, *cells], "id")
        self.sheet.freeze_panes(details.FIRST_UNIT_ROW, 2)
        self.book.protect(self.sheet, autofilter=True)
        self.book.select(self.sheet, details.unit_cell(0, details.field_column(0)))

    @property
    def _printed_right(self) -> int:
        """The last column that prints: of a wide table that of the last total."""
        return details.field_column(self.totals) - 1 if self.totals else self.right

    @property
    def _printed_width(self) -> float:
        """Characters of all columns that print."""
        columns = self._printed_right + 1 - len(details.KEYS)
        return sum(_KEY_WIDTHS) + sum(self.widths[:columns])

    def _page(self) -> None:
        """One page wide; a table that is too wide for that breaks between rows of the form."""
        sheet = self.sheet
        if self._printed_width > _UPRIGHT:
            sheet.set_landscape()
        sheet.print_area(0, 0, self.last, self._printed_right)
        sheet.repeat_rows(0, details.HEADING_ROW)
        if self.totals or len(self.fields) <= details.COLUMNS_A_PAGE:
            sheet.fit_to_pages(1, 0)
            return
        sheet.set_print_scale(_SCALE)
        sheet.set_v_pagebreaks(page_breaks(self.fields))
        sheet.repeat_columns(0, len(details.KEYS) - 1)


def _height(label: str, width: float) -> float:
    return LINE_HEIGHT * lines_needed(label, width) + 4


def _rows_of(fields: Sequence[Field]) -> Iterator[tuple[int, int]]:
    """The first and the last field of each row of the form, by their positions."""
    first = 0
    for index in range(len(fields)):
        following = index + 1
        if following == len(fields) or fields[following].row != fields[index].row:
            yield first, index
            first = following


def page_breaks(fields: Sequence[Field]) -> list[int]:
    """Columns at which a printed page begins: the columns of one row of the form stay together."""
    breaks: list[int] = []
    page = 0
    for first, last in _rows_of(fields):
        columns = last + 1 - page
        if columns > details.COLUMNS_A_PAGE and first > page:
            breaks.append(details.field_column(first))
            page = first
    return breaks
