"""A campaign opened for work: what its settings name is read, and must fit together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from campaign.scene import campaign_in
from xlreport import Unit
from xlreport.campaign.campaign import Campaign, ledger_of, merged_inbox, read_campaign
from xlreport.errors import CampaignError, LedgerError, RosterError, UsageError


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return campaign_in(tmp_path / "campaign")


def test_a_campaign_is_opened_by_its_folder(campaign: Campaign) -> None:
    opened = read_campaign(campaign.settings.folder)
    assert opened == campaign
    assert [unit.name for unit in opened.roster.units] == ["甲子镇", "乙丑镇", "丙寅镇"]


def test_roster_and_settings_are_of_one_county(campaign: Campaign) -> None:
    listed = Unit("示例县", "990100")
    roster = replace(campaign.roster, county=listed)
    assert replace(campaign, roster=roster).county == listed
    assert campaign.county == Unit("示例县")
    other = replace(campaign.roster, county=Unit("别的县"))
    with pytest.raises(CampaignError, match="名册里的汇总单位是“别的县”"):
        replace(campaign, roster=other)


def test_the_prior_year_is_read_only_to_compare(campaign: Campaign) -> None:
    path = campaign.settings.folder / "xlreport.toml"
    path.write_text(path.read_text("utf-8").replace('previous = ""', 'previous = "没有"'), "utf-8")
    with pytest.raises(UsageError, match="没有"):
        read_campaign(campaign.settings.folder)
    assert read_campaign(campaign.settings.folder, compare=False).prior_year is None


def test_a_roster_that_cannot_be_used_is_told(campaign: Campaign) -> None:
    campaign.settings.roster.write_text("没有表头", "utf-8")
    with pytest.raises(RosterError):
        read_campaign(campaign.settings.folder)


def test_an_inbox_that_is_gone_is_not_an_empty_one(campaign: Campaign) -> None:
    campaign.settings.inbox.rmdir()
    with ledger_of(campaign.settings) as ledger:
        with pytest.raises(CampaignError, match="inbox”不在了，里面的报表读不到"):
            merged_inbox(campaign, ledger)
        assert not campaign.settings.inbox.exists()
        campaign.settings.inbox.mkdir()
        assert merged_inbox(campaign, ledger).files == ()


def test_a_lost_ledger_leaves_the_way_free_for_its_backup(tmp_path: Path) -> None:
    """What is refused makes nothing: neither the folder nor an empty ledger in it."""
    settings = campaign_in(tmp_path / "年报").settings
    with ledger_of(settings):
        pass
    backup = settings.records.rename(tmp_path / "备份")
    with pytest.raises(LedgerError, match="不见了或被清空了。请用备份恢复它"), ledger_of(settings):
        pass
    assert not settings.records.exists()
    backup.rename(settings.records)
    with ledger_of(settings):
        pass
