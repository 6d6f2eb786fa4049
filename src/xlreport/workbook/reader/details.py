"""The units below a summary, read from its detail sheets; its totals, summed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from decimal import Decimal
from functools import cached_property
from itertools import chain

from xlreport.findings import Finding
from xlreport.form.model import Form, Table
from xlreport.formats.raw import RawCell
from xlreport.submission import BLANK, Entry, Figures, Place, Status, Unit, shown, values_of
from xlreport.text import clean_name
from xlreport.workbook.codes import (
    DETAIL_NO_NUMBER,
    DETAIL_OF_NOBODY,
    DETAILS_DISAGREE,
    DETAILS_LOST,
    TOTAL_DIFFERS,
)
from xlreport.workbook.layout.details import (
    CHECK_CODE,
    EXPLANATION,
    EXPLANATIONS_NAME,
    KEY_LABELS,
    KEYS,
    TEXTS_NAME,
    UNIT_CODE,
    UNIT_NAME,
    column_heading,
    column_name,
    detail_fields,
    detail_name,
    detail_sheet,
)
from xlreport.workbook.reader.defined_names import spot_of, target_of
from xlreport.workbook.reader.headings import squeezed
from xlreport.workbook.reader.lists import FoundList, UnitList, find_list, named_row
from xlreport.workbook.reader.locate import Located
from xlreport.workbook.reader.numbers import read_entry

_TEXTS, _EXPLANATIONS = "各单位文字的清单", "各单位说明的清单"
"""What the lists are called in messages."""


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


def read_members(
    located: Located, entries: Mapping[str, Entry], *, same_version: bool = True
) -> Members:
    """The units of a summary with their figures, and its totals, summed again from the detail rows.

    `entries` is what the form's own tables show; a total that they show otherwise is an E1 finding.
    `same_version` says whether the workbook was made from the form as it is now.
    """
    totals: dict[str, Entry] = {}
    findings: list[Finding] = []
    sheets: list[list[_UnitRow]] = []
    for table in located.layout.form.tables:
        sheet = detail_sheet(table)
        rows = _rows_of(_DetailSheet(located, table, same_version=same_version), findings)
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
    lists = _lists(located)
    figures = _figures(lists, sheets)
    return Members(_units(sheets), totals, figures, (*findings, *lists.findings))


def _units(sheets: Iterable[Sequence[_UnitRow]]) -> tuple[Unit, ...]:
    """The units of the first sheet with any."""
    for rows in sheets:
        if rows:
            return tuple(row.unit for row in rows)
    return ()


def _figures(lists: _Lists, sheets: Iterable[Sequence[_UnitRow]]) -> dict[Unit, Figures]:
    """The units' numbers with their texts and explanations, which are listed by code and name."""
    numbers: defaultdict[Unit, dict[str, Decimal]] = defaultdict(dict)
    for row in chain.from_iterable(sheets):
        numbers[row.unit].update(values_of(row.entries))
    figures = {}
    for unit, values in numbers.items():
        key = (unit.code, unit.name)
        own_texts = lists.texts.get(key, {})
        own_explanations = lists.explanations.get(key, {})
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


class _DetailSheet:
    """The detail sheet of a table, as it is to be found."""

    def __init__(self, located: Located, table: Table, *, same_version: bool) -> None:
        self._located = located
        self._book = located.book
        self._table = table
        self._same_version = same_version
        self._sheet = detail_sheet(table)
        form = located.layout.form
        self._others = {detail_sheet(other) for other in form.tables if other is not table}
        self._fields = [field.id for field in detail_fields(form, table.id)]

    def find(self) -> FoundList:
        """Its rows by field ids. Above the columns stand the cells of the form's own sheet, which
        say nothing of a form of another version: there the names of the columns count. In the
        first summaries ids stood there themselves."""
        headings = {*KEY_LABELS, *self._cells}
        is_plain = named_row(self._book, detail_name(self._table.id), headings) is not None
        if not (self._same_version and is_plain):
            by_ids = self._with_headings({*KEYS, self._fields[0]})
            if by_ids.found is not None:
                return by_ids
        if self._same_version:
            by_cells = self._with_headings(headings)
            if by_cells.found is not None:
                return self._by_ids(by_cells, self._cells)
        return self._by_names()

    @cached_property
    def _cells(self) -> dict[str, str]:
        """The field of each cell of the form's own sheet."""
        layout = self._located.layout
        return {column_heading(layout, name): name for name in self._fields}

    def _with_headings(self, headings: set[str]) -> FoundList:
        what = f"明细表“{self._sheet}”"
        return find_list(self._book, detail_name(self._table.id), headings, what, self._others)

    def _by_ids(self, result: FoundList, fields: Mapping[str, str]) -> FoundList:
        """The same list with ids as its headings; columns of nothing known are left out."""
        if result.found is None:
            return result
        ids = {**dict(zip(KEY_LABELS, KEYS, strict=True)), **fields}
        known: dict[int, str] = {}
        for column, heading in result.found.headings.items():
            if heading in ids:
                known[column] = ids[heading]
        return replace(result, found=replace(result.found, headings=known))

    def _by_names(self) -> FoundList:
        """By the names of the columns, where every field has one in the row of the headings."""
        target = target_of(self._book, detail_name(self._table.id))
        if target is None:
            return FoundList(None)
        row = target.sheet, target.first[0]
        named: dict[str, str] = {}
        for field in self._fields:
            heading = self._heading(field, row)
            if heading is None:
                return FoundList(None)
            named[squeezed(heading.text)] = field
        return self._by_ids(self._with_headings({*KEY_LABELS, *named}), named)

    def _heading(self, field: str, row: tuple[str, int]) -> RawCell | None:
        """What the name of a field's column points to, where that lies in this row of a sheet."""
        spot = spot_of(self._book, column_name(field))
        if spot is None:
            return None
        sheet, cell = spot
        if row != (sheet, cell[0]):
            return None
        return self._book.sheets[sheet].cells.get(cell)


def _rows_of(sheet: _DetailSheet, findings: list[Finding]) -> list[_UnitRow] | None:
    """The units' rows of a table, None when its detail sheet is lost; adds what was odd."""
    result = sheet.find()
    if result.found is None:
        return None
    findings += result.findings
    rows = []
    for row in _unit_rows(result.found):
        if isinstance(row, Finding):
            findings.append(row)
        else:
            rows.append(row)
    return rows


def _unit_rows(details: UnitList) -> Iterator[_UnitRow | Finding]:
    """The rows of a detail sheet that have a unit; E1 for one that only has numbers."""
    for line in details.lines:
        texts = details.texts(line)
        name = clean_name(texts["unit"])
        entries: dict[str, Entry] = {}
        for column, heading in details.headings.items():
            if heading not in KEYS and heading not in entries:
                entries[heading], _ = read_entry(details.cell(line, column))
        if name:
            unit = Unit(name, texts["code"].strip(), texts["level"].strip())
            yield _UnitRow(unit, entries)
        elif any(entry.value for entry in entries.values()):
            yield DETAIL_OF_NOBODY().on(details.place(line, 0))


_TextsOfUnits = dict[tuple[str, str], dict[str, str]]
"""Texts of units by the code and name of each, then by what they are."""


@dataclass
class _Lists:
    """The texts and explanations of each unit, by code and name, and what was odd."""

    texts: _TextsOfUnits = attribute(default_factory=dict)
    explanations: _TextsOfUnits = attribute(default_factory=dict)
    findings: list[Finding] = attribute(default_factory=list)


def _lists(located: Located) -> _Lists:
    lists = _Lists()
    form = located.layout.form
    ids = {squeezed(text.label): text.field_id for text in form.texts}
    keys = {UNIT_CODE, UNIT_NAME}
    headings = {*keys, *list(ids)[:1]}
    for row in _listed(located, TEXTS_NAME, headings, _TEXTS, lists):
        written = {field: row.get(label, "") for label, field in ids.items()}
        lists.texts[_unit_key(row)] = {field: text for field, text in written.items() if text}
    explained = {*keys, CHECK_CODE, EXPLANATION}
    for row in _listed(located, EXPLANATIONS_NAME, explained, _EXPLANATIONS, lists):
        # people read A-3, the form says A3
        code, explanation = row[CHECK_CODE].replace("-", ""), row[EXPLANATION]
        if code and explanation:
            lists.explanations.setdefault(_unit_key(row), {})[code] = explanation
    return lists


def _listed(
    located: Located, name: str, keys: set[str], what: str, lists: _Lists
) -> list[dict[str, str]]:
    """The rows of a list as texts by heading; none when the list is lost."""
    result = find_list(located.book, name, keys, what)
    lists.findings += result.findings
    if result.found is None:
        return []
    lists.findings += result.found.no_texts()
    return [result.found.texts(line) for line in result.found.lines]


def _unit_key(row: Mapping[str, str]) -> tuple[str, str]:
    """Code and name of the unit of a list's row."""
    return row[UNIT_CODE].strip(), clean_name(row[UNIT_NAME])
