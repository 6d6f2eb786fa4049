"""The units below a summary, read from its detail sheets; its totals, summed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from decimal import Decimal
from itertools import chain

from xlreport.a1 import Cell
from xlreport.findings import Finding
from xlreport.form.model import Form
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import BLANK, Entry, Figures, Place, Status, Unit, shown
from xlreport.workbook.codes import (
    DETAIL_NO_NUMBER,
    DETAILS_DISAGREE,
    DETAILS_LOST,
    TOTAL_DIFFERS,
)
from xlreport.workbook.layout.details import (
    CHECK_CODE,
    EXPLANATION,
    EXPLANATIONS_NAME,
    KEYS,
    TEXTS_NAME,
    UNIT_CODE,
    UNIT_NAME,
    detail_fields,
    detail_name,
    detail_sheet,
)
from xlreport.workbook.reader.defined_names import named_range
from xlreport.workbook.reader.locate import Located
from xlreport.workbook.reader.numbers import read_entry


@dataclass(frozen=True)
class Members:
    """What a summary says of the units below it: totals by field id, figures by unit."""

    units: tuple[Unit, ...] = ()
    totals: Mapping[str, Entry] = attribute(default_factory=dict)
    figures: Mapping[Unit, Figures] = attribute(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _UnitRow:
    """One unit's row of a detail sheet: its number cells by field id."""

    unit: Unit
    entries: Mapping[str, Entry]

    def numbers(self) -> dict[str, Decimal]:
        """What is a number."""
        return {name: e.value for name, e in self.entries.items() if e.value is not None}


def read_members(located: Located, entries: Mapping[str, Entry]) -> Members:
    """The units of a summary with their figures, and its totals, summed again from the detail rows.

    `entries` is what the form's own tables show; a total that they show otherwise is an E1 finding.
    """
    totals: dict[str, Entry] = {}
    findings: list[Finding] = []
    sheets: dict[str, list[_UnitRow]] = {}
    for table in located.layout.form.tables:
        rows = _unit_rows(located.book, detail_name(table.id))
        if rows is None:
            findings.append(DETAILS_LOST(sheet=detail_sheet(table)).at(sheet=table.sheet))
            continue
        if sheets and not _same_units(rows, sheets):
            findings.append(DETAILS_DISAGREE().at(sheet=detail_sheet(table)))
        sheets[table.id] = rows
        for total in _totals(located.layout.form, table.id, rows):
            totals[total.id] = total.entry
            findings += total.findings(entries.get(total.id, BLANK), located.place(total.id))
    units = next((_units(rows) for rows in sheets.values() if rows), ())
    return Members(units, totals, _figures(located, sheets.values()), tuple(findings))


def _units(rows: Sequence[_UnitRow]) -> tuple[Unit, ...]:
    return tuple(row.unit for row in rows)


def _same_units(rows: Sequence[_UnitRow], sheets: Mapping[str, Sequence[_UnitRow]]) -> bool:
    """Whether a sheet has the units of the first sheet with any."""
    first = next((other for other in sheets.values() if other), ())
    return _units(rows) == _units(first)


def _figures(located: Located, sheets: Iterable[Sequence[_UnitRow]]) -> dict[Unit, Figures]:
    """The units' numbers with their texts and explanations, which are listed by code and name."""
    numbers: dict[Unit, dict[str, Decimal]] = {}
    for row in chain.from_iterable(sheets):
        numbers.setdefault(row.unit, {}).update(row.numbers())
    texts = _texts(located)
    explanations = _explanations(located.book)
    figures = {}
    for unit, values in numbers.items():
        key = unit.code, unit.name
        figures[unit] = Figures(values, texts.get(key, {}), explanations.get(key, {}))
    return figures


# --- totals ---------------------------------------------------------------------------------


def _totals(form: Form, table: str, rows: Sequence[_UnitRow]) -> Iterator[_Total]:
    """The total of each field that units type in."""
    for field in detail_fields(form, table):
        if field.computed is None:
            yield _Total(field.id, [row.entries.get(field.id, BLANK) for row in rows])


class _Total:
    """The sum of one field's detail cells."""

    def __init__(self, field_id: str, entries: Sequence[Entry]) -> None:
        self.id = field_id
        self._values = [entry.value for entry in entries if entry.value is not None]
        self._sum = sum(self._values, Decimal(0))
        others = [entry for entry in entries if entry.value is None]
        self._no_numbers = [e.raw for e in others if e.status is not Status.BLANK]

    @property
    def entry(self) -> Entry:
        """The total, blank where no unit has a number."""
        if self._values:
            return Entry.of(self._sum)
        return BLANK

    def findings(self, stated: Entry, place: Place | None) -> Iterator[Finding]:
        """E1: a cell that is no number, or another total on the form's own table."""
        if self._no_numbers:
            yield DETAIL_NO_NUMBER(raw=self._no_numbers[0]).on(place, self.id)
            return
        states_nothing = stated.status in (Status.BLANK, Status.ABSENT)
        if not self._values or states_nothing or stated.value == self._sum:
            return
        finding = TOTAL_DIFFERS(shown=stated.raw, total=shown(self._sum))
        number = stated.raw if stated.value is None else stated.value
        yield finding.on(place, self.id).at(observed=((self.id, number), ("sum", self._sum)))


# --- rows of the detail sheets and lists ----------------------------------------------------


def _headed(book: RawBook, name: str) -> tuple[dict[Cell, RawCell], dict[int, str], range] | None:
    """The cells of a named range's sheet, the headings in its first row by column, and the rows
    below that are in use; None when the range is lost."""
    found = named_range(book, name)
    if found is None:
        return None
    sheet, target = found
    (top, left), (bottom, right) = target.first, target.last
    headings = {}
    for column in range(left, right + 1):
        if (top, column) in sheet.cells:
            headings[column] = sheet.cells[top, column].text
    used = max((row for row, _ in sheet.cells), default=top)
    return sheet.cells, headings, range(top + 1, min(bottom, used) + 1)


def _unit_rows(book: RawBook, name: str) -> list[_UnitRow] | None:
    """The unit rows of a detail range; None when the range is lost."""
    found = _headed(book, name)
    if found is None:
        return None
    cells, ids, lines = found
    rows = (_unit_row(cells, ids, line) for line in lines)
    return [row for row in rows if row is not None]


def _unit_row(cells: Mapping[Cell, RawCell], ids: Mapping[int, str], line: int) -> _UnitRow | None:
    """A row with the unit's name; None for any other."""
    keys: dict[str, str] = {}
    entries: dict[str, Entry] = {}
    for column, name in ids.items():
        cell = cells.get((line, column))
        if name in KEYS:
            keys[name] = cell.text.strip() if cell is not None else ""
        else:
            entries[name], _ = read_entry(cell)
    if len(keys) < len(KEYS) or not keys["unit"]:
        return None
    return _UnitRow(Unit(keys["unit"], keys["code"], keys["level"]), entries)


def _listed(book: RawBook, name: str) -> Iterator[dict[str, str]]:
    """The rows of a list as texts by heading; none when the list is lost."""
    found = _headed(book, name)
    if found is None:
        return
    cells, headings, lines = found
    for line in lines:
        yield {
            heading: cells[line, column].text
            for column, heading in headings.items()
            if (line, column) in cells
        }


def _unit_key(row: Mapping[str, str]) -> tuple[str, str]:
    """Code and name of the unit of a list's row."""
    return row.get(UNIT_CODE, ""), row.get(UNIT_NAME, "")


def _texts(located: Located) -> dict[tuple[str, str], dict[str, str]]:
    """The texts of each unit, by code and name."""
    ids = {text.label: text.field_id for text in located.layout.form.texts}
    texts = {}
    for row in _listed(located.book, TEXTS_NAME):
        written = {ids[label]: text for label, text in row.items() if label in ids and text}
        texts[_unit_key(row)] = written
    return texts


def _explanations(book: RawBook) -> dict[tuple[str, str], dict[str, str]]:
    """The explanations of each unit, by code and name."""
    explanations: dict[tuple[str, str], dict[str, str]] = {}
    for row in _listed(book, EXPLANATIONS_NAME):
        # people read A-3, the form says A3
        code = row.get(CHECK_CODE, "").replace("-", "")
        explanation = row.get(EXPLANATION)
        if code and explanation:
            explanations.setdefault(_unit_key(row), {})[code] = explanation
    return explanations
