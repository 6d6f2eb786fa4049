"""Parts: their bytes through every transfer encoding, and what is wrong with a structure."""

from __future__ import annotations

import base64

import pytest

from xlreport.mail.mime import (
    ENCODED,
    Content,
    broken,
    content,
    cut_off,
    encoded,
    has_parts,
    inside,
    is_letter,
    is_message,
    parsed,
)


def part(encoding: str, data: bytes, kind: str = "application/octet-stream") -> bytes:
    return f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n".encode() + data


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"YWJj\nZGVm", Content(b"abcdef")),
        (b"YWI=", Content(b"ab")),
        (b"YWI=YWI=", Content(b"abab")),
        (b"YWI", Content(b"ab", whole=False)),
        (b"YWJjZ", Content(b"abc", whole=False)),
        (b"YWJj\n*** a gateway's words ***\nZGVm", Content(b"abcdef", whole=False)),
        (b"", Content(b"")),
    ],
)
def test_base64(data: bytes, read: Content) -> None:
    assert content(parsed(part("base64", data))) == read


@pytest.mark.parametrize(
    ("lines", "read"),
    [
        ([b"begin 644 a.txt", b"#86)C", b"`", b"end"], Content(b"abc", name="a.txt")),
        ([b"words", b"begin 0644 a.txt", b"#86)CX", b"end"], Content(b"abc", name="a.txt")),
        ([b"begin 644 a.txt", b"#86)C", b"", b"end"], Content(b"abc", name="a.txt")),
        ([b"begin 644 a.txt", b"#86)C"], Content(b"abc", whole=False, name="a.txt")),
        ([b"begin 644 a.txt", b"#\x80\x80\x80\x80", b"end"], Content(b"", False, "a.txt")),
        ([b"no begin"], Content(b"no begin", whole=False)),
    ],
)
def test_uuencode(lines: list[bytes], read: Content) -> None:
    assert content(parsed(part("x-uuencode", b"\n".join(lines)))) == read


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("BASE64", "base64"),
        ('"base64"', "base64"),
        ("quoted-printable; x", "quotedprintable"),
        ("x-uue", "uu"),
        ("8bit", ""),
    ],
)
def test_encodings_are_known_by_their_letters(written: str, name: str) -> None:
    assert encoded(parsed(part(written, b"x"))) == name


def test_a_message_in_base64_is_no_message() -> None:
    inner = base64.b64encode(b"From: a@x.cn\n\nhello")
    message = parsed(part("base64", inner, "message/rfc822"))
    assert message.get_content_type() == ENCODED


MULTIPART = b"""Content-Type: multipart/mixed; boundary=b

%s
--b
Content-Type: text/plain

one
--b
Content-Type: text/plain

two
%s
"""


def test_a_whole_multipart() -> None:
    message = parsed(MULTIPART % (b"words", b"--b--"))
    assert [inner.get_payload() for inner in inside(message)] == ["one", "two"]
    assert (broken(message), cut_off(message)) == (False, False)


def test_without_the_last_boundary_it_is_cut_off() -> None:
    message = parsed(MULTIPART % (b"", b""))
    assert (broken(message), cut_off(message)) == (False, True)


@pytest.mark.parametrize("stray", [b"Content-Disposition: attachment", b"begin 644 a.xlsx"])
def test_parts_outside_of_the_boundaries(stray: bytes) -> None:
    assert broken(parsed(MULTIPART % (stray, b"--b--")))
    assert broken(parsed(MULTIPART % (b"", b"--b--\n" + stray)))


def test_without_any_boundary_it_is_broken() -> None:
    assert broken(parsed(b"Content-Type: multipart/mixed\n\n--b\n\nx\n--b--\n"))
    assert broken(parsed(b"Content-Type: multipart/mixed; boundary=c\n\n--b\n\nx\n--b--\n"))


def test_what_is_a_message() -> None:
    assert is_message(parsed(b"Subject: x\n\n"))
    assert not is_message(parsed(b"Name: x\n\n"))
    assert is_letter(b"From: a@x.cn\nDate: x\nSubject: x\n\n")
    assert not is_letter(b"From: a@x.cn\nDate: x\n\n")
    assert not is_letter(b"From: a@x.cn\nDate: x\nSubject: \0\n\n")


def test_parts_that_were_taken_for_text() -> None:
    assert has_parts(b"x\nContent-Transfer-Encoding: base64\n")
    assert has_parts((b"A" * 76 + b"\n") * 4)
    assert not has_parts((b"A" * 76 + b"\n") * 3 + b"words\n")
