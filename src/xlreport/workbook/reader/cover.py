"""The cover: what it says of the unit, beside what the workbook's identity says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from xlreport.findings import Finding
from xlreport.form.model import LEVELS, Form, IdentityItem
from xlreport.formats.raw import RawBook
from xlreport.submission import Place, Unit
from xlreport.text import clean_line, clean_name, quote
from xlreport.workbook.codes import (
    COVER_INCOMPLETE,
    COVER_LINE_CUT,
    NO_LEVEL,
    NO_UNIT,
    OTHER_UNIT,
    OTHER_YEAR,
    UNKNOWN_LEVEL,
)
from xlreport.workbook.layout.identity import Identity, identity_name
from xlreport.workbook.layout.sheet import COVER
from xlreport.workbook.layout.workbook import WorkbookLayout, place_of
from xlreport.workbook.reader.defined_names import named_text, text_of
from xlreport.workbook.reader.headings import squeezed

_OF_THE_UNIT = ("unit", "code", "level", "year")
"""Lines that say whose report it is, and of which year."""


@dataclass(frozen=True)
class Cover:
    """Whose report it is; `lines` are the cover's other lines by id, `places` the cells of all."""

    unit: Unit
    lines: Mapping[str, str]
    places: Mapping[str, Place]
    findings: tuple[Finding, ...]


def cover_text(book: RawBook, item: IdentityItem) -> str:
    """A line of the cover: by its name, else beside its printed label if that is there once."""
    name = identity_name(item.id)
    text = named_text(book, name)
    if text or name in book.names:
        return text
    if COVER not in book.sheets:
        return ""
    cells = book.sheets[COVER].cells
    labels = [cell for cell, raw in cells.items() if squeezed(raw.text) == squeezed(item.label)]
    if len(labels) != 1:
        return ""
    row, column = labels[0]
    return text_of(cells.get((row, column + 1)))


def read_cover(book: RawBook, layout: WorkbookLayout, identity: Identity) -> Cover:
    """The lines of the cover, and the unit that they and the identity name."""
    written = {item.id: cover_text(book, item) for item in layout.form.identity}
    lines = {item: _cleaned(item, line) for item, line in written.items()}
    unit = _unit(lines, identity)
    level = unit.level if unit.level in LEVELS else ""
    places = {
        identity_name(item): place_of((COVER, cell)) for item, cell in layout.identity.items()
    }
    findings = (
        *_cut_lines(written.values()),
        *_contradictions(layout.form, lines, identity),
        *_unit_findings(unit),
        *_empty_lines(layout.form, lines, identity),
    )
    placed = tuple(finding.on(places.get(finding.field), finding.field) for finding in findings)
    others = {item: line for item, line in lines.items() if item not in _OF_THE_UNIT}
    return Cover(replace(unit, level=level), others, places, placed)


def _cleaned(item: str, line: str) -> str:
    """A line without what cannot be shown; a name as names are compared."""
    return clean_name(line) if item in _OF_THE_UNIT else clean_line(line)


def _fits(line: str) -> bool:
    """Whether cleaning a line takes away nothing but blanks."""
    return "".join(line.split()) == "".join(clean_line(line).split())


def _cut_lines(lines: Iterable[str]) -> Iterator[Finding]:
    """R25."""
    for line in lines:
        if not _fits(line):
            yield COVER_LINE_CUT(line=quote(line))


def _unit(lines: Mapping[str, str], identity: Identity) -> Unit:
    """The unit of the identity; what that leaves open, as the cover says it."""
    return Unit(
        identity.unit or lines.get("unit", ""),
        identity.code or lines.get("code", ""),
        identity.level or lines.get("level", ""),
    )


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
        if not issued or not written or issued == written:
            continue
        message = OTHER_YEAR if item == "year" else OTHER_UNIT
        finding = message(label=labels[item], cover=quote(written), issued=quote(issued))
        observed = (("cover", written), ("issued", issued))
        yield finding.at(field=identity_name(item), observed=observed)


def _unit_findings(unit: Unit) -> Iterator[Finding]:
    """F4 and R17: no name, no level."""
    if not unit.name:
        yield NO_UNIT().at(field=identity_name("unit"))
    if unit.level not in LEVELS:
        name = identity_name("level")
        finding = UNKNOWN_LEVEL(level=quote(unit.level)) if unit.level else NO_LEVEL()
        yield finding.at(field=name, observed=((name, unit.level),))


def _empty_lines(form: Form, lines: Mapping[str, str], identity: Identity) -> Iterator[Finding]:
    """R14: lines that help to reach people; nobody fills them in on a summary."""
    others = [item for item in form.identity if item.id not in _OF_THE_UNIT]
    empty = [item.label for item in others if not lines[item.id]]
    if empty and not identity.is_summary:
        finding = COVER_INCOMPLETE(labels="、".join(empty))
        yield finding.at(field=identity_name(others[0].id))
