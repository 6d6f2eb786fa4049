"""Transplants what a town typed in into a fresh workbook of the current template.

Every value is read back and compared before the new workbook is given out; what cannot be carried
over for certain stays blank and is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from xlreport.a1 import address
from xlreport.checking.findings import Finding
from xlreport.form.model import Form
from xlreport.submission import BLANK, Entry, Place, Status, Submission, shown
from xlreport.workbook.identifying import Forms
from xlreport.workbook.layout import layout_of
from xlreport.workbook.numbers import quote
from xlreport.workbook.reading import read_submission
from xlreport.workbook.writing import write_workbook

REPAIRABLE = frozenset({"F6", "F19", "R7", "R8", "R10", "R12", "R15", "R19", "R21", "R22", "R23", "R24"})
"""Findings of a file that a fresh workbook cures."""


@dataclass(frozen=True)
class Carried:
    """One value that was carried over, from where to where."""

    field: str
    label: str
    source: Place
    target: Place
    value: str

    def line(self) -> str:
        """The value as one line of text."""
        places = (f"{p.sheet} {p.cell}".strip() for p in (self.source, self.target))
        return f"{' → '.join(places)}　{self.label}：{self.value}"

    def as_dict(self) -> dict[str, Any]:
        """The value as `repair --json` has it."""
        ends = {"from": [self.source.sheet, self.source.cell], "to": [self.target.sheet, self.target.cell]}
        return {"field": self.field, "label": self.label, **ends, "value": self.value}


@dataclass(frozen=True)
class Repaired:
    """A fresh workbook, what it holds of the old one, and what it does not (in Chinese)."""

    data: bytes
    carried: tuple[Carried, ...]
    left: tuple[str, ...]


class NotRepairable(Exception):
    """A report that cannot be transplanted; the text is Chinese."""


def repair(form: Form, submission: Submission, findings: Iterable[Finding], forms: Forms) -> Repaired:
    """A fresh workbook with the same values. Raises NotRepairable."""
    if submission.members:
        raise NotRepairable("这是汇总表，请用 xlreport merge 重新生成")
    doubtful = {f.field for f in findings if f.code == "R15"}
    if any(f.code == "R15" and not f.field for f in findings):
        raise NotRepairable("有一张表和它的副本内容不同，请先删去不要的一张")
    entries = {name: _kept(entry, name in doubtful) for name, entry in submission.entries.items()}
    source = replace(submission.source, number=max(1, submission.source.number) + 1)
    fresh = replace(submission, entries=entries, overrides={}, places={}, source=source)
    data = write_workbook(fresh, form)
    _verify(form, fresh, data, forms)
    return Repaired(data, tuple(_carried(form, submission, fresh)), tuple(_left(form, submission, fresh, doubtful)))


def _kept(entry: Entry, doubtful: bool) -> Entry:
    """A number or a plain text; anything else cannot be typed in anew."""
    whole = entry.value is not None or (entry.status is Status.TEXT and not entry.raw.endswith("…"))
    return BLANK if doubtful or not whole else entry


def _verify(form: Form, fresh: Submission, data: bytes, forms: Forms) -> None:
    """Reads the new workbook back: every value as it was."""
    again = read_submission(data, forms).submission
    if again is None or again.unit != fresh.unit or dict(again.texts) != dict(fresh.texts):
        raise NotRepairable("写出的工作簿与原表不一致，没有保存")
    for name in (field.id for field in form.typed):
        before, after = fresh.entries.get(name, BLANK), again.entries.get(name, BLANK)
        same = before.value == after.value and (before.value is not None or before.raw == after.raw)
        if not same:
            raise NotRepairable(f"{form.fields[name].label}写出后与原表不一致，没有保存")


def _carried(form: Form, old: Submission, fresh: Submission) -> Iterator[Carried]:
    layout = layout_of(form)
    nowhere = Place("", "")
    for name, entry in fresh.entries.items():
        if entry is not BLANK and entry.status is not Status.BLANK:
            value = shown(entry.value) if entry.value is not None else f"“{entry.raw}”"
            yield Carried(name, form.fields[name].label, old.places.get(name, nowhere), layout.place(name), value)
    for table in form.tables:
        if fresh.answers.get(table.id):
            name = f"{table.id}.blanks_are_zero"
            sheet, cell = layout.flags[table.id]
            target = Place(sheet, address(cell))
            words = "本表空白处是否均为 0"
            yield Carried(name, words, old.places.get(name, nowhere), target, fresh.answers[table.id])
    for text in form.texts:
        words = fresh.texts.get(text.field_id, "")
        if words:
            source = old.places.get(text.field_id, nowhere)
            said = f"{quote(words)}（{len(words)} 字）"
            yield Carried(text.field_id, text.label, source, layout.place(text.field_id), said)


def _left(form: Form, old: Submission, fresh: Submission, doubtful: set[str]) -> Iterator[str]:
    for name, entry in old.entries.items():
        label = form.fields[name].label
        if entry.status is Status.ABSENT:
            yield f"{label}：原表里找不到，留空"
        elif name in doubtful:
            yield f"{label}：原表里无法判断是哪个数，留空"
        elif fresh.entries[name] is BLANK and entry.status is not Status.BLANK:
            yield f"{label}：原表里是“{entry.raw}”，不是能填的数，留空"
        elif entry.status is Status.TOO_FINE and entry.value is not None:
            yield f"{label}：原数 {entry.raw} 超过 6 位小数，改为 {shown(entry.value)}"
    for name, entry in old.overrides.items():
        yield f"{form.fields[name].label}：公式曾被改成“{entry.raw or '空'}”，已恢复公式"
