"""From the bytes of a file to a raw workbook, whatever its format and its name."""

from __future__ import annotations

from collections.abc import Sequence

from xlreport.formats.detect import Kind, foreign, kind_of
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused, damaged, open_package, too_much
from xlreport.formats.ods import read_ods
from xlreport.formats.raw import RawBook
from xlreport.formats.unlocking import unlock
from xlreport.formats.xls import read_xls
from xlreport.formats.xlsb import read_xlsb
from xlreport.formats.xlsx import read_ooxml


def open_book(
    data: bytes, limits: Limits = DEFAULT_LIMITS, passwords: Sequence[str] = ()
) -> RawBook:
    """Reads a workbook; `passwords` are tried on one that is encrypted. Raises Refused."""
    if len(data) > limits.file:
        raise too_much("文件大小", len(data), limits.file, "字节")
    book = _open(data, limits, passwords)
    if not book.sheets:
        raise Refused(damaged("工作簿里没有工作表"))
    return book


def _open(
    data: bytes, limits: Limits, passwords: Sequence[str], *, unlocked: bool = False
) -> RawBook:
    kind, words = kind_of(data, limits)
    match kind:
        case Kind.OOXML:
            return read_ooxml(open_package(data, limits), limits)
        case Kind.XLSB:
            return read_xlsb(open_package(data, limits), limits)
        case Kind.ODS:
            return read_ods(open_package(data, limits), limits)
        case Kind.LOCKED if not unlocked:
            return _open(unlock(data, passwords), limits, passwords, unlocked=True)
        case Kind.BIFF:
            return _biff(data, limits, passwords, unlocked)
    raise foreign(words)


def _biff(data: bytes, limits: Limits, passwords: Sequence[str], unlocked: bool) -> RawBook:
    try:
        return read_xls(data, limits)
    except Refused as refused:
        if refused.finding.code != "R20" or unlocked:
            raise
    return _open(unlock(data, passwords), limits, passwords, unlocked=True)
