"""How a page or a text is encoded."""

from __future__ import annotations

import pytest

from formats.shapes import told
from xlreport.formats.documents import open_document
from xlreport.formats.encodings import declared_encoding, page_text, text_of

TEXT = "本年度政府信息公开"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=gb2312>", "gb18030"),
        ("<meta http-equiv='Content-Type' content='text/html; charset=GBK'>", "gb18030"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset=utf-8>", "utf-8-sig"),
        ("", "utf-8"),
        ("", "gb18030"),
        ("<meta charset=gb2312>", "utf-16"),
        ("", "utf-16-le"),
        ("<meta charset=big5>", "big5"),
        ("<meta charset=utf-8>", "gb18030"),
        ("<meta charset=hex>", "utf-8"),
    ],
)
def test_encodings(head: str, encoding: str) -> None:
    text = "年度政府" if encoding == "big5" else TEXT
    source = f"<html>{head}<p>{text}"
    assert told(open_document(source.encode(encoding))) == [text]


def test_a_page_saved_anew_in_utf_8_with_its_old_declaration() -> None:
    source = f"<meta charset=gb2312><p>{TEXT * 3}"
    assert told(open_document(source.encode())) == [TEXT * 3]


def test_a_short_text_is_what_is_declared() -> None:
    """模 in GB 2312 is well-formed UTF-8 too."""
    source = "<meta charset=gb2312><p>模".encode("gb18030")
    assert source.decode("utf-8").endswith("ģ")
    assert page_text(source).endswith("模")


def test_a_page_with_broken_bytes_is_read_all_the_same() -> None:
    source = "<meta charset=utf-8><p>一</p><p>\xff\xff</p>5".encode("latin-1", "replace")
    assert told(open_document(source))[-1] == "5"


def test_declared_encodings() -> None:
    assert declared_encoding(b"<?xml version='1.0' encoding='GB2312'?>") == "gb18030"
    assert declared_encoding(b"<meta charset=zip>") == ""
    assert declared_encoding(b" " * 5000 + b"<meta charset=gbk>") == ""


def test_zeros_that_are_no_part_of_a_text() -> None:
    text = "规章\t5\n" * 9
    assert text_of(text.encode() + b"\0\0") == text
    assert text_of(text.encode("utf-16-le")) == text
    assert text_of(text.encode("utf-16")) == text
    assert text_of("规章".encode() + b"\xff") != ""
