"""Small packages made by hand: a zip of members, an .xlsx of one sheet, an .ods of one content."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Mapping

from xlreport.a1 import parse
from xlreport.formats.guard import Limits, Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook, RawCell

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def relations(*rows: tuple[str, str]) -> str:
    """A part of relationships of these kinds to these targets, with the ids r1, r2, …"""
    body = "".join(
        f'<Relationship Id="r{i}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(rows, 1)
    )
    return f'<Relationships xmlns="{OFFICE}">{body}</Relationships>'


def xlsx_parts(
    sheet: str,
    *,
    strings: str = "",
    styles: str = "",
    names: str = "",
    more: Mapping[str, str] | None = None,
) -> dict[str, str | bytes]:
    """The parts of a workbook with one worksheet, whose XML below `worksheet` is given."""
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        f'<sheet name="表" sheetId="1" r:id="r1"/></sheets>'
        f"<definedNames>{names}</definedNames></workbook>"
    )
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        **(more or {}),
    }


def rows(*cells: str) -> str:
    """Cells of one row as the data of a sheet."""
    return f'<sheetData><row r="1">{"".join(cells)}</row></sheetData>'


_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    f'xmlns:{name}="{space}"'
    for name, space in {
        "office": f"{_ODF}:office:1.0",
        "table": f"{_ODF}:table:1.0",
        "text": f"{_ODF}:text:1.0",
        "meta": f"{_ODF}:meta:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }.items()
)
_ELEMENTS = {
    **dict.fromkeys(("spreadsheet", "annotation", "meta"), "office"),
    **dict.fromkeys(("p", "s", "tab", "line-break", "span"), "text"),
    "user-defined": "meta",
    "date": "dc",
}
_VALUES = ("value", "value-type", "string-value", "boolean-value", "date-value", "time-value")
_ATTRIBUTES = {**dict.fromkeys(_VALUES, "office"), "c": "text"}


def prefixed(content: str, others: str = "table") -> str:
    """Names without a prefix get the one that they have in OpenDocument."""

    def attribute(match: re.Match[str]) -> str:
        return f" {_ATTRIBUTES.get(match[1], others)}:{match[1]}="

    def element(match: re.Match[str]) -> str:
        attributes = re.sub(r" ([\w-]+)=", attribute, match[3])
        return f"<{match[1]}{_ELEMENTS.get(match[2], 'table')}:{match[2]}{attributes}"

    return re.sub(r"<(/?)([\w-]+)(?=[\s/>])((?:\s+[\w:-]+=\"[^\"]*\")*)", element, content)


def ods(content: str, *, meta: str = "", more: Mapping[str, str] | None = None) -> bytes:
    """An OpenDocument spreadsheet of this content."""
    members: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"<office:spreadsheet {_SPACES}>{prefixed(content)}</office:spreadsheet>",
        **(more or {}),
    }
    if meta:
        members["meta.xml"] = f"<office:meta {_SPACES}>{prefixed(meta, 'meta')}</office:meta>"
    return zipped(members)


def cell(book: RawBook, address: str, sheet: str = "表") -> RawCell | None:
    """A cell of a workbook."""
    position = parse(address)
    assert position is not None
    return book.sheets[sheet].cells.get(position)


def refusal(data: bytes, limits: Limits | None = None) -> tuple[str, str]:
    """The code and message with which a file is refused; two empty texts when it is read."""
    try:
        open_book(data, limits or Limits())
    except Refused as refused:
        return refused.finding.code, refused.finding.message
    return "", ""


def entry(data: bytes, name: str) -> int:
    """Where a member's record in the directory begins (APPNOTE 4.3.12)."""
    raw = name.encode()
    start = data.find(b"PK\x01\x02")
    while data[start + 46 : start + 46 + len(raw)] != raw:
        start = data.find(b"PK\x01\x02", start + 1)
    return start


def patched(data: bytes, position: int, form: str, value: int) -> bytes:
    """A copy with one number written over."""
    changed = bytearray(data)
    struct.pack_into(form, changed, position, value)
    return bytes(changed)
