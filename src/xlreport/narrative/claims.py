"""What a text says about numbers, read clause by clause.

A clause states a claim when every one of the `conditions` holds. What the clauses before leave
behind (what is being spoken of, what leads astray) is kept by the `context`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from xlreport.narrative.clauses import ENDS, Clause, Cut, StatedNumber, clauses, cut, names_a_day
from xlreport.narrative.conditions import CONDITIONS, Candidate
from xlreport.narrative.context import Context
from xlreport.narrative.lexicon import KnownClaim, Lexicon, Token, TokenKind

_LINE = re.compile(r"[^\n]+\n*")


def stated_numbers(lexicon: Lexicon, text: str, year: int) -> list[StatedNumber]:
    """Everything that a text (as `readable` prepared it) says about the form's numbers."""
    reader = _Reader(lexicon, text, year)
    stated: list[StatedNumber] = []
    for line in _LINE.finditer(text):
        if not reader.context.topic and not lexicon.may_name_subject(text, *line.span()):
            continue
        tokens = list(lexicon.tokens(text, *line.span()))
        if reader.context.topic or lexicon.names_subject(tokens):
            for clause in clauses(tokens):
                reader.read(clause)
        stated += _without_kinds(reader.stated, reader.context.kinds_counted)
        reader.begin_line()
    return stated


def _without_kinds(stated: Sequence[StatedNumber], others: int) -> list[StatedNumber]:
    """Without the numbers of single kinds (通过网络收到8件), save one that stands for the whole:
    the text counts nothing else, or says of all kinds that there were none. `others` is how many
    further kinds the text counts."""
    kinds = [number for number in stated if number.is_of_a_kind]
    if not kinds:
        return list(stated)
    first = kinds[0].claim.readings[0]
    counts = [number for number in stated if number.claim.readings[0] == first]
    is_alone = len(counts) + others == 1
    if is_alone or not any(number.number for number in counts):
        return list(stated)
    return [number for number in stated if not number.is_of_a_kind]


def _verb(
    known: KnownClaim, parts: Cut, spoken: Mapping[int, tuple[Token, ...]]
) -> tuple[Token, ...]:
    """The words of a claim's verbs, or of its denials, among those that a clause has in full."""
    verbs = known.none if parts.denies else known.verbs
    return tuple(token for verb in verbs for token in spoken.get(verb, ()))


class _Reader:
    """Goes through the clauses of a text."""

    def __init__(self, lexicon: Lexicon, text: str, year: int) -> None:
        self.lexicon = lexicon
        self.text = text
        self.year = year
        self.context = Context(lexicon, year)
        self.stated: list[StatedNumber] = []
        self.of_clause = [each.holds for each in CONDITIONS if each.is_of_clause]
        self.of_claim = [each.holds for each in CONDITIONS if not each.is_of_clause]
        self.ruling_out = [each.subjects for each in CONDITIONS if each.subjects is not None]

    def begin_line(self) -> None:
        """What was counted in a line stays there."""
        self.stated.clear()
        self.context.kinds_counted = 0

    def read(self, clause: Clause) -> None:
        """Notes what the clause states, and what it leaves behind for the next."""
        tokens = clause.meant
        if tokens:
            self.context.enter(tokens)
            self._read(tokens, self._cut(clause))
        self.context.end(clause.mark)

    def _cut(self, clause: Clause) -> Cut | None:
        """The clause at its number. One without may go on about the only thing there was, and the
        last of a sentence with what the one before it denies."""
        parts = cut(clause.meant)
        if parts is not None:
            return parts
        if self.context.is_about_one:
            return Cut(clause.meant, of_one=True)
        if not self.context.denies or clause.mark not in ENDS:
            return None
        asserts = any(token.role.asserts for token in clause.meant)
        affirms = any(token.role.affirms for token in clause.meant[:-1])
        return None if asserts or affirms else Cut(clause.meant, is_denied_before=True)

    def _read(self, tokens: list[Token], parts: Cut | None) -> None:
        stated = [] if parts is None else self._stated(tokens, parts)
        self.context.denies = bool(stated) and parts is not None and parts.denies
        if stated:
            self.context.hold(stated[-1].claim.subject.id, tokens)
            self.context.count(stated)
            self.context.line_is_heading = False
            self.stated += [number for number in stated if number.claim.readings]
            return
        topic = self._topic_of(tokens)
        if topic is None:
            self.context.wander(tokens)
        else:
            self.context.hold(topic, tokens)

    def _stated(self, tokens: list[Token], parts: Cut) -> list[StatedNumber]:
        """What a clause states. A number is that of the first claim of a statement about a
        subject, and a verb states one claim."""
        if not self._can_be_read(parts):
            return []
        spoken = self._spoken(tokens)
        stated: list[StatedNumber] = []
        taken: set[tuple[str, str]] = set()
        used: set[Token] = set()
        for known in self._claims_meant(parts):
            about = (known.statement.code, known.subject)
            if about in taken:
                continue
            verb = _verb(known, parts, spoken)
            if used.intersection(verb):
                continue
            it = self._candidate(parts, known, verb)
            if all(holds(it) for holds in self.of_claim):
                stated.append(it.stated())
                if not parts.denies:
                    taken.add(about)
                    used |= set(verb)
        return stated

    def _can_be_read(self, parts: Cut) -> bool:
        """Whether a clause keeps the conditions that say the same of every claim."""
        of_any = self._candidate(parts, self.lexicon.claims[0], ())
        return all(holds(of_any) for holds in self.of_clause)

    def _claims_meant(self, parts: Cut) -> list[KnownClaim]:
        """The claims about the subjects that no condition rules out. One thing that is not counted
        (收到1件，已办结) can be claimed only where that has one meaning."""
        subjects = set(self.lexicon.subjects)
        for subjects_of in self.ruling_out:
            subjects &= subjects_of(parts, self.context)
        claims = [known for known in self.lexicon.claims if known.subject in subjects]
        if parts.of_one:
            return [known for known in claims if len(known.claim.readings) <= 1]
        return claims

    def _candidate(self, parts: Cut, known: KnownClaim, verb: tuple[Token, ...]) -> Candidate:
        return Candidate(self.lexicon, self.text, self.year, self.context, parts, known, verb)

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
        if names_a_day(tokens) or any(token.role.denies for token in tokens):
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
        if not is_named and any(subject in token.role.unless for token in tokens):
            return False
        return all(self._belongs(token, subject) for token in tokens)

    def _belongs(self, token: Token, subject: str) -> bool:
        """Whether a word may stand in a clause that only names the subject."""
        if token.kind is TokenKind.YEAR:
            return token.value == self.year
        return token.role.goes_with(subject) or self.lexicon.verb_of(token, subject)
