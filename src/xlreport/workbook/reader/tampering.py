"""What somebody did to the workbook that does not touch its numbers: told, never held against a town."""

from __future__ import annotations

from collections.abc import Iterator

from xlreport.findings import Finding, record
from xlreport.formats.raw import Format
from xlreport.workbook.codes import R21, R22, R23, R24
from xlreport.workbook.reader.locate import Located

_FORMATS = {
    Format.XLS: "这是旧格式（.xls）工作簿，已照常读取；这种格式没有校验码，传输中的损坏查不出来",
    Format.ODS: "这是 OpenDocument（.ods）工作簿，已照常读取",
    Format.XLSB: "这是二进制（.xlsb）工作簿，已照常读取",
}


def remarks(located: Located) -> Iterator[Finding]:
    """R21 to R24: links to other files, protection taken off, macros, another format."""
    book = located.book
    if book.links:
        words = "工作簿里有指向其他文件或数据源的链接，没有打开，也没有更新"
        yield record(R21, words, "请在“数据 → 编辑链接”里断开链接，直接填数字")
    open_ = [
        name
        for name in located.layout.sheets
        if name in book.sheets and not book.sheets[name].protected
    ]
    if open_:
        words = f"工作表保护被取消：{'、'.join(open_)}；数字已照常读取"
        yield record(R22, words, "请不要改动黄色格子以外的内容")
    if book.macros:
        yield record(R23, "工作簿带有宏，没有运行", "请另存为不带宏的“.xlsx”格式")
    if book.format in _FORMATS:
        yield record(R24, _FORMATS[book.format], "请核对数字；下次请另存为“.xlsx”格式报送")
