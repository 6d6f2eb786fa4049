"""The formula cells of a workbook: their formulas, and the results that are stored with them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from support.cells import part, sheet_parts

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CACHED = re.compile(r"(<f>[^<]*</f>)<v>[^<]*</v>")

Shown = str | float
"""What a cell shows: an empty text where nothing."""


class FormulaCell(NamedTuple):
    """A formula without `=`, and its result."""

    formula: str
    shown: Shown


def without_results(data: bytes) -> bytes:
    """The same workbook without any stored result, so that no engine can give back ours."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            content = old.read(info)
            if info.filename.startswith("xl/worksheets/"):
                content = CACHED.sub(r"\1", content.decode()).encode()
            new.writestr(info, content)
    return target.getvalue()


def formula_cells(data: bytes) -> dict[tuple[str, str], FormulaCell]:
    """Every formula cell by its sheet and address."""
    shared = list(_shared_strings(data))
    return {
        (sheet, cell.get("r", "")): FormulaCell(_formula(cell), _shown(cell, shared))
        for sheet, name in sheet_parts(data).items()
        for cell in ET.fromstring(part(data, name)).iter(f"{MAIN}c")
        if cell.find(f"{MAIN}f") is not None
    }


def results(
    data: bytes, cells: Mapping[tuple[str, str], FormulaCell]
) -> dict[tuple[str, str], Shown]:
    """What the same cells of another workbook show, formulas or not."""
    shared = list(_shared_strings(data))
    found: dict[tuple[str, str], Shown] = dict.fromkeys(cells, "")
    for sheet, name in sheet_parts(data).items():
        for cell in ET.fromstring(part(data, name)).iter(f"{MAIN}c"):
            key = sheet, cell.get("r", "")
            if key in found:
                found[key] = _shown(cell, shared)
    return found


def _formula(cell: ET.Element) -> str:
    return cell.findtext(f"{MAIN}f") or ""


def _shown(cell: ET.Element, shared: list[str]) -> Shown:
    kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v") or ""
    if kind == "s":
        return shared[int(value)]
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "n" and value:
        return float(value)
    if kind == "inlineStr":
        return "".join(node.text or "" for node in cell.iter(f"{MAIN}t"))
    return value


def _shared_strings(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "xl/sharedStrings.xml" not in archive.namelist():
            return
        root = ET.fromstring(archive.read("xl/sharedStrings.xml"))
    for item in root.iter(f"{MAIN}si"):
        yield "".join(node.text or "" for node in item.iter(f"{MAIN}t"))
