"""An OpenDocument spreadsheet (.ods) as raw cells. Source: OASIS OpenDocument 1.3 part 3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xlreport import a1
from xlreport.formats.guard import Limits, Refused, damaged, locked, parse_xml, too_much
from xlreport.formats.opc import a_time
from xlreport.formats.raw import Format, RawBook, RawCell, RawSheet, join_names

_NUMBERS = frozenset({"float", "percentage", "currency"})
_PART = r"\$?(?:'(?P<{0}q>(?:[^']|'')+)'|(?P<{0}p>[^.']+))?\.\$?(?P<{0}c>[A-Z]+)\$?(?P<{0}r>[0-9]+)"
_RANGE = re.compile(_PART.format("a") + "(?::" + _PART.format("b") + ")?")


def read_ods(parts: Mapping[str, bytes], limits: Limits) -> RawBook:
    """Reads every table of a package. Raises Refused."""
    if b"encryption-data" in parts.get("meta-inf/manifest.xml", b""):
        raise Refused(locked())
    if "content.xml" not in parts:
        raise Refused(damaged("找不到表格内容部件"))
    reader = _Content(limits.cells)
    parse_xml(parts["content.xml"], reader.start, reader.end, reader.data)
    names, repeated = join_names(reader.names)
    properties, saved = _meta(parts.get("meta.xml"))
    macros = any(
        name.startswith(("basic/", "scripts/")) and not name.endswith("/") for name in parts
    )
    return RawBook(
        reader.sheets, names, repeated, properties, saved, Format.ODS, macros, reader.links
    )


def _meta(content: bytes | None) -> tuple[dict[str, str], str]:
    """User-defined properties and the last-saved time."""
    found: dict[str, str] = {}
    current = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        current[0] = (
            attributes.get("name", "")
            if name == "user-defined"
            else "\0date"
            if name == "date"
            else ""
        )

    def data(text: str) -> None:
        if current[0]:
            found[current[0]] = found.get(current[0], "") + text

    if content is not None:
        parse_xml(content, start, lambda _: current.__setitem__(0, ""), data)
    saved = a_time(found.pop("\0date", "").strip())
    return {key: value.strip() for key, value in found.items()}, saved


@dataclass
class _Cell:
    """The cell being read: its attributes, repetition, paragraphs."""

    attributes: dict[str, str]
    repeat: int
    lines: list[str] = field(default_factory=list)

    def raw(self) -> RawCell | None:
        formula = self.attributes.get("formula")
        shown = "\n".join(self.lines)
        kind = self.attributes.get("value-type", "")
        if self.attributes.get("error") or (
            shown.startswith(("#", "Err:")) and formula is not None
        ):
            return RawCell("e", shown, formula)
        if kind in _NUMBERS and "value" in self.attributes:
            return RawCell("n", self.attributes["value"], formula)
        if kind in ("date", "time"):
            return RawCell("d", self.attributes.get(f"{kind}-value", shown), formula, date=True)
        if kind == "boolean":
            return RawCell(
                "b", "1" if self.attributes.get("boolean-value") == "true" else "0", formula
            )
        text = self.attributes.get("string-value", shown)
        return RawCell("str", text, formula) if text or formula is not None else None


class _Content:
    """Collects the tables of content.xml (chapter 9)."""

    def __init__(self, limit: int) -> None:
        self.sheets: dict[str, RawSheet] = {}
        self.names: list[tuple[str, str]] = []
        self.links = False
        self.left = self.limit = limit
        self.path: list[str] = []
        self.sheet: RawSheet | None = None
        self.row = self.column = 0
        self.rows = 1
        self.line: list[tuple[int, RawCell]] = []
        self.cell: _Cell | None = None
        self.hidden = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("annotation", "tracked-changes", "shapes"):
            self.hidden += 1
        self.path.append(name)
        if self.hidden:
            if name == "annotation" and self.sheet is not None:
                self.sheet.marks.add((self.row, self.column))
            return
        match name:
            case "table":
                self._table(attributes)
            case "table-row":
                self.rows = _count(attributes, "number-rows-repeated")
                self.column = 0
                self.line = []
                self._counted(1)
            case "table-cell" | "covered-table-cell":
                self._counted(1)
                self.cell = _Cell(attributes, _count(attributes, "number-columns-repeated"))
                if "number-columns-spanned" in attributes and self.sheet is not None:
                    self.sheet.marks.add((self.row, self.column))
                self.links |= "file:" in attributes.get("formula", "")
            case "named-range" if "table" not in self.path:
                self.names.append(
                    (attributes.get("name", ""), _target(attributes.get("cell-range-address", "")))
                )
            case "named-expression" if "table" not in self.path:
                self.names.append((attributes.get("name", ""), ""))
            case "table-source" | "cell-range-source" | "dde-link":
                self.links = True
            case "p" if self.cell is not None:
                self.cell.lines.append("")
            case "s":
                self.data(" " * min(_count(attributes, "c"), 1000))
            case "tab":
                self.data("\t")
            case "line-break":
                self.data("\n")

    def _table(self, attributes: dict[str, str]) -> None:
        name = attributes.get("name", "")
        if self.sheet is not None:
            raise Refused(damaged(f"工作表“{self.sheet.name}”里嵌套了表格"))
        if name in self.sheets:
            raise Refused(damaged(f"工作表“{name}”出现了两次"))
        self.sheet = RawSheet(name, protected=attributes.get("protected") == "true")
        self.row = 0

    def data(self, text: str) -> None:
        if self.cell is not None and self.cell.lines and not self.hidden and "p" in self.path:
            self.cell.lines[-1] += text

    def end(self, name: str) -> None:
        self.path.pop()
        if name in ("annotation", "tracked-changes", "shapes"):
            self.hidden -= 1
        elif self.hidden:
            return
        elif name in ("table-cell", "covered-table-cell") and self.cell is not None:
            self._cell_done(self.cell)
            self.cell = None
        elif name == "table-row":
            self._row_done()
        elif name == "table" and self.sheet is not None:
            if self.sheet.name.startswith("'file:"):
                self.links = True
            else:
                self.sheets[self.sheet.name] = self.sheet
            self.sheet = None

    def _cell_done(self, cell: _Cell) -> None:
        raw = cell.raw()
        if raw is not None:
            self._counted(cell.repeat * self.rows)
            self.line += [(self.column + i, raw) for i in range(cell.repeat)]
        self.column += cell.repeat

    def _row_done(self) -> None:
        if self.sheet is not None:
            for offset in range(self.rows if self.line else 0):
                for column, raw in self.line:
                    self.sheet.put((self.row + offset, column), raw)
        self.row += self.rows

    def _counted(self, more: int) -> None:
        self.left -= more
        if self.left < 0:
            raise too_much("行、单元格的总数", self.limit - self.left, self.limit, "个")


def _count(attributes: Mapping[str, str], name: str) -> int:
    """A repetition: at least 1, at most the number of rows that Excel has."""
    text = attributes.get(name, "1")
    return max(1, min(int(text[:9]), a1.MAX_ROWS)) if text.isascii() and text.isdigit() else 1


def _target(address: str) -> str:
    """`$'sheet'.$A$1:.$B$2` as `'sheet'!$A$1:$B$2`; empty for anything else (19.610)."""
    match = _RANGE.fullmatch(address)
    if match is None:
        return ""
    sheet = match["aq"].replace("''", "'") if match["aq"] else match["ap"]
    other = match["bq"].replace("''", "'") if match["bq"] else match["bp"]
    if not sheet or (other and other != sheet):
        return ""
    corners = [f"${match['ac']}${match['ar']}"] + (
        [f"${match['bc']}${match['br']}"] if match["bc"] else []
    )
    return f"{a1.quoted(sheet)}!{':'.join(corners)}"
