"""Good workbooks changed at random, each mutant wholly determined by its number.

Bytes are changed in the file as it lies on disk, where checksums find most of it; elements, attributes,
texts and whole parts are changed inside the package, which is packed anew with right checksums.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from hostile.scene import FILES, NUMBER, book_of
from support.cells import sheet_parts
from support.xlsb import as_xlsb
from xlreport import Unit, a1
from xlreport.formats.open import open_book
from xlreport.submission import Place

UNITS = 40
"""Mutants that follow one another are of as many different units, so that all can be in one merge."""

_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]*)([^<>]*?)(/?)>")
_ATTRIBUTE = re.compile(r'([\w:.-]+)="([^"]*)"')
_RECORD = re.compile(
    rb"\x7e\x02\x0a\x00|\x03\x02\x0e\x00|\xfd\x00\x0a\x00|\xbd\x00..|\x06\x00[\x16-\x40]\x00|\x18\x00..",
    re.DOTALL,
)
"""How the records of numbers, texts, formulas and names begin in a BIFF stream."""

_ODD = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "7",
        "135",
        "999999999999",
        "1E3",
        "0.1",
        "1_0",
        "NaN",
        "１２",
        "1 2",
        "true",
    ),
    *(
        "n",
        "s",
        "str",
        "b",
        "e",
        "d",
        "inlineStr",
        "x",
        "A1",
        "B10",
        "$B$10",
        "#REF!",
        "_x0041_",
        "/",
        "\\",
    ),
    *(
        "..",
        "float",
        "string",
        "date",
        "External",
        "rId1",
        "rId4",
        "xlreport",
        "封面",
        "&#10;",
        "甲\u202e",
        "=1+1",
    ),
)
"""Values that mean something somewhere in a workbook. None is a far cell: other programs, which must
read the mutants too, take minutes for one (a case of its own has it)."""


@dataclass(frozen=True)
class Mutant:
    """A changed workbook, what it was before, and in which way it was changed."""

    number: int
    how: str
    name: str
    good: bytes
    data: bytes

    @property
    def checked(self) -> bool:
        """Whether checksums stand between the change and the numbers."""
        return self.how == "bytes" and not self.name.endswith(".xls")


@cache
def _good(kind: str, unit: int) -> bytes:
    return (
        as_xlsb(open_book(another_town("xlsx", unit)))
        if kind == "xlsb"
        else another_town(kind, unit)
    )


def another_town(kind: str, unit: int, number: int = 135) -> bytes:
    """A workbook of 甲子镇 (xlsx, xls or ods) under another name and code of the same length, which is
    faster than to write a new one; `number` is for the cell NUMBER."""
    names = {"甲子镇": f"{chr(0x4E00 + unit)}子镇", "990101": f"{991000 + unit}"}
    data = _town() if kind == "xlsx" else (FILES / f"甲子镇.{kind}").read_bytes()
    if kind == "xls":
        for old, new in names.items():
            data = data.replace(old.encode("utf-16-le"), new.encode("utf-16-le")).replace(
                old.encode(), new.encode()
            )
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, content in parts.items():
        for old, new in names.items():
            parts[name] = (
                parts[name].replace(old.encode(), new.encode())
                if content.startswith(b"<")
                else content
            )
    if kind == "xlsx":
        name = sheet_parts(data)[NUMBER[0]]
        changed = re.subn(
            rf'(<c r="{NUMBER[1]}"[^>]*><v>)135<', rf"\g<1>{number}<", parts[name].decode()
        )
        assert changed[1] == 1
        parts[name] = changed[0].encode()
    if kind == "ods":
        # on a number cell calamine takes this text, LibreOffice (and we) the number
        parts["content.xml"] = re.sub(rb' office:string-value="[^"]*"', b"", parts["content.xml"])
    return _packed(parts)


@cache
def _town() -> bytes:
    return book_of(Unit("甲子镇", "990101", "乡镇"))


def mutant(number: int) -> Mutant:
    """The mutant of this number."""
    rng = random.Random(number)
    kind = rng.choice(("xlsx", "xlsx", "xlsx", "ods", "xls", "xlsb"))
    good = _good(kind, number % UNITS)
    how = "bytes" if kind == "xls" else rng.choice(("bytes", "parts", "parts", "parts"))
    data = good
    while data == good:
        data = _bytes(good, rng) if how == "bytes" else _parts(good, rng)
    return Mutant(number, how, f"{number:09}.{kind}", good, data)


# --- bytes ----------------------------------------------------------------------------------------


def _bytes(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    records = (
        [match.start() for match in _RECORD.finditer(data)] if data.startswith(b"\xd0\xcf") else []
    )
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(changed))
        if records and rng.random() < 0.5:
            at = min(rng.choice(records) + rng.randrange(24), len(changed) - 1)
        length = rng.choice((1, 2, 4, 64, 512))
        match rng.randrange(6):
            case 0 | 1:
                changed[at] ^= 1 << rng.randrange(8)
            case 2:
                changed[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
            case 3:
                del changed[at : at + length]
            case 4:
                changed[at:at] = changed[at : at + length]
            case 5:
                changed[at : at + length] = bytes(length)
    return bytes(changed) or b"\0"


# --- inside the package ---------------------------------------------------------------------------


def _parts(data: bytes, rng: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        other = rng.choice([*parts])
        name = rng.choices([*parts], [len(content) ** 0.5 for content in parts.values()])[0]
        match rng.randrange(40):
            case 0:
                parts.pop(name, None)
            case 1:
                parts[other] = parts[name]
            case 2:
                parts[name], parts[other] = parts[other], parts[name]
            case 3:
                parts[
                    rng.choice((name.upper(), f"{name}x", name.replace("/", "\\"), f"/{name}"))
                ] = parts.pop(name)
            case _:
                parts[name] = _part(name, parts[name], rng)
        if not parts:
            break
    return _packed(parts)


def _packed(parts: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)
    return target.getvalue()


def _part(name: str, content: bytes, rng: random.Random) -> bytes:
    if not content.lstrip().startswith(b"<"):
        return _bytes(content, rng) if content else content
    xml = content.decode("utf-8", "replace")
    return rng.choice(_XML_CHANGES)(xml, rng).encode("utf-8", "surrogatepass")


def _elements(xml: str) -> list[tuple[str, int, int, int, int]]:
    """Name, and where each element and its content begin and end."""
    found: list[tuple[str, int, int, int, int]] = []
    open_: list[tuple[str, int, int]] = []
    for match in _TAG.finditer(xml):
        if match[1]:
            if open_ and open_[-1][0] == match[2]:
                name, start, inside = open_.pop()
                found.append((name, start, inside, match.start(), match.end()))
        elif match[4]:
            found.append((match[2], match.start(), match.end(), match.end(), match.end()))
        else:
            open_.append((match[2], match.start(), match.end()))
    return found


def _any_element(xml: str, rng: random.Random) -> tuple[str, int, int, int, int]:
    """One element: each name is as likely as any other, however often it is there."""
    found = _elements(xml) or [("", 0, 0, len(xml), len(xml))]
    name = rng.choice(sorted({e[0] for e in found}))
    return rng.choice([e for e in found if e[0] == name])


def _drop(xml: str, rng: random.Random) -> str:
    _, start, _, _, end = _any_element(xml, rng)
    return xml[:start] + xml[end:]


def _unwrap(xml: str, rng: random.Random) -> str:
    _, start, inside, close, end = _any_element(xml, rng)
    return xml[:start] + xml[inside:close] + xml[end:]


def _double(xml: str, rng: random.Random) -> str:
    _, start, _, _, end = _any_element(xml, rng)
    return xml[:end] + xml[start:end] + xml[end:]


def _move(xml: str, rng: random.Random) -> str:
    _, start, _, _, end = _any_element(xml, rng)
    rest = xml[:start] + xml[end:]
    _, _, _, at, _ = _any_element(rest, rng)
    return rest[:at] + xml[start:end] + rest[at:]


def _swap(xml: str, rng: random.Random) -> str:
    """The contents of two elements of one name."""
    name, _, inside, close, _ = _any_element(xml, rng)
    others = [e for e in _elements(xml) if e[0] == name and (e[2] >= close or e[3] <= inside)]
    if not others:
        return xml
    _, _, a, b, _ = rng.choice(others)
    (a, b), (inside, close) = sorted(((a, b), (inside, close)))
    return xml[:a] + xml[inside:close] + xml[b:inside] + xml[a:b] + xml[close:]


def _text(xml: str, rng: random.Random) -> str:
    leaves = [e for e in _elements(xml) if "<" not in xml[e[2] : e[3]] and e[2] < e[3]]
    if not leaves:
        return xml
    name = rng.choice(sorted({e[0] for e in leaves}))
    _, _, inside, close, _ = rng.choice([e for e in leaves if e[0] == name])
    _, _, a, b, _ = rng.choice(leaves)
    return xml[:inside] + rng.choice((rng.choice(_ODD), xml[a:b])) + xml[close:]


def _attribute(xml: str, rng: random.Random) -> str:
    found = [*_ATTRIBUTE.finditer(xml)]
    if not found:
        return xml
    key = rng.choice(sorted({m[1] for m in found}))
    alike = [m for m in found if m[1] == key]
    chosen = rng.choice(alike)
    match rng.randrange(4):
        case 0:
            new = ""
        case 1:
            new = f'{key}="{rng.choice(_ODD)}"'
        case 2:
            new = f'{key}="{rng.choice(alike)[2]}"'
        case _:
            new = f'{rng.choice(found)[1]}="{chosen[2]}"'
    return xml[: chosen.start()] + new + xml[chosen.end() :]


def _new_attribute(xml: str, rng: random.Random) -> str:
    """An attribute that the element, or any element, may have: t, s, r, repetition, hidden …"""
    _, start, inside, _, _ = _any_element(xml, rng)
    end = inside - (2 if xml[inside - 2 : inside] == "/>" else 1)
    donors = [*_ATTRIBUTE.finditer(xml)]
    key = rng.choice(
        ("t", "s", "r", "spans", "table:number-columns-repeated", "office:value", "x:v")
    )
    value = rng.choice(_ODD)
    if donors and rng.random() < 0.5:
        chosen = rng.choice(donors)
        key, value = chosen[1], chosen[2]
    return xml[:end] + f' {key}="{value}"' + xml[end:] if start < inside else xml


def _cell(xml: str, rng: random.Random) -> str:
    """One attribute of one cell (its type, style, address, value, repetition): taken off, or another."""
    cells = [*re.finditer(r"<(?:c|table:(?:covered-)?table-cell) [^<>]*>", xml)]
    if not cells:
        return _attribute(xml, rng)
    chosen, other = rng.choice(cells), rng.choice(cells)
    keys = {m[1] for cell in (chosen, other) for m in _ATTRIBUTE.finditer(cell[0])}
    key = rng.choice(sorted(keys | ({"t"} if chosen[0].startswith("<c ") else set())))
    donor = re.search(rf' {key}="[^"]*"', other[0])
    value = rng.choice((donor[0] if donor else "", f' {key}="{rng.choice(_ODD)}"'))
    cell = re.sub(rf' {key}="[^"]*"', "", chosen[0])
    name = cell.split(" ", 1)[0].rstrip("/>")
    return xml[: chosen.start()] + name + value + cell.removeprefix(name) + xml[chosen.end() :]


_XML_CHANGES: Sequence[Callable[[str, random.Random], str]] = (
    *(
        _drop,
        _unwrap,
        _double,
        _move,
        _swap,
        _text,
        _text,
        _attribute,
        _attribute,
        _new_attribute,
        _cell,
        _cell,
        _cell,
    ),
    lambda xml, rng: _bytes(xml.encode(), rng).decode("utf-8", "surrogateescape"),
)


# --- what another program reads -----------------------------------------------------------------


def by_calamine(data: bytes, places: Mapping[str, Place]) -> dict[str, Decimal | None] | None:
    """The numbers that python-calamine sees in these cells; None when it cannot read the file. To be
    run in a worker: it may abort."""
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {place.sheet: _grid(book, place.sheet) for place in places.values()}
    except BaseException:  # noqa: BLE001 (a panic of its is no Exception)
        return None
    return {name: sheets[place.sheet].get(a1.parse(place.cell)) for name, place in places.items()}


def _grid(book: Any, sheet: str) -> dict[a1.Cell | None, Decimal]:
    rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return {
        (row, column): Decimal(repr(value))
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
