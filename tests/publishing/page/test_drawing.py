"""The shapes of charts: every number has its bar and stands beside it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from xlreport.form.model import ChartKind
from xlreport.publishing.overview import Bars, ChartData
from xlreport.publishing.page.drawing import (
    LONGEST,
    MOST_ROWS,
    NAMES,
    NO_NUMBER,
    PATTERNS,
    WIDTH,
    Drawing,
    drawings,
    pattern,
)


def chart(kind: ChartKind, *series: tuple[int | str | None, ...], names: str = "") -> ChartData:
    count = len(series[0])
    categories = tuple(names or f"第{number}个" for number in range(count))
    bars = []
    for place, values in enumerate(series):
        numbers = tuple(Decimal(value) if value is not None else None for value in values)
        bars.append(Bars(f"组{place}", "件", numbers))
    return ChartData("图", kind, categories, tuple(bars))


def bars_of(drawing: Drawing) -> dict[int, list[tuple[float, float, float]]]:
    """Where the bars of each series begin, and how long they are."""
    found = {}
    for shape in drawing.shapes:
        parts = re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v13h-\3z", shape.outline)
        assert "".join(f"M{x} {y}h{w}v13h-{w}z" for x, y, w in parts) == shape.outline
        found[shape.pattern] = [(float(x), float(y), float(w)) for x, y, w in parts]
    return found


def told(drawing: Drawing) -> list[str]:
    return [number.text for number in drawing.numbers]


def test_a_bar_is_as_long_as_its_number() -> None:
    (drawing,) = drawings(chart(ChartKind.PARTS, (10, 5, 0, "2.5")))
    lengths = [LONGEST, LONGEST / 2, LONGEST / 4]
    assert bars_of(drawing) == {
        0: [(NAMES, y, length - 1) for y, length in zip((0, 22, 66), lengths, strict=True)]
    }
    assert told(drawing) == ["10", "5", "0", "2.5"]
    assert drawing.height == 4 * 22


def test_the_parts_of_a_bar_lie_beside_each_other_with_their_sum() -> None:
    (drawing,) = drawings(chart(ChartKind.UNITS, (1, 0), (3, 2)))
    bars = bars_of(drawing)
    assert bars[0] == [(NAMES, 0, LONGEST / 4 - 1)]
    assert bars[1] == [
        (NAMES + LONGEST / 4, 0, LONGEST * 3 / 4 - 1),
        (NAMES, 22, LONGEST / 2 - 1),
    ]
    assert told(drawing) == ["4", "2"]


def test_years_stand_below_each_other() -> None:
    (drawing,) = drawings(chart(ChartKind.YEARS, (4, None), (8, 2)))
    bars = bars_of(drawing)
    assert bars[0] == [(NAMES, 0, LONGEST / 2)]
    assert bars[1] == [(NAMES, 13, LONGEST), (NAMES, 48, LONGEST / 4)]
    assert told(drawing) == ["4", "8", NO_NUMBER, "2"]
    assert drawing.height == 2 * 35


@pytest.mark.parametrize("values", [(0, 0), (None, None), (-3, 0)])
def test_what_is_nothing_has_no_bar(values: tuple[int | None, ...]) -> None:
    (drawing,) = drawings(chart(ChartKind.PARTS, values))
    assert drawing.shapes == ()
    assert told(drawing) == [NO_NUMBER if value is None else str(value) for value in values]


def test_a_small_part_can_still_be_seen() -> None:
    (drawing,) = drawings(chart(ChartKind.UNITS, (1,), (100_000,)))
    assert bars_of(drawing)[0] == [(NAMES, 0, 1)]


def test_many_units_make_several_drawings_of_one_scale() -> None:
    values = tuple(range(1, 2 * MOST_ROWS + 2))
    parts = drawings(chart(ChartKind.UNITS, values))
    assert [(part.first, part.last) for part in parts] == [(1, 30), (31, 60), (61, 61)]
    assert [len(part.names) for part in parts] == [30, 30, 1]
    assert bars_of(parts[-1])[0] == [(NAMES, 0, LONGEST - 1)]
    numbers = [number for part in parts for number in told(part)]
    assert numbers == [str(value) for value in values]


def test_nothing_lies_outside_the_drawing() -> None:
    (drawing,) = drawings(chart(ChartKind.UNITS, ("9223372036854.775807", 1)))
    for words in (*drawing.names, *drawing.numbers):
        assert 0 < float(words.x) < WIDTH
        assert 0 < float(words.y) < drawing.height


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("示例县自然资源局", "示例县自然资源局"),
        ("示例县人民政府办公室", "示例县人民政府办…"),
        ("一二三四五六七八九", "一二三四五六七八九"),
    ],
)
def test_a_long_name_is_cut(name: str, shown: str) -> None:
    (drawing,) = drawings(chart(ChartKind.UNITS, (1,), names=name))
    assert [words.text for words in drawing.names] == [shown]


def test_series_look_different_as_long_as_there_are_patterns() -> None:
    assert [pattern(series) for series in range(PATTERNS + 1)] == [*range(PATTERNS), 0]
