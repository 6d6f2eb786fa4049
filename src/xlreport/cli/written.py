"""A command line as it was written, looked through before typer reads it: what typer would take
otherwise than it was meant is told.

An option that lacks its value takes the next one for it; of an option that is given twice the last
counts in silence; an empty path means the current folder; `-roster` is the option `-r`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from typer._click import Context
from typer._click.core import Parameter
from typer._click.exceptions import BadParameter
from typer.core import TyperArgument, TyperOption

from xlreport.text import harmless

_HELP = frozenset({"-h", "--help"})
_END_OF_OPTIONS = "--"
_SECRET = "密码"
"""What follows options whose values are never repeated."""


@dataclass(frozen=True)
class _Written:
    """A part of a command line: an option with its value, or (without one) an argument. `apart`
    tells that a blank stands between an option and its value."""

    value: str
    option: TyperOption | None = None
    apart: bool = False

    @property
    def is_help(self) -> bool:
        """Whether help is asked for: then nothing else matters."""
        return self.option is not None and not _HELP.isdisjoint(self.option.opts)


def require_clear(parameters: Sequence[Parameter], args: Sequence[str], ctx: Context) -> None:
    """Raises BadParameter for what may not be meant as it is written."""
    options = {name: p for p in parameters if isinstance(p, TyperOption) for name in p.opts}
    has_arguments = any(isinstance(p, TyperArgument) for p in parameters)
    given: dict[str, int] = {}
    parts = list(_parts(args, options))
    if any(part.is_help for part in parts):
        return
    for part in parts:
        objection = _objection(part, options, has_arguments=has_arguments)
        if objection:
            raise BadParameter(objection, ctx)
        if part.option is not None and not part.option.multiple and not part.option.is_flag:
            name = part.option.opts[0]
            given[name] = given.get(name, 0) + 1
    for name, count in given.items():
        if count > 1:
            raise BadParameter(f"选项“{name}”写了 {count} 次，只能写一次。", ctx)


def _parts(args: Sequence[str], options: Mapping[str, TyperOption]) -> Iterator[_Written]:
    """The parts of a command line."""
    rest = iter(args)
    for word in rest:
        if word == _END_OF_OPTIONS:
            yield from map(_Written, rest)
            return
        name, equals, value = word.partition("=")
        option = options.get(name)
        if option is None:
            yield _Written(word)
        elif equals or option.is_flag:
            yield _Written(value, option)
        else:
            following = next(rest, None)
            if following is not None:
                yield _Written(following, option, apart=True)


def _objection(part: _Written, options: Mapping[str, TyperOption], *, has_arguments: bool) -> str:
    """Why a part may not be meant as it is written; empty where it is clear."""
    if part.option is not None:
        return _objection_to_value(part, part.option, options)
    is_blank = not part.value.strip()
    if is_blank and has_arguments:
        return '写了一个空的参数（""），请写出文件或文件夹。'
    with_two = f"-{part.value.partition('=')[0]}"
    if with_two in options:
        return f"没有选项“{harmless(part.value)}”，选项前面要写两个减号：{with_two}。"
    return ""


def _objection_to_value(
    part: _Written, option: TyperOption, options: Mapping[str, TyperOption]
) -> str:
    name, what = option.opts[0], option.metavar
    if part.apart and (part.value.startswith("--") or part.value in _HELP):
        is_option = part.value.partition("=")[0] in options
        if is_option:
            return f"选项“{name}”后面要写{what}，却接着写了选项“{harmless(part.value)}”。"
        value = "以 -- 开头的文字" if what == _SECRET else f"“{harmless(part.value)}”"
        return f"选项“{name}”后面要写{what}，却接着写了{value}。就是它的，写成 {name}={what}。"
    is_path = option.type_descriptor.is_path and not option.is_flag
    if is_path and not part.value.strip():
        return f"选项“{name}”的值是空的，后面要写{what}。"
    return ""
