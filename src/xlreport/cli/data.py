"""The commands that show a report, and hand the figures on to other programs."""

from __future__ import annotations

import typer

from xlreport.cli.options import Counting, DataOutput, InboxFolder, Reading, ReportFile, Workplace
from xlreport.cli.reports import kept, merge_request, summary_folder


def show(*, file: ReportFile, reading: Reading) -> int:
    """在屏幕上显示一份报表的各张表和文字，不用打开表格程序。

    例子：
      xlreport show 某镇.xlsx
    """
    from xlreport.api import read_report
    from xlreport.telling.tables import submission_lines
    from xlreport.text import harmless

    record = read_report(file, forms=reading.forms(), reading=reading.read_options())
    for line in submission_lines(record):
        typer.echo(harmless(line))
    return 0


def export(
    *,
    folder: InboxFolder = None,
    output: DataOutput,
    place: Workplace,
    counting: Counting,
    reading: Reading,
) -> int:
    """把计入汇总的每个数字写成数据文件，每行一个单位的一个数，供统计软件等程序继续使用。

    例子：
      xlreport export 收到的报表/ --roster 名册.csv --to csv
      xlreport export --campaign 2025年报 --to json
    """
    from xlreport.api import merge_folder
    from xlreport.errors import UsageError
    from xlreport.merging.replacing import Replacing, write_all
    from xlreport.publishing.export import Format, exported
    from xlreport.text import harmless

    request, campaign = merge_request(folder, place, counting, reading)
    result = merge_folder(request)
    if not result.counted_files:
        raise UsageError("没有一份报表可以计入，没有写出数据。")
    data = exported(result.observations, Format(output.to))
    out = output.out or summary_folder(request, campaign) / f"数据.{output.to}"
    how = Replacing(request.forms, request.reading, kept(force=output.force))
    write_all(out.parent, {out.name: data}, how)
    typer.echo(f"{len(result.counted_files)} 个单位的数据：{harmless(str(out))}")
    return result.exit_code
