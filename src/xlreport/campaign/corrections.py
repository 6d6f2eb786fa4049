"""What a unit must put right in its reports, and what only the county can decide."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from xlreport.findings import Finding, Severity, grouped
from xlreport.merging.outcome import FileRecord
from xlreport.text import harmless

COUNTY_DECIDES = frozenset({"E7", "F3", "F9", "F10", "F14", "F16"})
"""Codes of what only the county can decide: its roster, and which of two reports counts."""

_OF_THE_MAIL = "M2"
"""Who sent a report is no fault of what it holds."""


def corrections(files: Iterable[FileRecord]) -> list[str]:
    """What a unit must do about its files, each thing once; nothing where the county must act."""
    lines = (line for file in files for line in correction_lines(file))
    return list(dict.fromkeys(lines))


def numbered(lines: Iterable[str]) -> str:
    """Corrections as a letter has them."""
    return "\n".join(f"{i}. {line}" for i, line in enumerate(lines, 1))


def correction_key(files: Sequence[FileRecord]) -> str:
    """Tells one notice from the next: the same as long as files and corrections stay the same."""
    contents = sorted(file.sha256 for file in files)
    parts = [*contents, numbered(corrections(files))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def left_to_the_county(files: Iterable[FileRecord]) -> str:
    """What the county must decide about files; empty where there is nothing."""
    findings = (finding for file in files for finding in file.findings)
    messages = (finding.message for finding in findings if finding.code in COUNTY_DECIDES)
    return next(messages, "")


def correction_lines(file: FileRecord) -> list[str]:
    """What a unit must do about its file: errors first, then warnings without an explanation."""
    findings = grouped(file.findings)
    to_correct = [finding for finding in findings if _must_correct(finding)]
    to_correct.sort(key=lambda finding: finding.severity.rank)
    hints = [finding for finding in findings if finding.code == "H1"]
    return [harmless(finding.line()) for finding in (*to_correct, *hints)]


def _must_correct(finding: Finding) -> bool:
    if finding.code in COUNTY_DECIDES or finding.code == _OF_THE_MAIL:
        return False
    if finding.severity is Severity.WARNING:
        return not finding.explanation
    return finding.severity is Severity.ERROR
