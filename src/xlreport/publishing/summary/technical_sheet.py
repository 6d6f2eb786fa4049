"""技术信息: what tells one file from another, for whoever has to prove which was counted."""

from __future__ import annotations

from xlreport.clock import minute, seconds_of
from xlreport.merging.outcome import FileRecord
from xlreport.merging.result import MergeResult
from xlreport.publishing.overview import moment_of
from xlreport.publishing.summary.list_sheet import Column, Content, ListSheet
from xlreport.publishing.summary.names import TECHNICAL_SHEET
from xlreport.workbook.writer.book import WorkbookWriter

_COLUMNS = (
    Column("文件", 46, wraps=True),
    Column("结果", 11, "centre"),
    Column("单位代码", 11, "centre"),
    Column("单位", 20),
    Column("第几次报送", 11, "centre"),
    Column("收到或保存时间", 18, "centre"),
    Column("最后保存时间", 18, "centre"),
    Column("SHA-256", 34, wraps=True),
)


def write_technical(book: WorkbookWriter, result: MergeResult) -> None:
    """The sheet: every file, in the order of their paths."""
    sheet = ListSheet(book, TECHNICAL_SHEET, _COLUMNS, kept=1)
    sheet.about("每个收到的文件一行。SHA-256 相同的文件，内容一字不差；时间是北京时间。")
    for file in sorted(result.files, key=lambda file: file.path):
        sheet.add(_row(file))
    sheet.finish(printed=False)


def _row(file: FileRecord) -> tuple[Content, ...]:
    source = file.provenance
    unit = file.unit
    return (
        file.path,
        file.outcome.label,
        unit.code,
        unit.name,
        source.number or None,
        moment_of(file),
        minute(seconds_of(source.saved)),
        source.sha256,
    )
