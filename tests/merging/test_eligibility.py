"""What may count: form, year, county, unit; each objection in its words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hostile.scene import COUNTY
from support.records import JIAZI, YICHOU, record, report, summary
from xlreport import FileRecord, MergeRequest, Outcome, Policy, Roster, Unit
from xlreport.merging.eligibility import MOST_NAMED, Target, choose_target, each_unit_once, eligible
from xlreport.merging.merge import merge_files
from xlreport.merging.outcome import Stage
from xlreport.workbook.codes import UNITS_MISSING

TARGET = Target("zfxxgk-2021", 2025, COUNTY)
ROSTER = Roster((JIAZI, YICHOU), {}, COUNTY)


def request(**terms: Any) -> MergeRequest:
    return MergeRequest(Path(), **terms)


def judged(file: FileRecord, **terms: Any) -> FileRecord:
    (only,) = eligible([file], TARGET, request(**terms))
    return only


def told(file: FileRecord) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in file.findings]


# --- the target -------------------------------------------------------------------------------


def test_most_files_say_what_is_merged_and_of_equal_numbers_the_later_year_counts() -> None:
    old, new = report(year=2024), report(year=2025)
    files = [record("a", old), record("b", old), record("c", new)]
    assert choose_target(files, request()) == Target("zfxxgk-2021", 2024, COUNTY)
    assert choose_target(files[1:], request()) == Target("zfxxgk-2021", 2025, COUNTY)
    assert choose_target([], request()) is None


def test_what_is_asked_for_comes_first() -> None:
    files = [record("a", report(year=2024)), record("b", report(form="other"))]
    assert choose_target(files, request(year=2024)) == Target("zfxxgk-2021", 2024, COUNTY)
    assert choose_target(files, request(form="other")) == Target("other", 2025, COUNTY)
    mine = Unit("本县", "1")
    assert choose_target(files, request(county=mine, roster=ROSTER)) == Target("other", 2025, mine)


def test_the_county_is_that_of_the_roster_else_the_one_most_reports_name() -> None:
    east, west = Unit("东县", "E"), Unit("西县", "W")
    files = [record(name, report(county=county)) for name, county in (("a", east), ("b", west))]
    files.append(record("c", report(county=east)))
    files += [record(f"s{i}", summary(west, (JIAZI,), county=Unit("市", "C"))) for i in range(3)]
    target = choose_target(files, request())
    assert target is not None
    assert target.county == east, "summaries name the county above theirs"
    target = choose_target(files, request(roster=ROSTER))
    assert target is not None
    assert target.county == COUNTY


# --- one file ---------------------------------------------------------------------------------


def test_without_a_roster_a_report_of_the_right_form_year_and_county_is_a_candidate() -> None:
    file = judged(record("a", report()))
    assert (file.stage, file.decision, file.findings) == (Stage.CANDIDATE, None, ())


OTHER_COUNTY_CODE = "“示例县”的代码在文件里是“9902”，本次汇总的是“9901”"


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"form": "x"}, "F2", "这是“x”，本次汇总的是《政府信息公开工作年度报告》（2021 年度起）"),
        ({"year": 2024}, "F1", "这是 2024 年度的报表，本次汇总的是 2025 年度"),
        ({"county": Unit("西县")}, "F3", "这是“西县”的报表，本次汇总的是“示例县”"),
        ({"county": Unit("示例县", "9902")}, "F3", OTHER_COUNTY_CODE),
        ({"county": Unit("", "9902")}, "F3", OTHER_COUNTY_CODE),
    ],
)
def test_what_does_not_belong_here_is_rejected(
    changes: dict[str, Any], code: str, message: str
) -> None:
    file = judged(record("a", report(**changes)))
    assert (file.outcome, told(file)) == (Outcome.REJECTED, [(code, message)])
    assert (file.findings[0].file, file.findings[0].unit) == ("a", "甲子镇")
    assert (file.submission, file.unit) == (None, JIAZI), "it still tells whose it is"


@pytest.mark.parametrize("county", [Unit(""), Unit("示例县"), Unit("", "9901")])
def test_what_a_report_does_not_say_of_its_county_contradicts_nothing(county: Unit) -> None:
    assert judged(record("a", report(county=county))).stage is Stage.CANDIDATE


def test_the_countys_own_summary_is_ignored_and_another_one_is_not() -> None:
    warned = record("a", summary(COUNTY, (JIAZI,))).noting(UNITS_MISSING(units="丁卯镇"))
    own = judged(warned)
    assert (own.outcome, told(own)) == (
        Outcome.IGNORED,
        [("F13", "这是示例县自己的汇总表，不再计入")],
    )
    assert judged(record("a", summary(Unit("东区"), (JIAZI,)))).stage is Stage.CANDIDATE
    assert judged(record("a", report(COUNTY))).stage is Stage.CANDIDATE, "its own report counts"
    nameless = eligible(
        [record("a", summary(Unit(""), (JIAZI,)))], Target("zfxxgk-2021", 2025, Unit("")), request()
    )
    assert nameless[0].stage is Stage.CANDIDATE


# --- the roster -------------------------------------------------------------------------------


SWAPPED = "990102_乙丑镇_2025年政府信息公开工作年度报告.xlsx"


@pytest.mark.parametrize(
    ("path", "is_told"),
    [
        (SWAPPED, True),
        (f"包.zip!夹/{SWAPPED}", True),
        ("990101_甲子镇_2025年政府信息公开工作年度报告.xlsx", False),
        ("乙丑镇.xlsx", False),
        (f"{SWAPPED}/甲.xlsx", False),
    ],
)
def test_a_file_that_is_named_after_another_unit_is_noted(path: str, is_told: bool) -> None:
    file = judged(record(path, report()), roster=Roster((JIAZI, YICHOU), {}))
    words = "文件名写的是“乙丑镇”，里面是“甲子镇”的报表，按里面的单位计入"
    assert told(file) == ([("F21", words)] if is_told else [])
    assert file.stage is Stage.CANDIDATE


def test_the_rosters_level_holds_and_a_different_one_is_told() -> None:
    street = replace(JIAZI, level="街道")
    file = judged(record("a", report(street)), roster=ROSTER)
    assert (file.unit, file.stage) == (JIAZI, Stage.CANDIDATE)
    assert told(file) == [("R17", "封面的单位类别是“街道”，名册上是“乡镇”，按名册校验")]
    silent = judged(record("a", report(replace(JIAZI, level=""))), roster=ROSTER)
    assert (silent.unit, told(silent)) == (JIAZI, [])
    open_ = Roster((replace(JIAZI, level=""),), {}, COUNTY)
    assert judged(record("a", report(street)), roster=open_).unit == street, "nothing to hold"


def test_a_unit_that_is_not_listed_counts_only_when_that_is_accepted() -> None:
    stranger = record("a", report(Unit("丙寅乡", "990199")))
    rejected = judged(stranger, roster=ROSTER)
    assert (rejected.outcome, rejected.findings[0].code) == (Outcome.REJECTED, "F9")
    accepted = judged(stranger, roster=ROSTER, policy=Policy(accept_unlisted=True))
    assert (accepted.stage, accepted.findings[0].code) == (Stage.CANDIDATE, "F18")


def test_a_code_under_another_name_is_rejected_even_when_unlisted_units_are_accepted() -> None:
    file = record("a", report(Unit("丙寅乡", "990101")))
    judged_ = judged(file, roster=ROSTER, policy=Policy(accept_unlisted=True))
    assert told(judged_) == [("F5", "代码“990101”在名册上是“甲子镇”，文件里写的是“丙寅乡”")]


def test_a_name_that_fits_several_units_is_not_guessed() -> None:
    twins = Roster((JIAZI, replace(YICHOU, name="甲子镇")), {}, COUNTY)
    file = judged(record("a", report(Unit("甲子镇"))), roster=twins)
    assert told(file) == [
        (
            "F9",
            "没有单位代码，名称“甲子镇”与名册上的“甲子镇”（代码“990101”）、"
            "“甲子镇”（代码“990102”）都对得上",
        )
    ]


# --- several files ----------------------------------------------------------------------------


@pytest.mark.parametrize("other", [Unit("丙寅乡", "990101"), Unit("甲子镇", "990109")])
def test_one_code_with_two_names_or_one_name_with_two_codes_counts_for_neither(other: Unit) -> None:
    files = [record("a", report(JIAZI)), record("b", report(other)), record("c", report(YICHOU))]
    judged_ = eligible(files, TARGET, request())
    assert [f.decision for f in judged_] == [Outcome.REJECTED, Outcome.REJECTED, None]
    assert told(judged_[1]) == [
        (
            "F14",
            f"单位“{other.name}”（代码“{other.code}”）与另一份报表里的"
            "“甲子镇”（代码“990101”）对不上",
        )
    ]


def test_two_units_without_a_code_are_two_units() -> None:
    files = [record("a", report(Unit("甲子镇"))), record("b", report(Unit("乙丑镇")))]
    assert {file.stage for file in eligible(files, TARGET, request())} == {Stage.CANDIDATE}


def test_a_file_that_is_rejected_contradicts_nobody() -> None:
    files = [record("a", report(JIAZI)), record("b", report(Unit("丙寅乡", "990101"), year=2024))]
    assert [f.decision for f in eligible(files, TARGET, request())] == [None, Outcome.REJECTED]


def test_a_unit_is_not_counted_by_itself_and_in_a_summary() -> None:
    alone = record("a", report(JIAZI)).as_candidate()
    inside = record("s", summary(Unit("东区"), (JIAZI, YICHOU))).as_candidate()
    once = each_unit_once([alone, inside])
    assert [file.decision for file in once] == [None, Outcome.REJECTED]
    assert told(once[1]) == [("F10", "汇总表里的“甲子镇”又出现在“a”中，都计入会重复")]


def test_a_unit_in_two_summaries_counts_in_neither_and_each_is_told_once() -> None:
    first = record("s", summary(Unit("东区"), (JIAZI, YICHOU))).as_candidate()
    second = record("t", summary(Unit("西区"), (JIAZI, YICHOU))).as_candidate()
    once = each_unit_once([first, second])
    assert [told(file) for file in once] == [
        [("F10", "汇总表里的“甲子镇”又出现在“t”中，都计入会重复")],
        [("F10", "汇总表里的“甲子镇”又出现在“s”中，都计入会重复")],
    ]


def test_a_summary_that_names_a_unit_twice_is_rejected() -> None:
    twice = record("s", summary(Unit("东区"), (JIAZI, replace(JIAZI, level="街道")))).as_candidate()
    (file,) = each_unit_once([twice])
    assert told(file) == [("F10", "汇总表里的“甲子镇”又出现在“s”中，都计入会重复")]


def test_only_candidates_take_part() -> None:
    superseded = record("a", report(JIAZI)).decided(Outcome.SUPERSEDED)
    inside = record("s", summary(Unit("东区"), (JIAZI,))).as_candidate()
    assert [f.decision for f in each_unit_once([superseded, inside])] == [Outcome.SUPERSEDED, None]


def test_of_very_many_rivals_the_first_are_named() -> None:
    units = [Unit("甲子镇", f"{i:02d}") for i in range(23)]
    files = [record(unit.code, report(unit)) for unit in units]
    judged_ = eligible(files, TARGET, request())
    told_ = judged_[0].findings[-1].message
    assert told_.count("“甲子镇”（代码“") == 1 + MOST_NAMED
    assert "（代码“20”）等 22 个单位" in told_
    few = eligible(files[:21], TARGET, request())[0].findings[-1].message
    assert "（代码“20”）" in few
    assert "个单位" not in few


def test_of_very_many_files_with_a_unit_the_first_are_named() -> None:
    files = [record(f"s{i:02d}", summary(Unit(f"区{i}"), (JIAZI,))) for i in range(MOST_NAMED + 2)]
    candidates = [file.as_candidate() for file in files]
    told_ = each_unit_once(candidates)[0].findings[-1].message
    assert f"“s{MOST_NAMED}”等 {MOST_NAMED + 1} 个文件" in told_


# --- what the roster calls the units ----------------------------------------------------------

NAMED = Roster((JIAZI, Unit("丁卯中心", "990104")), {JIAZI.code: ("镇政务办",)}, COUNTY)


def test_a_candidate_knows_what_the_roster_calls_it_and_the_others() -> None:
    file = judged(record("a", report()), roster=NAMED)
    assert (file.report.known_as, file.report.listed) == (
        ("镇政务办",),
        frozenset(["甲子镇", "丁卯中心"]),
    )
    alone = judged(record("a", report()))
    assert (alone.report.known_as, alone.report.listed) == ((), frozenset())


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("镇政务办收到政府信息公开申请999件。", "D1", "写“镇政务办收到政府信息公开申请999件”"),
        (
            "2025年，丁卯中心收到政府信息公开申请3件。",
            "G4",
            "写“丁卯中心”，本报告的填报单位是甲子镇",
        ),
    ],
)
def test_a_merge_reads_the_texts_with_the_names_of_the_roster(
    text: str, code: str, message: str
) -> None:
    files = [record("a", report(texts={"text.overview": text}))]

    def told_of_texts(**terms: Any) -> list[tuple[str, str]]:
        (file,) = merge_files(files, request(**terms)).files
        return [(f.code, f.message) for f in file.findings if f.code in ("D1", "G4")]

    assert told_of_texts() == []
    ((found, said),) = told_of_texts(roster=NAMED)
    assert (found, message in said) == (code, True)


def test_a_summary_of_nobody_does_not_count_beside_reports() -> None:
    files = [record("汇总.xlsx", summary(Unit(""), (JIAZI,))), record("甲.xlsx", report())]
    nameless, own = eligible(files, replace(TARGET, county=Unit("")), request())
    assert (nameless.outcome, told(nameless)) == (Outcome.REJECTED, [("F4", "没有填写填报单位")])
    assert own.stage is Stage.CANDIDATE
