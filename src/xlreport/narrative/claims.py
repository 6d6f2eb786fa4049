"""What a text says about numbers, read clause by clause.

A clause says something only when every condition of `CONDITIONS` holds: every word of it is known,
it has a subject, a verb, a number with its measure word, and words that change nothing. One
unknown word, another year or a second number, and the clause says nothing. So 收到投诉65件 or
自然人提出10件 can never be taken for the applications of the year. What the clauses before leave
behind (what is being spoken of, what leads astray) is kept by `Context`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from xlreport.form.model import Claim, Statement
from xlreport.narrative.lexicon import KnownClaim, Lexicon, Token, TokenKind

LONGEST_QUOTE = 40
"""Characters that are quoted from a text."""

PATIENCE = 2
"""After more clauses of other words than this a subject is no longer what 办结 or 其中 refers to.
"""

_LINE = re.compile(r"[^\n]+\n*")
_TIME, _COUNTS = "time", "counts"
"""Reasons why a sentence goes astray besides a subject's own: another time, other things counted.
"""

Span = tuple[int, int]
"""A place in a text: its first character, and the one after its last."""


def stated_numbers(lexicon: Lexicon, text: str, year: int) -> list[StatedNumber]:
    """Everything that a text (as `readable` prepared it) says about the form's numbers."""
    reader = _Reader(lexicon, text, year)
    for line in _LINE.finditer(text):
        if reader.context.topic or lexicon.subject.search(text, *line.span()):
            for clause in clauses(lexicon.tokens(text, *line.span())):
                reader.read(clause)
    return reader.stated


# --- clauses and quotes ------------------------------------------------------------------

_MARKS = (
    TokenKind.COMMA,
    TokenKind.STOP,
    TokenKind.LINE,
    TokenKind.OPEN,
    TokenKind.CLOSE,
)


@dataclass(frozen=True, slots=True)
class StatedNumber:
    """A number that a text gives for a claim, where it is said, and where the subject was named
    when that was in an earlier clause."""

    statement: Statement
    claim: Claim
    number: int
    place: Span
    subject: Span | None = None

    def quote(self, text: str) -> str:
        """The words as written, without what stands between the subject and the number."""
        words = shortened(text[slice(*self.place)])
        if self.subject is None:
            return words
        between = text[self.subject[1] : self.place[0]]
        if len(between) > 1:
            between = "……"
        return shortened(text[slice(*self.subject)]) + between + words


def shortened(words: str) -> str:
    """At most LONGEST_QUOTE characters, without line breaks."""
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}……"


@dataclass(slots=True)
class Clause:
    """Tokens between two marks, and the mark that ends them."""

    tokens: list[Token]
    mark: TokenKind

    @property
    def meant(self) -> list[Token]:
        """The tokens before a comparison with something else (较上年增加2件)."""
        for i, token in enumerate(self.tokens):
            if token.role.compares:
                return self.tokens[:i]
        return self.tokens


def clauses(tokens: Iterable[Token]) -> Iterator[Clause]:
    """、 ends a clause only after a number with its measure word, or else it joins two words."""
    current: list[Token] = []
    for token in tokens:
        if token.kind in _MARKS:
            yield Clause(current, token.kind)
            current = []
        elif token.role.joins and current and current[-1].measure:
            yield Clause(current, TokenKind.COMMA)
            current = []
        else:
            current.append(token)
    yield Clause(current, TokenKind.LINE)


# --- a clause and a claim ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut:
    """A clause cut at its number. One that says that there were none (未收到来信) has no number,
    and all its words are before."""

    before: Sequence[Token]
    number: Token | None = None
    after: Sequence[Token] = ()

    @property
    def value(self) -> int:
        """The number; 0 where there were none."""
        return self.number.value or 0 if self.number is not None else 0

    @property
    def others(self) -> Iterator[Token]:
        """All tokens but the number."""
        yield from self.before
        yield from self.after

    @property
    def place(self) -> Span:
        """Where the clause stands."""
        number = () if self.number is None else (self.number,)
        tokens = [*self.before, *number, *self.after]
        return tokens[0].start, tokens[-1].end


def cut(tokens: Sequence[Token]) -> Cut | None:
    """A clause cut at its first number, or without one when a word says that there were none; None
    for a clause that says neither. 一 right after that word (没有收到一件) is no number of its
    own."""
    for i, token in enumerate(tokens):
        if token.role.denials and not token.role.verbs:
            following = tokens[i + 1 :]
            if following and following[0].kind is TokenKind.NUMBER and following[0].value == 1:
                following = following[1:]
            return Cut([*tokens[: i + 1], *following])
    for i, token in enumerate(tokens):
        if token.kind is TokenKind.NUMBER:
            return Cut(tokens[:i], token, tokens[i + 1 :])
    return None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clause, and a claim that it may state: what the conditions judge."""

    lexicon: Lexicon
    text: str
    year: int
    context: Context
    cut: Cut
    known: KnownClaim

    @property
    def claim(self) -> Claim:
        """The claim."""
        return self.known.claim

    @property
    def names_subject(self) -> bool:
        """Whether the clause itself names the claim's subject."""
        subject = self.known.subject
        return any(subject in token.role.subjects for token in self.cut.others)

    @property
    def continues(self) -> bool:
        """Whether the clause names no subject at all, and the claim's is being spoken of."""
        if self.context.topic != self.known.subject:
            return False
        return not any(token.role.subjects for token in self.cut.others)

    def fits(self, token: Token) -> bool:
        """Whether a word may stand in a clause that states the claim."""
        role, position = token.role, self.known.position
        if role.goes_with(self.known.subject):
            return True
        return position in role.verbs or position in role.denials

    def stated(self) -> StatedNumber:
        """The number that the clause states for the claim."""
        subject = None if self.names_subject else self.context.anchor
        return StatedNumber(
            self.known.statement, self.claim, self.cut.value, self.cut.place, subject
        )


# --- the conditions ----------------------------------------------------------------------


def every_word_is_known(it: Candidate) -> bool:
    """An unknown word may change what is counted."""
    return all(token.kind is not TokenKind.UNKNOWN for token in it.cut.others)


def there_is_one_number(it: Candidate) -> bool:
    """Of two numbers one may be a part of the other, or both the ends of a range."""
    return all(token.kind is not TokenKind.NUMBER for token in it.cut.others)


def no_other_year_is_named(it: Candidate) -> bool:
    """A number of another year is none of this report's."""
    years = [token.value for token in it.cut.others if token.kind is TokenKind.YEAR]
    return all(year == it.year for year in years)


def the_sentence_is_about_the_year(it: Candidate) -> bool:
    """An earlier clause of the sentence may have gone to another time."""
    return _TIME not in it.context.astray


def the_number_is_certain(it: Candidate) -> bool:
    """三四 is no number, and 一百一 could be two."""
    return it.cut.number is None or it.cut.number.value is not None


def the_number_counts_something(it: Candidate) -> bool:
    """A number without a measure word may be anything, save a 0 that ends the clause."""
    number = it.cut.number
    if number is None or number.measure:
        return True
    return number.value == 0 and not it.cut.after


def the_measure_is_the_subjects(it: Candidate) -> bool:
    """What is counted in another measure word is something else."""
    number = it.cut.number
    if number is None or not number.measure:
        return True
    return number.measure in it.claim.measures


def nothing_leads_away_from_the_subject(it: Candidate) -> bool:
    """After a word of the subject's `unless` the rest of the sentence may count something else."""
    return it.known.subject not in it.context.astray


def nothing_else_is_being_counted(it: Candidate) -> bool:
    """A list of other things may go on; only a verb says that the year's are meant."""
    if it.cut.number is None or it.claim.verbs:
        return True
    return _COUNTS not in it.context.astray


def each_word_names_one_subject(it: Candidate) -> bool:
    """Of two subjects in one word nobody knows how many of each there were, unless there were
    none."""
    if it.cut.value == 0:
        return True
    return all(len(token.role.subjects) <= 1 for token in it.cut.before)


def the_words_before_fit(it: Candidate) -> bool:
    """Before the number only what belongs to the claim; of a list, 0 is said for each item."""
    for i, token in enumerate(it.cut.before):
        if token.kind is not TokenKind.WORD or it.fits(token):
            continue
        if it.cut.value != 0 or not _in_a_list(it.cut.before, i):
            return False
    return True


def the_words_after_fit(it: Candidate) -> bool:
    """Behind the number any verb of the subject may follow (收到来信12件已办结)."""
    for token in it.cut.after:
        if token.kind is not TokenKind.WORD or it.fits(token):
            continue
        if not it.lexicon.verb_of(token, it.known.subject):
            return False
    return True


def a_verb_of_the_claim_states_it(it: Candidate) -> bool:
    """What happened to the things that are counted must be said before the number."""
    if it.cut.number is None or not it.claim.verbs:
        return True
    return any(it.known.position in token.role.verbs for token in it.cut.before)


def no_verb_states_something_else(it: Candidate) -> bool:
    """A claim without verbs is about how many there were, not what happened to them."""
    if it.cut.number is None or it.claim.verbs:
        return True
    return not any(token.role.verbs for token in it.cut.before)


def a_word_of_the_claim_denies_it(it: Candidate) -> bool:
    """That there were none must be said by one of the claim's own words for it."""
    if it.cut.number is not None:
        return True
    return any(it.known.position in token.role.denials for token in it.cut.before)


def one_is_counted(it: Candidate) -> bool:
    """收到一件、答复一件 is a manner of speaking; 一 counts behind the subject only."""
    number = it.cut.number
    if number is None or number.value != 1 or it.text[number.start] != "一":
        return True
    return any(it.known.subject in token.role.subjects for token in it.cut.before)


def the_subject_is_known(it: Candidate) -> bool:
    """It is named in the clause, or a clause before named it and this one goes on about it: with a
    verb (办结12件), or, where there were none, right behind."""
    if it.names_subject:
        return True
    if not it.claim.from_context or not it.continues:
        return False
    return it.context.adjacent if it.cut.number is None else bool(it.claim.verbs)


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule that a clause must keep to be read; its docstring says why. `admits` is a text that
    is read and `stops` one that only this condition keeps from being read."""

    holds: Callable[[Candidate], bool]
    admits: str
    stops: str

    @property
    def name(self) -> str:
        """The name of its function."""
        return self.holds.__name__


CONDITIONS: tuple[Condition, ...] = (
    Condition(every_word_is_known, "收到群众来信12件", "收到涉及拆迁的来信12件"),
    Condition(there_is_one_number, "收到来信12件", "收到来信12件至15件"),
    Condition(no_other_year_is_named, "2025年收到来信12件", "2024年收到来信12件"),
    Condition(the_sentence_is_about_the_year, "上年不计。收到来信12件", "上年，收到来信12件"),
    Condition(the_number_is_certain, "收到来信十三件", "收到来信三四件"),
    Condition(the_number_counts_something, "收到的来信为0", "收到的来信为12"),
    Condition(the_measure_is_the_subjects, "接待来访12批", "接待来访12件"),
    Condition(
        nothing_leads_away_from_the_subject,
        "处理投诉5件。收到来信12件",
        "处理投诉5件，收到来信12件",
    ),
    Condition(nothing_else_is_being_counted, "发出通知。来信12件", "发出通知5件，来信12件"),
    Condition(each_word_names_one_subject, "来信和来访0件", "来信和来访12件"),
    Condition(the_words_before_fit, "收到群众来信12件", "收到网上来信12件"),
    Condition(the_words_after_fit, "收到12件群众来信", "收到12件网上来信"),
    Condition(a_verb_of_the_claim_states_it, "收到来信12封", "来信12封"),
    Condition(no_verb_states_something_else, "来信12件", "接待来信12件"),
    Condition(a_word_of_the_claim_denies_it, "未收到来信", "谢绝来信"),
    Condition(one_is_counted, "收到来信一件", "收到一件来信"),
    Condition(the_subject_is_known, "来信方面，收到12件", "收到12件，来信很多"),
)
"""A clause is read when all of these hold; a new rule is a function and one row here.

The examples speak of letters (来信) and visits (来访) in a report of 2025: the definition that a
test reads them with has these subjects, and its words say which verbs and measure words go with
them.
"""


def _in_a_list(tokens: Sequence[Token], position: int) -> bool:
    """Whether a word is another subject in a list (行政复议、行政诉讼), of which 0 is said
    together."""
    if not tokens[position].role.subjects:
        return False
    left = _neighbour(reversed(tokens[:position]))
    right = _neighbour(tokens[position + 1 :])
    if left is not None and left.role.subjects:
        return False
    return any(token is not None and token.role.joins for token in (left, right))


def _neighbour(tokens: Iterable[Token]) -> Token | None:
    """The first word that names a subject, or joins two words."""
    return next((token for token in tokens if token.role.subjects or token.role.joins), None)


# --- going through a text ----------------------------------------------------------------


@dataclass(slots=True)
class Context:
    """What the clauses before are about.

    `topic` is the subject that a clause without one refers to, `anchor` where it was named,
    `adjacent` is whether that was in the clause before; `astray` holds why the rest of the
    sentence may count something else, `depth` counts open brackets.
    """

    year: int
    topic: str = ""
    anchor: Span = (0, 0)
    patience: int = 0
    adjacent: bool = False
    astray: set[str] = field(default_factory=set)
    depth: int = 0
    line_is_heading: bool = True

    def come_back(self, tokens: Iterable[Token]) -> None:
        """Naming the report year ends a look back."""
        years = [token.value for token in tokens if token.kind is TokenKind.YEAR]
        if self.year in years:
            self.astray.discard(_TIME)

    def hold(self, topic: str, tokens: Sequence[Token]) -> None:
        """The clause is about this subject."""
        if any(topic in token.role.subjects for token in tokens):
            self.anchor = (tokens[0].start, tokens[-1].end)
        self.topic = topic
        self.patience = PATIENCE
        self.adjacent = True

    def wander(self, tokens: Sequence[Token]) -> None:
        """A clause of other words may lead astray by what, whom or when it is about."""
        if self.depth:
            return
        self.adjacent = self.line_is_heading = False
        self.patience -= 1
        for token in tokens:
            self._leave(token)
        if self.patience < 0 or self._topic_is_lost(tokens):
            self.topic = ""

    def _leave(self, token: Token) -> None:
        """Notes where a word leads to."""
        self.astray |= token.role.unless
        is_other_year = token.kind is TokenKind.YEAR and token.value != self.year
        if is_other_year or token.role.other_time:
            self.astray.add(_TIME)
        if token.measure:
            self.astray.add(_COUNTS)

    def _topic_is_lost(self, tokens: Sequence[Token]) -> bool:
        """Whether the next clause can no longer go on about the topic."""
        if self.astray & {self.topic, _TIME, _COUNTS} or tokens[-1].role.scene:
            return True
        return not any(self._keeps_topic(token) for token in tokens)

    def _keeps_topic(self, token: Token) -> bool:
        """Whether a word names the topic, or goes with it without being a verb."""
        role = token.role
        return self.topic in role.subjects or (self.topic in role.beside and not role.verbs)

    def end(self, mark: TokenKind) -> None:
        """A mark ends the clause, and perhaps the bracket, the sentence or the line."""
        if mark is TokenKind.OPEN:
            self.depth += 1
        elif mark is TokenKind.CLOSE:
            self.depth = max(0, self.depth - 1)
        elif mark in (TokenKind.STOP, TokenKind.LINE):
            self.astray.clear()
            self.depth = 0
        if mark is TokenKind.LINE:
            if not self.line_is_heading:
                self.topic = ""
            self.line_is_heading = True


class _Reader:
    """Goes through the clauses of a text."""

    def __init__(self, lexicon: Lexicon, text: str, year: int) -> None:
        self.lexicon = lexicon
        self.text = text
        self.year = year
        self.context = Context(year)
        self.stated: list[StatedNumber] = []

    def read(self, clause: Clause) -> None:
        """Notes what the clause states, and what it leaves behind for the next."""
        tokens = clause.meant
        if tokens:
            self.context.come_back(tokens)
            self._read(tokens)
        self.context.end(clause.mark)

    def _read(self, tokens: list[Token]) -> None:
        stated = self._stated(tokens)
        if stated:
            self.context.hold(stated[-1].claim.subject.id, tokens)
            self.context.line_is_heading = False
            self.stated += stated
            return
        topic = self._topic_of(tokens)
        if topic is None:
            self.context.wander(tokens)
        else:
            self.context.hold(topic, tokens)

    def _stated(self, tokens: list[Token]) -> list[StatedNumber]:
        """What a clause states. A number is that of the first claim of a statement about a
        subject."""
        parts = cut(tokens)
        if parts is None:
            return []
        stated: list[StatedNumber] = []
        taken: set[tuple[str, str]] = set()
        for known in self.lexicon.claims:
            about = (known.statement.code, known.subject)
            if about in taken:
                continue
            it = Candidate(self.lexicon, self.text, self.year, self.context, parts, known)
            if all(condition.holds(it) for condition in CONDITIONS):
                stated.append(it.stated())
                if parts.number is not None:
                    taken.add(about)
        return stated

    def _topic_of(self, tokens: Sequence[Token]) -> str | None:
        """The subject of a clause that only names one (依申请公开方面), or None."""
        if self.context.astray or any(token.kind is TokenKind.NUMBER for token in tokens):
            return None
        if any(token.role.denials for token in tokens):
            return None
        for subject in self.lexicon.subjects:
            if self._is_about(subject, tokens):
                return subject
        return None

    def _is_about(self, subject: str, tokens: Sequence[Token]) -> bool:
        """Whether a clause names the subject or goes on about it, and all its words fit."""
        is_named = any(subject in token.role.subjects for token in tokens)
        if not is_named and subject != self.context.topic:
            return False
        return all(self._belongs(token, subject) for token in tokens)

    def _belongs(self, token: Token, subject: str) -> bool:
        """Whether a word may stand in a clause that only names the subject."""
        if token.kind is TokenKind.YEAR:
            return token.value == self.year
        return token.role.goes_with(subject) or self.lexicon.verb_of(token, subject)
