"""How a report prints: every word of the official form at 9 points or more, on few pages.

LibreOffice prints to PDF, poppler measures the words. A reference sheet, printed at its own size, tells
how high a word of 10 points is in the fonts of this machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
import xlsxwriter

from support.cells import part, rewrite
from support.soffice import convert
from xlreport import Form, get_form, write_workbook
from xlreport.form.catalog import shipped
from xlreport.submission import Figures, Submission, Unit
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.styles import SONG
from xlreport.workbook.writer.template import blank

pytestmark = pytest.mark.oracle

SMALLEST = 9.0
"""Points."""

SMALLEST_BESIDE = 8.0
"""Points, on the sheets that are no part of the report."""

MOST_PAGES = 6
"""Of the whole report of a town: cover, tables, texts."""

NOT_PRINTED = {"填报说明": "打印整份报表：", "校验": "点“涉及”一栏", "上年": "只供对照"}
"""What stands on sheets that are no part of the report, and nowhere else."""

LAST = "竣"
"""The last character of a text, which stands nowhere else."""

SENTENCE = "公开政府信息工作。"

REFERENCE = 10.0
_WORD = re.compile(r'<word [^>]*yMin="([\d.]+)"[^>]*yMax="([\d.]+)">([^<]*)</word>')


class Page(NamedTuple):
    """The words of a printed page with their heights in the units of the PDF."""

    text: str
    heights: tuple[float, ...]


def printed(pdf: Path) -> list[Page]:
    """The pages of a PDF."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.fail("poppler-utils are missing: the print was not measured")
    run = subprocess.run([program, "-bbox", str(pdf), "-"], capture_output=True, check=True)
    pages = []
    for words_of_page in run.stdout.decode().split("<page ")[1:]:
        words = [(float(b) - float(a), text) for a, b, text in _WORD.findall(words_of_page)]
        heights = tuple(height for height, _ in words)
        pages.append(Page("".join(text for _, text in words), heights))
    return pages


def filled(form: Form) -> Submission:
    """A report in which the town declared its blanks to be 0, with texts of 1,000 characters."""
    year = form.last_year or 2025
    empty = blank(
        form, year, Unit("青石镇人民政府", "990199", "乡镇"), Unit("示例县", "9901", "县")
    )
    texts = {text.field_id: SENTENCE * 111 for text in form.texts[:2]}
    texts = {name: text[:999] + LAST for name, text in texts.items()}
    return replace(empty, answers={table.id: "是" for table in form.tables}, texts=texts)


def last_year(form: Form) -> Figures:
    """A year before of which every number is known."""
    return Figures(dict.fromkeys(form.fields, Decimal(3)), {}, {})


def without_empty_print_areas(data: bytes) -> bytes:
    """As if somebody had taken away the print areas of one cell."""
    name = "xl/workbook.xml"
    workbook = part(data, name)
    areas = '<definedName name="_xlnm.Print_Area" [^>]*>[^<:]*</definedName>'
    assert len(re.findall(areas, workbook)) >= len(NOT_PRINTED)
    return rewrite(data, {name: re.sub(areas, "", workbook).encode()})


def reference(path: Path) -> None:
    """One word at 10 points."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.set_paper(9)
    sheet.write(0, 0, "参照", book.add_format({"font_name": SONG, "font_size": REFERENCE}))
    book.close()


@pytest.fixture(scope="module")
def pdfs(tmp_path_factory: pytest.TempPathFactory, other_form: Form) -> Mapping[str, list[Page]]:
    folder = tmp_path_factory.mktemp("print")
    files = [folder / "reference.xlsx"]
    reference(files[0])
    for form in (*map(get_form, shipped()), other_form):
        file = folder / f"{form.id}.xlsx"
        file.write_bytes(write_workbook(filled(form), form))
        files.append(file)
        known = replace(filled(form), prior_year=last_year(form))
        file = folder / f"{form.id} with last year.xlsx"
        file.write_bytes(write_workbook(known, form))
        files.append(file)
    asked = folder / "asked.xlsx"
    asked.write_bytes(without_empty_print_areas(file.read_bytes()))
    files.append(asked)
    made = convert(folder, files, "pdf")
    return {pdf.stem: printed(pdf) for pdf in made}


def test_every_word_of_the_tables_prints_at_nine_points(
    pdfs: Mapping[str, list[Page]], any_form: Form
) -> None:
    (word,) = pdfs["reference"][0].heights[:1]
    smallest = SMALLEST * word / REFERENCE
    for table in any_form.tables:
        (page,) = [
            p
            for p in pdfs[any_form.id]
            if table.title.replace(" ", "") in p.text.replace(" ", "") and "填报单位" in p.text
        ]
        assert min(page.heights) >= smallest - 0.15, (table.title, min(page.heights), smallest)


def test_a_report_prints_on_few_pages(pdfs: Mapping[str, list[Page]], any_form: Form) -> None:
    pages = pdfs[any_form.id]
    sheets = layout_of(any_form).form_sheets
    tables = len(any_form.tables)
    last = any_form.texts[-1].label
    texts = [page for page in pages if SENTENCE in page.text or page.text.startswith(last)]
    assert len(sheets) == tables + bool(any_form.texts)
    assert 1 + tables + len(texts) <= max(MOST_PAGES, tables + 3)


def test_the_whole_workbook_prints_the_report_alone(
    pdfs: Mapping[str, list[Page]], any_form: Form
) -> None:
    pages = pdfs[any_form.id]
    with_last_year = pdfs[f"{any_form.id} with last year"]
    assert [page.text for page in with_last_year] == [page.text for page in pages]
    together = "".join(page.text for page in pages)
    for sheet, words in NOT_PRINTED.items():
        assert words not in together, sheet
    assert len(pages) <= MOST_PAGES


def test_without_their_empty_print_areas_the_other_sheets_print_too(
    pdfs: Mapping[str, list[Page]], other_form: Form
) -> None:
    """It is the print areas that keep them off the paper; and what stands there can be read."""
    (word,) = pdfs["reference"][0].heights[:1]
    for sheet, words in NOT_PRINTED.items():
        pages = [page for page in pdfs["asked"] if words in page.text]
        assert pages, sheet
        for page in pages:
            smallest = min(page.heights) * REFERENCE / word
            assert smallest >= SMALLEST_BESIDE, (sheet, smallest)


def test_declared_zeros_are_printed(pdfs: Mapping[str, list[Page]], zfxxgk: Form) -> None:
    review = zfxxgk.tables[-1]
    (page,) = [p for p in pdfs[zfxxgk.id] if review.title in p.text and "填报单位" in p.text]
    assert page.text.count("0") >= 15


def test_long_texts_are_printed_whole(pdfs: Mapping[str, list[Page]], zfxxgk: Form) -> None:
    together = "".join(page.text for page in pdfs[zfxxgk.id])
    assert together.count(LAST) == 2, "the last character of both texts"
