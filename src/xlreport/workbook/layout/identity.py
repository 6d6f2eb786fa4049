"""Who and what a workbook is, and where the file says so.

The very hidden sheet holds a row a key; each value is also a defined name and a custom property
(OOXML part `docProps/custom.xml`). The cover shows the lines that people read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from xlreport.a1 import Cell
from xlreport.form.model import Form

PREFIX = "xlreport."
"""Before a key: the defined name and the custom property with its value."""

KEY_COLUMN, VALUE_COLUMN = 0, 1
"""Columns of the hidden sheet, a row a key."""

_LONGEST_NUMBER = 9
"""Digits of a submission number."""

UNIT, SUMMARY = "unit", "summary"
"""Kinds of workbooks."""

EDITION = 2
"""The version of the layout: where titles, texts, explanations and last year's figures stand.
Workbooks of the first one do not say which they are of."""

IDENTITY_ROW = 4
"""The cover's first line."""

COVER_LABEL, COVER_VALUE = 1, 2
"""Columns of the cover."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a workbook says of itself, as text; the attributes are the hidden sheet's keys in order.

    `unit`, `code` and `level` are empty where the town types them in; `with_errors` and `missing`
    name units of a summary, `submission` is 1 in a new template and more in a repaired one.
    """

    form: str = ""
    form_version: str = ""
    fingerprint: str = ""
    kind: str = ""
    year: str = ""
    county: str = ""
    county_code: str = ""
    unit: str = ""
    code: str = ""
    level: str = ""
    with_errors: str = ""
    missing: str = ""
    submission: str = ""
    edition: str = ""

    @property
    def number(self) -> int:
        """The submission number; 0 where none is told."""
        digits = self.submission[:_LONGEST_NUMBER]
        return int(digits) if digits.isascii() and digits.isdigit() else 0

    @property
    def is_summary(self) -> bool:
        """Whether the workbook is a summary of other units' reports."""
        return self.kind == SUMMARY


KEYS = tuple(attribute.name for attribute in fields(Identity))
"""Keys of the hidden sheet, in order."""


def is_current_edition(identity: Identity) -> bool:
    """Whether a workbook has the present layout."""
    return identity.edition == str(EDITION)


def identity_name(item: str) -> str:
    """The defined name of one line of the cover, by its id."""
    return f"identity.{item}"


def cover_cells(form: Form) -> dict[str, Cell]:
    """The cell of each line of the cover, by its id."""
    return {
        item.id: (row, COVER_VALUE) for row, item in enumerate(form.identity, start=IDENTITY_ROW)
    }
