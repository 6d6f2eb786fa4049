"""The post of a campaign as Python functions: sending, collecting, who is where."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlreport.api import TemplateRequest, merge_folder, template_name, write_templates
from xlreport.atomic import locked
from xlreport.campaign.collect import Collector, CollectResult
from xlreport.campaign.ledger import ORIGINALS, Ledger, Received, open_ledger
from xlreport.campaign.letters import REMINDERS, RETURNS, TEMPLATES, Letter, read_letter
from xlreport.campaign.send import Drafts, Mailing, SendResult, Transport, send
from xlreport.campaign.settings import Campaign
from xlreport.campaign.status import ACCEPTED, MISSING, UnitStatus, overview
from xlreport.errors import LedgerError, LetterError, SourceError, UsageError
from xlreport.findings import Finding, Severity, grouped
from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.mail.compose import Outgoing
from xlreport.mail.imap import ImapSource, connected
from xlreport.mail.mailboxes import Source, source_at
from xlreport.mail.messages import MailLimits, MessageReader
from xlreport.merging.intake import Reader
from xlreport.merging.outcome import FileRecord
from xlreport.merging.prior_year import PriorYear
from xlreport.merging.request import MergeRequest, ReadOptions
from xlreport.merging.result import MergeResult
from xlreport.merging.roster import Roster
from xlreport.submission import CHINA, Unit
from xlreport.text import harmless

MAIL_LIMITS = MailLimits()
DEFAULT_OPTIONS = ReadOptions()


@dataclass(frozen=True)
class Post:
    """A campaign with what its settings name, read: the form, the roster, last year's figures."""

    campaign: Campaign
    form: Form
    roster: Roster
    prior_year: PriorYear | None = None
    reading: ReadOptions = DEFAULT_OPTIONS

    @property
    def request(self) -> MergeRequest:
        """How the inbox is merged, but for the arrivals."""
        return MergeRequest(
            self.campaign.inbox,
            self.roster,
            self.form.id,
            self.campaign.year,
            self.county,
            FormCatalog((self.form,)),
            self.prior_year,
            reading=self.reading,
        )

    @property
    def county(self) -> Unit:
        """The unit that sums, with its code where the roster tells it."""
        listed = self.roster.county
        return listed if listed.name == self.campaign.county.name else self.campaign.county


@dataclass(frozen=True)
class StatusResult:
    """Every unit of the roster, messages that a person must open, files of nobody on the roster, and the
    days to the deadline (negative when it has passed, None when there is none)."""

    units: tuple[UnitStatus, ...]
    messages: tuple[Received, ...]
    strangers: tuple[FileRecord, ...]
    findings: tuple[Finding, ...]
    deadline: dt.date | None
    days: int | None

    @property
    def exit_code(self) -> int:
        """0 all units accepted and no message to open, else 1."""
        return 0 if all(u.state == ACCEPTED for u in self.units) and not self.messages else 1

    def as_dict(self) -> dict[str, Any]:
        """The `status --json` document."""
        return {
            "deadline": self.deadline.isoformat() if self.deadline else None,
            "days": self.days,
            "units": [u.as_dict() for u in self.units],
            "messages": [
                {
                    "number": m.number or None,
                    "origin": m.origin,
                    "sender": m.sender,
                    "subject": m.subject,
                    "arrived": m.arrived,
                    "findings": [f.as_dict() for f in m.findings],
                }
                for m in self.messages
            ],
            "strangers": [f.as_dict() for f in self.strangers],
            "findings": [f.as_dict() for f in self.findings],
        }


@contextmanager
def ledger_of(campaign: Campaign) -> Iterator[Ledger]:
    """The campaign's ledger. Raises UsageError for one that cannot be used, Busy when another run has it."""
    try:
        with locked(campaign.records), open_ledger(campaign.records) as ledger:
            yield ledger
    except LedgerError as error:
        raise UsageError(str(error)) from None


def survey(post: Post, ledger: Ledger) -> MergeResult:
    """What a merge of the inbox would do now."""
    post.campaign.inbox.mkdir(parents=True, exist_ok=True)
    return merge_folder(replace(post.request, arrivals=ledger.arrivals()))


def status(post: Post, *, today: dt.date | None = None) -> StatusResult:
    """Unit by unit what was sent, what came and what became of it, the inbox read anew."""
    with ledger_of(post.campaign) as ledger:
        result = survey(post, ledger)
        units, messages = overview(post.roster, result.files, ledger)
    owned = {f.result.path for unit in units for f in unit.files}
    strangers = tuple(
        f for f in result.files if f.path not in owned and f.outcome.value != "ignored"
    )
    deadline = post.campaign.deadline
    days = (deadline - (today or dt.datetime.now(CHINA).date())).days if deadline else None
    moved = tuple(f for f in result.own_findings if f.code == "M10")
    return StatusResult(units, messages, strangers, moved, deadline, days)


def settle(post: Post, numbers: Sequence[int]) -> None:
    """Records that a person has dealt with messages, by their numbers in the status. Raises UsageError for
    a number that no message has."""
    with ledger_of(post.campaign) as ledger:
        unknown = [str(number) for number in numbers if not ledger.settle(number)]
    if unknown:
        raise UsageError(
            f"没有编号是 {'、'.join(unknown)} 的邮件；编号见 xlreport status 里“要由人打开的邮件”。"
        )


def open_messages(post: Post, files: Sequence[FileRecord]) -> tuple[Received, ...]:
    """Messages that a person must still open, after these files were read."""
    with ledger_of(post.campaign) as ledger:
        return overview(post.roster, files, ledger)[1]


def collect_from(post: Post, path: Path) -> CollectResult:
    """Collects from a folder of .eml and .msg files, an mbox or a Maildir. Raises UsageError when nothing can
    be read there, Busy, OSError."""
    here = path.resolve()
    for own in (
        post.campaign.inbox,
        post.campaign.records,
        post.campaign.templates,
        post.campaign.drafts,
    ):
        if here == post.campaign.folder.resolve() or here.is_relative_to(own.resolve()):
            raise UsageError(
                f"“{path}”是工作文件夹自己的，不是收到的邮件；请把邮件另放一个文件夹。"
            )
    try:
        source = source_at(path)
    except SourceError as error:
        raise UsageError(str(error)) from None
    with ledger_of(post.campaign) as ledger:
        result = _collect(post, ledger, source)
    return replace(result, empty=not result.messages)


def collect_from_server(
    post: Post, password: str, *, mark_seen: bool = False, move_to: str = ""
) -> CollectResult:
    """Collects from the IMAP server of the settings. Raises UsageError when it cannot be used, Busy, OSError."""
    try:
        with ledger_of(post.campaign) as ledger, connected(post.campaign.imap, password) as box:
            source = ImapSource(
                box, post.campaign.imap, ledger.seen, mark_seen=mark_seen, move_to=move_to
            )
            return _collect(post, ledger, source)
    except SourceError as error:
        raise UsageError(str(error)) from None


def _collect(post: Post, ledger: Ledger, source: Source) -> CollectResult:
    campaign, options = post.campaign, post.reading
    limits = replace(options.limits, seconds=MAIL_LIMITS.seconds, memory=MAIL_LIMITS.memory)
    originals = campaign.records / ORIGINALS
    with ExitStack() as stack:
        stack.enter_context(locked(campaign.inbox))
        stack.enter_context(locked(originals))
        spool = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xlreport-")))
        reader = Reader(FormCatalog((post.form,)), spool, options.limits, options.passwords)
        pool = stack.enter_context(options.pool(1))
        mail_pool = stack.enter_context(replace(options, limits=limits).pool(1))
        messages = MessageReader(Path(), MAIL_LIMITS, options.limits)
        return Collector(
            ledger, campaign.inbox, originals, reader, pool, mail_pool, post.roster, messages
        ).collect(source)


def drafts_of(post: Post) -> Drafts:
    """Where drafts go."""
    return Drafts(post.campaign.drafts)


def send_kind(
    post: Post,
    kind: str,
    transport: Transport,
    *,
    only: Sequence[Unit] = (),
    again: bool = False,
    dry_run: bool = False,
    today: dt.date | None = None,
) -> SendResult:
    """Sends templates, reminders or returns to the units that need them. Raises UsageError for a letter that
    cannot be used, Busy, OSError."""
    day = today or dt.datetime.now(CHINA).date()
    try:
        letter = read_letter(post.campaign.letters, kind)
        with ledger_of(post.campaign) as ledger:
            with tempfile.TemporaryDirectory(prefix="xlreport-") as spool:
                folder = Path(spool) if dry_run else post.campaign.templates
                parcels = list(_parcels(post, kind, letter, ledger, day, folder))
            wanted = [p for p in parcels if p.unit in only] if only else parcels
            if only and kind == REMINDERS:
                wanted = [replace(p, held="") for p in wanted]
            return send(
                kind, wanted, ledger, post.campaign.smtp, transport, again=again, dry_run=dry_run
            )
    except LetterError as error:
        raise UsageError(str(error)) from None


def _parcels(
    post: Post, kind: str, letter: Letter, ledger: Ledger, day: dt.date, folder: Path
) -> Iterator[Mailing]:
    """What the units are to get; templates that are not there yet are written into `folder`."""
    if kind == TEMPLATES:
        yield from _templates(post, letter, folder)
        return
    units, _ = overview(post.roster, survey(post, ledger).files, ledger)
    if kind == REMINDERS:
        for unit in (u for u in units if u.state == MISSING):
            parcel = _parcel(post, unit.unit, letter, {}, key=day.isoformat())
            yield replace(parcel, held=_why_not_reminded(unit))
    elif kind == RETURNS:
        yield from _returns(post, letter, units)


def _templates(post: Post, letter: Letter, made: Path) -> Iterator[Mailing]:
    """Each unit's own workbook; one that is not there yet is made in the folder `made`."""
    folder = post.campaign.templates
    names = {unit: template_name(post.form, post.campaign.year, unit) for unit in post.roster.units}
    lacking = tuple(unit for unit, name in names.items() if not (folder / name).exists())
    if lacking:
        roster = replace(post.roster, units=lacking)
        request = TemplateRequest(
            post.form, post.campaign.year, roster, post.county, post.prior_year
        )
        write_templates(request, made)
    for unit, name in names.items():
        data = ((made if unit in lacking else folder) / name).read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        yield _parcel(
            post, unit, letter, {"文件名": name}, key=sha256, sha256=sha256, name=name, data=data
        )


def _returns(post: Post, letter: Letter, units: Iterable[UnitStatus]) -> Iterator[Mailing]:
    for unit in units:
        if unit.state in (ACCEPTED, MISSING):
            continue
        files = [f.result for f in unit.current]
        lines = list(dict.fromkeys(line for file in files for line in correction_lines(file)))
        ours = [f.message for file in files for f in file.findings if f.code in _COUNTYS]
        problems = "\n".join(f"{i}. {line}" for i, line in enumerate(lines, 1))
        names = "、".join(dict.fromkeys(harmless(f.name) for f in unit.current))
        key = hashlib.sha256(
            "\n".join([*sorted(f.sha256 for f in files), problems]).encode()
        ).hexdigest()
        parcel = _parcel(post, unit.unit, letter, {"问题": problems, "文件名": names}, key=key)
        yield replace(
            parcel,
            held="" if lines else f"要先由县里处理：{next(iter(ours), '见 xlreport status')}",
        )


_COUNTYS = frozenset({"F9", "F10", "F14", "F16"})
"""What only the county can decide: its roster, and which of two reports counts."""


def _why_not_reminded(unit: UnitStatus) -> str:
    """Why a unit must not be told that nothing came; empty when nothing did."""
    if unit.waiting:
        return (
            f"来过 {unit.waiting} 封邮件，要先由人打开（见 xlreport status）；确实要催请加 --unit"
        )
    if unit.gone:
        return f"收到过 {unit.gone} 个文件，现在不在 inbox 里（见 xlreport status）；确实要催请加 --unit"
    return ""


def correction_lines(file: FileRecord) -> list[str]:
    """What a unit must do about its file: errors first, then warnings without an explanation."""
    told = [
        f
        for f in grouped(file.findings)
        if f.code not in _COUNTYS
        and (f.severity is Severity.ERROR or (f.severity is Severity.WARNING and not f.explanation))
    ]
    hints = [f for f in grouped(file.findings) if f.code == "H1"]
    return [harmless(f.line()) for f in (*sorted(told, key=lambda f: f.severity.rank), *hints)]


def _parcel(
    post: Post,
    unit: Unit,
    letter: Letter,
    more: dict[str, str],
    *,
    key: str,
    sha256: str = "",
    name: str = "",
    data: bytes = b"",
) -> Mailing:
    campaign = post.campaign
    deadline = campaign.deadline
    if deadline is None and "截止日期" in letter.places:
        raise LetterError("信里要写截止日期，请先在 xlreport.toml 里写明 deadline。")
    values = {
        "单位": unit.name,
        "联系人": post.roster.columns.get(unit.code, {}).get("联系人", ""),
        "汇总单位": campaign.county.name,
        "年度": str(campaign.year),
        "报表": post.form.title,
        "截止日期": f"{deadline.year}年{deadline.month}月{deadline.day}日" if deadline else "",
        "文件名": "",
        "问题": "",
        **more,
    }
    filled = letter.filled(values)
    addresses = post.roster.addresses(unit)
    message = Outgoing(addresses, unit.name, filled.subject, filled.body, name, data)
    return Mailing(unit, addresses, message, key, sha256)
