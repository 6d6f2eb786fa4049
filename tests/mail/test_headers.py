"""Header fields as programs write them: names of files, words, addresses, times."""

from __future__ import annotations

import base64
import datetime as dt
import email.header
import email.utils
import time
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.mails import (
    b_word,
    one_stream,
    percent,
    q_word,
    raw_bytes,
    rfc2231,
    rfc2231_pieces,
    words,
)
from xlreport.clock import china
from xlreport.mail.headers import (
    MOST,
    addresses,
    decode_words,
    field,
    fields,
    file_name,
    moment,
    parameter,
    senders_of,
    text_of,
)
from xlreport.mail.mime import parsed

NAME = "甲子镇2025年度报表.xlsx"
GBK_TRAILS = "誠淺運乗"
"""Characters whose second byte in GBK is a backslash."""


def named(parameters: bytes, header: bytes = b"Content-Disposition: attachment; ") -> str:
    return file_name(parsed(b"From: a@b\r\n" + header + parameters + b"\r\n\r\n"))


# --- text of bytes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("报表".encode("gbk"), "gb2312", "报表"),
        ("朱镕基".encode("gbk"), "GB2312", "朱镕基"),
        ("㐂𠮷".encode("gb18030"), "gbk", "㐂𠮷"),
        ("报表".encode(), "gb2312", "报表"),
        ("报表".encode(), "GBK", "报表"),
        ("报表".encode(), "gb18030", "报表"),
        ("报表".encode("gbk"), "utf-8", "报表"),
        ("报表".encode("gbk"), "us-ascii", "报表"),
        ("报表".encode("gbk"), "iso-8859-1", "报表"),
        ("报表".encode(), "iso-8859-1", "报表"),
        ("Müller".encode("latin-1"), "iso-8859-1", "Müller"),
        ("Müller".encode(), "utf-8", "Müller"),
        ("報表".encode("big5"), "big5", "報表"),
        ("报表".encode("utf-16-le"), "utf-16le", "报表"),
        ("通知".encode("gbk"), "", "通知"),
        ("通知".encode("gbk"), "gb2312", "通知"),
        ("通知".encode(), "", "通知"),
        ("报表".encode("gbk"), "no-such-charset", "报表"),
        ("报表".encode("gbk"), "a\0b", "报表"),
        ("报表".encode("gbk"), "gb2312*zh-cn", "报表"),
        ("报表".encode("gbk"), '"gb2312"', "报表"),
        ("报表汇总".encode()[:-1], "utf-8", "报表汇\ufffd"),
        ("报表".encode("gbk")[:-1], "gbk", "报\ufffd"),
        (b"plain", "gb2312", "plain"),
        (b"", "", ""),
    ],
)
def test_bytes_become_the_text_that_was_meant(raw: bytes, charset: str, text: str) -> None:
    assert text_of(raw, charset) == text


@examples(500)
@given(
    st.binary(max_size=40),
    st.sampled_from(["", "utf-8", "gbk", "utf-7", "utf-16", "hz", "idna", "\0", "big5", "cp950"]),
)
def test_any_bytes_become_text_without_surrogates(raw: bytes, charset: str) -> None:
    text_of(raw, charset).encode()


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_utf_8_stays_so(text: str) -> None:
    assert text_of(text.encode(), "utf-8") == text


# --- encoded words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (b_word("报表".encode("gbk"), "GBK"), "报表"),
        (q_word("报表".encode("gbk"), "gb2312"), "报表"),
        (b"=?utf-8?q?a_b=5Fc?=", "a b_c"),
        (b"=?utf-8*zh?b?5oql?=", "报"),
        (b"=?gb2312?B?sai?= x", "报 x"),
        (b"a =?utf-8?B?5oql?= b", "a 报 b"),
        (b"=?utf-8?B?5oql?= =?gbk?B?sag=?=", "报报"),
        (b"=?utf-8?B?5oql?= \t  =?utf-8?Q?=E8=A1=A8?=", "报表"),
        (b"=?utf-8?B?5oqlLnhsc3g", "报.xlsx"),
        (b"=?utf-8?B?5oqlLnhsc3g=?", "报.xlsx"),
        (b"=?utf-8?B??=", ""),
        (b"=?utf-8?X?5oql?=", "=?utf-8?X?5oql?="),
        (b"=?utf-8?B?5oql", "报"),
        (b"2025=?", "2025=?"),
    ],
)
def test_encoded_words(said: bytes, meant: str) -> None:
    assert decode_words(said.decode()) == meant


@examples(300)
@given(st.text())
def test_any_text_is_decoded_somehow(text: str) -> None:
    for said in (text, f"=?utf-8?B?{text}?=", f"=?{text}?Q?{text}?=", f"=?gbk?q?{text}"):
        decode_words(said)


REAL = st.text(
    st.sampled_from("甲乙丙丁戊己庚辛壬癸媆‐絓報表镕㐂𠮷ABCxyz019 ._-（）《》、\"\\;=?%'"),
    min_size=1,
    max_size=24,
)
"""Characters of names that towns give to files."""


@examples(300)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40),
    st.integers(1, 30),
)
def test_words_round_trip_wherever_they_are_cut(text: str, size: int) -> None:
    for folded in (
        words(text, "utf-8", size),
        words(text, "utf-8", size, word=q_word),
        one_stream(text, "utf-8", size),
    ):
        assert decode_words(folded.decode().replace("\r\n", "")) == text


@examples(300)
@given(REAL, st.integers(1, 12))
def test_words_in_gb18030_round_trip_wherever_they_are_cut(text: str, size: int) -> None:
    for label in ("gb18030", "GBK", "gb2312"):
        folded = words(text, label, size, codec="gb18030").decode()
        assert decode_words(folded.replace("\r\n", "")) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=60))
def test_words_of_the_standard_library_round_trip(text: str) -> None:
    said = email.header.Header(text, "utf-8", maxlinelen=40).encode()
    assert decode_words(said.replace("\n", "")) == text


# --- names of files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parameters",
    [
        rfc2231(NAME, "utf-8"),
        rfc2231(NAME, "GBK"),
        rfc2231_pieces(NAME, "GBK", 3),
        rfc2231_pieces(NAME, "utf-8", 1),
        b"filename=" + words(NAME, "GBK"),
        b'filename="%s"' % words(NAME, "GBK"),
        b'filename="%s"' % words(NAME, "utf-8", 5),
        b'filename="%s"' % words(NAME, "utf-8", 5, word=q_word),
        b'filename="%s"' % words(NAME, "gb2312", codec="utf-8"),
        b'filename="%s"' % one_stream(NAME, "GBK", 7),
        b'filename="%s"' % NAME.encode("gbk"),
        b'filename="%s"' % NAME.encode(),
        b"filename=%s" % NAME.encode("gbk"),
        b'FileName = "%s" ; size=12' % NAME.encode(),
        b"filename*=utf-8''%s" % NAME.encode(),
        b"filename*=\"utf-8''%s\"" % percent(NAME.encode()),
        b"filename*=%s" % percent(NAME.encode()),
        b"filename=\"utf-8''%s\"" % percent(NAME.encode()),
        b"filename*1*=%s; filename*0*=utf-8''%s"
        % (percent(NAME.encode()[7:]), percent(NAME.encode()[:7])),
        b"filename*0*=utf-8''%s; filename*1=\"%s\"" % (percent(NAME[:-5].encode()), b".xlsx"),
        b'filename*0="%s"; filename*1="%s"' % (NAME[:4].encode(), NAME[4:].encode()),
        b'filename*0="%s"; filename*1="%s"' % (words(NAME, "GBK")[:20], words(NAME, "GBK")[20:]),
        b'filename="?.xlsx"; ' + rfc2231(NAME, "utf-8"),
        b'filename=""; filename="%s"' % NAME.encode(),
        b'name="%s"' % words(NAME, "GBK"),
        b'filename="%s" size=12' % NAME.encode(),
        b'filename="%s' % NAME.encode(),
    ],
)
def test_names_of_files_in_every_writing(parameters: bytes) -> None:
    assert named(parameters) == NAME
    folded = b"\r\n".join([b"content-disposition: attachment;", b"\t" + parameters])
    assert file_name(parsed(b"From: a@b\r\n" + folded + b"\r\n\r\n")) == NAME
    on_type = parameters.replace(b"filename", b"name").replace(b"FileName", b"NAME")
    assert named(on_type, b"CONTENT-TYPE: application/octet-stream; ") == NAME


@pytest.mark.parametrize("letter", GBK_TRAILS)
def test_a_backslash_as_second_byte_before_the_quote_is_part_of_a_character(letter: str) -> None:
    assert letter.encode("gbk")[-1:] == b"\\"
    for name in (f"报表{letter}", f"{letter}.xlsx", letter):
        fields = raw_bytes("gbk")(name)
        assert file_name(parsed(b"From: a@b\r\n" + fields + b"; size=1\r\n\r\n")) == name


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        (rb'filename="C:\Users\abc.xlsx"', r"C:\Users\abc.xlsx"),
        (rb'filename="a\"b\"c.xlsx"', 'a"b"c.xlsx'),
        (rb'filename="a\\b.xlsx"', r"a\b.xlsx"),
        ('filename="关于"报表"的函.xlsx"'.encode(), '关于"报表"的函.xlsx'),
        (b'filename="a;b.xlsx"; size=1', "a;b.xlsx"),
        (b'filename="a=b, c.xlsx"', "a=b, c.xlsx"),
        ("filename=报表 2025.xlsx".encode(), "报表 2025.xlsx"),
        (b"filename*=utf-8''100%25.xlsx", "100%.xlsx"),
        (b'filename="100%25.xlsx"', "100%25.xlsx"),
        (b"filename*=utf-8''%s" % percent(b"=?utf-8?B?YQ==?="), "=?utf-8?B?YQ==?="),
        (b"filename*=a%00b''%E6%8A%A5", "报"),
        (b"filename*0*=idna''%E6%8A%A5", "报"),
        (b"filename*99999=x", ""),
        (b"filename", ""),
        (b"filename=", ""),
        (b'filename="', ""),
        (b"=;=;;\"'*=*0*=", ""),
    ],
)
def test_odd_names_of_files(parameters: bytes, name: str) -> None:
    assert named(parameters) == name


def test_the_disposition_s_name_comes_before_the_type_s() -> None:
    raw = b"From: a@b\r\nContent-Type: a/b; name=x.xls\r\nContent-Disposition: attachment; filename=y.xls\r\n\r\n"
    assert file_name(parsed(raw)) == "y.xls"


@examples(300)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), st.integers(1, 20))
def test_rfc_2231_round_trips_wherever_it_is_cut(name: str, size: int) -> None:
    assert named(rfc2231_pieces(name, "utf-8", size)) == name
    message = Message()
    message.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    assert file_name(parsed(b"From: a@b\n" + message.as_bytes())) == name


@examples(300)
@given(REAL, st.integers(1, 12))
def test_names_in_gbk_round_trip_wherever_they_are_cut(name: str, size: int) -> None:
    assert named(rfc2231_pieces(name, "GB18030", size)) == name
    assert named(b'filename="%s"' % words(name, "gb18030", size)) == name


def test_long_fields_take_no_time() -> None:
    started = time.process_time()
    for body in (
        b'"' + b";" * 10**6,
        b";" * 10**6,
        b'a="' * 10**5,
        b" " * 10**6 + b"x",
        b"a" * 10**6,
        b"=?a?b?" * 10**5,
    ):
        part = parsed(
            b"From: " + body + b"\r\nContent-Type: multipart/mixed; boundary*=" + body + b"\r\n\r\n"
        )
        assert len(next(fields(part, "from"))) <= MOST
        file_name(part)
        senders_of(part)
    addresses("a" * 10**6)
    assert time.process_time() - started < 20


@examples(200)
@given(st.binary(max_size=80))
def test_any_field_is_read_somehow(body: bytes) -> None:
    for header in (
        b"From: ",
        b"Content-Type: ",
        b"Content-Disposition: a; filename",
        b"Content-Type: multipart/a; boundary",
    ):
        part = parsed(header + body + b"\r\n\r\n")
        for name in ("from", "content-type", "content-disposition"):
            field(part, name).encode()
            parameter(part, name, "boundary").encode()
        senders_of(part)
        file_name(part).encode()
        part.get_boundary()


# --- addresses and times ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("a@b.cn", ("a@b.cn",)),
        ("甲 <A@B.cn>", ("a@b.cn",)),
        ('"other@x.cn" <a@b.cn>', ("a@b.cn",)),
        ("other@x.cn <a@b.cn>", ("a@b.cn",)),
        ('"甲, 乙" <a@b.cn>, c@d.cn', ("a@b.cn", "c@d.cn")),
        ("a@b.cn (甲子镇 x@y.cn)", ("a@b.cn",)),
        ("a@b.cn; c@d.cn", ("a@b.cn", "c@d.cn")),
        ("a@b.cn，c@d.cn", ("a@b.cn", "c@d.cn")),
        ("a@b.cn, A@b.cn", ("a@b.cn",)),
        ("组: a@b.cn, c@d.cn;", ("a@b.cn", "c@d.cn")),
        ("＜a@b.cn＞", ("a@b.cn",)),
        ("甲子镇", ()),
        ("@", ()),
        ("a@", ()),
        ("", ()),
        ("<>", ()),
        ("'a@b.cn'", ("a@b.cn",)),
        ('"a@b.cn"', ("a@b.cn",)),
    ],
)
def test_addresses(said: str, found: tuple[str, ...]) -> None:
    assert addresses(said) == found


def test_an_encoded_name_is_no_address() -> None:
    part = parsed(
        b"From: " + b_word("别人@x.cn <other@x.cn>, ".encode(), "utf-8") + b" <a@b.cn>\r\n\r\n"
    )
    assert senders_of(part) == ("a@b.cn",)


def test_a_field_that_is_encoded_as_a_whole_is_read() -> None:
    part = parsed(b"From: " + b_word("甲子镇 <a@b.cn>".encode("gbk"), "gbk") + b"\r\n\r\n")
    assert senders_of(part) == ("a@b.cn",)


@examples(300)
@given(st.text())
def test_any_text_has_some_addresses_and_some_moment(text: str) -> None:
    for one in addresses(text) + addresses(f"{text}@{text}") + addresses(f"<{text}@b.cn>"):
        assert one.count("@") == 1
    assert moment(text) >= 0


def test_parentheses_without_end_are_no_matter() -> None:
    assert addresses("(" * 100_000 + "a@b.cn") in ((), ("a@b.cn",))
    assert moment("(" * 100_000) == 0


TEN = dt.datetime(2026, 1, 15, 2, 0, tzinfo=dt.UTC).timestamp()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Thu, 15 Jan 2026 10:00:00 +0800", TEN),
        ("Thu, 15 Jan 2026 10:00:00 +0800 (CST)", TEN),
        ("Thu, 15 Jan 2026 10:00:00 CST", TEN),
        ("Thu, 15 Jan 2026 10:00:00 (CST)", TEN),
        ("Thu, 15 Jan 2026 10:00:00", TEN),
        ("Thu, 15 Jan 2026 02:00:00 GMT", TEN),
        ("Thu, 15 Jan 2026 02:00:00 +0000", TEN),
        ("Thu, 15 Jan 2026 02:00:00 -0000", TEN),
        ("15 Jan 2026 10:00 +0800", TEN),
        ("2026年1月15日", 0.0),
        ("", 0.0),
        ("Thu, 99 Jan 2026 10:00:00 +0800", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 -1200", 0.0),
        ("Thu, 01 Jan 1960 00:00:00 +0000", 0.0),
        ("Thu, 15 Jan 2026 10:00:00 +9999999999", 0.0),
    ],
)
def test_times(said: str, seconds: float) -> None:
    assert moment(said) == seconds
    china(moment(said))


def test_a_time_is_shown_as_china_s() -> None:
    assert china(TEN).isoformat() == "2026-01-15T10:00:00+08:00"
    assert moment(email.utils.formatdate(TEN)) == TEN


@given(st.binary(max_size=30))
def test_base64_of_any_length_is_decoded(raw: bytes) -> None:
    stream = base64.b64encode(raw).decode()
    for end in range(len(stream)):
        decode_words(f"=?gbk?B?{stream[:end]}?=")


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("甲 <a@x.cn>", ("a@x.cn",)),
        ("<a@x.cn> <b@x.cn>", ("b@x.cn",)),
        ("a@x.cn 的同事 <b@x.cn>", ("b@x.cn",)),
        ('"c@x.cn" <b@x.cn>; A@X.cn', ("b@x.cn", "a@x.cn")),
    ],
)
def test_the_address_in_the_last_brackets_counts(field: str, found: tuple[str, ...]) -> None:
    assert addresses(field) == found
