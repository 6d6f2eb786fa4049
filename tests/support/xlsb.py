"""Writes a raw workbook as .xlsb, which no program here can: records as in [MS-XLSB], nothing more.

Proved by two readers that are not ours: python-calamine and LibreOffice read the same values.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile

from xlreport import a1
from xlreport.formats.raw import RawBook, RawCell, RawSheet
from xlreport.workbook.reader.defined_names import parse_target

_CONTENT = "application/vnd.ms-excel."
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FORMULA = struct.pack("<HI3sI", 0, 3, b"\x1e\x01\x00", 0)


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, sizes = len(body), b""
    while True:
        sizes += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + sizes + body


def _wide(text: str) -> bytes:
    raw = text.encode("utf-16-le", "surrogatepass")
    return struct.pack("<I", len(raw) // 2) + raw


def _cell(column: int, raw: RawCell, strings: dict[str, int]) -> bytes:
    head = struct.pack("<II", column, 0)
    if raw.formula is not None:
        if raw.kind == "n":
            return _record(9, head + struct.pack("<d", float(raw.text or 0)) + _FORMULA)
        return _record(8, head + _wide(raw.text) + _FORMULA)
    if raw.kind == "n":
        value = float(raw.text)
        if value == int(value) and abs(value) < 2**28:
            return _record(2, head + struct.pack("<i", int(value) << 2 | 2))
        return _record(5, head + struct.pack("<d", value))
    if raw.kind == "b":
        return _record(4, head + bytes([int(raw.text)]))
    if raw.kind == "e":
        return _record(3, head + b"\x0f")
    if column % 2:
        return _record(6, head + _wide(raw.text))
    return _record(7, head + struct.pack("<I", strings.setdefault(raw.text, len(strings))))


def _sheet(sheet: RawSheet, strings: dict[str, int]) -> bytes:
    rows: dict[int, list[tuple[int, RawCell]]] = {}
    for (row, column), raw in sorted(sheet.cells.items()):
        rows.setdefault(row, []).append((column, raw))
    right = max((c for _, c in sheet.cells), default=0)
    body = (
        _record(129)
        + _record(148, struct.pack("<IIII", 0, max(rows, default=0), 0, right))
        + _record(145)
    )
    for row, cells in rows.items():
        span = struct.pack("<III", 1, cells[0][0], cells[-1][0])
        body += _record(0, struct.pack("<IIHHB", row, 0, 300, 0, 0) + span)
        body += b"".join(_cell(column, raw, strings) for column, raw in cells)
    protection = (
        _record(535, struct.pack("<HI", 0, 1) + struct.pack("<I", 0) * 15)
        if sheet.protected
        else b""
    )
    return body + _record(146) + protection + _record(130)


def _book(book: RawBook) -> bytes:
    order = list(book.sheets)
    body = _record(131) + _record(143)
    for i, name in enumerate(order, 1):
        body += _record(156, struct.pack("<II", 0, i) + _wide(f"rId{i}") + _wide(name))
    targets = b"".join(struct.pack("<Iii", 0, i, i) for i in range(len(order)))
    body += (
        _record(144)
        + _record(353)
        + _record(357)
        + _record(362, struct.pack("<I", len(order)) + targets)
    )
    body += _record(354)
    for name, target in book.names.items():
        found = parse_target(target)
        if found is None or found[0] not in order or not re.fullmatch(r"[a-z][\w.]*", name):
            continue
        sheet, first, last = order.index(found[0]), found[1], found[2]
        if first == last:
            rule = struct.pack("<BHIH", 0x3A, sheet, *first)
        else:
            rule = struct.pack("<BHIIHH", 0x3B, sheet, first[0], last[0], first[1], last[1])
        formula = struct.pack("<I", len(rule)) + rule + struct.pack("<I", 0)
        body += _record(
            39, struct.pack("<IBI", 0, 0, 0xFFFFFFFF) + _wide(name) + formula + b"\xff" * 4
        )
    return body + _record(132)


def _relation(i: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{i}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'


def as_xlsb(book: RawBook) -> bytes:
    """The workbook as .xlsb bytes: cells, names, protection; no formats."""
    strings: dict[str, int] = {}
    parts = {
        f"xl/worksheets/sheet{i}.bin": _sheet(s, strings)
        for i, s in enumerate(book.sheets.values(), 1)
    }
    parts["xl/workbook.bin"] = _book(book)
    sst = _record(159, struct.pack("<II", len(strings), len(strings)))
    parts["xl/sharedStrings.bin"] = (
        sst + b"".join(_record(19, b"\0" + _wide(t)) for t in strings) + _record(160)
    )
    count = len(book.sheets)
    sheets = "".join(
        _relation(i, "worksheet", f"worksheets/sheet{i}.bin") for i in range(1, count + 1)
    )
    texts = {
        "xl/_rels/workbook.bin.rels": sheets
        + _relation(count + 1, "sharedStrings", "sharedStrings.bin"),
        "_rels/.rels": _relation(1, "officeDocument", "xl/workbook.bin"),
    }
    space = "http://schemas.openxmlformats.org/package/2006"
    for name, body in texts.items():
        parts[name] = (
            f'<Relationships xmlns="{space}/relationships">{body}</Relationships>'.encode()
        )
    kinds = {
        "xl/workbook.bin": "sheet.binary.macroEnabled.main",
        "xl/sharedStrings.bin": "sharedStrings",
    }
    kinds |= {f"xl/worksheets/sheet{i}.bin": "worksheet" for i in range(1, count + 1)}
    overrides = "".join(
        f'<Override PartName="/{n}" ContentType="{_CONTENT}{k}"/>' for n, k in kinds.items()
    )
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    types = f'<Types xmlns="{space}/content-types">{rels}{overrides}</Types>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": types.encode(), **parts}.items():
            archive.writestr(name, content)
    return target.getvalue()


def grid(sheet: RawSheet) -> dict[str, str]:
    """A sheet's contents by address, for comparing readers."""
    return {a1.address(cell): raw.text for cell, raw in sheet.cells.items() if raw.text}
