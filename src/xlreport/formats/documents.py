"""From the bytes of a file to a document: lines and grids, whatever its format and its name."""

from __future__ import annotations

from collections.abc import Sequence

from xlreport.formats import codes
from xlreport.formats.detect import FileFormat, Kind, format_of
from xlreport.formats.grid import Document
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, check_limit


def is_document(found: FileFormat) -> bool:
    """Whether a kind of file is a document that can be read, and no workbook."""
    return found.read_document is not None


def open_document(
    data: bytes, limits: Limits = DEFAULT_LIMITS, passwords: Sequence[str] = ()
) -> Document:
    """Reads a document; of a workbook what its sheets show. `passwords` are tried on what is
    encrypted. Raises Refused."""
    check_limit(codes.FILE_SIZE, len(data), limits.file)
    found = format_of(data, limits)
    if found.kind is Kind.LOCKED:
        from xlreport.formats.locked import decrypt

        data = decrypt(data, passwords)
        found = format_of(data, limits)
    if found.read_document is not None:
        return found.read_document(data, limits)
    from xlreport.formats.book_grid import book_document
    from xlreport.formats.open import open_book

    return book_document(open_book(data, limits, passwords), limits)
