"""What stands right below a table in workbooks of some version of its form: the signatures, and
the verdicts on its columns. Another version may have them a row lower or higher than the present
one, or at all; what is there is told by what it says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlreport.a1 import Cell
from xlreport.form.model import Form
from xlreport.workbook.layout.sheet import SheetLayout
from xlreport.workbook.layout.table import COLUMN_STATUSES

_VERDICT = re.compile(r"[✘！※] \S.*|待填 [0-9]+ 格")
"""What a status cell says: a mark and the words of a check, or how many cells are blank."""

_SIGNATURE = re.compile(r"([^：\u3000]+)：")
"""The label of a signature."""

_ROWS = 2
"""Rows below the table: signatures, verdicts."""


@dataclass(frozen=True)
class Margin:
    """The rows below a table of the form."""

    form: Form
    sheet: SheetLayout

    @property
    def rows(self) -> range:
        """The rows, whatever the present version has in them."""
        last = max(span.bottom for span in self.sheet.fields.values())
        return range(last + 1, last + 1 + _ROWS)

    def explains(self, cell: Cell, text: str) -> bool:
        """Whether a text stands there because some version of the form has it."""
        if cell[0] not in self.rows:
            return False
        is_heading = text == COLUMN_STATUSES
        return is_heading or _VERDICT.fullmatch(text) is not None or self._is_signatures(text)

    def _is_signatures(self, text: str) -> bool:
        """Whether a text is a signature block: several labels, of which the form knows one."""
        labels = _SIGNATURE.findall(text)
        return len(labels) > 1 and not self._known_labels.isdisjoint(labels)

    @property
    def _known_labels(self) -> frozenset[str]:
        """What cover and signatures of the present version ask for."""
        on_cover = [item.label for item in self.form.identity]
        signatures = [signature.label for signature in self.form.signatures]
        return frozenset([*on_cover, *signatures])
