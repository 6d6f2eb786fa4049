"""Sending through a real SMTP server: each unit its own message, once, whatever the server does."""

from __future__ import annotations

import email
import os
import re
import signal
from collections.abc import Callable
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import pytest

from campaign.office import COUNTY, Office
from support.faults import command, needs_fork, run
from support.servers import Smtp, free_port, proxy_for, saying
from xlreport.campaign.campaign import ledger_of
from xlreport.campaign.ledger import Ledger, Sent
from xlreport.campaign.status import status
from xlreport.mail.messages import MessageReader

pytestmark = pytest.mark.post

JIAZI, YICHOU, YICHOU2 = "jiazi@example.org", "yichou@example.org", "yichou2@example.org"
NAME = "990101_甲子镇_2025年政府信息公开工作年度报告.xlsx"
Serve = Callable[..., Smtp]


@pytest.fixture
def server(office: Office, smtp: Serve) -> Smtp:
    """A server without encryption, named in the settings."""
    made = smtp("none")
    office.set(smtp_port=made.port)
    return made


def states(office: Office, *arguments: str) -> tuple[int, list[str]]:
    code, document = office.run("send", "templates", *arguments)
    return code, [item["state"] for item in document.get("items", ())]


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def sent(office: Office) -> list[Sent]:
    with ledger_of(office.campaign().settings) as ledger:
        return list(ledger.sent())


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
@pytest.mark.parametrize("login", [False, True])
def test_every_way_in(security: str, login: bool, office: Office, smtp: Serve) -> None:
    server = smtp(security, login=login)
    office.set(smtp_security=security, smtp_port=server.port, smtp_user=COUNTY if login else "")
    assert states(office) == (1, ["sent", "sent", "sent", "no_address"])
    assert ("的连接没有加密" in office.said) == (security == "none")
    assert server.logins == ([COUNTY] if login else [])
    assert [(sender, to) for sender, to, _ in server.taken] == [
        (COUNTY, (JIAZI,)),
        (COUNTY, (YICHOU, YICHOU2)),
    ]
    for address in (JIAZI, YICHOU, YICHOU2):
        assert len(office.dovecot.messages(address)) == 1
    assert states(office) == (1, ["before", "before", "before", "no_address"])
    assert len(server.taken) == 2


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_certificates(
    security: str, office: Office, smtp: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = smtp(security, login=True)
    office.set(
        smtp_security=security, smtp_port=server.port, smtp_user=COUNTY, smtp_host="127.0.0.1"
    )
    refusal = "发信服务器“{}”的证书核对不上，没有登录。请检查服务器名称；可能有人冒充。"
    code, document = office.run("send", "templates")
    assert (code, document["stopped"]) == (2, refusal.format("127.0.0.1"))
    monkeypatch.delenv("SSL_CERT_FILE")
    office.set(smtp_host="localhost")
    code, document = office.run("send", "templates")
    assert (code, document["stopped"]) == (2, refusal.format("localhost"))
    assert (server.taken, server.logins) == ([], [])
    office.set(verify="false")
    assert states(office)[0] == 1
    assert "警告：没有核对 localhost 的证书" in office.said
    assert len(server.taken) == 2


def test_a_wrong_password(office: Office, smtp: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = smtp("starttls", login=True)
    office.set(smtp_security="starttls", smtp_port=server.port, smtp_user=COUNTY)
    words = "发信服务器“localhost”登录不了，请检查用户名和密码。163、126、QQ 等邮箱要先在网页上开通 SMTP，用授权码代替密码。"
    for wrong in ("wrong", "密码", "１２３"):
        monkeypatch.setenv("XLREPORT_MAIL_PASSWORD", wrong)
        code, document = office.run("send", "templates")
        assert (code, document["stopped"]) == (2, words)
    assert server.taken == []
    monkeypatch.setenv("XLREPORT_MAIL_PASSWORD", "secret")
    assert states(office) == (1, ["sent", "sent", "sent", "no_address"])


def test_a_server_that_cannot_be_reached(
    office: Office, server: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()

    def stopped(**changes: object) -> str:
        office.set(**changes)
        code, document = office.run("send", "templates")
        assert code == 2
        assert [item["state"] for item in document["items"]] == ["planned"] * 3 + ["no_address"]
        assert sent(office) == [], "what cannot have gone out is not recorded"
        return str(document["stopped"])

    assert (
        stopped(smtp_port=port)
        == f"连不上发信服务器“localhost”的 {port} 端口，请检查网络、地址和 security。"
    )
    assert "不能加密连接，请检查 port 和 security" in stopped(
        smtp_port=server.port, smtp_security="tls"
    )
    assert "不支持这样加密或登录" in stopped(smtp_security="starttls")
    assert stopped(smtp_security="none", smtp_host="no-such-host.invalid").startswith("连不上")
    with monkeypatch.context() as soon, proxy_for(server.port, b"220", 1, silent=True) as proxy:
        # as a port does that wants TLS from the start when security is "none"
        soon.setattr("xlreport.mail.smtp.TIMEOUT", 0.5)
        assert "请检查网络、地址和 security" in stopped(smtp_host="localhost", smtp_port=proxy.port)
    assert states(office.set(smtp_port=server.port))[1][:3] == ["sent"] * 3


def test_a_dry_run_needs_no_server_and_no_password(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XLREPORT_MAIL_PASSWORD")
    office.set(smtp_port=free_port(), smtp_user=COUNTY)
    assert states(office, "--dry-run") == (1, ["planned"] * 3 + ["no_address"])
    assert sent(office) == []


def test_a_refused_recipient_is_told_and_the_rest_go_on(office: Office, server: Smtp) -> None:
    server.refuses = {JIAZI: "550 5.1.1 没有这个用户", YICHOU2: "452 4.2.2 mailbox full"}
    code, document = office.run("send", "templates")
    assert code == 1
    assert [(i["state"], i["detail"]) for i in document["items"]] == [
        ("refused", "550 5.1.1 没有这个用户"),
        ("sent", None),
        ("refused", "452 4.2.2 mailbox full"),
        ("no_address", "名册里没有邮箱"),
    ]
    assert "没有发成 2 个单位" in office.said
    assert len(office.dovecot.messages(YICHOU)) == 1
    server.refuses = {}
    assert states(office) == (1, ["sent", "before", "sent", "no_address"])
    assert [len(office.dovecot.messages(a)) for a in (JIAZI, YICHOU, YICHOU2)] == [1, 1, 1]
    assert [to for _, to, _ in server.taken] == [(YICHOU,), (JIAZI,), (YICHOU2,)]


def test_a_refused_message(office: Office, server: Smtp) -> None:
    server.refuses_data = {JIAZI: "554 5.7.1 DT:SPM 发现垃圾邮件"}
    code, document = office.run("send", "templates")
    assert code == 1
    assert document["items"][0]["detail"] == "554 5.7.1 DT:SPM 发现垃圾邮件"
    assert [i["state"] for i in document["items"]] == ["refused", "sent", "sent", "no_address"]
    server.refuses_data = {}
    assert states(office) == (1, ["sent", "before", "before", "no_address"])


def test_data_refused_before_the_message(
    office: Office, server: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server says no to DATA itself, and keeps the recipients named so far."""
    from aiosmtpd.smtp import SMTP

    real = SMTP.smtp_DATA
    said = []

    async def data(self: SMTP, arg: str) -> None:
        said.append(arg)
        await (self.push("451 4.3.0 come back later") if len(said) == 1 else real(self, arg))

    monkeypatch.setattr(SMTP, "smtp_DATA", data)
    code, document = office.run("send", "templates")
    assert (code, document["stopped"]) == (1, None)
    assert [i["state"] for i in document["items"]] == ["refused", "sent", "sent", "no_address"]


def test_a_refused_sender_stops_the_run(office: Office, server: Smtp) -> None:
    server.login = True  # wanted, but not offered and not set up here
    code, document = office.run("send", "templates")
    assert code == 2
    assert document["stopped"] == (
        "服务器不接受发信地址“xian@example.org”：5.7.0 Authentication required。请检查 from 和 user。"
    )


@pytest.mark.parametrize("loses", [True, False])
@pytest.mark.parametrize("at", [1, 2])
def test_a_server_that_breaks_the_connection(
    at: int, loses: bool, office: Office, server: Smtp
) -> None:
    """Nobody can know whether it took the message: it goes out once more under the same Message-ID, so that
    mail programs show it once and `collect` takes a reply once."""
    server.drops, server.loses = at, loses
    code, document = office.run("send", "templates")
    assert code == 2
    assert (
        document["stopped"]
        == "与发信服务器“localhost”的连接断了。已发出的都有记录，再运行一次，只发没有发的。"
    )
    assert document["stopped"] in office.said
    assert [i["state"] for i in document["items"]] == (["sent"] if at == 2 else ["planned"]) + [
        "planned"
    ] * 2 + ["no_address"]
    unsure = {s.address: s.message_id for s in sent(office) if s.state == "sending"}
    assert set(unsure) == ({JIAZI} if at == 1 else {YICHOU, YICHOU2})
    assert states(office) == (
        1,
        (["before"] if at == 2 else ["sent"]) + ["sent"] * 2 + ["no_address"],
    )
    assert states(office) == (1, ["before"] * 3 + ["no_address"])
    address = JIAZI if at == 1 else YICHOU
    identities = [parsed(data)["Message-ID"] for data in office.dovecot.messages(address)]
    assert identities == [unsure[address]] * (1 if loses else 2)


@pytest.mark.parametrize("whom", [{JIAZI}, {YICHOU}, {YICHOU2}])
def test_a_server_that_takes_leave(whom: set[str], office: Office, server: Smtp) -> None:
    """421 in the middle of a message ends the connection: nobody of that message has got it."""
    server.hangs_up = whom
    code, document = office.run("send", "templates")
    assert code == 2
    assert "421 4.7.0 too many messages, try later" in document["stopped"]
    assert [i["state"] for i in document["items"]] == ["planned" if JIAZI in whom else "sent"] + [
        "planned"
    ] * 2 + ["no_address"]
    server.hangs_up = set()
    assert states(office)[0] == 1
    assert [len(office.dovecot.messages(a)) for a in (JIAZI, YICHOU, YICHOU2)] == [1, 1, 1]


@needs_fork
def test_killed_between_the_server_and_the_record(
    office: Office, server: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Ledger.put_sent

    def killed(self: Ledger, *rows: Sent) -> None:
        if rows[0].state == "sent":
            os.kill(os.getpid(), signal.SIGKILL)
        real(self, *rows)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "put_sent", killed)
        done = run(command("send", "templates", "--campaign", office.folder))
    assert done.code == -signal.SIGKILL
    assert [s.state for s in sent(office)] == ["sending"]
    assert status(office.campaign()).units[0].templates[0].state == "sending"
    assert states(office) == (1, ["sent"] * 3 + ["no_address"])
    first, second = (parsed(data) for data in office.dovecot.messages(JIAZI))
    assert first["Message-ID"] == second["Message-ID"]
    assert states(office) == (1, ["before"] * 3 + ["no_address"])


def test_an_error_of_the_disk_after_the_server_took_it(
    office: Office, server: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Ledger.put_sent

    def full(self: Ledger, *rows: Sent) -> None:
        if rows[0].state == "sent":
            raise OSError(28, os.strerror(28), "ledger.sqlite3")
        real(self, *rows)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "put_sent", full)
        assert "写不了“ledger.sqlite3”" in office.refused("send", "templates")
    assert states(office) == (1, ["sent"] * 3 + ["no_address"])
    identities = [parsed(data)["Message-ID"] for data in office.dovecot.messages(JIAZI)]
    assert len(identities) == 2
    assert len(set(identities)) == 1


def test_an_address_that_is_new_in_the_roster_gets_it_alone(office: Office, server: Smtp) -> None:
    assert states(office)[0] == 1
    server.taken.clear()
    roster = office.folder / "roster.csv"
    text = roster.read_text("utf-8")
    roster.write_text(
        text.replace("周五,", "周五,bingyin@example.org").replace(JIAZI, f"{JIAZI};new@example.org")
    )
    assert states(office) == (0, ["before", "sent", "before", "before", "sent"])
    assert [to for _, to, _ in server.taken] == [("new@example.org",), ("bingyin@example.org",)]
    assert parsed(server.taken[0][2])["To"] == "甲子镇 <new@example.org>"


def test_once_more_when_asked_and_only_to_whom(office: Office, server: Smtp) -> None:
    assert states(office)[0] == 1
    assert states(office, "--again", "--unit", "甲子镇") == (0, ["sent"])
    identities = [parsed(data)["Message-ID"] for data in office.dovecot.messages(JIAZI)]
    assert len(set(identities)) == 2
    assert len(office.dovecot.messages(YICHOU)) == 1
    assert "名册里没有单位“无”" in office.refused("send", "templates", "--unit", "无")


def test_names_that_would_add_fields(office: Office, server: Smtp) -> None:
    """Line breaks in names of the roster, of the office and in letters."""
    roster = office.folder / "roster.csv"
    text = roster.read_text("utf-8").replace("张一", '"张一\r\nBcc: c@example.org"')
    roster.write_bytes(text.replace("\n990101", "\n990101").encode())
    letter = office.folder / "letters" / "发放模板.txt"
    letter.write_text(
        "主题：{单位}{联系人}请填报\n\n{联系人}：\n.\nRCPT TO:<d@example.org>\n..\n{截止日期}\n",
        "utf-8",
    )
    settings = office.folder / "xlreport.toml"
    settings.write_text(
        settings.read_text("utf-8").replace(
            "[mail]", '[mail]\nname = "县\\r\\nBcc: b@example.org"'
        ),
        "utf-8",
    )
    assert states(office)[0] == 1
    assert [to for _, to, _ in server.taken] == [(JIAZI,), (YICHOU, YICHOU2)]
    for _, _, data in server.taken:
        head = data.partition(b"\r\n\r\n")[0]
        assert b"\nBcc" not in head
        message = parsed(data)
        assert {name.lower() for name in message} == {
            *("from", "to", "subject", "date", "message-id", "mime-version", "content-type")
        }
        assert message["From"].addresses[0].addr_spec == COUNTY
        body = message.get_body()
        assert body is not None
        assert "\n.\nRCPT TO:<d@example.org>\n..\n" in body.get_content().replace("\r\n", "\n")


def test_what_goes_over_the_wire(office: Office, server: Smtp, tmp_path: Path) -> None:
    """Names of files arrive equal through every reader; lines as RFC 5322 wants them."""
    many = "、".join(
        f"a-rather-long-name-of-somebody-{i}@office-{i}.example.org" for i in range(30)
    )
    roster = office.folder / "roster.csv"
    long = "示例县" + "很长的" * 20 + "办公室"
    roster.write_text(roster.read_text("utf-8") + f"990104,{long},部门,朱六,{many}\n", "utf-8")
    assert states(office)[0] == 1
    assert len(server.taken) == 3
    for (_, to, data), unit in zip(server.taken, ("甲子镇", "乙丑镇", long), strict=True):
        lines = data.split(b"\r\n")
        assert max(map(len, lines)) <= 998
        assert not any(b"\n" in line or b"\r" in line for line in lines)
        assert data.isascii()
        head = data.partition(b"\r\n\r\n")[0]
        assert max(map(len, head.split(b"\r\n"))) <= 998
        for word in re.findall(rb"=\?[^?\s]+\?[bq]\?[^?\s]*\?=", head):
            assert len(word) <= 75, "RFC 2047, 2"
        message = parsed(data)
        assert [a.addr_spec for a in message["To"].addresses] == list(to)
        # Python 3.11's own parser puts spaces between the words of a name (RFC 2047, 6.2, has none)
        assert {a.display_name.replace(" ", "") for a in message["To"].addresses} == {unit}
        assert (
            message["Subject"]
            == f"请填报2025年政府信息公开工作年度报告（{unit}，2026年1月31日前报送）"
        )
        (attached,) = message.iter_attachments()
        (path,) = (office.folder / "templates").glob(f"*_{unit[:20]}*.xlsx")
        assert attached.get_filename() == path.name
        assert attached.get_payload(decode=True) == path.read_bytes()
        # programs that know no RFC 2231 look for encoded words in Content-Type
        old = email.message_from_bytes(data)
        (part,) = (p for p in old.walk() if p.get_content_maintype() == "application")
        said = re.search(r'name="([^"]*)"', part["Content-Type"])
        assert said is not None
        assert str(make_header(decode_header(said[1]))) == path.name
        spool = tmp_path / unit[:3]
        spool.mkdir()
        read = MessageReader(spool)(data)
        assert [(a.name, a.path.read_bytes()) for a in read.attachments] == [
            (path.name, path.read_bytes())
        ]
        assert (read.senders, read.findings) == ((COUNTY,), ())
        assert data in office.dovecot.messages(to[0])


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00" * 400,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"* OK hello\r\n" * 50,
        b"220 hello\r\nnonsense\r\n",
    ],
)
def test_a_server_of_another_kind(
    said: bytes, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.mail.smtp.TIMEOUT", 1)
    with saying(said) as port:
        office.set(smtp_port=port)
        assert office.run("send", "templates")[0] == 2
    assert "发信服务器“localhost”" in office.said
    assert {one.state for one in sent(office)} <= {"sending"}


def test_bounces_are_found_again(office: Office, server: Smtp) -> None:
    """A delivery report that comes back over IMAP marks the message that it is about."""
    assert states(office)[0] == 1
    ours = parsed(server.taken[0][2])
    report = (
        "From: MAILER-DAEMON@example.org\r\nTo: xian@example.org\r\nSubject: Undelivered\r\n"
        "Date: Thu, 15 Jan 2026 10:00:00 +0800\r\nMessage-ID: <b@example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {JIAZI}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {ours['Message-ID']}\r\n--b--\r\n"
    )
    office.dovecot.deliver(COUNTY, report.encode())
    code, document = office.run("collect")
    assert code == 1
    assert [f["code"] for f in document["messages"][0]["findings"]] == ["M7"]
    assert [s.state for s in sent(office)] == ["bounced", "sent", "sent"]
