"""Where a text takes itself for the report of another year or unit."""

from __future__ import annotations

import pytest

from support.growth import operations
from xlreport.form.model import OwnReport
from xlreport.narrative.own_names import readable
from xlreport.narrative.self_reference import Identity, wrong_mentions

OWN_REPORT = OwnReport(names=("工作报告",), announced=("现公布", "现将"), period=("统计期限",))


def wrong(text: str, unit: str = "甲子镇") -> list[tuple[int | str, str]]:
    """What is named, and the words that name it."""
    report = Identity(OWN_REPORT, 2025, unit)
    mentions = wrong_mentions(report, readable(text, (unit,), "乡镇"))
    return [(mention.named, text[slice(*mention.place)]) for mention in mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲子镇2024年工作报告", [(2024, "甲子镇2024年工作报告")]),
        ("\n 2024年工作报告\n正文", [(2024, "2024年工作报告")]),
        ("《2024年工作报告》", [(2024, "《2024年工作报告")]),
        ("2025年工作报告", []),
        ("2024年工作报告（2025年编制）", []),
        ("正文。2024年工作报告", []),
        ("2024年工作报告的编制", []),
        ("按时完成2024年工作报告", []),
        ("正文，2024年工作报告", []),
        ("字" * 40 + "2024年工作报告", [(2024, "字" * 40 + "2024年工作报告")]),
        ("字" * 60 + "2024年工作报告", []),
        ("根据要求，现公布2024年工作报告如下", [(2024, "2024年工作报告")]),
        ("现公布2023年和2024年工作报告", [(2024, "2023年和2024年工作报告")]),
        ("现公布2024年至2025年工作报告", []),
        ("现公布2025年和2024年工作报告", []),
        ("现公布2024年工作报告（2025年编制）", []),
        ("根据要求，公布2024年工作报告如下", []),
        ("现公布的2024年工作报告受到好评", []),
    ],
)
def test_the_year_of_the_reports_name(text: str, expected: list[tuple[int | str, str]]) -> None:
    found = [(named, words) for named, words in wrong(text) if isinstance(named, int)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "unit", "other"),
    [
        ("乙丑镇2025年工作报告", "甲子镇", "乙丑镇"),
        ("乙丑镇人民政府2025年度工作报告", "甲子镇", "乙丑镇人民政府"),
        ("现公布《乙丑镇2025年工作报告》", "甲子镇", "乙丑镇"),
        ("我镇2025年工作报告", "甲子镇", ""),
        ("本乡2025年工作报告", "甲子镇", ""),
        ("甲子镇人民政府2025年工作报告", "甲子镇", ""),
        ("市场监督管理局2025年工作报告", "市监局", ""),
        ("市监局2025年工作报告", "市场监督管理局", ""),
        ("财政局2025年工作报告", "教育局", "财政局"),
        ("中心小学2025年工作报告", "甲子镇", ""),
        ("乙丑镇2025年工作报告", "中心小学", ""),
        ("第3号2025年工作报告", "甲子镇", ""),
    ],
)
def test_the_unit_of_the_reports_name(text: str, unit: str, other: str) -> None:
    assert [named for named, _ in wrong(text, unit)] == ([other] if other else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("数据统计期限自2024年1月1日至2024年12月31日", [2024]),
        ("数据统计期限自2024年1月1日至2025年12月31日", []),
        ("数据统计期限自2025年1月1日至12月31日", []),
        ("数据统计期限自1月1日至12月31日", []),
        ("数据统计期限自2024年2月1日至12月31日", []),
        ("数据统计期限自2024年1月1日至12月30日", []),
        ("自2024年1月1日至12月31日", []),
    ],
)
def test_the_period(text: str, expected: list[int]) -> None:
    assert [named for named, _ in wrong("正文。" + text)] == expected


def test_the_period_is_quoted_to_the_end_of_its_sentence() -> None:
    (mention,) = wrong("正文。数据统计期限自2024年1月1日至12月31日。正文")
    assert mention == (2024, "统计期限自2024年1月1日至12月31日")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年，甲子镇做了很多。", [(2024, "2024年，甲子镇做了很多")]),
        ("二〇二四年度，我镇做了很多。", [(2024, "二〇二四年度，我镇做了很多")]),
        ("甲子镇2022年，做了很多。", [(2022, "甲子镇2022年，做了很多")]),
        ("2021年，甲子镇做了很多。", []),
        ("2026年，甲子镇将做很多。", []),
        ("2024年，省里做了很多。甲子镇也是。", []),
        ("2024年，甲子镇做了很多。今年更多。", []),
        ("2024年，甲子镇做了很多。2025年更多。", []),
        ("过去的2024年，甲子镇做了很多。", []),
        ("2024年12月，甲子镇做了很多。", []),
    ],
)
def test_a_text_that_begins_with_another_year(
    text: str, expected: list[tuple[int | str, str]]
) -> None:
    assert wrong(text) == expected


def test_a_beginning_counts_only_where_nothing_else_is_said() -> None:
    text = "2024年，甲子镇做了很多。现公布2024年工作报告"
    assert wrong(text) == [(2024, "2024年工作报告")]


# --- units of the roster ---------------------------------------------------------------------

LISTED = frozenset(["甲子镇", "乙丑镇", "示例县文化馆", "教育局招生办", "丙寅镇"])


def named(text: str, unit: str = "甲子镇", known_as: tuple[str, ...] = ()) -> list[int | str]:
    """The units and years that are named, with a roster."""
    report = Identity(OWN_REPORT, 2025, unit, known_as=known_as, listed=LISTED)
    plain = readable(text, (unit, *known_as), "乡镇")
    return [mention.named for mention in wrong_mentions(report, plain)]


@pytest.mark.parametrize(
    ("text", "unit", "other"),
    [
        ("示例县文化馆2025年工作报告", "甲子镇", "示例县文化馆"),
        ("示例县博物馆2025年工作报告", "甲子镇", ""),
        ("教育局招生办2025年工作报告", "教育局", ""),
        ("2025年，乙丑镇认真落实。乙丑镇收到3件。", "甲子镇", "乙丑镇"),
        ("乙丑镇人民政府共收到3件。", "甲子镇", "乙丑镇"),
        ("2025年，甲子镇认真落实。乙丑镇收到3件。", "甲子镇", ""),
        ("2025年，乙丑镇和丙寅镇收到3件。", "甲子镇", ""),
        ("指导乙丑镇收到3件。", "甲子镇", ""),
        ("乙丑镇的做法很好。", "甲子镇", ""),
    ],
)
def test_another_unit_of_the_roster_as_the_author(text: str, unit: str, other: str) -> None:
    assert named(text, unit) == ([other] if other else [])


def test_a_name_by_which_the_roster_knows_the_unit_is_its_own() -> None:
    text = "乙丑镇2025年工作报告"
    assert named(text) == ["乙丑镇"]
    assert named(text, known_as=("乙丑镇",)) == []


def test_without_a_roster_no_author_is_wrong() -> None:
    assert wrong("2025年，乙丑镇认真落实。") == []


def test_a_text_costs_as_much_whatever_the_number_of_units() -> None:
    def work(names: int) -> int:
        listed = frozenset(f"{1000 + i}镇" for i in range(names))
        report = Identity(OWN_REPORT, 2025, "甲子镇", listed=listed)
        wrong_mentions(report, "我镇做了很多。")  # what is made once
        return operations(lambda: wrong_mentions(report, "2025年，我镇认真落实。共收到3件。"))

    assert work(400) == work(20)


@pytest.mark.parametrize(
    "since", ["", "2025年度，", "2025 年以来", "今年以来 ", "截至2025年12月31日,"]
)
def test_the_author_stands_behind_the_time(since: str) -> None:
    assert named(f"我们很忙。  {since}乙丑镇党委、政府共收到3件。") == ["乙丑镇"]
    assert named(f"我们很忙。  {since}，，乙丑镇共收到3件。") == []
