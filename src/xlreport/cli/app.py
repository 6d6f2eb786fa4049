"""The command line: typer's app, its commands, and the one place where errors become a sentence."""

from __future__ import annotations

import errno
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlreport.cli import (
    archiving,
    campaign,
    chinese,
    data,
    decisions,
    desk,
    publishing,
    reports,
    window,
)
from xlreport.cli.ending import SHELLS, Ended, ended_by_signals
from xlreport.cli.options import spread
from xlreport.cli.progress import allowed
from xlreport.errors import UsageError, XlreportError
from xlreport.merging import MODULES
from xlreport.tally import WRITTEN
from xlreport.text import harmless

if TYPE_CHECKING:
    from typer.core import TyperGroup

NAME = "xlreport"
INTERRUPTED = SHELLS + signal.SIGINT
"""The exit code of a command that was interrupted, as shells have it."""


Command = Callable[..., int]

COMMANDS: tuple[Command, ...] = (
    reports.forms,
    reports.fields,
    reports.template,
    reports.check,
    reports.merge,
    publishing.report,
    reports.repair,
    reports.import_,
    reports.diff,
    data.show,
    data.export,
    reports.lint,
    desk.desk,
    campaign.init,
    campaign.send,
    campaign.collect,
    campaign.status,
    decisions.decide,
    archiving.archive,
)


_READING = frozenset({"merge", "check", "import"})
"""The commands that read many files, and at once."""

_HELP = frozenset({"--help", "-h"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    _prepare_to_say()
    given = list(sys.argv[1:] if arguments is None else arguments)
    refuse = _end_with_document if _wants_document(given) else _end
    before = WRITTEN.files
    try:
        with (
            ended_by_signals(),
            _worker_ahead(given),
            allowed(wanted=not _wants_document(given)),
        ):
            _require_folder()
            result = program_for(given).main(given, NAME, standalone_mode=False)
    except typer.Abort:
        return _end(INTERRUPTED, _interrupted(before))
    except Ended as ended:
        return _end(ended.exit_code, _interrupted(before))
    except typer.TyperException as error:
        return refuse(XlreportError.exit_code, chinese.explain(error))
    except XlreportError as error:
        return refuse(error.exit_code, error.message)
    except UnicodeEncodeError as error:
        return refuse(XlreportError.exit_code, _not_encoded(error))
    except OSError as error:
        if _is_unsaid(error):
            return _end(XlreportError.exit_code, f"结果没有显示完：{_why_not_said(error)}")
        from xlreport.telling.lines import failure

        return refuse(XlreportError.exit_code, failure(error))
    return result if isinstance(result, int) else 0


def _prepare_to_say() -> None:
    """What cannot be written is escaped; without a console windows say what must be said."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if not window.has_console():
        sys.excepthook = window.show_unforeseen


@contextmanager
def _worker_ahead(given: Sequence[str]) -> Iterator[None]:
    """For a command that reads files a worker starts before this process loads what it needs
    itself: both take as long."""
    is_reading = bool(given) and given[0] in _READING
    if not is_reading or _HELP.intersection(given):
        yield
        return
    from xlreport.workers import end_ahead, start_ahead

    start_ahead(MODULES)
    try:
        yield
    finally:
        end_ahead()


def _interrupted(before: int) -> str:
    """What was done when a command was interrupted; `before` it so many files had been written."""
    written = WRITTEN.files - before
    if written:
        return f"已中断；已写好 {written} 个文件，都是完整的，没有写到一半的。"
    return "已中断；没有写到一半的文件。"


def _end(code: int, message: str) -> int:
    """Says why a command ends; a terminal that is gone or full does not change its code. A name in
    the sentence may come from outside and must not reach the terminal as it is."""
    lines = [harmless(line) for line in message.split("\n")]
    if not window.has_console():
        window.show("\n".join(lines))
    with suppress(OSError):
        typer.echo("\n".join(lines), err=True)
    return code


def _wants_document(arguments: Sequence[str]) -> bool:
    """Whether `--json` is among the options."""
    options = takewhile(lambda word: word != "--", arguments)
    return "--json" in options


def _end_with_document(code: int, message: str) -> int:
    """Also gives the one document that `--json` promises."""
    from xlreport.cli.shown import print_json

    with suppress(OSError):
        print_json({"error": message})
    return _end(code, message)


def _require_folder() -> None:
    """Raises UsageError when somebody has removed the folder in which the command runs."""
    try:
        Path.cwd()
    except FileNotFoundError:
        raise UsageError(
            "当前文件夹已经不在了（被删除或移走），请先进入一个在的文件夹再运行。"
        ) from None


def _not_encoded(error: UnicodeEncodeError) -> str:
    """A name that the system's encoding lacks, on systems that do not speak UTF-8."""
    from xlreport.text import harmless

    name = harmless(error.object)
    return (
        f"系统的文字编码（{error.encoding}）里没有“{name}”的字，写不成："
        "请设环境变量 PYTHONUTF8=1 后再运行。"
    )


def _why_not_said(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "保存它的磁盘满了，请腾出空间后重新运行。"
    return "输出的地方写不进去，请检查后重新运行。"


def _is_unsaid(error: OSError) -> bool:
    """Whether it was met while something was said, and not while a file was written."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return any(frame.f_code is typer.echo.__code__ for frame in frames)


_SETTINGS: dict[str, Any] = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": chinese.WIDEST,
}
"""Of the whole program and of each command, which may be looked at by itself."""


def name_of(function: Command) -> str:
    """What a command is called; that of Python's own word `import` ends in an underscore."""
    return function.__name__.rstrip("_")


def program() -> TyperGroup:
    """All commands, built once."""
    return _built(COMMANDS)


def program_for(given: Sequence[str]) -> TyperGroup:
    """As much of the program as a command line needs: to build all commands takes longer than some
    of them. The one that is named; for the page of the program itself only their names."""
    first = given[0] if given else ""
    named = tuple(function for function in COMMANDS if name_of(function) == first)
    if named:
        return _built(named)
    if list(given) == ["--help"]:
        return _built(_only_listed())
    return program()


@cache
def _only_listed() -> tuple[Command, ...]:
    """Commands of the same names and explanations that take nothing."""
    return tuple(map(_without_parameters, COMMANDS))


def _without_parameters(function: Command) -> Command:
    def command() -> int:
        return 0

    command.__name__ = function.__name__
    command.__doc__ = function.__doc__
    return command


@cache
def _built(commands: tuple[Command, ...]) -> TyperGroup:
    from typer.main import get_group

    chinese.answer_shells()
    app = typer.Typer(
        cls=chinese.ChineseGroup,
        context_settings=_SETTINGS,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(xlreport)
    for function in commands:
        name = name_of(function)
        added = app.command(name, cls=chinese.ChineseCommand, context_settings=_SETTINGS)
        added(spread(function))
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

    不想写命令的，在浏览器里做同样的事：
      xlreport desk

    用邮件收发（先用 init 建立工作文件夹，再在里面运行）：
      xlreport init 2025年报 --form zfxxgk-2021 --year 2025 --county 某某县
      xlreport send templates
      xlreport collect
      xlreport status
      xlreport merge

    退出码：0 全部通过；1 有错误、有单位未报，或有要由人处理的（结果照样写出）；
    2 没有进行：命令用法有误，设置、名册、定义或邮箱不能用，文件打不开或写不了；
    3 没有可用的报表；130 被人中断（被系统结束的是 128 加信号编号）。
    """
