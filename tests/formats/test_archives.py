"""What lies in an archive: each member spooled, or the finding that says why not."""

from __future__ import annotations

import datetime as dt
import io
import stat
import struct
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import py7zr
import pytest

from formats.packages import entry, patched
from xlreport.formats.archives import Member, members_of
from xlreport.formats.archives.zips import zip_name
from xlreport.formats.detect import Kind
from xlreport.formats.guard import Limits, Refused

NOON = (2025, 1, 2, 12, 0, 0)


def zip_of(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w") as archive:
        warnings.simplefilter("ignore")
        for info, content in members:
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def seven_zip_of(*members: tuple[str, bytes], password: str | None = None) -> bytes:
    target = io.BytesIO()
    with py7zr.SevenZipFile(target, "w", password=password) as archive:
        for name, content in members:
            archive.writestr(content, name)
    return target.getvalue()


def unpacked(
    data: bytes, spool: Path, kind: Kind = Kind.ZIP, limits: Limits | None = None
) -> list[Member]:
    return members_of(data, kind, spool, limits or Limits())


def refused(
    data: bytes, spool: Path, kind: Kind = Kind.ZIP, limits: Limits | None = None
) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        unpacked(data, spool, kind, limits)
    return caught.value.finding.code, caught.value.finding.message


@pytest.mark.parametrize("kind", [Kind.ZIP, Kind.SEVEN_ZIP])
def test_members_are_numbered_files_never_under_their_own_names(kind: Kind, tmp_path: Path) -> None:
    make = zip_of if kind is Kind.ZIP else seven_zip_of
    names = ["a/甲.xlsx", "a/乙.xlsx"] if kind is Kind.SEVEN_ZIP else ["../甲.xlsx", "/a\\乙.xlsx"]
    members = unpacked(make(*[(name, name.encode()) for name in names]), tmp_path, kind)
    assert [member.name for member in members] == [name.replace("\\", "/") for name in names]
    assert [member.path.name for member in members] == ["000000.bin", "000001.bin"]
    assert [member.path.read_bytes() for member in members] == [name.encode() for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000.bin", "000001.bin"]


def test_a_link_and_a_broken_member_leave_the_others(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("链接")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    data = zip_of((link, b"/etc/passwd"), ("bad", b"x" * 50), ("good", b"1"))
    data = patched(data, entry(data, "bad") + 16, "<I", 1)
    first, second, third = unpacked(data, tmp_path)
    assert first.problem is not None
    assert (first.problem.code, first.problem.message) == (
        "R6",
        "这是压缩包里指向别处的链接，不跟随",
    )
    assert second.problem is not None
    assert second.problem.message == "部件“bad”损坏（校验码不符或不完整）"
    assert (third.name, third.problem, third.path.read_bytes()) == ("good", None, b"1")


def test_an_encrypted_member_is_told(tmp_path: Path) -> None:
    data = zip_of(("a", b"1"))
    (member,) = unpacked(patched(data, entry(data, "a") + 8, "<H", 1), tmp_path)
    assert member.problem is not None
    assert (member.problem.code, member.problem.message) == (
        "R20",
        "压缩包加了密码，里面的文件读不出来",
    )


def test_the_total_is_counted_over_the_members(tmp_path: Path) -> None:
    data = zip_of(("a", b"12345"), ("b", b"12345"), ("c", b"1"))
    members = unpacked(data, tmp_path, limits=Limits(total=9))
    problems = [member.problem.message if member.problem else "" for member in members]
    assert problems == ["", "解压后的总大小为 10 字节，超过允许的 9 字节", ""]
    assert all(m.problem is None for m in unpacked(data, tmp_path, limits=Limits(total=11)))


def test_folders_do_not_count(tmp_path: Path) -> None:
    data = zip_of(("a/", b""), ("a/b", b"1"), ("c", b"1"))
    assert len(unpacked(data, tmp_path, limits=Limits(parts=2))) == 2
    told = ("R3", "压缩包里的文件数为 2 个，超过允许的 1 个")
    assert refused(data, tmp_path, limits=Limits(parts=1)) == told


def test_the_size_of_an_archive(tmp_path: Path) -> None:
    data = zip_of(("a", b"1"))
    size = len(data)
    assert unpacked(data, tmp_path, limits=Limits(archive=size))
    told = ("R3", f"压缩包大小为 {size} 字节，超过允许的 {size - 1} 字节")
    assert refused(data, tmp_path, limits=Limits(archive=size - 1)) == told


# --- names and times -------------------------------------------------------------------------


def named(raw: bytes, *, flag: int = 0, extra: bytes = b"") -> str:
    info = zipfile.ZipInfo()
    info.orig_filename = raw.decode("utf-8" if flag else "cp437")
    info.flag_bits = flag
    info.extra = extra
    return zip_name(info)


def unicode_path(name: bytes, plain: bytes) -> bytes:
    body = b"\1" + struct.pack("<I", zlib.crc32(plain)) + name
    return struct.pack("<HH", 0x7075, len(body)) + body


GBK = "甲子镇".encode("gb18030")
OTHER = struct.pack("<HH", 0x9999, 2) + b"xx"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (named("甲子镇".encode(), flag=0x800), "甲子镇"),
        (named("甲子镇".encode()), "甲子镇"),
        (named(GBK), "甲子镇"),
        (named(b"a\\b\0c"), "a/b"),
        (named(b"\xff"), "\xa0"),
        (named(GBK, extra=OTHER + unicode_path("乙".encode(), GBK)), "乙"),
        (named(GBK, extra=unicode_path("乙".encode(), b"x")), "甲子镇"),
        (named(GBK, extra=unicode_path(b"\xff", GBK)), "甲子镇"),
        (named(GBK, extra=unicode_path(b"", GBK)), "甲子镇"),
    ],
)
def test_the_name_of_a_member(name: str, expected: str) -> None:
    assert name == expected


def modified(extra: bytes, spool: Path, when: tuple[int, ...] = NOON) -> float:
    info = zipfile.ZipInfo("a", (2025, 1, 2, 12, 0, 0))
    info.extra = extra
    data = zip_of((info, b"1"))
    if when != NOON:
        data = patched(data, entry(data, "a") + 14, "<H", 0)
    (member,) = unpacked(data, spool)
    return member.modified


def test_the_time_of_a_member(tmp_path: Path) -> None:
    """The DOS time is that of China; the extended one is UTC."""
    noon = dt.datetime(2025, 1, 2, 12, tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp()
    assert modified(b"", tmp_path) == noon
    assert modified(struct.pack("<HHBI", 0x5455, 5, 1, 1_700_000_000), tmp_path) == 1_700_000_000
    assert modified(struct.pack("<HHBI", 0x5455, 5, 2, 1_700_000_000), tmp_path) == noon
    assert modified(struct.pack("<HHBH", 0x5455, 3, 1, 5), tmp_path) == noon
    assert modified(b"", tmp_path, when=()) == 0.0


# --- 7z --------------------------------------------------------------------------------------


def test_a_7z_has_the_same_limits(tmp_path: Path) -> None:
    data = seven_zip_of(("a", b"12345"), ("b", b"12345"))
    kind = Kind.SEVEN_ZIP
    assert len(unpacked(data, tmp_path, kind, Limits(parts=2, total=10))) == 2
    assert refused(data, tmp_path, kind, Limits(parts=1)) == (
        "R3",
        "压缩包里的文件数为 2 个，超过允许的 1 个",
    )
    assert refused(data, tmp_path, kind, Limits(total=9)) == (
        "R3",
        "解压后的总大小为 10 字节，超过允许的 9 字节",
    )


def test_what_cannot_be_unpacked_of_a_7z(tmp_path: Path) -> None:
    kind = Kind.SEVEN_ZIP
    locked = seven_zip_of(("a", b"1"), password="x")
    assert refused(locked, tmp_path, kind) == ("R20", "压缩包加了密码，里面的文件读不出来")
    broken = seven_zip_of(("a", b"1"))[:-3]
    assert refused(broken, tmp_path, kind) == ("R2", "7z 压缩包不完整或校验码不符")
    twice = seven_zip_of(("a", b"1"), ("a", b"2"))
    assert refused(twice, tmp_path, kind) == ("R2", "压缩包里有同名的文件，无法判断哪个是真的")


def test_without_the_extra_a_7z_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py7zr", None)
    data = b"7z\xbc\xaf\x27\x1c"
    told = ("R1", "这是 7z 压缩包，本机没有安装解压组件")
    assert refused(data, tmp_path, Kind.SEVEN_ZIP) == told


def test_a_name_that_leads_outside_costs_its_member(tmp_path: Path) -> None:
    data = hostile_seven_zip("../甲.xlsx", "乙.xlsx", "c:/丙.xlsx", "a/../../丁.xlsx")
    members = unpacked(data, tmp_path, Kind.SEVEN_ZIP)
    told = "这个文件的名称指向文件夹以外，没有解压"
    problems = [member.problem.message if member.problem else "" for member in members]
    assert [told in problem for problem in problems] == [True, False, True, True]
    assert members[1].path.read_bytes() == "乙.xlsx".encode()
    only = unpacked(hostile_seven_zip("../甲.xlsx"), tmp_path, Kind.SEVEN_ZIP)
    assert only[0].problem is not None


def test_names_that_begin_with_a_slash_or_a_dot_are_read(tmp_path: Path) -> None:
    data = hostile_seven_zip("/a/甲.xlsx", "./乙.xlsx")
    members = unpacked(data, tmp_path, Kind.SEVEN_ZIP)
    assert [member.path.read_bytes().decode() for member in members] == ["/a/甲.xlsx", "./乙.xlsx"]


def hostile_seven_zip(*names: str) -> bytes:
    """An archive whose headers hold these names as they are; py7zr itself would not write some."""
    target = io.BytesIO()
    with py7zr.SevenZipFile(target, "w") as archive:
        for name in names:
            archive.writef(io.BytesIO(name.encode()), "placeholder")
            archive.header.files_info.files[-1]["filename"] = name
    return target.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_the_packings_that_are_read(method: int, tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("甲.xlsx", b"x" * 5000)
    (member,) = unpacked(target.getvalue(), tmp_path)
    assert member.path.read_bytes() == b"x" * 5000


def test_a_packing_that_is_not_read_is_no_damage(tmp_path: Path) -> None:
    """Deflate64, which Windows writes for large files; and LZMA with a dictionary of 1 GB."""
    told = "压缩包里的这个文件用了不常用的压缩方法，读不出来"
    data = zip_of(("a", b"1"))
    (member,) = unpacked(patched(data, entry(data, "a") + 10, "<H", 9), tmp_path)
    assert member.problem is not None
    assert (member.problem.message, "先解压" in member.problem.suggestion) == (told, True)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", b"x" * 5000)
    (member,) = unpacked(patched(target.getvalue(), 30 + 1 + 5, "<I", 2**30), tmp_path)
    assert member.problem is not None
    assert member.problem.message == told


@pytest.mark.parametrize("kind", [Kind.ZIP, Kind.SEVEN_ZIP])
def test_what_is_larger_than_a_workbook_is_not_written(kind: Kind, tmp_path: Path) -> None:
    make = zip_of if kind is Kind.ZIP else seven_zip_of
    inner = zip_of((zipfile.ZipInfo("b"), bytes(300)))
    data = make(("a", bytes(101)), ("b", inner), ("c", bytes(100)))
    members = unpacked(data, tmp_path, kind, Limits(file=100))
    problems = [member.problem.message if member.problem else "" for member in members]
    assert problems == ["文件大小为 101 字节，超过允许的 100 字节", "", ""]
    assert len(inner) > 100
    assert len(list(tmp_path.iterdir())) == 2


def told_of_the_total(kind: Kind, data: bytes, spool: Path, spent: int) -> str:
    """What is said when so many bytes were unpacked before and 9 may be."""
    try:
        (member,) = members_of(data, kind, spool, Limits(total=9), spent)
    except Refused as refused:
        return refused.finding.message
    return member.problem.message if member.problem else ""


@pytest.mark.parametrize("kind", [Kind.ZIP, Kind.SEVEN_ZIP])
def test_what_was_unpacked_around_it_counts(kind: Kind, tmp_path: Path) -> None:
    data = (zip_of if kind is Kind.ZIP else seven_zip_of)(("a", b"12345"))
    assert told_of_the_total(kind, data, tmp_path, 4) == ""
    told = "解压后的总大小为 10 字节，超过允许的 9 字节"
    assert told_of_the_total(kind, data, tmp_path, 5) == told
