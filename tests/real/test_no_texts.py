"""Cells that are read as text and hold something else: told which cell, what stands there and what
to do, whatever the cell is for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.cells import part, rewrite, sheet_parts
from xlreport import FormCatalog, get_form
from xlreport.a1 import address
from xlreport.findings import Severity
from xlreport.workbook.layout.lines import explanation_name
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader.submission import Reading, read_submission

SAMPLES = Path(__file__).parents[2] / "samples" / "2025"
JIAZI = (SAMPLES / "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx").read_bytes()
FORMS = FormCatalog()
CLEAR = "请按 Delete 清空这一格，把文字直接打进去"
FORM = get_form("zfxxgk-2021")
ANSWER = address(layout_of(FORM).flags["disclosure"][1])
EXPLAINED = next(c for c in layout_of(FORM).listed if c.severity is Severity.WARNING)
BESIDE = address(layout_of(FORM).checks.explanation(EXPLAINED.code))
TITLE = f"{EXPLAINED.title}的填写说明"

Told = tuple[str, str, str, str, str]


def with_cell(sheet: str, cell: str, content: str, kind: str = "n") -> bytes:
    """The workbook with one cell of this type and content."""
    name = sheet_parts(JIAZI)[sheet]
    found = re.compile(rf'<c r="{cell}"((?: s="[0-9]+")?)[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
    xml = found.sub(rf'<c r="{cell}"\1 t="{kind}">{content}</c>', part(JIAZI, name), count=1)
    return rewrite(JIAZI, {name: xml.encode()})


def read(data: bytes) -> Reading:
    return read_submission(data, FORMS)


def told(reading: Reading) -> list[Told]:
    return [
        (f.code, f.severity.value, f"{f.sheet} {f.cell}", f.message, f.suggestion)
        for f in reading.findings
    ]


PICTURE, ERROR, NO_RESULT = "一张图片", "错误值", "没有结果的公式"
CONTENTS = [
    ("<v>#REF!</v>", "e", ERROR),
    ("<f>A1</f><v>#VALUE!</v>", "e", ERROR),
    ("<is><t> #N/A</t></is>", "inlineStr", ERROR),
    ('<f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v>', "str", PICTURE),
    ('<is><t>=DISPIMG("ID_1",1)</t></is>', "inlineStr", PICTURE),
    ('<f>IMAGE("http://x.example")</f>', "n", PICTURE),
    ('<v>#VALUE!</v>" vm="1', "e", PICTURE),
    ("<f>A1</f>", "n", NO_RESULT),
]
"""The last but one is how Excel saves a picture that it has put into a cell."""


def cell_with(sheet: str, cell: str, content: str, kind: str) -> Reading:
    if content.endswith('" vm="1'):
        return read(with_cell(sheet, cell, content.partition('"')[0], f'{kind}" vm="1'))
    return read(with_cell(sheet, cell, content, kind))


@pytest.mark.parametrize(("content", "kind", "what"), CONTENTS)
@pytest.mark.parametrize(
    ("sheet", "cell", "label", "severity"),
    [
        ("文字材料", "B5", "一、总体情况", "error"),
        ("封面", "C9", "填表人", "warning"),
        ("封面", "C5", "填报单位", "warning"),
        ("校验", BESIDE, TITLE, "warning"),
    ],
)
def test_what_is_no_text_is_told(
    sheet: str, cell: str, label: str, severity: str, content: str, kind: str, what: str
) -> None:
    reading = cell_with(sheet, cell, content, kind)
    message = f"“{label}”里是{what}，不是文字，读不出来"
    assert told(reading) == [("R33", severity, f"{sheet} {cell}", message, CLEAR)]
    assert reading.submission is not None
    assert reading.submission.unit.name == "甲子镇"


@pytest.mark.parametrize(("content", "kind", "what"), CONTENTS)
def test_an_answer_that_is_no_text_is_told(content: str, kind: str, what: str) -> None:
    reading = cell_with("二、主动公开", ANSWER, content, kind)
    message = f"“本表空白处是否均为 0”填的是“{what}”"
    cure = "请从下拉列表选“是”或“否”"
    assert told(reading) == [("R13", "error", f"二、主动公开 {ANSWER}", message, cure)]


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        ("<v>46037</v>", "n", "46037"),
        ("<v>2026-01-15T00:00:00</v>", "d", "2026-01-15"),
        ("<v>1</v>", "b", "TRUE"),
        ('<f>HYPERLINK("http://x.example","说明")</f><v>说明</v>', "str", "说明"),
        (
            "<is><r><rPr><b/></rPr><t>说</t></r><r><t>明</t></r><rPh sb='0' eb='1'><t>x</t></rPh></is>",
            "inlineStr",
            "说明",
        ),
    ],
)
def test_what_people_see_is_the_text(content: str, kind: str, text: str) -> None:
    texts = read(with_cell("文字材料", "B5", content, kind)).submission
    explained = read(with_cell("校验", BESIDE, content, kind)).submission
    assert texts is not None
    assert explained is not None
    assert texts.texts["text.overview"] == text
    assert explained.explanations == {EXPLAINED.code: text}


# --- explanations whose names went elsewhere --------------------------------------------------


def renamed(new: str) -> Reading:
    """The workbook with a name that leads elsewhere, and an explanation in its row."""
    name = re.escape(explanation_name(EXPLAINED.code))
    xml = re.sub(
        rf'(<definedName name="{name}"[^>]*>)[^<]*',
        lambda found: found[1] + new,
        part(JIAZI, "xl/workbook.xml"),
    )
    changed = with_cell("校验", BESIDE, "<is><t>已核实</t></is>", "inlineStr")
    return read(rewrite(changed, {"xl/workbook.xml": xml.encode()}))


def test_an_explanation_stands_in_its_row_whatever_its_name_says() -> None:
    reading = renamed("校验!$F$900")
    assert reading.submission is not None
    assert reading.submission.explanations == {EXPLAINED.code: "已核实"}
    where = f"{BESIDE}（{TITLE}）"
    message = f"有 1 个格子的名称跟着拖动或剪切走了，已按表头读取：{where}"
    assert told(reading) == [("R8", "note", "校验 ", message, "请核对这几格的数")]


def test_a_name_of_an_explanation_that_leads_nowhere_is_none() -> None:
    reading = renamed("#REF!")
    assert reading.submission is not None
    assert reading.submission.explanations == {EXPLAINED.code: "已核实"}
    assert told(reading) == []
