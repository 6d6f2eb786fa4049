"""Files are read and written one by one: repaired, imported, checked, compared, reported on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xlreport import api
from xlreport.desk.actions.room import Room
from xlreport.desk.jobs import Done, Job
from xlreport.desk.places import IMPORTED, REPAIRED, REPORTS
from xlreport.desk.uploads import hold, keep
from xlreport.telling.lines import (
    check_report,
    damaged_report,
    diff_report,
    documents_report,
    import_report,
    report_lines,
)

if TYPE_CHECKING:
    from pathlib import Path

    from xlreport.campaign.campaign import Campaign
    from xlreport.desk.collection import Collection
    from xlreport.desk.desk import Desk
    from xlreport.desk.uploads import Held, Upload
    from xlreport.merging.request import Progress
    from xlreport.merging.result import ImportResult

GIVEN = "导入原件"
"""The folder of the files that were given to be imported."""


def repair(desk: Desk) -> Job:
    """Writes fresh workbooks of the files whose templates are damaged."""
    return desk.act("修复", _repaired, key="repair")


def _repaired(collection: Collection, progress: Progress) -> Done:
    campaign = collection.plain(progress)
    out = collection.folder / REPAIRED
    room = Room()
    result = api.repair_damaged(
        campaign.settings.inbox, out, forms=campaign.forms, reading=campaign.reading, keep=room
    )
    files = ("repaired",) if result.outputs else ()
    return Done((*room.lines, *damaged_report(result)), files)


def take_in(desk: Desk) -> Job:
    """Writes workbooks of the files of the inbox that are reports, and not our workbooks."""
    return desk.act("导入", _taken_in, key="import")


def _taken_in(collection: Collection, progress: Progress) -> Done:
    campaign = collection.plain(progress)
    request = _to_import(campaign, Document(campaign.settings.inbox))
    room = Room()
    result = api.import_documents(request, collection.folder / IMPORTED, keep=room)
    return _imported((*room.lines, *documents_report(result)), result)


@dataclass(frozen=True)
class Document:
    """A file that is to be imported, or a folder of such; whose report it is, and of which year,
    where it does not say so."""

    path: Path
    unit: str = ""
    year: int | None = None


def take_in_one(desk: Desk, document: Document) -> Job:
    """Writes the workbook of one file, whatever it is."""
    return desk.act("导入一个文件", partial(_taken_in_one, document))


def _taken_in_one(document: Document, collection: Collection, progress: Progress) -> Done:
    request = _to_import(collection.plain(progress), document)
    room = Room()
    result = api.import_files(request, collection.folder / IMPORTED, keep=room)
    return _imported((*room.lines, *import_report(result)), result)


def keep_to_import(desk: Desk, upload: Upload) -> Path:
    """Keeps a file that is to be imported. Raises OSError."""
    folder = desk.opened().folder
    return keep(upload, folder, folder / GIVEN)


def _to_import(campaign: Campaign, document: Document) -> api.ImportRequest:
    return api.ImportRequest(
        (document.path,),
        campaign.forms,
        campaign.roster,
        document.unit,
        document.year,
        reading=campaign.reading,
    )


def _imported(lines: tuple[str, ...], result: ImportResult) -> Done:
    return Done(lines, ("imported",) if result.outputs else ())


def check(desk: Desk, upload: Upload) -> Job:
    """Checks a file that is not taken. It is on the disk when this comes back, and gone when it is
    done. Raises OSError."""
    held = hold(desk.opened().folder, [upload])
    return desk.act("只审核", partial(_checked, held))


def _checked(held: Held, collection: Collection, progress: Progress) -> Done:
    with held.until_done() as paths:
        campaign = collection.compared(progress)
        result = api.check_files(
            paths,
            forms=campaign.forms,
            prior_year=campaign.prior_year,
            reading=campaign.reading,
            names={path: path.name for path in paths},
        )
    return Done(tuple(check_report(result, verbose=True)))


def compare(desk: Desk, first: Upload, second: Upload) -> Job:
    """Compares two files cell by cell. They are on the disk when this comes back, and gone when it
    is done. Raises OSError."""
    held = hold(desk.opened().folder, [first, second])
    return desk.act("比较两个文件", partial(_two_compared, held))


def _two_compared(held: Held, collection: Collection, progress: Progress) -> Done:
    with held.until_done() as (first, second):
        campaign = collection.plain(progress)
        names = first.name, second.name
        differences = api.diff_files(
            first, second, forms=campaign.forms, reading=campaign.reading, names=names
        )
    return Done((" → ".join(names), *diff_report(differences)))


def publish_one(desk: Desk, path: Path) -> Job:
    """Writes the Word report of one unit, from its workbook."""
    return desk.act("写单位的 Word 报告", partial(_one_published, path))


def _one_published(path: Path, collection: Collection, progress: Progress) -> Done:
    campaign = collection.compared(progress)
    report = api.report_of_file(
        path,
        forms=campaign.forms,
        prior_year=campaign.prior_year,
        reading=campaign.reading,
    )
    room = Room()
    written = api.write_report(report, collection.folder / REPORTS, keep=room)
    return Done((*room.lines, *report_lines(report, written)), ("reports",))
