"""The same tables written as a page, a Word document, a workbook and a text are read as the same."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest

from formats.packages import xlsx_parts, zipped
from formats.shapes import is_sound, told
from formats.word import cell, row, table, word
from support.soffice import require_soffice
from xlreport.a1 import address
from xlreport.formats.documents import open_document
from xlreport.formats.grid import Document, Grid

Table = list[list[tuple[int, str, int, int]]]
"""Rows of cells: the first column, the text, and how many rows and columns it covers."""


def random_table(seed: int, *, merged: bool = True) -> Table:
    """A table without gaps, in which every row and every column begins with a cell of its own."""
    chance = random.Random(seed)
    height, width = chance.randint(2, 6), chance.randint(2, 6)
    taken: set[tuple[int, int]] = set()
    rows: Table = []
    for top in range(height):
        cells = []
        for left in range(width):
            if (top, left) in taken:
                continue
            rows_covered = columns = 1
            if merged and top and left:
                columns = (
                    chance.choice((1, 1, 2))
                    if left + 1 < width and (top, left + 1) not in taken
                    else 1
                )
                rows_covered = chance.choice((1, 1, 2)) if top + 1 < height else 1
            covered = {(top + r, left + c) for r in range(rows_covered) for c in range(columns)}
            taken |= covered
            text = chance.choice((f"{top}{left}", "", "一、本年新收", "a<b&c", "0.5"))
            cells.append((left, text or ("" if left else "x"), rows_covered, columns))
        rows.append(cells)
    return rows


def as_page(rows: Table) -> bytes:
    body = ""
    for cells in rows:
        body += "<tr>"
        for _, text, down, right in cells:
            body += f"<td rowspan={down} colspan={right}>{escape(text)}"
    return f"<html><meta charset=utf-8><table>{body}</table>".encode()


def as_word(rows: Table) -> bytes:
    """Cells that are covered from above are written as cells that go on."""
    height = len(rows)
    lines: list[dict[int, str]] = [{} for _ in range(height)]
    for top, cells in enumerate(rows):
        for left, text, down, right in cells:
            span = f'<w:gridSpan w:val="{right}"/>' if right > 1 else ""
            begins = '<w:vMerge w:val="restart"/>' if down > 1 else ""
            lines[top][left] = cell(
                f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>", span + begins
            )
            for below in range(top + 1, top + down):
                lines[below][left] = cell("<w:p/>", span + "<w:vMerge/>")
    return word(table(*(row(*dict(sorted(line.items())).values()) for line in lines)))


def as_workbook(rows: Table) -> bytes:
    data, merges = "", ""
    for top, cells in enumerate(rows):
        data += f'<row r="{top + 1}">'
        for left, text, down, right in cells:
            place = address((top, left))
            data += f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            if down * right > 1:
                merges += (
                    f'<mergeCell ref="{place}:{address((top + down - 1, left + right - 1))}"/>'
                )
        data += "</row>"
    marks = f"<mergeCells>{merges}</mergeCells>" if merges else ""
    return zipped(xlsx_parts(f"<sheetData>{data}</sheetData>{marks}"))


def as_text(rows: Table, separator: str) -> bytes:
    lines = [separator.join(text for _, text, _, _ in cells) for cells in rows]
    if separator == "|":
        lines = [f"|{line}|" for line in lines]
    return "\n".join(lines).encode()


def shape(document: Document) -> dict[tuple[int, int], tuple[str, int, int]]:
    """The one table of a document, cell by cell."""
    assert is_sound(document)
    (grid,) = document.parts
    assert isinstance(grid, Grid)
    return {at: (box.text, box.rows, box.columns) for at, box in sorted(grid.boxes.items())}


def expected(rows: Table) -> dict[tuple[int, int], tuple[str, int, int]]:
    return {
        (top, left): (text, down, right)
        for top, cells in enumerate(rows)
        for left, text, down, right in cells
    }


@pytest.mark.parametrize("write", [as_page, as_word, as_workbook])
def test_merged_tables(write: Callable[[Table], bytes]) -> None:
    for seed in range(150):
        rows = random_table(seed)
        assert shape(open_document(write(rows))) == expected(rows), seed


@pytest.mark.parametrize("separator", ["\t", "|"])
def test_plain_tables(separator: str) -> None:
    for seed in range(150):
        rows = random_table(seed, merged=False)
        assert shape(open_document(as_text(rows, separator))) == expected(rows), seed


@pytest.mark.oracle
def test_what_libreoffice_makes_of_a_page(tmp_path: Path) -> None:
    """A page saved by LibreOffice as a Word document, as a .doc and as a page again."""
    program = require_soffice()
    pages = [
        as_page(random_table(seed)).removeprefix(b"<html><meta charset=utf-8>")
        for seed in range(12)
    ]
    source = b"<html><meta charset=utf-8>" + "<p>之间</p>".encode().join(pages)
    (tmp_path / "a.html").write_bytes(source)
    for filters in ("docx:MS Word 2007 XML", "doc:MS Word 97", "html:HTML (StarWriter)"):
        command = [
            program,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
        ]
        command += ["--infilter=HTML (StarWriter)", "--convert-to", filters]
        command += ["--outdir", str(tmp_path / "out"), str(tmp_path / "a.html")]
        subprocess.run(command, check=True, capture_output=True)
    seen = told(open_document(source))
    for saved in sorted((tmp_path / "out").iterdir()):
        assert told(open_document(saved.read_bytes())) == seen, saved.name
