"""What cannot be read for certain is told and left blank, in so many words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from importing.drawn import Row, grid, page
from printed_tables import Printed, Slot
from support.published import Published, official, report, with_blank_lines
from support.published import page as parts_of
from xlreport import FormCatalog, Unit, get_form
from xlreport.checking.validate import check_submissions
from xlreport.findings import Severity
from xlreport.formats.grid import Document, Grid
from xlreport.importing.recognise import recognise
from xlreport.submission import UNKNOWN, Entry, Status
from xlreport.workbook.reader.submission import Reading

FORM = get_form("zfxxgk-2021")
ONE = report(FORM, 5, distinct=True)
"""A report with a different number in every field."""


def read(document: Document, year: int | None = None, unit: Unit | None = None) -> Reading:
    reading = recognise(document, FormCatalog(), UNKNOWN, year=year, unit=unit)
    assert reading is not None
    return reading


def told(reading: Reading) -> list[str]:
    """The findings, but for the one that each such report has."""
    return [f"{f.where}：{f.message}" if f.where else f.message for f in reading.findings[1:]]


def values(reading: Reading) -> dict[str, str | None]:
    assert reading.submission is not None
    entries = reading.submission.entries
    return {
        name: None if entry.value is None else str(entry.value) for name, entry in entries.items()
    }


def typed(one: Published, *left_out: str) -> dict[str, str | None]:
    """The numbers of a report without those whose ids have one of these beginnings."""
    names = [field.id for field in FORM.typed]
    return {name: None if name.startswith(left_out) else one.values[name] for name in names}


def with_table(name: str, change: Callable[[Printed], Printed]) -> Document:
    tables = official(ONE)
    tables[name] = [change(part) for part in tables[name]]
    return page(*parts_of(ONE, tables))


def renamed(old: str, new: str) -> Callable[[Printed], Printed]:
    return lambda part: part.reworded(lambda slot: new if slot.text == old else slot.text)


def test_the_official_page_is_read_whole() -> None:
    reading = read(page(*parts_of(ONE)))
    assert values(reading) == typed(ONE)
    first = reading.findings[0]
    assert (first.code, first.severity) == ("R36", Severity.ERROR)
    assert first.message == "这不是县里发的模板，但数字可以读出"
    assert first.suggestion == "请用县里发的模板报送；县里也可以决定照样计入"
    assert told(reading) == []
    assert reading.submission is not None
    assert reading.submission.texts == ONE.texts
    assert reading.submission.overrides == {}
    assert reading.submission.provenance.document == "网页"


@pytest.mark.parametrize(
    "change", [Printed.unmerged, with_blank_lines, lambda part: part.unmerged(repeated=True)]
)
def test_merged_headings_taken_apart_are_read(change: Callable[[Printed], Printed]) -> None:
    tables = {name: [change(part) for part in parts] for name, parts in official(ONE).items()}
    if change is with_blank_lines:
        return  # lines without cells are a matter of workbooks
    assert values(read(page(*parts_of(ONE, tables)))) == typed(ONE)


def test_a_heading_of_another_meaning_leaves_its_numbers_out() -> None:
    reading = read(with_table("disclosure", renamed("本年制发件数", "本年新制作数量")))
    lost = ("disclosure.regulations.issued", "disclosure.normative_documents.issued")
    assert values(reading) == typed(ONE, *lost)
    assert told(reading) == [
        "第5个表格 第3行2格：有 2 个数字认不准是哪一项：上面或旁边的标题对不上，没有读入",
        "“二、主动公开政府信息情况”有 2 项没有读入（本年制发件数）：找不到表头，或者表头旁的数字认不准",
    ]
    assert reading.unplaced[0] == (
        f"第5个表格 第3行2格：“{ONE.values[lost[0]]}”，上面或旁边的标题对不上"
    )


def test_one_heading_that_is_missing_is_named_with_its_row() -> None:
    reading = read(with_table("disclosure", renamed("行政许可", "行政确认")))
    assert values(reading) == typed(ONE, "disclosure.licences.")
    assert told(reading)[1] == (
        "“二、主动公开政府信息情况”的“行政许可·本年处理决定数量”没有读入：找不到表头，或者表头旁的数字认不准"
    )


def test_a_table_that_is_missing_is_named() -> None:
    parts = parts_of(ONE, {**official(ONE), "review": []})
    reading = read(page(*parts))
    assert values(reading) == typed(ONE, "review.")
    assert told(reading) == ["没有找到“四、政府信息公开行政复议、行政诉讼情况”的表"]


def test_a_row_with_too_few_cells_is_left_out() -> None:
    def shorten(part: Printed) -> Printed:
        name = "requests.received.research"
        slots = {cell: slot for cell, slot in part.slots.items() if slot.field != name}
        row, column = next(cell for cell, slot in part.slots.items() if slot.field == name)
        moved = {
            (r, c - 1 if r == row and c > column else c): slot for (r, c), slot in slots.items()
        }
        return replace(part, slots=moved)

    reading = read(with_table("requests", shorten))
    assert values(reading) == typed(ONE, "requests.received.")
    assert "这一行的格子与上面的标题对不上" in told(reading)[0]


def test_a_group_in_one_row_is_the_old_format_and_stays_out() -> None:
    def merge(part: Printed) -> Printed:
        rows = [row for (row, _), slot in part.slots.items() if slot.field == "requests.closed_not_corrected.total"]  # fmt: skip
        keep = rows[0]
        gone = {keep + 1, keep + 2}
        slots: dict[tuple[int, int], Slot] = {}
        for (row, column), slot in part.slots.items():
            if row in gone or slot.text.startswith("1.申请人无正当"):
                continue
            if slot.text == "（六）其他处理":
                slot = replace(slot, rows=1, columns=2)
            height = slot.rows - 2 if row < keep < row + slot.rows else slot.rows
            slots[row - 2 if row > keep else row, column] = replace(slot, rows=height)
        return replace(part, slots=slots)

    reading = read(with_table("requests", merge))
    assert reading.form_id == "zfxxgk-2021"
    assert values(reading) == typed(ONE, "requests.closed_")
    assert "“（六）其他处理”应当分项填写，这里合成了一项" in told(reading)[0]


def test_the_same_table_twice_is_once_and_with_other_numbers_nothing() -> None:
    tables = official(ONE)
    twice = {**tables, "review": tables["review"] * 2}
    assert values(read(page(*parts_of(ONE, twice)))) == typed(ONE)
    other = official(report(FORM, 6, distinct=True))
    reading = read(page(*parts_of(ONE, {**tables, "review": tables["review"] + other["review"]})))
    assert values(reading) == typed(ONE, "review.")
    upheld = ONE.values["review.reconsideration.upheld"]
    assert told(reading)[0].startswith(
        f"第9个表格 第4行1格：有 15 项出现了几次，内容不同（如“行政复议·结果维持”：{upheld}、"
    )
    assert told(reading)[0].endswith("），没有读入")


def test_one_number_that_differs_is_named_alone() -> None:
    name = "review.reconsideration.upheld"
    tables = official(ONE)
    other = official(ONE.with_values({name: "77"}))
    reading = read(page(*parts_of(ONE, {**tables, "review": tables["review"] + other["review"]})))
    assert values(reading) == typed(ONE, name)
    assert told(reading) == [
        f"第9个表格 第4行1格：“行政复议·结果维持”出现了几次，内容不同（{ONE.values[name]}、77），没有读入"
    ]


def test_a_text_that_stands_there_twice_is_left_out() -> None:
    reading = read(page(*parts_of(ONE), "六、其他需要报告的事项", "另一段文字。"))
    assert told(reading) == ["“六、其他需要报告的事项”出现了几次，文字不同，没有读入"]
    assert reading.submission is not None
    assert reading.submission.texts["text.other_matters"] == ""


def test_what_is_of_the_page_is_no_text_of_the_report() -> None:
    reading = read(page(*parts_of(ONE), "上一篇：关于放假的通知", "版权所有：某县人民政府"))
    assert told(reading) == [
        "第14段：文字读到“上一篇：关于放假的通知”前为止，后面的不当作报告的文字"
    ]
    assert reading.submission is not None
    assert reading.submission.texts == ONE.texts


# --- whose it is ----------------------------------------------------------------------------------


def test_without_a_year_nothing_is_read() -> None:
    reading = read(page("甲子镇政府信息公开工作年度报告", *parts_of(ONE)[1:]))
    assert reading.submission is None
    assert told(reading) == ["标题里没有年度，不知道是哪一年的报告"]
    assert read(page("甲子镇政府信息公开工作年度报告", *parts_of(ONE)[1:]), year=2023).year == 2023


def test_without_a_unit_the_title_is_asked_for_it() -> None:
    parts = ["2022年政府信息公开工作年度报告", *parts_of(ONE)[1:]]
    assert told(read(page(*parts))) == ["标题里没有单位名称"]
    known = read(page(*parts), unit=Unit("甲子镇", "990101", "乡镇"))
    assert told(known) == []
    assert known.unit == Unit("甲子镇", "990101", "乡镇")


def test_what_the_caller_knows_wins_over_the_title_and_is_told() -> None:
    reading = read(page(*parts_of(ONE)), year=2025, unit=Unit("乙丑镇"))
    assert (reading.year, reading.unit.name) == (2025, "乙丑镇")
    assert told(reading) == [
        "标题写的是“甲子镇”，指定的是“乙丑镇”",
        f"标题写的是 {ONE.year} 年度，指定的是 2025 年度",
    ]


def test_two_reports_in_one_page_are_named() -> None:
    other = replace(report(FORM, 6, distinct=True), year=2024, unit="甲子镇")
    one = replace(ONE, year=2023)
    reading = read(page(*parts_of(one), *parts_of(other)))
    assert reading.submission is None
    (finding,) = reading.findings
    assert finding.code == "R40"
    assert finding.message == "一份文件里有 2 份报告：“甲子镇 2023 年”、“甲子镇 2024 年”"


TWO = replace(report(FORM, 6, distinct=True), year=2024, unit="乙丑镇")


@pytest.mark.parametrize(
    ("known", "index"),
    [
        ({"year": 2023}, 0),
        ({"year": 2024}, 1),
        ({"unit": Unit("甲子镇")}, 0),
        ({"unit": Unit("乙丑镇人民政府")}, 1),
        ({"year": 2024, "unit": Unit("乙丑镇")}, 1),
    ],
)
def test_of_two_reports_the_one_that_is_meant_is_read(known: dict[str, Any], index: int) -> None:
    both = (replace(ONE, year=2023), TWO)
    reading = read(page(*parts_of(both[0]), *parts_of(both[1])), **known)
    assert reading.submission is not None
    wanted = both[index]
    assert reading.year == wanted.year
    assert values(reading) == typed(wanted)
    assert told(reading) == []


@pytest.mark.parametrize(
    "known", [{"year": 2025}, {"unit": Unit("丙寅镇")}, {"year": 2023, "unit": Unit("乙丑镇")}]
)
def test_what_fits_none_of_two_reports_chooses_none(known: dict[str, Any]) -> None:
    both = (replace(ONE, year=2023), TWO)
    reading = read(page(*parts_of(both[0]), *parts_of(both[1])), **known)
    assert reading.submission is None
    assert [finding.code for finding in reading.findings] == ["R40"]


def test_the_format_of_other_years_is_named_and_its_own_meanings_stay_out() -> None:
    old = get_form("zfxxgk-2019")
    one = replace(report(old, 3, distinct=True), year=2022)
    reading = read(page(*parts_of(one)))
    assert reading.form_id == "zfxxgk-2021"
    assert told(reading)[0] == (
        "这是 2019、2020 年度的格式，2022 年度的报告不能用；项目相同的已读入，意思不同的没有读入"
    )
    entries = values(reading)
    for name, value in entries.items():
        if value is not None:
            assert name in old.fields
            assert value == one.values[name]
    assert entries["requests.received.business"] == one.values["requests.received.business"]
    assert entries["disclosure.regulations.issued"] is None


def test_no_format_of_a_year_is_told() -> None:
    reading = read(page(*parts_of(replace(ONE, year=1999))))
    assert reading.submission is None
    assert told(reading) == ["《政府信息公开工作年度报告》没有 1999 年度的格式"]


def test_a_table_of_another_subject_is_nobody_s() -> None:
    other = grid([["项目", "自然人", "其他", "总计"], ["2.重复申请", "1", "2", "3"], ["投诉", "4", "5", "9"]])  # fmt: skip
    assert recognise(page("甲子镇2021年投诉情况", other), FormCatalog(), UNKNOWN) is None
    reading = read(page(*parts_of(ONE), other))
    assert values(reading) == typed(ONE)
    assert told(reading) == []
    assert reading.unplaced == ("第1个表格 第2行2格：“1”，所在的表不是这份报告的表",)


# --- what stands in cells -------------------------------------------------------------------------


def entries_with(contents: Mapping[str, str]) -> tuple[Mapping[str, Entry], Reading]:
    reading = read(page(*parts_of(ONE.with_values(contents))))
    assert reading.submission is not None
    return reading.submission.entries, reading


def test_what_is_no_number_stays_as_it_is_written() -> None:
    name = "requests.received.business"
    for text in ("2件", "—", "无", "/"):
        entries, _ = entries_with({name: text})
        assert entries[name] == Entry(None, Status.TEXT, text)
    entries, _ = entries_with({name: "\xa0"})
    assert entries[name] == Entry(None, Status.BLANK)


def test_numbers_in_other_spellings_are_told() -> None:
    name, other = "requests.received.business", "requests.received.research"
    entries, reading = entries_with({name: "１２", other: "1,234"})
    assert (str(entries[name].value), str(entries[other].value)) == ("12", "1234")
    assert told(reading)[0] == (
        "第7个表格 第4行3格：有 2 个数字带逗号、空格或是全角（“１２”、“1,234”），已按数字读取"
    )
    _, reading = entries_with({name: "１２"})
    assert told(reading)[0] == "第7个表格 第4行3格：“１２”按 12 读取"


def test_totals_are_compared_and_not_taken() -> None:
    name = "requests.received.total"
    wrong = str(int(ONE.values[name]) + 1)
    reading = read(page(*parts_of(ONE.with_values({name: wrong}))))
    assert reading.submission is not None
    assert reading.submission.overrides == {name: Entry.of(int(wrong))}
    (findings,) = check_submissions(FORM, [reading.submission])
    failed = [finding for finding in findings if finding.code == "A1.received"]
    assert len(failed) == 1
    assert wrong in failed[0].message
    assert ONE.values[name] in failed[0].message
    assert "公式" not in failed[0].line()
    by_parts = [finding.message for finding in findings if finding.code == "H1"]
    assert by_parts == [f"各项相加是 {ONE.values[name]}，表里写的是 {wrong}"]


def test_a_total_of_blanks_is_told_as_what_it_is() -> None:
    blank = {f.id: "" for f in FORM.typed if f.row == "received"}
    reading = read(page(*parts_of(ONE.with_values({**blank, "requests.received.total": "9"}))))
    assert reading.submission is not None
    (findings,) = check_submissions(FORM, [reading.submission])
    messages = [finding.message for finding in findings]
    assert any(message.startswith("空白处都按 0 算时：") for message in messages)
    assert not any("公式" in finding.line() for finding in findings)
    emptied = [f for f in findings if f.code == "A6" and f.field == "requests.received.business"]
    assert [finding.message for finding in emptied] == ["没有填写"]
    assert emptied[0].suggestion.endswith("没有发生的填 0")


def test_a_total_whose_parts_have_no_heading_is_told_as_what_it_is() -> None:
    reading = read(with_table("requests", renamed("商业企业", "个体户")))
    assert reading.submission is not None
    (findings,) = check_submissions(FORM, [reading.submission])
    total = ONE.values["requests.received.total"]
    messages = [
        finding.message for finding in findings if finding.field == "requests.received.total"
    ]
    assert f"表里写的总计是 {total}，相加的各项缺数，补齐后才能核对" in messages
    assert not any("公式" in finding.line() for finding in findings)


def test_money_under_a_heading_without_its_unit_is_told() -> None:
    old = get_form("zfxxgk-2019")
    one = report(old, 3).with_values({"disclosure.procurement.amount": "12.5"})
    tables = official(one)
    change = renamed("采购总金额（单位：万元）", "采购总金额")
    tables["disclosure"] = [change(part) for part in tables["disclosure"]]
    reading = read(page(*parts_of(one, tables)))
    assert told(reading) == ["第5个表格 第18行3格：“采购总金额”没有写明单位，12.5 按 12.5 万元读取"]


def test_run_together_numbers_are_told() -> None:
    words = "".join(f"{field.row_label}000" for field in FORM.typed[::6])
    reading = read(page("甲子镇2021年政府信息公开工作年度报告", f"三、收到的申请{words * 2}"))
    assert told(reading) == ["表里的数字连在一起，分不开每格是几，没有读入"]


@pytest.mark.parametrize("unnamed", ["requests.received.total", "requests.received.legal_service"])
def test_a_heading_without_words_moves_no_number_of_a_row_too_short(unnamed: str) -> None:
    def damage(part: Printed) -> Printed:
        at = {slot.field: cell for cell, slot in part.slots.items() if slot.field}
        row, column = at["requests.carried_in.research"]
        heading = max(cell for cell in part.slots if cell[1] == at[unnamed][1] and cell < at[unnamed])  # fmt: skip
        slots: dict[tuple[int, int], Slot] = {}
        for (top, left), slot in part.slots.items():
            if (top, left) == (row, column):
                continue
            moved = left - 1 if top == row and left > column else left
            slots[top, moved] = replace(slot, text="") if (top, left) == heading else slot
        return Printed(slots)

    reading = read(with_table("requests", damage))
    wrong = {name: value for name, value in values(reading).items() if value not in (None, ONE.values[name])}  # fmt: skip
    assert wrong == {}
    assert values(reading)["requests.carried_in.business"] is None


HEADINGS_OF_REVIEW: tuple[Row, ...] = (
    (("行政复议", 1, 5), ("行政诉讼", 1, 10)),
    (
        *((name, 2, 1) for name in ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")),
        ("未经复议直接起诉", 1, 5),
        ("复议后起诉", 1, 5),
    ),
    ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计") * 2,
)


def with_review(*tables: Grid | str) -> Document:
    """The report with these tables instead of the last."""
    parts = parts_of(ONE, {**official(ONE), "review": []})
    return page(*parts, *tables)


@pytest.mark.parametrize(
    ("sheet", "line", "cell"), [(True, (), "F4"), (False, ("",) * 15, "第4行6格")]
)
def test_a_table_without_any_number_is_there_and_blank(sheet: bool, line: Row, cell: str) -> None:
    reading = read(with_review(grid([*HEADINGS_OF_REVIEW, line], sheet=sheet)))
    assert told(reading) == []
    assert values(reading) == typed(ONE, "review")
    assert reading.submission is not None
    places = reading.submission.provenance.places
    assert places["review.litigation_direct.upheld"].cell == cell


def test_headings_on_a_page_without_the_line_below_them_are_no_table() -> None:
    assert told(read(with_review(grid(HEADINGS_OF_REVIEW)))) == [
        "没有找到“四、政府信息公开行政复议、行政诉讼情况”的表"
    ]


@pytest.mark.parametrize("before", [(), (grid([*HEADINGS_OF_REVIEW, ("",) * 15]), "续表")])
def test_a_line_with_a_number_too_few_is_listed(before: tuple[Grid | str, ...]) -> None:
    numbers = tuple(map(str, range(1, 15)))
    reading = read(with_review(*before, grid([*HEADINGS_OF_REVIEW, numbers])))
    reason = "这一行的格子与上面的标题对不上"
    assert told(reading) == [f"第1个表格 第4行1格：有 14 个数字认不准是哪一项：{reason}，没有读入"]
    assert len(reading.unplaced) == 14
    assert values(reading) == typed(ONE, "review")


def without_last_columns(count: int) -> Callable[[Printed], Printed]:
    def change(part: Printed) -> Printed:
        kept = {at: slot for at, slot in part.slots.items() if at[1] < part.width - count}
        return replace(part, slots=kept)

    return change


def test_totals_that_are_not_printed_are_not_to_be_filled_in() -> None:
    """A total is worked out: what can be done is to look whether the details add up."""
    reading = read(with_table("requests", without_last_columns(1)))
    assert values(reading) == typed(ONE)
    (finding,) = [f for f in reading.findings if f.code == "R38"]
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("“三、收到和处理政府信息公开申请情况”有 ")
    assert finding.message.endswith("个合计没有读到（总计），没有与明细核对过")
    assert finding.suggestion == "请对照原文，看明细加起来是不是那个合计"
