"""What a cell shows: a number under its number format, a date as people read it.

Source: ECMA-376 part 1, 18.8.30 (number formats) and 18.17.4 (dates as serial numbers). What is not
known is None, never a guess.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from xlreport.formats.number_formats import GENERAL

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"?            # a text that stands for itself
  | [\\!](?P<escaped>.)             # one character that does (! in East Asian programs)
  | _(?P<room>.)                    # room as wide as a character
  | \*(?P<fill>.)                   # a character repeated to fill the cell
  | \[(?P<bracket>[^\]]*)\]         # colour, condition, currency, digits of a language
  | (?P<general>General)
  | (?P<exponent>[Ee][+-])
  | (?P<digit>[0#?])
  | (?P<point>\.)
  | (?P<comma>,)
  | (?P<percent>%)
  | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SECTIONS = re.compile(r'(?:"[^"]*"?|[\\!].|_.|\*.|\[[^\]]*\]|[^;])*', re.DOTALL)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?[0-9]+(?:\.[0-9]+)?)")
_CURRENCY = re.compile(r"\$([^-]*)(?:-.*)?", re.DOTALL)

_NO_ROOM = "####"
"""What is shown where no part of a format is for a number."""

_MOST_PLACES = 4
"""Digits of a denominator that can be worked out."""

_MOST_DIGITS = 40
"""More places than this, in a format or in a number, are none of ours to work out."""

_EXACT = Context(prec=4 * _MOST_DIGITS)
"""Excel has formats of 30 decimals, which are more than Decimal keeps unless it is told."""


class Token(NamedTuple):
    """One piece of a format: its kind (a group of the pattern above) and what it says."""

    kind: str
    text: str


class Section(NamedTuple):
    """One of the up to four parts of a format; `condition` is an operator and a number."""

    tokens: tuple[Token, ...]
    condition: tuple[str, Decimal] | None


def number_shown(code: str, number: Decimal) -> str | None:
    """The text that a cell of this number format shows; None where that cannot be told (dates)."""
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return None
    sections = _sections(code or GENERAL)
    section, is_absolute = _section_for(sections, number)
    if section is None:
        return _NO_ROOM
    value = abs(number)
    kinds = {token.kind for token in section.tokens}
    sign = "-" if number < 0 and not is_absolute else ""
    if "general" in kinds or _is_text(section):
        return _filled(section, sign, format(value, "f"))
    if _is_fraction(section):
        return _fraction(section, sign, value)
    if not kinds & {"digit", "exponent"}:
        return _literals(section.tokens)
    if "exponent" in kinds:
        return _scientific(section, sign, value)
    return _decimal(section, sign, value)


def _is_text(section: Section) -> bool:
    return any(token == Token("other", "@") for token in section.tokens)


def _is_fraction(section: Section) -> bool:
    has_digits = any(token.kind == "digit" for token in section.tokens)
    return has_digits and Token("other", "/") in section.tokens


def _fraction(section: Section, sign: str, value: Decimal) -> str | None:
    """A number with a fraction of as many digits as there are places behind the stroke; a number
    that it shows exactly as it is. None for a fixed denominator."""
    stroke = section.tokens.index(Token("other", "/"))
    places = sum(token.kind == "digit" for token in section.tokens[stroke:])
    if not 0 < places <= _MOST_PLACES:
        return None
    exact = Fraction(value)
    near = exact.limit_denominator(10**places - 1)
    if near == exact:
        return f"{sign}{value:f}"
    whole, rest = divmod(near.numerator, near.denominator)
    return f"{sign}{whole} {rest}/{near.denominator}"


@lru_cache(maxsize=256)
def _sections(code: str) -> tuple[Section, ...]:
    sections: list[Section] = []
    position = 0
    while position <= len(code):
        match = _SECTIONS.match(code, position)
        end = match.end() if match else len(code)
        sections.append(_section(code[position:end]))
        position = end + 1
    return tuple(sections[:4])


def _section(code: str) -> Section:
    tokens: list[Token] = []
    condition = None
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or "other"
        text = match[kind]
        if kind == "bracket":
            compared = _CONDITION.fullmatch(text)
            currency = _CURRENCY.fullmatch(text)
            if compared is not None:
                condition = compared[1], Decimal(compared[2])
            elif currency is not None and currency[1]:
                tokens.append(Token("quoted", currency[1]))
            continue
        tokens.append(Token(kind, text))
    return Section(tuple(tokens), condition)


def _section_for(sections: tuple[Section, ...], number: Decimal) -> tuple[Section | None, bool]:
    """The part of a format that is for this number, and whether it shows no sign by itself."""
    if any(section.condition for section in sections):
        for section in sections[:3]:
            if section.condition is None or _meets(number, section.condition):
                return section, False
        return None, False
    if number < 0 and len(sections) > 1:
        return sections[1], True
    if number == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], False


COMPARISONS: Mapping[str, Callable[[Decimal | int, Decimal | int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
"""How conditions of formats compare two numbers, by how they write it."""


def _meets(number: Decimal, condition: tuple[str, Decimal]) -> bool:
    symbol, other = condition
    return COMPARISONS[symbol](number, other)


def _literal(token: Token) -> str:
    """What a piece shows that is no digit."""
    if token.kind in ("quoted", "escaped", "other"):
        return token.text
    if token.kind == "percent":
        return "%"
    if token.kind == "fill":
        # as often as there is room for it
        return token.text
    return " " if token.kind == "room" else ""


def _literals(tokens: tuple[Token, ...]) -> str:
    return "".join(map(_literal, tokens))


def _filled(section: Section, sign: str, digits: str) -> str:
    """The number as it is, where the format says General or @."""
    pieces = [sign]
    for token in section.tokens:
        is_number = token.kind == "general" or token == Token("other", "@")
        pieces.append(digits if is_number else _literal(token))
    return "".join(pieces)


class _Places(NamedTuple):
    """The digit places of a section: how many before and after the point, at least how many of
    each are shown, the scale and whether thousands are separated."""

    whole: list[str]
    fraction: list[str]
    scale: int
    thousands: bool


def _places(tokens: tuple[Token, ...]) -> _Places:
    whole: list[str] = []
    fraction: list[str] = []
    after_point = False
    waiting_commas = 0
    scaling = 0
    thousands = False
    for token in tokens:
        if token.kind == "digit":
            if waiting_commas and not after_point:
                thousands = True
            waiting_commas = 0
            (fraction if after_point else whole).append(token.text)
        elif token.kind == "point" and not after_point:
            scaling += waiting_commas
            waiting_commas = 0
            after_point = True
        elif token.kind == "comma" and (whole or fraction):
            waiting_commas += 1
    scaling += waiting_commas
    percents = sum(token.kind == "percent" for token in tokens)
    return _Places(whole, fraction, 2 * percents - 3 * scaling, thousands)


def _decimal(section: Section, sign: str, value: Decimal) -> str | None:
    """A number with its digits in the places of the section."""
    places = _places(section.tokens)
    if len(places.whole) + len(places.fraction) + abs(places.scale) > _MOST_DIGITS:
        return None
    step = Decimal(1).scaleb(-len(places.fraction))
    scaled = value.scaleb(places.scale, _EXACT).quantize(step, ROUND_HALF_UP, _EXACT)
    if not scaled:
        sign = ""
    whole, _, fraction = format(scaled, "f").partition(".")
    before = _whole_digits(whole, places)
    after = _fraction_digits(fraction, places.fraction)
    return sign + "".join(_laid_out(section.tokens, before, after))


def _whole_digits(whole: str, places: _Places) -> list[str]:
    """For each place before the point the digits it shows; the first takes all that are left."""
    digits = "" if whole == "0" else whole
    count = max(1, len(places.whole))
    digits = digits.rjust(count)
    cut = len(digits) - count
    shown = [digits[: cut + 1], *digits[cut + 1 :]]
    for position, place in enumerate(places.whole):
        if shown[position] == " ":
            shown[position] = {"0": "0", "?": " "}.get(place, "")
    if not places.thousands:
        return shown
    return _separated(shown)


def _separated(shown: list[str]) -> list[str]:
    """The digits with a comma before every third one from the right."""
    separated: list[str] = []
    count = 0
    for piece in reversed(shown):
        text = ""
        for digit in reversed(piece):
            if digit.isdigit() and count and count % 3 == 0:
                text = "," + text
            text = digit + text
            count += digit.isdigit()
        separated.append(text)
    return separated[::-1]


def _fraction_digits(fraction: str, places: list[str]) -> list[str]:
    """For each place after the point its digit; optional zeros at the end are left out."""
    shown = list(fraction)
    for position in range(len(places) - 1, -1, -1):
        if shown[position] != "0" or places[position] == "0":
            break
        shown[position] = " " if places[position] == "?" else ""
    return shown


def _laid_out(tokens: tuple[Token, ...], before: list[str], after: list[str]) -> Iterator[str]:
    """The pieces of a section with the digits in their places."""
    whole = iter(before)
    fraction = iter(after)
    after_point = False
    has_whole = any(token.kind == "digit" for token in _before_point(tokens))
    for token in tokens:
        if token.kind == "digit":
            yield next(fraction if after_point else whole, "")
        elif token.kind == "point" and not after_point:
            after_point = True
            if not has_whole:
                yield before[0].strip()
            yield "."
        else:
            yield _literal(token)


def _before_point(tokens: tuple[Token, ...]) -> Iterator[Token]:
    for token in tokens:
        if token.kind == "point":
            return
        yield token


def _scientific(section: Section, sign: str, value: Decimal) -> str:
    """A number with an exponent; the places before the point say by how many it steps."""
    exponent_at = [token.kind for token in section.tokens].index("exponent")
    places = _places(section.tokens[:exponent_at])
    step = max(1, len(places.whole))
    exponent = value.adjusted() if value else 0
    exponent -= exponent % step
    digits = Decimal(1).scaleb(-min(len(places.fraction), _MOST_DIGITS))
    scaled = value.scaleb(-exponent, _EXACT).quantize(digits, ROUND_HALF_UP, _EXACT)
    return f"{sign}{scaled:f}E{exponent:+d}"


# --- what a person reads --------------------------------------------------------------------------

_SPACES = re.compile(r"[\s\u3000\u00a0]+")
_MONEY = re.compile(r"[¥￥$€£]|RMB|CNY|USD", re.IGNORECASE)
_MINUS = str.maketrans("−－﹣‐–—负", "-------")
_SCALING = frozenset("十百千万亿兆拾佰仟萬億%％‰")
_READ = re.compile(
    r"[^0-9.,+\-()（）]*(?P<open>[(（]?)(?P<sign>[+-]?)[^0-9.,+\-()（）]*"
    r"(?P<digits>[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)(?P<exponent>E[+-]?[0-9]+)?"
    r"(?P<minus>-?)(?P<close>[)）]?)[^0-9.,+\-()（）]*",
    re.IGNORECASE,
)
_APART = re.compile(r"[0-9][\s\u3000\u00a0]+[0-9]")
_GROUPED = re.compile(r"(?<![0-9 ])[0-9]{1,3}(?:[\s\u00a0][0-9]{3})+(?![0-9])")
"""Digits with room between them are two numbers, unless they are thousands."""

_NOTHING = frozenset(("", "-", "--", "无", "零", "/"))
"""What stands for zero where people fill in forms."""


def number_read(shown: str) -> Decimal | None:
    """The number that a person reads in what a cell shows; None where it says no number, or one
    in other units (万, %)."""
    text = _MONEY.sub("", _SPACES.sub("", shown)).translate(_MINUS)
    if text in _NOTHING:
        return Decimal(0)
    if not _SCALING.isdisjoint(text) or any(map(_is_other_digit, text)):
        return None
    if _APART.search(shown) and not _GROUPED.search(shown):
        return None
    match = _READ.fullmatch(text)
    if match is None:
        return None
    in_brackets = bool(match["open"]) and bool(match["close"])
    if bool(match["open"]) != bool(match["close"]):
        return None
    signs = [in_brackets, match["sign"] == "-", match["minus"] == "-"]
    number = Decimal(match["digits"].replace(",", "") + (match["exponent"] or ""))
    if sum(signs) > 1:
        return None
    return -number if any(signs) else number


def _is_other_digit(letter: str) -> bool:
    """Whether people read it as a number, though it is none of 0 to 9: ½, ², 一, １."""
    return letter.isnumeric() and not letter.isascii()


# --- dates ----------------------------------------------------------------------------------------

_FIRST_DAY = dt.datetime(1899, 12, 30)
_FIRST_DAY_1904 = dt.datetime(1904, 1, 1)
_MOST_DAYS = 2_958_465
"""The serial number of the last day of the year 9999."""

_SECONDS_A_DAY = 86_400


def date_shown(serial: str, *, since_1904: bool = False, is_time: bool = False) -> str:
    """The date (and time, where there is one) of a serial number, as 2026-01-15 or
    2026-01-15 09:30; only the time where the cell shows no day; the text itself where it is no such
    number."""
    try:
        number = Decimal(serial.strip())
        is_date = 0 <= number <= _MOST_DAYS
    except ArithmeticError:
        return serial
    if not is_date:
        return serial
    first = _FIRST_DAY_1904 if since_1904 else _FIRST_DAY
    seconds = int((number * _SECONDS_A_DAY).to_integral_value(ROUND_HALF_UP))
    return moment_shown(first + dt.timedelta(seconds=seconds), has_day=number >= 1 and not is_time)


def moment_shown(moment: dt.datetime, *, has_day: bool = True) -> str:
    """A moment without what is zero in it."""
    if not has_day:
        return moment.strftime("%H:%M")
    if moment.time() == dt.time():
        return moment.date().isoformat()
    return f"{moment.date().isoformat()} {moment:%H:%M}"
