"""Letters go out, messages come in, and what a person has dealt with is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from xlreport.campaign import collect, settling
from xlreport.campaign.letters import REMINDERS
from xlreport.campaign.send import Drafts, SendRequest
from xlreport.campaign.send import send as sending
from xlreport.desk.jobs import Done, Job
from xlreport.desk.uploads import MAILS
from xlreport.errors import SendError, SourceError
from xlreport.mail import smtp
from xlreport.mail.imap import ImapMailbox
from xlreport.mail.servers import password_for
from xlreport.telling.lines import KINDS, collect_report, send_report

if TYPE_CHECKING:
    from xlreport.campaign.campaign import Campaign
    from xlreport.desk.collection import Collection
    from xlreport.desk.desk import Desk
    from xlreport.merging.request import Progress
    from xlreport.submission import Unit

# --- out ---

TRY, DRAFTS, SEND = "try", "drafts", "send"
HOW = {TRY: "：看看会发给谁", DRAFTS: "：写成草稿", SEND: "：发送"}
"""The ways in which letters go out."""


@dataclass(frozen=True)
class Letters:
    """Letters of a kind, and how they go out (a key of `HOW`), to the units `only` or to all that
    need one, `again` also where they went out before. The password is kept no longer than sending
    takes."""

    kind: str
    how: str
    password: str = field(default="", repr=False)
    only: tuple[Unit, ...] = ()
    again: bool = False


def send(desk: Desk, letters: Letters) -> Job:
    """Sends letters, writes them as drafts, or only says who would get one."""
    title = f"{KINDS[letters.kind]}{_to_whom(letters)}{HOW[letters.how]}"
    return desk.act(title, partial(_gone_out, letters))


def _to_whom(letters: Letters) -> str:
    """The one unit that gets a letter; nothing where all do that need one."""
    names = "、".join(unit.name for unit in letters.only)
    return f"（{names}）" if names else ""


def _gone_out(letters: Letters, collection: Collection, progress: Progress) -> Done:
    is_compared = letters.kind != REMINDERS
    campaign = collection.compared(progress) if is_compared else collection.plain(progress)
    is_trial = letters.how == TRY
    request = SendRequest(letters.kind, letters.only, letters.again, dry_run=is_trial)
    if letters.how == SEND:
        return _sent(campaign, request, letters.password)
    return _drafted(campaign, request)


def _drafted(campaign: Campaign, request: SendRequest) -> Done:
    """Also when it is only tried: then nothing is written."""
    settings = campaign.settings
    result = sending(campaign, request, Drafts(settings.drafts))
    is_there = not request.dry_run and settings.drafts.is_dir()
    files = ("drafts",) if is_there else ()
    return Done(tuple(send_report(result, settings, drafts=True)), files)


def _sent(campaign: Campaign, request: SendRequest, given: str) -> Done:
    settings = campaign.settings
    if not settings.smtp.can_send:
        raise SendError("设置里没有写发信服务器和发信邮箱；不用邮箱发的，请写成草稿。")
    password = password_for("SMTP", settings.smtp.server, lambda _question: given)
    with smtp.opened(settings.smtp, password) as transport:
        result = sending(campaign, request, transport)
    return Done(tuple(send_report(result, settings, drafts=False)))


# --- in ---


def collect_dropped(desk: Desk) -> Job:
    """Collects the messages that were dropped onto the page."""
    return desk.act("收取邮件里的报表", partial(_collected, desk), key="collect")


def _collected(desk: Desk, collection: Collection, progress: Progress) -> Done:
    result = collect.collect(collection.plain(progress), collection.folder / MAILS)
    desk.collected = desk.collected.with_run(result.messages)
    return Done(tuple(collect_report(result, verbose=True)))


@dataclass(frozen=True)
class Mailbox:
    """How the campaign's mailbox is collected: with which password, and what is done there with
    messages that were taken."""

    password: str = field(default="", repr=False)
    mark_seen: bool = False
    move_to: str = ""


def fetch(desk: Desk, box: Mailbox) -> Job:
    """Collects from the campaign's mailbox."""
    return desk.act("从邮箱收取", partial(_fetched, box))


def _fetched(box: Mailbox, collection: Collection, progress: Progress) -> Done:
    campaign = collection.plain(progress)
    imap = campaign.settings.imap
    if not imap.server.host:
        raise SourceError("设置里没有写收信服务器；请把收到的邮件存成文件，拖到工作页面上。")
    password = password_for("IMAP", imap.server, lambda _question: box.password)
    mailbox = ImapMailbox(imap, password, box.mark_seen, box.move_to)
    result = collect.collect(campaign, mailbox)
    return Done(tuple(collect_report(result, verbose=True)))


def settle(desk: Desk, number: int) -> Job:
    """Records that a person has dealt with a message."""
    return desk.act("处理来信", partial(_settled, number))


def _settled(number: int, collection: Collection, progress: Progress) -> Done:
    return Done(tuple(settling.settle(collection.plain(progress), [number])))


def reopen(desk: Desk, number: int) -> Job:
    """Takes back that a person has dealt with a message."""
    return desk.act("撤销已处理", partial(_reopened, number))


def _reopened(number: int, collection: Collection, progress: Progress) -> Done:
    return Done(tuple(settling.reopen(collection.plain(progress), [number])))
