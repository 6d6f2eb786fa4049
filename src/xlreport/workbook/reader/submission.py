"""A workbook that came back, read into a submission; everything odd becomes a finding."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple

from xlreport.findings import Finding
from xlreport.form.model import Form
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook
from xlreport.formats.xlsx import read_parts
from xlreport.submission import NOBODY, Entry, Provenance, Submission, Summary, Unit
from xlreport.text import quote
from xlreport.workbook.codes import (
    COUNTED_WITH_ERRORS,
    F5,
    IDENTITY_LOST,
    NOT_IN_FORCE,
    OTHER_VERSION,
    REFUSING,
    UNITS_MISSING,
)
from xlreport.workbook.layout.identity import Identity, identity_name, is_current_edition
from xlreport.workbook.reader.cover import Cover, read_cover
from xlreport.workbook.reader.details import Members, read_members
from xlreport.workbook.reader.figures import read_figures, stale_results
from xlreport.workbook.reader.frame import Package, Quick, package_of
from xlreport.workbook.reader.identify import (
    Forms,
    edition_of,
    identify,
    identity_of,
    plain_year,
    unidentified,
)
from xlreport.workbook.reader.integrity import integrity_findings
from xlreport.workbook.reader.learned import Memory
from xlreport.workbook.reader.locate import Located, locate
from xlreport.workbook.reader.printed import PRINTED, printed_findings
from xlreport.workbook.reader.prior_year import read_prior_year
from xlreport.workbook.reader.texts import read_answers, read_explanations, read_texts


@dataclass(frozen=True)
class Reading:
    """What came of one file: a submission, or None when it is rejected; and the findings.

    `unit`, `year` and `form_id` tell what the file says of itself, also when it is rejected.
    `as_one_unit` is what is read if the names that contradict each other are all of one unit, which
    only a roster knows; None where nothing else keeps the file from counting, or something does.
    `unplaced` is what stood in a document that is not our workbook and went into no field, a line
    of Chinese for each: where, what, why.
    """

    findings: tuple[Finding, ...]
    submission: Submission | None = None
    form: Form | None = None
    unit: Unit = NOBODY
    year: int | None = None
    form_id: str = ""
    sha256: str = ""
    as_one_unit: Reading | None = None
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Report:
    """What is known of a workbook once its form is: the steps below take it and add findings."""

    located: Located
    identity: Identity
    cover: Cover
    year: int
    provenance: Provenance

    @property
    def form(self) -> Form:
        """The form by which it is read."""
        return self.located.layout.form

    @property
    def same_version(self) -> bool:
        """Whether the workbook was made from the form as it is now."""
        is_current = is_current_edition(self.identity)
        return is_current and self.form.has_workbook(self.identity.fingerprint)


@dataclass(frozen=True)
class Opened:
    """A file that is about to be read: its bytes, the members of a package with nothing odd about
    its zip (None for any other file), the path under which it is told, its own time stamp."""

    data: bytes
    package: Package | None
    path: str = ""
    modified: float = 0.0

    @cached_property
    def provenance(self) -> Provenance:
        """Where a report in it comes from."""
        sha256 = hashlib.sha256(self.data).hexdigest()
        return Provenance(self.path, sha256, "", self.modified)


def read_submission(
    data: bytes,
    forms: Forms,
    *,
    path: str = "",
    modified: float = 0.0,
    limits: Limits = DEFAULT_LIMITS,
    passwords: Sequence[str] = (),
) -> Reading:
    """Reads one workbook of any format; what is wrong with the file is a finding, never raised."""
    file = Opened(data, package_of(data, limits), path, modified)
    known = read_known(file, forms, limits)
    return read_unknown(file, forms, limits, passwords) if known is None else known


def read_known(file: Opened, forms: Forms, limits: Limits) -> Reading | None:
    """Reads a workbook like one that was read before; None for any other file."""
    package = file.package
    if package is None or not MEMORY.knows(package):
        return None
    quick = MEMORY.recall(package, forms, file.provenance, limits)
    return None if quick is None else _quickly_read(quick, forms)


def read_unknown(
    file: Opened, forms: Forms, limits: Limits, passwords: Sequence[str] = ()
) -> Reading:
    """Reads any file with care, and learns from a package how to read others like it. Nothing that
    was learned counts for a file without one."""
    package = file.package
    spared = {} if package is None else MEMORY.spared(package)
    if package is not None and spared:
        reading = _taught(file, partial(read_parts, package.members, limits, spared), forms)
        if not _was_looked_for(reading):
            return reading
    return _taught(file, partial(open_book, file.data, limits, passwords), forms)


def _was_looked_for(reading: Reading) -> bool:
    """Whether it was looked on all sheets for whose workbook it is, so that all must be read."""
    is_lost = any(finding.code == IDENTITY_LOST.code.code for finding in reading.findings)
    return is_lost or reading.submission is None


def _taught(file: Opened, opening: Callable[[], RawBook], forms: Forms) -> Reading:
    """The reading of the book that opening the file gives; others like it are known from now on."""
    sha256 = file.provenance.sha256
    try:
        book = opening()
    except Refused as refused:
        return Reading((refused.finding,), sha256=sha256)
    reading = _read(book, forms, replace(file.provenance, saved=book.saved))
    reading = _with_notes(reading, book, sha256)
    if file.package is not None and reading.submission is not None:
        careful = Quick(reading.submission, reading.findings)
        MEMORY.learn(file.package, book, careful, forms)
    return reading


MEMORY = Memory()
"""What this process has learned of workbooks."""


def _quickly_read(quick: Quick, forms: Forms) -> Reading:
    """The reading of a workbook whose frame was known."""
    submission = quick.submission
    return Reading(
        quick.findings,
        submission,
        forms(submission.form),
        submission.unit,
        submission.year,
        submission.form,
        submission.provenance.sha256,
    )


def _with_notes(reading: Reading, book: RawBook, sha256: str) -> Reading:
    """The reading with what the format's reader has to say."""
    as_one_unit = reading.as_one_unit
    if as_one_unit is not None:
        as_one_unit = _with_notes(as_one_unit, book, sha256)
    findings = (*reading.findings, *book.notes)
    return replace(reading, findings=findings, sha256=sha256, as_one_unit=as_one_unit)


def _read(book: RawBook, forms: Forms, provenance: Provenance) -> Reading:
    identity = identity_of(book)
    identified = identify(book, identity, forms)
    if identified is None:
        return _unidentified(identity)
    form, year, doubts = identified
    cover = read_cover(book, edition_of(book, identity, form), identity)
    findings = (*doubts, *cover.findings, *_out_of_force(form, year))
    reading = Reading(findings, None, form, cover.unit, year, form.id)
    if any(_refuses(finding) and not _is_of_names(finding) for finding in findings):
        return reading
    located = locate(book, edition_of(book, identity, form))
    report = _Report(located, identity, cover, year, provenance)
    return _without_doubts(reading, report)


def _refuses(finding: Finding) -> bool:
    return finding.code in REFUSING


def contradicting_names(finding: Finding) -> tuple[str, str] | None:
    """The names of units of which a finding says that they are two; None for other findings."""
    if finding.code != F5.code:
        return None
    observed = dict(finding.observed)
    told = observed.get(PRINTED)
    issued = observed.get("issued")
    if finding.field == identity_name("unit"):
        told = observed.get("cover")
    if isinstance(told, str) and isinstance(issued, str):
        return told, issued
    return None


def _is_of_names(finding: Finding) -> bool:
    return contradicting_names(finding) is not None


def _without_doubts(reading: Reading, report: _Report) -> Reading:
    """The reading with the submission; where names contradict each other, that is put aside."""
    printed = printed_findings(report.located, report.cover.names, report.year)
    reading = replace(reading, findings=(*reading.findings, *printed))
    certain = tuple(finding for finding in reading.findings if not _is_of_names(finding))
    if any(map(_refuses, certain)):
        return reading
    read = _with_submission(replace(reading, findings=certain), report)
    if len(certain) == len(reading.findings):
        return read
    return replace(reading, as_one_unit=read)


def _unidentified(identity: Identity) -> Reading:
    finding = unidentified(identity)
    year = plain_year(identity.year)
    return Reading((finding,), form_id=identity.form, year=year)


def _out_of_force(form: Form, year: int) -> Iterator[Finding]:
    """F11."""
    if not form.covers(year):
        yield NOT_IN_FORCE(title=form.title, year=year)


def _with_submission(reading: Reading, report: _Report) -> Reading:
    """The reading with the submission, and everything that was odd about it."""
    located = report.located
    is_summary = report.identity.is_summary
    answers, answer_findings = read_answers(located)
    figures = read_figures(located, answers, is_summary=is_summary)
    words = _words(located)
    prior_year = read_prior_year(located.book, located.layout)
    members = _members(report, figures.entries)
    submission = Submission(
        form=report.form.id,
        year=report.year,
        unit=report.cover.unit,
        entries={**figures.entries, **members.totals},
        texts=words.texts,
        overrides=figures.overrides,
        answers=answers,
        county=Unit(report.identity.county, report.identity.county_code),
        explanations=words.explanations,
        prior_year=prior_year.figures,
        provenance=_provenance(report),
    )
    if members.units:
        submission = Summary(**vars(submission), members=members.units, details=members.figures)
    findings = [*reading.findings, *_other_version(report)]
    findings += (*figures.findings, *words.findings, *answer_findings)
    findings += (*members.findings, *prior_year.findings)
    findings += _summary_findings(report.identity)
    findings += located.findings
    findings += integrity_findings(located, same_version=report.same_version, is_summary=is_summary)
    findings += stale_results(submission, figures, located)
    return replace(reading, findings=tuple(findings), submission=submission)


def _members(report: _Report, entries: Mapping[str, Entry]) -> Members:
    """The units below a summary; none of any other report."""
    if not report.identity.is_summary:
        return Members()
    return read_members(report.located, entries, same_version=report.same_version)


class _Words(NamedTuple):
    """Texts by field id, explanations by the code of the check's row, and what was odd."""

    texts: dict[str, str]
    explanations: dict[str, str]
    findings: tuple[Finding, ...]


def _words(located: Located) -> _Words:
    texts, text_findings = read_texts(located)
    explanations, more = read_explanations(located.book, located.layout)
    return _Words(texts, explanations, (*text_findings, *more))


def _provenance(report: _Report) -> Provenance:
    """Where the submission came from, with its number and the places of its cells."""
    number = report.identity.number
    places = {**report.cover.places, **report.located.places()}
    lines = report.cover.lines
    return replace(report.provenance, number=number, identity=lines, places=places)


def _other_version(report: _Report) -> Iterator[Finding]:
    """F6, where the workbook says which version it is of."""
    if report.identity.form and not report.form.has_figures(report.identity.fingerprint):
        yield OTHER_VERSION(version=report.identity.form_version or "?")


def _summary_findings(identity: Identity) -> Iterator[Finding]:
    """E2 and E5: what keeps the totals of a summary from being final."""
    if not identity.is_summary:
        return
    if identity.with_errors:
        yield COUNTED_WITH_ERRORS(units=quote(identity.with_errors))
    if identity.missing:
        yield UNITS_MISSING(units=quote(identity.missing))
