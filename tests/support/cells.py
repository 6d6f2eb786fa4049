"""Changes the raw XML of single cells in a workbook, as no honest writer would."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from xml.sax.saxutils import escape

import openpyxl

CELLS = {
    "number": '<c r="{at}"{style}><v>{text}</v></c>',
    "text": '<c r="{at}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>',
    "error": '<c r="{at}"{style} t="e"><v>{text}</v></c>',
    "boolean": '<c r="{at}"{style} t="b"><v>{text}</v></c>',
    "date": '<c r="{at}"{style} t="d"><v>{text}</v></c>',
    "formula": '<c r="{at}"{style}><f>{text}</f></c>',
    "blank": '<c r="{at}"{style}/>',
}
"""Cell kinds; `formula` may carry its cached result after ` => `."""


def sheet_parts(data: bytes) -> dict[str, str]:
    """Sheet name → part name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = re.findall(r'<sheet name="([^"]*)"', archive.read("xl/workbook.xml").decode())
    return {name: f"xl/worksheets/sheet{i}.xml" for i, name in enumerate(names, 1)}


def rewrite(data: bytes, changes: dict[str, bytes | None]) -> bytes:
    """A copy of a package with some parts replaced, added, or (None) left out."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in [*old.namelist(), *(n for n in changes if n not in old.namelist())]:
            content = changes.get(name, old.read(name) if name in old.namelist() else None)
            if content is not None:
                new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def put(data: bytes, sheet: str, at: str, kind: str, text: str = "") -> bytes:
    """A copy of the workbook with one cell written as this kind."""
    name = sheet_parts(data)[sheet]
    xml = part(data, name)
    pattern = re.compile(rf'<c r="{at}"((?: s="\d+")?)[^>]*?(?:/>|>.*?</c>)')
    found = pattern.search(xml)
    cached = ""
    if kind == "formula" and " => " in text:
        text, cached = text.split(" => ")
    if found is None:
        row = re.sub(r"[A-Z]", "", at)
        cell = CELLS[kind].format(at=at, style="", text=escape(text))
        grown = re.sub(rf'(<row r="{row}"[^>]*>)(.*?)(</row>)', rf"\1\2{cell}\3", xml, count=1)
        if grown == xml:
            grown = xml.replace("</sheetData>", f'<row r="{row}">{cell}</row></sheetData>')
        return rewrite(data, {name: grown.encode()})
    cell = CELLS[kind].format(at=at, style=found[1], text=escape(text))
    if cached:
        cell = cell.replace("</f>", f"</f><v>{cached}</v>")
    return rewrite(data, {name: (xml[: found.start()] + cell + xml[found.end() :]).encode()})


def resaved(data: bytes) -> bytes:
    """As openpyxl saves it: no cached results, other strings, other styles."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
