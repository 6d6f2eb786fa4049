"""The commands of a campaign: making it, sending, collecting, who is where."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xlreport.cli.options import (
    AsJson,
    CampaignFolder,
    Deadline,
    DoneNumbers,
    EveryMessage,
    Mailbox,
    MailPath,
    NewFolder,
    NotDoneNumbers,
    Opening,
    PreparedRoster,
    RequiredCounty,
    RequiredForm,
    RequiredYear,
    Sending,
    SendKind,
    Workplace,
    tell_unused,
    tell_warnings,
)

if TYPE_CHECKING:
    from xlreport.campaign.campaign import Campaign
    from xlreport.campaign.send import SendResult
    from xlreport.campaign.settings import CampaignSettings
    from xlreport.mail.imap import ImapMailbox
    from xlreport.mail.servers import Imap, Server
    from xlreport.merging.outcome import FileRecord
    from xlreport.merging.request import MergeRequest, ReadOptions
    from xlreport.merging.roster import Roster
    from xlreport.submission import Unit

AS_CONFIGURED = Workplace()
"""Nothing on the command line in place of the campaign's settings."""


def init(
    *,
    folder: NewFolder,
    form: RequiredForm,
    year: RequiredYear,
    county: RequiredCounty,
    deadline: Deadline = None,
    roster: PreparedRoster = None,
) -> int:
    """建立一次工作的文件夹：设置、名册、信件和放文件的地方。在里面运行命令不用再写选项。

    例子：
      xlreport init 2025年报 --form zfxxgk-2021 --year 2025 --county 某某县
      xlreport init 2025年报 --form zfxxgk-2021 --year 2025 --county 某某县 --deadline 2026-01-20
    """
    from xlreport.campaign.settings import init_campaign
    from xlreport.telling.lines import init_lines

    written = init_campaign(folder, form, year, county, deadline=deadline, roster=roster)
    for path in written:
        typer.echo(str(path))
    for line in init_lines(
        folder, has_roster=roster is not None, has_deadline=deadline is not None
    ):
        typer.echo(line, err=True)
    return 0


def send(
    *,
    kind: SendKind,
    campaign: CampaignFolder = None,
    how: Sending,
    opening: Opening,
    as_json: AsJson = False,
) -> int:
    """给各单位发邮件：templates 发模板，reminders 催报，returns 退回更正，receipts 发回执。

    退回更正时附上该单位的表：报的数已填好，要改的格子已标出。再运行一次只发没有发过的。

    例子：
      xlreport send templates --dry-run
      xlreport send returns --unit 某某镇
      xlreport send receipts --drafts
    """
    from xlreport.cli.shown import show
    from xlreport.telling.lines import send_report

    settings = needed_campaign(campaign)
    compared = kind != "reminders"
    opened = opened_campaign(settings, opening.read_options(), compared=compared)
    result = _sent(opened, kind, how)
    show(send_report(result, settings, drafts=how.drafts), result, as_json=as_json)
    return result.exit_code


def collect(
    *,
    path: MailPath = None,
    campaign: CampaignFolder = None,
    box: Mailbox,
    opening: Opening,
    verbose: EveryMessage = False,
    as_json: AsJson = False,
) -> int:
    """收邮件里的报表，放进 inbox 文件夹。

    不写“邮件”就从邮箱收；“邮件”可以是存放 .eml、.msg 的文件夹，也可以是 mbox、Maildir。

    每封邮件只收一次，中断了再运行就接着收；邮箱里的邮件从不删除。

    例子：
      xlreport collect
      xlreport collect 存下的邮件/
    """
    from dataclasses import replace

    from xlreport.campaign import collect as collecting
    from xlreport.cli.shown import show
    from xlreport.telling.lines import collect_report

    settings = needed_campaign(campaign)
    imap = box.narrowed(settings.imap)
    settings = replace(settings, imap=imap)
    opened = opened_campaign(settings, opening.read_options(), compared=False)
    source = _mailbox(imap, box) if path is None else _mail_at(path, box)
    result = collecting.collect(opened, source)
    show(collect_report(result, verbose=verbose), result, as_json=as_json)
    return result.exit_code


def status(
    *,
    campaign: CampaignFolder = None,
    done: DoneNumbers = None,
    not_done: NotDoneNumbers = None,
    opening: Opening,
    as_json: AsJson = False,
) -> int:
    """逐个单位列出：模板发了没有、催过几次、什么时候收到第几份、审核结果如何。

    也列出谁还没有报，离截止还有几天。

    例子：
      xlreport status
      xlreport status --done 3
      xlreport status --not-done 3
    """
    from xlreport.campaign.settling import reopen, settle
    from xlreport.campaign.status import status as status_of
    from xlreport.cli.shown import show
    from xlreport.telling.lines import status_report

    opened = opened_campaign(needed_campaign(campaign), opening.read_options())
    for sentence in settle(opened, done) if done else ():
        typer.echo(sentence, err=True)
    for sentence in reopen(opened, not_done) if not_done else ():
        typer.echo(sentence, err=True)
    result = status_of(opened)
    show(status_report(result), result, as_json=as_json)
    return result.exit_code


# --- the campaign in which a command runs ---


def campaign_here(named: Path | None) -> CampaignSettings | None:
    """The campaign that `--campaign` names; without it the one in the working folder or above it,
    None when there is none. Raises CampaignError."""
    from xlreport.campaign.settings import find_settings

    if named is not None:
        return needed_campaign(named)
    with _readable(Path()):
        return find_settings(Path())


def campaign_in(folder: Path) -> CampaignSettings | None:
    """The campaign in a folder, None when there is none. Raises CampaignError."""
    from xlreport.campaign.settings import NAME, read_settings

    if not (folder / NAME).is_file():
        return None
    with _readable(folder):
        return read_settings(folder)


def needed_campaign(named: Path | None) -> CampaignSettings:
    """The campaign. Raises CampaignError that says how to make one."""
    from xlreport.errors import CampaignError

    settings = campaign_here(None) if named is None else campaign_in(named)
    if settings is not None:
        return settings
    where = "当前文件夹" if named is None else f"“{named}”"
    raise CampaignError(
        f"{where}里没有 xlreport.toml。请先运行 xlreport init，再到那个文件夹里运行命令。"
    )


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Tells that a campaign's settings cannot be read. Raises CampaignError."""
    from xlreport.campaign.settings import NAME
    from xlreport.errors import CampaignError

    try:
        yield
    except PermissionError:
        raise CampaignError(f"设置“{folder}/{NAME}”打不开，请检查权限。") from None


def opened_campaign(
    settings: CampaignSettings,
    reading: ReadOptions,
    workplace: Workplace = AS_CONFIGURED,
    *,
    compared: bool = True,
) -> Campaign:
    """The campaign with its form and roster, and last year's figures where reports are `compared`
    with them; what the command line names comes first. Says on stderr what is odd about them.
    Raises XlreportError."""
    from xlreport.campaign.campaign import open_campaign

    campaign = open_campaign(workplace.over(settings), reading)
    tell_warnings(campaign.roster, campaign.settings.roster)
    if not compared:
        return campaign
    campaign = campaign.with_prior_year()
    if campaign.prior_year is not None:
        tell_unused(campaign.prior_year)
    return campaign


def with_records(request: MergeRequest, settings: CampaignSettings) -> MergeRequest:
    """A merge of the inbox that knows when and from whom files came, and what the county has
    decided; the same without a ledger."""
    from xlreport.campaign.campaign import ledger_of

    if not settings.has_records:
        return request
    with ledger_of(settings) as ledger:
        return replace(request, arrivals=ledger.arrivals(), decisions=ledger.decisions())


def about_mail(campaign: Campaign, files: Sequence[FileRecord]) -> list[str]:
    """Sentences about what the mail tells of a merge: what became of the notices that units had,
    and messages that wait for a person, for a newer report may be in one of them."""
    from xlreport.campaign.status import overview_now

    if not campaign.settings.has_records:
        return []
    now = overview_now(campaign, files)
    sentences = []
    for unit in now.units:
        if unit.follow_up is not None:
            sentences.append(f"更正情况：{unit.unit.name}　{unit.follow_up.sentence}")
    if now.messages:
        sentences.append(
            f"注意：有 {len(now.messages)} 封邮件还要由人打开，里面可能有更新的报表，没有计入；"
            "xlreport status 逐封列出。"
        )
    return sentences


# --- sending and collecting ---


def _sent(campaign: Campaign, kind: str, how: Sending) -> SendResult:
    from xlreport.campaign.send import Drafts, SendRequest, send
    from xlreport.errors import SendError
    from xlreport.mail.smtp import opened

    units = tuple(unit for name in how.units or () for unit in units_named(campaign.roster, name))
    request = SendRequest(kind, units, how.again, how.dry_run)
    smtp = campaign.settings.smtp
    if how.drafts or (how.dry_run and not smtp.server.host):
        return send(campaign, request, Drafts(campaign.settings.drafts))
    if not smtp.can_send:
        raise SendError(
            "xlreport.toml 里没有写发信服务器（mail.smtp 的 host）和发信邮箱（mail 的 from）；"
            "不用邮箱发的，命令后加 --drafts。"
        )
    password = "" if how.dry_run else _password("SMTP", smtp.server, remember=how.remember)
    with opened(smtp, password) as transport:
        return send(campaign, request, transport)


def units_named(roster: Roster, name: str) -> list[Unit]:
    """The units of the roster that `--unit` names. Raises UsageError when there is none."""
    from xlreport.errors import UsageError

    named = []
    for unit in roster.units:
        aliases = roster.aliases.get(unit.code, ())
        if name in (unit.code, unit.name, *aliases):
            named.append(unit)
    if not named:
        raise UsageError(f"名册里没有单位“{name}”。")
    return named


def _mail_at(path: Path, box: Mailbox) -> Path:
    """Where the messages lie. Raises UsageError."""
    from xlreport.errors import UsageError

    if box.only_on_server:
        raise UsageError("--folder、--since、--mark-seen、--move-to 只用于从邮箱收取。")
    if not path.exists():
        raise UsageError(f"找不到“{path}”，请检查路径。")
    return path


def _mailbox(imap: Imap, box: Mailbox) -> ImapMailbox:
    """The campaign's mailbox. Raises SourceError where the settings name none."""
    from xlreport.errors import SourceError
    from xlreport.mail.imap import ImapMailbox

    if not imap.server.host:
        raise SourceError(
            "xlreport.toml 里没有写收信服务器（mail.imap 的 host）；"
            "没有邮箱密码请把邮件存成 .eml，运行 xlreport collect 文件夹。"
        )
    password = _password("IMAP", imap.server, remember=box.remember)
    return ImapMailbox(imap, password, box.mark_seen, box.move_to)


def _password(kind: str, server: Server, *, remember: bool) -> str:
    """The password of a server; a person is asked only at a terminal. Warns of what is unsafe."""
    from xlreport.mail import servers

    for warning in server.warnings():
        typer.secho(warning, err=True, fg="red", bold=True)
    password = servers.password_for(kind, server, lambda question: _asked(question, kind))
    if remember and password and not servers.remember(server, password):
        typer.echo(
            "系统里没有可用的密码箱（或没有运行 pip install .[mail]），密码没有存。",
            err=True,
        )
    return password


def _asked(question: str, kind: str) -> str:
    """What a person answers at a terminal. Raises UsageError where there is none."""
    from xlreport.errors import UsageError
    from xlreport.mail.servers import VARIABLE

    if sys.stdin.isatty():
        return str(typer.prompt(question, hide_input=True, err=True))
    names = f"{VARIABLE.format(kind)} 或 {VARIABLE.format('MAIL')}"
    raise UsageError(f"没有{question}。请设环境变量 {names}，或在命令行窗口里运行。")
