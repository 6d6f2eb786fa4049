"""The county decides about a report, and takes a decision back; kept in the campaign's ledger."""

from __future__ import annotations

import getpass
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xlreport.campaign.campaign import Campaign, ledger_of, merged_inbox
from xlreport.campaign.ledger import Ledger
from xlreport.data_code import content_digest, data_code
from xlreport.errors import UsageError
from xlreport.findings import Finding
from xlreport.merging.decisions import Decision, Ruling, unacceptable
from xlreport.merging.outcome import FileRecord
from xlreport.merging.result import USABLE
from xlreport.submission import Unit
from xlreport.text import clean, harmless, printed_code

REVOKE = "revoke"
"""The word that takes a decision back."""

RULINGS: Mapping[str, str] = {
    **{ruling.value: ruling.value for ruling in Ruling},
    **{ruling.label: ruling.value for ruling in Ruling},
    REVOKE: REVOKE,
    "撤销": REVOKE,
}
"""What may be written for a decision: the contract's words, or the Chinese ones."""

LONGEST_REASON = 200
"""Characters of a reason."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants decided: about which unit, which finding (its code as people or scripts
    write it, empty for the whole report), how (a key of `RULINGS`), why, and by whom. `seen` is the
    data code of the report that they had before them, `standing` the mark of the decisions; None
    where that is not known."""

    unit: Unit
    code: str
    ruling: str
    reason: str = ""
    by: str = ""
    seen: str | None = None
    standing: str | None = None


def mark_of(decisions: Iterable[Decision]) -> str:
    """What tells the decisions about a unit from others that stood there before."""
    return " ".join(f"{decision.code}:{decision.moment}" for decision in decisions)


def decide(campaign: Campaign, asked: Asked) -> str:
    """Records what was decided, or takes a decision back; gives a sentence about it.

    Raises UsageError for what cannot be decided (no reason, no report, another one or other
    decisions than were seen, no such finding, a finding that nobody can accept, nothing to take
    back), LedgerError, Busy, OSError.
    """
    word = RULINGS.get(asked.ruling.strip().lower())
    if word is None:
        raise UsageError(
            f"“{harmless(asked.ruling)}”不是决定：写 accept（认可）、query（要求核实）、"
            "exclude（不计入）或 revoke（撤销）。"
        )
    with ledger_of(campaign.settings) as ledger:
        if word == REVOKE:
            return _revoked(ledger, asked.unit, _as_code(asked.code))
        decision = _decision(campaign, ledger, asked, Ruling(word))
        ledger.decide(decision)
    return (
        f"已记下：{decision.unit.name}　{decision.what}　{decision.ruling.label}：{decision.signed}"
    )


def decisions_of(campaign: Campaign) -> tuple[Decision, ...]:
    """The decisions that are in force. Raises LedgerError, Busy, OSError."""
    if not campaign.settings.has_records:
        return ()
    with ledger_of(campaign.settings) as ledger:
        return ledger.decisions()


def _decision(campaign: Campaign, ledger: Ledger, asked: Asked, ruling: Ruling) -> Decision:
    reason = _in_one_line(asked.reason)
    if not reason:
        raise UsageError(
            "请写明为什么这样决定，命令后加 --reason 和理由；汇总表、汇总情况和信里都会写上。"
        )
    if len(reason) > LONGEST_REASON:
        raise UsageError(f"理由有 {len(reason)} 个字，最多 {LONGEST_REASON} 个字。")
    by = _in_one_line(asked.by) or _user()
    code = _as_code(asked.code)
    _require_standing(ledger, asked)
    decision = Decision(asked.unit, ruling, reason, code, by, time.time())
    if ruling is Ruling.EXCLUDE and not code:
        return decision
    file = _report_of(campaign, ledger, asked.unit)
    if asked.seen is not None and asked.seen != data_code(file.report):
        raise UsageError(
            f"“{asked.unit.name}”现在计入的不是刚才看的那一份报表，没有记下；请看过现在这份再决定。"
        )
    decision = _about(decision, file)
    _require_sense(decision, file)
    return decision


def _in_one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _require_standing(ledger: Ledger, asked: Asked) -> None:
    """Nobody's decision is replaced by one who has not seen it. Raises UsageError."""
    now = mark_of(decision for decision in ledger.decisions() if decision.is_of(asked.unit))
    if asked.standing is not None and asked.standing != now:
        raise UsageError(
            f"对“{asked.unit.name}”的决定刚才在别的窗口改过，没有记下；请看过现在的决定再记。"
        )


def _user() -> str:
    """Who works at this computer; empty where the system does not tell."""
    try:
        return clean(getpass.getuser())
    except (OSError, KeyError, ImportError):
        return ""


def _revoked(ledger: Ledger, unit: Unit, code: str) -> str:
    about = [decision for decision in ledger.decisions() if decision.is_of(unit)]
    for decision in about:
        if decision.code == code or decision.what == printed_code(code):
            ledger.revoke(decision.unit, decision.code, time.time())
            return f"已撤销：{unit.name}　{decision.what}　{decision.ruling.label}"
    what = "、".join(decision.what for decision in about)
    there = f"，现有的是：{what}" if what else "，也没有别的决定"
    raise UsageError(f"“{unit.name}”没有要撤销的这个决定{there}。")


def _report_of(campaign: Campaign, ledger: Ledger, unit: Unit) -> FileRecord:
    """The unit's report that counts now, as it would be without any decision. Raises UsageError
    when there is none."""
    for file in merged_inbox(campaign, ledger, decisions=()).files:
        if file.outcome in USABLE and file.unit.code == unit.code:
            return file
    raise UsageError(f"“{unit.name}”还没有可用的报表，没有可以决定的。")


def _about(decision: Decision, file: FileRecord) -> Decision:
    """The decision about this very report; a code as findings have it."""
    code = _full_code(decision.code, file)
    return replace(decision, code=code, content=content_digest(file.report))


def _full_code(code: str, file: FileRecord) -> str:
    """The code of a finding that is written with its row or column (`B-4·总计`), as scripts have
    it."""
    rule, point, subject = code.partition("·")
    if not point:
        return code
    for finding in file.findings:
        if finding.rule == rule and finding.subject == subject:
            return finding.code
    return rule


def _require_sense(decision: Decision, file: FileRecord) -> None:
    """Raises UsageError for a finding that is not there, or that nobody can accept."""
    concerned = [finding for finding in file.findings if decision.covers(finding)]
    if decision.code and not concerned:
        raise UsageError(_not_found(decision, file))
    if decision.ruling is not Ruling.ACCEPT:
        return
    refused = unacceptable(decision, file)
    if refused:
        raise UsageError(
            f"“{file.unit.name}”的{'、'.join(_rules_of(refused))}不能认可："
            "不是数字的、读不准的，要由单位更正。"
        )


def _not_found(decision: Decision, file: FileRecord) -> str:
    there = _rules_of(file.findings)
    told = f"它有：{'、'.join(there)}" if there else "它没有错误和警示"
    return f"“{file.unit.name}”的报表没有 {decision.what} 这一条；{told}。"


def _rules_of(findings: Iterable[Finding]) -> Sequence[str]:
    """The rules of which something was found, as people read them."""
    rules = [printed_code(finding.rule) for finding in findings]
    return tuple(dict.fromkeys(rules))


def _as_code(written: str) -> str:
    """A code as it is in findings, from how people or scripts write it: `B-4` is `B4`."""
    plain = unicodedata.normalize("NFKC", written).strip()
    rule, point, rest = plain.partition("·" if "·" in plain else ".")
    plain_rule = rule.replace("-", "").upper()
    return f"{plain_rule}{point}{rest}"
