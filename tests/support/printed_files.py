"""Printed tables and the lines around them as files: web pages, Word, workbooks, plain text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from xml.sax.saxutils import escape as xml_escape

import docx
import openpyxl
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.worksheet.worksheet import Worksheet

from printed_tables import Cell, Printed, Slot
from support.xlsb import as_xlsb
from xlreport.formats.raw import RawBook, RawCell, RawSheet

Part = str | Printed
Page = Sequence[Part]
"""A report from its beginning to its end: lines, and tables among them."""

PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Web:
    """How a web page is written: what stands in a blank cell, whether texts stand in paragraphs of
    their own, headings are `<th>`, tags are closed, tables lie in a table that makes the layout, a
    site lies around the report, Word wrote it; how wide cells say they are that are not."""

    charset: str = "utf-8"
    blank: str = "&nbsp;"
    paragraphs: bool = True
    headings: bool = False
    closed: bool = True
    layout_table: bool = False
    site: bool = False
    word: bool = False
    upper: bool = False


def _cell(slot: Slot, web: Web) -> str:
    text = escape(slot.text).replace("\n", "<br />" if web.closed else "<BR>")
    text = text or web.blank
    if web.word:
        style = "mso-yfti-cnfc:0;text-align:center"
        text = f"<p class=MsoNormal align=center style='{style}'><span lang=EN-US style='font-size:12.0pt;mso-bidi-font-size:11.0pt'>{text}<o:p></o:p></span></p>"
    elif web.paragraphs:
        text = f'<p align="center">{text}</p>' if web.closed else f"<p align=center>{text}"
    tag = "th" if web.headings and not slot.field else "td"
    spans = f' rowspan="{slot.rows}"' if slot.rows > 1 else ""
    spans += f' colspan="{slot.columns}"' if slot.columns > 1 else ""
    end = f"</{tag}>" if web.closed else ""
    return f"<{tag}{spans} nowrap>{text}{end}"


def _web_table(part: Printed, web: Web) -> str:
    lines = []
    for row in part.rows():
        cells = "".join(_cell(slot, web) for _, slot in row)
        lines.append(f"<tr>{cells}</tr>" if web.closed else f"<tr>{cells}")
    table = f"<table border=1 cellspacing=0><tbody>{''.join(lines)}</tbody></table>"
    if not web.closed:
        table = f"<table border=1>{''.join(lines)}</table>"
    if web.layout_table:
        table = f"<table width=100%><tr><td width=20></td><td><div>{table}</div></td></tr></table>"
    return table


_SITE_HEAD = """<div id="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/hd/">互动交流</a></li></ul></div>
<table class="crumbs"><tr><td>当前位置：</td><td>首页</td><td>&gt;</td><td>政府信息公开年报</td></tr></table>
<script>var t = "<table><tr><td>自然人</td></tr></table>"; document.title = "年报";</script>
<style>td { color: black } /* <td>9</td> */</style>
"""
_SITE_FOOT = """<table class="links"><tr><td>上一篇：</td><td>关于开展植树活动的通知</td></tr><tr><td>下一篇：</td><td>没有了</td></tr></table>
<div id="footer">主办：示例县人民政府办公室　网站标识码：9901000001　联系电话：0990-5550000<br>访问量：1234567</div>
"""


def web_page(page: Page, web: Web = Web()) -> bytes:
    """The report as a web page."""
    body = []
    for part in page:
        if isinstance(part, Printed):
            body.append(_web_table(part, web))
        elif web.word:
            body.append(
                f"<p class=MsoNormal><b><span>{escape(part)}</span></b><o:p>&nbsp;</o:p></p>"
            )
        else:
            body.append(f"<p>　　{escape(part)}</p>" if web.closed else f"<p>{escape(part)}")
    inner = "\n".join(body)
    if web.word:
        inner = f"<!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]--><div class=WordSection1><![if !supportEmptyParas]>&nbsp;<![endif]>{inner}</div>"
    if web.site:
        inner = f"{_SITE_HEAD}<div class=content><!-- 正文 <table><tr><td>0</td></tr></table> -->{inner}</div>{_SITE_FOOT}"
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={web.charset}">'
    space = ' xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"'
    text = f"<html{space if web.word else ''}><head>{head}</head><body>{inner}</body></html>"
    if web.upper:
        text = re.sub(r"</?(table|tr|td|th|p|tbody)\b", lambda tag: tag[0].upper(), text)
    return text.encode(web.charset)


def _covering(part: Printed) -> dict[Cell, tuple[Cell, Slot]]:
    """The merged cell that lies over each place."""
    covering: dict[Cell, tuple[Cell, Slot]] = {}
    for (row, column), slot in part.slots.items():
        for below in range(slot.rows):
            for beside in range(slot.columns):
                covering[row + below, column + beside] = (row, column), slot
    return covering


_WIDTH = 900
"""How wide a column is, in twentieths of a point: without widths LibreOffice lays tables out anew."""


def _word_cell(slot: Slot, inner: str = "", *, goes_on: bool = False) -> str:
    merge = f'<w:tcW w:w="{_WIDTH * slot.columns}" w:type="dxa"/>'
    if slot.columns > 1:
        merge += f'<w:gridSpan w:val="{slot.columns}"/>'
    if slot.rows > 1:
        merge += "<w:vMerge/>" if goes_on else '<w:vMerge w:val="restart"/>'
    text = "" if goes_on else slot.text
    runs = "<w:br/>".join(
        f'<w:t xml:space="preserve">{xml_escape(t)}</w:t>' for t in text.split("\n")
    )
    return f"<w:tc><w:tcPr>{merge}</w:tcPr>{inner}<w:p><w:r>{runs}</w:r></w:p></w:tc>"


def _word_table(part: Printed) -> str:
    covering = _covering(part)
    rows = []
    for row in range(part.height):
        cells, column = [], 0
        while column < part.width:
            (top, _), slot = covering.get((row, column), ((row, column), Slot("")))
            cells.append(_word_cell(slot, goes_on=top < row))
            column += slot.columns
        rows.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return _table_of(part.width, "".join(rows))


def _table_of(columns: int, rows: str) -> str:
    grid = f'<w:gridCol w:w="{_WIDTH}"/>' * columns
    return f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def word(page: Page, *, layout_table: bool = False) -> bytes:
    """The report as a .docx; with `layout_table` its tables lie in a table of one column."""
    document = docx.Document()
    body = document.element.body
    for part in page:
        if isinstance(part, Printed):
            xml = _word_table(part)
            if layout_table:
                cell = _word_cell(Slot(""), xml)
                xml = _table_of(1, f"<w:tr>{cell}</w:tr>")
            body.insert(len(body) - 1, parse_xml(xml))
            body.insert(len(body) - 1, parse_xml(f"<w:p {nsdecls('w')}/>"))
        else:
            document.add_paragraph(part)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@dataclass(frozen=True)
class Retyped:
    """How a workbook is typed: the names of its sheets (one for each table, or one for all), where it
    begins, whether numbers are texts and have separators of thousands."""

    sheets: tuple[str, ...] = ("Sheet1",)
    down: int = 0
    right: int = 0
    as_text: bool = False
    thousands: bool = False


def _typed(slot: Slot, retyped: Retyped) -> str | int | float | None:
    text = slot.text
    if not slot.field or not PLAIN.fullmatch(text):
        return text or None
    if retyped.thousands:
        return f"{int(text):,}" if "." not in text else text
    if retyped.as_text:
        return text
    return float(text) if "." in text else int(text)


def _lay(sheet: Worksheet, part: Printed, at: Cell, retyped: Retyped) -> None:
    for (row, column), slot in part.slots.items():
        top, left = row + at[0] + 1, column + at[1] + 1
        sheet.cell(top, left).value = _typed(slot, retyped)
        if slot.rows > 1 or slot.columns > 1:
            sheet.merge_cells(None, top, left, top + slot.rows - 1, left + slot.columns - 1)
    for row in part.hidden:
        sheet.row_dimensions[row + at[0] + 1].hidden = True


def _sheets_of(page: Page, names: tuple[str, ...]) -> Iterator[tuple[str, list[Part]]]:
    """The parts of each sheet: with several names each table has its own, with the lines above it."""
    if len(names) == 1:
        yield names[0], list(page)
        return
    waiting: list[Part] = []
    rest = list(names)
    for part in page:
        waiting.append(part)
        if isinstance(part, Printed) and len(rest) > 1:
            yield rest.pop(0), waiting
            waiting = []
    yield rest[0], waiting


def workbook(page: Page, retyped: Retyped = Retyped()) -> bytes:
    """The report as an .xlsx that somebody typed."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, parts in _sheets_of(page, retyped.sheets):
        sheet = book.create_sheet(name)
        row = retyped.down
        for part in parts:
            if isinstance(part, Printed):
                _lay(sheet, part, (row, retyped.right), retyped)
                row += part.height + 1
            else:
                sheet.cell(row + 1, retyped.right + 1).value = part
                row += 1
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def binary_workbook(page: Page) -> bytes:
    """The report as an .xlsb on one sheet."""
    cells: dict[Cell, RawCell] = {}
    row = 0
    for part in page:
        if isinstance(part, Printed):
            for (below, beside), slot in part.slots.items():
                is_number = slot.field and PLAIN.fullmatch(slot.text)
                if slot.text:
                    cells[row + below, beside] = RawCell("n" if is_number else "s", slot.text)
            row += part.height + 1
        else:
            cells[row, 0] = RawCell("s", part)
            row += 1
    return as_xlsb(RawBook({"Sheet1": RawSheet("Sheet1", cells)}, {}))


def _lines(page: Page, line: str, between: str) -> str:
    texts: list[str] = []
    for part in page:
        if isinstance(part, Printed):
            rows = [between.join(cells) for cells in part.texts()]
            texts += [row.replace("\n", "") for row in rows]
        else:
            texts.append(part)
    return line.join(texts)


def tabbed(page: Page) -> str:
    """The report as text with a tab between cells, blanks where a merged cell goes on."""
    return _lines(page, "\n", "\t")


def ragged(page: Page) -> str:
    """The report as text copied from a page: a row heading that goes over several columns takes one
    cell, so rows begin at different places."""
    lines: list[str] = []
    for part in page:
        if isinstance(part, Printed):
            lines += ["\t".join(_ragged_row(part, row)) for row in range(part.height)]
        else:
            lines.append(part)
    return "\n".join(lines)


def _ragged_row(part: Printed, row: int) -> list[str]:
    corner = part.slots[0, 0]
    left = corner.columns if corner.rows > 1 else 0
    covering = _covering(part)
    cells: list[str] = []
    column = 0
    while column < left:
        (top, _), slot = covering[row, column]
        cells.append(slot.text if top == row else "")
        column += slot.columns
    return cells + part.texts()[row][left:]


def spaced(page: Page) -> str:
    """The report as text with three spaces between what is printed in a row: blanks are lost."""
    return re.sub(r"[ ]*\t[ \t]*", "   ", tabbed(page))


def piped(page: Page) -> str:
    """The report as Markdown."""
    texts: list[str] = []
    for part in page:
        if not isinstance(part, Printed):
            texts += [part, ""]
            continue
        rows = [f"| {' | '.join(cells)} |".replace("\n", "") for cells in part.texts()]
        rule = "|" + " --- |" * part.width
        texts += [rows[0], rule, *rows[1:], ""]
    return "\n".join(texts)


def comma_separated(page: Page) -> str:
    """The report as CSV, as programs save a sheet: every line has the cells of the widest."""
    lines: list[list[str]] = []
    for part in page:
        lines += part.texts() if isinstance(part, Printed) else [[part]]
    width = max(len(line) for line in lines)
    stream = io.StringIO()
    csv.writer(stream).writerows([*line, *[""] * (width - len(line))] for line in lines)
    return stream.getvalue()


def run_together(page: Page) -> str:
    """The report as a page saved as text: its title, and nothing between the cells of all the rest."""
    title, *rest = tabbed(page).split("\n")
    return f"{title}\n{''.join(rest)}".replace("\t", "")
