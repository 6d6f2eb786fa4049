"""Where a collection stands, and the figures that are shown first.

One value, made once from a `MergeResult`; everything that is published takes its numbers and its
words from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from heapq import nsmallest
from typing import TypeVar

from xlreport.clock import minute, seconds_of
from xlreport.findings import Finding, Severity, excel_order, grouped
from xlreport.form import expression as ex
from xlreport.form.model import Chart, ChartKind, Form
from xlreport.merging.codes import E10
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.result import LEFT_OUT_LABEL, MergeResult, is_left_out
from xlreport.merging.roster import Roster
from xlreport.rules.columns import ColumnStore, known, number
from xlreport.rules.evaluate import UnitView, view_of
from xlreport.rules.fixed import from_fixed, number_of, to_fixed
from xlreport.submission import Entry, Figures, Submission, Summary, Unit
from xlreport.text import first_of
from xlreport.workbook.codes import E5
from xlreport.workbook.layout.workbook import layout_of

_UNNAMED = "（没有写单位名称）"


class UnitState(StrEnum):
    """Where a unit stands; declared in the order in which they are shown."""

    MISSING = "missing"
    RETURNED = "returned"
    ACCEPTED = "accepted"

    @property
    def label(self) -> str:
        """The Chinese word that users read."""
        return {"missing": "未报", "returned": "退回", "accepted": "通过"}[self.value]

    @property
    def rank(self) -> int:
        """0 for what needs most to be done."""
        return tuple(UnitState).index(self)


@dataclass(frozen=True)
class UnitRow:
    """A unit with the report of it that is judged; `file` is None where there is none.

    `contact` is whom to call and where, `unusable` are its files that cannot count.
    """

    unit: Unit
    state: UnitState
    file: FileRecord | None = None
    counted: bool = False
    contact: str = ""
    unusable: tuple[FileRecord, ...] = ()

    @property
    def name(self) -> str:
        """What the unit is called."""
        return self.unit.name or self.unit.code or _UNNAMED

    @property
    def is_left_out(self) -> bool:
        """Whether the county has decided that its report is not summed."""
        return self.file is not None and is_left_out(self.file)

    @property
    def state_label(self) -> str:
        """The state in words, also of a report with errors that is counted all the same."""
        if self.state is UnitState.RETURNED and self.counted:
            return "有错误，已计入"
        if self.is_left_out:
            return LEFT_OUT_LABEL
        return self.state.label

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What was found in its report, as on the screen: like findings together, heaviest
        first."""
        if self.file is None:
            return ()
        return tuple(as_printed(self.file.findings, self.file.form))

    @property
    def errors(self) -> int:
        """Findings that must be corrected."""
        return count(self.findings, Severity.ERROR)

    @property
    def warnings(self) -> int:
        """Findings to correct or explain, explained ones included."""
        return count(self.findings, Severity.WARNING)

    @property
    def explained(self) -> int:
        """Warnings that the unit has explained."""
        return sum(finding.explanation != "" for finding in self.findings)

    @property
    def when(self) -> str:
        """When its report came, or was saved last; in China's time, empty when nobody knows."""
        return "" if self.file is None else moment_of(self.file)

    @property
    def data_code(self) -> str:
        """The 数据校验码 of a report that was accepted; empty otherwise."""
        if self.file is None or self.state is not UnitState.ACCEPTED:
            return ""
        return self.file.data_code

    @property
    def remark(self) -> str:
        """What there is to say of a unit without a report that counts."""
        if self.state is not UnitState.MISSING:
            return ""
        if not self.unusable:
            return "没有收到报表"
        return "；".join(f"{file.path}：{why_not_counted(file)}" for file in self.unusable)


@dataclass(frozen=True)
class Figure:
    """A number of the county, with last year's beside it; None where there is none."""

    label: str
    unit: str
    value: Decimal | None
    before: Decimal | None = None
    source: ex.Number | None = None
    """How it is worked out."""

    @property
    def change(self) -> Decimal | None:
        """How much more it is than last year."""
        if self.value is None or self.before is None:
            return None
        return self.value - self.before


@dataclass(frozen=True)
class Bars:
    """One series of a chart: a number for each category."""

    label: str
    unit: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class ChartData:
    """A chart with its numbers."""

    title: str
    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[Bars, ...]
    source: Chart | None = None
    """How its numbers are worked out."""


@dataclass(frozen=True)
class Folded:
    """The same thing found in several reports, told once with the units."""

    finding: Finding
    units: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """Where a collection stands. `expected` is None without a roster; `open_points` keep the
    totals from being final, `next_steps` are what to do now, both in Chinese sentences."""

    title: str
    county: str
    year: int
    expected: int | None
    units: tuple[UnitRow, ...]
    unusable: tuple[FileRecord, ...]
    """Files that cannot count, whosever they are."""
    others: tuple[FileRecord, ...]
    """Files that were superseded, duplicates, or no reports."""
    headlines: tuple[Figure, ...]
    charts: tuple[ChartData, ...]
    open_points: tuple[str, ...]
    next_steps: tuple[str, ...]
    shared_notes: tuple[Folded, ...] = ()
    """Notes that are the same in several reports."""
    incomparable: str = ""
    """Why there are no figures of last year; empty where there are."""

    def in_state(self, state: UnitState) -> tuple[UnitRow, ...]:
        """The units that stand there, in their order."""
        return tuple(row for row in self.units if row.state is state)

    @property
    def counted(self) -> int:
        """How many units are in the totals."""
        return sum(row.counted for row in self.units)

    @property
    def is_final(self) -> bool:
        """Whether nothing keeps the totals from being published."""
        return not self.open_points


def overview_of(result: MergeResult, form: Form, county: Summary) -> Overview:
    """The overview of a merge that could use something."""
    units = tuple(unit_rows(result))
    now, before = view_of(form, county), last_year_of(form, county)
    unusable = result.with_outcome(Outcome.REJECTED)
    aside = (Outcome.SUPERSEDED, Outcome.DUPLICATE, Outcome.IGNORED)
    overview = Overview(
        title=form.title,
        county=county.unit.name,
        year=county.year,
        expected=result.expected,
        units=units,
        unusable=unusable,
        others=tuple(file for file in result.files if file.outcome in aside),
        headlines=tuple(_figures(form, now, before)),
        charts=tuple(_charts(form, now, before, result.counted_views)),
        open_points=tuple(open_points(result)),
        next_steps=(),
        shared_notes=tuple(shared_notes(units)),
        incomparable=_why_incomparable(result, county),
    )
    return replace(overview, next_steps=tuple(_next_steps(overview)))


def _why_incomparable(result: MergeResult, county: Summary) -> str:
    """Why the county's figures have none of last year beside them; empty where they have."""
    if county.prior_year is not None:
        return ""
    prior_year = result.request.prior_year
    if prior_year is None:
        return "没有上年的报表，不能与上年比较。"
    counted = [file.unit for file in result.counted_files]
    lacking = [unit for unit in counted if prior_year.of(unit) is None]
    if not lacking:
        return ""
    return f"上年没有这些单位的报表，合计不能与上年比较：{_names(lacking)}"


# --- the units ---


def unit_rows(result: MergeResult) -> list[UnitRow]:
    """Every unit: those without a report first, then those with errors, then the others; each kind
    in the roster's order, then by code."""
    roster = result.request.roster
    places = {unit.code: i for i, unit in enumerate(roster.units)} if roster else {}
    rows = []
    for unit in result.missing:
        missing = UnitRow(unit, UnitState.MISSING, unusable=result.unusable_of(unit))
        rows.append(replace(missing, contact=_contact(roster, unit)))
    for file in result.usable:
        row = UnitRow(file.unit, _state(file), file, result.is_counted(file))
        rows.append(replace(row, contact=_contact(roster, file.unit)))

    def order(row: UnitRow) -> tuple[int, int, str, str]:
        place = places.get(row.unit.code, len(places))
        return row.state.rank, place, row.unit.code, row.unit.name

    return sorted(rows, key=order)


def _state(file: FileRecord) -> UnitState:
    return UnitState.ACCEPTED if file.outcome is Outcome.ACCEPTED else UnitState.RETURNED


def _contact(roster: Roster | None, unit: Unit) -> str:
    return roster.contact(unit) if roster is not None else ""


def as_printed(findings: Iterable[Finding], form: Form | None) -> list[Finding]:
    """Findings as people read them: those that differ only in their cell together, heaviest first,
    of equal weight in the order of the workbook."""
    sheets = layout_of(form).sheets if form is not None else ()
    together = excel_order(grouped(findings), sheets)
    return sorted(together, key=lambda finding: finding.severity.rank)


def count(findings: Iterable[Finding], severity: Severity) -> int:
    """How many findings have this weight."""
    return sum(finding.severity is severity for finding in findings)


FEWEST_ALIKE = 3
"""In so many reports the same note is told once with the units."""


def shared_notes(rows: Iterable[UnitRow]) -> list[Folded]:
    """Notes that are word for word the same in several reports, those of most units first."""
    units: dict[Finding, list[str]] = {}
    for row in rows:
        for note in dict.fromkeys(map(wherever, row.findings)):
            if note.severity is Severity.NOTE:
                units.setdefault(note, []).append(row.name)
    shared = [Folded(note, tuple(named)) for note, named in units.items()]
    shared = [note for note in shared if len(note.units) >= FEWEST_ALIKE]
    return sorted(shared, key=lambda note: -len(note.units))


def wherever(finding: Finding) -> Finding:
    """A finding without the report that it is about: what is the same in several."""
    return finding.at(unit="", file="", field="", observed=())


def why_not_counted(file: FileRecord) -> str:
    """Why a file cannot count, or was set aside."""
    reason = reason_not_counted(file)
    return file.outcome.label if reason is None else reason.message


def reason_not_counted(file: FileRecord) -> Finding | None:
    """The finding that says why: one about the file as a whole, before one about a cell; of a file
    that cannot count an error. None where nothing was found."""
    found = list(file.findings)
    if file.outcome is Outcome.REJECTED:
        found = [finding for finding in found if finding.severity is Severity.ERROR] or found
    whole = [finding for finding in found if not finding.cell]
    reasons = whole[-1:] or found[:1]
    return reasons[0] if reasons else None


def moment_of(file: FileRecord) -> str:
    """When a file came by mail, else when it was saved last: `2026-01-12 15:04` in China."""
    source = file.provenance
    return minute(source.arrived or seconds_of(source.saved))


# --- the numbers ---


def headline_figures(form: Form, report: Submission) -> list[Figure]:
    """The figures of a report, a unit's or the county's, that are shown first."""
    return _figures(form, view_of(form, report), last_year_of(form, report))


def _figures(form: Form, now: UnitView, before: LastYear | None) -> list[Figure]:
    figures = []
    for headline in form.headlines:
        value = _value(now, headline.value)
        last = before.value(headline.value) if before is not None else None
        figures.append(Figure(headline.label, headline.unit, value, last, headline.value))
    return figures


def _charts(
    form: Form, now: UnitView, before: LastYear | None, views: Sequence[UnitView]
) -> list[ChartData]:
    """The charts of a form that have something to show."""
    year = now.submission.year
    charts = []
    for chart in form.charts:
        if chart.kind is ChartKind.UNITS:
            drawn = _by_unit(chart, views)
        elif chart.kind is ChartKind.YEARS:
            drawn = _by_series(chart, year, now, before)
        else:
            drawn = _by_series(chart, year, now, None)
        if _shows_something(drawn):
            charts.append(drawn)
    return charts


def _shows_something(chart: ChartData) -> bool:
    """Whether there is a bar; years are only compared where last year's are known."""
    needed = 2 if chart.kind is ChartKind.YEARS else 1
    return len(chart.series) >= needed and any(any(bars.values) for bars in chart.series)


def _by_unit(chart: Chart, views: Sequence[UnitView]) -> ChartData:
    names = tuple(view.submission.unit.name or _UNNAMED for view in views)
    series = []
    for part in chart.series:
        values = tuple(_of_units(views, part.value))
        series.append(Bars(part.label, part.unit, values))
    return ChartData(chart.title, chart.kind, names, tuple(series), chart)


def _by_series(chart: Chart, year: int, now: UnitView, before: LastYear | None) -> ChartData:
    unit = chart.series[0].unit
    series = []
    if before is not None:
        values = tuple(before.value(part.value) for part in chart.series)
        series.append(Bars(f"{year - 1} 年", unit, values))
    values = tuple(_value(now, part.value) for part in chart.series)
    series.append(Bars(f"{year} 年", unit, values))
    labels = tuple(part.label for part in chart.series)
    return ChartData(chart.title, chart.kind, labels, tuple(series), chart)


@dataclass(frozen=True)
class LastYear:
    """The numbers of last year. `told` are those whose parts are not known, as the form before had
    no such parts: they are what was reported."""

    view: UnitView
    told: Mapping[str, Decimal] = field(default_factory=dict)

    def value(self, node: ex.Number) -> Decimal | None:
        """A number; None where one that it needs is not there."""
        if self.view.knows_all(node):
            return self.view.value(node)
        wholes: dict[str, int] = {}
        for operand in ex.operands_of(node):
            number = self._of(operand)
            if number is None:
                return None
            wholes[ex.key_of(operand)] = to_fixed(number)
        return from_fixed(*number_of(node, wholes))

    def _of(self, operand: ex.Leaf) -> Decimal | None:
        if self.view.knows(operand):
            return self.view.number(operand)
        return self.told.get(operand.field) if isinstance(operand, ex.Ref) else None


def last_year_of(form: Form, report: Submission) -> LastYear | None:
    """The numbers of last year; None when they are not known."""
    figures = report.prior_year
    if figures is None or not figures.numbers:
        return None
    view = view_of(form, _as_submission(form, report, figures))
    if form.before(report.year) is None:
        return LastYear(view)
    told = {name: value for name, value in figures.numbers.items() if name in form.formulas}
    return LastYear(view, told)


def _as_submission(form: Form, report: Submission, figures: Figures) -> Submission:
    entries = {field.id: Entry.of(figures.numbers.get(field.id)) for field in form.typed}
    return Submission(form.id, report.year - 1, report.unit, entries)


def _value(view: UnitView, node: ex.Number) -> Decimal | None:
    """A number; None where one that it needs is not there."""
    return view.value(node) if view.knows_all(node) else None


def _of_units(views: Sequence[UnitView], node: ex.Number) -> Iterator[Decimal | None]:
    """A number of each unit, worked out for all that were evaluated together."""
    worked_out: dict[int, list[Decimal | None]] = {}
    for view in views:
        store = view.store
        if id(store) not in worked_out:
            worked_out[id(store)] = _of_all(store, node)
        yield worked_out[id(store)][view.unit]


def _of_all(store: ColumnStore, node: ex.Number) -> list[Decimal | None]:
    """A number of each unit of a store; None where one that it needs is not there."""
    values, scale = number(node, store.columns)
    wholes = values.tolist() if len(values) > 1 else values.tolist() * store.size
    numbers: list[Decimal | None] = []
    for whole, is_known in zip(wholes, known(node, store.columns, store.size), strict=True):
        numbers.append(from_fixed(whole, scale) if is_known else None)
    return numbers


def largest(chart: ChartData, most: int) -> ChartData:
    """A chart, of very many categories those with the largest numbers, the largest first."""
    positions = range(len(chart.categories))
    if len(positions) <= most:
        return chart
    sums = [together_at(chart, position) for position in positions]
    kept = nsmallest(most, positions, key=lambda position: (-sums[position], position))
    series = tuple(replace(bars, values=_at(bars.values, kept)) for bars in chart.series)
    return replace(chart, categories=_at(chart.categories, kept), series=series)


_Item = TypeVar("_Item")


def _at(items: Sequence[_Item], positions: Iterable[int]) -> tuple[_Item, ...]:
    return tuple(items[position] for position in positions)


def together_at(chart: ChartData, position: int) -> Decimal:
    """All series of a category together."""
    values = (bars.values[position] for bars in chart.series)
    return sum(filter(None, values), Decimal(0))


# --- what is to be said ---

MOST_BROKEN = 5
"""Cells that are named of totals that do not keep a rule."""


def open_points(result: MergeResult) -> list[str]:
    """What keeps the totals from being the county's final ones."""
    points = []
    if result.missing:
        points.append(f"未报单位（没有计入合计）：{_names(result.missing)}")
    left_out = [file for file in result.returned if is_left_out(file)]
    if left_out:
        units = _names(file.unit for file in left_out)
        points.append(f"县里决定不计入合计的单位：{units}")
    returned = [file for file in result.returned if not is_left_out(file)]
    if returned:
        counted = "已计入合计，公布前必须改正" if result.with_errors else "没有计入合计"
        units = _names(file.unit for file in returned)
        points.append(f"有错误的报表（{counted}）：{units}")
    for finding in result.findings:
        if finding.code == E5.code:
            points.append(f"{finding.unit}：{finding.message}")
    broken = [f"{each.sheet} {each.cell}" for each in result.findings if each.code == E10.code]
    if broken:
        places = first_of(broken, MOST_BROKEN, "处")
        points.append(f"全县的合计有校验不成立，公布前请更正，照样公布的在文字材料里写明：{places}")
    points += [f"{told.sheet} {told.cell}：{told.message}" for told in result.about_texts]
    return points


def _next_steps(overview: Overview) -> list[str]:
    """What the county does now."""
    steps = []
    missing = overview.in_state(UnitState.MISSING)
    if missing:
        steps.append(f"催报 {len(missing)} 个未报的单位")
    returned = [row for row in overview.in_state(UnitState.RETURNED) if not row.is_left_out]
    if returned:
        steps.append(f"请 {len(returned)} 个退回的单位更正后重新报送")
    if overview.unusable:
        steps.append(f"看 {len(overview.unusable)} 个不能计入的文件各是什么原因")
    unexplained = sum(row.warnings - row.explained for row in overview.units)
    if unexplained:
        steps.append(f"核对 {unexplained} 处没有说明的警示")
    if not steps:
        steps.append("各单位的报表都已通过，可以按汇总数编写全县的报告")
    return steps


def _names(units: Iterable[Unit]) -> str:
    return "、".join(unit.name for unit in units)
