"""One desk a campaign; what a killed one left behind stops nobody."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

import filelock
import pytest

from xlreport.desk import instance
from xlreport.desk.instance import LOCK, LOG, NOTE, Instance, running_door
from xlreport.errors import Busy
from xlreport.merging.discover import system_file


def test_only_one_run_has_a_campaign(tmp_path: Path) -> None:
    first, second = Instance(tmp_path), Instance(tmp_path)
    assert first.claim()
    assert not second.claim()
    first.give_up()
    assert second.claim()
    second.give_up()
    second.give_up()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_note_is_for_this_user_only_and_goes_with_the_run(tmp_path: Path) -> None:
    own = Instance(tmp_path)
    assert own.claim()
    own.tell("http://127.0.0.1:1/enter?token=x")
    note = tmp_path / NOTE
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert json.loads(note.read_text("utf-8"))["door"] == "http://127.0.0.1:1/enter?token=x"
    own.give_up()
    assert not note.exists()


@pytest.mark.parametrize(
    "note",
    [
        None,
        "",
        "[]",
        '{"door": 1}',
        '{"door": "http://evil.example/enter?token=x"}',
        '{"door": "file:///etc/passwd"}',
        '{"door": "http://127.0.0.1:1/enter?token=x"}',
    ],
)
def test_a_desk_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, note: str | None
) -> None:
    """Nobody is where the note says, or it says no place of ours."""
    monkeypatch.setattr(instance, "PATIENCE", 0.0)
    if note is not None:
        (tmp_path / NOTE).write_text(note, "utf-8")
    with pytest.raises(Busy) as told:
        running_door(tmp_path)
    assert "已经在另一个窗口打开，但它没有回答" in told.value.message


def test_its_files_are_never_taken_for_reports() -> None:
    assert all(system_file(name) is not None for name in (LOCK, NOTE, LOG))


def test_where_there_are_no_locks_every_start_is_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(_lock: object) -> None:
        raise OSError(errno.ENOLCK, "no locks here")

    def denied(_lock: object) -> None:
        raise PermissionError(errno.EACCES, "denied", str(tmp_path))

    monkeypatch.setattr(filelock.FileLock, "acquire", no_locks)
    assert Instance(tmp_path).claim()
    monkeypatch.setattr(filelock.FileLock, "acquire", denied)
    with pytest.raises(PermissionError):
        Instance(tmp_path).claim()
