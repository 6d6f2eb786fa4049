"""Makes reports that are not our workbooks, from the text tables in `source/published/`.

    python samples/make_published.py [OUT]

己巳乡 has its report of 2024 only as a page on the county's site, and typed that of 2025 into a
workbook of its own. Both are fictional. They are committed, and a test proves that this script makes
the same bytes again."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import datetime
from html import escape
from pathlib import Path

import xlsxwriter

from printed_tables import Printed, Slot, table_as_printed
from tabletext import load
from xlreport import Form, Submission, Unit, get_form
from xlreport.rules.filling import column_store
from xlreport.rules.fixed import from_fixed
from xlreport.submission import shown

HERE = Path(__file__).resolve().parent
FORM = "zfxxgk-2021"

Part = str | Printed

_HEAD = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>{title}_示例县人民政府</title>
</head>
<body>
<div class="nav"><a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="/zwgk/nb/">政府信息公开年报</a></div>
<h1>{title}</h1>
<div class="source">来源：{unit}　发布时间：{year}-01-20</div>
<div class="text">
"""
_FOOT = """</div>
<div class="footer">主办：示例县人民政府办公室（虚构的样例）</div>
</body>
</html>
"""


def make(out: Path) -> list[Path]:
    """Writes the page and the workbook into `out`; returns their paths."""
    out.mkdir(parents=True, exist_ok=True)
    form = get_form(FORM)
    written = []
    for source in sorted((HERE / "source" / "published").glob("*.txt")):
        report = load(source, form, Unit("示例县"))
        title = title_of(report, form)
        if report.year == 2024:
            path = out / f"{title}.html"
            path.write_bytes(web_page(report, form).encode())
        else:
            path = out / f"{title}（自己打的表）.xlsx"
            path.write_bytes(workbook(report, form))
        written.append(path)
    return written


def title_of(report: Submission, form: Form) -> str:
    """The title of a report as it is published."""
    return f"{report.unit.name}{report.year}年{form.title}"


def values_of(report: Submission, form: Form) -> dict[str, str]:
    """All numbers as printed, totals too."""
    columns = column_store(form, [report]).columns
    return {name: shown(from_fixed(int(columns[name].values[0]))) for name in form.fields}


def parts_of(report: Submission, form: Form) -> Iterator[Part]:
    """The sections of a report in their order: headings, texts and tables."""
    values = values_of(report, form)
    tables = {table.id: table for table in form.tables}
    labels = {text.field_id: text.label for text in form.texts}
    for name in form.order:
        if name in tables:
            yield tables[name].title
            yield table_as_printed(tables[name], values)
        else:
            yield labels[name]
            yield report.texts[name]


def web_page(report: Submission, form: Form) -> str:
    """The report as a page on a county's site."""
    title = title_of(report, form)
    head = _HEAD.format(title=title, unit=report.unit.name, year=report.year + 1)
    lines = []
    for part in parts_of(report, form):
        lines.append(_table(part) if isinstance(part, Printed) else f"<p>　　{escape(part)}</p>")
    return head + "\n".join(lines) + "\n" + _FOOT


def _table(part: Printed) -> str:
    rows = []
    for row in part.rows():
        cells = "".join(_cell(slot) for _, slot in row)
        rows.append(f"<tr>{cells}</tr>")
    return '<table border="1">\n' + "\n".join(rows) + "\n</table>"


def _cell(slot: Slot) -> str:
    spans = f' rowspan="{slot.rows}"' if slot.rows > 1 else ""
    spans += f' colspan="{slot.columns}"' if slot.columns > 1 else ""
    return f'<td{spans}><p align="center">{escape(slot.text) or "&nbsp;"}</p></td>'


def workbook(report: Submission, form: Form) -> bytes:
    """The report as a clerk types it into an empty sheet."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": datetime(report.year + 1, 1, 9)})
    sheet = book.add_worksheet("Sheet1")
    centred = book.add_format({"align": "center", "valign": "vcenter", "border": 1})
    sheet.write(0, 0, title_of(report, form))
    row = 2
    for part in parts_of(report, form):
        if isinstance(part, str):
            sheet.write(row, 0, part)
            row += 1
            continue
        for (below, column), slot in part.slots.items():
            value = float(slot.text) if slot.field else slot.text
            first, last = row + below, row + below + slot.rows - 1
            if slot.rows > 1 or slot.columns > 1:
                right = column + slot.columns - 1
                sheet.merge_range(first, column, last, right, value, centred)
            else:
                sheet.write(first, column, value, centred)
        row += part.height + 1
    book.close()
    return stream.getvalue()


if __name__ == "__main__":
    for path in make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "published"):
        print(path)
