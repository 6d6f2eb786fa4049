"""A drafted text says what the tables say, and a draft that does not is found out."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from xlreport import Entry, Form, Submission, Unit, get_form
from xlreport.form.catalog import shipped
from xlreport.form.model import Draft, Sentence
from xlreport.narrative.drafting import contradictions, drafted
from xlreport.rules.evaluate import UnitView, view_of
from xlreport.submission import Figures

OTHER_FORM = Path(__file__).resolve().parents[1] / "forms" / "xiangzhen-caizheng.yaml"
COUNTY = Unit("示例县", "9901", "县")
TOWN = Unit("甲子镇", "990101", "乡镇")


def view(
    form: Form, unit: Unit = COUNTY, prior_year: Figures | None = None, **given: int
) -> UnitView:
    """A report of zeros but for those numbers that are given, `__` for the points of their ids."""
    entries = {field.id: Entry.of(0) for field in form.typed}
    entries |= {name.replace("__", "."): Entry.of(number) for name, number in given.items()}
    report = Submission(form.id, 2025, unit, entries, prior_year=prior_year)
    return view_of(form, report)


def filled(form: Form, seed: int, unit: Unit) -> UnitView:
    rng = random.Random(seed)
    most = rng.choice((0, 1, 3, 60, 99_999))
    numbers = {field.id: rng.randint(0, most) for field in form.typed}
    before = {name: Decimal(rng.randint(0, most)) for name in form.fields}
    prior_year = rng.choice((None, Figures(before)))
    return view(
        form, unit, prior_year, **{name.replace(".", "__"): n for name, n in numbers.items()}
    )


@given(
    st.integers(0, 10**6),
    st.sampled_from((COUNTY, TOWN)),
    st.sampled_from((*shipped(), str(OTHER_FORM))),
)
@examples(60)
def test_a_draft_never_contradicts_its_tables(seed: int, unit: Unit, name: str) -> None:
    any_form = get_form(name)
    report = filled(any_form, seed, unit)
    texts = {draft.text: drafted(draft, report) for draft in any_form.drafts}
    assert all(texts.values())
    assert contradictions(any_form, report, texts) == []


COUNTED = {
    **dict.fromkeys(shipped(), re.compile(r"(?<![年月])[0-9]+(?=件)")),
    "xiangzhen-caizheng": re.compile(r"[0-9]+(?=[人个])"),
}
NOT_READ = ("许可决定", "处罚决定", "强制决定", "自然人", "其他组织", "上年增加", "上年减少")
"""What no statement of a form compares: no table has a total of it, or the check leaves kinds alone."""


@pytest.mark.parametrize("seed", range(10))
def test_the_check_reads_every_number_that_it_can(any_form: Form, seed: int) -> None:
    """A number that is changed in the draft is a contradiction: it did not pass unread."""
    report = filled(any_form, seed, COUNTY)
    (draft,) = any_form.drafts
    text = drafted(draft, report)
    for count in COUNTED[any_form.id].finditer(text):
        before = text[: count.start()]
        if before.endswith(NOT_READ):
            continue
        changed = f"{before}{int(count[0]) + 1_234_567}{text[count.end() :]}"
        assert contradictions(any_form, report, {draft.text: changed}), changed


def test_the_draft_of_a_county(zfxxgk: Form) -> None:
    (draft,) = zfxxgk.drafts
    before = Figures({name: Decimal(1) for name in zfxxgk.fields})
    report = view(
        zfxxgk,
        prior_year=before,
        requests__received__natural_person=4,
        requests__granted__natural_person=3,
        requests__carried_out__natural_person=1,
        disclosure__normative_documents__issued=2,
        disclosure__normative_documents__in_force=2,
        review__reconsideration__upheld=1,
    )
    assert drafted(draft, report).split("\n") == [
        "根据《中华人民共和国政府信息公开条例》第四十九条、第五十条的规定，编制示例县2025年政府信息公开工作年度报告。"
        "本报告所列数据的统计期限为2025年1月1日至2025年12月31日。",
        "（一）主动公开情况。制发行政规范性文件2件，废止0件，现行有效2件。"
        "作出行政许可决定0件、行政处罚决定0件、行政强制决定0件。收取行政事业性收费0万元。",
        "（二）依申请公开情况。新收政府信息公开申请4件，上年结转0件，办结3件，结转下年度继续办理1件。"
        "办结的申请中，予以公开3件，部分公开0件，不予公开0件，无法提供0件，不予处理0件，其他处理0件。"
        "新收的申请中，自然人4件，法人或其他组织0件。新收申请比上年增加3件。",
        "（三）行政复议和行政诉讼情况。因政府信息公开工作被申请行政复议1件，未发生行政诉讼。",
    ]


def test_a_sentence_whose_number_is_not_known_is_not_said(zfxxgk: Form) -> None:
    (draft,) = zfxxgk.drafts
    nothing = view_of(zfxxgk, Submission(zfxxgk.id, 2025, COUNTY, {}))
    text = drafted(draft, nothing)
    assert text.count("\n") == 0, "nor the headings of paragraphs without numbers"
    assert text.startswith("根据")
    assert "上年增加" not in drafted(draft, view(zfxxgk, requests__received__business=5))


def test_a_draft_that_says_something_else_is_found_out(zfxxgk: Form) -> None:
    report = view(zfxxgk, requests__received__natural_person=4)
    wrong = Draft("text.overview", ((Sentence(("新收政府信息公开申请5件。",)),),))
    (finding,) = contradictions(zfxxgk, report, {wrong.text: drafted(wrong, report)})
    assert finding.code == "D1"
    assert "5件" in finding.message


def test_the_texts_of_the_report_itself_are_left_alone(zfxxgk: Form) -> None:
    written = replace(view(zfxxgk).submission, texts={"text.overview": "新收政府信息公开申请5件。"})
    report = view_of(zfxxgk, written)
    assert contradictions(zfxxgk, report, {"text.overview": ""}) == []


def test_the_order_of_the_official_document(zfxxgk: Form) -> None:
    titles = {table.id: table.title for table in zfxxgk.tables}
    titles |= {text.field_id: text.label for text in zfxxgk.texts}
    assert [titles[part][0] for part in zfxxgk.order] == list("一二三四五六")
