"""The commands about what is published: the report as a Word document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlreport.cli.options import (
    AsJson,
    Counting,
    Reading,
    ReportOutput,
    ReportSource,
    Workplace,
    prior_year_at,
    roster_at,
)
from xlreport.cli.reports import kept, merge_request, summary_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlreport.publishing.report import Report


def report(
    *,
    path: ReportSource = None,
    place: Workplace,
    output: ReportOutput,
    counting: Counting,
    reading: Reading,
    as_json: AsJson = False,
) -> int:
    """把汇总的数字写成按公文格式排好的报告（Word），旁边放同样的数据（CSV、JSON）。

    给一份报表就写这个单位自己的报告。三张表按规定的样子填好；第一部分是按数字写的初稿；
    各单位写的文字收在后面供编写。写完再读一遍，与数据逐格核对。

    例子：
      xlreport report 收到的报表/ --roster 名册.csv
      xlreport report 某镇.xlsx
      xlreport report --campaign 2025年报 --template 本县模板.docx
    """
    from xlreport.api import write_report
    from xlreport.cli.shown import show
    from xlreport.telling.lines import report_lines

    if path is not None and path.is_file():
        made, out = _of_file(path, place, output, reading)
    else:
        made, out = _of_merge(path, place, output, counting, reading)
    written: Sequence[Path] = ()
    if made is not None:
        written = write_report(made, out, template=output.template, keep=kept(force=output.force))
    result = _Written(made, tuple(written))
    show(report_lines(made, written, output.template), result, as_json=as_json)
    return result.exit_code


@dataclass(frozen=True)
class _Written:
    """What was written, for `--json`."""

    report: Report | None
    outputs: tuple[Path, ...]

    @property
    def exit_code(self) -> int:
        """0 final, 1 not final, 3 nothing usable."""
        if self.report is None:
            return 3
        return 0 if self.report.is_final else 1

    def as_dict(self) -> dict[str, Any]:
        """The `report --json` document."""
        outputs = [path.as_posix() for path in self.outputs]
        made = self.report
        if made is None:
            return {"form": None, "year": None, "unit": None, "notes": [], "outputs": outputs}
        return {
            "form": made.form.id,
            "year": made.year,
            "unit": made.unit.name,
            "notes": list(made.notes),
            "outputs": outputs,
        }


def _of_file(
    path: Path, place: Workplace, output: ReportOutput, reading: Reading
) -> tuple[Report | None, Path]:
    """The report of one workbook, and where it is written. A campaign has its own form, roster and
    figures of last year."""
    from xlreport.api import report_of_file
    from xlreport.cli.campaign import campaign_here
    from xlreport.form.catalog import get_form

    options = reading.read_options()
    settings = campaign_here(place.campaign)
    if settings is None:
        forms = reading.forms()
    else:
        forms = reading.forms(get_form(settings.form))
        place = place.filled_from(settings)
    roster = roster_at(place.roster) if place.roster else None
    prior_year = prior_year_at(place.previous, None, roster, options, forms)
    made = report_of_file(
        path, forms=forms, prior_year=prior_year, reading=options, author=output.author
    )
    return made, output.out or Path()


def _of_merge(
    folder: Path | None,
    place: Workplace,
    output: ReportOutput,
    counting: Counting,
    reading: Reading,
) -> tuple[Report | None, Path]:
    """The report of a folder or a campaign, and where it is written."""
    from xlreport.api import merge_folder, report_of_merge

    request, campaign = merge_request(folder, place, counting, reading)
    summary = summary_folder(request, campaign)
    result = merge_folder(request)
    made = report_of_merge(result, summary, author=output.author)
    return made, output.out or summary
