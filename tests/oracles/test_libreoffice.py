"""LibreOffice recalculates random fills; every check cell and the overall verdict must equal ours."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from support.fills import fill
from support.soffice import recalculate
from xlreport import Form, FormCatalog, Submission, read_submission, write_workbook
from xlreport.a1 import Cell
from xlreport.form.expression import across_years
from xlreport.rules.excel import FAIL, MARKS, NO_LAST_YEAR, PASS, TICK, UNKNOWN, Formulas
from xlreport.workbook.layout.workbook import CHECKS, CHECKS_ROW, COVER
from xlreport.workbook.writer.book import WorkbookWriter
from xlreport.workbook.writer.check_sheet import (
    gap_text,
    line_cells,
    line_word,
    overall_text,
    weights_text,
)
from xlreport.workbook.writer.form_sheets import overall_row

pytestmark = pytest.mark.oracle

FILLS = 110
"""Random fills for each of the two forms."""


def expected(form: Form, submission: Submission) -> dict[tuple[str, Cell], str]:
    """What every check cell must show, by our own evaluation."""
    book = WorkbookWriter(form, submission)
    cells: dict[tuple[str, Cell], str] = {}
    for index, line in enumerate(book.layout.lines):
        verdict_at, gap_at = line_cells(index)
        cells[CHECKS, verdict_at] = line_word(book, line)
        cells[CHECKS, gap_at] = gap_text(book, line)
    for plan in (*book.layout.tables.values(), book.layout.texts):
        for check in plan.checks:
            line = book.layout.lines[check.line]
            word = book.word(*(i.rule for i in check.instances))
            gap = "" if line.per_cell else gap_text(book, line)
            mark = MARKS[line.check.severity]
            shown = {PASS: TICK, FAIL: f"{mark} 差 {gap}" if gap else mark}.get(word, word)
            cells[plan.name, check.span.cell] = shown
    row = overall_row(book.layout)
    cells[COVER, (row, 2)] = overall_text(book)
    cells[COVER, (row + 1, 2)] = weights_text(book)
    return cells


def shown_by_libreoffice(path: Path) -> dict[str, list[list[object]]]:
    with path.open("rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
        }


def differences(
    form: Form, folder: Path, seeds: range, verdicts: dict[str, set[str]] | None = None
) -> list[str]:
    """Where LibreOffice shows something else than we do, over some fills."""
    books, submissions = {}, {}
    for seed in seeds:
        data = write_workbook(fill(form, seed), form, issued=False)
        reading = read_submission(data, FormCatalog((form,)))
        assert reading.submission is not None, reading.findings
        books[f"{seed:04}"], submissions[f"{seed:04}"] = data, reading.submission
    found = []
    for name, path in recalculate(folder, books).items():
        sheets = shown_by_libreoffice(path)
        for (sheet, (row, column)), wanted in expected(form, submissions[name]).items():
            rows = sheets[sheet]
            seen = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
            if str(seen) != wanted:
                found.append(f"{name} {sheet} {row + 1},{column + 1}: {seen!r}, ours {wanted!r}")
            if (
                verdicts is not None
                and sheet == CHECKS
                and wanted in (PASS, FAIL, UNKNOWN, NO_LAST_YEAR)
            ):
                verdicts[f"{row}"].add(wanted)
    return found


def test_every_check_cell_agrees_over_random_fills(any_form: Form, tmp_path: Path) -> None:
    verdicts: dict[str, set[str]] = defaultdict(set)
    assert differences(any_form, tmp_path, range(FILLS), verdicts) == []
    lines = WorkbookWriter(any_form, fill(any_form, 0)).layout.lines
    assert len(verdicts) == len(lines)
    wanted = {True: {PASS, FAIL, NO_LAST_YEAR}, False: {PASS, FAIL}}
    lacking = [
        line.code
        for row, line in enumerate(lines, CHECKS_ROW)
        if not wanted[across_years(line.instances[0].rule)] <= verdicts[str(row)]
    ]
    assert lacking == [], (
        "these checks never both held and failed, so the agreement shows nothing for them"
    )


def test_a_broken_formula_is_found(
    zfxxgk: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Formulas.gap
    monkeypatch.setattr(Formulas, "gap", lambda self, node: right(self, node) + "+1")
    assert any("校验" in line for line in differences(zfxxgk, tmp_path, range(3)))
