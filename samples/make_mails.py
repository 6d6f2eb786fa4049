"""Makes the sample messages from the sample workbooks: what a county finds in its mailbox.

    python samples/make_mails.py [OUT]

Names are written as different mail programs write them; one workbook is in a zip, one in a
forwarded message, one comes from an address that nobody knows, and one lies behind a link. The
messages are committed, and a test proves that this script makes the same bytes again."""

from __future__ import annotations

import io
import sys
import zipfile
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

HERE = Path(__file__).resolve().parent
COUNTY = "xian@example.org"


def make(out: Path) -> list[Path]:
    """Writes the messages into `out`; returns the paths."""
    messages = {
        "01-甲子镇": mail(
            "01", "jiazi@example.org", "甲子镇年报", plain(book("990101"), "甲子镇年报.xlsx")
        ),
        "02-乙丑镇": mail(
            "02",
            "yichou@example.org",
            "年报",
            words(book("990102"), "乙丑镇 2025 年报告（定稿）.xlsx"),
        ),
        "03-丙寅镇": mail(
            "03", "bingyin@example.org", "报送年报", plain(zipped("990103"), "丙寅镇.zip")
        ),
        "04-转发丁卯镇": mail(
            "04",
            "someone@example.com",
            "转发：丁卯镇年报",
            MIMEMessage(
                mail(
                    "04a",
                    "dingmao@example.org",
                    "丁卯镇年报",
                    plain(book("990104"), "年报.xlsx"),
                    day=9,
                )
            ),
        ),
        "05-戊辰乡": mail(
            "05", "stranger@example.com", "戊辰乡的表", plain(book("990105"), "表.xlsx")
        ),
        "06-教育局": mail(
            "06",
            "jiaoyu@example.org",
            "教育局年报",
            text="从QQ邮箱发来的超大附件\n年报.xlsx（52 KB）\nhttps://mail.qq.com/cgi-bin/ftnExs_download?k=0&code=0\n",
        ),
        "07-财政局": mail("07", "caizheng@example.org", "收到", text="通知收到，下周报。\n"),
    }
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, message in messages.items():
        path = out / f"{name}.eml"
        path.write_bytes(message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        written.append(path)
    return written


def mail(
    number: str,
    sender: str,
    subject: str,
    *parts: Message,
    text: str = "您好，年报见附件。\n",
    day: int = 12,
) -> Message:
    """A message that arrived in January 2026."""
    when = f"{'Fri' if day == 9 else 'Mon'}, {day:02} Jan 2026 09:{number[:2]}:00 +0800"
    whole = MIMEMultipart(
        boundary=f"=_sample_{number}", _subparts=[MIMEText(text, "plain", "utf-8"), *parts]
    )
    whole["Received"] = f"from mx.example.org by mail.example.org; {when}"
    whole["From"] = sender
    whole["To"] = COUNTY
    whole["Subject"] = Header(subject, "utf-8").encode()
    whole["Date"] = when
    whole["Message-ID"] = f"<sample-{number}@example.org>"
    return whole


def book(code: str) -> bytes:
    """The sample workbook of a unit."""
    return next((HERE / "2025").glob(f"{code}_*.xlsx")).read_bytes()


def zipped(code: str) -> bytes:
    """A zip as Windows in China makes it: the name in GBK."""
    name = "丙寅镇年报.xlsx".encode("gbk")
    stand_in = b"A" * len(name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(stand_in.decode(), (2026, 1, 12, 9, 0, 0)), book(code))
    return packed.getvalue().replace(stand_in, name)


def plain(data: bytes, name: str) -> Message:
    """An attachment whose name is written by RFC 2231."""
    part = MIMEApplication(data)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part


def words(data: bytes, name: str) -> Message:
    """An attachment whose name is written in encoded words in GBK, as many programs do."""
    part = MIMEApplication(data)
    encoded = Header(name, "gbk").encode()
    part.add_header("Content-Disposition", "attachment")
    part.replace_header("Content-Disposition", f'attachment;\n filename="{encoded}"')
    return part


if __name__ == "__main__":
    for made in make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "mails"):
        print(made)
