"""The locked workbook of one unit, blank or filled in, from a form."""

from __future__ import annotations

from dataclasses import asdict

from xlreport.atomic import safe_name
from xlreport.form.model import Form
from xlreport.submission import NOBODY, Submission, Unit
from xlreport.text import clean
from xlreport.workbook.layout.identity import KEY_COLUMN, PREFIX, VALUE_COLUMN
from xlreport.workbook.layout.notice import NOTE_COLUMN
from xlreport.workbook.layout.sheet import HIDDEN
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.calculation_sheet import write_calculation
from xlreport.workbook.writer.check_sheet import write_checks
from xlreport.workbook.writer.context import NO_SERVICE, Service, TemplateContext
from xlreport.workbook.writer.cover_sheet import write_cover
from xlreport.workbook.writer.form_sheets import write_guide, write_table, write_texts
from xlreport.workbook.writer.prior_year_sheet import write_prior_year
from xlreport.workbook.writer.results import CachedResults
from xlreport.workbook.writer.sheet import SheetWriter

LONGEST_PROPERTY = 255
"""Excel's limit on a document property, in characters."""


def blank(form: Form, year: int, unit: Unit = NOBODY, county: Unit = NOBODY) -> Submission:
    """A submission in which nothing has been filled in yet."""
    return Submission(form.id, year, unit, {}, county=county)


def workbook_name(form: Form, year: int, unit: Unit, number: int = 1) -> str:
    """What a unit's workbook is called; with a number where that is taken."""
    again = str(number) if number > 1 else ""
    return safe_name(f"{unit.code}_{unit.name}_{year}年{form.title}{again}")


def write_workbook(
    submission: Submission,
    form: Form,
    *,
    password: str = "",
    issued: bool | None = None,
    service: Service = NO_SERVICE,
    tells_code: bool = False,
) -> bytes:
    """The workbook as .xlsx bytes, with the submission's values filled in and every formula's
    result cached. `issued` says whether unit, code and level are given (locked) or to be typed in;
    by default they are given when the submission names a unit. `service` is what the issuer tells
    the town on the cover; with `tells_code` that also has the 数据校验码 of the values."""
    if issued is None:
        issued = bool(submission.unit.name)
    return _written(TemplateContext(form, submission, issued, service, tells_code), password)


def _written(context: TemplateContext, password: str) -> bytes:
    return write_showing(context, password)


def write_showing(
    context: TemplateContext, password: str, results: CachedResults | None = None
) -> bytes:
    """The workbook of a unit; what its formulas show may be known already."""
    book = WorkbookWriter(context, password, results)
    write_form_sheets(book)
    write_identity(book)
    return book.finish()


def write_form_sheets(book: WorkbookWriter) -> None:
    """All visible sheets in the report's order."""
    write_cover(book)
    if book.context.takes_answers:
        write_guide(book)
    for table in book.form.tables:
        write_table(book, table.id)
    if book.form.texts:
        write_texts(book)
    write_checks(book)
    write_prior_year(book)
    write_calculation(book)


def write_identity(book: WorkbookWriter) -> None:
    """The very hidden sheet; its values also go into the document's custom properties, but those
    that are too long for them (the units that a summary lacks)."""
    sheet = SheetWriter(book, HIDDEN)
    for row, (key, value) in enumerate(asdict(book.context.identity()).items()):
        sheet.string((row, KEY_COLUMN), key, "plain")
        sheet.string((row, VALUE_COLUMN), value, "plain")
        sheet.define(PREFIX + key, (row, VALUE_COLUMN))
        kept = clean(value)
        if 0 < len(kept) <= LONGEST_PROPERTY:
            book.workbook.set_custom_property(PREFIX + key, kept, "text")
    for row, note in enumerate(book.context.notes):
        sheet.string((row, NOTE_COLUMN), note, "plain")
    sheet.close((0, 0))
    sheet.sheet.very_hidden()
