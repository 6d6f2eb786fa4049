"""How soon the command line is there, and a small merge done: whole commands, wall time.

`xlreport --help` beside the import of typer, which draws it, and a merge of 20 workbooks, as many
as a small county has, beside the import of numpy."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measuring import Command, Commands, Table, in_turn, main
from workbooks import filled, roster_lines, unit

ROUNDS = 7
FILES = 20
HEAD = ("", "wall s", "CPU s", "peak MB", "× the wall time of the import")

HELP, TYPER = "xlreport --help", 'python -c "import typer"'
MERGE, NUMPY = f"xlreport merge of {FILES} workbooks", 'python -c "import numpy"'


def python(*words: str | Path) -> list[str | Path]:
    """A command of this interpreter."""
    return [sys.executable, *words]


def xlreport(*words: str | Path) -> list[str | Path]:
    """A command of the toolkit, as its entry point starts it."""
    return python("-c", "from xlreport.__main__ import entry_point; entry_point()", *words)


def county(folder: Path) -> Path:
    """A folder with the workbooks of a county and its roster; gives the roster."""
    (folder / "inbox").mkdir()
    for number in range(FILES):
        path = folder / "inbox" / f"{unit(number).code}.xlsx"
        path.write_bytes(filled(number))
    roster = folder / "roster.csv"
    roster.write_text("\n".join(roster_lines(range(FILES))), "utf-8")
    return roster


def merging(folder: Path) -> Command:
    """A merge of the county, into a new folder each time."""
    roster = county(folder)
    number = 0

    def words() -> list[str | Path]:
        nonlocal number
        number += 1
        out = folder / f"summary {number}"
        return xlreport("merge", folder / "inbox", "--roster", roster, "--out", out)

    return Command(words)


def measure(large: bool) -> list[Table]:
    rounds = 3 * ROUNDS if large else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        ran = in_turn(
            {
                TYPER: Command(lambda: python("-c", "import typer")),
                HELP: Command(lambda: xlreport("--help")),
                NUMPY: Command(lambda: python("-c", "import numpy")),
                MERGE: merging(Path(name)),
            },
            rounds,
        )
    return [table(ran)]


def table(ran: Commands) -> Table:
    """Each command beside the import that it is compared with."""
    pairs = ((TYPER, TYPER), (HELP, TYPER), (NUMPY, NUMPY), (MERGE, NUMPY))
    rows = [ran.row(command, standard) for command, standard in pairs]
    return Table("start", HEAD, rows)


if __name__ == "__main__":
    main(measure)
