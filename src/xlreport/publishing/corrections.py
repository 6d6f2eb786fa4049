"""What a unit must put right in a report, and what only the county can decide."""

from __future__ import annotations

from xlreport.findings import Finding, Severity, grouped
from xlreport.merging.outcome import FileRecord

COUNTY_DECIDES = frozenset({"E7", "F3", "F9", "F10", "F14", "F16"})
"""Codes of what only the county can decide: its roster, and which of two reports counts."""

_OF_THE_MAIL = "M2"
"""Who sent a report is no fault of what it holds."""

_SUSPECT, _NOT_VERIFIED = "H1", "V1"
"""Codes of cells that are probably wrong, and of what cannot be verified: about a cell it says what
fails once the blanks are filled in."""


def to_correct(file: FileRecord) -> list[Finding]:
    """What a unit must do about its file, like findings together: errors first, then warnings
    without an explanation, then what helps to find what is wrong."""
    findings = grouped(file.findings)
    wrong = [finding for finding in findings if must_correct(finding)]
    wrong.sort(key=lambda finding: finding.severity.rank)
    hints = [finding for finding in findings if is_hint(finding)]
    return [*wrong, *hints]


def is_hint(finding: Finding) -> bool:
    """Whether it helps a unit to correct everything at once: a cell that is probably wrong, or what
    will fail when the blanks are filled in."""
    if finding.code == _SUSPECT:
        return True
    return finding.code == _NOT_VERIFIED and bool(finding.cell)


def must_correct(finding: Finding) -> bool:
    """Whether the unit has to correct something, or to explain it."""
    if finding.code in COUNTY_DECIDES or finding.code == _OF_THE_MAIL:
        return False
    if finding.severity is Severity.WARNING:
        return not finding.explanation
    return finding.severity is Severity.ERROR
