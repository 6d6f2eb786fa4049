"""数据校验码: eight characters that two people compare by telephone instead of all figures.

It is worked out from what a report says, and from nothing else: not from its file, the layout of
its workbook, the lines of its cover, the name that a roster has for its unit, or the order in
which anything was read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from xlreport.submission import YES, Entry, Status, Submission, by_rule, shown

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
"""Characters of a code: none that is taken for another when written by hand or read aloud (0 O,
1 I L, 2 Z, 5 S, 8 B, U V)."""

LENGTH = 8


def data_code(report: Submission) -> str:
    """The 数据校验码 of a report: the same for the same figures, texts and explanations."""
    number = int(content_digest(report), 16)
    characters = []
    for _ in range(LENGTH):
        number, remainder = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[remainder])
    return "".join(characters)


def content_digest(report: Submission) -> str:
    """SHA-256 of what a report says, in hexadecimal digits."""
    declared = sorted(table for table, answer in report.answers.items() if answer == YES)
    content = [
        report.form,
        report.year,
        _cells(report.entries),
        _cells(report.overrides),
        _filled(report.texts),
        _filled(by_rule(report.explanations)),
        declared,
    ]
    canonical = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _cells(entries: Mapping[str, Entry]) -> list[list[str]]:
    """What the cells that are not empty say, however their numbers are written."""
    told = []
    for name in sorted(entries):
        entry = entries[name]
        value = entry.value
        if value is not None:
            is_zero = not value and not value.is_signed()
            told.append([name, "0" if is_zero else shown(value)])
        elif entry.status is not Status.BLANK:
            told.append([name, entry.status.value, entry.raw])
    return told


def _filled(texts: Mapping[str, str]) -> list[list[str]]:
    return [[name, texts[name]] for name in sorted(texts) if texts[name]]
