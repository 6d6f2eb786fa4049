"""A binary workbook (.xlsb) as raw cells. Source: [MS-XLSB]; the record types are named as there.

The container is a zip, so the guard's checksums hold for it too.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import ClassVar, NamedTuple

from xlreport import a1
from xlreport.formats import codes, opc
from xlreport.formats.guard import CellCount, Limits, Refused, open_package
from xlreport.formats.number_formats import GENERAL
from xlreport.formats.opc import Parts
from xlreport.formats.raw import (
    Format,
    Hidden,
    RawBook,
    RawCell,
    RawSheet,
    Remark,
    add_range,
    join_names,
)
from xlreport.formats.remarks import COMMENT, MOST_LETTERS, with_drawings
from xlreport.formats.runs import Run, runs_of
from xlreport.formats.shown import date_shown
from xlreport.formats.styles import Styles, theme_colours
from xlreport.formats.xlsb_rules import RuleReader
from xlreport.formats.xlsb_styles import read_styles

ROW_HDR, CELL_BLANK = 0, 1
CELL_RK, CELL_ERROR, CELL_BOOL, CELL_REAL, CELL_ST, CELL_ISST = 2, 3, 4, 5, 6, 7
FMLA_STRING, FMLA_NUM, FMLA_BOOL, FMLA_ERROR = 8, 9, 10, 11
SHORT_BLANK, SHORT_RK, SHORT_ERROR, SHORT_BOOL, SHORT_REAL, SHORT_ST, SHORT_ISST = range(12, 19)
CELL_RSTRING = 62
SST_ITEM, NAME, COL_INFO = 19, 39, 60
WORKBOOK_PROPERTIES, BOOK_VIEW, BEGIN_COMMENT, COMMENT_TEXT = 153, 158, 635, 637
BUNDLE_SH, MERGE_CELL = 156, 176
SUP_BOOK_SRC, SUP_SELF, SUP_SAME, SUP_ADDIN = 355, 357, 358, 667
EXTERN_SHEET, HLINK, SHEET_PROTECTION = 362, 494, 535
BEGIN_SHEET_DATA, END_SHEET_DATA, SHEET_VIEW = 145, 146, 137

ERRORS = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
}
_FORMULAS = frozenset({FMLA_STRING, FMLA_NUM, FMLA_BOOL, FMLA_ERROR})
_BESIDE_CELLS = frozenset({35, 36, 37, 38, 49, 50, 426, 427, 428})
"""Records that may stand between cells (2.1.7.62): future records, metadata, and the formulas of
arrays, which follow the cell that they belong to."""

_FIRST_FUTURE_RECORD = 1024
_SHORT_HEADER, _HEADER = 4, 8
"""Bytes before the value of a cell: its style, and before that its column unless it follows its
neighbour (2.5.9)."""

_SUP_BOOKS = frozenset({SUP_BOOK_SRC, SUP_SELF, SUP_SAME, SUP_ADDIN})
_REF3D, _AREA3D = frozenset({0x3A, 0x5A, 0x7A}), frozenset({0x3B, 0x5B, 0x7B})
_ROW_HIDDEN, _OWN_HEIGHT, _COLUMN_HIDDEN, _WINDOW_HIDDEN, _SINCE_1904 = 0x10, 0x20, 1, 3, 1
_ZEROS = 0x10
_LOWEST, _NARROWEST = 60, 256
"""Three points in twips, and the width of a character: nobody sees less."""

_NO_TEXT = 0xFFFFFFFF
_WHOLE_BOOK = 0xFFFFFFFF
_STYLE_BITS = 0xFFFFFF
_COLUMN_BITS = 0x3FFF


def read(data: bytes, limits: Limits) -> RawBook:
    """Reads every worksheet of a package. Raises Refused."""
    parts = open_package(data, limits)
    try:
        return _book(parts, limits)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Refused(codes.BROKEN_RECORDS()) from None


def _book(parts: Parts, limits: Limits) -> RawBook:
    notes = opc.check_types(parts)
    workbook = opc.workbook_part(parts)
    listed = list(_listed_sheets(parts, workbook))
    sheets = _sheets(parts, workbook, listed, limits)
    named = _names(parts[workbook], [sheet.name for sheet in listed])
    names, repeated = join_names(list(named))
    return RawBook(
        sheets,
        names,
        repeated,
        properties=opc.custom_properties(parts),
        saved=opc.last_saved(parts),
        format=Format.XLSB,
        macros=opc.holds_macros(parts),
        links=opc.holds_links(parts, workbook),
        hidden=_is_hidden(parts[workbook]),
        notes=(*notes, *opc.odd_parts(parts, ())),
    )


def _is_hidden(content: bytes) -> bool:
    """Whether the workbook's window is not shown (2.4.304 BrtBookView)."""
    views = [body for kind, body in _records(content) if kind == BOOK_VIEW]
    return any(len(body) > 28 and body[28] & _WINDOW_HIDDEN for body in views)


def _since_1904(content: bytes) -> bool:
    """How days are counted (2.4.822 BrtWbProp)."""
    properties = [body for kind, body in _records(content) if kind == WORKBOOK_PROPERTIES]
    return any(body[:1] and body[0] & _SINCE_1904 for body in properties)


class _Listed(NamedTuple):
    """A sheet as the workbook lists it: its name, its part, and whether nobody sees it."""

    name: str
    part: str
    hidden: bool


def _listed_sheets(parts: Parts, workbook: str) -> Iterator[_Listed]:
    """The sheets in their order (2.4.303 BrtBundleSh)."""
    targets = opc.targets_by_id(parts, workbook)
    for kind, body in _records(parts[workbook]):
        if kind == BUNDLE_SH:
            relation, end = _wide(body, 8)
            name, _ = _wide(body, end)
            (state,) = struct.unpack_from("<I", body)
            yield _Listed(name, targets.get(relation, ""), state != 0)


_HAS_RUNS = 0x01


class _String(NamedTuple):
    """A text, and the first letter and the number of the font of each of its parts."""

    text: str
    runs: tuple[tuple[int, int], ...] = ()


class _Shared(NamedTuple):
    """What all sheets of a workbook share."""

    strings: Sequence[_String]
    styles: Styles
    since_1904: bool = False


def _shared(parts: Parts, workbook: str) -> _Shared:
    records = _related_records(parts, workbook, "styles")
    styles = read_styles(records, theme_colours(parts, workbook))
    return _Shared(_strings(parts, workbook), styles, _since_1904(parts[workbook]))


def _sheets(
    parts: Parts, workbook: str, listed: Sequence[_Listed], limits: Limits
) -> dict[str, RawSheet]:
    """The worksheets in their order, by name."""
    shared = _shared(parts, workbook)
    count = CellCount(codes.XLSB_CELLS, limits.cells)
    opc.check_sheets(parts, [(name, target) for name, target, _ in listed])
    sheets: dict[str, RawSheet] = {}
    for name, target, is_hidden in listed:
        reader = _Sheet(RawSheet(name), shared, count)
        for kind, body in _records(parts[target]):
            reader.take(kind, body)
        sheet = reader.sheet
        sheet.rules, sheet.looks = reader.rules.rules(shared.styles), shared.styles.looks
        sheet.hidden = Hidden(is_hidden, tuple(reader.hidden_rows), tuple(reader.hidden_columns))
        sheet.remarks = with_drawings(parts, target, count, list(_comments(parts, target)))
        sheets[name] = sheet
    return sheets


# --- records -----------------------------------------------------------------------------


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of each record (2.1.4): both numbers in 7-bit groups, lowest first."""
    position = 0
    while position < len(content):
        kind, position = _packed(content, position, 2)
        size, position = _packed(content, position, 4)
        end = position + size
        if end > len(content):
            raise struct.error("record beyond the end of the part")
        yield kind, content[position:end]
        position = end


def _packed(content: bytes, position: int, most: int) -> tuple[int, int]:
    """A number of at most so many 7-bit groups, and where it ends."""
    value = 0
    for group in range(most):
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << (7 * group)
        if not byte & 0x80:
            break
    return value, position


def _wide(body: bytes, start: int) -> tuple[str, int]:
    """A counted UTF-16 text (2.5.169) and where it ends; a missing one is empty."""
    (count,) = struct.unpack_from("<I", body, start)
    first = start + 4
    if count == _NO_TEXT:
        return "", first
    end = first + 2 * count
    if end > len(body):
        raise struct.error("text beyond the end of the record")
    return body[first:end].decode("utf-16-le", "surrogatepass"), end


def _related_records(parts: Parts, workbook: str, relation: str) -> Iterator[tuple[int, bytes]]:
    """The records of the first part of a kind of relationship."""
    content = opc.only_related(parts, workbook, relation)
    if content is not None:
        yield from _records(content)


def _strings(parts: Parts, workbook: str) -> list[_String]:
    """The shared strings (2.4.820 BrtSSTItem)."""
    records = _related_records(parts, workbook, "sharedStrings")
    return [_string(body) for kind, body in records if kind == SST_ITEM]


def _string(body: bytes) -> _String:
    """A text with the first letter and the font of each of its parts (2.5.123 RichStr, 2.5.132
    StrRun). Raises struct.error."""
    text, end = _wide(body, 1)
    if not body[0] & _HAS_RUNS:
        return _String(text)
    (count,) = struct.unpack_from("<I", body, end)
    runs = body[end + 4 : end + 4 + 4 * count]
    return _String(text, tuple(struct.iter_unpack("<HH", runs[: len(runs) // 4 * 4])))


# --- cells -------------------------------------------------------------------------------


def _real(value: bytes) -> str:
    (number,) = struct.unpack_from("<d", value)
    return repr(number)


def _rk(value: bytes) -> str:
    """A number in 30 bits (2.5.122): a whole one, or the upper bits of a real one; perhaps times
    100."""
    (raw,) = struct.unpack_from("<i", value)
    is_whole, is_hundredfold = raw & 2, raw & 1
    if is_whole:
        number = float(raw >> 2)
    else:
        upper = struct.pack("<I", raw & 0xFFFFFFFC)
        (number,) = struct.unpack("<d", bytes(4) + upper)
    return repr(number / 100 if is_hundredfold else number)


def _bool(value: bytes) -> str:
    return str(value[0])


def _error(value: bytes) -> str:
    return ERRORS.get(value[0], "#?")


def _inline(value: bytes) -> str:
    text, _ = _wide(value, 0)
    return text


def _rich(value: bytes) -> str:
    """A text with formats, as of a shared string (2.5.123)."""
    text, _ = _wide(value, 1)
    return text


_VALUES: Mapping[int, tuple[str, Callable[[bytes], str]]] = {
    CELL_RK: ("n", _rk),
    SHORT_RK: ("n", _rk),
    CELL_REAL: ("n", _real),
    SHORT_REAL: ("n", _real),
    FMLA_NUM: ("n", _real),
    CELL_BOOL: ("b", _bool),
    SHORT_BOOL: ("b", _bool),
    FMLA_BOOL: ("b", _bool),
    CELL_ERROR: ("e", _error),
    SHORT_ERROR: ("e", _error),
    FMLA_ERROR: ("e", _error),
    CELL_ST: ("str", _inline),
    SHORT_ST: ("str", _inline),
    FMLA_STRING: ("str", _inline),
    CELL_RSTRING: ("str", _rich),
}
"""By record type: the kind of cell, and how its value is read. A shared string needs its table."""

_SHARED = frozenset({CELL_ISST, SHORT_ISST})
_BLANKS = frozenset({CELL_BLANK, SHORT_BLANK})
_CELLS = frozenset(_VALUES) | _SHARED | _BLANKS
_SHORT = frozenset(range(SHORT_BLANK, SHORT_ISST + 1))


@dataclass(slots=True)
class _Sheet:
    """Collects the cells of one sheet. Between the beginning and the end of its data every record
    is known: one that is not may be a cell, and a cell that is passed over would be a blank."""

    sheet: RawSheet
    shared: _Shared
    count: CellCount
    rules: RuleReader = field(default_factory=RuleReader)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    row: int = 0
    column: int = -1
    in_data: bool = False
    row_counts: bool = False

    def take(self, kind: int, body: bytes) -> None:
        """Reads a record. Raises Refused."""
        handle = self._TAKES.get(kind)
        if kind in _CELLS:
            self._cell(kind, body)
        elif handle is not None:
            handle(self, body)
        elif self.in_data and kind not in _BESIDE_CELLS and kind < _FIRST_FUTURE_RECORD:
            raise Refused(codes.ODD_RECORD(sheet=self.sheet.name, row=self.row + 1))
        elif self.rules.take(kind, body):
            self.count.add()

    def _begin_data(self, _body: bytes) -> None:
        self.in_data = True

    def _end_data(self, _body: bytes) -> None:
        self.in_data = False

    def _columns(self, body: bytes) -> None:
        if len(body) < 18:
            return
        first, last, width, _, flags = struct.unpack_from("<IIIIH", body)
        if first <= last and (flags & _COLUMN_HIDDEN or width <= _NARROWEST):
            add_range(self.hidden_columns, first, last)

    def _link(self, body: bytes) -> None:
        self.count.add()
        top, _, left, _ = struct.unpack_from("<IIII", body)
        self.sheet.marks.add((top, left))

    def _merge(self, body: bytes) -> None:
        self._link(body)
        top, bottom, left, right = struct.unpack_from("<IIII", body)
        self.sheet.merges.append(((top, left), (bottom, right)))

    def _protect(self, body: bytes) -> None:
        (locked,) = struct.unpack_from("<H", body, 2)
        self.sheet.protected = bool(locked)

    def _view(self, body: bytes) -> None:
        """How the sheet is looked at (2.4.292 BrtBeginWsView)."""
        if body:
            self.sheet.zeros = bool(body[0] & _ZEROS)

    def _row(self, body: bytes) -> None:
        """2.4.743 BrtRowHdr; some programs write only its number."""
        (self.row,) = struct.unpack_from("<I", body)
        self.column = -1
        self.row_counts = False
        if len(body) < 12:
            return
        (height,) = struct.unpack_from("<H", body, 8)
        is_low = height <= _LOWEST and bool(body[11] & _OWN_HEIGHT)
        if body[11] & _ROW_HIDDEN or is_low:
            add_range(self.hidden_rows, self.row, self.row)

    _TAKES: ClassVar[Mapping[int, Callable[[_Sheet, bytes], None]]] = {
        ROW_HDR: _row,
        COL_INFO: _columns,
        BEGIN_SHEET_DATA: _begin_data,
        END_SHEET_DATA: _end_data,
        HLINK: _link,
        MERGE_CELL: _merge,
        SHEET_PROTECTION: _protect,
        SHEET_VIEW: _view,
    }
    """What is done at each record that is neither a cell nor of a conditional format."""

    def _cell(self, kind: int, body: bytes) -> None:
        header = _SHORT_HEADER if kind in _SHORT else _HEADER
        (style,) = struct.unpack_from("<I", body, header - 4)
        if kind in _SHORT:
            self.column += 1
        else:
            (self.column,) = struct.unpack_from("<I", body)
        if self.row >= a1.MAX_ROWS or self.column >= a1.MAX_COLUMNS:
            raise Refused(codes.NO_SUCH_CELLS(sheet=self.sheet.name))
        if kind in _BLANKS:
            return
        self._count()
        cell_kind, text = self._value(kind, body[header:])
        formula = "" if kind in _FORMULAS else None
        style &= _STYLE_BITS
        styles = self.shared.styles
        raw = RawCell(cell_kind, text, formula)
        if cell_kind == "n":
            raw = self._number(text, formula, style)
        unseen = styles.why_unseen(style, cell_kind)
        runs = self._runs(kind, body[header:])
        self.sheet.put((self.row, self.column), replace(raw, unseen=unseen, style=style, runs=runs))

    def _number(self, text: str, formula: str | None, style: int) -> RawCell:
        """A number with what its format makes of it."""
        formats = self.shared.styles.formats
        if formats.shows_date(style):
            is_time = formats.shows_time(style)
            shown = date_shown(text, since_1904=self.shared.since_1904, is_time=is_time)
            return RawCell("n", text, formula, date=True, shown=shown)
        code = formats.code(style)
        number_format = "" if code == GENERAL else code
        repeats = style in self.shared.styles.repeats
        return RawCell("n", text, formula, number_format=number_format, repeats=repeats)

    def _count(self) -> None:
        """A row counts when there is something in it. Raises Refused."""
        if not self.row_counts:
            self.row_counts = True
            self.count.add()
        self.count.add()

    def _runs(self, kind: int, value: bytes) -> tuple[Run, ...]:
        """The parts of a text that are not all in the font of the cell."""
        if kind in _SHARED:
            string = self._shared_string(value)
        elif kind == CELL_RSTRING:
            string = _string(value)
        else:
            return ()
        return runs_of(string.text, string.runs, self.shared.styles.font)

    def _shared_string(self, value: bytes) -> _String:
        (index,) = struct.unpack_from("<I", value)
        return self.shared.strings[int(index)]

    def _value(self, kind: int, value: bytes) -> tuple[str, str]:
        """The kind of cell and what it holds."""
        if kind in _SHARED:
            return "s", self._shared_string(value).text
        cell_kind, value_of = _VALUES[kind]
        return cell_kind, value_of(value)


# --- comments -------------------------------------------------------------------------------


def _comments(parts: Parts, sheet: str) -> Iterator[Remark]:
    """A sheet's comments (2.4.28 BrtBeginComment, 2.4.319 BrtCommentText)."""
    for part in opc.related(parts, sheet, "comments"):
        cell = (0, 0)
        for kind, body in _records(parts[part]):
            if kind == BEGIN_COMMENT:
                row, _, column = struct.unpack_from("<III", body, 4)
                cell = row, column
            elif kind == COMMENT_TEXT:
                yield Remark(cell, COMMENT, _rich(body)[:MOST_LETTERS].strip())


# --- names -------------------------------------------------------------------------------


@dataclass(slots=True)
class _References:
    """What formulas refer to: the kinds of workbooks (2.4.770), and by index a workbook with the
    first and last of its sheets (2.4.687 BrtExternSheet)."""

    sheets: Sequence[str]
    books: list[int] = field(default_factory=list)
    ranges: list[tuple[int, int, int]] = field(default_factory=list)

    def own_sheet(self, index: int) -> str | None:
        """The name of the one sheet of this workbook that an index stands for; None for anything
        else."""
        if index >= len(self.ranges):
            return None
        book, first, last = self.ranges[index]
        if book >= len(self.books) or self.books[book] != SUP_SELF:
            return None
        if first != last or not 0 <= first < len(self.sheets):
            return None
        return self.sheets[first]


def _names(content: bytes, sheets: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Defined names of the whole book (2.4.711 BrtName), with a target where one stands for one
    cell or range."""
    references = _References(sheets)
    rules: list[bytes] = []
    for kind, body in _records(content):
        if kind in _SUP_BOOKS:
            references.books.append(kind)
        elif kind == EXTERN_SHEET:
            (count,) = struct.unpack_from("<I", body)
            references.ranges += struct.iter_unpack("<Iii", body[4 : 4 + 12 * count])
        elif kind == NAME:
            rules.append(body)
    for body in rules:
        # what is odd about a name is no reason not to read the cells
        with suppress(struct.error, UnicodeDecodeError):
            (scope,) = struct.unpack_from("<I", body, 5)
            if scope == _WHOLE_BOOK:
                name, rule = _named_rule(body)
                yield name, _target(rule, references)


def _named_rule(body: bytes) -> tuple[str, bytes]:
    """A name and the formula that it stands for."""
    name, end = _wide(body, 9)
    (size,) = struct.unpack_from("<I", body, end)
    start = end + 4
    return name, body[start : start + size]


def _target(rule: bytes, references: _References) -> str:
    """`'sheet'!$A$1:$B$2` for a formula that is a single range of this workbook, else nothing."""
    found = _range(rule)
    if found is None:
        return ""
    index, address = found
    sheet = references.own_sheet(index)
    if sheet is None:
        return ""
    return f"{a1.quoted(sheet)}!{address}"


def _range(rule: bytes) -> tuple[int, str] | None:
    """Sheet index and range of a formula that is a single 3-D reference (PtgRef3d, PtgArea3d)."""
    if len(rule) == 9 and rule[0] in _REF3D:
        index, top, left = struct.unpack_from("<HIH", rule, 1)
        bottom, right = top, left
    elif len(rule) == 15 and rule[0] in _AREA3D:
        index, top, bottom, left, right = struct.unpack_from("<HIIHH", rule, 1)
    else:
        return None
    first = (top, left & _COLUMN_BITS)
    last = (bottom, right & _COLUMN_BITS)
    return index, a1.span(first, last, absolute=True)
