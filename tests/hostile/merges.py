"""Two folders of reports, the second with one town more than the first, and the summary of each."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hostile.scene import COUNTY, base
from support.balanced import balanced
from support.faults import command, run
from xlreport import Form, Submission, Unit, get_form, write_workbook
from xlreport.formats.open import open_book

TEST_FORM = Path(__file__).resolve().parents[1] / "forms" / "xiangzhen-caizheng.yaml"


@dataclass(frozen=True)
class Merges:
    """The folders before and after the town sent its report, what a merge of each writes, the summary's
    file name, and what the command line needs beside the folder."""

    before: Path
    after: Path
    first: Mapping[str, bytes]
    second: Mapping[str, bytes]
    name: str
    options: tuple[str, ...]

    @property
    def old(self) -> bytes:
        """The summary before the town sent its report."""
        return self.first[self.name]

    @property
    def new(self) -> bytes:
        """The summary after it did."""
        return self.second[self.name]

    @property
    def names(self) -> set[str]:
        """What a merge writes: the summary and the files beside it."""
        return set(self.second)

    def arguments(self, folder: Path, out: Path) -> list[str]:
        """The arguments of a merge of one of the folders."""
        return ["merge", str(folder), "--out", str(out), *self.options]

    def prepared(self, out: Path) -> Path:
        """A folder for the output with the old summary in it."""
        out.mkdir()
        (out / self.name).write_bytes(self.old)
        return out

    def whole(self, out: Path) -> bool:
        """The summary is the old one or the new one, nothing between; whether it is the new one."""
        data = (out / self.name).read_bytes()
        assert data in (self.old, self.new)
        assert open_book(data).sheets
        is_new = data == self.new
        for name in names(out) & self.names:
            beside = (out / name).read_bytes()
            assert beside in (self.first[name], self.second[name])
            assert not is_new or beside == self.second[name], "the summary goes last into its place"
        return is_new

    def of_one_merge(self, out: Path) -> bool:
        """Whether all files are there, and of the same merge."""
        written = {path.name: path.read_bytes() for path in out.iterdir()}
        return written in (self.first, self.second)


def names(out: Path) -> set[str]:
    """The names of all files in a folder."""
    return {path.name for path in out.iterdir()}


def digests(folder: Path) -> dict[str, tuple[str, int]]:
    """SHA-256 and time stamp of each file in a folder."""
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
    }


def statutory_merges(folder: Path, towns: int) -> Merges:
    """Of the statutory form."""
    form = get_form("zfxxgk-2021")
    reports = [base(form, Unit(f"第{i}镇", f"99{i}")) for i in range(towns + 1)]
    return _merges(folder, form, reports, ())


def small_merges(folder: Path, towns: int = 1) -> Merges:
    """Of the small test form: a merge takes a quarter of the time, and writes in the same steps."""
    form = get_form(TEST_FORM)
    rng = random.Random(1)
    reports = []
    for i in range(towns + 1):
        unit = Unit(f"第{i}镇", f"99{i}", "乡镇")
        reports.append(replace(balanced(form, rng), unit=unit, county=COUNTY))
    return _merges(folder, form, reports, ("--form", str(TEST_FORM)))


def _merges(
    folder: Path, form: Form, reports: list[Submission], options: tuple[str, ...]
) -> Merges:
    before, after = folder / "before", folder / "after"
    before.mkdir()
    after.mkdir()
    for i, report in enumerate(reports):
        data = write_workbook(report, form)
        (after / f"{i}.xlsx").write_bytes(data)
        if i < len(reports) - 1:
            (before / f"{i}.xlsx").write_bytes(data)
    written: list[dict[str, bytes]] = []
    for towns in (before, after):
        out = folder / f"right-{towns.name}"
        done = run(command("merge", towns, "--out", out, *options))
        assert done.code == 0, done.out
        written.append({path.name: path.read_bytes() for path in out.iterdir()})
    (name,) = (name for name in written[0] if name.endswith(".xlsx"))
    return Merges(before, after, written[0], written[1], name, options)
