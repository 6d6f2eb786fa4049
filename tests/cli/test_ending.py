"""A run that is told to end cleans up and says so; why a run failed is told as it is."""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from campaign.scene import campaign_in
from xlreport.cli import ending
from xlreport.cli.app import main
from xlreport.cli.ending import Ended, ended_by_signals
from xlreport.form import catalog

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
REPORT = SAMPLES / "2025" / "990103_丙寅镇_2025年政府信息公开工作年度报告.xlsx"

posix = pytest.mark.skipif(os.name != "posix", reason="about POSIX signals, devices and limits")
SIGNALS = [signal.SIGTERM, *([signal.SIGHUP] if os.name == "posix" else [])]


def program(
    *arguments: str, before: str = "", cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, after some statements."""
    code = f"import sys\n{before}\nfrom xlreport.cli.app import main\nsys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(autouse=True)
def signals_as_systems_have_them() -> Iterator[None]:
    """The tests themselves may run where a signal is ignored (`nohup`); programs inherit that."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


# --- signals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_a_run_that_has_cleaned_up(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cleaned: list[str] = []

    def shipped() -> list[str]:
        try:
            signal.raise_signal(number)
        finally:
            cleaned.append("files")
        return []

    monkeypatch.setattr(catalog, "shipped", shipped)
    assert main(["forms"]) == 128 + number
    assert cleaned == ["files"]
    assert capsys.readouterr() == ("", "已中断；没有写到一半的文件。\n")
    assert signal.getsignal(number) is signal.SIG_DFL


@posix
@pytest.mark.parametrize("number", SIGNALS)
def test_nothing_is_left_of_a_merge_that_is_told_to_end(
    number: signal.Signals, tmp_path: Path
) -> None:
    """Told in the middle of writing, with the lock held and a folder for archives in use."""
    spool = tmp_path / "tmp"
    spool.mkdir()
    told = (
        "import os, signal, xlreport.atomic as atomic\n"
        "real = os.fsync\n"
        f"os.fsync = lambda handle: (os.kill(os.getpid(), {int(number)}), real(handle))\n"
    )
    inbox = str(SAMPLES / "2024")
    done = program(
        "merge", inbox, "--out", str(tmp_path / "out"), before=told, env={"TMPDIR": str(spool)}
    )
    assert (done.returncode, done.stderr) == (
        128 + number,
        "已中断；没有写到一半的文件。\n",
    )
    assert list((tmp_path / "out").iterdir()) == []
    assert list(spool.iterdir()) == []


def test_another_signal_does_not_disturb_the_cleaning_up() -> None:
    def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(Ended), ended_by_signals():
        work()


def test_a_signal_that_was_lost_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "PATIENCE", 0.01)

    def work() -> None:
        with pytest.raises(Ended):
            signal.raise_signal(signal.SIGTERM)
        while True:
            pass

    with pytest.raises(Ended), ended_by_signals():
        work()


def test_a_signal_that_is_ignored_or_handled_stays_so() -> None:
    def own(_number: int, _frame: FrameType | None) -> None:
        pass

    for handler in (signal.SIG_IGN, own):
        before = signal.signal(signal.SIGTERM, handler)
        try:
            with ended_by_signals():
                assert signal.getsignal(signal.SIGTERM) is handler
            assert signal.getsignal(signal.SIGTERM) is handler
        finally:
            signal.signal(signal.SIGTERM, before)


# --- what fails outside -----------------------------------------------------------------------


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_disk_at_the_output_is_told_as_that(options: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "xlreport", "fields", "zfxxgk-2021", *options],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    told = "结果没有显示完：保存它的磁盘满了，请腾出空间后重新运行。\n"
    assert (done.returncode, done.stderr.decode()) == (2, told)


ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@posix
def test_a_system_without_chinese_names_the_cause(tmp_path: Path) -> None:
    done = program("template", "zfxxgk-2021", "--year", "2025", cwd=tmp_path, env=ASCII)
    assert done.returncode == 2
    assert done.stderr == (
        "系统的文字编码（ascii）里没有“2025年政府信息公开工作年度报告（空白）.xlsx”的字，写不成："
        "请设环境变量 PYTHONUTF8=1 后再运行。\n"
    )
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_system_without_chinese_reads_reports_and_takes_chinese_texts(tmp_path: Path) -> None:
    done = program("check", str(REPORT), "--json", env=ASCII)
    (file,) = json.loads(done.stdout)["files"]
    assert (done.returncode, file["unit"]) == (1, "丙寅镇")
    folder = str(tmp_path / "a")
    done = program(
        "init", folder, "--form", "zfxxgk-2021", "--year", "2025", "--county", "某某县", env=ASCII
    )
    assert done.returncode == 2, "the letters have Chinese names"
    assert "请设环境变量 PYTHONUTF8=1 后再运行" in done.stderr
    assert "Traceback" not in done.stderr


@posix
@pytest.mark.parametrize("most", [6, 7, 8, 9])
def test_a_system_without_file_handles_names_the_cause(most: int) -> None:
    few = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}))"
    done = program("check", str(REPORT), before=few)
    assert done.returncode == 2
    assert done.stderr.startswith("同时打开的文件太多，")
    assert "请关闭一些程序后重新运行。" in done.stderr
    assert "Traceback" not in done.stderr


@posix
def test_a_current_folder_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(["check", str(REPORT)]) == 2
    assert capsys.readouterr() == (
        "",
        "当前文件夹已经不在了（被删除或移走），请先进入一个在的文件夹再运行。\n",
    )


def failing(error: OSError) -> Callable[[], list[str]]:
    def shipped() -> list[str]:
        raise error

    return shipped


CAUSES = {
    errno.ENOENT: "“a.xlsx”所在的文件夹不在了：请检查它是不是被移走、改名或断开，再重新运行。",
    errno.EMFILE: "同时打开的文件太多，“a.xlsx”打不开：请关闭一些程序后重新运行。",
    errno.EROFS: "磁盘是只读的，写不了“a.xlsx”：请换一个文件夹。",
    errno.ENAMETOOLONG: "“a.xlsx”的路径太长：请把文件或文件夹的名称改短。",
    errno.EBUSY: "“a.xlsx”正被另一个程序占用：请关闭打开它的程序，再运行一次。",
}


@pytest.mark.parametrize("number", CAUSES)
def test_each_cause_is_told_as_it_is(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalog, "shipped", failing(OSError(number, "?", "a.xlsx")))
    assert main(["forms"]) == 2
    assert capsys.readouterr().err == f"{CAUSES[number]}原有文件没有改动。\n"


def test_a_ledger_that_another_program_holds_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = campaign_in(tmp_path / "年报").settings
    command = ["status", "--campaign", str(settings.folder)]
    assert main(command) == 1
    real = sqlite3.connect
    monkeypatch.setattr("sqlite3.connect", lambda path: real(path, timeout=0))
    holder = real(settings.records / "ledger.sqlite3")
    holder.execute("BEGIN EXCLUSIVE")
    capsys.readouterr()
    try:
        assert main(command) == 2
    finally:
        holder.close()
    told = (
        "“ledger.sqlite3”正被另一个程序占用：请关闭打开它的程序，再运行一次。原有文件没有改动。\n"
    )
    assert capsys.readouterr().err == told


def test_an_interrupted_run_tells_how_many_files_it_has_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from xlreport import api

    real = api.write_outputs

    def then_interrupted(*args: Any, **more: Any) -> Any:
        real(*args, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "write_outputs", then_interrupted)
    out = tmp_path / "out"
    assert main(["merge", str(SAMPLES / "2024"), "--out", str(out)]) == 130
    written = [path for path in out.iterdir() if not path.name.startswith(".")]
    said = capsys.readouterr().err.strip()
    assert said == f"已中断；已写好 {len(written)} 个文件，都是完整的，没有写到一半的。"
