"""How soon the desk's pages are there with the 200 units of a large county, wall time in this process.

Each page beside the same page of a desk with ten units (what grows with the county would show), and
beside working the state out anew as `xlreport status` does, which pages only do when something has
changed. The first page is that of a desk that was opened a moment ago and has read nothing; `a file
more` is the time from a file that is dropped to its verdict. A page that took a second or longer
ends the benchmark with an error: that is what the desk promises."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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
PROMISED = 1000.0
"""Milliseconds within which every page is there."""

HEAD = ("", f"wall ms, {FEW} units", f"wall ms, {MANY} units", "× status anew")

ANEW = "status anew (no page)"
MORE = "a file more, until its verdict"
FIRST = "the first page, nothing read yet"
PAGES = {
    "the collection": "/",
    "the collection, searched": "/?q=镇&state=accepted",
    "has anything changed": "/state.json",
    "a unit with its form": f"/unit/{unit(3).code}",
    "the roster": "/roster",
    "letters and publishing": "/office",
    "the log": "/log",
}


class Browser:
    """A run of the desk, and a browser in it that is let in."""

    def __init__(self, folder: Path) -> None:
        guard = Guard(1)
        self.desk = Desk(folder.parent, guard, DEFAULT_OPTIONS)
        self.desk.open(folder)
        self._client = create_app(self.desk).test_client()
        self._headers = {"Host": guard.host, "Origin": guard.origin, TOKEN_HEADER: guard.form}
        self._client.get(f"/enter?token={guard.entry}", headers=self._headers)

    def get(self, address: str) -> None:
        answer = self._client.get(address, headers=self._headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        answer.close()

    def drop(self, book: bytes) -> None:
        """One file more, until the state with it is known."""
        data = {"path": f"{time.monotonic_ns()}.xlsx", "files": (io.BytesIO(book), "x.xlsx")}
        self._client.post("/uploads", data=data, headers=self._headers)
        self.read()

    def read(self) -> None:
        """Until everything is read."""
        opened = self.desk.collection
        if opened is None or not opened.look(LONG).is_fresh:
            raise RuntimeError("the desk could not read its campaign")


@contextmanager
def county(units: int) -> Iterator[Path]:
    """A campaign whose units, but the last, have sent their reports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "campaign")
        roster = Path(name, "roster.csv")
        roster.write_text("\n".join(roster_lines(range(units))), "utf-8")
        init_campaign(folder, FORM.id, YEAR, COUNTY.name, roster=roster)
        for number in range(units - 1):
            (folder / "inbox" / f"{unit(number).code}.xlsx").write_bytes(filled(number))
        yield folder


def milliseconds(task: Callable[[], object], rounds: int) -> list[float]:
    """The wall time of each round, after one that is not counted."""
    task()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        task()
        times.append(1000 * (time.perf_counter() - start))
    return times


def first_pages(folder: Path, rounds: int) -> list[float]:
    """The wall time of the page that a clerk sees first, each in a run of its own."""
    times = []
    for _ in range(rounds):
        browser = Browser(folder)
        start = time.perf_counter()
        browser.get("/")
        times.append(1000 * (time.perf_counter() - start))
        browser.desk.close()
    return times


def tasks(browser: Browser, folder: Path, missing: int) -> dict[str, Callable[[], object]]:
    """What is measured with everything read, by its name in the table."""
    pages = {name: _asking(browser, page) for name, page in PAGES.items()}
    more = {
        MORE: lambda: browser.drop(filled(missing)),
        ANEW: lambda: status(read_campaign(folder)),
    }
    return {**pages, **more}


def _asking(browser: Browser, page: str) -> Callable[[], object]:
    return lambda: browser.get(page)


def measured(units: int, rounds: int) -> dict[str, list[float]]:
    """The wall times by name. Raises RuntimeError when a page took longer than is promised."""
    with county(units) as folder:
        times = {FIRST: first_pages(folder, rounds)}
        browser = Browser(folder)
        browser.read()
        for name, task in tasks(browser, folder, units - 1).items():
            times[name] = milliseconds(task, rounds)
        browser.desk.close()
    for name in (FIRST, *PAGES):
        if max(times[name]) >= PROMISED:
            raise RuntimeError(f"{name}: {max(times[name]):.0f} ms with {units} units")
    return times


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
