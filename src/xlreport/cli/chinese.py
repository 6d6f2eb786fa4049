"""typer in Chinese: help pages, usage errors, and what completion says.

typer's own words are English, and its help cuts Chinese (which has no spaces to wrap at). So the
help page is written here from typer's data, and an error is told anew from what it carries. This
module and `written` are those that use private names of typer, which is therefore pinned to a minor
version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher, get_close_matches
from typing import Any

import typer
from typer._click import Context, HelpFormatter
from typer._click.core import Parameter
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from xlreport import errors
from xlreport.cli.written import require_clear
from xlreport.text import columns_of, harmless

WIDEST = 100
"""Columns of a help page, where the terminal has as many."""

# --- help ---


class ChineseCommand(TyperCommand):
    """A command whose help and errors are Chinese."""

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """The option `--help`."""
        return _told(super().get_help_option(ctx))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Writes the help page."""
        formatter.write("\n".join(help_page(self, ctx, formatter.width)) + "\n")

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parses the command line. Raises BadParameter for arguments that nothing takes."""
        ctx.allow_extra_args = True
        if not ctx.resilient_parsing:
            require_clear(self.get_params(ctx), args, ctx)
        with _in_context(ctx):
            left = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            raise BadParameter(_too_many(left), ctx)
        return left


class ChineseGroup(TyperGroup):
    """All commands together; a mistyped one is answered with those that are near."""

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """The option `--help`."""
        return _told(super().get_help_option(ctx))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Writes the help page."""
        formatter.write("\n".join(help_page(self, ctx, formatter.width)) + "\n")

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parses what comes before the command. Raises BadParameter with the help where no command
        is named."""
        if not args and not ctx.resilient_parsing:
            raise BadParameter(ctx.get_help())
        with _in_context(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that is named. Raises BadParameter when there is none."""
        name, *rest = args
        command = self.get_command(ctx, name)
        if command is None and not ctx.resilient_parsing:
            suggestion = suggested(name, self.commands)
            raise BadParameter(f"没有命令“{harmless(name)}”{suggestion}", ctx)
        return name, command, rest

    def invoke(self, ctx: Context) -> Any:
        """Runs the command. An interruption ends it as an Abort, which typer would swallow."""
        if not ctx._protected_args:
            raise BadParameter("缺少命令。", ctx)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo(err=True)
            raise typer.Abort from None


def _told(option: TyperOption | None) -> TyperOption | None:
    """The option `--help`, explained; its default is a bool, for which pydantic is not loaded."""
    if option is not None:
        option.help = "显示帮助。"
        option.default = False
    return option


def help_page(command: TyperCommand | TyperGroup, ctx: Context, width: int) -> Iterator[str]:
    """The lines of a command's help: usage, what it does, arguments, options, commands."""
    parameters = command.get_params(ctx)
    arguments = [p for p in parameters if isinstance(p, TyperArgument)]
    options = [p for p in parameters if isinstance(p, TyperOption)]
    yield _usage(command, ctx, arguments)
    yield ""
    for line in (command.help or "").splitlines():
        yield from _paragraph(line, width)
    if arguments:
        rows = [(_shown_name(p), _explained(p)) for p in arguments]
        yield from _section("参数", rows, width)
    yield from _section("选项", [(_spelled(p), _explained(p)) for p in options], width)
    if isinstance(command, TyperGroup):
        rows = [(name, _in_short(command.commands[name].help)) for name in command.commands]
        yield from _section("命令", rows, width)


def _usage(
    command: TyperCommand | TyperGroup, ctx: Context, arguments: Sequence[TyperArgument]
) -> str:
    words = [ctx.command_path, "[选项]"]
    for argument in arguments:
        name = _shown_name(argument)
        words.append(name if argument.required else f"[{name}]")
    if isinstance(command, TyperGroup):
        words.append("命令 [参数]...")
    return f"用法：{' '.join(words)}"


def _shown_name(argument: TyperArgument) -> str:
    name = argument.metavar or argument.name
    if argument.nargs == 1:
        return name
    return f"{name}..."


def _spelled(option: TyperOption) -> str:
    """How an option is written: short name first, then what follows it."""
    names = ", ".join(sorted(option.opts, key=len))
    if option.is_flag:
        return names
    return f"{names} {option.metavar}"


def _explained(parameter: TyperArgument | TyperOption) -> str:
    """What a parameter means, whether it must be there, and what stands for it where it is not."""
    words = parameter.help or ""
    if isinstance(parameter, TyperOption) and parameter.required:
        return f"{words}（必填）"
    if parameter.type_descriptor.is_choice and parameter.default:
        return f"{words}（默认 {parameter.default}）"
    return words


def _in_short(help_text: str | None) -> str:
    """The first sentence of a help text."""
    first_line, *_ = (help_text or "").splitlines() or [""]
    return re.split("(?<=。)", first_line)[0]


def _paragraph(line: str, width: int) -> Iterator[str]:
    """A line of a help text: an indented one (an example) stays as it is."""
    if line.startswith(" "):
        yield f"  {line}"
        return
    for part in wrapped(line, width - 2) or [""]:
        yield f"  {part}".rstrip()


def _section(title: str, rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """A titled list in two columns."""
    listed = list(rows)
    column = max(columns_of(name) for name, _ in listed) + 4
    yield ""
    yield f"{title}："
    for name, explanation in listed:
        first, *others = wrapped(explanation, width - column) or [""]
        padding = " " * (column - 2 - columns_of(name))
        yield f"  {name}{padding}{first}".rstrip()
        for other in others:
            yield " " * column + other


# --- Chinese on a terminal ---

_PIECE = re.compile(r"[!-~]+|.", re.DOTALL)
"""What is not parted: a word of Latin letters, or one character."""
_NOT_FIRST = frozenset("，。；：、！？）”》…—")
_NOT_LAST = frozenset("（“《")


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` columns. Nothing is cut; a line begins with no closing
    mark and ends with no opening one."""
    lines = [""]
    for piece in _unparted(text):
        if lines[-1] and columns_of(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines if line.strip()]


def _unparted(text: str) -> Iterator[str]:
    """Pieces of a text with the marks that belong to them."""
    held = ""
    for piece in _PIECE.findall(text):
        if held and piece not in _NOT_FIRST and held[-1] not in _NOT_LAST:
            yield held
            held = ""
        held += piece
    yield held


# --- errors ---

_LIKENESS = 0.65
"""From 0 to 1, as difflib counts it."""
_CLEARLY_LESS = 0.15
"""By how much less alike than the best a name is not meant."""
_TOO_SHORT = 2
"""Characters that any name may begin with."""

_DASHES = ("—", "–", "－", "―")


def explain(error: typer.TyperException) -> str:
    """A usage error in a Chinese sentence, with the way to the help."""
    sentence = _sentence(error)
    if isinstance(error, UsageError) and error.ctx is not None:
        return f"{sentence}\n用法请看：{error.ctx.command_path} --help"
    return sentence


def _sentence(error: typer.TyperException) -> str:
    match error:
        case NoSuchOption():
            near = suggested(error.option_name, _option_names(error.ctx))
            return f"没有选项“{harmless(error.option_name)}”{near}"
        case BadOptionUsage():
            return _misused_option(error)
        case MissingParameter(param=TyperArgument() | TyperOption() as parameter):
            return f"缺少{named(parameter)}。{parameter.help or ''}"
        case BadParameter(param=TyperArgument() | TyperOption() as parameter):
            return _bad_value(error, parameter)
    return error.message


@contextmanager
def _in_context(ctx: Context) -> Iterator[None]:
    """Tells an error of typer's parser to which command it belongs; it leaves that out of some."""
    try:
        yield
    except UsageError as error:
        error.ctx = error.ctx or ctx
        raise


def _too_many(words: Sequence[str]) -> str:
    """Arguments that nothing takes; an option behind a dash that a word processor made is one."""
    listed = "、".join(f"“{harmless(word)}”" for word in words)
    if any(word.startswith(_DASHES) for word in words):
        return f"多余的参数：{listed}。选项前面要写两个半角的减号（--），不是破折号。"
    return f"多余的参数：{listed}。"


def suggested(typed: str, names: Iterable[str]) -> str:
    """The end of a sentence about a name that is none: what may have been meant."""
    near = _near(typed, sorted(names), 2)
    if near:
        return f"，是不是 {' 或 '.join(near)}？"
    return "。"


def _near(typed: str, names: Sequence[str], most: int) -> list[str]:
    """The names that may have been meant: those that begin so, else those that look alike."""
    lower = {name.lower(): name for name in names}
    beginning = [
        name for name in lower if len(typed) > _TOO_SHORT and name.startswith(typed.lower())
    ]
    alike = beginning or _alike(typed.lower(), list(lower), most)
    return [lower[name] for name in alike[:most]]


def _alike(typed: str, names: list[str], most: int) -> list[str]:
    """The names that look most like what was typed, and no other that is clearly less like it."""
    near = get_close_matches(typed, names, n=most, cutoff=_LIKENESS)
    likeness = [SequenceMatcher(None, typed, name).ratio() for name in near]
    pairs = zip(near, likeness, strict=True)
    return [name for name, like in pairs if like > likeness[0] - _CLEARLY_LESS]


def named(parameter: TyperArgument | TyperOption) -> str:
    """How an error names a parameter."""
    if isinstance(parameter, TyperOption):
        return f"选项“{parameter.opts[0]}”"
    return f"“{_shown_name(parameter)}”"


def _options(ctx: Context | None) -> list[Parameter]:
    if ctx is None:
        return []
    return ctx.command.get_params(ctx)


def _option_names(ctx: Context | None) -> list[str]:
    return [name for option in _options(ctx) for name in option.opts if name.startswith("-")]


def _misused_option(error: BadOptionUsage) -> str:
    """An option without the value that it needs, or a flag with one."""
    name = error.option_name
    option = next((o for o in _options(error.ctx) if name in o.opts), None)
    if not isinstance(option, TyperOption) or option.is_flag:
        return f"选项“{name}”后面不能写值，请去掉“=”和它后面的部分。"
    return f"选项“{name}”后面要写{option.metavar}。{option.help or ''}"


_UNREADABLE = re.compile(r"'(.*)' is not readable", re.DOTALL)
"""What typer says of a path that it may not read."""


def _bad_value(error: BadParameter, parameter: TyperArgument | TyperOption) -> str:
    """The value that was given, and what is expected in its place."""
    unreadable = _UNREADABLE.search(error.message)
    if unreadable is not None:
        return f"“{harmless(unreadable[1])}”打不开，请检查权限。"
    value, reason = _refusal(error)
    expected = _expected(parameter) or reason or "请改正"
    if parameter.type_descriptor.is_choice:
        choices = map(str, parameter.type_descriptor.choices or ())
        near = _near(value, list(choices), 1)
        expected += "".join(f"，是不是 {choice}？" for choice in near)
    ending = "" if expected.endswith("？") else "。"
    return f"{named(parameter)}的值“{harmless(value)}”不对，{expected}{ending}"


def _refusal(error: BadParameter) -> tuple[str, str]:
    """The value that pydantic refused, and the reason that our own parser gave, if it did."""
    from pydantic import ValidationError

    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return error.message, ""
    refused = cause.errors()[0]
    reason = refused.get("ctx", {}).get("error", "")
    if isinstance(reason, UnicodeError):
        reason = "系统的文字编码里没有其中的字，请设环境变量 PYTHONUTF8=1 后再运行"
    return str(refused["input"]), str(reason)


def _expected(parameter: TyperArgument | TyperOption) -> str:
    """The form that a value must have, where its type says it."""
    kind = parameter.type_descriptor
    if kind.choices is not None:
        return f"只能是 {'、'.join(map(str, kind.choices))}"
    if kind.is_ranged:
        return f"应当是从 {parameter.min} 到 {parameter.max} 的整数"
    if kind.annotation in (int, list[int]) and kind.parameter_info.parser is None:
        return "应当是整数"
    return ""


# --- completion ---

_POWERSHELL = ("powershell", "pwsh")


def answer_shells() -> None:
    """Lets shells ask for completions; typer knows them only where it adds its own options."""
    from typer._completion_classes import completion_init

    completion_init()


def show_completion(program: str) -> None:
    """Prints the script that completes `program` in the shell that runs it. Raises UsageError."""
    from typer._completion_shared import get_completion_script

    shell = _shell()
    variable = _variable(program)
    typer.echo(get_completion_script(prog_name=program, complete_var=variable, shell=shell))


def install_completion(program: str) -> None:
    """Installs completion of `program` for the shell that runs it. Raises UsageError, also for
    PowerShell, where typer would lift the execution policy of the user's whole account."""
    from typer._completion_shared import install

    shell = _shell()
    if shell in _POWERSHELL:
        raise errors.UsageError(
            "PowerShell 的补全请自己安装：运行 xlreport --show-completion，"
            "把显示的脚本加到 $PROFILE 指明的文件里。"
        )
    _, path = install(shell=shell, prog_name=program, complete_var=_variable(program))
    typer.echo(f"已为 {shell} 安装补全：“{path}”。重新打开命令行窗口后，按 Tab 键补全。")


def _variable(program: str) -> str:
    """The environment variable by which a shell asks for completions."""
    return f"_{program.upper()}_COMPLETE"


def _shell() -> str:
    """The shell that runs the program. Raises UsageError for one that typer knows no script for."""
    from typer._completion_shared import Shells, _get_shell_name

    name = _get_shell_name() or ""
    if name in list(Shells):
        return name
    raise errors.UsageError(
        "认不出现在用的命令行，或者它没有补全。可以在 bash、zsh、fish 或 PowerShell 里运行。"
    )
