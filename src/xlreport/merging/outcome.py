"""What is known of each file of a merge: how far it is decided, the findings, and what was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum, auto
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xlreport.data_code import data_code
from xlreport.findings import Finding
from xlreport.form.model import Form
from xlreport.submission import Provenance, Submission, Unit
from xlreport.workbook.reader.submission import Reading

if TYPE_CHECKING:
    from xlreport.rules.evaluate import UnitView

_LABELS = {
    "accepted": "通过",
    "returned": "退回",
    "duplicate": "重复",
    "superseded": "已被取代",
    "rejected": "不能计入",
    "ignored": "略过",
}


UnitKey = tuple[str, str]
"""Code and name of a unit."""


class Outcome(StrEnum):
    """What became of a file (a contract: scripts depend on the values)."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    IGNORED = "ignored"

    @property
    def label(self) -> str:
        """The Chinese word that users read."""
        return _LABELS[self.value]


class Stage(Enum):
    """How far a file has come."""

    READ = auto()
    """A report was read from it."""
    CANDIDATE = auto()
    """It belongs to this merge, and its unit is known."""
    DECIDED = auto()


@dataclass(frozen=True)
class FileRecord:
    """One file: where it lies, what was read, what became of it.

    `path` is relative to the folder, with `/`; members of archives stand behind a `!`.
    """

    path: str
    reading: Reading = field(default=Reading(()), repr=False)
    findings: tuple[Finding, ...] = ()
    stage: Stage = Stage.READ
    decision: Outcome | None = None
    view: UnitView | None = field(default=None, repr=False, compare=False)
    """The report's numbers, once it is checked."""

    @property
    def outcome(self) -> Outcome:
        """What became of the file. Raises ValueError before it is decided."""
        if self.decision is None:
            raise ValueError(f"{self.path} is not decided yet")
        return self.decision

    @property
    def submission(self) -> Submission | None:
        """The report; None for a file that gave none, or whose report cannot count."""
        if self.decision is Outcome.REJECTED:
            return None
        return self.reading.submission

    @property
    def report(self) -> Submission:
        """The report that was read. Raises ValueError for a file that gave none."""
        if self.reading.submission is None:
            raise ValueError(f"{self.path} gave no report")
        return self.reading.submission

    @property
    def is_blank(self) -> bool:
        """Whether it is a workbook with nothing filled in."""
        report = self.reading.submission
        return report is not None and report.is_blank

    @property
    def form(self) -> Form | None:
        """The definition of its form; None when it is not known."""
        return self.reading.form

    @property
    def form_id(self) -> str:
        """The id of its form, as the file tells it; empty when it does not."""
        report = self.reading.submission
        if report is not None:
            return report.form
        return self.reading.form_id

    @property
    def year(self) -> int | None:
        """The report year, as the file tells it."""
        return self._told.year

    @property
    def unit(self) -> Unit:
        """Whose report it is: as the roster knows the unit, else as the file names it."""
        return self._told.unit

    @property
    def _told(self) -> Submission | Reading:
        """What tells whose report it is: the report, or the file where it gave none."""
        return self.reading.submission or self.reading

    @property
    def unit_key(self) -> UnitKey:
        """What tells units apart in a merge."""
        return self.unit.code, self.unit.name

    @property
    def provenance(self) -> Provenance:
        """Where the report came from."""
        report = self.reading.submission
        if report is not None:
            return report.provenance
        return Provenance(sha256=self.reading.sha256)

    @property
    def sha256(self) -> str:
        """Of the file's bytes; empty when it could not be read."""
        return self.provenance.sha256

    @cached_property
    def data_code(self) -> str:
        """The 数据校验码 of what was read; empty where that was nothing."""
        report = self.reading.submission
        return data_code(report) if report is not None else ""

    def read_as(self, form: Form | None) -> FileRecord:
        """The same file with the definition of its form."""
        reading = replace(self.reading, form=form)
        return replace(self, reading=reading)

    def reporting(self, submission: Submission) -> FileRecord:
        """The same file with a report that is more precise (its unit, when it arrived)."""
        reading = replace(self.reading, submission=submission)
        return replace(self, reading=reading)

    def noting(self, *findings: Finding) -> FileRecord:
        """The same file with these findings added."""
        return replace(self, findings=(*self.findings, *findings))

    def telling(self, findings: Iterable[Finding]) -> FileRecord:
        """The same file with these findings and no others."""
        return replace(self, findings=tuple(findings))

    def as_candidate(self) -> FileRecord:
        """The same file, now known to belong to the merge."""
        return replace(self, stage=Stage.CANDIDATE)

    def decided(self, outcome: Outcome, *findings: Finding) -> FileRecord:
        """The same file with its outcome, and these findings added."""
        noted = self.noting(*findings)
        return replace(noted, stage=Stage.DECIDED, decision=outcome)

    def placed(self, finding: Finding) -> Finding:
        """A finding with this file and its unit."""
        return finding.at(file=self.path, unit=self.unit.name)

    def as_dict(self) -> dict[str, Any]:
        """The file as the `--json` contract has it; `data_code` where it was accepted."""
        unit = self.unit
        code = {"data_code": self.data_code} if self.decision is Outcome.ACCEPTED else {}
        return {
            "path": self.path,
            "outcome": self.outcome.value,
            "unit": unit.name or None,
            "unit_code": unit.code or None,
            "year": self.year,
            "form": self.form_id or None,
            "sha256": self.sha256 or None,
            **code,
            "findings": [finding.as_dict() for finding in self.findings],
        }
