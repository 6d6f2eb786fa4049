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
    """What the clauses before are about.

    `topic` is the subject that a clause without one refers to, `anchor` where it was named,
    `adjacent` is whether that was in the clause before (`directly`: with nothing between); `whole`
    is the largest number that was stated of it, in the measure word `measure`; `numbers` counts
    those of the sentence and `total` adds them up, `counted` holds what they were said of, `parts`
    is the sum of the kinds since;
    `astray` holds why the rest of the sentence may count something else, `depth` counts open
    brackets; `denies` is whether the clause before says that there were none.
    """

    lexicon: Lexicon
    year: int
    topic: str = ""
    anchor: Span = (0, 0)
    patience: int = 0
    adjacent: bool = False
    directly: bool = False
    whole: int = 0
    measure: str = ""
    parts: int = 0
    kinds_counted: int = 0
    numbers: int = 0
    total: int = 0
    counted: list[tuple[Number, ...]] = field(default_factory=list)
    among_parts: bool = False
    astray: set[str] = field(default_factory=set)
    depth: int = 0
    line_is_heading: bool = True
    denies: bool = False

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
        elif mark in (TokenKind.STOP, TokenKind.LINE):
            self.astray.clear()
            self.directly = self.denies = False
            self.counted.clear()
            self.numbers = self.total = 0
            self.among_parts = False
            self.parts = self.depth = 0
        if mark is TokenKind.LINE:
            if not self.line_is_heading:
                self.lose_topic()
            self.line_is_heading = True
