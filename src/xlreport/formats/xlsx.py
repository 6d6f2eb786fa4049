"""An .xlsx package as sheets of raw cells: types, texts, formulas and cached results as written.

Own reader because each library hides something that matters here (see docs/decisions/0002): raw
number texts, formulas beside their cached results, errors, a cell given twice. Source: ECMA-376
part 1, chapter 18.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats import opc as package
from xlreport.formats.guard import Limits, Refused, damaged, parse_xml, too_much
from xlreport.formats.number_formats import DateFormats
from xlreport.formats.raw import Format, RawBook, RawCell, RawSheet, join_names

_CELL_PATH = ["sheetData", "row", "c"]
"""Where a cell stands below the root of its part (18.3.1.80)."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_ooxml(parts: Mapping[str, bytes], limits: Limits) -> RawBook:
    """Reads every worksheet of a package. Raises Refused."""
    workbook = package.workbook_part(parts)
    listed, names = _workbook(parts[workbook])
    links = {r.id: r.target for r in package.relations(parts, workbook)}
    strings = _strings(parts, workbook)
    dates = _dates(parts, workbook)
    sheets: dict[str, RawSheet] = {}
    count = 0
    for name, key in listed:
        target = links.get(key, "")
        if name in sheets:
            raise Refused(damaged(f"工作表“{name}”出现了两次"))
        if target not in parts:
            raise Refused(damaged(f"工作表“{name}”的内容缺失"))
        reader = _SheetReader(name, strings, dates, limits.cells, count)
        parse_xml(parts[target], reader.start, reader.end, reader.data)
        reader.comments(parts, target)
        count = reader.count
        sheets[name] = reader.sheet
    known, repeated = join_names(names)
    return RawBook(
        sheets,
        known,
        repeated,
        package.custom_properties(parts),
        package.last_saved(parts),
        Format.XLSX,
        package.holds_macros(parts),
        package.holds_links(parts, workbook),
    )


def _workbook(content: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Sheets with their relationship ids, and the book's defined names."""
    sheets: list[tuple[str, str]] = []
    names: list[tuple[str, str]] = []
    current: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            sheets.append((attributes.get("name", ""), attributes.get("id", "")))
        elif name == "definedName" and "localSheetId" not in attributes:
            # a sheet's own name (localSheetId) comes from a copied sheet and never replaces the book's
            current[:] = [attributes.get("name", ""), ""]

    def end(name: str) -> None:
        if name == "definedName" and current:
            names.append((current[0], current[1]))
            current.clear()

    def data(text: str) -> None:
        if current:
            current[1] += text

    parse_xml(content, start, end, data)
    return sheets, names


def unescape(text: str) -> str:
    """`_x000D_` and the like stand for characters that XML cannot hold (22.9.2.19, ST_Xstring)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _strings(parts: Mapping[str, bytes], workbook: str) -> list[str]:
    """Shared strings (18.4); phonetic runs are no part of the text."""
    found: list[str] = []
    state = {"text": False, "phonetic": 0}
    pieces: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            state["phonetic"] += 1
        elif name == "t":
            state["text"] = not state["phonetic"]

    def end(name: str) -> None:
        if name == "si":
            found.append(unescape("".join(pieces)))
        elif name == "rPh":
            state["phonetic"] -= 1
        elif name == "t":
            state["text"] = False

    def data(text: str) -> None:
        if state["text"]:
            pieces.append(text)

    for target in package.related(parts, workbook, "sharedStrings")[:1]:
        parse_xml(parts[target], start, end, data)
    return found


def _dates(parts: Mapping[str, bytes], workbook: str) -> DateFormats:
    """The number formats of the cell styles (18.8.10)."""
    found = DateFormats()
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            found.custom[_index(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            found.cells.append(_index(attributes.get("numFmtId", "0")))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside[0] = False

    for target in package.related(parts, workbook, "styles")[:1]:
        parse_xml(parts[target], start, end)
    return found


def _index(text: str) -> int:
    """A small number as written; -1 for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class _SheetReader:
    """Collects the cells of one worksheet part (18.3); `count` is what the sheets before it had."""

    def __init__(
        self, name: str, strings: list[str], dates: DateFormats, limit: int, count: int
    ) -> None:
        self.sheet = RawSheet(name)
        self.strings = strings
        self.dates = dates
        self.limit = limit
        self.count = count
        self.row = -1
        self.column = -1
        self.cell: Cell | None = None
        self.attributes: dict[str, str] = {}
        self.value: list[str] | None = None
        self.formula: list[str] | None = None
        self.collecting: list[str] | None = None
        self.phonetic = 0
        self.path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self.path[-1] if self.path else ""
        self.path.append(name)
        if parent in ("v", "t") or (name in ("v", "f", "is") and parent != "c"):
            self._misplaced()
        elif name == "row" and parent == "sheetData":
            written = _index(attributes.get("r", ""))
            self.row = written - 1 if written > 0 else self.row + 1
            self.column = -1
            self._counted()
        elif name == "c":
            self._cell(attributes)
        elif name == "v":
            self._once(self.value)
            self.collecting = self.value = []
        elif name == "f":
            self.collecting = self.formula = []
        elif name == "is":
            self._once(self.value)
            self.value = []
        elif name == "t" and not self.phonetic and "is" in self.path[4:]:
            self.collecting = self.value
        elif name == "rPh":
            self.phonetic += 1
        elif name in ("mergeCell", "hyperlink"):
            self._mark(attributes.get("ref", ""))
        elif name == "sheetProtection":
            self.sheet.protected = attributes.get("sheet") in ("1", "true")

    def _cell(self, attributes: dict[str, str]) -> None:
        if self.path[1:] != _CELL_PATH:
            raise Refused(damaged(f"工作表“{self.sheet.name}”里有格子写在表格数据以外"))
        self._counted()
        written = attributes.get("r")
        self.cell = a1.parse(written) if written else (max(0, self.row), self.column + 1)
        if self.cell is None:
            raise Refused(
                damaged(f"工作表“{self.sheet.name}”里有不存在的格子“{str(written)[:20]}”")
            )
        if self.cell[0] != max(0, self.row):
            # one reader goes by the cell, another by its row
            self.sheet.doubt(self.cell)
        self.column = self.cell[1]
        self.attributes = attributes
        self.value = self.formula = None

    def _misplaced(self) -> None:
        """An element where none belongs in a cell: one reader passes over it, another takes it."""
        if self.cell is not None:
            self.sheet.doubt(self.cell)

    def _once(self, seen: list[str] | None) -> None:
        """A second value in one cell: readers differ in which they take."""
        if seen is not None and self.cell is not None:
            self.sheet.doubt(self.cell)

    def _mark(self, reference: str) -> None:
        self._counted()
        first = a1.parse(reference.split(":", 1)[0])
        if first is not None:
            self.sheet.marks.add(first)

    def _counted(self) -> None:
        self.count += 1
        if self.count > self.limit:
            raise too_much("行、单元格、合并、链接和批注的总数", self.count, self.limit, "个")

    def data(self, text: str) -> None:
        if self.collecting is not None:
            self.collecting.append(text)

    def end(self, name: str) -> None:
        self.path.pop()
        if name in ("v", "f", "t"):
            self.collecting = None
        elif name == "rPh":
            self.phonetic -= 1
        elif name == "c" and self.cell is not None:
            self._finish(self.cell)
            self.cell = None

    def _finish(self, cell: Cell) -> None:
        if self.value is None and self.formula is None:
            return
        kind = self.attributes.get("t", "n")
        text = "".join(self.value or [])
        if kind in ("str", "inlineStr"):
            text = unescape(text)
        if kind == "s":
            index = _index(text)
            if not 0 <= index < len(self.strings):
                raise Refused(damaged(f"“{self.sheet.name}”{a1.address(cell)} 指向不存在的文字"))
            text = self.strings[index]
        style = max(0, _index(self.attributes.get("s", "0")))
        date = kind == "d" or (kind == "n" and self.dates.shows(style))
        disguise = self.dates.disguises(style) if kind == "n" and not date else ""
        formula = "".join(self.formula) if self.formula is not None else None
        self.sheet.put(cell, RawCell(kind, text, formula, date, disguise))

    def comments(self, parts: Mapping[str, bytes], target: str) -> None:
        """Notes beside cells: only where they stand matters."""

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "comment":
                self._mark(attributes.get("ref", ""))

        for part in package.related(parts, target, "comments"):
            parse_xml(parts[part], start)
