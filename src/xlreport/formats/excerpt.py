"""A few sheets of a very large .xlsx as a workbook of its own, without reading the others.

What is left out is not even unpacked, but for the shared texts (ECMA-376 part 1, 18.4.9), which
pass by in pieces. Only packages as programs write them are taken; of any other nothing is made,
and the careful reader says what it is.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from xlreport.formats import codes, opc
from xlreport.formats.guard import (
    Limits,
    Refused,
    check_directory,
    check_limit,
    check_member,
    open_member,
    open_zip,
    part_name,
    read_member,
)

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_NO_CELLS = f'<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>'.encode()
"""What stands for a sheet that is left out."""

_SHEETS = "xl/worksheets/"
LIMITS = Limits(file=1_000_000_000, total=20_000_000_000)
"""Of a package of which very little is read; those on its parts hold for what is read whole."""

MOST_TEXTS = 4_000_000_000
"""Bytes of shared texts that may pass by."""

_PIECE = 2**20
"""Bytes of them that are unpacked at a time."""

_LONGEST_TEXT = 2**23
"""Bytes that one of them may take: a cell holds 32,767 characters, each with a format at worst."""

_SHARED = re.compile(rb'(<c [^<>]*?t="s"[^<>]*>\s*<v>)([0-9]{1,8})(?=</v>)')
"""A cell with a shared text, and the number of that."""

_SHARED_MARK = re.compile(rb'\bt\s*=\s*["\']s["\']')
_END_OF_TEXT = re.compile(rb"</si\s*>|<si\s*/>")


def excerpt(data: bytes, sheets: Collection[str], limits: Limits = LIMITS) -> bytes:
    """The package with these sheets; the others are there, and empty. Raises Refused for what is
    beyond the limits, or is not as programs write it."""
    check_limit(codes.FILE_SIZE, len(data), limits.file)
    with open_zip(data) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        check_directory(data, infos, limits)
        members = {part_name(info.filename): info for info in infos}
        return _Package(archive, members, limits).excerpt(sheets)


class _Package:
    """A package of which parts are read when they are asked for."""

    def __init__(
        self, archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], limits: Limits
    ) -> None:
        self._archive = archive
        self._members = members
        self._limits = limits

    def excerpt(self, sheets: Collection[str]) -> bytes:
        """The bytes of a package with these sheets."""
        parts = {name: self._read(name) for name in self._members if _is_about_all(name)}
        workbook = opc.workbook_part(parts)
        for name, part in opc.sheet_parts(parts, workbook).items():
            if part not in self._members:
                raise Refused(codes.MISSING_SHEET(sheet=name))
            parts[part] = self._read(part) if name in sheets else _NO_CELLS
        kept = {part: data for part, data in parts.items() if part.startswith(_SHEETS)}
        strings = opc.related({**self._unread(), **parts}, workbook, "sharedStrings")
        if strings:
            parts.update(self._with_texts(kept, strings[0]))
        return _packed(parts)

    def _read(self, name: str) -> bytes:
        info = self._members[name]
        check_member(info, self._limits)
        return read_member(self._archive, info, self._limits.part)

    def _unread(self) -> dict[str, bytes]:
        """The names of all parts."""
        return dict.fromkeys(self._members, b"")

    def _with_texts(self, sheets: Mapping[str, bytes], strings: str) -> dict[str, bytes]:
        """The sheets and the shared texts that they need, numbered anew."""
        needed: set[int] = set()
        for content in sheets.values():
            found = [int(match[2]) for match in _SHARED.finditer(content)]
            if len(found) != len(_SHARED_MARK.findall(content)):
                raise Refused(codes.BROKEN_XML())
            needed.update(found)
        numbers = {old: new for new, old in enumerate(sorted(needed))}
        texts = list(self._texts(strings, needed))
        if len(texts) < len(numbers):
            raise Refused(codes.BROKEN_XML())

        def renumbered(match: re.Match[bytes]) -> bytes:
            return match[1] + str(numbers[int(match[2])]).encode()

        parts = {name: _SHARED.sub(renumbered, content) for name, content in sheets.items()}
        parts[strings] = b'<sst xmlns="%s">%s</sst>' % (_MAIN.encode(), b"".join(texts))
        return parts

    def _texts(self, part: str, needed: Collection[int]) -> Iterator[bytes]:
        """The shared texts of these numbers, as they are written, in their order."""
        for number, text in enumerate(self._all_texts(part)):
            if number in needed:
                yield text

    def _all_texts(self, part: str) -> Iterator[bytes]:
        """Every shared text of a part as it is written. Raises Refused for comments and the like,
        in which the end of a text would be none."""
        pieces = self._pieces(part)
        rest = _behind_root(next(pieces, b""))
        for piece in chain(pieces, [b""]):
            if b"<!" in rest:
                raise Refused(codes.UNSAFE_XML())
            start = 0
            for end_of_text in _END_OF_TEXT.finditer(rest):
                yield rest[start : end_of_text.end()]
                start = end_of_text.end()
            rest = rest[start:] + piece
            check_limit(codes.PART_SIZE, len(rest), _LONGEST_TEXT)

    def _pieces(self, part: str) -> Iterator[bytes]:
        info = self._members[part]
        check_member(info, replace(self._limits, part=MOST_TEXTS))
        size = 0
        with open_member(self._archive, info) as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                check_limit(codes.PART_SIZE, size, MOST_TEXTS)
                yield piece


def _behind_root(content: bytes) -> bytes:
    """What stands behind the tag with which the shared texts begin. Raises Refused."""
    head, mark, rest = content.partition(b"<sst")
    _, end, texts = rest.partition(b">")
    if not mark or not end or b"<!" in head:
        raise Refused(codes.BROKEN_XML())
    return texts


def _is_about_all(name: str) -> bool:
    """Whether a part is about the whole workbook and small: what it consists of, its styles."""
    folder, base = posixpath.split(name)
    return folder in ("", "_rels", "xl", "xl/_rels", "docprops") and base != "sharedstrings.xml"


def _packed(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()
