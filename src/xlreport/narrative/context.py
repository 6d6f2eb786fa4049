"""What the clauses before leave behind: what is being spoken of, and what leads astray."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xlreport.form.expression import Number
from xlreport.narrative.clauses import Span, StatedNumber, names_a_day
from xlreport.narrative.lexicon import Lexicon, Role, Token, TokenKind

PATIENCE = 2
"""After more clauses of other words than this a subject is no longer what 办结 or 其中 refers to.
"""

TIME, COUNTS, PARTS, MIXED = "#time", "#counts", "#parts", "#mixed"
"""Reasons why a sentence goes astray besides a subject's own: another time, other things counted,
kinds of the subject counted one by one, and what happened to each of them between. No subject's id
begins so.
"""


@dataclass(slots=True)
class Context:
    """What the clauses before are about: the subject, what was counted of it, and why the rest of a
    sentence or a line may be about something else."""

    lexicon: Lexicon
    year: int

    topic: str = ""
    """The subject that a clause without one refers to."""
    anchor: Span = (0, 0)
    """Where the topic was named."""
    patience: int = 0
    """After how many more clauses of other words the topic is lost."""
    adjacent: bool = False
    """Whether the clause before was about the topic, shares and kinds left aside."""
    directly: bool = False
    """Whether it was, with nothing between."""

    whole: int = 0
    """The largest number that was stated of the topic."""
    measure: str = ""
    """The measure word in which it was."""
    numbers: int = 0
    """How many numbers the sentence has."""
    total: int = 0
    """What they add up to."""
    counted: list[tuple[Number, ...]] = field(default_factory=list)
    """What they were stated of."""

    parts: int = 0
    """What the kinds since the whole add up to."""
    kinds_counted: int = 0
    """How many clauses of the line count a kind and state nothing."""
    among_parts: bool = False
    """Whether a list of parts has begun (其中)."""

    astray: set[str] = field(default_factory=set)
    """Why the rest of the sentence may count something else: subjects, and the reasons above."""
    depth: int = 0
    """How many brackets are open."""
    line_is_heading: bool = True
    """Whether the line so far only names a topic."""
    denies: bool = False
    """Whether the clause before says that there were none."""

    @property
    def is_about_one(self) -> bool:
        """Whether the clause before says that there was one thing, and nothing else is counted."""
        return self.directly and self.whole == self.numbers == 1

    def enter(self, tokens: Sequence[Token]) -> None:
        """Naming the report year ends a look back; 其中 begins a list of parts."""
        years = [token.value for token in tokens if token.kind is TokenKind.YEAR]
        if self.year in years:
            self.astray.discard(TIME)
        if any(token.role.opens_parts for token in tokens):
            self.among_parts = True

    def hold(self, topic: str, tokens: Sequence[Token]) -> None:
        """The clause is about this subject."""
        if any(topic in token.role.subjects for token in tokens):
            self.anchor = (tokens[0].start, tokens[-1].end)
            self.astray -= {topic, COUNTS, PARTS}
        for token in tokens:
            self.astray -= token.role.makes_sure
        if topic != self.topic:
            self.lose_topic()
        self.topic = topic
        self.patience = PATIENCE
        self.adjacent = self.directly = True

    def count(self, stated: Sequence[StatedNumber]) -> None:
        """These numbers were stated of the topic. A sum ends a list of kinds."""
        if self.numbers > 1 and stated[-1].number == self.total:
            self.astray.discard(PARTS)
        self.numbers += 1
        self.total += stated[-1].number
        self.measure = stated[-1].measure or self.measure
        whole = [number for number in stated if not number.is_of_a_kind]
        self.counted += [number.claim.readings for number in whole]
        self.whole = max([self.whole, *(number.number for number in whole)])

    def wander(self, tokens: Sequence[Token]) -> None:
        """A clause of other words may lead astray by what, whom or when it is about."""
        self.directly = False
        if names_a_day(tokens):
            self.astray.add(TIME)
        counts = any(token.measure for token in tokens)
        self.kinds_counted += counts and any(token.role.parts for token in tokens)
        if self.depth or self._is_a_share(tokens):
            return
        self.line_is_heading = False
        if self._is_a_part(tokens):
            self._count_part(tokens)
            return
        if PARTS in self.astray and counts:
            self.astray.add(MIXED)
        if self._is_about_topic(tokens):
            return
        self.adjacent = False
        self.patience -= 1
        for token in tokens:
            self._leave(token)
        is_sure = any(token.role.makes_sure for token in tokens)
        if counts and not is_sure and not self.lexicon.names_subject(tokens):
            self.astray.add(COUNTS)
        if self.patience < 0 or self._topic_is_lost(tokens):
            self.lose_topic()

    def lose_topic(self) -> None:
        """Nothing is being spoken of."""
        self.topic = self.measure = ""
        self.whole = 0

    @staticmethod
    def _is_a_share(tokens: Sequence[Token]) -> bool:
        """Whether a clause gives a percentage only (占66%, 办结率100%)."""
        kinds = [token.kind for token in tokens]
        return TokenKind.SHARE in kinds and TokenKind.NUMBER not in kinds

    def _is_a_part(self, tokens: Sequence[Token]) -> bool:
        """Whether a clause counts a kind of the topic (其中网上8件, 自然人3件)."""
        numbers = [token.value for token in tokens if token.kind is TokenKind.NUMBER]
        if len(numbers) != 1 or not (self.numbers or self.whole):
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
        self.numbers += len(numbers)
        self.total += sum(numbers)
        self.parts += sum(numbers)
        of_a_kind = any(self.topic in token.role.parts for token in tokens)
        if self.parts == self.whole and MIXED not in self.astray:
            self.astray.discard(PARTS)
            self.parts = 0
        elif of_a_kind:
            self.astray.add(PARTS)

    def role_of(self, token: Token) -> Role:
        """What a token can be; a year is another time, or the last or next one."""
        if token.kind is not TokenKind.YEAR or token.value is None:
            return token.role
        return self.lexicon.role_of_year(token.value - self.year)

    def _leave(self, token: Token) -> None:
        """Notes where a word leads to."""
        self.astray |= token.role.unless
        if self.role_of(token).other_time:
            self.astray.add(TIME)

    def _topic_is_lost(self, tokens: Sequence[Token]) -> bool:
        """Whether the next clause can no longer go on about the topic."""
        if self.astray & {self.topic, TIME, COUNTS} or tokens[-1].role.scene:
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
            self.astray.discard(COUNTS)
        elif mark is TokenKind.OPEN:
            self.depth += 1
        elif mark is TokenKind.CLOSE:
            self.depth = max(0, self.depth - 1)
        elif mark is TokenKind.STOP:
            self._end_sentence()
        elif mark is TokenKind.LINE:
            self._end_sentence()
            self._end_line()

    def _end_sentence(self) -> None:
        """Of the sentence only the topic goes on."""
        self.directly = self.denies = self.among_parts = False
        self.numbers = self.total = self.parts = self.depth = 0
        self.counted.clear()
        self.astray.clear()

    def _end_line(self) -> None:
        """The topic of a heading is that of the next line."""
        if not self.line_is_heading:
            self.lose_topic()
        self.line_is_heading = True
