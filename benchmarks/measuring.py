"""The frame of the benchmarks: pairs in one run, medians with their spread, tables as JSON.

A benchmark is a script of this folder that hands `main` a function; that function measures and
gives tables. `contest` lets several ways do the same work in turn (A B C, A B C, ...), each round
on items that none of them met before, and tells the CPU time of each and how many times as fast as
a baseline it was in the same round. `command_cost` measures a whole command with its children.

python benchmarks/NAME.py [--large] [--json FILE]
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = (
    "openpyxl",
    "pandas",
    "python-calamine",
    "XlsxWriter",
    "numpy",
    "deflate",
    "isal",
    "imap-tools",
)
"""Whose versions the machine line tells, when they are installed."""

LAUNCHER = Path(__file__).with_name("launching.py")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Spread:
    """A median with the smallest and the largest of the rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """The spread of at least one value."""
        ordered = sorted(values)
        return cls(statistics.median(ordered), ordered[0], ordered[-1])

    def __str__(self) -> str:
        if self.low == self.high:
            return rounded(self.median)
        return f"{rounded(self.median)} ({rounded(self.low)}–{rounded(self.high)})"


Cell = str | Spread


@dataclass(frozen=True)
class Table:
    """What was measured: a heading a column, a label and its cells a row."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def as_json(self) -> dict[str, Any]:
        """A document: a spread becomes a list of its three numbers."""
        rows = [[_plain(cell) for cell in row] for row in self.rows]
        return {"head": list(self.head), "rows": rows}

    @classmethod
    def from_json(cls, name: str, document: Mapping[str, Any]) -> Table:
        """The table of such a document."""
        rows = [[_cell(value) for value in row] for row in document["rows"]]
        return cls(name, document["head"], rows)


def _plain(cell: Cell) -> str | list[float]:
    if isinstance(cell, str):
        return cell
    return [cell.median, cell.low, cell.high]


def _cell(value: str | list[float]) -> Cell:
    if isinstance(value, str):
        return value
    return Spread(*value)


def rounded(value: float) -> str:
    """A number with three digits, and not fewer than all of those before the point."""
    if value == 0 or abs(value) >= 100:
        return str(round(value))
    before = math.floor(math.log10(abs(value))) + 1
    return f"{value:.{3 - before}f}"


def cpu_seconds() -> float:
    """The CPU time of this process and of those of its children that have ended."""
    times = os.times()
    children = times.children_user + times.children_system
    if sys.platform != "win32":
        import resource

        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        children = usage.ru_utime + usage.ru_stime
    return time.process_time() + children


def cpu_of(task: Callable[[], object]) -> float:
    """The CPU seconds that a task takes; what others left behind is cleared away before."""
    gc.collect()
    start = cpu_seconds()
    task()
    return cpu_seconds() - start


@dataclass(frozen=True)
class Contender:
    """One way to do the work. `prepare` makes of an item what the task takes, before the clock
    runs; a slow one may take only the first `most` items of each round (0: all). A `fresh` one,
    which learns from what it meets, takes `most` items that no other fresh one gets."""

    name: str
    task: Callable[[Sequence[Any]], object]
    most: int = 0
    prepare: Callable[[Any], Any] = field(default=lambda item: item)
    fresh: bool = False

    def seconds(self, items: Sequence[Any]) -> float:
        """The CPU seconds an item of these."""
        ready = [self.prepare(item) for item in items]
        return cpu_of(lambda: self.task(ready)) / len(ready)


def contest(contenders: Sequence[Contender], rounds: Sequence[Sequence[Any]]) -> Contest:
    """The seconds an item of each contender in each round; the first round warms up and does not
    count."""
    took: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for items in rounds:
        shares = _shares(contenders, items)
        for contender in contenders:
            took[contender.name].append(contender.seconds(shares[contender.name]))
    return Contest({name: values[1:] for name, values in took.items()})


def _shares(contenders: Sequence[Contender], items: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """The items of a round that each contender takes. Raises ValueError when there are not enough
    for those that want fresh ones."""
    shares: dict[str, Sequence[Any]] = {}
    used = 0
    for contender in contenders:
        first = used if contender.fresh else 0
        last = first + (contender.most or len(items))
        if contender.fresh and last > len(items):
            raise ValueError(f"{len(items)} items are not enough for {contender.name}")
        shares[contender.name] = items[first:last]
        used = last if contender.fresh else used
    return shares


@dataclass(frozen=True)
class Contest:
    """CPU seconds an item, by contender and round."""

    seconds: Mapping[str, Sequence[float]]

    def milliseconds(self, name: str) -> Spread:
        """What an item took."""
        return Spread.of(1000 * value for value in self.seconds[name])

    def ratio(self, name: str, baseline: str) -> Spread:
        """How many times as fast as the baseline, round by round."""
        pairs = zip(self.seconds[baseline], self.seconds[name], strict=True)
        return Spread.of(base / own for base, own in pairs)

    def table(self, name: str, unit: str, baselines: Sequence[str]) -> Table:
        """All contenders beside the baselines."""
        ratios = [f"× {baseline}" for baseline in baselines]
        rows: list[list[Cell]] = []
        for contender in self.seconds:
            row: list[Cell] = [contender, self.milliseconds(contender)]
            row += [self.ratio(contender, baseline) for baseline in baselines]
            rows.append(row)
        return Table(name, ["", unit, *ratios], rows)


@dataclass(frozen=True)
class Cost:
    """What a command took: CPU seconds of all its processes, wall seconds, and the megabytes of
    the largest of its processes."""

    cpu: float
    wall: float
    peak: float


def command_cost(command: Sequence[str | Path], *, accept: Sequence[int] = (0,)) -> Cost:
    """Runs a command to its end and measures it, its children that it waited for included; the
    first word is the path of a program. Raises RuntimeError when the exit code is not one of those
    accepted."""
    if sys.platform == "win32":
        raise SystemExit("Measuring a whole command needs Linux or macOS.")
    words = [str(part) for part in command]
    launcher = [sys.executable, "-S", "-E", str(LAUNCHER), *words]
    told = subprocess.run(launcher, check=True, capture_output=True, text=True)
    code, cpu, wall, peak = json.loads(told.stdout)
    if code not in accept:
        raise RuntimeError(f"exit code {code}: {words}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(cpu, wall, peak * unit / MEGABYTE)


def in_turn(commands: Mapping[str, Command], rounds: int) -> Commands:
    """Runs commands one after the other, round by round; the first round, which fills the system's
    caches, does not count."""
    took: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            took[name].append(command_cost(command.words(), accept=command.accept))
    return Commands({name: costs[1:] for name, costs in took.items()})


@dataclass(frozen=True)
class Command:
    """A command and the exit codes that it may have; its words are made anew for each run."""

    words: Callable[[], Sequence[str | Path]]
    accept: Sequence[int] = (0,)


@dataclass(frozen=True)
class Commands:
    """What commands took, by name and round."""

    costs: Mapping[str, Sequence[Cost]]

    def row(self, name: str, baseline: str) -> list[Cell]:
        """Wall and CPU seconds, the peak, and how many times the wall time of the baseline."""
        own, base = self.costs[name], self.costs[baseline]
        pairs = zip(own, base, strict=True)
        return [
            name,
            Spread.of(cost.wall for cost in own),
            Spread.of(cost.cpu for cost in own),
            Spread.of(cost.peak for cost in own),
            Spread.of(cost.wall / standard.wall for cost, standard in pairs),
        ]


def peak_megabytes() -> float:
    """The most memory that this process has had."""
    if sys.platform == "win32":
        raise SystemExit("Measuring memory needs Linux or macOS.")
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The k of time ~ size ** k, by least squares over the logarithms."""
    across = [math.log(size) for size in sizes]
    up = [math.log(second) for second in seconds]
    return statistics.linear_regression(across, up).slope


def machine() -> str:
    """Where it was measured: processor, cores, system, Python, libraries."""
    parts = [processor(), f"{os.cpu_count()} cores", system()]
    parts.append(f"Python {platform.python_version()}")
    parts += [f"{name} {version}" for name, version in installed().items()]
    return ", ".join(parts)


def processor() -> str:
    """The model of the processor, as far as the system tells it."""
    told = Path("/proc/cpuinfo")
    if not told.exists():
        return platform.processor() or platform.machine()
    for line in told.read_text("utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.machine()


def system() -> str:
    """The operating system."""
    if sys.platform == "linux":
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{platform.system()} {platform.release()}"


def installed() -> dict[str, str]:
    """The versions of the libraries that are there."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def document(tables: Iterable[Table]) -> dict[str, Any]:
    """What a benchmark found, with when and where."""
    return {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "tables": {table.name: table.as_json() for table in tables},
    }


def markdown(table: Table) -> list[str]:
    """The lines of a table in a page."""
    lines = [_line(table.head), _line(["---"] * len(table.head))]
    return lines + [_line(str(cell) for cell in row) for row in table.rows]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def main(measure: Callable[[bool], Sequence[Table]]) -> None:
    """The command line of a benchmark; `measure` takes whether large sizes are wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="large sizes too")
    parser.add_argument("--json", type=Path, help="the file that takes the tables")
    options = parser.parse_args()
    found = document(measure(options.large))
    print(found["machine"])
    for name, table in found["tables"].items():
        print(f"\n{name}")
        print("\n".join(markdown(Table.from_json(name, table))))
    if options.json:
        text = json.dumps(found, ensure_ascii=False, indent=1)
        options.json.write_text(text + "\n", "utf-8")
