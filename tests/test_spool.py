"""Temporary folders: gone afterwards, and those of killed runs are cleared away by a later one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from xlreport import spool as spooling
from xlreport.spool import clear, spool

HOLDS = """
import sys, time
from xlreport.spool import spool
with spool() as folder:
    (folder / "表.xlsx").write_bytes(b"x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of this test alone, in which nothing was just made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(spooling, "_JUST_MADE", 0.0)
    return tmp_path


def holder(temporary: Path) -> subprocess.Popen[bytes]:
    """A process that has a spool."""
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_a_spool_is_gone_afterwards(temporary: Path) -> None:
    with spool() as folder:
        assert folder.parent == temporary
        (folder / "a").mkdir()
    assert list(temporary.iterdir()) == []
    with pytest.raises(ZeroDivisionError), spool():
        raise ZeroDivisionError
    assert list(temporary.iterdir()) == []


def test_what_a_killed_run_left_is_cleared_and_what_a_run_holds_is_not(temporary: Path) -> None:
    with holder(temporary) as killed, holder(temporary) as running:
        assert len(list(temporary.iterdir())) == 2
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        clear()
        (left,) = temporary.iterdir()
        assert (left / "表.xlsx").exists()
        assert running.stdin is not None
        running.stdin.close()
    assert list(temporary.iterdir()) == []


def test_what_was_just_made_may_not_be_held_yet(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "_JUST_MADE", 3600.0)
    folder = temporary / "xlreport-x"
    folder.mkdir()
    (folder / ".xlreport-spool").write_bytes(b"")
    clear()
    assert folder.exists()
    monkeypatch.setattr(spooling, "_JUST_MADE", 0.0)
    clear()
    assert not folder.exists()


def test_only_folders_of_ours_are_cleared(temporary: Path) -> None:
    others = temporary / "xlreport-notes", temporary / "other", temporary / "xlreport-2025年报"
    for folder in others:
        folder.mkdir()
        (folder / "a.txt").write_text("mine", "utf-8")
    (others[1] / ".xlreport-spool").write_bytes(b"")
    (others[2] / ".xlreport-spool").mkdir()
    (temporary / "xlreport-file").write_bytes(b"")
    target = temporary / "target"
    target.mkdir()
    (target / ".xlreport-spool").write_bytes(b"")
    (temporary / "xlreport-link").symlink_to(target)
    before = sorted(temporary.rglob("*"))
    clear()
    assert sorted(temporary.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no users")
def test_folders_of_another_user_stay(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = temporary / "xlreport-x"
    folder.mkdir()
    (folder / ".xlreport-spool").write_bytes(b"")
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    clear()
    assert folder.exists()


def test_a_run_clears_once(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[str] = []
    monkeypatch.setattr(spooling, "clear", lambda: cleared.append("once"))
    spooling._clear_once.cache_clear()
    with spool(), spool():
        pass
    assert cleared == ["once"]
