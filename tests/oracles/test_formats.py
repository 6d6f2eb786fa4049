"""The whole sample county in every format that is read: the same totals, outcomes and check findings."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from support.merges import merge_and_write
from support.soffice import convert, made_once
from support.xlsb import as_xlsb
from xlreport import MergeResult, Outcome, Roster
from xlreport.formats.open import open_book

pytestmark = pytest.mark.oracle

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SOURCES = sorted((SAMPLES / "2025").glob("*.xlsx"))

Named = tuple[str, bytes]
"""A file: its name and its bytes."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Path]]:
    """Every workbook saved by LibreOffice in its three formats."""
    extensions = ("xls", "ods", "xlsx")

    def save(folder: Path) -> None:
        for extension in extensions:
            convert(folder, SOURCES, extension)

    folder = made_once(tmp_path_factory, "saved", save)
    return {
        extension: [folder / extension / f"{source.stem}.{extension}" for source in SOURCES]
        for extension in extensions
    }


@pytest.fixture(scope="module")
def right(roster: Roster, tmp_path_factory: pytest.TempPathFactory) -> MergeResult:
    result = merge_and_write(SAMPLES / "2025", roster=roster, out=tmp_path_factory.mktemp("right"))
    assert {f.outcome for f in result.files} == {
        Outcome.ACCEPTED,
        Outcome.RETURNED,
        Outcome.DUPLICATE,
    }
    assert result.missing
    assert len(result.totals) == 200
    return result


def repacked(data: bytes) -> bytes:
    """The same parts in another order, not compressed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new,
    ):
        for name in sorted(old.namelist(), reverse=True):
            new.writestr(name, old.read(name))
    return target.getvalue()


def in_an_archive(name: str, data: bytes) -> Named:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(f"报表/{name}.xlsx", data)
    return f"{name}.zip", target.getvalue()


FORMATS: dict[str, Callable[[Path, Mapping[str, Path]], Named]] = {
    "xls": lambda path, by: (f"{path.stem}.xls", by["xls"].read_bytes()),
    "et": lambda path, by: (f"{path.stem}.et", by["xls"].read_bytes()),
    "ods": lambda path, by: (f"{path.stem}.ods", by["ods"].read_bytes()),
    "saved by LibreOffice": lambda path, by: (path.name, by["xlsx"].read_bytes()),
    "xlsb": lambda path, by: (f"{path.stem}.xlsb", as_xlsb(open_book(path.read_bytes()))),
    "renamed": lambda path, by: (f"{path.stem}.xls", path.read_bytes()),
    "repacked": lambda path, by: (path.name, repacked(path.read_bytes())),
    "in an archive": lambda path, by: in_an_archive(path.stem, path.read_bytes()),
}


def outcomes(result: MergeResult) -> dict[str, list[str]]:
    """By unit, what became of its files."""
    found: dict[str, list[str]] = {}
    for file in result.files:
        if file.outcome is not Outcome.IGNORED:
            found.setdefault(file.unit.name, []).append(file.outcome.value)
    return {name: sorted(values) for name, values in found.items()}


def checked(result: MergeResult) -> list[tuple[str, ...]]:
    """The findings of the form's own checks, without the names of files."""
    found = (f for f in result.findings if f.code[0] in "ACG")
    return sorted((f.unit, f.code, f.sheet, f.cell, f.message, str(f.observed)) for f in found)


@pytest.mark.parametrize("which", [*FORMATS, "all in turn"])
def test_every_format_gives_the_same_totals(
    which: str, saved: Mapping[str, list[Path]], right: MergeResult, roster: Roster, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    makers = list(FORMATS.values())
    for i, path in enumerate(SOURCES):
        make = FORMATS.get(which, makers[i % len(makers)])
        name, data = make(path, {extension: files[i] for extension, files in saved.items()})
        (folder / name).write_bytes(data)
    result = merge_and_write(folder, roster=roster, out=tmp_path / "out")
    assert result.totals == right.totals
    assert outcomes(result) == outcomes(right)
    assert result.missing == right.missing
    assert checked(result) == checked(right)
    assert len(checked(right)) > 5
