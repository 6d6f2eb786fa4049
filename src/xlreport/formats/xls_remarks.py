"""Comments and drawings over the cells of a BIFF8 sheet, with their words: [MS-XLS] 2.4.179 (Note),
2.4.181 (Obj), 2.4.329 (TxO), [MS-ODRAW] 2.2.46 and [MS-XLS] 2.5.193 (where a drawing is anchored).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from xlreport.a1 import Cell
from xlreport.formats.raw import MOST_ODD, Remark
from xlreport.formats.remarks import CHART, COMMENT, MOST_LETTERS, PICTURE, TEXT_BOX

NOTE, CONTINUE, OBJ, DRAWING, TEXT_OBJECT = 0x1C, 0x3C, 0x5D, 0xEC, 0x1B6

_ANCHOR = b"\x00\x00\x10\xf0\x12\x00\x00\x00"
"""The header of a client anchor of 18 bytes."""

_COMMON = b"\x15\x00\x12\x00"
"""The header of what all objects say: their type and id."""

_CHART, _TEXT_BOX, _PICTURE, _NOTE, _SHAPE = 0x05, 0x06, 0x08, 0x19, 0x1E
_WITH_TEXT = frozenset({0x01, 0x02, 0x03, 0x04, _TEXT_BOX, 0x09, _SHAPE})
"""Objects that people draw, with or without words; the others are controls and pull-down arrows."""

_WIDE = 0x01


@dataclass(slots=True)
class _Object:
    """One object: its type, its id, its first cell, its words."""

    kind: int
    id: int
    cell: Cell
    words: str = ""


@dataclass
class XlsRemarks:
    """The remarks of one sheet; fed with its records."""

    objects: list[_Object] = field(default_factory=list)
    notes: list[tuple[Cell, int]] = field(default_factory=list)
    anchor: Cell = (0, 0)
    letters: int = 0

    def take(self, kind: int, body: bytes) -> None:
        """Notes what a record says; nothing of one that is too short."""
        letters, self.letters = self.letters, 0
        if kind == DRAWING:
            self._take_anchor(body)
        elif kind == OBJ and body[:4] == _COMMON and len(body) >= 8:
            object_kind, key = struct.unpack_from("<HH", body, 4)
            if len(self.objects) < MOST_ODD:
                self.objects.append(_Object(object_kind, key, self.anchor))
        elif kind == TEXT_OBJECT and len(body) >= 12:
            (self.letters,) = struct.unpack_from("<H", body, 10)
        elif kind == CONTINUE and letters and self.objects:
            self.objects[-1].words = _words(body, letters)
        elif kind == NOTE and len(body) >= 8 and len(self.notes) < MOST_ODD:
            row, column, _, key = struct.unpack_from("<HHHH", body)
            self.notes.append(((row, column), key))

    def _take_anchor(self, body: bytes) -> None:
        start = body.rfind(_ANCHOR)
        if start >= 0 and len(body) >= start + len(_ANCHOR) + 8:
            column, _, row = struct.unpack_from("<HHH", body, start + len(_ANCHOR) + 2)
            self.anchor = row, column

    def remarks(self) -> list[Remark]:
        """All that people see, in the order of the cells."""
        told = [*self._comments(), *self._drawings()]
        return sorted(told, key=lambda remark: remark.cell)[:MOST_ODD]

    def _comments(self) -> Iterator[Remark]:
        words = {each.id: each.words for each in self.objects if each.kind == _NOTE}
        for cell, key in self.notes:
            yield Remark(cell, COMMENT, words.get(key, ""))

    def _drawings(self) -> Iterator[Remark]:
        for each in self.objects:
            if each.kind in _WITH_TEXT and each.words:
                yield Remark(each.cell, TEXT_BOX, each.words)
            elif each.kind in (_PICTURE, _CHART):
                yield Remark(each.cell, PICTURE if each.kind == _PICTURE else CHART, each.words)


def _words(body: bytes, letters: int) -> str:
    """The text of an object, as far as its first record goes (2.5.296)."""
    if body[:1] and body[0] & _WIDE:
        text = body[1 : 1 + 2 * letters].decode("utf-16-le", "replace")
    else:
        text = body[1 : 1 + letters].decode("latin-1")
    return " ".join(text[:MOST_LETTERS].split())
