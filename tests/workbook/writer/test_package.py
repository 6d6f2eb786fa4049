"""Archives put together from compressed members: what an archive says of them stays."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from xlreport import Form, write_workbook
from xlreport.workbook.writer.deflating import RAW, Compressed
from xlreport.workbook.writer.package import members_of, packed
from xlreport.workbook.writer.template import blank


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for number, name in enumerate(names):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.comment = b"remark"[:number]
            # an extra field of some program: kind, length, content (APPNOTE.TXT 4.5.1)
            info.extra = struct.pack("<HH", 0xCAFE, number) + b"extra"[:number]
            written.writestr(info, name * 100)
    return target.getvalue()


def compressed(content: bytes) -> Compressed:
    compressor = zlib.compressobj(wbits=RAW)
    stream = compressor.compress(content) + compressor.flush()
    return Compressed(stream, zlib.crc32(content), len(content))


def test_a_workbook_taken_apart_and_put_together_is_the_same_file(any_form: Form) -> None:
    workbook = write_workbook(blank(any_form, 2025), any_form)
    assert packed(members_of(workbook)) == workbook


def test_members_with_remarks_extra_fields_and_chinese_names_are_taken_whole() -> None:
    data = archive("一.xml", "b.xml", "c/d.xml")
    members = members_of(data)
    assert [member.name for member in members] == ["一.xml", "b.xml", "c/d.xml"]
    assert packed(members) == data


def test_another_content_changes_nothing_but_what_follows_from_it() -> None:
    first, second, third = members_of(archive("a.xml", "b.xml", "c.xml"))
    content = "别的内容".encode() * 1_000
    changed = packed([first, second.holding(compressed(content)), third])
    with (
        zipfile.ZipFile(io.BytesIO(archive("a.xml", "b.xml", "c.xml"))) as old,
        zipfile.ZipFile(io.BytesIO(changed)) as new,
    ):
        assert new.testzip() is None, "offsets, sizes and CRC are right"
        assert new.read("b.xml") == content
        assert new.read("c.xml") == old.read("c.xml")
        for name in ("a.xml", "b.xml", "c.xml"):
            before, after = old.getinfo(name), new.getinfo(name)
            assert after.date_time == before.date_time
            assert after.comment == before.comment
            assert after.extra == before.extra
            assert after.external_attr == before.external_attr
            assert after.flag_bits == before.flag_bits
            assert after.create_system == before.create_system
