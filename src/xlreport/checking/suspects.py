"""The cells that are most probably wrong, in Chinese: never a correction, only a hint where to look.

Out of the cells that may be wrong (`localising`) those count whose new number explains the old one by a
slip of the hand (`slips`). Every hint is proved by the evaluation: with it no rule fails that holds now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from xlreport.checking import keying_errors as slips
from xlreport.checking.constraints import read_system
from xlreport.checking.keying_errors import Slip
from xlreport.checking.localization import EFFORT, search
from xlreport.checking.parts import Change, Part, failing_parts, value
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance
from xlreport.rules.columns import column_store, from_fixed
from xlreport.rules.evaluate import Verdict, evaluate
from xlreport.rules.linear import LinearConstraint, comparisons
from xlreport.submission import Entry, Place, Status, Submission, Summary, shown

MOST_LISTED = 5
"""More likely cells than this help nobody."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell with the number it holds and the one that it probably should hold."""

    field: str
    place: Place
    now: Decimal
    proposed: Decimal
    blank: bool = False

    @property
    def was(self) -> str:
        return "空白" if self.blank else shown(self.now)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One cell, or two neighbours, whose correction makes `holding` failing rules hold, and the slip."""

    corrections: tuple[Correction, ...]
    slip: Slip
    holding: int = 0


@dataclass(frozen=True, slots=True)
class Hint:
    """What most probably is wrong in one part of a report: one explanation, or up to five of which one
    is enough. `failing` counts all error rules of the report that fail."""

    explanations: tuple[Explanation, ...]
    failing: int


def likely(
    form: Form,
    submission: Submission,
    failing: Sequence[Instance],
    *,
    extra: Iterable[LinearConstraint] = (),
    other: Mapping[str, Decimal] | None = None,
) -> tuple[Hint, ...]:
    """Hints for a report in which these rules fail. `extra` are ties to other figures that must hold,
    `other` the numbers of another version of the unit's report."""
    wrong = [i for i in failing if i.check.severity is Severity.ERROR]
    if isinstance(submission, Summary) or not any(True for i in wrong for _ in comparisons(i.rule)):
        return ()
    groups = _Finder(form, submission, other or {}).groups(read_parts(form, submission, extra))
    # not too many, and one that is reason enough by itself
    found = [
        group for group in groups if len(group) <= MOST_LISTED and any(e.slip.alone for e in group)
    ]
    flat = [e for group in found for e in group]
    proved = dict(zip(flat, _proved(form, submission, wrong, flat), strict=True))
    hints = (tuple(p for e in group if (p := proved[e]) is not None) for group in found)
    return tuple(Hint(group, len(wrong)) for group in hints if any(e.slip.alone for e in group))


def read_parts(form: Form, submission: Submission, extra: Iterable[LinearConstraint]) -> list[Part]:
    """The parts in which something fails, each with the single cells that may be wrong."""
    return [search(part, 1, EFFORT) for part in failing_parts(read_system(form, submission, extra))]


class _Finder:
    """The explanations of one report that slips make plausible."""

    def __init__(self, form: Form, submission: Submission, other: Mapping[str, Decimal]) -> None:
        self.form, self.submission, self.other = form, submission, other
        entries = {f.id: submission.effective(f.id) for f in form.typed} | {**submission.overrides}
        self.now = {name: entry.value for name, entry in entries.items() if entry.value is not None}
        self.beside: dict[str, list[tuple[str, str]]] = {}

    def groups(self, parts: Sequence[Part]) -> list[list[Explanation]]:
        """Explanations that exclude each other, the best first. Two neighbours exchanged between two
        parts explain both at once, which two slips do not do as well."""
        found: dict[frozenset[int], list[Explanation]] = {
            frozenset((i,)): [] for i in range(len(parts))
        }
        for a, b, direction in slips.neighbours(self.form, self.now):
            self.beside.setdefault(a, []).append((b, direction))
            self.beside.setdefault(b, []).append((a, direction))
        for i, part in enumerate(parts):
            found[frozenset((i,))] += self._single(part)
        for key, explanation in self._pairs(parts):
            found.setdefault(key, []).append(explanation)
        wide = [key for key in found if len(key) > 1]
        wide = [
            key for key in wide if all(key.isdisjoint(other) for other in wide if other is not key)
        ]
        covered = frozenset().union(*wide)
        chosen = [*wide, *(key for key in found if len(key) == 1 and key.isdisjoint(covered))]
        alike = {
            frozenset((i,))
            for i, part in enumerate(parts)
            if _all_alike(found[frozenset((i,))], part)
        }
        return [_weighed(found[key]) for key in chosen if key not in alike]

    def _single(self, part: Part) -> Iterator[Explanation]:
        for answer in part.answers:
            (change,) = answer
            if change.value is None:
                continue
            known = [
                self._other(change.field, change.value),
                slips.digit_slip(change.now, change.value),
            ]
            known += [self._same(change, *pair) for pair in self.beside.get(change.field, ())]
            best = min((slip for slip in known if slip is not None), default=None)
            if best is not None:
                yield Explanation((self._correction(change.field, change.now, change.value),), best)

    def _other(self, name: str, right: Decimal) -> Slip | None:
        return slips.OTHER_VERSION if self.other.get(name) == right else None

    def _same(self, change: Change, neighbour: str, direction: str) -> Slip | None:
        """A number read in the wrong row or column stands twice."""
        if not change.now or change.now != self.now[neighbour]:
            return None
        slip = slips.SAME_AS_NEIGHBOUR[direction]
        place = self._place(neighbour)
        return replace(
            slip, words=slip.words.format(place.cell or self.form.fields[neighbour].label)
        )

    def _pairs(self, parts: Sequence[Part]) -> Iterator[tuple[frozenset[int], Explanation]]:
        """Neighbours that make everything hold when their numbers are exchanged."""
        home = {name: i for i, part in enumerate(parts) for name in part.cells}
        cells = {name: cell for part in parts for name, cell in part.cells.items()}
        for a, b, _ in slips.neighbours(self.form, home):
            key = frozenset((home[a], home[b]))
            new = {a: cells[b].now, b: cells[a].now}
            if new[a] != new[b] and all(_holds(parts[i], new) for i in key):
                first, second = sorted((a, b), key=lambda name: not cells[name].now)
                corrections = (
                    self._correction(n, from_fixed(cells[n].now), from_fixed(new[n]))
                    for n in (first, second)
                )
                yield (
                    key,
                    Explanation(
                        tuple(corrections), slips.EXCHANGED if cells[second].now else slips.MOVED
                    ),
                )

    def _correction(self, name: str, now: Decimal, right: Decimal) -> Correction:
        entry = self.submission.entries.get(name)
        blank = (
            entry is not None
            and entry.status is Status.BLANK
            and name not in self.submission.overrides
        )
        return Correction(name, self._place(name), now, right, blank)

    def _place(self, name: str) -> Place:
        return self.submission.provenance.places.get(name, Place("", ""))


def _all_alike(found: Sequence[Explanation], part: Part) -> bool:
    """Whether every cell that may be wrong is as likely as any other, and nothing else explains it: the
    failing rule says as much."""
    telling = any(e.slip.rank <= slips.TELLING for e in found)
    return len(found) == len(part.answers) > 1 and not telling


def _weighed(found: Iterable[Explanation]) -> list[Explanation]:
    """The best first, without those that say nothing beside it."""
    ranked = sorted(found, key=lambda e: e.slip)
    telling = bool(ranked) and ranked[0].slip.rank <= slips.TELLING
    return [e for e in ranked if not (telling and e.slip == slips.ONE_FOR_ZERO)]


def _holds(part: Part, new: Mapping[str, int]) -> bool:
    """Whether all of a part holds with some new numbers."""
    for name, cell in part.cells.items():
        number = new.get(name, cell.now)
        if (name in new or cell.wrong) and not (
            cell.lowest <= number <= cell.highest and number % cell.step == 0
        ):
            return False
    moved = {
        name: number - part.cells[name].now for name, number in new.items() if name in part.cells
    }
    return all(
        row.keeps(
            value(row, part.cells)
            + sum(row.coefficients.get(name, 0) * by for name, by in moved.items())
        )
        for row in part.rows
    )


# --- proof ---------------------------------------------------------------------------------------


def _proved(
    form: Form, submission: Submission, failing: Sequence[Instance], found: Sequence[Explanation]
) -> list[Explanation | None]:
    """Each explanation with the number of failing rules that it makes hold; None when there is none,
    or when a rule that holds would fail."""
    if not found:
        return []
    touched = _touching(form)
    names = {
        leaf for e in found for c in e.corrections for leaf in (c.field, *form.leaves(c.field))
    }
    others = {i for name in names for i in touched.get(name, ())}
    instances = [*failing, *(form.instances[i] for i in sorted(others))]
    verdicts = evaluate(
        instances, column_store(form, [submission, *(_changed(submission, e) for e in found)])
    )
    held, now_holds = verdicts[:, :1] == Verdict.HOLDS, verdicts[:, 1:] == Verdict.HOLDS
    broken = (held & ~now_holds).any(axis=0)
    holding = now_holds[: len(failing)].sum(axis=0)
    return [
        replace(e, holding=int(n)) if n and not bad else None
        for e, n, bad in zip(found, holding, broken, strict=True)
    ]


def _changed(submission: Submission, explanation: Explanation) -> Submission:
    new = {c.field: Entry.of(c.proposed) for c in explanation.corrections}
    over = {name: new.pop(name) for name in tuple(new) if name in submission.overrides}
    entries, overrides = {**submission.entries, **new}, {**submission.overrides, **over}
    return replace(submission, entries=entries, overrides=overrides)


@lru_cache(maxsize=8)
def _touching(form: Form) -> Mapping[str, tuple[int, ...]]:
    """For each field the error rules that it takes part in, itself or in a formula."""
    found: dict[str, dict[int, None]] = {}
    for i, instance in enumerate(form.instances):
        if instance.check.severity is Severity.ERROR:
            fields = ex.fields_of(instance.rule)
            for name in {*fields, *(leaf for field in fields for leaf in form.leaves(field))}:
                found.setdefault(name, {})[i] = None
    return {name: tuple(instances) for name, instances in found.items()}
