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
from xlreport.narrative.words import (
    ADVERBIALS,
    AFFIRMING,
    BECAUSE,
    CAUSE,
    CAUSED,
    CLASSES,
    COMPARING,
    DAYS,
    ENDING,
    FAULTS,
    JOINING,
    NEUTRAL,
    NONE,
    NOT_YET,
    OPENING,
    OTHER_TIME,
    OTHERS,
    SCENE,
    SPANNING,
    SUMS,
    TIMES,
    WAYS,
)

GAP = "…"
"""In a verb of a definition: other words may stand here (结转…下年)."""

SHORTEST_CAUSE = 4
"""Characters of the shortest word that says what a cause is about (信息公开)."""

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
    "affirms": AFFIRMING,
    "others": OTHERS,
    "is_day": DAYS,
    "spans": SPANNING,
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
    nothing, `parts` of those of which it names a kind, `unless` of those from which it leads away,
    `makes_sure` of those that it can only mean.
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
    affirms: bool = False
    others: bool = False
    is_day: bool = False
    spans: bool = False
    asserts: bool = False
    subjects: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    unless: set[str] = field(default_factory=set)
    makes_sure: set[str] = field(default_factory=set)
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
    """A subject's name put together of small words (申请公开政府信息的事项): what it looks like,
    and the words of which it must hold one each. One with a word of `kinds` is for a kind of the
    subject (信息公开网络申请), but not for its last word (依申请公开信件)."""

    pattern: re.Pattern[str]
    needed: tuple[re.Pattern[str], ...]
    kinds: re.Pattern[str]
    head: re.Pattern[str]
    role: Role
    role_of_kind: Role

    def match(self, text: str, start: int, end: int) -> tuple[int, Role]:
        """Where the name that begins at `start` ends, and what it is; `start` when there is
        none."""
        match = self.pattern.match(text, start, end)
        if match is None or not all(words.search(match[0]) for words in self.needed):
            return start, _NO_ROLE
        is_kind = self.kinds.search(self.head.sub("", match[0])) is not None
        return match.end(), self.role_of_kind if is_kind else self.role


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words of a form's statements about one of its texts."""

    claims: tuple[KnownClaim, ...]
    roles: dict[str, Role]
    phrases: tuple[Phrase, ...]
    pattern: re.Pattern[str]
    naming: re.Pattern[str]
    leading_away: re.Pattern[str]
    explaining: re.Pattern[str]
    faults: Mapping[str, re.Pattern[str]]
    subjects: tuple[str, ...]

    def verb_of(self, token: Token, subject: str) -> bool:
        """Whether a word is in a verb of any claim about the subject."""
        return any(True for _ in self.claims_of(token, subject))

    def claims_of(self, token: Token, subject: str) -> Iterator[KnownClaim]:
        """The claims about the subject in whose verbs a word is."""
        for step in token.role.steps:
            known = self.claims[step.claim]
            if not step.denies and known.subject == subject:
                yield known

    def role_of_year(self, distance: int) -> Role:
        """What a year can be, by its distance from the report's: as 上年 or 下年."""
        word = {-1: "上年", 1: "下年"}.get(distance, "")
        return self.roles.get(word, _NO_ROLE)

    def may_name_subject(self, text: str, start: int, end: int) -> bool:
        """Whether a part of a text holds a word without which no subject can be named: a look that
        takes a tenth of the time of reading it."""
        return self.naming.search(text, start, end) is not None

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
            reached, role = phrase.match(text, match.start(), end)
            if reached > match.end():
                return Token(TokenKind.WORD, match.start(), reached, role)
        return None

    def _token(self, match: re.Match[str]) -> Token:
        group = match.lastgroup or ""
        start, end = match.span()
        match group:
            case "word":
                return Token(TokenKind.WORD, start, end, self.roles[match[0]])
            case "atom":
                return Token(TokenKind.UNKNOWN, start, end)
            case "adverbial":
                return Token(TokenKind.WORD, start, end, self._role_of_adverbial(match[0]))
            case "ways":
                role = Role(neutral=True, unless={*self.subjects})
                return Token(TokenKind.WORD, start, end, role)
            case "cause":
                return self._cause(match)
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

    def _role_of_adverbial(self, words: str) -> Role:
        """It changes nothing, save that its words may lead away from a subject."""
        role = Role(neutral=True)
        for word in self.leading_away.findall(words):
            role.unless |= self.roles[word].unless
        return role

    def _cause(self, match: re.Match[str]) -> Token:
        """A cause makes sure of the subjects that its words go with; another is unknown."""
        words = self.explaining.findall(match[0])
        sure = {subject for word in words for subject in self.roles[word].beside}
        sure |= {subject for subject, faults in self.faults.items() if faults.fullmatch(match[0])}
        if not sure:
            return Token(TokenKind.UNKNOWN, *match.span())
        return Token(TokenKind.WORD, *match.span(), Role(beside=sure, makes_sure=sure))


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
    measures: set[str] = set(TIMES)
    for known in claims:
        measures.update(known.claim.measures)
    subjects = {known.subject: known.claim.subject for known in claims}
    for subject in subjects.values():
        builder.add_subject(subject)
    phrases = tuple(
        _phrase(builder.roles, subject) for subject in subjects.values() if subject.made_of
    )
    roles = dict(builder.roles)
    atoms = {word for subject in subjects.values() for word in _atoms(subject)}
    return Lexicon(
        claims=claims,
        roles=roles,
        phrases=phrases,
        pattern=_pattern(roles, measures, atoms),
        naming=_naming(roles, subjects.values()),
        leading_away=_leading_away(roles),
        explaining=_explaining(roles),
        faults={subject: _faults(roles, claims, subject) for subject in subjects},
        subjects=tuple(subjects),
    )


def _naming(roles: Mapping[str, Role], subjects: Iterable[Subject]) -> re.Pattern[str]:
    """The names of subjects, and for names put together the words of which each holds one."""
    words = {word for word, role in roles.items() if role.subjects}
    for subject in subjects:
        words.update(*subject.made_of[:1])
    return re.compile(_any_of(words) or NOTHING)


def _leading_away(roles: Mapping[str, Role]) -> re.Pattern[str]:
    """The words that lead away from any subject."""
    words = [word for word, role in roles.items() if role.unless]
    return re.compile(_any_of(words) or NOTHING)


def _explaining(roles: Mapping[str, Role]) -> re.Pattern[str]:
    """The words that say what a cause is about."""
    words = [word for word, role in roles.items() if role.beside]
    long_words = [word for word in words if len(word) >= SHORTEST_CAUSE]
    return re.compile(_any_of(long_words) or NOTHING)


def _faults(
    roles: Mapping[str, Role], claims: Sequence[KnownClaim], subject: str
) -> re.Pattern[str]:
    """A cause of which every word goes with a subject, and one says what was done about another
    (因答复不当引起的): what went wrong when that was done."""
    plain = [word for word, role in roles.items() if role.neutral or subject in role.beside]
    done = [word for word in plain if _is_done_to_another(roles[word], claims, subject)]
    plain_words = _any_of((*plain, *FAULTS, *CAUSED))
    tells_what = rf"(?=.*?(?:{_any_of(done) or NOTHING}))"
    return re.compile(rf"{BECAUSE}{tells_what}(?:{plain_words})++")


def _is_done_to_another(role: Role, claims: Sequence[KnownClaim], subject: str) -> bool:
    """Whether a word is a verb of something else than the subject."""
    return any(not step.denies and claims[step.claim].subject != subject for step in role.steps)


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
    if not subject.made_of:
        return set()
    return {*chain.from_iterable(subject.made_of), *subject.made_with, *subject.parts}


def _phrase(roles: Mapping[str, Role], subject: Subject) -> Phrase:
    """The names that can be put together for a subject. What is beside one of them in the
    definition may be beside all."""
    atom = f"(?:{_any_of(_atoms(subject))})"
    phrase = Phrase(
        pattern=re.compile(rf"{atom}(?: ?{atom})*+"),
        needed=tuple(re.compile(_any_of(group)) for group in subject.made_of),
        kinds=re.compile(_any_of(subject.parts) or NOTHING),
        head=re.compile(rf"(?:{_any_of(subject.made_with) or NOTHING})$"),
        role=Role(subjects={subject.id}),
        role_of_kind=Role(subjects={subject.id}, parts={subject.id}),
    )
    for word, role in roles.items():
        reached, _ = phrase.match(word, 0, len(word))
        if reached == len(word):
            role.subjects.add(subject.id)
            phrase.role.beside.update(role.beside)
    for word in subject.words:
        roles[word].beside.update(phrase.role.beside)
    phrase.role_of_kind.beside.update(phrase.role.beside)
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
        rf"|(?P<year>(?<!\d){_YEAR_DIGITS} ?年(?:度?内|度?以来|度|底|末)?)"
        rf"|(?P<adverbial>{ADVERBIALS})|(?P<ways>{WAYS})|(?P<cause>{CAUSE})"
        rf"|(?P<word>(?=[{first}])(?:{_any_of(roles)}))"
        rf"|(?P<month>(?<!\d){_MONTH_DAY}|{_SPAN_OF_YEARS})"
        rf"|(?P<number>{_WITH_COMMAS}|\d+(?:\.\d+)?%?|[{numerals.CHINESE}]+)"
        rf" ?(?P<measure>{_any_of(measures)})?"
        rf"|(?P<atom>{_any_of(atoms) or NOTHING})"
        r"|(?P<comma>[，,：:…])|(?P<semicolon>[；;])|(?P<stop>[。！？!?]|\.(?!\d))|(?P<line>\n+)"
        r"|(?P<open>[（(【〔\[])|(?P<close>[）)】〕\]])"
        r"|(?P<space>[ “”‘’\"]+)",
        re.MULTILINE,
    )
