"""Locked workbooks: a unit's own (`write_workbook`), and the parts of which a summary is made.

Whatever imports this loads XlsxWriter.
"""

from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.context import SummaryContext, TemplateContext
from xlreport.workbook.writer.template import (
    blank,
    write_form_sheets,
    write_identity,
    write_workbook,
)

__all__ = [
    "SummaryContext",
    "TemplateContext",
    "WorkbookWriter",
    "blank",
    "write_form_sheets",
    "write_identity",
    "write_workbook",
]
