"""What a text says about numbers, read clause by clause.

A clause says something only when every condition of `CONDITIONS` holds: every word of it is known,
it has a subject, a verb, a number with its measure word, and words that change nothing. One
unknown word, another year or a second number, and the clause says nothing. So 收到投诉65件 or
自然人提出10件 can never be taken for the applications of the year. What the clauses before leave
behind (what is being spoken of, what leads astray) is kept by `Context`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xlreport.form.expression import Number
from xlreport.form.model import Claim, Statement
from xlreport.narrative.lexicon import KnownClaim, Lexicon, Role, Token, TokenKind

LONGEST_QUOTE = 40
"""Characters that are quoted from a text."""

PATIENCE = 2
"""After more clauses of other words than this a subject is no longer what 办结 or 其中 refers to.
"""

_LINE = re.compile(r"[^\n]+\n*")
_TIME, _COUNTS, _PARTS, _MIXED = "time", "counts", "parts", "mixed"
"""Reasons why a sentence goes astray besides a subject's own: another time, other things counted,
kinds of the subject counted one by one, and what happened to each of them between.
"""

Span = tuple[int, int]
"""A place in a text: its first character, and the one after its last."""


def stated_numbers(lexicon: Lexicon, text: str, year: int) -> list[StatedNumber]:
    """Everything that a text (as `readable` prepared it) says about the form's numbers."""
    reader = _Reader(lexicon, text, year)
    for line in _LINE.finditer(text):
        tokens = list(lexicon.tokens(text, *line.span()))
        if reader.context.topic or lexicon.names_subject(tokens):
            for clause in clauses(tokens):
                reader.read(clause)
    return _without_kinds(reader.stated, reader.context.kinds_counted)


def _without_kinds(stated: Sequence[StatedNumber], others: int) -> list[StatedNumber]:
    """Without the numbers of single kinds (通过网络收到8件), save one that stands for the whole: the
    text counts nothing else, or says of all kinds that there were none. `others` is how many further
    kinds the text counts."""
    kinds = [number for number in stated if number.is_of_a_kind]
    if not kinds:
        return list(stated)
    first = kinds[0].claim.readings[0]
    counts = [number for number in stated if number.claim.readings[0] == first]
    if len(counts) + others == 1 or not any(number.number for number in counts):
        return list(stated)
    return [number for number in stated if not number.is_of_a_kind]


# --- clauses and quotes ------------------------------------------------------------------

_MARKS = (
    TokenKind.COMMA,
    TokenKind.SEMICOLON,
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
    is_of_a_kind: bool = False

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
    """A clause cut at its first number, or without one when a word before says that there were
    none; None for a clause that says neither. 一 right after that word (没有收到一件) is no number
    of its own."""
    for i, token in enumerate(tokens):
        if token.kind is TokenKind.NUMBER:
            return Cut(tokens[:i], token, tokens[i + 1 :])
        if token.role.denies and not token.role.asserts:
            return Cut([*tokens[: i + 1], *_without_one(tokens[i + 1 :])])
    return None


def _without_one(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens behind 没有, without the 一件 of 没有一件 and 没有收到一件."""
    for i, token in enumerate(tokens):
        if token.kind is TokenKind.NUMBER:
            return [*tokens[:i], *tokens[i + 1 :]] if token.value == 1 and i <= 1 else tokens
    return tokens


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clause, and a claim that it may state: what the conditions judge. `spoken` are the words
    of each verb that the clause has in full."""

    lexicon: Lexicon
    text: str
    year: int
    context: Context
    cut: Cut
    known: KnownClaim
    spoken: Mapping[int, tuple[Token, ...]]

    @property
    def claim(self) -> Claim:
        """The claim."""
        return self.known.claim

    @property
    def counts_without_verb(self) -> bool:
        """Whether the claim says how many there were, and nothing that happened to them."""
        return self.cut.number is not None and not self.claim.verbs

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

    @property
    def verb(self) -> tuple[Token, ...]:
        """The words of the claim's verbs, or of its denial, in the clause."""
        verbs = self.known.none if self.cut.number is None else self.known.verbs
        return tuple(token for verb in verbs for token in self.spoken.get(verb, ()))

    def fits(self, token: Token) -> bool:
        """Whether a word may stand in a clause that states the claim."""
        role, subject = token.role, self.known.subject
        return token in self.verb or role.goes_with(subject) or subject in role.parts

    @property
    def kinds(self) -> list[Token]:
        """The words before the number that are for kinds of the subject."""
        return [token for token in self.cut.before if self.known.subject in token.role.parts]

    @property
    def is_of_a_kind(self) -> bool:
        """Whether only one kind is counted (通过网络收到), not a list of them (网络、信函等渠道)."""
        kinds = self.kinds
        if not kinds or any(token.role.ends_list for token in self.cut.before):
            return False
        first, last = (self.cut.before.index(kind) for kind in (kinds[0], kinds[-1]))
        return not any(token.role.joins for token in self.cut.before[first:last])

    @property
    def sums_up(self) -> bool:
        """Whether the number is the sum of those before it in the sentence (上年2件，新收10件，共12件).
        """
        numbers = self.context.numbers
        if len(numbers) < 2 or not any(token.role.sums for token in self.cut.before):
            return False
        return self.continues and self.cut.value == sum(numbers)

    @property
    def begins_with_number(self) -> bool:
        """Whether nothing but words that change nothing stand before the number."""
        return not any(
            token.role.subjects or token.role.steps or token.role.parts for token in self.cut.before
        )

    def first_verb_after(self) -> Token | None:
        """The first word behind the number that is in a verb about the subject."""
        for token in self.cut.after:
            if self.lexicon.verb_of(token, self.known.subject):
                return token
        return None

    def stated(self) -> StatedNumber:
        """The number that the clause states for the claim."""
        subject = None if self.names_subject else self.context.anchor
        return StatedNumber(
            self.known.statement,
            self.claim,
            self.cut.value,
            self.cut.place,
            subject,
            self.is_of_a_kind,
        )


# --- the conditions ----------------------------------------------------------------------


def every_word_is_known(it: Candidate) -> bool:
    """An unknown word may change what is counted."""
    return all(token.kind is not TokenKind.UNKNOWN for token in it.cut.others)


def there_is_one_number(it: Candidate) -> bool:
    """Of two numbers one may be a part of the other, or both the ends of a range."""
    return all(token.kind is not TokenKind.NUMBER for token in it.cut.others)


def no_other_year_is_named(it: Candidate) -> bool:
    """A number of another year is none of this report's, unless it was carried over from it."""
    years = [token for token in it.cut.others if token.kind is TokenKind.YEAR]
    return all(token.value == it.year or token in it.verb for token in years)


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


def nothing_else_is_being_counted(it: Candidate) -> bool:
    """A list of other things may go on; only a verb says that the year's are meant."""
    if not it.counts_without_verb or it.sums_up:
        return True
    return not it.context.astray & {_COUNTS, it.known.subject}


def no_kinds_are_being_counted(it: Candidate) -> bool:
    """What is said among the kinds of a subject may be said of one of them."""
    return it.names_subject or it.sums_up or _PARTS not in it.context.astray


def a_kind_is_not_the_whole(it: Candidate) -> bool:
    """自然人10件 is a part of what was received; a verb says that what follows was received."""
    if not it.kinds:
        return True
    return bool(it.verb) and not it.context.among_parts


def a_part_is_not_the_whole(it: Candidate) -> bool:
    """Behind 其中 what was counted before is counted again by its kinds."""
    if not it.context.among_parts:
        return True
    return it.claim.readings[0] not in it.context.counted


def a_part_is_no_more_than_the_whole(it: Candidate) -> bool:
    """After other clauses a larger number is that of something else."""
    if it.names_subject or it.context.adjacent or not it.context.whole:
        return True
    return it.cut.value <= it.context.whole


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
        if it.cut.value != 0 or not _in_a_list(it, i):
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
    """What happened to the things that are counted is said before the number, or right behind one
    that begins the clause (2件结转下年)."""
    if it.cut.number is None or not it.claim.verbs:
        return True
    if any(token in it.verb for token in it.cut.before):
        return True
    return it.begins_with_number and it.first_verb_after() in it.verb


def no_verb_states_something_else(it: Candidate) -> bool:
    """A claim without verbs is about how many there were, not what happened to them."""
    if not it.counts_without_verb:
        return True
    return not any(it.lexicon.verb_of(token, it.known.subject) for token in it.cut.before)


def a_word_of_the_claim_denies_it(it: Candidate) -> bool:
    """That there were none must be said by one of the claim's own words for it."""
    return it.cut.number is not None or bool(it.verb)


def one_is_counted(it: Candidate) -> bool:
    """收到一件、答复一件 is a manner of speaking; 一 counts behind the subject only."""
    number = it.cut.number
    if number is None or number.value != 1 or it.text[number.start] != "一":
        return True
    return any(it.known.subject in token.role.subjects for token in it.cut.before)


def the_subject_is_known(it: Candidate) -> bool:
    """It is named in the clause, or a clause before named it and this one goes on about it: with a
    verb (办结12件), or, where there were none, right behind."""
    if it.names_subject or (it.sums_up and it.counts_without_verb):
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
    Condition(nothing_else_is_being_counted, "发出通知。来信12件", "发出通知5件，来信12件"),
    Condition(no_kinds_are_being_counted, "", ""),
    Condition(a_kind_is_not_the_whole, "", ""),
    Condition(a_part_is_not_the_whole, "", ""),
    Condition(a_part_is_no_more_than_the_whole, "", ""),
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


def _in_a_list(it: Candidate, position: int) -> bool:
    """Whether a word is another subject in a list (行政复议、行政诉讼), of which 0 is said
    together. What may stand beside the claim's subject is no item of the list."""
    tokens = it.cut.before
    role = tokens[position].role
    if not role.subjects and it.known.subject not in role.unless:
        return False
    left = _neighbour(it.known.subject, reversed(tokens[:position]))
    right = _neighbour(it.known.subject, tokens[position + 1 :])
    if left is not None and left.role.subjects:
        return False
    return any(token is not None and token.role.joins for token in (left, right))


def _neighbour(subject: str, tokens: Iterable[Token]) -> Token | None:
    """The first word that names another subject, or joins two words."""
    for token in tokens:
        names_one = bool(token.role.subjects) and subject not in token.role.beside
        if names_one or token.role.joins:
            return token
    return None


# --- going through a text ----------------------------------------------------------------


@dataclass(slots=True)
class Context:
    """What the clauses before are about.

    `topic` is the subject that a clause without one refers to, `anchor` where it was named,
    `adjacent` is whether that was in the clause before; `whole` is the largest number that was
    stated of it, `counted` what was counted in the sentence, `parts` the sum of the kinds since;
    `astray` holds why the rest of the sentence may count something else, `depth` counts open
    brackets.
    """

    lexicon: Lexicon
    year: int
    topic: str = ""
    anchor: Span = (0, 0)
    patience: int = 0
    adjacent: bool = False
    whole: int = 0
    parts: int = 0
    kinds_counted: int = 0
    numbers: list[int] = field(default_factory=list)
    counted: list[Number] = field(default_factory=list)
    among_parts: bool = False
    astray: set[str] = field(default_factory=set)
    depth: int = 0
    line_is_heading: bool = True

    def enter(self, tokens: Sequence[Token]) -> None:
        """Naming the report year ends a look back; 其中 begins a list of parts."""
        years = [token.value for token in tokens if token.kind is TokenKind.YEAR]
        if self.year in years:
            self.astray.discard(_TIME)
        if any(token.role.opens_parts for token in tokens):
            self.among_parts = True

    def hold(self, topic: str, tokens: Sequence[Token]) -> None:
        """The clause is about this subject."""
        if any(topic in token.role.subjects for token in tokens):
            self.anchor = (tokens[0].start, tokens[-1].end)
            self.astray -= {topic, _COUNTS, _PARTS}
        if topic != self.topic:
            self.whole = 0
        self.topic = topic
        self.patience = PATIENCE
        self.adjacent = True

    def count(self, stated: Sequence[StatedNumber]) -> None:
        """These numbers were stated of the topic. A sum ends a list of kinds."""
        if len(self.numbers) > 1 and stated[-1].number == sum(self.numbers):
            self.astray.discard(_PARTS)
        self.numbers.append(stated[-1].number)
        whole = [number for number in stated if not number.is_of_a_kind]
        self.counted += [number.claim.readings[0] for number in whole]
        self.whole = max([self.whole, *(number.number for number in whole)])

    def wander(self, tokens: Sequence[Token]) -> None:
        """A clause of other words may lead astray by what, whom or when it is about."""
        if self.depth or self._is_a_share(tokens):
            return
        self.line_is_heading = False
        if self._is_a_part(tokens):
            self._count_part(tokens)
            return
        if _PARTS in self.astray and any(token.measure for token in tokens):
            self.astray.add(_MIXED)
        if self._is_about_topic(tokens):
            return
        self.adjacent = False
        self.patience -= 1
        for token in tokens:
            self._leave(token)
        if any(token.measure for token in tokens) and not self.lexicon.names_subject(tokens):
            self.astray.add(_COUNTS)
        if self.patience < 0 or self._topic_is_lost(tokens):
            self.lose_topic()

    def lose_topic(self) -> None:
        """Nothing is being spoken of."""
        self.topic = ""
        self.whole = 0

    @staticmethod
    def _is_a_share(tokens: Sequence[Token]) -> bool:
        """Whether a clause gives a percentage only (占66%, 办结率100%)."""
        kinds = [token.kind for token in tokens]
        return TokenKind.SHARE in kinds and TokenKind.NUMBER not in kinds

    def _is_a_part(self, tokens: Sequence[Token]) -> bool:
        """Whether a clause counts a kind of the topic (其中网上8件, 自然人3件)."""
        numbers = [token.value for token in tokens if token.kind is TokenKind.NUMBER]
        if len(numbers) != 1 or not self.numbers:
            return False
        if self.whole and (numbers[0] is None or numbers[0] > self.whole):
            return False
        if any(self._leads_away(token) for token in tokens):
            return False
        return self.among_parts or any(self.topic in token.role.parts for token in tokens)

    def _is_about_topic(self, tokens: Sequence[Token]) -> bool:
        """Whether a clause with a number goes on about the topic, but what it says is not clear."""
        if not self.whole:
            return False
        return all(
            token.kind in (TokenKind.NUMBER, TokenKind.SHARE)
            or token.role.goes_with(self.topic)
            or self.lexicon.verb_of(token, self.topic)
            for token in tokens
        )

    def _leads_away(self, token: Token) -> bool:
        """Whether a word is about another time or thing."""
        role = self.role_of(token)
        return role.other_time or self.topic in role.unless or bool(role.subjects - {self.topic})

    def _count_part(self, tokens: Sequence[Token]) -> None:
        """A list of kinds is over when they add up to the whole."""
        numbers = [token.value or 0 for token in tokens if token.kind is TokenKind.NUMBER]
        self.numbers += numbers
        self.parts += sum(numbers)
        of_a_kind = any(self.topic in token.role.parts for token in tokens)
        self.kinds_counted += of_a_kind
        if self.parts == self.whole and _MIXED not in self.astray:
            self.astray.discard(_PARTS)
            self.parts = 0
        elif of_a_kind:
            self.astray.add(_PARTS)

    def role_of(self, token: Token) -> Role:
        """What a token can be; a year is another time, or the last or next one."""
        if token.kind is not TokenKind.YEAR or token.value is None:
            return token.role
        return self.lexicon.role_of_year(token.value - self.year)

    def _leave(self, token: Token) -> None:
        """Notes where a word leads to."""
        self.astray |= token.role.unless
        if self.role_of(token).other_time:
            self.astray.add(_TIME)

    def _topic_is_lost(self, tokens: Sequence[Token]) -> bool:
        """Whether the next clause can no longer go on about the topic."""
        if self.astray & {self.topic, _TIME, _COUNTS} or tokens[-1].role.scene:
            return True
        if self.whole and not any(token.kind is TokenKind.NUMBER for token in tokens):
            return False
        return not any(self._keeps_topic(token) for token in tokens)

    def _keeps_topic(self, token: Token) -> bool:
        """Whether a word names the topic, or goes with it without being a verb."""
        role = token.role
        return self.topic in role.subjects or (self.topic in role.beside and not role.asserts)

    def end(self, mark: TokenKind) -> None:
        """A mark ends the clause, and perhaps the bracket, the sentence or the line."""
        if mark is TokenKind.SEMICOLON:
            self.astray.discard(_COUNTS)
        elif mark is TokenKind.OPEN:
            self.depth += 1
        elif mark is TokenKind.CLOSE:
            self.depth = max(0, self.depth - 1)
        elif mark in (TokenKind.STOP, TokenKind.LINE):
            self.astray.clear()
            self.counted.clear()
            self.numbers.clear()
            self.among_parts = False
            self.parts = self.depth = 0
        if mark is TokenKind.LINE:
            if not self.line_is_heading:
                self.lose_topic()
            self.line_is_heading = True


class _Reader:
    """Goes through the clauses of a text."""

    def __init__(self, lexicon: Lexicon, text: str, year: int) -> None:
        self.lexicon = lexicon
        self.text = text
        self.year = year
        self.context = Context(lexicon, year)
        self.stated: list[StatedNumber] = []

    def read(self, clause: Clause) -> None:
        """Notes what the clause states, and what it leaves behind for the next."""
        tokens = clause.meant
        if tokens:
            self.context.enter(tokens)
            self._read(tokens)
        self.context.end(clause.mark)

    def _read(self, tokens: list[Token]) -> None:
        stated = self._stated(tokens)
        if stated:
            self.context.hold(stated[-1].claim.subject.id, tokens)
            self.context.count(stated)
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
        subject, and a verb states one claim."""
        parts = cut(tokens)
        if parts is None:
            return []
        spoken = self._spoken(tokens)
        stated: list[StatedNumber] = []
        taken: set[tuple[str, str]] = set()
        used: set[Token] = set()
        for known in self.lexicon.claims:
            it = Candidate(
                self.lexicon, self.text, self.year, self.context, parts, known, spoken
            )
            about = (known.statement.code, known.subject)
            if about in taken or used & set(it.verb):
                continue
            if all(condition.holds(it) for condition in CONDITIONS):
                stated.append(it.stated())
                if parts.number is not None:
                    taken.add(about)
                    used |= set(it.verb)
        return stated

    def _spoken(self, tokens: Sequence[Token]) -> dict[int, tuple[Token, ...]]:
        """The words of each verb whose steps the clause has in full, in their order."""
        walked: defaultdict[int, list[Token]] = defaultdict(list)
        whole: dict[int, tuple[Token, ...]] = {}
        for token in tokens:
            for step in self.context.role_of(token).steps:
                words = walked[step.verb]
                if len(words) == step.number:
                    words.append(token)
                    if len(words) == step.length:
                        whole[step.verb] = tuple(words)
        return whole

    def _topic_of(self, tokens: Sequence[Token]) -> str | None:
        """The subject of a clause that only names one (依申请公开方面), or None."""
        if self.context.astray or any(token.kind is TokenKind.NUMBER for token in tokens):
            return None
        if any(token.role.denies for token in tokens):
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
