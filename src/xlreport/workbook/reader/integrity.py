"""What was done to a workbook beside filling it in.

Content where the form has none and headings that were changed may mean a number in a wrong place;
links, macros, another format are told, never held against a town.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from xlreport.a1 import Cell, address
from xlreport.findings import Finding
from xlreport.formats.conditional import Hiding, hiding
from xlreport.formats.raw import Format, RawBook, RawCell, RawSheet
from xlreport.submission import Place
from xlreport.text import quote
from xlreport.workbook.codes import (
    BOOK_UNSEEN,
    CELL_MAY_BE_UNSEEN,
    CELL_UNSEEN,
    CELLS_MAY_BE_UNSEEN,
    CELLS_UNSEEN,
    HEADING_CHANGED,
    LINKS,
    MACROS,
    MORE_REMARKS,
    MORE_STRAY_CELLS,
    OBJECTS,
    OTHER_FORMATS,
    REMARK,
    REMARK_WITHOUT_WORDS,
    SHEET_COPY,
    SHEET_UNSEEN,
    STRAY_CELL,
    STRAY_MARKS,
    STRAY_SHEET,
    UNPROTECTED,
)
from xlreport.workbook.layout.first_edition import is_verdict
from xlreport.workbook.layout.margin import Margin
from xlreport.workbook.layout.notice import NOTE_COLUMN, NOTICE
from xlreport.workbook.layout.prior_year import PRIOR_YEAR_SHEET
from xlreport.workbook.layout.sheet import (
    CHECKS,
    COVER,
    GUIDE,
    HIDDEN,
    PRIOR_YEAR_LIST,
    SheetLayout,
)
from xlreport.workbook.layout.workbook import Spot, place_of
from xlreport.workbook.reader.cover import cover_sheet, cover_spots
from xlreport.workbook.reader.defined_names import cell_at, seen_text
from xlreport.workbook.reader.headings import ENOUGH, likeness, squeezed
from xlreport.workbook.reader.locate import Located
from xlreport.workbook.reader.strays import beside_cover, beside_instructions, written_over
from xlreport.workbook.reader.texts import explanation_spots

_CHECK_LABEL = "校验"
"""How the headings of checks begin."""

_BEFORE_TABLE = " - "
"""Between the names of a sheet and of its table, where Apple Numbers makes them one."""

MOST_TOLD = 5
"""How many stray cells of a sheet are told one by one."""


def integrity_findings(
    located: Located, *, same_version: bool, is_summary: bool
) -> Iterator[Finding]:
    """Everything that was done to the workbook; a summary may have sheets of its own."""
    yield from _strays(located, same_version=same_version, is_summary=is_summary)
    yield from _remarks(located)
    if not is_summary:
        yield from _unseen(located)
    yield from _tampering(located)


# --- content where the form has none --------------------------------------------------------


def _strays(located: Located, *, same_version: bool, is_summary: bool) -> Iterator[Finding]:
    """R5, R15 and R19.

    Positions are only compared in sheets whose cells all stand where the form has them, headings
    only where the workbook is of the form's present version.
    """
    layouts = {layout.name: layout for layout in located.layout.form_sheets}
    for name, sheet in located.book.sheets.items():
        if name not in layouts:
            if not is_summary and _is_extra(located, sheet):
                yield _extra(located.book, sheet, layouts.values())
        elif name not in located.moved:
            layout = layouts[name]
            other_version = None if same_version else Margin(located.layout.form, layout)
            yield from _outside(located, layout, sheet, other_version)
            if same_version:
                yield from _headings(layout, sheet)
    if same_version and not is_summary:
        yield from _beside(located)


def _is_extra(located: Located, sheet: RawSheet) -> bool:
    """Whether a sheet with content is none of the workbook's, under any name."""
    notice = (NOTICE,) if is_notice(located.book) else ()
    own = (*located.layout.sheets, HIDDEN, *notice)
    is_ours = sheet.name in own or sheet.name in located.used
    if is_ours or not sheet.cells:
        return False
    for name in own:
        is_lost = name not in located.book.sheets
        if is_lost and sheet.name.startswith(name + _BEFORE_TABLE):
            return False
    return True


def _extra(book: RawBook, sheet: RawSheet, layouts: Iterable[SheetLayout]) -> Finding:
    """A sheet that the form does not have; a copy of one of its sheets may hold the town's real
    numbers."""
    name = quote(sheet.name)
    for layout in layouts:
        own = book.sheets.get(layout.name)
        if own is None or likeness(layout, sheet) < ENOUGH:
            continue
        cells = _differing(layout, own, sheet)
        if cells:
            return SHEET_COPY(sheet=layout.name, cells=cells).at(sheet=name)
    return STRAY_SHEET(sheet=name).at(sheet=name)


def _differing(layout: SheetLayout, own: RawSheet, copy: RawSheet) -> int:
    """How many of the form's cells two sheets fill in differently."""
    differing = 0
    for span in layout.fields.values():
        if _typed_content(own, span.cell) != _typed_content(copy, span.cell):
            differing += 1
    return differing


def _typed_content(sheet: RawSheet, cell: Cell) -> str:
    """What was typed into a cell; a formula counts as nothing."""
    raw = sheet.cells.get(cell)
    if raw is None or raw.formula is not None:
        return ""
    return raw.text.strip()


def _outside(
    located: Located, layout: SheetLayout, sheet: RawSheet, other_version: Margin | None
) -> Iterator[Finding]:
    """R5: content in cells that the form leaves empty, or where its checks stand; comments, links
    and merges beyond it. `other_version` is what another version of the form may have below the
    table."""
    stray = _stray_cells(layout, sheet, other_version)
    if other_version is None:
        stray += written_over(layout, sheet, located.layout.form)
    yield from _strays_told(sheet, stray)
    allowed = () if other_version is None else other_version.rows
    marks = [cell for cell in sheet.marks if cell[0] not in allowed]
    beyond = sorted(cell for cell in marks if layout.outside(cell))
    if beyond:
        yield STRAY_MARKS().at(sheet=layout.name, cell=address(beyond[0]))


def _beside(located: Located) -> Iterator[Finding]:
    """R5 on the cover and the instructions."""
    sheets = located.book.sheets
    form = located.layout.form
    if COVER in sheets:
        names = [layout.name for layout in located.layout.form_sheets]
        yield from _strays_told(sheets[COVER], beside_cover(sheets[COVER], form, names))
    if GUIDE in sheets:
        yield from _strays_told(sheets[GUIDE], beside_instructions(sheets[GUIDE]))


def _strays_told(sheet: RawSheet, cells: Iterable[Cell]) -> Iterator[Finding]:
    """The first ones with what stands there, the others by their number."""
    stray = sorted(cells)
    for cell in stray[:MOST_TOLD]:
        text = quote(sheet.cells[cell].text)
        yield STRAY_CELL(text=text).at(sheet=sheet.name, cell=address(cell))
    more = len(stray) - MOST_TOLD
    if more > 0:
        observed = (("cells", len(stray)),)
        yield MORE_STRAY_CELLS(cells=more).at(sheet=sheet.name, observed=observed)


def _stray_cells(layout: SheetLayout, sheet: RawSheet, other_version: Margin | None) -> list[Cell]:
    """The cells with content that the form does not use. Another version of the form has its check
    cells elsewhere, so that formulas do not count there, nor what is left of them where a program
    has saved their results alone."""
    stray = []
    for cell, raw in sheet.cells.items():
        is_ours = cell in layout.known
        if other_version is not None and not is_ours:
            is_ours = _is_of_checks(raw) or other_version.explains(cell, raw.text.strip())
        if raw.text.strip() and not is_ours:
            stray.append(cell)
    return stray


def _is_of_checks(raw: RawCell) -> bool:
    """Whether a cell of another version shows a verdict, or says of which check."""
    text = raw.text.strip()
    return raw.formula is not None or text.startswith(_CHECK_LABEL) or is_verdict(text)


def _headings(layout: SheetLayout, sheet: RawSheet) -> Iterator[Finding]:
    """R19: a heading that says something else."""
    for label in layout.labels:
        cell = label.span.cell
        text = sheet.cells[cell].text if cell in sheet.cells else ""
        if squeezed(text) != squeezed(label.text):
            place = Place(layout.name, address(cell))
            yield HEADING_CHANGED(printed=quote(label.text), text=quote(text)).on(place)


# --- what people see otherwise --------------------------------------------------------------


def _looked_at(located: Located) -> list[str]:
    """The sheets that people fill in or look at, whatever they are called now."""
    cover = cover_sheet(located.book, located.layout.form)
    others = {*located.used, CHECKS, PRIOR_YEAR_LIST, cover}
    return [
        name for name in located.book.sheets if name in others or name.startswith(PRIOR_YEAR_SHEET)
    ]


def _remarks(located: Located) -> Iterator[Finding]:
    """R5: comments, text boxes and pictures that lie over the sheets of the report."""
    own = _own_notes(located.book)
    for name in _looked_at(located):
        sheet = located.book.sheets[name]
        remarks = [remark for remark in sheet.remarks if squeezed(remark.text) not in own]
        for remark in remarks[:MOST_TOLD]:
            message = REMARK if remark.text else REMARK_WITHOUT_WORDS
            finding = message(kind=remark.kind, text=quote(remark.text))
            yield finding.at(sheet=name, cell=address(remark.cell))
        more = len(remarks) - MOST_TOLD
        if more > 0:
            yield MORE_REMARKS(count=more).at(sheet=name)
        if sheet.objects:
            yield OBJECTS().at(sheet=name)


def is_notice(book: RawBook) -> bool:
    """Whether a workbook is a notice of ours."""
    return NOTICE in _own_notes(book)


def _own_notes(book: RawBook) -> frozenset[str]:
    """What a notice of ours says at its cells, as the hidden sheet repeats it; nothing where the
    workbook is no notice."""
    if HIDDEN not in book.sheets:
        return frozenset()
    cells = book.sheets[HIDDEN].cells
    notes = [raw.text for (_, column), raw in cells.items() if column == NOTE_COLUMN]
    return frozenset(map(squeezed, notes))


def _unseen(located: Located) -> Iterator[Finding]:
    """R34: figures and texts that count although nobody sees them."""
    book = located.book
    if book.hidden:
        yield BOOK_UNSEEN()
    filled = {name: spot for name, spot in _counted(located).items() if _holds(book, spot)}
    sheets = {sheet for sheet, _ in filled.values()}
    for sheet in sorted(sheets | located.used):
        if book.sheets[sheet].hidden.sheet:
            yield SHEET_UNSEEN(sheet=quote(sheet)).at(sheet=sheet)
    unseen: defaultdict[tuple[str, Hiding], list[str]] = defaultdict(list)
    covered = {
        sheet: covered_cells(book.sheets[sheet], _cells_on(sheet, filled.values()))
        for sheet in sheets
    }
    for name, (sheet, cell) in filled.items():
        hidden = _why_unseen(book.sheets[sheet], cell, covered[sheet])
        if hidden.reason:
            unseen[sheet, hidden].append(name)
    for (_, hidden), names in unseen.items():
        yield _cells_unseen(book, [(name, filled[name]) for name in names], hidden)


def _counted(located: Located) -> dict[str, Spot]:
    """Where everything stands that is read: figures, texts, answers, explanations, the cover."""
    book, layout = located.book, located.layout
    others = {**cover_spots(book, layout.form), **explanation_spots(book, layout)}
    return {**others, **located.spots}


def _holds(book: RawBook, spot: Spot) -> bool:
    """Whether something stands there that could be told from nothing."""
    raw = cell_at(book, spot)
    return raw is not None and raw.text.strip() not in ("", "0")


def _cells_unseen(book: RawBook, named: Sequence[tuple[str, Spot]], hidden: Hiding) -> Finding:
    """One finding for the cells of a sheet that nobody sees for the same reason."""
    (first, spot), *others = named
    place = place_of(spot)
    reason = hidden.reason
    if not others:
        content = quote(seen_text(cell_at(book, spot)).strip())
        message = CELL_UNSEEN if hidden.is_certain else CELL_MAY_BE_UNSEEN
        return message(content=content, reason=reason).on(place, first)
    cells = [place_of(spot).cell for _, spot in named[:MOST_TOLD]]
    listed = "、".join(cells)
    if len(named) > MOST_TOLD:
        listed += "等"
    message = CELLS_UNSEEN if hidden.is_certain else CELLS_MAY_BE_UNSEEN
    return message(count=len(named), cells=listed, reason=reason).on(place, first)


def _cells_on(sheet: str, spots: Iterable[Spot]) -> list[Cell]:
    return [cell for name, cell in spots if name == sheet]


def covered_cells(sheet: RawSheet, cells: Iterable[Cell]) -> frozenset[Cell]:
    """Which of these cells lie under a merge on a sheet and are not its first."""
    rows: defaultdict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        rows[cell[0]].append(cell)
    covered: set[Cell] = set()
    for (top, left), (bottom, right) in sheet.merges:
        within = [cells for row, cells in rows.items() if top <= row <= bottom]
        for cell in chain.from_iterable(within):
            if left <= cell[1] <= right and cell != (top, left):
                covered.add(cell)
    return frozenset(covered)


def _why_unseen(sheet: RawSheet, cell: Cell, covered: frozenset[Cell]) -> Hiding:
    """Why nobody sees a cell of a visible sheet; without a reason where people do."""
    if sheet.hidden.hides(cell):
        return Hiding("所在的行或列被隐藏了")
    if sheet.cells[cell].unseen:
        return Hiding(sheet.cells[cell].unseen)
    if cell in covered:
        return Hiding("被合并的格子盖住了")
    return hiding(sheet, cell)


# --- what touches no number -----------------------------------------------------------------


def _tampering(located: Located) -> Iterator[Finding]:
    """R21 to R24: links to other files, protection taken off, macros, another format."""
    book = located.book
    if book.links:
        yield LINKS()
    unprotected = []
    for name in located.layout.sheets:
        sheet = book.sheets.get(name)
        if sheet is not None and not sheet.protected:
            unprotected.append(name)
    if unprotected:
        yield UNPROTECTED(sheets="、".join(unprotected))
    if book.macros:
        yield MACROS()
    if book.format is not Format.XLSX:
        yield OTHER_FORMATS[book.format]()
