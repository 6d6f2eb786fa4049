"""The one place where errors become a sentence and an exit code; starting; completion."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from xlreport.atomic import NotRead
from xlreport.cli.app import COMMANDS, main, name_of, program, program_for
from xlreport.errors import Busy, UsageError, XlreportError
from xlreport.form import catalog
from xlreport.text import columns_of


class Refused(XlreportError):
    """Ends a command with a code of its own."""

    exit_code = 7


def failing(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UsageError("说明。"), 2, "说明。\n"),
        (Busy("正在用。"), 2, "正在用。\n"),
        (UsageError("“h\x1b[31m\u202ecsv”\n不能比较。"), 2, "“h�[31m�csv”\n不能比较。\n"),
        (Refused("不行。"), 7, "不行。\n"),
        (
            NotRead(13, "denied", "表.xlsx"),
            2,
            "“表.xlsx”打不开：请检查读取权限，并关闭正打开它的程序。\n",
        ),
        (
            PermissionError(13, "denied", "表.xlsx"),
            2,
            "写不了“表.xlsx”：请关闭正打开它的 WPS 或 Excel，检查磁盘空间和写入权限。原有文件没有改动。\n",
        ),
        (
            PermissionError(13, "denied", "ledger.sqlite3"),
            2,
            "写不了“ledger.sqlite3”：请关闭正打开它的程序，检查磁盘空间和写入权限。原有文件没有改动。\n",
        ),
        (
            NotRead(20, "no folder", "表/甲.xlsx"),
            2,
            "“表/甲.xlsx”的路径里有一段是文件，不是文件夹：请改正路径，再重新运行。\n",
        ),
        (
            NotRead(36, "too long", "表.xlsx"),
            2,
            "“表.xlsx”的路径太长：请把文件或文件夹的名称改短。\n",
        ),
        (
            OSError(28, "full", "表.xlsx"),
            2,
            "磁盘满了，写不了“表.xlsx”：请腾出空间。原有文件没有改动。\n",
        ),
        (KeyboardInterrupt(), 130, "\n已中断；没有写到一半的文件。\n"),
        (typer.Abort(), 130, "已中断；没有写到一半的文件。\n"),
        (typer.Exit(3), 3, ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_error_ends_the_command_with_a_sentence_and_a_code(
    error: BaseException,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(catalog, "shipped", failing(error))
    assert main(["forms"]) == code
    assert capsys.readouterr() == ("", words)


def test_a_mistake_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "shipped", failing(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["forms"])


def test_a_command_without_anything_to_say_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forms"]) == 0
    assert capsys.readouterr().err == ""


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert main(["--version"]) == 0
    assert capsys.readouterr() == (f"{version('xlreport')}\n", "")


def test_every_command_function_is_a_command() -> None:
    assert list(program().commands) == [name_of(function) for function in COMMANDS]


def test_a_command_line_builds_the_command_that_it_names() -> None:
    for function in COMMANDS:
        name = name_of(function)
        assert list(program_for([name, "--help"]).commands) == [name]
    assert program_for(["merge", "x"]) is program_for(["merge"])
    for given in ([], ["mrege"], ["--version"], ["--help", "merge"]):
        assert program_for(given) is program()


def test_the_page_of_the_program_lists_all_commands_without_building_them() -> None:
    """As `program()` tells them, in the same order and with the same words."""
    listed = program_for(["--help"]).commands
    assert [(name, command.help) for name, command in listed.items()] == [
        (name, command.help) for name, command in program().commands.items()
    ]
    assert {name: len(command.params) for name, command in listed.items()} == dict.fromkeys(
        program().commands, 0
    )


def test_arguments_come_from_the_command_line_when_none_are_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["xlreport", "forms", "zu"])
    assert main() == 2
    assert "“zu”" in capsys.readouterr().err


def test_it_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "xlreport", "mrege"]
    ended = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("没有命令“mrege”，是不是 merge？\n")


HEAVY = ("numpy", "pandas", "pydantic", "rich", "xlsxwriter", "yaml", "xlreport.api")


@pytest.mark.parametrize("arguments", [["--help"], ["merge", "--help"], ["mrege"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; from xlreport.cli.app import main; main(sys.argv[1:]);"
        f"print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *arguments]
    ended = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert ended.stderr.splitlines()[-1] == "[]"


# --- completion ---


def completed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str
) -> str:
    """What bash is told when Tab is pressed at the end of a line."""
    words = line.split(" ")
    monkeypatch.setenv("_XLREPORT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 0
    return str(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("xlreport me", ["merge"]),
        ("xlreport merge --ro", ["--roster"]),
        ("xlreport merge --on-conflict ", ["newest", "error"]),
        ("xlreport send re", ["reminders", "returns", "receipts"]),
        ("xlreport fields zf", ["zfxxgk-2019", "zfxxgk-2021"]),
        ("xlreport template xy", []),
        ("xlreport init x --form z", ["zfxxgk-2019", "zfxxgk-2021"]),
    ],
)
def test_a_shell_is_told_how_a_word_may_end(
    line: str,
    answers: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert completed(monkeypatch, capsys, line).split() == answers


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def in_shell(monkeypatch: pytest.MonkeyPatch, name: str | None) -> None:
    monkeypatch.setattr("typer._completion_shared._get_shell_name", lambda: name)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_installed_and_told_in_chinese(
    shell: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_shell(monkeypatch, shell)
    assert main(["--install-completion"]) == 0
    out, err = capsys.readouterr()
    (script,) = [p for p in home.rglob("*") if p.is_file() and "xlreport" in p.name]
    assert out == f"已为 {shell} 安装补全：“{script}”。重新打开命令行窗口后，按 Tab 键补全。\n"
    assert err == ""
    assert "_XLREPORT_COMPLETE" in script.read_text("utf-8")


@pytest.mark.parametrize("shell", ["bash", "powershell"])
def test_the_script_of_completion_is_shown(
    shell: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_shell(monkeypatch, shell)
    assert main(["--show-completion"]) == 0
    assert "_XLREPORT_COMPLETE" in capsys.readouterr().out
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("shell", ["powershell", "pwsh"])
def test_completion_never_lifts_the_execution_policy_of_windows(
    shell: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_shell(monkeypatch, shell)
    monkeypatch.setattr(subprocess, "run", failing(AssertionError("a program was run")))
    assert main(["--install-completion"]) == 2
    assert capsys.readouterr().err.startswith("PowerShell 的补全请自己安装")


@pytest.mark.parametrize("shell", [None, "cmd"])
def test_a_shell_without_completion_is_told(
    shell: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_shell(monkeypatch, shell)
    for option in ("--install-completion", "--show-completion"):
        assert main([option]) == 2
        assert capsys.readouterr().err.startswith("认不出现在用的命令行")


def test_columns_are_those_of_the_terminal_up_to_a_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for columns, widest in ((500, 98), (70, 68)):
        monkeypatch.setitem(os.environ, "COLUMNS", str(columns))
        assert main(["check", "-h"]) == 0
        lines = capsys.readouterr().out.splitlines()
        wide = [columns_of(line) for line in lines if "xlreport check" not in line]
        assert widest - 8 < max(wide) <= widest


def test_a_path_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    assert main(["merge", str(tmp_path)]) == 2
    assert capsys.readouterr().err.splitlines()[0] == f"“{tmp_path}”打不开，请检查权限。"
