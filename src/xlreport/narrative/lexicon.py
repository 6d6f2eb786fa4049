"""The words that a sentence is read with: those of a form's statements, and those of any report.

All words go into one regular expression, longest first, so that reading a text takes one pass and no
pattern can backtrack; everything that is no known word stays unknown and silences its clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache

from xlreport.form.model import Claim, Form, Statement, Subject
from xlreport.narrative import numerals, wording

OWN = "\ue000"
"""Stands for every character of the unit's own name."""

_GENERAL = {
    "neutral": wording.NEUTRAL,
    "other_time": wording.OTHER_TIME,
    "scene": wording.SCENE,
    "compares": wording.COMPARING,
    "joins": wording.JOINING,
}


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    NUMBER = auto()
    YEAR = auto()
    UNKNOWN = auto()
    COMMA = auto()
    STOP = auto()
    LINE = auto()
    OPEN = auto()
    CLOSE = auto()


@dataclass(slots=True, eq=False)
class Role:
    """What a word can be; claims and subjects by their position in the lexicon."""

    neutral: bool = False
    joins: bool = False
    compares: bool = False
    other_time: bool = False
    scene: bool = False
    words: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    unless: set[str] = field(default_factory=set)
    verbs: set[int] = field(default_factory=set)
    none: set[int] = field(default_factory=set)


_PLAIN = Role(neutral=True)
_MONTH = Role(other_time=True)
_NO_ROLE = Role()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text. `value` is a number's or a year's; `measure` the measure word after a number."""

    kind: Kind
    start: int
    end: int
    role: Role = _NO_ROLE
    value: int | None = None
    measure: str = ""


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words of a form's statements about one of its texts."""

    claims: tuple[tuple[Statement, Claim], ...]
    roles: dict[str, Role]
    pattern: re.Pattern[str]
    subject: re.Pattern[str]
    subjects: tuple[str, ...]

    def tokens(self, text: str, start: int, end: int) -> Iterator[Token]:
        """The tokens of a part of a text that `readable` has prepared."""
        at = start
        for match in self.pattern.finditer(text, start, end):
            if match.start() > at:
                yield Token(Kind.UNKNOWN, at, match.start())
            at = match.end()
            token = self._token(match)
            if token is not None:
                yield token
        if at < end:
            yield Token(Kind.UNKNOWN, at, end)

    def _token(self, match: re.Match[str]) -> Token | None:
        group = match.lastgroup
        start, end = match.span()
        match group:
            case "space":
                return None
            case "word":
                return Token(Kind.WORD, start, end, self.roles[match[0]])
            case "own" | "item":
                return Token(Kind.WORD, start, end, _PLAIN)
            case "year":
                return Token(Kind.YEAR, start, end, value=numerals.year(match["four"]))
            case "number" | "measure":
                value = numerals.number(match["number"])
                return Token(Kind.NUMBER, start, end, value=value, measure=match["measure"] or "")
            case "month":
                return Token(Kind.WORD, start, end, _MONTH)
        return Token(Kind[(group or "").upper()], start, end)


def readable(text: str, own: Iterable[str], level: str) -> str:
    """The text with plain digits, and with the unit's own names out of the way, each character in its place."""
    text = numerals.plain(text)
    for name in sorted({*own, *wording.OF_LEVEL.get(level, ())}, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, OWN * len(name))
    return text


@lru_cache(maxsize=64)
def lexicon(form: Form, text: str) -> Lexicon | None:
    """The lexicon of one text field of a form; None when no statement looks into it."""
    claims = tuple((s, c) for s in form.statements if text in s.texts for c in s.claims)
    if not claims:
        return None
    roles = _roles([claim for _, claim in claims])
    measures = {m for _, claim in claims for m in claim.measures}
    words = {word for _, claim in claims for word in claim.subject.words}
    subjects = tuple(dict.fromkeys(claim.subject.id for _, claim in claims))
    return Lexicon(claims, roles, _pattern(roles, measures), re.compile(_any_of(words)), subjects)


def _roles(claims: list[Claim]) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for name, words in _GENERAL.items():
        for word in words:
            setattr(roles.setdefault(word, Role()), name, True)
    subjects: dict[str, Subject] = {claim.subject.id: claim.subject for claim in claims}
    for subject in subjects.values():
        for word in subject.words:
            roles.setdefault(word, Role()).words.add(subject.id)
        for word in subject.beside:
            roles.setdefault(word, Role()).beside.add(subject.id)
        for word in subject.unless:
            roles.setdefault(word, Role()).unless.add(subject.id)
    for i, claim in enumerate(claims):
        for word in claim.verbs:
            roles.setdefault(word, Role()).verbs.add(i)
        for word in claim.none:
            roles.setdefault(word, Role()).none.add(i)
    return roles


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


def _pattern(roles: dict[str, Role], measures: set[str]) -> re.Pattern[str]:
    """One alternative after another; none holds an open repetition inside a repetition."""
    first = re.escape("".join(sorted({word[0] for word in roles})))
    return re.compile(
        rf"(?P<own>{OWN}+)"
        r"|(?P<item>[（(][一二三四五六七八九十]{1,3}[）)]|[（(]\d{1,2}[）)]"
        r"|^ {0,8}[一二三四五六七八九十]{1,3}[、.．]|^ {0,8}\d{1,2}[、.．](?!\d))"
        r"|(?P<year>(?<!\d)(?P<four>\d{4}|[〇零一二三四五六七八九]{4}) ?年(?:度?内|度|底|末)?)"
        rf"|(?P<word>(?=[{first}])(?:{_any_of(roles)}))"
        r"|(?P<month>(?<!\d)\d{1,2} ?月(?:份|底|初)?(?:\d{1,2}日)?|(?:\d{1,2}|[一二两三四五六七八九十几数多]{1,2})年)"
        rf"|(?P<number>\d{{1,3}}(?:,\d{{3}})+(?![\d,])|\d+(?:\.\d+)?%?|[{numerals.CHINESE}]+)"
        rf" ?(?P<measure>{_any_of(measures)})?"
        r"|(?P<comma>[，,；;：:…])|(?P<stop>[。！？!?])|(?P<line>\n+)|(?P<open>[（(【〔\[])|(?P<close>[）)】〕\]])"
        r"|(?P<space> +)",
        re.MULTILINE,
    )
