"""The clauses of a text, a clause cut at its number, and what a clause is found to state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlreport.form.model import Claim, Statement
from xlreport.narrative.lexicon import Token, TokenKind

LONGEST_QUOTE = 40
"""Characters that are quoted from a text."""

Span = tuple[int, int]
"""A place in a text: its first character, and the one after its last."""

_MARKS = (
    TokenKind.COMMA,
    TokenKind.SEMICOLON,
    TokenKind.STOP,
    TokenKind.LINE,
    TokenKind.OPEN,
    TokenKind.CLOSE,
)

ENDS = (TokenKind.SEMICOLON, TokenKind.STOP, TokenKind.LINE)
"""Marks behind which another sentence begins."""


@dataclass(frozen=True, slots=True)
class StatedNumber:
    """A number that a text gives for a claim, where it is said, and where the subject was named
    when that was in an earlier clause. `is_of_a_kind` tells one that counts a single kind of the
    subject (通过网络收到8件)."""

    statement: Statement
    claim: Claim
    number: int
    place: Span
    subject: Span | None = None
    measure: str = ""
    is_of_a_kind: bool = False

    def quote(self, text: str, most: int = LONGEST_QUOTE) -> str:
        """The words as written, without what stands between the subject and the number; of each
        no more than `most` characters."""
        words = shortened(text[slice(*self.place)], most)
        if self.subject is None:
            return words
        between = text[self.subject[1] : self.place[0]]
        if len(between) > 1:
            between = "……"
        return shortened(text[slice(*self.subject)], most) + between + words


def shortened(words: str, most: int = LONGEST_QUOTE) -> str:
    """At most so many characters, without line breaks."""
    words = " ".join(words.split())
    if len(words) <= most:
        return words
    return f"{words[:most]}……"


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


def names_a_day(tokens: Sequence[Token]) -> bool:
    """Whether the year's first or last day is named for itself (12月31日收到1件), and not as the
    end of a span of time (截至2025年12月31日)."""
    for i, token in enumerate(tokens):
        beside = tokens[max(0, i - 2) : i + 2]
        if token.role.is_day and not any(other.role.spans for other in beside):
            return True
    return False


@dataclass(frozen=True)
class Cut:
    """A clause cut at its number. One that says that there were none (未收到来信) has no number,
    and all its words are before; `is_denied_before` tells one that leaves that to the clause before
    (未发生来信，来访), `of_one` one that goes on about the only one (收到1件，已办结)."""

    before: Sequence[Token]
    number: Token | None = None
    after: Sequence[Token] = ()
    is_denied_before: bool = False
    of_one: bool = False

    @property
    def denies(self) -> bool:
        """Whether it says that there were none."""
        return self.number is None and not self.of_one

    @property
    def value(self) -> int:
        """The number; 0 where there were none, 1 where only one thing is meant."""
        if self.number is None:
            return int(self.of_one)
        return self.number.value or 0

    @cached_property
    def others(self) -> Sequence[Token]:
        """All tokens but the number."""
        return [*self.before, *self.after]

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The subjects that are named."""
        return frozenset().union(*[token.role.subjects for token in self.others])

    @cached_property
    def led_away_from(self) -> frozenset[str]:
        """The subjects from which a word leads away."""
        return frozenset().union(*[token.role.unless for token in self.others])

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
            if token.value == 1 and i <= 1:
                return [*tokens[:i], *tokens[i + 1 :]]
            return tokens
    return tokens
