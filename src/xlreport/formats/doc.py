"""Word 97 documents (.doc): turned into a .docx, which is then read like any other.

Library: msdoc2docx (MIT, the extra `import`), which follows [MS-DOC] in plain Python, runs no
program and no macro. It knows files only by their paths, so that both lie in a folder of their own
for as long as it works.
"""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from xlreport.formats import codes, docx
from xlreport.formats.grid import Document
from xlreport.formats.guard import Limits, Refused, check_limit, read_at_most

if TYPE_CHECKING:
    from doc2docx.cfb.container import CompoundFileLimits

_BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What the library lets out of files that are not as they should be, beside its own errors."""

_ENTRIES = 10_000
"""Streams and storages that a file may have."""


def read(data: bytes, limits: Limits) -> Document:
    """Reads a document. Raises Refused, also where the library is not installed."""
    return docx.read(as_docx(data, limits), limits)


def as_docx(data: bytes, limits: Limits) -> bytes:
    """The document as a .docx. Raises Refused."""
    with tempfile.TemporaryDirectory(prefix="xlreport-") as folder:
        source, target = Path(folder, "a.doc"), Path(folder, "a.docx")
        source.write_bytes(data)
        _convert(source, target, limits)
        with target.open("rb") as stream:
            converted = read_at_most(stream, limits.file + 1)
    check_limit(codes.FILE_SIZE, len(converted), limits.file)
    return converted


def _convert(source: Path, target: Path, limits: Limits) -> None:
    try:
        from doc2docx import convert
        from doc2docx.errors import Doc2DocxError, EncryptedDocumentError
    except ImportError:
        raise Refused(codes.NO_DOC_READER()) from None
    try:
        convert(source, target, limits=_limits(limits))
    except EncryptedDocumentError:
        raise Refused(codes.LOCKED_DOC()) from None
    except (Doc2DocxError, *_BROKEN):
        raise Refused(codes.BROKEN_DOC()) from None


def _limits(limits: Limits) -> CompoundFileLimits:
    from doc2docx.cfb.container import CompoundFileLimits

    return CompoundFileLimits(
        max_input_bytes=limits.file,
        max_stream_bytes=limits.file,
        max_directory_entries=_ENTRIES,
    )
