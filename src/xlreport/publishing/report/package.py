"""A Word document as bytes: the same content always gives the same ones, and tells whether somebody
has changed it since."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from xlreport.text import clean
from xlreport.workbook.writer.book import issued
from xlreport.workbook.writer.xlsxwriter_patches import LANGUAGE, UNIX

if TYPE_CHECKING:
    from docx.document import Document

_OWN = "xlreport:"
_MARK = re.compile(rb"<dc:identifier>xlreport:([0-9a-f]{64})</dc:identifier>")
_PROPERTIES = "docProps/core.xml"
_NO_DATE = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip knows (APPNOTE.TXT 4.4.6)."""

_LONGEST = 255
"""Characters that python-docx takes for a property."""

MOST_BYTES = 100_000_000
"""Bytes that all parts of a document may have together."""


def packed(document: Document, title: str, author: str, year: int) -> bytes:
    """The document with its properties, marked as it was written."""
    properties = document.core_properties
    properties.title = clean(title)[:_LONGEST]
    properties.author = clean(author)[:_LONGEST]
    properties.last_modified_by = "xlreport"
    properties.language = LANGUAGE
    properties.comments = properties.keywords = properties.subject = properties.category = ""
    properties.created = properties.modified = issued(year)
    properties.revision = 1
    properties.identifier = _OWN
    properties.identifier = f"{_OWN}{_digest(_saved(document))}"
    return _with_fixed_dates(_saved(document))


def is_untouched(data: bytes) -> bool:
    """Whether a document is one of ours that nobody has saved since."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if _size(archive) > MOST_BYTES:
                return False
            mark = _MARK.search(archive.read(_PROPERTIES))
        return mark is not None and mark[1].decode() == _digest(data)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError, ValueError):
        return False


def _digest(data: bytes) -> str:
    return hashlib.sha256(b"".join(_content(data))).hexdigest()


def _content(data: bytes) -> Iterator[bytes]:
    """All members but the properties, each with its name, in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in sorted(archive.namelist()):
            if name != _PROPERTIES:
                content = archive.read(name)
                yield f"{name}\n{len(content)}\n".encode()
                yield content


def _size(archive: zipfile.ZipFile) -> int:
    return sum(member.file_size for member in archive.infolist())


def _saved(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _with_fixed_dates(data: bytes) -> bytes:
    """The same members; python-docx writes the time of day into each."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, _NO_DATE)
            member.create_system = UNIX
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            new.writestr(member, old.read(name))
    return buffer.getvalue()
