"""Compound files: what is in them, and that no number in them makes a reader go round in circles."""

from __future__ import annotations

import struct
from pathlib import Path

import olefile
import pytest

from formats.packages import patched
from support.mails import compound
from xlreport.formats import ole

XLS = (Path(__file__).resolve().parents[1] / "hostile" / "files" / "甲子镇.xls").read_bytes()
SECTOR = 512
TREE = compound({"Workbook": b"w" * 5000, "Small": b"s" * 100, "Box": {"Inner": b"i" * 70}})


def names(file: ole.CompoundFile) -> list[str]:
    return sorted(entry.name for entry in file.root.values())


def test_streams_are_those_that_olefile_finds() -> None:
    file = ole.CompoundFile(XLS)
    with olefile.OleFileIO(XLS) as other:
        expected = {str(name[0]).lower(): other.openstream(name).read() for name in other.listdir()}
    assert {name: file.stream(name) for name in file.root} == expected


def test_large_and_small_streams_and_those_of_a_storage() -> None:
    file = ole.CompoundFile(TREE)
    assert names(file) == ["Box", "Small", "Workbook"]
    assert file.stream("nothing", "workbook") == b"w" * 5000
    assert file.stream("small") == b"s" * 100
    assert (file.stream("box"), file.stream("inner")) == (b"", b"")
    (inner,) = file.children(file.root["box"])
    assert (inner.name, inner.is_stream, file.content(inner)) == ("Inner", True, b"i" * 70)
    assert not file.root["box"].is_stream


@pytest.mark.parametrize("data", [b"", ole.SIGNATURE, ole.SIGNATURE + bytes(504), b"x" * 2000])
def test_what_is_no_compound_file(data: bytes) -> None:
    assert ole.opened(data) is None


def directory(data: bytes) -> int:
    """Where the directory of a file begins."""
    (start,) = struct.unpack_from("<I", data, 48)
    return (int(start) + 1) * SECTOR


def entry_of(data: bytes, name: str) -> int:
    """Where the record of an entry begins."""
    place = data.find(name.encode("utf-16-le"), directory(data))
    assert place > 0
    return place


def test_an_entry_that_is_its_own_neighbour_is_there_once() -> None:
    place = entry_of(TREE, "Workbook")
    number = (place - directory(TREE)) // 128
    for offset in (68, 72):
        file = ole.CompoundFile(patched(TREE, place + offset, "<I", number))
        assert "workbook" in file.root


def test_a_chain_that_goes_in_circles_ends() -> None:
    (fat,) = struct.unpack_from("<I", TREE, 76)
    (start,) = struct.unpack_from("<I", TREE, entry_of(TREE, "Workbook") + 116)
    circle = patched(TREE, (fat + 1) * SECTOR + 4 * start, "<I", start)
    with pytest.raises(ole.BrokenOle):
        ole.CompoundFile(circle).stream("workbook")


def test_an_incomplete_stream_is_broken() -> None:
    for name, size in (("Workbook", 9000), ("Small", 4000)):
        data = patched(TREE, entry_of(TREE, name) + 120, "<I", size)
        with pytest.raises(ole.BrokenOle):
            ole.CompoundFile(data).stream(name.lower())


def test_a_table_of_sectors_that_names_itself_ends() -> None:
    """The list of the allocation table's sectors, continued in a sector that follows itself."""
    more = patched(TREE + bytes(SECTOR), 68, "<I", len(TREE) // SECTOR - 1)
    more = patched(more, len(more) - 4, "<I", len(TREE) // SECTOR - 1)
    assert ole.CompoundFile(more).stream("workbook") == b"w" * 5000


def test_sectors_that_two_parts_share_are_told() -> None:
    file = ole.CompoundFile(TREE)
    assert not file.shared(file.root["workbook"])
    assert not file.shared(file.root["small"])
    (start,) = struct.unpack_from("<I", TREE, entry_of(TREE, "Workbook") + 116)
    both = ole.CompoundFile(patched(TREE, directory(TREE) + 116, "<I", start))
    assert both.shared(both.root["workbook"])
    assert both.stream("workbook") == b"w" * 5000
    short = ole.CompoundFile(patched(TREE, entry_of(TREE, "Workbook") + 120, "<I", 4200))
    assert short.shared(short.root["workbook"])


LARGE = compound({"Workbook": b"w" * 5000, "One": b"1" * 4096, "Two": b"2" * 4096, "Small": b"s"})


def moved(data: bytes, name: str, onto: str) -> bytes:
    """A file in which one stream begins where another does."""
    (start,) = struct.unpack_from("<I", data, entry_of(data, onto) + 116)
    return patched(data, entry_of(data, name) + 116, "<I", start)


def test_a_stream_of_the_least_size_that_is_large_lies_in_sectors_of_its_own() -> None:
    file = ole.CompoundFile(LARGE)
    assert (file.stream("one"), file.stream("two")) == (b"1" * 4096, b"2" * 4096)
    assert not file.shared(file.root["workbook"])
    both = ole.CompoundFile(moved(LARGE, "Workbook", "One"))
    assert both.shared(both.root["workbook"])
    assert both.shared(both.root["one"])


def test_sectors_that_others_share_end_the_search() -> None:
    """Followed once for each of many streams, few sectors would be many."""
    file = ole.CompoundFile(moved(LARGE, "Two", "One"))
    assert file.shared(file.root["workbook"])


@pytest.mark.parametrize(
    ("size", "name"),
    [
        (0, ""),
        (1, ""),
        (2, ""),
        (6, "ab"),
        (64, "abcdefgh" * 3 + "abcdefg"),
        (0xFFFF, "abcdefgh" * 3 + "abcdefg"),
    ],
)
def test_the_name_of_an_entry(size: int, name: str) -> None:
    record = bytearray(128)
    record[:64] = ("abcdefgh" * 4).encode("utf-16-le")
    struct.pack_into("<H", record, 64, size)
    assert ole._entry(bytes(record)).name == name
