"""YAML as it is written: scalars stay text, and every part knows its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xlreport.errors import XlreportError
from xlreport.form.yaml_source import FormError, Problem, Source, rule_places

TEXT = """\
number: 0123
truth: no
list:
  - one
  - {key: two}
"""


def test_scalars_stay_text() -> None:
    assert Source(TEXT).data == {
        "number": "0123",
        "truth": "no",
        "list": ["one", {"key": "two"}],
    }


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("number",), (1, 9), (1, 1)),
        (("list", 1, "key"), (5, 11), (5, 6)),
        (("list", 1, "missing"), (5, 5), (5, 5)),
        (("nothing", 3), (1, 1), (1, 1)),
    ],
)
def test_places(path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]) -> None:
    source = Source(TEXT)
    assert source.place(path) == value
    assert source.place(path, key=True) == key


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n", Problem(1, 1, "文件应当由“键: 值”组成")),
        ("", Problem(1, 1, "文件应当由“键: 值”组成")),
        ("a: 1\na: 2\n", Problem(2, 1, "键“a”重复")),
        ("? [a]\n: 1\n", Problem(1, 3, "键应当是一个词")),
        ("a: &x 1\nb: *x\n", Problem(1, 4, "不支持 YAML 别名（*），请把内容写全")),
        ("a: 1\nb: \x07\n", Problem(2, 1, "文件中有不允许的控制字符")),
    ],
)
def test_what_is_refused(text: str, problem: Problem) -> None:
    assert Source(text).problems == [problem]


def test_bad_yaml_is_told_with_its_place() -> None:
    (problem,) = Source("a: 1\n  b: 2\n").problems
    assert (problem.line, problem.column) == (2, 4)
    assert problem.text == "YAML 写法有误：这里不能有冒号：检查缩进；文字里有冒号的要加引号"
    assert Source("a: [\n").data is None


BAD = (
    *("a:\n\tb: 1", "a: 'x", "a: [1, 2", "a: {b: 1", "a: @x", "a: `x", "a: %x", "a: *x"),
    *("- a\nb: 1", 'a: "\\q"', "a: 1\n---\nb: 2", 'a: "x" y', "key\nb: 1", "a: &\n", "a: |x\n y"),
    *("a: &x 1\nb: &x 2", "%YAML 3.0\n---\na: 1", "!<x\n", "a: !<\n", 'a: "\n---\n'),
)


@pytest.mark.parametrize("text", BAD)
def test_what_the_parser_says_is_told_in_chinese(text: str) -> None:
    (problem,) = Source(text).problems
    assert problem.text.startswith("YAML 写法有误：")
    assert set(re.findall("[A-Za-z]+", problem.text)) <= {"YAML", "Tab"}


def test_the_usual_mistakes_are_named() -> None:
    assert Source("a:\n\tb: 1").problems[0].text == "YAML 写法有误：缩进只能用空格，不能用 Tab"
    assert Source("a: 'x").problems[0].text == "YAML 写法有误：引号没有成对"
    assert Source("a: [1").problems[0].text == "YAML 写法有误：括号里缺少逗号，或者括号没有成对"


def test_an_error_lists_every_mistake_once_in_the_order_of_the_file() -> None:
    later, earlier = Problem(3, 1, "乙"), Problem(2, 5, "甲")
    error = FormError("form.yaml", [later, earlier, later])
    assert isinstance(error, XlreportError)
    assert error.problems == (earlier, later)
    assert error.message == "报表定义有 2 处错误：\nform.yaml:2:5：甲\nform.yaml:3:1：乙"
    assert (str(error), error.exit_code) == (error.message, 2)


def test_places_of_rules(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text("checks:\n  - code: A1\n    rule: a == b\n  - {code: B1}\n", "utf-8")
    assert rule_places(str(path)) == {"A1": (3, 11), "B1": (4, 5)}
    path.write_text("checks: none\n", "utf-8")
    assert rule_places(str(path)) == {}
    path.write_bytes(b"\xff")
    assert rule_places(str(path)) == {}
