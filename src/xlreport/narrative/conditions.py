"""When a clause states a claim: a table of named conditions that must all hold.

Every word of the clause is known, it has a subject, a verb, a number with its measure word, and
words that change nothing. One unknown word, another year or a second number, and the clause says
nothing. So 收到投诉65件 or 自然人提出10件 can never be taken for the applications of the year.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass

from xlreport.form.model import Claim
from xlreport.narrative.clauses import Cut, StatedNumber, names_a_day
from xlreport.narrative.context import COUNTS, PARTS, TIME, Context
from xlreport.narrative.lexicon import KnownClaim, Lexicon, Token, TokenKind
from xlreport.narrative.words import EACH_TIME, TIMES

_DAY_IN_BRACKETS = re.compile(r" ?[（(](?![^）)]{0,40}[至到止—–~件])[^）)]{0,30}?\d ?月")
"""A day or a month, no span of time, and nothing that is counted."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clause, and a claim that it may state: what the conditions judge. `verb` are the words of
    the claim's verbs that the clause has in full, or of its denial."""

    lexicon: Lexicon
    text: str
    year: int
    context: Context
    cut: Cut
    known: KnownClaim
    verb: tuple[Token, ...]

    @property
    def claim(self) -> Claim:
        """The claim."""
        return self.known.claim

    @property
    def counts_without_verb(self) -> bool:
        """Whether the claim says how many there were, and nothing that happened to them."""
        return not self.cut.denies and not self.claim.verbs

    @property
    def names_subject(self) -> bool:
        """Whether the clause itself names the claim's subject."""
        return self.known.subject in self.cut.subjects

    @property
    def continues(self) -> bool:
        """Whether the clause names no subject at all, and the claim's is being spoken of."""
        subject = self.known.subject
        if self.context.topic != subject or self.cut.subjects:
            return False
        return subject not in self.cut.led_away_from

    @property
    def is_sure(self) -> bool:
        """Whether a cause in the clause says which things are meant."""
        return any(self.known.subject in token.role.makes_sure for token in self.cut.others)

    def fits(self, token: Token) -> bool:
        """Whether a word may stand in a clause that states the claim."""
        role, subject = token.role, self.known.subject
        return token in self.verb or role.goes_with(subject) or subject in role.parts

    @property
    def kinds(self) -> list[Token]:
        """The words that are for kinds of the subject."""
        return [token for token in self.cut.others if self.known.subject in token.role.parts]

    @property
    def is_of_a_kind(self) -> bool:
        """Whether one kind is counted (通过网络收到), not a list of them (网络、信函等渠道)."""
        kinds = self.kinds
        words = self.cut.others
        if not kinds or any(token.role.ends_list for token in words):
            return False
        first = words.index(kinds[0])
        last = words.index(kinds[-1])
        return not any(token.role.joins for token in words[first:last])

    @property
    def sums_up(self) -> bool:
        """Whether the number is the sum of those before it in the sentence (2件，10件，共12件)."""
        context = self.context
        if context.numbers < 2 or not any(token.role.sums for token in self.cut.before):
            return False
        return self.continues and self.cut.value == context.total

    @property
    def begins_with_number(self) -> bool:
        """Whether nothing but words that change nothing stand before the number."""
        return not any(
            token.role.subjects or token.role.steps or token.role.parts for token in self.cut.before
        )

    def first_verb_after(self) -> Token | None:
        """The first word behind the number that is in a verb about the subject, of which
        something is compared."""
        for token in self.cut.after:
            claims = self.lexicon.claims_of(token, self.known.subject)
            if any(known.claim.readings for known in claims):
                return token
        return None

    def stated(self) -> StatedNumber:
        """The number that the clause states for the claim."""
        subject = None if self.names_subject else self.context.anchor
        number = self.cut.number
        return StatedNumber(
            self.known.statement,
            self.claim,
            self.cut.value,
            self.cut.place,
            subject,
            "" if number is None else number.measure,
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
    return TIME not in it.context.astray


def no_day_is_named(it: Candidate) -> bool:
    """What came on the last day of the year is one of the year's."""
    return not names_a_day(it.cut.others)


def the_number_is_certain(it: Candidate) -> bool:
    """三四 is no number, and 一百一 could be two."""
    return it.cut.number is None or it.cut.number.value is not None


def the_number_counts_something(it: Candidate) -> bool:
    """A number without a measure word may be anything, save a 0 that ends the clause, or one right
    behind the verb where the sentence has counted before (予以公开5件，部分公开2)."""
    number = it.cut.number
    if number is None or number.measure:
        return True
    if it.cut.after:
        return False
    follows_verb = bool(it.cut.before) and it.cut.before[-1] in it.verb
    return number.value == 0 or (follows_verb and bool(it.context.counted))


def the_measure_is_the_subjects(it: Candidate) -> bool:
    """What is counted in another measure word is something else; 0 times is none of anything."""
    number = it.cut.number
    if number is None or not number.measure:
        return True
    if number.value == 0 and number.measure in TIMES:
        return True
    return _once(number.measure) in it.claim.measures


def nothing_else_is_being_counted(it: Candidate) -> bool:
    """A list of other things may go on; only a verb says that the year's are meant."""
    if not it.counts_without_verb or it.sums_up or it.is_sure:
        return True
    return not it.context.astray & {COUNTS, it.known.subject}


def no_kinds_are_being_counted(it: Candidate) -> bool:
    """What is said among the kinds of a subject may be said of one of them."""
    return it.names_subject or it.sums_up or PARTS not in it.context.astray


def a_kind_is_not_the_whole(it: Candidate) -> bool:
    """自然人10件 is a part of what was received. What a verb says was received of one kind may be
    all there was, while no whole is known."""
    if not it.kinds:
        return True
    if not it.claim.verbs or it.context.among_parts:
        return False
    return not it.is_of_a_kind or not it.context.whole


def a_part_is_not_the_whole(it: Candidate) -> bool:
    """Behind 其中 what was counted before is counted again by its kinds."""
    if not it.context.among_parts:
        return True
    return it.claim.readings not in it.context.counted


def a_part_is_no_more_than_the_whole(it: Candidate) -> bool:
    """After other clauses a larger number is that of something else."""
    if it.names_subject or it.sums_up or it.context.directly or not it.context.whole:
        return True
    return it.cut.value <= it.context.whole


def the_measure_is_that_of_the_whole(it: Candidate) -> bool:
    """What goes on about a subject counts it in the same measure word (收到3件，公开信息12条), save
    a part of it (收到8份，其中公开2件)."""
    number, measure = it.cut.number, it.context.measure
    if it.names_subject or number is None or not number.measure or not measure:
        return True
    is_a_part = it.context.among_parts and it.cut.value <= it.context.whole
    return _once(number.measure) == _once(measure) or is_a_part


def no_day_is_told_behind(it: Candidate) -> bool:
    """What came on one day (收到1件（3月5日）) is one of the year's."""
    _, end = it.cut.place
    return _DAY_IN_BRACKETS.match(it.text, end) is None


def each_word_names_one_subject(it: Candidate) -> bool:
    """Of two subjects in one word nobody knows how many of each there were, unless there were
    none."""
    if it.cut.value == 0:
        return True
    return all(len(token.role.subjects) <= 1 for token in it.cut.before)


def the_words_before_fit(it: Candidate) -> bool:
    """Before the number only what belongs to the claim, and verbs in a row with its own; of a list,
    0 is said for each item."""
    for i, token in enumerate(it.cut.before):
        if token.kind is not TokenKind.WORD or it.fits(token):
            continue
        if _is_coordinate(it, i):
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
    if it.cut.denies or not it.claim.verbs:
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
    """That there were none must be said by one of the claim's own words for it, or of another
    subject in the clause before (未发生来访，来信)."""
    if not it.cut.denies or it.verb:
        return True
    return it.cut.is_denied_before and bool(it.claim.none) and not it.claim.verbs


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
    if it.cut.number is None:
        return it.context.adjacent
    return bool(it.claim.verbs)


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule that a clause must keep to be read; its docstring says why. `admits` is a text that
    is read and `stops` one of which only this condition keeps a number from being read. One that
    `is_of_clause` says the same of every claim; `subjects` gives those of which it can hold at
    all, where a look at the clause tells."""

    holds: Callable[[Candidate], bool]
    admits: str
    stops: str
    is_of_clause: bool = False
    subjects: Callable[[Cut, Context], Set[str]] | None = None

    @property
    def name(self) -> str:
        """The name of its function."""
        return self.holds.__name__


CONDITIONS: tuple[Condition, ...] = (
    Condition(
        the_subject_is_known,
        "来信方面，收到12件",
        "收到12件，来信很多",
        subjects=lambda parts, context: parts.subjects | {context.topic},
    ),
    Condition(a_verb_of_the_claim_states_it, "收到来信12封", "来信12封"),
    Condition(a_word_of_the_claim_denies_it, "未收到来信", "谢绝来信"),
    Condition(every_word_is_known, "收到群众来信12件", "收到涉及拆迁的来信12件", is_of_clause=True),
    Condition(there_is_one_number, "收到来信12件", "收到来信12件至15件", is_of_clause=True),
    Condition(no_other_year_is_named, "2025年收到来信12件", "2024年收到来信12件"),
    Condition(
        the_sentence_is_about_the_year,
        "上年不计。收到来信12件",
        "上年，收到来信12件",
        is_of_clause=True,
    ),
    Condition(
        no_day_is_named, "截至12月31日收到来信12件", "12月31日收到来信12件", is_of_clause=True
    ),
    Condition(the_number_is_certain, "收到来信十三件", "收到来信三四件", is_of_clause=True),
    Condition(the_number_counts_something, "收到的来信为0", "收到的来信为12"),
    Condition(the_measure_is_the_subjects, "接待来访12批", "接待来访12件"),
    Condition(nothing_else_is_being_counted, "发出通知。来信12件", "发出通知5件，来信12件"),
    Condition(
        no_kinds_are_being_counted, "收到来信5件，办结5件", "收到邮寄来信3件，电话2件，办结5件"
    ),
    Condition(a_kind_is_not_the_whole, "邮寄收到来信12件", "邮寄来信12件"),
    Condition(a_part_is_not_the_whole, "收到来信12件，其中办结9件", "收到来信12件，其中收到9件"),
    Condition(
        a_part_is_no_more_than_the_whole, "收到来信12件，好，办结9件", "收到来信12件，好，办结15件"
    ),
    Condition(the_measure_is_that_of_the_whole, "收到来信12件，办结9件", "收到来信12件，办结9封"),
    Condition(
        no_day_is_told_behind,
        "收到来信12件（截至12月31日）",
        "收到来信12件（3月5日）",
        is_of_clause=True,
    ),
    Condition(each_word_names_one_subject, "来信和来访0件", "来信和来访12件", is_of_clause=True),
    Condition(the_words_before_fit, "收到群众来信12件", "收到网上来信12件"),
    Condition(the_words_after_fit, "收到12件群众来信", "收到12件网上来信"),
    Condition(no_verb_states_something_else, "来信12件", "转交来信12件"),
    Condition(one_is_counted, "收到来信一件", "收到一件来信"),
)
"""A clause is read when all of these hold; a new rule is a function and one row here. Those that
few claims keep stand first.

The examples speak of letters (来信) and visits (来访) in a report of 2025: the definition that a
test reads them with has these subjects, and its words say which verbs and measure words go with
them.
"""


def _once(measure: str) -> str:
    """The measure word that counts a thing once, however often it comes."""
    return EACH_TIME.get(measure, measure)


def _is_coordinate(it: Candidate, position: int) -> bool:
    """Whether a word is another verb of the subject that is said of the same things: in a row with
    the claim's own where there were none (未制发、废止), or one whose number can be the same
    (受理并办结5件)."""
    tokens = it.cut.before
    role = tokens[position].role
    is_joined = any(token.role.joins for token in tokens[max(0, position - 1) : position + 2])
    if it.cut.denies:
        claims = (it.lexicon.claims[step.claim] for step in role.steps)
        is_verb = any(claim.subject == it.known.subject for claim in claims)
        return is_joined and (role.denies or (is_verb and len(it.verb) > 1))
    steps = (step for step in role.steps if step.length == 1 and not step.denies)
    others = [it.lexicon.claims[step.claim] for step in steps]
    others = [other for other in others if other.subject == it.known.subject]
    return any(set(other.claim.readings) & set(it.claim.readings) for other in others)


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
