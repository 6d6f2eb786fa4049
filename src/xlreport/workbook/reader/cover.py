"""The cover: what it says of the unit, beside what the workbook's identity says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlreport.findings import Finding
from xlreport.form.model import LEVELS, Form, IdentityItem
from xlreport.formats.raw import RawBook
from xlreport.submission import Place, Unit
from xlreport.text import clean, quote
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

MOST_IN_A_LINE = 100
"""Characters that a line of the cover may have."""

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
    form = layout.form
    texts = {item.id: cover_text(book, item) for item in form.identity}
    lines = {item: _one_line(text) for item, text in texts.items()}
    places = {
        identity_name(item): place_of((COVER, cell)) for item, cell in layout.identity.items()
    }
    unit = _unit(lines, identity)
    findings = (
        *_cut_lines(texts),
        *_contradictions(form, lines, identity, places),
        *_unit_findings(unit, places),
        *_empty_lines(form, lines, identity, places),
    )
    level = unit.level if unit.level in LEVELS else ""
    others = {item: line for item, line in lines.items() if item not in _OF_THE_UNIT}
    return Cover(Unit(unit.name, unit.code, level), others, places, findings)


def _joined(text: str) -> str:
    return " ".join(clean(text).split())


def _fits(line: str) -> bool:
    return len(line) <= MOST_IN_A_LINE and line.isprintable()


def _one_line(text: str) -> str:
    """A line of the cover as one line, without what cannot be shown."""
    line = _joined(text)
    if _fits(line):
        return line
    return "".join(c for c in line if c.isprintable())[:MOST_IN_A_LINE]


def _cut_lines(texts: Mapping[str, str]) -> Iterator[Finding]:
    """R25."""
    for text in texts.values():
        line = _joined(text)
        if not _fits(line):
            yield COVER_LINE_CUT(line=quote(line))


def _unit(lines: Mapping[str, str], identity: Identity) -> Unit:
    """The unit of the identity; what that leaves open, as the cover says it."""
    return Unit(
        identity.unit or lines.get("unit", ""),
        identity.code or lines.get("code", ""),
        identity.level or lines.get("level", ""),
    )


def _contradictions(
    form: Form, lines: Mapping[str, str], identity: Identity, places: Mapping[str, Place]
) -> Iterator[Finding]:
    """F5: the cover names another unit or year than the one that the workbook was issued to."""
    labels = {item.id: item.label for item in form.identity}
    issued = {
        "unit": identity.unit,
        "code": identity.code,
        "level": identity.level,
        "year": identity.year,
    }
    for item, given in issued.items():
        written = lines.get(item, "")
        if not given or not written or given == written:
            continue
        message = OTHER_YEAR if item == "year" else OTHER_UNIT
        finding = message(label=labels[item], cover=quote(written), issued=quote(given))
        name = identity_name(item)
        observed = (("cover", written), ("issued", given))
        yield finding.on(places.get(name), name).at(observed=observed)


def _unit_findings(unit: Unit, places: Mapping[str, Place]) -> Iterator[Finding]:
    """F4 and R17: no name, no level."""
    if not unit.name:
        name = identity_name("unit")
        yield NO_UNIT().on(places.get(name), name)
    if unit.level not in LEVELS:
        name = identity_name("level")
        finding = UNKNOWN_LEVEL(level=quote(unit.level)) if unit.level else NO_LEVEL()
        yield finding.on(places.get(name), name).at(observed=((name, unit.level),))


def _empty_lines(
    form: Form, lines: Mapping[str, str], identity: Identity, places: Mapping[str, Place]
) -> Iterator[Finding]:
    """R14: lines that help to reach people; nobody fills them in on a summary."""
    empty = [item for item in form.identity if item.id not in _OF_THE_UNIT and not lines[item.id]]
    if not empty or identity.is_summary:
        return
    first = next(item.id for item in form.identity if item.id not in _OF_THE_UNIT)
    name = identity_name(first)
    labels = "、".join(item.label for item in empty)
    yield COVER_INCOMPLETE(labels=labels).on(places.get(name), name)
