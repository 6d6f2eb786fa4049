"""The formats of a workbook, by name: an official form in black on white, yellow to fill in."""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

SONG, HEI = "宋体", "黑体"
INPUT_COLOUR, COMPUTED_COLOUR = "#FFF9DB", "#F2F2F2"
COUNT_FORMAT, MONEY_FORMAT, TEXT_FORMAT = "0", "0.0000##", "@"

_BORDER: dict[str, Any] = {"border": 1, "border_color": "#404040"}
_CENTRE: dict[str, Any] = {"align": "center", "valign": "vcenter", "text_wrap": True}
_LEFT: dict[str, Any] = {"align": "left", "valign": "vcenter", "text_wrap": True}
_INPUT: dict[str, Any] = {**_BORDER, "bg_color": INPUT_COLOUR, "locked": False}
_COMPUTED: dict[str, Any] = {**_BORDER, "bg_color": COMPUTED_COLOUR}

_STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "title": {
        "font_name": HEI,
        "font_size": 16,
        "bold": True,
        "align": "center",
        "valign": "vcenter",
    },
    "subtitle": {"font_name": HEI, "font_size": 13, "align": "center", "valign": "vcenter"},
    "block": {**_BORDER, **_CENTRE, "font_name": HEI, "font_size": 11},
    "head": {**_BORDER, **_CENTRE, "bold": True},
    "corner": {**_BORDER, **_CENTRE},
    "row": {**_BORDER, **_LEFT, "indent": 1},
    "group": {**_BORDER, **_CENTRE},
    "question": {**_BORDER, **_LEFT, "bold": True},
    "hint": {**_BORDER, **_LEFT, "font_color": "#595959", "valign": "top"},
    "unit_line": {"align": "left", "valign": "vcenter"},
    "label": {**_BORDER, **_CENTRE, "bold": True},
    "value": {**_BORDER, **_LEFT},
    "guide": {**_LEFT, "font_size": 12, "valign": "top"},
    "alert": {**_LEFT, "bold": True, "font_color": "#9C0006"},
    "small": {**_LEFT, "font_size": 10, "font_color": "#595959"},
    "margin": {**_LEFT, "font_color": "#595959"},
    "status": {**_LEFT},
    "verdict": {**_LEFT, "bold": True, "font_size": 12},
    "measure_line": {"align": "right", "valign": "vcenter"},
    "signatures": {**_LEFT},
    "group_line": {**_LEFT, **_BORDER, "bold": True, "bg_color": COMPUTED_COLOUR},
    "list_entry": {**_LEFT, "font_color": "#0563C1"},
    "service": {**_LEFT},
    "panel_head": {**_LEFT, "bold": True},
    "sign": {**_BORDER, **_LEFT},
    "prior_count": {**_COMPUTED, **_CENTRE, "num_format": COUNT_FORMAT},
    "prior_money": {**_COMPUTED, **_CENTRE, "num_format": MONEY_FORMAT},
    "prior_text": {**_COMPUTED, **_LEFT, "num_format": TEXT_FORMAT, "valign": "top"},
    "input_count": {**_INPUT, **_CENTRE, "num_format": COUNT_FORMAT},
    "input_money": {**_INPUT, **_CENTRE, "num_format": MONEY_FORMAT},
    "input_text": {**_INPUT, **_LEFT, "num_format": TEXT_FORMAT, "valign": "top"},
    "input_line": {**_INPUT, **_LEFT, "num_format": TEXT_FORMAT},
    "input_choice": {**_INPUT, **_CENTRE, "num_format": TEXT_FORMAT},
    "computed_count": {**_COMPUTED, **_CENTRE, "num_format": COUNT_FORMAT},
    "computed_money": {**_COMPUTED, **_CENTRE, "num_format": MONEY_FORMAT},
    "overall": {**_LEFT, "bold": True, "font_size": 18},
    "link": {**_BORDER, **_LEFT, "font_color": "#0563C1", "underline": 1},
    "text": {**_BORDER, **_LEFT, "num_format": TEXT_FORMAT},
    "centre": {**_BORDER, **_CENTRE},
    "number_count": {**_BORDER, **_CENTRE, "num_format": COUNT_FORMAT},
    "number_money": {**_BORDER, **_CENTRE, "num_format": MONEY_FORMAT},
    "id": {**_CENTRE, "font_size": 8, "font_color": "#595959"},
}

_COLOURS = {
    "good": {"font_color": "#006100", "bg_color": "#C6EFCE"},
    "bad": {"font_color": "#9C0006", "bg_color": "#FFC7CE"},
    "warn": {"font_color": "#7F6000", "bg_color": "#FFEB9C"},
    "grey": {"font_color": "#595959", "bg_color": "#EDEDED"},
}


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


def _settings(name: str, quoted: bool) -> dict[str, Any]:
    if name in _COLOURS:
        return _COLOURS[name]
    settings = {"font_name": SONG, "font_size": 10.5, **_STYLES[name]}
    if quoted:
        settings["quote_prefix"] = True
    return settings
