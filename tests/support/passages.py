"""Passages of published reports with what each truly says, and how much of it is read.

A number is read when a claim whose first meaning is the field states it. A false alarm is a
finding on tables that agree with the passage. A contradiction is told when the tables differ in
that one number and a finding says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path

from support.texts import text_findings
from xlreport import Entry, Form, Submission, Unit
from xlreport.findings import Finding
from xlreport.form import expression as ex
from xlreport.narrative.claims import stated_numbers
from xlreport.narrative.clauses import StatedNumber
from xlreport.narrative.compare import readable_text
from xlreport.narrative.lexicon import lexicon_of

PASSAGES = Path(__file__).resolve().parents[1] / "narrative" / "passages.json"
RECEIVED = "requests.received.total"
CODES = ("D1", "D2", "D3", "D4", "G4")

OUTCOMES = ("granted", "partly_granted", "refused*", "unavailable*", "declined*", "closed*")
"""The outcomes of applications, by the rows of their table."""

FIRST_ROWS = {
    "refused*": "refused_third_party",
    "unavailable*": "unavailable_not_held",
    "declined*": "declined_repeat",
    "closed*": "closed_other",
    "litigation*": "litigation_direct",
}
"""Where a number of a group of rows is put."""


@dataclass(frozen=True)
class Passage:
    """A passage, and what it says about whom and when. `table` is what else the published tables
    have."""

    text: str
    says: Mapping[str, int]
    unit: str
    level: str
    year: int
    source: str = ""
    table: Mapping[str, int] = field(default_factory=dict)
    field: str = "text.overview"

    @property
    def truth(self) -> dict[str, int]:
        """All that is known of the tables."""
        return {**self.says, **self.table}


def passages(path: Path = PASSAGES) -> list[Passage]:
    """The passages of a file."""
    return [Passage(**item) for item in json.loads(path.read_text("utf-8"))]


def submission(form: Form, passage: Passage, truth: Mapping[str, int]) -> Submission:
    """A report with the passage and tables that have these numbers, whose totals hold."""
    numbers = {f.id: Entry.of(0) for f in form.typed}
    for name, value in {**truth, **_balanced(truth)}.items():
        table, row, *column = name.split(".")
        row = FIRST_ROWS.get(row, row)
        if table == "requests":
            column = ["natural_person"]
        elif table == "review":
            column = ["upheld"]
        cell = ".".join((table, row, *column))
        if cell in numbers:
            numbers[cell] = Entry.of(Decimal(value))
    unit = Unit(passage.unit, "990101", passage.level)
    return Submission(form.id, passage.year, unit, numbers, {passage.field: passage.text})


def _balanced(truth: Mapping[str, int]) -> dict[str, int]:
    """The numbers of the applications' table that are not known: what came in is what went out."""

    def known(row: str) -> int | None:
        return truth.get(f"requests.{row}.total")

    carried_in, carried_out = known("carried_in") or 0, known("carried_out") or 0
    parts = [known(row) or 0 for row in OUTCOMES]
    processed = known("processed")
    received = known("received")
    if processed is None and received is not None:
        processed = received + carried_in - carried_out
    if processed is None:
        processed = sum(parts)
    if received is None:
        received = processed + carried_out - carried_in
    rest = max(0, processed - sum(parts))
    unsaid = [row for row in OUTCOMES if known(row) is None]
    balanced = {f"requests.{row}.total": 0 for row in unsaid}
    if unsaid:
        balanced[f"requests.{unsaid[0]}.total"] = rest
    return {**balanced, "requests.received.total": max(0, received)}


def stated(form: Form, passage: Passage) -> list[StatedNumber]:
    """Everything that is read of a passage."""
    lexicon = lexicon_of(form, passage.field)
    filled = submission(form, passage, passage.truth)
    plain = readable_text(passage.text, filled)
    return [] if lexicon is None else stated_numbers(lexicon, plain, passage.year)


def is_read(name: str, number: int, all_stated: list[StatedNumber]) -> bool:
    """Whether the number is read as that of a field or a group of fields."""
    return any(
        said.number == number and _means(said.claim.readings[0], name) for said in all_stated
    )


def _means(reading: ex.Number, name: str) -> bool:
    """Whether a reading is the field, or the sum of the group."""
    keys = {str(ex.key_of(operand)) for operand in ex.operands_of(reading)}
    if "*" not in name:
        return keys == {name}
    return len(keys) > 1 and all(fnmatchcase(key, name) for key in keys)


@dataclass
class Score:
    """What came of some passages."""

    said: int = 0
    read: int = 0
    noticed: int = 0
    received_said: int = 0
    received_read: int = 0
    received_noticed: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, name: str, *, read: bool, noticed: bool) -> None:
        """Counts one number that a passage says."""
        self.said += 1
        self.read += read
        self.noticed += noticed
        if name == RECEIVED:
            self.received_said += 1
            self.received_read += read
            self.received_noticed += noticed


OTHERS: tuple[Callable[[int], int], ...] = (
    lambda number: number + 1,
    lambda number: 2 * number + 3,
)
"""What a table may have in place of the number that the text says."""


def score(form: Form, all_passages: list[Passage]) -> Score:
    """The score of these passages. All tables are checked together, which is quicker."""
    result = Score()
    agreeing = [submission(form, passage, passage.truth) for passage in all_passages]
    entries = [(passage, name) for passage in all_passages for name in passage.says]
    differing = [
        submission(form, passage, {**passage.truth, name: other(passage.says[name])})
        for passage, name in entries
        for other in OTHERS
    ]
    findings = iter(text_findings(form, [*agreeing, *differing]))
    for passage in all_passages:
        alarms = [f"{f.code} {f.message}" for f in next(findings) if f.code in CODES]
        result.false += [f"{alarm}  <<< {passage.text}" for alarm in alarms]
    all_stated = {id(passage): stated(form, passage) for passage in all_passages}
    for passage, name in entries:
        number = passage.says[name]
        read = is_read(name, number, all_stated[id(passage)])
        told_each = [_told(next(findings)) for _ in OTHERS]
        noticed = all(number in told for told in told_each)
        result.add(name, read=read, noticed=noticed)
        if not read:
            result.missed.append(f"{name}={number} {passage.text}")
    return result


def _told(findings: Iterable[Finding]) -> list[object]:
    """The numbers of texts that are told to be others in the tables."""
    return [dict(f.observed).get("said") for f in findings if f.code in CODES[:4]]
