"""What is said of a rule that fails, and of a cell without a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from xlreport.checking import codes
from xlreport.findings import Finding, Severity, first_short
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance
from xlreport.rules.describe import Brevity, FailureDescriber, without_explanation
from xlreport.rules.evaluate import UnitView, Verdict
from xlreport.submission import PICTURE, Entry, Place, Status, shown
from xlreport.text import cut
from xlreport.workbook.codes import RESTORE

_SUGGESTIONS = {
    Severity.ERROR: "请核对更正后重新报送",
    Severity.WARNING: "请核实；数字无误的，请在“校验”页写明原因",
    Severity.NOTE: "",
}

_IN_A_DOCUMENT = "请核实"
"""What is asked of a warning about a report that has no sheet for explanations."""

_WRITE = "请补写后重新报送"

_NO_NUMBER = {
    Status.BLANK: codes.EMPTY,
    Status.ABSENT: codes.EMPTY,
    Status.ERROR: codes.ERROR_VALUE,
    Status.NO_RESULT: codes.NO_RESULT,
    Status.BOOLEAN: codes.TRUTH_VALUE,
    Status.DATE: codes.DATE,
    Status.TOO_LARGE: codes.TOO_LARGE,
    Status.REORDERED: codes.REORDERED,
}
"""What is said of a cell that holds no number; all else is text."""

ABOUT_BLANKS = ex.IsNumber | ex.Filled | ex.Mentions
"""Conditions on one cell or text, which are not verified while it is blank."""

MOST_OF_A_SUBJECT = 16
"""Characters of a row or column behind a code."""

MOST_OF_A_CONTENT = 20
"""Characters of a cell that should hold a number."""


# --- rules that fail -----------------------------------------------------------------------------


def failures(form: Form, instance: Instance, view: UnitView) -> Iterator[Finding]:
    """A finding for each part of a rule that fails."""
    for part in _failing_parts(instance, view):
        if isinstance(part, ex.IsNumber):
            finding = no_number(part.item.field, view)
            yield _of_check(instance, finding)
            continue
        failure = _Failure(form, instance, part, view)
        finding = first_short(failure.finding(brevity) for brevity in Brevity)
        operands = ex.operands_of(part)
        observed = [(ex.key_of(operand), view.number(operand)) for operand in operands]
        yield finding.at(observed=tuple(observed))


def _failing_parts(instance: Instance, view: UnitView) -> Iterator[ex.Truth]:
    """The parts of a rule that fail, of a rule that fails."""
    parts = ex.conjuncts(instance.rule)
    for part in parts:
        if len(parts) == 1 or view.verdict(part) is Verdict.FAILS:
            yield part


def foreseen(form: Form, instance: Instance, view: UnitView) -> Iterator[Finding]:
    """A note for each part of a rule that would fail if the blanks were 0."""
    for part in _failing_parts(instance, view):
        failure = _Failure(form, instance, part, view)
        yield first_short(failure.foreseen(brevity) for brevity in Brevity)


@dataclass(frozen=True)
class _Failure:
    """One part of a rule that fails in a report."""

    form: Form
    instance: Instance
    part: ex.Truth
    view: UnitView

    def finding(self, brevity: Brevity) -> Finding:
        """What was seen, why it must hold, and what to do; at the cell that most probably is
        meant."""
        check = self.instance.check
        finding = Finding(
            self.instance.code,
            check.severity,
            self._message(brevity),
            check.why + self._advice,
            subject=self._subject,
        )
        return finding.on(self._place, self._name)

    def foreseen(self, brevity: Brevity) -> Finding:
        """What would be seen if the blanks were 0."""
        finding = codes.IF_BLANKS_ARE_ZERO(message=self._message(brevity))
        return finding.on(self._place, self._name)

    def _message(self, brevity: Brevity) -> str:
        if self._is_typed_over and brevity > Brevity.HEADINGS:
            return self._formula_gives(brevity)
        describer = FailureDescriber(self.form, self.instance, self.view, brevity=brevity)
        message = describer.failure(self.part)
        if not self._is_typed_over:
            return message
        cell = self._place.cell if self._place is not None else ""
        return codes.FORMULA_OVERWRITTEN.format(message=message, cell=cell)

    def _formula_gives(self, brevity: Brevity) -> str:
        """What stands where the formula was, and what the formula gives."""
        was = shown(self.view.value(ex.Ref(self._name)))
        right = shown(self.view.recomputed(self._name))
        is_long = brevity is Brevity.CELLS
        words = codes.FORMULA_GIVES if is_long else codes.FORMULA_GAVE
        return words.format(was=was, right=right)

    @property
    def _advice(self) -> str:
        severity = self.instance.check.severity
        if self._is_typed_over:
            return RESTORE
        is_document = bool(self.view.submission.provenance.document)
        if severity is Severity.WARNING and is_document:
            return _IN_A_DOCUMENT
        return _SUGGESTIONS[severity]

    @cached_property
    def _name(self) -> str:
        return _cell_meant(self.part, self.view)

    @cached_property
    def _place(self) -> Place | None:
        return place_in(self.view, self._name)

    @cached_property
    def _is_typed_over(self) -> bool:
        """Whether the cell held the formula that this very rule is."""
        submission = self.view.submission
        has_formulas = not submission.provenance.document
        is_overwritten = has_formulas and self._name in submission.overrides
        return is_overwritten and self.form.fields[self._name].computed == self.instance.check.code

    @cached_property
    def _subject(self) -> str:
        """The row or column that the rule is about; the place says it of a cell."""
        if self.instance.check.each == "cell":
            return ""
        return cut(without_explanation(self.instance.subject), MOST_OF_A_SUBJECT)


def _cell_meant(part: ex.Truth, view: UnitView) -> str:
    """The first cell or text of a rule; where it compares with 0, the first that is not 0."""
    names = (*ex.fields_of(part), *ex.texts_of(part))
    zero = ex.Const(Decimal(0))
    for node in ex.walk(part):
        if not isinstance(node, ex.Compare) or node.right != zero:
            continue
        for operand in ex.operands_of(node):
            if isinstance(operand, ex.Ref) and view.number(operand):
                return operand.field
    return names[0] if names else ""


# --- cells without a number ----------------------------------------------------------------------


def blanks(form: Form, instance: Instance, view: UnitView) -> Iterator[Finding]:
    """What keeps a rule about one cell or text from being verified: it is blank."""
    for part in ex.conjuncts(instance.rule):
        if not isinstance(part, ABOUT_BLANKS):
            continue
        if view.verdict(part) is not Verdict.UNKNOWN:
            continue
        if isinstance(part, ex.IsNumber):
            name = part.item.field
            if view.submission.effective(name).status is not Status.ABSENT:
                yield _of_check(instance, no_number(name, view))
        elif not view.submission.texts.get(part.text):
            yield _empty_text(form, instance, part.text, view)


def _empty_text(form: Form, instance: Instance, name: str, view: UnitView) -> Finding:
    labels = {text.field_id: text.label for text in form.texts}
    message = f"“{labels[name]}”没有填写"
    finding = _of_check(instance, Finding(instance.code, Severity.ERROR, message, _WRITE))
    place = place_in(view, name)
    return finding.on(place, name).at(observed=((name, ""),))


def no_number(name: str, view: UnitView) -> Finding:
    """A number cell that holds no number (R16): what it holds, and what to do."""
    entry = view.submission.effective(name)
    place = place_in(view, name)
    observed = ((name, entry.raw or None),)
    is_document = bool(view.submission.provenance.document)
    if is_document and entry.status is Status.BLANK:
        return codes.EMPTY_IN_DOCUMENT().on(place, name).at(observed=observed)
    return _described(entry).on(place, name).at(observed=observed)


def _described(entry: Entry) -> Finding:
    message = _NO_NUMBER.get(entry.status)
    if message is None and entry.raw == PICTURE:
        message = codes.PICTURE
    if message is None:
        message = codes.TEXT if entry.raw.strip() else codes.ONLY_SPACES
    return message(raw=cut(entry.raw, MOST_OF_A_CONTENT))


def _of_check(instance: Instance, finding: Finding) -> Finding:
    """The finding under the code of the form's own check, with the check's reason."""
    check = instance.check
    suggestion = check.why + finding.suggestion
    return finding.at(code=instance.code, severity=check.severity, suggestion=suggestion)


def place_in(view: UnitView, name: str) -> Place | None:
    """The cell of a field or a text; None where it was not found."""
    return view.submission.provenance.places.get(name)
