"""Which lines of the package the tests reach.

With `XLREPORT_COVERAGE=FOLDER` each test process, and each fork that is not killed, writes what it has
reached into that folder; `python tests/support/measured.py FOLDER` makes coverage.py's data of it, which
`coverage report` holds against `fail_under` in pyproject.toml. SlipCover measures, because its probes take themselves out
once they were reached: on Python 3.11 coverage.py would double the time. Workers, being interpreters of
their own, are not measured.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

VARIABLE = "XLREPORT_COVERAGE"
ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "xlreport"


class Measurement:
    """The lines reached in this process since it was started or forked."""

    def __init__(self, folder: Path) -> None:
        import slipcover

        self._folder = folder
        self._lines: Any = slipcover.Slipcover(immediate=True)
        wanted = slipcover.FileMatcher(sources=[PACKAGE])
        slipcover.ImportManager(self._lines, wanted).__enter__()
        os.register_at_fork(after_in_child=self._lines.signal_child_process)

    def save(self) -> None:
        """Writes the lines of this process."""
        reached = {file: sorted(lines) for file, lines in self._lines.newly_seen.items()}
        if reached:
            path = self._folder / f"{os.getpid()}-{time.time_ns()}.part"
            path.write_text(json.dumps(reached), "utf-8")
            # a fork may be killed while it writes: half a file never counts
            path.rename(path.with_suffix(".json"))


def start() -> Measurement | None:
    """Begins to measure if that is asked for; what was imported before is not measured."""
    folder = os.environ.get(VARIABLE)
    return Measurement(Path(folder)) if folder else None


MEASUREMENT = start()


def save() -> None:
    """Writes what this process has reached, if that is asked for."""
    if MEASUREMENT is not None:
        MEASUREMENT.save()


def reached_in(folder: Path) -> dict[str, set[int]]:
    """The lines that some process has reached, by file."""
    reached: dict[str, set[int]] = defaultdict(set)
    for path in sorted(folder.glob("*.json")):
        for file, lines in json.loads(path.read_text("utf-8")).items():
            reached[file].update(lines)
    return reached


def as_coverage(folder: Path) -> None:
    """Writes coverage.py's data of all processes; modules that none has imported count too."""
    import coverage

    data = coverage.CoverageData()
    data.erase()
    data.add_lines(reached_in(folder))
    data.touch_files([str(path) for path in PACKAGE.rglob("*.py")])
    data.write()


if __name__ == "__main__":
    as_coverage(Path(sys.argv[1]))
