"""Before and after the command itself: interruptions, and systems without Chinese."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from xlreport import __main__ as start
from xlreport.cli import app

SAMPLE = next((Path(__file__).resolve().parents[2] / "samples" / "2025").glob("990101*"))


@pytest.fixture(autouse=True)
def signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the test's own process stay."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def ended(capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    with pytest.raises(SystemExit) as end:
        start.entry_point()
    return end.value.code, capsys.readouterr().err


def test_an_interruption_before_the_command_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "main", interrupted)
    assert ended(capsys) == (130, "\n已中断。\n")
    monkeypatch.setattr(start, "_require_chinese", interrupted)
    assert ended(capsys) == (130, "\n已中断。\n")


def test_the_exit_code_is_the_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "main", lambda: 3)
    assert ended(capsys) == (3, "")


def test_nothing_heavy_is_loaded_before_an_interruption_is_caught() -> None:
    program = "import sys; before = set(sys.modules); import xlreport.__main__; print(*(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) == {"__future__", "xlreport", "xlreport.__main__"}


@pytest.mark.skipif(os.name == "nt", reason="Windows always has Chinese")
@pytest.mark.parametrize("locale", ["C", "zh_CN.GBK", "en_US.ISO-8859-1"])
def test_a_system_without_utf_8_reads_and_writes_chinese_names(tmp_path: Path, locale: str) -> None:
    folder = tmp_path / "报表"
    folder.mkdir()
    (folder / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    environment = {
        **os.environ,
        "LC_ALL": locale,
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }
    command = [
        sys.executable,
        "-m",
        "xlreport",
        "merge",
        str(folder),
        "--out",
        str(tmp_path / "汇总"),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    written = sorted(path.name[-9:] for path in (tmp_path / "汇总").iterdir())
    assert written == ["告汇总表.xlsx", "汇总情况.html", "结果.json"]
    assert "通过 1 个" in done.stdout.decode()


def test_a_stream_without_chinese_goes_on_in_utf_8() -> None:
    """As a pipe of a Windows in English; one of a Chinese Windows keeps its encoding, for what reads
    it expects that. A program without a console has no streams."""
    english, chinese = [
        io.TextIOWrapper(io.BytesIO(), encoding=encoding) for encoding in ("cp1252", "cp936")
    ]
    start._write_chinese(english, chinese, None)
    assert (english.encoding, chinese.encoding) == ("utf-8", "cp936")
