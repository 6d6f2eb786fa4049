"""The program for Windows does under Wine what ours does here, byte for byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from support.wine import Done, Wine, on_windows

pytestmark = pytest.mark.wine

COUNTY = ("--roster", "samples/roster.csv", "--previous", "samples/2024")


def xlreport(wine: Wine, program: Path, *words: str, folder: Path = ROOT) -> Done:
    """A command as people type it."""
    return wine.run("cmd", "/c", "call", on_windows(program / "xlreport.cmd"), *words, folder=folder)


def here(*words: str, folder: Path = ROOT) -> tuple[int, str]:
    """The same command on this system: exit code and what it says."""
    command = [sys.executable, "-m", "xlreport", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode, done.stdout.decode()


def files_in(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_version(wine: Wine, program: Path) -> None:
    done = xlreport(wine, program, "--version")
    assert (done.code, done.out, done.err) == (0, "0.1.0\n", "")


def test_a_merge_of_the_samples_gives_the_same_files(
    wine: Wine, program: Path, tmp_path: Path
) -> None:
    """Three reports are wrong by purpose, so the exit code is 1; none is lost to a slow start."""
    there, ours = tmp_path / "windows", tmp_path / "linux"
    merge = ("merge", "samples/2025", *COUNTY)
    done = xlreport(wine, program, *merge, "--out", on_windows(there))
    code, said = here(*merge, "--out", str(ours))
    assert (done.code, code) == (1, 1)
    assert "收到 14 个文件：通过 10 个，退回 3 个，重复 1 个。" in done.out
    assert done.out.partition("\n汇总表：")[0] == said.partition("\n汇总表：")[0]
    assert files_in(there) == files_in(ours)


def test_templates_are_the_same_files(wine: Wine, program: Path, tmp_path: Path) -> None:
    there, ours = tmp_path / "windows", tmp_path / "linux"
    template = ("template", "zfxxgk-2021", "--year", "2025", *COUNTY)
    done = xlreport(wine, program, *template, "--out", on_windows(there))
    code, _ = here(*template, "--out", str(ours))
    assert (done.code, done.err, code) == (0, "", 0)
    assert files_in(there) == files_in(ours)
    assert len(files_in(there)) == 14


def test_check_says_the_same(wine: Wine, program: Path) -> None:
    check = ("check", "samples/2025", *COUNTY, "--json")
    done = xlreport(wine, program, *check)
    code, said = here(*check)
    assert done.code == code == 1
    assert json.loads(done.out.replace("\\\\", "/")) == json.loads(said)
