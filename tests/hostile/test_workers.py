"""Workers that abort, loop, eat memory, raise or end without a word cost one file, whichever it is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import psutil
import pytest

from hostile.scene import COUNTY, base
from support.merges import merge_and_write
from xlreport import Form, Limits, ReadOptions, Unit, write_workbook
from xlreport.merging.result import MergeResult
from xlreport.workers import Lost, WorkerPool

pytestmark = pytest.mark.isolated

FILES = 4
SECONDS = 4.0
"""For those that never end; the others get the default."""

FAULTS = {
    "aborts": ("import os; os.abort()", "读取时进程异常退出；其他文件不受影响"),
    "loops": ("while True: pass", "读取超过了 4 秒，已停止；其他文件不受影响"),
    "sleeps": ("import time; time.sleep(1000)", "读取超过了 4 秒，已停止；其他文件不受影响"),
    "eats memory": (
        "x = []\nwhile True: x.append(bytearray(10**7))",
        "读取要用的内存超过了 1,000,000,000 字节，已停止；其他文件不受影响",
    ),
    "raises what is no Exception": (
        "class Panic(BaseException): pass\nraise Panic",
        "读取时程序出错（Panic）；其他文件不受影响",
    ),
    "ends without a word": ("import os; os._exit(0)", "读取时进程异常退出；其他文件不受影响"),
    "is killed": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "读取时进程异常退出；其他文件不受影响",
    ),
    "writes to the protocol's streams": (
        "import os; os.write(1, b'x' * 99); print('y'); raise SystemExit",
        "读取时程序出错（SystemExit）；其他文件不受影响",
    ),
}


class Sabotaged(WorkerPool):
    """Workers of which the k-th call runs something else."""

    def __init__(self, k: int, program: str, limits: Limits) -> None:
        super().__init__(2, limits.seconds, limits.memory)
        self.left = k
        self.program = program

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.left -= 1
        if self.left == -1:
            return super().submit(exec, self.program, {})
        return super().submit(fn, *args, **kwargs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, zfxxgk: Form) -> Path:
    folder = tmp_path_factory.mktemp("towns")
    for i in range(FILES):
        unit = Unit(f"第{i}镇", f"99{i:04}", "乡镇")
        (folder / f"{i}.xlsx").write_bytes(write_workbook(base(zfxxgk, unit), zfxxgk))
    return folder


def children() -> list[psutil.Process]:
    return [
        p
        for p in psutil.Process().children(recursive=True)
        if "xlreport.workers" in " ".join(p.cmdline())
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lost_worker_costs_its_one_file(fault: str, folder: Path, tmp_path: Path) -> None:
    program, words = FAULTS[fault]
    limits = Limits(seconds=SECONDS) if fault in ("loops", "sleeps") else Limits()
    for k in range(FILES):
        with Sabotaged(k, program, limits) as pool:
            options = ReadOptions(executor=pool, limits=limits)
            result = merge_and_write(folder, out=tmp_path, county=COUNTY, reading=options)
        assert [f.path for f in result.files] == [f"{i}.xlsx" for i in range(FILES)]
        outcomes = [f.outcome.value for f in result.files]
        assert outcomes == ["rejected" if i == k else "accepted" for i in range(FILES)]
        (finding,) = result.files[k].findings
        assert (finding.code, finding.message) == ("R26", words)
        assert result.totals["disclosure.licences.decisions"] == 135 * (FILES - 1)
        assert children() == [], "no orphan process"


def test_all_calls_may_fail_and_the_pool_still_ends() -> None:
    with WorkerPool(2, 5, 10**9) as pool:
        futures = [pool.submit(os.abort) for _ in range(5)]
        assert [type(f.exception()) for f in futures] == [Lost] * 5
        assert pool.submit(len, "abc").result() == 3, "a new worker takes the place of a dead one"
    assert children() == []


def test_a_worker_that_died_once_is_tried_again(tmp_path: Path) -> None:
    """The cause may have come from outside: what succeeds the second time is taken."""
    mark = tmp_path / "mark"
    program = f"import os\nif not os.path.exists({str(mark)!r}):\n open({str(mark)!r}, 'w').close()\n os._exit(1)"
    with WorkerPool(1, 10, 10**9) as pool:
        assert pool.submit(exec, program, {}).result() is None


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Also one that is in the middle of an endless loop."""
    program = (
        "from xlreport.workers import Isolated\nimport sys, time\n"
        "pool = Isolated(2, 600, 10**9)\n"
        "for _ in range(2): pool.submit(exec, 'while True: pass', {})\n"
        "time.sleep(1.5)\nprint('ready', flush=True)\ntime.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    workers = psutil.Process(parent.pid).children(recursive=True)
    assert len(workers) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(workers, timeout=10)
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


def test_the_time_limit_of_a_call_does_not_count_the_queue() -> None:
    with WorkerPool(1, 1.5, 10**9) as pool:
        futures = [pool.submit(time.sleep, 0.6) for _ in range(5)]
        assert [f.exception() for f in futures] == [None] * 5
