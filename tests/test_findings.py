"""A finding as people read it: one line that is short, many cells as ranges."""

from __future__ import annotations

from xlreport.findings import (
    INDENT,
    TWO_LINES,
    Finding,
    Severity,
    excel_order,
    first_short,
    grouped,
)
from xlreport.text import columns_of

FINDING = Finding("R16", Severity.ERROR, "没有填写", "没有发生的填 0", sheet="表", cell="D6")


def of_columns(columns: int) -> Finding:
    """A finding that takes so many columns below the name of its file."""
    rest = columns_of(INDENT + FINDING.at(message="").line())
    return FINDING.at(message="a" * (columns - rest))


def test_the_line_says_weight_place_what_and_what_to_do() -> None:
    assert FINDING.line() == "[错误] 表 D6：没有填写　→ 没有发生的填 0　（R-16）"
    assert FINDING.at(sheet="", cell="", suggestion="").line() == "[错误] 没有填写　（R-16）"


def test_the_units_own_words_take_the_place_of_the_advice() -> None:
    explained = FINDING.at(severity=Severity.WARNING, explanation="县里\n统一清理")
    assert explained.line() == "[警示·已说明] 表 D6：没有填写　说明：县里 统一清理　（R-16）"


def test_long_words_of_the_unit_are_cut_to_the_room_there_is() -> None:
    explained = FINDING.at(severity=Severity.WARNING, explanation="统一清理" * 40)
    line = explained.line()
    assert line.startswith("[警示·已说明] 表 D6：没有填写　说明：统一清理统一")
    assert line.endswith("…　（R-16）")
    assert columns_of(INDENT + line) in (TWO_LINES - 1, TWO_LINES)


def test_long_names_are_cut_on_the_screen_and_whole_in_the_message() -> None:
    names = "甲子乡" * 33, "乙丑镇" * 33
    message = "封面的单位名称是“{}”，这份模板却是发给“{}”的，无法判断是谁报的".format(*names)
    finding = FINDING.at(message=message)
    assert finding.line() == (
        "[错误] 表 D6：封面的单位名称是“甲子乡甲子乡甲子乡甲子乡甲子乡甲子乡甲子乡甲子…”，"
        "这份模板却是发给“乙丑镇乙丑镇乙丑镇乙丑镇乙丑镇乙丑镇乙丑镇乙丑…”的，无法判断是谁报的"
        "　→ 没有发生的填 0　（R-16）"
    )
    assert finding.as_dict()["message"] == message
    assert not finding.is_short, "briefer words are looked for first"


def test_a_finding_is_short_up_to_two_lines() -> None:
    assert TWO_LINES == 240
    assert of_columns(240).is_short
    assert not of_columns(241).is_short


def test_the_longest_way_to_tell_that_is_short_is_taken() -> None:
    assert first_short([of_columns(300), of_columns(240), of_columns(100)]) == of_columns(240)
    assert first_short([of_columns(100), of_columns(50)]) == of_columns(100)
    assert first_short([of_columns(400), of_columns(300)]) == of_columns(300), "none is short"


def test_no_briefer_way_is_made_than_is_needed() -> None:
    ways = map(of_columns, (300, 200, 100))
    assert first_short(ways) == of_columns(200)
    assert next(ways) == of_columns(100)


def test_findings_that_differ_in_their_cell_are_one_with_its_ranges() -> None:
    cells = ("D8", "E8", "F8", "D10")
    findings = [FINDING.at(cell=cell, field=cell) for cell in cells]
    assert grouped(findings) == [FINDING.at(cell="D8:F8、D10")]


def test_one_that_stands_nowhere_is_not_grouped() -> None:
    findings = [FINDING, FINDING.at(cell="", field="x")]
    assert grouped(findings) == findings


def test_ranges_that_two_lines_have_no_room_for_are_counted() -> None:
    """Every other cell of 60 rows; as many as there is room for are named."""
    findings = [FINDING.at(cell=f"D{row}", field=f"D{row}") for row in range(10, 130, 2)]
    (told,) = grouped(findings)
    named, _, count = told.cell.partition(" 等 ")
    assert count == "60 格"
    assert named.split("、") == [f"D{row}" for row in range(10, 82, 2)]
    assert told.is_short
    longer = told.at(cell=f"{named}、D82 等 60 格")
    assert not longer.is_short


def test_places_that_a_document_counts_become_one_list() -> None:
    cells = [f"第{row}行2格" for row in (2, 3, 10)]
    findings = [FINDING.at(sheet="第1个表格", cell=cell) for cell in cells]
    (told,) = grouped(findings)
    assert told.cell == "第2行2格、第3行2格、第10行2格"


def test_many_places_of_a_document_fit_two_lines() -> None:
    findings = [FINDING.at(sheet="第1个表格", cell=f"第{row}行2格") for row in range(1, 80)]
    (told,) = grouped(findings)
    assert told.cell.startswith("第1行2格、第2行2格、")
    assert told.cell.endswith("等 79 格")
    assert told.is_short


def test_one_place_of_a_document_is_not_grouped() -> None:
    finding = FINDING.at(cell="第2行3格")
    assert grouped([finding]) == [finding]


def test_documents_are_read_by_their_numbers_not_by_their_digits() -> None:
    places = [
        ("第2个表格", "第10行1格"),
        ("第10个表格", "第1行1格"),
        ("第2个表格", "第9行2格"),
        ("第2个表格", "第9行1格"),
    ]
    findings = [FINDING.at(sheet=sheet, cell=cell) for sheet, cell in places]
    ordered = [(f.sheet, f.cell) for f in excel_order(findings, [])]
    assert ordered == [places[3], places[2], places[0], places[1]]
