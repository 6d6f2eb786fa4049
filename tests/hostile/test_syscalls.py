"""The kill test once more, at the system calls themselves: strace kills the merge at the first, second,
third … and last call of each kind that changes the disk.

Beside test_kill.py, which kills in Python and needs no tracer; here nothing is patched. strace is
attached to a fork that waits for it, so that no interpreter starts under it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from hostile.merges import Merges, names, small_merges
from support.faults import Command, Fork, command, needs_fork

CALLS = (
    "write",
    "pwrite64",
    "ftruncate",
    "fsync",
    "fdatasync",
    "chmod",
    "fchmod",
    "mkdir",
    "mkdirat",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
)


def traced(merge: Command, *options: str) -> int:
    """Runs a command in a fork under strace; its exit code."""
    with Fork(merge, held=True) as fork:
        assert fork.until(lambda: fork.steps.made > 0)
        words = ["strace", "-f", *options, "-p", str(fork.pid)]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            attached = tracer.stderr.readline()
            assert "attached" in attached, attached
            fork.release()
            code = fork.wait().code
            tracer.communicate()
    return code


@cache
def why_not() -> str:
    """Why strace cannot be used here; empty when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed; test_kill.py kills at the same steps from within"
    try:
        code = traced(lambda: os.write(2, b"x"), "-e", "inject=write:signal=KILL:when=1")
    except AssertionError as error:
        return f"strace may not trace here (ptrace is forbidden): {error}"
    return "" if code == -signal.SIGKILL else "strace kills nobody"


@pytest.fixture(scope="module")
def merges(tmp_path_factory: pytest.TempPathFactory) -> Merges:
    """A town, and the same with another one."""
    return small_merges(tmp_path_factory.mktemp("towns"))


@needs_fork
def test_killed_at_every_system_call_that_writes(merges: Merges, tmp_path: Path) -> None:
    if why_not():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why_not())
    listing = tmp_path / "calls"
    out = merges.prepared(tmp_path / "whole")
    merge = command(*merges.arguments(merges.after, out))
    assert traced(merge, "-o", str(listing), "-e", f"trace={','.join(CALLS)}") == 0
    assert merges.whole(out)
    lines = listing.read_text("utf-8", "replace")
    counted = Counter(re.findall(r"^(?:\d+ +)?(\w+)\(", lines, re.MULTILINE))
    assert {"write", "fsync"} <= set(counted) <= set(CALLS)
    assert {"rename", "renameat", "renameat2"} & set(counted)
    happened = []
    for call, count in counted.items():
        for number in range(1, count + 1):
            out = merges.prepared(tmp_path / f"{call}{number}")
            merge = command(*merges.arguments(merges.after, out))
            inject = f"inject={call}:signal=KILL:when={number}"
            assert traced(merge, "-o", os.devnull, "-e", inject) == -signal.SIGKILL
            happened.append(merges.whole(out))
            assert all(n in merges.names or n.startswith(".xlreport-") for n in names(out))
    assert len(happened) >= 8
    assert {True, False} == set(happened), "some kills leave the old summary, some the new one"
