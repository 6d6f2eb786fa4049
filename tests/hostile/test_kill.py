"""A merge that is killed, or that cannot write, leaves the old output or the new one, and no litter."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hostile.scene import COUNTY, base
from support.merges import merge_and_write
from xlreport import Form, Unit, write_workbook
from xlreport.atomic import LOCK_NAME, locked
from xlreport.errors import Busy
from xlreport.formats.open import open_book

DRIVER = Path(__file__).with_name("driver.py")
NAME = "示例县2025年政府信息公开工作年度报告汇总表.xlsx"
MOMENTS = 50


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, zfxxgk: Form) -> tuple[Path, Path]:
    """Three towns, and the same towns after one sent another number."""
    made = []
    for which, more in (("old", 0), ("new", 1)):
        folder = tmp_path_factory.mktemp(which)
        for i in range(3 + more):
            (folder / f"{i}.xlsx").write_bytes(
                write_workbook(base(zfxxgk, Unit(f"第{i}镇", f"99{i}")), zfxxgk)
            )
        made.append(folder)
    return made[0], made[1]


@pytest.fixture(scope="module")
def right(
    folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[bytes, bytes]:
    """The summaries of both."""
    out = tmp_path_factory.mktemp("right")
    return tuple(  # type: ignore[return-value]
        Path(merge_and_write(f, out=out / str(i), county=COUNTY).outputs[0]).read_bytes()
        for i, f in enumerate(folders)
    )


def run(mode: str, number: int, folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DRIVER), mode, str(number), str(folder), str(out)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def prepared(out: Path, old: bytes) -> Path:
    out.mkdir()
    (out / NAME).write_bytes(old)
    return out


def state(out: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in out.iterdir()}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def whole(out: Path, right: tuple[bytes, bytes]) -> bool:
    """The summary is the old one or the new one; whether it is the new one."""
    data = (out / NAME).read_bytes()
    assert data in right
    assert open_book(data).sheets
    return data == right[1]


def test_killed_at_every_write(
    folders: tuple[Path, Path], right: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """The 1st, 2nd, 3rd … call that changes the disk kills the run, until one run survives."""
    number, seen = 0, set()
    while True:
        number += 1
        out = prepared(tmp_path / str(number), right[0])
        done = run("kill", number, folders[1], out)
        seen.add(whole(out, right))
        again = merge_and_write(folders[1], out=out, county=COUNTY)
        assert Path(again.outputs[0]).read_bytes() == right[1]
        assert set(state(out)) == {NAME}, "a next run removes what a killed one left"
        if done.returncode >= 0:
            break
    assert done.returncode == 0
    assert number > 8
    assert seen == {False, True}


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EACCES", "EMFILE"])
def test_each_write_fails_in_turn(
    error: str, folders: tuple[Path, Path], right: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """One Chinese sentence and exit code 2, or success where the call does not matter; never half a file."""
    number, failures = 0, 0
    while True:
        number += 1
        out = prepared(tmp_path / str(number), right[0])
        done = run(error, number, folders[1], out)
        new = whole(out, right)
        left = set(state(out)) - {NAME, LOCK_NAME}
        assert all(name.startswith(".xlreport-") for name in left)
        if done.returncode == 2:
            failures += 1
            assert not new, "the sentence says that the old file is unchanged"
            assert done.stderr.strip().count("\n") == 0
            assert "Traceback" not in done.stderr
            assert "写不了" in done.stderr
        else:
            assert done.returncode == 0
            assert new
        if f"calls {number - 1}\n" in done.stdout:
            break
    assert failures >= 5


def test_killed_at_many_moments(
    folders: tuple[Path, Path], right: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """As the command runs it, with workers; at moments spread evenly over the run."""
    command = [sys.executable, "-m", "xlreport", "merge", str(folders[1]), "--out"]
    before = {p.name: (sha(p.read_bytes()), p.stat().st_mtime_ns) for p in folders[1].iterdir()}
    start = time.monotonic()
    subprocess.run(
        [*command, str(prepared(tmp_path / "timed", right[0]))], capture_output=True, check=True
    )
    took = time.monotonic() - start
    for moment in range(MOMENTS):
        out = prepared(tmp_path / str(moment), right[0])
        running = subprocess.Popen(
            [*command, str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(took * moment / MOMENTS)
        running.kill()
        running.wait()
        whole(out, right)
        assert all(n == NAME or n.startswith(".xlreport-") for n in state(out))
    assert {
        p.name: (sha(p.read_bytes()), p.stat().st_mtime_ns) for p in folders[1].iterdir()
    } == before


def test_litter_in_the_folder_of_inputs_is_never_read(
    folders: tuple[Path, Path], tmp_path: Path, zfxxgk: Form
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for path in folders[0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    extra = write_workbook(base(zfxxgk, Unit("另一镇", "9977")), zfxxgk)
    (folder / ".xlreport-abc.tmp").write_bytes(extra)
    (folder / LOCK_NAME).write_bytes(b"1")
    result = merge_and_write(folder, out=tmp_path / "out", county=COUNTY)
    assert {f.path: f.outcome.value for f in result.files} == {
        **{f"{i}.xlsx": "accepted" for i in range(3)},
        ".xlreport-abc.tmp": "ignored",
        LOCK_NAME: "ignored",
    }


def test_writing_into_the_folder_of_inputs_leaves_the_next_merge_right(
    folders: tuple[Path, Path], right: tuple[bytes, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for path in folders[0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    first = merge_and_write(folder, out=folder, county=COUNTY)
    second = merge_and_write(folder, out=folder, county=COUNTY)
    assert first.totals == second.totals
    assert {f.path: f.outcome.value for f in second.files}[NAME] == "ignored"


def test_the_order_of_durability(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """write → fsync(file) → rename → fsync(folder)."""
    from xlreport.atomic import write_atomically

    trace = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *a, n=name, r=real, **k: (trace.append(n), r(*a, **k))[1]
        )
    write_atomically(tmp_path / "x", b"1")
    assert trace in (["fsync", "replace", "fsync"], ["fsync", "fsync"])
    assert (tmp_path / "x").read_bytes() == b"1"


def test_pairs_of_merges_at_once(
    folders: tuple[Path, Path], right: tuple[bytes, bytes], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "xlreport", "merge"]
    for i in range(20):
        out = tmp_path / str(i)
        pair = []
        for folder in folders:
            pair.append(
                subprocess.Popen(
                    [*command, str(folder), "--out", str(out)], stdout=subprocess.DEVNULL
                )
            )
            time.sleep(0.01 * (i % 5))
        assert [p.wait() for p in pair] == [0, 0]
        whole(out, right)
        assert set(state(out)) == {NAME}


def test_a_lock_that_is_held_is_told_and_that_of_a_dead_process_is_taken(tmp_path: Path) -> None:
    program = f"import time; from pathlib import Path; from xlreport.atomic import locked\nwith locked(Path({str(tmp_path)!r})):\n print('held', flush=True)\n time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with (
        pytest.raises(Busy, match=f"另一个 xlreport（进程号 {holder.pid}）正在写"),
        locked(tmp_path, patience=0.3),
    ):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert (tmp_path / LOCK_NAME).exists()
    with locked(tmp_path, patience=0):
        pass
    assert not (tmp_path / LOCK_NAME).exists()


def test_same_inputs_same_bytes(
    folders: tuple[Path, Path], right: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """Other order of creation, other time stamps, another folder, hash seed, zone, language, workers."""
    for i, (seed, zone, language) in enumerate(
        (("0", "UTC", "C"), ("1", "Asia/Shanghai", "zh_CN.UTF-8"))
    ):
        folder = tmp_path / f"in{i}"
        folder.mkdir()
        for path in sorted(folders[0].iterdir(), reverse=bool(i)):
            (folder / path.name).write_bytes(path.read_bytes())
            os.utime(folder / path.name, (10**9 + i, 10**9 + i))
        out = tmp_path / f"out{i}"
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LANG": language,
            "LC_ALL": language,
        }
        command = [sys.executable, "-m", "xlreport", "merge", str(folder), "--out", str(out)]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        assert (out / NAME).read_bytes() == right[0]
