"""The units below a summary, read from its detail sheets; its totals, summed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from xlreport.a1 import Cell
from xlreport.findings import Finding
from xlreport.form.model import Form
from xlreport.formats.raw import RawBook, RawCell
from xlreport.submission import BLANK, Entry, Figures, Place, Status, Unit, shown, values_of
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


def read_members(located: Located, entries: Mapping[str, Entry]) -> Members:
    """The units of a summary with their figures, and its totals, summed again from the detail rows.

    `entries` is what the form's own tables show; a total that they show otherwise is an E1 finding.
    """
    totals: dict[str, Entry] = {}
    findings: list[Finding] = []
    sheets: list[list[_UnitRow]] = []
    for table in located.layout.form.tables:
        sheet = detail_sheet(table)
        rows = _unit_rows(located.book, detail_name(table.id))
        if rows is None:
            findings.append(DETAILS_LOST(sheet=sheet).at(sheet=table.sheet))
            continue
        if sheets and _units([rows]) != _units(sheets):
            findings.append(DETAILS_DISAGREE().at(sheet=sheet))
        sheets.append(rows)
        for total in _totals(located.layout.form, table.id, rows):
            totals[total.id] = total.entry
            stated = entries.get(total.id, BLANK)
            findings += total.findings(stated, located.place(total.id))
    figures = _figures(located, sheets)
    return Members(_units(sheets), totals, figures, tuple(findings))


def _units(sheets: Iterable[Sequence[_UnitRow]]) -> tuple[Unit, ...]:
    """The units of the first sheet with any."""
    for rows in sheets:
        if rows:
            return tuple(row.unit for row in rows)
    return ()


def _figures(located: Located, sheets: Iterable[Sequence[_UnitRow]]) -> dict[Unit, Figures]:
    """The units' numbers with their texts and explanations, which are listed by code and name."""
    numbers: defaultdict[Unit, dict[str, Decimal]] = defaultdict(dict)
    for row in chain.from_iterable(sheets):
        numbers[row.unit].update(values_of(row.entries))
    texts = _texts(located)
    explanations = _explanations(located.book)
    figures = {}
    for unit, values in numbers.items():
        key = (unit.code, unit.name)
        own_texts = texts.get(key, {})
        own_explanations = explanations.get(key, {})
        figures[unit] = Figures(values, own_texts, own_explanations)
    return figures


# --- totals ---------------------------------------------------------------------------------


def _totals(form: Form, table: str, rows: Sequence[_UnitRow]) -> Iterator[_Total]:
    """The total of each field that units type in."""
    for field in detail_fields(form, table):
        if field.computed is None:
            entries = [row.entries.get(field.id, BLANK) for row in rows]
            yield _Total(field.id, entries)


class _Total:
    """The sum of one field's detail cells."""

    def __init__(self, field_id: str, entries: Sequence[Entry]) -> None:
        self.id = field_id
        self._values: list[Decimal] = []
        self._no_numbers: list[str] = []
        for entry in entries:
            if entry.value is not None:
                self._values.append(entry.value)
            elif entry.status is not Status.BLANK:
                self._no_numbers.append(entry.raw)
        self._sum = sum(self._values, Decimal(0))

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
        observed = ((self.id, number), ("sum", self._sum))
        yield finding.on(place, self.id).at(observed=observed)


# --- rows of the detail sheets and lists ----------------------------------------------------


class _Headed(NamedTuple):
    """A named range with headings: the cells of its sheet, the headings in its first row by column,
    and the rows below that are in use."""

    cells: Mapping[Cell, RawCell]
    headings: Mapping[int, str]
    lines: range


def _headed(book: RawBook, name: str) -> _Headed | None:
    """The range of this name; None when it is lost."""
    found = named_range(book, name)
    if found is None:
        return None
    sheet, target = found
    top, left = target.first
    bottom, right = target.last
    headings = {}
    for column in range(left, right + 1):
        if (top, column) in sheet.cells:
            headings[column] = sheet.cells[top, column].text
    used = max((row for row, _ in sheet.cells), default=top)
    return _Headed(sheet.cells, headings, range(top + 1, min(bottom, used) + 1))


def _unit_rows(book: RawBook, name: str) -> list[_UnitRow] | None:
    """The unit rows of a detail range; None when the range is lost."""
    found = _headed(book, name)
    if found is None:
        return None
    rows = [_unit_row(found, line) for line in found.lines]
    return [row for row in rows if row is not None]


def _unit_row(details: _Headed, line: int) -> _UnitRow | None:
    """A row with the unit's name; None for any other."""
    keys: dict[str, str] = {}
    entries: dict[str, Entry] = {}
    for column, name in details.headings.items():
        cell = details.cells.get((line, column))
        if name in KEYS:
            keys[name] = cell.text.strip() if cell is not None else ""
        else:
            entries[name], _ = read_entry(cell)
    if len(keys) < len(KEYS) or not keys["unit"]:
        return None
    unit = Unit(keys["unit"], keys["code"], keys["level"])
    return _UnitRow(unit, entries)


def _listed(book: RawBook, name: str) -> Iterator[dict[str, str]]:
    """The rows of a list as texts by heading; none when the list is lost."""
    found = _headed(book, name)
    if found is None:
        return
    for line in found.lines:
        row: dict[str, str] = {}
        for column, heading in found.headings.items():
            cell = found.cells.get((line, column))
            if cell is not None:
                row[heading] = cell.text
        yield row


_UnitKey = tuple[str, str]
"""Code and name of the unit of a list's row."""


def _unit_key(row: Mapping[str, str]) -> _UnitKey:
    code = row.get(UNIT_CODE, "")
    name = row.get(UNIT_NAME, "")
    return code, name


def _texts(located: Located) -> dict[_UnitKey, dict[str, str]]:
    """The texts of each unit."""
    ids = {text.label: text.field_id for text in located.layout.form.texts}
    texts: dict[_UnitKey, dict[str, str]] = {}
    for row in _listed(located.book, TEXTS_NAME):
        written = {}
        for label, text in row.items():
            if label in ids and text:
                written[ids[label]] = text
        texts[_unit_key(row)] = written
    return texts


def _explanations(book: RawBook) -> dict[_UnitKey, dict[str, str]]:
    """The explanations of each unit."""
    explanations: defaultdict[_UnitKey, dict[str, str]] = defaultdict(dict)
    for row in _listed(book, EXPLANATIONS_NAME):
        code = row.get(CHECK_CODE)
        explanation = row.get(EXPLANATION)
        if code and explanation:
            explanations[_unit_key(row)][code] = explanation
    return explanations
