"""Texts of files that do not say for certain how they are encoded: pages and plain texts."""

from __future__ import annotations

import codecs
import re

from xlreport.text import decoded

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_-]+)""", re.IGNORECASE)
_HEAD = 4096
"""Bytes in which a page tells its encoding; browsers look at 1024."""

_ENCODINGS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
}
"""The encodings of pages that are known, and what browsers take for each (Encoding Standard,
4.2)."""

_ENOUGH = 30
"""So many bytes beyond ASCII are no UTF-8 by accident: pages are saved anew without their
declaration being changed."""

_FEW_ZEROS = 20
"""A text in UTF-16 has a zero in more bytes than one in so many: digits and separators have one."""


def text_of(data: bytes) -> str:
    """A text in UTF-8, UTF-16 or GB 18030; what cannot be decoded is replaced."""
    written = _without_strays(data)
    text = decoded(written)
    if text is None:
        text = written.decode("gb18030", "replace")
    return text.replace("\0", "")


def page_text(data: bytes) -> str:
    """The source of a page: in the encoding of its byte order mark, else the one that it declares,
    else as `text_of` has it."""
    written = _without_strays(data)
    if b"\0" in written:
        return text_of(written)
    if written.startswith(codecs.BOM_UTF8) or _is_certainly_utf8(written):
        return written.decode("utf-8-sig", "replace")
    declared = declared_encoding(written)
    if not declared:
        return text_of(written)
    try:
        return written.decode(declared)
    except UnicodeDecodeError:
        text = decoded(written)
    return written.decode(declared, "replace") if text is None else text


def declared_encoding(data: bytes) -> str:
    """The encoding that a page declares; empty for none, or one that is not known."""
    match = _DECLARED.search(data[:_HEAD])
    return _ENCODINGS.get(match[1].decode().lower(), "") if match else ""


def _without_strays(data: bytes) -> bytes:
    """A text without zeros that are no part of it."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if is_wide or data.count(0) * _FEW_ZEROS > len(data):
        return data
    return data.replace(b"\0", b"")


def _is_certainly_utf8(data: bytes) -> bool:
    beyond_ascii = data.translate(None, bytes(range(128)))
    if len(beyond_ascii) < _ENOUGH:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
