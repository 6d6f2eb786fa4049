"""A document that was made is opened again, and its numbers are compared with the data."""

from __future__ import annotations

import io
from collections.abc import Sequence

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.table import _Cell as WordCell

from xlreport.a1 import Cell
from xlreport.errors import ReportError
from xlreport.form.model import Table
from xlreport.publishing.report.content import Report
from xlreport.workbook.layout.table import official_table


def require_same_numbers(data: bytes, report: Report, *, all_tables: bool = True) -> None:
    """Raises ReportError where a table of the document shows another number than the data, and with
    `all_tables` where one is missing or there twice."""
    written = _tables(data)
    for table in report.form.tables:
        found = [word for title, word in written if title == table.title]
        count = len(found)
        if all_tables and count != 1:
            many = f"写出的报告里“{table.title}”有 {count} 张，应当有一张。"
            raise ReportError(f"{many}{_NOTHING_WRITTEN}")
        for word in found:
            _require_same(table, word, report)


_NOTHING_WRITTEN = "没有写报告，原有文件没有改动。"


def _tables(data: bytes) -> list[tuple[str, WordTable]]:
    """The official tables of a document with their titles, which stand in its accessible names."""
    document = Document(io.BytesIO(data))
    tables = []
    for element in document.element.body.iter(qn("w:tbl")):
        caption = element.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}")
        if caption is not None:
            title = str(caption.get(qn("w:val")))
            tables.append((title, WordTable(element, document)))
    return tables


def _require_same(table: Table, word: WordTable, report: Report) -> None:
    rows = [row.cells for row in word.rows]
    for name, span in official_table(table).fields.items():
        expected = report.shown(name)
        text = _text_at(rows, span.cell)
        if text != expected:
            label = report.form.fields[name].label
            raise ReportError(
                f"写出的报告里“{label}”是“{text}”，数据是“{expected}”。{_NOTHING_WRITTEN}"
            )


def _text_at(rows: Sequence[Sequence[WordCell]], cell: Cell) -> str:
    """What stands in a cell of a table's grid."""
    row, column = cell
    try:
        return rows[row][column].text
    except IndexError:
        return "（没有这一格）"
