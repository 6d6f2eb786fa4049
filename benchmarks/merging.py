"""What a whole `xlreport merge` costs, beside openpyxl opening the same files twice.

Each unit sends a workbook of its own; a roster lists all. The command runs as a county runs it, with
its worker processes: CPU is that of all of them, the peak that of the largest. openpyxl gets some of
the same files in the same run, before and after."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import openpyxl

from measuring import Cell, Cost, Spread, Table, command_cost, cpu_of, exponent, main
from workbooks import COUNTY, filled, unit
from xlreport import Unit

DIFFERENT = 40
"""Workbooks of different contents; each stands for many units, under their names."""

SAMPLE = 6
"""Files that openpyxl opens at a time."""

SIZES, LARGE_SIZES = (20, 100, 1_000), (10_000, 50_000)
ROUNDS = 3
"""Of sizes up to 1,000; larger ones run once."""

XML = (".xml", ".rels")


@lru_cache(maxsize=DIFFERENT)
def parts_of(number: int) -> tuple[tuple[str, bytes], ...]:
    """The parts of a filled-in workbook."""
    with zipfile.ZipFile(io.BytesIO(filled(number))) as archive:
        return tuple((name, archive.read(name)) for name in archive.namelist())


def workbook_of(number: int) -> bytes:
    """A unit's workbook: one of the different ones under its name and code."""
    base = number % DIFFERENT
    if number == base:
        return filled(number)
    replaced = list(zip(_names(unit(base)), _names(unit(number)), strict=True))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(base):
            if name.endswith(XML):
                for old, new in replaced:
                    content = content.replace(old, new)
            archive.writestr(name, content)
    return stream.getvalue()


def _names(of: Unit) -> tuple[bytes, bytes]:
    return of.name.encode(), of.code.encode()


def level_of(number: int) -> str:
    """The level that stands in a unit's workbook."""
    return unit(number % DIFFERENT).level


def write_county(folder: Path, units: int) -> tuple[Path, Path]:
    """The inbox and the roster of a county with so many units."""
    inbox, roster = folder / "inbox", folder / "roster.csv"
    inbox.mkdir()
    with roster.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["单位代码", "单位名称", "类别", "汇总单位", "汇总单位代码"])
        for number in range(units):
            own = unit(number)
            writer.writerow([own.code, own.name, level_of(number), COUNTY.name, COUNTY.code])
            (inbox / f"{own.code}.xlsx").write_bytes(workbook_of(number))
    return inbox, roster


def openpyxl_twice(paths: Sequence[Path]) -> float:
    """CPU seconds a file: formulas, then cached results."""

    def opened() -> None:
        for path in paths:
            for values in (False, True):
                openpyxl.load_workbook(path, data_only=values)

    return cpu_of(opened) / len(paths)


def merged(folder: Path, inbox: Path, roster: Path) -> Cost:
    """A merge into a folder that is not there yet."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    command: list[str | Path] = [sys.executable, "-m", "xlreport", "merge", inbox]
    return command_cost([*command, "--roster", roster, "--out", out], accept=(0, 1))


@dataclass(frozen=True)
class Merges:
    """What merges of so many units cost, and how many times as much openpyxl would have."""

    units: int
    costs: Sequence[Cost]
    ratios: Sequence[float]

    @property
    def row(self) -> list[Cell]:
        """The row of the table."""
        cpu = Spread.of(cost.cpu for cost in self.costs)
        each = Spread.of(1000 * cost.cpu / self.units for cost in self.costs)
        wall = Spread.of(cost.wall for cost in self.costs)
        peak = Spread.of(cost.peak for cost in self.costs)
        return [f"{self.units:,}", cpu, each, Spread.of(self.ratios), wall, peak]


def merges(units: int, rounds: int) -> Merges:
    """Merges of a county, and openpyxl on some of its files before and after each."""
    costs, ratios = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inbox, roster = write_county(folder, units)
        samples = _samples(sorted(inbox.iterdir()))
        before = openpyxl_twice(next(samples))
        for _ in range(rounds):
            cost = merged(folder, inbox, roster)
            after = openpyxl_twice(next(samples))
            costs.append(cost)
            ratios.append((before + after) / 2 * units / cost.cpu)
            before = after
    return Merges(units, costs, ratios)


def _samples(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Some files from all over the folder, others each time."""
    step = max(1, len(paths) // SAMPLE)
    start = 0
    while True:
        yield [paths[(start + i * step) % len(paths)] for i in range(SAMPLE)]
        start += 1


HEAD = ("units", "CPU s", "ms CPU a file", "× openpyxl twice", "wall s", "peak MB of a process")


def measure(large: bool) -> list[Table]:
    warnings.simplefilter("ignore")
    sizes = (*SIZES, *LARGE_SIZES) if large else SIZES
    found = []
    for units in sizes:
        print(f"merging: {units:,} units", file=sys.stderr, flush=True)
        found.append(merges(units, ROUNDS if units <= max(SIZES) else 1))
    medians = [Spread.of(cost.cpu for cost in each.costs).median for each in found]
    growth = exponent(sizes[1:], medians[1:])
    of_growth = ["exponent of growth", f"{growth:.3g}", *[""] * (len(HEAD) - 2)]
    return [Table("merge", HEAD, [*(each.row for each in found), of_growth])]


if __name__ == "__main__":
    main(measure)
