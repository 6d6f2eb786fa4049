"""No page advises a command: whoever reads it has none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import xlreport
from xlreport.desk.wording import ON_PAGE, on_page

SOURCE = Path(xlreport.__file__).parent
ROOMS = ("formats", "campaign", "merging", "publishing", "mail", "checking", "workbook", "telling")
ADVICE = re.compile(r"xlreport [a-z]+|命令后|(?<![\w-])--[a-z]+|xlreport\.toml 里|[再新]运行")


def said(*paths: Path) -> Iterator[str]:
    """Every text in some modules, but for docstrings; parts that are joined are one."""
    for path in paths:
        tree = ast.parse(path.read_text("utf-8"))
        documented = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
                yield "…".join(map(str, parts))
            elif isinstance(node, ast.Constant) and id(node) not in documented:
                yield str(node.value)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    paths = [SOURCE / "api.py", SOURCE / "atomic.py"]
    for room in ROOMS:
        paths += sorted((SOURCE / room).rglob("*.py"))
    return list(said(*paths))


@pytest.mark.parametrize("phrase", ON_PAGE)
def test_each_phrase_is_said_somewhere(texts: list[str], phrase: str) -> None:
    assert any(phrase in text for text in texts), "this is not said any more"


def test_a_page_says_what_to_click_instead() -> None:
    assert on_page(
        "请写明为什么这样决定，命令后加 --reason 和理由；汇总表、汇总情况和信里都会写上。"
    ) == ("请写明为什么这样决定；汇总表、汇总情况和信里都会写上。")
    assert on_page("没有发；请再运行一次 xlreport template") == "没有发；请在“办理”里再生成一次模板"
    assert on_page("请同时给出上年的汇总表或各单位上年的报表；上年没有这个单位的，请人工核对") == (
        "请在“设置”里给出上年的汇总表或各单位上年的报表；上年没有这个单位的，请人工核对"
    )
    assert on_page("名册“名册.csv”是空的。") == "名册“名册.csv”是空的。"


def test_what_still_advises_a_command_is_said_on_no_page(texts: list[str]) -> None:
    """The lines of status, init and check, and files that are read elsewhere."""
    left = [on_page(text) for text in texts if ADVICE.search(on_page(text))]
    elsewhere = (
        "xlreport forms",
        "xlreport status 会算",
        "--remember",
        "xlreport merge",
        "xlreport archive --verify",
        "在 xlreport.toml 里写明",
        "xlreport send",
        "--verbose",
        "xlreport status --done",
        "xlreport status --not-done",
        "--county",
        "启动工作程序",  # of machines that read together
    )
    assert [text for text in left if not any(word in text for word in elsewhere)] == []
