"""A BIFF workbook (.xls, and the .et that WPS writes in that format) as raw cells.

A walk over the records comes first: it tells which cells are formulas, whether a sheet is locked,
links to other files, and the defined names. Then xlrd parses the cells. It never sees the names: it
evaluates the formula of each, which for a relative reference never ends. Source: [MS-XLS],
[MS-OLEPS] for the last-saved time.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.findings import Finding
from xlreport.formats import codes, ole
from xlreport.formats.colours import BLACK
from xlreport.formats.conditional import Look
from xlreport.formats.guard import CellCount, Limits, Refused
from xlreport.formats.number_formats import GENERAL, HIDDEN_TEXT, hides_texts, is_of_times
from xlreport.formats.raw import (
    MOST_ODD,
    Format,
    Hidden,
    RawBook,
    RawCell,
    RawSheet,
    add_range,
    join_names,
)
from xlreport.formats.runs import runs_of
from xlreport.formats.shown import date_shown
from xlreport.formats.xls_remarks import XlsRemarks
from xlreport.formats.xls_rules import XlsRules
from xlreport.formats.xls_styles import XlsStyles

if TYPE_CHECKING:
    import xlrd

FORMULA, EOF, PROTECT, BOUNDSHEET, SUPBOOK, BOF = 0x06, 0x0A, 0x12, 0x85, 0x1AE, 0x809
MERGE_CELLS, NOTE, EXTERN_SHEET, NAME, FILE_PASS = 0xE5, 0x1C, 0x17, 0x18, 0x2F
NUMBER_CELL, RK, MUL_RK = 0x203, 0x27E, 0xBD
STRINGS, CONTINUE = 0xFC, 0x3C
LABEL, BOOL_ERR, RICH_TEXT, SHARED_TEXT = 0x204, 0x205, 0xD6, 0xFD
ROW, COL_INFO, WINDOW1, WINDOW2 = 0x208, 0x7D, 0x3D, 0x23E
_CELLS = frozenset({NUMBER_CELL, RK, MUL_RK, FORMULA, LABEL, BOOL_ERR, RICH_TEXT, SHARED_TEXT})
_ROW_HIDDEN, _OWN_HEIGHT, _USUAL_HEIGHT = 0x20, 0x40, 0x8000
_COLUMN_HIDDEN, _WINDOW_HIDDEN, _ZEROS = 0x01, 0x01, 0x10
_LOWEST, _NARROWEST = 60, 256
"""Three points in twips, and the width of a character: nobody sees less."""

_SHORTEST = 6
"""Bytes of a cell's row, column and style."""

_OWN_BOOK, _ADD_INS = b"\x01\x04", b"\x01\x3a"
"""Second half of a SupBook that stands for the workbook itself, or for add-in functions (2.4.271).
"""

_BIFF8 = b"\x00\x06"
_WORKSHEET = b"\0"
_LOCKED = b"\1\0"
_UNKNOWN_RECORD = struct.pack("<H", 0x0FFF)
_WIDE, _BUILT_IN = 0x01, 0x20
_REF3D, _AREA3D = frozenset({0x3A, 0x5A, 0x7A}), frozenset({0x3B, 0x5B, 0x7B})
_RELATIVE = 0xC000
"""Bits of a column that make its reference relative to where it is used (2.5.198.105)."""

TEXT, NUMBER, DATE, BOOLEAN, ERROR = 1, 2, 3, 4, 5
"""The types of cells that xlrd gives."""

_SUMMARY = "\x05summaryinformation"
_LAST_SAVED = 0x0D
_FILETIME = 0x40
_FILETIME_ZERO = dt.datetime(1601, 1, 1)
_MOST_PROPERTIES = 100


def read(data: bytes, limits: Limits) -> RawBook:
    """Reads every worksheet. Raises Refused."""
    import xlrd
    from xlrd.biffh import XLRDError

    try:
        source = _Source(data)
        records = _walked(source.workbook)
        book = xlrd.open_workbook(
            file_contents=records.without_names(), logfile=io.StringIO(), ragged_rows=True
        )
        return _book(book, source, records, limits)
    except XLRDError:
        raise Refused(codes.NO_XLS_WORKBOOK()) from None
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (on a broken file xlrd raises whatever its parser stumbles on)
        raise Refused(codes.BROKEN_XLS()) from None


def _walked(stream: bytes) -> _Records:
    """The records of all sheets, before xlrd sees them. Raises Refused, BrokenOle."""
    records = _Records(stream)
    if records.encrypted:
        raise Refused(codes.LOCKED())
    records.sheet(0)
    return records


class _Source:
    """The streams of an OLE compound file; a workbook from before it is a stream itself."""

    def __init__(self, data: bytes) -> None:
        self.workbook = data
        self.summary = b""
        self.macros = False
        self.notes: tuple[Finding, ...] = ()
        if data.startswith(ole.SIGNATURE):
            self._take(ole.CompoundFile(data))

    def _take(self, file: ole.CompoundFile) -> None:
        """Raises Refused, BrokenOle."""
        entry = file.root.get("workbook") or file.root.get("book")
        if entry is None or not entry.is_stream:
            raise Refused(codes.NO_XLS_WORKBOOK())
        self.workbook = file.content(entry)
        self.macros = "_vba_project_cur" in file.root or "_vba_project" in file.root
        if file.shared(entry):
            self.notes = (codes.SHARED_SECTORS(),)
        with suppress(ole.BrokenOle):
            self.summary = file.stream(_SUMMARY)


def _book(book: xlrd.Book, source: _Source, records: _Records, limits: Limits) -> RawBook:
    names, repeated = join_names(list(records.names()))
    return RawBook(
        _sheets(book, records, limits),
        names,
        repeated,
        saved=_saved(source.summary),
        format=Format.XLS,
        macros=source.macros,
        links=records.links,
        hidden=records.hidden,
        notes=source.notes,
    )


def _sheets(book: xlrd.Book, records: _Records, limits: Limits) -> dict[str, RawSheet]:
    """The worksheets in their order, by name."""
    count = CellCount(codes.XLS_CELLS, limits.cells)
    looks = _looks(book, records)
    sheets: dict[str, RawSheet] = {}
    for index, source in enumerate(book.sheets()):
        if source.name in sheets:
            raise Refused(codes.TWO_SHEETS(sheet=source.name))
        facts = records.sheet(index)
        sheet = facts.sheet(source.name, is_hidden=source.visibility != 0)
        sheet.rules = facts.rules.rules(lambda index: records.styles.colour(index, BLACK))
        sheet.looks = looks.looks
        for cell, raw in _cells(source, facts.formulas, since_1904=book.datemode == 1):
            count.add()
            rich = _with_runs(raw, facts.texts.get(cell, -1), records)
            sheet.put(cell, looks.styled(rich, facts.styles.get(cell)))
        sheets[source.name] = sheet
    return sheets


def _with_runs(raw: RawCell, string: int, records: _Records) -> RawCell:
    """A cell with the parts of its shared string that are in fonts of their own."""
    starts = records.rich_strings.get(string, ())
    if not starts or raw.kind != "str":
        return raw
    return replace(raw, runs=runs_of(raw.text, starts, records.styles.font))


_Rich = Mapping[int, Sequence[tuple[int, int]]]
"""By the number of a shared string the first letter and the font of each of its parts."""


@dataclass
class _Looks:
    """How the cells of each style look, why nobody sees numbers or texts of it, and which styles
    repeat them."""

    looks: list[Look]
    unseen: list[str]
    repeats: set[int]

    def styled(self, raw: RawCell, style: int | None) -> RawCell:
        """A cell with what its style makes of it; a date shows itself."""
        if style is None or style >= len(self.looks):
            return raw
        code = self.looks[style].code
        unseen = self.unseen[style]
        if raw.kind == "str" and not unseen and hides_texts(code):
            unseen = HIDDEN_TEXT
        if raw.date and is_of_times(code):
            raw = replace(raw, shown=date_shown(raw.text, is_time=True))
        is_number = raw.kind == "n" and not raw.date
        return replace(
            raw,
            number_format=code if is_number and code != GENERAL else "",
            unseen=unseen,
            repeats=is_number and style in self.repeats,
            style=style,
        )


def _looks(book: xlrd.Book, records: _Records) -> _Looks:
    """The styles of a workbook by their number."""
    styles = range(len(book.xf_list))
    looks = [records.styles.look(style, _format(book, style)) for style in styles]
    return _Looks(looks, [look.why_unseen() for look in looks], records.styles.repeats)


def _cells(
    sheet: xlrd.sheet.Sheet, formulas: set[Cell], *, since_1904: bool
) -> Iterator[tuple[Cell, RawCell]]:
    """The cells that hold something, row by row."""
    for row in range(sheet.nrows):
        pairs = zip(sheet.row_types(row), sheet.row_values(row), strict=True)
        for column, (kind, value) in enumerate(pairs):
            cell = (row, column)
            raw = _raw_cell(kind, value, "" if cell in formulas else None)
            if raw is not None and raw.date:
                raw = replace(raw, shown=date_shown(raw.text, since_1904=since_1904))
            if raw is not None:
                yield cell, raw


def _format(book: xlrd.Book, style: int) -> str:
    """The number format of a cell style (2.4.353)."""
    number_format = book.format_map.get(book.xf_list[style].format_key)
    return GENERAL if number_format is None else number_format.format_str


def _raw_cell(kind: int, value: str | float, formula: str | None) -> RawCell | None:
    """A cell as xlrd gives it; None for a blank one without a formula."""
    if kind == TEXT:
        return RawCell("str", str(value), formula)
    if kind in (NUMBER, DATE):
        return RawCell("n", repr(value), formula, kind == DATE)
    if kind == BOOLEAN:
        return RawCell("b", str(int(value)), formula)
    if kind == ERROR:
        return RawCell("e", _error_text(int(value)), formula)
    if formula is None:
        return None
    return RawCell("str", "", formula)


def _error_text(code: int) -> str:
    """`#DIV/0!` and the like (2.5.10)."""
    from xlrd import error_text_from_code

    return str(error_text_from_code.get(code, "#?"))


# --- records -----------------------------------------------------------------------------


@dataclass(slots=True)
class _SheetFacts:
    """What the records say of a worksheet and xlrd does not."""

    formulas: set[Cell] = field(default_factory=set)
    texts: dict[Cell, int] = field(default_factory=dict)
    """The number of the shared string of each cell that has one."""
    styles: dict[Cell, int] = field(default_factory=dict)
    """The style of each cell that holds something."""
    twice: list[Cell] = field(default_factory=list)
    marks: set[Cell] = field(default_factory=set)
    merges: list[tuple[Cell, Cell]] = field(default_factory=list)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    remarks: XlsRemarks = field(default_factory=XlsRemarks)
    rules: XlsRules = field(default_factory=XlsRules)
    zeros: bool = True
    protected: bool = False
    end: int = 0
    """Where its last record ends."""

    def sheet(self, name: str, *, is_hidden: bool) -> RawSheet:
        """A sheet with all this and without cells."""
        return RawSheet(
            name,
            twice=self.twice,
            marks=self.marks,
            merges=self.merges,
            remarks=self.remarks.remarks(),
            hidden=Hidden(is_hidden, tuple(self.hidden_rows), tuple(self.hidden_columns)),
            protected=self.protected,
            zeros=self.zeros,
        )

    def take(self, kind: int, body: bytes) -> None:
        """Notes what a record of the sheet itself says."""
        self.remarks.take(kind, body)
        self.rules.take(kind, body)
        if kind in _CELLS:
            self._take_styles(kind, body)
        if kind == SHARED_TEXT and len(body) >= 10:
            row, column, _, string = struct.unpack_from("<HHHI", body)
            self.texts[row, column] = string
        if kind == FORMULA:
            self.formulas.add(struct.unpack_from("<HH", body))
        elif kind == NOTE:
            self.marks.add(struct.unpack_from("<HH", body))
        elif kind == MERGE_CELLS:
            merges = list(_merged(body))
            self.merges += merges
            self.marks.update(first for first, _ in merges)
        elif kind == PROTECT and body[:2] == _LOCKED:
            self.protected = True
        elif kind == ROW and len(body) >= 14:
            self._take_row(body)
        elif kind == COL_INFO and len(body) >= 10:
            self._take_columns(body)
        elif kind == WINDOW2 and len(body) >= 2:
            self.zeros = bool(body[0] & _ZEROS)

    def _take_styles(self, kind: int, body: bytes) -> None:
        """A cell that is there twice shows what one program takes, and another does not."""
        for cell, style in _styles(kind, body):
            if cell in self.styles and cell not in self.twice and len(self.twice) < MOST_ODD:
                self.twice.append(cell)
            self.styles.setdefault(cell, style)

    def _take_row(self, body: bytes) -> None:
        """2.4.221."""
        (row,) = struct.unpack_from("<H", body)
        height, flags = struct.unpack_from("<H", body, 6)[0], body[12]
        is_low = not height & _USUAL_HEIGHT and height <= _LOWEST and bool(flags & _OWN_HEIGHT)
        if flags & _ROW_HIDDEN or is_low:
            add_range(self.hidden_rows, row, row)

    def _take_columns(self, body: bytes) -> None:
        """2.4.53."""
        first, last, width, _, flags = struct.unpack_from("<HHHHH", body)
        if first <= last and (flags & _COLUMN_HIDDEN or width <= _NARROWEST):
            add_range(self.hidden_columns, first, last)


class _Records:
    """What the records of a workbook stream say, by the worksheets' index."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.links = False
        self.hidden = False
        self.styles = XlsStyles()
        self.encrypted = False
        self._sheet_names: list[str] = []
        self._books: list[bytes] = []
        self._ranges: list[tuple[int, int, int]] = []
        self._names: list[tuple[int, bytes]] = []
        self._starts: list[int] = []
        self._strings: list[bytes] = []
        """The record with the shared strings and those in which it goes on (2.4.265)."""
        self._last = 0
        self._is_biff8 = stream[4:6] == _BIFF8
        for position, kind, body in self._substream(0):
            if kind == FILE_PASS:  # all records behind it are encrypted
                self.encrypted = True
                return
            self._take(position, kind, body)

    def _take(self, position: int, kind: int, body: bytes) -> None:
        """Notes what a record of the whole workbook says."""
        if self._is_biff8:
            self.styles.take(kind, body)
        if kind == BOUNDSHEET:
            self._take_sheet(body)
        elif kind == SUPBOOK:
            self._books.append(body[2:4])
            self.links = self.links or body[2:4] not in (_OWN_BOOK, _ADD_INS)
        elif kind == EXTERN_SHEET and self._is_biff8:
            (count,) = struct.unpack_from("<H", body)
            self._ranges += struct.iter_unpack("<Hhh", body[2 : 2 + 6 * count])
        elif kind == NAME:
            self._names.append((position, body))
        elif kind == STRINGS or (kind == CONTINUE and self._last == STRINGS):
            self._strings.append(body)
            kind = STRINGS
        elif kind == WINDOW1 and len(body) >= 10:
            self.hidden = bool(body[8] & _WINDOW_HIDDEN)
        self._last = kind

    @cached_property
    def rich_strings(self) -> _Rich:
        """The parts of the shared strings that are in fonts of their own, which xlrd keeps only
        where it is to read all formats."""
        from xlrd.book import unpack_SST_table

        if not self._is_biff8 or not self._strings:
            return {}
        (count,) = struct.unpack_from("<I", self._strings[0], 4)
        _, rich = unpack_SST_table(self._strings, count)
        return rich

    def _take_sheet(self, body: bytes) -> None:
        """A sheet of any kind has a name, a worksheet has records too (2.4.28)."""
        self._sheet_names.append(_short_text(body[6:]) if self._is_biff8 else "")
        if body[5:6] == _WORKSHEET:
            (start,) = struct.unpack_from("<I", body)
            self._starts.append(start)

    def without_names(self) -> bytes:
        """The stream with other records in place of the defined names."""
        stream = bytearray(self.stream)
        for position, _ in self._names:
            stream[position : position + 2] = _UNKNOWN_RECORD
        return bytes(stream)

    def names(self) -> Iterator[tuple[str, str]]:
        """The book's own names (2.4.150); only a name for one range of one sheet has a target. What
        is odd about a name is no reason not to read the cells."""
        if not self._is_biff8:
            return
        for _, body in self._names:
            with suppress(struct.error, UnicodeDecodeError):
                flags, _, size, formula_size, _, scope = struct.unpack_from("<HBBHHH", body)
                if scope or flags & _BUILT_IN:
                    continue
                name, end = _text(body, 14, size)
                yield name, self._target(body[end : end + formula_size])

    def _target(self, formula: bytes) -> str:
        """`'sheet'!$A$1:$B$2` for a formula that is one fixed range of this workbook, else
        nothing."""
        found = _fixed_range(formula)
        if found is None or found[0] >= len(self._ranges):
            return ""
        book, first, last = self._ranges[found[0]]
        is_own = book < len(self._books) and self._books[book] == _OWN_BOOK
        if not is_own or first != last or not 0 <= first < len(self._sheet_names):
            return ""
        return f"{a1.quoted(self._sheet_names[first])}!{found[1]}"

    def sheet(self, index: int) -> _SheetFacts:
        """The facts of a worksheet; none for one that the stream does not list."""
        if index >= len(self._starts):
            return _SheetFacts()
        return self._sheets[self._starts[index]]

    @cached_property
    def _sheets(self) -> dict[int, _SheetFacts]:
        """The facts of the worksheets by where each begins. Raises BrokenOle for sheets that share
        records: read once for each, few bytes would be many."""
        found: dict[int, _SheetFacts] = {}
        end = 0
        for start in sorted(self._starts):
            if start < end:
                raise ole.BrokenOle
            found[start] = self._facts(start)
            end = found[start].end
        return found

    def _substream(self, start: int) -> Iterator[tuple[int, int, bytes]]:
        """The records of one substream with their positions, from its BOF to its EOF; nested ones
        (charts) included."""
        depth = 0
        position = start
        while position + 4 <= len(self.stream):
            kind, size = struct.unpack_from("<HH", self.stream, position)
            here, body = position, position + 4
            position = body + size
            yield here, kind, self.stream[body:position]
            if kind == BOF:
                depth += 1
            elif kind == EOF:
                depth -= 1
            if depth <= 0:
                return

    def _facts(self, start: int) -> _SheetFacts:
        facts = _SheetFacts()
        depth = 0
        for position, kind, body in self._substream(start):
            facts.end = position + 4 + len(body)
            depth += (kind == BOF) - (kind == EOF)
            if depth == 1:  # a chart has copies of numbers
                facts.take(kind, body)
        return facts


def _styles(kind: int, body: bytes) -> Iterator[tuple[Cell, int]]:
    """The styles of the cells in a record: one, or those of neighbours in a row (2.4.175)."""
    if len(body) < _SHORTEST:
        return
    row, column, style = struct.unpack_from("<HHH", body)
    if kind != MUL_RK:
        yield (row, column), style
        return
    for i in range((len(body) - 6) // 6):
        (style,) = struct.unpack_from("<H", body, 4 + 6 * i)
        yield (row, column + i), style


def _merged(body: bytes) -> Iterator[tuple[Cell, Cell]]:
    """The first and last cells of merged ranges (2.4.168)."""
    (count,) = struct.unpack_from("<H", body)
    for i in range(count):
        top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * i)
        yield (top, left), (bottom, right)


def _short_text(body: bytes) -> str:
    """A text with one byte for its length (2.5.240)."""
    text, _ = _text(body, 1, body[0])
    return text


def _text(body: bytes, start: int, size: int) -> tuple[str, int]:
    """A text of so many letters and where it ends; a byte before it tells whether a letter has one
    byte or two (2.5.294)."""
    first = start + 1
    if body[start] & _WIDE:
        end = first + 2 * size
        return body[first:end].decode("utf-16-le"), end
    end = first + size
    return body[first:end].decode("latin-1"), end


def _fixed_range(formula: bytes) -> tuple[int, str] | None:
    """Sheet index and range of a formula that is a single 3-D reference without relative parts
    (PtgRef3d, PtgArea3d)."""
    if len(formula) == 7 and formula[0] in _REF3D:
        index, top, left = struct.unpack_from("<HHH", formula, 1)
        bottom, right = top, left
    elif len(formula) == 11 and formula[0] in _AREA3D:
        index, top, bottom, left, right = struct.unpack_from("<HHHHH", formula, 1)
    else:
        return None
    if (left | right) & _RELATIVE:
        return None
    return index, a1.span((top, left), (bottom, right), absolute=True)


# --- the last-saved time -----------------------------------------------------------------


def _saved(stream: bytes) -> str:
    """The last-saved time (PIDSI_LASTSAVE_DTM, UTC), empty when it is not told or not readable."""
    try:
        ticks = _last_saved_ticks(stream)
        if not ticks:
            return ""
        moment = _FILETIME_ZERO + dt.timedelta(microseconds=ticks // 10)
        return moment.isoformat(timespec="seconds") + "Z"
    except (struct.error, OverflowError):
        return ""


def _last_saved_ticks(stream: bytes) -> int:
    """The property in units of 100 nanoseconds since 1601; 0 when it is not there."""
    (start,) = struct.unpack_from("<I", stream, 44)
    (count,) = struct.unpack_from("<I", stream, start + 4)
    for i in range(min(count, _MOST_PROPERTIES)):
        key, offset = struct.unpack_from("<II", stream, start + 8 + 8 * i)
        kind, ticks = struct.unpack_from("<IQ", stream, start + offset)
        if key == _LAST_SAVED and kind == _FILETIME and ticks:
            return int(ticks)
    return 0
