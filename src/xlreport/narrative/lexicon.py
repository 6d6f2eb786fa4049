"""The words that a sentence is read with: those of a form's statements, and those of any report.

All words go into one regular expression, longest first, so that reading a text takes one pass and
no pattern can backtrack; everything that is no known word stays unknown and silences its clause.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache

from xlreport.form.model import Claim, Form, Statement, Subject
from xlreport.narrative import numerals

OWN = "\ue000"
"""Stands for every character of the unit's own name."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NEUTRAL = _words("""
本年 本年度 本年内 本年度内 全年 全年度 年度内 年内 今年 今年以来 一年来 报告期内 报告年度 统计期内
截至 截止 年末 年底 到年底 12月31日 1月1日 1月1日至12月31日 1月至12月 1-12月 期间
同时 另 另外 此外 其间
我镇 我乡 我街道 我街 我办 我局 我委 我单位 我机关 我中心 我处 我们 我部门
本镇 本乡 本街道 本街 本办 本局 本委 本单位 本机关 本行政机关 本部门 本中心 本处 本办公室
全镇 全乡 全街道 全局 镇 乡 街道 局 人民政府 政府 镇政府 乡政府 镇人民政府 乡人民政府
街道办 街道办事处 办事处 党政办 党政办公室 办公室
共 共计 总共 总计 合计 累计 一共 已 已经 均 都 也 亦 仅 实际 全部 为 是 有 的 了 中 上
数 数量 总数 总量 件数 方面 情况 工作 事项
依法 依规 依法依规 按时 及时 按期 按规定 在法定期限内 在规定时间内 在规定时限内 在法定时限内
新 并 且 并且 由 对 自 从 至 起 止 一是 二是 三是 四是 五是 六是 七是 首先 其次 再次 最后
""")
"""Words that change nothing about what is counted, for whom and when."""

OTHER_TIME = _words("""
上年 上年度 上一年 上一年度 去年 前年 往年 历年 近年 近年来 以来 同期 每年 明年 下年 下年度 次年
上半年 下半年 季度 当月 每月 今后 下一步
""")
"""Words that look at another time than the report's year, or at a part of it."""

SCENE = _words("方面 情况 工作 领域 环节")
"""Words that end a clause which says what the next one is about."""

COMPARING = _words("较 比 同比 环比 相比 相较 与去年 与上年 同去年 同上年")
"""Words after which a clause compares with something else."""

JOINING = _words("、 和 及 与 以及 或 或者")
"""Words between the items of a list."""

OF_LEVEL = {"县": ("全县", "我县", "本县"), "市": ("全市", "我市", "本市")}
"""What units of a level call themselves; for others these are somebody else."""

_GENERAL = {
    "neutral": NEUTRAL,
    "other_time": OTHER_TIME,
    "scene": SCENE,
    "compares": COMPARING,
    "joins": JOINING,
}
"""The words of any report, by the flag of `Role` that they set."""


class TokenKind(Enum):
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
    """What a word can be; one word can be several things.

    `subjects` are the ids of the subjects that it names, `beside` of those beside which it changes
    nothing, `unless` of those from which it leads away. `verbs` and `denials` are the positions of
    the claims whose verb it is, or of which it says that there were none.
    """

    neutral: bool = False
    joins: bool = False
    compares: bool = False
    other_time: bool = False
    scene: bool = False
    subjects: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    unless: set[str] = field(default_factory=set)
    verbs: set[int] = field(default_factory=set)
    denials: set[int] = field(default_factory=set)

    def goes_with(self, subject: str) -> bool:
        """Whether the word names the subject, or changes nothing beside it."""
        if self.neutral or self.joins:
            return True
        return subject in self.subjects or subject in self.beside


_PLAIN = Role(neutral=True)
_MONTH = Role(other_time=True)
_NO_ROLE = Role()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text, from `start` to before `end`. `value` is a number's or a year's (None for a
    number that is none, or could be read in two ways); `measure` the measure word after a
    number."""

    kind: TokenKind
    start: int
    end: int
    role: Role = _NO_ROLE
    value: int | None = None
    measure: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class KnownClaim:
    """A claim, its statement, and its position in the lexicon."""

    position: int
    statement: Statement
    claim: Claim

    @property
    def subject(self) -> str:
        """The id of the claim's subject."""
        return self.claim.subject.id


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words of a form's statements about one of its texts."""

    claims: tuple[KnownClaim, ...]
    roles: dict[str, Role]
    pattern: re.Pattern[str]
    subject: re.Pattern[str]
    subjects: tuple[str, ...]

    def verb_of(self, token: Token, subject: str) -> bool:
        """Whether a word is a verb of any claim about the subject."""
        return any(self.claims[position].subject == subject for position in token.role.verbs)

    def tokens(self, text: str, start: int, end: int) -> Iterator[Token]:
        """The tokens of a part of a text that `readable` has prepared."""
        reached = start
        for match in self.pattern.finditer(text, start, end):
            if match.start() > reached:
                yield Token(TokenKind.UNKNOWN, reached, match.start())
            reached = match.end()
            if match.lastgroup != "space":
                yield self._token(match)
        if reached < end:
            yield Token(TokenKind.UNKNOWN, reached, end)

    def _token(self, match: re.Match[str]) -> Token:
        group = match.lastgroup or ""
        start, end = match.span()
        match group:
            case "word":
                return Token(TokenKind.WORD, start, end, self.roles[match[0]])
            case "own" | "item":
                return Token(TokenKind.WORD, start, end, _PLAIN)
            case "month":
                return Token(TokenKind.WORD, start, end, _MONTH)
            case "year":
                year = numerals.year(match["four"])
                return Token(TokenKind.YEAR, start, end, value=year)
            case "number" | "measure":
                value = numerals.number(match["number"])
                measure = match["measure"] or ""
                return Token(TokenKind.NUMBER, start, end, value=value, measure=measure)
        return Token(TokenKind[group.upper()], start, end)


def readable(text: str, own: Iterable[str], level: str) -> str:
    """The text with plain digits, and with the unit's own names out of the way, each character in
    its place."""
    text = numerals.plain(text)
    names = {*own, *OF_LEVEL.get(level, ())}
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, OWN * len(name))
    return text


@lru_cache(maxsize=64)
def lexicon_of(form: Form, text: str) -> Lexicon | None:
    """The lexicon of one text field of a form; None when no statement looks into it."""
    statements = [statement for statement in form.statements if text in statement.texts]
    return build_lexicon(statements)


def build_lexicon(statements: Iterable[Statement]) -> Lexicon | None:
    """The lexicon of these statements; None when they claim nothing."""
    pairs = [(statement, claim) for statement in statements for claim in statement.claims]
    if not pairs:
        return None
    claims = tuple(KnownClaim(i, *pair) for i, pair in enumerate(pairs))
    roles = _roles(claims)
    measures: set[str] = set()
    names: set[str] = set()
    for known in claims:
        measures.update(known.claim.measures)
        names.update(known.claim.subject.words)
    subjects = tuple(dict.fromkeys(known.subject for known in claims))
    return Lexicon(claims, roles, _pattern(roles, measures), re.compile(_any_of(names)), subjects)


def _roles(claims: Sequence[KnownClaim]) -> dict[str, Role]:
    """Every known word with what it can be."""
    roles: defaultdict[str, Role] = defaultdict(Role)
    for flag, words in _GENERAL.items():
        for word in words:
            setattr(roles[word], flag, True)
    subjects = {known.subject: known.claim.subject for known in claims}
    for subject in subjects.values():
        _add_subject(roles, subject)
    for known in claims:
        for word in known.claim.verbs:
            roles[word].verbs.add(known.position)
        for word in known.claim.none:
            roles[word].denials.add(known.position)
    return dict(roles)


def _add_subject(roles: defaultdict[str, Role], subject: Subject) -> None:
    """The words of a subject: its names, what may stand beside it, what leads away from it."""
    for word in subject.words:
        roles[word].subjects.add(subject.id)
    for word in subject.beside:
        roles[word].beside.add(subject.id)
    for word in subject.unless:
        roles[word].unless.add(subject.id)


def _any_of(words: Iterable[str]) -> str:
    """A pattern for one of these words, the longest first."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word) for word in longest_first)


_YEAR_DIGITS = r"(?P<four>\d{4}|[〇零一二三四五六七八九]{4})"
_ITEM_NUMBER = r"[一二三四五六七八九十]{1,3}"
_MONTH_DAY = r"\d{1,2} ?月(?:份|底|初)?(?:\d{1,2}日)?"
_SPAN_OF_YEARS = r"(?:\d{1,2}|[一二两三四五六七八九十几数多]{1,2})年"
_WITH_COMMAS = r"\d{1,3}(?:,\d{3})+(?![\d,])"


def _pattern(roles: dict[str, Role], measures: set[str]) -> re.Pattern[str]:
    """One alternative after another; none holds an open repetition inside a repetition."""
    initials = sorted({word[0] for word in roles})
    first = re.escape("".join(initials))
    return re.compile(
        rf"(?P<own>{OWN}+)"
        rf"|(?P<item>[（(]{_ITEM_NUMBER}[）)]|[（(]\d{{1,2}}[）)]"
        rf"|^ {{0,8}}{_ITEM_NUMBER}[、.．]|^ {{0,8}}\d{{1,2}}[、.．](?!\d))"
        rf"|(?P<year>(?<!\d){_YEAR_DIGITS} ?年(?:度?内|度|底|末)?)"
        rf"|(?P<word>(?=[{first}])(?:{_any_of(roles)}))"
        rf"|(?P<month>(?<!\d){_MONTH_DAY}|{_SPAN_OF_YEARS})"
        rf"|(?P<number>{_WITH_COMMAS}|\d+(?:\.\d+)?%?|[{numerals.CHINESE}]+)"
        rf" ?(?P<measure>{_any_of(measures)})?"
        r"|(?P<comma>[，,；;：:…])|(?P<stop>[。！？!?])|(?P<line>\n+)"
        r"|(?P<open>[（(【〔\[])|(?P<close>[）)】〕\]])"
        r"|(?P<space> +)",
        re.MULTILINE,
    )
