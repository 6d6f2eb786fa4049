"""A collection that is killed or cannot write: the next one ends as if nothing had happened."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from campaign.scene import JIAZI, YICHOU, Mailbox, campaign_in, workbook
from xlreport import Form
from xlreport.campaign.ledger import NAME

DRIVER = Path(__file__).with_name("collect_driver.py")
POINTS = 32

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


def run(mode: str, number: int, folder: Path, mails: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DRIVER), mode, str(number), str(folder), str(mails)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def undisturbed(
    fresh: Path, mails: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[State, int]:
    """What a collection ends in, and how many steps it takes."""
    folder = shutil.copytree(fresh, tmp_path_factory.mktemp("right") / "campaign")
    done = run("kill", 0, folder, mails)
    assert done.returncode == 1, done.stderr
    return state(folder), int(done.stdout.rpartition("steps ")[2])


def again(folder: Path, mails: Path) -> State:
    code = run("kill", 0, folder, mails).returncode
    assert code == 1
    return state(folder)


@pytest.mark.parametrize("part", range(4))
def test_killed_at_many_points(
    part: int, fresh: Path, mails: Path, undisturbed: tuple[State, int], tmp_path: Path
) -> None:
    right, steps = undisturbed
    assert steps > POINTS
    points = sorted({1 + i * (steps - 1) // (POINTS - 1) for i in range(POINTS)})[part::4]
    for number in points:
        folder = shutil.copytree(fresh, tmp_path / str(number))
        assert run("kill", number, folder, mails).returncode == -9
        assert again(folder, mails) == right, number


@pytest.mark.parametrize("mode", ["ENOSPC", "EACCES"])
def test_a_step_that_fails_is_one_sentence_and_the_next_run_completes(
    mode: str, fresh: Path, mails: Path, undisturbed: tuple[State, int], tmp_path: Path
) -> None:
    right, steps = undisturbed
    for number in range(2, steps, steps // 8):
        folder = shutil.copytree(fresh, tmp_path / str(number))
        done = run(mode, number, folder, mails)
        assert done.returncode in (1, 2), (number, done.stderr)
        if done.returncode == 2:
            lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
            assert ["写不了" in line for line in lines].count(True) == 1, lines
        assert again(folder, mails) == right, number


def test_a_second_collection_changes_nothing(
    fresh: Path, mails: Path, undisturbed: tuple[State, int], tmp_path: Path
) -> None:
    right, _ = undisturbed
    folder = shutil.copytree(fresh, tmp_path / "x")
    for _ in range(3):
        assert again(folder, mails) == right
