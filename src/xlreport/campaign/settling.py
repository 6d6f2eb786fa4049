"""Messages that a person must open: which they are, and that one has dealt with them."""

from __future__ import annotations

from collections.abc import Sequence

from xlreport.campaign.campaign import Campaign, ledger_of
from xlreport.campaign.codes import M4
from xlreport.campaign.ledger import Ledger, Received
from xlreport.errors import UsageError
from xlreport.findings import Code, has_errors
from xlreport.merging.roster import Roster


def settle(campaign: Campaign, numbers: Sequence[int]) -> list[str]:
    """Records that a person has dealt with messages, by their numbers in the status. Gives a
    sentence about each that needed nobody. Raises UsageError for a number that no message has."""
    with ledger_of(campaign.settings) as ledger:
        messages = _numbered(ledger, numbers)
        for number in numbers:
            ledger.settle(number)
    needless = (_why_needless(message, campaign.roster) for message in messages)
    return [sentence for sentence in needless if sentence]


def reopen(campaign: Campaign, numbers: Sequence[int]) -> list[str]:
    """Takes back that a person has dealt with messages, by their numbers. Gives a sentence about
    each with which nobody had. Raises UsageError for a number that no message has."""
    with ledger_of(campaign.settings) as ledger:
        messages = _numbered(ledger, numbers)
        for number in numbers:
            ledger.reopen(number)
    open_before = [message for message in messages if not message.done]
    return [f"编号 {message.number} 的邮件没有勾掉过。" for message in open_before]


def _numbered(ledger: Ledger, numbers: Sequence[int]) -> list[Received]:
    """The messages of these numbers. Raises UsageError for a number that none has."""
    known = {message.number: message for message in ledger.received() if message.number}
    unknown = [str(number) for number in numbers if number not in known]
    if unknown:
        raise UsageError(
            f"没有编号是 {'、'.join(unknown)} 的邮件；编号见 xlreport status 里“要由人打开的邮件”。"
        )
    return [known[number] for number in numbers]


def _why_needless(message: Received, roster: Roster) -> str:
    """Why nobody had to deal with a message; empty where somebody had to."""
    if message.done:
        return f"编号 {message.number} 的邮件以前已经勾掉了。"
    if needs_person(message, listed=bool(senders_of(message, roster))):
        return ""
    return f"编号 {message.number} 的邮件没有要处理的问题，本来就没有列出；请核对编号。"


def senders_of(message: Received, roster: Roster) -> set[str]:
    """The codes of the units whose message it is, by the roster of now and of then."""
    now = {unit.code for unit in roster.owners(message.senders)}
    return now.union(message.units)


def needs_person(message: Received, *, listed: bool) -> bool:
    """Whether a message needs a person: something is wrong with it, or a unit sent something
    else instead of a workbook."""
    if has_errors(message.findings):
        return True
    brought_files = any(attachment.path for attachment in message.attachments)
    return listed and not brought_files and has_finding(message, M4)


def has_finding(message: Received, code: Code) -> bool:
    """Whether a message has a finding of this code."""
    return any(finding.code == code.code for finding in message.findings)
