"""Good workbooks changed at random: whatever the mutant, it is accounted for, harms nobody, and no
number of it is read that another program does not see in that cell, unless a finding says so.

A mutant is wholly determined by its number. `XLREPORT_FUZZ=NUMBER` begins at that mutant (which
reproduces a failure), `XLREPORT_FUZZ=NUMBER:SECONDS` runs for at least so long.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from pathlib import Path

import pytest

from hostile.mutants import UNITS, Mutant, by_calamine, mutant
from hostile.scene import COUNTY, GOOD, Scene, base, book_of
from hostile.test_cases import GOOD_UNIT, sound
from support.examples import examples
from support.merges import merge_and_write
from xlreport import (
    Form,
    FormCatalog,
    Outcome,
    Submission,
    read_submission,
)
from xlreport.merging.outcome import FileRecord
from xlreport.workers import Lost, WorkerPool

AT_LEAST = examples(UNITS, nightly=80 * UNITS).max_examples
"""Mutants that are made in every run."""

SLOWEST = 600
"""Seconds for one merge of UNITS mutants, which only one takes that hangs; it needs about 2."""

_START, _, _SECONDS = os.environ.get("XLREPORT_FUZZ", "0").partition(":")


def test_mutants_are_accounted_for(zfxxgk: Form, tmp_path: Path) -> None:
    first, seen = int(_START), Counter[tuple[str, str]]()
    end = time.monotonic() + float(_SECONDS or 0)
    with WorkerPool(1, SLOWEST, 10**9) as other_program:
        while seen.total() < AT_LEAST or time.monotonic() < end:
            batch = [mutant(n) for n in range(first, first + UNITS)]
            with reproducible(first):
                seen += merged(batch, zfxxgk, tmp_path / str(first), other_program)
            first += UNITS
    assert {kind for kind, _ in seen} == {"xlsx", "xls", "ods", "xlsb"}
    assert {outcome for _, outcome in seen} >= {"accepted", "returned", "rejected"}, seen


@contextmanager
def reproducible(first: int) -> Iterator[None]:
    """Whatever goes wrong, also what never ends, is told with the number of the first mutant."""

    def late(*_: object) -> None:
        raise TimeoutError(f"more than {SLOWEST} s")

    before = signal.signal(signal.SIGALRM, late) if hasattr(signal, "SIGALRM") else None
    try:
        if before is not None:
            signal.alarm(SLOWEST)
        yield
    except Exception as error:
        raise AssertionError(f"run again with XLREPORT_FUZZ={first}: {error}") from error
    finally:
        if before is not None:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)


def merged(
    batch: list[Mutant], form: Form, folder: Path, other_program: WorkerPool
) -> Counter[tuple[str, str]]:
    """Merges mutants beside one good workbook; how many of each format had which outcome."""
    folder.mkdir()
    good = base(form, GOOD_UNIT)
    (folder / GOOD).write_bytes(book_of(GOOD_UNIT))
    for one in batch:
        (folder / one.name).write_bytes(one.data)
    result = merge_and_write(
        folder, out=folder.with_name("out"), county=COUNTY, form=form.id, year=good.year
    )
    sound(result, folder, form)
    files = {f.path: f for f in result.files}
    assert files[GOOD].outcome is Outcome.ACCEPTED
    assert numbers(files[GOOD].submission) == numbers(good)
    seen: Counter[tuple[str, str]] = Counter()
    for one in batch:
        outcome = files[one.name].outcome
        seen[one.name.rpartition(".")[2], outcome.value] += 1
        if outcome is Outcome.ACCEPTED:
            nothing_in_silence(one, files[one.name], other_program)
    return seen


def numbers(submission: Submission | None) -> dict[str, Decimal | None]:
    assert submission is not None
    return {name: entry.value for name, entry in submission.entries.items()}


def nothing_in_silence(one: Mutant, file: FileRecord, other_program: WorkerPool) -> None:
    """Behind a checksum every number is the original's; otherwise what another program sees there."""
    mine = numbers(file.submission)
    right = numbers(read_submission(one.good, FormCatalog()).submission)
    if one.checked:
        assert mine == right, f"mutant {one.number}"
        return
    assert file.submission is not None
    told = {x.field for x in file.findings} | {(x.sheet, x.cell) for x in file.findings}
    places = file.submission.provenance.places
    silent = {
        n: p
        for n, p in places.items()
        if n in mine and n not in told and (p.sheet, p.cell) not in told
    }
    try:
        theirs = other_program.submit(by_calamine, one.data, silent).result()
    except Lost:
        theirs = None
    if theirs is not None:
        differing = {n: (p, mine[n], theirs[n]) for n, p in silent.items() if mine[n] != theirs[n]}
        assert differing == {}, f"mutant {one.number}: we read one number, another program another"


def test_a_number_that_is_read_wrong_would_be_found(zfxxgk: Form, tmp_path: Path) -> None:
    """The oracle fails for a submission that is not what the file holds."""
    scene = Scene(tmp_path)
    one = Mutant(0, "parts", "甲子镇.xlsx", scene.book, scene.number("number", "134"))
    with WorkerPool(1, SLOWEST, 10**9) as other_program:
        for data, wrong in ((one.data, False), (one.good, True)):
            read = read_submission(data, FormCatalog())
            file = FileRecord("甲子镇.xlsx", read).decided(Outcome.ACCEPTED)
            with pytest.raises(AssertionError, match="another program") if wrong else nullcontext():
                nothing_in_silence(one, file, other_program)
