"""Where a form's fields, checks and names stand in its workbook: what writer and reader share.

`layout_of(form)` gives the layout of all sheets; `details` has the addresses of a summary's detail
sheets, `identity` those of the hidden sheet, `first_edition` what is otherwise in workbooks of the
first layout.
"""

from xlreport.workbook.layout.identity import Identity
from xlreport.workbook.layout.lines import CheckLine, ListedCheck
from xlreport.workbook.layout.sheet import SheetLayout, Span
from xlreport.workbook.layout.workbook import WorkbookLayout, layout_of

__all__ = [
    "CheckLine",
    "Identity",
    "ListedCheck",
    "SheetLayout",
    "Span",
    "WorkbookLayout",
    "layout_of",
]
