"""The cover: what it says of the unit, beside what the workbook's identity says."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from xlreport.a1 import Cell
from xlreport.findings import Finding, Severity
from xlreport.form.model import LEVELS, Form, IdentityItem
from xlreport.formats.raw import RawBook
from xlreport.submission import Place, Unit
from xlreport.text import clean_line, clean_name, quote, year_told
from xlreport.workbook.codes import (
    COVER_INCOMPLETE,
    COVER_LINE_CUT,
    COVER_LOST,
    NO_COVER,
    NO_LEVEL,
    NO_TEXT,
    NO_UNIT,
    OTHER_UNIT,
    OTHER_YEAR,
    UNKNOWN_LEVEL,
)
from xlreport.workbook.layout.identity import Identity, identity_name
from xlreport.workbook.layout.sheet import COVER
from xlreport.workbook.layout.workbook import Spot, WorkbookLayout, place_of
from xlreport.workbook.reader.defined_names import (
    cell_at,
    names_aside,
    no_text,
    spot_of,
    text_of,
)
from xlreport.workbook.reader.headings import ENOUGH, squeezed, texts_in

_OF_THE_UNIT = ("unit", "code", "level", "year")
"""Lines that say whose report it is, and of which year."""


@dataclass(frozen=True)
class Cover:
    """Whose report it is; `written` are the cover's lines by id, `places` the cells of all."""

    unit: Unit
    written: Mapping[str, str]
    places: Mapping[str, Place]
    findings: tuple[Finding, ...]

    @property
    def lines(self) -> dict[str, str]:
        """The lines that do not say whose report it is."""
        return {item: line for item, line in self.written.items() if item not in _OF_THE_UNIT}

    @property
    def names(self) -> tuple[str, str]:
        """Those of the unit: the one that counts, and what the cover says."""
        return self.unit.name, self.written.get("unit", "")


def cover_sheet(book: RawBook, form: Form) -> str | None:
    """The sheet of this name; else the one that has most of its labels, if just one has."""
    if COVER in book.sheets:
        return COVER
    labels = {squeezed(item.label) for item in form.identity}
    enough = ENOUGH * len(labels)
    alike = []
    for sheet in book.sheets.values():
        present = labels & texts_in(sheet)
        if len(present) >= enough:
            alike.append(sheet.name)
    if len(alike) == 1:
        return alike[0]
    return None


@dataclass(frozen=True, slots=True)
class _Line:
    """Where a line of the cover stands; `aside` says that its name points elsewhere."""

    spot: Spot | None
    aside: bool = False


def _line(book: RawBook, form: Form, item: IdentityItem) -> _Line:
    """Beside its printed label, since that is what people see; where the label is not there once,
    by its name."""
    by_name = spot_of(book, identity_name(item.id))
    label = _label_spot(book, form, item)
    if label is None:
        return _Line(by_name)
    sheet, (row, column) = label
    beside = (sheet, (row, column + 1))
    if by_name is None or by_name == beside:
        return _Line(beside)
    if _is_right_of(by_name, label) and not text_of(cell_at(book, beside)):
        return _Line(by_name)
    return _Line(beside, aside=True)


def _is_right_of(spot: Spot, label: Spot) -> bool:
    """Whether a cell stands in a label's row, behind it."""
    sheet, (row, column) = spot
    label_sheet, (label_row, label_column) = label
    same_row = sheet == label_sheet and row == label_row
    return same_row and column > label_column


def _label_spot(book: RawBook, form: Form, item: IdentityItem) -> Spot | None:
    """Where a line's label stands, once, in the column of the labels."""
    sheet = cover_sheet(book, form)
    if sheet is None:
        return None
    labels = [squeezed(line.label) for line in form.identity]
    standing: dict[str, list[Cell]] = {label: [] for label in labels}
    for cell, raw in book.sheets[sheet].cells.items():
        standing.get(squeezed(raw.text), []).append(cell)
    columns: Counter[int] = Counter()
    for cells in standing.values():
        columns.update(column for _, column in cells)
    own = standing[squeezed(item.label)]
    if len(own) != 1:
        return None
    ((usual, _),) = columns.most_common(1)
    _, column = own[0]
    return (sheet, own[0]) if column == usual else None


def cover_spots(book: RawBook, form: Form) -> dict[str, Spot]:
    """Where the lines of the cover stand, by their names; those that are nowhere left out."""
    spots: dict[str, Spot] = {}
    for item in form.identity:
        spot = _line(book, form, item).spot
        if spot is not None:
            spots[identity_name(item.id)] = spot
    return spots


def cover_text(book: RawBook, form: Form, item: IdentityItem) -> str:
    """A line of the cover: beside its printed label, else by its name."""
    line = _line(book, form, item)
    return text_of(cell_at(book, line.spot))


def read_cover(book: RawBook, layout: WorkbookLayout, identity: Identity) -> Cover:
    """The lines of the cover, and the unit that they and the identity name."""
    form = layout.form
    where = {item.id: _line(book, form, item) for item in form.identity}
    written = {item: text_of(cell_at(book, line.spot)) for item, line in where.items()}
    lines = {item: _cleaned(item, line) for item, line in written.items()}
    unit = _unit(lines, identity)
    places = _places(layout, where)
    if cover_sheet(book, form) is None:
        return Cover(_of_known_level(unit), lines, places, tuple(_without_cover(unit, identity)))
    unread = list(_no_texts(book, form, where))
    cover = cover_of(form, written, identity, places, unread)
    return replace(cover, findings=(*cover.findings, *_asides(form, where)))


def cover_of(
    form: Form,
    written: Mapping[str, str],
    identity: Identity,
    places: Mapping[str, Place],
    unread: Sequence[Finding] = (),
) -> Cover:
    """The cover whose lines say this, by their id; `unread` is told of those that are no text."""
    lines = {item: _cleaned(item, line) for item, line in written.items()}
    unit = _unit(lines, identity)
    findings = [*_cut_lines(written.values()), *_contradictions(form, lines, identity)]
    findings += _unit_findings(unit, is_summary=identity.is_summary)
    findings += unread
    findings += _empty_lines(form, lines, identity, {finding.field for finding in unread})
    placed = [finding.on(places.get(finding.field), finding.field) for finding in findings]
    return Cover(_of_known_level(unit), lines, places, tuple(placed))


def _of_known_level(unit: Unit) -> Unit:
    return unit if unit.level in LEVELS else replace(unit, level="")


def _without_cover(unit: Unit, identity: Identity) -> Iterator[Finding]:
    """F4 or R14: there is no sheet on which anything could be filled in."""
    if not unit.name:
        yield NO_COVER()
    elif not identity.is_summary:
        yield COVER_LOST()


def _places(layout: WorkbookLayout, where: Mapping[str, _Line]) -> dict[str, Place]:
    """The cell of each line; of a line that is lost where the form has it."""
    places: dict[str, Place] = {}
    for item, cell in layout.identity.items():
        spot = where[item].spot or (COVER, cell)
        places[identity_name(item)] = place_of(spot)
    return places


def _no_texts(book: RawBook, form: Form, where: Mapping[str, _Line]) -> Iterator[Finding]:
    """R33: a line that holds a picture or an error value; it costs no report."""
    for item in form.identity:
        cell = cell_at(book, where[item.id].spot)
        content = "" if cell is None else no_text(cell)
        if content:
            finding = NO_TEXT(label=item.label, content=content)
            yield finding.at(field=identity_name(item.id), severity=Severity.WARNING)


def _asides(form: Form, where: Mapping[str, _Line]) -> Iterator[Finding]:
    """R8: lines whose names went elsewhere than their labels."""
    aside = []
    for item in form.identity:
        line = where[item.id]
        if line.aside and line.spot is not None:
            aside.append((line.spot, item.label))
    yield from names_aside(aside)


def _cleaned(item: str, line: str) -> str:
    """A line without what cannot be shown; a name as names are compared."""
    if item in _OF_THE_UNIT:
        return clean_name(line)
    return clean_line(line)


def _fits(line: str) -> bool:
    """Whether cleaning a line takes away nothing but blanks."""
    return squeezed(line) == squeezed(clean_line(line))


def _cut_lines(lines: Iterable[str]) -> Iterator[Finding]:
    """R25."""
    for line in lines:
        if not _fits(line):
            yield COVER_LINE_CUT(line=quote(line))


def _unit(lines: Mapping[str, str], identity: Identity) -> Unit:
    """The unit of the identity; what that leaves open, as the cover says it."""
    name = identity.unit or lines.get("unit", "")
    code = identity.code or lines.get("code", "")
    level = identity.level or lines.get("level", "")
    return Unit(name, code, level)


def _contradictions(form: Form, lines: Mapping[str, str], identity: Identity) -> Iterator[Finding]:
    """F5: the cover names another unit or year than the one that the workbook was issued to."""
    labels = {item.id: item.label for item in form.identity}
    issued_to = {
        "unit": identity.unit,
        "code": identity.code,
        "level": identity.level,
        "year": identity.year,
    }
    for item, issued in issued_to.items():
        written = lines.get(item, "")
        if not issued or not written or _says_the_same(item, issued, written):
            continue
        message = OTHER_YEAR if item == "year" else OTHER_UNIT
        finding = message(label=labels[item], cover=quote(written), issued=quote(issued))
        observed = (("cover", written), ("issued", issued))
        yield finding.at(field=identity_name(item), observed=observed)


def _says_the_same(item: str, issued: str, written: str) -> bool:
    """Whether a line says what the workbook was issued with; digits may be full-width, a year may
    end with 年."""
    if item == "year":
        return year_told(issued) == year_told(written)
    if item == "code":
        return issued == unicodedata.normalize("NFKC", written)
    return issued == written


def _unit_findings(unit: Unit, *, is_summary: bool) -> Iterator[Finding]:
    """F4 and R17: no name, no level. A summary of reports that name no county has no name."""
    if not unit.name and not is_summary:
        yield NO_UNIT().at(field=identity_name("unit"))
    if unit.level not in LEVELS:
        name = identity_name("level")
        level = quote(unit.level)
        finding = UNKNOWN_LEVEL(level=level) if level else NO_LEVEL()
        yield finding.at(field=name, observed=((name, unit.level),))


def _empty_lines(
    form: Form, lines: Mapping[str, str], identity: Identity, unread: Set[str]
) -> Iterator[Finding]:
    """R14: lines that help to reach people; nobody fills them in on a summary. What is no text is
    told by itself."""
    others = [item for item in form.identity if item.id not in _OF_THE_UNIT]
    blank = [item for item in others if not lines[item.id]]
    empty = [item.label for item in blank if identity_name(item.id) not in unread]
    if empty and not identity.is_summary:
        first = identity_name(others[0].id)
        yield COVER_INCOMPLETE(labels="、".join(empty)).at(field=first)
