"""The campaign in which a command runs, and what its settings name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlreport.cli.options import Failure, finished, form_named, last_year, roster_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlreport.campaign.campaign import Campaign
    from xlreport.campaign.settings import CampaignSettings
    from xlreport.merging.request import ReadOptions
    from xlreport.merging.roster import Roster


def campaign_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--campaign`, for every command of the post."""
    return click.option(
        "--campaign",
        type=click.Path(path_type=Path),
        metavar="文件夹",
        help="xlreport init 建立的工作文件夹；默认是当前文件夹。",
    )(command)


def campaign_in(folder: Path | None = None) -> CampaignSettings | None:
    """The campaign in a folder (the working folder without one) or above it, None when there is none;
    what is wrong with its settings is a Failure."""
    from xlreport.campaign.settings import NAME, find_settings, read_settings
    from xlreport.errors import CampaignError

    try:
        if folder is None:
            return find_settings(Path())
        return read_settings(folder) if (folder / NAME).is_file() else None
    except CampaignError as error:
        raise Failure(str(error)) from None
    except OSError:
        raise Failure(f"设置“{folder or Path()}/{NAME}”打不开，请检查权限。") from None


def needed_campaign(folder: Path | None) -> CampaignSettings:
    """The campaign; without one a Failure that says how to make it."""
    found = campaign_in(folder)
    if found is None:
        where = f"“{folder}”" if folder else "当前文件夹"
        raise Failure(
            f"{where}里没有 xlreport.toml。请先运行 xlreport init，再到那个文件夹里运行命令。"
        )
    return found


def opened_campaign(
    campaign: CampaignSettings,
    reading: ReadOptions,
    *,
    roster: Path | None = None,
    previous: Path | None = None,
    compared: bool = True,
) -> Campaign:
    """The campaign with its form and roster, and last year's figures where reports are `compared` with them;
    options given on the command line come first."""
    from xlreport.campaign.campaign import Campaign

    form = form_named(campaign.form)
    listed: Roster | None = roster_at(roster or campaign.roster)
    assert listed is not None
    current: Campaign = finished(lambda: Campaign(campaign, form, listed, None, reading))
    before = previous or campaign.previous if compared else None
    prior_year = last_year(before, campaign.year, listed, reading, current.forms)
    return replace(current, prior_year=prior_year)


def arrivals_of(campaign: CampaignSettings) -> Any:
    """When and from whom files came, as the ledger knows; nothing without a ledger."""
    from xlreport.campaign.campaign import ledger_of

    def read() -> Any:
        with ledger_of(campaign) as ledger:
            return ledger.arrivals()

    return finished(read) if campaign.records.exists() else {}


def warn_of_open_mail(current: Campaign, files: Any) -> None:
    """Says on stderr that messages wait for a person: a newer report may be in one of them."""
    from xlreport.campaign.status import open_messages

    waiting = (
        finished(lambda: open_messages(current, files)) if current.settings.records.exists() else ()
    )
    if waiting:
        words = f"注意：有 {len(waiting)} 封邮件还要由人打开，里面可能有更新的报表，没有计入；xlreport status 逐封列出。"
        click.echo(words, err=True)
