"""Collecting from a real IMAP server: every message once, nothing changed there that was not asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from campaign.office import COUNTY, Office
from campaign.scene import JIAZI, workbook
from support.faults import Fork, command, needs_fork
from support.merges import merge_and_write
from support.servers import Dovecot, free_port, proxy_for, saying
from xlreport import Form
from xlreport.campaign.campaign import ledger_of, merged_inbox
from xlreport.campaign.status import status
from xlreport.clock import china
from xlreport.mail.messages import MailLimits
from xlreport.merging.arrivals import MARK

pytestmark = pytest.mark.post

DAY = 86_400.0
START = 1_768_442_400.0
"""2026-01-15 10:00 in China."""

DONE = "已办结"


@pytest.fixture(scope="session")
def books(zfxxgk: Form) -> Callable[[int], bytes]:
    """The workbook of 甲子镇 with a number of its own."""
    return cache(lambda number: workbook(zfxxgk, JIAZI, number))


@pytest.fixture
def three(office: Office, books: Callable[[int], bytes]) -> Office:
    """Three versions in the mailbox, one a day."""
    for number in (1, 2, 3):
        office.mail(str(number), books(number), when=START + number * DAY)
    return office


def uids(office: Office) -> list[tuple[int, int]]:
    """UIDVALIDITY and UID of every place in the ledger."""
    import sqlite3

    with sqlite3.connect(office.folder / "records" / "ledger.sqlite3") as db:
        rows = db.execute("SELECT validity, uid FROM seen ORDER BY validity, uid").fetchall()
    db.close()
    return rows


def test_every_message_is_taken_once(three: Office) -> None:
    assert three.collect() == (0, ["new"] * 3)
    inbox = three.inbox
    assert len(inbox) == 3
    assert three.collect() == (0, [])
    assert three.inbox == inbox
    assert [uid for _, uid in uids(three)] == [1, 2, 3]


def test_looking_changes_nothing_on_the_server(three: Office) -> None:
    before = three.dovecot.messages(COUNTY)
    assert three.collect() == (0, ["new"] * 3)
    assert three.dovecot.flags(COUNTY) == [set()] * 3
    assert three.dovecot.messages(COUNTY) == before


@pytest.mark.parametrize("marks", [False, True])
def test_the_folder_is_opened_read_only_unless_something_is_to_change(
    marks: bool, three: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imaplib import IMAP4

    said = []
    send = IMAP4._command  # type: ignore[attr-defined]

    def listened(self: IMAP4, name: str, *rest: object) -> object:
        said.append(name)
        return send(self, name, *rest)

    monkeypatch.setattr(IMAP4, "_command", listened)
    assert three.collect(*(["--mark-seen"] if marks else []))[0] == 0
    assert ("SELECT" in said, "EXAMINE" in said) == (marks, not marks)
    assert {"EXPUNGE", "CLOSE", "DELETE"}.isdisjoint(said)


def test_a_new_uidvalidity_doubles_nothing(three: Office, books: Callable[[int], bytes]) -> None:
    assert three.collect() == (0, ["new"] * 3)
    inbox = three.inbox
    three.dovecot.forget_uids(COUNTY)
    assert three.collect() == (0, ["known"] * 3)
    assert three.inbox == inbox
    assert len({validity for validity, _ in uids(three)}) == 2
    assert three.collect() == (0, [])
    three.mail("4", books(4))
    assert three.collect() == (0, ["new"])


def test_a_copy_in_another_folder_is_known(three: Office) -> None:
    assert three.collect() == (0, ["new"] * 3)
    for number, data in enumerate(three.dovecot.messages(COUNTY)):
        three.dovecot.deliver(COUNTY, data, folder="归档", when=START + number)
    assert three.collect("--folder", "归档") == (0, ["known"] * 3)
    assert three.collect("--folder", "归档") == (0, [])
    assert len(three.inbox) == 3


def test_marking_as_read_those_that_were_taken_before_too(
    three: Office, books: Callable[[int], bytes]
) -> None:
    assert three.collect()[0] == 0
    three.mail("4", books(4))
    assert three.collect("--mark-seen") == (0, ["new"])
    assert three.dovecot.flags(COUNTY) == [{r"\Seen"}] * 4


@pytest.mark.parametrize("folder", [DONE, "Done & 了/结", 'a "b" c', "INBOX/sub"])
def test_moving_makes_the_folder_and_leaves_what_was_not_taken(
    folder: str, three: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder.replace("/", ".")  # how this server separates folders
    before = three.dovecot.messages(COUNTY)
    monkeypatch.setattr(
        "xlreport.campaign.collect.MAIL_LIMITS", MailLimits(message=max(map(len, before)))
    )
    huge = three.mail("huge", bytes(300_000), when=START)
    assert three.collect("--move-to", folder) == (1, ["new"] * 3 + ["trouble"])
    assert three.dovecot.messages(COUNTY) == [huge]
    assert three.collect("--move-to", folder) == (1, ["trouble"])
    assert three.dovecot.messages(COUNTY) == [huge]
    # asked for by its own name it is found, and known
    assert three.collect("--folder", folder) == (0, ["known"] * 3)


def test_moving_what_an_interrupted_run_took(three: Office) -> None:
    with proxy_for(three.dovecot.port, b"BODY[]", 3) as proxy:
        three.set(port=proxy.port)
        assert three.collect("--mark-seen", "--move-to", DONE) == (2, ["new"] * 2)
    assert three.dovecot.flags(COUNTY) == [set()] * 3
    three.set(port=three.dovecot.port)
    assert three.collect("--mark-seen", "--move-to", DONE) == (0, ["new"])
    assert three.dovecot.messages(COUNTY) == []
    assert three.dovecot.flags(COUNTY, DONE) == [{r"\Seen"}] * 3
    assert len(three.inbox) == 3


def test_what_the_user_flagged_as_deleted_stays(three: Office) -> None:
    with three.dovecot.client(COUNTY) as client:
        client.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
    assert three.collect("--mark-seen", "--move-to", DONE) == (0, ["new"] * 3)
    assert three.dovecot.flags(COUNTY, DONE) == [{r"\Seen"}, {r"\Seen", r"\Deleted"}, {r"\Seen"}]
    assert three.collect("--folder", DONE, "--mark-seen") == (0, ["known"] * 3)
    assert len(three.dovecot.messages(COUNTY, DONE)) == 3


def test_a_server_without_move_keeps_the_messages(
    three: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imaplib import IMAP4

    real = IMAP4.capability
    monkeypatch.setattr(
        IMAP4, "capability", lambda self: ("OK", [real(self)[1][0].replace(b" MOVE ", b" ")])
    )
    code, document = three.run("collect", "--move-to", DONE)
    assert code == 1
    assert document["left"] == [
        "服务器没有移动邮件的功能（MOVE），邮件都留在原处；请在邮箱里自己移动。"
    ]
    assert len(three.dovecot.messages(COUNTY)) == 3


def test_folder_and_date_of_the_settings_and_of_the_command(
    three: Office, books: Callable[[int], bytes]
) -> None:
    three.mail("5", books(5), folder="年报 2025&", when=START)
    three.set(folder="年报 2025&")
    assert three.collect() == (0, ["new"])
    three.set(folder="INBOX", since="2026-01-17")
    assert three.collect() == (0, ["new"] * 2)
    assert three.collect("--since", "2026-01-16") == (0, ["new"])
    assert three.collect("--since", "2027-01-01") == (0, [])
    assert len(three.inbox) == 4


def test_an_unknown_folder_is_told_with_those_there_are(
    office: Office, books: Callable[[int], bytes]
) -> None:
    office.mail("1", books(1), folder="年报")
    assert (
        office.refused("collect", "--folder", "没有")
        == "邮箱里没有文件夹“没有”；有：“年报”、“INBOX”。"
    )


def test_folders_whose_names_break_the_rules_hurt_nobody(
    three: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as R&D, which had to be written R&-D (RFC 3501, 5.1.3)."""
    from imaplib import IMAP4

    real = IMAP4._untagged_response  # type: ignore[attr-defined]

    def answer(self: IMAP4, typ: str, data: list[object], name: str) -> tuple[str, list[object]]:
        typ, found = real(self, typ, data, name)
        return typ, [*found, b'(\\HasNoChildren) "." "R&D\xff"'] if name == "LIST" else found

    monkeypatch.setattr(IMAP4, "_untagged_response", answer)
    assert three.collect() == (0, ["new"] * 3)
    assert (
        three.refused("collect", "--folder", "没有") == "邮箱里没有文件夹“没有”；有：（列不出来）。"
    )


def test_a_wrong_password(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "邮箱“xian@example.org”登录不了：请检查用户名和密码。163、126、QQ 等邮箱要先在网页上开通 IMAP，用授权码代替密码。"
    for wrong in ("wrong", "密码", 'a"b\\c', "１２３", "a\nb", "é"):
        monkeypatch.setenv("XLREPORT_MAIL_PASSWORD", wrong)
        assert office.refused("collect") == words
    assert office.inbox == {}


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_encrypted(security: str, three: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that is trusted; one that is not; one of another name; unchecked, with a warning."""
    three.set(
        security=security, port=three.dovecot.tls_port if security == "tls" else three.dovecot.port
    )
    assert three.collect() == (0, ["new"] * 3)
    assert "TLS" in [line for line in three.dovecot.log.splitlines() if "Login: user=" in line][-1]
    refusal = "邮件服务器“{}”的证书核对不上，没有登录。请检查服务器名称；可能有人冒充。"
    three.set(host="127.0.0.1")
    assert three.refused("collect") == refusal.format("127.0.0.1")
    three.set(host="localhost")
    monkeypatch.delenv("SSL_CERT_FILE")
    logins = three.dovecot.log.count("Login: user=")
    assert three.refused("collect") == refusal.format("localhost")
    assert three.dovecot.log.count("Login: user=") == logins
    three.set(verify="false")
    assert three.collect() == (0, [])
    assert "警告：没有核对 localhost 的证书，别人可以冒充邮件服务器。" in three.said


def test_a_connection_without_encryption_is_warned_of(office: Office) -> None:
    assert office.collect() == (0, [])
    assert "警告：与 localhost 的连接没有加密" in office.said


def test_the_wrong_port_and_the_wrong_kind_of_encryption(office: Office) -> None:
    port = free_port()
    office.set(port=port)
    assert (
        office.refused("collect")
        == f"邮件服务器“localhost”的 {port} 端口拒绝连接，请检查地址和端口。"
    )
    office.set(port=office.dovecot.port, security="tls")
    assert (
        office.refused("collect")
        == "与邮件服务器“localhost”不能加密连接，请检查端口和 security（993 用 tls，143 用 starttls）。"
    )
    office.set(host="no-such-host.invalid")
    assert office.refused("collect").startswith("连不上邮件服务器“no-such-host.invalid”（")
    office.set(host="imap..example.org")
    assert "mail.imap.host 的值“imap..example.org”不对" in office.refused("collect")


def test_a_silent_server(
    office: Office, monkeypatch: pytest.MonkeyPatch, books: Callable[[int], bytes]
) -> None:
    monkeypatch.setattr("xlreport.mail.imap.TIMEOUT", 0.5)
    office.mail("1", books(1))
    with proxy_for(office.dovecot.port, b"OK", 1, silent=True) as proxy:
        office.set(port=proxy.port)
        words = "邮件服务器“localhost”没有回应，请检查网络，稍后再试；已收的不会丢。"
        assert office.refused("collect") == f"{words}"
        proxy.word, proxy.times = b"BODY[]", 1
        code, document = office.run("collect")
        assert (code, document["stopped"]) == (2, words)
        assert office.collect() == (0, ["new"])


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00" * 400,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"* BYE no\r\n",
        b"* OK hello\r\n" + b"* x\r\n" * 50,
    ],
)
def test_a_server_of_another_kind(
    said: bytes, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.mail.imap.TIMEOUT", 1)
    with saying(said) as port:
        office.set(port=port)
        words = office.refused("collect")
    assert "邮件服务器“localhost”" in words
    assert not re.search("[A-Za-z]{4,}", words.replace("localhost", ""))


def test_we_say_who_we_are(office: Office) -> None:
    """163 and 126 refuse mailboxes to programs that do not."""
    from importlib.metadata import version

    before = office.dovecot.log.count("ID sent:")
    assert office.collect()[0] == 0
    lines = [line for line in office.dovecot.log.splitlines() if "ID sent:" in line][before:]
    assert len(lines) == 1
    assert f"name=xlreport, version={version('xlreport')}" in lines[0]
    assert f"imap({COUNTY})" in lines[0], "after the login"


def test_a_message_that_is_too_large_is_told_and_not_fetched(
    three: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.campaign.collect.MAIL_LIMITS", MailLimits(message=200_000))
    huge = three.mail("huge", bytes(3_000_000), when=START)
    monkeypatch.setattr("xlreport.mail.imap._BATCH", 2)
    with proxy_for(three.dovecot.port) as proxy:
        three.set(port=proxy.port)
        code, document = three.run("collect")
        assert proxy.passed < len(huge)
    assert code == 1
    states = [m["state"] for m in document["messages"]]
    assert states == ["new"] * 3 + ["trouble"]
    told = document["messages"][-1]
    assert (told["sender"], told["subject"], int(told["arrived"])) == (
        "jiazi@example.org",
        "年报",
        START,
    )
    assert [f["code"] for f in told["findings"]] == ["M5"]
    assert f"{len(huge):,} 字节" in told["findings"][0]["message"]
    with ledger_of(three.campaign().settings) as ledger:
        assert [m.trouble for m in ledger.received()] == [False] * 3 + [True]
    monkeypatch.undo()
    monkeypatch.setenv("XLREPORT_MAIL_PASSWORD", "secret")
    monkeypatch.setattr("xlreport.merging.request.WORKERS", 0)
    three.set(port=three.dovecot.port)
    assert three.collect() == (0, ["new"]), "with another limit it is taken"
    with ledger_of(three.campaign().settings) as ledger:
        assert [m.trouble for m in ledger.received()] == [False] * 4


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_broken_connection_keeps_what_was_taken(at: int, three: Office) -> None:
    with proxy_for(three.dovecot.port, b"BODY[]", at) as proxy:
        three.set(port=proxy.port)
        code, document = three.run("collect")
        assert code == 2
        words = "与邮件服务器“localhost”的连接断了，请稍后再试；已收的不会丢，也不会重收。"
        assert document["stopped"] == words
        assert words in three.said
        assert [m["state"] for m in document["messages"]] == ["new"] * (at - 1)
        assert len(three.inbox) == at - 1
        assert three.collect() == (0, ["new"] * (4 - at))
    assert len(three.inbox) == 3
    assert len(uids(three)) == 3


@pytest.mark.parametrize(
    "word", [b"* OK", b"Logged in", b"UIDVALIDITY", b"* SEARCH", b"RFC822.SIZE"]
)
def test_a_connection_that_breaks_before_the_first_message(word: bytes, three: Office) -> None:
    with proxy_for(three.dovecot.port, word, 1) as proxy:
        three.set(port=proxy.port)
        code, document = three.run("collect")
        assert (code, document.get("messages", [])) == (2, [])
        assert "连接断了，请稍后再试" in three.said
        assert three.collect() == (0, ["new"] * 3)


def test_the_server_shuts_down_midway(three: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that serves this mailbox is killed after the first message."""
    import os
    import re
    import signal

    from xlreport.campaign.collect import Collector

    real = Collector._message

    def then_killed(self: Collector, *rest: object) -> object:
        done = real(self, *rest)  # type: ignore[arg-type]
        for pid in re.findall(rf"Login: user=<{COUNTY}>.*mpid=(\d+)", three.dovecot.log):
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue
        return done

    with monkeypatch.context() as patch:
        patch.setattr(Collector, "_message", then_killed)
        assert three.collect() == (2, ["new"])
    assert three.collect() == (0, ["new"] * 2)


def test_a_message_that_vanishes_meanwhile_is_passed_over(
    three: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlreport.mail.imap import ImapSource

    real = ImapSource._sizes

    def then_removed(self: ImapSource, numbers: list[int]) -> dict[int, int]:
        found = real(self, numbers)
        with three.dovecot.client(COUNTY) as client:
            client.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
            client.expunge()
        return found

    monkeypatch.setattr(ImapSource, "_sizes", then_removed)
    assert three.collect() == (0, ["new"] * 2)


def test_the_time_of_delivery_decides(office: Office, books: Callable[[int], bytes]) -> None:
    """All three carry the same Date; what the server took last counts, whatever its UID."""
    for number, day in ((1, 2), (2, 9), (3, 5)):
        office.mail(str(number), books(number), when=START + day * DAY)
    assert office.collect() == (0, ["new"] * 3)
    campaign = office.campaign()
    with ledger_of(campaign.settings) as ledger:
        arrivals = ledger.arrivals()
        totals = merged_inbox(campaign, ledger).totals
    assert sorted(int(a.moment) for a in arrivals.values()) == [
        START + day * DAY for day in (2, 5, 9)
    ]
    assert totals["disclosure.licences.decisions"] == 2
    for name in office.inbox:
        arrived = arrivals[office.inbox[name]].moment
        path = office.folder / "inbox" / name
        assert f"_{china(arrived):%Y%m%d-%H%M}_" in name
        assert path.stat().st_mtime == arrived
        assert name.split(".")[-2][-MARK:] == office.inbox[name][:MARK]
    jiazi = next(u for u in status(campaign).units if u.unit.code == JIAZI.code)
    assert jiazi.versions == 3
    # the merge without a campaign takes the time stamps of the files for it
    assert merge_and_write(office.folder / "inbox", out=office.folder / "other").totals == totals


def test_many_messages_are_fetched_in_batches(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.mail.imap._BATCH", 3)
    for number in range(10):
        office.mail(str(number), b"no workbook", when=START + number)
    assert office.collect("--mark-seen") == (0, ["new"] * 10)
    assert office.dovecot.flags(COUNTY) == [{r"\Seen"}] * 10


@needs_fork
def test_two_collections_at_once_take_each_message_once(three: Office, dovecot: Dovecot) -> None:
    collect = command("collect", "--json", "--campaign", three.folder)
    with Fork(collect) as first, Fork(collect) as second:
        runs = [first.wait(), second.wait()]
    assert [done.code for done in runs] == [0, 0]
    said = [json.loads(done.out) for done in runs]
    assert sorted(len(document["messages"]) for document in said) == [0, 3]
    assert len(three.inbox) == 3


def test_no_password_is_written_anywhere(three: Office) -> None:
    assert three.collect()[0] == 0
    for path in three.folder.rglob("*"):
        if path.is_file() and Path(path).suffix != ".xlsx":
            assert b"secret" not in path.read_bytes(), path
