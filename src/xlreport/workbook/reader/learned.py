"""The frames that this process has learned, by what tells kinds of workbooks apart at a glance."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

from xlreport.formats.guard import Limits, Refused
from xlreport.formats.opc import TYPES
from xlreport.formats.raw import Format, RawBook, RawSheet
from xlreport.submission import Provenance
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.frame import Frame, Kind, Package, Quick, read_by
from xlreport.workbook.reader.identify import Forms
from xlreport.workbook.reader.learning import Unteachable, frame_of, may_be_told
from xlreport.workbook.reader.sheet_frame import Unknown

MOST_KINDS = 32
"""Kinds of workbooks that are remembered: forms, versions, years, and the programs that saved
them."""

MOST_FRAMES = 6
"""Frames of one kind that are remembered."""

MOST_LESSONS = 40
"""Workbooks of one kind from which a frame is made before it is given up."""


class _Lessons:
    """What was learned of one kind: the frames, the last one that fitted first."""

    def __init__(self) -> None:
        self.frames: tuple[Frame, ...] = ()
        self.given = 0


class Memory:
    """What was learned so far; several threads may ask at once."""

    def __init__(self) -> None:
        self._kinds: OrderedDict[Kind, _Lessons] = OrderedDict()
        self._lock = threading.Lock()

    def recall(
        self, package: Package, forms: Forms, provenance: Provenance, limits: Limits
    ) -> Quick | None:
        """What a workbook holds whose frame is known; None for any other."""
        lessons = self._kinds.get(package.kind)
        if lessons is None:
            return None
        for frame in lessons.frames:
            if frame.marks > limits.cells:
                continue
            try:
                quick = read_by(frame, package, forms, provenance)
            except Unknown:
                continue
            if frame is not lessons.frames[0]:
                others = tuple(other for other in lessons.frames if other is not frame)
                lessons.frames = (frame, *others)
            return quick
        return None

    def knows(self, package: Package) -> bool:
        """Whether anything is known of workbooks of this kind."""
        return package.kind in self._kinds

    def spared(self, package: Package) -> Mapping[str, RawSheet]:
        """The sheets of a workbook that is read with care of which everything is known, by their
        parts; none for a workbook of an unknown kind."""
        lessons = self._kinds.get(package.kind)
        if lessons is None or not lessons.frames:
            return {}
        frame = lessons.frames[0]
        is_same_kind = package.members.get(TYPES) == frame.fixed.get(TYPES)
        return frame.spared(package) if is_same_kind else {}

    def learn(self, package: Package, book: RawBook, careful: Quick, forms: Forms) -> None:
        """Remembers the frame of a workbook that was read with care, if it has one: if what it
        teaches gives the very same of that workbook."""
        is_usual = book.format is Format.XLSX and all(map(may_be_told, careful.findings))
        if not is_usual:
            return
        with self._lock:
            lessons = self._kinds.setdefault(package.kind, _Lessons())
            if lessons.given >= MOST_LESSONS:
                return
            lessons.given += 1
            frame = _frame_of(package, book, careful, forms)
            if frame is not None:
                lessons.frames = (frame, *lessons.frames)[:MOST_FRAMES]
            while len(self._kinds) > MOST_KINDS:
                self._kinds.popitem(last=False)


def _frame_of(package: Package, book: RawBook, careful: Quick, forms: Forms) -> Frame | None:
    form = forms(careful.submission.form)
    if form is None:
        return None
    provenance = careful.submission.provenance
    try:
        frame = frame_of(package, book, careful, layout_of(form))
        again = read_by(frame, package, forms, replace(provenance, saved="", number=0))
    except (Unteachable, Unknown, Refused):
        return None
    return frame if again == careful else None
