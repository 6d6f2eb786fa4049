"""What each unit reported the year before.

It comes from the prior year's summary, or from the units' own workbooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xlreport.findings import Finding
from xlreport.form.model import Form
from xlreport.merging.codes import (
    PREDECESSOR_UNKNOWN,
    PRIOR_YEAR_DIFFERS,
    PRIOR_YEAR_OF_OTHER,
    PRIOR_YEAR_UNFIT,
)
from xlreport.merging.outcome import FileRecord
from xlreport.merging.roster import Roster
from xlreport.merging.totals import totals_of
from xlreport.merging.translation import understood
from xlreport.merging.unit_index import normalised
from xlreport.rules.evaluate import UnitView
from xlreport.submission import Figures, Submission, Summary, Unit, shown
from xlreport.text import in_marks

PREDECESSOR = "predecessor"
"""Under which a finding has a 前身 that nobody had last year."""


@dataclass(frozen=True)
class PriorYear:
    """The prior year's figures by unit, and of which year they are.

    `roster` tells which units a renamed or merged one came from (its column 前身); `unused` names
    the files that were there but could not be used, each with the reason, `partly` those of which
    not every number could be placed, each with what is missing. `form` is the form by
    which they were reported, None where that is the form that asks.
    """

    year: int
    units: Mapping[Unit, Figures]
    roster: Roster | None = None
    county: str = ""
    unused: tuple[str, ...] = ()
    form: Form | None = None
    partly: tuple[str, ...] = ()
    _by_code: dict[str, Unit] = field(init=False, repr=False, compare=False, default_factory=dict)
    _by_name: dict[str, list[Unit]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    _understood: dict[str, PriorYear] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for unit in self.units:
            if unit.code:
                self._by_code[unit.code] = unit
            self._by_name.setdefault(self._plain(unit.name), []).append(unit)

    def understood_by(self, form: Form) -> PriorYear:
        """The same figures as a form understands them that continues another."""
        before = self.form
        if before is None or before.id == form.id:
            return self
        if form.id not in self._understood:
            units = {
                unit: understood(figures, before, form) for unit, figures in self.units.items()
            }
            self._understood[form.id] = replace(self, units=units, form=form)
        return self._understood[form.id]

    def of(self, unit: Unit) -> Figures | None:
        """A unit's figures, those of its predecessors added up; None when one is missing."""
        predecessors = self._predecessors(unit)
        if not predecessors:
            return self._figures(unit.code, unit.name)
        # a predecessor is told by its code or by its name
        parts = [self._figures(name, name) for name in predecessors]
        if len(parts) == 1:
            return parts[0]
        return _sum(parts)

    def together(self, units: Sequence[Unit] = ()) -> Figures | None:
        """The sum of these units (of all, when none is named); None when one of them is missing."""
        if not units:
            return _sum(list(self.units.values()))
        parts = [self.of(unit) for unit in units]
        return _sum(parts)

    def other_name(self, unit: Unit) -> str:
        """The name that a unit's code had the year before; empty when nothing needs explaining."""
        if not unit.code or self._predecessors(unit):
            return ""
        prior = self._by_code.get(unit.code)
        if prior is None or self._same(prior, unit.name):
            return ""
        return prior.name

    def unknown_predecessors(self, unit: Unit) -> tuple[str, ...]:
        """What the roster calls the unit's predecessors that the year before does not have."""
        names = self._predecessors(unit)
        return tuple(name for name in names if self._figures(name, name) is None)

    def _predecessors(self, unit: Unit) -> tuple[str, ...]:
        if self.roster:
            return self.roster.predecessors(unit)
        return ()

    def _plain(self, name: str) -> str:
        return normalised(name, self.county)

    def _same(self, prior: Unit, name: str) -> bool:
        """Whether a name is the one of the year before, or one of the unit's on the roster."""
        names = [name]
        if self.roster:
            names += self.roster.aliases.get(prior.code, ())
        return self._plain(prior.name) in map(self._plain, names)

    def _figures(self, code: str, name: str) -> Figures | None:
        """By code and name; by the name alone where the code is new.

        A code under another name is nobody's.
        """
        unit = self._by_code.get(code) if code else None
        if unit is None:
            named = self._by_name.get(self._plain(name), [])
            if len(named) == 1:
                return self.units[named[0]]
            return None
        by_code_alone = code == name
        if by_code_alone or self._same(unit, name):
            return self.units[unit]
        return None


def _sum(parts: Sequence[Figures | None]) -> Figures | None:
    """The sums of the numbers that all parts have; None without parts, or when one is missing."""
    known = [part.numbers for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    common = set(known[0]).intersection(*known)
    sums: dict[str, Decimal] = {}
    for name in known[0]:
        if name in common:
            first, *others = [numbers[name] for numbers in known]
            sums[name] = sum(others, first)
    return Figures(sums)


def figures_of(form: Form, view: UnitView) -> Figures:
    """What a submission will be next year: every number, computed ones included."""
    submission = view.submission
    totals = totals_of(form, view)
    return Figures(totals, submission.texts, submission.explanations)


def gather(files: Iterable[FileRecord]) -> dict[Unit, Figures]:
    """The figures of all units in files that were checked, those inside summaries included."""
    figures: dict[Unit, Figures] = {}
    for file in files:
        report = file.report
        if isinstance(report, Summary) and report.details:
            figures.update(report.details)
        elif file.form is not None and file.view is not None:
            figures[report.unit] = figures_of(file.form, file.view)
    return figures


def with_prior_year(file: FileRecord, prior_year: PriorYear | None) -> FileRecord:
    """The file with the prior year's figures as the county has them.

    Where the county has none, those that the workbook carries stay; where both are there and
    differ, or a code had another name, that is told.
    """
    if prior_year is None or file.submission is None:
        return file
    report = file.report
    if report.year != prior_year.year + 1:
        unfit = PRIOR_YEAR_UNFIT(given=prior_year.year, year=report.year)
        return file.noting(file.placed(unfit))
    if file.form is not None:
        prior_year = prior_year.understood_by(file.form)
    known = _known_figures(report, prior_year)
    if known is None:
        return _other_name_told(file, prior_year)
    carried = report.prior_year.numbers if report.prior_year else {}
    changes = _changes(carried, known.numbers)
    told = file.noting(*map(file.placed, changes))
    return told.reporting(replace(report, prior_year=known))


def _known_figures(report: Submission, prior_year: PriorYear) -> Figures | None:
    """What the county knows of the unit, or of all units in a summary together."""
    if isinstance(report, Summary):
        return prior_year.together(report.reporting)
    return prior_year.of(report.unit)


def _other_name_told(file: FileRecord, prior_year: PriorYear) -> FileRecord:
    unit = file.unit
    unknown = prior_year.unknown_predecessors(unit)
    if unknown:
        note = PREDECESSOR_UNKNOWN(names=in_marks(unknown))
        observed = tuple((PREDECESSOR, name) for name in unknown)
        return file.noting(file.placed(note).at(observed=observed))
    other = prior_year.other_name(unit)
    if not other:
        return file
    note = PRIOR_YEAR_OF_OTHER(code=unit.code, other=other, name=unit.name)
    return file.noting(file.placed(note))


def _changes(carried: Mapping[str, Decimal], known: Mapping[str, Decimal]) -> list[Finding]:
    """That numbers on the workbook's sheet of the prior year are not the county's, if so."""
    changed = [name for name, value in carried.items() if known.get(name, value) != value]
    if not changed:
        return []
    name = changed[0]
    mine = carried[name]
    theirs = known[name]
    finding = PRIOR_YEAR_DIFFERS(count=len(changed), carried=shown(mine), known=shown(theirs))
    observed = (("carried", mine), ("known", theirs))
    return [finding.at(field=name, observed=observed)]
