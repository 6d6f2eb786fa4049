"""What stands in a report: the merge's numbers, the units' words, what keeps it from being final."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.records import report as right_report
from support.reports import COUNTY, TOWNS, county, merged, of_merge, submissions
from support.written import right
from xlreport import (
    Entry,
    FileRecord,
    Form,
    Reading,
    ReportError,
    Roster,
    Submission,
    Summary,
    Unit,
    check_files,
    get_form,
    write_workbook,
)
from xlreport.form.model import Draft, Sentence, Table
from xlreport.merging.outcome import Outcome
from xlreport.publishing.report import unit_report
from xlreport.publishing.report.content import ReportText, paragraphs_of
from xlreport.submission import Figures

OTHER_FORM = Path(__file__).resolve().parents[2] / "forms" / "xiangzhen-caizheng.yaml"
PROBLEMS, OTHERS = "text.problems", "text.other_matters"


@given(st.integers(0, 10**6), st.booleans())
@examples(12)
def test_the_numbers_are_those_of_the_merge(seed: int, other: bool) -> None:
    form = get_form(OTHER_FORM if other else "zfxxgk-2021")
    result = merged(form, submissions(form, seed))
    report = of_merge(result)
    assert report.numbers == result.totals


def test_the_parts_stand_in_the_order_of_the_definition(any_form: Form) -> None:
    parts = list(county(any_form).parts)
    names = [part.id if isinstance(part, Table) else part.field for part in parts]
    assert names == list(any_form.order)


def test_the_title_is_that_of_the_county_and_the_year(zfxxgk: Form) -> None:
    report = county(zfxxgk)
    assert report.title == "示例县2022年政府信息公开工作年度报告"
    assert report.author == "示例县"


def test_what_units_wrote_is_gathered_unit_by_unit(zfxxgk: Form) -> None:
    reports = submissions(
        zfxxgk, 1, {PROBLEMS: "  一是不足。\r\n\r\n二是改进。\x07 ", OTHERS: " \n"}
    )
    reports[1] = replace(reports[1], texts={})
    report = of_merge(merged(zfxxgk, reports))
    problems = report.texts[PROBLEMS]
    assert [one.unit for one in problems.materials] == [TOWNS[0].name, TOWNS[2].name]
    assert problems.materials[0].paragraphs == ("一是不足。", "二是改进。")
    assert problems.silent == (TOWNS[1].name,)
    assert problems.text == ""
    assert report.texts[OTHERS].materials == ()
    assert report.texts[OTHERS].note == "（没有填写，请补上）"


def test_a_returned_unit_is_told_as_such(zfxxgk: Form) -> None:
    good = replace(right_report(TOWNS[0]), texts={PROBLEMS: "有不足，已改进了。"})
    bad = replace(good, unit=TOWNS[1], entries={})
    report = of_merge(merged(zfxxgk, [good, bad], all_count=False))
    names = [one.unit for one in report.texts[PROBLEMS].materials]
    assert names == ["甲子镇", "乙丑街道（退回，数字没有计入）"]
    assert report.notes == ("有错误的报表（没有计入合计）：乙丑街道",)


def test_a_missing_unit_keeps_it_from_being_final(zfxxgk: Form, roster: Roster) -> None:
    roster = replace(roster, units=TOWNS, county=COUNTY)
    report = of_merge(merged(zfxxgk, [right_report(TOWNS[0])], roster=roster))
    assert report.notes == ("未报单位（没有计入合计）：乙丑街道、示例县财政局",)
    assert not report.is_final
    assert report.warnings[0].endswith("定稿时删去红字：")
    assert report.numbers == of_merge(merged(zfxxgk, [right_report(TOWNS[0])])).numbers


def test_a_final_report_has_no_notes(zfxxgk: Form) -> None:
    report = of_merge(merged(zfxxgk, [right_report(TOWNS[0])]))
    assert report.is_final
    assert report.warnings == ()


def test_a_county_without_a_name_is_told(zfxxgk: Form) -> None:
    report = replace(county(zfxxgk), unit=Unit(""), notes=())
    assert report.warnings == ("报表里没有写单位名称，请补上标题和署名里的名称，再删去这句话。",)


def test_the_first_text_is_drafted(zfxxgk: Form) -> None:
    overview = county(zfxxgk).texts["text.overview"]
    assert overview.is_draft
    assert overview.text.startswith("根据《中华人民共和国政府信息公开条例》")
    assert overview.note.startswith("（以上是按表里的数字写的初稿")
    assert overview.materials == ()


def test_what_the_county_wrote_itself_stays(zfxxgk: Form) -> None:
    result = merged(zfxxgk, submissions(zfxxgk, 1, {PROBLEMS: "各镇的话。"}))
    assert result.county is not None
    written = {"text.overview": "县里写好的总体情况。", PROBLEMS: "县里写好的问题。"}
    report = of_merge(replace(result, county=replace(result.county, texts=written)))
    assert report.texts["text.overview"] == ReportText(
        "text.overview", "一、总体情况", "县里写好的总体情况。"
    )
    assert report.texts[PROBLEMS].materials == ()


def test_a_draft_that_contradicts_the_tables_stops_the_report(zfxxgk: Form) -> None:
    sentence = Sentence(("新收政府信息公开申请987654件。",))
    form = replace(zfxxgk, drafts=(Draft("text.overview", ((sentence,),)),))
    with pytest.raises(
        ReportError, match=r"报表定义里的初稿与数字矛盾，没有写报告：.*987654"
    ) as caught:
        county(form)
    assert caught.value.exit_code == 2


# --- one workbook ---


def record(submission: Submission, form: Form, outcome: Outcome = Outcome.ACCEPTED) -> FileRecord:
    return FileRecord("某.xlsx", Reading((), submission, form), decision=outcome)


def test_a_unit_reports_its_own_texts_and_numbers(zfxxgk: Form) -> None:
    own = replace(right_report(TOWNS[0]), texts={PROBLEMS: "本镇的问题。"})
    report = unit_report(record(own, zfxxgk), zfxxgk, author="甲子镇人民政府")
    assert report.title == f"甲子镇{own.year}年政府信息公开工作年度报告"
    assert report.author == "甲子镇人民政府"
    assert report.texts[PROBLEMS].text == "本镇的问题。"
    assert report.texts["text.overview"].is_draft
    assert report.is_final
    assert report.numbers["disclosure.licences.decisions"] == 7


def test_a_total_that_was_typed_over_is_worked_out_again(zfxxgk: Form) -> None:
    own = right_report(TOWNS[0])
    total = "requests.received.total"
    wrong = replace(own, overrides={total: Entry.of(999)})
    numbers = unit_report(record(wrong, zfxxgk), zfxxgk).numbers
    assert numbers[total] == unit_report(record(own, zfxxgk), zfxxgk).numbers[total]


def test_a_unit_with_errors_is_told_how_many(zfxxgk: Form, tmp_path: Path) -> None:
    path = tmp_path / "某.xlsx"
    path.write_bytes(write_workbook(replace(right(zfxxgk), entries={}), zfxxgk))
    (file,) = check_files([path]).files
    report = unit_report(file, zfxxgk)
    errors = sum(finding.severity.rank == 0 for finding in file.findings)
    assert errors > 0
    assert report.notes == (f"这份报表有 {errors} 处错误，请更正后重新生成",)


def test_the_summary_of_a_county_tells_what_its_units_wrote(zfxxgk: Form) -> None:
    details = {
        TOWNS[0]: Figures(texts={PROBLEMS: "甲子镇的话。"}),
        TOWNS[1]: Figures(texts={PROBLEMS: "乙丑街道的话。"}),
    }
    summary = Summary(
        **{**vars(right_report(COUNTY)), "members": TOWNS, "details": details, "texts": {}}
    )
    report = unit_report(record(summary, zfxxgk), zfxxgk)
    assert [one.text for one in report.texts[PROBLEMS].materials] == [
        "甲子镇的话。",
        "乙丑街道的话。",
    ]


def test_numbers_that_are_not_known_are_left_out(zfxxgk: Form) -> None:
    empty = Submission(zfxxgk.id, 2025, TOWNS[0], {})
    report = unit_report(record(empty, zfxxgk, Outcome.RETURNED), zfxxgk)
    assert report.numbers == {}
    assert not report.is_final


def test_paragraphs_have_no_blanks_around_them() -> None:
    assert paragraphs_of("　　甲。\r\r\n\n 乙\t丙。\x0b\n") == ("甲。", "乙\t丙。")
    assert paragraphs_of("\n") == ()


def test_sums_are_exact(zfxxgk: Form) -> None:
    fee = "disclosure.fees.amount"
    reports = [
        replace(
            right_report(town),
            entries={**right_report(town).entries, fee: Entry.of(Decimal("0.1"))},
        )
        for town in TOWNS
    ]
    assert of_merge(merged(zfxxgk, reports)).numbers[fee] == Decimal("0.3")
