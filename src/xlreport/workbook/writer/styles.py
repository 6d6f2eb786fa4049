"""The formats of a workbook, by name: an official form in black on white, yellow to fill in."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

SONG, HEI = "宋体", "黑体"
INPUT_COLOUR, COMPUTED_COLOUR = "#FFF9DB", "#F2F2F2"
COUNT_FORMAT, MONEY_FORMAT, TEXT_FORMAT = "0", "0.0000##", "@"

_Settings = Mapping[str, str | float | bool]
"""Settings of a format by XlsxWriter's names."""

_BORDER: _Settings = {"border": 1, "border_color": "#404040"}
_CENTRE: _Settings = {"align": "center", "valign": "vcenter", "text_wrap": True}
_SHRUNK: _Settings = {"align": "center", "valign": "vcenter", "shrink": True}
"""A sum that is wider than its column is drawn smaller; ##### would say nothing."""

_LEFT: _Settings = {"align": "left", "valign": "vcenter", "text_wrap": True}
_TOP: _Settings = {"align": "left", "valign": "top", "text_wrap": True}
_LINE: _Settings = {"valign": "vcenter"}
_HEADING: _Settings = {"font_name": HEI}
_BOLD: _Settings = {"bold": True}
_QUIET: _Settings = {"font_color": "#595959"}
_LINK: _Settings = {"font_color": "#0563C1"}
_INPUT: _Settings = {**_BORDER, "bg_color": INPUT_COLOUR, "locked": False}
_COMPUTED: _Settings = {**_BORDER, "bg_color": COMPUTED_COLOUR}
_COUNT: _Settings = {"num_format": COUNT_FORMAT}
_MONEY: _Settings = {"num_format": MONEY_FORMAT}
_TEXT: _Settings = {"num_format": TEXT_FORMAT}

_STYLES: dict[str, _Settings] = {}


def _style(name: str, *parts: _Settings, **own: str | float) -> None:
    """Declares a format: its parts together, with settings of its own."""
    settings: dict[str, str | float | bool] = {}
    for part in parts:
        settings.update(part)
    _STYLES[name] = {**settings, **own}


# the official form
_style("plain")
_style("title", _HEADING, _LINE, _BOLD, font_size=16, align="center")
_style("subtitle", _HEADING, _LINE, font_size=13, align="center")
_style("block", _BORDER, _CENTRE, _HEADING, font_size=11)
_style("head", _BORDER, _CENTRE, _BOLD)
_style("corner", _BORDER, _CENTRE)
_style("row", _BORDER, _LEFT, indent=1)
_style("group", _BORDER, _CENTRE)
_style("unit_line", _LINE, align="left")
_style("measure_line", _LINE, align="right")
_style("signatures", _LEFT)
_style("label", _BORDER, _CENTRE, _BOLD)
_style("value", _BORDER, _LEFT)
_style("sign", _BORDER, _LEFT)

# what helps to fill it in
_style("question", _BORDER, _LEFT, _BOLD)
_style("hint", _BORDER, _TOP, _QUIET)
_style("guide", _TOP, font_size=12)
_style("alert", _LEFT, _BOLD, font_color="#9C0006")
_style("small", _LEFT, _QUIET, font_size=10)
_style("margin", _LEFT, _QUIET)
_style("status", _LEFT)
_style("verdict", _LEFT, _BOLD, font_size=12)
_style("overall", _LEFT, _BOLD, font_size=18)
_style("service", _LEFT)
_style("panel_head", _LEFT, _BOLD)
_style("list_entry", _LEFT, _LINK)
_style("group_line", _LEFT, _BORDER, _BOLD, bg_color=COMPUTED_COLOUR)

# numbers and texts: last year's, those to be filled in, those that are worked out
_style("prior_count", _COMPUTED, _CENTRE, _COUNT)
_style("prior_money", _COMPUTED, _CENTRE, _MONEY)
_style("prior_text", _COMPUTED, _TOP, _TEXT)
_style("input_count", _INPUT, _CENTRE, _COUNT)
_style("input_money", _INPUT, _CENTRE, _MONEY)
_style("input_text", _INPUT, _TOP, _TEXT)
_style("input_line", _INPUT, _LEFT, _TEXT)
_style("input_choice", _INPUT, _CENTRE, _TEXT)
_style("computed_count", _COMPUTED, _SHRUNK, _COUNT)
_style("computed_money", _COMPUTED, _SHRUNK, _MONEY)

# lists
_style("link", _BORDER, _LEFT, _LINK, underline=1)
_style("text", _BORDER, _LEFT, _TEXT)
_style("centre", _BORDER, _CENTRE)
_style("number_count", _BORDER, _SHRUNK, _COUNT)
_style("number_money", _BORDER, _SHRUNK, _MONEY)
_style("small_head", _BORDER, _CENTRE, font_size=9)
_style("id", _BORDER, _CENTRE, _QUIET, font_size=9)

_GOOD: _Settings = {"font_color": "#006100", "bg_color": "#C6EFCE"}
_BAD: _Settings = {"font_color": "#9C0006", "bg_color": "#FFC7CE"}
_WARN: _Settings = {"font_color": "#7F6000", "bg_color": "#FFEB9C"}
_GREY: _Settings = {"font_color": "#595959", "bg_color": "#EDEDED"}

# the first sheet of a summary
_FIGURE: _Settings = {
    "align": "right",
    "valign": "vcenter",
    "indent": 1,
    "font_size": 12,
    "shrink": True,
}
_CARD: _Settings = {**_CENTRE, **_HEADING, **_BOLD, "font_size": 28}
_BLUE: _Settings = {"font_color": "#1F4E79", "bg_color": "#DDEBF7"}
_style("open_point", _LEFT, _BOLD, font_size=12, font_color="#C00000")
_style("all_well", _LEFT, _BOLD, font_size=12, font_color="#006100")
_style("next_step", _LEFT, font_size=12)
_style("figure_head", _BORDER, _CENTRE, _BOLD, _BLUE, font_size=12)
_style("figure_label", _BORDER, _LEFT, font_size=12, indent=1)
_style("figure_count", _BORDER, _BOLD, _FIGURE, _COUNT)
_style("figure_money", _BORDER, _BOLD, _FIGURE, _MONEY)
_style("before_count", _BORDER, _FIGURE, _COUNT)
_style("before_money", _BORDER, _FIGURE, _MONEY)
_style("change_count", _BORDER, _FIGURE, num_format="+0;-0;0")
_style("change_money", _BORDER, _FIGURE, num_format="+0.0000##;-0.0000##;0.0000")
_style("overview_link", _BORDER, _LEFT, _LINK, font_size=12, underline=1)
for _name, _ground in (
    ("blue", _BLUE),
    ("good", _GOOD),
    ("bad", _BAD),
    ("warn", _WARN),
    ("grey", _GREY),
):
    _style(f"card_{_name}", _CARD, _ground)
    _style(f"card_label_{_name}", _CENTRE, _ground, font_size=12)

_UNMARKED: _Settings = {**_BORDER, "bg_color": INPUT_COLOUR}

_MARKS: dict[str, _Settings] = {
    "": {},
    "error": {"border": 2, "border_color": "#C00000", "bg_color": "#F8CBAD"},
    "warning": {"border": 8, "border_color": "#7F6000", "bg_color": "#FFE699"},
    "note": {"border": 3, "border_color": "#1F4E78", "bg_color": "#DDEBF7"},
}
"""How cells are marked of which a notice speaks, by the severity: behind a `|` in a style's name.
The frames differ in more than their colour."""

_COLOURS = {"good": _GOOD, "bad": _BAD, "warn": _WARN, "grey": _GREY, "unmarked": _UNMARKED}
"""What conditional formats set, over the format of the cell."""


class Styles:
    """Formats of one workbook, made when first asked for."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Format] = {}

    def __getitem__(self, name: str) -> Format:
        return self._format(name, quoted=False)

    def quoted(self, name: str) -> Format:
        """The same format marked as text (quotePrefix, ECMA-376 part 1, 18.8.45)."""
        return self._format(name, quoted=True)

    def _format(self, name: str, *, quoted: bool) -> Format:
        key = name, quoted
        if key not in self._made:
            self._made[key] = self._book.add_format(_settings(name, quoted))
        return self._made[key]


def _settings(name: str, quoted: bool) -> _Settings:
    if name in _COLOURS:
        return _COLOURS[name]
    base, _, mark = name.partition("|")
    settings = {"font_name": SONG, "font_size": 10.5, **_STYLES[base], **_MARKS[mark]}
    if quoted:
        settings["quote_prefix"] = True
    return settings
