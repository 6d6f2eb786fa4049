"""A few sheets of a large workbook read as they do in the whole of it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from functools import lru_cache

import pytest

from support.cells import part, put, rewrite, sheet_parts
from support.summaries import merged, summary_bytes
from xlreport.formats import excerpt as module
from xlreport.formats.excerpt import excerpt
from xlreport.formats.guard import Refused
from xlreport.formats.open import open_book

KEPT = ("封面", "文字材料", "校验")
STRINGS = "xl/sharedStrings.xml"


@lru_cache
def summary() -> bytes:
    return summary_bytes(merged())


def small(data: bytes) -> bytes:
    return excerpt(data, KEPT)


def test_the_sheets_that_are_kept_read_as_in_the_whole() -> None:
    data = put(summary(), "文字材料", "B5", "text", "县里写的")
    whole, few = open_book(data), open_book(small(data))
    assert list(few.sheets) == list(whole.sheets)
    for name in KEPT:
        assert few.sheets[name].cells == whole.sheets[name].cells
    assert few.names == whole.names
    assert (few.properties, few.saved) == (whole.properties, whole.saved)
    assert sum(len(few.sheets[name].cells) for name in few.sheets if name not in KEPT) == 0


def test_texts_may_end_in_another_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = small(summary())
    assert len(part(summary(), STRINGS)) > 2000
    for piece in (397, 401, 1000):
        monkeypatch.setattr(module, "_PIECE", piece)
        assert small(summary()) == whole


def test_texts_without_anything_count() -> None:
    texts = part(summary(), STRINGS)
    assert "<si><t>封面</t></si>" in texts
    first = re.sub(r"(<sst[^>]*>)", r"\1<si/><si ><t/></si >", texts, count=1)
    changed: dict[str, bytes | None] = {STRINGS: first.encode()}
    for sheet, name in sheet_parts(summary()).items():
        if sheet in KEPT:
            xml = part(summary(), name)
            moved = re.sub(
                r't="s"><v>(\d+)</v>', lambda found: f't="s"><v>{int(found[1]) + 2}</v>', xml
            )
            changed[name] = moved.encode()
    again = open_book(small(rewrite(summary(), changed)))
    assert again.sheets["封面"].cells == open_book(summary()).sheets["封面"].cells


def test_what_is_left_out_is_not_even_unpacked() -> None:
    data = summary()
    name = sheet_parts(data)["明细·二、主动公开"].encode()
    broken = bytearray(data)
    start = data.index(name) + len(name)
    broken[start + 10 : start + 40] = bytes(30)
    with pytest.raises(Refused):
        open_book(bytes(broken))
    assert small(bytes(broken)) == small(data)


def without_texts(xml: str) -> str:
    head, _, rest = xml.partition("<si>")
    return head + rest[rest.rindex("</sst>") :]


CHANGES: dict[str, Callable[[str], str]] = {
    "a comment": lambda xml: xml.replace("<si>", "<!-- </si> --><si>", 1),
    "CDATA": lambda xml: xml.replace("<t>", "<t><![CDATA[</si>]]>", 1),
    "a DTD": lambda xml: xml.replace("<sst", "<!DOCTYPE sst><sst", 1),
    "no texts": without_texts,
    "another root": lambda xml: xml.replace("sst", "tss"),
    "one that is too long": lambda xml: xml.replace("<t>", "<t>" + "长" * 3_000_000, 1),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_shared_texts_that_no_program_writes_are_refused(kind: str) -> None:
    xml = CHANGES[kind](part(summary(), STRINGS))
    with pytest.raises(Refused):
        small(rewrite(summary(), {STRINGS: xml.encode()}))


def test_cells_that_no_program_writes_are_refused() -> None:
    name = sheet_parts(summary())["封面"]
    xml = part(summary(), name)
    odd = re.sub(r't="s"><v>(\d+)</v>', r't="s"><v> \1</v>', xml, count=1)
    assert odd != xml
    with pytest.raises(Refused):
        small(rewrite(summary(), {name: odd.encode()}))


def test_a_workbook_without_shared_texts_is_taken_as_it_is() -> None:
    stream = io.BytesIO()
    parts = {
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument"/></Relationships>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="s" Target="worksheets/a.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="封面" sheetId="1" r:id="s"/></sheets></workbook>',
        "xl/worksheets/a.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>',
    }
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert open_book(small(stream.getvalue())).sheets["封面"].cells[0, 0].text == "7"
    del parts["xl/worksheets/a.xml"]
    with zipfile.ZipFile(stream := io.BytesIO(), "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(Refused, match="“封面”的内容缺失"):
        small(stream.getvalue())
