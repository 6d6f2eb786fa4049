"""各单位文字材料 and 各单位说明, which can be read back by their names."""

from __future__ import annotations

from dataclasses import replace

from support.records import JIAZI, YICHOU, record, report
from support.summaries import book, merged, opened, rows, summary_bytes
from xlreport.publishing.summary.names import EXPLANATIONS_SHEET, TEXTS_SHEET
from xlreport.workbook.layout import details


def test_texts_and_explanations_are_listed_and_can_be_found_by_name() -> None:
    town = replace(report(JIAZI), explanations={"C4": "批量撤回"})
    reports = [record("a", town), record("b", report(YICHOU))]
    workbook = opened(summary_bytes(merged(reports=reports)))
    assert [row[:2] for row in rows(workbook[TEXTS_SHEET])] == [
        ("990101", "甲子镇"),
        ("990102", "乙丑镇"),
    ]
    (explained,) = rows(workbook[EXPLANATIONS_SHEET])
    assert explained[:3] == ("990101", "甲子镇", "C-4")
    assert explained[4] == "批量撤回"
    assert explained[3]
    names = {name: workbook.defined_names[name].attr_text for name in workbook.defined_names}
    assert names[details.EXPLANATIONS_NAME] == f"'{EXPLANATIONS_SHEET}'!$A$3:$E$4"
    assert names[details.TEXTS_NAME] == f"'{TEXTS_SHEET}'!$A$3:$E$5"


def test_an_empty_list_has_a_name_over_its_headings_and_one_row() -> None:
    names = book().defined_names
    assert names[details.EXPLANATIONS_NAME].attr_text == f"'{EXPLANATIONS_SHEET}'!$A$3:$E$4"


def test_they_print_only_when_asked() -> None:
    for name, beside in ((TEXTS_SHEET, "G"), (EXPLANATIONS_SHEET, "G")):
        assert book()[name].print_area == f"'{name}'!${beside}$1"
