"""Copies of a template, each filled in by another town, and a memory that counts those it knows."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

from support.balanced import balanced
from xlreport import Form, FormCatalog, Limits, Submission, Unit, write_workbook
from xlreport.formats.guard import DEFAULT_LIMITS
from xlreport.submission import BLANK, Figures
from xlreport.workbook.reader.frame import Quick
from xlreport.workbook.reader.learned import Memory
from xlreport.workbook.reader.submission import Opened, Reading, read_unknown

COVER = {"contact": "王", "telephone": "0316-5200000", "approver": "李", "date": "2026年1月20日"}


class Watched(Memory):
    """Counts what it knows."""

    def __init__(self) -> None:
        super().__init__()
        self.known = 0

    def recall(self, *args: object) -> Quick | None:
        quick = super().recall(*args)  # type: ignore[arg-type]
        self.known += quick is not None
        return quick


def report(form: Form, seed: int, *, prior: bool = False, blank: float = 0.0) -> Submission:
    """A report of a town with numbers, texts and a cover of its own; with zeros left blank."""
    rng = random.Random(seed)
    own = balanced(form, rng)
    entries = dict(own.entries)
    for name, entry in own.entries.items():
        if entry.value == 0 and rng.random() < blank:
            entries[name] = BLANK
    texts = {text.field_id: "全年主动公开 & <规范>。" * rng.randrange(1, 9) for text in form.texts}
    answers = {table.id: rng.choice(("是", "否")) for table in form.tables}
    cover = {item.id: f"{COVER.get(item.id, '张')}{seed}" for item in form.identity}
    before = None
    if prior:
        numbers = {name: entry.value for name, entry in balanced(form, rng).entries.items()}
        known = {name: value for name, value in numbers.items() if value is not None}
        before = Figures(known, {text.field_id: "去年的情况。" for text in form.texts})
    town = Unit(f"第{seed}镇", str(990000 + seed), "乡镇")
    filled = replace(own, unit=town, entries=entries, texts=texts, answers=answers)
    return replace(filled, prior_year=before).with_identity(cover)


@cache
def book(form: Form, seed: int, *, prior: bool = False, blank: float = 0.0) -> bytes:
    return write_workbook(report(form, seed, prior=prior, blank=blank), form)


def read_with_care(
    data: bytes,
    catalog: FormCatalog,
    *,
    path: str = "",
    modified: float = 0.0,
    limits: Limits = DEFAULT_LIMITS,
) -> Reading:
    """What the careful reader makes of a file, whatever was learned before."""
    return read_unknown(Opened(data, None, path, modified), catalog, limits)
