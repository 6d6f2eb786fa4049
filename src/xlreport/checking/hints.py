"""Hints in Chinese: which cell is most probably wrong, what it held, what it should hold, and why so."""

from __future__ import annotations

from xlreport.checking.codes import H1
from xlreport.checking.keying_errors import MOVED
from xlreport.checking.suspects import Correction, Explanation, Hint
from xlreport.findings import Finding, record
from xlreport.form.model import Form
from xlreport.submission import shown

_TODO = "这是由差数推算的线索，程序不改数字；请对照原始记录，由填报单位更正"


def render(form: Form, hint: Hint) -> str:
    """The hint as one sentence with its place."""
    words = _Words(form, hint)
    first = hint.explanations[0]
    if len(hint.explanations) > 1:
        return words.several(sheet=True)
    return words.only(first, f"{words.cell(first.corrections[0], sheet=True)} ")


def finding(form: Form, hint: Hint) -> Finding:
    """The hint as a finding at its first cell; the message does not repeat the place."""
    words = _Words(form, hint)
    first = hint.explanations[0]
    message = words.several() if len(hint.explanations) > 1 else words.only(first, "")
    pairs = {c.field: c for e in hint.explanations for c in e.corrections}
    observed = [(name, None if c.blank else c.now) for name, c in pairs.items()]
    observed += [(f"{name}.proposed", c.proposed) for name, c in pairs.items()]
    at = first.corrections[0]
    return record(
        H1,
        message,
        _TODO,
        sheet=at.place.sheet,
        cell=at.place.cell,
        field=at.field,
        observed=tuple(observed),
    )


class _Words:
    def __init__(self, form: Form, hint: Hint) -> None:
        self.form, self.hint = form, hint
        self.home = hint.explanations[0].corrections[0].place.sheet

    def only(self, explanation: Explanation, subject: str) -> str:
        """The one explanation; the subject is left out where the place is told anyway."""
        first, *rest = explanation.corrections
        if not rest:
            return (
                f"{subject}很可能应为 {self.values(first, explanation)}；{self.result(explanation)}"
            )
        both = "，".join(
            f"{self.cell(c)} 应为 {shown(c.proposed)}（现为 {c.was}）"
            for c in explanation.corrections
        )
        other = self.cell(rest[0])
        moved = explanation.slip == MOVED
        what = f"现填的 {first.was} 很可能应填在 {other}" if moved else f"与 {other} 很可能填反了"
        return f"{subject}{what}：{both}；{self.result(explanation)}"

    def several(self, *, sheet: bool = False) -> str:
        """Explanations of which each is enough."""
        listed = "；".join(
            self.item(e, sheet=sheet and not i) for i, e in enumerate(self.hint.explanations)
        )
        return f"可能是下列几处中的一处填错：{listed}；不能确定是哪一处，请逐一对照原始记录"

    def item(self, explanation: Explanation, *, sheet: bool) -> str:
        first, *rest = explanation.corrections
        start = self.cell(first, sheet=sheet)
        if not rest:
            return f"{start} 应为 {self.values(first, explanation)}"
        both = "，".join(
            f"{self.cell(c)} 应为 {shown(c.proposed)}" for c in explanation.corrections
        )
        return f"{start} 与 {self.cell(rest[0])} {explanation.slip.words}（{both}）"

    def values(self, correction: Correction, explanation: Explanation) -> str:
        return f"{shown(correction.proposed)}（现为 {correction.was}，{explanation.slip.words}）"

    def result(self, explanation: Explanation) -> str:
        """What holds after the correction, and what still does not."""
        left = self.hint.failing - explanation.holding
        if left:
            return f"改后 {explanation.holding} 项校验成立，还有 {left} 项不成立"
        return f"改后 {explanation.holding} 项校验全部成立"

    def cell(self, correction: Correction, *, sheet: bool = False) -> str:
        """The cell, with its sheet where that is another; by its labels when no place is known."""
        place = correction.place
        if not place.cell:
            return f"“{self.form.fields[correction.field].label}”"
        return f"{place.sheet} {place.cell}" if sheet or place.sheet != self.home else place.cell
