"""From the bytes of a file to a raw workbook, whatever its format and its name."""

from __future__ import annotations

from collections.abc import Sequence

from xlreport.formats import codes
from xlreport.formats.detect import FileFormat, Kind, format_of, not_a_workbook
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused, check_limit
from xlreport.formats.locked import decrypt
from xlreport.formats.raw import RawBook


def open_book(
    data: bytes, limits: Limits = DEFAULT_LIMITS, passwords: Sequence[str] = ()
) -> RawBook:
    """Reads a workbook; `passwords` are tried on one that is encrypted. Raises Refused."""
    check_limit(codes.FILE_SIZE, len(data), limits.file)
    book = _read(data, limits, passwords)
    if not book.sheets:
        raise Refused(codes.NO_SHEETS())
    return book


def _read(data: bytes, limits: Limits, passwords: Sequence[str]) -> RawBook:
    """Reads a workbook, decrypted once if need be; of an .xls only its reader knows that."""
    found = format_of(data, limits)
    if found.kind is not Kind.LOCKED:
        try:
            return _read_as(found, data, limits)
        except Refused as refused:
            is_locked = refused.finding.code == codes.R20.code
            if found.kind is not Kind.BIFF or not is_locked:
                raise
    decrypted = decrypt(data, passwords)
    return _read_as(format_of(decrypted, limits), decrypted, limits)


def _read_as(found: FileFormat, data: bytes, limits: Limits) -> RawBook:
    if found.read is None:
        raise not_a_workbook(found, data, limits)
    return found.read(data, limits)
