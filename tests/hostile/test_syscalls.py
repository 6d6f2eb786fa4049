"""The kill test once more, at the system calls themselves: strace kills the merge at the first, second,
third … and last call of each kind that changes the disk.

Beside test_kill.py, which kills in Python and needs no tracer; here nothing is patched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from hostile.scene import COUNTY, base
from hostile.test_kill import NAME, prepared, state, whole
from support.merges import merge_and_write
from xlreport import Form, Unit, write_workbook

CALLS = (
    "write",
    "pwrite64",
    "ftruncate",
    "fsync",
    "fdatasync",
    "chmod",
    "fchmod",
    "mkdir",
    "unlink",
    "unlinkat",
)
CALLS += ("rename", "renameat", "renameat2")

PROGRAM = "import sys, xlreport.merging.request as p; p.WORKERS = 0; from xlreport.cli.app import main; sys.exit(main(sys.argv[1:]))"


@cache
def why_not() -> str:
    """Why strace cannot be used here; empty when it can."""
    program = shutil.which("strace")
    if program is None:
        return "strace is not installed; test_kill.py kills at the same steps from within"
    tried = subprocess.run(
        [
            program,
            "-f",
            "--seccomp-bpf",
            "-e",
            "inject=write:signal=KILL:when=1",
            sys.executable,
            "-c",
            "print(1)",
        ],
        capture_output=True,
        check=False,
    )
    return "" if tried.returncode == -9 else "strace may not trace here (ptrace is forbidden)"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, zfxxgk: Form) -> tuple[Path, Path]:
    """A town, and the same with another one."""
    made = []
    for count in (1, 2):
        folder = tmp_path_factory.mktemp(f"towns{count}")
        for i in range(count):
            (folder / f"{i}.xlsx").write_bytes(
                write_workbook(base(zfxxgk, Unit(f"第{i}镇", f"99{i}")), zfxxgk)
            )
        made.append(folder)
    return made[0], made[1]


def traced(folder: Path, out: Path, *options: str) -> int:
    """Merges under strace; the exit code."""
    command = ["strace", "-f", "--seccomp-bpf", *options, sys.executable, "-c", PROGRAM]
    command += ["merge", str(folder), "--out", str(out), "--county", COUNTY.name]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def test_killed_at_every_system_call_that_writes(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    if why_not():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why_not())
    results = [
        merge_and_write(f, out=tmp_path / f"right{i}", county=Unit(COUNTY.name))
        for i, f in enumerate(folders)
    ]
    old, new = (Path(result.outputs[0]).read_bytes() for result in results)
    listing = tmp_path / "calls"
    out = prepared(tmp_path / "whole", old)
    assert traced(folders[1], out, "-o", str(listing), "-e", f"trace={','.join(CALLS)}") == 0
    assert whole(out, (old, new))
    counted = Counter(
        re.findall(r"^\d+ +(\w+)\(", listing.read_text("utf-8", "replace"), re.MULTILINE)
    )
    assert {"write", "fsync"} <= set(counted) <= set(CALLS)
    assert {"rename", "renameat", "renameat2"} & set(counted)
    happened = []
    for call, count in counted.items():
        for number in range(1, count + 1):
            out = prepared(tmp_path / f"{call}{number}", old)
            inject = f"inject={call}:signal=KILL:when={number}"
            assert traced(folders[1], out, "-o", os.devnull, "-e", inject) == -9
            happened.append(whole(out, (old, new)))
            assert all(name == NAME or name.startswith(".xlreport-") for name in state(out))
    assert len(happened) >= 8
    assert {True, False} == set(happened), "some kills leave the old summary, some the new one"
