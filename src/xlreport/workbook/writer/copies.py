"""The blank workbooks of many units: few are written from nothing, the others are spliced.

Units share a master when their workbooks differ in nothing but values. What else could differ is a
unit's shape: which lines are given or typed in, which texts are equal, which numbers of last year
are known, and what the formulas show before any program calculates them. A master is taken only
if it gives the first unit's workbook as it is written from nothing, part by part, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.rules.evaluate import Evaluation, Verdict, evaluate_submissions
from xlreport.submission import Figures, Submission, Unit, by_rule
from xlreport.workbook.layout.checks import PRIOR_EXPLANATION
from xlreport.workbook.layout.sheet import CHECKS
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.check_sheet import in_words, rule_height
from xlreport.workbook.writer.context import Service, TemplateContext
from xlreport.workbook.writer.formulas import formulas_of
from xlreport.workbook.writer.printable import printable
from xlreport.workbook.writer.results import CachedResults
from xlreport.workbook.writer.splicing import (
    Explained,
    Explanation,
    Master,
    NotMarked,
    Values,
    are_same,
    is_plain,
    is_plain_number,
    number_mark,
    text_mark,
)
from xlreport.workbook.writer.template import write_showing, write_workbook

_AT_ONCE = 1_000
"""Reports whose checks are evaluated together."""

_LONGEST_UNIT = 200
"""Characters of a field's unit with which no prompt is cut, whatever number it tells (Excel allows
255)."""

_NO_TEXT = -1
"""In the place of a text that is empty."""


@dataclass(frozen=True)
class Shape:
    """What workbooks have in common that differ in nothing but values.

    `texts` says of each text, unit, code and level first, which of the different ones it is;
    `has_prior_year` whether anything is known of last year; `shown` is what the formulas' results
    follow from.
    """

    texts: tuple[int, ...]
    has_prior_year: bool
    shown: bytes
    failing: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class _Copy:
    """A unit's workbook that is spliced when it is asked for."""

    master: Master
    values: Values


class Copies(Mapping[str, bytes]):
    """Workbooks by their names; those that are spliced are made anew each time that they are asked
    for, which takes less than keeping them."""

    def __init__(self, workbooks: Mapping[str, bytes | _Copy]) -> None:
        self._workbooks = workbooks

    def __getitem__(self, name: str) -> bytes:
        workbook = self._workbooks[name]
        if isinstance(workbook, bytes):
            return workbook
        return workbook.master.workbook(workbook.values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._workbooks)

    def __len__(self) -> int:
        return len(self._workbooks)


def write_copies(
    blanks: Mapping[str, Submission], form: Form, *, password: str, service: Service
) -> Copies:
    """The workbooks of blank reports, by the same names: as `write_workbook` writes each, but for
    the compression. Raises FormulaTooLong."""
    return Copies(_Writer(form, password, service).written(blanks))


def splice_copies(
    blanks: Mapping[str, Submission], form: Form, *, password: str, service: Service
) -> Copies:
    """Those of the same workbooks that are spliced; the others would have to be written from
    nothing. Raises FormulaTooLong."""
    return Copies(_Writer(form, password, service).spliced(blanks))


@dataclass(frozen=True, slots=True)
class _Blank:
    """A blank report as it is written, and the values in which it differs."""

    name: str
    submission: Submission
    values: Values


class _Writer:
    """Writes the workbooks of one form, year, county and service."""

    def __init__(self, form: Form, password: str, service: Service) -> None:
        self.form = form
        self.layout = layout_of(form)
        formulas = formulas_of(form)
        self.rules = [in_words(listed, formulas) for listed in self.layout.listed]
        self.password = password
        self.service = service
        self.has_short_units = all(
            len(field.unit) <= _LONGEST_UNIT for field in form.fields.values()
        )

    def written(self, blanks: Mapping[str, Submission]) -> dict[str, bytes | _Copy]:
        """Each workbook, or what it is spliced from."""
        spliced = self.spliced(blanks)
        made: dict[str, bytes | _Copy] = {}
        for name, blank in blanks.items():
            made[name] = spliced.get(name) or self._whole(blank)
        return made

    def spliced(self, blanks: Mapping[str, Submission]) -> dict[str, _Copy]:
        """What those workbooks are spliced from that share a master."""
        printed = {name: printable(blank) for name, blank in blanks.items()}
        made: dict[str, _Copy] = {}
        for alike in self._by_shape(printed):
            made.update(self._copies(alike))
        return made

    def _whole(self, blank: Submission) -> bytes:
        """A workbook from nothing."""
        return write_workbook(blank, self.form, password=self.password, service=self.service)

    def _showing(self, blank: Submission, results: CachedResults) -> bytes:
        """A unit's workbook from nothing whose formulas show these results."""
        context = TemplateContext(self.form, blank, service=self.service)
        return write_showing(context, self.password, results)

    # --- masters ----------------------------------------------------------------------------

    def _copies(self, alike: Sequence[_Blank]) -> Iterator[tuple[str, _Copy]]:
        """The workbooks of units of one shape, but for those that must be written from nothing. A
        unit's is spliced even where no other has its shape: the bytes of its workbook, by which
        `send` knows it again, follow from the unit and not from who else is on the roster."""
        master = self._master(max(alike, key=_count_explanations))
        if master is None:
            return
        for blank in alike:
            if master.takes(blank.values):
                yield blank.name, _Copy(master, blank.values)

    def _master(self, first: _Blank) -> Master | None:
        """A master for the units of one shape; None where it does not give this one's workbook as
        it is."""
        results = CachedResults(first.submission, self.layout)
        marked = self._showing(self._marked(first), results)
        is_known = first.submission.prior_year is not None
        explained = self._explained() if is_known else None
        try:
            master = Master(marked, first.values, explained)
        except NotMarked:
            return None
        whole = self._showing(first.submission, results)
        is_proved = are_same(master.workbook(first.values), whole)
        return master if is_proved else None

    def _marked(self, first: _Blank) -> Submission:
        """A report with marks in the place of its values."""
        marks = {text: text_mark(i) for i, text in enumerate(first.values.texts)}
        blank = first.submission
        unit = Unit(*(marks.get(text, "") for text in _given(blank.unit)))
        if blank.prior_year is None:
            return replace(blank, unit=unit)
        figures = blank.prior_year
        numbers = {name: number_mark(i) for i, name in enumerate(self.form.fields)}
        texts = {name: marks.get(text, "") for name, text in figures.texts.items()}
        prior_year = Figures(numbers, texts)
        return replace(blank, unit=unit, prior_year=prior_year)

    # --- shapes -----------------------------------------------------------------------------

    def _by_shape(self, blanks: Mapping[str, Submission]) -> list[list[_Blank]]:
        """The units that can be spliced, those of one shape together."""
        shapes: dict[Shape, list[_Blank]] = {}
        results = _results(self.form, blanks.values())
        for name, submission in blanks.items():
            values = self._values(submission)
            if values is not None:
                shape = self._shape(submission, values, results[_reason(submission)])
                shapes.setdefault(shape, []).append(_Blank(name, submission, values))
        return list(shapes.values())

    def _values(self, blank: Submission) -> Values | None:
        """What differs in a unit's workbook; None where it is not written like the others'."""
        if not blank.unit.name:
            return None
        texts = tuple(dict.fromkeys(filter(None, self._texts(blank))))
        if not all(map(is_plain, texts)):
            return None
        figures = blank.prior_year
        if figures is None:
            return Values(texts)
        numbers = tuple(map(figures.numbers.get, self.form.fields))
        known = [number for number in numbers if number is not None]
        if not self.has_short_units or not all(map(is_plain_number, known)):
            return None
        explanations = tuple(self._explanations(figures))
        if not all(is_plain(explanation.words) for explanation in explanations):
            return None
        return Values(texts, numbers, explanations)

    def _explanations(self, figures: Figures) -> Iterator[Explanation]:
        """What a unit said the year before, in the order of the rules."""
        words = by_rule(figures.explanations)
        if not words:
            return
        for rule, listed in enumerate(self.layout.listed):
            told = words.get(listed.code, "")
            if told:
                height = rule_height(self.rules[rule], "", told)
                yield Explanation(rule, told, height)

    def _explained(self) -> Explained:
        """Where the 校验 sheet has what units said the year before."""
        layout = self.layout
        number = layout.sheets.index(CHECKS) + 1
        rows = [layout.checks.rules[listed.code] for listed in layout.listed]
        cells = tuple((row, PRIOR_EXPLANATION) for row in rows)
        return Explained(f"xl/worksheets/sheet{number}.xml", cells)

    def _texts(self, blank: Submission) -> list[str]:
        """The texts in which workbooks differ, empty ones included, always in the same order."""
        texts = _given(blank.unit)
        if blank.prior_year is not None:
            before = blank.prior_year.texts
            texts += [before.get(text.field_id, "") for text in self.form.texts]
        return texts

    def _shape(self, blank: Submission, values: Values, results: _Results) -> Shape:
        which = {text: position for position, text in enumerate(values.texts)}
        texts = tuple(which.get(text, _NO_TEXT) for text in self._texts(blank))
        failing = values.numbers if results.has_failing else ()
        has_prior_year = blank.prior_year is not None
        return Shape(texts, has_prior_year, results.shown, failing)


def _count_explanations(blank: _Blank) -> int:
    return len(blank.values.explanations)


def _given(unit: Unit) -> list[str]:
    """What a workbook is given of its unit."""
    return [unit.name, unit.code, unit.level]


# --- what the formulas show ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Results:
    """What the formulas' results of a blank report follow from: every rule's verdict, every
    computed number, and which numbers of last year are known. Where a rule fails its words may
    also tell numbers."""

    shown: bytes
    has_failing: bool


_Reason = tuple[str, int]
"""What results of blank reports follow from: a unit's level, and the identity of the figures of
last year."""


def _reason(blank: Submission) -> _Reason:
    return blank.unit.level, id(blank.prior_year)


def _results(form: Form, blanks: Iterable[Submission]) -> dict[_Reason, _Results]:
    """The results of all that differ, each evaluated once."""
    different = {_reason(blank): blank for blank in blanks}
    reasons = list(different)
    results: dict[_Reason, _Results] = {}
    for start in range(0, len(reasons), _AT_ONCE):
        chunk = reasons[start : start + _AT_ONCE]
        submissions = [different[reason] for reason in chunk]
        evaluation = evaluate_submissions(form, submissions)
        results.update(zip(chunk, _results_of(evaluation), strict=True))
    return results


def _results_of(evaluation: Evaluation) -> Iterator[_Results]:
    """The results of each report."""
    form, store = evaluation.form, evaluation.store
    computed = [store.columns[field.id].values for field in form.computed]
    before = [operand for operand in form.operands if isinstance(operand, ex.Previous)]
    known = [store.columns[ex.key_of(operand)].known for operand in before]
    rows = np.vstack([evaluation.verdicts, *computed, *known])
    by_report = np.ascontiguousarray(rows.T)
    failing = np.any(evaluation.verdicts == Verdict.FAILS, axis=0)
    for shown, has_failing in zip(by_report, failing, strict=True):
        yield _Results(shown.tobytes(), bool(has_failing))
