"""The door: a document with the official tables of a form, read into a submission.

Every number is placed by the headings of the form alone. What is not certain is listed and left
blank; a document without such tables is nothing for this room.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from xlreport.findings import Finding
from xlreport.form.model import Form, paths
from xlreport.formats.grid import Document
from xlreport.importing import codes
from xlreport.importing.areas import Area, areas_of
from xlreport.importing.captions import as_captions_say
from xlreport.importing.fields import Fields, fields_of
from xlreport.importing.findings import (
    contrary_findings,
    doubt_findings,
    missing_findings,
    spelling_findings,
    text_findings,
    unit_findings,
    unplaced_lines,
)
from xlreport.importing.flow import Passage, passages_of
from xlreport.importing.headings import headings_of
from xlreport.importing.regions import Doubt
from xlreport.importing.tables import Tables, tables_of
from xlreport.importing.texts import Texts, texts_of
from xlreport.importing.title import Title, report_names, title_of, titles_of
from xlreport.submission import Provenance, Submission, Unit
from xlreport.text import clean_name, in_marks
from xlreport.workbook.reader.identify import Forms
from xlreport.workbook.reader.submission import Reading

MOST_UNPLACED = 1000
"""Lines of what could not be placed; a document with more is hardly a report."""


@dataclass(frozen=True)
class Wanted:
    """What the caller knows of the report, which wins over its title."""

    year: int | None = None
    unit: Unit | None = None

    def is_told_by(self, title: Title) -> bool:
        """Whether a title says what the caller knows, and the caller knows something."""
        knows = self.year is not None or self.unit is not None
        same_year = self.year in (None, title.year)
        same_unit = self.unit is None or _names(title.unit, self.unit.name)
        return knows and same_year and same_unit


@dataclass(frozen=True)
class _Source:
    """A document with what is found in it whatever the form."""

    areas: Sequence[Area]
    passages: Sequence[Passage]
    titles: Sequence[Title]
    hidden: Sequence[str] = ()


def recognise(
    document: Document,
    forms: Forms,
    provenance: Provenance,
    *,
    year: int | None = None,
    unit: Unit | None = None,
) -> Reading | None:
    """The report in a document; None where it has the official tables of no form. `year` and `unit`
    win over the title, and choose one of several reports."""
    every = list(forms.all())
    passages = list(passages_of(document))
    titles = titles_of(report_names(every), passages)
    source = _Source(areas_of(document), passages, titles, document.hidden)
    tables = _best(every, source)
    if tables is None:
        return None
    provenance = replace(
        provenance, saved=document.saved or provenance.saved, document=document.kind
    )
    reports = title_of(titles, _positions(tables, source))
    if len(reports) > 1:
        chosen = _chosen(document, titles, reports, Wanted(year, unit))
        if chosen is None:
            return _several(reports, provenance)
        return recognise(chosen, forms, provenance, year=year, unit=unit)
    title = reports[0] if reports else Title(None, "")
    report = _Report(source, tables, title, Wanted(year, unit), provenance)
    return report.reading(every)


def _best(forms: Iterable[Form], source: _Source) -> Tables | None:
    """The tables of the form that fits best; with equal headings the one of the title's year."""
    best: Tables | None = None
    best_fit: tuple[object, ...] = ()
    for form in forms:
        tables = tables_of(form, source.areas)
        is_there = bool(tables.tables) or is_run_together(form, source.passages)
        years = {title.year for title in source.titles}
        in_force = any(year is not None and form.covers(year) for year in years)
        fit = (*tables.fit, in_force)
        if is_there and (best is None or fit > best_fit):
            best, best_fit = tables, fit
    return best


def _positions(tables: Tables, source: _Source) -> list[tuple[int, int]]:
    """Where the form's tables stand; of a text run together where its words do."""
    positions = [_position_of(region.area, region.band.top) for region in tables.regions]
    if positions:
        return positions
    return [
        (passage.part, passage.row)
        for passage in source.passages
        if _rows_in(tables.form, passage.text)
    ]


def _position_of(area: Area, row: int) -> tuple[int, int]:
    return area.part, 0 if area.is_turned else row


def _chosen(
    document: Document, titles: Sequence[Title], reports: Sequence[Title], wanted: Wanted
) -> Document | None:
    """Of a document with several reports the part from the title of the one that is wanted to the
    next report's; None where that is none of them, or not for certain one."""
    fitting = [report for report in reports if wanted.is_told_by(report)]
    if len(fitting) != 1:
        return None
    own = fitting[0]
    others = [title.part for title in titles if not title.may_be(own)]
    behind = [part for part in others if part >= own.part]
    end = min(behind, default=len(document.parts))
    is_apart = own.part < end and end - own.part < len(document.parts)
    return replace(document, parts=document.parts[own.part : end]) if is_apart else None


def _several(reports: Sequence[Title], provenance: Provenance) -> Reading:
    """R40: nobody says which one is meant."""
    named = in_marks(report.text for report in islice(reports, 3))
    if len(reports) > 3:
        named += "等"
    finding = codes.SEVERAL_REPORTS(count=len(reports), reports=named)
    return Reading((finding,), sha256=provenance.sha256)


# --- a text in which everything is run together ---------------------------------------------------

_LONG = 500
"""Characters of a paragraph that may hold a whole table."""


def is_run_together(form: Form, passages: Iterable[Passage]) -> bool:
    """Whether a paragraph holds most of a table's rows, one after the other."""
    return any(_rows_in(form, passage.text) for passage in passages)


def _rows_in(form: Form, text: str) -> bool:
    if len(text) < _LONG:
        return False
    bare = _squeezed(text)
    for block in headings_of(form).blocks:
        names = [_squeezed(row[-1].label) for row in paths(block.block.rows)]
        standing = [name for name in names if name in bare]
        if len(names) >= _MANY_ROWS and 2 * len(standing) >= len(names):
            return True
    return False


_MANY_ROWS = 10


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text))


# --- one report -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Report:
    """A document with one report of a form."""

    source: _Source
    tables: Tables
    title: Title
    wanted: Wanted
    provenance: Provenance

    def reading(self, forms: Sequence[Form]) -> Reading:
        """What comes of it."""
        year = self.title.year if self.wanted.year is None else self.wanted.year
        unit = self.wanted.unit or Unit(clean_name(self.title.unit))
        findings = [codes.NOT_OUR_WORKBOOK(), *self._about_title()]
        reading = Reading(
            tuple(findings),
            unit=unit,
            year=year,
            form_id=self.tables.form.id,
            sha256=self.provenance.sha256,
        )
        if year is None:
            return replace(reading, findings=(*findings, codes.NO_YEAR()))
        if not self.tables.form.covers(year):
            return self._of_other_years(reading, year, forms)
        return self._read(reading, year)

    def _about_title(self) -> Iterator[Finding]:
        """What the title lacks, or says otherwise than the caller."""
        given = self.wanted
        told = self.title
        if given.unit is None and not told.unit:
            yield codes.NO_UNIT()
        elif given.unit is not None and told.unit and not _is_within(told.unit, given.unit.name):
            yield codes.OTHER_UNIT(named=told.unit, unit=given.unit.name)
        if None not in (given.year, told.year) and given.year != told.year:
            yield codes.OTHER_YEAR(year=told.year, wanted=given.year)

    def _of_other_years(self, reading: Reading, year: int, forms: Sequence[Form]) -> Reading:
        """R41: the tables are those of other years. What has the same headings in the form of this
        year is read, and nothing else."""
        form = self.tables.form
        in_force = [other for other in forms if other.title == form.title and other.covers(year)]
        if not in_force:
            finding = codes.NOT_IN_FORCE(title=form.title, year=year)
            return replace(reading, findings=(*reading.findings, finding))
        finding = codes.OTHER_YEARS(years=_years(form), year=year)
        reading = replace(reading, findings=(*reading.findings, finding), form_id=in_force[0].id)
        tables = tables_of(in_force[0], self.source.areas)
        return replace(self, tables=tables)._read(reading, year)

    def _read(self, reading: Reading, year: int) -> Reading:
        """The reading with the submission."""
        years = frozenset(filter(None, (year, self.title.year)))
        tables = as_captions_say(self.tables, self.source.passages, years)
        report = replace(self, tables=tables)
        return report._filled(reading, year)

    def _filled(self, reading: Reading, year: int) -> Reading:
        """The reading with what the tables and texts hold."""
        tables = self.tables
        fields = fields_of(tables)
        texts = texts_of(tables.form, self._text_passages(), self._ends())
        doubts = list(islice(tables.doubts(self.source.areas), MOST_UNPLACED))
        places = {**fields.places, **texts.places}
        every_text = {text.field_id: "" for text in tables.form.texts}
        submission = Submission(
            form=tables.form.id,
            year=year,
            unit=reading.unit,
            entries=fields.entries,
            texts={**every_text, **texts.texts},
            overrides=fields.overrides,
            provenance=replace(self.provenance, places=places),
        )
        lines = unplaced_lines(tables.form, doubts, fields.contrary, texts)
        return replace(
            reading,
            findings=(*reading.findings, *self._findings(fields, texts, doubts)),
            submission=submission,
            form=tables.form,
            unplaced=tuple(islice(lines, MOST_UNPLACED)),
        )

    def _findings(self, fields: Fields, texts: Texts, doubts: Sequence[Doubt]) -> Iterator[Finding]:
        form = self.tables.form
        if not self.tables.regions:
            yield codes.RUN_TOGETHER()
        else:
            yield from doubt_findings(doubts)
            yield from contrary_findings(form, fields.contrary)
            yield from missing_findings(self.tables, fields.missing)
            if fields.missing:
                yield from (codes.HIDDEN(lines=lines) for lines in self.source.hidden)
            yield from spelling_findings(self.tables, fields)
            yield from unit_findings(self.tables, fields)
        yield from text_findings(form, texts)

    def _text_passages(self) -> Iterator[Passage]:
        """The passages that stand in no table of the form."""
        spans: dict[int, list[tuple[int, int]]] = {}
        for region in self.tables.regions:
            is_turned = region.area.is_turned
            span = (0, _ALL_ROWS) if is_turned else (region.band.top, region.end)
            spans.setdefault(region.area.part, []).append(span)
        for rows in spans.values():
            rows.sort()
        for passage in self.source.passages:
            rows = spans.get(passage.part, [])
            last = bisect_right(rows, (passage.row, _ALL_ROWS)) - 1
            if last < 0 or rows[last][1] <= passage.row:
                yield passage

    def _ends(self) -> frozenset[tuple[int, int]]:
        return frozenset(title.position for title in self.source.titles)


_ALL_ROWS = 1 << 62


def _names(told: str, given: str) -> bool:
    """Whether a title names a unit, with or without its county and 人民政府."""
    return bool(told) and _is_within(told, given)


def _is_within(told: str, given: str) -> bool:
    return told in given or given in told


def _years(form: Form) -> str:
    """The years of a form, as a sentence about its format says them."""
    if form.last_year is None:
        return f" {form.first_year} 年度起的新"
    years = range(form.first_year, form.last_year + 1)
    return " " + "、".join(map(str, years)) + " 年度的"
