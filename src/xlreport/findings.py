"""The one type of finding, how much it matters, and the register of the codes that can be found.

Checks of a form have their records in the form definition; what can be wrong with a file, a cell, a
merge or a message has its record in the `codes` module of the package that finds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from xlreport import a1
from xlreport.compact import compact
from xlreport.submission import Place, rule_of
from xlreport.text import (
    columns_of,
    cut_to_columns,
    in_one_line,
    printed_code,
    with_short_quotations,
)

TWO_LINES = 240
"""Columns of two lines in a console window as Windows opens it: a finding is not longer."""

INDENT = "    "
"""What stands before a finding below the name of its file."""


class Severity(StrEnum):
    """How much a finding matters; declared in order of weight."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def label(self) -> str:
        """The Chinese word that users read."""
        return {"error": "错误", "warning": "警示", "note": "提示"}[self.value]

    @property
    def rank(self) -> int:
        """0 for the heaviest."""
        return tuple(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Code:
    """One numbered record: what the finding is called, how much it matters, why it is looked
    for."""

    code: str
    title: str
    severity: Severity
    why: str

    def message(self, text: str, suggestion: str = "") -> Message:
        """One of the things that are said under this code; `{names}` are filled in when it is
        found."""
        return Message(self, text, suggestion)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence of a code, with places for what was seen: the only way in which packages make
    findings.

    Called with a value for each place it gives the finding; `Finding.at` and `Finding.on` add
    where."""

    code: Code
    text: str
    suggestion: str = ""

    def __call__(self, **values: object) -> Finding:
        """The finding. Raises KeyError for a place that has no value."""
        message = self.text.format(**values)
        suggestion = self.suggestion.format(**values)
        return Finding(self.code.code, self.code.severity, message, suggestion)


CODES: dict[str, Code] = {}
"""The records of all packages that have been imported, by code; each package declares its own in
`codes`."""


def register(*records: Code) -> None:
    """Adds a package's records. Raises ValueError for a code that is taken: codes are permanent."""
    for one in records:
        if one.code in CODES:
            raise ValueError(f"code {one.code} is declared twice")
        CODES[one.code] = one


@compact
@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, and what to do about it.

    `message` and `suggestion` do not repeat the place; `line()` adds it. `observed` holds the
    numbers and texts seen, by field id (or a word for what is no field), `explanation` the unit's
    own words about a warning, `subject` the row or column that a check is about, as printed."""

    code: str
    severity: Severity
    message: str
    suggestion: str = ""
    unit: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    field: str = ""
    observed: tuple[tuple[str, Decimal | str | int | None], ...] = ()
    explanation: str = ""
    subject: str = ""

    @property
    def rule(self) -> str:
        """The rule that it is about: C2 of the code `C2.total`."""
        return rule_of(self.code)

    @property
    def where(self) -> str:
        """Sheet and cell as Excel shows them."""
        return " ".join(part for part in (self.sheet, self.cell) if part)

    def line(self) -> str:
        """The finding as one line of text, without unit and file; where two lines of a terminal
        have no room for what it quotes, that is cut."""
        return with_short_quotations(self._whole_line(), TWO_LINES - columns_of(INDENT))

    def _whole_line(self) -> str:
        place = f"{self.where}：" if self.where else ""
        told = f"[{self.weight}] {place}{self.message}"
        code = f"　（{self.printed_code}）"
        if self.explanation:
            told += "　说明："
            room = TWO_LINES - columns_of(INDENT + told + code)
            return told + cut_to_columns(in_one_line(self.explanation), room) + code
        if self.suggestion:
            told += f"　→ {self.suggestion}"
        return told + code

    @property
    def is_short(self) -> bool:
        """Whether it can be read at a glance as it is: no more than two lines of a terminal."""
        return columns_of(INDENT + self._whole_line()) <= TWO_LINES

    @property
    def printed_code(self) -> str:
        """The code as people read it: `A-3·自然人`."""
        return printed_code(self.code, self.subject)

    @property
    def weight(self) -> str:
        """The word for the severity; a warning with an explanation is 已说明."""
        if self.explanation:
            return f"{self.severity.label}·已说明"
        return self.severity.label

    def at(self, **changes: Any) -> Finding:
        """The same finding with other places."""
        return replace(self, **changes)

    def on(self, place: Place | None, field: str = "") -> Finding:
        """The same finding at a cell; None where the cell is not known."""
        if place is None:
            return replace(self, field=field)
        return replace(self, sheet=place.sheet, cell=place.cell, field=field)

    def as_dict(self) -> dict[str, Any]:
        """The finding as the `--json` contract has it; `explanation` only where there is one."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "unit": self.unit or None,
            "file": self.file or None,
            "sheet": self.sheet or None,
            "cell": self.cell or None,
            "field": self.field or None,
            "message": self.message,
            "observed": {key: plain(value) for key, value in self.observed},
            "suggestion": self.suggestion or None,
            **({"explanation": self.explanation} if self.explanation else {}),
        }


COUNTED = "第"
"""How a place begins that is counted, as a document's cells are: 第2个表格 第5行3格."""

_NUMBER = re.compile("[0-9]+")


def plain(value: Decimal | str | int | None) -> int | float | str | None:
    """A number for JSON: whole numbers without a decimal point."""
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value)
    return value


def first_short(findings: Iterable[Finding]) -> Finding:
    """Of the ways to tell the same, from the longest to the briefest, the first that is short; none
    behind it is made. Raises StopIteration where there is no way at all."""
    ways = iter(findings)
    finding = next(ways)
    while not finding.is_short:
        briefer = next(ways, None)
        if briefer is None:
            break
        finding = briefer
    return finding


def excel_order(findings: Iterable[Finding], sheets: Sequence[str]) -> list[Finding]:
    """By file, then as one reads a workbook: sheet, row, column; then by weight and code."""
    ranks = {sheet: i for i, sheet in enumerate(sheets)}

    def key(finding: Finding) -> tuple[Any, ...]:
        cell = _position(finding.cell)
        rank = ranks.get(finding.sheet, len(ranks)) if finding.sheet else -1
        return (
            finding.file,
            rank,
            _counted(finding.sheet),
            finding.sheet,
            cell,
            finding.severity.rank,
            finding.code,
            finding.message,
        )

    return sorted(dict.fromkeys(findings), key=key)


def _position(cell: str) -> tuple[int, ...]:
    """Where a cell lies in its sheet: from 0, or as a document counts (第5行3格)."""
    first = cell.split(":", 1)[0]
    return a1.parse(first) or _counted(first) or (-1, -1)


def _counted(place: str) -> tuple[int, ...]:
    """The numbers in a place that is counted (第2个表格); none of any other."""
    if not place.startswith(COUNTED):
        return ()
    return tuple(int(number) for number in _NUMBER.findall(place))


def grouped(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that differ only in their cell become one with their ranges (D8:I8、D10)."""
    together: dict[Finding, list[Finding]] = {}
    for finding in findings:
        together.setdefault(finding.at(cell="", field="", observed=()), []).append(finding)
    found = []
    for alike, members in together.items():
        cells = [cell for f in members if (cell := a1.parse(f.cell)) is not None]
        whole = len(members) > 1 and len(cells) == len(members)
        if len(members) > 1 and all(f.cell.startswith(COUNTED) for f in members):
            found.append(_at_first(alike, [f.cell for f in members]))
            continue
        found += [_at_ranges(alike, cells)] if whole else members
    return found


def _at_first(finding: Finding, cells: Sequence[str]) -> Finding:
    """The finding at the cells of a document; where two lines have no room, at the first."""
    placed = finding.at(cell="、".join(cells))
    for listed in range(len(cells) - 1, 0, -1):
        if placed.is_short:
            break
        placed = finding.at(cell=f"{'、'.join(cells[:listed])} 等 {len(cells)} 格")
    return placed


def _at_ranges(finding: Finding, cells: Sequence[a1.Cell]) -> Finding:
    """The finding at these cells; where two lines have no room for all of them, at the first."""
    ranges = a1.ranges(cells)
    finding = finding.at(cell="、".join(ranges))
    for listed in range(len(ranges) - 1, 0, -1):
        if finding.is_short:
            break
        first = "、".join(ranges[:listed])
        finding = finding.at(cell=f"{first} 等 {len(cells)} 格")
    return finding


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether a file with these findings must be returned."""
    return any(f.severity is Severity.ERROR for f in findings)
