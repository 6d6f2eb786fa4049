"""The command line: one thin function a command; everything that users read is Chinese."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlreport.cli.campaign import arrivals_of, campaign_in, opened_campaign, warn_of_open_mail
from xlreport.cli.chinese import ChineseCommand, ChineseGroup, explain
from xlreport.cli.mail import COMMANDS
from xlreport.cli.options import (
    USAGE,
    finished,
    form_named,
    given,
    last_year,
    options_of,
    own_files,
    previous_option,
    print_json,
    reading_options,
    roster_at,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlreport.merging.roster import Roster


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = cli.main(
            list(arguments) if arguments is not None else None, "xlreport", standalone_mode=False
        )
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("已中断，没有写出新的文件。", err=True)
        return 130
    except click.ClickException as error:
        click.echo(explain(error), err=True)
        return USAGE
    except BrokenPipeError:
        return 0


def entry_point() -> None:
    """The console script."""
    sys.exit(main())


@click.group(cls=ChineseGroup, context_settings={"help_option_names": ["--help"]})
@click.version_option(
    None, "--version", package_name="xlreport", message="%(version)s", help="显示版本号。"
)
def cli() -> None:
    """从一份报表定义生成填报工作簿，读取、审核、汇总各单位报来的报表。

    \b
    每年三步：
      xlreport template zfxxgk-2021 --year 2025 --roster 名册.csv --out 模板
      xlreport check 某镇.xlsx
      xlreport merge 收到的报表/ --roster 名册.csv

    \b
    用邮件收发（先用 init 建立工作文件夹，再在里面运行）：
      xlreport init 2025年报 --form zfxxgk-2021 --year 2025 --county 某某县
      xlreport send templates
      xlreport collect
      xlreport status
      xlreport merge

    退出码：0 全部通过；1 有错误或有单位未报（结果照样写出）；2 命令用法有误；3 没有可用的报表。
    """


@cli.command(cls=ChineseCommand)
def forms() -> None:
    """列出可用的报表。"""
    from xlreport.form.catalog import get_form, shipped

    for name in shipped():
        form = get_form(name)
        years = (
            f"{form.first_year} 年度起"
            if form.last_year is None
            else f"{form.first_year}–{form.last_year} 年度"
        )
        click.echo(f"{form.id}　{form.title}　（{years}，第 {form.version} 版）")


@cli.command(cls=ChineseCommand)
@click.argument("form", metavar="报表")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def fields(form: str, as_json: bool) -> None:
    """列出一种报表的全部数字和文字，以及各在哪一格。报表可以是名称，也可以是定义文件。"""
    from xlreport.workbook.layout.workbook import layout_of

    definition = form_named(form)
    layout = layout_of(definition)
    rows: list[dict[str, Any]] = [
        {
            "id": f.id,
            "table": f.table,
            "label": f.label,
            "sheet": layout.place(f.id).sheet,
            "cell": layout.place(f.id).cell,
            "kind": f.kind.value,
            "computed": f.computed is not None,
            "unit": f.unit,
        }
        for f in definition.fields.values()
    ]
    for text in definition.texts:
        place = layout.place(text.field_id)
        row = {
            "id": text.field_id,
            "table": "text",
            "label": text.label,
            "sheet": place.sheet,
            "cell": place.cell,
        }
        rows.append({**row, "kind": "text", "computed": False, "unit": ""})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        computed = "（自动计算）" if row["computed"] else ""
        click.echo(f"{row['sheet']} {row['cell']}　{row['id']}　{row['label']}{computed}")


@cli.command(cls=ChineseCommand)
@click.argument("form", metavar="[报表]", required=False)
@click.option(
    "--year", type=click.IntRange(1949, 9999), metavar="年度", help="报告年度，例如 2025。"
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="文件",
    help="名册（CSV 或 xlsx），每个单位一份模板。",
)
@previous_option
@click.option(
    "--county", default="", metavar="名称", help="汇总单位名称；默认用名册里的“汇总单位”。"
)
@click.option(
    "--password", default="", metavar="密码", help="工作表保护密码，只防误改，不是保密手段。"
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="文件夹", help="写到哪里；默认是当前文件夹。"
)
@click.pass_context
def template(
    ctx: click.Context,
    form: str | None,
    year: int | None,
    roster: Path | None,
    previous: Path | None,
    county: str,
    password: str,
    out: Path | None,
) -> None:
    """生成锁定的填报工作簿：有名册时每个单位一份，没有名册时一份空白的。在工作文件夹里不用写选项。"""
    from xlreport.api import TemplateRequest, write_templates
    from xlreport.form.catalog import FormCatalog
    from xlreport.merging.request import ReadOptions
    from xlreport.submission import NOBODY, Unit

    site = campaign_in() if form is None else None
    if site is not None:
        current = opened_campaign(site, ReadOptions(), roster=roster, previous=previous)
        definition, prior_year = current.form, current.prior_year
        listed: Roster | None = current.roster
        year, out, county_unit = year or site.year, out or site.templates, current.county
    else:
        definition = form_named(given(ctx, "form", form))
        year, out, county_unit = given(ctx, "year", year), out or Path(), NOBODY
        listed = roster_at(roster)
        forms = FormCatalog((definition,))
        prior_year = last_year(previous, year, listed, ReadOptions(), forms)
    unit = Unit(county) if county else county_unit
    request = TemplateRequest(definition, year, listed, unit, prior_year, password)
    written = finished(lambda: write_templates(request, out))
    for path in written:
        click.echo(str(path))
    click.echo(f"已生成 {len(written)} 份模板，在“{out}”。", err=True)
    without = (
        [unit.name for unit in listed.units if prior_year.of(unit) is None]
        if listed and prior_year
        else []
    )
    if without:
        click.echo(
            f"提示：没有上年的数（改名、合并的请在名册里写“前身”）：{'、'.join(without)}", err=True
        )
    if password:
        click.echo("提示：保护密码只防误改，不是保密手段。", err=True)


@cli.command(cls=ChineseCommand)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[文件]...")
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="文件",
    help="名册；与上年比较时用来认改名、合并的单位。",
)
@previous_option
@reading_options
@click.option("--verbose", is_flag=True, help="显示全部结果，连同不用处理的提示。")
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[Path, ...],
    roster: Path | None,
    previous: Path | None,
    form_files: tuple[str, ...],
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    verbose: bool,
    as_json: bool,
) -> int:
    """读取并审核报表，逐格说明哪里错、怎样改。可以给文件、压缩包，也可以给文件夹。

    在工作文件夹里不用写选项；不写文件就审核 inbox 里的全部。
    """
    from xlreport.api import check_files
    from xlreport.cli.render import check_report
    from xlreport.form.catalog import FormCatalog

    reading = options_of(limits, passwords, open_passwords)
    definitions = [form_named(f) for f in form_files]
    site = campaign_in()
    if site is not None:
        paths = paths or (site.inbox,)
        roster, previous = roster or site.roster, previous or site.previous
        definitions.append(form_named(site.form))
    given(ctx, "paths", paths)
    forms = FormCatalog(tuple(definitions))
    result = finished(
        lambda: check_files(
            paths,
            forms=forms,
            exclude=own_files(form_files, roster, open_passwords, previous),
            prior_year=last_year(previous, None, roster_at(roster), reading, forms),
            reading=reading,
        )
    )
    show(check_report(result, verbose=verbose), result, as_json)
    return int(result.exit_code)


@cli.command(cls=ChineseCommand)
@click.argument("folder", type=click.Path(path_type=Path), metavar="[文件夹]", required=False)
@click.option(
    "--roster", type=click.Path(path_type=Path), metavar="文件", help="名册；有名册才知道谁未报。"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="汇总表写到哪里；默认在文件夹旁边。",
)
@click.option("--with-errors", is_flag=True, help="有错误的报表也计入合计（会注明）。")
@click.option("--accept-unlisted", is_flag=True, help="名册以外的单位也计入合计（会注明）。")
@click.option(
    "--on-conflict",
    type=click.Choice(("newest", "error")),
    default="newest",
    metavar="newest|error",
    help="同一单位有内容不同的几份时：newest 以最新的为准（默认），error 都不计入。",
)
@click.option(
    "--repair",
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="把需要修复的报表搬到新模板，写到这里。",
)
@previous_option
@click.option(
    "--year",
    type=click.IntRange(1949, 9999),
    metavar="年度",
    help="只汇总这一年度；默认按多数报表。",
)
@click.option("--county", default="", metavar="名称", help="汇总单位名称；默认用名册或报表里的。")
@reading_options
@click.option("--verbose", is_flag=True, help="显示全部结果，连同不用处理的提示。")
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
@click.pass_context
def merge(
    ctx: click.Context,
    folder: Path | None,
    roster: Path | None,
    out: Path | None,
    with_errors: bool,
    accept_unlisted: bool,
    on_conflict: str,
    repair: Path | None,
    previous: Path | None,
    year: int | None,
    county: str,
    form_files: tuple[str, ...],
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    verbose: bool,
    as_json: bool,
) -> int:
    """汇总文件夹（含子文件夹和压缩包）里的全部报表，写出汇总表；每个文件都有交代。

    在工作文件夹里不用写选项：汇总 inbox，写到 summary，同一单位以后收到的为准。
    """
    from dataclasses import replace

    from xlreport.api import merge_folder, require_apart, write_outputs
    from xlreport.cli.render import merge_report
    from xlreport.form.catalog import FormCatalog
    from xlreport.merging.request import MergeRequest, Policy
    from xlreport.submission import Unit

    reading = options_of(limits, passwords, open_passwords)
    definitions = [form_named(f) for f in form_files]
    site = campaign_in(folder)
    if site is not None:
        current = opened_campaign(site, reading, roster=roster, previous=previous)
        out, roster = out or site.summary, roster or site.roster
        forms = FormCatalog((*definitions, current.form))
        request = replace(current.request, arrivals=arrivals_of(site), forms=forms)
    else:
        folder, listed = given(ctx, "folder", folder), roster_at(roster)
        forms = FormCatalog(tuple(definitions))
        prior_year = last_year(previous, year, listed, reading, forms)
        request = MergeRequest(
            folder, listed, year=year, forms=forms, prior_year=prior_year, reading=reading
        )
    request = replace(
        request,
        year=year or request.year,
        county=Unit(county) if county else request.county,
        exclude=tuple(own_files(form_files, roster, open_passwords, previous)),
        policy=Policy(with_errors, accept_unlisted, newest=on_conflict == "newest"),
    )

    def work() -> Any:
        if repair is not None:
            require_apart(repair, request.folder)
        return write_outputs(merge_folder(request), out, repair=repair)

    result = finished(work)
    show(merge_report(result, verbose=verbose), result, as_json)
    if site is not None:
        warn_of_open_mail(current, result.files)
    return int(result.exit_code)


@cli.command(cls=ChineseCommand)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[文件]...")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件夹", help="新工作簿写到哪里。")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
@click.pass_context
def repair(
    ctx: click.Context,
    paths: tuple[Path, ...],
    out: Path | None,
    form_files: tuple[str, ...],
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    as_json: bool,
) -> int:
    """把填好的内容搬到现行模板的新工作簿，列出搬了什么；原文件不动，数字逐一核对不变。"""
    from xlreport.api import repair_files
    from xlreport.cli.render import repair_report
    from xlreport.form.catalog import FormCatalog

    reading = options_of(limits, passwords, open_passwords)
    definitions = [form_named(f) for f in form_files]
    site = campaign_in()
    if site is not None:
        paths, out = paths or (site.inbox,), out or site.folder / "repaired"
        definitions.append(form_named(site.form))
    target = given(ctx, "out", out) if given(ctx, "paths", paths) else Path()
    result = finished(
        lambda: repair_files(
            paths,
            target,
            forms=FormCatalog(tuple(definitions)),
            exclude=own_files(form_files, open_passwords),
            reading=reading,
        )
    )
    show(repair_report(result), result, as_json)
    return int(result.exit_code)


@cli.command(cls=ChineseCommand)
@click.argument("first", type=click.Path(path_type=Path), metavar="甲文件")
@click.argument("second", type=click.Path(path_type=Path), metavar="乙文件")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
def diff(
    first: Path,
    second: Path,
    form_files: tuple[str, ...],
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    as_json: bool,
) -> int:
    """逐格比较两份报表填报的内容。退出码：0 相同；1 有不同；2 不能比较。"""
    from xlreport.api import diff_files
    from xlreport.cli.render import diff_report
    from xlreport.form.catalog import FormCatalog

    reading = options_of(limits, passwords, open_passwords)
    forms = FormCatalog(tuple(form_named(f) for f in form_files))
    found = finished(lambda: diff_files(first, second, forms=forms, reading=reading))
    for line in diff_report(found):
        click.echo(line, err=as_json)
    if as_json:
        document = {"first": first.as_posix(), "second": second.as_posix()}
        print_json({**document, "differences": [d.as_dict() for d in found]})
    return 1 if found else 0


@cli.command(cls=ChineseCommand)
@click.argument("form", metavar="报表")
@click.option("--since", metavar="旧定义", help="旧的报表定义；列出与它相比的全部改动。")
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
def lint(form: str, since: str | None, as_json: bool) -> int:
    """检查报表定义：有没有互相矛盾、重复或永远查不出错误的校验。退出码：0 没有错误；1 有错误。"""
    from xlreport.cli.render import lint_report
    from xlreport.form.yaml_source import rule_places
    from xlreport.lint.linter import lint as examined

    definition = form_named(form)
    old = form_named(since) if since is not None else None
    result = examined(definition, since=old, places=rule_places(definition.path))
    show(lint_report(result), result, as_json)
    return result.exit_code


for added in COMMANDS:
    cli.add_command(added)


if __name__ == "__main__":
    entry_point()
