"""What a unit says about a warning, judged."""

from __future__ import annotations

import pytest

from xlreport import Submission, Unit
from xlreport.checking.explanations import why_not_enough
from xlreport.submission import Figures

TOWN = Submission(
    "zfxxgk-2021",
    2025,
    Unit("甲子镇", "990101", "乡镇"),
    {},
    prior_year=Figures(explanations={"B4.requests": "清理了旧文件。"}),
    known_as=("甲子镇政府",),
)

ONLY_THE_NAME = "填写说明里只有单位名称：请写明发生了什么、涉及多少"
LAST_YEARS = "填写说明与上年的一字不差：请写明今年发生了什么、涉及多少"


@pytest.mark.parametrize(
    ("words", "code", "objection"),
    [
        ("今年集中答复了 30 件", "B4", ""),
        ("属实", "B4", "填写说明“属实”没有说明原因：请写明发生了什么、涉及多少"),
        ("核实\n无误", "B4", "填写说明“核实 无误”没有说明原因：请写明发生了什么、涉及多少"),
        ("甲子镇", "B4", ONLY_THE_NAME),
        ("甲子镇政府。", "C2.total", ONLY_THE_NAME),
        ("清理了旧文件", "B4", LAST_YEARS),
        ("清理了旧文件", "B4.review", LAST_YEARS),
        ("清理了旧文件", "B2", ""),
    ],
)
def test_words_must_say_what_happened(words: str, code: str, objection: str) -> None:
    assert why_not_enough(words, code, TOWN) == objection
