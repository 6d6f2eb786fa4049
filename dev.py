"""Sets everything up on a fresh machine and runs it; needs nothing but Python 3.11 or newer.

python dev.py demo      the main job on the samples
python dev.py test      linter, types, and all tests that need no other program
python dev.py real      the files of real programs and offices, and the attacks: what differs
python dev.py oracle    LibreOffice recalculates our workbooks, Chromium opens the page
python dev.py windows   the program for Windows, a zip (--out FILE; --renew: the versions in it)
python dev.py wine      builds it and runs it under Wine
python dev.py bench     the figures of the README (about 7 minutes; --large: hours)
python dev.py nightly   many more random examples, and some mutants of each package (hours)
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")

PARALLEL = ("-n", "auto", "--dist", "worksteal", "--durations", "10")

MUTANTS = "200"
"""How many mutants a package `nightly` draws; every night others."""

times: list[tuple[str, float]] = []
"""The steps that were made, with the seconds that each took."""


def run(
    *command: str | Path, accept: tuple[int, ...] = (0,), variables: Mapping[str, str] | None = None
) -> None:
    """Runs a command of the virtual environment; stops with its exit code when it fails."""
    words = [str(part) for part in command]
    environment = {**os.environ, **(variables or {})}
    code = subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode
    if code not in accept:
        sys.exit(code or 1)


@contextmanager
def step(name: str) -> Iterator[None]:
    """A part of a task; how long it took is printed at the end of the task."""
    start = time.monotonic()
    yield
    times.append((name, time.monotonic() - start))


def set_up(extra: str) -> None:
    """Makes the virtual environment and installs the package from this checkout."""
    if sys.version_info < (3, 11):  # noqa: UP036 (runs before the package is installed)
        sys.exit("xlreport needs Python 3.11 or newer.")
    with step("setting up"):
        if not BIN.exists():
            venv.create(VENV, with_pip=True)
        pip = (python(), "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        run(*pip, "--editable", f".{extra}")


def python() -> Path:
    return BIN / ("python.exe" if os.name == "nt" else "python")


def demo() -> None:
    set_up("")
    xlreport = BIN / ("xlreport.exe" if os.name == "nt" else "xlreport")
    out = ROOT / "demo"
    roster = "samples/roster.csv"
    county = ("--roster", roster, "--previous", "samples/2024")
    run(xlreport, "template", "zfxxgk-2021", "--year", "2025", *county, "--out", out / "templates")
    # exit code 1: the samples hold two wrong reports, one half empty, and one unit is missing
    run(xlreport, "merge", "samples/2025", *county, "--out", out / "summary", accept=(1,))


def test() -> None:
    print("Linter, types and tests: about 9 minutes on two cores.", flush=True)
    set_up("[dev]")
    with step("linter"):
        run(python(), "-m", "ruff", "check")
        run(python(), "-m", "ruff", "format", "--check")
    with step("types"):
        run(python(), "-m", "mypy")
    tests_with_coverage("-m", "not oracle and not browser and not wine")


def tests_with_coverage(*arguments: str) -> None:
    """Runs tests; fails when they reach fewer lines than pyproject.toml wants."""
    with tempfile.TemporaryDirectory() as folder:
        measured = {"XLREPORT_COVERAGE": folder}
        with step("tests"):
            run(python(), "-m", "pytest", *arguments, *PARALLEL, variables=measured)
        with step("coverage"):
            run(python(), "tests/support/measured.py", folder)
            run(python(), "-m", "coverage", "report")


def real() -> None:
    print("Files of real programs and offices: what differs from what is right.", flush=True)
    set_up("[dev]")
    run(python(), "-m", "pytest", "tests/real", "--quiet", "--tb", "short", *PARALLEL)


def oracle() -> None:
    print("LibreOffice recalculates, Chromium opens the page: about 4 minutes.", flush=True)
    set_up("[dev]")
    with step("tests"):
        run(python(), "-m", "pytest", "-m", "oracle or browser", *PARALLEL)


def windows() -> None:
    set_up("")
    pip = (python(), "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--requirement", "windows/tools.txt")
    options = sys.argv[2:]
    with step("windows"):
        if options == ["--renew"]:
            run(python(), "windows/renew_lock.py")
        else:
            run(python(), "windows/windows_zip.py", *options)


def wine() -> None:
    print("The program for Windows under Wine: about 2 minutes.", flush=True)
    set_up("[dev]")
    with step("tests"):
        run(python(), "-m", "pytest", "tests/windows", "-m", "wine", "--durations", "10")


def bench() -> None:
    set_up("[dev,bench]")
    run(python(), "benchmarks/run.py", *sys.argv[2:])


def nightly() -> None:
    print("Random examples for about an hour, then mutants for about an hour.", flush=True)
    set_up("[dev]")
    tests_with_coverage("--hypothesis-profile", "nightly")
    with step("mutants"):
        run(python(), "benchmarks/mutation.py", "--sample", MUTANTS)


TASKS: dict[str, Callable[[], None]] = {
    "demo": demo,
    "test": test,
    "real": real,
    "oracle": oracle,
    "windows": windows,
    "wine": wine,
    "bench": bench,
    "nightly": nightly,
}

WITH_OPTIONS = ("bench", "windows")
"""The tasks that hand options on."""

if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    if wanted not in TASKS or (sys.argv[2:] and wanted not in WITH_OPTIONS):
        sys.exit(__doc__)
    TASKS[wanted]()
    print("; ".join(f"{name} {seconds:.0f} s" for name, seconds in times))
