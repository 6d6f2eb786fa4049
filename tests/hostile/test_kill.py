"""A merge that is killed, or that cannot write, leaves the old output or the new one, and no litter."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from hostile.merges import Merges, digests, names, small_merges, statutory_merges
from hostile.scene import COUNTY, book_of
from support.faults import KILL, Command, Fork, command, in_turn, needs_fork, run
from support.merges import merge_and_write
from xlreport import Form, Unit
from xlreport.atomic import LOCK_NAME, locked, write_atomically
from xlreport.errors import Busy

PATIENCE = 300.0
"""Seconds that only a process waits for that hangs."""

SHARES = 5
"""Moments of a merge at which it is killed, by the share of its work that is done."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Merges:
    return small_merges(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def statutory(tmp_path_factory: pytest.TempPathFactory) -> Merges:
    return statutory_merges(tmp_path_factory.mktemp("statutory"), 3)


def into(merges: Merges, folder: Path) -> Callable[[int], Command]:
    """Makes the command that merges into a folder of its own for each number."""

    def make(number: int) -> Command:
        out = merges.prepared(folder / str(number))
        return command(*merges.arguments(merges.after, out))

    return make


# --- at each step ---


@needs_fork
def test_killed_at_every_write(small: Merges, tmp_path: Path) -> None:
    """The 1st, 2nd, 3rd … call that changes the disk kills the run, until one run survives."""
    outcomes, codes = set(), []
    for number, done in enumerate(in_turn(into(small, tmp_path), KILL), 1):
        codes.append(done.code)
        out = tmp_path / str(number)
        outcomes.add(small.whole(out))
        again = run(command(*small.arguments(small.after, out)))
        assert again.code == 0
        assert small.whole(out)
        assert small.of_one_merge(out), "a next run removes what a killed one left"
    assert codes == [-signal.SIGKILL] * (len(codes) - 1) + [0], "the last one survives"
    assert len(codes) > 8
    assert outcomes == {False, True}


CAUSES = {"EMFILE": "同时打开的文件太多"}
"""What is said of an error that is no trouble of writing."""


@needs_fork
@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EACCES", "EMFILE"])
def test_each_write_fails_in_turn(error: str, small: Merges, tmp_path: Path) -> None:
    """One Chinese sentence and exit code 2, or success where the call does not matter; never half a file."""
    failures = 0
    for number, done in enumerate(in_turn(into(small, tmp_path), error), 1):
        out = tmp_path / str(number)
        new = small.whole(out)
        left = names(out) - small.names - {LOCK_NAME}
        assert all(name.startswith(".xlreport-") for name in left)
        if done.code == 0:
            assert new
            assert small.names <= names(out)
            continue
        failures += 1
        assert names(out) & small.names == {small.name}, "nothing new beside an old summary"
        assert done.code == 2
        assert not new, "the sentence says that the old file is unchanged"
        assert done.err.strip().count("\n") == 0
        assert "Traceback" not in done.err
        assert CAUSES.get(error, "写不了") in done.err
    assert failures >= 5


# --- as the command runs it, in a process of its own and with workers ---


@dataclass(frozen=True)
class Moment:
    """What is seen of a merge while it runs: the seconds of the processor that it has had, and inode
    and size of each file in its output folder."""

    work: float
    files: Mapping[str, tuple[int, int]]


def seen(pid: int, out: Path) -> Moment:
    """This moment of a process; infinite work when it has ended."""
    files = {}
    for entry in os.scandir(out):
        with suppress(FileNotFoundError):
            files[entry.name] = (entry.inode(), entry.stat().st_size)
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return Moment(float("inf"), files)
    return Moment(times.user + times.system, files)


def until(reached: Callable[[Moment], bool], process: subprocess.Popen[bytes], out: Path) -> Moment:
    """Waits until a process has reached something or has ended; the last moment before that."""
    end = time.monotonic() + PATIENCE
    before = Moment(0.0, {})
    while time.monotonic() < end:
        now = seen(process.pid, out)
        if reached(now) or process.poll() is not None:
            return before
        before = now
        time.sleep(0.001)
    raise AssertionError("it hangs")


def merging(merges: Merges, folder: Path, out: Path) -> subprocess.Popen[bytes]:
    """A merge in a process of its own."""
    words = [sys.executable, "-m", "xlreport", *merges.arguments(folder, out)]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def share(part: float) -> Callable[[Moment], bool]:
    """That this much work is done."""
    return lambda moment: moment.work >= part


def temporary(size: int) -> Callable[[Moment], bool]:
    """That a temporary file has at least this size."""
    return lambda moment: any(
        length >= size for name, (_, length) in moment.files.items() if name.endswith(".tmp")
    )


def is_locked(moment: Moment) -> bool:
    """That the lock is there."""
    return LOCK_NAME in moment.files


def replaced(merges: Merges, inode: int) -> Callable[[Moment], bool]:
    """That the summary is another file."""
    return lambda moment: moment.files.get(merges.name, (inode, 0))[0] != inode


def test_killed_at_many_moments(small: Merges, tmp_path: Path) -> None:
    """Spread over its work by the processor's time that it has had, and at each state of its output."""
    before = digests(small.after)
    out = small.prepared(tmp_path / "undisturbed")
    undisturbed = merging(small, small.after, out)
    total = until(lambda _: False, undisturbed, out).work
    assert undisturbed.wait() == 0
    assert total > 0.0
    outs = [small.prepared(tmp_path / str(number)) for number in range(SHARES + 4)]
    inode = (outs[-1] / small.name).stat().st_ino
    moments = [share(total * number / SHARES) for number in range(SHARES)]
    moments += [is_locked, temporary(0), temporary(1), replaced(small, inode)]
    for moment, out in zip(moments, outs, strict=True):
        process = merging(small, small.after, out)
        until(moment, process, out)
        process.kill()
        process.wait()
        small.whole(out)
        assert all(n in small.names or n.startswith(".xlreport-") for n in names(out))
    assert digests(small.after) == before


def test_same_inputs_same_bytes(statutory: Merges, tmp_path: Path) -> None:
    """Other order of creation, other time stamps, another folder, hash seed, zone, language, workers."""
    settings = (("0", "UTC", "C"), ("1", "Asia/Shanghai", "zh_CN.UTF-8"))
    for i, (seed, zone, language) in enumerate(settings):
        folder = tmp_path / f"in{i}"
        folder.mkdir()
        for path in sorted(statutory.before.iterdir(), reverse=bool(i)):
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
        words = [sys.executable, "-m", "xlreport", *statutory.arguments(folder, out)]
        subprocess.run(words, env=environment, check=True, capture_output=True)
        assert {path.name: path.read_bytes() for path in out.iterdir()} == statutory.first


# --- two at once ---


@needs_fork
def test_pairs_of_merges_at_once(small: Merges, tmp_path: Path) -> None:
    """The second begins when the first has made one step, two, three … and all."""
    for number in itertools.count(1):
        out = tmp_path / str(number)
        with Fork(command(*small.arguments(small.before, out))) as first:
            begun = first.until(lambda f=first, n=number: f.steps.made >= n)  # type: ignore[misc]
            with Fork(command(*small.arguments(small.after, out))) as second:
                ended = [fork.wait().code for fork in (second, first)]
        assert ended == [0, 0]
        assert small.of_one_merge(out)
        if not begun:
            break
    assert number > 8


def test_two_commands_at_once(small: Merges, tmp_path: Path) -> None:
    pair = [merging(small, folder, tmp_path) for folder in (small.before, small.after)]
    assert [process.wait() for process in pair] == [0, 0]
    assert small.of_one_merge(tmp_path)


@needs_fork
def test_a_lock_that_is_held_is_told_and_that_of_a_dead_process_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.atomic.PATIENCE", 0.3)
    mark = tmp_path / "held"

    def hold() -> int:
        with locked(tmp_path):
            mark.touch()
            signal.pause()
        return 0

    with Fork(hold) as holder:
        assert holder.until(mark.exists)
        told = f"另一个 xlreport（进程号 {holder.pid}）正在写"
        with pytest.raises(Busy, match=told), locked(tmp_path):
            pass
        os.kill(holder.pid, signal.SIGKILL)
        assert holder.wait().code == -signal.SIGKILL
    assert (tmp_path / LOCK_NAME).exists()
    with locked(tmp_path):
        pass
    assert not (tmp_path / LOCK_NAME).exists()


# --- what is left in a folder ---


def test_litter_in_the_folder_of_inputs_is_never_read(
    statutory: Merges, tmp_path: Path, zfxxgk: Form
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for path in statutory.before.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    extra = book_of(Unit("另一镇", "9977"))
    (folder / ".xlreport-abc.tmp").write_bytes(extra)
    (folder / LOCK_NAME).write_bytes(b"1")
    result = merge_and_write(folder, out=tmp_path / "out", county=COUNTY)
    assert {f.path: f.outcome.value for f in result.files} == {
        **{f"{i}.xlsx": "accepted" for i in range(3)},
        ".xlreport-abc.tmp": "ignored",
        LOCK_NAME: "ignored",
    }


def test_writing_into_the_folder_of_inputs_leaves_the_next_merge_right(
    statutory: Merges, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for path in statutory.before.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    first = merge_and_write(folder, out=folder, county=COUNTY)
    second = merge_and_write(folder, out=folder, county=COUNTY)
    assert first.totals == second.totals
    outcomes = {f.path: f.outcome.value for f in second.files}
    assert {outcomes[name] for name in statutory.names} == {"ignored"}


def test_the_order_of_durability(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """write → fsync(file) → rename → fsync(folder)."""
    trace = []

    def traced(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(*args: object, **kwargs: object) -> None:
            trace.append(name)
            real(*args, **kwargs)

        return call

    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, traced(name, getattr(os, name)))
    write_atomically(tmp_path / "x", b"1")
    assert trace in (["fsync", "replace", "fsync"], ["fsync", "fsync"])
    assert (tmp_path / "x").read_bytes() == b"1"
