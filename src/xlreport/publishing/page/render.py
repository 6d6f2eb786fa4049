"""Makes the page of its templates: everything in one file, and nothing that comes from outside."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from xlreport.merging.marks import PAGE
from xlreport.publishing.overview import Overview, UnitState, largest, why_not_counted
from xlreport.publishing.page.drawing import PATTERNS, WIDTH, drawings, pattern
from xlreport.publishing.page.units import listed_units
from xlreport.submission import shown
from xlreport.text import harmless

if TYPE_CHECKING:
    from jinja2 import Environment, Template

PAGE_NAME = "汇总情况.html"

FOLDED = 120
"""Characters of names in a sentence that are folded away."""

MOST_LISTED = 1000
"""Units, files and names that are listed; those that have to do something come first."""

MOST_BARS = 300
"""Categories of a chart, in drawings of 30."""

LONGEST = 20_000
"""Characters of a sentence."""

_TEMPLATES = Path(__file__).with_name("templates")

STYLE = _TEMPLATES / "page.css"
"""The style, which the pages of the desk share."""

_NO_CHARACTERS = dict.fromkeys((0xFFFE, 0xFFFF), "�")
"""No characters of XML 1.0 (2.2), and parse errors in HTML."""


def status_page(overview: Overview, summary: str, data: str) -> bytes:
    """The page, in UTF-8; it links to the summary and the result for machines, which lie beside it
    under these names."""
    listed = listed_units(overview.units[:MOST_LISTED], overview.shared_notes)
    overview = _short_enough(overview)
    style = _part("page.css")
    script = _part("page.js")
    text = _template().render(
        overview=overview,
        states=tuple(UnitState),
        units=listed,
        summary=summary,
        data=data,
        style=style,
        script=script,
        policy=_policy(style, script),
    )
    return f"{PAGE}{text}\n".encode()


def _short_enough(overview: Overview) -> Overview:
    """The overview with no more than a page can show: of a nation's units it would be hundreds of
    megabytes. Everything is in the summary."""
    return replace(
        overview,
        charts=tuple(largest(chart, MOST_BARS) for chart in overview.charts),
        open_points=tuple(map(_cut, overview.open_points)),
        incomparable=_cut(overview.incomparable),
    )


def _cut(sentence: str) -> str:
    """A sentence whose list of names ends behind a whole one."""
    if len(sentence) <= LONGEST:
        return sentence
    return f"{sentence[:LONGEST].rpartition('、')[0]}等，全部见汇总表"


def _policy(style: str, script: str) -> str:
    """What the page may do (Content Security Policy 3): its own style and script and nothing
    else, so that no text in it can run or fetch anything."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256-{digest.decode()}"


def _part(name: str) -> str:
    """The style or the script as it stands between its tags."""
    return _TEMPLATES.joinpath(name).read_text("utf-8")


def prepare() -> None:
    """Compiles the page's template, which takes as long as to fill it in."""
    _template()


def _template() -> Template:
    return _environment().get_template("page.html")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=_number, change=_change, address=_address, why=why_not_counted
    )
    environment.globals.update(
        drawings=drawings,
        pattern_of=pattern,
        patterns=PATTERNS,
        width=WIDTH,
        folded=FOLDED,
        most=MOST_LISTED,
        most_bars=MOST_BARS,
    )
    return environment


def _printed(value: object) -> object:
    """A text in one line, without what deceives or is no character of a page."""
    if not isinstance(value, str) or isinstance(value, _trusted()):
        return value
    return harmless(" ".join(value.splitlines())).translate(_NO_CHARACTERS)


@cache
def _trusted() -> type[str]:
    """Parts of the page itself."""
    from markupsafe import Markup

    return Markup


def _number(value: Decimal | None) -> str:
    return "—" if value is None else shown(value)


def _change(value: Decimal | None) -> str:
    """How much more or less it is than last year, in words: a sign alone is overlooked."""
    if value is None:
        return "—"
    if not value:
        return "持平"
    word = "增加" if value > 0 else "减少"
    return f"{word} {shown(abs(value))}"


def _address(name: str) -> str:
    """A file beside the page (RFC 3986, 4.2: a name with a colon needs the dot before it)."""
    return f"./{quote(name)}"
