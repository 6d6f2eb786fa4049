"""The words that a sentence is read with: those of a form's statements, and those of any report.

All words go into one regular expression, longest first, so that reading a text takes one pass and
no pattern can backtrack; everything that is no known word stays unknown and silences its clause.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from itertools import chain

from xlreport.form.model import Claim, Form, Statement, Subject
from xlreport.narrative import numerals
from xlreport.narrative.own_names import OWN

def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NEUTRAL = _words("""
本年 本年度 本年内 本年度内 全年 全年度 年度 年度内 年内 今年 今年以来 一年来 报告期内 报告年度 统计期内 统计年度
截至 截止 截止到 截至到 年末 年底 到年底 12月底 12月31日 1月1日 1月1日至12月31日 1月至12月 1-12月 期间 当年
同时 另 另外 此外 其间 目前 报告期 年初以来
我镇 我乡 我街道 我街 我办 我局 我委 我单位 我机关 我中心 我处 我们 我部门 我院 我站 我队 我所 我会 我行 我校 我街办
本镇 本乡 本街道 本街 本办 本局 本委 本单位 本机关 本行政机关 本部门 本中心 本处 本办公室 本院 本站 本队
我分局 本分局 分局 我支队 本支队 我大队 本大队 我公司 我区管委会 我管委会 本级 我办公室 我局机关
全镇 全乡 全街道 全街 全局 全委 全系统 镇 乡 街道 局 委 街办 人民政府 政府 镇政府 乡政府 镇人民政府 乡人民政府
街道办 街道办事处 办事处 党政办 党政办公室 办公室 政府办 管委会 园区
共 共计 总共 总计 合计 累计 一共 已 已经 均 都 也 亦 仅 实际 全部 为 是 有 的 了 中 上 过 则 我 本 及时 关于
数 数量 总数 总量 件数 方面 情况 工作 事项 现象 情形 问题 事务 事件 事宜 类 等 等情况 等现象 等情形 等事项 合并
件 共有 总数为 数量为 总量为 总件数
依法 依规 依法依规 按时 及时 按期 按规定 在法定期限内 在规定时间内 在规定时限内 在法定时限内 按要求 按规定时限
按程序 按规定程序 按照规定程序 按流程 按期限 按时限 按照时限要求 规定时限内 规定时间内 规定期限内 法定时限内
法定期限内 法定时间内 在规定的时限内 在规定的期限内 在规定的时间内 在法定时间内 在规定期限内 按照规定 按相关规定 规范 妥善 严格 认真 有效 全面 顺利 高效 准确 如期 依法按时 按规定时间
新 并 且 并且 由 对 自 从 至 起 止 到 一是 二是 三是 四是 五是 六是 七是 首先 其次 再次 最后
""")
"""Words that change nothing about what is counted, for whom and when."""

LAST_YEAR = _words("上年 上年度 上一年 上一年度 去年 去年度")
NEXT_YEAR = _words("下年 下年度 下一年 下一年度 明年 次年 次年度 来年")

OTHER_TIME = (
    *LAST_YEAR,
    *NEXT_YEAR,
    *_words("""
前年 往年 历年 近年 近年来 以来 同期 每年 上半年 下半年 季度 当月 每月 今后 下一步
"""),
)
"""Words that look at another time than the report's year, or at a part of it."""

NONE = _words("无 暂无 均无 并无 也无 亦无 全无 没有 没 未有 均没有 也没有 都没有 尚无")
NOT_YET = _words("""
未 均未 也未 亦未 并未 尚未 暂未 从未 未曾 未有 没有 没 没有再 均没有 也没有 都没有 从没有 未再
""")
"""How a text says that there is none of a thing, and that something did not happen."""

CLASSES = {"上年": LAST_YEAR, "下年": NEXT_YEAR, "无": NONE, "未": NOT_YET}
"""A definition writes the first word and means any of its class."""

SCENE = _words("方面 情况 工作 领域 环节")
"""Words that end a clause which says what the next one is about."""

COMPARING = _words("较 比 同比 环比 相比 相较 与去年 与上年 同去年 同上年")
"""Words after which a clause compares with something else."""

OPENING = _words("其中 包括 包含 含 分别 分别为 分别是 具体 具体为 具体是")
"""Words that begin a list of the kinds of what was counted."""

ENDING = _words("""
等渠道 等方式 等途径 等形式 等多种渠道 等多种方式 等多种途径 等各种渠道 等多种形式
其他形式 其他渠道 其他方式 其他途径 或其他形式
""")
"""Words behind a list of kinds that stands for all of them."""

SUMS = _words("共 共计 总共 总计 合计 一共 合并")
"""Words before a sum."""

JOINING = _words("、 和 及 与 以及 或 或者")
"""Words between the items of a list."""

GAP = "…"
"""In a verb of a definition: other words may stand here (结转…下年)."""

_GENERAL = {
    "neutral": NEUTRAL,
    "other_time": OTHER_TIME,
    "scene": SCENE,
    "compares": COMPARING,
    "joins": JOINING,
    "denies": (*NONE, *NOT_YET),
    "opens_parts": OPENING,
    "ends_list": ENDING,
    "sums": SUMS,
}
"""The words of any report, by the flag of `Role` that they set."""


class TokenKind(Enum):
    """What a token is."""

    WORD = auto()
    NUMBER = auto()
    SHARE = auto()
    YEAR = auto()
    UNKNOWN = auto()
    COMMA = auto()
    SEMICOLON = auto()
    STOP = auto()
    LINE = auto()
    OPEN = auto()
    CLOSE = auto()


@dataclass(slots=True, eq=False)
class Role:
    """What a word can be; one word can be several things.

    `subjects` are the ids of the subjects that it names, `beside` of those beside which it changes
    nothing, `parts` of those of which it names a kind, `unless` of those from which it leads away.
    `steps` are its places in the verbs of claims and in the words that say that there was none;
    `asserts` is whether it is in a verb, `denies` whether it begins such words.
    """

    neutral: bool = False
    joins: bool = False
    compares: bool = False
    other_time: bool = False
    scene: bool = False
    denies: bool = False
    opens_parts: bool = False
    ends_list: bool = False
    sums: bool = False
    asserts: bool = False
    subjects: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    unless: set[str] = field(default_factory=set)
    steps: set[Step] = field(default_factory=set)

    def goes_with(self, subject: str) -> bool:
        """Whether the word names the subject, or changes nothing beside it."""
        if self.neutral or self.joins or self.ends_list:
            return True
        return subject in self.subjects or subject in self.beside


@dataclass(frozen=True, slots=True)
class Step:
    """A place in a verb of a claim: 结转 is the first and 下年 the second step of 结转…下年. `verb`
    is the verb's position in the lexicon; `denies` tells those that say that there was none."""

    claim: int
    verb: int
    number: int
    length: int
    denies: bool


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
    """A claim, its statement, and its position in the lexicon. `verbs` and `none` are the positions
    of its verbs, and of its ways to say that there was none."""

    position: int
    statement: Statement
    claim: Claim
    verbs: tuple[int, ...]
    none: tuple[int, ...]

    @property
    def subject(self) -> str:
        """The id of the claim's subject."""
        return self.claim.subject.id


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """A subject's name put together of small words (申请公开政府信息的事项): what it looks like, and
    the words of which it must hold one each."""

    pattern: re.Pattern[str]
    needed: tuple[re.Pattern[str], ...]
    role: Role

    def match(self, text: str, start: int, end: int) -> int:
        """Where the name that begins at `start` ends; `start` when there is none."""
        match = self.pattern.match(text, start, end)
        if match is None or not all(words.search(match[0]) for words in self.needed):
            return start
        return match.end()


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words of a form's statements about one of its texts."""

    claims: tuple[KnownClaim, ...]
    roles: dict[str, Role]
    phrases: tuple[Phrase, ...]
    pattern: re.Pattern[str]
    subjects: tuple[str, ...]

    def verb_of(self, token: Token, subject: str) -> bool:
        """Whether a word is in a verb of any claim about the subject."""
        steps = (step for step in token.role.steps if not step.denies)
        return any(self.claims[step.claim].subject == subject for step in steps)

    def part_of(self, token: Token, subject: str) -> bool:
        """Whether a word is for a kind of the subject."""
        return subject in token.role.parts

    def role_of_year(self, distance: int) -> Role:
        """What a year can be, by its distance from the report's: as 上年 or 下年."""
        word = {-1: "上年", 1: "下年"}.get(distance, "")
        return self.roles.get(word, _NO_ROLE)

    def names_subject(self, tokens: Iterable[Token]) -> bool:
        """Whether any subject is named."""
        return any(token.role.subjects for token in tokens)

    def tokens(self, text: str, start: int, end: int) -> Iterator[Token]:
        """The tokens of a part of a text that `readable` has prepared."""
        reached = start
        while reached < end:
            match = self.pattern.search(text, reached, end)
            if match is None:
                break
            if match.start() > reached:
                yield Token(TokenKind.UNKNOWN, reached, match.start())
            token = self._phrase(text, match, end) or self._token(match)
            reached = token.end
            if match.lastgroup != "space":
                yield token
        if reached < end:
            yield Token(TokenKind.UNKNOWN, reached, end)

    def _phrase(self, text: str, match: re.Match[str], end: int) -> Token | None:
        """A subject's name that is longer than the known word at its place."""
        if match.lastgroup not in ("word", "atom"):
            return None
        for phrase in self.phrases:
            reached = phrase.match(text, match.start(), end)
            if reached > match.end():
                return Token(TokenKind.WORD, match.start(), reached, phrase.role)
        return None

    def _token(self, match: re.Match[str]) -> Token:
        group = match.lastgroup or ""
        start, end = match.span()
        match group:
            case "word":
                return Token(TokenKind.WORD, start, end, self.roles[match[0]])
            case "atom":
                return Token(TokenKind.UNKNOWN, start, end)
            case "own" | "item" | "space":
                return Token(TokenKind.WORD, start, end, _PLAIN)
            case "month":
                return Token(TokenKind.WORD, start, end, _MONTH)
            case "year":
                year = numerals.year(match["four"])
                return Token(TokenKind.YEAR, start, end, value=year)
            case "number" | "measure":
                value = numerals.number(match["number"])
                measure = match["measure"] or ""
                is_share = match["number"].endswith("%")
                kind = TokenKind.SHARE if is_share else TokenKind.NUMBER
                return Token(kind, start, end, value=value, measure=measure)
        return Token(TokenKind[group.upper()], start, end)


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
    builder = _Builder()
    claims = tuple(builder.known(i, *pair) for i, pair in enumerate(pairs))
    measures: set[str] = set()
    for known in claims:
        measures.update(known.claim.measures)
    subjects = {known.subject: known.claim.subject for known in claims}
    for subject in subjects.values():
        builder.add_subject(subject)
    phrases = tuple(_phrase(builder.roles, s) for s in subjects.values() if s.made_of)
    roles = dict(builder.roles)
    atoms = {word for subject in subjects.values() for word in _atoms(subject)}
    return Lexicon(claims, roles, phrases, _pattern(roles, measures, atoms), tuple(subjects))


class _Builder:
    """Collects every known word with what it can be."""

    def __init__(self) -> None:
        self.roles: defaultdict[str, Role] = defaultdict(Role)
        self.verbs = 0
        for flag, words in _GENERAL.items():
            for word in words:
                setattr(self.roles[word], flag, True)

    def known(self, position: int, statement: Statement, claim: Claim) -> KnownClaim:
        """A claim with its verbs."""
        verbs = tuple(self._verb(position, _steps(verb)) for verb in claim.verbs)
        for verb in claim.verbs:
            self._mark(_steps(verb), "asserts")
        none = tuple(self._verb(position, _denial(words), denies=True) for words in claim.none)
        for words in claim.none:
            self._mark(_denial(words)[:1], "denies")
        return KnownClaim(position, statement, claim, verbs, none)

    def _verb(self, claim: int, steps: Sequence[str], *, denies: bool = False) -> int:
        """Notes the steps of a verb; returns its position."""
        self.verbs += 1
        for number, words in enumerate(steps):
            step = Step(claim, self.verbs, number, len(steps), denies)
            for word in CLASSES.get(words, (words,)):
                self.roles[word].steps.add(step)
        return self.verbs

    def _mark(self, steps: Sequence[str], flag: str) -> None:
        """Sets a flag of words that are of no class; those of a class are what they are anyway."""
        for word in steps:
            if word not in CLASSES:
                setattr(self.roles[word], flag, True)

    def add_subject(self, subject: Subject) -> None:
        """The words of a subject: its names, what may stand beside it, what leads away from it."""
        for word in subject.words:
            self.roles[word].subjects.add(subject.id)
        for word in subject.beside:
            self.roles[word].beside.add(subject.id)
        for word in subject.parts:
            self.roles[word].parts.add(subject.id)
        for word in subject.unless:
            self.roles[word].unless.add(subject.id)


def _steps(verb: str) -> list[str]:
    """The words of a verb."""
    return verb.split(GAP)


def _denial(words: str) -> list[str]:
    """The words of a denial: 未收到 is 未 and 收到, between which others may stand."""
    first, *rest = words.split(GAP)
    for sign in ("未", "无"):
        if first.startswith(sign) and first != sign:
            return [sign, first.removeprefix(sign), *rest]
    return [first, *rest]


def _atoms(subject: Subject) -> set[str]:
    """The small words of which names of a subject are put together."""
    return {*chain.from_iterable(subject.made_of), *subject.made_with}


def _phrase(roles: Mapping[str, Role], subject: Subject) -> Phrase:
    """The names that can be put together for a subject. What is beside one of them in the
    definition may be beside all."""
    groups = [_any_of(group) for group in subject.made_of]
    pattern = re.compile(rf"(?:(?:{_any_of(_atoms(subject))}) ?)*+(?<! )")
    phrase = Phrase(pattern, tuple(re.compile(group) for group in groups), Role())
    phrase.role.subjects.add(subject.id)
    for word, role in roles.items():
        if phrase.match(word, 0, len(word)) == len(word):
            role.subjects.add(subject.id)
            phrase.role.beside.update(role.beside)
    return phrase


def _any_of(words: Iterable[str]) -> str:
    """A pattern for one of these words, the longest first."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word) for word in longest_first)


_YEAR_DIGITS = r"(?P<four>\d{4}|[〇零一二三四五六七八九]{4})"
_ITEM_NUMBER = r"[一二三四五六七八九十]{1,3}"
_MONTH_DAY = r"\d{1,2} ?月(?:份|底|初)?(?:\d{1,2}日)?"
_SPAN_OF_YEARS = r"(?:\d{1,2}|[一二两三四五六七八九十几数多]{1,2})年"
NOTHING = r"(?!)"
"""A pattern that matches nowhere."""

_WITH_COMMAS = r"\d{1,3}(?:,\d{3})+(?![\d,])"


def _pattern(roles: Mapping[str, Role], measures: set[str], atoms: set[str]) -> re.Pattern[str]:
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
        rf"|(?P<atom>{_any_of(atoms) or NOTHING})"
        r"|(?P<comma>[，,：:…])|(?P<semicolon>[；;])|(?P<stop>[。！？!?])|(?P<line>\n+)"
        r"|(?P<open>[（(【〔\[])|(?P<close>[）)】〕\]])"
        r"|(?P<space>[ “”‘’\"]+)",
        re.MULTILINE,
    )
