"""A heading that a table divides further than the form does is not the form's: nothing under the
division is placed."""

from __future__ import annotations

import pytest

from importing.drawn import Row, grid, page
from support.published import official, report
from xlreport import Entry, FormCatalog, get_form
from xlreport.importing.recognise import recognise
from xlreport.submission import UNKNOWN, Status
from xlreport.workbook.reader.submission import Reading

ONE = report(get_form("zfxxgk-2021"), 5, distinct=True)
TITLE = "甲子镇2023年政府信息公开工作年度报告"
NOT_OF_THE_TABLE = "旁边的标题不是这张表的"


def read(*rows: Row, sheet: bool = False) -> Reading:
    """The rows in a report that has another table whole."""
    document = page(TITLE, grid(rows, sheet=sheet), *official(ONE)["review"])
    reading = recognise(document, FormCatalog(), UNKNOWN)
    assert reading is not None
    return reading


def decisions(reading: Reading) -> dict[str, str]:
    """The last numbers of the rows that were placed."""
    return {name.split(".")[1]: str(e.value) for name, e in entries(reading) if e.value is not None}


def entries(reading: Reading) -> list[tuple[str, Entry]]:
    """The entries of the table's first rows."""
    assert reading.submission is not None
    rows = ("disclosure.regulations.", "disclosure.normative_documents.")
    return [item for item in reading.submission.entries.items() if item[0].startswith(rows)]


def regulations(*rows: Row, sheet: bool = False) -> Reading:
    head: Row = ("信息内容", "", "本年制发件数", "本年废止件数", "现行有效件数")
    return read(head, ("规章", "", "1", "2", "3"), *rows, sheet=sheet)


@pytest.mark.parametrize("sheet", [True, False])
@pytest.mark.parametrize("word", ["其中：本级", "网上", "不予许可", "万件"])
def test_a_word_between_a_heading_and_its_numbers_divides_it(word: str, sheet: bool) -> None:
    reading = regulations(("行政规范性文件", word, "4", "5", "6"), sheet=sheet)
    assert decisions(reading) == {"regulations": "3"}
    assert [line.split("：", 1)[1] for line in reading.unplaced] == [
        f"“{number}”，{NOT_OF_THE_TABLE}" for number in "456"
    ]


@pytest.mark.parametrize("word", ["小计", "合计", "件", "单位：件", "", "1"])
def test_a_sum_a_unit_or_a_number_does_not_divide_it(word: str) -> None:
    reading = regulations(("行政规范性文件", word, "4", "5", "6"))
    assert decisions(reading) == {"regulations": "3", "normative_documents": "6"}


def test_a_heading_beside_two_rows_of_numbers_is_of_neither() -> None:
    reading = regulations((("行政规范性文件", 2, 1), "", "4", "5", "6"), ("", "7", "8", "9"))
    assert decisions(reading) == {"regulations": "3"}
    assert reading.unplaced[0].endswith("“4”，“行政规范性文件”可能是几项的标题")
    assert reading.unplaced[3].endswith(f"“7”，{NOT_OF_THE_TABLE}")


@pytest.mark.parametrize("word", ["", "小计"])
def test_the_first_row_is_the_whole_where_the_next_has_a_word_of_its_own(word: str) -> None:
    second = ("其中：本级", "7", "8", "9")
    reading = regulations((("行政规范性文件", 2, 1), word, "4", "5", "6"), second)
    assert decisions(reading) == {"regulations": "3", "normative_documents": "6"}


def test_a_blank_row_beside_a_heading_is_none() -> None:
    reading = regulations((("行政规范性文件", 2, 1), "", "4", "5", "6"), ("", "", "", ""))
    assert decisions(reading) == {"regulations": "3", "normative_documents": "6"}


def test_a_word_under_the_heading_of_a_column_divides_it() -> None:
    head: Row = (("信息内容", 2, 1), "本年制发件数", ("本年废止件数", 2, 1), ("现行有效件数", 2, 1))
    lines: tuple[Row, ...] = (("规章", "1", "2", "3"), ("行政规范性文件", "4", "5", "6"))
    assert divided(head, ("其中：联合制发",), *lines) == ["in_force", "repealed"]
    assert divided(head, ("件",), *lines) == ["in_force", "issued", "repealed"]
    assert divided(head, ("",), *lines) == ["in_force", "issued", "repealed"]


def divided(*rows: Row) -> list[str]:
    """The columns that were read."""
    every = entries(read(*rows))
    return sorted({name.split(".")[2] for name, e in every if e.status is not Status.ABSENT})


@pytest.mark.parametrize("sheet", [True, False])
def test_a_number_of_two_rows_is_of_neither(sheet: bool) -> None:
    reading = regulations(
        ("行政规范性文件", "", "4", ("5", 2, 1), "6"), ("其他", "", "7", "8"), sheet=sheet
    )
    placed = {name.split(".")[2]: e.status for name, e in entries(reading) if "normative" in name}
    assert placed == {"issued": Status.NUMBER, "repealed": Status.ABSENT, "in_force": Status.NUMBER}


def test_a_heading_of_no_form_in_a_group_is_named_and_not_the_group() -> None:
    tables = official(ONE)
    wrong = "1.本机关掌握相关政府信息"
    right = "1.本机关不掌握相关政府信息"
    part = tables["requests"][0].reworded(lambda slot: slot.text if slot.text != right else wrong)
    reading = recognise(page(TITLE, part, *tables["review"]), FormCatalog(), UNKNOWN)
    assert reading is not None
    told = {line.split("，")[-1] for line in reading.unplaced}
    assert told == {NOT_OF_THE_TABLE}
    assert len(reading.unplaced) == 7
