"""click's own words (headings, usage errors) in Chinese."""

from __future__ import annotations

import re

import click

_EXTRA = re.compile(r"\s*\[[^\]]*\]$")


def _translated(words: str) -> str:
    """click appends English notes in brackets: a range, and whether the option is required."""
    return _EXTRA.sub("（必填）" if "required]" in words else "", words)


class _ChineseHelp(click.Command):
    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示帮助。"
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx)).replace("[OPTIONS]", "[选项]")
        pieces = pieces.replace("COMMAND [ARGS]...", "命令 [参数]...")
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        records = [
            (r[0], _translated(r[1])) for p in options if (r := p.get_help_record(ctx)) is not None
        ]
        with formatter.section("选项"):
            formatter.write_dl(records)


class ChineseCommand(_ChineseHelp):
    """A command whose help is Chinese throughout."""


class ChineseGroup(_ChineseHelp, click.Group):
    """A group whose help is Chinese throughout."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        rows = [
            (n, c.get_short_help_str(90))
            for n in self.list_commands(ctx)
            if (c := self.get_command(ctx, n))
        ]
        with formatter.section("命令"):
            formatter.write_dl(rows)


def explain(error: click.ClickException) -> str:
    """A usage error in one Chinese sentence, with the way to the help."""
    hint = ""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"\n用法请看：{error.ctx.command_path} --help"
    return _sentence(error) + hint


def _sentence(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有选项“{error.option_name}”。"
        case click.MissingParameter():
            return f"缺少{_what(error.param)}。"
        case click.BadOptionUsage():
            return f"选项“{error.option_name}”的用法不对，可能缺少后面的值。"
        case click.BadArgumentUsage():
            return "参数的个数不对。"
        case click.BadParameter():
            return f"{_what(error.param)}的值不对。"
        case click.UsageError() if "No such command" in error.message:
            return f"没有这个命令：{error.message.split(chr(39))[1] if chr(39) in error.message else ''}。"
        case click.UsageError() if error.message.startswith("Got unexpected extra"):
            return f"多余的参数：{error.message[error.message.find('(') + 1 : error.message.rfind(')')]}。"
        case click.UsageError() if not error.message.isascii():
            return error.message
        case click.UsageError():
            return "命令用法不对。"
    return error.message


def _what(param: click.Parameter | None) -> str:
    if param is None:
        return "参数"
    if isinstance(param, click.Option):
        return f"选项“{param.opts[0]}”"
    return f"“{(param.metavar or param.name or '').replace('[', '').replace(']', '')}”"
