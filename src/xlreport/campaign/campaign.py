"""A campaign opened for work: its settings, and what they name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from xlreport.api import merge_folder, read_prior_year
from xlreport.atomic import locked
from xlreport.campaign.ledger import Ledger, open_ledger
from xlreport.campaign.settings import CampaignSettings, read_settings
from xlreport.errors import CampaignError
from xlreport.form.catalog import FormCatalog, get_form
from xlreport.form.model import Form
from xlreport.merging.prior_year import PriorYear
from xlreport.merging.request import MergeRequest, ReadOptions
from xlreport.merging.result import MergeResult
from xlreport.merging.roster import Roster, read_roster
from xlreport.submission import Unit
from xlreport.text import clean_name

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
        listed, set_ = self.roster.county.name, self.settings.county.name
        if listed and listed != clean_name(set_):
            raise CampaignError(
                f"名册里的汇总单位是“{listed}”，xlreport.toml 里的 county 是“{set_}”，请改成一致。"
            )

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
            reading=self.reading,
        )


def read_campaign(
    folder: Path, reading: ReadOptions = DEFAULT_OPTIONS, *, compare: bool = True
) -> Campaign:
    """Opens the campaign in a folder; the prior year's figures are read only to `compare` with
    them.

    Raises CampaignError for its settings, UnknownForm, FormError, RosterError or UsageError for
    what they name, OSError for a file that cannot be opened.
    """
    settings = read_settings(folder)
    form = get_form(settings.form)
    campaign = Campaign(settings, form, read_roster(settings.roster), None, reading)
    if not compare or settings.previous is None:
        return campaign
    prior_year = read_prior_year(
        settings.previous,
        settings.year,
        roster=campaign.roster,
        forms=campaign.forms,
        reading=reading,
    )
    return replace(campaign, prior_year=prior_year)


@contextmanager
def ledger_of(settings: CampaignSettings) -> Iterator[Ledger]:
    """The campaign's ledger. Raises LedgerError for one that cannot be used, Busy when another
    run has it."""
    with locked(settings.records), open_ledger(settings.records) as ledger:
        yield ledger


def merged_inbox(campaign: Campaign, ledger: Ledger) -> MergeResult:
    """What a merge of the inbox would do now."""
    campaign.settings.inbox.mkdir(parents=True, exist_ok=True)
    return merge_folder(replace(campaign.request, arrivals=ledger.arrivals()))
