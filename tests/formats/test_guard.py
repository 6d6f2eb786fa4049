"""Hostile and broken files: each refused with its own code, none crashes, none is read."""

from __future__ import annotations

import io
import struct
import zipfile
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.cells import part, rewrite, sheet_parts
from support.examples import examples
from support.fills import fill
from support.mails import compound
from xlreport import Form, FormCatalog, Submission, get_form, read_submission, write_workbook
from xlreport.formats.detect import is_a
from xlreport.formats.guard import (
    DEFAULT_LIMITS,
    Limits,
    Refused,
    XmlHandler,
    open_package,
    parse_xml,
)
from xlreport.formats.open import open_book
from xlreport.workbook.writer.template import blank

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DTD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.fixture(scope="module")
def good(zfxxgk: Form) -> bytes:
    return write_workbook(blank(zfxxgk, 2025), zfxxgk)


def code_of(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[str, str]:
    """The code and message with which a file is refused."""
    with pytest.raises(Refused) as caught:
        open_book(data, limits)
    return caught.value.finding.code, caught.value.finding.message


def test_latin_letters_stand_apart() -> None:
    assert (is_a("PDF 文件"), is_a("图片"), is_a("7z 压缩包")) == (
        "是 PDF 文件",
        "是图片",
        "是 7z 压缩包",
    )


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "空文件（0 字节）"),
        (b"%PDF-1.7", "PDF 文件"),
        (b"\x89PNG\r\n", "图片"),
        (compound({"WordDocument": bytes(5000)}), "Word 文档（.doc）"),
        (compound({"PowerPoint Document": bytes(5000)}), "演示文稿（.ppt）"),
        (OLE + b"\0" * 600, "旧格式的办公文件，里面没有表格（或已损坏）"),
        (b"<html><table></table></html>", "网页（HTML）文件"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "XML 表格（2003 格式）"),
        (b"MIME-Version: 1.0\r\n", "网页归档或邮件文件"),
        (b"Received: from mx by mail; Mon, 5 Jan 2026\r\n", "网页归档或邮件文件"),
        (b"From: jiazi@example.org\r\n", "网页归档或邮件文件"),
        (b"from,to\r\n1,2\r\n", "文本文件（如 CSV）"),
        (b"a,b,c\n1,2,3\n", "文本文件（如 CSV）"),
        (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
        (b"Rar!\x1a\x07", "RAR 压缩包"),
        (bytes(range(256)), "无法识别的文件"),
    ],
)
def test_the_real_kind_of_a_file_is_told(data: bytes, what: str) -> None:
    assert code_of(data) == ("R1", f"这{is_a(what)}，不是能读取的工作簿")


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"甲.txt": "x"}, "ZIP 压缩包"),
        ({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}, "Word 文档（.docx）"),
        ({"[Content_Types].xml": "<x/>", "ppt/presentation.xml": "<x/>"}, "演示文稿（.pptx）"),
        (
            {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"},
            "OpenDocument 文件，但不是工作簿",
        ),
    ],
)
def test_a_zip_that_is_no_workbook(members: dict[str, str], what: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert code_of(target.getvalue()) == ("R1", f"这{is_a(what)}，不是能读取的工作簿")


def test_a_wrong_checksum_is_found_before_anything_is_parsed(good: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(rewrite(good, {}))) as archive:
        info = archive.getinfo(sheet_parts(good)["三、依申请公开"])
    wrong = good.replace(
        struct.pack("<I", archive.getinfo(info.filename).CRC), struct.pack("<I", info.CRC ^ 1)
    )
    assert code_of(wrong) == ("R2", f"部件“{info.filename}”损坏（校验码不符或不完整）")


@pytest.mark.parametrize(
    "name", ["xl/workbook.xml", "xl/worksheets/sheet4.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("head", [DTD, XXE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_dtd_is_refused_in_any_part_and_encoding(
    good: bytes, name: str, head: str, encoding: str
) -> None:
    xml = part(good, name).split("?>", 1)[1]
    body = head.replace("?>", f' encoding="{encoding}"?>') + xml
    assert code_of(rewrite(good, {name: body.encode(encoding)})) == (
        "R4",
        "文件里夹带了正常工作簿没有的定义（DTD 或实体）",
    )


def test_a_member_given_twice_is_refused(good: bytes) -> None:
    target = io.BytesIO(good)
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", b"<x/>")
    code, message = code_of(target.getvalue())
    assert (code, "出现了两次" in message) == ("R2", True)


def bomb(good: bytes, size: int) -> bytes:
    return rewrite(good, {"xl/media/image1.bin": b"\0" * size})


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(file=1000), "文件大小为"),
        (Limits(parts=3), "压缩包内的部件数为"),
        (Limits(total=1000), "解压后的总大小为"),
        (Limits(part=1000), "部件解压后的大小为"),
        (
            Limits(cells=10),
            "行、单元格、合并、链接、批注和条件格式的总数为 11 个，超过允许的 10 个",
        ),
    ],
)
def test_each_limit_is_told_with_the_seen_and_the_allowed_number(
    good: bytes, limits: Limits, words: str
) -> None:
    code, message = code_of(good, limits)
    assert code == "R3"
    assert words in message


def test_a_zip_bomb_is_refused_by_its_ratio(good: bytes) -> None:
    code, message = code_of(bomb(good, 20_000_000))
    assert code == "R3"
    assert message.startswith("部件的压缩比为 1,0")


def test_just_below_the_limits_is_read(good: bytes) -> None:
    parts = len(zipfile.ZipFile(io.BytesIO(good)).namelist())
    open_book(good, Limits(parts=parts, file=len(good)))
    with pytest.raises(Refused):
        open_package(good, Limits(parts=parts - 1))


def test_a_member_longer_than_its_directory_says_is_refused(good: bytes) -> None:
    short = bytearray(good)
    name = b"xl/sharedStrings.xml"
    at = good.find(b"PK\x01\x02")
    while good[at + 46 : at + 46 + len(name)] != name:
        at = good.find(b"PK\x01\x02", at + 1)
    struct.pack_into("<I", short, at + 24, 10)
    code, _ = code_of(bytes(short))
    assert code == "R2"


@pytest.mark.parametrize("cut", [10, 100, 1000, 10_000, 20_000, 30_000])
def test_a_truncated_file_is_refused(good: bytes, cut: int) -> None:
    assert code_of(good[:-cut])[0] == "R2"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("xl/workbook.xml", "<sheets>", "<sheets><"),
        (
            "xl/_rels/workbook.xml.rels",
            'Target="worksheets/sheet3.xml"',
            'Target="worksheets/nowhere.xml"',
        ),
        ("xl/worksheets/sheet3.xml", 'r="A1"', 'r="ZZZ99999999"'),
        ("xl/worksheets/sheet3.xml", 't="s"><v>', 't="s"><v>99999'),
    ],
)
def test_broken_parts_are_damage_not_a_crash(good: bytes, name: str, old: str, new: str) -> None:
    xml = part(good, name)
    assert old in xml
    assert code_of(rewrite(good, {name: xml.replace(old, new, 1).encode()}))[0] == "R2"


def test_namespaces_and_prefixes_do_not_matter(good: bytes) -> None:
    """Strict OOXML and prefixed tags differ from the usual files only in names of namespaces."""
    changed: dict[str, bytes | None] = {}
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        for name in archive.namelist():
            xml = archive.read(name).decode()
            xml = xml.replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            changed[name] = xml.encode()
    seen = open_book(rewrite(good, changed))
    usual = open_book(good)
    assert {n: s.cells for n, s in seen.sheets.items()} == {
        n: s.cells for n, s in usual.sheets.items()
    }


def test_links_to_outside_are_never_followed(good: bytes) -> None:
    name = "xl/_rels/workbook.xml.rels"
    link = '<Relationship Id="rId99" Type="x/externalLink" Target="http://127.0.0.1:9/x" TargetMode="External"/></Relationships>'
    xml = part(good, name).replace("</Relationships>", link)
    assert open_book(rewrite(good, {name: xml.encode()})).sheets


def test_xml_that_never_ends_is_damage() -> None:
    with pytest.raises(Refused):
        parse_xml(b"<a><b>", XmlHandler(), {})


@cache
def good_report() -> tuple[bytes, Submission]:
    """A workbook and what is read of it."""
    form = get_form("zfxxgk-2021")
    data = write_workbook(fill(form, 4, wild=0.0), form)
    right = read_submission(data, FormCatalog()).submission
    assert right is not None
    return data, right


@examples(60)
@given(data=st.data())
def test_bytes_changed_anywhere_never_raise_and_never_change_a_number_in_silence(
    data: st.DataObject,
) -> None:
    original, right = good_report()
    changed = bytearray(original)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    reading = read_submission(bytes(changed), FormCatalog())
    if reading.submission is None:
        assert reading.findings
    else:
        assert reading.submission.entries == right.entries
