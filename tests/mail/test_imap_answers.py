"""What is asked of an IMAP server and how its answers are read, without a server."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pytest

from xlreport.errors import SourceError
from xlreport.mail.codes import GIVEN_EMPTY, NOT_GIVEN
from xlreport.mail.imap import ImapSource
from xlreport.mail.mailboxes import Raw, Uid
from xlreport.mail.servers import Imap, Server

NAME = "imap://xian@mail.example.org/INBOX"
NOON = 1_768_449_600.0
"""2026-01-15 12:00 in China."""

Answer = tuple[str, list[Any]]


@dataclass
class Folder:
    calls: list[Any] = field(default_factory=list)
    there: bool = False

    def status(self, name: str, options: list[str]) -> dict[str, int]:
        assert options == ["UIDVALIDITY"]
        return {"UIDVALIDITY": 7}

    def set(self, name: str, *, readonly: bool) -> None:
        self.calls.append(("set", name, readonly))

    def exists(self, name: str) -> bool:
        return self.there

    def create(self, name: str) -> None:
        self.calls.append(("create", name))


@dataclass
class Box:
    """A mailbox that answers as it is told to; `asked` is what was asked of it."""

    uids_there: list[str] = field(default_factory=list)
    answers: dict[tuple[str, ...], Answer] = field(default_factory=dict)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    folder: Folder = field(default_factory=Folder)
    capabilities: bytes = b"IMAP4rev1 move"

    @property
    def client(self) -> Box:
        return self

    def uids(self, criteria: str, charset: None) -> list[str]:
        self.asked.append(("UIDS", criteria, charset))
        return self.uids_there

    def uid(self, *command: str) -> Answer:
        self.asked.append(command)
        return self.answers.get(command[:2], ("OK", []))

    def capability(self) -> Answer:
        return "OK", [self.capabilities, None]


def source(
    box: Box, *known: int, since: str = "", mark_seen: bool = False, move_to: str = ""
) -> ImapSource:
    def seen(name: str, validity: int) -> Collection[int]:
        assert (name, validity) == (NAME, 7)
        return known

    settings = Imap(Server("mail.example.org", 993, user="xian"), since=since)
    return ImapSource(box, settings, seen, mark_seen=mark_seen, move_to=move_to)  # type: ignore[arg-type]


def message(number: int, data: bytes = b"Subject: x\r\n\r\n") -> Answer:
    head = f'1 (UID {number} INTERNALDATE "15-Jan-2026 12:00:00 +0800" BODY[] {{9}}'.encode()
    return "OK", [(head, data), b")"]


@pytest.mark.parametrize(
    ("mark_seen", "move_to", "readonly"),
    [(False, "", True), (True, "", False), (False, "a", False)],
)
def test_the_folder_is_read_only_unless_something_changes(
    mark_seen: bool, move_to: str, readonly: bool
) -> None:
    box = Box()
    assert source(box, mark_seen=mark_seen, move_to=move_to).validity == 7
    assert box.folder.calls == [("set", "INBOX", readonly)]


def test_messages_that_were_taken_are_not_fetched_again() -> None:
    sizes: Answer = (
        "OK",
        [b"1 (UID 3 RFC822.SIZE 20)", None, b")", (b"2 (UID 9 RFC822.SIZE 5", b"")],
    )
    box = Box(["9", "10", "3"], {("FETCH", "3"): message(3), ("FETCH", "9"): message(9)})
    box.answers["FETCH", "3,9"] = sizes
    first, second = source(box, 10).messages(most=20)
    origin = "INBOX：第 3 号邮件（2026-01-15 12:00）"
    uid = Uid(NAME, 7, 3)
    assert first == Raw(origin, b"Subject: x\r\n\r\n", NOON + 3e-6, uid, seen=20)
    assert (second.uid, second.seen) == (Uid(NAME, 7, 9), 5)
    assert box.asked == [
        ("UIDS", "ALL", None),
        ("FETCH", "3,9", "(UID RFC822.SIZE)"),
        ("FETCH", "3", "(BODY.PEEK[] INTERNALDATE)"),
        ("FETCH", "9", "(BODY.PEEK[] INTERNALDATE)"),
    ]


def test_of_a_message_that_is_too_large_only_the_header_is_fetched() -> None:
    box = Box(["3"])
    box.answers["FETCH", "3"] = ("OK", [(b"1 (UID 3 RFC822.SIZE 21", b"x")])
    (raw,) = source(box).messages(most=20)
    assert raw.seen == 21
    assert box.asked[-1] == ("FETCH", "3", "(BODY.PEEK[HEADER] INTERNALDATE)")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (("OK", [(b"1 (UID 3 BODY[] {0}", b""), b")"]), GIVEN_EMPTY()),
        (("NO", [b"busy", b"later"]), NOT_GIVEN(answer="busy；later")),
        (("NO", []), NOT_GIVEN(answer="服务器没有说明原因")),
        (("OK", []), GIVEN_EMPTY()),
    ],
)
def test_a_message_that_is_not_given_is_told(answer: Answer, problem: object) -> None:
    box = Box(["3"], {("FETCH", "3"): answer})
    (raw,) = source(box).messages(most=20)
    assert (raw.data, raw.problem, raw.origin) == (b"", problem, "INBOX：第 3 号邮件")
    assert (raw.uid, raw.arrived) == (Uid(NAME, 7, 3), 3e-6)


def test_a_message_that_vanished_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box(["3"], {("FETCH", "3"): ("OK", [])})
    real = box.uid

    def deleting(*command: str) -> Answer:
        box.uids_there = []
        return real(*command)

    monkeypatch.setattr(box, "uid", deleting)
    assert list(source(box).messages(most=20)) == []


def test_messages_that_vanished_together_are_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = [str(number) for number in range(1, 8)]
    box = Box(numbers, {("FETCH", "7"): message(7)})
    real = box.uid

    def deleting(*command: str) -> Answer:
        box.uids_there = ["7"]
        return real(*command)

    monkeypatch.setattr(box, "uid", deleting)
    (raw,) = source(box).messages(most=20)
    assert raw.uid == Uid(NAME, 7, 7)
    assert [asked for asked in box.asked if asked[0] == "UIDS"] == [("UIDS", "ALL", None)] * 2


def test_the_time_may_stand_behind_the_message_or_be_wrong() -> None:
    behind = b' INTERNALDATE "15-Jan-2026 12:00:00 +0800")'
    for tail, arrived in ((behind, NOON), (b' INTERNALDATE "gestern")', 0.0), (b")", 0.0)):
        box = Box(["3"], {("FETCH", "3"): ("OK", [(b"1 (UID 3 BODY[] {1}", b"x"), tail])})
        (raw,) = source(box).messages(most=20)
        assert raw.arrived == arrived + 3e-6


def test_two_hundred_messages_are_asked_for_at_once() -> None:
    box = Box([str(number) for number in range(1, 202)])
    list(source(box).messages(most=20))
    asked = [command[1] for command in box.asked if command[-1] == "(UID RFC822.SIZE)"]
    assert [len(uids.split(",")) for uids in asked] == [200, 1]
    assert asked[1] == "201"


def test_since_a_day_with_the_month_in_english() -> None:
    box = Box()
    list(source(box, since="2026-03-05").messages(most=20))
    assert box.asked == [("UIDS", "SINCE 5-Mar-2026", None)]


# --- afterwards -----------------------------------------------------------------------------

TAKEN = [Uid(NAME, 7, 4), Uid(NAME, 6, 5), Uid("imap://other", 7, 6)]


def test_nothing_is_done_unless_asked_for() -> None:
    box = Box(["4"])
    assert list(source(box).finish(TAKEN)) == []
    assert box.asked == []


def test_what_was_taken_now_or_before_and_lies_here_is_marked() -> None:
    box = Box(["3", "4", "5", "6"])
    assert list(source(box, 3, 99, mark_seen=True).finish(TAKEN)) == []
    assert box.asked[-1] == ("STORE", "3,4", "+FLAGS.SILENT", r"(\Seen)")
    box.answers["STORE", "3,4"] = ("NO", [b"read-only"])
    told = list(source(box, 3, mark_seen=True).finish(TAKEN))
    assert told == ["有邮件没能标为已读：read-only"]


@pytest.mark.parametrize("there", [False, True])
def test_moving_makes_the_folder_where_it_is_missing(there: bool) -> None:
    box = Box(["4"], folder=Folder(there=there))
    assert list(source(box, move_to="已办").finish(TAKEN)) == []
    assert box.asked[-1] == ("MOVE", "4", b'"&XfJSng-"')
    assert (("create", "已办") in box.folder.calls) is not there
    box.answers["MOVE", "4"] = ("NO", [])
    told = list(source(box, move_to="已办").finish(TAKEN))
    assert told == ["有邮件没能移到“已办”：服务器没有说明原因"]


def test_without_move_or_messages_nothing_is_moved() -> None:
    box = Box(["4"], capabilities=b"IMAP4rev1 REMOVER")
    (told,) = source(box, move_to="done").finish(TAKEN)
    assert told == "服务器没有移动邮件的功能（MOVE），邮件都留在原处；请在邮箱里自己移动。"
    assert all(command[0] == "UIDS" for command in box.asked)
    assert list(source(Box(), move_to="done").finish(TAKEN)) == []


def test_a_broken_connection_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box(["4"])

    def broken(*command: str) -> Answer:
        raise ConnectionResetError

    monkeypatch.setattr(box, "uid", broken)
    with pytest.raises(SourceError, match=r"与邮件服务器“mail\.example\.org”的连接断了"):
        list(source(box).messages(most=20))
