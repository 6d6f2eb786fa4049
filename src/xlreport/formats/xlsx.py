"""An .xlsx package as sheets of raw cells: types, texts, formulas and cached results as written.

Own reader because each library hides something that matters here (see docs/decisions/0002): raw
number texts, formulas beside their cached results, errors, a cell given twice. Source: ECMA-376
part 1, chapter 18.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, NamedTuple

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats import codes, opc
from xlreport.formats.guard import (
    CellCount,
    Limits,
    Refused,
    XmlHandler,
    open_package,
    parse_xml,
)
from xlreport.formats.number_formats import GENERAL
from xlreport.formats.opc import PREFIXES, Parts
from xlreport.formats.plain_zip import plain_members
from xlreport.formats.raw import (
    Format,
    Hidden,
    RawBook,
    RawCell,
    RawSheet,
    add_range,
    join_names,
)
from xlreport.formats.remarks import read_remarks
from xlreport.formats.runs import Run, RunReader
from xlreport.formats.shown import date_shown
from xlreport.formats.styles import Styles, read_styles
from xlreport.formats.xlsx_rules import RuleReader

Attributes = dict[str, str]

_CELL_PATH = ["sheetData", "row", "c"]
"""Where a cell stands below the root of its part (18.3.1.80)."""

_OWN = frozenset(
    {"worksheet", "sheetData", "row", "c", "v", "f", "is", "t", "r", "rPh", "si", "sst"}
    | {"s", "sheet", "sheets", "id", "name", "state", "definedName", "mergeCell", "ref"}
)
"""Names that mean something here and must not come from another namespace."""

_OTHERS_PLACES = frozenset({"extLst", "oleObjects", "controls", "?:AlternateContent"})
"""Below these other namespaces have names of their own (18.2.10; anchors of embedded objects)."""

_SHEETS = frozenset({"worksheet", "chartsheet", "dialogsheet", "?:macrosheet"})
_INLINE = "inlineStr"
_RULES = "conditionalFormatting"
_TEXTS = ("str", _INLINE)
"""Cells that hold a text of their own, which may be an empty one."""

_NAME_PATH = ["workbook", "definedNames", "definedName"]

_TRUE = ("1", "true")
"""How xsd:boolean says yes."""

_LOWEST, _NARROWEST = 3.0, 1.0
"""Points of a row's height and characters of a column's width: nobody sees a number in less."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read(data: bytes, limits: Limits) -> RawBook:
    """Reads every worksheet of a package. Raises Refused."""
    return read_parts(plain_members(data, limits) or open_package(data, limits), limits)


def read_parts(parts: Parts, limits: Limits, known: Mapping[str, RawSheet] = {}) -> RawBook:
    """Reads every worksheet of a package whose parts are these. `known` has, by the names of their
    parts, sheets that need not be read again: all of them is known. Raises Refused."""
    notes = opc.check_types(parts)
    part = opc.workbook_part(parts)
    workbook = _read_workbook(parts[part])
    sheets = _sheets(parts, part, workbook, limits, known)
    names, repeated = join_names(workbook.names)
    read = {
        part,
        *opc.related(parts, part, "worksheet"),
        *opc.related(parts, part, "sharedStrings"),
    }
    return RawBook(
        sheets,
        names,
        repeated,
        properties=opc.custom_properties(parts),
        saved=opc.last_saved(parts),
        format=Format.XLSX,
        macros=opc.holds_macros(parts),
        links=opc.holds_links(parts, part),
        hidden=workbook.is_hidden,
        notes=(*notes, *opc.odd_parts(parts, read)),
    )


def _read_workbook(content: bytes) -> _Workbook:
    """What the workbook's part says. Raises Refused."""
    workbook = _Workbook()
    parse_xml(content, workbook, PREFIXES)
    if not workbook.is_workbook:
        raise Refused(codes.NO_WORKBOOK())
    return workbook


class Anatomy(NamedTuple):
    """Which parts of a package hold what: the workbook, its sheets by name, its shared strings
    (empty where it has none); with the styles, and how days are counted."""

    workbook: str
    sheets: Mapping[str, str]
    strings: str
    styles: Styles
    since_1904: bool


def anatomy(parts: Parts) -> Anatomy:
    """Where everything lies in a package that was read before. Raises Refused."""
    part = opc.workbook_part(parts)
    workbook = _read_workbook(parts[part])
    targets = opc.targets_by_id(parts, part)
    sheets = {name: targets[relation] for name, relation in workbook.sheets}
    strings = opc.related(parts, part, "sharedStrings")
    return Anatomy(
        part,
        sheets,
        strings[0] if strings else "",
        read_styles(parts, part),
        workbook.since_1904,
    )


class _Workbook(XmlHandler):
    """Collects sheets with their relationship ids, and the book's defined names (18.2).

    `hidden` are the names of sheets that nobody sees, `since_1904` is how days are counted.
    """

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self.since_1904 = False
        self.sheets: list[tuple[str, str]] = []
        self.names: list[tuple[str, str]] = []
        self.defined = ""
        self.target: list[str] | None = None
        self.is_workbook = False
        self.is_hidden = False
        self.path: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        self.path.append(name)
        if self.path == ["workbook"]:
            self.is_workbook = True
        elif self.path == ["workbook", "bookViews", "workbookView"]:
            self.is_hidden = attributes.get("visibility", "visible") != "visible"
        elif self.path == ["workbook", "sheets", "sheet"]:
            if any(key.lower() == "id" for key in attributes):
                # one reader goes by this, another by the id of the relationship
                raise Refused(codes.SMUGGLED())
            if attributes.get("state", "visible") != "visible":
                self.hidden.add(attributes.get("name", ""))
            self.sheets.append((attributes.get("name", ""), attributes.get("r:id", "")))
        elif self.path == ["workbook", "workbookPr"]:
            self.since_1904 = attributes.get("date1904") in _TRUE
        elif self.path == _NAME_PATH and "localSheetId" not in attributes:
            # a sheet's own name (localSheetId) comes from a copied sheet: never the book's
            self.defined = attributes.get("name", "")
            self.target = []

    def foreign(self, local: str) -> None:
        _refuse_smuggled(local, self.path)

    def end(self, name: str) -> None:
        self.path.pop()
        if name == "definedName" and self.target is not None:
            self.names.append((self.defined, "".join(self.target)))
            self.target = None

    def data(self, text: str) -> None:
        if self.target is not None:
            self.target.append(text)


def _sheets(
    parts: Parts, part: str, workbook: _Workbook, limits: Limits, known: Mapping[str, RawSheet]
) -> dict[str, RawSheet]:
    """The worksheets in their order, by name."""
    targets = opc.targets_by_id(parts, part)
    strings = _strings(parts, part)
    styles = read_styles(parts, part)
    count = CellCount(codes.XLSX_CELLS, limits.cells)
    listed = [(name, targets.get(relation, "")) for name, relation in workbook.sheets]
    opc.check_sheets(parts, listed)
    sheets: dict[str, RawSheet] = {}
    for name, target in listed:
        sheet = known.get(target)
        if sheet is None:
            reader = _Sheet(name, strings, styles, count)
            reader.since_1904 = workbook.since_1904
            sheet = _read_sheet(reader, parts, target, is_hidden=name in workbook.hidden)
        else:
            count.add(sheet.size)
        sheets[name] = sheet
    return sheets


def _read_sheet(reader: _Sheet, parts: Parts, part: str, *, is_hidden: bool) -> RawSheet:
    """One worksheet. Raises Refused."""
    before = reader.count.seen
    parse_xml(parts[part], reader, PREFIXES)
    sheet = reader.sheet
    sheet.rules, sheet.looks = reader.rules.rules, reader.styles.looks
    sheet.remarks = read_remarks(parts, part, reader.count)
    sheet.hidden = Hidden(is_hidden, tuple(reader.hidden_rows), tuple(reader.hidden_columns))
    sheet.size = reader.count.seen - before
    return sheet


def _refuse_smuggled(local: str, path: Sequence[str]) -> None:
    """Refuses an element or attribute of a foreign namespace that is called like one of the
    format's own: office programs pass over it, or do not open the file. Raises Refused."""
    if local in _OWN and _OTHERS_PLACES.isdisjoint(path):
        raise Refused(codes.SMUGGLED())


def unescape(text: str) -> str:
    """`_x000D_` and the like stand for characters that XML cannot hold (22.9.2.19, ST_Xstring)."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


class _Strings(XmlHandler):
    """Collects the shared strings (18.4); phonetic runs are no part of the text."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.runs: dict[int, tuple[Run, ...]] = {}
        self.reader = RunReader()
        self.pieces: list[str] = []
        self.in_text = False
        self.phonetic = 0
        self.path: list[str] = []

    def foreign(self, local: str) -> None:
        _refuse_smuggled(local, ())

    def start(self, name: str, attributes: Attributes) -> None:
        self.path.append(name)
        self.reader.start(name, attributes)
        if name == "si":
            if self.path != ["sst", "si"]:
                # whether it counts decides which text each cell shows
                raise Refused(codes.SMUGGLED())
            self.pieces = []
        elif name == "rPh":
            self.phonetic += 1
        elif name == "t":
            self.in_text = not self.phonetic

    def end(self, name: str) -> None:
        self.path.pop()
        if name == "si":
            runs = self.reader.finished()
            if runs:
                self.runs[len(self.strings)] = runs
            self.strings.append(unescape("".join(self.pieces)))
        elif name == "rPh":
            self.phonetic -= 1
        elif name == "t":
            self.in_text = False

    def data(self, text: str) -> None:
        if self.in_text:
            self.pieces.append(text)
            self.reader.say(text)


def _strings(parts: Parts, workbook: str) -> _Strings:
    content = opc.only_related(parts, workbook, "sharedStrings")
    return _Strings() if content is None else _read_strings(content)


def _read_strings(content: bytes) -> _Strings:
    handler = _Strings()
    parse_xml(content, handler, PREFIXES)
    return handler


def shared_strings(content: bytes) -> list[str]:
    """The strings of a part with shared strings (18.4.9). Raises Refused."""
    return _read_strings(content).strings


def _index(text: str) -> int:
    """A small number as written; -1 for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return -1


def _is_hidden(attributes: Attributes, size: str, least: float) -> bool:
    """Whether a row or column is hidden, or made so small that nobody sees it."""
    return attributes.get("hidden") in _TRUE or _is_tiny(attributes.get(size), least)


def _is_tiny(size: str | None, least: float) -> bool:
    """Whether a size is given and is no more than that."""
    try:
        return size is not None and float(size) <= least
    except ValueError:
        return False


def _is_same(own: str, other: str) -> bool:
    """Whether two contents of one cell are the same to people, such as 1.0 and 1."""
    if own.strip() == other.strip():
        return True
    try:
        return Decimal(own.strip()) == Decimal(other.strip())
    except ArithmeticError:
        return False


_OF_CELLS, _OF_TEXT = frozenset(("v", "f", "is")), frozenset(("v", "t"))
"""Elements that belong in a cell and nowhere else, and those that hold text alone."""


class _Sheet(XmlHandler):
    """Collects the cells of one worksheet part (18.3).

    `path` are the open elements, `collecting` what text is added to; `value`, `inline` and
    `formula` are those of the cell being read, None as long as it has none. `counted` is whether
    the row counts: rows and cells without anything in them, however many a program has styled, are
    no data. `low` is whether rows are too low to be seen unless they say otherwise.
    """

    def __init__(self, name: str, strings: _Strings, styles: Styles, count: CellCount) -> None:
        self.sheet = RawSheet(name)
        self.rules = RuleReader(styles)
        self.strings = strings
        self.inline_runs = RunReader()
        self.styles = styles
        self.count = count
        self.since_1904 = False
        self.low = False
        self.data_parts = 0
        self.hidden_rows: list[tuple[int, int]] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.row = -1
        self.counted = False
        self.column = -1
        self.cell: Cell | None = None
        self.attributes: Attributes = {}
        self.value: list[str] | None = None
        self.inline: list[str] | None = None
        self.formula: list[str] | None = None
        self.collecting: list[str] | None = None
        self.phonetic = 0
        self.path: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        parent = self.path[-1] if self.path else ""
        self.path.append(name)
        if not parent and name not in _SHEETS:
            raise Refused(codes.MISSING_SHEET(sheet=self.sheet.name))
        if parent in _OF_TEXT or (name in _OF_CELLS and parent != "c"):
            self._misplaced()
            return
        if self.inline is not None:
            self.inline_runs.start(name, attributes)
        handle = self._STARTS.get(name)
        if handle is not None:
            handle(self, attributes)

    def foreign(self, local: str) -> None:
        _refuse_smuggled(local, self.path)

    def end(self, name: str) -> None:
        self.path.pop()
        if name in ("v", "f", "t"):
            self.collecting = None
        elif name == "rPh":
            self.phonetic -= 1
        elif name == "c" and self.cell is not None:
            self._finish(self.cell)
            self.cell = None
        elif name == "cfRule" and self.path[1:2] == [_RULES]:
            self.rules.end_rule()

    def data(self, text: str) -> None:
        if self.collecting is not None:
            self.collecting.append(text)
            if self.collecting is self.inline:
                self.inline_runs.say(text)
        elif self.path[-1:] == ["formula"]:
            self.rules.data(text)

    def mark(self, reference: str) -> None:
        """Notes that something stands at the first cell of a range."""
        self.count.add()
        first = a1.parse(reference.split(":", 1)[0])
        if first is not None:
            self.sheet.marks.add(first)

    # --- the elements ----------------------------------------------------------------------

    def _start_row(self, attributes: Attributes) -> None:
        if self.path[-2:-1] != ["sheetData"]:
            return
        written = _index(attributes.get("r", ""))
        self.row = written - 1 if written > 0 else self.row + 1
        self.column = -1
        self.counted = False
        if _is_hidden(attributes, "ht", _LOWEST) or (self.low and "ht" not in attributes):
            add_range(self.hidden_rows, self.row, self.row)

    def _start_data(self, _attributes: Attributes) -> None:
        """One reader takes a second part of data, another does not open the file."""
        self.data_parts += 1
        if self.data_parts > 1 or len(self.path) != 2:
            raise Refused(codes.SMUGGLED())

    def _start_sizes(self, attributes: Attributes) -> None:
        """The height of rows that do not give their own (18.3.1.81)."""
        self.low = _is_tiny(attributes.get("defaultRowHeight"), _LOWEST)

    def _start_column(self, attributes: Attributes) -> None:
        """Widths of columns (18.3.1.13), the first and last counted from 1."""
        first, last = _index(attributes.get("min", "")), _index(attributes.get("max", ""))
        is_column = self.path[1:] == ["cols", "col"] and 0 < first <= last
        if is_column and _is_hidden(attributes, "width", _NARROWEST):
            self.count.add()
            add_range(self.hidden_columns, first - 1, last - 1)

    def _start_cell(self, attributes: Attributes) -> None:
        if self.path[1:] != _CELL_PATH or self.path[0] != "worksheet":
            raise Refused(codes.CELL_OUTSIDE(sheet=self.sheet.name))
        written = attributes.get("r")
        cell = a1.parse(written) if written else (self.row, self.column + 1)
        if cell is None:
            raise Refused(codes.NO_SUCH_CELL(sheet=self.sheet.name, cell=str(written)[:20]))
        if cell[0] != self.row:
            # one reader goes by the cell, another by its row
            self.sheet.doubt(cell)
        self.cell = cell
        self.column = cell[1]
        self.attributes = attributes
        self.value = self.inline = self.formula = None
        self.inline_runs = RunReader()

    def _start_value(self, _attributes: Attributes) -> None:
        self._expect_none(self.value)
        self.collecting = self.value = []

    def _start_formula(self, _attributes: Attributes) -> None:
        self.collecting = self.formula = []

    def _start_inline(self, _attributes: Attributes) -> None:
        self._expect_none(self.inline)
        self.inline = []

    def _start_text(self, _attributes: Attributes) -> None:
        if not self.phonetic and "is" in self.path[4:]:
            self.collecting = self.inline

    def _start_phonetic(self, _attributes: Attributes) -> None:
        self.phonetic += 1

    def _start_mark(self, attributes: Attributes) -> None:
        self.mark(attributes.get("ref", ""))

    def _start_merge(self, attributes: Attributes) -> None:
        reference = attributes.get("ref", "")
        self.mark(reference)
        first, _, last = reference.partition(":")
        ends = a1.parse(first), a1.parse(last or first)
        if ends[0] is not None and ends[1] is not None:
            self.sheet.merges.append((ends[0], ends[1]))

    def _start_object(self, _attributes: Attributes) -> None:
        self.sheet.objects = True

    def _start_rule(self, attributes: Attributes) -> None:
        """Something inside a conditional format."""
        if self.path[1:2] == [_RULES]:
            self.count.add()
            self.rules.start(self.path[-1], attributes)

    def _start_view(self, attributes: Attributes) -> None:
        """How the sheet is looked at (18.3.1.87)."""
        self.sheet.zeros = attributes.get("showZeros", "1") in _TRUE

    def _start_protection(self, attributes: Attributes) -> None:
        self.sheet.protected = attributes.get("sheet") in ("1", "true")

    _STARTS: ClassVar[Mapping[str, Callable[[_Sheet, Attributes], None]]] = {
        "sheetData": _start_data,
        "sheetView": _start_view,
        "sheetFormatPr": _start_sizes,
        "row": _start_row,
        "c": _start_cell,
        "v": _start_value,
        "f": _start_formula,
        "is": _start_inline,
        "t": _start_text,
        "rPh": _start_phonetic,
        "col": _start_column,
        "mergeCell": _start_merge,
        "hyperlink": _start_mark,
        "sheetProtection": _start_protection,
        "oleObject": _start_object,
        "control": _start_object,
        "picture": _start_object,
        "conditionalFormatting": _start_rule,
        "cfRule": _start_rule,
        "formula": _start_rule,
        "dataBar": _start_rule,
        "iconSet": _start_rule,
    }
    """What is done at each element; all others are passed over."""

    # --- the cell --------------------------------------------------------------------------

    def _misplaced(self) -> None:
        """An element where none belongs in a cell: one reader passes over it, another takes it."""
        if self.cell is not None:
            self.sheet.doubt(self.cell)

    def _expect_none(self, written: list[str] | None) -> None:
        """A second value in one cell: readers differ in which they take."""
        if written is not None and self.cell is not None:
            self.sheet.doubt(self.cell)

    def _content(self, kind: str, cell: Cell) -> str | None:
        """What the cell holds, as programs show it: a text of the cell itself belongs to its own
        type, a value to all others (18.3.1.4). A cell with the other one alone, or with both where
        they differ, is ambiguous. None where it has neither."""
        value = None if self.value is None else self._text(kind, cell)
        if self.inline is None and kind != _INLINE:
            return value
        inline = None if self.inline is None else unescape("".join(self.inline))
        own, other = (inline, value) if kind == _INLINE else (value, inline)
        if other is not None and (own is None or not _is_same(own, other)):
            self.sheet.doubt(cell)
        return other if own is None else own

    def _finish(self, cell: Cell) -> None:
        """Adds the cell, if there is anything in it."""
        kind = self.attributes.get("t", "n")
        content = self._content(kind, cell)
        if content is None and self.formula is None:
            return
        if not self.counted:
            self.counted = True
            self.count.add()
        self.count.add()
        written = "".join(self.value or self.inline or [])
        is_blank = self.formula is None and not written.strip()
        if is_blank and kind not in _TEXTS:
            return
        formula = None if self.formula is None else "".join(self.formula)
        style = max(0, _index(self.attributes.get("s", "0")))
        self.sheet.put(cell, self._raw(kind, content or "", formula, style))

    def _raw(self, kind: str, text: str, formula: str | None, style: int) -> RawCell:
        """The cell with what its style makes of it."""
        cell = raw_cell(self.styles, kind, text, formula, style, since_1904=self.since_1904)
        runs = self._runs(kind)
        if runs:
            return replace(cell, runs=runs)
        # an error value with metadata stands for what older programs cannot show (18.3.1.4, vm)
        if kind == "e" and "vm" in self.attributes:
            return replace(cell, picture=True)
        return cell

    def _runs(self, kind: str) -> tuple[Run, ...]:
        """The parts of the text that the cell shows; none where they all look like it."""
        if kind == _INLINE:
            runs = self.inline_runs.finished()
        elif kind == "s":
            runs = self.strings.runs.get(_index("".join(self.value or [])), ())
        else:
            return ()
        return tuple(run._replace(text=unescape(run.text)) for run in runs)

    def _text(self, kind: str, cell: Cell) -> str:
        """What the cell holds, with a shared string looked up."""
        text = "".join(self.value or [])
        if kind in _TEXTS:
            return unescape(text)
        if kind != "s":
            return text
        if not text.strip():
            return ""
        index = _index(text)
        if not 0 <= index < len(self.strings.strings):
            raise Refused(codes.NO_SUCH_TEXT(sheet=self.sheet.name, cell=a1.address(cell)))
        return self.strings.strings[index]


def raw_cell(
    styles: Styles,
    kind: str,
    text: str,
    formula: str | None,
    style: int,
    *,
    since_1904: bool = False,
) -> RawCell:
    """A cell of this kind with what its style makes of it; days are counted from 1900 or 1904."""
    if kind != "n":
        unseen = styles.why_unseen(style, kind)
        return RawCell(kind, text, formula, kind == "d", unseen=unseen, style=style)
    formats = styles.formats
    unseen = styles.unseen.get(style, "")
    if formats.shows_date(style):
        is_time = formats.shows_time(style)
        shown = date_shown(text, since_1904=since_1904, is_time=is_time)
        return RawCell(kind, text, formula, True, shown=shown, unseen=unseen, style=style)
    code = formats.code(style)
    return RawCell(
        kind,
        text,
        formula,
        number_format="" if code == GENERAL else code,
        unseen=unseen,
        repeats=style in styles.repeats,
        style=style,
    )
