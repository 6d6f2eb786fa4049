"""From bytes to a raw workbook, whatever the format; knows nothing of forms.

The door: `open_book` reads a workbook, or raises `Refused` with the finding that says why;
`Limits` are what it keeps to; `RawBook`, `RawSheet` and `RawCell` are what it gives. `format_of`
tells what a file is. Archives of workbooks are unpacked by `archives`. A format is added by a
module with one function `read(data, limits)` and a row in `detect.FORMATS`.
"""

from xlreport.formats.detect import FileFormat, Kind, format_of
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook, RawCell, RawSheet

__all__ = [
    "DEFAULT_LIMITS",
    "FileFormat",
    "Kind",
    "Limits",
    "RawBook",
    "RawCell",
    "RawSheet",
    "Refused",
    "format_of",
    "open_book",
]
