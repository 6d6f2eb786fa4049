"""What differs between two reports, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xlreport.form.model import Form
from xlreport.submission import Entry, Place, Status, Submission
from xlreport.workbook.layout.workbook import CHECKS
from xlreport.workbook.reader.numbers import quote


@dataclass(frozen=True)
class Difference:
    """One field that two reports fill in differently; `first` and `second` are as the cells show them."""

    field: str
    label: str
    place: Place
    first: str
    second: str

    def as_dict(self) -> dict[str, Any]:
        """The difference as `diff --json` has it."""
        place = {"sheet": self.place.sheet or None, "cell": self.place.cell or None}
        return {
            "field": self.field,
            "label": self.label,
            **place,
            "first": self.first,
            "second": self.second,
        }

    def line(self) -> str:
        """The difference as one line of text."""
        where = f"{self.place.sheet} {self.place.cell}".strip()
        return f"{where}　{self.label}：{self.first} → {self.second}"


def differences(form: Form, first: Submission, second: Submission) -> Iterator[Difference]:
    """All typed-in numbers, typed-over totals, answers and texts that are not the same."""
    for name, item in form.fields.items():
        pair = [
            s.overrides.get(name) if item.computed else s.entries.get(name) for s in (first, second)
        ]
        if _meaning(pair[0]) != _meaning(pair[1]):
            a, b = (_number(entry, computed=item.computed is not None) for entry in pair)
            yield Difference(name, item.label, _place(first, second, name), a, b)
    for table in form.tables:
        a, b = (s.answers.get(table.id) or "（未选）" for s in (first, second))
        if a != b:
            name = f"{table.id}.blanks_are_zero"
            yield Difference(name, "本表空白处是否均为 0", _place(first, second, name), a, b)
    for code in sorted({*first.explanations, *second.explanations}):
        a, b = (quote(s.explanations.get(code, "")) or "（空白）" for s in (first, second))
        if a != b:
            yield Difference(f"explain.{code}", f"{code} 的填写说明", Place(CHECKS, ""), a, b)
    for text in form.texts:
        a, b = (s.texts.get(text.field_id, "") for s in (first, second))
        if a != b:
            at = next(
                (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y),
                min(len(a), len(b)),
            )
            start = max(0, at - 10)
            words = [
                quote(("…" if start else "") + t[start : start + 40]) or "（空白）" for t in (a, b)
            ]
            label = f"{text.label}（第 {at + 1} 字起）"
            yield Difference(text.field_id, label, _place(first, second, text.field_id), *words)


def _meaning(entry: Entry | None) -> object:
    """What two cells have in common that say the same: １３５ is 135, the text TRUE is no boolean."""
    if entry is None:
        return None
    return entry.value if entry.value is not None else (entry.status, entry.raw)


def _number(entry: Entry | None, *, computed: bool) -> str:
    if entry is None:
        return "（公式）" if computed else "（空白）"
    if entry.status is Status.ABSENT:
        return "（找不到）"
    return entry.raw or "（空白）"


def _place(first: Submission, second: Submission, name: str) -> Place:
    return first.provenance.places.get(name) or second.provenance.places.get(name) or Place("", "")
