"""What the buttons do: each calls what the command calls, and tells it in the same lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xlreport.desk.jobs import Done, Job
from xlreport.desk.uploads import MAILS
from xlreport.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from xlreport.campaign.decisions import Asked
    from xlreport.desk.collection import Collection
    from xlreport.desk.desk import Desk
    from xlreport.desk.uploads import Upload
    from xlreport.merging.request import Progress
    from xlreport.submission import Unit

PATIENCE = 0.8
"""Seconds that a page waits for what is usually done at once."""

AT_ONCE = 0.5
"""Seconds that the page of an action waits for its end."""


def _collection(desk: Desk) -> Collection:
    """The campaign that is open. Raises CampaignError."""
    if desk.collection is None:
        raise CampaignError("还没有打开一项工作，请先选择或建立。")
    return desk.collection


class _Room:
    """Hears of the files that made room for new ones, and stay as `.bak`."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, path: Path, kept: Path) -> None:
        from xlreport.telling.lines import kept_line

        self.lines.append(kept_line(path, kept))


def collect_dropped(desk: Desk) -> Job:
    """Collects the messages that were dropped onto the page."""
    collection = _collection(desk)
    folder = collection.folder / MAILS
    return desk.act("收取邮件里的报表", lambda p: _collected(collection, p, folder), key="collect")


def _collected(collection: Collection, progress: Progress, source: Path) -> Done:
    from xlreport.campaign.collect import collect
    from xlreport.telling.lines import collect_report

    result = collect(collection.plain(progress), source)
    return Done(tuple(collect_report(result, verbose=True)))


def write_templates(desk: Desk) -> Job:
    """Writes each unit's workbook."""
    collection = _collection(desk)
    return desk.act("生成模板", lambda p: _templates(collection, p), key="templates")


def _templates(collection: Collection, progress: Progress) -> Done:
    from xlreport import api
    from xlreport.campaign.templates import template_request
    from xlreport.campaign.town_page import write_town_page
    from xlreport.telling.lines import template_lines, town_page_line

    campaign = collection.compared(progress)
    request = template_request(campaign)
    out = campaign.settings.templates
    room = _Room()
    reading = replace(campaign.reading, memory=None)
    written = api.write_templates(request, out, keep=room, reading=reading)
    town = town_page_line(write_town_page(request, campaign.settings))
    told = (*room.lines, *template_lines(request, written, out), town)
    return Done(told, ("templates", "letters"))


def merge(desk: Desk) -> Job:
    """Writes the summary, the status page and the data."""
    collection = _collection(desk)
    return desk.act("汇总", lambda p: _merged(collection, p), key="merge")


def _merged(collection: Collection, progress: Progress) -> Done:
    from xlreport.api import write_outputs
    from xlreport.campaign.campaign import ledger_of, merged_inbox
    from xlreport.telling.lines import merge_outcome

    campaign = collection.compared(progress)
    with ledger_of(campaign.settings) as ledger:
        result = merged_inbox(campaign, ledger)
    room = _Room()
    result = write_outputs(result, campaign.settings.summary, keep=room)
    files = ("summary", "page") if result.outputs else ()
    return Done((*room.lines, *merge_outcome(result)), files)


def publish(desk: Desk) -> Job:
    """Writes the Word report."""
    collection = _collection(desk)
    return desk.act("写 Word 报告", lambda p: _published(collection, p), key="report")


def _published(collection: Collection, progress: Progress) -> Done:
    from xlreport.api import report_of_merge, write_report
    from xlreport.campaign.campaign import ledger_of, merged_inbox
    from xlreport.telling.lines import report_lines

    campaign = collection.compared(progress)
    out = campaign.settings.summary
    with ledger_of(campaign.settings) as ledger:
        result = merged_inbox(campaign, ledger)
    report = report_of_merge(result, out)
    room = _Room()
    written = [] if report is None else write_report(report, out, keep=room)
    files = ("report",) if written else ()
    return Done((*room.lines, *report_lines(report, written)), files)


def repair(desk: Desk) -> Job:
    """Writes fresh workbooks of the files whose templates are damaged."""
    collection = _collection(desk)
    return desk.act("修复", lambda p: _repaired(collection, p), key="repair")


def _repaired(collection: Collection, progress: Progress) -> Done:
    from xlreport.api import repair_damaged
    from xlreport.desk.places import REPAIRED
    from xlreport.telling.lines import damaged_report

    campaign = collection.plain(progress)
    out = collection.folder / REPAIRED
    room = _Room()
    inbox = campaign.settings.inbox
    reading = replace(campaign.reading, memory=None)
    result = repair_damaged(inbox, out, forms=campaign.forms, reading=reading, keep=room)
    files = ("repaired",) if result.outputs else ()
    return Done((*room.lines, *damaged_report(result)), files)


def pack(desk: Desk) -> Job:
    """Packs everything into an archive."""
    collection = _collection(desk)
    return desk.act("归档", lambda p: _packed(collection, p), key="archive")


def _packed(collection: Collection, progress: Progress) -> Done:
    from xlreport.campaign.archiving import archive
    from xlreport.clock import present_day
    from xlreport.telling.lines import archive_report

    archived = archive(collection.compared(progress), None, present_day().isoformat())
    return Done(tuple(archive_report(archived)), ("archive",))


HOW = {"try": "：看看会发给谁", "drafts": "：写成草稿", "send": "：发送"}
"""The ways in which letters go out."""


@dataclass(frozen=True)
class Letters:
    """Letters of a kind, and how they go out (a key of `HOW`), to the units `only` or to all that
    need one. The password is kept no longer than sending takes."""

    kind: str
    how: str
    password: str = field(default="", repr=False)
    only: tuple[Unit, ...] = ()


def send(desk: Desk, letters: Letters) -> Job:
    """Sends letters, writes them as drafts, or only says who would get one."""
    from xlreport.telling.lines import KINDS

    collection = _collection(desk)
    title = f"{KINDS[letters.kind]}{HOW[letters.how]}"
    return desk.act(title, lambda p: _sent(collection, p, letters))


def _sent(collection: Collection, progress: Progress, letters: Letters) -> Done:
    from xlreport.campaign.send import Drafts, SendRequest
    from xlreport.campaign.send import send as sending
    from xlreport.errors import SendError
    from xlreport.mail.servers import password_for
    from xlreport.mail.smtp import opened
    from xlreport.telling.lines import send_report

    is_compared = letters.kind != "reminders"
    campaign = collection.compared(progress) if is_compared else collection.plain(progress)
    settings = campaign.settings
    request = SendRequest(letters.kind, letters.only, dry_run=letters.how == "try")
    if letters.how != "send":
        result = sending(campaign, request, Drafts(settings.drafts))
        files = ("drafts",) if letters.how == "drafts" and settings.drafts.is_dir() else ()
        return Done(tuple(send_report(result, settings, drafts=True)), files)
    if not settings.smtp.server.host or not settings.smtp.sender:
        raise SendError("设置里没有写发信服务器和发信邮箱；不用邮箱发的，请写成草稿。")
    password = password_for("SMTP", settings.smtp.server, lambda _question: letters.password)
    with opened(settings.smtp, password) as transport:
        result = sending(campaign, request, transport)
    return Done(tuple(send_report(result, settings, drafts=False)))


def fetch(desk: Desk, password: str) -> Job:
    """Collects from the campaign's mailbox."""
    collection = _collection(desk)
    return desk.act("从邮箱收取", lambda p: _fetched(collection, p, password), key="fetch")


def _fetched(collection: Collection, progress: Progress, password: str) -> Done:
    from xlreport.campaign.collect import collect
    from xlreport.errors import SourceError
    from xlreport.mail.imap import ImapMailbox
    from xlreport.mail.servers import password_for
    from xlreport.telling.lines import collect_report

    campaign = collection.plain(progress)
    imap = campaign.settings.imap
    if not imap.server.host:
        raise SourceError("设置里没有写收信服务器；请把收到的邮件存成文件，拖到工作页面上。")
    given = password_for("IMAP", imap.server, lambda _question: password)
    result = collect(campaign, ImapMailbox(imap, given))
    return Done(tuple(collect_report(result, verbose=True)))


def decide(desk: Desk, asked: Asked) -> Job:
    """Records what the county decides about a report, or takes it back."""
    collection = _collection(desk)
    return desk.act("县里的决定", lambda p: _decided(collection, p, asked))


def _decided(collection: Collection, progress: Progress, asked: Asked) -> Done:
    from xlreport.campaign.decisions import decide as deciding

    return Done((deciding(collection.compared(progress), asked),))


def settle(desk: Desk, number: int) -> Job:
    """Records that a person has dealt with a message."""
    collection = _collection(desk)
    return desk.act("处理来信", lambda p: _settled(collection, p, number))


def _settled(collection: Collection, progress: Progress, number: int) -> Done:
    from xlreport.campaign.status import settle as settling

    return Done(tuple(settling(collection.plain(progress), [number])))


PREVIOUS = "上年"
"""The folder of the figures of last year that were given on the page."""


def take_previous(desk: Desk, uploads: Sequence[Upload]) -> Job:
    """Keeps the figures of last year in the campaign and compares with them from now on. The files
    are on the disk when this comes back. Raises OSError."""
    from xlreport.desk.uploads import keep

    collection = _collection(desk)
    folder = collection.folder / PREVIOUS
    for upload in uploads:
        keep(upload, collection.folder, folder)
    return desk.act("读入上年的数", lambda p: _compared(collection, p))


def _compared(collection: Collection, progress: Progress) -> Done:
    """The setting is only made where the figures can be read."""
    from xlreport.api import read_prior_year
    from xlreport.campaign.changing import change_settings

    campaign = collection.plain(progress)
    year = campaign.settings.year
    prior_year = read_prior_year(
        collection.folder / PREVIOUS,
        year,
        roster=campaign.roster,
        forms=campaign.forms,
        reading=replace(campaign.reading, memory=None),
    )
    change_settings(collection.folder, {"previous": PREVIOUS})
    known = [unit for unit in campaign.roster.units if prior_year.of(unit) is not None]
    lines = [f"已读入 {year - 1} 年度的数，名册上有 {len(known)} 个单位有上年的数。"]
    return Done((*lines, *prior_year.unused))


ACTIONS: dict[str, Callable[[Desk], Job]] = {
    "templates": write_templates,
    "merge": merge,
    "report": publish,
    "archive": pack,
    "repair": repair,
}
"""The buttons that need nothing but a click."""
