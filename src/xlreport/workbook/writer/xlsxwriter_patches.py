"""All that is done to XlsxWriter behind its public names: `pyproject.toml` pins its minor version.

Less memory and time, byte for byte the same: each part goes straight into the zip (XlsxWriter
itself first keeps the text of all parts), cells that are equal (most are 0) are kept once, and
formulas are written as they are. The workbook's structure is locked and its language named, which
XlsxWriter cannot do.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from xlsxwriter.core import Core
from xlsxwriter.packager import Packager
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

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
    (Worksheet, "_encode_password"),
    (Worksheet, "_prepare_formula"),
)
"""The methods that are replaced or called here; besides these, `worksheets_objs` and
`doc_properties` of a workbook and `table` and `table_cells` of a worksheet."""

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
    """A worksheet that looks for no functions newer than Excel 2007 in our formulas: none are."""

    def _prepare_formula(self, formula: str, *_: bool, **__: bool) -> str:
        return formula.removeprefix("=")


class _Forgetful(dict[tuple[int, int], str]):
    """Takes nothing in."""

    def __setitem__(self, key: tuple[int, int], value: str) -> None:
        """Forgets it at once."""


def keep_no_table_cells(sheet: Worksheet) -> None:
    """Spares the list of all cells of a sheet's tables, by which XlsxWriter finds tables that
    overlap: of a thousand units it holds more than their figures."""
    sheet.table_cells = _Forgetful()


def in_points(height: float) -> str:
    """A row's height as XlsxWriter writes it: in whole pixels, told in points."""
    pixels = int(height * 4.0 / 3.0 + 0.5)
    return f"{pixels * 0.75:.16g}"


def share_cells(sheet: Worksheet, row: int, known: dict[tuple[type, object], object]) -> None:
    """Makes equal cells of a finished row (and of others with the same `known`) one object."""
    cells = sheet.table[row]
    for column, cell in cells.items():
        cells[column] = known.setdefault((type(cell), cell), cell)
