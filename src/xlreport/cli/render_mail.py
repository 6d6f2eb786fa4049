"""What the commands of the post say to people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from xlreport.campaign.collect import KNOWN, TROUBLE, CollectedMessage, CollectResult
from xlreport.campaign.ledger import BOUNCED, DRAFT, REFUSED, SENDING, Sent
from xlreport.campaign.send import (
    BEFORE,
    HELD,
    NOW,
    NOWHERE,
    SendResult,
)
from xlreport.campaign.settings import CampaignSettings
from xlreport.campaign.status import ACCEPTED, StatusResult, UnitStatus
from xlreport.findings import Finding
from xlreport.mail.headers import china
from xlreport.mail.messages import NAMELESS
from xlreport.mail.smtp import SENT
from xlreport.submission import CHINA
from xlreport.text import harmless

_KINDS = {"templates": "模板", "reminders": "催报", "returns": "退回更正通知"}
_STATES = {
    SENT: "已发",
    DRAFT: "已写成草稿",
    NOW: "待发",
    BEFORE: "以前发过",
    REFUSED: "没有发成",
    NOWHERE: "没有发",
    HELD: "先不发",
    SENDING: "不知道是否发成",
    BOUNCED: "退信",
}


def send_report(result: SendResult, campaign: CampaignSettings, *, drafts: bool) -> Iterator[str]:
    """The lines of `xlreport send`."""
    for item in result.items:
        file = f"　附件：{item.file}" if item.file else ""
        detail = f"　{item.detail}" if item.detail else ""
        address = item.address or "（名册里没有邮箱）"
        yield harmless(
            f"【{_STATES[item.state]}】{item.unit.name}　{address}　{item.subject}{file}{detail}"
        )
    counts = {state: result.units_in(state) for state in _STATES}
    listed = "，".join(f"{_STATES[state]} {n} 个单位" for state, n in counts.items() if n)
    yield f"{_KINDS[result.kind]}：{listed or '没有要发的单位'}。"
    if drafts and counts[DRAFT]:
        yield f"草稿在“{harmless(str(campaign.drafts))}”，用 Outlook、Foxmail 等邮件程序打开后发送。"
    if counts[REFUSED] or counts[NOWHERE]:
        yield "没有邮箱、没有发成的，请按上面的原因改正后再运行一次；发过的不会重发。"
    day = campaign.deadline
    if (
        day is not None
        and day < dt.datetime.now(CHINA).date()
        and counts[NOW] + counts[SENT] + counts[DRAFT]
    ):
        yield f"注意：截止日期 {day} 已经过了，信里写的是这一天；要改请改 xlreport.toml 里的 deadline。"
    if result.stopped:
        yield harmless(result.stopped)


def collect_report(result: CollectResult, *, verbose: bool = False) -> Iterator[str]:
    """The lines of `xlreport collect`: messages with files or findings, those of listed senders, the rest counted."""
    for one in result.messages:
        if verbose or one.noteworthy:
            yield from _message(one)
    unread = f"；没有读成 {result.unread} 个" if result.unread else ""
    yield (
        f"看了 {result.looked_at} 封邮件：以前收过 {result.known} 封；"
        f"新收 {result.new_files} 个文件放进 inbox{unread}。"
    )
    if result.quiet and not verbose:
        yield f"另有 {result.quiet} 封没有附件、发件人也不在名册上的邮件没有列出，用 --verbose 查看。"
    if result.asking:
        yield f"注意：有 {result.asking} 封邮件要由人打开处理，见上面的“错误”。"
    yield from (harmless(words) for words in result.left)
    if result.stopped:
        yield harmless(result.stopped)


def _message(one: CollectedMessage) -> Iterator[str]:
    if one.state == KNOWN and not one.arrived:
        yield harmless(f"{one.origin}（以前收过）")
        return
    when = f"{china(one.arrived):%Y-%m-%d %H:%M}" if one.arrived else "时间不明"
    who = (
        f"{one.sender or '发件人不明'}　“{one.subject}”"
        if one.sender or one.subject
        else one.origin
    )
    state = "（以前收过）" if one.state == KNOWN else "（没有收取）" if one.state == TROUBLE else ""
    where = f"　在 {one.origin}" if one.origin != who and one.asks else ""
    yield harmless(f"{when}　{who}{state}{where}")
    for file in one.files:
        if file.path:
            units = f"（{'、'.join(file.units)}）" if file.units else ""
            again = "，内容与以前收到的相同" if file.again else ""
            yield harmless(f"    {file.name or NAMELESS} → {file.path}{units}{again}")
    if not one.files and not one.findings and one.state != KNOWN:
        yield "    没有附件"
    yield from (harmless(f"    {finding.line()}") for finding in one.findings)


def status_report(result: StatusResult) -> Iterator[str]:
    """The lines of `xlreport status`: unit by unit, then who is missing, then what a person must do."""
    for unit in result.units:
        yield from _unit(unit)
    yield ""
    for file in result.strangers:
        why = (
            "；".join(f.message for f in file.findings if f.severity.rank == 0) or "单位不在名册上"
        )
        yield harmless(f"认不出单位的文件：{file.path}（{why}）")
    for message in result.messages:
        who = message.sender or message.origin
        number = f" {message.number}" if message.number else ""
        yield harmless(
            f"要由人打开的邮件{number}：{who}　“{message.subject}”　{_first(message.findings)}"
        )
    if any(message.number for message in result.messages):
        yield "（处理好的运行 xlreport status --done 编号，以后不再列出）"
    yield from (harmless(finding.line()) for finding in result.findings)
    counts = "，".join(f"{label} {number} 个" for label, number in result.counts.items())
    yield f"名册 {len(result.units)} 个单位：{counts}。"
    if result.missing:
        missing = "、".join(unit.name for unit in result.missing)
        yield harmless(f"未报：{missing}　→ xlreport send reminders 催报")
    if result.to_correct:
        to_correct = "、".join(unit.name for unit in result.to_correct)
        yield harmless(f"要更正：{to_correct}　→ xlreport send returns 发通知")
    if result.days is not None:
        left = (
            f"还有 {result.days} 天"
            if result.days > 0
            else f"已过 {-result.days} 天"
            if result.days
            else "就是今天"
        )
        yield f"截止日期 {result.deadline}，{left}。"


def _first(findings: tuple[Finding, ...]) -> str:
    return min(findings, key=lambda f: f.severity.rank).line()


def _unit(unit: UnitStatus) -> Iterator[str]:
    parts = [
        f"模板{_last(unit.templates)}",
        *([f"催报 {len(unit.reminders)} 次"] if unit.reminders else []),
    ]
    if unit.files:
        last = unit.files[-1]
        came = last.arrival
        when = "放在 inbox 里"
        if came:
            moment = f"{china(came.moment):%m-%d %H:%M}" if came.moment else "时间不明"
            when = f"{moment} 自 {'、'.join(dict.fromkeys(came.senders)) or '不明'}"
        parts.append(f"收到 {unit.versions} 份，最后一份 {when}")
        if unit.state == ACCEPTED and last not in unit.current:
            parts.append(f"计入的是 {unit.current[-1].result.path}")
    if unit.waiting:
        parts.append(f"{unit.waiting} 封来信要由人打开")
    if unit.gone:
        parts.append(f"收到过的 {unit.gone} 个文件不在 inbox 里了")
    if unit.returns:
        parts.append(f"更正通知{_last(unit.returns)}")
    yield harmless(f"【{unit.label}】{unit.unit.code} {unit.unit.name}　" + "；".join(parts))


def _last(sent: tuple[Sent, ...]) -> str:
    """The state and the day of the last message."""
    if not sent:
        return "未发"
    one = max(sent, key=lambda s: s.moment)
    return f"{_STATES[one.state]}（{china(one.moment):%m-%d}）"
