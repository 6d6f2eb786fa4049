"""A mistake in a definition is reported with its place, all mistakes at once, in Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlreport import Form, FormError, get_form
from xlreport.form.expression import has_formula
from xlreport.form.loader import load, loads
from xlreport.form.model import Signature

BASE = """\
form: small
version: 1
title: 小表
source: 测试
first_year: 2020
identity:
  - {id: unit, label: 单位}
  - {id: code, label: 代码}
  - {id: level, label: 类别}
  - {id: year, label: 年度}
instructions: [照实填写]
tables:
  - id: t
    title: 表
    sheet: 表
    blocks:
      - columns:
          - {id: a, label: 甲}
          - {id: b, label: 乙}
          - {id: total, label: 合计, computed: A1}
        rows:
          - {id: x, label: 一}
          - {id: y, label: 二}
texts:
  - {id: note, label: 说明}
checks:
  - code: A1
    title: 合计
    severity: error
    each: row
    rule: t.total == sum(t.a, t.b)
    why: 相加
"""


def problems(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(FormError) as caught:
        loads(text, "small.yaml")
    return [(p.line, p.column, p.text) for p in caught.value.problems]


def with_rule(rule: str, each: str = "") -> str:
    each_line = f"    each: {each}\n" if each else ""
    rule_line = f"  - code: B1\n    title: 试\n    severity: error\n{each_line}    rule: {rule}\n    why: 试\n"
    return BASE + rule_line


def test_the_base_loads() -> None:
    form = loads(BASE, "small.yaml")
    assert list(form.fields) == ["t.x.a", "t.x.b", "t.x.total", "t.y.a", "t.y.b", "t.y.total"]
    assert [i.code for i in form.instances] == ["A1.x", "A1.y"]
    assert form.leaves("t.x.total") == ("t.x.a", "t.x.b")


def test_the_statutory_form_has_all_200_numbers_and_three_texts(zfxxgk: Form) -> None:
    assert len(zfxxgk.fields) == 200
    assert len(zfxxgk.typed) == 166
    sizes = {t.id: sum(1 for f in zfxxgk.fields.values() if f.table == t.id) for t in zfxxgk.tables}
    assert sizes == {"disclosure": 10, "requests": 175, "review": 15}
    assert [t.field_id for t in zfxxgk.texts] == [
        "text.overview",
        "text.problems",
        "text.other_matters",
    ]
    codes = "A1 A2 A3 A4 A5 A6 B1 B2 B3 B4 B5 C1 C2 C3 C4 C5 C6 C7 C9 G1 G2 G3 G6 G5"
    assert [c.code for c in zfxxgk.checks] == codes.split()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version: 1", "version: eins", (2, 10, "“version”应当是整数，现为“eins”")),
        ("source: 测试\n", "", (1, 1, "缺少“source”")),
        ("title: 小表\n", "title: 小表\ncolour: red\n", (4, 1, "不认识的键“colour”")),
        (
            "first_year: 2020\n",
            "first_year: 2020\nfirst_year: 2021\n",
            (6, 1, "键“first_year”重复"),
        ),
        ("{id: b, label: 乙}", "{id: a, label: 乙}", (19, 18, "id“a”用了两次")),
        ("{id: y, label: 二}", "{id: x, label: 二}", (23, 18, "id“x”用了两次")),
        (
            "{id: y, label: 二}",
            "{id: b, label: 二}",
            (17, 9, "“b”既是行又是列的 id，规则里会分不清"),
        ),
        ("{id: y, label: 二}", "{label: 二}", (23, 13, "行和列都要有 id")),
        ("{id: year, label: 年度}", "{id: date, label: 日期}", (7, 3, "封面缺少“year”")),
        ("sheet: 表", "sheet: 校验", (15, 12, "工作表名“校验”用了两次或被封面等页占用")),
        ("sheet: 表", "sheet: a/b", (15, 12, "“sheet”的值“a/b”写法不合要求")),
        ("- id: t\n", "- id: detail\n", (13, 9, "“detail”是保留的词，表的 id 请换一个")),
        (
            "severity: error",
            "severity: fatal",
            (29, 15, "“severity”的值“fatal”不在允许的范围：error、warning、note"),
        ),
        (
            "each: row",
            "each: cellar",
            (30, 11, "“each”的值“cellar”不在允许的范围：row、column、cell"),
        ),
        ("- code: A1", "- code: Abc", (27, 11, "“code”的值“Abc”写法不合要求")),
        (
            "label: 甲}",
            "label: &x 甲}\n          - {id: c, label: *x}",
            (18, 28, "不支持 YAML 别名（*），请把内容写全"),
        ),
        (
            "blocks:\n      -",
            "blocks: 3\n    x:\n      -",
            (16, 13, "“blocks”应当是一个列表（每项前面写“- ”）"),
        ),
    ],
)
def test_one_mistake_is_named_with_its_place(
    old: str, new: str, expected: tuple[int, int, str]
) -> None:
    assert old in BASE
    found = problems(BASE.replace(old, new, 1))
    assert expected in found
    assert not any("至少要有一项" in words for _, _, words in found)


@pytest.mark.parametrize(
    ("rule", "each", "offset", "words"),
    [
        ("t.x.a == t.x.c", "", 9, "没有字段“t.x.c”"),
        ("q.x.a == 1", "", 0, "没有字段“q.x.a”"),
        ("t.x == 1", "", 0, "“t.x”是 3 个数，这里只能有一个；求和请写 sum(…)"),
        ("t.x.a + t.x.b", "", 0, "规则没有比较任何数：这里应当是一个比较，例如 a == b"),
        ("1 == 2", "", 0, "规则没有比较任何数：里面没有填报的数字或文字"),
        ("t.x.a == t.x.a", "", 0, "规则没有比较任何数：两边完全相同"),
        ("t.x.a == 1 and 1 == 2", "", 0, "规则没有比较任何数：这个比较里只有常数"),
        ("t.a == t.nix", "row", 7, "没有字段“t.nix”"),
        ("t.x.a == 1", "row", 0, "each: row 的规则里至少要有一个“表.列”"),
        ("t.x.a * t.x.b == 1", "", 0, "乘号的一边必须是常数"),
        ("1 < t.x.a < 3", "", 0, "一次只能比较两个数；a < b < c 请写成 a < b and b < c"),
        (
            "t.x.a ** 2 == 4",
            "",
            0,
            "这里应当是一个数：字段、数字，或它们的 + - * 和 sum、abs、round",
        ),
        (
            "t.x.a == max(1, 2)",
            "",
            9,
            "函数“max”不认识或参数个数不对；可用 sum abs round previous length implies is_number filled mentions differs",
        ),
        ('unit.level in ("村",)', "", 15, "单位类别只能是：乡镇、街道、部门、县、市"),
        ("filled(text.nix)", "", 7, "没有文字“text.nix”"),
        ("previous(t.x) == t.x.a", "", 9, "“t.x”是 3 个数，这里只能有一个；求和请写 sum(…)"),
        ("length(text.nix) <= 9", "", 7, "没有文字“text.nix”"),
        ("t.x.a == (", "", 9, "规则写法有误：检查括号、逗号和运算符"),
        (
            "round(t.x.a, 9) == 1",
            "",
            13,
            "小数位数应当是 0 到 6 的整数（each: cell 时可以写 decimals）",
        ),
    ],
)
def test_a_mistake_in_a_rule_is_named_with_its_place(
    rule: str, each: str, offset: int, words: str
) -> None:
    (found,) = problems(with_rule(rule, each))
    assert found == (37 if each else 36, 11 + offset, f"校验 B1：{words}")


def test_numbers_that_could_overflow_are_refused() -> None:
    ((_, _, text),) = problems(with_rule("100000 * t.x.total == 100000.123456 * t.y.total"))
    assert "超出可精确计算的范围" in text


def test_a_code_used_twice_is_named() -> None:
    assert (33, 11, "校验代码“A1”用了两次") in problems(
        with_rule("t.x.a == 1").replace("code: B1", "code: A1")
    )


def test_a_computed_column_needs_its_equation() -> None:
    (found, *_) = problems(BASE.replace("rule: t.total ==", "rule: t.total <="))
    assert found[2] == "“t.x.total”的 computed: A1 无效：该校验没有“t.x.total == …”这样的等式"


def test_formulas_in_a_circle_are_refused() -> None:
    text = BASE.replace("{id: a, label: 甲}", "{id: a, label: 甲, computed: B1}")
    text += "  - {code: B1, title: 试, severity: error, each: row, rule: t.a == t.total - t.b, why: 试}\n"
    assert any("成了一个圈" in found[2] for found in problems(text))


def test_all_mistakes_are_reported_at_once() -> None:
    text = BASE.replace("{id: b, label: 乙}", "{id: a, label: 乙}").replace(
        "t.a, t.b", "t.a, t.nix"
    )
    assert len(problems(text)) == 2


@pytest.mark.parametrize(
    "text", ["", "- a\n", "a: [", "\tx: 1", "a: \x00", "a: &a [*a]\n", "[" * 3000]
)
def test_nonsense_is_refused_with_a_place(text: str) -> None:
    assert all(line >= 1 and column >= 1 and words for line, column, words in problems(text))


def test_a_year_may_be_the_first_and_the_last() -> None:
    years = "first_year: 2020\nlast_year: {}\n"
    loads(BASE.replace("first_year: 2020\n", years.format(2020)), "small.yaml")
    found = problems(BASE.replace("first_year: 2020\n", years.format(2019)))
    assert found == [(6, 12, "last_year 早于 first_year")]


def test_what_a_formula_can_reach_counts_for_exactness() -> None:
    """4,000 times 4,000 times the largest number is too much, though each step is not."""
    text = with_rule("4000 * t.x.total > 1")
    loads(text, "small.yaml")
    ((_, _, message),) = problems(text.replace("sum(t.a, t.b)", "4000 * t.a"))
    assert message.startswith("校验 B1：系数太大")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(BASE + "#" * (2_000_000 - len(BASE.encode())), "utf-8")
    assert load(path).id == "small"
    path.write_text(BASE + "#" * (2_000_001 - len(BASE.encode())), "utf-8")
    with pytest.raises(FormError, match=r"large.yaml:1:1：文件太大（超过 2,000,000 字节）$"):
        load(path)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("form: 表".encode("gbk"))
    with pytest.raises(FormError, match="不是 UTF-8"):
        load(path)


def test_a_form_can_be_given_as_a_path(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(BASE, "utf-8")
    assert get_form(path).id == "small"


# --- what is printed around the form, and what a check says in a few words -------------------


def test_a_form_without_marks_and_signatures_says_so_by_leaving_them_out() -> None:
    form = loads(BASE, "small.yaml")
    assert (form.marks, form.signatures, form.follows) == ((), (), "")
    assert form.checks[0].brief == ""


def test_the_legal_marks_have_the_labels_of_the_law_in_its_order() -> None:
    marks = "marks: {valid_until: 2027年12月, number: 政1表, filing: 备1号, authority: 某局, approval: 批1号}\n"
    form = loads(BASE + marks, "small.yaml")
    assert form.marks == (
        ("表号", "政1表"),
        ("制定机关", "某局"),
        ("批准文号", "批1号"),
        ("备案文号", "备1号"),
        ("有效期至", "2027年12月"),
    )
    one = loads(BASE + "marks: {filing: 备1号}\n", "small.yaml")
    assert one.marks == (("备案文号", "备1号"),)


def test_a_signature_prints_a_line_of_the_cover_or_is_left_for_a_pen() -> None:
    signatures = "signatures:\n  - {label: 单位负责人}\n  - {label: 单位, line: unit}\n"
    form = loads(BASE + signatures, "small.yaml")
    assert form.signatures == (Signature("单位负责人"), Signature("单位", "unit"))


def test_a_signature_on_a_line_that_the_cover_does_not_have_is_named_with_its_place() -> None:
    text = BASE + "signatures:\n  - {label: 审核人, line: approver}\n"
    line = text[: text.index("approver")].count("\n") + 1
    assert [(at, words) for at, _, words in problems(text)] == [(line, "封面没有“approver”这一行")]


def test_a_form_names_the_one_before_it() -> None:
    assert loads(BASE + "follows: zfxxgk-2021.yaml\n", "small.yaml").follows == "zfxxgk-2021.yaml"


@pytest.mark.parametrize(
    ("brief", "complaint", "word", "shows"),
    [
        ("", "不符合：合计", "，差", True),
        ("勾稽差", "勾稽", "差", True),
        ("有误", "有误", "差", False),
    ],
)
def test_the_few_words_of_a_check(brief: str, complaint: str, word: str, shows: bool) -> None:
    line = f"    brief: {brief}\n" if brief else ""
    text = BASE.replace("    severity: error\n", f"    severity: error\n{line}", 1)
    (check,) = loads(text, "small.yaml").checks
    assert check.brief == brief
    assert check.complaint == complaint
    assert check.difference_word == word
    assert check.shows_difference is shows


def test_the_few_words_of_a_check_are_few() -> None:
    for length, accepted in ((12, True), (13, False)):
        brief = f"    brief: {'字' * length}\n"
        text = BASE.replace("    severity: error\n", f"    severity: error\n{brief}", 1)
        if accepted:
            loads(text, "small.yaml")
        else:
            assert [words for _, _, words in problems(text)] == ["“brief”太长"]


@pytest.mark.parametrize(("lines", "accepted"), [(1, True), (200, True), (0, False), (201, False)])
def test_a_text_has_room_for_some_lines(lines: int, accepted: bool) -> None:
    text = BASE.replace("label: 说明}", f"label: 说明, lines: {lines}}}")
    if accepted:
        assert loads(text, "small.yaml").texts[0].lines == lines
    else:
        assert len(problems(text)) == 1


def test_the_statutory_form_has_a_signature_block_no_marks_and_few_words_for_every_check(
    zfxxgk: Form,
) -> None:
    assert zfxxgk.marks == ()
    assert [s.label for s in zfxxgk.signatures if s.line is None], "somebody signs by hand"
    assert [s for s in zfxxgk.signatures if s.line is not None]
    without = [check.code for check in zfxxgk.checks if lacks_words(zfxxgk, check.code)]
    assert without == []


def lacks_words(form: Form, code: str) -> bool:
    """Whether a check that formulas make has no words of its own."""
    rules = [i.rule for i in form.instances if i.check.code == code]
    brief = next(check.brief for check in form.checks if check.code == code)
    return any(has_formula(rule) for rule in rules) and not brief


# --- other spellings ---

SPELLED = BASE + "spellings:\n  - {label: 甲, also: [某甲, 甲种]}\n"


def test_a_label_may_have_other_spellings() -> None:
    assert loads(SPELLED).spellings == {"甲": ("某甲", "甲种")}
    assert loads(BASE).spellings == {}


def test_spellings_shape_no_workbook() -> None:
    assert loads(SPELLED).fingerprint == loads(BASE).fingerprint


def test_the_shipped_form_still_has_the_workbooks_that_are_out() -> None:
    fingerprint = "f6db9161c4b81e6a4c862c98c274111163f4875429d4fd5e3a9ed7433ad322a9"
    assert get_form("zfxxgk-2021").fingerprint == fingerprint


@pytest.mark.parametrize("label", ["甲", "一", "表", "说明"])
def test_columns_rows_titles_and_texts_have_spellings(label: str) -> None:
    text = f"{BASE}spellings:\n  - {{label: {label}, also: [某]}}\n"
    assert loads(text).spellings == {label: ("某",)}


def test_a_spelling_of_no_label_is_a_mistake() -> None:
    text = BASE + "spellings:\n  - {label: 丁, also: [某丁]}\n"
    assert problems(text) == [(34, 13, "没有“丁”这个标题")]


def test_a_spelling_that_is_a_label_itself_is_a_mistake() -> None:
    text = BASE + "spellings:\n  - {label: 甲, also: [某甲, 乙]}\n"
    assert problems(text) == [(34, 27, "“乙”已经是一个标题")]


def test_a_label_has_its_spellings_in_one_place() -> None:
    text = SPELLED + "  - {label: 甲, also: [某]}\n"
    assert problems(text) == [(35, 13, "标题“甲”用了两次")]
