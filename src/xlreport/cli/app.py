"""The command line: typer's app, its commands, and the one place where errors become a sentence."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer

from xlreport.cli import campaign, chinese, reports
from xlreport.cli.options import spread
from xlreport.errors import XlreportError

if TYPE_CHECKING:
    from typer.core import TyperGroup

NAME = "xlreport"
INTERRUPTED = 130
"""The exit code of a command that was interrupted, as shells have it: 128 + SIGINT."""

COMMANDS = (
    reports.forms,
    reports.fields,
    reports.template,
    reports.check,
    reports.merge,
    reports.repair,
    reports.diff,
    reports.lint,
    campaign.init,
    campaign.send,
    campaign.collect,
    campaign.status,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    given = None if arguments is None else list(arguments)
    try:
        result = program().main(given, NAME, standalone_mode=False)
    except typer.Abort:
        typer.echo("已中断，没有写出新的文件。", err=True)
        return INTERRUPTED
    except typer.TyperException as error:
        typer.echo(chinese.explain(error), err=True)
        return XlreportError.exit_code
    except XlreportError as error:
        typer.echo(error.message, err=True)
        return error.exit_code
    except OSError as error:
        from xlreport.atomic import why_not_written

        typer.echo(f"{why_not_written(error)}原有文件没有改动。", err=True)
        return XlreportError.exit_code
    return result if isinstance(result, int) else 0


def entry_point() -> None:
    """The console script."""
    sys.exit(main())


@cache
def program() -> TyperGroup:
    """All commands, built once."""
    from typer.main import get_group

    chinese.answer_shells()
    app = typer.Typer(
        cls=chinese.ChineseGroup,
        context_settings={
            "help_option_names": ["-h", "--help"],
            "max_content_width": chinese.WIDEST,
        },
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(xlreport)
    for function in COMMANDS:
        app.command(cls=chinese.ChineseCommand)(spread(function))
    return get_group(app)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version(NAME))
        raise typer.Exit


def _install_completion(wanted: bool) -> None:
    if wanted:
        chinese.install_completion(NAME)
        raise typer.Exit


def _show_completion(wanted: bool) -> None:
    if wanted:
        chinese.show_completion(NAME)
        raise typer.Exit


def xlreport(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="显示版本号。")
    ] = False,
    install: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            is_eager=True,
            callback=_install_completion,
            help="在现在用的命令行里安装补全：按 Tab 键补全命令和选项。",
        ),
    ] = False,
    show: Annotated[
        bool,
        typer.Option(
            "--show-completion",
            is_eager=True,
            callback=_show_completion,
            help="显示补全脚本，自己加到命令行的设置里。",
        ),
    ] = False,
) -> None:
    """从一份报表定义生成填报工作簿，读取、审核、汇总各单位报来的报表。

    每年三步：
      xlreport template zfxxgk-2021 --year 2025 --roster 名册.csv --out 模板
      xlreport check 某镇.xlsx
      xlreport merge 收到的报表/ --roster 名册.csv

    用邮件收发（先用 init 建立工作文件夹，再在里面运行）：
      xlreport init 2025年报 --form zfxxgk-2021 --year 2025 --county 某某县
      xlreport send templates
      xlreport collect
      xlreport status
      xlreport merge

    退出码：0 全部通过；1 有错误或有单位未报（结果照样写出）；2 命令用法有误；3 没有可用的报表。
    """


if __name__ == "__main__":
    entry_point()
