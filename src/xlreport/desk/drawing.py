"""A report's tables drawn as the form prints them, with what was found at its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xlreport.data_code import data_code
from xlreport.findings import Finding, Severity
from xlreport.form.model import Form, Table
from xlreport.merging.decisions import Decision, Ruling, is_acceptable, unacceptable
from xlreport.merging.outcome import FileRecord
from xlreport.publishing.overview import as_printed
from xlreport.rules.evaluate import UnitView, view_of
from xlreport.submission import Figures, Submission, shown
from xlreport.telling.tables import shown_number
from xlreport.text import cut_to_columns, first_of
from xlreport.workbook.layout.sheet import Span
from xlreport.workbook.layout.table import OfficialTable, official_table
from xlreport.workbook.layout.workbook import layout_of

_HINT = "H1"
"""Findings that name a cell which is probably wrong."""

_LIKELY = "likely"
_MOST_PLACES = 3
"""Cells that a choice names."""

_LONGEST_CHOICE = 80
"""Columns of a finding's words in a choice."""


@dataclass(frozen=True)
class Told:
    """A finding as it is listed: its number on the page, the cells that it is about (their ids in
    the page), and whether the county can accept it."""

    number: int
    finding: Finding
    fields: tuple[str, ...]
    acceptable: bool = False

    @property
    def is_hint(self) -> bool:
        """Whether it names a cell that is probably wrong."""
        return self.finding.rule == _HINT


@dataclass(frozen=True)
class Choice:
    """A code that can be decided about, in words that no other one has, and whether it can be
    accepted."""

    code: str
    text: str
    can_accept: bool


@dataclass(frozen=True)
class Cell:
    """A cell of a table: a heading, or a number with last year's (empty where it is not known) and
    the findings about it. `mark` is the gravest of them, or `likely`."""

    text: str
    rows: int = 1
    columns: int = 1
    name: str = ""
    before: str = ""
    mark: str = ""
    where: str = ""
    told: tuple[Told, ...] = ()

    @property
    def is_heading(self) -> bool:
        """Whether it is printed in the form."""
        return not self.name


@dataclass(frozen=True)
class Drawn:
    """A table: its title and its rows of cells."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Drawing:
    """A report as the page shows it."""

    file: FileRecord
    form: Form
    before: Figures | None = field(default=None, repr=False)

    @property
    def report(self) -> Submission:
        """What the unit reported."""
        return self.file.report

    @property
    def code(self) -> str:
        """The data code of what the unit reported."""
        return data_code(self.report)

    @cached_property
    def view(self) -> UnitView:
        """Its numbers, computed ones included."""
        return self.file.view or view_of(self.form, self.report)

    @cached_property
    def told(self) -> tuple[Told, ...]:
        """What was found, heaviest first."""
        return tuple(self._told())

    def _told(self) -> Iterator[Told]:
        concerned: dict[Finding, list[str]] = {}
        for finding in self.file.findings:
            concerned.setdefault(_anywhere(finding), []).extend(self._fields_of(finding))
        for number, finding in enumerate(as_printed(self.file.findings, self.form), 1):
            names = self._fields_of(finding) or concerned.get(_anywhere(finding), [])
            can_accept = is_acceptable(finding, self.file) and self.can_accept(finding.code)
            yield Told(number, finding, tuple(dict.fromkeys(names)), can_accept)

    def can_accept(self, code: str) -> bool:
        """Whether the county can accept all that a decision about this code would be about."""
        return not unacceptable(Decision(self.file.unit, Ruling.ACCEPT, "", code), self.file)

    @property
    def choices(self) -> list[Choice]:
        """What the county can decide about, but for the whole report: each code once."""
        by_code: dict[str, list[Finding]] = {}
        for told in self.told:
            if told.finding.severity is not Severity.NOTE:
                by_code.setdefault(told.finding.code, []).append(told.finding)
        return [self._choice(code, alike) for code, alike in by_code.items()]

    def _choice(self, code: str, alike: Sequence[Finding]) -> Choice:
        first = alike[0]
        places = list(dict.fromkeys(finding.where for finding in alike if finding.where))
        where = first_of(places, _MOST_PLACES, "处")
        words = cut_to_columns(first.message, _LONGEST_CHOICE)
        pieces = filter(None, (first.printed_code, where, words))
        return Choice(code, "　".join(pieces), can_accept=self.can_accept(code))

    def _fields_of(self, finding: Finding) -> list[str]:
        """The cells of the form that a finding is about: one, or every one that is probably
        wrong."""
        names = [self._field_of(finding)]
        if finding.rule == _HINT:
            names += [name for name, _ in finding.observed]
        return [name for name in dict.fromkeys(names) if name in self.form.fields]

    def _field_of(self, finding: Finding) -> str:
        """The cell at which a finding stands; empty where that is none of the form."""
        if finding.field in self.form.fields:
            return finding.field
        return self._by_place.get((finding.sheet, finding.cell), "")

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str], str]:
        """The fields by where they stand in the unit's workbook."""
        places = self.report.provenance.places.items()
        return {(place.sheet, place.cell): name for name, place in places}

    @cached_property
    def _by_field(self) -> Mapping[str, list[Told]]:
        found: dict[str, list[Told]] = {}
        for told in self.told:
            for name in told.fields:
                found.setdefault(name, []).append(told)
        return found

    @property
    def tables(self) -> list[Drawn]:
        """The tables of the form."""
        return [self._table(table) for table in self.form.tables]

    def _table(self, table: Table) -> Drawn:
        official = official_table(table)
        rows = [self._row(official, number) for number in range(official.rows)]
        return Drawn(table.title, tuple(rows))

    def _row(self, official: OfficialTable, number: int) -> tuple[Cell, ...]:
        """The cells that begin in a row, from left to right."""
        cells: list[tuple[int, Cell]] = []
        for label in official.labels:
            if label.span.top == number:
                cells.append((label.span.left, _sized(label.text, label.span)))
        for name, span in official.fields.items():
            if span.top == number:
                cells.append((span.left, self._cell(name, span)))
        return tuple(cell for _, cell in sorted(cells, key=lambda each: each[0]))

    def _cell(self, name: str, span: Span) -> Cell:
        told = tuple(self._by_field.get(name, ()))
        place = layout_of(self.form).place(name)
        return Cell(
            text=shown_number(self.view, name),
            rows=span.bottom - span.top + 1,
            columns=span.right - span.left + 1,
            name=name,
            before=self._before(name),
            mark=_mark(told),
            where=f"{place.sheet} {place.cell}",
            told=told,
        )

    def _before(self, name: str) -> str:
        """Last year's number."""
        before = self.before or self.report.prior_year
        if before is None or name not in before.numbers:
            return ""
        return shown(before.numbers[name])


def _anywhere(finding: Finding) -> Finding:
    """A finding without its cell: what those have in common that are told together."""
    return finding.at(cell="", field="", observed=())


def _sized(text: str, span: Span) -> Cell:
    return Cell(text, span.bottom - span.top + 1, span.right - span.left + 1)


def _mark(told: Sequence[Told]) -> str:
    """What a cell looks like: by the gravest finding, and where it is probably wrong as that."""
    if any(each.is_hint for each in told):
        return _LIKELY
    severities = sorted((each.finding.severity for each in told), key=lambda s: s.rank)
    return severities[0].value if severities else ""
