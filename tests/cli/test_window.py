"""Without a console a sentence is shown in a window, and an unforeseen error leaves a file."""

from __future__ import annotations

import ctypes
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from xlreport.cli import app, window

Shown = list[tuple[str, str]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What windows said: title and text."""
    said: Shown = []
    user32 = SimpleNamespace(MessageBoxW=lambda _, text, title, __: said.append((title, text)))
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(user32=user32), raising=False)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    return said


def take_console(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the program without streams, as pythonw.exe does."""
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(sys, stream, None)


def test_why_a_command_ends_is_shown(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    take_console(monkeypatch)
    assert app.main(["desk", str(tmp_path / "没有"), "--no-browser"]) == 2
    assert shown == [("xlreport", f"找不到文件夹“{tmp_path / '没有'}”，请检查路径。")]


def test_with_a_console_no_window_opens(shown: Shown, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["diff", "没有", "没有"]) == 2
    assert shown == []
    assert capsys.readouterr().err


def test_an_unforeseen_error_leaves_a_file(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    take_console(monkeypatch)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    app.main(["--version"])
    assert sys.excepthook is window.show_unforeseen
    sys.excepthook(ValueError, ValueError("奇怪"), None)
    place = tmp_path / "xlreport-出错.txt"
    assert place.read_text("utf-8-sig") == "ValueError: 奇怪\n"
    assert str(place) in shown[0][1]


def test_other_systems_have_no_such_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ctypes, "windll", raising=False)
    window.show("没有窗口")
