"""Where the cover has what: the lines of the unit, the place to sign, notes; at the right of what
prints a panel with the verdict, what does not hold, and where to go."""

from __future__ import annotations

from functools import cached_property

from xlreport.form.model import Form
from xlreport.workbook.layout.calculation import LISTED
from xlreport.workbook.layout.identity import IDENTITY_ROW
from xlreport.workbook.layout.sheet import Span

TITLE_ROWS = (1, 2)
"""Rows of the title and of the year."""

PANEL, PANEL_RIGHT = 4, 5
"""Columns at the right of what prints."""

VERDICT_ROW, SERVICE_ROW, LIST_HEAD_ROW = 1, 2, 3

DIRECTIONS_ROW = LIST_HEAD_ROW + LISTED + 2
"""The row above the links to the sheets."""

NOTES = 4
"""How many notes stand on every cover; remarks follow them."""


def by_hand(form: Form) -> list[str]:
    """The labels of those who sign with a pen: the cover's lines do not name them already."""
    return [signature.label for signature in form.signatures if signature.line is None]


class CoverLayout:
    """The rows of a form's cover that follow from how many lines the form has."""

    def __init__(self, form: Form) -> None:
        self._form = form

    @property
    def first_signature(self) -> int:
        """The row of the first signature, below the lines of the unit."""
        return IDENTITY_ROW + len(self._form.identity)

    @cached_property
    def first_note(self) -> int:
        """The row of the first note, below the seal and a blank row."""
        seal = 1 if self._form.signatures else 0
        return self.first_signature + len(by_hand(self._form)) + seal + 1

    @property
    def entries(self) -> range:
        """The rows of the list of what does not hold, and of how many more there are."""
        return range(LIST_HEAD_ROW + 1, LIST_HEAD_ROW + LISTED + 2)


def panel_line(row: int) -> Span:
    """A row of what stands at the right."""
    return Span.line(row, PANEL, PANEL_RIGHT)
