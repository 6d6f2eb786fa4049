"""The roster: which units report, and to whom.

Names are made clean here, once, and compared clean everywhere; whatever is wrong with a row is told
with all the rest at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from xlreport.errors import RosterError
from xlreport.form.model import LEVELS
from xlreport.merging.roster_table import (
    ADDRESSES,
    ALIASES,
    CODE,
    CONTACT,
    COUNTY,
    COUNTY_CODE,
    LEVEL,
    NAME,
    ORIGINS,
    TELEPHONE,
    Row,
    read_table,
)
from xlreport.merging.unit_index import Positions, UnitIndex
from xlreport.submission import NOBODY, Unit
from xlreport.text import MOST_IN_A_NAME, clean_name, first_of

ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"
)
"""An e-mail address as people have it (RFC 5321, 4.1.2, without quotes and literals)."""

NO_ADDRESS = frozenset(["无", "没有", "暂无", "/", "—", "-", "——"])
"""What people write where there is none."""

MOST_NAMED = 5
"""How many rows one warning names."""


@dataclass(frozen=True)
class Roster:
    """The units in the roster's order, the other names each is known by, and who sums them.

    `columns` holds by code every further column as it was given (contact, telephone, e-mail …).
    """

    units: tuple[Unit, ...]
    aliases: dict[str, tuple[str, ...]]
    county: Unit = NOBODY
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """What is odd about it and may be right, in Chinese."""
    _indices: dict[str, UnitIndex] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def index(self, county: str = "") -> UnitIndex:
        """The units by codes and names, made once for each county before these."""
        if county not in self._indices:
            names = {unit: self.names(unit) for unit in self.units}
            self._indices[county] = UnitIndex(self.units, names, county)
        return self._indices[county]

    def listed(self, unit: Unit) -> Unit | None:
        """The first unit with this one's code or this one's name."""
        position = self._positions.of(unit)
        return None if position is None else self.units[position]

    def predecessors(self, unit: Unit) -> tuple[str, ...]:
        """Codes or names of the units that this one came from; empty when it was itself there."""
        return _split(self._column(unit, ORIGINS))

    def addresses(self, unit: Unit) -> tuple[str, ...]:
        """The unit's e-mail addresses, in lower case."""
        listed = " ".join(_split(self._column(unit, ADDRESSES)))
        return tuple(dict.fromkeys(listed.lower().split()))

    def contact(self, unit: Unit) -> str:
        """Whom to call and where: 张一 0990-5550101; empty when the roster does not tell."""
        columns = (CONTACT, TELEPHONE)
        parts = [clean_name(self._column(unit, heading)) for heading in columns]
        return " ".join(filter(None, parts))

    def owners(self, addresses: Iterable[str]) -> tuple[Unit, ...]:
        """The units that have one of these addresses."""
        positions: set[int] = set()
        for address in addresses:
            positions.update(self._by_address.get(address, ()))
        return tuple(self.units[position] for position in sorted(positions))

    def names(self, unit: Unit) -> tuple[str, ...]:
        """The unit's name and its aliases."""
        return unit.name, *self.aliases.get(unit.code, ())

    @cached_property
    def _positions(self) -> Positions:
        return Positions(self.units)

    @cached_property
    def _by_address(self) -> dict[str, list[int]]:
        """The positions of the units that have an address."""
        positions: dict[str, list[int]] = {}
        for position, unit in enumerate(self.units):
            for address in self.addresses(unit):
                positions.setdefault(address, []).append(position)
        return positions

    def _column(self, unit: Unit, heading: str) -> str:
        columns = self.columns.get(unit.code, {})
        return columns.get(heading, "")


def read_roster(path: Path) -> Roster:
    """Reads a roster. Raises RosterError with every mistake."""
    try:
        rows = read_table(path)
    except OSError:
        raise RosterError(f"名册“{path}”打不开，请检查路径，并关闭正在使用它的程序。") from None
    wrong = faults(rows)
    if wrong:
        told = "；".join(fault.message for fault in wrong)
        raise RosterError(f"名册“{path.name}”有误：{told}。请改正后再用。")
    aliases: dict[str, tuple[str, ...]] = {}
    columns: dict[str, dict[str, str]] = {}
    for row in rows:
        code = row.get(CODE)
        aliases[code] = _names(row.get(ALIASES))
        columns[code] = _further(row)
    county = Unit(_common(rows, COUNTY), _common(rows, COUNTY_CODE))
    return Roster(tuple(map(_unit, rows)), aliases, county, columns, warnings(rows))


def _unit(row: Row) -> Unit:
    name = clean_name(row.get(NAME))
    level = clean_name(row.get(LEVEL))
    return Unit(name, row.get(CODE), level)


def _common(rows: Iterable[Row], heading: str) -> str:
    """What stands in every row that is filled in; empty when there is none."""
    values = _values(rows, heading)
    return values[0] if values else ""


def _values(rows: Iterable[Row], heading: str) -> list[str]:
    """The different texts under a heading."""
    texts = [clean_name(row.get(heading)) for row in rows]
    return list(dict.fromkeys(filter(None, texts)))


def _split(text: str) -> tuple[str, ...]:
    """The parts of a cell that lists several things, whatever mark stands between them."""
    for mark in "，,；;|\n":
        text = text.replace(mark, "、")
    parts = [part.strip() for part in text.split("、")]
    return tuple(filter(None, parts))


def _names(text: str) -> tuple[str, ...]:
    """The names that a cell lists, made clean."""
    names = map(clean_name, _split(text))
    return tuple(dict.fromkeys(filter(None, names)))


def _further(row: Row) -> dict[str, str]:
    """The cells of columns that no unit is told by, as they were given; addresses made clean."""
    columns = row.further
    if ADDRESSES in columns:
        columns[ADDRESSES] = "、".join(_addresses(columns[ADDRESSES]))
    return columns


def _addresses(text: str) -> list[str]:
    """The addresses that a cell lists, in half-width characters and without what cannot be
    seen."""
    half_width = unicodedata.normalize("NFKC", text)
    addresses = []
    for part in " ".join(_split(half_width)).split():
        visible = clean_name(part)
        if visible and visible not in NO_ADDRESS:
            addresses.append(visible)
    return addresses


# --- what is wrong ---

_TOTALS = frozenset({"合计", "总计", "小计", "共计", "总数", "合计数"})
"""What offices write below a list."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a roster: a sentence, and where. `row` is the position among the
    rows that are filled in, None for what is about all of them; `heading` is that of the column,
    empty where it is no single one."""

    message: str
    row: int | None = None
    heading: str = ""


def faults(rows: Sequence[Row]) -> list[Fault]:
    """Everything that is wrong with the rows of a roster."""
    found = list(_faults(rows))
    if not rows:
        found.append(Fault("一个单位也没有"))
    return found


def warnings(rows: Sequence[Row]) -> tuple[str, ...]:
    """What is odd about the rows of a roster and may be right."""
    return tuple(_warnings(rows))


def _faults(rows: Sequence[Row]) -> Iterator[Fault]:
    places: dict[tuple[str, str], str] = {}
    for position, row in enumerate(rows):
        heading = _total_in(row)
        if heading:
            word = "".join(row.get(heading).split())
            yield Fault(f"{row.place}是“{word}”，不是单位：请删去这一行", position, heading)
            continue
        for message in row.faults:
            yield Fault(message, position, _heading_in(message))
        for heading in (CODE, NAME):
            for message in _key_problem(row, heading, places):
                yield Fault(message, position, heading)
        yield from _cell_problems(row, position)
    for heading in (COUNTY, COUNTY_CODE):
        if len(_values(rows, heading)) > 1:
            yield Fault(f"各行的{heading}不一致", heading=heading)


def _cell_problems(row: Row, position: int) -> Iterator[Fault]:
    """What is wrong with cells that need not be filled in."""
    for message in _level_problem(row):
        yield Fault(message, position, LEVEL)
    for address in _addresses(row.get(ADDRESSES)):
        if not ADDRESS.fullmatch(address):
            yield Fault(f"{row.place}的邮箱“{address}”写得不对", position, ADDRESSES)


def _total_in(row: Row) -> str:
    """The column in which a row says that it is a sum; empty for a unit's."""
    for heading in (CODE, NAME):
        if "".join(row.get(heading).split()) in _TOTALS:
            return heading
    return ""


def _heading_in(message: str) -> str:
    """The column that a fault of the table itself is about."""
    return next((heading for heading in (COUNTY_CODE, CODE, NAME) if heading in message), "")


def _key_problem(row: Row, heading: str, places: dict[tuple[str, str], str]) -> Iterator[str]:
    """Codes and names must be there, once each; `places` collects where they stand."""
    value = clean_name(row.get(heading))
    if not value:
        yield f"{row.place}没有{heading}"
        return
    before = places.setdefault((heading, value), row.place)
    if before != row.place:
        yield f"{row.place}的{heading}“{value}”与{before}重复"


def _level_problem(row: Row) -> Iterator[str]:
    level = clean_name(row.get(LEVEL))
    if level and level not in LEVELS:
        allowed = "、".join(LEVELS)
        yield f"{row.place}的类别“{level}”不在{allowed}之中"


# --- what is odd ---


def _warnings(rows: Sequence[Row]) -> Iterator[str]:
    yield from _unequal_codes(rows)
    yield from _gaps(rows)
    for row in rows:
        name = row.get(NAME)
        without_blanks = "".join(name.split())
        is_cut = len(clean_name(name)) < len(without_blanks)
        if is_cut and len(name) > MOST_IN_A_NAME:
            yield f"{row.place}的单位名称超过 {MOST_IN_A_NAME} 个字，只用前 {MOST_IN_A_NAME} 个字"


def _unequal_codes(rows: Sequence[Row]) -> Iterator[str]:
    """Codes of digits that are shorter than most: a program that took them for numbers has
    dropped the zeros before them."""
    numbers = [row for row in rows if row.get(CODE).isdecimal()]
    lengths = Counter(len(row.get(CODE)) for row in numbers)
    if len(lengths) < 2:
        return
    usual = max(lengths, key=lambda length: (lengths[length], length))
    others = []
    for row in numbers:
        code = row.get(CODE)
        if len(code) != usual:
            others.append(f"{row.place}“{code}”")
    named = first_of(others, MOST_NAMED, "个")
    yield (
        f"单位代码多数是 {usual} 位，{named}不是；前面的 0 丢了的，请把这一列设为“文本”格式，补上 0"
    )


def _gaps(rows: Sequence[Row]) -> Iterator[str]:
    """Rows without a level among others that have one: cells may have been merged."""
    without = [row.place for row in rows if not row.get(LEVEL)]
    if without and len(without) < len(rows):
        named = first_of(without, MOST_NAMED, "行")
        yield f"{named}没有类别；合并过单元格的，请取消合并，每行都填"
