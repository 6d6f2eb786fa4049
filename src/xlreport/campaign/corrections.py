"""What the letters tell a unit to put right in its reports, and what only the county can decide."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from xlreport.merging.outcome import FileRecord
from xlreport.publishing.corrections import COUNTY_DECIDES, to_correct
from xlreport.text import harmless


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
    return [harmless(finding.line()) for finding in to_correct(file)]
