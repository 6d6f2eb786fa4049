"""The inbox is summed: into the summary, the Word report, a file for other programs."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xlreport import api
from xlreport.campaign.campaign import ledger_of, merged_inbox
from xlreport.desk.actions.room import Room
from xlreport.desk.jobs import Done, Job
from xlreport.desk.places import TITLES
from xlreport.desk.uploads import hold
from xlreport.telling.lines import export_line, merge_outcome, report_lines, with_errors_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xlreport.campaign.campaign import Campaign
    from xlreport.desk.collection import Collection
    from xlreport.desk.desk import Desk
    from xlreport.desk.uploads import Held, Upload
    from xlreport.merging.request import Progress
    from xlreport.merging.result import MergeResult
    from xlreport.publishing.export import Format

    Summing = Callable[[Campaign, MergeResult], Done]
    """Does something with the sum of the inbox."""

_WITH_ERRORS = "（有错误的报表也计入）"


def merge(desk: Desk, *, with_errors: bool = False) -> Job:
    """Writes the summary, the status page and the data."""
    return _summing(desk, "汇总", "merge", _merged, with_errors=with_errors)


def _summing(desk: Desk, title: str, key: str, action: Summing, *, with_errors: bool) -> Job:
    """An action that sums the inbox. One that counts reports with errors too is another: it does
    not stand in for one that was asked for without them, nor the other way round."""
    if with_errors:
        title, key = f"{title}{_WITH_ERRORS}", key and f"{key}-with-errors"

    def summed(collection: Collection, progress: Progress) -> Done:
        campaign = collection.compared(progress)
        with ledger_of(campaign.settings) as ledger:
            result = merged_inbox(campaign, ledger, with_errors=with_errors)
        return action(campaign, result)

    return desk.act(title, summed, key=key)


def _merged(campaign: Campaign, result: MergeResult) -> Done:
    room = Room()
    result = api.write_outputs(result, campaign.settings.summary, keep=room)
    files = ("summary", "page") if result.outputs else ()
    return Done((*room.lines, *merge_outcome(result)), files)


@dataclass(frozen=True)
class Layout:
    """How a report looks: in a document of the office's own, where one was given, and who signs it
    (the county, when empty)."""

    template: Held | None = None
    author: str = ""

    @contextmanager
    def opened(self) -> Iterator[Path | None]:
        """Where the document lies, until the report is written."""
        if self.template is None:
            yield None
            return
        with self.template.until_done() as (path,):
            yield path


AS_PRINTED = Layout()
"""As official documents look, signed by the county."""


def publish(
    desk: Desk, template: Upload | None = None, author: str = "", *, with_errors: bool = False
) -> Job:
    """Writes the Word report. A template is on the disk when this comes back, and gone when it is
    done. Raises OSError."""
    held = None if template is None else hold(desk.opened().folder, [template])
    layout = Layout(held, author)
    key = "report" if layout == AS_PRINTED else ""
    action = partial(_published, layout)
    return _summing(desk, "写 Word 报告", key, action, with_errors=with_errors)


def _published(layout: Layout, campaign: Campaign, result: MergeResult) -> Done:
    out = campaign.settings.summary
    room = Room()
    written: list[Path] = []
    with layout.opened() as template:
        report = api.report_of_merge(result, out, author=layout.author)
        if report is not None:
            written = api.write_report(report, out, template=template, keep=room)
    files = ("report",) if written else ()
    return Done((*room.lines, *report_lines(report, written, template)), files)


def export(desk: Desk, to: Format, *, with_errors: bool = False) -> Job:
    """Writes every number that counts into a file for other programs."""
    title = f"写出{TITLES[to.value]}"
    key = f"export-{to.value}"
    return _summing(desk, title, key, partial(_exported, to), with_errors=with_errors)


def _exported(to: Format, campaign: Campaign, result: MergeResult) -> Done:
    path = campaign.settings.summary / api.data_name(to)
    room = Room()
    api.write_data(result, path, to, keep=room)
    told = filter(None, (with_errors_line(result), export_line(result, path)))
    return Done((*room.lines, *told), (to.value, "published"))
