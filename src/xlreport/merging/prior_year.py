"""What each unit reported the year before: from last year's summary, or from the units' own workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xlreport.findings import Finding, record
from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.merging.codes import R27, R28
from xlreport.merging.outcome import FileRecord
from xlreport.merging.roster import Roster
from xlreport.merging.totals import totals_of
from xlreport.merging.unit_matching import normalised
from xlreport.rules.evaluate import UnitView
from xlreport.submission import Figures, Summary, Unit, shown


@dataclass(frozen=True)
class PriorYear:
    """Last year's figures by unit, and of which year they are. `roster` tells which units a renamed or
    merged one came from (its column 前身)."""

    year: int
    units: Mapping[Unit, Figures]
    roster: Roster | None = None
    county: str = ""
    unused: tuple[str, ...] = ()
    """The files that were there but could not be used, each with the reason."""
    _by_code: dict[str, Unit] = field(init=False, repr=False, compare=False, default_factory=dict)
    _by_name: dict[str, list[Unit]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for unit in self.units:
            if unit.code:
                self._by_code[unit.code] = unit
            self._by_name.setdefault(normalised(unit.name, self.county), []).append(unit)

    def of(self, unit: Unit) -> Figures | None:
        """A unit's figures, those of its predecessors added up; None when one of them is not there."""
        origins = self.roster.predecessors(unit) if self.roster else ()
        if not origins:
            return self._found(unit.code, unit.name)
        found = [self._found(origin, origin) for origin in origins]
        known = [figures for figures in found if figures is not None]
        if len(known) < len(found):
            return None
        return known[0] if len(known) == 1 else Figures(_sum(f.numbers for f in known))

    def together(self, units: Sequence[Unit] = ()) -> Figures | None:
        """The sum of these units, None when one of them is not there; of all units when none is named."""
        found = [self.of(unit) for unit in units] if units else [*self.units.values()]
        known = [figures for figures in found if figures is not None]
        return (
            Figures(_sum(f.numbers for f in known)) if known and len(known) == len(found) else None
        )

    def other_name(self, unit: Unit) -> str:
        """The name that a unit's code had last year, when that was another one and nothing explains it."""
        if self.roster and self.roster.predecessors(unit):
            return ""
        then = self._by_code.get(unit.code) if unit.code else None
        return then.name if then is not None and not self._same(then, unit.name) else ""

    def _same(self, then: Unit, name: str) -> bool:
        """Whether a name is the one of last year, or one that the roster knows the unit by."""
        names = (name, *(self.roster.aliases.get(then.code, ()) if self.roster else ()))
        return normalised(then.name, self.county) in {normalised(n, self.county) for n in names}

    def _found(self, code: str, name: str) -> Figures | None:
        """By code and name; by the name alone where the code is new. A code under another name is nobody's."""
        unit = self._by_code.get(code) if code else None
        if unit is not None and code != name and not self._same(unit, name):
            return None
        if unit is None:
            named = self._by_name.get(normalised(name, self.county), [])
            unit = named[0] if len(named) == 1 else None
        return self.units[unit] if unit is not None else None


def _sum(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """The sums of the numbers that all parts have."""
    first, *others = parts
    common = [name for name in first if all(name in part for part in others)]
    return {name: sum((part[name] for part in others), first[name]) for name in common}


def figures_of(form: Form, view: UnitView) -> Figures:
    """What a submission will be next year: every number, computed ones included."""
    submission = view.submission
    totals = totals_of(form, view)
    return Figures(totals, submission.texts, submission.explanations)


def gather(views: Iterable[UnitView], catalog: FormCatalog) -> dict[Unit, Figures]:
    """The figures of all units, those inside summaries included."""
    found: dict[Unit, Figures] = {}
    for view in views:
        submission = view.submission
        form = catalog(submission.form)
        if isinstance(submission, Summary) and submission.details:
            found.update(submission.details)
        elif form is not None:
            found[submission.unit] = figures_of(form, view)
    return found


def with_last_year(file: FileRecord, last: PriorYear | None) -> FileRecord:
    """The file with last year's figures as the county has them. Where it has none those that the workbook
    carries stay; where both are there and differ, or a code had another name, that is told."""
    submission = file.submission
    if submission is None or last is None:
        return file
    if submission.year != last.year + 1:
        words = f"给出的上年报表是 {last.year} 年度的，这份报表是 {submission.year} 年度的，没有用来比较"
        return file.ended(
            file.outcome, _unusable(file, words, "请用 --previous 给出上一年度的报表")
        )
    if isinstance(submission, Summary):
        known = last.together(submission.reporting)
    else:
        known = last.of(submission.unit)
    if known is None:
        other = last.other_name(submission.unit)
        words = f"代码“{submission.unit.code}”上年是“{other}”，与“{submission.unit.name}”不同，没有用来比较"
        suggestion = "改了名称的单位，请在名册的“前身”里写明"
        return file.ended(file.outcome, _unusable(file, words, suggestion)) if other else file
    carried = submission.previous.numbers if submission.previous else {}
    changed = [name for name, value in carried.items() if known.numbers.get(name, value) != value]
    findings = (
        (*file.findings, _differs(file, changed, carried, known.numbers))
        if changed
        else file.findings
    )
    return replace(file, submission=replace(submission, previous=known), findings=findings)


def _unusable(file: FileRecord, words: str, suggestion: str) -> Finding:
    return record(R28, words, suggestion, file=file.path, unit=file.unit.name)


def _differs(
    file: FileRecord,
    changed: list[str],
    carried: Mapping[str, Decimal],
    numbers: Mapping[str, Decimal],
) -> Finding:
    name = changed[0]
    example = f"例如 {shown(carried[name])}，县里是 {shown(numbers[name])}"
    words = f"工作簿里的上年数有 {len(changed)} 个与县里的不同（{example}），以县里的为准"
    suggestion = "请核对上年的报表；“上年数”页不能修改"
    observed = (("carried", carried[name]), ("known", numbers[name]))
    return record(
        R27, words, suggestion, file=file.path, unit=file.unit.name, field=name, observed=observed
    )
