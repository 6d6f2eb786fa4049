"""Changes the code of each package at one place at a time and runs the tests of that package: a change
that no test notices (a survivor) shows code that is not needed or a test that is missing.

python benchmarks/mutation.py [PACKAGE …]      all packages of PACKAGES, or some

mutmut (mutmut.readthedocs.io) makes the mutants and forks one process for each; it works in a copy of
the checkout under .mutants/PACKAGE, where `mutmut results` and `mutmut show` tell more. POSIX only.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".mutants"

PACKAGES = {
    "form": "form",
    "rules": "rules",
    "checking": "checking",
    "narrative": "narrative",
    "formats": "formats",
    "workbook/reader": "workbook",
    "merging": "merging",
    "campaign": "campaign",
    "mail": "mail",
}
"""The folder of tests for each package of code."""

COPIED = ("src", "tests", "samples", "benchmarks", "docs", "workbook_templates")
AIM = 90
"""Per cent of the mutants that the tests of the same package should kill."""


@dataclass(frozen=True)
class Score:
    """What became of the mutants of a package."""

    killed: int
    survived: int

    @property
    def share(self) -> float:
        """Per cent that were killed."""
        return 100.0 * self.killed / max(1, self.killed + self.survived)


def settings(package: str) -> str:
    """The settings of mutmut for one package, as a table of pyproject.toml."""
    also = ", ".join(f'"{name}"' for name in (*COPIED[2:], "README.md", "dev.py"))
    return f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/xlreport/{package}/*"]
also_copy = [{also}]
pytest_add_cli_args = ["-m", "not oracle and not post", "-p", "no:cacheprovider", "-x"]
pytest_add_cli_args_test_selection = ["tests/{PACKAGES[package]}"]
use_git_change_detection = false
"""


def prepared(package: str) -> Path:
    """A copy of the checkout that is set up for one package."""
    folder = WORK / package.replace("/", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        leave_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=leave_out)
    for path in (*ROOT.glob("*.md"), ROOT / "dev.py", ROOT / "LICENSE"):
        shutil.copy(path, folder)
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    (folder / "pyproject.toml").write_text(project + settings(package), "utf-8")
    return folder


def scored(package: str) -> Score:
    """Runs the mutants of a package."""
    folder = prepared(package)
    mutmut = (sys.executable, "-m", "mutmut")
    with (folder / "log.txt").open("w") as log:
        subprocess.run([*mutmut, "run"], cwd=folder, stdout=log, stderr=log, check=True)
        export = [*mutmut, "export-cicd-stats"]
        subprocess.run(export, cwd=folder, stdout=log, stderr=log, check=True)
    (path,) = folder.glob("mutants/*cicd-stats.json")
    counts = json.loads(path.read_text("utf-8"))
    killed = counts["killed"] + counts.get("timeout", 0) + counts.get("segfault", 0)
    return Score(killed, counts["survived"] + counts.get("no_tests", 0))


def main() -> None:
    """Prints one line a package, and where its survivors are told."""
    chosen = [name for name in sys.argv[1:] if not re.match("-", name)] or list(PACKAGES)
    print(f"{'package':16} {'killed':>7} {'survived':>9} {'share':>7}")
    for package in chosen:
        score = scored(package)
        note = "" if score.share >= AIM else f"below {AIM} %"
        print(
            f"{package:16} {score.killed:7} {score.survived:9} {score.share:6.1f}% {note}",
            flush=True,
        )
    print(f"survivors: cd {WORK.name}/PACKAGE; python -m mutmut results")


if __name__ == "__main__":
    main()
