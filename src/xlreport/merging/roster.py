"""The roster: which units report, to whom. CSV (UTF-8 with or without BOM, or GBK) or a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xlreport.errors import RosterError
from xlreport.form.model import LEVELS
from xlreport.formats.guard import Refused
from xlreport.formats.open import open_book
from xlreport.submission import NOBODY, Unit
from xlreport.text import decoded

CODE, NAME, LEVEL, ALIASES = "单位代码", "单位名称", "类别", "别名"
ADDRESSES = "邮箱"
"""Optional: the unit's e-mail addresses."""

ORIGINS = "前身"
"""Optional: the units (codes or names) that this one was renamed or merged from since last year."""

COUNTY, COUNTY_CODE = "汇总单位", "汇总单位代码"
"""Optional further columns: the unit that collects and sums; the same in every row."""


@dataclass(frozen=True)
class Roster:
    """The units in the roster's order, the other names each is known by, and who sums them."""

    units: tuple[Unit, ...]
    aliases: dict[str, tuple[str, ...]]
    county: Unit = NOBODY
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    """By code, every further column as it was given (contact, telephone, e-mail …)."""

    def predecessors(self, unit: Unit) -> tuple[str, ...]:
        """Codes or names of the units that this one came from; empty when it was itself there."""
        return tuple(
            name for name in _split(self.columns.get(unit.code, {}).get(ORIGINS, "")) if name
        )

    def addresses(self, unit: Unit) -> tuple[str, ...]:
        """The unit's e-mail addresses, in lower case."""
        listed = _split(self.columns.get(unit.code, {}).get(ADDRESSES, ""))
        return tuple(dict.fromkeys(part.lower() for one in listed for part in one.split()))

    def owners(self, addresses: Iterable[str]) -> tuple[Unit, ...]:
        """The units that have one of these addresses."""
        asked = frozenset(addresses)
        return tuple(unit for unit in self.units if not asked.isdisjoint(self.addresses(unit)))


def read_roster(path: Path) -> Roster:
    """Reads a roster. Raises RosterError with every mistake, OSError when it cannot be read."""
    data = path.read_bytes()
    workbook = data.startswith((b"PK", b"\xd0\xcf\x11\xe0"))
    rows = _sheet_rows(data, path) if workbook else _csv_rows(data, path)
    if not rows:
        raise RosterError(f"名册“{path.name}”是空的，请填写单位后再用。")
    heading, *body = [[cell.strip() for cell in row] for row in rows]
    missing = [name for name in (CODE, NAME) if name not in heading]
    if missing:
        raise RosterError(f"名册“{path.name}”第 1 行缺少标题：{'、'.join(missing)}。")
    records = [
        (i, dict(zip(heading, row, strict=False)))
        for i, row in enumerate(body, 2)
        if any(row) and not row[0].startswith("#")
    ]
    problems = list(_problems(records))
    if not records:
        problems.append("一个单位也没有")
    if problems:
        raise RosterError(f"名册“{path.name}”有误：" + "；".join(problems) + "。请改正后再用。")
    units = tuple(Unit(r[NAME], r[CODE], r.get(LEVEL, "")) for _, r in records)
    aliases = {r[CODE]: tuple(a for a in _split(r.get(ALIASES, "")) if a) for _, r in records}
    first = records[0][1]
    columns = {
        r[CODE]: {k: v for k, v in r.items() if k and k not in (CODE, NAME, LEVEL, ALIASES)}
        for _, r in records
    }
    return Roster(units, aliases, Unit(first.get(COUNTY, ""), first.get(COUNTY_CODE, "")), columns)


def _split(text: str) -> list[str]:
    for mark in "，,；;|":
        text = text.replace(mark, "、")
    return [part.strip() for part in text.split("、")]


def _problems(records: list[tuple[int, dict[str, str]]]) -> Iterator[str]:
    seen: dict[tuple[str, str], int] = {}
    for line, row in records:
        for key in (CODE, NAME):
            value = row.get(key, "")
            if not value:
                yield f"第 {line} 行没有{key}"
            elif (key, value) in seen:
                yield f"第 {line} 行的{key}“{value}”与第 {seen[key, value]} 行重复"
            else:
                seen[key, value] = line
        level = row.get(LEVEL, "")
        if level and level not in LEVELS:
            yield f"第 {line} 行的类别“{level}”不在{'、'.join(LEVELS)}之中"
    for key in (COUNTY, COUNTY_CODE):
        if len({row.get(key, "") for _, row in records}) > 1:
            yield f"各行的{key}不一致"


def _csv_rows(data: bytes, path: Path) -> list[list[str]]:
    text = decoded(data)
    if text is None:
        raise RosterError(f"名册“{path.name}”的编码认不出来，请另存为“CSV UTF-8”。")
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        raise RosterError(f"名册“{path.name}”不是正确的 CSV 文件，请检查引号和逗号。") from None


def _sheet_rows(data: bytes, path: Path) -> list[list[str]]:
    try:
        book = open_book(data)
    except Refused as refused:
        raise RosterError(f"名册“{path.name}”读不出来：{refused.finding.message}。") from None
    sheet = next(iter(book.sheets.values()))
    if not sheet.cells:
        return []
    right = min(max(cell[1] for cell in sheet.cells), 200)
    rows = sorted({cell[0] for cell in sheet.cells})
    return [
        [
            sheet.cells[row, column].text if (row, column) in sheet.cells else ""
            for column in range(right + 1)
        ]
        for row in rows
    ]
