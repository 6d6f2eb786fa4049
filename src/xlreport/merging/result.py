"""What a merge (or a check of several files) gives back: plain values, with tables for pandas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlreport.findings import Finding, has_errors, plain
from xlreport.form.model import Form
from xlreport.merging.arrivals import Arrival, arrival_of, owners_of
from xlreport.merging.codes import E7
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.merging.repairs import RepairedFile
from xlreport.merging.request import MergeRequest
from xlreport.merging.tidy import Observation, observations, tidy_frame
from xlreport.rules.evaluate import UnitView
from xlreport.submission import Submission, Summary, Unit

if TYPE_CHECKING:
    import pandas as pd

USABLE = (Outcome.ACCEPTED, Outcome.RETURNED)
"""The outcomes of files that can be summed, with errors or without."""

FINDING_COLUMNS = [
    "code",
    "severity",
    "unit",
    "file",
    "sheet",
    "cell",
    "field",
    "message",
    "observed",
    "suggestion",
    "explanation",
]
"""The columns of a table of findings, as in the JSON contract."""


@dataclass(frozen=True)
class CheckResult:
    """The outcome of each file that was checked."""

    files: tuple[FileRecord, ...]

    @property
    def only_blanks(self) -> bool:
        """Whether there are reports, and nothing is filled in in any of them."""
        return only_blanks(self.files)

    @property
    def exit_code(self) -> int:
        """0 all well, 1 errors, 3 nothing usable."""
        if not any(file.outcome in USABLE for file in self.files):
            return 3
        if any(has_errors(file.findings) for file in self.files):
            return 1
        return 0

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many files have each outcome; those that no file has are left out."""
        return counts(self.files)

    def as_dict(self) -> dict[str, Any]:
        """The `check --json` document."""
        return {"files": [file.as_dict() for file in self.files]}

    def to_frame(self) -> pd.DataFrame:
        """One row a finding, columns as in the JSON contract. Needs pandas."""
        return findings_frame(findings_of(self.files))


@dataclass(frozen=True)
class MergeResult:
    """A merge: every file's outcome, the county's numbers, who is missing, what was written.

    `form_id` and `year` are what was merged (empty and None when no file could be read). `form`
    (the definition) and `county` are None when nothing could be used.
    """

    request: MergeRequest = field(repr=False)
    form_id: str
    year: int | None
    files: tuple[FileRecord, ...]
    form: Form | None = field(default=None, repr=False)
    county: Summary | None = None
    totals: dict[str, Decimal] = field(default_factory=dict)
    own_findings: tuple[Finding, ...] = ()
    outputs: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    """Those of the outputs that go back to units whose reports were returned."""
    kept: Path | None = None
    """Where the earlier summary lies that somebody had saved or changed."""

    @property
    def with_errors(self) -> bool:
        """Whether reports with errors are summed too."""
        return self.request.policy.with_errors

    @property
    def expected(self) -> int | None:
        """How many units are on the roster; None without one, or when nothing could be used."""
        roster = self.request.roster
        if roster and self.county:
            return len(roster.units)
        return None

    @cached_property
    def missing(self) -> tuple[Unit, ...]:
        """Units of the roster without a usable file; none when nothing at all could be used."""
        roster = self.request.roster
        if roster is None or not self.usable:
            return ()
        sent = {file.unit.code for file in self.usable}
        return tuple(unit for unit in roster.units if unit.code not in sent)

    @property
    def about_texts(self) -> tuple[Finding, ...]:
        """What the county's own texts say otherwise than its numbers."""
        if self.form is None:
            return ()
        rules = self.form.text_rules
        return tuple(finding for finding in self.own_findings if finding.rule in rules)

    @property
    def only_unusable(self) -> tuple[Unit, ...]:
        """Those of the missing units that sent something which cannot be used."""
        return tuple(unit for unit in self.missing if self.unusable_of(unit))

    def unusable_of(self, unit: Unit) -> tuple[FileRecord, ...]:
        """The files of a unit of the roster that cannot count."""
        return tuple(self._unusable.get(unit, ()))

    @cached_property
    def _unusable(self) -> dict[Unit, list[FileRecord]]:
        roster = self.request.roster
        if roster is None:
            return {}
        archives: dict[str, Arrival] = {}
        unusable: dict[Unit, list[FileRecord]] = {}
        for file in self.files:
            arrival = arrival_of(file, self.request.arrivals, archives)
            owners = owners_of(file, arrival, roster)
            if file.outcome is Outcome.REJECTED and len(owners) == 1:
                unusable.setdefault(owners[0], []).append(file)
        return unusable

    @property
    def only_blanks(self) -> bool:
        """Whether there are reports, and nothing is filled in in any of them."""
        return only_blanks(self.files)

    @cached_property
    def usable(self) -> tuple[FileRecord, ...]:
        """The files that can be summed, with errors or without."""
        return tuple(file for file in self.files if file.outcome in USABLE)

    @cached_property
    def accepted(self) -> tuple[FileRecord, ...]:
        """The files without errors."""
        return self.with_outcome(Outcome.ACCEPTED)

    @cached_property
    def returned(self) -> tuple[FileRecord, ...]:
        """The files that have errors and belong to the merge."""
        return self.with_outcome(Outcome.RETURNED)

    def with_outcome(self, outcome: Outcome) -> tuple[FileRecord, ...]:
        """The files of which this became, in their order."""
        return tuple(file for file in self.files if file.outcome is outcome)

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many files have each outcome; those that no file has are left out."""
        return counts(self.files)

    @cached_property
    def counted_files(self) -> tuple[FileRecord, ...]:
        """The files that are summed, by unit code and name."""
        files = self.usable if self.with_errors else self.accepted
        counted = [file for file in files if not is_left_out(file)]
        return tuple(sorted(counted, key=lambda file: (file.unit.code, file.unit.name)))

    @cached_property
    def _counted_paths(self) -> frozenset[str]:
        return frozenset(file.path for file in self.counted_files)

    def is_counted(self, file: FileRecord) -> bool:
        """Whether a file is summed."""
        return file.path in self._counted_paths

    @cached_property
    def counted(self) -> tuple[Submission, ...]:
        """The submissions that are summed, by unit code and name."""
        return tuple(file.report for file in self.counted_files)

    @cached_property
    def counted_views(self) -> tuple[UnitView, ...]:
        """The same with their numbers, computed ones included."""
        return tuple(file.view for file in self.counted_files if file.view is not None)

    @property
    def is_whole(self) -> bool:
        """Whether every unit of the roster is summed, and every file that can be."""
        return not self.missing and len(self.counted_files) == len(self.usable)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Those of the merge itself, then those of every file."""
        return (*self.own_findings, *findings_of(self.files))

    @property
    def exit_code(self) -> int:
        """0 all well, 1 errors or units missing, 3 nothing usable."""
        if self.county is None:
            return 3
        if has_errors(self.findings) or self.missing:
            return 1
        return 0

    def as_dict(self) -> dict[str, Any]:
        """The `merge --json` document."""
        units = {
            "expected": self.expected,
            "accepted": len(self.accepted),
            "returned": len(self.returned),
            "missing": [unit.name for unit in self.missing],
        }
        totals = {name: plain(value) for name, value in self.totals.items()}
        return {
            "form": self.form_id or None,
            "year": self.year,
            "files": [file.as_dict() for file in self.files],
            "units": units,
            "totals": totals,
            "outputs": list(self.outputs),
            "findings": [finding.as_dict() for finding in self.findings],
        }

    @property
    def observations(self) -> Iterator[Observation]:
        """Every number of every counted report, by unit code and name."""
        if self.form is None:
            return iter(())
        return observations(self.form, self.counted_views)

    def to_frame(self) -> pd.DataFrame:
        """Tidy data as `xlreport export` writes them: one row a counted unit and number, with the
        columns `unit, code, level, year, field, table, row, column, label, measure, value`."""
        return tidy_frame(self.observations)


@dataclass(frozen=True)
class RepairResult:
    """What became of each file that was to be repaired, and what was written."""

    files: tuple[RepairedFile, ...]
    outputs: tuple[str, ...]

    @property
    def repaired(self) -> tuple[RepairedFile, ...]:
        """The files for which there is a fresh workbook."""
        return tuple(file for file in self.files if file.name)

    @property
    def exit_code(self) -> int:
        """0 everything carried over, 1 something was not, 3 nothing could be repaired."""
        if not self.repaired:
            return 3
        if all(file.whole for file in self.files):
            return 0
        return 1

    def as_dict(self) -> dict[str, Any]:
        """The `repair --json` document."""
        files = [file.as_dict() for file in self.files]
        return {"files": files, "outputs": list(self.outputs)}


@dataclass(frozen=True)
class ImportResult(RepairResult):
    """What became of each report that is not our workbook, and what was written."""

    @property
    def exit_code(self) -> int:
        """0 every report is in a workbook, and without an error; 1 something is not; 3 nothing was
        imported. What stands around a report on a page is no part of it."""
        if not self.repaired:
            return 3
        all_imported = len(self.repaired) == len(self.files)
        wrong = any(has_errors(file.findings) for file in self.repaired)
        return 1 if wrong or not all_imported else 0


LEFT_OUT_LABEL = "县里决定不计入"
"""What is said of a report that the county does not sum, in place of its outcome."""


def label_of(file: FileRecord) -> str:
    """What became of a file, in words."""
    return LEFT_OUT_LABEL if is_left_out(file) else file.outcome.label


def labels(files: Iterable[FileRecord]) -> dict[str, int]:
    """How many files each label has, in the order of the outcomes."""
    ranked = sorted(files, key=lambda file: list(Outcome).index(file.outcome))
    return dict(Counter(map(label_of, ranked)))


def is_left_out(file: FileRecord) -> bool:
    """Whether the county has decided that a report is not summed."""
    return any(finding.code == E7.code for finding in file.findings)


def counts(files: Iterable[FileRecord]) -> dict[Outcome, int]:
    """How many files have each outcome, in the order of the outcomes."""
    found = Counter(file.outcome for file in files)
    return {outcome: found[outcome] for outcome in Outcome if found[outcome]}


def findings_of(files: Iterable[FileRecord]) -> Iterator[Finding]:
    """The findings of all files, in their order."""
    for file in files:
        yield from file.findings


def only_blanks(files: Iterable[FileRecord]) -> bool:
    """Whether there are reports among the files, and nothing is filled in in any of them."""
    reports = [file.reading.submission for file in files]
    blanks = [report.is_blank for report in reports if report is not None]
    return bool(blanks) and all(blanks)


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """One row a finding. Needs pandas."""
    import pandas as pd

    rows = [finding.as_dict() for finding in findings]
    return pd.DataFrame(rows, columns=FINDING_COLUMNS)
