"""A BIFF workbook (.xls, and the .et that WPS writes in that format) as raw cells.

xlrd parses the cells; a walk over the records adds what it does not tell: which cells are formulas,
whether a sheet is locked, links to other files. Source: [MS-XLS], [MS-OLEPS] for the last-saved time.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from xlreport import a1
from xlreport.formats.guard import Limits, Refused, damaged, locked, too_much
from xlreport.formats.raw import Format, RawBook, RawCell, RawSheet, join_names

if TYPE_CHECKING:
    import xlrd

FORMULA, EOF, PROTECT, BOUNDSHEET, SUPBOOK, BOF = 0x06, 0x0A, 0x12, 0x85, 0x1AE, 0x809
MERGE_CELLS, NOTE = 0xE5, 0x1C
_OWN_BOOKS = (b"\x01\x04", b"\x01\x3a")
"""Second half of a SupBook that stands for the workbook itself, or for add-in functions (2.4.271)."""

_SUMMARY = "\x05SummaryInformation"
_LAST_SAVED = 0x0D
_FILETIME = 0x40


def read_xls(data: bytes, limits: Limits) -> RawBook:
    """Reads every worksheet. Raises Refused."""
    import xlrd
    from xlrd.biffh import XLRDError

    log = io.StringIO()
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=log, ragged_rows=True)
        return _book(book, data, limits)
    except XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Refused(locked()) from None
        raise Refused(damaged("这个旧格式文件里没有可以读取的工作簿")) from None
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (on a broken file xlrd raises whatever its parser stumbles on)
        raise Refused(damaged("旧格式文件的内容不完整或写法有误")) from None


def _book(book: xlrd.Book, data: bytes, limits: Limits) -> RawBook:
    streams = _Streams(data)
    facts = _Facts(streams.named("Workbook", "Book") or data)
    sheets: dict[str, RawSheet] = {}
    left = limits.cells
    for index, source in enumerate(book.sheets()):
        if source.name in sheets:
            raise Refused(damaged(f"工作表“{source.name}”出现了两次"))
        sheet = RawSheet(source.name, protected=index in facts.protected)
        for cell, raw in _cells(source, facts.formulas.get(index, frozenset())):
            left -= 1
            if left < 0:
                raise too_much("单元格的总数", limits.cells - left, limits.cells, "个")
            sheet.put(cell, raw)
        sheet.marks.update(facts.marks.get(index, ()))
        sheets[source.name] = sheet
    names, repeated = join_names(list(_names(book)))
    macros = "_VBA_PROJECT".encode("utf-16-le") in data
    return RawBook(
        sheets,
        names,
        repeated,
        {},
        _saved(streams.named(_SUMMARY)),
        Format.XLS,
        macros,
        facts.links,
    )


def _cells(
    sheet: xlrd.sheet.Sheet, formulas: frozenset[a1.Cell] | set[a1.Cell]
) -> Iterator[tuple[a1.Cell, RawCell]]:
    import xlrd

    kinds = {xlrd.XL_CELL_TEXT: "str", xlrd.XL_CELL_NUMBER: "n", xlrd.XL_CELL_DATE: "n"}
    for row in range(sheet.nrows):
        for column, (kind, value) in enumerate(
            zip(sheet.row_types(row), sheet.row_values(row), strict=True)
        ):
            at = (row, column)
            formula = "" if at in formulas else None
            if kind in kinds:
                text = value if isinstance(value, str) else repr(value)
                yield at, RawCell(kinds[kind], text, formula, kind == xlrd.XL_CELL_DATE)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                yield at, RawCell("b", str(int(value)), formula)
            elif kind == xlrd.XL_CELL_ERROR:
                yield at, RawCell("e", xlrd.error_text_from_code.get(int(value), "#?"), formula)
            elif formula is not None:
                yield at, RawCell("str", "", formula)


def _names(book: xlrd.Book) -> Iterator[tuple[str, str]]:
    """The book's own names; only a name for one range of one sheet has a target."""
    for name in book.name_obj_list:
        if name.scope != -1:
            continue
        target = ""
        result = name.result
        if result is not None and isinstance(result.value, list) and len(result.value) == 1:
            low, high, top, bottom, left, right = result.value[0].coords
            if high == low + 1 and 0 <= low < book.nsheets:
                corners = ((top, left), (bottom - 1, right - 1))
                area = ":".join(dict.fromkeys(a1.address(c, absolute=True) for c in corners))
                target = f"{a1.quoted(book.sheet_names()[low])}!{area}"
        yield name.name, target


class _Facts:
    """What the records say of each worksheet, by its index among the worksheets."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.formulas: dict[int, set[a1.Cell]] = {}
        self.marks: dict[int, set[a1.Cell]] = {}
        self.protected: set[int] = set()
        self.links = False
        starts = []
        for kind, body in self._records(0):
            if kind == BOUNDSHEET and body[5:6] == b"\0":
                starts.append(struct.unpack_from("<I", body)[0])
            elif kind == SUPBOOK and body[2:4] not in _OWN_BOOKS:
                self.links = True
        for index, start in enumerate(starts):
            self._sheet(index, start)

    def _records(self, at: int) -> Iterator[tuple[int, bytes]]:
        """The records of one substream, from its BOF to its EOF; nested ones (charts) included."""
        depth = 0
        while at + 4 <= len(self.stream):
            kind, size = struct.unpack_from("<HH", self.stream, at)
            yield kind, self.stream[at + 4 : at + 4 + size]
            at += 4 + size
            depth += (kind == BOF) - (kind == EOF)
            if depth <= 0:
                return

    def _sheet(self, index: int, start: int) -> None:
        formulas = self.formulas.setdefault(index, set())
        marks = self.marks.setdefault(index, set())
        for kind, body in self._records(start):
            if kind == FORMULA:
                formulas.add(struct.unpack_from("<HH", body))
            elif kind == NOTE:
                marks.add(struct.unpack_from("<HH", body))
            elif kind == MERGE_CELLS:
                (count,) = struct.unpack_from("<H", body)
                for i in range(count):
                    top, _, left, _ = struct.unpack_from("<HHHH", body, 2 + 8 * i)
                    marks.add((top, left))
            elif kind == PROTECT and body[:2] == b"\1\0":
                self.protected.add(index)


class _Streams:
    """The streams of an OLE compound file; a workbook from before it has none."""

    def __init__(self, data: bytes) -> None:
        from xlrd.compdoc import SIGNATURE, CompDoc

        self._file = CompDoc(data, logfile=io.StringIO()) if data.startswith(SIGNATURE) else None

    def named(self, *names: str) -> bytes:
        """The first of these streams that is there, else nothing."""
        found = (self._file.get_named_stream(name) for name in names) if self._file else ()
        return next((bytes(stream) for stream in found if stream), b"")


def _saved(stream: bytes) -> str:
    """The last-saved time (PIDSI_LASTSAVE_DTM, UTC), empty when it is not told or not readable."""
    try:
        (start,) = struct.unpack_from("<I", stream, 44)
        (count,) = struct.unpack_from("<I", stream, start + 4)
        for i in range(min(count, 100)):
            key, offset = struct.unpack_from("<II", stream, start + 8 + 8 * i)
            kind, ticks = struct.unpack_from("<IQ", stream, start + offset)
            if key == _LAST_SAVED and kind == _FILETIME and ticks:
                moment = dt.datetime(1601, 1, 1) + dt.timedelta(microseconds=ticks // 10)
                return moment.isoformat(timespec="seconds") + "Z"
    except (struct.error, OverflowError):
        return ""
    return ""
