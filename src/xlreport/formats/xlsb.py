"""A binary workbook (.xlsb) as raw cells. Source: [MS-XLSB]; the record types are named as there.

The container is a zip, so the guard's checksums hold for it too.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping

from xlreport import a1
from xlreport.formats import opc as package
from xlreport.formats.guard import Limits, Refused, damaged, too_much
from xlreport.formats.number_formats import DateFormats
from xlreport.formats.raw import Format, RawBook, RawCell, RawSheet, join_names

ROW_HDR, CELL_RK, CELL_ERROR, CELL_BOOL, CELL_REAL, CELL_ST, CELL_ISST = 0, 2, 3, 4, 5, 6, 7
FMLA_STRING, FMLA_NUM, FMLA_BOOL, FMLA_ERROR = 8, 9, 10, 11
SST_ITEM, NAME, FMT, XF, BUNDLE_SH, MERGE_CELL = 19, 39, 44, 47, 156, 176
SUP_BOOK_SRC, SUP_SELF, SUP_SAME, EXTERN_SHEET, HLINK, SHEET_PROTECTION = (
    355,
    357,
    358,
    362,
    494,
    535,
)
BEGIN_CELL_XFS, END_CELL_XFS, SUP_ADDIN = 617, 618, 667
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
_REF3D, _AREA3D = frozenset({0x3A, 0x5A, 0x7A}), frozenset({0x3B, 0x5B, 0x7B})


def read_xlsb(parts: Mapping[str, bytes], limits: Limits) -> RawBook:
    """Reads every worksheet of a package. Raises Refused."""
    try:
        return _book(parts, limits)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Refused(damaged("文件里的二进制记录不完整或写法有误")) from None


def _book(parts: Mapping[str, bytes], limits: Limits) -> RawBook:
    workbook = package.workbook_part(parts)
    links = {r.id: r.target for r in package.relations(parts, workbook)}
    listed = []
    for kind, body in _records(parts[workbook]):
        if kind == BUNDLE_SH:
            relation, at = _wide(body, 8)
            listed.append((_wide(body, at)[0], links.get(relation, "")))
    strings = [_wide(body, 1)[0] for body in _of(parts, workbook, "sharedStrings", SST_ITEM)]
    dates = _dates(parts, workbook)
    sheets: dict[str, RawSheet] = {}
    count = 0
    for name, target in listed:
        if name in sheets:
            raise Refused(damaged(f"工作表“{name}”出现了两次"))
        if target not in parts:
            raise Refused(damaged(f"工作表“{name}”的内容缺失"))
        sheets[name], count = _sheet(name, parts[target], strings, dates, limits.cells, count)
    names, repeated = join_names(list(_names(parts[workbook], [name for name, _ in listed])))
    return RawBook(
        sheets,
        names,
        repeated,
        package.custom_properties(parts),
        package.last_saved(parts),
        Format.XLSB,
        package.holds_macros(parts),
        package.holds_links(parts, workbook),
    )


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of each record (2.1.4): both numbers in 7-bit groups, lowest first."""
    at = 0
    while at < len(content):
        kind = content[at] & 0x7F
        if content[at] & 0x80:
            at += 1
            kind |= (content[at] & 0x7F) << 7
        at += 1
        size = 0
        for shift in range(0, 28, 7):
            byte = content[at]
            at += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if at + size > len(content):
            raise struct.error("record beyond the end of the part")
        yield kind, content[at : at + size]
        at += size


def _wide(body: bytes, at: int) -> tuple[str, int]:
    """A counted UTF-16 text (2.5.169) and where it ends; a missing one is empty."""
    (count,) = struct.unpack_from("<I", body, at)
    if count == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(body):
        raise struct.error("text beyond the end of the record")
    return body[at + 4 : end].decode("utf-16-le", "surrogatepass"), end


def _of(parts: Mapping[str, bytes], workbook: str, relation: str, kind: int) -> Iterator[bytes]:
    for target in package.related(parts, workbook, relation)[:1]:
        yield from (body for found, body in _records(parts[target]) if found == kind)


def _dates(parts: Mapping[str, bytes], workbook: str) -> DateFormats:
    found = DateFormats()
    for target in package.related(parts, workbook, "styles")[:1]:
        inside = False
        for kind, body in _records(parts[target]):
            inside = kind == BEGIN_CELL_XFS or (inside and kind != END_CELL_XFS)
            if kind == FMT:
                found.custom[struct.unpack_from("<H", body)[0]] = _wide(body, 2)[0]
            elif kind == XF and inside:
                found.cells.append(struct.unpack_from("<H", body, 2)[0])
    return found


def _real(body: bytes) -> str:
    return repr(struct.unpack_from("<d", body, 8)[0])


def _rk(body: bytes) -> str:
    """A number in 30 bits (2.5.122)."""
    (raw,) = struct.unpack_from("<i", body, 8)
    value = (
        float(raw >> 2)
        if raw & 2
        else struct.unpack("<d", b"\0\0\0\0" + struct.pack("<I", raw & 0xFFFFFFFC))[0]
    )
    return repr(value / 100 if raw & 1 else value)


_READERS: Mapping[int, tuple[str, Callable[[bytes], str]]] = {
    CELL_RK: ("n", _rk),
    CELL_REAL: ("n", _real),
    FMLA_NUM: ("n", _real),
    CELL_BOOL: ("b", lambda body: str(body[8])),
    FMLA_BOOL: ("b", lambda body: str(body[8])),
    CELL_ERROR: ("e", lambda body: ERRORS.get(body[8], "#?")),
    FMLA_ERROR: ("e", lambda body: ERRORS.get(body[8], "#?")),
    CELL_ST: ("str", lambda body: _wide(body, 8)[0]),
    FMLA_STRING: ("str", lambda body: _wide(body, 8)[0]),
}


def _sheet(
    name: str, content: bytes, strings: list[str], dates: DateFormats, limit: int, count: int
) -> tuple[RawSheet, int]:
    """One sheet, and how much there is of it and (`count`) the sheets before it together."""
    sheet = RawSheet(name)
    row = 0
    for kind, body in _records(content):
        if kind == ROW_HDR:
            (row,) = struct.unpack_from("<I", body)
        elif kind in _READERS or kind == CELL_ISST:
            column, style = struct.unpack_from("<II", body)
            if row >= a1.MAX_ROWS or column >= a1.MAX_COLUMNS:
                raise Refused(damaged(f"工作表“{name}”里有不存在的格子"))
            reader, read = _READERS.get(
                kind, ("s", lambda b: strings[struct.unpack_from("<I", b, 8)[0]])
            )
            formula = "" if kind in _FORMULAS else None
            shows_date = reader == "n" and dates.shows(style & 0xFFFFFF)
            sheet.put((row, column), RawCell(reader, read(body), formula, shows_date))
        elif kind in (MERGE_CELL, HLINK):
            top, _, left = struct.unpack_from("<III", body)
            sheet.marks.add((top, left))
        elif kind == SHEET_PROTECTION:
            sheet.protected = bool(struct.unpack_from("<H", body, 2)[0])
        else:
            continue
        count += 1
        if count > limit:
            raise too_much("行、单元格、合并和链接的总数", count, limit, "个")
    return sheet, count


def _names(content: bytes, sheets: list[str]) -> Iterator[tuple[str, str]]:
    """Defined names of the whole book that stand for one cell or range (2.4.711 BrtName)."""
    books: list[int] = []
    targets: list[tuple[int, int, int]] = []
    found: list[tuple[str, bytes]] = []
    for kind, body in _records(content):
        if kind in (SUP_BOOK_SRC, SUP_SELF, SUP_SAME, SUP_ADDIN):
            books.append(kind)
        elif kind == EXTERN_SHEET:
            (count,) = struct.unpack_from("<I", body)
            targets = [struct.unpack_from("<Iii", body, 4 + 12 * i) for i in range(count)]
        elif kind == NAME and struct.unpack_from("<I", body, 5)[0] == 0xFFFFFFFF:
            name, at = _wide(body, 9)
            (size,) = struct.unpack_from("<I", body, at)
            found.append((name, body[at + 4 : at + 4 + size]))
    for name, rule in found:
        target = _range(rule)
        if target is None or target[0] >= len(targets):
            yield name, ""
            continue
        book, sheet, last = targets[target[0]]
        own = (
            book < len(books)
            and books[book] == SUP_SELF
            and sheet == last
            and 0 <= sheet < len(sheets)
        )
        yield name, f"{a1.quoted(sheets[sheet])}!{target[1]}" if own else ""


def _range(rule: bytes) -> tuple[int, str] | None:
    """Sheet index and range of a formula that is a single 3-D reference (PtgRef3d, PtgArea3d)."""
    if len(rule) == 9 and rule[0] in _REF3D:
        index, row, column = struct.unpack_from("<HIH", rule, 1)
        return index, a1.address((row, column & 0x3FFF), absolute=True)
    if len(rule) == 15 and rule[0] in _AREA3D:
        index, top, bottom, left, right = struct.unpack_from("<HIIHH", rule, 1)
        corners = ((top, left & 0x3FFF), (bottom, right & 0x3FFF))
        return index, ":".join(a1.address(c, absolute=True) for c in corners)
    return None
