"""Each limit: what is just at it is read; what is just above it is refused, with the number that was
seen and the number that is allowed."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from hostile.cases import _nested
from hostile.mutants import another_town
from hostile.scene import FILES, Scene
from support.xlsb import as_xlsb
from xlreport import Limits, ReadOptions, check_files
from xlreport.findings import Finding
from xlreport.formats.guard import Refused
from xlreport.formats.open import open_book
from xlreport.worker import MEMORY
from xlreport.workers import Lost, WorkerPool

BOOK = another_town("xlsx", 1)
BOOKS = {
    "xlsx": BOOK,
    "xlsb": as_xlsb(open_book(BOOK)),
    "ods": (FILES / "甲子镇.ods").read_bytes(),
    "xls": (FILES / "甲子镇.xls").read_bytes(),
}
with zipfile.ZipFile(io.BytesIO(BOOK)) as _archive:
    INFOS = _archive.infolist()
SIZES = [info.file_size for info in INFOS]
RATIOS = [-(-info.file_size // info.compress_size) for info in INFOS]

EXACT = {
    "file": (len(BOOK), "文件大小", "字节"),
    "parts": (len(INFOS), "压缩包内的部件数", "个"),
    "part": (max(SIZES), "部件解压后的大小", "字节"),
    "total": (sum(SIZES), "解压后的总大小", "字节"),
    "ratio": (max(RATIOS), "部件的压缩比", "倍"),
}
"""What the workbook has of each, how that is called, and its unit."""

ELSEWHERE = {"boxes", "ratio_from", "cells", "archive", "depth", "seconds", "memory"}
"""Fields of Limits with a test of their own below, and seconds in test_workers.py."""


def refusal(data: bytes, limits: Limits) -> Finding | None:
    try:
        open_book(data, limits)
    except Refused as refused:
        return refused.finding
    return None


def says(what: str, seen: int, allowed: int, unit: str) -> str:
    return f"{what}为 {seen:,} {unit}，超过允许的 {allowed:,} {unit}"


def test_every_limit_is_here() -> None:
    assert {f.name for f in fields(Limits)} == set(EXACT) | ELSEWHERE


@pytest.mark.parametrize("name", EXACT)
def test_at_the_limit_and_just_above_it(name: str) -> None:
    seen, what, unit = EXACT[name]
    everywhere = Limits(ratio_from=0)
    assert refusal(BOOK, replace(everywhere, **{name: seen})) is None
    found = refusal(BOOK, replace(everywhere, **{name: seen - 1}))
    assert found is not None
    assert (found.code, found.message) == ("R3", says(what, seen, seen - 1, unit))


def test_the_ratio_counts_for_parts_above_its_size_only() -> None:
    """The part that packs best of those with the largest ratio decides."""
    assert refusal(BOOK, Limits(ratio=1, ratio_from=max(SIZES))) is None
    found = refusal(BOOK, Limits(ratio=1, ratio_from=max(SIZES) - 1))
    assert found is not None
    assert found.message == says("部件的压缩比", RATIOS[SIZES.index(max(SIZES))], 1, "倍")


@pytest.mark.parametrize("kind", BOOKS)
def test_cells(kind: str) -> None:
    """The smallest limit that a workbook passes is what it has, and one less tells that number."""
    low, high = 0, Limits().cells
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if refusal(BOOKS[kind], Limits(cells=middle)) is None else (middle, high)
        )
    found = refusal(BOOKS[kind], Limits(cells=low))
    assert found is not None
    assert found.code == "R3"
    assert f"{high:,} 个，超过允许的 {low:,} 个" in found.message
    filled = sum(len(sheet.cells) for sheet in open_book(BOOKS[kind]).sheets.values())
    assert filled <= high <= 6 * filled


def checked(path: Path, limits: Limits) -> list[tuple[str, str, str]]:
    """Outcome, code and message of each file that is not accepted."""
    files = check_files([path], reading=ReadOptions(limits=limits)).files
    return [
        (f.outcome.value, x.code, x.message)
        for f in files
        for x in f.findings
        if x.code in ("R3", "R26")
    ]


def test_the_size_of_an_archive(tmp_path: Path) -> None:
    """A file may be as large as the larger of the two limits before it is known what it is."""
    path = tmp_path / "报表.zip"
    size = path.write_bytes(Scene.raw_zip(("乙.txt", bytes(100))))
    assert checked(path, Limits(archive=size)) == []
    assert checked(path, Limits(archive=size - 1)) == [
        ("rejected", "R3", says("压缩包大小", size, size - 1, "字节"))
    ]
    both = Limits(archive=size - 1, file=size - 2)
    assert checked(path, both) == [("rejected", "R3", says("文件大小", size, size - 1, "字节"))]


def test_the_depth_of_archives(tmp_path: Path) -> None:
    path = tmp_path / "报表.zip"
    path.write_bytes(_nested(Scene(tmp_path), 2))
    assert checked(path, Limits(depth=2)) == []
    assert checked(path, Limits(depth=1)) == [
        ("rejected", "R3", says("压缩包套压缩包的层数", 2, 1, "层"))
    ]


@pytest.mark.parametrize("parts", [3, 4])
def test_the_members_of_an_archive_and_of_those_within(parts: int, tmp_path: Path) -> None:
    inner = Scene.raw_zip(("a.txt", b"x"), ("b.txt", b"x"))
    path = tmp_path / "报表.zip"
    path.write_bytes(Scene.raw_zip(("1.zip", inner), ("2.txt", b"x")))
    words = "压缩包（含里层的压缩包）里的文件数"
    told = [("rejected", "R3", says(words, 4, 3, "个"))] if parts == 3 else []
    assert checked(path, Limits(parts=parts)) == told


@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory need RLIMIT_AS")
def test_memory() -> None:
    """What needs less than the limit is done; what needs more is stopped."""
    need: Callable[[int], bytearray] = bytearray
    with WorkerPool(1, 20, 300_000_000) as pool:
        assert pool.submit(exec, "x = bytearray(200_000_000)", {}).result() is None
        with pytest.raises(Lost) as lost:
            pool.submit(need, 350_000_000).result()
    assert lost.value.reason == MEMORY
