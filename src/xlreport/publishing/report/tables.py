"""The official tables in WordprocessingML (ECMA-376 part 1, 17.4), with the workbook's geometry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, pairwise
from math import ceil

from lxml.etree import _Element as Element

from xlreport.form.model import Form, Heading, Table
from xlreport.publishing.report.elements import Shape, element, paragraph, run
from xlreport.publishing.report.measures import (
    BODY_FONT,
    CELL_LEADING,
    CELL_PADDING,
    HEADING_CHARACTERS,
    TABLE_SIZES,
    TEXT_WIDTH,
    Face,
)
from xlreport.submission import shown
from xlreport.workbook.layout.sheet import Span, display_width
from xlreport.workbook.layout.table import OfficialTable, official_table

TALL = 20
"""A table with more rows begins a page of its own; the others are kept on one page."""

_USUAL = Heading("").unit
"""What is counted where a definition does not say: no official form says it either."""

_HEAD, _NUMBER = "head", "number"
_LEFT = ("row",)
"""Styles of labels that stand at the left of their cells."""

_SLACK = 10
"""Twips that a line may be longer than its characters."""

_ROOM = TEXT_WIDTH / (10 * TABLE_SIZES[-1])
"""Half-width characters of the smallest size in a line."""

_BESIDE = 1.5
"""Characters that stay free beside a number."""

_LEAST_SHARE = 0.5
"""What row headings keep of their width where numbers are wide."""

_LINE_HEIGHT = 1.3
"""Height of a line, in sizes of its text: the same with every font."""

_ROW_HEIGHT = 1.7
"""Least height of a row, in sizes of its text."""


def table_element(table: Table, numbers: Mapping[str, Decimal]) -> Element:
    """`w:tbl` of a table with its numbers; a number that is not known stays blank."""
    writer = _TableWriter(table, numbers)
    return writer.element()


def measures_of(form: Form, table: Table) -> str:
    """The units of measurement of a table whose headings do not tell them; else empty."""
    fields = [field for field in form.fields.values() if field.table == table.id]
    untold = {field.unit for field in fields if f"单位：{field.unit}" not in field.column_label}
    if untold <= {_USUAL}:
        return ""
    units = dict.fromkeys(field.unit for field in fields)
    return f"计量单位：{'、'.join(units)}"


class _TableWriter:
    def __init__(self, table: Table, numbers: Mapping[str, Decimal]) -> None:
        self.table = table
        self.official: OfficialTable = official_table(table)
        self.texts = {label.span: label.text for label in self.official.labels}
        self.styles = {label.span: label.style for label in self.official.labels}
        for name, span in self.official.fields.items():
            self.texts[span] = shown(numbers[name]) if name in numbers else ""
            self.styles[span] = _NUMBER
        self.columns = _columns(self._widths())
        self.face = Face(BODY_FONT, self._size())
        self.line = round(20 * self.face.size * _LINE_HEIGHT)

    def _widths(self) -> list[float]:
        """Widths in half-width characters of the smallest size: those of the sheet, but numbers get
        what they need, as far as row headings can spare it."""
        widths = list(self.official.widths)
        before = sum(widths)
        for span in self.official.fields.values():
            if span.left == span.right:
                needed = display_width(self.texts[span]) + _BESIDE
                widths[span.left] = max(widths[span.left], needed)
        headings = min(span.left for span in self.official.fields.values())
        if sum(widths) > max(before, _ROOM):
            _share_out(widths, headings)
        return widths

    def _size(self) -> float:
        """Points of the text: the largest with which numbers and short headings over them fit."""
        for size in TABLE_SIZES[:-1]:
            if all(self._fits(span, size) for span in self.official.fields.values()):
                return size
        return TABLE_SIZES[-1]

    def _fits(self, span: Span, size: float) -> bool:
        """Whether a number fits in its cell, and a short heading over it."""
        needed = max(2 * HEADING_CHARACTERS, display_width(self.texts[span]) + _BESIDE)
        return needed * size * 10 <= self._width(span) - 2 * CELL_PADDING

    def _width(self, span: Span) -> int:
        return sum(self.columns[span.left : span.right + 1])

    def element(self) -> Element:
        """The whole table."""
        grid = element("tblGrid", *(element("gridCol", w=width) for width in self.columns))
        made = element("tbl", self._properties(), grid)
        made.extend(self._row(number) for number in range(self.official.rows))
        return made

    def _properties(self) -> Element:
        sides = ("top", "left", "bottom", "right", "insideH", "insideV")
        lines = [element(side, val="single", sz=4, space=0, color="auto") for side in sides]
        paddings = (CELL_LEADING, CELL_PADDING, CELL_LEADING, CELL_PADDING)
        margins = [_width(side, width) for side, width in zip(sides, paddings, strict=False)]
        made = element("tblPr", _width("tblW", TEXT_WIDTH))
        made.append(element("jc", val="center"))
        made.append(element("tblBorders", *lines))
        made.append(element("tblLayout", type="fixed"))
        made.append(element("tblCellMar", *margins))
        made.append(element("tblCaption", val=self.table.title))
        return made

    def _row(self, number: int) -> Element:
        height = round(20 * self.face.size * _ROW_HEIGHT)
        properties = element("trPr", element("cantSplit"))
        properties.append(element("trHeight", val=height, hRule="atLeast"))
        if number < self.official.headings:
            properties.append(element("tblHeader"))
        cells = [self._cell(span, number) for span in self._spans(number)]
        return element("tr", properties, *cells)

    def _spans(self, row: int) -> Iterator[Span]:
        """The rectangles that a row crosses, from left to right."""
        crossing = [span for span in self.texts if span.top <= row <= span.bottom]
        yield from sorted(crossing, key=lambda span: span.left)

    def _cell(self, span: Span, row: int) -> Element:
        """The cell of a rectangle in a row; all but its first row are joined to that."""
        text = self.texts[span]
        properties = self._cell_properties(span, row)
        runs = [run(text, self.face)] if text and row == span.top else []
        align = "left" if self.styles[span] in _LEFT else "center"
        is_last = row == self.official.rows - 1
        together = self.official.rows <= TALL and not is_last
        shape = Shape(align, indent=0, line=self.line, keep_next=together, on_grid=False)
        return element("tc", properties, paragraph(runs, shape, self.face))

    def _cell_properties(self, span: Span, row: int) -> Element:
        properties = element("tcPr", _width("tcW", self._width(span)))
        if span.right > span.left:
            properties.append(element("gridSpan", val=span.right - span.left + 1))
        if span.bottom > span.top:
            kind = "restart" if row == span.top else "continue"
            properties.append(element("vMerge", val=kind))
        margin = self._margin(span)
        if margin:
            sides = (_width("left", margin), _width("right", margin))
            properties.append(element("tcMar", *sides))
        if self._is_squeezed(span):
            properties.append(element("tcFitText"))
        properties.append(element("vAlign", val="center"))
        return properties

    def _margin(self, span: Span) -> int:
        """What a heading over numbers leaves free beside it, so that its lines are alike (结果 over
        维持, not 结果维 over 持); 0 for as usual."""
        characters = len(self.texts[span])
        size = round(20 * self.face.size)
        width = self._width(span)
        room = max(1, (width - 2 * CELL_PADDING) // size)
        if self.styles[span] != _HEAD or characters <= room:
            return 0
        lines = ceil(characters / room)
        longest = ceil(characters / lines)
        return max(0, (width - longest * size) // 2 - _SLACK)

    def _is_squeezed(self, span: Span) -> bool:
        """Whether a number needs more than its cell: it is drawn together, never broken."""
        if self.styles[span] != _NUMBER:
            return False
        needed = display_width(self.texts[span]) * self.face.size * 10
        return needed > self._width(span) - 2 * CELL_PADDING


def _share_out(widths: list[float], headings: int) -> None:
    """Lets numbers have what they need of a line, but for what row headings keep at least."""
    of_headings, of_numbers = sum(widths[:headings]), sum(widths[headings:])
    kept = max(_LEAST_SHARE * of_headings, _ROOM - of_numbers)
    share = (_ROOM - kept) / of_numbers
    widths[headings:] = [width * share for width in widths[headings:]]
    if headings:
        share = kept / of_headings
        widths[:headings] = [width * share for width in widths[:headings]]


def _columns(widths: Sequence[float]) -> list[int]:
    """Widths that fill the type area, in these proportions."""
    scale = TEXT_WIDTH / sum(widths)
    edges = [round(scale * reached) for reached in accumulate(widths, initial=0.0)]
    return [right - left for left, right in pairwise(edges)]


def _width(tag: str, twips: int) -> Element:
    """A width as tables have it."""
    return element(tag, w=twips, type="dxa")
