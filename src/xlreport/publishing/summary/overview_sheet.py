"""概况: where the collection stands, on one screen and one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from xlreport.a1 import Cell, address, quoted
from xlreport.form.model import Form
from xlreport.merging.outcome import Outcome
from xlreport.publishing.overview import Figure, Overview, UnitState
from xlreport.publishing.summary.charts import Block, ChartDrawer, new_chart
from xlreport.publishing.summary.live import LiveFormulas
from xlreport.publishing.summary.names import OVERVIEW_SHEET, STATUS_SHEET
from xlreport.publishing.summary.status_sheet import count_formula, row_count
from xlreport.workbook.layout.sheet import Span, lines_needed
from xlreport.workbook.writer.book import WorkbookWriter, excel_number
from xlreport.workbook.writer.printing import print_on_one_page
from xlreport.workbook.writer.sheet import SheetWriter

_WIDTH, _GAP = 15.0, 2.0
_LEFT_END, _GAP_COLUMN, _RIGHT = 4, 5, 10
"""The last column of the left half, the gap, the last column of the right half."""

_CARDS = ((0, 1), (2, 3), (4, 6), (7, 8), (9, 10))
"""First and last column of each large number."""

_LINK_COLUMNS = ((6, 7), (8, 10))
"""First and last column of the links, two a row."""

_TITLE_HEIGHT, _LINE, _LABEL, _NUMBER, _BAR, _ROW = 36.0, 18.0, 20.0, 42.0, 24.0, 20.0
"""Points of rows: the title, a line of text, above a large number, the number, the bar, a
figure."""

_CHART_ROWS, _PIXELS_A_ROW = 12, 20
_COLUMN_PIXELS = int(_WIDTH * 7 + 5)
_HALF = 5 * _COLUMN_PIXELS
_BAR_PIXELS = 32
_WHOLE = 2 * _HALF + int(_GAP * 7 + 5)
"""Pixels of half the sheet, of the bar's height, of the whole sheet."""

_MOST_POINTS = 4
"""How many things are told that keep the totals from being final."""

_LONGEST_POINT = 150
"""Characters of such a thing; its list of units is cut behind a name."""

_BAR_COLOURS = {"good": "#70AD47", "bad": "#C00000", "warn": "#F4B183"}
"""Of the bar, by the styles of the large numbers."""


@dataclass(frozen=True)
class Card:
    """A large number: `formula` is None where it is no count of rows."""

    label: str
    number: int
    style: str
    formula: str | None = None


class OverviewLayout:
    """Where everything stands on the first sheet."""

    def __init__(self, overview: Overview) -> None:
        self.overview = overview
        self.points = _points(overview)

    @property
    def label_row(self) -> int:
        """The row above the large numbers."""
        return 1 + len(self.points) + 1

    @property
    def number_row(self) -> int:
        """The row of the large numbers."""
        return self.label_row + 1

    @property
    def bar_row(self) -> int:
        """The row of the bar."""
        return self.label_row + 2

    @property
    def head_row(self) -> int:
        """The row of the headings of figures and links."""
        return self.label_row + 4

    def card_cell(self, index: int) -> Cell:
        """The cell of a large number."""
        return self.number_row, _CARDS[index][0]

    def figure_cells(self, index: int) -> tuple[Cell, Cell]:
        """The cells of a figure and of last year's."""
        row = self.head_row + 1 + index
        return (row, 2), (row, 3)

    def chart_row(self, links: int) -> int:
        """The row in which the charts begin."""
        rows = max(len(self.overview.headlines), links)
        return self.head_row + rows + 2

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The large numbers, in their order."""
        by_state = [self._of_state(state, style) for state, style in _STATES]
        return (self._expected(), *by_state, self._unusable())

    def _expected(self) -> Card:
        expected = self.overview.expected
        if expected is None:
            return Card("已报单位（没有名册）", len(self.overview.units), "blue")
        return Card("应报单位", expected, "blue")

    def _of_state(self, state: UnitState, style: str) -> Card:
        """How many units stand there, whatever is added to the word for it."""
        units = self.overview.in_state(state)
        labels = {row.state_label for row in units} | {state.label}
        formula = count_formula(self._rows, sorted(labels))
        return Card(state.label, len(units), style, formula)

    def _unusable(self) -> Card:
        formula = count_formula(self._rows, [Outcome.REJECTED.label])
        return Card("不能计入的文件", len(self.overview.unusable), "grey", formula)

    @cached_property
    def _rows(self) -> int:
        """How many rows the list has in which units and files are counted."""
        return row_count(self.overview)


_STATES = ((UnitState.ACCEPTED, "good"), (UnitState.RETURNED, "bad"), (UnitState.MISSING, "warn"))


def _points(overview: Overview) -> list[str]:
    """What keeps the totals from being final, short enough for the first screen."""
    points = [_shortened(point) for point in overview.open_points[:_MOST_POINTS]]
    more = len(overview.open_points) - _MOST_POINTS
    if more > 0:
        points.append(f"另有 {more} 项，见“封面”")
    return points


def _shortened(point: str) -> str:
    """A line whose list of names ends behind a whole name."""
    if len(point) <= _LONGEST_POINT:
        return point
    whole, mark, _ = point[:_LONGEST_POINT].rpartition("、")
    kept = whole if mark else point[:_LONGEST_POINT]
    return f"{kept}等，全部见“{STATUS_SHEET}”"


def write_overview(
    book: WorkbookWriter,
    form: Form,
    overview: Overview,
    blocks: Sequence[Block],
    sheets: Sequence[str],
) -> None:
    """The sheet; `sheets` are those that it leads to, `blocks` the numbers of its charts."""
    _OverviewSheet(book, form, overview).write(blocks, sheets)


class _OverviewSheet(SheetWriter):
    def __init__(self, book: WorkbookWriter, form: Form, overview: Overview) -> None:
        super().__init__(book, OVERVIEW_SHEET)
        self.overview = overview
        self.layout = OverviewLayout(overview)
        self.live = LiveFormulas(book, form, OVERVIEW_SHEET)

    def write(self, blocks: Sequence[Block], sheets: Sequence[str]) -> None:
        """The whole sheet."""
        widths = [_WIDTH] * (_RIGHT + 1)
        widths[_GAP_COLUMN] = _GAP
        self.widths(*widths)
        self._title()
        self._points()
        for index, card in enumerate(self.layout.cards):
            self._card(index, card)
        self._bar()
        self._figures()
        links = self._links(sheets)
        bottom = self._charts(blocks, self.layout.chart_row(links))
        printed = Span(0, 0, bottom, _RIGHT)
        print_on_one_page(self.sheet, printed, landscape=True)
        self.sheet.freeze_panes(1, 0)
        self.close((0, 0))
        self.sheet.activate()
        self.sheet.set_first_sheet()

    # --- at the top ---------------------------------------------------------------------------

    def _title(self) -> None:
        overview = self.overview
        title = f"{overview.county}{overview.year} 年度{overview.title}汇总概况"
        self.merge(Span.line(0, 0, _RIGHT), title, "title")
        self.height(0, _TITLE_HEIGHT)

    def _points(self) -> None:
        """What keeps the totals from being final; and what to do now."""
        width = _WIDTH * 10
        row = 1
        for row, point in enumerate(self.layout.points, start=1):
            self._line(row, point, "open_point", width)
        steps = "；".join(self.overview.next_steps)
        style = "all_well" if self.overview.is_final else "next_step"
        following = len(self.layout.points) + 1
        told = f"现在要做的：{steps}。{self.overview.incomparable}"
        self._line(following, told, style, width)

    def _line(self, row: int, text: str, style: str, width: float) -> None:
        self.merge(Span.line(row, 0, _RIGHT), text, style)
        # 12 points where `lines_needed` counts characters of 10.5
        lines = lines_needed(text, width * 0.86)
        self.height(row, _LINE * lines)

    def _card(self, index: int, card: Card) -> None:
        left, right = _CARDS[index]
        layout = self.layout
        self.merge(Span.line(layout.label_row, left, right), card.label, f"card_label_{card.style}")
        self.height(layout.label_row, _LABEL)
        self.height(layout.number_row, _NUMBER)
        span = Span.line(layout.number_row, left, right)
        style = f"card_{card.style}"
        self.join(span, style)
        if card.formula is None:
            self.number(span.cell, card.number, style)
        else:
            self.formula(span.cell, card.formula, style, card.number)

    def _bar(self) -> None:
        """How the units divide: one bar of the whole width."""
        row = self.layout.bar_row
        self.height(row, _BAR)
        bar = new_chart(self.book, STATUS_SHEET, "bar", "percent_stacked")
        units = [
            index for index, card in enumerate(self.layout.cards) if card.style in _BAR_COLOURS
        ]
        for index in units:
            bar.add_series(self._part_of_bar(index))
        bar.set_legend({"none": True})
        for axis in (bar.set_x_axis, bar.set_y_axis):
            axis({"visible": False, "major_gridlines": {"visible": False}})
        bar.set_plotarea({"layout": {"x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0}})
        bar.set_chartarea({"border": {"none": True}})
        bar.set_size({"width": _WHOLE, "height": _BAR_PIXELS})
        cards = [self.layout.cards[index] for index in units]
        told = "，".join(f"{card.label} {card.number} 个" for card in cards)
        placed = {"description": f"条形图：{told}。", "object_position": 1}
        self.sheet.insert_chart(row, 0, bar, placed)

    def _part_of_bar(self, index: int) -> dict[str, object]:
        """A large number as a part of the bar."""
        row, column = self.layout.card_cell(index)
        card = self.layout.cards[index]
        return {
            "name": [OVERVIEW_SHEET, self.layout.label_row, column],
            "values": [OVERVIEW_SHEET, row, column, row, column],
            "fill": {"color": _BAR_COLOURS[card.style]},
            "gap": 0,
        }

    # --- figures and links --------------------------------------------------------------------

    def _figures(self) -> None:
        """The numbers that are shown first, last year's beside them."""
        year = self.overview.year
        row = self.layout.head_row
        self.height(row, _ROW)
        self.merge(Span.line(row, 0, 1), "主要数字", "figure_head")
        headings = (f"{year} 年", f"{year - 1} 年", "增减")
        for column, heading in enumerate(headings, start=2):
            self.string((row, column), heading, "figure_head")
        for index, figure in enumerate(self.overview.headlines):
            self._figure(index, figure)

    def _figure(self, index: int, figure: Figure) -> None:
        now, before = self.layout.figure_cells(index)
        row = now[0]
        self.height(row, _ROW)
        measure = f"（{figure.unit}）" if figure.unit else ""
        self.merge(Span.line(row, 0, 1), figure.label + measure, "figure_label")
        kind = "count" if figure.source is None else self.live.kind(figure.source)
        self._number(now, figure, f"figure_{kind}")
        self._before(before, figure, f"before_{kind}")
        change = (row, before[1] + 1)
        if figure.change is None:
            self.blank(change, f"change_{kind}")
            return
        formula = f"={address(now)}-{address(before)}"
        self.formula(change, formula, f"change_{kind}", excel_number(figure.change))

    def _number(self, cell: Cell, figure: Figure, style: str) -> None:
        if figure.value is None:
            self.blank(cell, style)
            return
        formula = None if figure.source is None else self.live.now(figure.source)
        self._written(cell, formula, excel_number(figure.value), style)

    def _before(self, cell: Cell, figure: Figure, style: str) -> None:
        if figure.before is None:
            self.string(cell, "—", style)
            return
        formula = None if figure.source is None else self.live.last_year(figure.source)
        self._written(cell, formula, excel_number(figure.before), style)

    def _written(self, cell: Cell, formula: str | None, number: float, style: str) -> None:
        if formula is None:
            self.number(cell, number, style)
        else:
            self.formula(cell, formula, style, number)

    def _links(self, sheets: Sequence[str]) -> int:
        """A link to each sheet, two a row; gives how many rows they take."""
        head = self.layout.head_row
        all_links = Span.line(head, _LINK_COLUMNS[0][0], _RIGHT)
        self.merge(all_links, "各页（点一下，到那一页）", "figure_head")
        for index, sheet in enumerate(sheets):
            line, side = divmod(index, len(_LINK_COLUMNS))
            self._link(Span.line(head + 1 + line, *_LINK_COLUMNS[side]), sheet)
        rows = (len(sheets) + 1) // len(_LINK_COLUMNS)
        if len(sheets) % len(_LINK_COLUMNS):
            self.merge(Span.line(head + rows, *_LINK_COLUMNS[1]), "", "overview_link")
        return rows

    def _link(self, span: Span, sheet: str) -> None:
        self.height(span.top, _ROW)
        self.join(span, "overview_link")
        style = self.book.styles["overview_link"]
        self.sheet.write_url(*span.cell, f"internal:{quoted(sheet)}!A1", style, sheet)

    # --- charts -------------------------------------------------------------------------------

    def _charts(self, blocks: Sequence[Block], top: int) -> int:
        """The charts, two beside each other, an odd one alone; gives the last row."""
        drawer = ChartDrawer(self.book, self.sheet)
        row = top
        height = _CHART_ROWS * _PIXELS_A_ROW
        for pair in _pairs(blocks):
            for side, block in enumerate(pair):
                column = 0 if side == 0 else _GAP_COLUMN + 1
                width = _HALF if len(pair) > 1 else _WHOLE
                drawer.draw(block, (row, column), (width, height - 6))
            row += _CHART_ROWS
        return max(top, row - 1)


def _pairs(blocks: Sequence[Block]) -> Iterator[Sequence[Block]]:
    """Two by two; the last one alone where their number is odd."""
    starts = [*range(0, len(blocks), 2), len(blocks)]
    for start, end in pairwise(starts):
        yield blocks[start:end]
