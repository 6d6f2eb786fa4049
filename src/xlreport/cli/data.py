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
    from xlreport.api import data_name, merge_folder, write_data
    from xlreport.publishing.export import Format
    from xlreport.telling.lines import export_line

    request, campaign = merge_request(folder, place, counting, reading)
    result = merge_folder(request)
    to = Format(output.to)
    out = output.out or summary_folder(request, campaign) / data_name(to)
    write_data(result, out, to, keep=kept(force=output.force))
    typer.echo(export_line(result, out))
    return result.exit_code
