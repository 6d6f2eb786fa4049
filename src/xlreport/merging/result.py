"""What a merge (or a check of several files) gives back: plain values, with tables for pandas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xlreport.findings import Finding, has_errors, plain
from xlreport.form.model import Form
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.repairs import RepairedFile
from xlreport.merging.request import MergeRequest
from xlreport.rules.evaluate import UnitView
from xlreport.submission import Submission, Unit

if TYPE_CHECKING:
    import pandas as pd

USABLE = (Outcome.ACCEPTED, Outcome.RETURNED)


@dataclass(frozen=True)
class CheckResult:
    """The outcome of each file that was checked on its own."""

    files: tuple[FileRecord, ...]

    @property
    def exit_code(self) -> int:
        """0 all well, 1 errors, 3 nothing usable."""
        if not any(f.outcome in USABLE for f in self.files):
            return 3
        return 1 if any(has_errors(f.findings) for f in self.files) else 0

    def as_dict(self) -> dict[str, Any]:
        """The `check --json` document."""
        return {"files": [f.as_dict() for f in self.files]}

    def to_frame(self) -> pd.DataFrame:
        """One row a finding, columns as in the JSON contract. Needs pandas."""
        return findings_frame(f for file in self.files for f in file.findings)


@dataclass(frozen=True)
class MergeResult:
    """A merge: every file's outcome, the county's numbers, who is missing, what was written.

    `county` and `definition` (of the form) are None when nothing could be used.
    """

    request: MergeRequest = field(repr=False)
    form: str
    year: int | None
    files: tuple[FileRecord, ...]
    definition: Form | None = field(default=None, repr=False)
    county: Submission | None = None
    missing: tuple[Unit, ...] = ()
    totals: dict[str, Decimal] = field(default_factory=dict)
    own_findings: tuple[Finding, ...] = ()
    outputs: tuple[str, ...] = ()

    @property
    def with_errors(self) -> bool:
        """Whether reports with errors are summed too."""
        return self.request.policy.with_errors

    @property
    def expected(self) -> int | None:
        """How many units are on the roster; None without one, or when nothing could be used."""
        roster = self.request.roster
        return len(roster.units) if roster and self.county else None

    @property
    def usable(self) -> tuple[FileRecord, ...]:
        """The files that can be summed, with errors or without."""
        return tuple(f for f in self.files if f.outcome in USABLE)

    @property
    def accepted(self) -> tuple[FileRecord, ...]:
        return tuple(f for f in self.files if f.outcome is Outcome.ACCEPTED)

    @property
    def returned(self) -> tuple[FileRecord, ...]:
        return tuple(f for f in self.files if f.outcome is Outcome.RETURNED)

    @property
    def counted(self) -> tuple[Submission, ...]:
        """The submissions that are summed, by unit code and name."""
        return tuple(view.submission for view in self.counted_views)

    @cached_property
    def counted_views(self) -> tuple[UnitView, ...]:
        """The same with their numbers, computed ones included."""
        outcomes = USABLE if self.with_errors else (Outcome.ACCEPTED,)
        files = [file for file in self.files if file.outcome in outcomes]
        views = [file.view for file in files if file.view is not None]
        return tuple(sorted(views, key=_code_and_name))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those of the merge itself, then those of every file."""
        return (*self.own_findings, *(f for file in self.files for f in file.findings))

    @property
    def exit_code(self) -> int:
        """0 all well, 1 errors or units missing, 3 nothing usable."""
        if self.county is None:
            return 3
        return 1 if has_errors(self.findings) or self.missing else 0

    def as_dict(self) -> dict[str, Any]:
        """The `merge --json` document."""
        return {
            "form": self.form or None,
            "year": self.year,
            "files": [f.as_dict() for f in self.files],
            "units": {
                "expected": self.expected,
                "accepted": len(self.accepted),
                "returned": len(self.returned),
                "missing": [u.name for u in self.missing],
            },
            "totals": {name: plain(value) for name, value in self.totals.items()},
            "outputs": list(self.outputs),
            "findings": [f.as_dict() for f in self.findings],
        }

    def to_frame(self) -> pd.DataFrame:
        """One row a counted unit, one column a field (its effective value, NaN where there is
        none), indexed by unit name. Needs pandas."""
        import pandas as pd

        identity = [
            {"unit": s.unit.name, "code": s.unit.code, "level": s.unit.level} for s in self.counted
        ]
        rows = [{**who, **_values(s)} for who, s in zip(identity, self.counted, strict=True)]
        columns = dict.fromkeys(("unit", "code", "level", *(name for row in rows for name in row)))
        return pd.DataFrame(rows, columns=list(columns)).set_index("unit")


@dataclass(frozen=True)
class RepairResult:
    """What became of each file that was to be repaired, and what was written."""

    files: tuple[RepairedFile, ...]
    outputs: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 everything carried over, 1 something was not, 3 nothing could be repaired."""
        if not any(f.name for f in self.files):
            return 3
        return 0 if all(f.whole for f in self.files) else 1

    def as_dict(self) -> dict[str, Any]:
        """The `repair --json` document."""
        return {"files": [f.as_dict() for f in self.files], "outputs": list(self.outputs)}


def _code_and_name(view: UnitView) -> tuple[str, str]:
    unit = view.submission.unit
    return unit.code, unit.name


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """One row a finding. Needs pandas."""
    import pandas as pd

    columns: Sequence[str] = (
        "code", "severity", "unit", "file", "sheet", "cell", "field", "message", "observed", "suggestion",
        "explanation",
    )  # fmt: skip
    return pd.DataFrame([f.as_dict() for f in findings], columns=list(columns))


def _values(submission: Submission) -> dict[str, float]:
    return {
        name: float(value)
        for name in submission.entries
        if (value := submission.effective(name).value) is not None
    }
