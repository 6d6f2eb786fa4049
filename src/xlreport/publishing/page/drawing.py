"""The shapes of charts: bars that lie, one below the other, so that names can be read beside them.

Lengths are in the units of the drawing (`viewBox` of SVG), which is as wide as a phone is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xlreport.form.model import ChartKind
from xlreport.publishing.overview import ChartData
from xlreport.submission import shown

WIDTH = 360
NAMES = 112
"""What the names of the categories take."""

LONGEST = 184
"""What the longest bar takes; its number stands behind it."""

THICK = 13
GAP = 9
BASE = 11
"""From the upper edge of a bar to the base line of the words beside it."""

SPACE = 5
"""Between a bar and the words beside it."""

MOST_ROWS = 30
"""Categories in one drawing, so that a printed page has all of it."""

MOST_IN_A_NAME = 9
"""Characters of a category beside its bar; the table has it whole."""

BETWEEN = 1
"""Between the parts of a bar: neighbours are told apart without their colours."""

PATTERNS = 8
"""How many series look different."""

NO_NUMBER = "没有数"


@dataclass(frozen=True)
class Words:
    """A text of a drawing; `y` is its base line."""

    x: str
    y: str
    text: str


@dataclass(frozen=True)
class Shape:
    """All bars of a series in one outline (SVG 2, 9.3), filled with the pattern of this number."""

    pattern: int
    outline: str


@dataclass(frozen=True)
class Drawing:
    """A chart, or the part of a long one from category `first` to `last`, counted from 1."""

    first: int
    last: int
    height: int
    names: tuple[Words, ...]
    numbers: tuple[Words, ...]
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class _Bar:
    """Where a bar lies."""

    series: int
    x: float
    y: float
    length: float

    @property
    def outline(self) -> str:
        length = _short(self.length)
        return f"M{_short(self.x)} {_short(self.y)}h{length}v{THICK}h-{length}z"


@dataclass(frozen=True)
class _Row:
    """What is drawn of one category."""

    bars: tuple[_Bar, ...]
    numbers: tuple[Words, ...]


def drawings(chart: ChartData) -> list[Drawing]:
    """A chart of many categories is several drawings of one scale."""
    count = len(chart.categories)
    parts = [range(first, count)[:MOST_ROWS] for first in range(0, count, MOST_ROWS)]
    return [_drawing(chart, part) for part in parts]


def is_stacked(chart: ChartData) -> bool:
    """Whether the numbers of a category make one bar together; years stand below each other."""
    return chart.kind is not ChartKind.YEARS


def pattern(series: int) -> int:
    """The number of a series' pattern."""
    return series % PATTERNS


def _drawing(chart: ChartData, categories: range) -> Drawing:
    scale = LONGEST / _largest(chart)
    lines = 1 if is_stacked(chart) else len(chart.series)
    high = lines * THICK + GAP
    names, rows = [], []
    for place, category in enumerate(categories):
        y = place * high
        names.append(_words(NAMES - SPACE, y, _cut(chart.categories[category])))
        rows.append(_row(chart, category, y, scale))
    return Drawing(
        first=categories[0] + 1,
        last=categories[-1] + 1,
        height=len(categories) * high,
        names=tuple(names),
        numbers=tuple(number for row in rows for number in row.numbers),
        shapes=tuple(_shapes(bar for row in rows for bar in row.bars)),
    )


def _row(chart: ChartData, category: int, y: float, scale: float) -> _Row:
    values = _values(chart, category)
    if is_stacked(chart):
        return _stacked(values, y, scale)
    return _grouped(values, y, scale)


def _values(chart: ChartData, category: int) -> list[Decimal | None]:
    """The number of each series."""
    return [bars.values[category] for bars in chart.series]


def _largest(chart: ChartData) -> float:
    """The number of the longest bar, 1 where there is none."""
    categories = range(len(chart.categories))
    numbers = []
    for category in categories:
        lengths = [_length(value) for value in _values(chart, category)]
        numbers.append(sum(lengths) if is_stacked(chart) else max(lengths))
    return max(numbers, default=0) or 1


def _length(value: Decimal | None) -> float:
    """Nothing is drawn of what is not known or less than nothing; the number tells it."""
    return max(0.0, float(value or 0))


def _stacked(values: Sequence[Decimal | None], y: float, scale: float) -> _Row:
    """One bar of all series, with their sum."""
    x: float = NAMES
    bars = []
    for series, value in enumerate(values):
        length = _length(value) * scale
        if length:
            bars.append(_Bar(series, x, y, max(BETWEEN, length - BETWEEN)))
        x += length
    known = [value for value in values if value is not None]
    number = shown(sum(known, Decimal(0))) if known else NO_NUMBER
    return _Row(tuple(bars), (_words(x + SPACE, y, number),))


def _grouped(values: Sequence[Decimal | None], y: float, scale: float) -> _Row:
    """A bar for each series, each with its number."""
    bars, numbers = [], []
    for series, value in enumerate(values):
        upper = y + series * THICK
        length = _length(value) * scale
        if length:
            bars.append(_Bar(series, NAMES, upper, length))
        number = shown(value) if value is not None else NO_NUMBER
        numbers.append(_words(NAMES + length + SPACE, upper, number))
    return _Row(tuple(bars), tuple(numbers))


def _shapes(bars: Iterable[_Bar]) -> Iterator[Shape]:
    outlines: dict[int, list[str]] = {}
    for bar in bars:
        outlines.setdefault(bar.series, []).append(bar.outline)
    for series in sorted(outlines):
        yield Shape(pattern(series), "".join(outlines[series]))


def _words(x: float, y: float, text: str) -> Words:
    return Words(_short(x), _short(y + BASE), text)


def _short(number: float) -> str:
    """A length as short as it can be written, to a tenth."""
    return f"{number:.1f}".removesuffix(".0")


def _cut(name: str) -> str:
    if len(name) <= MOST_IN_A_NAME:
        return name
    return f"{name[: MOST_IN_A_NAME - 1]}…"
