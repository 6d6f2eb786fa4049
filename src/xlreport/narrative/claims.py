"""What a text says about numbers, read clause by clause.

A clause says something only when every word of it is known: the subject, a verb, a number with its
measure word, and words that change nothing. One unknown word, another year or a second number, and the
clause says nothing. So 收到投诉65件 or 自然人提出10件 can never be taken for the applications of the year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from xlreport.form.model import Claim, Statement
from xlreport.narrative.clauses import Clause, Said, clauses
from xlreport.narrative.lexicon import Kind, Lexicon, Token

PATIENCE = 2
"""After so many clauses of other words a subject is no longer what 办结 or 其中 refers to."""


_LINE = re.compile(r"[^\n]+\n*")
_TIME, _COUNTS = "time", "counts"
"""Reasons why a sentence goes astray besides a subject's own: another time, other things counted."""


def said(lexicon: Lexicon, text: str, year: int) -> list[Said]:
    """Everything that a text (as `readable` prepared it) says about the form's numbers."""
    reader = _Reader(lexicon, text, year)
    for line in _LINE.finditer(text):
        if reader.topic or lexicon.subject.search(text, *line.span()):
            for clause in clauses(lexicon.tokens(text, *line.span())):
                reader.read(clause)
    return reader.found


@dataclass(slots=True)
class _Reader:
    """Goes through the clauses and remembers what they are about.

    `topic` is the subject that a clause without one refers to, `anchor` where it was named; `astray`
    holds why the rest of the sentence may count something else.
    """

    lexicon: Lexicon
    text: str
    year: int
    found: list[Said] = field(default_factory=list)
    topic: str = ""
    anchor: tuple[int, int] = (0, 0)
    patience: int = 0
    adjacent: bool = False
    astray: set[str] = field(default_factory=set)
    depth: int = 0
    line_is_heading: bool = True

    def read(self, clause: Clause) -> None:
        meant = clause.meant
        if any(t.kind is Kind.UNKNOWN for t in meant):
            self._returns(meant)
            self._wander(meant)
        elif meant:
            self._returns(meant)
            claims = self._claims(meant)
            if claims:
                self._hold(claims[-1].claim.subject.id, meant)
                self.found += claims
                self.line_is_heading = False
            elif not self._names_topic(meant):
                self._wander(meant)
        self._mark(clause.mark)

    def _returns(self, tokens: Sequence[Token]) -> None:
        """Naming the report year ends a look back."""
        if any(t.kind is Kind.YEAR and t.value == self.year for t in tokens):
            self.astray.discard(_TIME)

    def _mark(self, mark: Kind) -> None:
        if mark is Kind.OPEN:
            self.depth += 1
        elif mark is Kind.CLOSE:
            self.depth = max(0, self.depth - 1)
        elif mark in (Kind.STOP, Kind.LINE):
            self.astray.clear()
            self.depth = 0
        if mark is Kind.LINE:
            if not self.line_is_heading:
                self.topic = ""
            self.line_is_heading = True

    def _hold(self, topic: str, tokens: Sequence[Token]) -> None:
        if any(topic in t.role.words for t in tokens):
            self.anchor = (tokens[0].start, tokens[-1].end)
        self.topic, self.patience, self.adjacent = topic, PATIENCE, True

    def _names_topic(self, tokens: Sequence[Token]) -> bool:
        """A clause that only names a subject (依申请公开方面) makes it the topic."""
        if any(t.kind is Kind.NUMBER for t in tokens) or self.astray:
            return False
        for subject in self.lexicon.subjects:
            named = subject == self.topic or any(subject in t.role.words for t in tokens)
            named = named and not any(t.role.none for t in tokens)
            if named and all(self._belongs(t, subject) for t in tokens):
                self._hold(subject, tokens)
                return True
        return False

    def _belongs(self, token: Token, subject: str) -> bool:
        role = token.role
        if token.kind is Kind.YEAR:
            return token.value == self.year
        verbs = any(self.lexicon.claims[i][1].subject.id == subject for i in role.verbs)
        return (
            role.neutral or role.joins or verbs or subject in role.words or subject in role.beside
        )

    def _wander(self, tokens: Sequence[Token]) -> None:
        """A clause of other words: what it counts, or whom and when it is about, may lead astray."""
        if self.depth:
            return
        self.adjacent = self.line_is_heading = False
        self.patience -= 1
        for token in tokens:
            self.astray |= token.role.unless
            if token.role.other_time or (token.kind is Kind.YEAR and token.value != self.year):
                self.astray.add(_TIME)
            if token.kind is Kind.NUMBER and token.measure:
                self.astray.add(_COUNTS)
        kept = any(
            self.topic in t.role.words or (self.topic in t.role.beside and not t.role.verbs)
            for t in tokens
        )
        scene = tokens[-1].role.scene
        if not kept or scene or self.patience < 0 or self.astray & {self.topic, _TIME, _COUNTS}:
            self.topic = ""

    # --- claims ------------------------------------------------------------------------

    def _claims(self, tokens: list[Token]) -> list[Said]:
        numbers = [i for i, t in enumerate(tokens) if t.kind is Kind.NUMBER]
        if _TIME in self.astray:
            return []
        if any(t.kind is Kind.YEAR and t.value != self.year for t in tokens):
            return []
        none = [i for i, t in enumerate(tokens) if t.role.none and not t.role.verbs]
        if none:
            one = [i for i in numbers if tokens[i].value == 1 and i == none[0] + 1]
            return (
                self._zero([t for i, t in enumerate(tokens) if i not in one])
                if one == numbers
                else []
            )
        if len(numbers) != 1:
            return []
        at = numbers[0]
        counted = tokens[at].measure or (tokens[at].value == 0 and at == len(tokens) - 1)
        return self._number(tokens, at) if tokens[at].value is not None and counted else []

    def _number(self, tokens: list[Token], at: int) -> list[Said]:
        found: list[Said] = []
        for i, (statement, claim) in enumerate(self.lexicon.claims):
            if any(f.statement is statement and f.claim.subject is claim.subject for f in found):
                continue
            if self._states(i, claim, tokens, at):
                found.append(self._said(statement, claim, tokens[at].value or 0, tokens))
        return found

    def _states(self, index: int, claim: Claim, tokens: list[Token], at: int) -> bool:
        """Whether the clause says how many of a claim's there were."""
        head, tail, subject = tokens[:at], tokens[at + 1 :], claim.subject.id
        number = tokens[at]
        if (number.measure and number.measure not in claim.measures) or subject in self.astray:
            return False
        if number.value and any(len(t.role.words) > 1 for t in head):
            return False  # two subjects in one word (行政复议和诉讼2件)
        if not claim.verbs and _COUNTS in self.astray:
            return False
        lists = number.value == 0
        known = all(
            self._knows(index, t) or (lists and _listed(head, i)) for i, t in enumerate(head)
        )
        if not known or not all(self._knows(index, t) or self._belongs(t, subject) for t in tail):
            return False
        verbs = [t for t in head if t.role.verbs]
        stated = any(index in t.role.verbs for t in verbs) if claim.verbs else not verbs
        named = any(subject in t.role.words for t in head)
        if number.value == 1 and self.text[number.start] == "一" and not named:
            return False  # 收到一件、答复一件 is a manner of speaking
        named = named or any(subject in t.role.words for t in tail)
        return stated and (
            named or (claim.from_context and bool(claim.verbs) and self._continues(subject, tokens))
        )

    def _zero(self, tokens: list[Token]) -> list[Said]:
        found: list[Said] = []
        for i, (statement, claim) in enumerate(self.lexicon.claims):
            subject = claim.subject.id
            if subject in self.astray or not any(i in t.role.none for t in tokens):
                continue
            known = all(self._knows(i, t) or _listed(tokens, at) for at, t in enumerate(tokens))
            named = any(subject in t.role.words for t in tokens)
            meant = claim.from_context and self.adjacent and self._continues(subject, tokens)
            if known and (named or meant):
                found.append(self._said(statement, claim, 0, tokens))
        return found

    def _continues(self, subject: str, tokens: Sequence[Token]) -> bool:
        """Whether a clause that names no subject at all goes on about this one."""
        return self.topic == subject and not any(t.role.words for t in tokens)

    def _knows(self, index: int, token: Token) -> bool:
        """Whether a word may stand in a clause that states this claim."""
        role, subject = token.role, self.lexicon.claims[index][1].subject.id
        if token.kind is Kind.YEAR:
            return token.value == self.year
        if role.neutral or role.joins or subject in role.words or subject in role.beside:
            return True
        return index in role.verbs or index in role.none

    def _said(self, statement: Statement, claim: Claim, number: int, tokens: list[Token]) -> Said:
        named = any(claim.subject.id in t.role.words for t in tokens)
        place = (tokens[0].start, tokens[-1].end)
        return Said(statement, claim, number, place, None if named else self.anchor)


def _listed(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word is another subject in a list (行政复议、行政诉讼), of which 0 is said together."""
    left = next((t.role for t in reversed(tokens[:at]) if t.role.words or t.role.joins), None)
    right = next((t.role for t in tokens[at + 1 :] if t.role.words or t.role.joins), None)
    if not tokens[at].role.words or (left is not None and left.words):
        return False
    return any(role is not None and role.joins for role in (left, right))
