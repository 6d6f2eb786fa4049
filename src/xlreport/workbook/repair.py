"""Transplants what a town typed in into a fresh workbook of the current template.

Every value is read back and compared before the new workbook is given out; what cannot be carried
over for certain stays blank and is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from xlreport.a1 import address
from xlreport.findings import Finding
from xlreport.form.model import Form
from xlreport.submission import BLANK, YES, Entry, Place, Status, Submission, Summary, shown
from xlreport.workbook.layout.workbook import CHECKS, layout_of
from xlreport.workbook.reader.identify import Forms
from xlreport.workbook.reader.numbers import quote
from xlreport.workbook.reader.submission import read_submission
from xlreport.workbook.writer.template import write_workbook

REPAIRABLE = frozenset(
    {"F6", "F19", "R7", "R8", "R9", "R10", "R11", "R12", "R15", "R19", "R21", "R22", "R23", "R24"}
)
"""Findings of a file that a fresh workbook cures."""

_UNREAD = frozenset({"R5", "R13", "R25"})
"""Findings about content of the file that was not read, so that nothing can carry it over."""


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
        ends = {
            "from": [self.source.sheet, self.source.cell],
            "to": [self.target.sheet, self.target.cell],
        }
        return {"field": self.field, "label": self.label, **ends, "value": self.value}


@dataclass(frozen=True)
class Repaired:
    """A fresh workbook, what it holds of the old one, and what it does not (in Chinese)."""

    data: bytes
    carried: tuple[Carried, ...]
    left: tuple[str, ...]


_QUESTION = "本表空白处是否均为 0"


class NotRepairable(Exception):
    """A report that cannot be transplanted; the text is Chinese."""


def repair(
    form: Form, submission: Submission, findings: Iterable[Finding], forms: Forms
) -> Repaired:
    """A fresh workbook with the same values. Raises NotRepairable."""
    if isinstance(submission, Summary):
        raise NotRepairable("这是汇总表，请用 xlreport merge 重新生成")
    findings = list(findings)
    doubtful = {f.field for f in findings if f.code == "R15"}
    if "" in doubtful:
        raise NotRepairable("有一张表和它的副本内容不同，请先删去不要的一张")
    fresh = _fresh(form, submission, doubtful)
    data = write_workbook(fresh, form)
    _verify(form, fresh, data, forms)
    left = [*_left(form, submission, fresh, doubtful), *_unread(findings)]
    return Repaired(data, tuple(_carried(form, submission, fresh)), tuple(left))


def _fresh(form: Form, old: Submission, doubtful: set[str]) -> Submission:
    """The same report with the formulas restored and without what is not certain. Where a number is
    left out, 是 to 本表空白处是否均为 0 is left out too: it would turn that number into 0."""
    entries = {name: _kept(entry, name in doubtful) for name, entry in old.entries.items()}
    lost = {
        form.fields[name].table
        for name, entry in old.entries.items()
        if _lost(entry, entries[name])
    }
    answers = {
        table: answer
        for table, answer in old.answers.items()
        if _flag(table) not in doubtful and (answer != YES or table not in lost)
    }
    texts = {name: "" if name in doubtful else words for name, words in old.texts.items()}
    number = max(1, old.provenance.number) + 1
    provenance = replace(old.provenance, number=number, places={})
    return replace(
        old,
        entries=entries,
        answers=answers,
        texts=texts,
        overrides={},
        provenance=provenance,
    )


def _flag(table: str) -> str:
    return f"{table}.blanks_are_zero"


def _lost(before: Entry, after: Entry) -> bool:
    """Whether a cell that held something, or was not found, is blank now."""
    return after.status is Status.BLANK and before.status is not Status.BLANK


def _kept(entry: Entry, doubtful: bool) -> Entry:
    """A number or a plain text; anything else cannot be typed in anew."""
    whole = entry.value is not None or (entry.status is Status.TEXT and not entry.raw.endswith("…"))
    return BLANK if doubtful or not whole else entry


def _verify(form: Form, fresh: Submission, data: bytes, forms: Forms) -> None:
    """Reads the new workbook back: every value as it was."""
    again = read_submission(data, forms).submission
    if again is None or _beside_numbers(again) != _beside_numbers(fresh):
        raise NotRepairable("写出的工作簿与原表不一致，没有保存")
    for name in (field.id for field in form.typed):
        before, after = fresh.entries.get(name, BLANK), again.entries.get(name, BLANK)
        same = before.value == after.value and (before.value is not None or before.raw == after.raw)
        if not same:
            raise NotRepairable(f"{form.fields[name].label}写出后与原表不一致，没有保存")


def _beside_numbers(submission: Submission) -> tuple[object, ...]:
    answers = {table: answer for table, answer in submission.answers.items() if answer}
    lines = {name: line for name, line in submission.provenance.identity.items() if line}
    before = (
        (dict(submission.previous.numbers), dict(submission.previous.texts))
        if submission.previous
        else None
    )
    said = dict(submission.texts), dict(submission.explanations)
    return submission.unit, submission.year, submission.county, said, answers, lines, before


def _carried(form: Form, old: Submission, fresh: Submission) -> Iterator[Carried]:
    layout = layout_of(form)
    nowhere = Place("", "")
    for name, entry in fresh.entries.items():
        if entry is not BLANK and entry.status is not Status.BLANK:
            value = shown(entry.value) if entry.value is not None else f"“{entry.raw}”"
            yield Carried(
                name,
                form.fields[name].label,
                old.provenance.places.get(name, nowhere),
                layout.place(name),
                value,
            )
    for table in form.tables:
        if fresh.answers.get(table.id):
            name = _flag(table.id)
            sheet, cell = layout.flags[table.id]
            target = Place(sheet, address(cell))
            yield Carried(
                name,
                _QUESTION,
                old.provenance.places.get(name, nowhere),
                target,
                fresh.answers[table.id],
            )
    for text in form.texts:
        words = fresh.texts.get(text.field_id, "")
        if words:
            source = old.provenance.places.get(text.field_id, nowhere)
            said = f"{quote(words)}（{len(words)} 字）"
            yield Carried(text.field_id, text.label, source, layout.place(text.field_id), said)
    for code, words in fresh.explanations.items():
        yield Carried(
            f"explain.{code}",
            f"{code} 的填写说明",
            Place(CHECKS, ""),
            Place(CHECKS, ""),
            quote(words),
        )


def _left(form: Form, old: Submission, fresh: Submission, doubtful: set[str]) -> Iterator[str]:
    for name, entry in old.entries.items():
        label = form.fields[name].label
        if entry.status is Status.ABSENT:
            yield f"{label}：原表里找不到，留空"
        elif name in doubtful:
            yield f"{label}：原表里无法判断是哪个数，留空"
        elif _lost(entry, fresh.entries[name]):
            yield f"{label}：原表里是“{entry.raw}”，不是能填的数，留空"
        elif entry.status is Status.TOO_FINE and entry.value is not None:
            yield f"{label}：原数 {entry.raw} 超过 6 位小数，改为 {shown(entry.value)}"
    for name, entry in old.overrides.items():
        yield f"{form.fields[name].label}：公式曾被改成“{entry.raw or '空'}”，已恢复公式"
    for table in form.tables:
        answer = old.answers.get(table.id)
        if answer and not fresh.answers.get(table.id):
            why = (
                "无法判断选的是哪个"
                if _flag(table.id) in doubtful
                else f"选的是“{answer}”，表里却有数没有照搬"
            )
            yield f"{table.sheet}·{_QUESTION}：原表里{why}，请补好后重新选"
    for text in form.texts:
        if text.field_id in doubtful:
            yield f"{text.label}：原表里无法判断是哪一份文字，留空"


def _unread(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        if finding.code in _UNREAD:
            yield f"{finding.where}：{finding.message}" if finding.where else finding.message
