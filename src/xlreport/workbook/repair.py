"""Transplants what a town typed in into a fresh workbook of the current template.

Every value is read back and compared before the new workbook is given out; what cannot be carried
over for certain stays blank and is listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xlreport.findings import Finding
from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.rules.evaluate import view_of
from xlreport.submission import (
    BLANK,
    YES,
    Entry,
    Place,
    Status,
    Submission,
    Summary,
    by_rule,
    shown,
)
from xlreport.text import printed_code, quote
from xlreport.workbook.codes import R15
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.sheet import CHECKS
from xlreport.workbook.layout.workbook import flag_name, layout_of, place_of
from xlreport.workbook.reader.identify import Forms
from xlreport.workbook.reader.submission import read_submission
from xlreport.workbook.writer.template import write_workbook

_NOT_THE_SAME = "写出的工作簿与原表不一致，没有保存"
_QUESTION = "本表空白处是否均为 0"

REPAIRABLE = frozenset(
    {
        "F6",
        "F19",
        "R7",
        "R8",
        "R9",
        "R10",
        "R11",
        "R12",
        "R15",
        "R19",
        "R21",
        "R22",
        "R23",
        "R24",
        "R29",
        "R34",
    }
)
"""Findings of a file that a fresh workbook cures."""

MOST_RESTORED = 3
"""So many formulas that were typed over are told one by one."""

UNREAD = frozenset({"R5", "R13", "R25", "R33"})
"""Findings about content of the file that was not read, so that nothing can carry it over."""


@dataclass(frozen=True)
class Carried:
    """One value that was carried over, from where (None where that is not known) to where."""

    field: str
    label: str
    source: Place | None
    target: Place
    value: str

    def line(self) -> str:
        """The value as one line of text."""
        source, target = self._ends()
        come_from = " ".join(source).strip()
        gone_to = " ".join(target).strip()
        return f"{come_from} → {gone_to}　{self.label}：{self.value}"

    def as_dict(self) -> dict[str, Any]:
        """The value as `repair --json` has it."""
        source, target = self._ends()
        return {
            "field": self.field,
            "label": self.label,
            "from": source,
            "to": target,
            "value": self.value,
        }

    def _ends(self) -> tuple[list[str], list[str]]:
        """Sheet and cell of the source and of the target."""
        target = [self.target.sheet, self.target.cell]
        if self.source is None:
            return ["", ""], target
        return [self.source.sheet, self.source.cell], target


@dataclass(frozen=True)
class Repaired:
    """A fresh workbook, what it holds of the old one, and what it does not (in Chinese)."""

    data: bytes
    carried: tuple[Carried, ...]
    left: tuple[str, ...]
    fresh: Submission
    """What the workbook holds."""


class NotRepairable(Exception):
    """A report that cannot be transplanted; the text is Chinese."""


@dataclass(frozen=True)
class _Transplant:
    """A report as it came and as it goes into the fresh workbook; `doubtful` are the names of which
    nobody can tell what they hold."""

    form: Form
    old: Submission
    fresh: Submission
    doubtful: frozenset[str]

    def source(self, name: str) -> Place | None:
        """Where a name stood."""
        return self.old.provenance.places.get(name)


def repair(
    form: Form, submission: Submission, findings: Iterable[Finding], forms: Forms
) -> Repaired:
    """A fresh workbook with the same values. Raises NotRepairable."""
    if isinstance(submission, Summary):
        raise NotRepairable("这是汇总表，请重新汇总，生成新的汇总表")
    findings = list(findings)
    doubtful = frozenset(f.field for f in findings if f.code == R15.code)
    if "" in doubtful:
        raise NotRepairable("有一张表和它的副本内容不同，请先删去不要的一张")
    fresh = _fresh(form, submission, doubtful)
    data = write_workbook(fresh, form, tells_code=True)
    changed = _changed(form, fresh, data, forms)
    if changed and not any(_is_number(fresh, name) for name in changed):
        # a text that no program gives back as it was costs its own cell only
        doubtful |= changed
        fresh = _fresh(form, submission, doubtful)
        data = write_workbook(fresh, form, tells_code=True)
        changed = _changed(form, fresh, data, forms)
    _require_same(form, changed)
    transplant = _Transplant(form, submission, fresh, doubtful)
    left = (*_left(transplant), *_unread(findings))
    return Repaired(data, tuple(_carried(transplant)), left, fresh)


def require_proof(form: Form, fresh: Submission, data: bytes, forms: Forms) -> None:
    """Reads a workbook back. Raises NotRepairable where it does not hold what it was made from."""
    _require_same(form, _changed(form, fresh, data, forms))


def _require_same(form: Form, changed: Iterable[str]) -> None:
    for name in sorted(changed):
        raise NotRepairable(f"{form.fields[name].label}写出后与原表不一致，没有保存")


# --- the fresh report -----------------------------------------------------------------------


def _fresh(form: Form, old: Submission, doubtful: frozenset[str]) -> Submission:
    """The same report with the formulas restored and without what is not certain."""
    entries = {name: _kept(entry) for name, entry in old.entries.items()}
    texts = dict(old.texts)
    for name in doubtful:
        if name in entries:
            entries[name] = BLANK
        if name in texts:
            texts[name] = ""
    source = old.provenance
    number = 1 if source.document else max(1, source.number) + 1
    return replace(
        old,
        entries=entries,
        answers=_answers(form, old, entries, doubtful),
        texts=texts,
        explanations=by_rule(old.explanations),
        overrides={},
        provenance=replace(source, number=number, places={}, document=""),
    )


def _kept(entry: Entry) -> Entry:
    """A number or a plain text; anything else cannot be typed in anew."""
    is_cut = entry.raw.endswith("…")
    is_plain_text = entry.status is Status.TEXT and not is_cut
    if entry.value is not None or is_plain_text:
        return entry
    return BLANK


def _answers(
    form: Form, old: Submission, entries: Mapping[str, Entry], doubtful: frozenset[str]
) -> dict[str, str]:
    """Where a number is left out, 是 to 本表空白处是否均为 0 is left out too: it would turn that
    number into 0."""
    lost = set()
    for name, entry in old.entries.items():
        if _is_lost(entry, entries[name]):
            lost.add(form.fields[name].table)
    answers = {}
    for table, answer in old.answers.items():
        makes_up_zeros = answer == YES and table in lost
        if flag_name(table) not in doubtful and not makes_up_zeros:
            answers[table] = answer
    return answers


def _is_lost(before: Entry, after: Entry) -> bool:
    """Whether a cell that held something, or was not found, is blank now."""
    return after.status is Status.BLANK and before.status is not Status.BLANK


# --- proof ----------------------------------------------------------------------------------


def _changed(form: Form, fresh: Submission, data: bytes, forms: Forms) -> frozenset[str]:
    """The number cells that the new workbook, read back, holds otherwise. Raises NotRepairable
    when anything beside the numbers differs."""
    again = read_submission(data, forms).submission
    if again is None or _beside_numbers(again) != _beside_numbers(fresh):
        raise NotRepairable(_NOT_THE_SAME)
    changed = set()
    for field in form.typed:
        written = fresh.entries.get(field.id, BLANK)
        read = again.entries.get(field.id, BLANK)
        if not _same(written, read):
            changed.add(field.id)
    return frozenset(changed)


def _is_number(submission: Submission, name: str) -> bool:
    return submission.entries.get(name, BLANK).status is not Status.TEXT


def _same(entry: Entry, other: Entry) -> bool:
    """Whether two cells hold the same number, or the same text."""
    if entry.value is None and other.value is None:
        return entry.raw == other.raw
    return entry.value == other.value


def _beside_numbers(submission: Submission) -> tuple[object, ...]:
    """All that a report says beside its number cells."""
    before: tuple[object, ...] = ()
    if submission.prior_year is not None:
        before = (dict(submission.prior_year.numbers), dict(submission.prior_year.texts))
    return (
        submission.unit,
        submission.year,
        submission.county,
        dict(submission.texts),
        dict(submission.explanations),
        _filled(submission.answers),
        _filled(submission.provenance.identity),
        before,
    )


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


# --- what was carried over ------------------------------------------------------------------


def _carried(transplant: _Transplant) -> Iterator[Carried]:
    yield from _carried_numbers(transplant)
    yield from _carried_answers(transplant)
    yield from _carried_texts(transplant)
    for code, explanation in transplant.fresh.explanations.items():
        label = f"{printed_code(code)} 的填写说明"
        sheet = Place(CHECKS, "")
        yield Carried(explanation_name(code), label, sheet, sheet, quote(explanation))


def _carried_numbers(transplant: _Transplant) -> Iterator[Carried]:
    layout = layout_of(transplant.form)
    for name, entry in transplant.fresh.entries.items():
        if entry.status is Status.BLANK:
            continue
        label = transplant.form.fields[name].label
        source = transplant.source(name)
        value = f"“{entry.raw}”" if entry.value is None else shown(entry.value)
        yield Carried(name, label, source, layout.place(name), value)


def _carried_answers(transplant: _Transplant) -> Iterator[Carried]:
    flags = layout_of(transplant.form).flags
    for table in transplant.form.tables:
        answer = transplant.fresh.answers.get(table.id)
        if answer:
            name = flag_name(table.id)
            target = place_of(flags[table.id])
            yield Carried(name, _QUESTION, transplant.source(name), target, answer)


def _carried_texts(transplant: _Transplant) -> Iterator[Carried]:
    layout = layout_of(transplant.form)
    for text in transplant.form.texts:
        name = text.field_id
        written = transplant.fresh.texts.get(name, "")
        if written:
            source = transplant.source(name)
            value = f"{quote(written)}（{len(written)} 字）"
            yield Carried(name, text.label, source, layout.place(name), value)


# --- what was left out ----------------------------------------------------------------------


def _left(transplant: _Transplant) -> Iterator[str]:
    form = transplant.form
    for name in transplant.old.entries:
        reason = _why_not_the_same(transplant, name)
        if reason:
            yield f"{form.fields[name].label}：{reason}"
    yield from _absent(transplant)
    yield from _restored(transplant)
    for table in form.tables:
        reason = _why_no_answer(transplant, table.id)
        if reason:
            yield f"{table.sheet}·{_QUESTION}：原表里{reason}，请补好后重新选"
    for text in form.texts:
        if text.field_id in transplant.doubtful:
            yield f"{text.label}：原表里无法判断是哪一份文字，留空"


def _absent(transplant: _Transplant) -> Iterator[str]:
    """The numbers that were not found: a few one by one, many by sheet."""
    form, entries = transplant.form, transplant.old.entries
    absent = [name for name, entry in entries.items() if entry.status is Status.ABSENT]
    if len(absent) <= MOST_RESTORED:
        for name in absent:
            yield f"{form.fields[name].label}：{_NOT_FOUND}"
        return
    sheets = Counter(layout_of(form).place(name).sheet for name in absent)
    for sheet, count in sheets.items():
        yield f"{sheet}：{count} 格{_NOT_FOUND}"


_NOT_FOUND = "原表里找不到，留空"


def _restored(transplant: _Transplant) -> Iterator[str]:
    """The formulas that were typed over and stand again: a few one by one, many in one line."""
    form, overrides = transplant.form, transplant.old.overrides
    if transplant.old.provenance.document:
        return  # its totals were no formulas: that they differ is a finding
    if len(overrides) <= MOST_RESTORED:
        for name, entry in overrides.items():
            yield f"{form.fields[name].label}：公式曾被改成“{entry.raw or '空'}”，已恢复公式"
        return
    sheets = Counter(layout_of(form).place(name).sheet for name in overrides)
    where = "，".join(f"{sheet} {count} 处" for sheet, count in sheets.items())
    line = f"有 {len(overrides)} 处锁定的公式曾被改掉，已全部恢复（{where}）"
    different = _different_now(transplant)
    if different:
        named = "、".join(different[:MOST_RESTORED])
        tail = "等" if len(different) > MOST_RESTORED else ""
        line += f"；其中 {len(different)} 处与公式的结果不同：{named}{tail}"
    yield line


def _different_now(transplant: _Transplant) -> list[str]:
    """The typed-over totals of which the formulas give another number, with both."""
    view = view_of(transplant.form, transplant.fresh)
    layout = layout_of(transplant.form)
    different = []
    for name, entry in transplant.old.overrides.items():
        right = view.recomputed(name)
        is_known = view.knows(ex.Ref(name))
        if is_known and right != entry.value:
            place = layout.place(name)
            was = entry.raw or "空"
            different.append(f"{place.sheet} {place.cell} 原为 {was}，应为 {shown(right)}")
    return different


def _why_not_the_same(transplant: _Transplant, name: str) -> str:
    """Why a number is not carried over as it was; empty where it is."""
    entry = transplant.old.entries[name]
    if entry.status is Status.ABSENT:
        return ""
    if name in transplant.doubtful:
        if entry.value is None and entry.raw:
            return f"原表里是“{quote(entry.raw)}”，不是能填的数，留空"
        return "原表里无法判断是哪个数，留空"
    if _is_lost(entry, transplant.fresh.entries[name]):
        return f"原表里是“{entry.raw}”，不是能填的数，留空"
    if entry.status is Status.TOO_FINE and entry.value is not None:
        return f"原数 {entry.raw} 超过 6 位小数，改为 {shown(entry.value)}"
    return ""


def _why_no_answer(transplant: _Transplant, table: str) -> str:
    """Why an answer is not carried over; empty where it is."""
    answer = transplant.old.answers.get(table)
    if not answer or transplant.fresh.answers.get(table):
        return ""
    if flag_name(table) in transplant.doubtful:
        return "无法判断选的是哪个"
    return f"选的是“{answer}”，表里却有数没有照搬"


def _unread(findings: Iterable[Finding]) -> Iterator[str]:
    """Content of the file that was not read."""
    for finding in findings:
        if finding.code not in UNREAD:
            continue
        where = finding.where
        yield f"{where}：{finding.message}" if where else finding.message
