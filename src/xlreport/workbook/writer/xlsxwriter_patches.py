"""All that is done to XlsxWriter behind its public names: `pyproject.toml` pins its minor version.

Less memory and time, byte for byte the same: each part goes straight into the zip (XlsxWriter
itself first keeps the text of all parts), long sheets are made of `late_rows`, and formulas are
written as they are. The workbook's structure is locked and its language named, which
XlsxWriter cannot do.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING

from xlsxwriter.core import Core
from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStringTable
from xlsxwriter.utility import xl_range
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from xlreport.workbook.writer.late_rows import LateRows

PRIVATE_NAMES: tuple[tuple[type, str], ...] = (
    (Workbook, "_get_packager"),
    (Workbook, "_store_workbook"),
    (Workbook, "_write_book_views"),
    (Workbook, "_xml_empty_tag"),
    (Packager, "_filename"),
    (Packager, "_create_package"),
    (Packager, "_write_core_file"),
    (Core, "_assemble_xml_file"),
    (Core, "_set_properties"),
    (Core, "_set_xml_writer"),
    (Core, "_write_cp_content_status"),
    (Core, "_xml_data_element"),
    (Worksheet, "_check_dimensions"),
    (Worksheet, "_encode_password"),
    (Worksheet, "_prepare_formula"),
    (Worksheet, "_write_rows"),
    (SharedStringTable, "_get_shared_string_index"),
    (Format, "_get_xf_index"),
)
"""The methods that are replaced or called here; besides these, `worksheets_objs`
and `doc_properties` of a workbook and `dim_rowmax`, `ignore_write_string`,
`str_table` and `tables` of a worksheet."""

UNIX = 3
"""The zip entries' host system (APPNOTE.TXT 4.4.2.2), the same wherever they are written."""

LANGUAGE = "zh-CN"
"""The language of every workbook (RFC 5646), for screen readers and spelling."""

_CHUNK = 65_536
"""Characters that are collected before they are compressed."""


class _Part(io.StringIO):
    """The text of one part, on its way into the archive."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        super().__init__()
        info = zipfile.ZipInfo(name)
        info.create_system = UNIX
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        self._stream = archive.open(info, "w")
        self._waiting: list[str] = []
        self._count = 0

    def write(self, text: str, /) -> int:
        self._waiting.append(text)
        self._count += len(text)
        if self._count > _CHUNK:
            self._pass_on()
        return len(text)

    def _pass_on(self) -> None:
        self._stream.write("".join(self._waiting).encode())
        self._waiting.clear()
        self._count = 0

    def finish(self) -> None:
        """The part is complete; the next may begin."""
        self._pass_on()
        self._stream.close()


class _CoreWithLanguage(Core):
    """The document properties with `dc:language` (ECMA-376 part 2, 11.1), which XlsxWriter does not
    write."""

    def _write_cp_content_status(self) -> None:
        super()._write_cp_content_status()
        self._xml_data_element("dc:language", LANGUAGE)


class StreamingPackager(Packager):
    """XlsxWriter asks for a file for each part, fills it, and then asks for the next."""

    def __init__(self, target: io.BytesIO, properties: dict[str, str | dt.datetime]) -> None:
        super().__init__()
        self._properties = properties
        self._archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._part: _Part | None = None
        self.left_out: list[tuple[object, str, bool]] = []
        """What XlsxWriter would have packed itself, from files."""

    def _filename(self, xml_filename: str) -> _Part:
        self._finish()
        self._part = _Part(self._archive, xml_filename)
        return self._part

    def _finish(self) -> None:
        if self._part is not None:
            self._part.finish()
            self._part = None

    def _write_core_file(self) -> None:
        core = _CoreWithLanguage()
        core._set_properties(self._properties)
        core._set_xml_writer(self._filename("docProps/core.xml"))
        core._assemble_xml_file()

    def _create_package(self) -> list[tuple[object, str, bool]]:
        """Writes everything; nothing is left for XlsxWriter to pack."""
        self.left_out = super()._create_package()  # type: ignore[no-untyped-call]
        self._finish()
        self._archive.close()
        return []


class LockedWorkbook(Workbook):
    """A workbook whose structure is locked: XlsxWriter does not write `workbookProtection`
    (ECMA-376 part 1, 18.2.29), which belongs between `workbookPr` and `bookViews`."""

    def __init__(self, target: io.BytesIO, password: str) -> None:
        # what XlsxWriter packs itself stays empty: the parts go straight into `target`
        super().__init__(
            io.BytesIO(),
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._target = target
        self._packager: StreamingPackager | None = None
        self._structure_password = password

    def _get_packager(self) -> StreamingPackager:
        self._packager = StreamingPackager(self._target, self.doc_properties)
        return self._packager

    def _store_workbook(self) -> None:
        """Refuses what would be missing, once XlsxWriter has closed its own files."""
        super()._store_workbook()
        if self._packager is not None and self._packager.left_out:
            raise NotImplementedError("pictures and macros would need packing of their own")

    def _write_book_views(self) -> None:
        attributes = [("lockStructure", "1")]
        if self._structure_password:
            # the same 16-bit hash as for sheets
            hashed = self.worksheets_objs[0]._encode_password(self._structure_password)
            attributes.insert(0, ("workbookPassword", hashed))
        self._xml_empty_tag("workbookProtection", attributes)
        super()._write_book_views()


class PlainSheet(Worksheet):
    """A worksheet that looks for no functions newer than Excel 2007 in our formulas: none are.

    Its last rows may be kept by `late_rows`, which costs less than a dictionary of cells."""

    late_rows: LateRows | None = None
    str_table: SharedStringTable  # type: ignore[assignment]
    fh: IO[str]  # type: ignore[assignment]
    dim_rowmax: int  # type: ignore[assignment]

    def write_late(self, rows: LateRows) -> None:
        """The rows stand behind all others; called when there are all of them."""
        if rows.last < rows.first:
            return
        self.late_rows = rows
        for row, column in ((rows.first, 0), (rows.last, rows.right)):
            self._check_dimensions(row, column)

    def number_of(self, text: str) -> int:
        """The number of a shared text, which it gets when the first cell with it is there."""
        table = self.str_table
        number: int = table._get_shared_string_index(text)  # type: ignore[no-untyped-call]
        return number

    def write_link(self, cell: tuple[int, int], target: str, text: str) -> None:
        """A link at a cell whose text is written otherwise."""
        self.ignore_write_string = True
        self.write_url(*cell, target, None, text)
        self.ignore_write_string = False

    def _write_rows(self) -> None:
        if self.late_rows is None:
            super()._write_rows()
            return
        last = self.dim_rowmax
        self.dim_rowmax = self.late_rows.first - 1
        super()._write_rows()
        self.dim_rowmax = last
        for text in self.late_rows.texts():
            self.fh.write(text)

    def _prepare_formula(self, formula: str, *_: bool, **__: bool) -> str:
        return formula.removeprefix("=")


def index_of(style: Format) -> int:
    """The number of a format in the file, which it gets when the first cell with it is written."""
    index: int = style._get_xf_index()  # type: ignore[no-untyped-call]
    return index


def in_points(height: float) -> str:
    """A row's height as XlsxWriter writes it: in whole pixels, told in points."""
    pixels = int(height * 4.0 / 3.0 + 0.5)
    return f"{pixels * 0.75:.16g}"


def add_table(
    sheet: Worksheet, area: tuple[int, int, int, int], options: Mapping[str, object]
) -> None:
    """A table over first row and column to last row and column. XlsxWriter looks at each cell of it
    and keeps a list of them, to find tables that overlap: none of ours do."""
    first_row, first_column, last_row, last_column = area
    sheet.add_table(first_row, first_column, first_row + 1, last_column, dict(options))
    whole = xl_range(first_row, first_column, last_row, last_column)
    table = sheet.tables[-1]
    for key in ("range", "a_range", "autofilter"):
        table[key] = whole
