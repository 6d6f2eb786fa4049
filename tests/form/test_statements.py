"""Statements in a definition: what loads, and mistakes with their place."""

from __future__ import annotations

import pytest

from form.test_loader import BASE
from xlreport import Form, FormError
from xlreport.form import expression as ex
from xlreport.form.loader import loads

STATEMENTS = """\
subjects:
  - id: things
    words: [东西, 物件]
    measures: [件]
    unless: [别的]
  - id: parts
    words: [零件]
    like: things
statements:
  - code: D1
    title: 文字与表一致
    severity: warning
    why: 同一个数
    texts: [text.note]
    claims:
      - subject: things
        verbs: [收到]
        none: [没有]
        readings:
          - t.x.total
          - t.x.a + t.y.a
      - subject: parts
        verbs: [收到]
        subject_in: clause
        readings: [sum(t.a)]
  - code: G4
    title: 年度
    severity: note
    why: 不要照抄
    texts: [text.note]
    own:
      names: [小表]
"""
TEXT = BASE + STATEMENTS
START = BASE.count("\n")


def problems(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(FormError) as caught:
        loads(text, "small.yaml")
    return [(p.line - START, p.column, p.text) for p in caught.value.problems]


def test_statements_are_frozen_values_of_the_form() -> None:
    counted, own = loads(TEXT, "small.yaml").statements
    assert (counted.code, counted.severity.value, counted.texts) == (
        "D1",
        "warning",
        ("text.note",),
    )
    first, second = counted.claims
    assert first.subject.words == ("东西", "物件")
    assert first.readings == (
        ex.Ref("t.x.total"),
        ex.Total((ex.Ref("t.x.a"), ex.Ref("t.y.a")), "+"),
    )
    assert (first.from_context, second.from_context) == (True, False)
    assert second.readings == (ex.Total((ex.Ref("t.x.a"), ex.Ref("t.y.a"))),)
    assert (second.subject.measures, second.subject.unless) == (("件",), ("别的",))
    assert own.own is not None
    assert own.own.names == ("小表",)
    assert hash(counted) == hash(loads(TEXT + "\n", "small.yaml").statements[0])


def test_a_subject_takes_from_another_what_it_does_not_have() -> None:
    text = TEXT.replace("    unless: [别的]\n", "    unless: [别的]\n    beside: [旁边]\n")
    text = text.replace("like: things", "like: things\n    unless: [自己的]")
    parts = loads(text, "small.yaml").statements[0].claims[1].subject
    assert (parts.measures, parts.beside, parts.unless) == (("件",), ("旁边",), ("自己的",))


def test_without_verbs_the_subject_stands_in_the_same_clause() -> None:
    both = "        verbs: [收到]\n        none: [没有]\n"
    for kept, from_context in (("", False), ("        none: [没有]\n", True)):
        claim = loads(TEXT.replace(both, kept), "small.yaml").statements[0].claims[0]
        assert claim.from_context is from_context


def test_statements_are_part_of_the_fingerprint_and_their_words_are_not() -> None:
    """A statement has a line in the workbook; the words in which texts speak stand in none."""
    without, with_statement, other_words = (
        loads(text, "small.yaml").fingerprint
        for text in (BASE, TEXT, TEXT.replace("[东西, 物件]", "[东西]"))
    )
    assert without != with_statement
    assert with_statement == other_words


def test_an_earlier_definition_with_the_same_workbook_counts() -> None:
    earlier = "a" * 64
    form = loads(
        BASE.replace("version: 1\n", f"version: 1\nsame_workbook_as: [{earlier}]\n", 1), "s.yaml"
    )
    assert form.has_workbook(earlier)
    assert form.has_workbook(form.fingerprint)
    assert not form.has_workbook("b" * 64)
    assert form.fingerprint == loads(BASE, "s.yaml").fingerprint


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("          - t.x.total", "          - t.x.nix", (20, 13, "D1：没有字段“t.x.nix”")),
        (
            "          - t.x.a + t.y.a",
            "          - t.x.a + t.y.nix",
            (21, 21, "D1：没有字段“t.y.nix”"),
        ),
        (
            "          - t.x.total",
            "          - t.x.total == 1",
            (20, 13, "D1：这里应当是一个数：字段、数字，或它们的 + - * 和 sum、abs、round"),
        ),
        ("          - t.x.total", "          - 3 + 4", (20, 13, "D1：里面没有填报的数字")),
        (
            "          - t.x.total",
            "          - t.x.a + (",
            (20, 21, "D1：规则写法有误：检查括号、逗号和运算符"),
        ),
        ("[sum(t.a)]", "[t.x]", (25, 20, "D1：“t.x”是 3 个数，这里只能有一个；求和请写 sum(…)")),
        ("subject: things", "subject: nothing", (16, 18, "subjects 里没有“nothing”")),
        ("like: things", "like: nothing", (8, 11, "前面没有“nothing”")),
        ("    measures: [件]\n", "", (2, 5, "缺少“measures”")),
        (
            "texts: [text.note]\n    claims",
            "texts: [text.nix]\n    claims",
            (14, 13, "没有文字“text.nix”"),
        ),
        ("code: G4", "code: A1", (26, 11, "校验代码“A1”用了两次")),
        ("code: G4", "code: D1", (26, 11, "校验代码“D1”用了两次")),
        ("id: parts", "id: things", (6, 9, "id“things”用了两次")),
        (
            "    own:\n      names: [小表]\n",
            "",
            (26, 5, "G4 要写 claims（说了哪些数）或者 own（本报告怎样称呼自己）"),
        ),
        (
            "        verbs: [收到]\n        subject_in",
            "        subject_in",
            (23, 21, "没有 verbs 时主题总要在同一句里，不用写 subject_in"),
        ),
        ("[东西, 物件]", '[东西, " "]', (3, 17, "“words”的值“ ”写法不合要求")),
        (
            "severity: note",
            "severity: fatal",
            (28, 15, "“severity”的值“fatal”不在允许的范围：error、warning、note"),
        ),
        ("none: [没有]", "nothing: [没有]", (18, 9, "不认识的键“nothing”")),
        (
            "          - t.x.total",
            "          - 1000000.123456 * t.x.total",
            (20, 13, "系数太大、小数位太多或层层相加，结果会超出可精确计算的范围"),
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(
    old: str, new: str, expected: tuple[int, int, str]
) -> None:
    assert old in TEXT
    assert expected in problems(TEXT.replace(old, new, 1))


def test_the_statutory_form_has_five_statements(zfxxgk: Form) -> None:
    assert [s.code for s in zfxxgk.statements] == ["D1", "D2", "D3", "D4", "G4"]
    assert not {s.code for s in zfxxgk.statements} & {c.code for c in zfxxgk.checks}


def test_a_form_without_statements_has_none() -> None:
    assert loads(BASE, "small.yaml").statements == ()


def test_kinds_of_a_subject_and_names_that_are_put_together() -> None:
    text = TEXT.replace(
        "    unless: [别的]\n",
        "    unless: [别的]\n    parts: [大, 小]\n    made_of: [[大, 小], [件]]\n    made_with: [的]\n",
    )
    things, parts = (claim.subject for claim in loads(text, "small.yaml").statements[0].claims)
    assert (things.parts, things.made_of) == (("大", "小"), (("大", "小"), ("件",)))
    assert (things.made_with, parts.parts, parts.made_of) == (("的",), ("大", "小"), ())
