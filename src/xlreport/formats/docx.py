"""Word documents (.docx): what a person sees of the text, as lines and grids.

Source: ECMA-376 part 1, 17 (WordprocessingML), and part 3 (markup compatibility). Only the main
part is read; nothing that lies outside the package is followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xlreport.a1 import Cell
from xlreport.formats import codes, opc
from xlreport.formats.colours import LOWERED, RAISED
from xlreport.formats.drafts import (
    SYMBOL,
    TEXT_BOX,
    Draft,
    Passage,
    Shape,
    count_of,
    document_of,
    tags_of,
)
from xlreport.formats.grid import Document
from xlreport.formats.guard import (
    CellCount,
    Limits,
    Refused,
    XmlHandler,
    open_package,
    parse_xml,
)
from xlreport.formats.runs import SCRIPTS, scripted
from xlreport.submission import PICTURE

KIND = "Word 文档"

_USUAL = "word/document.xml"

_PREFIXES: Mapping[str, str] = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": "wp",
    "urn:schemas-microsoft-com:vml": "v",
}

_NUMBER = re.compile(r"[0-9]{1,4}")
_HALF_POINTS = re.compile(r"(-?)0*[1-9][0-9]{0,3}")
_MOST_COLUMNS = 63
"""Word's own limit on the columns of a table."""

_OFF = frozenset(("0", "false", "off"))

_UNSEEN = frozenset(
    (
        "w:del",
        "w:moveFrom",
        "w:pPrChange",
        "w:rPrChange",
        "w:tcPrChange",
        "w:trPrChange",
        "w:tblPrChange",
        "w:tblPrExChange",
        "w:tblGridChange",
        "w:sectPrChange",
        "w:numberingChange",
        "w:sdtPr",
        "w:rt",
    )
)
"""What was deleted, what was so before a change (part 1, 17.13.5), the properties of a content
control, and how a word is pronounced."""

_BREAKS = frozenset(("w:br", "w:cr", "w:p"))
_TEXTS = frozenset(("w:t", "m:t"))
_SIGNS = {"w:tab": "\t", "w:ptab": "\t", "w:noBreakHyphen": "-"}


def read(data: bytes, limits: Limits) -> Document:
    """Reads a document. Raises Refused."""
    parts = open_package(data, limits)
    text = _Text(limits)
    parse_xml(parts[_main(parts)], text, _PREFIXES)
    return document_of(KIND, text.whole.closed().parts, opc.last_saved(parts))


def _main(parts: opc.Parts) -> str:
    """The part with the text; some programs leave out what leads to it. Raises Refused."""
    mains = set(opc.related(parts, "", "officeDocument"))
    if not mains and _USUAL in parts:
        return _USUAL
    if len(mains) > 1:
        raise Refused(codes.TWO_TEXTS())
    if not mains:
        raise Refused(codes.NO_TEXT())
    return mains.pop()


def _is_on(attributes: Mapping[str, str]) -> bool:
    """Whether a property that is written holds."""
    return attributes.get("w:val", "") not in _OFF


def _number(attributes: Mapping[str, str], otherwise: int) -> int:
    value = attributes.get("w:val", "")
    if _NUMBER.fullmatch(value) is None:
        return otherwise
    return min(int(value), _MOST_COLUMNS)


@dataclass
class _Cell:
    """A cell that is open. `goes_on` is whether it only continues the one above, `joins` whether
    it only continues the one to its left."""

    passage: Passage
    columns: int = 1
    goes_on: bool = False
    joins: bool = False


@dataclass
class _Row:
    """A row that is open: the columns that it leaves out at its beginning, and its cells."""

    before: int = 0
    is_seen: bool = True
    cells: list[_Cell] = field(default_factory=list)


class _Table:
    """A table that is open."""

    def __init__(self, count: CellCount) -> None:
        self.row: _Row | None = None
        self.cell: _Cell | None = None
        self.draft = Draft(Passage(count))
        self._count = count
        self._shapes: dict[Cell, Shape] = {}
        self._rows = 0
        self._above: dict[int, tuple[Cell, int]] = {}
        """By its first column each cell that reaches the last row: where it begins, and where it
        ends to the right."""

    def end_row(self) -> None:
        """Adds the row to the table. Raises Refused."""
        row, self.row = self.row, None
        if row is None:
            return
        for cell in row.cells:
            if cell.passage.has_tables:
                self.draft.after.append(cell.passage.parts)
        if row.is_seen:
            self._add(row)

    def _add(self, row: _Row) -> None:
        column = row.before
        reached: dict[int, tuple[Cell, int]] = {}
        last: int | None = None
        for cell in row.cells:
            end = column + cell.columns
            self._count.add(cell.columns)
            if cell.joins and last is not None:
                reached[last] = self._widened(reached[last][0], end)
            else:
                reached[column] = self._placed(cell, column), end
                last = column
            column = end
        self._above = reached
        self._rows += 1

    def _widened(self, cell: Cell, end: int) -> tuple[Cell, int]:
        """A cell made to end further to the right."""
        shape = self._shapes[cell]
        self._shapes[cell] = Shape(shape.text, shape.rows, end - cell[1])
        return cell, end

    def _placed(self, cell: _Cell, column: int) -> Cell:
        """Where a cell begins: above, where it goes on from there."""
        above, end = self._above.get(column, ((0, 0), 0))
        if cell.goes_on and end == column + cell.columns:
            shape = self._shapes[above]
            self._shapes[above] = Shape(shape.text, shape.rows + 1, shape.columns)
            return above
        own = self._rows, column
        self._shapes[own] = Shape(cell.passage.text, 1, cell.columns)
        return own

    def finished(self) -> Draft:
        """The table as it is. Raises Refused."""
        self.draft.shapes = self._shapes
        return self.draft


@dataclass
class _Run:
    """What is known of the run of text that is open."""

    is_seen: bool = True
    script: str = ""


class _Text(XmlHandler):
    """Collects what a document shows. A text box may hold paragraphs and tables of its own, in the
    middle of a paragraph or a cell."""

    def __init__(self, limits: Limits) -> None:
        self._count = count_of(limits)
        self._tags = tags_of(limits)
        self.whole = Passage(self._count)
        self._passages: list[Passage] = [self.whole]
        self._tables: list[_Table] = []
        self._path: list[str] = []
        self._hidden = 0
        """How many elements are open from the first one on that is not shown."""
        self._choices: list[bool] = []
        """For each choice of markup that is open whether one was made."""
        self._run = _Run()
        self._starts: dict[str, Callable[[Mapping[str, str]], None]] = {
            "mc:AlternateContent": lambda _: self._choices.append(False),
            "w:r": self._begin_run,
            "w:tbl": self._begin_table,
            "w:tr": self._begin_row,
            "w:tc": self._begin_cell,
            "w:txbxContent": lambda _: self._passages.append(Passage(self._count)),
            "w:gridBefore": self._leave_out,
            "w:hidden": self._hide_row,
            "w:del": self._delete_row,
            "w:gridSpan": self._span,
            "w:vMerge": self._merge_down,
            "w:hMerge": self._merge_right,
            "w:vanish": self._hide_run,
            "w:strike": self._hide_run,
            "w:dstrike": self._hide_run,
            "w:vertAlign": self._align,
            "w:position": self._shift,
            "w:sym": lambda _: self._mark(SYMBOL),
            "w:object": lambda _: self._mark(PICTURE),
            "wp:inline": lambda _: self._mark(PICTURE),
            "v:imagedata": lambda _: self._mark(PICTURE),
        }
        self._ends: dict[str, Callable[[], object]] = {
            "mc:AlternateContent": lambda: self._choices.pop(),
            "w:tbl": self._end_table,
            "w:tr": lambda: self._tables[-1].end_row(),
            "w:tc": self._end_cell,
            "w:txbxContent": self._end_box,
        }

    # --- what the parser calls ----------------------------------------------------------------

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._tags.add()
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        begin = None if self._hidden else self._starts.get(name)
        if begin is not None:
            begin(attributes)
        if self._hidden or name in _UNSEEN or self._is_left_out(name):
            self._hidden += 1
        elif name in _BREAKS:
            self._passages[-1].end_line()
        elif parent == "w:r":
            self._say(_SIGNS.get(name, ""))

    def end(self, name: str) -> None:
        self._path.pop()
        if self._hidden:
            self._hidden -= 1
            return
        if name in _BREAKS:
            self._passages[-1].end_line()
        finish = self._ends.get(name)
        if finish is not None:
            finish()

    def data(self, text: str) -> None:
        if not self._hidden and self._path[-1] in _TEXTS:
            self._say(text)

    # --- what it means -----------------------------------------------------------------------

    def _say(self, text: str) -> None:
        if text and self._run.is_seen:
            self._passages[-1].say(scripted(text, self._run.script))

    def _is_left_out(self, name: str) -> bool:
        """Whether this is another way to write what was shown already (part 3, 9.3)."""
        if name not in ("mc:Choice", "mc:Fallback") or not self._choices:
            return False
        is_made = self._choices[-1]
        self._choices[-1] = True
        return is_made

    def _begin_run(self, _: Mapping[str, str]) -> None:
        self._run = _Run()

    def _is_of_a_run(self) -> bool:
        return self._path[-3:-1] == ["w:r", "w:rPr"]

    def _hide_run(self, attributes: Mapping[str, str]) -> None:
        if self._is_of_a_run() and _is_on(attributes):
            self._run.is_seen = False

    def _align(self, attributes: Mapping[str, str]) -> None:
        if self._is_of_a_run():
            self._run.script = SCRIPTS.get(attributes.get("w:val", ""), "")

    def _shift(self, attributes: Mapping[str, str]) -> None:
        """A text moved up or down by half points (17.3.2.24)."""
        match = _HALF_POINTS.fullmatch(attributes.get("w:val", ""))
        if self._is_of_a_run() and match is not None:
            self._run.script = LOWERED if match[1] else RAISED

    def _mark(self, mark: str) -> None:
        """Something that is no text."""
        if self._run.is_seen:
            self._passages[-1].marks.append(mark)

    def _end_box(self) -> None:
        """What a text box says stands beside the text: before the paragraph that it hangs on, or
        behind the table in a cell of which it lies."""
        box = self._passages.pop().closed()
        if self._tables and self._tables[-1].cell is not None:
            self._tables[-1].draft.after.append(box.parts)
            if box.parts:
                self._passages[-1].marks.append(TEXT_BOX)
        else:
            self._passages[-1].parts.append(box.parts)
        self._run = _Run()

    # --- tables ------------------------------------------------------------------------------

    def _begin_table(self, _: Mapping[str, str]) -> None:
        self._count.add()
        self._tables.append(_Table(self._count))

    def _end_table(self) -> None:
        draft = self._tables.pop().finished()
        self._passages[-1].put(draft)

    def _begin_row(self, _: Mapping[str, str]) -> None:
        self._count.add()
        if self._table.row is not None:
            raise Refused(codes.BROKEN_XML())
        self._table.row = _Row()

    @property
    def _table(self) -> _Table:
        """The table that is open. Raises Refused for what lies in none."""
        if not self._tables:
            raise Refused(codes.BROKEN_XML())
        return self._tables[-1]

    @property
    def _row(self) -> _Row:
        """The row that is open. Raises Refused for what lies in none."""
        row = self._table.row
        if row is None:
            raise Refused(codes.BROKEN_XML())
        return row

    def _begin_cell(self, _: Mapping[str, str]) -> None:
        if self._table.cell is not None:
            raise Refused(codes.BROKEN_XML())
        cell = _Cell(Passage(self._count))
        self._row.cells.append(cell)
        self._table.cell = cell
        self._passages.append(cell.passage)

    def _end_cell(self) -> None:
        self._passages.pop().end_line()
        self._table.cell = None

    def _is_of(self, properties: str) -> bool:
        return self._path[-2:-1] == [properties]

    @property
    def _cell(self) -> _Cell:
        """The cell whose properties are told."""
        cell = self._table.cell
        if cell is None:
            raise Refused(codes.BROKEN_XML())
        return cell

    def _leave_out(self, attributes: Mapping[str, str]) -> None:
        if self._is_of("w:trPr"):
            self._row.before = _number(attributes, 0)

    def _hide_row(self, attributes: Mapping[str, str]) -> None:
        if self._is_of("w:trPr") and _is_on(attributes):
            self._row.is_seen = False

    def _delete_row(self, _: Mapping[str, str]) -> None:
        if self._is_of("w:trPr"):
            self._row.is_seen = False

    def _span(self, attributes: Mapping[str, str]) -> None:
        if self._is_of("w:tcPr"):
            self._cell.columns = max(1, _number(attributes, 1))

    def _merge_down(self, attributes: Mapping[str, str]) -> None:
        if self._is_of("w:tcPr"):
            self._cell.goes_on = attributes.get("w:val", "continue") == "continue"

    def _merge_right(self, attributes: Mapping[str, str]) -> None:
        if self._is_of("w:tcPr"):
            self._cell.joins = attributes.get("w:val", "continue") == "continue"
