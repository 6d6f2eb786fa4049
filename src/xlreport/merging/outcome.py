"""What became of each file: the outcome, the findings, and what was read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from xlreport.findings import Finding
from xlreport.rules.evaluate import UnitView
from xlreport.submission import NOBODY, Submission, Unit


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
        words = {
            "accepted": "通过",
            "returned": "退回",
            "duplicate": "重复",
            "superseded": "已被取代",
        }
        return {**words, "rejected": "不能计入", "ignored": "略过"}[self.value]


@dataclass(frozen=True)
class FileRecord:
    """One file: where it lies (relative to the folder, with `/`), what became of it, and why."""

    path: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    sha256: str = ""
    unit: Unit = NOBODY
    year: int | None = None
    form: str = ""
    saved: str = ""
    submission: Submission | None = field(default=None, repr=False)
    view: UnitView | None = field(default=None, repr=False, compare=False)
    """The submission's numbers, once it is checked."""

    def ended(self, outcome: Outcome, *findings: Finding) -> FileRecord:
        """The same file with another outcome and these findings added."""
        return replace(self, outcome=outcome, findings=(*self.findings, *findings))

    def as_dict(self) -> dict[str, Any]:
        """The file as the `--json` contract has it."""
        return {
            "path": self.path,
            "outcome": self.outcome.value,
            "unit": self.unit.name or None,
            "unit_code": self.unit.code or None,
            "year": self.year,
            "form": self.form or None,
            "sha256": self.sha256 or None,
            "findings": [f.as_dict() for f in self.findings],
        }
