"""What a unit calls itself, out of the way of the reader."""

from __future__ import annotations

import pytest

from xlreport.narrative.own_names import OWN, is_within, readable


def left(text: str, unit: str, level: str) -> str:
    """The text without the unit's own names."""
    return readable(text, (unit,), level).replace(OWN, "")


@pytest.mark.parametrize(
    ("text", "unit", "level", "others"),
    [
        ("全区收到", "戊区", "县", "收到"),
        ("我区、本区和戊区收到", "戊区", "县", "、和收到"),
        ("全旗收到", "戊旗", "县", "收到"),
        ("全州收到", "戊州", "市", "收到"),
        ("全县收到", "戊区", "县", "收到"),
        ("全区收到", "示例县", "县", "全区收到"),
        ("全市收到", "示例县", "县", "全市收到"),
        ("全市收到", "示例县教育局", "部门", "全市收到"),
        ("全区各部门、各乡镇收到", "戊区", "县", "、收到"),
        ("各部门收到", "示例县教育局", "部门", "各部门收到"),
    ],
)
def test_a_whole_place(text: str, unit: str, level: str, others: str) -> None:
    assert left(text, unit, level) == others


@pytest.mark.parametrize(
    ("text", "unit", "others"),
    [
        ("县政府办公室收到", "示例县人民政府办公室", "收到"),
        ("县政府办收到", "示例县人民政府办公室", "收到"),
        ("区政府办公室收到", "己市戊区人民政府办公室", "收到"),
        ("市政府办公室收到", "示例县人民政府办公室", "市政府办公室收到"),
        ("市人社局收到", "己市人力资源和社会保障局", "收到"),
        ("人社局收到", "己市人力资源和社会保障局", "收到"),
        ("县人社局收到", "己市人力资源和社会保障局", "县人社局收到"),
        ("县卫生健康委收到", "示例县卫生健康委员会", "收到"),
        ("县教育局收到", "示例县教育局", "收到"),
        ("县教体局收到", "示例县教育局", "县教体局收到"),
        ("县财政局收到", "示例县教育局", "县财政局收到"),
        ("教育系统收到", "示例县教育局", "教育系统收到"),
        ("便民服务中心", "示例县政务服务中心", "便民服务中心"),
        ("廿里街道办事处收到", "己市戊区廿里街道", "收到"),
        ("廿里街道办理", "己市戊区廿里街道", "办理"),
        ("和平乡政府收到", "示例县和平乡", "收到"),
        ("市教育局收到", "示例县教育局", "市教育局收到"),
        ("和平乡政府信息公开", "示例县和平乡", "政府信息公开"),
        ("区公安分局收到", "己市公安局戊区分局", "收到"),
        ("戊区公安分局收到", "己市公安局戊区分局", "收到"),
        ("戊分局、公安分局收到", "己市公安局戊区分局", "、收到"),
        ("庚区公安分局收到", "己市公安局戊区分局", "庚区公安分局收到"),
        ("庚州区人社局收到", "己市庚州区人力资源和社会保障局", "收到"),
        ("2025年区人社局收到", "己市庚州区人力资源和社会保障局", "2025年收到"),
        ("辛市人社局收到", "己市人力资源和社会保障局", "辛市人社局收到"),
        ("辛市教育局收到", "己市教育局", "辛市教育局收到"),
        ("市市场监管局收到", "己市市场监督管理局", "收到"),
    ],
)
def test_offices_and_places(text: str, unit: str, others: str) -> None:
    level = "街道" if unit.endswith("街道") else "部门"
    assert left(text, unit, level) == others


def test_every_character_keeps_its_place() -> None:
    plain = readable("市人社局收到１２件", ("己市人力资源和社会保障局",), "部门")
    assert plain == OWN * 4 + "收到12件"


@pytest.mark.parametrize(
    ("short", "long", "within"),
    [("市监", "市场监督管理", True), ("监市", "市场监督管理", False), ("", "甲", True)],
)
def test_characters_in_their_order(short: str, long: str, within: bool) -> None:
    assert is_within(short, long) is within
