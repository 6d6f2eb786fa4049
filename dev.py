"""Sets everything up on a fresh machine and runs it; needs nothing but Python 3.11 or newer.

python dev.py demo      the main job on the samples
python dev.py test      linter, types, and all tests that need no other program
python dev.py oracle    the tests in which LibreOffice recalculates our workbooks
python dev.py bench     the figures of the README
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")


def run(*command: str | Path, accept: tuple[int, ...] = (0,)) -> None:
    """Runs a command of the virtual environment; stops with its exit code when it fails."""
    code = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    if code not in accept:
        sys.exit(code or 1)


def set_up(extra: str) -> None:
    """Makes the virtual environment and installs the package from this checkout."""
    if sys.version_info < (3, 11):  # noqa: UP036 (runs before the package is installed)
        sys.exit("xlreport needs Python 3.11 or newer.")
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
    set_up("[dev]")
    run(python(), "-m", "ruff", "check")
    run(python(), "-m", "ruff", "format", "--check")
    run(python(), "-m", "mypy")
    run(python(), "-m", "pytest", "-m", "not oracle", "-n", "auto")


def oracle() -> None:
    set_up("[dev]")
    run(python(), "-m", "pytest", "-m", "oracle", "-n", "auto")


def bench() -> None:
    set_up("[dev]")
    run(python(), "benchmarks/reading.py")
    run(python(), "benchmarks/mailing.py")


if __name__ == "__main__":
    tasks = {"demo": demo, "test": test, "oracle": oracle, "bench": bench}
    if len(sys.argv) != 2 or sys.argv[1] not in tasks:
        sys.exit(__doc__)
    tasks[sys.argv[1]]()
