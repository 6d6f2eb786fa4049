"""The one small value that travels through the program: what one unit reported, and from where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from sys import intern

CHINA = dt.timezone(dt.timedelta(hours=8))
"""The zone of times that are written without one (zip members, OpenDocument): the towns' own."""

YES, NO = "是", "否"
"""The answers to 本表空白处是否均为 0."""


class Status(StrEnum):
    """How a number cell was understood."""

    NUMBER = "number"
    BLANK = "blank"
    TEXT = "text"
    ERROR = "error"
    BOOLEAN = "boolean"
    DATE = "date"
    NO_RESULT = "no_result"
    """A formula without a cached result."""
    TOO_LARGE = "too_large"
    TOO_FINE = "too_fine"
    """More than 6 decimals: the value is the rounded one."""
    ABSENT = "absent"
    """The cell was not found in the workbook."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cell as Excel shows it."""

    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One number cell: the value taken (None when it is no number) and what stood in the cell."""

    value: Decimal | None
    status: Status = Status.NUMBER
    raw: str = ""

    @classmethod
    def of(cls, value: Decimal | int | None) -> Entry:
        """An entry from a plain number; None is a blank cell."""
        if value is None:
            return BLANK
        number = Decimal(value)
        return cls(number, Status.NUMBER, shown(number))


BLANK = Entry(None, Status.BLANK)


def shown(value: Decimal) -> str:
    """A number as people write it: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Unit:
    """A reporting unit. `level` is one of form.model.LEVELS or empty."""

    name: str
    code: str = ""
    level: str = ""


NOBODY = Unit("")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a submission came from. `saved` is the last-saved time of the document properties
    (ISO 8601, empty when not told), `modified` the file's own time stamp in seconds, `number` the
    submission number in the file's identity (1 in a new template, more in a repaired one; 0 unknown),
    `arrived` when it came by mail in seconds (0 when no ledger knows)."""

    path: str = ""
    sha256: str = ""
    saved: str = ""
    modified: float = 0.0
    number: int = 0
    arrived: float = 0.0


@dataclass(frozen=True)
class Figures:
    """What a unit reported in another year: numbers by field id (computed ones included), texts by
    field id, explanations of warnings by the code of their line."""

    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """What one unit reported.

    `entries` holds the typed-in number fields, `overrides` the computed cells whose formula was
    replaced by something typed, `answers` for each table the answer to 本表空白处是否均为 0.
    `explanations` are the unit's words about warnings, by the code of the line on the 校验 sheet.
    `members` are the units summed in it when it is itself a summary (empty otherwise), `details` what
    each of them reported. `previous` is what the unit reported the year before, None when nothing is known.
    """

    form: str
    year: int
    unit: Unit
    entries: Mapping[str, Entry]
    texts: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Entry] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    identity: Mapping[str, str] = field(default_factory=dict)
    county: Unit = NOBODY
    members: tuple[Unit, ...] = ()
    details: Mapping[Unit, Figures] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    previous: Figures | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    source: Source = Source()

    def blanks_are_zero(self, table: str) -> bool:
        """Whether the unit declared that the blanks of a table are 0."""
        return self.answers.get(table) == YES

    def effective(self, name: str) -> Entry:
        """The entry of a typed-in field, a declared blank counted as 0."""
        entry = self.entries.get(name, BLANK)
        if entry.status is Status.BLANK and self.blanks_are_zero(name.split(".", 1)[0]):
            return Entry(Decimal(0), Status.NUMBER, "")
        return entry

    @property
    def content(self) -> tuple[object, ...]:
        """What two copies of the same report have in common, whatever their files."""
        return (
            self.form,
            self.year,
            self.unit,
            tuple(sorted((k, e.value, e.status, e.raw if e.value is None else "") for k, e in self.entries.items())),
            tuple(sorted((k, e.value, e.raw) for k, e in self.overrides.items())),
            tuple(sorted(self.texts.items())),
            tuple(sorted(self.explanations.items())),
            tuple(sorted(table for table, answer in self.answers.items() if answer == YES)),
        )


class Pool:
    """Keeps one copy of what many submissions have in common (zeros, field ids, places), so that a
    thousand units take little more memory than a hundred."""

    def __init__(self) -> None:
        self._entries: dict[Entry, Entry] = {}
        self._places: dict[tuple[object, ...], Mapping[str, Place]] = {}

    def share(self, submission: Submission) -> Submission:
        """An equal submission made of shared values."""
        entries = {intern(name): self._entries.setdefault(e, e) for name, e in submission.entries.items()}
        texts = {intern(name): text for name, text in submission.texts.items()}
        key = tuple(submission.places.items())
        places = self._places.setdefault(key, submission.places)
        return replace(submission, entries=entries, texts=texts, places=places)
