"""LibreOffice recalculates random fills from nothing; every formula cell must show what we store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import openpyxl
import pytest

from support.engine import differing
from support.examples import examples
from support.fills import explained, fill
from support.formula_cells import formula_cells, results
from support.soffice import convert, recalculate
from support.written import KINDS, written
from xlreport import Form, Submission, Unit, write_workbook
from xlreport.form.expression import across_years
from xlreport.rules.excel import Formulas
from xlreport.rules.grade import FAILING, Grade
from xlreport.workbook.layout.lines import CheckLine
from xlreport.workbook.layout.sheet import CALCULATION
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.writer.context import NO_SERVICE
from xlreport.workbook.writer.copies import write_copies
from xlreport.workbook.writer.formulas import formulas_of
from xlreport.workbook.writer.results import CachedResults
from xlreport.workbook.writer.template import blank

pytestmark = pytest.mark.oracle

FILLS = examples(15, nightly=800).max_examples
"""Random fills for each of the two forms, beside those that show a grade that none before showed."""

MOST = max(240, 3 * FILLS)
"""Fills that are looked at for such."""


WILD = 30
"""Further fills, in which nearly every cell is odd, so that every cell of a table is wrong in
some."""


def submission(form: Form, seed: int) -> Submission:
    """The fill of a seed; those below 0 are wild."""
    return fill(form, seed, wild=0.8) if seed < 0 else explained(form, seed)


def grades_of(form: Form, seed: int) -> Iterator[tuple[int, Grade]]:
    """The grade of each line by its index, by our own evaluation."""
    results = CachedResults(submission(form, seed), layout_of(form))
    return enumerate(results.grades)


def telling(form: Form) -> tuple[list[int], dict[int, set[Grade]]]:
    """The seeds of the fills that LibreOffice recalculates, and the grades of each line in them."""
    known: dict[int, set[Grade]] = defaultdict(set)
    seeds = []
    for seed in (*range(MOST), *range(-WILD, 0)):
        grades = list(grades_of(form, seed))
        if seed not in range(FILLS) and all(grade in known[index] for index, grade in grades):
            continue
        seeds.append(seed)
        for index, grade in grades:
            known[index].add(grade)
    return seeds, known


def wanted(line: CheckLine) -> set[Grade]:
    """The grades that a line must have had for the agreement to show anything."""
    grades = {Grade.HOLDS, Grade.OPEN, FAILING[line.severity]}
    if across_years(line.instances[0].rule):
        grades.add(Grade.NO_PRIOR_YEAR)
    return grades


def differences(folder: Path, books: dict[str, bytes]) -> list[str]:
    """Where LibreOffice shows something else than is stored in workbooks of ours."""
    found = []
    for name, path in recalculate(folder, books).items():
        ours = formula_cells(books[name])
        theirs = results(path.read_bytes(), ours)
        found += [f"{name} {line}" for line in differing(ours, theirs)]
    return found


def filled(form: Form, seeds: Iterable[int]) -> dict[str, bytes]:
    return {f"{seed:+05}": write_workbook(submission(form, seed), form) for seed in seeds}


def test_every_formula_agrees_over_random_fills(any_form: Form, tmp_path: Path) -> None:
    seeds, grades = telling(any_form)
    lacking = [
        (line.code, line.row, sorted(wanted(line) - grades[line.index]))
        for line in layout_of(any_form).lines
        if not wanted(line) <= grades[line.index]
    ]
    assert lacking == [], "these lines never held, failed or were open: nothing is shown for them"
    assert any(Grade.EXPLAINED in seen for seen in grades.values())
    assert differences(tmp_path, filled(any_form, seeds)) == []


def test_every_kind_of_workbook_agrees(any_form: Form, tmp_path: Path) -> None:
    books = {f"{number:02}": written(any_form, kind) for number, kind in enumerate(KINDS)}
    assert differences(tmp_path, books) == []


def test_a_spliced_workbook_opens_like_one_written_from_nothing(
    other_form: Form, tmp_path: Path
) -> None:
    towns = [Unit(f"甲<&>\"'{number}镇", f"99010{number}", "乡镇") for number in range(3)]
    empty = {f"{town.code}.xlsx": blank(other_form, 2025, town) for town in towns}
    copies = write_copies(empty, other_form, password="", service=NO_SERVICE)
    made, whole = tmp_path / "made", tmp_path / "whole"
    for folder in (made, whole):
        folder.mkdir()
    for name, submission in empty.items():
        data = write_workbook(submission, other_form)
        assert copies[name] != data, "it is spliced"
        (made / name).write_bytes(copies[name])
        (whole / name).write_bytes(data)
    saved = convert(made, sorted(made.glob("*.xlsx")), "xlsx")
    expected = convert(whole, sorted(whole.glob("*.xlsx")), "xlsx")
    for town, path, other in zip(towns, saved, expected, strict=True):
        cells = _cells(path)
        assert cells == _cells(other)
        told = [content for content, *_ in cells.values() if town.name in str(content)]
        assert len(told) > len(layout_of(other_form).form_sheets)


def _cells(path: Path) -> dict[tuple[str, str], tuple[object, ...]]:
    """What each cell shows, and whether it is locked."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): (cell.value, cell.number_format, cell.protection.locked)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
    }


def test_a_broken_formula_is_found(
    zfxxgk: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Formulas.gap
    monkeypatch.setattr(Formulas, "gap", lambda self, node: right(self, node) + "+1")
    formulas_of.cache_clear()
    try:
        books = {str(seed): write_workbook(fill(zfxxgk, seed), zfxxgk) for seed in range(3)}
        assert any(CALCULATION in line for line in differences(tmp_path, books))
    finally:
        formulas_of.cache_clear()
