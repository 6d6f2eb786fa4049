"""A collection that is killed or cannot write: the next one ends as if nothing had happened."""

from __future__ import annotations

import hashlib
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaign.scene import JIAZI, YICHOU, Mailbox, campaign_in, workbook
from support.examples import every
from support.faults import KILL, Run, command, needs_fork, run
from xlreport import Form
from xlreport.campaign.ledger import NAME
from xlreport.cli.app import main
from xlreport.workbook.reader.submission import Opened, Reading, read_unknown

pytestmark = needs_fork

PARTS = 4
"""Tests among which the steps are shared out."""

KILLED_EVERY, FAILED_EVERY = every(3), every(6)
"""At one step of so many the collection is killed, or an error takes the place of a kill."""

State = tuple[list[tuple[str, str, int]], list[str], dict[str, list[tuple[object, ...]]]]


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory, zfxxgk: Form) -> Path:
    """Three messages: a report, the same one again beside another, a link."""
    box = Mailbox(tmp_path_factory.mktemp("mails"))
    mine = workbook(zfxxgk, JIAZI)
    box.put("a", "jiazi@example.org", [("甲.xlsx", mine)])
    box.put(
        "b", "yichou@example.org", [("乙.xlsx", workbook(zfxxgk, YICHOU)), ("甲.xlsx", mine)], day=6
    )
    box.put("c", "jiazi@example.org", text="https://pan.baidu.com/s/1", day=7)
    (box.folder / "d.eml").write_bytes(b"no mail")
    return box.folder


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return campaign_in(tmp_path_factory.mktemp("fresh") / "campaign").settings.folder


@pytest.fixture(scope="module", autouse=True)
def read_once(fresh: Path, mails: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each workbook is read once, before the forks: here it is writing that is killed."""
    known: dict[bytes, Reading] = {}

    def remembered(file: Opened, *rest: Any) -> Reading:
        if file.data not in known:
            known[file.data] = read_unknown(file, *rest)
        return known[file.data]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xlreport.merging.reader.read_known", lambda *_, **__: None)
        patch.setattr("xlreport.merging.reader.read_unknown", remembered)
        patch.setattr("xlreport.merging.request.WORKERS", 0)
        folder = shutil.copytree(fresh, tmp_path_factory.mktemp("read") / "campaign")
        assert main(["collect", str(mails), "--campaign", str(folder)]) == 1
        assert len(known) >= 2
        yield


def state(folder: Path) -> State:
    """The inbox, the originals, every row of the ledger."""
    inbox = sorted((p.name, sha(p), p.stat().st_mtime_ns) for p in (folder / "inbox").iterdir())
    originals = sorted(f"{p.name} {sha(p)}" for p in (folder / "records" / "originals").iterdir())
    assert {p.name for p in (folder / "records").iterdir()} == {NAME, "originals"}
    db = sqlite3.connect(folder / "records" / NAME)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    return inbox, originals, rows


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def collected(folder: Path, mails: Path, fault: str = KILL, number: int = 0) -> Run:
    """A collection in a fork."""
    return run(command("collect", mails, "--campaign", folder), fault, number)


@pytest.fixture(scope="module")
def undisturbed(
    fresh: Path, mails: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[State, int]:
    """What a collection ends in, and how many steps it takes."""
    folder = shutil.copytree(fresh, tmp_path_factory.mktemp("right") / "campaign")
    done = collected(folder, mails)
    assert done.code == 1, done.err
    return state(folder), done.steps


def again(folder: Path, mails: Path) -> State:
    """What the next collection ends in."""
    assert collected(folder, mails).code == 1
    return state(folder)


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_many_points(
    part: int, fresh: Path, mails: Path, undisturbed: tuple[State, int], tmp_path: Path
) -> None:
    """At steps all over the collection, at night at each."""
    right, steps = undisturbed
    assert steps > 32
    for number in range(1 + part, steps + 1, PARTS * KILLED_EVERY):
        folder = shutil.copytree(fresh, tmp_path / str(number))
        assert collected(folder, mails, KILL, number).code == -signal.SIGKILL
        assert again(folder, mails) == right, number


@pytest.mark.parametrize("mode", ["ENOSPC", "EACCES"])
def test_a_step_that_fails_is_one_sentence_and_the_next_run_completes(
    mode: str, fresh: Path, mails: Path, undisturbed: tuple[State, int], tmp_path: Path
) -> None:
    right, steps = undisturbed
    for number in range(2, steps + 1, FAILED_EVERY):
        folder = shutil.copytree(fresh, tmp_path / str(number))
        done = collected(folder, mails, mode, number)
        assert done.code in (1, 2), (number, done.err)
        if done.code == 2:
            lines = [*done.out.splitlines(), *done.err.splitlines()]
            assert ["写不了" in line for line in lines].count(True) == 1, lines
        assert again(folder, mails) == right, number


def test_a_second_collection_changes_nothing(
    fresh: Path, mails: Path, undisturbed: tuple[State, int], tmp_path: Path
) -> None:
    right, _ = undisturbed
    folder = shutil.copytree(fresh, tmp_path / "x")
    for _ in range(3):
        assert again(folder, mails) == right
