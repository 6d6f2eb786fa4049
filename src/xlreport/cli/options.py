"""What the commands share: options, and turning what goes wrong into one Chinese sentence."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlreport.form.catalog import FormCatalog
    from xlreport.form.model import Form
    from xlreport.merging.prior_year import PriorYear
    from xlreport.merging.request import ReadOptions
    from xlreport.merging.roster import Roster

USAGE = 2


def opening_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that opens files people sent."""
    for option in (
        click.option(
            "--limit",
            "limits",
            multiple=True,
            metavar="名称=数值",
            help="放宽或收紧读取的限制，可重复。名称： "
            "file archive parts part total ratio ratio_from cells depth seconds memory",
        ),
        click.option(
            "--open-passwords",
            type=click.Path(path_type=Path),
            metavar="文件",
            help="存放打开密码的文本文件，一行一个。",
        ),
        click.option(
            "--open-password",
            "passwords",
            multiple=True,
            metavar="密码",
            help="加密工作簿的打开密码，可重复。",
        ),
    ):
        command = option(command)
    return command


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that reads files of whatever form."""
    form = click.option(
        "--form",
        "form_files",
        multiple=True,
        metavar="定义文件",
        help="另外的报表定义（.yaml），可重复。",
    )
    return opening_options(form(command))


def previous_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--previous`, for every command that compares with last year."""
    return click.option(
        "--previous",
        type=click.Path(path_type=Path),
        metavar="文件",
        help="上年的汇总表，或存放上年各单位报表的文件夹，用来与上年比较。",
    )(command)


def last_year(
    path: Path | None,
    year: int | None,
    roster: Roster | None,
    reading: ReadOptions,
    forms: FormCatalog,
) -> PriorYear | None:
    """What `--previous` names, read; None without it."""
    from xlreport.api import read_prior_year
    from xlreport.text import harmless

    if path is None:
        return None
    prior_year: PriorYear = finished(
        lambda: read_prior_year(path, year, roster=roster, forms=forms, reading=reading)
    )
    for said in prior_year.unused:
        click.echo(f"上年的报表里有一个文件没有使用：{harmless(said)}", err=True)
    return prior_year


def options_of(
    limits: tuple[str, ...], passwords: tuple[str, ...], file: Path | None
) -> ReadOptions:
    """The reading options as given; a wrong one is a Failure."""
    from dataclasses import fields as fields_of
    from dataclasses import replace

    from xlreport.formats.guard import DEFAULT_LIMITS
    from xlreport.merging.request import ReadOptions

    changed: dict[str, Any] = {}
    known = {f.name: type(getattr(DEFAULT_LIMITS, f.name)) for f in fields_of(DEFAULT_LIMITS)}
    for text in limits:
        name, _, number = text.partition("=")
        if name not in known or re.fullmatch(r"0*[1-9][0-9]{0,14}", number) is None:
            raise Failure(
                f"--limit 的“{text}”不对，要写成 名称=正整数；名称只能是：{'、'.join(known)}。"
            )
        changed[name] = known[name](number)
    if file is not None:
        try:
            passwords += tuple(line for line in file.read_text("utf-8-sig").splitlines() if line)
        except (OSError, UnicodeDecodeError):
            raise Failure(f"密码文件“{file}”打不开，或者不是 UTF-8 文本。") from None
    return ReadOptions(limits=replace(DEFAULT_LIMITS, **changed), passwords=passwords)


def given(ctx: click.Context, name: str, value: Any) -> Any:
    """A value that must be there: from the command line, or from the campaign that the command runs in."""
    if value in (None, ()):
        param = next(p for p in ctx.command.params if p.name == name)
        raise click.MissingParameter(ctx=ctx, param=param)
    return value


def own_files(form_files: Sequence[str], *files: Path | None) -> list[Path]:
    """What the user gave beside the reports: none of it is a report, wherever it lies."""
    return [*(Path(name) for name in form_files), *(file for file in files if file is not None)]


def finished(work: Callable[[], Any]) -> Any:
    """Runs a command's work; what it raises becomes one Chinese sentence."""
    from xlreport.errors import XlreportError

    try:
        return work()
    except XlreportError as error:
        raise Failure(error.message) from None
    except OSError as error:
        raise not_written(error) from None


class Failure(click.ClickException):
    """A refusal in one Chinese sentence; exit code 2."""

    exit_code = USAGE


def form_named(name: str) -> Form:
    """A shipped form or a definition file; what is wrong with it is a Failure."""
    from xlreport.errors import UnknownForm
    from xlreport.form.catalog import get_form
    from xlreport.form.yaml_source import FormError

    try:
        return get_form(name)
    except UnknownForm as error:
        raise Failure(str(error)) from None
    except FormError as error:
        raise Failure(f"报表定义有 {len(error.problems)} 处错误：\n{error}") from None
    except OSError:
        raise Failure(f"报表定义“{name}”打不开，请检查路径和权限。") from None


def roster_at(path: Path | None) -> Roster | None:
    """The roster, if one is given; what is wrong with it is a Failure."""
    from xlreport.errors import RosterError
    from xlreport.merging.roster import read_roster

    if path is None:
        return None
    try:
        return read_roster(path)
    except RosterError as error:
        raise Failure(str(error)) from None
    except OSError:
        raise Failure(f"名册“{path}”打不开，请检查路径，并关闭正在使用它的程序。") from None


def not_written(error: OSError) -> Failure:
    """What to do about an output that cannot be written."""
    from xlreport.atomic import why_not_written

    return Failure(f"{why_not_written(error)}原有文件没有改动。")


def show(lines: Iterator[str], result: Any, as_json: bool) -> None:
    """The report for people on stdout; with `--json` on stderr, and one document on stdout."""
    for line in lines:
        click.echo(line, err=as_json)
    if as_json:
        print_json(result.as_dict())


def print_json(document: Any) -> None:
    """Exactly one document on stdout; names that are no valid Unicode are escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(document, ensure_ascii=True, indent=2)
    click.echo(text)
