"""From submissions to findings: what does not hold, and what could not be verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from xlreport.checking import codes
from xlreport.checking.constraints import prior_year_constraints
from xlreport.checking.explanations import NOT_ENOUGH, why_not_enough
from xlreport.checking.failures import (
    MOST_OF_A_CONTENT,
    blanks,
    failures,
    foreseen,
    no_number,
    place_in,
)
from xlreport.checking.suspects import Suspects, find_suspects, suspects_finding
from xlreport.checking.traits import traits_of
from xlreport.findings import Finding, Message, Severity, first_short
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance
from xlreport.narrative import TextComparison, compare_texts
from xlreport.rules.evaluate import Evaluation, UnitView, Verdict, evaluate_submissions
from xlreport.rules.linear import LinearConstraint
from xlreport.submission import Entry, Status, Submission, shown
from xlreport.text import cut, first_of, printed_code

MOST_FORESEEN = 5
"""So many rules that would fail if blanks were 0 are told one by one."""

_ZERO = Entry.of(0)

MOST_LISTED = 12
"""So many codes of checks that could not be verified are listed."""

MOST_NAMED = 3
"""So many rows and texts are named that the form before did not have."""


def check_submissions(
    form: Form, submissions: Sequence[Submission], versions: Sequence[Mapping[str, Decimal]] = ()
) -> list[tuple[Finding, ...]]:
    """The findings of each submission, evaluated together; one tuple a submission, in their order.
    `versions` are the numbers of another version of each one's report, for the search for the wrong
    cell."""
    return validate(evaluate_submissions(form, submissions), versions)


def validate(
    evaluation: Evaluation, versions: Sequence[Mapping[str, Decimal]] = ()
) -> list[tuple[Finding, ...]]:
    """The findings of each submission of an evaluation, as `check_submissions` gives them."""
    filled = _with_zeros(evaluation)
    findings = []
    for unit in range(len(evaluation.submissions)):
        other_version = versions[unit] if versions else {}
        report = Report(evaluation, unit, other_version, filled.get(unit))
        findings.append(_findings(report))
    return findings


def _with_zeros(evaluation: Evaluation) -> dict[int, Filled]:
    """The reports with blanks, by their positions, evaluated together as if these were 0."""
    (incomplete,) = np.nonzero(~evaluation.is_complete)
    filled: dict[int, Submission] = {}
    for unit in incomplete.tolist():
        submission = evaluation.submissions[unit]
        zeros = _zeros(evaluation.form, submission)
        if zeros:
            filled[unit] = replace(submission, entries={**submission.entries, **zeros})
    if not filled:
        return {}
    together = evaluate_submissions(evaluation.form, list(filled.values()))
    return {unit: Filled(together, position) for position, unit in enumerate(filled)}


def _zeros(form: Form, submission: Submission) -> dict[str, Entry]:
    """A 0 for each blank."""
    zeros: dict[str, Entry] = {}
    for item in form.typed:
        if submission.effective(item.id).status is Status.BLANK:
            zeros[item.id] = _ZERO
    return zeros


def _findings(report: Report) -> tuple[Finding, ...]:
    """What all stages find, each thing once."""
    once: dict[Finding, None] = {}
    for stage in STAGES:
        once.update(dict.fromkeys(stage(report)))
    return tuple(_explained(finding, report.submission) for finding in once)


def _explained(finding: Finding, submission: Submission) -> Finding:
    """The finding with the unit, and the unit's own words about a warning."""
    if finding.severity is not Severity.WARNING:
        return finding.at(unit=submission.unit.name)
    table = finding.field.split(".", 1)[0]
    words = submission.explanation_of(finding.code, table)
    at_unit = finding.at(unit=submission.unit.name)
    if not words:
        return at_unit
    objection = why_not_enough(words, finding.code, submission)
    if objection:
        return first_short([at_unit.at(suggestion=words) for words in (objection, NOT_ENOUGH)])
    return at_unit.at(explanation=words)


# --- stages --------------------------------------------------------------------------------------


class Filled(NamedTuple):
    """A report whose blanks count as 0: its place in an evaluation of such reports."""

    evaluation: Evaluation
    unit: int


@dataclass(frozen=True, eq=False)
class Report:
    """One unit's report as the stages take it; what several of them need is worked out once.
    `filled` is the report with its blanks as 0, None where there are none."""

    evaluation: Evaluation
    unit: int
    other_version: Mapping[str, Decimal] = field(default_factory=dict)
    filled: Filled | None = None

    @property
    def form(self) -> Form:
        """The form of the report."""
        return self.evaluation.form

    @property
    def submission(self) -> Submission:
        """What the unit reported."""
        return self.evaluation.submissions[self.unit]

    @property
    def is_document(self) -> bool:
        """Whether it is a document whose totals are no formulas."""
        return bool(self.submission.provenance.document)

    @cached_property
    def view(self) -> UnitView:
        """The numbers as the cells show them."""
        return self.evaluation.view(self.unit)

    @cached_property
    def failing(self) -> list[int]:
        """The rules that do not hold, by their positions."""
        return self.evaluation.positions(self.unit, Verdict.FAILS)

    @cached_property
    def unknown(self) -> list[int]:
        """The rules that cannot be verified, by their positions."""
        return self.evaluation.positions(self.unit, Verdict.UNKNOWN)

    @property
    def is_complete(self) -> bool:
        """Whether every cell holds a number that can be exact."""
        return bool(self.evaluation.is_complete[self.unit])

    @cached_property
    def of_rules(self) -> list[Finding]:
        """The findings of the form's rules: what fails, and the blanks that keep one from being
        verified."""
        found: list[Finding] = []
        failing = [self.form.instances[position] for position in self.failing]
        for instance in without_consequential(self.form, failing, self.view):
            found += failures(self.form, instance, self.view)
        about_blanks = traits_of(self.form).about_blanks
        for position in (*self.failing, *self.unknown):
            if position in about_blanks:
                found += blanks(self.form, self.form.instances[position], self.view)
        return found

    @cached_property
    def texts(self) -> TextComparison:
        """What the texts say against the tables."""
        return compare_texts(self.form, self.view)


def broken_rules(report: Report) -> Iterable[Finding]:
    """What the form's own rules find."""
    return report.of_rules


def uncovered_cells(report: Report) -> Iterator[Finding]:
    """Cells without a number that no rule of the form has named: never passed in silence."""
    if report.is_complete:
        return
    covered = {finding.field for finding in report.of_rules}
    for item in report.form.typed:
        entry = report.submission.effective(item.id)
        is_number = entry.value is not None
        is_lost = entry.status is Status.ABSENT
        if not is_number and not is_lost and item.id not in covered:
            yield no_number(item.id, report.view)


def narrative(report: Report) -> Iterable[Finding]:
    """What the texts say against the tables."""
    return report.texts.findings


def unverified(report: Report) -> Sequence[Finding]:
    """One note for all rules that lack a number of this year (the cells themselves are reported one
    by one), and one for those that lack the year before."""
    if not report.unknown and not report.texts.unverified:
        return ()
    of_texts = tuple(report.texts.unverified)
    unknown = tuple(report.unknown)
    if report.submission.prior_year is None:
        across_years = tuple(traits_of(report.form).last_year)
        return _notes(report.form, _Unverified(unknown, of_texts, nothing_before=across_years))
    before = [position for position in unknown if _lacks_last_year(report, position)]
    of_other_form = tuple(each for each in before if _has_no_counterpart(report, each))
    others = tuple(each for each in before if each not in of_other_form)
    return _notes(report.form, _Unverified(unknown, of_texts, (), others, of_other_form))


@dataclass(frozen=True, slots=True)
class _Unverified:
    """The rules that cannot be verified by their positions, and the codes of texts that cannot.
    Of those that need last year: all, where nothing is known of it, those that lack something of
    it, and those that lack what the form before did not have."""

    unknown: tuple[int, ...]
    of_texts: tuple[str, ...]
    nothing_before: tuple[int, ...] = ()
    lacking_before: tuple[int, ...] = ()
    of_other_form: tuple[int, ...] = ()

    @property
    def across_years(self) -> Iterator[tuple[Message, tuple[int, ...]]]:
        """Those that need last year, with what is said of each kind."""
        yield codes.NO_REPORT_BEFORE, self.nothing_before
        yield codes.LACKING_BEFORE, self.lacking_before
        yield codes.OTHER_FORM_BEFORE, self.of_other_form

    @property
    def of_last_year(self) -> frozenset[int]:
        """Those that need last year."""
        return frozenset((*self.nothing_before, *self.lacking_before, *self.of_other_form))


@lru_cache(maxsize=1024)
def _notes(form: Form, unverified: _Unverified) -> tuple[Finding, ...]:
    """The notes on what cannot be verified: most reports of a county lack the same."""
    notes = []
    passed_over = traits_of(form).told_by_itself.union(unverified.of_last_year)
    lacking = [form.instances[each].code for each in unverified.unknown if each not in passed_over]
    rules = list(dict.fromkeys((*lacking, *unverified.of_texts)))
    if rules:
        finding = codes.LACKING(count=len(rules), codes=_checks_of(rules))
        notes.append(_counted(finding, len(rules)))
    for message, positions in unverified.across_years:
        before = [each for each in positions if each in unverified.unknown]
        if before:
            listed = _printed_codes(form, before)
            labels = _without_counterpart(form, before)
            finding = message(count=len(before), codes=listed, labels=labels)
            notes.append(_counted(finding, len(before)))
    return tuple(notes)


def _printed_codes(form: Form, positions: Iterable[int]) -> str:
    """The checks of these rules, each once."""
    names = [printed_code(form.instances[each].check.code) for each in positions]
    return "、".join(dict.fromkeys(names))


def _without_counterpart(form: Form, positions: Iterable[int]) -> str:
    """What the form before did not have of that which these rules need: rows and texts."""
    traits = traits_of(form)
    labels: dict[str, None] = {}
    for position in positions:
        for part in traits.last_year[position]:
            if form.continues is not None and not form.continues.is_known(_name_of(part)):
                labels[_row_of(form, part)] = None
    return first_of(list(labels), MOST_NAMED, "项")


def _name_of(part: ex.Previous | ex.Differs) -> str:
    return part.field if isinstance(part, ex.Previous) else part.text


def _row_of(form: Form, part: ex.Previous | ex.Differs) -> str:
    """What is printed before a number or a text."""
    if isinstance(part, ex.Previous):
        return form.fields[part.field].row_short
    return next(text.label for text in form.texts if text.field_id == part.text)


def _checks_of(rules: Iterable[str]) -> str:
    """The checks to which these rules belong, the first few of them."""
    checks = list(dict.fromkeys(printed_code(code) for code in rules))
    listed = "、".join(checks[:MOST_LISTED])
    return f"{listed}等" if len(checks) > MOST_LISTED else listed


def _counted(finding: Finding, checks: int) -> Finding:
    return finding.at(observed=(("checks", checks),))


def in_spite_of_blanks(report: Report) -> Iterator[Finding]:
    """What would fail if the blanks were 0, and totals typed over: told at once, so that a report
    is not returned a second time."""
    told: set[str] = set()
    for finding in _foreseen(report):
        told.add(finding.field)
        yield finding
    for finding in _overwritten(report):
        if finding.field not in told:
            yield finding


def _foreseen(report: Report) -> Iterator[Finding]:
    """The error rules that would fail if the blanks were 0, the first few of them."""
    if report.filled is None:
        return
    view = report.filled.evaluation.view(report.filled.unit)
    for instance in _newly_failing(report, report.filled)[:MOST_FORESEEN]:
        yield from foreseen(report.form, instance, view)


def _newly_failing(report: Report, filled: Filled) -> list[Instance]:
    """The error rules that cannot be verified in a report and fail once it is filled in, but for
    those that only follow from another failure."""
    instances = report.form.instances
    failing = filled.evaluation.positions(filled.unit, Verdict.FAILS)
    errors = [each for each in failing if instances[each].check.severity is Severity.ERROR]
    unknown = set(report.unknown)
    if unknown.isdisjoint(errors):
        return []
    newly = {id(instances[position]) for position in unknown}
    view = filled.evaluation.view(filled.unit)
    telling = without_consequential(report.form, [instances[each] for each in errors], view)
    return [instance for instance in telling if id(instance) in newly]


def _overwritten(report: Report) -> Iterator[Finding]:
    """Totals that were typed over and cannot be verified yet."""
    if not report.submission.overrides:
        return
    unknown = {report.form.instances[position].code for position in report.unknown}
    for name, entry in report.submission.overrides.items():
        field = report.form.fields[name]
        check = field.computed
        codes_of_it = (check, f"{check}.{field.row}", f"{check}.{field.column}")
        if entry.value is None or unknown.isdisjoint(codes_of_it):
            continue
        place = place_in(report.view, name)
        message = codes.TOTAL_UNVERIFIED if report.is_document else codes.OVERWRITTEN
        yield message(value=shown(entry.value)).on(place, name)


def suspects(report: Report) -> Iterator[Finding]:
    """Which cells are probably wrong, and what a total typed over should be."""
    if not report.failing and not report.submission.overrides:
        return
    typed_over = _unlike_their_formulas(report)
    guesses = [found for found in _guesses(report) if not _restores(found, typed_over)]
    is_settled = any(not guess.left(each) for guess in guesses for each in guess.explanations)
    if typed_over and not is_settled:
        guesses = _guesses_restored(report, typed_over)
    for guess in guesses:
        yield suspects_finding(report.form, guess)
    for name, right in typed_over.items():
        entry = report.submission.overrides[name]
        if entry.value is None or not is_settled:
            yield _by_formula(report, name, right)


def _by_formula(report: Report, name: str, right: Decimal) -> Finding:
    """What a total that was typed over or deleted should be."""
    entry = report.submission.overrides[name]
    message = codes.BY_ITS_PARTS if report.is_document else codes.BY_FORMULA
    finding = message(value=shown(right), was=_held(entry))
    observed = ((name, entry.value), (f"{name}.proposed", right))
    return finding.on(place_in(report.view, name), name).at(observed=observed)


def _unlike_their_formulas(report: Report) -> dict[str, Decimal]:
    """The totals that were typed over or deleted, with the numbers that their formulas give."""
    totals = {}
    recomputed = report.evaluation.store.recomputed
    for name, entry in report.submission.overrides.items():
        right = report.view.recomputed(name)
        if recomputed[name].known[report.unit] and entry.value != right:
            totals[name] = right
    return totals


def _guesses(report: Report) -> list[Suspects]:
    ties = _ties(report)
    return find_suspects(
        report.evaluation, report.unit, extra=ties, other_version=report.other_version
    )


def _ties(report: Report) -> Iterator[LinearConstraint]:
    """What ties a report's numbers to others: last year's, and those that its texts tell."""
    yield from prior_year_constraints(report.form, report.view)
    yield from report.texts.constraints


def _guesses_restored(report: Report, typed_over: Iterable[str]) -> list[Suspects]:
    """What is probably wrong beside the totals that were typed over: their formulas restored, so
    that no cell is taken for wrong because of them."""
    overrides = {**report.submission.overrides}
    for name in typed_over:
        del overrides[name]
    restored = replace(report.submission, overrides=overrides)
    evaluation = evaluate_submissions(report.form, [restored])
    guesses = _guesses(Report(evaluation, 0, report.other_version))
    return [replace(guess, restored=True) for guess in guesses]


def _restores(found: Suspects, totals: Mapping[str, Decimal]) -> bool:
    """Whether one of the explanations is a formula that was typed over: that is known, and the rest
    is no more than a guess."""
    for explanation in found.explanations:
        first, *others = explanation.corrections
        if not others and totals.get(first.field) == first.proposed:
            return True
    return False


def _held(entry: Entry) -> str:
    """What stands where a formula was, digits with a blank before them."""
    if entry.value is not None:
        return f" {shown(entry.value)}"
    return f"“{cut(entry.raw, MOST_OF_A_CONTENT)}”" if entry.raw else "空白"


Stage = Callable[[Report], Iterable[Finding]]

STAGES: tuple[Stage, ...] = (
    broken_rules,
    uncovered_cells,
    narrative,
    in_spite_of_blanks,
    unverified,
    suspects,
)
"""In the order of their findings."""


# --- consequential failures ----------------------------------------------------------------------


def without_consequential(
    form: Form, failing: Sequence[Instance], view: UnitView
) -> list[Instance]:
    """The failing instances that say something of their own; what only follows from another failure
    is not told a second time."""
    told = []
    for instance in failing:
        follows = _sums_others(form, instance, failing, view)
        if not follows and not _only_typed_over(form, instance, view):
            told.append(instance)
    return told


def _sums_others(
    form: Form, instance: Instance, failing: Sequence[Instance], view: UnitView
) -> bool:
    """Whether an equation holds among formulas alone, so that it is the sum of the same check's
    equations over their parts (the balance of the totals, and those of the columns)."""
    rule = instance.rule
    if not isinstance(rule, ex.Compare) or rule.operator != "==":
        return False
    among_formulas = all(_is_formula(form, name, view) for name in ex.fields_of(rule))
    if not among_formulas:
        return False
    parts = _leaves(form, rule)
    for other in failing:
        of_check = other.check.code == instance.check.code
        if of_check and _leaves(form, other.rule) < parts:
            return True
    return False


def _is_formula(form: Form, name: str, view: UnitView) -> bool:
    """Whether a cell holds its formula still."""
    return name in form.formulas and name not in view.submission.overrides


def _leaves(form: Form, rule: ex.Truth) -> set[str]:
    """The typed-in cells behind a rule."""
    leaves: set[str] = set()
    for name in ex.fields_of(rule):
        leaves.update(form.leaves(name))
    return leaves


def _only_typed_over(form: Form, instance: Instance, view: UnitView) -> bool:
    """Whether a rule would hold with the formulas restored; the equation of the formula itself is
    told."""
    overrides = view.submission.overrides
    typed_over = [name for name in ex.fields_of(instance.rule) if name in overrides]
    equations = {form.fields[name].computed for name in typed_over}
    if not typed_over or instance.check.code in equations:
        return False
    return view.holds_restored(instance.rule)


# --- what could not be verified ------------------------------------------------------------------


def _lacks_last_year(report: Report, position: int) -> bool:
    """Whether a rule cannot be verified because of the year before, whatever else is missing."""
    needs = traits_of(report.form).last_year.get(position, ())
    return any(_is_unknown(part, report.view) for part in needs)


def _has_no_counterpart(report: Report, position: int) -> bool:
    """Whether a rule needs what last year's form, which was another one, did not have."""
    continues = report.form.before(report.submission.year)
    if continues is None:
        return False
    needs = traits_of(report.form).last_year.get(position, ())
    unknown = [part for part in needs if _is_unknown(part, report.view)]
    return any(not continues.is_known(_name_of(part)) for part in unknown)


def _is_unknown(part: ex.Previous | ex.Differs, view: UnitView) -> bool:
    """Whether the report of the year before does not tell what a node stands for."""
    if isinstance(part, ex.Previous):
        return not view.knows(part)
    return not view.store.previous_texts[part.text][view.unit]
