"""The locked workbook of one unit, blank or filled in, from a form."""

from __future__ import annotations

from xlreport.form.model import Form
from xlreport.submission import NOBODY, Submission, Unit
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.check_sheet import write_checks
from xlreport.workbook.writer.form_sheets import write_cover, write_guide, write_table, write_texts
from xlreport.workbook.writer.identity import write_identity
from xlreport.workbook.writer.prior_year_sheet import write_previous


def blank(form: Form, year: int, unit: Unit = NOBODY, county: Unit = NOBODY) -> Submission:
    """A submission in which nothing has been filled in yet."""
    return Submission(form.id, year, unit, {}, county=county)


def write_workbook(
    submission: Submission, form: Form, *, password: str = "", issued: bool | None = None
) -> bytes:
    """The workbook as .xlsx bytes, with the submission's values filled in and every formula's
    result cached. `issued` says whether unit, code and level are given (locked) or to be typed in;
    by default they are given when the submission names a unit."""
    book = WorkbookWriter(
        form, submission, password, issued=bool(submission.unit.name) if issued is None else issued
    )
    write_form_sheets(book)
    write_identity(book)
    return book.finish()


def write_form_sheets(book: WorkbookWriter) -> None:
    """All visible sheets in the report's order."""
    write_cover(book)
    write_guide(book)
    for table in book.form.tables:
        write_table(book, table.id)
    write_texts(book)
    write_previous(book)
    write_checks(book)
