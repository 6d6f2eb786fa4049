"""The kill test once more, at the system calls themselves: strace kills the merge at the first, second,
third … call of each kind that changes the disk, until a run survives.

Beside test_kill.py, which kills in Python and needs no tracer; here nothing is patched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from hostile.scene import COUNTY, base
from hostile.test_kill import NAME, prepared, state, whole
from xlreport import Form, Unit, merge_folder, write_workbook

CALLS = ("write", "pwrite64", "ftruncate", "fsync", "fdatasync", "chmod", "fchmod", "mkdir", "unlink", "unlinkat")
CALLS += ("rename", "renameat", "renameat2")

PROGRAM = (
    "import sys, xlreport.pipeline as p; p.WORKERS = 0; from xlreport.cli import main; sys.exit(main(sys.argv[1:]))"
)


@cache
def why_not() -> str:
    """Why strace cannot be used here; empty when it can."""
    program = shutil.which("strace")
    if program is None:
        return "strace is not installed; test_kill.py kills at the same steps from within"
    tried = subprocess.run(
        [program, "-f", "--seccomp-bpf", "-e", "inject=write:signal=KILL:when=1", sys.executable, "-c", "print(1)"],
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
            (folder / f"{i}.xlsx").write_bytes(write_workbook(base(zfxxgk, Unit(f"第{i}镇", f"99{i}")), zfxxgk))
        made.append(folder)
    return made[0], made[1]


def killed(call: str, number: int, folder: Path, out: Path) -> bool:
    """Merges under strace; whether the run was killed at its N-th such call."""
    command = ["strace", "-f", "--seccomp-bpf", "-o", os.devnull, "-e", f"inject={call}:signal=KILL:when={number}"]
    command += [sys.executable, "-c", PROGRAM, "merge", str(folder), "--out", str(out), "--county", COUNTY.name]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": ""}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode in (0, -9), done.stderr
    return done.returncode != 0


def test_killed_at_every_system_call_that_writes(folders: tuple[Path, Path], tmp_path: Path) -> None:
    if why_not():
        pytest.skip(why_not())
    results = [merge_folder(f, out=tmp_path / f"right{i}", county=Unit(COUNTY.name)) for i, f in enumerate(folders)]
    old, new = (Path(result.outputs[0]).read_bytes() for result in results)
    kills: dict[str, list[bool]] = {}
    for call in CALLS:
        while True:
            seen = kills.setdefault(call, [])
            out = prepared(tmp_path / f"{call}{len(seen)}", old)
            if not killed(call, len(seen) + 1, folders[1], out):
                assert whole(out, (old, new))
                assert set(state(out)) == {NAME}
                break
            seen.append(whole(out, (old, new)))
            assert all(name == NAME or name.startswith(".xlreport-") for name in state(out))
    happened = [new for seen in kills.values() for new in seen]
    assert len(happened) >= 8, kills
    assert {True, False} == set(happened), "some kills leave the old summary, some the new one"
    assert kills["fsync"]
    assert kills["write"]
    assert any(kills[call] for call in CALLS if call.startswith("rename"))
