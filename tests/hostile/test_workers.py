"""Workers that abort, loop, eat memory, raise or end without a word cost one file, whichever it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import psutil
import pytest

from hostile.scene import COUNTY, book_of
from support.faults import Fork, needs_fork
from support.merges import merge_and_write
from xlreport import Form, Limits, MergeRequest, ReadOptions, Unit, merge_folder
from xlreport.merging.result import MergeResult
from xlreport.workers import Lost, WorkerPool

pytestmark = pytest.mark.isolated

FILES = 2
LIMITS = Limits(seconds=600)
"""Time that only a call needs that never ends."""

BRIEF = 0.5
"""The limit of the calls that never end."""

FAULTS = {
    "aborts": ("import os; os.abort()", "读取时程序意外中断；其他文件不受影响"),
    "loops": ("while True: pass", "读取超过了 600 秒，已停止；其他文件不受影响"),
    "sleeps": ("import time; time.sleep(1000)", "读取超过了 600 秒，已停止；其他文件不受影响"),
    "eats memory": (
        "x = []\nwhile True: x.append(bytearray(10**8))",
        "读取要用的内存超过了 1,000,000,000 字节，已停止；其他文件不受影响",
    ),
    "raises what is no Exception": (
        "class Panic(BaseException): pass\nraise Panic",
        "读取时程序出错（Panic）；其他文件不受影响",
    ),
    "ends without a word": ("import os; os._exit(0)", "读取时程序意外中断；其他文件不受影响"),
    "is killed": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "读取时程序意外中断；其他文件不受影响",
    ),
    "writes to the protocol's streams": (
        "import os; os.write(1, b'x' * 99); print('y'); raise SystemExit",
        "读取时程序出错（SystemExit）；其他文件不受影响",
    ),
}
ENDLESS = ("loops", "sleeps")


class Sabotaged(WorkerPool):
    """Workers of which one call runs something else: the one of number `left`, counted from 0."""

    def __init__(self, program: str, seconds: float) -> None:
        super().__init__(2, LIMITS.seconds, LIMITS.memory)
        self.left = -1
        self.program = program
        self.brief = seconds

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The call, or the other one, which has a limit of its own."""
        self.left -= 1
        if self.left != -1:
            return super().submit(fn, *args, **kwargs)
        self.seconds = self.brief
        future = super().submit(exec, self.program, {})
        self.seconds = LIMITS.seconds
        return future


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, zfxxgk: Form) -> Path:
    folder = tmp_path_factory.mktemp("towns")
    for i in range(FILES):
        unit = Unit(f"第{i}镇", f"99{i:04}", "乡镇")
        (folder / f"{i}.xlsx").write_bytes(book_of(unit))
    return folder


def children(pid: int | None = None) -> list[psutil.Process]:
    """The workers of a process, of this one unless told otherwise."""
    return [
        p
        for p in psutil.Process(pid).children(recursive=True)
        if "xlreport.worker " in " ".join(p.cmdline())
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lost_worker_costs_its_one_file(fault: str, folder: Path) -> None:
    program, words = FAULTS[fault]
    with Sabotaged(program, BRIEF if fault in ENDLESS else LIMITS.seconds) as pool:
        reading = ReadOptions(executor=pool, limits=LIMITS)
        for k in range(FILES):
            pool.left = k
            result = merge_folder(MergeRequest(folder, county=COUNTY, reading=reading))
            assert [f.path for f in result.files] == [f"{i}.xlsx" for i in range(FILES)]
            outcomes = [f.outcome.value for f in result.files]
            assert outcomes == ["rejected" if i == k else "accepted" for i in range(FILES)]
            (finding,) = result.files[k].findings
            assert (finding.code, finding.message) == ("R26", words)
            assert result.totals["disclosure.licences.decisions"] == 135 * (FILES - 1)
    assert children() == [], "no orphan process"


def test_all_calls_may_fail_and_the_pool_still_ends() -> None:
    with WorkerPool(2, LIMITS.seconds, 10**9) as pool:
        futures = [pool.submit(os.abort) for _ in range(3)]
        assert [type(f.exception()) for f in futures] == [Lost] * 3
        assert pool.submit(len, "abc").result() == 3, "a new worker takes the place of a dead one"
    assert children() == []


def test_a_worker_that_died_once_is_tried_again(tmp_path: Path) -> None:
    """The cause may have come from outside: what succeeds the second time is taken."""
    mark = tmp_path / "mark"
    program = f"import os\nif not os.path.exists({str(mark)!r}):\n open({str(mark)!r}, 'w').close()\n os._exit(1)"
    with WorkerPool(1, LIMITS.seconds, 10**9) as pool:
        assert pool.submit(exec, program, {}).result() is None


@needs_fork
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Also one that is in the middle of an endless loop."""
    marks = [tmp_path / "0", tmp_path / "1"]

    def parent() -> int:
        pool = WorkerPool(2, LIMITS.seconds, 10**9)
        loops = [f"open({str(mark)!r}, 'w').close()\nwhile True: pass" for mark in marks]
        for future in [pool.submit(exec, loop, {}) for loop in loops]:
            future.result()
        return 0

    with Fork(parent) as fork:
        assert fork.until(lambda: all(mark.exists() for mark in marks))
        workers = children(fork.pid)
        assert len(workers) == 2
        os.kill(fork.pid, signal.SIGKILL)
        fork.wait()
    _, alive = psutil.wait_procs(workers, timeout=LIMITS.seconds)
    assert alive == []


def test_nothing_is_imported_from_the_folder_that_is_merged(folder: Path, tmp_path: Path) -> None:
    """A file named like a module must never run."""
    trap = tmp_path / "towns"
    trap.mkdir()
    for path in folder.iterdir():
        (trap / path.name).write_bytes(path.read_bytes())
    for name in ("numpy.py", "xlreport.py", "resource.py", "signal.py", "pickle.py"):
        (trap / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    command = [
        sys.executable,
        "-P",
        "-m",
        "xlreport",
        "merge",
        ".",
        "--out",
        str(tmp_path / "out"),
        "--json",
    ]
    done = subprocess.run(command, cwd=trap, capture_output=True, check=False)
    assert done.returncode == 0 or b"R1" in done.stdout
    assert not (tmp_path / "ran").exists()


def test_workers_and_this_process_give_the_same_result(folder: Path, tmp_path: Path) -> None:
    def merged(workers: int) -> tuple[MergeResult, bytes]:
        result = merge_and_write(
            folder, out=tmp_path / str(workers), county=COUNTY, reading=ReadOptions(workers=workers)
        )
        return result, Path(result.outputs[0]).read_bytes()

    alone, one, four = merged(0), merged(1), merged(4)
    assert alone[1] == one[1] == four[1]
    assert alone[0].totals == one[0].totals == four[0].totals
