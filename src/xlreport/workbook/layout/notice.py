"""What a correction notice has beside the unit's own workbook: a first sheet with the list of what
is wrong, and notes at cells. The hidden sheet repeats the notes, so that whoever reads the workbook
knows them from what a town wrote at its cells.
"""

from __future__ import annotations

NOTICE = "更正通知"
"""The first sheet of a notice."""

NOTE_COLUMN = 3
"""The column of the hidden sheet with the notes, one a row; the first row says that it is a
notice."""

MOST_NOTED = 380
"""Characters of a note: what is longer no program shows, and the reader would not know it again."""

MOST_NOTES = 120
"""Notes on a sheet: so many that those of a town are still read beside them."""
