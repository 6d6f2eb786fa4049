"""Golden workbooks, each named after its fault, with the complete expected findings."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from support.cells import put
from tabletext import load, parse_entry, tokens
from xlreport import Form, FormCatalog, Submission, Unit, get_form, write_workbook
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_files
from xlreport.merging.request import ReadOptions
from xlreport.merging.totals import totals_of
from xlreport.merging.validation import validated
from xlreport.rules.evaluate import view_of
from xlreport.submission import Figures

GOLDEN = Path(__file__).parent / "golden"
FAULTS = sorted(p for p in GOLDEN.rglob("*.txt") if p.stem not in ("base", "before"))
BASES = sorted(GOLDEN.rglob("base.txt"))
DASHES = "-----"


def apply(submission: Submission, line: str) -> Submission:
    verb, name, value = line.split(" ", 2)
    if verb in ("set", "over"):
        entry = {name: parse_entry(*tokens(value)[0])}
        if verb == "set":
            return replace(submission, entries={**submission.entries, **entry})
        return replace(submission, overrides={**submission.overrides, **entry})
    if verb == "answer":
        return replace(submission, answers={**submission.answers, name: value.strip('"')})
    if verb == "before":
        assert submission.prior_year is not None
        numbers = {**submission.prior_year.numbers, name: Decimal(value)}
        return replace(submission, prior_year=replace(submission.prior_year, numbers=numbers))
    if verb == "before-text":
        assert submission.prior_year is not None
        texts = {**submission.prior_year.texts, name: value.strip('"')}
        return replace(submission, prior_year=replace(submission.prior_year, texts=texts))
    if verb == "explain":
        return replace(submission, explanations={**submission.explanations, name: value.strip('"')})
    if verb == "text":
        return replace(submission, texts={**submission.texts, name: value.strip('"')})
    assert verb == "head", line
    if name in ("unit", "code", "level"):
        changed = {"unit": "name"}.get(name, name)
        return replace(submission, unit=replace(submission.unit, **{changed: value.strip('"')}))
    return submission.with_identity({**submission.provenance.identity, name: value.strip('"')})


def form_of(path: Path) -> Form:
    """The form of a golden file: the folder's, or that of 2021."""
    return get_form("zfxxgk-2021" if path.parent == GOLDEN else path.parent.name)


@cache
def base(folder: Path) -> Submission:
    """The base with a year before it that fits: the same numbers, but for what must be carried over."""
    form = form_of(folder / "base.txt")
    submission = load(folder / "base.txt", form, Unit("示例县", "9901"))
    before = Figures(
        totals_of(form, view_of(form, submission)),
        {t.field_id: "上年写的是完全不同的一段话。" for t in form.texts},
    )
    submission = replace(submission, prior_year=before)
    for line in (folder / "before.txt").read_text("utf-8").splitlines():
        submission = apply(submission, line)
    return submission


def workbook(path: Path) -> bytes:
    submission = base(path.parent)
    lines = [
        x
        for x in path.read_text("utf-8").split(DASHES)[0].splitlines()
        if x and not x.startswith("#")
    ]
    for line in lines:
        if not line.startswith("cell "):
            submission = apply(submission, line)
    data = write_workbook(submission, form_of(path))
    for line in lines:
        if line.startswith("cell "):
            _, place, kind, *rest = line.split(" ", 3)
            sheet, cell = place.split("!")
            data = put(data, sheet, cell, kind, rest[0] if rest else "")
    return data


def findings(data: bytes, folder: Path, catalog: FormCatalog) -> list[str]:
    path = folder / "甲子镇.xlsx"
    path.write_bytes(data)
    read = read_files([SourceFile(path, path.name)], catalog, ReadOptions())
    (file,) = validated(read)
    lines = [
        f"{f.severity.value} {f.code} {f.where}：{f.message}"
        + (f"（说明：{f.explanation}）" if f.explanation else "")
        for f in file.findings
    ]
    return [f"outcome {file.outcome.value}", *lines]


def name_of(path: Path) -> str:
    """The name of a golden file, behind that of its folder."""
    return path.relative_to(GOLDEN).with_suffix("").as_posix()


@pytest.mark.parametrize("path", FAULTS, ids=name_of)
def test_a_fault_gives_exactly_these_findings(
    path: Path, catalog: FormCatalog, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    seen = findings(workbook(path), tmp_path, catalog)
    change, _, expected = path.read_text("utf-8").partition(DASHES)
    if pytestconfig.getoption("--update-golden"):
        path.write_text(f"{change}{DASHES}\n" + "\n".join(seen) + "\n", "utf-8")
        return
    assert seen == expected.strip().splitlines()


@pytest.mark.parametrize("path", BASES, ids=name_of)
def test_the_base_has_no_findings(path: Path, catalog: FormCatalog, tmp_path: Path) -> None:
    data = write_workbook(base(path.parent), form_of(path))
    assert findings(data, tmp_path, catalog) == ["outcome accepted"]
