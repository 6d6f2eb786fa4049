"""One crafted file for each rule of the guard, and the same file without the fault."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from formats.packages import entry, patched, refusal, rows, xlsx_parts, zipped
from xlreport.formats import codes
from xlreport.formats.guard import (
    CellCount,
    Limits,
    Refused,
    XmlHandler,
    check_limit,
    open_package,
    open_zip,
    parse_xml,
    part_name,
    read_member,
)
from xlreport.formats.open import open_book

PARTS = xlsx_parts(rows('<c r="A1"><v>1</v></c>'))
GOOD = zipped(PARTS)
STYLES = "xl/styles.xml"
SIZES = {name: len(str(content).encode()) for name, content in PARTS.items()}


def test_the_package_without_a_fault_is_read() -> None:
    assert refusal(GOOD) == ("", "")


def _twice(name: str) -> bytes:
    return zipped({**PARTS, name: "<x/>"})


def _overlapping() -> bytes:
    """Two entries of the directory that point to the same bytes."""
    data = zipped({**PARTS, "xl/styles.xm2": PARTS[STYLES]})
    first, second = entry(data, STYLES), entry(data, "xl/styles.xm2")
    offset = int.from_bytes(data[first + 42 : first + 46], "little")
    return patched(data, second + 42, "<I", offset)


def _beyond_the_end() -> bytes:
    return patched(GOOD, entry(GOOD, STYLES) + 42, "<I", len(GOOD) - 10)


RULES: dict[str, tuple[Callable[[], bytes], tuple[str, str]]] = {
    "no directory": (lambda: GOOD[:-30], ("R2", "文件不完整，压缩目录读不出来")),
    "a name twice, in another case": (
        lambda: _twice("XL/Styles.xml"),
        ("R2", "压缩包里的部件“XL/Styles.xml”出现了两次，无法判断哪个是真的"),
    ),
    "a name twice, with back-slashes": (
        lambda: _twice("xl\\styles.xml"),
        ("R2", "压缩包里的部件“xl\\styles.xml”出现了两次，无法判断哪个是真的"),
    ),
    "a name twice, from the root": (
        lambda: _twice("/xl/styles.xml"),
        ("R2", "压缩包里的部件“/xl/styles.xml”出现了两次，无法判断哪个是真的"),
    ),
    "members that overlap": (
        _overlapping,
        ("R2", "压缩包里的部件“xl/styles.xml”和“xl/styles.xm2”互相重叠"),
    ),
    "a member beyond the end": (
        _beyond_the_end,
        ("R2", "部件“xl/styles.xml”损坏（校验码不符或不完整）"),
    ),
    "a wrong checksum": (
        lambda: patched(GOOD, entry(GOOD, STYLES) + 16, "<I", 1),
        ("R2", "部件“xl/styles.xml”损坏（校验码不符或不完整）"),
    ),
    "an encrypted member": (
        lambda: patched(GOOD, entry(GOOD, STYLES) + 8, "<H", 1),
        ("R20", "文件加了打开密码，没有读取"),
    ),
    "an odd compression": (
        lambda: zipped(PARTS, zipfile.ZIP_BZIP2),
        ("R2", "文件内部用了表格程序不用的压缩方法，读不出来"),
    ),
    "a DTD without an entity": (
        lambda: zipped({**PARTS, STYLES: "<!DOCTYPE styleSheet><styleSheet/>"}),
        ("R4", "文件里夹带了正常工作簿没有的定义（DTD 或实体）"),
    ),
    "XML that does not end": (
        lambda: zipped({**PARTS, STYLES: "<styleSheet>"}),
        ("R2", "文件的内容不完整或写法有误"),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_refuses_its_file(rule: str) -> None:
    make, expected = RULES[rule]
    assert refusal(make()) == expected


@pytest.mark.parametrize(
    ("message", "seen", "limits"),
    [
        (codes.FILE_SIZE, len(GOOD), lambda n: Limits(file=n)),
        (codes.PARTS, len(PARTS), lambda n: Limits(parts=n)),
        (codes.TOTAL_SIZE, sum(SIZES.values()), lambda n: Limits(total=n)),
        (codes.PART_SIZE, max(SIZES.values()), lambda n: Limits(part=n)),
        (codes.XLSX_CELLS, 2, lambda n: Limits(cells=n)),
    ],
    ids=lambda value: getattr(value, "text", "")[:6],
)
def test_a_limit_admits_its_number_and_tells_one_more(
    message: Callable[..., object], seen: int, limits: Callable[[int], Limits]
) -> None:
    assert refusal(GOOD, limits(seen)) == ("", "")
    with pytest.raises(Refused) as caught:
        open_book(GOOD, limits(seen - 1))
    assert caught.value.finding == message(seen=seen, allowed=seen - 1)


def test_the_ratio_counts_above_a_size_only() -> None:
    """A part of 1,000 blanks packs about 90 to 1; the ratio is told rounded up."""
    data = zipped({**PARTS, "xl/x.bin": " " * 1000})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        ratio = -(-1000 // archive.getinfo("xl/x.bin").compress_size)
    assert refusal(data, Limits(ratio=ratio, ratio_from=999)) == ("", "")
    assert refusal(data, Limits(ratio=1, ratio_from=1000)) == ("", "")
    assert refusal(data, Limits(ratio=ratio - 1, ratio_from=999)) == (
        "R3",
        f"部件的压缩比为 {ratio} 倍，超过允许的 {ratio - 1} 倍",
    )


def test_a_limit_is_told_with_separators_and_advice() -> None:
    with pytest.raises(Refused) as caught:
        check_limit(codes.FILE_SIZE, 1_234_567, 1_000)
    assert caught.value.finding.message == "文件大小为 1,234,567 字节，超过允许的 1,000 字节"
    assert caught.value.finding.suggestion.endswith("可以放宽限制（见用户手册第四节）")


def test_cells_are_counted_over_all_sheets() -> None:
    count = CellCount(codes.XLS_CELLS, 3)
    count.add()
    count.add(2)
    with pytest.raises(Refused, match="单元格的总数为 4 个，超过允许的 3 个"):
        count.add()


def test_a_member_is_never_read_beyond_the_cap() -> None:
    with open_zip(zipped({"a": "12345"})) as archive:
        info = archive.getinfo("a")
        assert read_member(archive, info, 5) == b"12345"
        with pytest.raises(Refused, match="部件解压后的大小为 5 字节，超过允许的 4 字节"):
            read_member(archive, info, 4)


def test_members_are_given_by_lower_case_name_and_folders_left_out() -> None:
    parts = open_package(zipped({"XL/": "", "XL\\A.xml": "1"}))
    assert parts == {"xl/a.xml": b"1"}
    assert part_name("/XL\\A.xml") == "xl/a.xml"


class Recorder(XmlHandler):
    """Keeps the elements that it is given."""

    def __init__(self) -> None:
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.ends: list[str] = []
        self.text = ""
        self.foreigners: list[str] = []

    def foreign(self, local: str, /) -> None:
        self.foreigners.append(local)

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        self.elements.append((name, attributes))

    def end(self, name: str, /) -> None:
        self.ends.append(name)

    def data(self, text: str, /) -> None:
        self.text += text


def test_names_come_by_the_prefix_of_their_namespace_whatever_the_file_calls_it() -> None:
    handler = Recorder()
    xml = b'<p:a xmlns:p="main" xmlns:q="other" q:id="1" id="2"><q:b q:x="3"/>t</p:a>'
    parse_xml(xml, handler, {"main": "", "other": "r"})
    assert handler.elements == [("a", {"r:id": "1", "id": "2"}), ("r:b", {"r:x": "3"})]
    assert (handler.ends, handler.text, handler.foreigners) == (["r:b", "a"], "t", [])


def test_names_of_other_namespaces_and_of_none_are_foreign() -> None:
    handler = Recorder()
    xml = b'<a xmlns="main" xmlns:z="urn:z" z:id="1" id="2"><z:b/><c xmlns="" d="3"/></a>'
    parse_xml(xml, handler, {"main": ""})
    assert handler.elements == [
        ("a", {"?:id": "1", "id": "2"}),
        ("?:b", {}),
        ("?:c", {"d": "3"}),
    ]
    assert handler.foreigners == ["id", "b", "c"]


def test_one_attribute_under_two_names_of_a_namespace_is_refused() -> None:
    xml = b'<a xmlns:p="one" xmlns:q="two" p:id="1" q:id="2"/>'
    with pytest.raises(Refused, match="文件的内容不完整或写法有误"):
        parse_xml(xml, Recorder(), {"one": "r", "two": "r"})
    parse_xml(xml, Recorder(), {})


@pytest.mark.parametrize(
    "name",
    [
        "xl/A.xml",
        "xl\\a.xml",
        "/xl//a.xml",
        "xl/b/../a.xml",
        "./xl/a.xml",
        "xl/%61.xml",
        "XL%2fa.xml",
    ],
)
def test_one_part_by_many_names(name: str) -> None:
    assert part_name(name) == "xl/a.xml"


def _with_large_directory(data: bytes, more: int = 0, where: int = 0) -> bytes:
    """The archive with a Zip64 end record that tells of so many members more."""
    end = data.rfind(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HII", data, end + 10)
    members = count + more
    large = b"PK\x06\x06"
    record = struct.pack("<4sQHHIIQQQQ", large, 44, 45, 45, 0, 0, members, members, size, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end + where, 1)
    return data[:end] + record + locator + data[end:]


def test_a_large_directory_that_is_another_is_refused() -> None:
    assert refusal(_with_large_directory(GOOD)) == ("", "")
    told = ("R2", "文件里有两个压缩目录，无法判断哪个是真的")
    assert refusal(_with_large_directory(GOOD, 1)) == told


def test_an_archive_that_is_cut_off_behind_a_workbook_is_not_that_workbook() -> None:
    """The members are stored: the directory that is found is that of the first one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("一.xlsx", GOOD)
        archive.writestr("二.xlsx", GOOD)
    whole = packed.getvalue()
    end = whole.index(b"PK\x03\x04", whole.index(b"PK\x05\x06"))
    for cut in (end, end + 10, end + 500):
        assert refusal(whole[:cut]) == ("R2", "文件不完整，压缩目录读不出来")
