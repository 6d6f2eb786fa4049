"""Whole messages: every file in them, who sent them, and what is said when something cannot be read."""

from __future__ import annotations

import hashlib
import io
import quopri
import zipfile
from pathlib import Path

import pytest

from support.mails import (
    OCTETS,
    SENT,
    STYLES,
    XLSX,
    attached_message,
    attachment,
    base64_lines,
    disposition,
    envelope,
    msg,
    multipart,
    part,
    quoted_printable,
    reply,
    rfc2231,
    text,
    uuencoded,
    winmail,
)
from xlreport.formats.detect import Kind
from xlreport.formats.guard import DEFAULT_LIMITS
from xlreport.mail import mime
from xlreport.mail.messages import Attachment, Bounce, Mail, MailLimits, MessageReader, classify

TOWN, COUNTY, CLERK, BOSS = "town@x.cn", "county@x.cn", "clerk@y.cn", "boss@z.cn"
NAME = "甲子镇 2025 年度报表（终稿）.xlsx"


def package(*members: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in members:
            archive.writestr(zipfile.ZipInfo(name), bytes(range(256)) * 8)
    return target.getvalue()


BOOK = package("[Content_Types].xml", "xl/workbook.xml")
OTHER = package("[Content_Types].xml", "xl/workbook.xml", "xl/other.xml")
WORD = package("[Content_Types].xml", "word/document.xml")
PDF = b"%PDF-1.7\n" + bytes(500)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def read(tmp_path: Path) -> MessageReader:
    return MessageReader(tmp_path)


def codes(mail: Mail) -> list[str]:
    return [finding.code for finding in mail.findings]


def said(mail: Mail) -> str:
    return "\n".join(finding.line() for finding in mail.findings)


def files(mail: Mail) -> list[tuple[str, bytes, bool]]:
    """Name, bytes and whether it was taken, of each attachment; the rest of an attachment must agree."""
    for one in mail.attachments:
        data = one.path.read_bytes()
        assert (one.size, one.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    return [(one.name, one.path.read_bytes(), one.taken) for one in mail.attachments]


def letter(*parts: bytes, sender: str = f"甲子镇 <{TOWN}>", extra: bytes = b"") -> bytes:
    return envelope(sender, COUNTY, "报表", extra=extra) + multipart("mixed", parts)


def single(fields: bytes, data: bytes, encoding: str = "base64") -> bytes:
    return envelope(TOWN, COUNTY, "报表") + part(fields, data, encoding)


# --- programs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_every_program_s_attachments_come_out_with_name_and_bytes(
    read: MessageReader, style: str
) -> None:
    sent = [(NAME, BOOK), ("丁丑街道（更正）.zip", package("a")), ("表.xls", OTHER)]
    mail = read(reply(f"甲子镇 <{TOWN}>", COUNTY, "回复：报送年度报表", sent, style))
    assert files(mail) == [("" if style == "no name" else name, data, True) for name, data in sent]
    assert {one.senders for one in mail.attachments} == {(TOWN,)}
    assert (mail.senders, mail.sender, mail.subject) == (
        (TOWN,),
        f"甲子镇 <{TOWN}>",
        "回复：报送年度报表",
    )
    assert (mail.message_id, mail.sent, mail.arrived) == ("<1@example.org>", SENT, SENT + 60)
    assert (mail.findings, mail.bounce, mail.again) == ((), None, False)


def test_files_lie_under_numbers_in_the_spool(read: MessageReader) -> None:
    mail = read(letter(attachment("../../a.xlsx", BOOK), attachment("C:\\b.xlsx", OTHER)))
    assert [one.path for one in mail.attachments] == [
        read.spool / "000000.bin",
        read.spool / "000001.bin",
    ]
    assert [one.name for one in mail.attachments] == ["../../a.xlsx", "C:\\b.xlsx"]
    assert sorted(path.name for path in read.spool.iterdir()) == ["000000.bin", "000001.bin"]


@pytest.mark.parametrize(
    ("name", "data", "kind", "taken"),
    [
        ("报表.dat", BOOK, Kind.OOXML, True),
        ("", BOOK, Kind.OOXML, True),
        ("报表.eml", BOOK, Kind.OOXML, True),
        ("报表.pdf", BOOK, Kind.OOXML, True),
        ("报表.zip", package("a"), Kind.ZIP, True),
        ("报表.rar", b"Rar!\x1a\x07\x01\x00", Kind.RAR, True),
        ("报表", b"Rar!\x1a\x07\x01\x00", Kind.RAR, True),
        ("报表.XLSX ", b"nothing", Kind.FOREIGN, True),
        ("报表．ｘｌｓ", b"nothing", Kind.FOREIGN, True),
        ("报表.xls", b"<html><table></table></html>", Kind.FOREIGN, True),
        ("报表.xlsx", b"", Kind.FOREIGN, True),
        ("报表.xlsx", BOOK[:300], Kind.ZIP, True),
        (
            "报表.xml",
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
            Kind.FOREIGN,
            True,
        ),
        ("报表.csv", b"1,2", Kind.FOREIGN, True),
        ("说明.docx", WORD, Kind.FOREIGN, False),
        ("说明.pdf", PDF, Kind.FOREIGN, False),
        ("说明.txt", b"abc", Kind.FOREIGN, False),
        ("", b"abc", Kind.FOREIGN, False),
    ],
)
def test_content_and_name_decide_what_is_taken(
    read: MessageReader, name: str, data: bytes, kind: Kind, taken: bool
) -> None:
    mail = read(letter(attachment(name, data, OCTETS)))
    assert files(mail) == [(name, data, taken)]
    assert mail.attachments[0].kind is kind
    assert codes(mail) == []


def test_images_of_a_signature_are_inline_and_attached_ones_are_not(read: MessageReader) -> None:
    logo = part(
        b'Content-Type: image/png; name="logo.png"\r\nContent-ID: <1@x>\r\nContent-Disposition: inline',
        PNG,
    )
    html = multipart("related", [text("<img src='cid:1@x'>", "html"), logo], b"=_1")
    mail = read(letter(html, attachment("扫描.png", PNG, b"image/png"), attachment(NAME, BOOK)))
    assert [(one.name, one.inline, one.taken) for one in mail.attachments] == [
        ("logo.png", True, False),
        ("扫描.png", False, False),
        (NAME, False, True),
    ]


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/html", "text/csv", "TEXT/PLAIN; charset=gbk", "xlsx", ""]
)
def test_a_workbook_that_is_said_to_be_text_without_a_name_is_taken(
    read: MessageReader, kind: str
) -> None:
    mail = read(single(b"Content-Type: " + kind.encode(), BOOK))
    assert files(mail) == [("", BOOK, True)]


def test_a_table_as_text_without_a_name_is_not_lost(read: MessageReader) -> None:
    mail = read(letter(text("您好"), part(b"Content-Type: text/csv", b"1,2\r\n")))
    assert files(mail) == [("", b"1,2\r\n", False)]


def test_a_text_that_begins_like_an_archive_is_a_text(read: MessageReader) -> None:
    mail = read(letter(text("PK 赛通知：https://pan.baidu.com/s/1")))
    assert (codes(mail), files(mail)) == (["M3"], [])


def test_the_copy_beside_a_file_of_a_mac_is_left_out(read: MessageReader) -> None:
    fork = part(
        b'Content-Type: application/applefile; name="a.xlsx"', b"\x00\x05\x16\x07" + bytes(80)
    )
    file = part(b'Content-Type: application/octet-stream; name="a.xlsx"', BOOK)
    assert files(read(letter(multipart("appledouble", [fork, file], b"=_1")))) == [
        ("a.xlsx", BOOK, True)
    ]


def test_a_single_part_is_an_attachment(read: MessageReader) -> None:
    mail = read(
        single(b"Content-Type: %s\r\n%s" % (XLSX, disposition(rfc2231(NAME, "utf-8"))), BOOK)
    )
    assert files(mail) == [(NAME, BOOK, True)]


# --- transfer encodings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("base64", base64_lines(BOOK)),
        (" BASE64 ", base64_lines(BOOK)),
        ('"base64"', base64_lines(BOOK)),
        ("base64; x=1", base64_lines(BOOK)),
        ("base-64 (comment)", base64_lines(BOOK)),
        ("base64", base64_lines(BOOK).replace(b"\r\n", b" \t\r\n\r\n")),
        ("base64", base64_lines(BOOK).replace(b"\r\n", b"\n")),
        ("base64", base64_lines(BOOK[:1000]) + base64_lines(BOOK[1000:])),
        ("Quoted-Printable", quoted_printable(BOOK)),
        ("8bit", BOOK),
        ("binary", BOOK),
        ("7bit", BOOK),
        ("no-such", BOOK),
        ("uuencode", uuencoded(BOOK)),
        ("X-UUE", b"preface\r\n" + uuencoded(BOOK)),
    ],
)
def test_transfer_encodings(read: MessageReader, encoding: str, written: bytes) -> None:
    fields = (
        b'Content-Type: application/x; name="a.xlsx"\r\nContent-Transfer-Encoding: '
        + encoding.encode()
    )
    mail = read(letter(fields + b"\r\n\r\n" + written))
    assert (files(mail), codes(mail)) == ([("a.xlsx", BOOK, True)], [])


@pytest.mark.parametrize(
    ("encoding", "written", "data"),
    [
        ("base64", b"QUJD\r\nREV", b"ABCDE"),
        ("base64", b"QUJD\r\nR", b"ABC"),
        ("base64", b"QUJD\r\n*** virus scanned ***\r\n", b"ABC"),
        ("base64", b"QUJD\xff\xfe\r\nREVG", b"DEF"),
        ("uuencode", uuencoded(b"ABC").replace(b"end", b""), b"ABC"),
        ("uuencode", b"nothing of that kind", b"nothing of that kind"),
        ("uuencode", b"begin 644 a\r\n#04)#\r\n\xff\xff\r\nend", b"ABC"),
    ],
)
def test_a_damaged_encoding_is_said(
    read: MessageReader, encoding: str, written: bytes, data: bytes
) -> None:
    fields = (
        b'Content-Type: application/x; name="a.xlsx"\r\nContent-Transfer-Encoding: '
        + encoding.encode()
    )
    mail = read(letter(fields + b"\r\n\r\n" + written))
    assert files(mail) == [("a.xlsx", data, True)]
    assert codes(mail) == ["M6"]
    assert "附件“a.xlsx”的编码不完整" in said(mail)


def test_uuencode_has_a_name_of_its_own(read: MessageReader) -> None:
    fields = (
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n"
    )
    assert files(read(letter(fields + uuencoded(BOOK, NAME)))) == [(NAME, BOOK, True)]


def test_a_file_in_the_text_is_said(read: MessageReader) -> None:
    mail = read(envelope(TOWN, COUNTY, "报表") + b"\r\n" + uuencoded(BOOK, "a.xlsx"))
    assert (codes(mail), files(mail)) == (["M6"], [])
    assert "uuencode" in said(mail)


# --- messages within messages -----------------------------------------------------------------------


def chain(encoding: str = "") -> tuple[bytes, bytes]:
    """A message of the town that its clerk forwarded to the boss, who sent it on: the outermost's part, and
    the middle message."""
    inner = reply(TOWN, CLERK, "报表", [(NAME, BOOK)])
    middle = envelope(CLERK, BOSS, "转发：报表") + multipart(
        "mixed", [text("请转"), attached_message(inner)], b"=_1"
    )
    return attached_message(middle), middle


def test_a_forwarded_message_s_senders_come_innermost_first(read: MessageReader) -> None:
    forwarded, _ = chain()
    mail = read(
        envelope(BOSS, COUNTY, "转发")
        + multipart("mixed", [text("见"), forwarded, attachment("b.xls", OTHER)], b"=_2")
    )
    assert mail.senders == (BOSS,)
    assert files(mail) == [(NAME, BOOK, True), ("b.xls", OTHER, True)]
    assert [one.senders for one in mail.attachments] == [(TOWN, CLERK, BOSS), (BOSS,)]
    assert codes(mail) == []


@pytest.mark.parametrize(
    "fields",
    [
        b'Content-Type: application/octet-stream; name="a.eml"',
        b'Content-Type: application/octet-stream; name="A.EML "',
        b"Content-Type: application/octet-stream",
        b"Content-Type: message/rfc822",
        b"Content-Type: message/global",
    ],
)
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_an_attached_message_in_every_guise(
    read: MessageReader, fields: bytes, encoding: str
) -> None:
    _, middle = chain()
    mail = read(letter(part(fields, middle, encoding), sender=BOSS))
    if encoding == "quoted-printable":
        lines = (
            fields
            + b"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            + quopri.encodestring(middle)
        )
        assert files(read(letter(lines, sender=BOSS))) == files(mail)
    assert files(mail) == [(NAME, BOOK, True)]
    assert [one.senders for one in mail.attachments] == [(TOWN, CLERK, BOSS)]
    assert codes(mail) == []


def test_a_message_in_a_file_is_known_by_its_fields_however_many_come_first(
    read: MessageReader,
) -> None:
    trace = b"".join(
        b"Received: from a%d by b; Thu, 15 Jan 2026 10:00:00 +0800\r\n" % i for i in range(100)
    )
    for start in (b"", b"\xef\xbb\xbf", b"\r\n", b"From town Thu Jan 15 10:00:00 2026\r\n"):
        mail = read(
            letter(
                attachment(
                    "原邮件", start + trace + reply(TOWN, CLERK, "报表", [(NAME, BOOK)]), OCTETS
                ),
                sender=BOSS,
            )
        )
        assert files(mail) == [(NAME, BOOK, True)]
        assert [one.senders for one in mail.attachments] == [(TOWN, BOSS)]


@pytest.mark.parametrize("name", ["报表.mht", "报表.MHTML", "报表.xls"])
def test_a_workbook_saved_as_a_web_page_is_no_letter(read: MessageReader, name: str) -> None:
    page = b"From: <Saved by WPS>\r\nSubject: a\r\nDate: Thu, 15 Jan 2026 10:00:00 +0800\r\nMIME-Version: 1.0\r\n"
    page += multipart("related", [text("<table>1</table>", "html")], b"=_9")
    assert files(read(letter(attachment(name, page, OCTETS)))) == [
        (name, page, name.endswith(".xls"))
    ]


def test_what_is_called_a_message_and_is_none_is_kept(read: MessageReader) -> None:
    assert files(read(letter(attachment("a.eml", b"abc", OCTETS)))) == [("a.eml", b"abc", False)]
    mail = read(letter(part(b"Content-Type: message/rfc822; name=a.xlsx", BOOK)))
    assert files(mail) == [("a.xlsx", BOOK, True)]


def test_a_saved_outlook_message_is_opened(read: MessageReader) -> None:
    saved = msg(TOWN, "报表", [(NAME, BOOK), ("旧.xls", OTHER)])
    for kind in (b"application/vnd.ms-outlook", OCTETS):
        mail = read(letter(attachment("转发.msg", saved, kind), sender=BOSS))
        assert files(mail) == [(NAME, BOOK, True), ("旧.xls", OTHER, True)]
        assert [one.senders for one in mail.attachments] == [(TOWN, BOSS)] * 2
        assert codes(mail) == []


# --- limits -----------------------------------------------------------------------------------------


def nested(levels: int, file: bytes) -> bytes:
    """A file below so many multiparts."""
    for level in range(levels):
        file = multipart("mixed", [file], b"=_%d" % level)
    return envelope(TOWN, COUNTY, "报表") + file


def test_depth_at_the_limit_and_one_above(tmp_path: Path) -> None:
    read = MessageReader(tmp_path, MailLimits(depth=6))
    mail = read(nested(5, attachment(NAME, BOOK)))
    assert (files(mail), codes(mail), mail.again) == ([(NAME, BOOK, True)], [], False)
    mail = read(nested(6, attachment(NAME, BOOK)))
    assert (mail.attachments, codes(mail), mail.again) == ((), ["M5"], True)
    assert "邮件层层嵌套的层数为 7 层，超过允许的 6 层，没有收取" in said(mail)
    assert (mail.senders, mail.subject, mail.message_id) == ((TOWN,), "报表", "<1@example.org>")


def test_messages_within_messages_count_as_depth(tmp_path: Path) -> None:
    forwarded, _ = chain()
    raw = letter(forwarded)
    # mixed, rfc822, message, rfc822, message, alternative, text
    assert len(MessageReader(tmp_path, MailLimits(depth=7))(raw).attachments) == 1
    mail = MessageReader(tmp_path, MailLimits(depth=6))(raw)
    assert (codes(mail), mail.attachments, mail.again) == (["M5"], (), True)
    assert "为 7 层，超过允许的 6 层" in said(mail)


@pytest.mark.parametrize(
    ("depth", "wrap"),
    [
        (6, lambda inner: attachment("a.eml", reply(TOWN, CLERK, "x", [("b.eml", inner)]), OCTETS)),
        (
            6,
            lambda inner: attachment(
                "winmail.dat",
                winmail(nested=[("a", winmail(nested=[("b", winmail([("c.eml", inner)]))]))]),
                OCTETS,
            ),
        ),
    ],
)
def test_wrapped_messages_count_as_depth_too(tmp_path: Path, depth: int, wrap: object) -> None:
    assert callable(wrap)
    raw = letter(wrap(reply(TOWN, CLERK, "y", [(NAME, BOOK)])))
    most = next(
        d for d in range(1, 20) if not MessageReader(tmp_path, MailLimits(depth=d))(raw).findings
    )
    assert most >= depth
    mail = MessageReader(tmp_path, MailLimits(depth=most - 1))(raw)
    assert (codes(mail), mail.again) == (["M5"], True)
    assert f"为 {most} 层，超过允许的 {most - 1} 层" in said(mail)


def test_number_of_parts_at_the_limit_and_one_above(tmp_path: Path) -> None:
    read = MessageReader(tmp_path, MailLimits(parts=10))
    mail = read(letter(*(attachment(f"{i}.xlsx", BOOK) for i in range(9))))
    assert (len(files(mail)), codes(mail), mail.again) == (9, [], False)
    mail = read(letter(*(attachment(f"{i}.xlsx", BOOK) for i in range(10))))
    assert (mail.attachments, codes(mail), mail.again) == ((), ["M5"], True)
    assert "邮件的部分和附件数为 11 个，超过允许的 10 个，没有收取" in said(mail)


def test_files_in_winmail_and_msg_count_as_parts(tmp_path: Path) -> None:
    many = [(f"{i}.xlsx", BOOK) for i in range(8)]
    for wrapped in (
        attachment("winmail.dat", winmail(many), OCTETS),
        attachment("a.msg", msg(TOWN, "", many), OCTETS),
    ):
        reads = [
            MessageReader(tmp_path, MailLimits(parts=parts))(letter(wrapped)) for parts in (11, 10)
        ]
        assert [len(mail.attachments) for mail in reads] == [8, 0]
        assert [codes(mail) for mail in reads] == [[], ["M5"]]


def test_size_at_the_limit_and_one_above(tmp_path: Path) -> None:
    raw = reply(TOWN, COUNTY, "报表", [(NAME, BOOK)])
    assert codes(MessageReader(tmp_path, MailLimits(message=len(raw)))(raw)) == []
    mail = MessageReader(tmp_path, MailLimits(message=len(raw) - 1))(raw)
    assert (codes(mail), mail.attachments, mail.again) == (["M5"], (), True)
    sizes = f"{len(raw):,} 字节，超过允许的 {len(raw) - 1:,} 字节"
    assert f"邮件大小为 {sizes}，没有收取" in said(mail)
    assert (mail.senders, mail.subject) == ((TOWN,), "报表")


@pytest.mark.parametrize("levels", [100, 5000])
@pytest.mark.parametrize("file", [attachment(NAME, BOOK), b"\r\n\r\n\r\n"])
def test_thousands_of_levels_are_no_matter(read: MessageReader, levels: int, file: bytes) -> None:
    lines = [
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(levels)
    ]
    mail = read(b"From: town@x.cn\nSubject: x\n" + b"".join(lines) + file)
    assert (codes(mail), mail.senders, mail.again) == (["M5"], (TOWN,), True)


def test_thousands_of_messages_within_messages_are_no_matter(read: MessageReader) -> None:
    for levels in (100, 5000):
        mail = read(b"From: town@x.cn\nContent-Type: message/rfc822\n\n" * levels + b"\n")
        assert (codes(mail), mail.senders, mail.again) == (["M5"], (TOWN,), True)


# --- damage -----------------------------------------------------------------------------------------


def test_a_message_that_ends_early(read: MessageReader) -> None:
    whole = letter(text("您好"), attachment(NAME, BOOK), attachment("b.xlsx", OTHER))
    mail = read(whole[: len(whole) - 12])
    assert files(mail) == [(NAME, BOOK, True), ("b.xlsx", OTHER, True)]
    assert codes(mail) == ["M6"]
    assert "邮件没有传完整，最后的附件可能缺了一段" in said(mail)


def test_a_message_cut_anywhere_is_never_silent(read: MessageReader) -> None:
    whole = letter(text("您好"), attachment(NAME, BOOK))
    start = whole.index(b"\r\n\r\n") + 4
    for end in range(start, len(whole) - len(b"--\r\n"), 7):
        mail = read(whole[:end])
        assert "M6" in codes(mail), whole[:end][-80:]


@pytest.mark.parametrize(
    "raw",
    [
        letter(attachment(NAME, BOOK)).replace(b'boundary="=_0"', b'boundary="=_other"'),
        letter(attachment(NAME, BOOK)).replace(b'boundary="=_0"', b"x=1"),
        letter(attachment(NAME, BOOK)).replace(b"\r\n--=_0\r\n", b"\r\n"),
        letter(attachment(NAME, BOOK)) + b"\r\n--=_1\r\n" + attachment("b.xlsx", OTHER),
        letter(attachment(NAME, BOOK)).replace(b"--=_0\r\n", b"--=_0\r\nwords\r\n"),
        b"From: a@b.cn\nContent-Type: multipart/mixed;\nboundary=x\n\n--x\n",
        envelope(TOWN, COUNTY, "报表")
        + multipart("mixed", [text("a")]).replace(
            b"\r\n\r\n", b"\r\n\r\n" + attachment(NAME, BOOK), 1
        ),
        b"From: a@b.cn\nSubject : x\nContent-Type: application/x\n\nabc",
    ],
)
def test_a_broken_structure_is_said(read: MessageReader, raw: bytes) -> None:
    mail = read(raw)
    assert "M6" in codes(mail)
    assert "邮件的结构坏了" in said(mail)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Content-Type: multipart/mixed", b"Content-Tipe: multipart/mixed"),
        (b"Content-Type: multipart/mixed", b"\r\nContent-Type: multipart/mixed"),
        (b"Content-Type: multipart/mixed", b"Content-Type: text/plain"),
    ],
)
def test_parts_that_became_text_are_said(read: MessageReader, old: bytes, new: bytes) -> None:
    raw = letter(attachment(NAME, BOOK))
    assert old in raw
    mail = read(raw.replace(old, new))
    assert (codes(mail), mail.attachments) == (["M6"], ())


def test_base64_in_the_text_is_said_and_long_words_are_not(read: MessageReader) -> None:
    assert codes(read(letter(text("见附件\r\n" + base64_lines(BOOK).decode())))) == ["M6"]
    for words in (
        "a" * 5000,
        "\n".join("abcd " * 20 for _ in range(50)),
        "Content-Type: text/plain\n",
        "甲" * 5000,
    ):
        assert codes(read(letter(text(words)))) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (b"Content-Type: message/partial; id=1; number=1; total=2", "邮件被分成了几封，程序不拼接"),
        (b"Content-Type: message/external-body; access-type=URL", "附件不在邮件里，要到别处取"),
        (
            b"Content-Type: application/pkcs7-mime; name=smime.p7m",
            "邮件加了密或签了名（S/MIME），读不出来",
        ),
        (b"Content-Type: application/x-pkcs7-mime; smime-type=signed-data", "S/MIME"),
        (b"Content-Type: application/pgp-encrypted", "邮件加了密（PGP），读不出来"),
        (b"Content-Type: application/octet-stream; name=smime.p7m", "S/MIME"),
    ],
)
def test_what_cannot_be_read_is_said(read: MessageReader, fields: bytes, words: str) -> None:
    for raw in (
        envelope(TOWN, COUNTY, "x") + part(fields, b"From: a@b.cn\r\n\r\nabc", "7bit"),
        letter(part(fields, b"abc")),
    ):
        mail = read(raw)
        assert codes(mail) == ["M6"]
        assert words in said(mail)


def test_a_signed_message_is_read(read: MessageReader) -> None:
    signature = part(b'Content-Type: application/pkcs7-signature; name="smime.p7s"', b"\x30\x80")
    mail = read(
        envelope(TOWN, COUNTY, "x") + multipart("signed", [attachment(NAME, BOOK), signature])
    )
    assert (codes(mail), files(mail)) == (
        [],
        [(NAME, BOOK, True), ("smime.p7s", b"\x30\x80", False)],
    )


@pytest.mark.parametrize(
    "raw", [b"", b"\0", b"abc", BOOK, b"\xff" * 100, b"\xd0\xcf\x11\xe0abc", b"X: y\n\nabc"]
)
def test_what_is_no_message_is_said(read: MessageReader, raw: bytes) -> None:
    mail = read(raw)
    assert (codes(mail), mail.attachments, mail.senders) == (["M6"], (), ())
    what = "完好的 Outlook 邮件（.msg）" if raw.startswith(b"\xd0\xcf") else "一封邮件"
    assert f"这不是{what}，读不出来" in said(mail)
    assert mail.raw_sha256 == mail.digest == hashlib.sha256(raw).hexdigest()


def test_raw_bytes_in_every_field(read: MessageReader) -> None:
    name = "甲子镇".encode("gbk")
    raw = reply(TOWN, COUNTY, "报表", [(NAME, BOOK)])
    raw = (
        b"Received: "
        + name
        + b" by x; Thu, 15 Jan 2026 12:00:00 +0800 ("
        + name
        + b")\r\nSubject: "
        + name
        + b"\r\n"
        + raw
    )
    raw = raw.replace(b"From: ", b"From: " + name + b" <x@y.cn>, ").replace(
        b"Content-Type: appl", b"Content-ID: " + name + b"\r\nContent-Type: appl"
    )
    mail = read(raw)
    assert (mail.subject, mail.senders, mail.sender) == (
        "甲子镇",
        ("x@y.cn", TOWN),
        f"甲子镇 <x@y.cn>, {TOWN}",
    )
    assert (mail.arrived, mail.sent) == (SENT + 7200, SENT)
    assert (files(mail), codes(mail)) == ([(NAME, BOOK, True)], [])


def test_parentheses_without_end_in_from(read: MessageReader) -> None:
    mail = read(b"From: " + b"(" * 5000 + b"\r\nSubject: x\r\n\r\n")
    assert (mail.senders, codes(mail)) == ((), [])


# --- links ------------------------------------------------------------------------------------------


def test_a_link_is_said_once_though_the_text_comes_twice(read: MessageReader) -> None:
    body = "从QQ邮箱发来的超大附件 http://mail.qq.com/cgi-bin/ftnExs_download?k=1"
    mail = read(reply(TOWN, COUNTY, "报表", [], body=body))
    assert codes(mail) == ["M3"]
    assert "正文里有QQ 邮箱超大附件" in said(mail)


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "utf-8", "big5", "utf-16"])
def test_a_link_is_found_in_every_charset(read: MessageReader, charset: str) -> None:
    assert codes(read(letter(text("網盤: https://pan.baidu.com/s/1", "html", charset)))) == ["M3"]


def test_a_body_with_a_name_is_read_and_kept(read: MessageReader) -> None:
    body = part(
        b'Content-Type: text/html; name="body.html"', b"<a href='https://pan.baidu.com/s/1'>"
    )
    mail = read(letter(body))
    assert (codes(mail), [one.name for one in mail.attachments]) == (["M3"], ["body.html"])


# --- delivery reports -------------------------------------------------------------------------------

STATUS = b"""Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.x.cn\r
\r
Original-Recipient: rfc822;town@x.cn\r
Final-Recipient: rfc822; Town@x.cn\r
Action: failed\r
Status: 5.1.1\r
\r
Final-Recipient: rfc822;slow@x.cn\r
Action: delayed\r
\r
Final-Recipient: other@x.cn\r
Action: Failed (bad address)\r
Diagnostic-Code: smtp; \xb2\xbb\xb4\xe6\xd4\xda\r
"""


def bounce(
    returned: bytes, kind: str = "report; report-type=delivery-status", status: bytes = STATUS
) -> bytes:
    return envelope("MAILER-DAEMON@x.cn", COUNTY, "退信") + multipart(
        kind, [text("退信"), status, returned], b"=_8"
    )


OURS = reply(COUNTY, TOWN, "请报送", [("模板.xlsx", BOOK)], identity="<ours@county>")


@pytest.mark.parametrize(
    "raw",
    [
        bounce(attached_message(OURS)),
        bounce(attached_message(OURS), "report"),
        bounce(attached_message(OURS), 'REPORT; Report-Type="Delivery-Status"'),
        bounce(b"Content-Type: text/rfc822-headers\r\n\r\n" + OURS.partition(b"\r\n\r\n")[0]),
        bounce(part(b"Content-Type: text/rfc822-headers", OURS.partition(b"\r\n\r\n")[0])),
    ],
)
def test_a_delivery_report_is_read_and_nothing_but_the_returned_workbook_is_in_it(
    read: MessageReader, raw: bytes
) -> None:
    mail = read(raw)
    assert mail.bounce == Bounce((TOWN, "other@x.cn"), "<ours@county>")
    assert codes(mail) == []
    assert files(mail) == ([("模板.xlsx", BOOK, True)] if b"message/rfc822" in raw else [])


def test_a_report_with_nothing_failed(read: MessageReader) -> None:
    delayed = STATUS.replace(b"failed", b"delayed").replace(b"Failed", b"relayed")
    assert read(bounce(attached_message(OURS), status=delayed)).bounce == Bounce(
        (), "<ours@county>"
    )


def test_other_reports_are_no_bounces(read: MessageReader) -> None:
    receipt = (
        b"Content-Type: message/disposition-notification\r\n\r\nDisposition: manual; displayed\r\n"
    )
    raw = envelope(TOWN, COUNTY, "已读") + multipart(
        "report; report-type=disposition-notification", [text("已读"), receipt]
    )
    mail = read(raw)
    assert (mail.bounce, mail.attachments, codes(mail)) == (None, (), [])


def test_a_bounce_that_the_town_forwards_does_not_hide_its_own_workbook(
    read: MessageReader,
) -> None:
    mail = read(letter(attached_message(bounce(attached_message(OURS))), attachment(NAME, BOOK)))
    assert mail.bounce == Bounce((TOWN, "other@x.cn"), "<ours@county>")
    assert files(mail) == [("模板.xlsx", BOOK, True), (NAME, BOOK, True)]


# --- digests ----------------------------------------------------------------------------------------


def test_two_copies_that_came_by_different_ways_have_one_digest(read: MessageReader) -> None:
    raw = reply(TOWN, COUNTY, "报表", [(NAME, BOOK)])
    copies = [
        raw,
        b"Delivered-To: county@x.cn\r\n" + raw,
        b"Received: by other; Fri, 16 Jan 2026 10:00:00 +0800\r\nX-Spam: no\r\n" + raw,
        raw.replace(b"\r\n", b"\n"),
        reply(TOWN, COUNTY, "报表", [(NAME, BOOK)], "iphone").replace(b"X-Mailer", b"X-Old-Mailer"),
    ]
    assert len({read(copy).digest for copy in copies}) == 1
    assert len({read(copy).raw_sha256 for copy in copies}) == len(copies)


@pytest.mark.parametrize("style", ["qq", "outlook", "8bit"])
def test_another_byte_another_name_or_another_time_is_another_message(
    read: MessageReader, style: str
) -> None:
    changed = BOOK[:-1] + bytes([BOOK[-1] ^ 1])
    messages = [
        reply(TOWN, COUNTY, "报表", [(NAME, BOOK)], style),
        reply(TOWN, COUNTY, "报表", [(NAME, changed)], style),
        reply(TOWN, COUNTY, "报表", [("b.xlsx", BOOK)], style),
        reply(TOWN, COUNTY, "报表", [(NAME, BOOK)], style, when=SENT + 1),
        reply(TOWN, COUNTY, "报表", [(NAME, BOOK)], style, body="更正"),
        reply(TOWN, COUNTY, "报表 2", [(NAME, BOOK)], style),
        reply(CLERK, COUNTY, "报表", [(NAME, BOOK)], style),
        reply(TOWN, COUNTY, "报表", [(NAME, BOOK)], style, identity="<2@example.org>"),
    ]
    assert len({read(raw).digest for raw in messages}) == len(messages)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: attachment("winmail.dat", winmail([(NAME, data)]), OCTETS),
        lambda data: attachment("a.msg", msg(TOWN, "x", [(NAME, data)]), OCTETS),
        lambda data: attachment("a.eml", reply(TOWN, CLERK, "x", [(NAME, data)]), OCTETS),
        lambda data: part(b"Content-Type: application/pkcs7-mime", data),
        lambda data: attached_message(reply(TOWN, CLERK, "x", [(NAME, data)])),
    ],
)
def test_a_byte_in_a_wrapped_file_is_in_the_digest(read: MessageReader, wrap: object) -> None:
    assert callable(wrap)
    assert read(letter(wrap(BOOK))).digest != read(letter(wrap(OTHER))).digest
    assert read(letter(wrap(BOOK))).digest == read(b"X-Way: 1\r\n" + letter(wrap(BOOK))).digest


def test_a_message_without_identity_and_time_is_known_by_its_bytes(read: MessageReader) -> None:
    raw = b"From: town@x.cn\r\n\r\nabc"
    assert read(raw).digest == hashlib.sha256(raw).hexdigest()


def test_values_do_not_change(read: MessageReader) -> None:
    one = read(reply(TOWN, COUNTY, "报表", [(NAME, BOOK)])).attachments[0]
    assert one == Attachment(
        NAME,
        read.spool / "000000.bin",
        hashlib.sha256(BOOK).hexdigest(),
        len(BOOK),
        (TOWN,),
        "xlsx 工作簿",
        True,
        False,
        Kind.OOXML,
    )


def test_two_copies_may_have_their_parts_in_another_order(read: MessageReader) -> None:
    first, second = attachment("a.xlsx", XLSX), attachment("b.xlsx", XLSX + b"x")
    head = b"Message-ID: <1@x.cn>\r\n"
    one, other = letter(first, second, extra=head), letter(second, first, extra=head)
    assert read(one).digest == read(other).digest
    assert read(one).raw_sha256 != read(other).raw_sha256
    assert read(one).digest != read(letter(first, extra=head)).digest


@pytest.mark.parametrize(
    ("fields", "is_file", "in_text"),
    [
        ("text/plain", False, True),
        ("text/plain; name=a.txt", True, True),
        ("text/plain\nContent-Disposition: attachment", True, False),
        ("text/csv", True, False),
        ("image/png\nContent-ID: <1>", True, False),
    ],
)
def test_what_a_part_is(fields: str, is_file: bool, in_text: bool) -> None:
    part = mime.parsed(f"Content-Type: {fields}\n\nhello".encode())
    leaf = classify(part, DEFAULT_LIMITS)
    assert (leaf.is_file, leaf.text) == (is_file, "hello" if in_text else "")
    assert leaf.inline == fields.startswith("image")
    assert leaf.findings == ()


def test_an_attached_text_is_a_file_and_not_the_letter() -> None:
    link = "https://pan.baidu.com/s/1"
    part = mime.parsed(
        f"Content-Type: text/plain\nContent-Disposition: attachment\n\n{link}".encode()
    )
    assert classify(part, DEFAULT_LIMITS).text == ""
