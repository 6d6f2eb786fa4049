"""A campaign opened for work: its settings, and what they name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from xlreport.api import merge_folder, read_prior_year
from xlreport.atomic import locked, write_atomically
from xlreport.campaign.ledger import Ledger, open_ledger, require_ledger
from xlreport.campaign.settings import CampaignSettings, read_settings, require_same_county
from xlreport.errors import CampaignError
from xlreport.form.catalog import FormCatalog, get_form
from xlreport.form.model import Form
from xlreport.merging.decisions import Decision
from xlreport.merging.prior_year import PriorYear
from xlreport.merging.request import MergeRequest, Policy, ReadOptions
from xlreport.merging.result import MergeResult
from xlreport.merging.roster import Roster, read_roster
from xlreport.submission import Unit

_NOTE = """records 文件夹里是收发记录和收到的每份原件：请不要删除或改动，备份时一起备份。
有了这个文件，xlreport 就知道应当有收发记录；记录不见了，命令会停下来说明。
"""

DEFAULT_OPTIONS = ReadOptions()


@dataclass(frozen=True)
class Campaign:
    """A campaign's settings with the form, the roster and the prior year's figures that they
    name, and how files are read. Raises CampaignError when roster and settings are of different
    counties."""

    settings: CampaignSettings
    form: Form
    roster: Roster
    prior_year: PriorYear | None = None
    reading: ReadOptions = DEFAULT_OPTIONS

    def __post_init__(self) -> None:
        source = "xlreport.toml 里的 county"
        require_same_county(self.roster, self.settings.county, source)

    @property
    def county(self) -> Unit:
        """The unit that sums, with its code where the roster tells it."""
        if self.roster.county.name:
            return self.roster.county
        return self.settings.county

    @property
    def forms(self) -> FormCatalog:
        """The campaign's form beside those that ship."""
        return FormCatalog((self.form,))

    @property
    def request(self) -> MergeRequest:
        """How the inbox is merged, but for the arrivals."""
        return MergeRequest(
            folder=self.settings.inbox,
            roster=self.roster,
            form=self.form.id,
            year=self.settings.year,
            county=self.county,
            forms=self.forms,
            prior_year=self.prior_year,
            policy=Policy(imports=self.settings.imports),
            reading=self.reading,
        )

    def with_prior_year(self) -> Campaign:
        """The campaign with the prior year's figures that its settings name, if any. Raises
        UsageError."""
        if self.settings.previous is None:
            return self
        prior_year = read_prior_year(
            self.settings.previous,
            self.settings.year,
            roster=self.roster,
            forms=self.forms,
            reading=self.reading,
        )
        return replace(self, prior_year=prior_year)


def read_campaign(
    folder: Path, reading: ReadOptions = DEFAULT_OPTIONS, *, compare: bool = True
) -> Campaign:
    """Opens the campaign in a folder; the prior year's figures are read only to `compare` with
    them.

    Raises CampaignError for its settings, UnknownForm, FormError, RosterError or UsageError for
    what they name, OSError for settings that cannot be opened.
    """
    campaign = open_campaign(read_settings(folder), reading)
    return campaign.with_prior_year() if compare else campaign


def open_campaign(settings: CampaignSettings, reading: ReadOptions) -> Campaign:
    """A campaign with its form and its roster. Raises CampaignError, UnknownForm, FormError,
    RosterError."""
    form = get_form(settings.form)
    roster = read_roster(settings.roster)
    return Campaign(settings, form, roster, reading=reading)


@contextmanager
def ledger_of(settings: CampaignSettings) -> Iterator[Ledger]:
    """The campaign's ledger, made when there was none. Raises LedgerError for one that is gone
    or cannot be used, Busy when another run has it."""
    note = settings.records_note
    must_exist = note.exists()
    if must_exist:
        require_ledger(settings.records)
    with locked(settings.records), open_ledger(settings.records, must_exist=must_exist) as ledger:
        if not must_exist:
            write_atomically(note, _NOTE.replace("\n", "\r\n").encode("utf-8-sig"))
        yield ledger


def merged_inbox(
    campaign: Campaign,
    ledger: Ledger,
    decisions: tuple[Decision, ...] | None = None,
    *,
    with_errors: bool = False,
) -> MergeResult:
    """What a merge of the inbox would do now; with other `decisions` than the county's own, where
    they are given, and with reports `with_errors` summed too. Raises CampaignError when the inbox
    is gone."""
    require_inbox(campaign.settings)
    if decisions is None:
        decisions = ledger.decisions()
    request = campaign.request
    policy = replace(request.policy, with_errors=with_errors)
    request = replace(request, arrivals=ledger.arrivals(), decisions=decisions, policy=policy)
    return merge_folder(request)


def require_inbox(settings: CampaignSettings) -> None:
    """An inbox that is gone is not one into which nothing came. Raises CampaignError."""
    inbox = settings.inbox
    if not inbox.is_dir():
        raise CampaignError(
            f"收报表的文件夹“{inbox}”不在了，里面的报表读不到。"
            "请把它移回来；本来就没有收到过报表的，请新建一个同名的文件夹。"
        )
