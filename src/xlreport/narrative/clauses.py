"""Clauses of a text, and what is quoted from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlreport.form.model import Claim, Statement
from xlreport.narrative.lexicon import Kind, Token

LONGEST_QUOTE = 40

_MARKS = (Kind.COMMA, Kind.STOP, Kind.LINE, Kind.OPEN, Kind.CLOSE)


@dataclass(frozen=True, slots=True)
class Said:
    """A number that a text gives for a claim, where it is said, and where the subject was named when that
    was in an earlier clause."""

    statement: Statement
    claim: Claim
    number: int
    place: tuple[int, int]
    subject: tuple[int, int] | None = None

    def quote(self, text: str) -> str:
        """The words as written, without what stands between the subject and the number."""
        words = shortened(text[slice(*self.place)])
        if self.subject is None:
            return words
        gap = text[self.subject[1] : self.place[0]]
        return shortened(text[slice(*self.subject)]) + (gap if len(gap) < 2 else "……") + words


def shortened(words: str) -> str:
    """At most LONGEST_QUOTE characters, without line breaks."""
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}……"


@dataclass(slots=True)
class Clause:
    """Tokens between two marks, and the mark that ends them."""

    tokens: list[Token]
    mark: Kind

    @property
    def meant(self) -> list[Token]:
        """The tokens before a comparison with something else (较上年增加2件)."""
        for i, token in enumerate(self.tokens):
            if token.role.compares:
                return self.tokens[:i]
        return self.tokens


def clauses(tokens: Iterator[Token]) -> Iterator[Clause]:
    """、 ends a clause only after a number with its measure word, or else it joins two words."""
    now: list[Token] = []
    for token in tokens:
        if token.kind in _MARKS:
            yield Clause(now, token.kind)
            now = []
        elif token.role.joins and now and now[-1].kind is Kind.NUMBER and now[-1].measure:
            yield Clause(now, Kind.COMMA)
            now = []
        else:
            now.append(token)
    yield Clause(now, Kind.LINE)
