"""Which findings of each unit the page has room for: as many as it can, the same number for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlreport.findings import Finding
from xlreport.publishing.overview import Folded, UnitRow, wherever

ROOM_A_UNIT = 1000
"""Bytes of findings that the page takes for each unit, if others leave theirs."""

LEAST_ROOM = 100_000
"""Bytes of findings that it takes in any case."""

_MARKUP = 160
"""Bytes of tags around one finding, at most."""

_ESCAPED = 5
"""Bytes at most that a character more takes in HTML than in the text: `&` becomes `&amp;`."""

_SPECIAL = "&<>\"'"


@dataclass(frozen=True)
class ListedUnit:
    """A unit with the findings that are listed at it: its own, and how many are `left` out for want
    of room. `shared` notes are told with those of other units."""

    row: UnitRow
    findings: tuple[Finding, ...]
    left: int = 0
    shared: int = 0


def listed_units(rows: Sequence[UnitRow], shared: Sequence[Folded]) -> list[ListedUnit]:
    """All units, with the findings that there is room for: the first of each, then the second of
    each, and on."""
    told_once = frozenset(folded.finding for folded in shared)
    own = [_own(row, told_once) for row in rows]
    most = _most(own, max(LEAST_ROOM, ROOM_A_UNIT * len(rows)))
    listed = []
    for row, findings in zip(rows, own, strict=True):
        left = max(0, len(findings) - most)
        folded = len(row.findings) - len(findings)
        listed.append(ListedUnit(row, findings[:most], left, folded))
    return listed


def _own(row: UnitRow, told_once: frozenset[Finding]) -> tuple[Finding, ...]:
    """What was found in a unit's report and not also in others'."""
    return tuple(finding for finding in row.findings if wherever(finding) not in told_once)


def _most(findings: Sequence[Sequence[Finding]], room: int) -> int:
    """How many of each unit's findings fit."""
    longest = max(map(len, findings), default=0)
    for position in range(longest):
        for of_unit in findings:
            room -= sum(map(size, of_unit[position : position + 1]))
        if room < 0:
            return position
    return longest


def size(finding: Finding) -> int:
    """Bytes that a finding takes on the page, at most."""
    texts = (
        finding.where,
        finding.message,
        finding.suggestion,
        finding.explanation,
        finding.printed_code,
        finding.weight,
    )
    text = "".join(texts)
    special = sum(map(text.count, _SPECIAL))
    return len(text.encode("utf-8", "replace")) + _ESCAPED * special + _MARKUP
