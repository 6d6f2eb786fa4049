"""Members of plain zips: what the guard gives, or nothing at all."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from formats.packages import zipped
from xlreport.formats import plain_zip
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused, open_package
from xlreport.formats.plain_zip import plain_members

MEMBERS = {
    "[Content_Types].xml": b"<Types/>",
    "xl/workbook.xml": b"<workbook/>" * 40,
    "xl/empty.xml": b"",
}


@pytest.fixture(params=["zlib", "libdeflate"])
def _inflater(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way to inflate, and nothing remembered of earlier files."""
    pytest.importorskip("deflate") if request.param == "libdeflate" else None
    ways = {"zlib": lambda: plain_zip._by_zlib, "libdeflate": plain_zip._by_libdeflate}
    monkeypatch.setattr(plain_zip, "_inflate", ways[request.param]())
    monkeypatch.setattr(plain_zip, "_repeated", plain_zip._Repeated())


pytestmark = pytest.mark.usefixtures("_inflater")


def members(data: bytes, limits: Limits = DEFAULT_LIMITS) -> dict[str, bytes] | None:
    found = plain_members(data, limits)
    return None if found is None else dict(found)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_plain_zip_gives_what_the_guard_gives(method: int) -> None:
    data = zipped(MEMBERS, method)
    found = members(data)
    assert found == dict(open_package(data))
    assert list(found or ()) == ["[content_types].xml", "xl/workbook.xml", "xl/empty.xml"]


def test_a_member_that_two_files_had_is_the_same_object_from_the_third_on() -> None:
    data = zipped(MEMBERS)
    first, second, third, fourth = (members(data) for _ in range(4))
    assert first == second == third == fourth
    assert third is not None
    assert fourth is not None
    assert third["xl/workbook.xml"] is fourth["xl/workbook.xml"]


def test_a_known_member_with_another_checksum_is_looked_at_again() -> None:
    data = zipped(MEMBERS)
    for _ in range(3):
        assert members(data) is not None
    crc = struct.pack("<I", zlib.crc32(MEMBERS["xl/workbook.xml"]))
    assert members(data.replace(crc, b"\1\2\3\4")) is None


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_zip, "_MOST_KEPT", 1000)
    monkeypatch.setattr(plain_zip, "_MOST_SEEN", 4)
    for number in range(20):
        data = zipped({"a.xml": b"%d" % number * 400})
        for _ in range(3):
            assert members(data) == {"a.xml": b"%d" % number * 400}
    assert plain_zip._repeated._size < 3000
    assert len(plain_zip._repeated._seen) <= 4


def changed(offset: int, new: bytes) -> Callable[[bytes], bytes]:
    """Bytes at a place counted from the front, or from the end where it is negative."""

    def change(data: bytes) -> bytes:
        start = offset if offset >= 0 else len(data) + offset
        return data[:start] + new + data[start + len(new) :]

    return change


def directory(data: bytes) -> int:
    """Where the directory begins."""
    return int(struct.unpack_from("<I", data, len(data) - 6)[0])


def in_directory(offset: int, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: changed(directory(data) + offset, new)(data)


ODD: dict[str, Callable[[bytes], bytes]] = {
    "no zip": lambda data: b"MZ" + data,
    "bytes behind the end": lambda data: data + b"\0",
    "two ends": lambda data: data + data[-22:],
    "an end in a member": lambda _: zipped({"a.xml": b"PK\5\6"}, zipfile.ZIP_STORED),
    "a locator of Zip64": lambda data: data[:-22] + b"PK\6\7" + bytes(16) + data[-22:],
    "another disk": changed(-18, b"\1"),
    "fewer entries here": changed(-14, b"\1"),
    "a directory elsewhere": changed(-6, b"\1"),
    "a longer directory": changed(-10, b"\1"),
    "no entry": in_directory(0, b"PX"),
    "an encrypted member": in_directory(8, b"\1"),
    "another compression": in_directory(10, b"\x0c"),
    "another checksum": in_directory(16, b"\0\0\0\0"),
    "another size": in_directory(24, b"\1"),
    "another packed size": in_directory(20, b"\1"),
    "an extra field": in_directory(30, b"\4"),
    "a comment": in_directory(32, b"\4"),
    "a member elsewhere": in_directory(42, b"\1"),
    "no local header": changed(0, b"PK\3\5"),
    "other flags before the member": changed(6, b"\2"),
    "another compression before the member": changed(8, b"\0"),
    "another name before the member": changed(30, b"X"),
    "a damaged stream": changed(52, b"\xff\xff\xff\xff"),
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_what_is_odd_about_a_zip_is_left_to_the_guard(change: Callable[[bytes], bytes]) -> None:
    assert members(change(zipped(MEMBERS))) is None


@pytest.mark.parametrize(
    "name", ["a/", "/a", "../a", "a/../b", "./a", "a//b", "a\\b", "a%20", "表.xml", "a:b", "."]
)
def test_a_name_that_programs_read_differently_is_left_to_the_guard(name: str) -> None:
    assert members(zipped({name: b"x", "b": b"y"})) is None


def test_names_that_differ_in_case_alone_are_left_to_the_guard() -> None:
    assert members(zipped({"a.xml": b"x", "A.xml": b"y"})) is None


def test_members_that_share_bytes_are_left_to_the_guard() -> None:
    data = zipped({"a.xml": b"x" * 30, "b.xml": b"x" * 30}, zipfile.ZIP_STORED)
    second = directory(data) + 46 + len("a.xml")
    overlapping = changed(second + 42, b"\0\0\0\0")(data)
    assert members(overlapping.replace(b"b.xml", b"a.xml")) is None


@pytest.mark.parametrize(
    "limits",
    [
        replace(DEFAULT_LIMITS, file=100),
        replace(DEFAULT_LIMITS, parts=2),
        replace(DEFAULT_LIMITS, part=439),
        replace(DEFAULT_LIMITS, total=447),
        replace(DEFAULT_LIMITS, ratio=2, ratio_from=100),
    ],
)
def test_a_limit_is_told_by_the_guard(limits: Limits) -> None:
    data = zipped(MEMBERS)
    assert members(data, limits) is None
    with pytest.raises(Refused):
        open_package(data, limits)


def test_sizes_up_to_the_limits_are_read() -> None:
    data = zipped(MEMBERS)
    limits = replace(DEFAULT_LIMITS, file=len(data), parts=3, part=440, total=448)
    assert members(data, limits) == dict(open_package(data, limits))


def test_a_stream_that_gives_more_than_it_says_is_left_to_the_guard() -> None:
    packed = zlib.compressobj(wbits=-15)
    content = packed.compress(b"x" * 1000) + packed.flush()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("a.xml"), content)
    data = bytearray(target.getvalue())
    start = directory(bytes(data))
    for offset in (8, start + 10):
        struct.pack_into("<H", data, offset, zipfile.ZIP_DEFLATED)
    struct.pack_into("<I", data, start + 24, 500)
    struct.pack_into("<I", data, start + 16, zlib.crc32(b"x" * 500))
    assert members(bytes(data)) is None


def test_a_stream_that_could_be_very_long_is_inflated_with_a_cap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plain_zip, "_MOST_AT_ONCE", 10)
    packed = zlib.compressobj(wbits=-15)
    stream = packed.compress(b"x" * 1000) + packed.flush()
    assert plain_zip._by_zlib(stream, 20) == b"x" * 21
    assert plain_zip._by_zlib(stream, 1000) == b"x" * 1000


def test_whatever_the_bytes_it_gives_what_the_guard_gives_or_nothing() -> None:
    """A zip of which any bytes were changed."""
    rng = random.Random(20)
    data = zipped(MEMBERS)
    understood = 0
    for _ in range(3000):
        mutant = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            mutant[rng.randrange(len(mutant))] = rng.randrange(256)
        found = members(bytes(mutant))
        if found is not None:
            understood += 1
            assert found == dict(open_package(bytes(mutant)))
    assert understood > 100
