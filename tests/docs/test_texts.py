"""Every text of every room's codes, word for word, with example values in its places.

texts.txt is the table. A text that is changed on purpose: run with --update-golden, read the
difference."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import xlreport
from xlreport.clock import CHINA
from xlreport.findings import CODES, Code, Message

TABLE = Path(__file__).with_name("texts.txt")
ROOMS = sorted(Path(xlreport.__file__).parent.glob("*/codes.py"))
CHINESE = re.compile("[\u4e00-\u9fff]")
PLACE = re.compile(r"\{([^{}:]*)[^{}]*\}")

NUMBERS = {
    "allowed": 2000,
    "cells": 3,
    "count": 4,
    "gone": 1233,
    "length": 34000,
    "memory": 2_000_000_000,
    "more": 2,
    "number": 2,
    "own_number": 1,
    "row": 7,
    "seconds": 60.0,
    "seen": 2500,
    "version": 1,
    "wanted": 2025,
    "year": 2024,
}
WORDS = {
    "address": "jiazi@example.org",
    "answer": "无",
    "both": "D9 应为 36（现为 5），D10 应为 5（现为 36）",
    "carried": "“予以公开·自然人”是 5",
    "cell": "D7",
    "characters": "零宽空格",
    "code": "990101",
    "codes": "A-1、A-3",
    "content": "一张图片",
    "county": "示例县",
    "cover": "甲子镇",
    "cure": "请核对代码",
    "detail": "没有回应",
    "error": "两位数字颠倒",
    "first": "明细一",
    "form": "《甲报表》",
    "given": "2023",
    "heading": "单位",
    "hosts": "pan.example.org",
    "issued": "乙丑镇",
    "kind": "批注",
    "known": "6",
    "label": "单位名称",
    "lines": "“表”的D列",
    "labels": "填表人、联系电话",
    "level": "乡镇",
    "line": "填表人",
    "listed": "甲子乡",
    "mark": "0a1b2c",
    "message": "D7 的 40，D30 的 41，差 1",
    "moment": dt.datetime(2027, 1, 12, 15, 4, tzinfo=CHINA),
    "name": "甲.xlsx",
    "named": "乙丑镇",
    "names": "甲.xlsx、乙.xlsx",
    "no": "否",
    "other": "D10",
    "other_label": "部分公开·自然人",
    "others": "“乙.xlsx”",
    "own_saved": "2026-01-03 08:00",
    "owners": "“乙丑镇”",
    "part": "样式",
    "path": "inbox/甲.xlsx",
    "perhaps": "",
    "printed": "填报单位",
    "problem": "读不出来",
    "proposed": "“甲子镇”“甲子乡”",
    "raw": "见附件",
    "raws": "“１”“1,234”",
    "reason": "保存时间较新",
    "recipients": "yichou@example.org",
    "recomputed": "45",
    "reports": "“甲子镇 2025 年”“甲子镇 2024 年”",
    "result": "改后 2 项校验全部成立",
    "right": "41",
    "rival": "乙.xlsx",
    "ruling": "按要求计入",
    "saved": "2026-01-12 15:04",
    "second": "明细二",
    "senders": "jiazi@example.org",
    "service": "百度网盘",
    "sheet": "三、依申请公开",
    "sheets": "二、主动公开",
    "shown": "44",
    "suggestion": "请另存为“.xlsx”",
    "table": "三、收到和处理申请情况",
    "text": "另收 3 件",
    "texts": "5、6",
    "title": "甲报表",
    "total": "45",
    "unit": "甲子镇",
    "units": "甲子镇、乙丑镇",
    "value": "36",
    "was": "63",
    "what": "是 Word 文档",
    "winner": "乙.xlsx",
    "years": "2019、2020 ",
    "yes": "是",
    "zeros": "",
}
EXAMPLES: dict[str, object] = {**NUMBERS, **WORDS}
OF_CODE: dict[tuple[str, str], object] = {
    ("E1", "first"): 5,
    ("E10", "code"): "A-3",
    ("F2", "wanted"): "《乙报表》",
    ("F3", "wanted"): "邻县",
    ("F7", "first"): 5,
    ("F7", "second"): 6,
    ("F16", "first"): 5,
    ("F16", "second"): 6,
    ("H1", "cells"): "D9 应为 36（现为 63，两位数字颠倒）；D8 应为 29（现为 2，漏了一位数字）",
    ("R8", "cells"): "D7、D8",
    ("R34", "cells"): "D7、D8",
}
"""Examples where a word stands for something else than elsewhere."""


def filled(text: str, code: str) -> str:
    """A text with an example in each of its places."""
    names = {place[1] for place in PLACE.finditer(text)}
    values = {name: OF_CODE.get((code, name), EXAMPLES[name]) for name in names}
    return text.format(**values)


def told(room: ModuleType) -> Iterator[tuple[str, Code | Message | str]]:
    """Records, messages and bare texts of a room by the names that they have there."""
    for name, value in vars(room).items():
        members = value.items() if isinstance(value, dict) else [("", value)]
        for key, member in members:
            is_text = isinstance(member, str) and CHINESE.search(member)
            if isinstance(member, Code | Message) or (is_text and name != "__doc__"):
                yield f"{name}.{getattr(key, 'name', key)}" if key else name, member


def said(value: Code | Message | str) -> str:
    """Everything that people read of it."""
    if isinstance(value, str):
        return filled(value, "")
    if isinstance(value, Code):
        return f"[{value.severity.label}] {value.title}：{value.why}"
    text = filled(value.text, value.code.code)
    suggestion = filled(value.suggestion, value.code.code)
    return f"{value.code.code} {text} → {suggestion}"


def table() -> str:
    """A line for each text, below the name of its room; what a room only imports is told once."""
    lines = []
    known: set[int] = set()
    for path in ROOMS:
        room = import_module(f"xlreport.{path.parent.name}.codes")
        lines += ["", f"# {path.parent.name}"]
        for name, value in told(room):
            if id(value) not in known:
                known.add(id(value))
                lines.append(f"{name}: {said(value)}")
    return "\n".join(lines[1:]) + "\n"


def test_every_text_is_the_one_of_the_table(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("update_golden"):
        TABLE.write_text(table(), "utf-8")
    lines = TABLE.read_text("utf-8").splitlines()
    assert lines == table().splitlines(), "changed on purpose? run with --update-golden"


def test_the_table_has_every_code_and_every_message() -> None:
    lines = TABLE.read_text("utf-8").splitlines()
    for code in CODES:
        assert sum(line.startswith(f"{code}: [") for line in lines) == 1, code
    values = [value for path in ROOMS for _, value in told(_room(path))]
    messages = {id(value) for value in values if isinstance(value, Message)}
    told_lines = [line for line in lines if re.match(r"[A-Z_a-z.]+: [A-Z]+[0-9]+ .* → ", line)]
    assert len(told_lines) == len(messages) > 240


def _room(path: Path) -> ModuleType:
    return import_module(f"xlreport.{path.parent.name}.codes")


def test_no_example_is_left_over() -> None:
    values = [value for path in ROOMS for _, value in told(_room(path))]
    places = set()
    for value in values:
        texts = [value.text, value.suggestion] if isinstance(value, Message) else [str(value)]
        places |= {place[1] for text in texts for place in PLACE.finditer(text)}
    assert sorted(EXAMPLES.keys() - places) == []
