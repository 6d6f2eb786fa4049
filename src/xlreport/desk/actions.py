"""What the buttons do: each calls what the command calls, and tells it in the same lines."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from xlreport.desk.jobs import Done, Job
from xlreport.desk.uploads import MAILS
from xlreport.errors import CampaignError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from xlreport.api import ImportRequest
    from xlreport.campaign.campaign import Campaign
    from xlreport.campaign.decisions import Asked
    from xlreport.desk.collection import Collection
    from xlreport.desk.desk import Desk
    from xlreport.desk.uploads import Held, Upload
    from xlreport.merging.request import Progress
    from xlreport.merging.result import ImportResult, MergeResult
    from xlreport.publishing.export import Format
    from xlreport.submission import Unit

    Summing = Callable[[Campaign, MergeResult], Done]
    """Does something with the sum of the inbox."""

PATIENCE = 0.8
"""Seconds that a page waits for what is usually done at once."""

TO_DECIDE = 5.0
"""Seconds that a page waits for a decision: the inbox is read for it."""

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

    def collected(progress: Progress) -> Done:
        return _collected(desk, collection, progress, folder)

    return desk.act("收取邮件里的报表", collected, key="collect")


def _collected(desk: Desk, collection: Collection, progress: Progress, source: Path) -> Done:
    from xlreport.campaign.collect import collect
    from xlreport.telling.lines import collect_report

    result = collect(collection.plain(progress), source)
    desk.collected = desk.collected.with_run(result.messages)
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


_WITH_ERRORS = "（有错误的报表也计入）"


def merge(desk: Desk, *, with_errors: bool = False) -> Job:
    """Writes the summary, the status page and the data."""
    return _summing(desk, "汇总", "merge", _merged, with_errors=with_errors)


def _summing(desk: Desk, title: str, key: str, action: Summing, *, with_errors: bool) -> Job:
    """An action that sums the inbox. One that counts reports with errors too is another: it does
    not stand in for one that was asked for without them, nor the other way round."""
    collection = _collection(desk)
    if with_errors:
        title, key = f"{title}{_WITH_ERRORS}", key and f"{key}-with-errors"

    def summed(progress: Progress) -> Done:
        campaign = collection.compared(progress)
        return action(campaign, _sum_of(campaign, with_errors=with_errors))

    return desk.act(title, summed, key=key)


def _sum_of(campaign: Campaign, *, with_errors: bool) -> MergeResult:
    from xlreport.campaign.campaign import ledger_of, merged_inbox

    with ledger_of(campaign.settings) as ledger:
        return merged_inbox(campaign, ledger, with_errors=with_errors)


def _merged(campaign: Campaign, result: MergeResult) -> Done:
    from xlreport.api import write_outputs
    from xlreport.telling.lines import merge_outcome

    room = _Room()
    result = write_outputs(result, campaign.settings.summary, keep=room)
    files = ("summary", "page") if result.outputs else ()
    return Done((*room.lines, *merge_outcome(result)), files)


@dataclass(frozen=True)
class Layout:
    """How a report looks: in a document of the office's own, where one was given, and who signs it
    (the county, when empty)."""

    template: Held | None = None
    author: str = ""

    @contextmanager
    def opened(self) -> Iterator[Path | None]:
        """Where the document lies, until the report is written."""
        if self.template is None:
            yield None
            return
        with self.template.until_done() as (path,):
            yield path


AS_PRINTED = Layout()
"""As official documents look, signed by the county."""


def publish(
    desk: Desk, template: Upload | None = None, author: str = "", *, with_errors: bool = False
) -> Job:
    """Writes the Word report. A template is on the disk when this comes back, and gone when it is
    done. Raises OSError."""
    from xlreport.desk.uploads import hold

    held = None if template is None else hold(_collection(desk).folder, [template])
    layout = Layout(held, author)
    key = "report" if layout == AS_PRINTED else ""
    action = partial(_published, layout)
    return _summing(desk, "写 Word 报告", key, action, with_errors=with_errors)


def _published(layout: Layout, campaign: Campaign, result: MergeResult) -> Done:
    from xlreport.api import report_of_merge, write_report
    from xlreport.telling.lines import report_lines

    out = campaign.settings.summary
    room = _Room()
    with layout.opened() as template:
        report = report_of_merge(result, out, author=layout.author)
        written = [] if report is None else write_report(report, out, template=template, keep=room)
    files = ("report",) if written else ()
    return Done((*room.lines, *report_lines(report, written)), files)


def publish_one(desk: Desk, path: Path) -> Job:
    """Writes the Word report of one unit, from its workbook."""
    collection = _collection(desk)
    return desk.act("写单位的 Word 报告", lambda p: _one_published(collection, p, path))


def _one_published(collection: Collection, progress: Progress, path: Path) -> Done:
    from xlreport.api import report_of_file, write_report
    from xlreport.desk.places import REPORTS
    from xlreport.telling.lines import report_lines

    campaign = collection.compared(progress)
    report = report_of_file(
        path,
        forms=campaign.forms,
        prior_year=campaign.prior_year,
        reading=replace(campaign.reading, memory=None),
    )
    room = _Room()
    written = write_report(report, collection.folder / REPORTS, keep=room)
    return Done((*room.lines, *report_lines(report, written)), ("reports",))


def export(desk: Desk, to: Format, *, with_errors: bool = False) -> Job:
    """Writes every number that counts into a file for other programs."""
    from xlreport.desk.places import TITLES

    title = f"写出{TITLES[to.value]}"
    key = f"export-{to.value}"
    return _summing(desk, title, key, partial(_exported, to), with_errors=with_errors)


def _exported(to: Format, campaign: Campaign, result: MergeResult) -> Done:
    from xlreport.api import data_name, write_data
    from xlreport.telling.lines import export_line, with_errors_line

    path = campaign.settings.summary / data_name(to)
    room = _Room()
    write_data(result, path, to, keep=room)
    told = filter(None, (with_errors_line(result), export_line(result, path)))
    return Done((*room.lines, *told), (to.value, "published"))


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


def take_in(desk: Desk) -> Job:
    """Writes workbooks of the files of the inbox that are reports, and not our workbooks."""
    collection = _collection(desk)
    return desk.act("导入", lambda p: _taken_in(collection, p), key="import")


def _taken_in(collection: Collection, progress: Progress) -> Done:
    from xlreport.api import import_documents
    from xlreport.telling.lines import documents_report

    request = _to_import(collection.plain(progress), Document(collection.settings().inbox))
    room = _Room()
    result = import_documents(request, _imports_of(collection), keep=room)
    return _imported((*room.lines, *documents_report(result)), result)


@dataclass(frozen=True)
class Document:
    """A file that is to be imported, or a folder of such; whose report it is, and of which year,
    where it does not say so."""

    path: Path
    unit: str = ""
    year: int | None = None


def take_in_one(desk: Desk, document: Document) -> Job:
    """Writes the workbook of one file, whatever it is."""
    collection = _collection(desk)
    return desk.act("导入一个文件", lambda p: _taken_in_one(collection, p, document))


def _taken_in_one(collection: Collection, progress: Progress, document: Document) -> Done:
    from xlreport.api import import_files
    from xlreport.telling.lines import import_report

    request = _to_import(collection.plain(progress), document)
    room = _Room()
    result = import_files(request, _imports_of(collection), keep=room)
    return _imported((*room.lines, *import_report(result)), result)


GIVEN = "导入原件"
"""The folder of the files that were given to be imported."""


def keep_to_import(desk: Desk, upload: Upload) -> Path:
    """Keeps a file that is to be imported. Raises OSError."""
    from xlreport.desk.uploads import keep

    folder = _collection(desk).folder
    return keep(upload, folder, folder / GIVEN)


def _to_import(campaign: Campaign, document: Document) -> ImportRequest:
    from xlreport.api import ImportRequest

    return ImportRequest(
        (document.path,),
        campaign.forms,
        campaign.roster,
        document.unit,
        document.year,
        reading=replace(campaign.reading, memory=None),
    )


def _imports_of(collection: Collection) -> Path:
    from xlreport.desk.places import IMPORTED

    return collection.folder / IMPORTED


def _imported(lines: tuple[str, ...], result: ImportResult) -> Done:
    return Done(lines, ("imported",) if result.outputs else ())


def check(desk: Desk, upload: Upload) -> Job:
    """Checks a file that is not taken. It is on the disk when this comes back, and gone when it is
    done. Raises OSError."""
    from xlreport.desk.uploads import hold

    collection = _collection(desk)
    held = hold(collection.folder, [upload])
    return desk.act("只审核", lambda p: _checked(collection, p, held))


def _checked(collection: Collection, progress: Progress, held: Held) -> Done:
    from xlreport.api import check_files
    from xlreport.telling.lines import check_report

    with held.until_done() as paths:
        campaign = collection.compared(progress)
        result = check_files(
            paths,
            forms=campaign.forms,
            prior_year=campaign.prior_year,
            reading=replace(campaign.reading, memory=None),
            names={path: path.name for path in paths},
        )
    return Done(tuple(check_report(result, verbose=True)))


def compare(desk: Desk, first: Upload, second: Upload) -> Job:
    """Compares two files cell by cell. They are on the disk when this comes back, and gone when it
    is done. Raises OSError."""
    from xlreport.desk.uploads import hold

    collection = _collection(desk)
    held = hold(collection.folder, [first, second])
    return desk.act("比较两个文件", lambda p: _two_compared(collection, p, held))


def _two_compared(collection: Collection, progress: Progress, held: Held) -> Done:
    from xlreport.api import diff_files
    from xlreport.telling.lines import diff_report

    with held.until_done() as (first, second):
        campaign = collection.plain(progress)
        reading = replace(campaign.reading, memory=None)
        names = first.name, second.name
        found = diff_files(first, second, forms=campaign.forms, reading=reading, names=names)
    return Done((" → ".join(names), *diff_report(found)))


def verify(desk: Desk, upload: Upload | None = None) -> Job:
    """Verifies an archive, or all of the campaign. An upload is on the disk when this comes back,
    and gone when it is done. Raises OSError."""
    from xlreport.desk.uploads import hold

    collection = _collection(desk)
    if upload is None:
        return desk.act("核对归档", lambda _p: _all_verified(collection), key="verify")
    held = hold(collection.folder, [upload])
    return desk.act("核对归档", lambda _p: _one_verified(held))


def _one_verified(held: Held) -> Done:
    with held.until_done() as (path,):
        return Done(tuple(_verified(path)))


def _all_verified(collection: Collection) -> Done:
    """Each archive, also those behind one that cannot be verified."""
    from xlreport.desk.places import archives
    from xlreport.telling.lines import failure

    lines: list[str] = []
    for path in archives(collection.settings()):
        try:
            lines += _verified(path)
        except UsageError as error:
            lines.append(failure(error))
    return Done(tuple(lines or ["还没有归档包；别处的归档包，请选它的文件来核对。"]))


def _verified(path: Path) -> Iterator[str]:
    from xlreport.publishing.archive import verify as verifying
    from xlreport.telling.lines import verification_report

    found = verifying(path, path.name)
    yield f"{path.name}："
    yield from verification_report(found)


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
    need one, `again` also where they went out before. The password is kept no longer than sending
    takes."""

    kind: str
    how: str
    password: str = field(default="", repr=False)
    only: tuple[Unit, ...] = ()
    again: bool = False


def send(desk: Desk, letters: Letters) -> Job:
    """Sends letters, writes them as drafts, or only says who would get one."""
    from xlreport.telling.lines import KINDS

    collection = _collection(desk)
    title = f"{KINDS[letters.kind]}{_to_whom(letters)}{HOW[letters.how]}"
    return desk.act(title, lambda p: _sent(collection, p, letters))


def _to_whom(letters: Letters) -> str:
    """The one unit that gets a letter; nothing where all do that need one."""
    names = "、".join(unit.name for unit in letters.only)
    return f"（{names}）" if names else ""


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
    is_trial = letters.how == "try"
    request = SendRequest(letters.kind, letters.only, letters.again, dry_run=is_trial)
    if letters.how != "send":
        result = sending(campaign, request, Drafts(settings.drafts))
        files = ("drafts",) if letters.how == "drafts" and settings.drafts.is_dir() else ()
        return Done(tuple(send_report(result, settings, drafts=True)), files)
    if not settings.smtp.can_send:
        raise SendError("设置里没有写发信服务器和发信邮箱；不用邮箱发的，请写成草稿。")
    password = password_for("SMTP", settings.smtp.server, lambda _question: letters.password)
    with opened(settings.smtp, password) as transport:
        result = sending(campaign, request, transport)
    return Done(tuple(send_report(result, settings, drafts=False)))


@dataclass(frozen=True)
class Mailbox:
    """How the campaign's mailbox is collected: with which password, and what is done there with
    messages that were taken."""

    password: str = field(default="", repr=False)
    mark_seen: bool = False
    move_to: str = ""


def fetch(desk: Desk, box: Mailbox) -> Job:
    """Collects from the campaign's mailbox."""
    collection = _collection(desk)
    return desk.act("从邮箱收取", lambda p: _fetched(collection, p, box))


def _fetched(collection: Collection, progress: Progress, box: Mailbox) -> Done:
    from xlreport.campaign.collect import collect
    from xlreport.errors import SourceError
    from xlreport.mail.imap import ImapMailbox
    from xlreport.mail.servers import password_for
    from xlreport.telling.lines import collect_report

    campaign = collection.plain(progress)
    imap = campaign.settings.imap
    if not imap.server.host:
        raise SourceError("设置里没有写收信服务器；请把收到的邮件存成文件，拖到工作页面上。")
    given = password_for("IMAP", imap.server, lambda _question: box.password)
    result = collect(campaign, ImapMailbox(imap, given, box.mark_seen, box.move_to))
    return Done(tuple(collect_report(result, verbose=True)))


def decide(desk: Desk, asked: Asked) -> Job:
    """Records what the county decides about a report, or takes it back."""
    collection = _collection(desk)
    return desk.act(f"县里的决定（{asked.unit.name}）", lambda p: _decided(collection, p, asked))


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


def reopen(desk: Desk, number: int) -> Job:
    """Takes back that a person has dealt with a message."""
    collection = _collection(desk)
    return desk.act("撤销已处理", lambda p: _reopened(collection, p, number))


def _reopened(collection: Collection, progress: Progress, number: int) -> Done:
    from xlreport.campaign.status import reopen as reopening

    return Done(tuple(reopening(collection.plain(progress), [number])))


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
    "archive": pack,
    "repair": repair,
    "import": take_in,
}
"""The buttons that need nothing but a click."""
