"""The charts of a summary: native ones, every number of them a cell of 图表数据, most of those live
formulas over the form's sheets and the details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from xlsxwriter.chart import Chart as Drawing
from xlsxwriter.worksheet import Worksheet

from xlreport.a1 import Cell
from xlreport.form import expression as ex
from xlreport.form.model import Chart, ChartKind, Form
from xlreport.publishing.overview import ChartData, Overview, together_at
from xlreport.publishing.summary.live import LiveFormulas
from xlreport.publishing.summary.names import CHART_DATA_SHEET
from xlreport.submission import shown
from xlreport.text import clean
from xlreport.workbook.layout.sheet import Span
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.printing import print_when_asked
from xlreport.workbook.writer.sheet import SheetWriter
from xlreport.workbook.writer.styles import SONG

MOST_UNITS = 30
"""Units in a chart: of more, those with the largest numbers."""

MOST_LISTED = 1000
"""Units whose numbers are listed; those of all are on the detail sheets."""

COLOURS = ("#1F77B4", "#E08214", "#5AAE61", "#B2182B", "#9970AB", "#737373")
"""Of series, told apart also by those who see no red or green, and in grey."""

_CUT = "只列最多的 {count} 个单位；各单位的数都在明细页"

_BEFORE = "#B0C4DE"
"""Of last year, beside this one."""

_TITLE_ROW, _FIRST_BLOCK = 0, 2
_FONT = {"name": SONG, "size": 10}
_SMALL_FONT = {"name": SONG, "size": 9}
_TURNED = -45
"""Degrees."""

_GAP = 60
"""Per cent of a column's width between two."""

_MOST_LABELS = 15
"""Columns with their numbers above them: more would lie over each other."""

_MOST_NAMES = 8
"""Units whose names stand on the axis as they are; of more they are turned."""


@dataclass(frozen=True)
class Block:
    """The numbers of a chart on their sheet: `order` are the positions of its categories, those
    that are drawn first; `top` is the row of its title."""

    chart: ChartData
    top: int
    order: tuple[int, ...]
    county: str = ""

    @property
    def first_row(self) -> int:
        """The row of the first category."""
        return self.top + 2

    @property
    def is_stacked(self) -> bool:
        """Whether its series lie on each other."""
        return self.chart.kind is ChartKind.UNITS and len(self.chart.series) > 1

    @property
    def drawn(self) -> int:
        """How many categories are drawn."""
        return min(len(self.order), MOST_UNITS)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """What stands on the axis: units without the county's name before theirs, if they can be
        told apart then."""
        names = self.chart.categories
        short = tuple(name.removeprefix(self.county) or name for name in names)
        return short if len(set(short)) == len(set(names)) else names

    @property
    def is_cut(self) -> bool:
        """Whether not all categories are listed."""
        return len(self.order) < len(self.chart.categories)

    @property
    def title(self) -> str:
        """What stands above the chart."""
        units = {bars.unit for bars in self.chart.series if bars.unit}
        measure = f"（{'、'.join(units)}）" if len(units) == 1 else ""
        if self.drawn < len(self.order):
            return f"{self.chart.title}{measure}：最多的 {self.drawn} 个单位"
        return self.chart.title + measure


def blocks_of(overview: Overview) -> list[Block]:
    """Where the numbers of all charts stand."""
    blocks = []
    top = _FIRST_BLOCK
    for chart in overview.charts:
        blocks.append(Block(chart, top, _order(chart), overview.county))
        block = blocks[-1]
        top += len(block.order) + 3 + block.is_cut
    return blocks


def _order(chart: ChartData) -> tuple[int, ...]:
    """The positions of the categories: as they are, of many those with the largest numbers first,
    of very many no others."""
    positions = range(len(chart.categories))
    if len(positions) <= MOST_UNITS:
        return tuple(positions)
    sums = [together_at(chart, position) for position in positions]
    return tuple(sorted(positions, key=lambda i: (-sums[i], i))[:MOST_LISTED])


# --- the numbers ------------------------------------------------------------------------------


def write_chart_data(book: WorkbookWriter, form: Form, blocks: Sequence[Block]) -> None:
    """The sheet with the numbers of all charts."""
    _ChartData(book, form).write(blocks)


class _ChartData(SheetWriter):
    def __init__(self, book: WorkbookWriter, form: Form) -> None:
        super().__init__(book, CHART_DATA_SHEET)
        self.live = LiveFormulas(book, form, CHART_DATA_SHEET)

    def write(self, blocks: Sequence[Block]) -> None:
        """The whole sheet."""
        right = max(len(block.chart.series) for block in blocks)
        self.widths(34, *[16] * right)
        self.merge(Span.line(_TITLE_ROW, 0, right), "图表数据", "title")
        self.height(_TITLE_ROW, 30)
        self.merge(Span.line(1, 0, right), "“概况”里各图的数，由各表和明细算出。", "small")
        for block in blocks:
            self._block(block)
        self.sheet.freeze_panes(1, 1)
        print_when_asked(self.sheet, right, landscape=False)
        self.close((0, 0))

    def _block(self, block: Block) -> None:
        chart = block.chart
        self.merge(Span.line(block.top, 0, len(chart.series)), block.title, "group_line")
        self.string((block.top + 1, 0), _category_heading(chart), "head")
        for column, bars in enumerate(chart.series, start=1):
            self.string((block.top + 1, column), bars.label, "head")
        if block.is_cut:
            last = Span.line(block.first_row + len(block.order), 0, len(chart.series))
            self.merge(last, _CUT.format(count=len(block.order)), "small")
        for row, position in enumerate(block.order, start=block.first_row):
            self.string((row, 0), block.categories[position], "text")
            for column in range(len(chart.series)):
                self._number((row, column + 1), chart, column, position)

    def _number(self, cell: Cell, chart: ChartData, series: int, position: int) -> None:
        value = chart.series[series].values[position]
        number = _number_behind(chart, series, position)
        style = "number_count" if number is None else f"number_{self.live.kind(number)}"
        if value is None:
            self.blank(cell, style)
            return
        formula = None
        if number is not None:
            formula = self._formula(chart, series, position, number)
        if formula is None:
            self.number(cell, excel_number(value), style)
        else:
            self.formula(cell, formula, style, excel_number(value))

    def _formula(
        self, chart: ChartData, series: int, position: int, number: ex.Number
    ) -> str | None:
        if chart.kind is ChartKind.UNITS:
            return self.live.of_unit(number, position)
        is_last_year = chart.kind is ChartKind.YEARS and series == 0
        return self.live.last_year(number) if is_last_year else self.live.now(number)


def _category_heading(chart: ChartData) -> str:
    return "单位" if chart.kind is ChartKind.UNITS else "指标"


def _number_behind(chart: ChartData, series: int, position: int) -> ex.Number | None:
    """The number of the form that a bar shows."""
    source: Chart | None = chart.source
    if source is None:
        return None
    index = series if chart.kind is ChartKind.UNITS else position
    return source.series[index].value


# --- the drawings -----------------------------------------------------------------------------


def new_chart(book: WorkbookWriter, name: str, kind: str, subtype: str) -> Drawing:
    """A chart of XlsxWriter's, without anything on it. Raises ValueError for an unknown kind."""
    chart = book.workbook.add_chart({"type": kind, "subtype": subtype or None, "name": name})
    if chart is None:
        raise ValueError(f"no chart of the kind {kind}")
    return chart


class ChartDrawer:
    """Draws charts on a sheet from the numbers of 图表数据."""

    def __init__(self, book: WorkbookWriter, sheet: Worksheet) -> None:
        self._book = book
        self._sheet = sheet

    def draw(self, block: Block, cell: Cell, size: tuple[int, int]) -> None:
        """A chart with its corner on a cell, width and height in pixels."""
        chart = block.chart
        subtype = "stacked" if block.is_stacked else ""
        drawing = new_chart(self._book, chart.title, "column", subtype)
        for column in range(len(chart.series)):
            drawing.add_series(_series(block, column))
        title_font = {**_FONT, "size": 12}
        drawing.set_title({"name": block.title, "name_font": title_font, "overlay": False})
        _set_axes(drawing, block)
        drawing.set_legend(_legend(block))
        width, height = size
        drawing.set_size({"width": width, "height": height})
        placed = {"description": alternative_text(block), "object_position": 1}
        self._sheet.insert_chart(*cell, drawing, placed)


def _set_axes(drawing: Drawing, block: Block) -> None:
    names = {"num_font": _name_font(block), "major_tick_mark": "none", "interval_unit": 1}
    drawing.set_x_axis(names)
    grid = {"visible": True, "line": {"color": "#D9D9D9"}}
    drawing.set_y_axis({"num_font": _FONT, "major_gridlines": grid, "min": 0})


def _legend(block: Block) -> dict[str, Any]:
    """None for one series, whose name is the title."""
    if len(block.chart.series) < 2:
        return {"none": True}
    position = "right" if block.is_stacked else "bottom"
    return {"position": position, "font": _FONT}


def _series(block: Block, column: int) -> dict[str, Any]:
    """A series with its cells on the sheet of the numbers."""
    first = block.first_row
    last = first + block.drawn - 1
    own = column + 1
    series: dict[str, Any] = {
        "name": [CHART_DATA_SHEET, block.top + 1, own],
        "categories": [CHART_DATA_SHEET, first, 0, last, 0],
        "values": [CHART_DATA_SHEET, first, own, last, own],
        "fill": {"color": _colour(block.chart, column)},
        "gap": _GAP,
    }
    if not block.is_stacked and block.drawn <= _MOST_LABELS:
        series["data_labels"] = {"value": True, "font": _SMALL_FONT}
    return series


def _name_font(block: Block) -> Mapping[str, Any]:
    """Names of many units are turned, so that all can be read."""
    if block.drawn > _MOST_NAMES:
        return {**_SMALL_FONT, "rotation": _TURNED}
    return _FONT


def _colour(chart: ChartData, column: int) -> str:
    if chart.kind is ChartKind.YEARS:
        return (_BEFORE, COLOURS[0])[column]
    return COLOURS[column % len(COLOURS)]


def alternative_text(block: Block) -> str:
    """What a chart says, for those who do not see it."""
    chart = block.chart
    told = []
    for bars in chart.series:
        largest = max(range(len(bars.values)), key=lambda i: bars.values[i] or Decimal(0))
        value = shown(bars.values[largest] or Decimal(0))
        told.append(f"{bars.label}最多的是{block.categories[largest]}，{value}{bars.unit}")
    largest_of_each = "；".join(told)
    words = f"柱形图“{block.title}”。{largest_of_each}。各数见“{CHART_DATA_SHEET}”页。"
    # as cells: an XML part holds no control characters
    return " ".join(clean(words).split())
