"""What somebody wrote where nothing is read: beside the form, and over cells that check it.

The workbook's own words there are formulas. Where a program saved results alone, or somebody has
pasted them as values, they are told by how they begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xlreport.a1 import Cell
from xlreport.form.model import Form
from xlreport.formats.raw import RawCell, RawSheet
from xlreport.workbook.layout.cover import (
    DIRECTIONS_ROW,
    NOTES,
    PANEL,
    PANEL_RIGHT,
    TITLE_ROWS,
    VERDICT_ROW,
    CoverLayout,
)
from xlreport.workbook.layout.identity import COVER_LABEL, COVER_VALUE, cover_cells
from xlreport.workbook.layout.sheet import CHECKS, GUIDE, SheetLayout
from xlreport.workbook.reader.headings import squeezed

_OWN_WORDS = re.compile(
    r"[✔✘！※].*"
    r"|待填 [0-9]+ 格|其余要等别的表填好后核对|还有 [0-9]+ .*"
    r"|没有不成立的校验|另有 [0-9]+ 处.*|.+　[✘！※].+（.+）",
    re.DOTALL,
)
"""What checks say in cells and in the list on the cover, in whatever version."""

_GRADE = re.compile(r"(-?[0-4])(\.0)?")
"""How wrong a cell is, as any program stores it."""

_NOTHING_WRONG = ("0", "0.0")

_NUMBERED = re.compile(r"[0-9]+\.")
"""What stands before an instruction."""

_UNIT_LINE, _MEASURE_LINE = "填报单位", "计量单位"


def written_over(layout: SheetLayout, sheet: RawSheet, form: Form) -> list[Cell]:
    """The cells of a form's sheet whose check, line or signatures somebody typed over."""
    words = [layout.verdict.cell, *(status.span.cell for status in layout.statuses)]
    states = [layout.state(span.cell) for span in layout.fields.values()]
    over = [*_other_than(_OWN_WORDS, sheet, words), *_no_grades(sheet, states)]
    for cell, begins in _lines(layout, form).items():
        raw = sheet.cells.get(cell)
        if _is_typed(raw) and not _text(raw).startswith(begins):
            over.append(cell)
    return over


def _lines(layout: SheetLayout, form: Form) -> dict[Cell, str]:
    """The lines above and below a table, by how they begin."""
    lines = {layout.unit_line.cell: _UNIT_LINE}
    if layout.measure_line is not None:
        lines[layout.measure_line.cell] = _MEASURE_LINE
    if layout.signatures is not None and form.signatures:
        lines[layout.signatures.cell] = form.signatures[0].label
    return lines


def _other_than(own: re.Pattern[str], sheet: RawSheet, cells: Iterable[Cell]) -> list[Cell]:
    """Those of the cells with formulas that hold what no formula gives."""
    typed = [cell for cell in cells if _is_typed(sheet.cells.get(cell))]
    return [cell for cell in typed if own.fullmatch(_text(sheet.cells[cell])) is None]


def _no_grades(sheet: RawSheet, cells: Sequence[Cell]) -> list[Cell]:
    """Those of the hidden cells that hold no grade, or the only one among formulas."""
    over = _other_than(_GRADE, sheet, cells)
    typed = [cell for cell in cells if _is_typed(sheet.cells.get(cell))]
    grades = [cell for cell in typed if cell not in over]
    is_alone = len(grades) == 1 < len(cells)
    if is_alone and _text(sheet.cells[grades[0]]) not in _NOTHING_WRONG:
        over += grades
    return over


def _is_typed(raw: RawCell | None) -> bool:
    return raw is not None and raw.formula is None and raw.text.strip() != ""


def _text(raw: RawCell | None) -> str:
    return "" if raw is None else raw.text.strip()


# --- the cover and the instructions ----------------------------------------------------------


def beside_cover(sheet: RawSheet, form: Form, sheets: Iterable[str]) -> list[Cell]:
    """The cells with content that are none of the cover's own; none where rows have moved.

    `sheets` are those of the report, to which the cover leads.
    """
    home = cover_cells(form)
    labels = {item.id: squeezed(item.label) for item in form.identity}
    for item, (row, _) in home.items():
        if squeezed(_text(sheet.cells.get((row, COVER_LABEL)))) != labels[item]:
            return []
    own = _Cover(sheet, form, tuple(sheets))
    typed = [cell for cell, raw in sheet.cells.items() if _is_typed(raw)]
    return [cell for cell in typed if not own.has(cell)]


class _Cover:
    """What a cover has of its own."""

    def __init__(self, sheet: RawSheet, form: Form, sheets: tuple[str, ...]) -> None:
        self._sheet = sheet
        self._rows = CoverLayout(form)
        self._merged = {first for first, _ in sheet.merges}
        links = enumerate((*sheets, CHECKS, GUIDE), start=DIRECTIONS_ROW + 1)
        self._links = dict(links)
        results = [(row, PANEL) for row in (VERDICT_ROW, *self._rows.entries)]
        self._over = _other_than(_OWN_WORDS, sheet, results)

    def has(self, cell: Cell) -> bool:
        """Whether a cell with content is the cover's own."""
        row, column = cell
        if column == COVER_LABEL:
            return self._is_label_or_note(row)
        if column == COVER_VALUE:
            return TITLE_ROWS[-1] < row < self._rows.first_note - 1
        if column == PANEL:
            return self._is_in_panel(row)
        return column == PANEL_RIGHT and row in self._links

    def _is_label_or_note(self, row: int) -> bool:
        notes = self._rows.first_note
        is_note = notes <= row < notes + NOTES
        is_line = TITLE_ROWS[0] <= row < notes - 1
        return is_line or is_note or self._is_wide(row, COVER_LABEL)

    def _is_in_panel(self, row: int) -> bool:
        if row in self._links:
            return _text(self._sheet.cells[row, PANEL]) == self._links[row]
        if row < DIRECTIONS_ROW:
            return row >= VERDICT_ROW and (row, PANEL) not in self._over
        return self._is_wide(row, PANEL)

    def _is_wide(self, row: int, column: int) -> bool:
        """Whether a line goes over several columns, as all do that the workbook writes; where a
        program has lost that, nobody knows."""
        return not self._merged or (row, column) in self._merged


def beside_instructions(sheet: RawSheet) -> Iterator[Cell]:
    """The cells with content that are no instructions."""
    cells: Mapping[Cell, RawCell] = sheet.cells
    for (row, column), raw in cells.items():
        number = _text(cells.get((row, 0)))
        is_numbered = column in (0, 1) and _NUMBERED.fullmatch(number) is not None
        if _is_typed(raw) and not is_numbered and (row, column) != (0, 0):
            yield row, column
