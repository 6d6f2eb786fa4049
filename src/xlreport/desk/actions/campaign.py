"""What is about a campaign as a whole: its templates, the figures of last year, what the county
decides, and the archive."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xlreport import api
from xlreport.campaign import archiving, decisions
from xlreport.campaign.changing import change_settings
from xlreport.campaign.templates import template_request
from xlreport.campaign.town_page import write_town_page
from xlreport.clock import present_day
from xlreport.desk.actions.room import Room
from xlreport.desk.jobs import Done, Job
from xlreport.desk.places import archives
from xlreport.desk.uploads import hold, keep
from xlreport.errors import UsageError
from xlreport.publishing import archive
from xlreport.telling.lines import (
    archive_report,
    failure,
    template_lines,
    town_page_line,
    verification_report,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlreport.desk.collection import Collection
    from xlreport.desk.desk import Desk
    from xlreport.desk.uploads import Held, Upload
    from xlreport.merging.request import Progress

PREVIOUS = "上年"
"""The folder of the figures of last year that were given on the page."""


def write_templates(desk: Desk) -> Job:
    """Writes each unit's workbook, and the page that goes with them."""
    return desk.act("生成模板", _templates, key="templates")


def _templates(collection: Collection, progress: Progress) -> Done:
    campaign = collection.compared(progress)
    request = template_request(campaign)
    out = campaign.settings.templates
    room = Room()
    written = api.write_templates(request, out, keep=room, reading=campaign.reading)
    town = town_page_line(write_town_page(request, campaign.settings))
    told = (*room.lines, *template_lines(request, written, out), town)
    return Done(told, ("templates", "letters"))


def take_previous(desk: Desk, uploads: Sequence[Upload]) -> Job:
    """Keeps the figures of last year in the campaign and compares with them from now on. The files
    are on the disk when this comes back. Raises OSError."""
    folder = desk.opened().folder
    for upload in uploads:
        keep(upload, folder, folder / PREVIOUS)
    return desk.act("读入上年的数", _compared)


def _compared(collection: Collection, progress: Progress) -> Done:
    """The setting is only made where the figures can be read."""
    campaign = collection.plain(progress)
    year = campaign.settings.year
    prior_year = api.read_prior_year(
        collection.folder / PREVIOUS,
        year,
        roster=campaign.roster,
        forms=campaign.forms,
        reading=campaign.reading,
    )
    change_settings(collection.folder, {"previous": PREVIOUS})
    known = [unit for unit in campaign.roster.units if prior_year.of(unit) is not None]
    line = f"已读入 {year - 1} 年度的数，名册上有 {len(known)} 个单位有上年的数。"
    return Done((line, *prior_year.unused))


def decide(desk: Desk, asked: decisions.Asked) -> Job:
    """Records what the county decides about a report, or takes it back."""
    return desk.act(f"县里的决定（{asked.unit.name}）", partial(_decided, asked))


def _decided(asked: decisions.Asked, collection: Collection, progress: Progress) -> Done:
    return Done((decisions.decide(collection.compared(progress), asked),))


def pack(desk: Desk) -> Job:
    """Packs everything into an archive."""
    return desk.act("归档", _packed, key="archive")


def _packed(collection: Collection, progress: Progress) -> Done:
    archived = archiving.archive(collection.compared(progress), None, present_day().isoformat())
    return Done(tuple(archive_report(archived)), ("archive",))


def verify(desk: Desk, upload: Upload | None = None) -> Job:
    """Verifies an archive, or all of the campaign. An upload is on the disk when this comes back,
    and gone when it is done. Raises OSError."""
    if upload is None:
        return desk.act("核对归档", _all_verified, key="verify")
    held = hold(desk.opened().folder, [upload])
    return desk.act("核对归档", partial(_one_verified, held))


def _one_verified(held: Held, _collection: Collection, _progress: Progress) -> Done:
    with held.until_done() as (path,):
        return Done(tuple(_verified(path)))


def _all_verified(collection: Collection, _progress: Progress) -> Done:
    """Each archive, also those behind one that cannot be verified."""
    lines: list[str] = []
    for path in archives(collection.settings()):
        try:
            lines += _verified(path)
        except UsageError as error:
            lines.append(failure(error))
    return Done(tuple(lines or ["还没有归档包；别处的归档包，请选它的文件来核对。"]))


def _verified(path: Path) -> Iterator[str]:
    verification = archive.verify(path, path.name)
    yield f"{path.name}："
    yield from verification_report(verification)
