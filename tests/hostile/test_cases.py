"""Every case of the table: alone beside one good workbook, and all of them in one folder."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from hostile.cases import CASES, Case
from hostile.scene import COUNTY, GOOD, ROSTER, Scene, base, book_of
from support.merges import merge_and_write
from xlreport import (
    Form,
    FormCatalog,
    Limits,
    MergeRequest,
    MergeResult,
    Outcome,
    Policy,
    ReadOptions,
    Roster,
    Submission,
    Unit,
    merge_folder,
    read_roster,
    read_submission,
    write_outputs,
)
from xlreport.merging.merge import merge_files
from xlreport.merging.outcome import FileRecord
from xlreport.merging.totals import totals_of
from xlreport.rules.evaluate import view_of
from xlreport.submission import Summary
from xlreport.workbook.reader.submission import Reading

FIELD = "disclosure.licences.decisions"
GOOD_UNIT = Unit("乙丑镇", "990102", "乡镇")


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    path = tmp_path_factory.mktemp("roster") / "名册.csv"
    path.write_text(ROSTER, "utf-8")
    return read_roster(path)


def snapshot(folder: Path) -> dict[bytes, tuple[object, ...]]:
    """Every path below a folder with its kind, time, mode and (of regular files) content."""
    found: dict[bytes, tuple[object, ...]] = {}
    for root, folders, files in os.walk(os.fsencode(folder)):
        for name in (*folders, *files):
            path = os.path.join(root, name)  # noqa: PTH118 (names are bytes)
            status = os.lstat(path)
            regular = (status.st_mode & 0o170000) == 0o100000 and os.access(path, os.R_OK)
            content = (
                hashlib.sha256(Path(os.fsdecode(path)).read_bytes()).hexdigest() if regular else ""
            )
            found[os.path.relpath(path, os.fsencode(folder))] = (
                status.st_mode,
                status.st_mtime_ns,
                content,
            )
    return found


def files_on_disk(folder: Path) -> Counter[str]:
    """What must appear in a result: files, links, and folders that cannot be listed."""
    found: Counter[str] = Counter()
    for root, folders, files in os.walk(
        folder, onerror=lambda e: found.update([os.path.relpath(e.filename, folder)])
    ):
        links = [name for name in folders if Path(root, name).is_symlink()]
        found.update(Path(root, name).relative_to(folder).as_posix() for name in (*links, *files))
    return found


@contextmanager
def nobody(wanted: bool) -> Iterator[None]:
    """Root reads everything, so cases about permission run as another user."""
    root = wanted and hasattr(os, "geteuid") and os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def sound(result: MergeResult, folder: Path, form: Form) -> None:
    """What holds of every merge, whatever the input."""
    document = json.loads(json.dumps(result.as_dict()))
    listed = Counter(f["path"] for f in document["files"])
    assert max(listed.values()) == 1
    disk = files_on_disk(folder)
    assert set(disk.values()) <= {1}
    assert disk <= listed, "every file on the disk"
    assert all("!" in path for path in listed - disk), "and nothing else but members of archives"
    assert all(
        f["findings"] for f in document["files"] if f["outcome"] not in ("accepted", "returned")
    )
    summed = result.counted
    for field in form.typed:
        values = [v for s in summed if (v := s.effective(field.id).value) is not None]
        assert result.totals.get(field.id, Decimal(0)) == sum(values, Decimal(0))


@pytest.mark.parametrize("case", [c for c in CASES if not c.slow], ids=lambda c: c.name)
def test_alone_beside_a_good_workbook(case: Case, roster: Roster, zfxxgk: Form) -> None:
    if case.posix and os.name != "posix":
        pytest.skip("needs a POSIX file system")
    with tempfile.TemporaryDirectory() as made:
        tmp = Path(made)
        tmp.chmod(0o755)
        folder = tmp / "in"
        folder.mkdir()
        (folder / GOOD).write_bytes(book_of(GOOD_UNIT))
        scene = Scene(folder)
        case.build(scene)
        before = snapshot(folder)
        with nobody("权限" in case.what):
            result = merge_folder(MergeRequest(folder, roster, county=COUNTY))
            sound(result, folder, zfxxgk)
        assert snapshot(folder) == before, "originals are never touched"
        for path in folder.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755)
    seen = {f.path: f.outcome.value for f in result.files}
    lines = [x.line() for f in result.files for x in f.findings]
    told = {x.code.split(".")[0] for f in result.files if f.path != GOOD for x in f.findings}
    assert seen == {GOOD: "accepted", **case.outcomes}, lines
    assert told - {"V2"} == case.codes, lines  # no case is about the year before
    assert result.exit_code in (0, 1)
    if case.value is not None or Outcome.ACCEPTED.value in case.outcomes.values():
        own = case.value or "135"
        assert result.totals[FIELD] == Decimal(own) + Decimal(135)
        if case.value is None:
            assert result.totals == {name: 2 * value for name, value in alone(zfxxgk).items()}
    else:
        assert result.totals == alone(zfxxgk)


@cache
def alone(form: Form) -> dict[str, Decimal]:
    """The totals of one good workbook."""
    return totals_of(form, view_of(form, base(form, GOOD_UNIT)))


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60
    assert len({c.name for c in CASES}) == len(CASES)


PATIENT = ReadOptions(limits=Limits(seconds=300))
"""No file of these is refused for the time it takes, however busy the machine is."""


@pytest.mark.isolated
def test_all_of_them_in_one_folder(roster: Roster, zfxxgk: Form, tmp_path: Path) -> None:
    """In worker processes, within the time and memory that are promised."""
    folder = tmp_path / "in"
    good = base(zfxxgk, GOOD_UNIT)
    for number, case in enumerate(CASES):
        place = folder / f"{number:03}"
        place.mkdir(parents=True)
        case.build(Scene(place))
    (folder / GOOD).write_bytes(book_of(GOOD_UNIT))
    before = snapshot(folder)
    with peak_memory() as peak:
        result = merge_and_write(
            folder, roster=roster, out=tmp_path / "out", county=COUNTY, reading=PATIENT
        )
    sound(result, folder, zfxxgk)
    assert snapshot(folder) == before
    (file,) = [f for f in result.files if f.path == GOOD]
    assert file.outcome is Outcome.ACCEPTED
    assert file.submission is not None
    assert {n: e.value for n, e in file.submission.entries.items()} == {
        n: e.value for n, e in good.entries.items()
    }
    assert peak[0] <= 2**30, f"{peak[0]:,} bytes"
    for number, case in enumerate(CASES):
        mine = {f.path for f in result.files if f.path.startswith(f"{number:03}/")}
        assert mine == {f"{number:03}/{name}" for name in case.outcomes} or "权限" in case.what
    for number, case in enumerate(CASES):
        if case.slow:
            (file,) = [f for f in result.files if f.path.startswith(f"{number:03}/")]
            as_expected(file, case, good)
    summed_up(result.files, zfxxgk, tmp_path / "towns")


def as_expected(file: FileRecord, case: Case, good: Submission) -> None:
    """What was read of a file, though its unit's reports are many here."""
    assert {x.code for x in file.findings if x.code.startswith("R")} == case.codes
    is_rejected = set(case.outcomes.values()) == {"rejected"}
    assert (file.outcome is Outcome.REJECTED) == is_rejected
    if not is_rejected:
        numbers = {name: entry.value for name, entry in file.report.entries.items()}
        assert numbers == {name: entry.value for name, entry in good.entries.items()}


def summed_up(files: Sequence[FileRecord], form: Form, out: Path) -> None:
    """Every report that could be read, as that of a town of its own, is in one summary that is
    sound; what is returned counts too."""
    towns = [FileRecord(f"{i}.xlsx", town_of(i, f)) for i, f in enumerate(files) if is_read(f)]
    request = MergeRequest(
        out, form=form.id, year=2025, county=COUNTY, policy=Policy(with_errors=True)
    )
    result = write_outputs(merge_files(towns, request), out)
    assert len(towns) >= len(READABLE)
    assert {file.outcome for file in result.files} == {Outcome.ACCEPTED, Outcome.RETURNED}
    summary = read_submission(Path(result.outputs[0]).read_bytes(), FormCatalog()).submission
    assert isinstance(summary, Summary)
    assert [unit.name for unit in summary.members] == [town.unit.name for town in towns]
    shown = totals_of(form, view_of(form, summary))
    assert shown == result.totals


READABLE = [case for case in CASES if {"accepted", "returned"} & set(case.outcomes.values())]


def is_read(file: FileRecord) -> bool:
    return file.submission is not None and not isinstance(file.submission, Summary)


def town_of(number: int, file: FileRecord) -> Reading:
    """What was read, as the report of another town."""
    unit = Unit(f"第{number}镇", f"97{number:04}", "乡镇")
    report = replace(file.report, unit=unit, county=COUNTY)
    return replace(file.reading, submission=report)


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """The largest resident size of all worker processes together, sampled."""
    import threading

    import psutil

    peak = [0]
    done = threading.Event()
    me = psutil.Process()

    def watch() -> None:
        while not done.wait(0.05):
            sizes = []
            for child in me.children(recursive=True):
                try:
                    sizes.append(child.memory_info().rss)
                except psutil.Error:
                    continue
            peak[0] = max(peak[0], sum(sizes))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()
