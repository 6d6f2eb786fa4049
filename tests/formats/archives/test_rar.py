"""RAR archives: what is read, what is told of the rest, and that nothing gets past the limits."""

from __future__ import annotations

import datetime as dt
import random
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import rars

from support.rar_files import (
    ENCRYPTED,
    END,
    SPLIT_AFTER,
    SPLIT_BEFORE,
    Stored,
    Writer,
    locked_rar5,
    rar4,
    rar5,
)
from xlreport.formats.archives import Member, members_of, rar
from xlreport.formats.detect import Kind
from xlreport.formats.guard import Limits, Refused

WINRAR = Path(__file__).with_name("winrar")
BOTH = pytest.mark.parametrize("make", [rar4, rar5])
GBK = "甲子镇.xlsx".encode("gb18030")
A, B = Stored(b"a", b"12345"), Stored(b"b", b"1234567")

LOCKED = ("R20", "压缩包加了密码，里面的文件读不出来")
BROKEN = ("R2", "RAR 压缩包不完整或校验码不符")
VOLUME = ("R1", "这是分卷压缩包中的一卷，单独一卷解压不全，没有读取")
LINK = ("R6", "这是压缩包里指向别处的链接，不跟随")


def unpacked(data: bytes, spool: Path, limits: Limits | None = None) -> list[Member]:
    return members_of(data, Kind.RAR, spool, limits or Limits())


def refused(data: bytes, spool: Path, limits: Limits | None = None) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        unpacked(data, spool, limits)
    return caught.value.finding.code, caught.value.finding.message


def read(data: bytes, spool: Path) -> dict[str, bytes]:
    """The contents by name of an archive all of which is read."""
    members = unpacked(data, spool)
    assert all(member.problem is None for member in members)
    return {member.name: member.path.read_bytes() for member in members}


def told(member: Member) -> tuple[str, str] | None:
    if member.problem is None:
        return None
    return member.problem.code, member.problem.message


def built(*members: tuple[str, bytes], **options: Any) -> bytes:
    """An archive whose members are compressed."""
    builder = rars.RarBuilder(**options)
    for name, content in members:
        builder.add_bytes(content, name)
    data: bytes = builder.to_bytes()
    return data


# --- names and times -------------------------------------------------------------------------


def test_the_names_of_old_headers(tmp_path: Path) -> None:
    """GBK and UTF-8 without a mark, the Unicode name beside a GBK one, folders with backslashes."""
    data = rar4(
        Stored(GBK, b"1"),
        Stored(GBK, b"2", wide="年报/乙丑镇.xlsx"),
        Stored("丙寅镇.xlsx".encode(), b"3"),
        Stored("年报\\丁卯镇.xlsx".encode("gb18030"), b"4"),
        Stored("年报".encode("gb18030"), is_folder=True),
    )
    assert read(data, tmp_path) == {
        "甲子镇.xlsx": b"1",
        "年报/乙丑镇.xlsx": b"2",
        "丙寅镇.xlsx": b"3",
        "年报/丁卯镇.xlsx": b"4",
    }


def test_the_names_of_new_headers(tmp_path: Path) -> None:
    data = rar5(
        Stored("年报/甲子镇.xlsx".encode(), b"1"),
        Stored(GBK, b"2"),
        Stored(b"\xff\xff", b"3"),
        Stored(b"a\0b", b"4"),
        Stored("年报".encode(), is_folder=True),
    )
    names = ["年报/甲子镇.xlsx", "甲子镇.xlsx", "��", "a"]
    assert list(read(data, tmp_path)) == names


@BOTH
def test_names_lead_nowhere_and_may_be_there_twice(make: Writer, tmp_path: Path) -> None:
    names = [b"../a.xlsx", b"/a.xlsx", b"c:\\a.xlsx", b"a.xlsx", b"a.xlsx", b""]
    data = make(*(Stored(name, bytes([number])) for number, name in enumerate(names)))
    spool = tmp_path / "spool"
    spool.mkdir()
    members = unpacked(data, spool)
    assert [member.name for member in members] == [
        "../a.xlsx", "/a.xlsx", "c:/a.xlsx", "a.xlsx", "a.xlsx", "",
    ]  # fmt: skip
    assert [member.path.name for member in members] == [f"{n:06}.bin" for n in range(6)]
    assert [member.path.read_bytes() for member in members] == [bytes([n]) for n in range(6)]
    assert list(tmp_path.iterdir()) == [spool]


def test_old_times_are_those_of_a_clock_in_china_and_new_ones_utc(tmp_path: Path) -> None:
    morning = dt.datetime(2026, 1, 5, 9, 30)
    (old,) = unpacked(rar4(Stored(b"a", b"1", time=morning)), tmp_path)
    assert old.modified == dt.datetime(2026, 1, 5, 1, 30, tzinfo=dt.UTC).timestamp()
    (new,) = unpacked(rar5(Stored(b"a", b"1", time=1_700_000_000)), tmp_path)
    assert new.modified == 1_700_000_000
    never = unpacked(rar4(Stored(b"a", b"1", time=0xFFFFFFFF)), tmp_path)
    assert never[0].modified == 0.0
    without = unpacked(rar4(A), tmp_path) + unpacked(rar5(A), tmp_path)
    assert [member.modified for member in without] == [0.0, 0.0]


# --- what is not read ------------------------------------------------------------------------


@BOTH
def test_a_volume_is_told(make: Writer, tmp_path: Path) -> None:
    assert refused(make(A, flags=1), tmp_path) == VOLUME
    parts = (Stored(b"a", b"1", split=SPLIT_AFTER), Stored(b"a", b"1", split=SPLIT_BEFORE))
    for part in parts:
        assert refused(make(part, flags=1), tmp_path) == VOLUME
        (member,) = unpacked(make(part), tmp_path)
        assert told(member) == ("R2", "部件“a”损坏（校验码不符或不完整）")


def test_only_the_main_header_tells_of_a_volume(tmp_path: Path) -> None:
    """And only by its lowest flag, which may stand in several bytes."""
    old, new = bytearray(rar4(A, flags=1)), bytearray(rar5(A, flags=1))
    old[9], new[13] = 0x74, 2
    assert refused(bytes(old), tmp_path) == BROKEN
    assert refused(bytes(new), tmp_path) == BROKEN
    assert read(rar5(A, flags=0x80), tmp_path) == {"a": b"12345"}
    assert refused(rar5(A, flags=0x81), tmp_path) == VOLUME


def test_what_to_do_with_a_volume(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        unpacked(rar5(A, flags=1), tmp_path)
    assert caught.value.finding.suggestion == "请把各卷放在一起解压，再把里面的工作簿放进文件夹"


@pytest.mark.parametrize("data", [locked_rar5(), rar4(A, flags=0x80)])
def test_encrypted_headers_are_told(data: bytes, tmp_path: Path) -> None:
    assert refused(data, tmp_path) == LOCKED


@pytest.mark.parametrize("solid", [False, True])
@pytest.mark.parametrize("version", ["rar20", "rar29", "rar50"])
def test_encrypted_contents_are_told(version: str, solid: bool, tmp_path: Path) -> None:
    data = built(("a", b"1" * 99), ("b", b"2" * 99), format=version, password="x", solid=solid)
    if solid:
        assert refused(data, tmp_path) == LOCKED
        return
    assert [told(member) for member in unpacked(data, tmp_path)] == [LOCKED, LOCKED]


@BOTH
def test_a_link_and_a_broken_member_leave_the_others(make: Writer, tmp_path: Path) -> None:
    data = make(Stored(b"l", link=b"/etc/passwd", mode=0o120777), Stored(b"x", b"1", crc=1), A)
    assert [told(member) for member in unpacked(data, tmp_path)] == [
        LINK,
        ("R2", "部件“x”损坏（校验码不符或不完整）"),
        None,
    ]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_behind_a_password_is_a_link(tmp_path: Path) -> None:
    (link,) = unpacked(rar4(Stored(b"l", link=b"/x", split=ENCRYPTED)), tmp_path)
    assert told(link) == LINK


def test_a_packing_that_is_not_known_is_no_damage(tmp_path: Path) -> None:
    unknown = Stored(b"a", b"1234", packing=5 | 3 << 7)
    odd, member = unpacked(rar5(unknown, B), tmp_path)
    assert told(odd) == ("R2", "压缩包里的这个文件用了不常用的压缩方法，读不出来")
    assert member.problem is None


def test_a_link_of_an_unknown_way_is_damage(tmp_path: Path) -> None:
    data = rar5(Stored(b"x", link=b"a", redirection=9), A)
    broken, member = unpacked(data, tmp_path)
    assert told(broken) == ("R2", "部件“x”损坏（校验码不符或不完整）")
    assert member.problem is None


def test_a_reference_to_an_equal_file_is_that_file(tmp_path: Path) -> None:
    """But only where it says to be as large: otherwise a small archive would fill the disk."""
    data = rar5(
        Stored(b"first", b"12345"),
        Stored(b"copy", link=b"first", redirection=5, size=5),
        Stored(b"hard", link=b"first", redirection=4, size=5),
        Stored(b"small", link=b"first", redirection=5, size=0),
        Stored(b"none", link=b"x", redirection=5, size=5),
        Stored(b"itself", link=b"itself", redirection=5, size=5),
    )
    members = unpacked(data, tmp_path)
    assert [told(member) for member in members] == [None, None, None, LINK, LINK, LINK]
    assert [member.path.read_bytes() for member in members[:3]] == [b"12345"] * 3


@BOTH
def test_damage_to_the_whole_is_told(make: Writer, tmp_path: Path) -> None:
    data = make(A, B)
    for size in (8, len(data) // 2, data.index(b"1234567") + 3):
        assert refused(data[:size], tmp_path) == BROKEN
    wrong = bytearray(data)
    wrong[data.index(b"12345") - 1] ^= 1
    assert refused(bytes(wrong), tmp_path) == BROKEN
    assert refused(data[:7] + b"\x02" + bytes(50) + data, tmp_path) == BROKEN


@BOTH
def test_what_is_behind_the_end_does_not_matter(make: Writer, tmp_path: Path) -> None:
    assert read(make(A) + b"x" * 99, tmp_path) == {"a": b"12345"}
    assert read(make(A, end=False), tmp_path) == {"a": b"12345"}
    assert unpacked(make(), tmp_path) == []


def test_without_the_extra_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rars", None)
    with pytest.raises(Refused) as caught:
        unpacked(rar5(A), tmp_path)
    finding = caught.value.finding
    assert (finding.code, finding.message, finding.suggestion) == (
        "R1",
        "这是 RAR 压缩包，不是能读取的工作簿",
        "请先解压，把里面的工作簿放进来",
    )
    assert refused(rar5(A, flags=1), tmp_path) == VOLUME


# --- limits ----------------------------------------------------------------------------------


@BOTH
def test_the_limits(make: Writer, tmp_path: Path) -> None:
    data = make(A, Stored(b"d", is_folder=True), B)
    assert len(unpacked(data, tmp_path, Limits(parts=2, total=12, part=7))) == 2
    assert refused(data, tmp_path, Limits(parts=1)) == (
        "R3",
        "压缩包里的文件数为 2 个，超过允许的 1 个",
    )
    assert refused(data, tmp_path, Limits(total=11)) == (
        "R3",
        "解压后的总大小为 12 字节，超过允许的 11 字节",
    )
    _, large = unpacked(data, tmp_path, Limits(part=6))
    assert told(large) == ("R3", "部件解压后的大小为 7 字节，超过允许的 6 字节")


def test_the_limits_are_given_to_what_unpacks_too() -> None:
    """Should a file hold more than its header says."""
    options: Any = rar._options(Limits(part=1, total=2, memory=30, parts=4))
    assert (options.max_member_output_bytes, options.max_total_output_bytes) == (1, 2)
    assert options.max_reader_workspace_bytes == 15
    assert (options.max_header_count, options.max_header_bytes) == (140, 140_000)


def test_what_was_unpacked_around_it_counts(tmp_path: Path) -> None:
    assert members_of(rar5(A), Kind.RAR, tmp_path, Limits(total=9), 4)
    with pytest.raises(Refused, match="解压后的总大小为 10 字节，超过允许的 9 字节"):
        members_of(rar5(A), Kind.RAR, tmp_path, Limits(total=9), 5)


@BOTH
def test_what_is_larger_than_a_workbook_is_not_written(make: Writer, tmp_path: Path) -> None:
    inner = rar5(Stored(b"a", bytes(100)))
    data = make(Stored(b"a", bytes(101)), Stored(b"b", inner), Stored(b"c", bytes(100)))
    members = unpacked(data, tmp_path, Limits(file=100))
    too_large = ("R3", "文件大小为 101 字节，超过允许的 100 字节")
    assert [told(member) for member in members] == [too_large, None, None]
    assert len(inner) > 100
    assert len(list(tmp_path.iterdir())) == 2


def test_no_more_headers_are_read_than_so_many_members_need(tmp_path: Path) -> None:
    folders = [Stored(b"d%d" % number, is_folder=True) for number in range(120)]
    too_much = ("R3", "压缩包的目录或解压要用的内存超过允许的大小，没有读取")
    assert refused(rar5(*folders), tmp_path, Limits(parts=1)) == too_much
    assert unpacked(rar5(*folders), tmp_path, Limits(parts=3)) == []


def test_no_longer_headers_are_read_than_so_many_members_need(tmp_path: Path) -> None:
    """1,000 bytes each: as long a name as 110 of them stands here in two."""
    folders = [Stored(b"d" * 60_000, is_folder=True)] * 2
    too_much = ("R3", "压缩包的目录或解压要用的内存超过允许的大小，没有读取")
    assert refused(rar5(*folders), tmp_path, Limits(parts=1)) == too_much
    assert unpacked(rar5(*folders), tmp_path, Limits(parts=3)) == []


def test_a_dictionary_takes_no_more_than_the_file_needs(tmp_path: Path) -> None:
    """A header that says 4 GB costs no town its report."""
    content = b"1" * 5_000
    small = built(("a", content), format="rar50")
    (info,) = rars.RarFile.from_bytes(small).infolist()
    packed = small[-END - info.compress_size : -END]
    four_gigabytes, normal = 15 << 10, 3 << 7
    member = Stored(
        b"a",
        packed,
        packing=four_gigabytes | normal,
        size=len(content),
        crc=zlib.crc32(content),
    )
    assert read(rar5(member), tmp_path) == {"a": content}


@pytest.mark.parametrize("version", ["rar29", "rar50"])
def test_the_memory_of_unpacking_is_limited(version: str, tmp_path: Path) -> None:
    data = built(("a", b"1" * 5_000), format=version)
    (member,) = unpacked(data, tmp_path, Limits(memory=20_000))
    assert told(member) == ("R3", "压缩包的目录或解压要用的内存超过允许的大小，没有读取")
    (member,) = unpacked(data, tmp_path)
    assert member.problem is None


# --- what RAR and WinRAR wrote ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("rar15-comment.rar", {"FILE1.TXT": 7, "FILE2.TXT": 8}),
        ("rar202-comment-nopsw.rar", {"FILE1.TXT": 7, "FILE2.TXT": 7}),
        ("rar3-solid.rar", {"stest1.txt": 2048, "stest2.txt": 2048}),
        ("seektest.rar", {"stest1.txt": 2048, "stest2.txt": 2048}),
        ("unicode.rar", {"уииоотивл.txt": 2, "𝐀𝐁𝐁𝐂.txt": 2}),
        ("rar5-crc.rar", {"stest1.txt": 2048, "stest2.txt": 2048}),
        ("rar5-hlink.rar", {f"stest{n}.txt": 2048 for n in range(1, 4)}),
        ("rar5-dups.rar", {f"stest{n}.txt": 2048 for n in range(1, 10)}),
        (
            "rar5-solid-qo.rar",
            {
                "somedir/stest1.txt": 2048,
                "stest1.txt": 2048,
                "somedir/stest2.txt": 2048,
                "stest2.txt": 2048,
            },
        ),
        (
            "rar3-subdirs.rar",
            {
                "sub/dir2/file2.txt": 6,
                "sub/with space/long fn.txt": 8,
                "sub/üȵĩöḋè/file.txt": 5,
                "sub/dir1/file1.txt": 6,
            },
        ),
    ],
)
def test_real_archives(name: str, sizes: dict[str, int], tmp_path: Path) -> None:
    """Their checksums are verified by what unpacks them; equal texts are told by their hashes."""
    contents = read((WINRAR / name).read_bytes(), tmp_path)
    assert {member: len(content) for member, content in contents.items()} == sizes


def test_the_same_files_from_different_versions_are_equal(tmp_path: Path) -> None:
    names = ("rar3-solid.rar", "seektest.rar", "rar5-crc.rar")
    first, *others = (read((WINRAR / name).read_bytes(), tmp_path) for name in names)
    assert others == [first, first]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rar3-comment-hpsw.rar", LOCKED),
        ("rar5-hpsw.rar", LOCKED),
        ("rar3-old.r01", VOLUME),
        ("rar3-vols.part3.rar", VOLUME),
        ("rar5-vols.part3.rar", VOLUME),
    ],
)
def test_real_archives_that_are_not_read(
    name: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    assert refused((WINRAR / name).read_bytes(), tmp_path) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rar202-comment-psw.rar", [LOCKED, LOCKED]),
        ("rar3-comment-psw.rar", [LOCKED, LOCKED]),
        ("rar5-psw.rar", [LOCKED, LOCKED]),
        ("rar3-symlink-unix.rar", [LINK, None, LINK]),
        ("rar5-symlink-win.rar", [None, LINK, LINK]),
        ("rar5-versions.rar", [None, None, None]),
    ],
)
def test_real_members(name: str, expected: list[tuple[str, str] | None], tmp_path: Path) -> None:
    members = unpacked((WINRAR / name).read_bytes(), tmp_path)
    assert [told(member) for member in members] == expected


# --- compressed, solid, with everything around it --------------------------------------------


@pytest.mark.parametrize("solid", [False, True])
@pytest.mark.parametrize("version", ["rar15", "rar20", "rar29", "rar50", "rar70"])
def test_every_version_is_read(version: str, solid: bool, tmp_path: Path) -> None:
    contents = {f"{number}.xlsx": bytes([number]) * 3_000 + b"PK" for number in range(4)}
    data = built(*contents.items(), format=version, solid=solid, comment="注释")
    assert read(data, tmp_path) == contents


def test_a_recovery_record_is_passed_over(tmp_path: Path) -> None:
    data = built(("a", b"1" * 5_000), format="rar50", recovery_percent=5)
    assert read(data, tmp_path) == {"a": b"1" * 5_000}


def test_damage_to_a_solid_archive_is_damage_to_all(tmp_path: Path) -> None:
    data = bytearray((WINRAR / "rar5-solid-qo.rar").read_bytes())
    data[230] ^= 0xFF
    assert refused(bytes(data), tmp_path) == BROKEN


@pytest.mark.parametrize("seed", range(60))
def test_mutants_are_read_or_told(seed: int, tmp_path: Path) -> None:
    """One to four bytes of a real archive changed, dropped or doubled."""
    choice = random.Random(seed)
    name = choice.choice(sorted(path.name for path in WINRAR.glob("*.r*")))
    data = bytearray((WINRAR / name).read_bytes())
    for _ in range(choice.randint(1, 4)):
        place = choice.randrange(7, len(data))
        data[place : place + choice.randint(0, 2)] = choice.randbytes(choice.randint(0, 2))
    members = []
    with suppress(Refused):
        members = unpacked(bytes(data), tmp_path)
    assert all(member.problem or member.path.is_file() for member in members)
