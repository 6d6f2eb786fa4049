"""Texts of which parts are struck out, raised or lowered: what a person sees of them.

Source: ECMA-376 part 1, 18.4.4 (runs of a text), 18.4.7 (their properties) and 22.9.2.17 (raised
and lowered).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from xlreport.formats.colours import LOWERED, RAISED, Colour, Font, unseen_text

SCRIPTS = {"superscript": RAISED, "subscript": LOWERED}
"""How OOXML writes that a text is raised or lowered, also outside workbooks."""

_OFF = frozenset(("0", "false", "off"))


class Run(NamedTuple):
    """A part of a text; its font is None where it is that of the cell."""

    text: str
    font: Font | None = None


def scripted(text: str, script: str) -> str:
    """A text that is raised or lowered, so that nobody reads its digits as those of what stands
    beside it: 12（上标1）; an empty script leaves it as it is."""
    return f"（{script}{text}）" if script and text.strip() else text


def text_seen(runs: Iterable[Run], font: Font, ground: Colour | None) -> str:
    """What people see of a text in a cell of this font on this ground."""
    return "".join(_seen(run.text, run.font or font, ground) for run in runs)


def _seen(text: str, font: Font, ground: Colour | None) -> str:
    if font.struck or unseen_text(font, ground):
        return ""
    return scripted(text, font.script)


def runs_of(
    text: str, starts: Sequence[tuple[int, int]], font: Callable[[int], Font]
) -> tuple[Run, ...]:
    """The parts of a text by the first letter and the number of the font of each, as the binary
    formats have them; what stands before the first is in the font of the cell."""
    if not starts:
        return ()
    units = text.encode("utf-16-le", "surrogatepass")
    ends = [2 * start for start, _ in starts[1:]] + [len(units)]
    runs = [Run(_letters(units[: 2 * starts[0][0]]))]
    for (start, number), end in zip(starts, ends, strict=True):
        runs.append(Run(_letters(units[2 * start : end]), font(number)))
    return tuple(run for run in runs if run.text)


def _letters(units: bytes) -> str:
    return units.decode("utf-16-le", "replace")


class RunReader:
    """Collects the runs of a string as its elements come."""

    def __init__(self) -> None:
        self._runs: list[Run] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element in the string begins."""
        if name == "r":
            self._runs.append(Run(""))
        elif name == "rPr":
            self._change(Font())
        elif self._runs and self._runs[-1].font is not None:
            self._change(font_with(self._runs[-1].font, name, attributes.get("val", "")))

    def say(self, text: str) -> None:
        """A piece of its text."""
        if not self._runs:
            self._runs.append(Run(""))
        last = self._runs[-1]
        self._runs[-1] = last._replace(text=last.text + text)

    def finished(self) -> tuple[Run, ...]:
        """The runs of the string that ends; none of one that is all in the font of its cell."""
        runs, self._runs = self._runs, []
        if all(run.font is None for run in runs):
            return ()
        return tuple(runs)

    def _change(self, font: Font) -> None:
        if self._runs:
            self._runs[-1] = self._runs[-1]._replace(font=font)


def font_with(font: Font, name: str, value: str) -> Font:
    """A font with what an element of it says of strokes and of being raised."""
    if name == "strike":
        return font._replace(struck=value not in _OFF)
    if name == "vertAlign":
        return font._replace(script=SCRIPTS.get(value, ""))
    return font
