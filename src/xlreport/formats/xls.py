"""A BIFF workbook (.xls, and the .et that WPS writes in that format) as raw cells.

xlrd parses the cells; a walk over the records adds what it does not tell: which cells are
formulas, whether a sheet is locked, links to other files. Source: [MS-XLS], [MS-OLEPS] for the
last-saved time.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlreport import a1
from xlreport.a1 import Cell
from xlreport.formats import codes
from xlreport.formats.guard import CellCount, Limits, Refused
from xlreport.formats.raw import Format, RawBook, RawCell, RawSheet, join_names

if TYPE_CHECKING:
    import xlrd

FORMULA, EOF, PROTECT, BOUNDSHEET, SUPBOOK, BOF = 0x06, 0x0A, 0x12, 0x85, 0x1AE, 0x809
MERGE_CELLS, NOTE = 0xE5, 0x1C
_OWN_BOOKS = (b"\x01\x04", b"\x01\x3a")
"""Second half of a SupBook that stands for the workbook itself, or for add-in functions (2.4.271).
"""

_WORKSHEET = b"\0"
_LOCKED = b"\1\0"
_GLOBAL_SCOPE = -1

TEXT, NUMBER, DATE, BOOLEAN, ERROR = 1, 2, 3, 4, 5
"""The types of cells that xlrd gives."""

_SUMMARY = "\x05SummaryInformation"
_LAST_SAVED = 0x0D
_FILETIME = 0x40
_FILETIME_ZERO = dt.datetime(1601, 1, 1)
_MOST_PROPERTIES = 100


def read(data: bytes, limits: Limits) -> RawBook:
    """Reads every worksheet. Raises Refused."""
    import xlrd
    from xlrd.biffh import XLRDError

    log = io.StringIO()
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=log, ragged_rows=True)
        return _book(book, data, limits)
    except XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Refused(codes.LOCKED()) from None
        raise Refused(codes.NO_XLS_WORKBOOK()) from None
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (on a broken file xlrd raises whatever its parser stumbles on)
        raise Refused(codes.BROKEN_XLS()) from None


def _book(book: xlrd.Book, data: bytes, limits: Limits) -> RawBook:
    streams = _Streams(data)
    records = _Records(streams.named("Workbook", "Book") or data)
    sheets = _sheets(book, records, limits)
    names, repeated = join_names(list(_names(book)))
    return RawBook(
        sheets,
        names,
        repeated,
        saved=_saved(streams.named(_SUMMARY)),
        format=Format.XLS,
        macros="_VBA_PROJECT".encode("utf-16-le") in data,
        links=records.links,
    )


def _sheets(book: xlrd.Book, records: _Records, limits: Limits) -> dict[str, RawSheet]:
    """The worksheets in their order, by name."""
    count = CellCount(codes.XLS_CELLS, limits.cells)
    sheets: dict[str, RawSheet] = {}
    for index, source in enumerate(book.sheets()):
        if source.name in sheets:
            raise Refused(codes.TWO_SHEETS(sheet=source.name))
        facts = records.sheet(index)
        sheet = RawSheet(source.name, protected=facts.protected)
        for cell, raw in _cells(source, facts.formulas):
            count.add()
            sheet.put(cell, raw)
        sheet.marks.update(facts.marks)
        sheets[source.name] = sheet
    return sheets


def _cells(sheet: xlrd.sheet.Sheet, formulas: set[Cell]) -> Iterator[tuple[Cell, RawCell]]:
    """The cells that hold something, row by row."""
    for row in range(sheet.nrows):
        pairs = zip(sheet.row_types(row), sheet.row_values(row), strict=True)
        for column, (kind, value) in enumerate(pairs):
            cell = (row, column)
            raw = _raw_cell(kind, value, "" if cell in formulas else None)
            if raw is not None:
                yield cell, raw


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
    return None if formula is None else RawCell("str", "", formula)


def _error_text(code: int) -> str:
    """`#DIV/0!` and the like (2.5.10)."""
    from xlrd import error_text_from_code

    return str(error_text_from_code.get(code, "#?"))


def _names(book: xlrd.Book) -> Iterator[tuple[str, str]]:
    """The book's own names; only a name for one range of one sheet has a target."""
    for name in book.name_obj_list:
        if name.scope == _GLOBAL_SCOPE:
            yield name.name, _target(book, name)


def _target(book: xlrd.Book, name: xlrd.book.Name) -> str:
    """`'sheet'!$A$1:$B$2`, or nothing."""
    result = name.result
    if result is None or not isinstance(result.value, list) or len(result.value) != 1:
        return ""
    sheet, behind, top, bottom, left, right = result.value[0].coords
    if behind != sheet + 1 or not 0 <= sheet < book.nsheets:
        return ""
    first = a1.address((top, left), absolute=True)
    last = a1.address((bottom - 1, right - 1), absolute=True)
    area = first if first == last else f"{first}:{last}"
    return f"{a1.quoted(book.sheet_names()[sheet])}!{area}"


# --- records -----------------------------------------------------------------------------


@dataclass(slots=True)
class _SheetFacts:
    """What the records say of a worksheet and xlrd does not."""

    formulas: set[Cell] = field(default_factory=set)
    marks: set[Cell] = field(default_factory=set)
    protected: bool = False


class _Records:
    """What the records of a workbook stream say, by the worksheets' index."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.links = False
        starts: list[int] = []
        for kind, body in self._substream(0):
            if kind == BOUNDSHEET and body[5:6] == _WORKSHEET:
                (start,) = struct.unpack_from("<I", body)
                starts.append(start)
            elif kind == SUPBOOK and body[2:4] not in _OWN_BOOKS:
                self.links = True
        self._sheets = [self._facts(start) for start in starts]

    def sheet(self, index: int) -> _SheetFacts:
        """The facts of a worksheet; none for one that the stream does not list."""
        return self._sheets[index] if index < len(self._sheets) else _SheetFacts()

    def _substream(self, start: int) -> Iterator[tuple[int, bytes]]:
        """The records of one substream, from its BOF to its EOF; nested ones (charts) included."""
        depth = 0
        position = start
        while position + 4 <= len(self.stream):
            kind, size = struct.unpack_from("<HH", self.stream, position)
            body = position + 4
            position = body + size
            yield kind, self.stream[body:position]
            if kind == BOF:
                depth += 1
            elif kind == EOF:
                depth -= 1
            if depth <= 0:
                return

    def _facts(self, start: int) -> _SheetFacts:
        facts = _SheetFacts()
        for kind, body in self._substream(start):
            if kind == FORMULA:
                facts.formulas.add(struct.unpack_from("<HH", body))
            elif kind == NOTE:
                facts.marks.add(struct.unpack_from("<HH", body))
            elif kind == MERGE_CELLS:
                facts.marks.update(_merged(body))
            elif kind == PROTECT and body[:2] == _LOCKED:
                facts.protected = True
        return facts


def _merged(body: bytes) -> Iterator[Cell]:
    """The first cells of merged ranges (2.4.168)."""
    (count,) = struct.unpack_from("<H", body)
    for i in range(count):
        top, _, left, _ = struct.unpack_from("<HHHH", body, 2 + 8 * i)
        yield top, left


class _Streams:
    """The streams of an OLE compound file; a workbook from before it has none."""

    def __init__(self, data: bytes) -> None:
        from xlrd.compdoc import SIGNATURE, CompDoc

        is_compound = data.startswith(SIGNATURE)
        self._file = CompDoc(data, logfile=io.StringIO()) if is_compound else None

    def named(self, *names: str) -> bytes:
        """The first of these streams that is there, else nothing."""
        if self._file is None:
            return b""
        for name in names:
            stream = self._file.get_named_stream(name)
            if stream:
                return bytes(stream)
        return b""


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
