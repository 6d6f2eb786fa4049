"""The commands about reports: forms, templates, check, merge, repair, diff, lint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from xlreport.cli.campaign import (
    about_mail,
    campaign_here,
    campaign_in,
    opened_campaign,
    with_records,
)
from xlreport.cli.options import (
    AsJson,
    CampaignFolder,
    Counting,
    County,
    FirstFile,
    Force,
    FormChoice,
    FormName,
    ImportedAs,
    ImportFolder,
    ImportPaths,
    InboxFolder,
    OlderDefinition,
    Outputs,
    Reading,
    RepairedFolder,
    ReportPaths,
    SecondFile,
    TemplateOutput,
    View,
    Workplace,
    Year,
    prior_year_at,
    roster_at,
)

if TYPE_CHECKING:
    from xlreport.api import TemplateRequest
    from xlreport.campaign.campaign import Campaign
    from xlreport.campaign.settings import CampaignSettings
    from xlreport.form.model import Form
    from xlreport.merging.replacing import Told
    from xlreport.merging.request import MergeRequest
    from xlreport.merging.result import CheckResult


def forms() -> int:
    """列出可用的报表。

    例子：
      xlreport forms
    """
    from xlreport.form.catalog import get_form, shipped
    from xlreport.telling.lines import form_line

    for name in shipped():
        typer.echo(form_line(get_form(name)))
    return 0


def fields(*, form: FormName, as_json: AsJson = False) -> int:
    """列出一种报表的全部数字和文字，以及各在哪一格。报表可以是名称，也可以是定义文件。

    例子：
      xlreport fields zfxxgk-2021
      xlreport fields 我的报表.yaml --json
    """
    from xlreport.cli.shown import print_json
    from xlreport.form.catalog import get_form
    from xlreport.telling.lines import field_lines

    rows = list(_field_rows(get_form(form)))
    if as_json:
        print_json(rows)
        return 0
    for line in field_lines(rows):
        typer.echo(line)
    return 0


def template(
    *,
    choice: FormChoice,
    year: Year = None,
    place: Workplace,
    county: County = "",
    output: TemplateOutput,
) -> int:
    """生成锁定的填报工作簿：有名册时每个单位一份，没有名册时一份空白的。在工作文件夹里不用写选项。

    例子：
      xlreport template zfxxgk-2021 --year 2025 --roster 名册.csv --out 模板
      xlreport template --form 我的报表.yaml --year 2025
      xlreport template --campaign 2025年报
    """
    from xlreport.api import write_templates
    from xlreport.cli.progress import progress
    from xlreport.merging.request import ReadOptions
    from xlreport.submission import Unit
    from xlreport.telling.lines import template_lines

    settings = _campaign_to_fill(place, choice)
    out = output.out
    if settings is None:
        request = _templates_of(place, choice, year)
    else:
        request = _templates_in(settings, place)
        out = out or settings.templates
    request = replace(request, year=year or request.year, password=output.password)
    if county:
        request = replace(request, county=Unit(county))
    out = out or Path()
    reading = ReadOptions(progress=progress())
    written = write_templates(request, out, keep=kept(force=output.force), reading=reading)
    for path in written:
        typer.echo(str(path))
    for line in template_lines(request, written, out):
        typer.echo(line, err=True)
    if settings is not None:
        typer.echo(_town_page(request, settings), err=True)
    return 0


def check(*, paths: ReportPaths = None, place: Workplace, reading: Reading, view: View) -> int:
    """读取并审核报表，逐格说明哪里错、怎样改。可以给文件、压缩包，也可以给文件夹。

    在工作文件夹里不用写选项；不写文件就审核 inbox 里的全部。

    例子：
      xlreport check 某镇.xlsx
      xlreport check 收到的报表/ --previous 上年汇总表.xlsx
    """
    from xlreport.cli.shown import show
    from xlreport.telling.lines import check_report

    settings = campaign_here(place.campaign)
    if settings is not None and not paths:
        result = _inbox_checked(settings, place, reading)
    else:
        result = _files_checked(paths or [], settings, place, reading)
    show(check_report(result, verbose=view.verbose), result, as_json=view.as_json)
    return result.exit_code


def _inbox_checked(settings: CampaignSettings, place: Workplace, reading: Reading) -> CheckResult:
    """The inbox of a campaign: of several versions of one report the one is judged that counts."""
    from xlreport.api import merge_folder
    from xlreport.merging.result import CheckResult

    campaign = opened_campaign(settings, reading.read_options(), place)
    request = _request_in(campaign, reading)
    return CheckResult(merge_folder(request).files)


def _files_checked(
    paths: list[Path], settings: CampaignSettings | None, place: Workplace, reading: Reading
) -> CheckResult:
    """Each file on its own. Raises BadParameter when there is none."""
    from xlreport.api import check_files
    from xlreport.form.catalog import get_form

    if not paths:
        raise typer.BadParameter("缺少“文件...”。写出要审核的报表，或者它们所在的文件夹。")
    options = reading.read_options()
    forms = reading.forms()
    if settings is not None:
        forms = reading.forms(get_form(settings.form))
        place = place.filled_from(settings)
    roster = roster_at(place.roster) if place.roster else None
    exclude = reading.own_files(place.roster, place.previous)
    prior_year = prior_year_at(place.previous, None, roster, options, forms)
    return check_files(paths, forms=forms, exclude=exclude, prior_year=prior_year, reading=options)


def merge(
    *,
    folder: InboxFolder = None,
    place: Workplace,
    outputs: Outputs,
    counting: Counting,
    reading: Reading,
    view: View,
) -> int:
    """汇总文件夹（含子文件夹和压缩包）里的全部报表，写出汇总表；每个文件都有交代。

    在工作文件夹里不用写选项：汇总 inbox，写到 summary，同一单位以后收到的为准。

    例子：
      xlreport merge 收到的报表/ --roster 名册.csv
      xlreport merge --campaign 2025年报
    """
    from xlreport.cli.ahead import loading
    from xlreport.merging.folder import read_folder, require_places

    request, campaign = merge_request(folder, place, counting, reading)
    out = outputs.out
    if out is None and campaign is not None:
        out = campaign.settings.summary
    require_places(request.folder, out=out, repair=outputs.repair, notices=outputs.notices)
    with loading(request.forms):
        files = read_folder(request)

    from xlreport.api import write_outputs
    from xlreport.cli.shown import show
    from xlreport.merging.merge import merge_files
    from xlreport.telling.lines import merge_report
    from xlreport.text import harmless

    result = write_outputs(
        merge_files(files, request),
        out,
        repair=outputs.repair,
        notices=outputs.notices,
        keep=kept(force=outputs.force),
    )
    told = [] if campaign is None else about_mail(campaign, result.files)
    show(merge_report(result, verbose=view.verbose), result, as_json=view.as_json)
    for sentence in told:
        typer.echo(harmless(sentence), err=True)
    return result.exit_code


def repair(
    *,
    paths: ReportPaths = None,
    campaign: CampaignFolder = None,
    out: RepairedFolder = None,
    force: Force = False,
    reading: Reading,
    as_json: AsJson = False,
) -> int:
    """把填好的内容搬到现行模板的新工作簿，列出搬了什么；原文件不动，数字逐一核对不变。

    例子：
      xlreport repair 某镇.xlsx --out 修复
    """
    from xlreport.api import repair_files
    from xlreport.cli.shown import show
    from xlreport.form.catalog import get_form
    from xlreport.telling.lines import repair_report

    settings = campaign_here(campaign)
    if settings is None:
        forms = reading.forms()
    else:
        forms = reading.forms(get_form(settings.form))
        paths = paths or [settings.inbox]
        out = out or settings.folder / "repaired"
    if not paths:
        raise typer.BadParameter("缺少“文件...”。写出要修复的报表，或者它们所在的文件夹。")
    if out is None:
        raise typer.BadParameter("缺少选项“--out”。写出放新工作簿的文件夹。")
    result = repair_files(
        paths,
        out,
        forms=forms,
        exclude=reading.own_files(),
        reading=reading.read_options(),
        keep=kept(force=force),
    )
    show(repair_report(result), result, as_json=as_json)
    return result.exit_code


def import_(
    *,
    paths: ImportPaths,
    known: ImportedAs,
    out: ImportFolder,
    force: Force = False,
    reading: Reading,
    as_json: AsJson = False,
) -> int:
    """把自己打的表、网页、Word 里的报表填进现行模板的工作簿，列出每个数从哪里来。

    数字照原样，不改不猜：认不准的留空并列出来。表上写错的仍是错的，会指出来。

    例子：
      xlreport import 某镇2024年报.docx --out 导入
      xlreport import 上年网页/ --roster 名册.csv --out 上年
    """
    from xlreport.api import ImportRequest, import_files
    from xlreport.cli.shown import show
    from xlreport.telling.lines import import_report

    request = ImportRequest(
        tuple(paths),
        reading.forms(),
        roster_at(known.roster) if known.roster else None,
        known.unit,
        known.year,
        reading.own_files(known.roster),
        reading.read_options(),
    )
    result = import_files(request, out, keep=kept(force=force))
    show(import_report(result), result, as_json=as_json)
    return result.exit_code


def diff(*, first: FirstFile, second: SecondFile, reading: Reading, as_json: AsJson = False) -> int:
    """逐格比较两份报表填报的内容。退出码：0 相同；1 有不同；2 不能比较。

    例子：
      xlreport diff 甲.xlsx 乙.xlsx
    """
    from xlreport.api import diff_files
    from xlreport.cli.shown import print_json
    from xlreport.telling.lines import diff_report

    options = reading.read_options()
    differences = diff_files(first, second, forms=reading.forms(), reading=options)
    for line in diff_report(differences):
        typer.echo(line, err=as_json)
    if as_json:
        document = {
            "first": first.as_posix(),
            "second": second.as_posix(),
            "differences": [difference.as_dict() for difference in differences],
        }
        print_json(document)
    return 1 if differences else 0


def lint(*, form: FormName, since: OlderDefinition = None, as_json: AsJson = False) -> int:
    """检查报表定义：有没有互相矛盾、重复或永远查不出错误的校验。退出码：0 没有错误；1 有错误。

    例子：
      xlreport lint 我的报表.yaml
      xlreport lint 我的报表.yaml --since 去年的报表.yaml
    """
    from xlreport.cli.shown import show
    from xlreport.form.catalog import get_form
    from xlreport.form.yaml_source import rule_places
    from xlreport.lint import linter
    from xlreport.telling.lines import lint_report

    definition = get_form(form)
    older = get_form(since) if since is not None else None
    result = linter.lint(definition, since=older, places=rule_places(definition.path))
    show(lint_report(result), result, as_json=as_json)
    return result.exit_code


def kept(*, force: bool) -> Told | None:
    """What hears of the files that make room; None where none may."""
    return _tell_kept if force else None


def _tell_kept(path: Path, kept: Path) -> None:
    """A word about a file that made room, at once: whatever comes after may fail."""
    from xlreport.telling.lines import kept_line

    typer.echo(kept_line(path, kept), err=True)


# --- merging ---


def merge_request(
    folder: Path | None, place: Workplace, counting: Counting, reading: Reading
) -> tuple[MergeRequest, Campaign | None]:
    """What a command line names to be merged, and the campaign in which it is. Raises
    BadParameter."""
    settings = _campaign_to_merge(place, folder)
    if settings is None:
        request = _request_for(folder, place, counting, reading)
        return counting.applied_to(request), None
    campaign = opened_campaign(settings, reading.read_options(), place)
    request = _request_in(campaign, reading)
    return counting.applied_to(request), campaign


def summary_folder(request: MergeRequest, campaign: Campaign | None) -> Path:
    """Where the summary of a merge lies, unless told otherwise."""
    from xlreport.api import default_out

    return default_out(request.folder) if campaign is None else campaign.settings.summary


def _campaign_to_merge(place: Workplace, folder: Path | None) -> CampaignSettings | None:
    """The campaign whose inbox is to be merged; None for a plain folder. Raises BadParameter when
    the command line names two."""
    if folder is None:
        return campaign_here(place.campaign)
    if place.campaign is not None:
        raise typer.BadParameter("“文件夹”和 --campaign 只能写一个：工作文件夹汇总的是它的 inbox。")
    return campaign_in(folder)


def _request_for(
    folder: Path | None, place: Workplace, counting: Counting, reading: Reading
) -> MergeRequest:
    """A plain folder with what the command line names. Raises BadParameter without a folder."""
    from xlreport.merging.request import MergeRequest

    if folder is None:
        raise typer.BadParameter("缺少“文件夹”。写出收到的报表所在的文件夹。")
    options = reading.read_options()
    forms = reading.forms()
    roster = roster_at(place.roster) if place.roster else None
    prior_year = prior_year_at(place.previous, counting.year, roster, options, forms)
    return MergeRequest(
        folder,
        roster,
        forms=forms,
        prior_year=prior_year,
        exclude=reading.own_files(place.roster, place.previous),
        reading=options,
    )


def _request_in(campaign: Campaign, reading: Reading) -> MergeRequest:
    """The inbox of a campaign, with what its ledger knows."""
    settings = campaign.settings
    request = replace(
        campaign.request,
        forms=reading.forms(campaign.form),
        exclude=reading.own_files(settings.roster, settings.previous),
    )
    return with_records(request, settings)


# --- templates ---


def _campaign_to_fill(place: Workplace, choice: FormChoice) -> CampaignSettings | None:
    """The campaign whose units get templates; None where the command line names a form. Raises
    BadParameter when it names both."""
    if not choice.is_made:
        return campaign_here(place.campaign)
    if place.campaign is not None:
        raise typer.BadParameter("“报表”和 --campaign 只能写一个：工作文件夹里已经写明是哪种报表。")
    return None


def _templates_in(settings: CampaignSettings, place: Workplace) -> TemplateRequest:
    from xlreport.campaign.templates import template_request
    from xlreport.merging.request import ReadOptions

    return template_request(opened_campaign(settings, ReadOptions(), place))


def _town_page(request: TemplateRequest, settings: CampaignSettings) -> str:
    from xlreport.campaign.town_page import write_town_page
    from xlreport.telling.lines import town_page_line

    return town_page_line(write_town_page(request, settings))


def _templates_of(place: Workplace, choice: FormChoice, year: int | None) -> TemplateRequest:
    """What the command line names. Raises BadParameter for what is missing in it."""
    from xlreport.api import TemplateRequest
    from xlreport.merging.request import ReadOptions

    forms = choice.forms()
    definition = forms.given[0]
    if year is None:
        raise typer.BadParameter("缺少选项“--year”。报告年度，例如 2025。")
    roster = roster_at(place.roster) if place.roster else None
    prior_year = prior_year_at(place.previous, year, roster, ReadOptions(), forms)
    return TemplateRequest(definition, year, roster, prior_year=prior_year)


# --- fields ---


def _field_rows(form: Form) -> Iterator[dict[str, Any]]:
    """Each number and text of a form, as `fields --json` has them."""
    from xlreport.workbook.layout.workbook import layout_of

    layout = layout_of(form)
    for field in form.fields.values():
        place = layout.place(field.id)
        yield {
            "id": field.id,
            "table": field.table,
            "label": field.label,
            "sheet": place.sheet,
            "cell": place.cell,
            "kind": field.kind.value,
            "computed": field.computed is not None,
            "unit": field.unit,
        }
    for text in form.texts:
        place = layout.place(text.field_id)
        yield {
            "id": text.field_id,
            "table": "text",
            "label": text.label,
            "sheet": place.sheet,
            "cell": place.cell,
            "kind": "text",
            "computed": False,
            "unit": "",
        }
