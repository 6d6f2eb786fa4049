"""The one small value that travels through the program: what one unit reported, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from sys import intern
from typing import Self

from xlreport.compact import compact

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
    REORDERED = "reordered"
    """A text with characters that show its digits in another order than they are stored."""
    ABSENT = "absent"
    """The cell was not found in the workbook."""


PICTURE = "（图片）"
"""What stands for a picture that WPS or Excel keeps in a cell."""


@compact
@dataclass(frozen=True, slots=True)
class Place:
    """A cell as Excel shows it."""

    sheet: str
    cell: str


@compact
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


def values_of(entries: Mapping[str, Entry]) -> dict[str, Decimal]:
    """The numbers among some cells, by field."""
    values: dict[str, Decimal] = {}
    for name, entry in entries.items():
        if entry.value is not None:
            values[name] = entry.value
    return values


def shown(value: Decimal) -> str:
    """A number as people write it: no exponent, no trailing zeros."""
    text = format(value, "f")
    if "." in text:
        return text.rstrip("0").rstrip(".")
    return text


@compact
@dataclass(frozen=True, slots=True)
class Unit:
    """A reporting unit. `level` is one of form.model.LEVELS or empty."""

    name: str
    code: str = ""
    level: str = ""


NOBODY = Unit("")


@dataclass(frozen=True)
class Figures:
    """What a unit reported in another year: numbers by field id (computed ones included), texts by
    field id, explanations of warnings by the code of their line."""

    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Provenance:
    """Where a submission came from: its file, the lines of its cover, where each field stood.

    `saved` is the last-saved time of the document properties (ISO 8601, empty when not told),
    `modified` the file's own time stamp in seconds, `number` the submission number in the file's
    identity (1 in a new template, more in a repaired one; 0 unknown), `arrived` when it came by
    mail in seconds (0 when no ledger knows). `identity` holds the cover's other lines by their id,
    `places` the cell of each field that was found. `document` is what people call a file that is
    not our workbook (网页、Word 文档), whose totals are no formulas; empty for ours.
    """

    path: str = ""
    sha256: str = ""
    saved: str = ""
    modified: float = 0.0
    number: int = 0
    arrived: float = 0.0
    identity: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    document: str = ""


UNKNOWN = Provenance()
"""The provenance of a submission that was not read from a file."""


def rule_of(code: str) -> str:
    """The rule of a finding's code: C2 of `C2.total`."""
    return code.partition(".")[0]


def by_rule(explanations: Mapping[str, str]) -> dict[str, str]:
    """Explanations as the 校验 sheet has room for them, one a rule: those of several rows of a rule
    together, each once."""
    together: dict[str, dict[str, None]] = {}
    for code, words in explanations.items():
        if words:
            together.setdefault(rule_of(code), {})[words] = None
    return {rule: "\n".join(words) for rule, words in together.items()}


@dataclass(frozen=True)
class Submission:
    """What one unit reported.

    `entries` holds the typed-in number fields, `overrides` the computed cells whose formula was
    replaced by something typed, `answers` for each table the answer to 本表空白处是否均为 0.
    `explanations` are the unit's words about warnings, by the code of the rule (`C2`); workbooks of
    the first layout have them by that of a row, a column (`C2.total`) or a table (`B4.requests`).
    `prior_year` is what the unit reported the year before, None when nothing is known. `known_as`
    are the other names that the roster has for the unit, `listed` the names of all its units.
    """

    form: str
    year: int
    unit: Unit
    entries: Mapping[str, Entry]
    texts: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Entry] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    county: Unit = NOBODY
    explanations: Mapping[str, str] = field(default_factory=dict)
    prior_year: Figures | None = None
    provenance: Provenance = UNKNOWN
    known_as: tuple[str, ...] = ()
    listed: frozenset[str] = frozenset()

    def with_identity(self, lines: Mapping[str, str]) -> Self:
        """The same submission with these lines on its cover, by their id."""
        return replace(self, provenance=replace(self.provenance, identity=lines))

    def blanks_are_zero(self, table: str) -> bool:
        """Whether the unit declared that the blanks of a table are 0."""
        return self.answers.get(table) == YES

    def effective(self, name: str) -> Entry:
        """The entry of a typed-in field, a declared blank counted as 0."""
        entry = self.entries.get(name, BLANK)
        if entry.status is Status.BLANK and self.blanks_are_zero(name.split(".", 1)[0]):
            return Entry(Decimal(0), Status.NUMBER, "")
        return entry

    def explanation_of(self, code: str, table: str = "") -> str:
        """What the unit says about a finding of this code in a table; empty for nothing."""
        rule = rule_of(code)
        codes = (code, f"{rule}.{table}", rule)
        return next((self.explanations[c] for c in codes if self.explanations.get(c)), "")

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all is reported: no number, no text, no answer that blanks are 0."""
        nothing = (Status.BLANK, Status.ABSENT)
        has_numbers = any(entry.status not in nothing for entry in self.entries.values())
        has_texts = any(text.strip() for text in self.texts.values())
        has_answers = YES in self.answers.values()
        return not (has_numbers or has_texts or has_answers or self.overrides or self.explanations)

    @property
    def reporting(self) -> tuple[Unit, ...]:
        """The units whose figures these are: the unit itself, or those summed in a summary."""
        return (self.unit,)

    @property
    def content(self) -> tuple[object, ...]:
        """What two copies of the same report have in common, whatever their files and the layout
        of their workbooks."""
        entries = [(name, _content(entry)) for name, entry in self.entries.items()]
        overrides = [(name, e.value, e.raw) for name, e in self.overrides.items()]
        declared = [table for table, answer in self.answers.items() if answer == YES]
        return (
            self.form,
            self.year,
            self.unit,
            tuple(sorted(entries)),
            tuple(sorted(overrides)),
            tuple(sorted(self.texts.items())),
            tuple(sorted(by_rule(self.explanations).items())),
            tuple(sorted(declared)),
        )


def _content(entry: Entry) -> tuple[Decimal | None, Status, str]:
    """What an entry says, however its number is written."""
    raw = entry.raw if entry.value is None else ""
    return entry.value, entry.status, raw


@dataclass(frozen=True)
class Summary(Submission):
    """A submission that is itself a summary.

    `members` are the units summed in it, `details` what each of them reported (empty when the file
    does not tell).
    """

    members: tuple[Unit, ...] = ()
    details: Mapping[Unit, Figures] = field(default_factory=dict)

    @property
    def reporting(self) -> tuple[Unit, ...]:
        """The units summed in it."""
        return self.members


class Pool:
    """Keeps one copy of what many submissions have in common (zeros, field ids, places), so that a
    thousand units take little more memory, and to send, than a hundred."""

    def __init__(self) -> None:
        self._entries: dict[Entry, Entry] = {}
        self._places: dict[tuple[object, ...], Mapping[str, Place]] = {}

    @property
    def size(self) -> int:
        """How many different cells it keeps."""
        return len(self._entries)

    def share(self, submission: Submission) -> Submission:
        """An equal submission made of shared values."""
        entries = {
            intern(name): self._entries.setdefault(entry, entry)
            for name, entry in submission.entries.items()
        }
        texts = {intern(name): text for name, text in submission.texts.items()}
        places = submission.provenance.places
        shared = self._places.setdefault(tuple(places.items()), places)
        provenance = replace(submission.provenance, places=shared)
        return replace(submission, entries=entries, texts=texts, provenance=provenance)
