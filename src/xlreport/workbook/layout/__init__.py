"""Where a form's fields, checks and names stand in its workbook: what writer and reader share.

`layout_of(form)` gives the layout of all sheets; `details` has the addresses of a summary's detail
sheets, `identity` and `prior_year` those of the hidden sheet and of the 上年数 sheet.
"""

from xlreport.workbook.layout.check_rows import CheckRow, DeferredCheckRow
from xlreport.workbook.layout.identity import Identity
from xlreport.workbook.layout.sheet import SheetLayout, Span
from xlreport.workbook.layout.workbook import WorkbookLayout, layout_of

__all__ = [
    "CheckRow",
    "DeferredCheckRow",
    "Identity",
    "SheetLayout",
    "Span",
    "WorkbookLayout",
    "layout_of",
]
