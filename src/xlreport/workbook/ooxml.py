"""An .xlsx package as sheets of raw cells: types, texts, formulas and cached results as written.

Own reader because each library hides something that matters here (see docs/decisions/0002): raw
number texts, formulas beside their cached results, errors, a cell given twice. Source: ECMA-376
part 1, chapter 18.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.workbook.guard import DEFAULT_LIMITS, Limits, Refused, damaged, parse_xml, too_much

_DATE_FORMATS = frozenset({14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47, *range(27, 37), *range(50, 59)})
_NOT_A_DATE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
MOST_ODD = 200
"""How many repeated cells a sheet lists."""


@dataclass(frozen=True, slots=True)
class RawCell:
    """`kind` is the cell type of 18.18.11 (n, s, str, b, e, d, inlineStr) with texts resolved;
    `text` the value as written; `formula` its text, None where there is none."""

    kind: str
    text: str
    formula: str | None = None
    date: bool = False


@dataclass
class RawSheet:
    """One sheet: its non-empty cells, and cells that are given twice."""

    name: str
    cells: dict[Cell, RawCell] = field(default_factory=dict)
    twice: list[Cell] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    """References of merges, links and comments."""


@dataclass(frozen=True)
class RawBook:
    """A workbook: sheets by name, defined names, custom properties, the last-saved time."""

    sheets: Mapping[str, RawSheet]
    names: Mapping[str, str]
    repeated_names: tuple[str, ...]
    properties: Mapping[str, str]
    saved: str


def read_book(parts: Mapping[str, bytes], limits: Limits = DEFAULT_LIMITS) -> RawBook:
    """Reads every worksheet of a package. Raises Refused."""
    office = _related(parts, "", "officeDocument")
    if not office:
        raise Refused(damaged("找不到工作簿部件（不是表格文件，或已损坏）"))
    workbook = office[0][1]
    listed, names, repeated = _workbook(parts[workbook])
    links = {key: target for key, target, _ in _relations(parts, workbook)}
    strings = _strings(parts, workbook)
    dates = _date_styles(parts, workbook)
    sheets: dict[str, RawSheet] = {}
    left = limits.cells
    for name, key in listed:
        target = links.get(key, "")
        if name in sheets:
            raise Refused(damaged(f"工作表“{name}”出现了两次"))
        if target not in parts:
            raise Refused(damaged(f"工作表“{name}”的内容缺失"))
        reader = _SheetReader(name, strings, dates, left)
        parse_xml(parts[target], reader.start, reader.end, reader.data)
        reader.comments(parts, target)
        left -= reader.count
        sheets[name] = reader.sheet
    return RawBook(sheets, names, repeated, _properties(parts), _saved(parts))


def _relations(parts: Mapping[str, bytes], source: str) -> list[tuple[str, str, str]]:
    """(id, target part, type) of a part's relationships; outside targets are left out."""
    folder, base = posixpath.split(source)
    content = parts.get(posixpath.join(folder, "_rels", base + ".rels"))
    found: list[tuple[str, str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            path = target if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rsplit("/", 1)[-1]
            found.append((attributes.get("Id", ""), posixpath.normpath(path).lstrip("/").lower(), kind))

    if content is not None:
        parse_xml(content, start)
    return found


def _related(parts: Mapping[str, bytes], source: str, kind: str) -> list[tuple[str, str]]:
    return [(key, target) for key, target, type_ in _relations(parts, source) if type_ == kind and target in parts]


def _workbook(content: bytes) -> tuple[list[tuple[str, str]], dict[str, str], tuple[str, ...]]:
    sheets: list[tuple[str, str]] = []
    names: dict[str, str] = {}
    repeated: list[str] = []
    current: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            sheets.append((attributes.get("name", ""), attributes.get("id", "")))
        elif name == "definedName":
            # a sheet's own name (localSheetId) comes from a copied sheet and never replaces the book's
            local = "localSheetId" in attributes
            current[:] = ["" if local else attributes.get("name", "").lower(), ""]

    def end(name: str) -> None:
        if name == "definedName" and current:
            if current[0] in names and names[current[0]] != current[1]:
                repeated.append(current[0])
            if current[0]:
                names.setdefault(current[0], current[1])
            current.clear()

    def data(text: str) -> None:
        if current:
            current[1] += text

    parse_xml(content, start, end, data)
    return sheets, names, tuple(repeated)


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

    for _, target in _related(parts, workbook, "sharedStrings")[:1]:
        parse_xml(parts[target], start, end, data)
    return found


def _date_styles(parts: Mapping[str, bytes], workbook: str) -> frozenset[int]:
    """Indexes of cell formats (18.8.10) that show a number as a date or time."""
    custom: dict[str, str] = {}
    formats: list[str] = []
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            formats.append(attributes.get("numFmtId", "0"))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside[0] = False

    for _, target in _related(parts, workbook, "styles")[:1]:
        parse_xml(parts[target], start, end)
    return frozenset(i for i, key in enumerate(formats) if _shows_date(key, custom))


def _shows_date(key: str, custom: Mapping[str, str]) -> bool:
    if key in custom:
        code = _NOT_A_DATE.sub("", custom[key]).lower()
        return code != "general" and any(letter in code for letter in "ymdhs")
    return key.isascii() and key.isdigit() and int(key[:6]) in _DATE_FORMATS


class _SheetReader:
    """Collects the cells of one worksheet part (18.3)."""

    def __init__(self, name: str, strings: list[str], dates: frozenset[int], limit: int) -> None:
        self.sheet = RawSheet(name)
        self.strings = strings
        self.dates = dates
        self.limit = limit
        self.count = 0
        self.row = -1
        self.column = -1
        self.cell: Cell | None = None
        self.attributes: dict[str, str] = {}
        self.value: list[str] | None = None
        self.formula: list[str] | None = None
        self.collecting: list[str] | None = None
        self.phonetic = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            written = attributes.get("r", "")
            self.row = int(written) - 1 if written.isascii() and written.isdigit() else self.row + 1
            self.column = -1
        elif name == "c":
            self._cell(attributes)
        elif name == "v":
            self.collecting = self.value = []
        elif name == "f":
            self.collecting = self.formula = []
        elif name == "t" and not self.phonetic:
            self.value = self.value or []
            self.collecting = self.value
        elif name == "rPh":
            self.phonetic += 1
        elif name in ("mergeCell", "hyperlink"):
            self._reference(attributes.get("ref", ""))

    def _cell(self, attributes: dict[str, str]) -> None:
        self.count += 1
        self._limit()
        written = attributes.get("r")
        self.cell = a1.parse(written) if written else (max(0, self.row), self.column + 1)
        if self.cell is None:
            raise Refused(damaged(f"工作表“{self.sheet.name}”里有不存在的格子“{str(written)[:20]}”"))
        self.column = self.cell[1]
        self.attributes = attributes
        self.value = self.formula = None

    def _reference(self, reference: str) -> None:
        self.count += 1
        self._limit()
        self.sheet.marks.append(reference)

    def _limit(self) -> None:
        if self.count > self.limit:
            raise too_much("单元格、合并、链接和批注的总数", self.count, self.limit, "个")

    def data(self, text: str) -> None:
        if self.collecting is not None:
            self.collecting.append(text)

    def end(self, name: str) -> None:
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
            index = text.strip()
            inside = index.isascii() and index.isdigit() and int(index[:9]) < len(self.strings)
            if not inside:
                raise Refused(damaged(f"“{self.sheet.name}”{a1.address(cell)} 指向不存在的文字"))
            text = self.strings[int(index)]
        style = self.attributes.get("s", "0")
        date = kind == "d" or (kind == "n" and style.isdigit() and int(style[:6]) in self.dates)
        formula = "".join(self.formula) if self.formula is not None else None
        if cell in self.sheet.cells and len(self.sheet.twice) < MOST_ODD:
            self.sheet.twice.append(cell)
        self.sheet.cells[cell] = RawCell(kind, text, formula, date)

    def comments(self, parts: Mapping[str, bytes], target: str) -> None:
        """Notes beside cells: only where they stand matters."""

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "comment":
                self._reference(attributes.get("ref", ""))

        for _, part in _related(parts, target, "comments"):
            parse_xml(parts[part], start)


def _properties(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Custom document properties (ECMA-376 part 1, 22.3)."""
    found: dict[str, str] = {}
    current = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "property":
            current[0] = attributes.get("name", "")

    def data(text: str) -> None:
        if current[0]:
            found[current[0]] = found.get(current[0], "") + text

    def end(name: str) -> None:
        if name == "property":
            current[0] = ""

    for _, target in _related(parts, "", "custom-properties")[:1]:
        parse_xml(parts[target], start, end, data)
    return {key: value.strip() for key, value in found.items()}


def _saved(parts: Mapping[str, bytes]) -> str:
    """`dcterms:modified` of the core properties (ECMA-376 part 2), empty when it is not told."""
    pieces: list[str] = []
    inside = [False]

    def start(name: str, _: dict[str, str]) -> None:
        inside[0] = name == "modified"

    def data(text: str) -> None:
        if inside[0]:
            pieces.append(text)

    for _, target in _related(parts, "", "core-properties")[:1]:
        parse_xml(parts[target], start, lambda _: inside.__setitem__(0, False), data)
    text = "".join(pieces).strip()
    return text if re.fullmatch(r"\d{4}-\d\d-\d\dT[0-9:.]{5,15}(Z|[+-]\d\d:\d\d)?", text) else ""
