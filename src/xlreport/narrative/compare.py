"""Findings from what the texts say: numbers that no cell bears out, another year, another unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from xlreport.findings import Finding, first_short
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance, Statement, Text
from xlreport.narrative.claims import stated_numbers
from xlreport.narrative.clauses import LONGEST_QUOTE, StatedNumber, shortened
from xlreport.narrative.lexicon import Lexicon, lexicon_of
from xlreport.narrative.own_names import readable
from xlreport.narrative.self_reference import Identity, Mention, wrong_mentions
from xlreport.narrative.words import COMPARING, EACH_TIME, OPENING
from xlreport.rules.describe import Brevity, FailureDescriber
from xlreport.rules.evaluate import UnitView
from xlreport.rules.linear import LinearConstraint, NotLinear, as_constraint
from xlreport.submission import Submission, shown

MOST_FINDINGS = 50
"""A unit's texts that contradict its tables more often are no report; the rest is not listed."""

MOST_OTHERS = 3
"""Numbers that are told of the other meanings of a text's number."""

SHORT_QUOTE = 18
"""Characters of a quotation where two lines have no room for more."""

_ENDS = "。！？；\n"
_COUNT = re.compile(r"(?<![0-9])([0-9]{1,9})(?=[ 　]*[件份宗起条])")
DOUBTS = (
    "无关",
    "以外的",
    "之外的",
    "除上述",
    "除此",
    "另收",
    "口头",
    "联合",
    "名义",
    "新的",
    "例如",
    "比如",
    "譬如",
    "案例",
)
"""Words after which a number may be a part of the year's, or none of the report's."""

PLACES = ("县", "市")
"""Levels whose reports add up those of many units."""

_LOWER_UNITS = re.compile("乡|镇|街道|局|委(?!托)|办公室|中心|支队|大队|本级")
"""In the text of a county or a city: a unit of it, not all of it."""

_MAKE_EQUAL = "请核对文字和表格，改成一致"
_MAKE_OWN = "请把文字改成本单位、本年度的情况"


@dataclass(slots=True)
class TextComparison:
    """What came of a unit's texts: findings, the codes of what could not be verified, and the
    constraints that a number which can be meant in one way only puts on a table."""

    findings: list[Finding] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)
    constraints: list[LinearConstraint] = field(default_factory=list)


def compare_texts(form: Form, view: UnitView) -> TextComparison:
    """All contradictions between a unit's texts and its tables."""
    result = TextComparison()
    submission = view.submission
    for text in form.texts:
        written = submission.texts.get(text.field_id, "")
        if written.strip():
            passage = _Passage(text, written, readable_text(written, submission))
            result.findings += _about_itself(form, passage, submission)
            _Comparer(form, view, passage, result).compare()
    result.findings = list(dict.fromkeys(result.findings))
    return result


@dataclass(frozen=True, slots=True)
class _Passage:
    """A text field, what is written in it, and that as it can be read."""

    text: Text
    written: str
    plain: str


def readable_text(written: str, submission: Submission) -> str:
    """The text with the unit's own names out of the way; it may leave the county's name out."""
    names = [submission.unit.name, *submission.known_as]
    if submission.county.name:
        names += [name.removeprefix(submission.county.name) for name in names]
    return readable(written, names, submission.unit.level)


class _Comparer:
    """Compares the numbers of one text with the tables, and notes what comes of it in `result`."""

    def __init__(
        self, form: Form, view: UnitView, passage: _Passage, result: TextComparison
    ) -> None:
        self.form = form
        self.view = view
        self.passage = passage
        self.result = result

    def compare(self) -> None:
        """Compares every number that the text states, the same words once."""
        lexicon = lexicon_of(self.form, self.passage.text.field_id)
        if lexicon is None:
            return
        all_stated = _stated(lexicon, self.passage.plain, self.view.submission.year)
        unread = _unread_counts(self.passage.plain, all_stated)
        for stated in self._once(all_stated):
            full = len(self.result.findings) >= MOST_FINDINGS
            if not full and not self._is_doubtful(stated):
                self._compare(stated, unread)

    def _is_doubtful(self, stated: StatedNumber) -> bool:
        """Whether the number may be that of a part of the year or of the place."""
        plain = self.passage.plain
        is_place = self.view.submission.unit.level in PLACES
        if is_place and _LOWER_UNITS.search(plain, *stated.place):
            return True
        return _is_doubtful(plain, stated)

    def _once(self, all_stated: Iterable[StatedNumber]) -> Iterable[StatedNumber]:
        """The same words once."""
        once: dict[tuple[int, int, str], StatedNumber] = {}
        for stated in all_stated:
            quote = stated.quote(self.passage.written)
            once[id(stated.claim), stated.number, quote] = stated
        return once.values()

    def _compare(self, stated: StatedNumber, unread: Sequence[tuple[int, int]]) -> None:
        """A contradiction only if every reading is known and none is the number said."""
        readings = stated.claim.readings
        known = [self.view.knows_all(reading) for reading in readings]
        values = [self.view.value(reading) for reading in readings]
        if len(known) == 1 and known[0] and stated.measure not in EACH_TIME:
            self._constrain(stated)
        right = [value for value, there in zip(values, known, strict=True) if there]
        parts = _in_sentence(self.passage.plain, stated, unread)
        if _bears_out(stated, right) or _adds_up(stated.number, parts, values):
            return
        if all(known):
            told = (self._contradiction(stated, brevity) for brevity in Brevity)
            self.result.findings.append(first_short(told))
        else:
            self.result.unverified.append(stated.statement.code)

    def _constrain(self, stated: StatedNumber) -> None:
        """Notes that the only reading must be the number."""
        (reading,) = stated.claim.readings
        equation = ex.Compare("==", reading, ex.Const(Decimal(stated.number)))
        with suppress(NotLinear):
            self.result.constraints.append(as_constraint(equation, stated.statement.code))

    def _contradiction(self, stated: StatedNumber, brevity: Brevity) -> Finding:
        readings = stated.claim.readings
        operands: dict[ex.Ref | ex.Previous | ex.Length, None] = {}
        for reading in readings:
            operands.update(dict.fromkeys(ex.operands_of(reading)))
        observed = [(ex.key_of(operand), self.view.number(operand)) for operand in operands]
        most = SHORT_QUOTE if brevity is Brevity.RESULTS else LONGEST_QUOTE
        quote = stated.quote(self.passage.written, most)
        message = (
            f"{self.passage.text.label}里写“{quote}”，"
            f"表里是：{self._in_tables(stated, brevity)} {stated.number}"
        )
        finding = _finding(stated.statement, message, _MAKE_EQUAL)
        finding = finding.at(observed=(("said", stated.number), *observed))
        return _at_text(finding, self.passage.text, self.view.submission)

    def _in_tables(self, stated: StatedNumber, brevity: Brevity) -> str:
        """The first meaning with its cells; of the others the numbers, where there is room."""
        readings = stated.claim.readings
        instance = _instance(stated.statement, readings)
        # it stands at a text: the tables' sheets are always named
        describer = FailureDescriber(
            self.form, instance, self.view, name_sheets=True, brevity=brevity
        )
        first, *others = (self.view.value(reading) for reading in readings)
        different = [value for value in dict.fromkeys(others) if value != first]
        term = describer.term(readings[0])
        if not different:
            return f"{term}，不是"
        if brevity is Brevity.RESULTS:
            return f"{term}，都不是"
        numbers = "、".join(map(shown, different[:MOST_OTHERS]))
        more = " 等" if len(different) > MOST_OTHERS else ""
        return f"{term}（按其他口径是 {numbers}{more}），都不是"


@lru_cache(maxsize=1024)
def _stated(lexicon: Lexicon, text: str, year: int) -> tuple[StatedNumber, ...]:
    """What a text states; many units write the same (本年度未收取信息处理费)."""
    return tuple(stated_numbers(lexicon, text, year))


def _sentence(text: str, stated: StatedNumber) -> tuple[int, int]:
    """The place of the sentence in which the number is stated."""
    first, behind = stated.place
    start = max(text.rfind(mark, 0, first) for mark in _ENDS) + 1
    ends = [text.find(mark, behind) for mark in _ENDS]
    return start, min((end for end in ends if end >= 0), default=len(text))


def _is_doubtful(text: str, stated: StatedNumber) -> bool:
    """Whether a word of the sentence makes its numbers some of those of the year, or others."""
    sentence = text[slice(*_sentence(text, stated))]
    return any(word in sentence for word in DOUBTS)


def _unread_counts(text: str, all_stated: Iterable[StatedNumber]) -> list[tuple[int, int]]:
    """Places and numbers of the counts that the reader made nothing of."""
    read: set[int] = set()
    for stated in all_stated:
        read.update(range(*stated.place))
    counts = ((count.start(), int(count[0])) for count in _COUNT.finditer(text))
    return [(place, number) for place, number in counts if place not in read]


def _in_sentence(text: str, stated: StatedNumber, unread: Iterable[tuple[int, int]]) -> list[int]:
    """The unread counts in the sentence of a number, up to where its parts begin or it is
    compared."""
    start, end = _sentence(text, stated)
    _, behind = stated.place
    ends = [text.find(word, behind, end) for word in (*OPENING, *COMPARING)]
    end = min((place for place in ends if place >= 0), default=end)
    return [number for place, number in unread if start <= place < end]


def _adds_up(number: int, others: Sequence[int], values: Sequence[Decimal]) -> bool:
    """Whether the other counts of its sentence and a number are together what a table has
    (收到10件，另一处3件), and not the number's own parts (收到13件，个人10件，公司3件)."""
    rest = sum(others)
    are_its_parts = len(others) > 1 and rest == number
    return rest > 0 and not are_its_parts and number + rest in values


def _bears_out(stated: StatedNumber, values: Sequence[Decimal]) -> bool:
    """Whether one of the table's numbers can be what is said; what is counted each time that it
    comes (5件次) may be fewer things."""
    if stated.measure in EACH_TIME:
        return any(0 <= value <= stated.number for value in values)
    return stated.number in values


def _instance(statement: Statement, readings: Iterable[ex.Number]) -> Instance:
    """The readings as a rule, so that they can be described like one."""
    zero = ex.Const(Decimal(0))
    rule = ex.Or(tuple(ex.Compare("==", reading, zero) for reading in readings))
    return Instance(statement.check, rule, "text")


# --- the report itself ---------------------------------------------------------------------


def _about_itself(form: Form, passage: _Passage, submission: Submission) -> list[Finding]:
    """Where the text takes itself for the report of another year or unit."""
    findings: list[Finding] = []
    for statement in form.statements:
        if statement.own is None or passage.text.field_id not in statement.texts:
            continue
        report = Identity(
            statement.own,
            submission.year,
            submission.unit.name,
            known_as=submission.known_as,
            listed=submission.listed,
        )
        for mention in wrong_mentions(report, passage.plain):
            finding = _mentioned(statement, mention, passage, report)
            findings.append(_at_text(finding, passage.text, submission))
    return findings


def _mentioned(
    statement: Statement, mention: Mention, passage: _Passage, report: Identity
) -> Finding:
    """The finding of another year or unit, beside this report's own."""
    if isinstance(mention.named, int):
        key, right = "year", f"本报告是 {report.year} 年度的"
    else:
        key, right = "unit", f"本报告的填报单位是{report.unit}"
    quote = shortened(passage.written[slice(*mention.place)])
    message = f"{passage.text.label}里写“{quote}”，{right}"
    return _finding(statement, message, _MAKE_OWN).at(observed=((key, mention.named),))


def _finding(statement: Statement, message: str, suggestion: str) -> Finding:
    """A finding of a statement: its code and severity stand in the form's definition."""
    return Finding(statement.code, statement.severity, message, suggestion)


def _at_text(finding: Finding, text: Text, submission: Submission) -> Finding:
    """The finding at the cell of the text, where that is known."""
    place = submission.provenance.places.get(text.field_id)
    return finding.on(place, text.field_id)
