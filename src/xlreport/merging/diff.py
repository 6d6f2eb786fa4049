"""What differs between two reports, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from xlreport.form.model import Field, Form, Table
from xlreport.submission import Entry, Place, Status, Submission, by_rule
from xlreport.text import printed_code, quote
from xlreport.workbook.layout.sheet import CHECKS

BLANK = "（空白）"
LEAD, SHOWN = 10, 40
"""Characters of a text that are shown before its first difference, and in all."""


@dataclass(frozen=True)
class Difference:
    """One field that two reports fill in differently; `first` and `second` are as cells show them.

    `place` is None where neither workbook tells it.
    """

    field: str
    label: str
    place: Place | None
    first: str
    second: str

    def as_dict(self) -> dict[str, Any]:
        """The difference as `diff --json` has it."""
        sheet, cell = _where(self.place)
        return {
            "field": self.field,
            "label": self.label,
            "sheet": sheet or None,
            "cell": cell or None,
            "first": self.first,
            "second": self.second,
        }

    def line(self) -> str:
        """The difference as one line of text."""
        where = " ".join(_where(self.place)).strip()
        change = f"{self.first} → {self.second}"
        return f"{where}　{self.label}：{change}"


def _where(place: Place | None) -> tuple[str, str]:
    if place is not None:
        return place.sheet, place.cell
    return "", ""


def differences(form: Form, first: Submission, second: Submission) -> Iterator[Difference]:
    """All typed-in numbers, typed-over totals, answers, explanations and texts that differ."""
    pair = _Pair(first, second)
    for field in form.fields.values():
        yield from pair.numbers(field)
    for table in form.tables:
        yield from pair.answers(table)
    yield from pair.explanations()
    for text in form.texts:
        yield from pair.texts(text.field_id, text.label)


@dataclass(frozen=True)
class _Pair:
    """The two reports that are compared."""

    first: Submission
    second: Submission

    def numbers(self, field: Field) -> Iterator[Difference]:
        """One cell with a number; of a computed one what was typed over it."""
        first = _entry(self.first, field)
        second = _entry(self.second, field)
        if _meaning(first) == _meaning(second):
            return
        if_none = "（公式）" if field.computed else BLANK
        before = _number(first, if_none)
        after = _number(second, if_none)
        yield self._difference(field.id, field.label, before, after)

    def answers(self, table: Table) -> Iterator[Difference]:
        """Whether the blanks of a table are zeros."""
        first = self.first.answers.get(table.id) or "（未选）"
        second = self.second.answers.get(table.id) or "（未选）"
        if first != second:
            name = f"{table.id}.blanks_are_zero"
            yield self._difference(name, "本表空白处是否均为 0", first, second)

    def explanations(self) -> Iterator[Difference]:
        """The unit's words about checks, rule by rule: workbooks of the first layout have them by
        row."""
        before = by_rule(self.first.explanations)
        after = by_rule(self.second.explanations)
        for code in sorted({*before, *after}):
            first = quote(before.get(code, "")) or BLANK
            second = quote(after.get(code, "")) or BLANK
            if first != second:
                label = f"{printed_code(code)} 的填写说明"
                yield Difference(f"explain.{code}", label, Place(CHECKS, ""), first, second)

    def texts(self, name: str, label: str) -> Iterator[Difference]:
        """One text, shown from a little before its first difference."""
        first = self.first.texts.get(name, "")
        second = self.second.texts.get(name, "")
        if first == second:
            return
        position = _first_difference(first, second)
        told = f"{label}（第 {position + 1} 字起）"
        before = _passage(first, position)
        after = _passage(second, position)
        yield self._difference(name, told, before, after)

    def _difference(self, name: str, label: str, first: str, second: str) -> Difference:
        place = self.first.provenance.places.get(name)
        if place is None:
            place = self.second.provenance.places.get(name)
        return Difference(name, label, place, first, second)


def _entry(report: Submission, field: Field) -> Entry | None:
    if field.computed:
        return report.overrides.get(field.id)
    return report.entries.get(field.id)


def _meaning(entry: Entry | None) -> object:
    """What two cells that say the same have in common: １３５ is 135, the text TRUE no boolean."""
    if entry is None:
        return None
    if entry.value is not None:
        return entry.value
    return entry.status, entry.raw


def _number(entry: Entry | None, if_none: str) -> str:
    if entry is None:
        return if_none
    if entry.status is Status.ABSENT:
        return "（找不到）"
    return entry.raw or BLANK


def _first_difference(a: str, b: str) -> int:
    """The position of the first character that is not the same, from 0."""
    pairs = enumerate(zip_longest(a, b))
    return next(position for position, (x, y) in pairs if x != y)


def _passage(text: str, position: int) -> str:
    start = max(0, position - LEAD)
    passage = text[start : start + SHOWN]
    if start:
        passage = f"…{passage}"
    return quote(passage) or BLANK
