"""Comments and drawings that lie over the cells of an OOXML sheet, with their words.

Source: ECMA-376 part 1, 18.7 (comments), part 1, 20.5 (spreadsheet drawings); threaded comments as
Excel 365 writes them ([MS-XLSX] 2.6.205).
"""

from __future__ import annotations

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats import opc
from xlreport.formats.guard import CellCount, XmlHandler, parse_optional
from xlreport.formats.opc import PREFIXES, Parts
from xlreport.formats.raw import MOST_ODD, Remark

COMMENT, TEXT_BOX, PICTURE, CHART = "批注", "文本框", "图片", "图表"

_KINDS = {"sp": TEXT_BOX, "pic": PICTURE, "graphicFrame": CHART}
"""What a drawing is called by its element."""

_NAMESPACES = {
    **PREFIXES,
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing": "",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "",
    "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing": "",
    "http://purl.oclc.org/ooxml/drawingml/main": "",
    "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments": "",
}

_ANCHORS = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor")
MOST_LETTERS = 500
"""Of longer words the beginning tells what they are about."""


def read_remarks(parts: Parts, sheet: str, count: CellCount) -> list[Remark]:
    """All comments and drawings of a sheet's part, in the order of their cells."""
    comments = _Comments(count)
    for part in opc.related(parts, sheet, "comments"):
        parse_optional(parts[part], comments, _NAMESPACES)
    return with_drawings(parts, sheet, count, comments.remarks)


def with_drawings(
    parts: Parts, sheet: str, count: CellCount, comments: list[Remark]
) -> list[Remark]:
    """Comments with what stands in the parts that .xlsx and .xlsb share: drawings, and the threads
    that comments repeat."""
    threaded = _Comments(count)
    for part in opc.related(parts, sheet, "threadedComment"):
        parse_optional(parts[part], threaded, _NAMESPACES)
    drawings = _Drawings(count)
    for part in opc.related(parts, sheet, "drawing"):
        parse_optional(parts[part], drawings, _NAMESPACES)
    replaced = {remark.cell for remark in threaded.remarks}
    kept = [remark for remark in comments if remark.cell not in replaced]
    remarks = [*kept, *threaded.remarks, *drawings.remarks]
    return sorted(remarks, key=lambda remark: remark.cell)[:MOST_ODD]


class _Comments(XmlHandler):
    """Collects comments: `comment` with runs of `t`, or `threadedComment` with one `text`."""

    def __init__(self, count: CellCount) -> None:
        self.count = count
        self.remarks: list[Remark] = []
        self.cell: Cell | None = None
        self.pieces: list[str] = []
        self.in_text = False
        self.is_threaded = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("comment", "threadedComment"):
            self.count.add()
            self.cell = a1.parse(attributes.get("ref", ""))
            self.is_threaded = name == "threadedComment"
            self.pieces = []
        elif self.cell is not None:
            self.in_text = name == ("text" if self.is_threaded else "t")

    def end(self, name: str) -> None:
        self.in_text = False
        if name in ("comment", "threadedComment") and self.cell is not None:
            words = "".join(self.pieces)[:MOST_LETTERS].strip()
            if len(self.remarks) < MOST_ODD:
                self.remarks.append(Remark(self.cell, COMMENT, words))
            self.cell = None

    def data(self, text: str) -> None:
        if self.in_text:
            self.pieces.append(text)


class _Drawings(XmlHandler):
    """Collects what is anchored to cells: its first cell, its kind and its words; `is_said` is
    whether what follows is the same again, for older programs (part 3, 9.2)."""

    def __init__(self, count: CellCount) -> None:
        self.count = count
        self.remarks: list[Remark] = []
        self.path: list[str] = []
        self.row = self.column = 0
        self.kind = ""
        self.is_said = False
        self.pieces: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.path.append(name)
        if name in _ANCHORS:
            self.count.add()
            self.row = self.column = 0
            self.kind, self.pieces = "", []
        elif name == "?:Fallback":
            self.is_said = bool(self.kind)
        elif name in _KINDS and not self.kind:
            self.kind = _KINDS[name]
        elif name == "p" and self.pieces and not self.is_said:
            self.pieces.append(" ")

    def end(self, name: str) -> None:
        self.path.pop()
        if name == "?:Fallback":
            self.is_said = False
        if name in _ANCHORS and self.kind and len(self.remarks) < MOST_ODD:
            words = "".join(self.pieces)[:MOST_LETTERS].strip()
            is_box = self.kind == TEXT_BOX
            if words or not is_box:
                self.remarks.append(Remark((self.row, self.column), self.kind, words))

    def data(self, text: str) -> None:
        where = self.path[-2:]
        if where == ["from", "row"]:
            self.row = _whole(text)
        elif where == ["from", "col"]:
            self.column = _whole(text)
        elif where and where[-1] == "t" and not self.is_said:
            self.pieces.append(text)


def _whole(text: str) -> int:
    """A small whole number; 0 for anything else."""
    plain = text.strip()
    is_number = plain.isascii() and plain.isdigit() and len(plain) < 8
    return int(plain) if is_number else 0
