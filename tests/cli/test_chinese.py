"""typer speaks Chinese: every help page, every usage error; nothing is cut, nothing is English."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest
from typer._click.exceptions import MissingParameter
from typer.core import TyperArgument, TyperOption

from xlreport import Limits
from xlreport.cli import chinese
from xlreport.cli.app import main, program
from xlreport.text import columns_of

HERE = Path(__file__).parent
HELP_PAGES = HERE / "help.txt"
"""Every help page as it stands; `pytest --update-golden` writes it anew."""

COMMANDS = list(program().commands)
NAMES = {
    *COMMANDS,
    *(limit.name for limit in fields(Limits)),
    *("xlreport", "zfxxgk", "newest", "error", "templates", "reminders", "returns", "receipts"),
    *("inbox", "summary", "drafts", "toml", "csv", "CSV", "xlsx", "yaml", "JSON", "eml", "msg"),
    *(
        "bak",
        "mbox",
        "Maildir",
        "Tab",
        "rooster",
        "mrege",
        "xyz",
        "newst",
        "tempaltes",
        "returners",
    ),
    *("accept", "query", "exclude", "revoke", "zip", "json", "parquet", "xls"),
    *("Word", "docx"),
    *("abc", "year"),
}
"""What may stand in Latin letters: names of commands, formats, files and keys, and what was typed."""

OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wide terminal, whatever runs the tests; and a folder that is no campaign."""
    monkeypatch.setenv("COLUMNS", "100")


def english_in(text: str) -> list[str]:
    words = re.findall(r"[A-Za-z_]{2,}", OPTION.sub("", text))
    return [word for word in words if word not in NAMES]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command says on stderr; wrong usage."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return str(err)


# --- help ---


def help_page(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert main([*command, "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return str(out)


def test_the_help_pages(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> None:
    pages = [help_page(capsys, *command) for command in ([], *([name] for name in COMMANDS))]
    together = f"\n{'=' * 98}\n\n".join(pages)
    if request.config.getoption("--update-golden"):
        HELP_PAGES.write_text(together, "utf-8")
    assert together == HELP_PAGES.read_text("utf-8")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_chinese_whole_and_fits(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = help_page(capsys, *command.split())
    assert english_in(page) == []
    assert "…" not in page
    assert max(map(columns_of, page.splitlines())) <= 98
    monkeypatch.setenv("COLUMNS", "60")
    narrow = help_page(capsys, *command.split())
    examples = [line for line in narrow.splitlines() if line.startswith("    xlreport")]
    others = [line for line in narrow.splitlines() if line not in examples]
    assert max(map(columns_of, others)) <= 60
    assert "".join(narrow.split()) == "".join(page.split()), "nothing is cut on a narrow terminal"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_shows_one_or_two_examples_that_can_be_run(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    found = program().commands[command]
    text = found.help or ""
    assert "例子：" in text
    examples = [line.strip() for line in text.split("例子：")[1].splitlines() if line.strip()]
    assert 1 <= len(examples) <= 3
    for example in examples:
        name, *arguments = shlex.split(example)[1:]
        assert name == command
        context = found.make_context(name, arguments)
        assert context.args == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_parameter_is_explained_and_shows_what_follows_it(command: str) -> None:
    for parameter in program().commands[command].params:
        assert isinstance(parameter, TyperArgument | TyperOption)
        assert parameter.help, parameter.name
        assert parameter.help.endswith("。")
        takes_value = isinstance(parameter, TyperArgument) or not parameter.is_flag
        assert bool(parameter.metavar) == takes_value, parameter.name


def test_help_has_a_short_name(capsys: pytest.CaptureFixture[str]) -> None:
    page = help_page(capsys, "merge")
    assert main(["merge", "-h"]) == 0
    assert capsys.readouterr().out == page
    assert "-h, --help" in page


def test_without_a_command_the_help_is_shown_as_wrong_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = help_page(capsys)
    assert said(capsys) == page


# --- errors ---

HELP_OF = "\n用法请看：xlreport{} --help\n"
ERRORS = {
    "mrege": "没有命令“mrege”，是不是 merge？",
    "xyz": "没有命令“xyz”。",
    "--rooster x": "没有选项“--rooster”。",
    "--": "缺少命令。",
    "merge . --rooster x": "没有选项“--rooster”，是不是 --roster？",
    "merge . -q": "没有选项“-q”。",
    "merge . --out": "选项“--out”后面要写文件夹。汇总表写到哪里；默认在文件夹旁边。",
    "merge . --json=1": "选项“--json”后面不能写值，请去掉“=”和它后面的部分。",
    "merge . --year abc": "选项“--year”的值“abc”不对，应当是从 1949 到 9999 的整数。",
    "merge . --year 1948": "选项“--year”的值“1948”不对，应当是从 1949 到 9999 的整数。",
    "merge . --year 10000": "选项“--year”的值“10000”不对，应当是从 1949 到 9999 的整数。",
    "merge . --on-conflict newst": (
        "选项“--on-conflict”的值“newst”不对，只能是 newest、error，是不是 newest？"
    ),
    "merge . --on-conflict xyz": "选项“--on-conflict”的值“xyz”不对，只能是 newest、error。",
    "merge . x y": "多余的参数：“x”、“y”。",
    "merge . —year 2025": (
        "多余的参数：“—year”、“2025”。选项前面要写两个半角的减号（--），不是破折号。"
    ),
    "merge": "缺少“文件夹”。写出收到的报表所在的文件夹。",
    "merge . --campaign x": "“文件夹”和 --campaign 只能写一个：工作文件夹汇总的是它的 inbox。",
    "check": "缺少“文件...”。写出要审核的报表，或者它们所在的文件夹。",
    "repair": "缺少“文件...”。写出要修复的报表，或者它们所在的文件夹。",
    "repair x": "缺少选项“--out”。写出放新工作簿的文件夹。",
    "send": "缺少“种类”。templates 发模板，reminders 催报，returns 退回更正通知，receipts 收到回执。",
    "send tempaltes": (
        "“种类”的值“tempaltes”不对，"
        "只能是 templates、reminders、returns、receipts，是不是 templates？"
    ),
    "send returners": (
        "“种类”的值“returners”不对，"
        "只能是 templates、reminders、returns、receipts，是不是 returns？"
    ),
    "status --done x": "选项“--done”的值“x”不对，应当是整数。",
    "collect --since 2026-13-1": (
        "选项“--since”的值“2026-13-1”不对，应当是日期，例如 2026-01-20、2026/1/20、2026年1月20日。"
    ),
    "init x": "缺少选项“--form”。报表名称或定义文件，xlreport forms 列出全部。",
    "template": "缺少“报表”。xlreport forms 列出全部报表。",
    "template zfxxgk-2021": "缺少选项“--year”。报告年度，例如 2025。",
    "template x --campaign x": ("“报表”和 --campaign 只能写一个：工作文件夹里已经写明是哪种报表。"),
    "diff": "缺少“甲文件”。一份报表。",
}
"""Each kind of wrong usage, and the sentence that tells it."""


@pytest.mark.parametrize("command", ERRORS)
def test_wrong_usage_is_told_in_chinese_with_the_way_to_the_help(
    command: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    name = command.split()[0]
    about = f" {name}" if name in COMMANDS else ""
    words = said(capsys, *command.split())
    assert words == ERRORS[command] + HELP_OF.format(about)
    assert english_in(words) == []


REFUSALS = {
    "template zfxxgk-2021 --year 2020": (
        "《政府信息公开工作年度报告》适用于 2021 年度起，不能用于 2020 年度。"
    ),
    "fields xyz": "没有名为“xyz”的报表；现有：zfxxgk-2019、zfxxgk-2021。也可以给出定义文件（.yaml）的路径。",
    "check xyz.xlsx": "找不到“xyz.xlsx”，请检查路径。",
    "merge xyz": "找不到文件夹“xyz”，请检查路径。",
    "merge . --roster xyz.csv": ("名册“xyz.csv”打不开，请检查路径，并关闭正在使用它的程序。"),
    "merge . --open-passwords xyz": "密码文件“xyz”打不开，或者不是 UTF-8 文本。",
    "status": (
        "当前文件夹里没有 xlreport.toml。请先运行 xlreport init，再到那个文件夹里运行命令。"
    ),
    "status --campaign xyz": (
        "“xyz”里没有 xlreport.toml。请先运行 xlreport init，再到那个文件夹里运行命令。"
    ),
}
"""What cannot be done though it is said rightly: one sentence."""


@pytest.mark.parametrize("command", REFUSALS)
def test_what_cannot_be_done_is_told_in_one_sentence(
    command: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(capsys, *command.split()) == f"{REFUSALS[command]}\n"


def test_what_was_typed_cannot_deceive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["a\x1b[2Jb"], ["forms", "a\x1b[2Jb"], ["forms", "--a\x1b[2J"]):
        assert "\x1b" not in said(capsys, *command)
    assert "\x1b" not in said(capsys, "merge", ".", "--year", "\x1b[2J")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_required_parameter_is_missed_by_its_name(command: str) -> None:
    found = program().commands[command]
    for parameter in found.params:
        assert isinstance(parameter, TyperArgument | TyperOption)
        told = chinese.explain(MissingParameter(param=parameter))
        assert told.startswith(f"缺少{chinese.named(parameter)}。")
        assert english_in(told) == []


def test_suggestions_are_the_two_nearest_names() -> None:
    names = ["merge", "check", "template", "templates", "temple"]
    assert chinese.suggested("temlate", names) == "，是不是 template 或 templates？"
    assert chinese.suggested("chekc", names) == "，是不是 check？"
    assert chinese.suggested("qqq", names) == "。"


# --- lines of Chinese ---


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("一二三四五", 4, ["一二", "三四", "五"]),
        ("一二三四五", 5, ["一二", "三四", "五"]),
        ("一二，三四", 4, ["一", "二，", "三四"]),
        ("一二（三四）", 6, ["一二", "（三", "四）"]),
        ("用 --verbose 看", 8, ["用", "--verbose", "看"]),
        ("ab cd", 5, ["ab cd"]),
        ("ab cd", 4, ["ab", "cd"]),
        ("一", 1, ["一"]),
        ("", 10, []),
    ],
)
def test_text_is_wrapped_at_columns(text: str, width: int, lines: list[str]) -> None:
    assert chinese.wrapped(text, width) == lines


def test_a_chinese_character_takes_two_columns() -> None:
    assert columns_of("甲a，“1”") == 2 + 1 + 2 + 2 + 1 + 2
