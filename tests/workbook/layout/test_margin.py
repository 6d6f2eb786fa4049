"""What another version of a form has below its tables."""

from __future__ import annotations

import pytest

from xlreport import Form
from xlreport.workbook.layout.margin import Margin
from xlreport.workbook.layout.workbook import layout_of


@pytest.fixture
def margin(zfxxgk: Form) -> Margin:
    return Margin(zfxxgk, layout_of(zfxxgk).tables["requests"])


def test_the_margin_is_the_two_rows_below_the_last_numbers(any_form: Form) -> None:
    for sheet in layout_of(any_form).tables.values():
        last = max(span.bottom for span in sheet.fields.values())
        assert list(Margin(any_form, sheet).rows) == [last + 1, last + 2]
        assert sheet.bottom <= last + 2, "signatures and verdicts are all that can be there"


@pytest.mark.parametrize(
    "text",
    [
        "各列校验",
        "✘ 勾稽差 11",
        "！ 结转多于新收（已说明）",
        "※ 偏大",
        "待填 2 格",
        "单位负责人：\u3000\u3000\u3000审核人：张三\u3000填表人：",
        "主要领导：\u3000填报日期：2026-01-15",
    ],
)
def test_what_some_version_has_there(margin: Margin, text: str) -> None:
    first, second = margin.rows
    assert margin.explains((first, 0), text)
    assert margin.explains((second, 7), text)
    assert not margin.explains((first - 1, 0), text)
    assert not margin.explains((second + 1, 0), text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "备注",
        "！以此为准",
        "✘",
        "✘ ",
        "各列校验：有误",
        "待填 两格",
        "待填 2 格，请补",
        "填表人：张三",
        "备注：含开发区\u3000来源：台账",
        "见上 ✘ 差 3",
    ],
)
def test_what_a_town_wrote_there_is_none_of_it(margin: Margin, text: str) -> None:
    assert not margin.explains((margin.rows[0], 0), text)
