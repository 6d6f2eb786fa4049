"""What units wrote: their texts, and their explanations of warnings."""

from __future__ import annotations

from collections.abc import Sequence

from xlreport.form.model import Form
from xlreport.publishing.summary.list_sheet import Column, ListSheet
from xlreport.publishing.summary.names import EXPLANATIONS_SHEET, TEXTS_SHEET
from xlreport.submission import Submission, by_rule
from xlreport.text import printed_code
from xlreport.workbook.layout import details
from xlreport.workbook.writer.book import WorkbookWriter

_TEXT_WIDTH = 60
_HIGHEST = 400
"""Points that a row of texts may be high; Excel allows 409."""

_EXPLANATION_COLUMNS = (
    Column(details.UNIT_CODE, 13),
    Column(details.UNIT_NAME, 18),
    Column(details.CHECK_CODE, 24),
    Column(details.CHECK_TITLE, 40, wraps=True),
    Column(details.EXPLANATION, 70, wraps=True),
)


def write_texts(book: WorkbookWriter, form: Form, counted: Sequence[Submission]) -> None:
    """The texts of all units, a row a unit."""
    columns = [Column(details.UNIT_CODE, 13), Column(details.UNIT_NAME, 18)]
    columns += [Column(text.label, _TEXT_WIDTH, wraps=True) for text in form.texts]
    sheet = ListSheet(book, TEXTS_SHEET, columns)
    for submission in counted:
        unit = submission.unit
        texts = [submission.texts.get(text.field_id, "") for text in form.texts]
        sheet.add((unit.code, unit.name, *texts), _HIGHEST)
    sheet.name_range(details.TEXTS_NAME)
    sheet.finish(printed=False)


def write_explanations(book: WorkbookWriter, counted: Sequence[Submission]) -> None:
    """What units said about warnings: next year's workbooks and the next level show it."""
    sheet = ListSheet(book, EXPLANATIONS_SHEET, _EXPLANATION_COLUMNS)
    titles = {listed.code: listed.title for listed in book.layout.listed}
    for submission in counted:
        unit = submission.unit
        for code, words in by_rule(submission.explanations).items():
            sheet.add((unit.code, unit.name, printed_code(code), titles.get(code, ""), words))
    sheet.name_range(details.EXPLANATIONS_NAME)
    sheet.finish(printed=False)
