"""How far a command has come is shown on a terminal only, and gone at the end."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from xlreport.cli import progress
from xlreport.cli.app import main
from xlreport.cli.progress import FEW, shortened
from xlreport.merging.request import uncounted

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "2025"
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class Terminal(io.StringIO):
    """A stream that says to be a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def terminal_in(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal as stderr, 100 columns wide; pytest would take it away from a fixture."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return stream


def test_it_counts_names_and_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_in(monkeypatch)
    with progress.allowed(wanted=True), progress.progress()("读取文件", FEW + 1) as count:
        for number in range(FEW + 1):
            count(f"镇{number}\x1b[31m.xlsx")
    shown = terminal.getvalue()
    assert "读取文件" in shown
    assert f"{FEW + 1}/{FEW + 1}" in shown
    assert f"镇{FEW}�[31m.xlsx" in shown, "names cannot deceive the terminal"
    assert shown.count("\n") <= 2, "one line, again and again"
    assert shown.rstrip().endswith("\x1b[2K"), "the line is cleared"
    assert (shown.count(HIDE), shown.count(SHOW)) == (1, 1)


def test_without_a_total_what_is_done_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_in(monkeypatch)
    with progress.allowed(wanted=True), progress.progress()("收取邮件", 0) as count:
        for _ in range(12):
            count("a.eml")
    assert "收取邮件" in terminal.getvalue()
    assert "12" in terminal.getvalue()
    assert "/" not in terminal.getvalue()


def test_few_files_are_not_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_in(monkeypatch)
    with progress.allowed(wanted=True), progress.progress()("读取文件", FEW) as count:
        count("a")
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("command", ["check", "merge"])
def test_a_command_shows_it(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    terminal = terminal_in(monkeypatch)
    out = ["--out", str(tmp_path)] if command == "merge" else []
    assert main([command, str(SAMPLES), *out]) == 1
    assert "14/14" in terminal.getvalue()


def test_never_with_json(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_in(monkeypatch)
    assert main(["check", str(SAMPLES), "--json"]) == 1
    assert HIDE not in terminal.getvalue()


@pytest.mark.parametrize("kind", ["no terminal", "dumb"])
def test_only_on_a_terminal_that_can(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO() if kind == "no terminal" else Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "dumb" if kind == "dumb" else "xterm")
    with progress.allowed(wanted=True):
        assert progress.progress() is uncounted
    assert progress.progress() is uncounted


def test_a_long_name_keeps_both_ends() -> None:
    assert shortened("甲" * 40) == "甲" * 40
    name = shortened("a" * 30 + "b" * 30)
    assert (len(name), name[:2], name[19], name[-2:]) == (40, "aa", "…", "bb")
