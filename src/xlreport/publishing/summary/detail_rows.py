"""The units' rows of a detail sheet, made column by column when the sheet is written: they are most
of a large summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from xlsxwriter.format import Format

from xlreport import a1
from xlreport.form import expression as ex
from xlreport.form.model import Field
from xlreport.rules.columns import ColumnStore
from xlreport.rules.evaluate import UnitView
from xlreport.rules.fixed import ONE, from_fixed
from xlreport.workbook.layout import details
from xlreport.workbook.writer.book import WorkbookWriter, excel_number, put_text
from xlreport.workbook.writer.late_rows import row_tag
from xlreport.workbook.writer.xlsxwriter_patches import PlainSheet, index_of

_AT_ONCE = 512
"""Units whose rows are made together."""

_BEYOND = int(ex.MAX_NUMBER) * ONE
"""From here on a column does not tell how large a number is."""

_Numbers = list[int | None]
"""Numbers in units of 10**-SCALE; None where a cell holds none."""


def size_of(value: Decimal) -> Decimal:
    """How much room a number takes: a minus as much as a digit."""
    return value if value >= 0 else value * -10


class DetailRows:
    """A row a unit: code, name and level, then a number for each field; of typed-in fields as it
    counts, of computed ones worked out again. `largest` is how much room each field needs."""

    def __init__(
        self,
        book: WorkbookWriter,
        sheet: PlainSheet,
        fields: Sequence[Field],
        views: Sequence[UnitView],
    ) -> None:
        self.first = details.FIRST_UNIT_ROW
        self.last = self.first + len(views) - 1
        self.right = details.field_column(len(fields)) - 1
        self.largest = [Decimal(0)] * len(fields)
        self._styles = [_style(book, field) for field in fields]
        self._fields = fields
        self._views = views
        self._keys = book.list_rows(sheet, self.first, ["text"] * len(details.KEYS))
        for view in views:
            unit = view.submission.unit
            for text in (unit.code, unit.name, unit.level):
                put_text(self._keys, text)
        self._note_sizes()

    def _note_sizes(self) -> None:
        for part in _parts(self._views):
            for index, field in enumerate(self._fields):
                known = [value for value in part.numbers(field) if value is not None]
                if known:
                    sizes = [size_of(from_fixed(value)) for value in (max(known), min(known))]
                    self.largest[index] = max(self.largest[index], *sizes)

    def texts(self) -> Iterator[str]:
        """The rows, some units at once."""
        if not self._views:
            return
        # formats are numbered in the order in which cells need them
        self._keys.cells(0)
        styles = [index_of(style) for style in self._styles]
        position = 0
        for part in _parts(self._views):
            keys = [self._keys.cells(position + i) for i in range(part.size)]
            first_row = self.first + position + 1
            rows = range(first_row, first_row + part.size)
            columns = [
                _cells(index, style, rows, part.numbers(field))
                for index, (style, field) in enumerate(zip(styles, self._fields, strict=True))
            ]
            for row, *cells in zip(rows, keys, *columns, strict=True):
                yield f"{row_tag(row, self.right + 1)}{''.join(cells)}</row>"
            position += part.size


def _style(book: WorkbookWriter, field: Field) -> Format:
    """What is worked out looks otherwise than what is typed in."""
    use = "number" if field.computed is None else "computed"
    return book.styles[f"{use}_{field.kind.value}"]


def _cells(index: int, style: int, rows: range, numbers: _Numbers) -> list[str]:
    """The cells of a field, by its position, in some rows (from 1)."""
    name = a1.column_name(details.field_column(index))
    blank = f'" s="{style}"/>'
    known: dict[int | None, str] = {None: blank}
    cells = []
    for row, number in zip(rows, numbers, strict=True):
        ends = known.get(number)
        if ends is None:
            ends = known[number] = f'" s="{style}"><v>{_written(number or 0)}</v></c>'
        cells.append(f'<c r="{name}{row}{ends}')
    return cells


def _written(number: int) -> str:
    """A number as XlsxWriter writes it."""
    return f"{excel_number(from_fixed(number)):.16G}"


class _Together:
    """Those units of a part that were evaluated together: where they stand in it and in the store
    of their numbers."""

    def __init__(self, store: ColumnStore) -> None:
        self.store = store
        self.positions: list[int] = []
        self.units: list[int] = []

    def numbers(self, field: Field) -> tuple[list[int], list[bool]]:
        """A field's numbers, and where there is one."""
        if field.computed is not None:
            values = self.store.recomputed[field.id].values[self.units].tolist()
            return values, [True] * len(values)
        column = self.store.columns[field.id]
        return column.values[self.units].tolist(), column.known[self.units].tolist()


class _Part:
    """Some units, one after the other."""

    def __init__(self, views: Sequence[UnitView]) -> None:
        self.size = len(views)
        self._views = views
        self._together: dict[int, _Together] = {}
        for position, view in enumerate(views):
            together = self._together.setdefault(id(view.store), _Together(view.store))
            together.positions.append(position)
            together.units.append(view.unit)

    def numbers(self, field: Field) -> _Numbers:
        """A field's numbers."""
        numbers: _Numbers = [None] * self.size
        for together in self._together.values():
            found = zip(together.positions, *together.numbers(field), strict=True)
            for position, value, is_known in found:
                if abs(value) >= _BEYOND and field.computed is None:
                    numbers[position] = self._exactly(position, field)
                elif is_known:
                    numbers[position] = value
        return numbers

    def _exactly(self, position: int, field: Field) -> int | None:
        """A typed-in number that is too large for its column."""
        value = self._views[position].submission.effective(field.id).value
        return None if value is None else int(value * ONE)


def _parts(views: Sequence[UnitView]) -> Iterator[_Part]:
    for start in range(0, len(views), _AT_ONCE):
        yield _Part(views[start : start + _AT_ONCE])
