"""The command that packs a campaign away, and checks the package years later."""

from __future__ import annotations

import typer

from xlreport.cli.campaign import needed_campaign, opened_campaign
from xlreport.cli.options import ArchiveFolder, ArchiveToVerify, CampaignFolder, Opening


def archive(
    *,
    campaign: CampaignFolder = None,
    out: ArchiveFolder = None,
    verify: ArchiveToVerify = None,
    opening: Opening,
) -> int:
    """把一次工作的全部材料打成一个归档包：计入的原件、汇总、信件、收发记录、决定、设置和清单。

    多年以后用 --verify 核对：少了、多了、改过一个字节都会指出。

    例子：
      xlreport archive --campaign 2025年报
      xlreport archive --verify 归档包.zip
    """
    from xlreport.campaign import archiving
    from xlreport.clock import present_day
    from xlreport.publishing.archive import verify as verified
    from xlreport.telling.lines import archive_report, verification_report

    if verify is not None:
        found = verified(verify)
        for line in verification_report(found):
            typer.echo(line)
        return 1 if found.faults else 0
    opened = opened_campaign(needed_campaign(campaign), opening.read_options())
    day = present_day().isoformat()
    archived = archiving.archive(opened, out, day)
    for line in archive_report(archived):
        typer.echo(line)
    return 1 if archived.open_points else 0
