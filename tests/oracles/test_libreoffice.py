"""LibreOffice recalculates random fills; every check cell and the overall verdict must equal ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from support.examples import examples
from support.fills import fill
from support.soffice import recalculate
from xlreport import Form, FormCatalog, Submission, read_submission, write_workbook
from xlreport.a1 import Cell
from xlreport.form.expression import across_years
from xlreport.rules.excel import FAIL, NO_LAST_YEAR, PASS, UNKNOWN, Formulas
from xlreport.workbook.layout.identity import COVER_VALUE
from xlreport.workbook.layout.sheet import CHECKS, COVER
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.cover_sheet import failing_text, overall_row, overall_text
from xlreport.workbook.writer.formulas import formulas_of
from xlreport.workbook.writer.results import CachedResults

pytestmark = pytest.mark.oracle

FILLS = examples(40).max_examples
"""Random fills for each of the two forms, beside those that show a verdict that none before showed."""

MOST = 3 * FILLS
"""Fills that are looked at for such."""


def expected(form: Form, submission: Submission) -> dict[tuple[str, Cell], str]:
    """What every check cell must show, by our own evaluation."""
    layout = layout_of(form)
    results = CachedResults(submission, layout)
    cells: dict[tuple[str, Cell], str] = {}
    for check_row in layout.check_rows:
        cells[CHECKS, check_row.verdict_cell] = results.word(check_row)
        cells[CHECKS, check_row.gap_cell] = results.gap(check_row)
    for sheet in layout.form_sheets:
        for check in sheet.checks:
            cells[sheet.name, check.span.cell] = results.mark(check)
    row = overall_row(layout)
    cells[COVER, (row, COVER_VALUE)] = overall_text(results)
    cells[COVER, (row + 1, COVER_VALUE)] = failing_text(results)
    return cells


def verdicts_of(form: Form, submission: Submission) -> set[tuple[int, str]]:
    """The row of each check with our verdict."""
    layout = layout_of(form)
    results = CachedResults(submission, layout)
    return {(check_row.row, results.word(check_row)) for check_row in layout.check_rows}


def telling(form: Form) -> list[int]:
    """The seeds of the fills that LibreOffice recalculates."""
    known: set[tuple[int, str]] = set()
    seeds = []
    for seed in range(MOST):
        verdicts = verdicts_of(form, fill(form, seed))
        if seed < FILLS or not verdicts <= known:
            seeds.append(seed)
        known |= verdicts
    return seeds


def shown_by_libreoffice(path: Path) -> Mapping[str, Sequence[Sequence[object]]]:
    with path.open("rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        return {
            name: [list(row) for row in sheet.to_python(skip_empty_area=False)]
            for name, sheet in sheets.items()
        }


def differences(
    form: Form, folder: Path, seeds: Iterable[int], verdicts: dict[str, set[str]] | None = None
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
    assert differences(any_form, tmp_path, telling(any_form), verdicts) == []
    rows = layout_of(any_form).check_rows
    assert len(verdicts) == len(rows)
    wanted = {True: {PASS, FAIL, NO_LAST_YEAR}, False: {PASS, FAIL}}
    lacking = [
        check_row.code
        for check_row in rows
        if not wanted[across_years(check_row.instances[0].rule)] <= verdicts[str(check_row.row)]
    ]
    assert lacking == [], (
        "these checks never both held and failed, so the agreement shows nothing for them"
    )


def test_a_broken_formula_is_found(
    zfxxgk: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Formulas.gap
    monkeypatch.setattr(Formulas, "gap", lambda self, node: right(self, node) + "+1")
    formulas_of.cache_clear()
    try:
        assert any("校验" in line for line in differences(zfxxgk, tmp_path, range(3)))
    finally:
        formulas_of.cache_clear()
