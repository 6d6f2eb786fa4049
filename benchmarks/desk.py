"""How soon the desk's pages are there with the 200 units of a large county, wall time in this process.

Each page beside the same page of a desk with ten units (what grows with the county would show), and
beside working the state out anew as `xlreport status` does, which pages only do when something has
changed. `a file more` is the time from a file that is dropped to its verdict."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from measuring import Spread, Table, main
from workbooks import COUNTY, FORM, YEAR, filled, roster_lines, unit
from xlreport import init_campaign, read_campaign
from xlreport.campaign.campaign import DEFAULT_OPTIONS
from xlreport.campaign.status import status
from xlreport.desk.app import create_app
from xlreport.desk.desk import Desk
from xlreport.desk.security import TOKEN_HEADER, Guard

FEW, MANY = 10, 200
ROUNDS = 9
LONG = 600.0
HEAD = ("", f"ms, {FEW} units", f"ms, {MANY} units", "× status anew")

ANEW = "status anew (no page)"
MORE = "a file more, until its verdict"
ONE = f"/unit/{unit(3).code}"
PAGES = ("/", "/?q=镇&state=accepted", "/state.json", ONE, "/roster", "/office", "/log")


class Clerk:
    """A desk with a county whose units have all sent a report, and a browser in it."""

    def __init__(self, folder: Path, units: int) -> None:
        self.folder = folder / "campaign"
        roster = folder / "roster.csv"
        roster.write_text("\n".join(roster_lines(range(units))), "utf-8")
        init_campaign(self.folder, FORM.id, YEAR, COUNTY.name, roster=roster)
        for number in range(units - 1):
            path = self.folder / "inbox" / f"{unit(number).code}.xlsx"
            path.write_bytes(filled(number))
        self.missing = units - 1
        guard = Guard(1)
        self.desk = Desk(folder, guard, DEFAULT_OPTIONS)
        self.desk.open(self.folder)
        self.client: FlaskClient = create_app(self.desk).test_client()
        self.headers = {"Host": guard.host, "Origin": guard.origin, TOKEN_HEADER: guard.form}
        self.client.get(f"/enter?token={guard.entry}", headers=self.headers)
        self.read()

    def read(self) -> None:
        """Until everything is read."""
        opened = self.desk.collection
        if opened is None or not opened.look(LONG).is_fresh:
            raise RuntimeError("the desk could not read its campaign")

    def get(self, address: str) -> None:
        answer = self.client.get(address, headers=self.headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        answer.close()

    def drop(self) -> None:
        """One file more, until the state with it is known."""
        data = {"path": f"{time.monotonic_ns()}.xlsx"}
        book = (io.BytesIO(filled(self.missing)), "x.xlsx")
        self.client.post("/uploads", data={**data, "files": book}, headers=self.headers)
        self.read()

    def work_out(self) -> None:
        status(read_campaign(self.folder))


@contextmanager
def clerk(units: int) -> Iterator[Clerk]:
    with tempfile.TemporaryDirectory() as name:
        made = Clerk(Path(name), units)
        try:
            yield made
        finally:
            made.desk.close()


def milliseconds(task: Callable[[], object], rounds: int) -> list[float]:
    """The wall time of each round, after one that is not counted."""
    task()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        task()
        times.append(1000 * (time.perf_counter() - start))
    return times


def tasks(county: Clerk) -> dict[str, Callable[[], object]]:
    """What is measured, by its name in the table."""
    pages = {page: _asking(county, page) for page in PAGES}
    return {**pages, MORE: county.drop, ANEW: county.work_out}


def _asking(county: Clerk, page: str) -> Callable[[], object]:
    return lambda: county.get(page)


def measured(units: int, rounds: int) -> dict[str, list[float]]:
    with clerk(units) as county:
        return {name: milliseconds(task, rounds) for name, task in tasks(county).items()}


def measure(large: bool) -> list[Table]:
    rounds = 3 * ROUNDS if large else ROUNDS
    few, many = measured(FEW, rounds), measured(MANY, rounds)
    rows = []
    for name, times in many.items():
        ratios = [anew / own for anew, own in zip(many[ANEW], times, strict=True)]
        rows.append((name, Spread.of(few[name]), Spread.of(times), Spread.of(ratios)))
    return [Table("pages", HEAD, rows)]


if __name__ == "__main__":
    main(measure)
