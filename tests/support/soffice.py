"""LibreOffice as an oracle: recalculates workbooks from nothing, whatever results are cached in them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from filelock import FileLock

from support.formula_cells import without_results

_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""


def require_soffice() -> str:
    """The program; without it a skip on a user's machine and a failure in CI."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is missing in CI: the oracle did not run")
        pytest.skip("LibreOffice is not installed; the oracle did not run")
    return program


def recalculate(folder: Path, books: dict[str, bytes]) -> dict[str, Path]:
    """Lets LibreOffice open, recalculate and save each workbook; returns the results by name."""
    program = require_soffice()
    profile, source, out = folder / "profile", folder / "in", folder / "out"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_RECALCULATE, "utf-8")
    source.mkdir()
    for name, data in books.items():
        (source / f"{name}.xlsx").write_bytes(without_results(data))
    files = [str(path) for path in sorted(source.iterdir())]
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    for start in range(0, len(files), 50):
        run = [*command, "--outdir", str(out), *files[start : start + 50]]
        subprocess.run(run, check=True, capture_output=True, timeout=900)
    return {name: out / f"{name}.xlsx" for name in books}


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that one test process makes for all of them (pytest-xdist starts several)."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, done = root / name, root / f"{name}.done"
    with FileLock(root / f"{name}.lock"):
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def convert(folder: Path, files: Sequence[Path], extension: str) -> list[Path]:
    """Lets LibreOffice save workbooks in another format, as a town would; returns the new files in order."""
    program = require_soffice()
    out = folder / extension
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    run = [*command, "--convert-to", extension, "--outdir", str(out), *map(str, files)]
    subprocess.run(run, check=True, capture_output=True, timeout=900)
    return [out / f"{path.stem}.{extension}" for path in files]
