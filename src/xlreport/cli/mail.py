"""The commands of a campaign: making it, sending, collecting, who is where."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlreport.cli.campaign import campaign_option, needed_campaign, opened_campaign
from xlreport.cli.chinese import ChineseCommand
from xlreport.cli.options import Failure, finished, form_named, opening_options, options_of, show

if TYPE_CHECKING:
    from xlreport.campaign.campaign import Campaign
    from xlreport.mail.servers import Server
    from xlreport.submission import Unit

KINDS = ("templates", "reminders", "returns")


class _Day(click.ParamType[dt.date]):
    name = "day"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        try:
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
        except ValueError:
            self.fail("", param, ctx)


@click.command(cls=ChineseCommand)
@click.argument("folder", type=click.Path(path_type=Path), metavar="文件夹")
@click.option(
    "--form", required=True, metavar="报表", help="报表名称或定义文件，xlreport forms 列出全部。"
)
@click.option(
    "--year",
    type=click.IntRange(1949, 9999),
    required=True,
    metavar="年度",
    help="报告年度，例如 2025。",
)
@click.option("--county", required=True, metavar="名称", help="汇总单位名称。")
@click.option(
    "--deadline", type=_Day(), metavar="日期", help="各单位报送的截止日期，例如 2026-01-20。"
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="文件",
    help="已有的名册，复制进来；没有就给一份样子。",
)
def init(
    folder: Path, form: str, year: int, county: str, deadline: dt.date | None, roster: Path | None
) -> None:
    """建立一次工作的文件夹：设置、名册、信件和放文件的地方。在里面运行命令不用再写选项。"""
    from xlreport.campaign.settings import init_campaign

    form_named(form)  # says what is wrong with it
    written = finished(
        lambda: init_campaign(folder, form, year, county, deadline=deadline, roster=roster)
    )
    for path in written:
        click.echo(str(path))
    click.echo(
        f"已建立“{folder}”。下一步：填好名册，在 xlreport.toml 里写明截止日期和邮箱，", err=True
    )
    click.echo("然后在这个文件夹里运行 xlreport send templates --dry-run 看看会发给谁。", err=True)


@click.command(cls=ChineseCommand)
@click.argument("kind", type=click.Choice(KINDS), metavar="templates|reminders|returns")
@campaign_option
@click.option("--dry-run", is_flag=True, help="只列出会给谁发什么，不发。")
@click.option(
    "--drafts", is_flag=True, help="不发送，写成 .eml 草稿放进 drafts 文件夹，用自己的邮件程序发。"
)
@click.option(
    "--unit", "units", multiple=True, metavar="单位", help="只发给这个单位（名称或代码），可重复。"
)
@click.option("--again", is_flag=True, help="发过的也再发一次。")
@click.option("--remember", is_flag=True, help="把密码存进系统的密码箱，下次不用再输。")
@opening_options
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
def send(
    kind: str,
    campaign: Path | None,
    dry_run: bool,
    drafts: bool,
    units: tuple[str, ...],
    again: bool,
    remember: bool,
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    as_json: bool,
) -> int:
    """给各单位发邮件：templates 发模板，reminders 催报，returns 发退回更正通知。再运行一次只发没有发过的。"""
    from xlreport.campaign import send as sending
    from xlreport.cli.render_mail import send_report
    from xlreport.mail.smtp import opened

    site = needed_campaign(campaign)
    current = opened_campaign(
        site, options_of(limits, passwords, open_passwords), compared=kind != "reminders"
    )
    request = sending.SendRequest(kind, _chosen(current, units), again, dry_run)
    if drafts or (dry_run and not site.smtp.server.host):
        result = finished(lambda: sending.send(current, request, sending.Drafts(site.drafts)))
    else:
        server = site.smtp.server
        if not server.host or not site.smtp.sender:
            words = (
                "xlreport.toml 里没有写发信服务器（mail.smtp 的 host）和发信邮箱（mail 的 from）"
            )
            raise Failure(f"{words}；不用邮箱发请加 --drafts。")
        password = "" if dry_run else _password("SMTP", server, remember)
        with opened(site.smtp, password) as transport:
            result = finished(lambda: sending.send(current, request, transport))
    show(send_report(result, site, drafts=drafts), result, as_json)
    return int(result.exit_code)


@click.command(cls=ChineseCommand)
@click.argument("path", type=click.Path(path_type=Path), required=False, metavar="[邮件]")
@campaign_option
@click.option("--folder", metavar="名称", help="收哪个邮箱文件夹；默认按设置。")
@click.option("--since", type=_Day(), metavar="日期", help="只收这一天起的邮件；默认按设置。")
@click.option("--mark-seen", is_flag=True, help="收过的邮件标为已读。")
@click.option("--move-to", default="", metavar="名称", help="收过的邮件移到这个邮箱文件夹。")
@click.option("--remember", is_flag=True, help="把密码存进系统的密码箱，下次不用再输。")
@opening_options
@click.option("--verbose", is_flag=True, help="以前收过的、没有附件的邮件也逐封列出。")
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
def collect(
    path: Path | None,
    campaign: Path | None,
    folder: str | None,
    since: dt.date | None,
    mark_seen: bool,
    move_to: str,
    remember: bool,
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    verbose: bool,
    as_json: bool,
) -> int:
    """收邮件里的报表，放进 inbox 文件夹。

    不写“邮件”就从邮箱收；“邮件”可以是存放 .eml、.msg 的文件夹，也可以是 mbox、Maildir。

    每封邮件只收一次，中断了再运行就接着收；邮箱里的邮件从不删除。
    """
    from dataclasses import replace

    from xlreport.campaign import collect as collecting
    from xlreport.cli.render_mail import collect_report
    from xlreport.mail.imap import ImapMailbox

    site = needed_campaign(campaign)
    imap = site.imap
    chosen = replace(
        imap, folder=folder or imap.folder, since=since.isoformat() if since else imap.since
    )
    site = replace(site, imap=chosen)
    current = opened_campaign(site, options_of(limits, passwords, open_passwords), compared=False)
    if path is not None:
        if folder or since or mark_seen or move_to:
            raise Failure("--folder、--since、--mark-seen、--move-to 只用于从邮箱收取。")
        if not path.exists():
            raise Failure(f"找不到“{path}”，请检查路径。")
        result = finished(lambda: collecting.collect(current, path))
    else:
        if not site.imap.server.host:
            words = "xlreport.toml 里没有写收信服务器（mail.imap 的 host）"
            raise Failure(f"{words}；没有邮箱密码请把邮件存成 .eml，运行 xlreport collect 文件夹。")
        password = _password("IMAP", site.imap.server, remember)
        mailbox = ImapMailbox(site.imap, password, mark_seen, move_to)
        result = finished(lambda: collecting.collect(current, mailbox))
    show(collect_report(result, verbose=verbose), result, as_json)
    return int(result.exit_code)


@click.command(cls=ChineseCommand)
@campaign_option
@click.option(
    "--done",
    type=int,
    multiple=True,
    metavar="编号",
    help="要由人打开的邮件里，这一封已经处理好了；可重复。",
)
@opening_options
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
def status(
    campaign: Path | None,
    done: tuple[int, ...],
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    as_json: bool,
) -> int:
    """逐个单位列出：模板发了没有、催过几次、什么时候收到第几份、审核结果如何；谁还没有报，离截止还有几天。"""
    from xlreport.campaign.status import settle
    from xlreport.campaign.status import status as status_of
    from xlreport.cli.render_mail import status_report

    current = opened_campaign(
        needed_campaign(campaign), options_of(limits, passwords, open_passwords)
    )
    if done:
        finished(lambda: settle(current, done))
    result = finished(lambda: status_of(current))
    show(status_report(result), result, as_json)
    return int(result.exit_code)


def _chosen(current: Campaign, names: tuple[str, ...]) -> tuple[Unit, ...]:
    """The units that `--unit` names; one that is not on the roster is a Failure."""
    chosen = []
    for name in names:
        found = [
            u
            for u in current.roster.units
            if name in (u.code, u.name, *current.roster.aliases.get(u.code, ()))
        ]
        if not found:
            raise Failure(f"名册里没有单位“{name}”。")
        chosen += found
    return tuple(chosen)


def _password(kind: str, server: Server, to_remember: bool) -> str:
    """The password of a server; a person is asked only at a terminal. Warns of what is unsafe."""
    from xlreport.mail.servers import VARIABLE, password_for, remember

    for warning in server.warnings():
        click.secho(warning, err=True, fg="red", bold=True)

    def ask(question: str) -> str:
        if not sys.stdin.isatty():
            names = f"{VARIABLE.format(kind)} 或 {VARIABLE.format('MAIL')}"
            raise Failure(f"没有{question}。请设环境变量 {names}，或在命令行窗口里运行。")
        return str(click.prompt(question, hide_input=True, err=True))

    password = password_for(kind, server, ask)
    if to_remember and password and not remember(server, password):
        click.echo(
            "系统里没有可用的密码箱（或没有运行 pip install xlreport[mail]），密码没有存。",
            err=True,
        )
    return password


COMMANDS = (init, send, collect, status)
