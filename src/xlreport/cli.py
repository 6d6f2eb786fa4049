"""The command line: one thin function a command; everything that users read is Chinese."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlreport.cli_chinese import ChineseCommand, ChineseGroup, explain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlreport.form.model import Form
    from xlreport.merging.roster import Roster
    from xlreport.pipeline import Options

USAGE = 2


def _reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that reads files people sent."""
    for option in (
        click.option(
            "--limit",
            "limits",
            multiple=True,
            metavar="名称=数值",
            help="放宽或收紧读取的限制，可重复：file、archive、parts、part、total、ratio、cells、depth、seconds、memory。",
        ),
        click.option(
            "--open-passwords",
            type=click.Path(path_type=Path),
            metavar="文件",
            help="存放打开密码的文本文件，一行一个。",
        ),
        click.option(
            "--open-password", "passwords", multiple=True, metavar="密码", help="加密工作簿的打开密码，可重复。"
        ),
        click.option(
            "--form", "form_files", multiple=True, metavar="定义文件", help="另外的报表定义（.yaml），可重复。"
        ),
    ):
        command = option(command)
    return command


def _options(limits: tuple[str, ...], passwords: tuple[str, ...], file: Path | None) -> Options:
    from dataclasses import fields as fields_of
    from dataclasses import replace

    from xlreport.pipeline import Options
    from xlreport.workbook.guard import DEFAULT_LIMITS

    changed: dict[str, Any] = {}
    known = {f.name: type(getattr(DEFAULT_LIMITS, f.name)) for f in fields_of(DEFAULT_LIMITS)}
    for text in limits:
        name, _, number = text.partition("=")
        if name not in known or not (number.isascii() and number.isdigit() and 0 < int(number) < 10**15):
            raise Failure(f"--limit 的“{text}”不对，要写成 名称=正整数；名称只能是：{'、'.join(known)}。")
        changed[name] = known[name](number)
    if file is not None:
        try:
            passwords += tuple(line for line in file.read_text("utf-8-sig").splitlines() if line)
        except (OSError, UnicodeDecodeError):
            raise Failure(f"密码文件“{file}”打不开，或者不是 UTF-8 文本。") from None
    return Options(limits=replace(DEFAULT_LIMITS, **changed), passwords=passwords)


def _finished(work: Callable[[], Any]) -> Any:
    """Runs a command's work; what it raises becomes one Chinese sentence."""
    from xlreport.locking import Busy
    from xlreport.pipeline import UsageError

    try:
        return work()
    except (UsageError, Busy) as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise _not_written(error) from None


class Failure(click.ClickException):
    """A refusal in one Chinese sentence; exit code 2."""

    exit_code = USAGE


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = cli.main(list(arguments) if arguments is not None else None, "xlreport", standalone_mode=False)
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
@click.version_option(None, "--version", package_name="xlreport", message="%(version)s", help="显示版本号。")
def cli() -> None:
    """从一份报表定义生成填报工作簿，读取、审核、汇总各单位报来的报表。

    \b
    每年三步：
      xlreport template zfxxgk-2021 --year 2025 --roster 名册.csv --out 模板
      xlreport check 某镇.xlsx
      xlreport merge 收到的报表/ --roster 名册.csv

    退出码：0 全部通过；1 有错误或有单位未报（结果照样写出）；2 命令用法有误；3 没有可用的报表。
    """


@cli.command(cls=ChineseCommand)
def forms() -> None:
    """列出可用的报表。"""
    from xlreport.form.library import get_form, shipped

    for name in shipped():
        form = get_form(name)
        years = f"{form.first_year} 年度起" if form.last_year is None else f"{form.first_year}–{form.last_year} 年度"
        click.echo(f"{form.id}　{form.title}　（{years}，第 {form.version} 版）")


@cli.command(cls=ChineseCommand)
@click.argument("form", metavar="报表")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def fields(form: str, as_json: bool) -> None:
    """列出一种报表的全部数字和文字，以及各在哪一格。报表可以是名称，也可以是定义文件。"""
    from xlreport.workbook.layout import layout_of

    definition = _form(form)
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
        row = {"id": text.field_id, "table": "text", "label": text.label, "sheet": place.sheet, "cell": place.cell}
        rows.append({**row, "kind": "text", "computed": False, "unit": ""})
    if as_json:
        _json(rows)
        return
    for row in rows:
        computed = "（自动计算）" if row["computed"] else ""
        click.echo(f"{row['sheet']} {row['cell']}　{row['id']}　{row['label']}{computed}")


@cli.command(cls=ChineseCommand)
@click.argument("form", metavar="报表")
@click.option("--year", type=click.IntRange(1949, 9999), required=True, metavar="年度", help="报告年度，例如 2025。")
@click.option(
    "--roster", type=click.Path(path_type=Path), metavar="文件", help="名册（CSV 或 xlsx），每个单位一份模板。"
)
@click.option("--county", default="", metavar="名称", help="汇总单位名称；默认用名册里的“汇总单位”。")
@click.option("--password", default="", metavar="密码", help="工作表保护密码，只防误改，不是保密手段。")
@click.option("--out", type=click.Path(path_type=Path), default=Path(), metavar="文件夹", help="写到哪里。")
def template(form: str, year: int, roster: Path | None, county: str, password: str, out: Path) -> None:
    """生成锁定的填报工作簿：有名册时每个单位一份，没有名册时一份空白的。"""
    from xlreport.pipeline import write_templates
    from xlreport.submission import Unit

    definition = _form(form)
    listed = _roster(roster)
    written = _finished(
        lambda: write_templates(definition, year, roster=listed, county=Unit(county), out=out, password=password)
    )
    for path in written:
        click.echo(str(path))
    click.echo(f"已生成 {len(written)} 份模板，在“{out}”。", err=True)
    if password:
        click.echo("提示：保护密码只防误改，不是保密手段。", err=True)


@cli.command(cls=ChineseCommand)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="文件...")
@_reading
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
def check(
    paths: tuple[Path, ...],
    form_files: tuple[str, ...],
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    as_json: bool,
) -> int:
    """读取并审核报表，逐格说明哪里错、怎样改。可以给文件、压缩包，也可以给文件夹。"""
    from xlreport.console import check_report
    from xlreport.pipeline import check_paths

    options = _options(limits, passwords, open_passwords)
    result = _finished(lambda: check_paths(paths, forms=[_form(f) for f in form_files], options=options))
    _show(check_report(result), result, as_json)
    return int(result.exit_code)


@cli.command(cls=ChineseCommand)
@click.argument("folder", type=click.Path(path_type=Path), metavar="文件夹")
@click.option("--roster", type=click.Path(path_type=Path), metavar="文件", help="名册；有名册才知道谁未报。")
@click.option("--out", type=click.Path(path_type=Path), metavar="文件夹", help="汇总表写到哪里；默认在文件夹旁边。")
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
    "--repair", type=click.Path(path_type=Path), metavar="文件夹", help="把需要修复的报表搬到新模板，写到这里。"
)
@click.option("--year", type=click.IntRange(1949, 9999), metavar="年度", help="只汇总这一年度；默认按多数报表。")
@click.option("--county", default="", metavar="名称", help="汇总单位名称；默认用名册或报表里的。")
@_reading
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
def merge(
    folder: Path,
    roster: Path | None,
    out: Path | None,
    with_errors: bool,
    accept_unlisted: bool,
    on_conflict: str,
    repair: Path | None,
    year: int | None,
    county: str,
    form_files: tuple[str, ...],
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    as_json: bool,
) -> int:
    """汇总文件夹（含子文件夹和压缩包）里的全部报表，写出汇总表；每个文件都有交代。"""
    from xlreport.console import merge_report
    from xlreport.pipeline import merge_folder
    from xlreport.submission import Unit

    listed = _roster(roster)
    options = _options(limits, passwords, open_passwords)
    result = _finished(
        lambda: merge_folder(
            folder,
            roster=listed,
            out=out,
            with_errors=with_errors,
            accept_unlisted=accept_unlisted,
            newest=on_conflict == "newest",
            repair=repair,
            year=year,
            county=Unit(county),
            forms=[_form(f) for f in form_files],
            inputs=[path for path in (roster, open_passwords) if path],
            options=options,
        )
    )
    _show(merge_report(result), result, as_json)
    return int(result.exit_code)


@cli.command(cls=ChineseCommand)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="文件...")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="文件夹", help="新工作簿写到哪里。")
@_reading
@click.option("--json", "as_json", is_flag=True, help="只输出一份 JSON。")
def repair(
    paths: tuple[Path, ...],
    out: Path,
    form_files: tuple[str, ...],
    passwords: tuple[str, ...],
    open_passwords: Path | None,
    limits: tuple[str, ...],
    as_json: bool,
) -> int:
    """把填好的内容搬到现行模板的新工作簿，列出搬了什么；原文件不动，数字逐一核对不变。"""
    from xlreport.console import repair_report
    from xlreport.pipeline import repair_files

    options = _options(limits, passwords, open_passwords)
    result = _finished(lambda: repair_files(paths, out, forms=[_form(f) for f in form_files], options=options))
    _show(repair_report(result), result, as_json)
    return int(result.exit_code)


@cli.command(cls=ChineseCommand)
@click.argument("first", type=click.Path(path_type=Path), metavar="甲文件")
@click.argument("second", type=click.Path(path_type=Path), metavar="乙文件")
@_reading
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
    from xlreport.console import diff_report
    from xlreport.pipeline import diff_files

    options = _options(limits, passwords, open_passwords)
    found = _finished(lambda: diff_files(first, second, forms=[_form(f) for f in form_files], options=options))
    for line in diff_report(found):
        click.echo(line, err=as_json)
    if as_json:
        document = {"first": first.as_posix(), "second": second.as_posix()}
        _json({**document, "differences": [d.as_dict() for d in found]})
    return 1 if found else 0


def _show(lines: Iterator[str], result: Any, as_json: bool) -> None:
    """The report for people on stdout; with `--json` on stderr, and one document on stdout."""
    for line in lines:
        click.echo(line, err=as_json)
    if as_json:
        _json(result.as_dict())


def _form(name: str) -> Form:
    from xlreport.form.library import UnknownForm, get_form
    from xlreport.form.problems import FormError

    try:
        return get_form(name)
    except UnknownForm as error:
        raise Failure(str(error)) from None
    except FormError as error:
        raise Failure(f"报表定义有 {len(error.problems)} 处错误：\n{error}") from None
    except OSError:
        raise Failure(f"报表定义“{name}”打不开，请检查路径和权限。") from None


def _roster(path: Path | None) -> Roster | None:
    from xlreport.merging.roster import RosterError, read_roster

    if path is None:
        return None
    try:
        return read_roster(path)
    except RosterError as error:
        raise Failure(str(error)) from None
    except OSError:
        raise Failure(f"名册“{path}”打不开，请检查路径，并关闭正在使用它的程序。") from None


def _not_written(error: OSError) -> Failure:
    name = error.filename2 or error.filename or "输出文件"
    return Failure(f"写不了“{name}”：请关闭正打开它的 WPS 或 Excel，检查磁盘空间和写入权限；原有文件没有改动。")


def _json(document: Any) -> None:
    """Exactly one document on stdout; names that are no valid Unicode are escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(document, ensure_ascii=True, indent=2)
    click.echo(text)


if __name__ == "__main__":
    entry_point()
