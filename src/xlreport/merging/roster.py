"""The roster: which units report, and to whom.

A CSV file (UTF-8 with or without byte-order mark, or GBK) or a workbook; the first row has the
headings.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlreport.errors import RosterError
from xlreport.form.model import LEVELS
from xlreport.formats.guard import Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawSheet
from xlreport.submission import NOBODY, Unit
from xlreport.text import decoded

CODE, NAME, LEVEL, ALIASES = "单位代码", "单位名称", "类别", "别名"
ADDRESSES = "邮箱"
"""Optional: the unit's e-mail addresses."""

ORIGINS = "前身"
"""Optional: the units (codes or names) that this one was renamed or merged from since last year."""

COUNTY, COUNTY_CODE = "汇总单位", "汇总单位代码"
"""Optional further columns: the unit that collects and sums; the same in every row."""

MOST_COLUMNS = 200
"""Columns of a sheet that are read; a cell far to the right is a slip."""

_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .xls files begin."""


@dataclass(frozen=True)
class Roster:
    """The units in the roster's order, the other names each is known by, and who sums them.

    `columns` holds by code every further column as it was given (contact, telephone, e-mail …).
    """

    units: tuple[Unit, ...]
    aliases: dict[str, tuple[str, ...]]
    county: Unit = NOBODY
    columns: dict[str, dict[str, str]] = field(default_factory=dict)

    def predecessors(self, unit: Unit) -> tuple[str, ...]:
        """Codes or names of the units that this one came from; empty when it was itself there."""
        return _split(self._column(unit, ORIGINS))

    def addresses(self, unit: Unit) -> tuple[str, ...]:
        """The unit's e-mail addresses, in lower case."""
        listed = " ".join(_split(self._column(unit, ADDRESSES)))
        return tuple(dict.fromkeys(listed.lower().split()))

    def owners(self, addresses: Iterable[str]) -> tuple[Unit, ...]:
        """The units that have one of these addresses."""
        asked = frozenset(addresses)
        return tuple(unit for unit in self.units if not asked.isdisjoint(self.addresses(unit)))

    def names(self, unit: Unit) -> tuple[str, ...]:
        """The unit's name and its aliases."""
        return unit.name, *self.aliases.get(unit.code, ())

    def _column(self, unit: Unit, heading: str) -> str:
        return self.columns.get(unit.code, {}).get(heading, "")


@dataclass(frozen=True)
class _Row:
    """One row of the roster: its line in the file, and its cells by heading."""

    line: int
    cells: Mapping[str, str]

    def get(self, heading: str) -> str:
        return self.cells.get(heading, "")

    @property
    def unit(self) -> Unit:
        return Unit(self.get(NAME), self.get(CODE), self.get(LEVEL))

    @property
    def further(self) -> dict[str, str]:
        """The cells of columns that no unit is told by."""
        known = ("", CODE, NAME, LEVEL, ALIASES)
        return {heading: text for heading, text in self.cells.items() if heading not in known}


def read_roster(path: Path) -> Roster:
    """Reads a roster. Raises RosterError with every mistake, OSError when it cannot be read."""
    rows = _rows(path)
    problems = list(_problems(rows))
    if not rows:
        problems.append("一个单位也没有")
    if problems:
        raise RosterError(f"名册“{path.name}”有误：{'；'.join(problems)}。请改正后再用。")
    first = rows[0]
    return Roster(
        units=tuple(row.unit for row in rows),
        aliases={row.get(CODE): _split(row.get(ALIASES)) for row in rows},
        county=Unit(first.get(COUNTY), first.get(COUNTY_CODE)),
        columns={row.get(CODE): row.further for row in rows},
    )


def _rows(path: Path) -> list[_Row]:
    """The rows with something in them, but for those that begin with #. Raises RosterError."""
    data = path.read_bytes()
    read = _sheet_rows if data.startswith(_WORKBOOKS) else _csv_rows
    lines = [_stripped(line) for line in read(data, path)]
    if not lines:
        raise RosterError(f"名册“{path.name}”是空的，请填写单位后再用。")
    heading, *body = lines
    missing = [name for name in (CODE, NAME) if name not in heading]
    if missing:
        raise RosterError(f"名册“{path.name}”第 1 行缺少标题：{'、'.join(missing)}。")
    rows = []
    for number, cells in enumerate(body, 2):
        if any(cells) and not cells[0].startswith("#"):
            rows.append(_Row(number, dict(zip(heading, cells, strict=False))))
    return rows


def _stripped(cells: Iterable[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _split(text: str) -> tuple[str, ...]:
    """The parts of a cell that lists several things, whatever mark stands between them."""
    for mark in "，,；;|":
        text = text.replace(mark, "、")
    return tuple(part for part in _stripped(text.split("、")) if part)


def _problems(rows: list[_Row]) -> Iterator[str]:
    """What is wrong with the rows, in Chinese."""
    lines: dict[tuple[str, str], int] = {}
    for row in rows:
        for heading in (CODE, NAME):
            yield from _key_problem(row, heading, lines)
        level = row.get(LEVEL)
        if level and level not in LEVELS:
            yield f"第 {row.line} 行的类别“{level}”不在{'、'.join(LEVELS)}之中"
    for heading in (COUNTY, COUNTY_CODE):
        if len({row.get(heading) for row in rows}) > 1:
            yield f"各行的{heading}不一致"


def _key_problem(row: _Row, heading: str, lines: dict[tuple[str, str], int]) -> Iterator[str]:
    """Codes and names must be there, once each; `lines` collects where they stand."""
    value = row.get(heading)
    if not value:
        yield f"第 {row.line} 行没有{heading}"
        return
    before = lines.setdefault((heading, value), row.line)
    if before != row.line:
        yield f"第 {row.line} 行的{heading}“{value}”与第 {before} 行重复"


def _csv_rows(data: bytes, path: Path) -> list[list[str]]:
    text = decoded(data)
    if text is None:
        raise RosterError(f"名册“{path.name}”的编码认不出来，请另存为“CSV UTF-8”。")
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        raise RosterError(f"名册“{path.name}”不是正确的 CSV 文件，请检查引号和逗号。") from None


def _sheet_rows(data: bytes, path: Path) -> list[list[str]]:
    """The rows of the first sheet that have any cell."""
    try:
        book = open_book(data)
    except Refused as refused:
        raise RosterError(f"名册“{path.name}”读不出来：{refused.finding.message}。") from None
    sheet = next(iter(book.sheets.values()))
    if not sheet.cells:
        return []
    right = min(max(column for _, column in sheet.cells), MOST_COLUMNS)
    rows = sorted({row for row, _ in sheet.cells})
    return [_sheet_row(sheet, row, right) for row in rows]


def _sheet_row(sheet: RawSheet, row: int, right: int) -> list[str]:
    """The texts of a row, up to and with the column `right`."""
    cells = [sheet.cells.get((row, column)) for column in range(right + 1)]
    return [cell.text if cell is not None else "" for cell in cells]
