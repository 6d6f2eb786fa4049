"""The cells that are most probably wrong: never a correction, only a hint where to look.

Out of the cells that may be wrong (`localization`) those count whose new number explains the old
one by a keying error. Every suspect is proved by the evaluation: with its correction no rule fails
that holds now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import islice

from xlreport.checking import codes
from xlreport.checking.constraints import constraint_system, typed_entries
from xlreport.checking.keying_errors import (
    EXCHANGED,
    MOVED,
    OTHER_VERSION,
    SAME_AS_NEIGHBOUR,
    ZERO_FOR_DIGIT,
    KeyingError,
    keying_error,
    neighbours,
)
from xlreport.checking.localization import Change, Component, failing_components, sole_changes
from xlreport.findings import Finding, Severity, first_short
from xlreport.form.model import Form, Instance
from xlreport.rules.describe import Brevity
from xlreport.rules.evaluate import Evaluation, Verdict, evaluate_submissions
from xlreport.rules.fixed import from_fixed
from xlreport.rules.linear import LinearConstraint, comparisons
from xlreport.submission import Entry, Place, Status, Submission, Summary, shown, values_of

MOST_LISTED = 5
"""So many suspects of which one is enough are listed; more help nobody."""


MOST_PARTS = 60
"""In a report of which more parts fail nothing is searched: that is no slip of the hand."""

MOST_TRIED = 150
"""So many corrections of one report are proved. The search for them takes a fixed number of steps a
part, so that both bound the work for a report; what is beyond is not guessed at, never guessed
wrongly. Reports of honest mistakes stay far within: of 2,400 random ones none had more than 24
parts and 51 corrections."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell with the number it holds and the one that it probably should hold."""

    field: str
    place: Place | None
    now: Decimal
    proposed: Decimal
    blank: bool = False

    @property
    def was(self) -> str:
        """What the cell holds, in words."""
        if self.blank:
            return "空白"
        return shown(self.now)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One cell, or two neighbours, whose correction makes `holding` failing rules hold, and the
    error."""

    corrections: tuple[Correction, ...]
    error: KeyingError
    holding: int = 0


@dataclass(frozen=True, slots=True)
class Suspects:
    """What most probably is wrong in one part of a report: one explanation, or several of which one
    is enough, the best first. `failing` counts all error rules of the report that fail; of one that
    is `restored`, with its formulas in the place of what was typed over them."""

    explanations: tuple[Explanation, ...]
    failing: int
    restored: bool = False

    @property
    def listed(self) -> tuple[Explanation, ...]:
        """The explanations that are named one by one."""
        return self.explanations[:MOST_LISTED]

    def left(self, explanation: Explanation) -> int:
        """How many error rules fail even after a correction."""
        return self.failing - explanation.holding


def find_suspects(
    evaluation: Evaluation,
    unit: int,
    *,
    extra: Iterable[LinearConstraint] = (),
    other_version: Mapping[str, Decimal] | None = None,
) -> list[Suspects]:
    """The suspects in one submission of an evaluation. `extra` are ties to other figures that must
    hold, `other_version` the numbers of another version of the unit's report."""
    submission = evaluation.submissions[unit]
    failing = _failing_errors(evaluation, unit)
    instances = evaluation.form.instances
    comparisons_fail = any(_compares(instances[position]) for position in failing)
    if isinstance(submission, Summary) or not comparisons_fail:
        return []
    components = failing_components(constraint_system(evaluation.form, submission, extra))
    if len(components) > MOST_PARTS:
        return []
    search = _Search(evaluation.form, submission, other_version or {})
    groups = [group for group in search.groups(components) if _accuses(group)]
    proved = _Proof(evaluation, unit, failing).proved(_within_bound(groups))
    return [Suspects(_ranked(group), len(failing)) for group in proved if _worth_telling(group)]


def _within_bound(groups: Iterable[list[Explanation]]) -> list[list[Explanation]]:
    """The groups that can be tried, in their order; one for which too many corrections would be
    tried is left out whole."""
    tried = 0
    kept = []
    for group in groups:
        if tried + len(group) <= MOST_TRIED:
            tried += len(group)
            kept.append(group)
    return kept


def _failing_errors(evaluation: Evaluation, unit: int) -> list[int]:
    """The error rules that fail, by their positions in the form."""
    instances = evaluation.form.instances
    failing = evaluation.positions(unit, Verdict.FAILS)
    return [each for each in failing if instances[each].check.severity is Severity.ERROR]


def _compares(instance: Instance) -> bool:
    """Whether a rule compares numbers at all."""
    return next(comparisons(instance.rule), None) is not None


def _worth_telling(group: Sequence[Explanation]) -> bool:
    """One that is reason enough by itself; among many, one that is seldom there by chance."""
    accusing = [each.error for each in group if each.error.alone]
    if len(group) <= MOST_LISTED:
        return bool(accusing)
    return any(error.is_telling for error in accusing)


def _ranked(group: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """The best first: what says most, then what makes most rules hold, then as the form has
    them."""
    return tuple(sorted(group, key=lambda each: (*each.error.weight, -each.holding)))


def _accuses(group: Sequence[Explanation]) -> bool:
    """Whether one of the explanations is reason enough by itself."""
    return any(explanation.error.alone for explanation in group)


# --- the search ----------------------------------------------------------------------------------

_Key = frozenset[int]
"""The components that an explanation mends, by their positions."""


class _Search:
    """The explanations of one report that keying errors make plausible."""

    def __init__(self, form: Form, submission: Submission, other: Mapping[str, Decimal]) -> None:
        self.form = form
        self.submission = submission
        self.other = other

    @cached_property
    def now(self) -> Mapping[str, Decimal]:
        """What the cells hold."""
        return values_of(typed_entries(self.form, self.submission))

    @cached_property
    def beside(self) -> Mapping[str, list[tuple[str, str]]]:
        """The neighbours of each cell, and whether they are in its row or its column."""
        beside: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for first, second, direction in neighbours(self.form, self.now):
            beside[first].append((second, direction))
            beside[second].append((first, direction))
        return beside

    def groups(self, components: Sequence[Component]) -> list[list[Explanation]]:
        """Explanations that exclude each other, the best first. Two neighbours exchanged between
        two components explain both at once, which two errors do not do as well."""
        exchanges: defaultdict[_Key, list[Explanation]] = defaultdict(list)
        for key, explanation in self._exchanges(components):
            exchanges[key].append(explanation)
        wide = _apart([key for key in exchanges if len(key) > 1])
        covered = frozenset().union(*wide)
        groups = [_weighed(exchanges[key]) for key in wide]
        for position, component in enumerate(components):
            within = exchanges.get(frozenset((position,)), [])
            if position not in covered:
                groups.append(self._group(component, within))
        return groups

    def _group(self, component: Component, within: list[Explanation]) -> list[Explanation]:
        """The explanations of one component, exchanges within it too; none where all cells that may
        be wrong are alike."""
        changes = sole_changes(component)
        explanations = [*self._single(changes), *within]
        if _all_alike(explanations, changes):
            return []
        return _weighed(explanations)

    def _single(self, changes: Iterable[Change]) -> list[Explanation]:
        """Cells of which one number explains the one that is there."""
        explanations = []
        for change in changes:
            if change.value is None:
                continue
            error = self._error(change.field, change.now, change.value)
            if error is not None:
                correction = self._correction(change.field, change.now, change.value)
                explanations.append(Explanation((correction,), error))
        return explanations

    def _error(self, name: str, now: Decimal, right: Decimal) -> KeyingError | None:
        """The error that says most."""
        errors = []
        error = keying_error(now, right)
        if error is not None:
            errors.append(error)
        if self.other.get(name) == right:
            errors.append(OTHER_VERSION)
        for neighbour, direction in self.beside.get(name, ()):
            if now and now == self.now[neighbour]:
                errors.append(self._read_beside(neighbour, direction))
        return min(errors, key=lambda error: error.weight, default=None)

    def _read_beside(self, neighbour: str, direction: str) -> KeyingError:
        """A number read in the wrong row or column stands twice."""
        error = SAME_AS_NEIGHBOUR[direction]
        place = self._place(neighbour)
        cell = place.cell if place else self.form.fields[neighbour].label
        return replace(error, label=error.label.format(cell))

    def _exchanges(self, components: Sequence[Component]) -> Iterator[tuple[_Key, Explanation]]:
        """Neighbours that make everything hold when their numbers are exchanged."""
        home: dict[str, int] = {}
        held: dict[str, int] = {}
        for position, component in enumerate(components):
            home.update(dict.fromkeys(component.cells, position))
            held |= {name: cell.now for name, cell in component.cells.items()}
        for first, second, _ in neighbours(self.form, home):
            if held[first] == held[second]:
                continue
            key = frozenset((home[first], home[second]))
            new = {first: held[second], second: held[first]}
            if all(components[position].holds_with(new) for position in key):
                now = {first: held[first], second: held[second]}
                yield key, self._exchange(now, new)

    def _exchange(self, now: Mapping[str, int], new: Mapping[str, int]) -> Explanation:
        """Two cells whose numbers are exchanged; one that holds a number comes before an empty
        one."""
        corrections = []
        for name in sorted(now, key=lambda name: not now[name]):
            held = from_fixed(now[name])
            right = from_fixed(new[name])
            corrections.append(self._correction(name, held, right))
        error = EXCHANGED if all(now.values()) else MOVED
        return Explanation(tuple(corrections), error)

    def _correction(self, name: str, now: Decimal, right: Decimal) -> Correction:
        entry = self.submission.entries.get(name)
        is_typed_over = name in self.submission.overrides
        blank = entry is not None and entry.status is Status.BLANK and not is_typed_over
        return Correction(name, self._place(name), now, right, blank)

    def _place(self, name: str) -> Place | None:
        return self.submission.provenance.places.get(name)


def _apart(keys: Sequence[_Key]) -> list[_Key]:
    """The keys that share no component with another one."""
    uses: Counter[int] = Counter()
    for key in keys:
        uses.update(key)
    shared = {position for position, count in uses.items() if count > 1}
    return [key for key in keys if key.isdisjoint(shared)]


def _all_alike(explanations: Sequence[Explanation], changes: Sequence[Change]) -> bool:
    """Whether every cell that may be wrong is as likely as any other, and nothing else explains it:
    the failing rule says as much."""
    if any(explanation.error.is_telling for explanation in explanations):
        return False
    return len(explanations) == len(changes) > 1


def _weighed(explanations: Iterable[Explanation]) -> list[Explanation]:
    """The best first, without those that say nothing beside it."""
    ranked = _ranked(explanations)
    if not any(explanation.error.is_telling for explanation in ranked):
        return list(ranked)
    return [explanation for explanation in ranked if explanation.error != ZERO_FOR_DIGIT]


# --- the proof -----------------------------------------------------------------------------------


class _Proof:
    """Tries corrections on all error rules."""

    def __init__(self, evaluation: Evaluation, unit: int, failing: Sequence[int]) -> None:
        self.form = evaluation.form
        self.submission = evaluation.submissions[unit]
        self.holds = evaluation.verdicts[:, unit] == Verdict.HOLDS
        self.failing = failing

    def proved(self, groups: Sequence[Sequence[Explanation]]) -> list[list[Explanation]]:
        """The explanations of each group that make a failing rule hold and none fail that holds
        now, each with how many it makes hold; all are tried together."""
        corrected: list[Submission] = []
        for group in groups:
            corrected += map(self._corrected, group)
        if not corrected:
            return []
        results = iter(self._results(evaluate_submissions(self.form, corrected)))
        proved = []
        for group in groups:
            tried = zip(group, islice(results, len(group)), strict=True)
            proved.append([replace(each, holding=holding) for each, holding in tried if holding])
        return proved

    def _results(self, tried: Evaluation) -> list[int]:
        """How many failing rules hold in each corrected submission; 0 where one breaks a rule."""
        holds = tried.verdicts == Verdict.HOLDS
        errors = _errors(self.form)
        lost = self.holds[errors, None] & ~holds[errors]
        mended = holds[self.failing].sum(axis=0)
        mended[lost.any(axis=0)] = 0
        return [int(count) for count in mended]

    def _corrected(self, explanation: Explanation) -> Submission:
        """The submission with the proposed numbers, over formulas where something was typed over
        them."""
        entries = dict(self.submission.entries)
        overrides = dict(self.submission.overrides)
        for correction in explanation.corrections:
            target = overrides if correction.field in overrides else entries
            target[correction.field] = Entry.of(correction.proposed)
        return replace(self.submission, entries=entries, overrides=overrides)


@lru_cache(maxsize=8)
def _errors(form: Form) -> list[int]:
    """The error rules of a form, by their positions."""
    rules = enumerate(form.instances)
    return [i for i, instance in rules if instance.check.severity is Severity.ERROR]


# --- sentences -----------------------------------------------------------------------------------


def suspects_finding(form: Form, suspects: Suspects) -> Finding:
    """The suspects as a finding at the first of their cells; the message does not repeat its
    place."""
    first = suspects.explanations[0].corrections[0]
    observed = _observed(suspects)
    told = (_Describer(form, suspects, brevity).finding() for brevity in Brevity)
    at_cell = (finding.on(first.place, first.field) for finding in told)
    return first_short(at_cell).at(observed=observed)


def _observed(suspects: Suspects) -> tuple[tuple[str, Decimal | None], ...]:
    """What each cell holds, then what each should hold."""
    corrections: dict[str, Correction] = {}
    for explanation in suspects.listed:
        corrections |= {correction.field: correction for correction in explanation.corrections}
    now = [(name, None if c.blank else c.now) for name, c in corrections.items()]
    proposed = [(f"{name}.proposed", c.proposed) for name, c in corrections.items()]
    return (*now, *proposed)


class _Describer:
    """Says in Chinese which cells are suspected: with what each holds and the error, with the right
    numbers alone, or of several the cells alone."""

    def __init__(self, form: Form, suspects: Suspects, brevity: Brevity) -> None:
        self.form = form
        self.suspects = suspects
        self.brevity = brevity
        first = suspects.explanations[0]
        self.home = first.corrections[0].place

    def finding(self) -> Finding:
        """One suspect, a pair of cells, or explanations of which each is enough."""
        explanations = self.suspects.explanations
        if len(explanations) > 1:
            return self._several()
        if len(explanations[0].corrections) == 1:
            return self._single(explanations[0])
        return self._pair(explanations[0])

    def _several(self) -> Finding:
        """The best of them, and how many there are beside."""
        listed = [self._listed(explanation) for explanation in self.suspects.listed]
        more = len(self.suspects.explanations) - len(listed)
        if more:
            return codes.ONE_OF_MANY(cells="；".join(listed), more=more)
        return codes.ONE_OF_SEVERAL(cells="；".join(listed))

    def _single(self, explanation: Explanation) -> Finding:
        (correction,) = explanation.corrections
        message = codes.POSSIBLE if self.suspects.left(explanation) else codes.SUSPECT
        error = explanation.error.label
        result = self._result(explanation)
        value = shown(correction.proposed)
        return message(value=value, was=correction.was, error=error, result=result)

    def _pair(self, explanation: Explanation) -> Finding:
        first, second = explanation.corrections
        both = "，".join(map(self._beside_what_is, explanation.corrections))
        other = self._cell(second)
        result = self._result(explanation)
        message = codes.BELONGS_IN if explanation.error == MOVED else codes.EXCHANGED_WITH
        if self.suspects.left(explanation):
            message = codes.MAY_BELONG_IN if explanation.error == MOVED else codes.MAY_BE_EXCHANGED
        return message(was=first.was, other=other, both=both, result=result)

    def _listed(self, explanation: Explanation) -> str:
        """An explanation as one of several."""
        first, *partners = explanation.corrections
        error = explanation.error.label
        if partners:
            pair = f"{self._cell(first)} 与 {self._cell(partners[0])} {error}"
            each = "，".join(map(self._proposal, explanation.corrections))
            return f"{pair}（{each}）" if self._has_room else pair
        if self._has_room:
            return f"{self._proposal(first)}（现为 {first.was}，{error}）"
        return self._cell(first) if self.brevity is Brevity.RESULTS else self._proposal(first)

    @property
    def _has_room(self) -> bool:
        """Whether everything is said."""
        return self.brevity is Brevity.HEADINGS

    def _beside_what_is(self, correction: Correction) -> str:
        proposal = self._proposal(correction)
        return f"{proposal}（现为 {correction.was}）" if self._has_room else proposal

    def _proposal(self, correction: Correction) -> str:
        cell = self._cell(correction)
        return f"{cell} 应为 {shown(correction.proposed)}"

    def _result(self, explanation: Explanation) -> str:
        """What holds after the correction, and what still does not."""
        left = self.suspects.left(explanation)
        changed = "恢复公式并改后" if self.suspects.restored else "改后"
        if left:
            return f"{changed} {explanation.holding} 项校验成立，还有 {left} 项不成立"
        return f"{changed} {explanation.holding} 项校验全部成立"

    def _cell(self, correction: Correction) -> str:
        """The cell, with its sheet where that is another; by its labels when no place is known."""
        place = correction.place
        if place is None:
            field = self.form.fields[correction.field]
            return f"“{field.label}”"
        is_here = self.home is not None and place.sheet == self.home.sheet
        return place.cell if is_here else f"{place.sheet} {place.cell}"
