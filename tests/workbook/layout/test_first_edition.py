"""Workbooks of the first layout, which towns still send: compared with files that it wrote."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from xlreport import Form
from xlreport.a1 import address
from xlreport.form.expression import has_formula
from xlreport.workbook.layout.first_edition import (
    CODE,
    EXPLANATION,
    NUMBER,
    first_edition,
    listed_instances,
)
from xlreport.workbook.layout.sheet import CHECKS, COVER, GUIDE, PRIOR_YEAR_LIST, TEXTS
from xlreport.workbook.layout.workbook import layout_of

FILES = Path(__file__).resolve().parents[2] / "real" / "first_edition"
TOWN = next(FILES.glob("990104_*.xlsx"))


@lru_cache(maxsize=1)
def book() -> Workbook:
    return openpyxl.load_workbook(TOWN)


def test_every_named_cell_stood_where_the_layout_says(zfxxgk: Form) -> None:
    layout = first_edition(zfxxgk)
    names = book().defined_names
    for name, (sheet, cell) in layout.cells.items():
        assert names[name].attr_text == f"'{sheet}'!{address(cell, absolute=True)}"
    for table, (sheet, cell) in layout.flags.items():
        name = f"{table}.blanks_are_zero"
        assert names[name].attr_text == f"'{sheet}'!{address(cell, absolute=True)}"


def test_the_sheets_of_the_first_edition(zfxxgk: Form) -> None:
    layout = first_edition(zfxxgk)
    tables = [table.sheet for table in zfxxgk.tables]
    assert layout.sheets == (COVER, GUIDE, *tables, TEXTS, PRIOR_YEAR_LIST, CHECKS)
    assert [*layout.sheets, "xlreport"] == book().sheetnames
    assert layout.edition == 1


@pytest.mark.parametrize("style", ["title", "head", "row", "group", "corner", "block", "hint"])
def test_labels_stood_where_the_layout_says(zfxxgk: Form, style: str) -> None:
    labels = [
        (sheet.name, label)
        for sheet in first_edition(zfxxgk).form_sheets
        for label in sheet.labels
        if label.style == style
    ]
    assert labels
    for sheet, label in labels:
        seen = str(book()[sheet][address(label.span.cell)].value)
        assert re.sub(r"\s", "", seen) == re.sub(r"\s", "", label.text)


def test_the_question_about_blanks_stood_in_the_third_row(zfxxgk: Form) -> None:
    for sheet in first_edition(zfxxgk).tables.values():
        (question,) = [label for label in sheet.labels if label.style == "question"]
        assert question.span.top == 2
        assert book()[sheet.name][address(question.span.cell)].value == question.text
        assert sheet.flag is not None
        assert sheet.flag[0] == 2


def test_nothing_in_an_untouched_workbook_lies_outside(zfxxgk: Form) -> None:
    for sheet in first_edition(zfxxgk).form_sheets:
        seen = book()[sheet.name]
        assert not sheet.outside((seen.max_row - 1, seen.max_column - 1))


def test_nothing_of_the_present_verdicts_is_expected(zfxxgk: Form) -> None:
    for sheet in first_edition(zfxxgk).form_sheets:
        assert sheet.statuses == ()
        assert sheet.measure_line is None
        assert sheet.signatures is None
        assert "margin" not in {label.style for label in sheet.labels}


def test_tables_stand_in_the_same_cells_and_texts_do_not(any_form: Form) -> None:
    layout, first = layout_of(any_form), first_edition(any_form)
    for name in any_form.fields:
        assert first.cells[name] == layout.cells[name]
    assert [first.cells[t.field_id][1] for t in any_form.texts] == [
        (3 + 2 * i, 1) for i in range(len(any_form.texts))
    ]
    assert first_edition(any_form) is first


# --- 校验 -----------------------------------------------------------------------------------


def test_rows_of_the_list_are_those_of_a_workbook_in_their_order(zfxxgk: Form) -> None:
    rows = [
        (row[NUMBER], row[CODE])
        for row in book()[CHECKS].iter_rows(values_only=True)
        if isinstance(row[NUMBER], int)
    ]
    listed = list(listed_instances(zfxxgk))
    codes_then = [code for _, code in rows]
    assert [i.number for i in listed] == list(range(1, len(listed) + 1))
    # rules that came with later definitions have no row in the file
    ours = [i.printed_code for i in listed if i.printed_code in codes_then]
    assert ours == codes_then
    assert (NUMBER, CODE, EXPLANATION) == (0, 1, 7)


def test_codes_in_full_are_those_of_instances_or_of_tables(any_form: Form) -> None:
    listed = list(listed_instances(any_form))
    codes = [i.code for i in listed]
    assert len(set(codes)) == len(codes)
    for check in any_form.checks:
        own = [i for i in any_form.instances if i.check.code == check.code and has_formula(i.rule)]
        shown = [i.code for i in listed if i.printed_code == check.code]
        if check.each == "cell":
            tables = list(dict.fromkeys(i.table for i in own))
            assert shown == [f"{check.code}.{table}" for table in tables]
        else:
            assert shown == ([i.code for i in own] or [check.code])
