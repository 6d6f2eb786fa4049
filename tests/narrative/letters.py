"""A small definition for the examples of the conditions: letters (来信) and visits (来访)."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Claim, Statement, Subject
from xlreport.narrative.claims import stated_numbers
from xlreport.narrative.clauses import StatedNumber
from xlreport.narrative.lexicon import Lexicon, build_lexicon
from xlreport.narrative.own_names import readable

LETTERS = Subject(
    "letters",
    words=("来信", "来信和来访"),
    measures=("件", "封"),
    beside=("群众", "收到", "接待", "转交", "谢绝", "其中", "寄来"),
    unless=("投诉", "网上"),
    parts=("邮寄", "电话"),
    made_of=(("写来", "寄来"), ("书信", "信")),
    made_with=("的",),
)
VISITS = Subject("visits", words=("来访", "来信和来访"), measures=("批",), beside=("群众",))


_READINGS = count()


def claim(
    subject: Subject,
    verbs: tuple[str, ...] = (),
    none: tuple[str, ...] = (),
    measures: tuple[str, ...] = (),
) -> Claim:
    """One thing that can be said; what its reading is plays no part, but each has its own."""
    reading = ex.Const(Decimal(next(_READINGS)))
    return Claim(subject, verbs, none, measures or subject.measures, True, (reading,))


def statement(code: str, *claims: Claim) -> Statement:
    """A statement of these claims."""
    return Statement(code, code, Severity.WARNING, "", ("text.letters",), claims)


STATEMENTS = (
    statement(
        "L1", claim(LETTERS, ("收到", "处理"), ("未收到",)), claim(LETTERS, measures=("件",))
    ),
    statement(
        "L2",
        claim(LETTERS, ("办结",)),
        claim(LETTERS, ("转交",), measures=("封",)),
        claim(LETTERS, ("留到…下年", "下年…再办")),
    ),
    statement("L3", claim(VISITS, ("接待",), ("未接待", "谢绝"))),
)


def lexicon() -> Lexicon:
    """The words of the definition."""
    words = build_lexicon(STATEMENTS)
    assert words is not None
    return words


def read(text: str, year: int = 2025) -> list[StatedNumber]:
    """What a report of this definition says."""
    return stated_numbers(lexicon(), readable(text, (), "乡镇"), year)


def told(text: str) -> list[tuple[str, str, int]]:
    """The same, as code, subject and number."""
    return [(s.statement.code, s.claim.subject.id, s.number) for s in read(text)]
