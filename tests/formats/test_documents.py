"""The door to documents: what is one, and what reads it."""

from __future__ import annotations

import base64
import io
import quopri
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from formats.packages import ods, xlsx_parts, zipped
from formats.shapes import told
from formats.word import paragraph, word
from xlreport.formats.detect import format_of
from xlreport.formats.documents import is_document, open_document
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused

PAGE = "网页（HTML）文件"
SEEN = "<table><tr><td>1</table>"


@pytest.mark.parametrize(
    ("source", "label"),
    [
        (SEEN, PAGE),
        ("<!DOCTYPE HTML PUBLIC 'x'><html>", PAGE),
        ("<?xml version='1.0'?>\n<!DOCTYPE html>", PAGE),
        ("<?xml version='1.0'?><html xmlns='x'>", PAGE),
        ("<!-- saved from url=(0014)about:internet -->\n<!-- 2 --><html>", PAGE),
        ("<div>", PAGE),
        ("  <P align=center>", PAGE),
        ("<h1>", PAGE),
        ("<?xml version='1.0'?><p/>", "XML 文件"),
        ("<pkg:package>", "XML 文件"),
        ("<tables>", "XML 文件"),
        ("<!-- ", "XML 文件"),
        ("规章\t0", "文本文件（如 CSV）"),
        ("{\\rtf1 x}", "RTF 文档"),
    ],
)
def test_pages_are_known_by_how_they_begin(source: str, label: str) -> None:
    found = format_of(source.encode(), DEFAULT_LIMITS)
    assert found.label == label
    assert is_document(found) == (label not in ("XML 文件", "RTF 文档"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_pages_in_other_encodings(encoding: str) -> None:
    data = f"<html><p>一{SEEN}".encode(encoding)
    assert format_of(data, DEFAULT_LIMITS).label == PAGE
    assert told(open_document(data)) == ["一", "| 1 |"]


def test_comments_without_an_end_take_no_time() -> None:
    """Each is looked at once."""
    assert format_of(b"<!---->" * 600 + b"<html>", DEFAULT_LIMITS).label == "XML 文件"
    assert format_of(b"<!---->" * 100 + b"<html>", DEFAULT_LIMITS).label == PAGE


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (SEEN.encode(), "网页"),
        (word(paragraph("一")), "Word 文档"),
        ("一".encode(), "文本"),
        (zipped(xlsx_parts("<sheetData/>")), "工作簿"),
        (ods('<table name="表"/>'), "工作簿"),
    ],
)
def test_kinds_as_people_call_them(data: bytes, kind: str) -> None:
    assert open_document(data).kind == kind


def test_what_is_no_document() -> None:
    with pytest.raises(Refused) as refused:
        open_document(b"%PDF-1.7")
    assert refused.value.finding.message == "这是 PDF 文件，不是能读取的工作簿"


def test_large_files() -> None:
    with pytest.raises(Refused, match="文件大小为 5 字节，超过允许的 4 字节"):
        open_document(b"12345", Limits(file=4))


def test_nothing_heavy_is_loaded_before_such_a_file_comes() -> None:
    program = (
        "import sys, xlreport.merging.reader, xlreport.formats.documents;"
        "print([m for m in ('lxml', 'docx', 'doc2docx', 'csv', 'xlreport.formats.html') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


SAMPLES = Path(__file__).resolve().parents[2] / "samples"
LOCKED = Path(__file__).resolve().parents[1] / "hostile" / "files" / "加密.xlsx"


def test_what_is_encrypted_is_read_with_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = LOCKED.read_bytes()
    assert open_document(locked, passwords=["1", "示例密码2025"]).kind == "工作簿"
    with pytest.raises(Refused, match="给出的 1 个密码都打不开"):
        open_document(locked, passwords=["1"])
    monkeypatch.setattr("xlreport.formats.locked.decrypt", lambda *_: word(paragraph("一")))
    document = open_document(locked)
    assert (told(document), document.kind) == (["一"], "Word 文档")


def test_a_word_document_with_a_password_is_called_no_workbook() -> None:
    """What is inside nobody knows without the password ([MS-OFFCRYPTO] 2.3.4)."""
    locked = io.BytesIO()
    with (SAMPLES / "report-template.docx").open("rb") as document:
        OOXMLFile(document).encrypt("密码7", locked)
    with pytest.raises(Refused) as refused:
        open_document(locked.getvalue())
    assert refused.value.finding.message == "文件加了打开密码，没有读取"
    assert open_document(locked.getvalue(), passwords=["密码7"]).kind == "Word 文档"


MAIL = """MIME-Version: 1.0
Content-Type: multipart/related; boundary="B"

--B
Content-Type: text/html; charset="{charset}"
Content-Transfer-Encoding: {encoding}

{page}
--B
Content-Type: text/html
Content-Transfer-Encoding: 7bit

<p>frame
--B
Content-Type: image/png
Content-Transfer-Encoding: base64

AAAA
--B--
"""


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("base64", base64.encodebytes), ("quoted-printable", quopri.encodestring)],
)
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_a_page_saved_as_one_file(
    charset: str, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    page = encode(f"<html><p>行政许可{SEEN}".encode(charset)).decode()
    archive = MAIL.format(charset=charset, encoding=encoding, page=page).encode()
    found = format_of(archive, DEFAULT_LIMITS)
    assert (found.label, is_document(found)) == ("网页归档或邮件文件", True)
    document = open_document(archive)
    assert (told(document), document.kind) == (["行政许可", "| 1 |"], "网页")


def test_a_message_without_a_page_has_nothing_to_read() -> None:
    assert told(open_document(b"MIME-Version: 1.0\nContent-Type: text/plain\n\n1\t2\n3\t4")) == []
    assert told(open_document(b"From: a@b.cn\nSubject: x\n\n<table><tr><td>1</table>")) == []
    attached = MAIL.format(charset="utf-8", encoding="7bit", page=SEEN).replace(
        "image/png", "image/png\nContent-Disposition: attachment"
    )
    assert told(open_document(attached.encode())) == []
