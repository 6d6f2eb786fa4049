"""What the texts say against the tables: sentences with their tables, precision 1 and recall above 0.9."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from make_samples import in_force
from support.examples import examples
from support.texts import text_findings
from tabletext import load
from xlreport import Entry, Form, Submission, Unit, check_submissions, get_form
from xlreport.findings import Finding
from xlreport.narrative.claims import stated_numbers
from xlreport.narrative.clauses import StatedNumber
from xlreport.narrative.compare import DOUBTS, PLACES, readable_text
from xlreport.narrative.lexicon import lexicon_of
from xlreport.submission import BLANK

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples" / "source"
CODES = ("D1", "D2", "D3", "D4", "G4")
FIELDS = {
    "received": "requests.received.natural_person",
    "carried_in": "requests.carried_in.natural_person",
    "granted": "requests.granted.natural_person",
    "partly": "requests.partly_granted.natural_person",
    "refused": "requests.refused_third_party.natural_person",
    "unavailable": "requests.unavailable_not_held.business",
    "declined": "requests.declined_repeat.natural_person",
    "closed": "requests.closed_other.natural_person",
    "carried_out": "requests.carried_out.natural_person",
    "issued": "disclosure.normative_documents.issued",
    "repealed": "disclosure.normative_documents.repealed",
    "in_force": "disclosure.normative_documents.in_force",
    "reconsideration": "review.reconsideration.upheld",
    "direct": "review.litigation_direct.upheld",
    "later": "review.litigation_after_reconsideration.other",
}


@dataclass(frozen=True)
class Case:
    sentence: str
    tables: Mapping[str, str]
    expected: tuple[str, ...]


def cases() -> list[Case]:
    found = []
    for line in (HERE / "sentences.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            sentence, tables, codes = (part.strip() for part in line.split("|"))
            pairs = dict(pair.split("=") for pair in tables.split())
            found.append(
                Case(sentence.replace("⏎", "\n"), pairs, tuple(codes.replace("-", "").split()))
            )
    return found


def submission(form: Form, case: Case, name: str = "text.overview") -> Submission:
    numbers = {f.id: Entry.of(0) for f in form.typed}
    numbers |= {FIELDS[k]: Entry.of(Decimal(v)) for k, v in case.tables.items() if k in FIELDS}
    unit = Unit(case.tables.get("unit", "甲子镇"), "990101", case.tables.get("level", "乡镇"))
    return Submission(form.id, 2025, unit, numbers, {name: case.sentence}, county=Unit("示例县"))


def about_texts(form: Form, filled: Submission) -> list[Finding]:
    (findings,) = check_submissions(form, [filled])
    return [f for f in findings if f.code in CODES]


def test_the_sentences_have_precision_1_and_recall_above_90_percent(zfxxgk: Form) -> None:
    right, missed, wrong = 0, [], []
    filled = [submission(zfxxgk, case) for case in cases()]
    for case, findings in zip(cases(), text_findings(zfxxgk, filled), strict=True):
        seen = Counter(f.code for f in findings)
        expected = Counter(case.expected)
        right += (seen & expected).total()
        missed += [(code, case.sentence) for code in (expected - seen).elements()]
        wrong += [(code, case.sentence) for code in (seen - expected).elements()]
    precision, recall = right / (right + len(wrong)), right / (right + len(missed))
    print(
        f"\n{len(cases())} sentences: precision {precision:.3f}, recall {recall:.3f}; missed: {missed}"
    )
    assert not wrong
    assert precision == 1
    assert recall >= 0.9
    assert missed == [("D1", "全年新收申请20件，其中法律服务机构提出1件。")], (
        "nothing more is missed"
    )


def test_at_least_half_of_the_sentences_are_without_a_contradiction() -> None:
    harmless = [case for case in cases() if not case.expected]
    assert len(cases()) >= 80
    assert len(harmless) * 2 >= len(cases())


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.txt")), ids=lambda p: p.stem)
def test_the_samples_contradict_themselves_nowhere(path: Path) -> None:
    form = in_force(path)
    assert about_texts(form, load(path, form, Unit("示例县"))) == []


def test_a_contradiction_quotes_the_text_and_names_the_cells(zfxxgk: Form) -> None:
    case = Case(
        "依申请公开方面，全年新收12件（其中网上9件），办结9件。",
        {"received": "11", "granted": "11"},
        (),
    )
    first, second = about_texts(zfxxgk, submission(zfxxgk, case))
    assert first.message == (
        "一、总体情况里写“依申请公开方面，全年新收12件”，表里是："
        "一、本年新收政府信息公开申请数量·总计 11，不是 12"
    )
    assert first.suggestion == "请核对文字和表格，改成一致"
    assert (first.field, dict(first.observed)["said"]) == ("text.overview", 12)
    assert dict(first.observed)["requests.received.total"] == 11
    assert "写“依申请公开方面……办结9件”" in second.message


def test_other_meanings_are_told_by_their_numbers(zfxxgk: Form) -> None:
    tables = {"received": "11", "carried_in": "2", "granted": "10", "carried_out": "3"}
    case = Case("全年收到政府信息公开申请9件。", tables, ())
    (finding,) = about_texts(zfxxgk, submission(zfxxgk, case))
    assert finding.message == (
        "一、总体情况里写“全年收到政府信息公开申请9件”，表里是："
        "一、本年新收政府信息公开申请数量·总计 11（按其他口径是 13、10），都不是 9"
    )


def test_of_many_other_meanings_three_are_told(zfxxgk: Form) -> None:
    tables = {"received": "40", "carried_in": "5", "granted": "20", "partly": "9", "refused": "8"}
    case = Case(
        "政府信息公开申请全部答复，答复3件。", tables | {"closed": "6", "carried_out": "2"}, ()
    )
    (finding,) = about_texts(zfxxgk, submission(zfxxgk, case))
    assert finding.message.endswith("（七）总计·总计 43（按其他口径是 40、45、38 等），都不是 3")


@pytest.mark.parametrize(
    ("text", "received", "codes"),
    [
        ("收到政府信息公开申请16件，其中自然人10件，企业6件。", "32", ["D1"]),
        ("收到政府信息公开申请16件：张村10件，李村6件。", "32", ["D1"]),
        ("党政办收到政府信息公开申请10件，自然资源所收到3件。", "13", []),
        ("收到政府信息公开申请5件；政府信息公开行政复议1件。", "6", ["D1", "D3"]),
        ("收到政府信息公开申请12件，较上年增加3件。", "15", ["D1"]),
    ],
)
def test_the_parts_that_a_text_lists_hide_no_other_sum(
    text: str, received: str, codes: list[str], zfxxgk: Form
) -> None:
    case = Case(text, {"received": received, "granted": received}, ())
    assert [f.code for f in about_texts(zfxxgk, submission(zfxxgk, case))] == codes


def test_answers_may_leave_out_what_stayed_unclear(zfxxgk: Form) -> None:
    tables = {"received": "12", "granted": "7", "declined": "4"}
    filled = submission(zfxxgk, Case("收到政府信息公开申请12件，答复11件。", tables, ()))
    unclear = {"requests.unavailable_unclear.natural_person": Entry.of(1)}
    filled = replace(filled, entries={**filled.entries, **unclear})
    assert about_texts(zfxxgk, filled) == []


def test_the_rosters_names_are_those_of_the_unit_and_of_others(zfxxgk: Form) -> None:
    case = Case("镇政务办收到政府信息公开申请9件。", {"received": "7", "granted": "7"}, ())
    filled = submission(zfxxgk, case)
    assert about_texts(zfxxgk, filled) == []
    (finding,) = about_texts(zfxxgk, replace(filled, known_as=("镇政务办",)))
    assert (finding.code, "写“镇政务办收到政府信息公开申请9件”" in finding.message) == ("D1", True)
    other = replace(filled, texts={"text.overview": "2025年，丁卯中心收到政府信息公开申请7件。"})
    assert about_texts(zfxxgk, other) == []
    (finding,) = about_texts(zfxxgk, replace(other, listed=frozenset(["甲子镇", "丁卯中心"])))
    assert (finding.code, finding.message) == (
        "G4",
        "一、总体情况里写“丁卯中心”，本报告的填报单位是甲子镇",
    )


@pytest.mark.parametrize("name", ["text.overview", "text.other_matters", "text.problems"])
def test_only_the_texts_named_in_the_form_are_read(name: str, zfxxgk: Form) -> None:
    case = Case("全年无行政诉讼。", {"direct": "1"}, ())
    expected = [] if name == "text.problems" else ["D3"]
    assert [f.code for f in about_texts(zfxxgk, submission(zfxxgk, case, name))] == expected


def test_a_blank_cell_is_never_a_contradiction_but_noted(zfxxgk: Form) -> None:
    filled = submission(
        zfxxgk, Case("全年收到政府信息公开申请12件。", {"received": "9", "granted": "9"}, ())
    )
    blank = replace(filled, entries={**filled.entries, "requests.received.business": BLANK})
    assert about_texts(zfxxgk, filled)
    assert about_texts(zfxxgk, blank) == []
    (findings,) = check_submissions(zfxxgk, [blank])
    assert any(f.code == "V1" and "D-1" in f.message for f in findings)


def test_each_unit_is_compared_with_its_own_tables(zfxxgk: Form) -> None:
    text = "全年收到政府信息公开申请3件。"
    filled = [
        submission(zfxxgk, Case(text, {"received": str(n), "granted": str(n)}, ()))
        for n in (2, 3, 4)
    ]
    codes = [
        [f.code for f in findings if f.code == "D1"]
        for findings in check_submissions(zfxxgk, filled)
    ]
    assert codes == [["D1"], [], ["D1"]]


# --- whatever is read is compared -----------------------------------------------------

LONGEST = 130
"""Characters of a message: two short lines."""


def read_cases(form: Form) -> list[tuple[Case, StatedNumber]]:
    """All numbers that are read of the sentences, the same words once."""
    lexicon = lexicon_of(form, "text.overview")
    assert lexicon is not None
    pairs = {}
    for case in cases():
        filled = submission(form, case)
        for said in stated_numbers(lexicon, readable_text(case.sentence, filled), filled.year):
            pairs[case.sentence, said.statement.code, said.number, said.quote(case.sentence)] = said
    by_sentence = {case.sentence: case for case in cases()}
    return [(by_sentence[key[0]], said) for key, said in pairs.items()]


def with_other_numbers(form: Form, case: Case) -> Submission:
    """Tables in which nothing has a number that a sentence says."""
    filled = submission(form, case)
    others = {f.id: Entry.of(5000 + i) for i, f in enumerate(form.typed)}
    return replace(filled, entries={**filled.entries, **others})


def test_every_number_that_is_read_is_told_when_the_tables_have_others(zfxxgk: Form) -> None:
    """The finding quotes the sentence and names a row, its number, and the one that is said."""
    pairs = [(case, said) for case, said in read_cases(zfxxgk) if is_certain(case)]
    assert len(pairs) > 300
    changed = [with_other_numbers(zfxxgk, case) for case, _ in pairs]
    for (case, said), findings in zip(pairs, text_findings(zfxxgk, changed), strict=True):
        start = f"一、总体情况里写“{said.quote(case.sentence)}”，表里是："
        told = [f for f in findings if f.message.startswith(start)]
        assert said.statement.code in [f.code for f in told], case.sentence
        for finding in told:
            assert re.search(r"·\S+ \d{4,}\b.*不是 \d+$", finding.message)
            assert len(finding.message) <= LONGEST, finding.message


def is_certain(case: Case) -> bool:
    """Whether no word of the sentence makes its numbers doubtful."""
    doubtful = any(word in case.sentence for word in DOUBTS)
    return not doubtful and case.tables.get("level") not in PLACES


# --- another form ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "heads", "roads", "codes"),
    [
        ("年末我镇行政编制人员12人。", 12, 3, []),
        ("年末我镇行政编制人员12人。", 13, 3, ["W1"]),
        ("现有机关的在编干部12名，退休人员5名。", 13, 3, ["W1"]),
        ("退休人员5名。行政人员12人，其中男7人、女5人。", 24, 3, ["W1"]),
        ("我镇没有公务员。", 1, 3, ["W1"]),
        ("全年实施村级道路建设项目4个。", 12, 3, ["W2"]),
        ("道路建设方面，上年项目中续建4个。", 12, 3, []),
        ("道路工程：2024年续建4个。", 12, 3, ["W2"]),
        ("未实施道路项目。", 12, 3, ["W2"]),
        ("未实施学校项目。", 12, 3, []),
        ("行政人员的培训3期。", 12, 3, []),
    ],
)
def test_the_same_reader_serves_the_words_of_another_form(
    text: str, heads: int, roads: int, codes: list[str]
) -> None:
    form = get_form(Path(__file__).resolve().parents[1] / "forms" / "xiangzhen-caizheng.yaml")
    numbers = {f.id: Entry.of(0) for f in form.typed}
    numbers |= {
        "staff.civil.heads": Entry.of(heads),
        "money.roads.projects": Entry.of(roads),
        "money.schools.projects": Entry.of(2),
    }
    unit = Unit("甲子镇", "990101", "乡镇")
    filled = Submission(form.id, 2025, unit, numbers, {"text.remarks": text})
    (findings,) = check_submissions(form, [filled])
    assert [f.code for f in findings if f.code in ("W1", "W2")] == codes


# --- hostile texts ---------------------------------------------------------------------

UNITS = (
    "因件数件数件数引起的",
    "因答复答复不当的的的引起",
    "收到政府信息公开申请12件，",
    "依申请公开",
    "未收到、",
    "（（（",
    "一二三四五六七八九十百千万",
    "2024年",
    "1,234,",
    "12月31日1月1日至",
    "甲子镇政府信息公开工作年度报告",
    "现公布2024年",
    "无",
    "\n",
    " ",
    "行政复议、行政诉讼",
    "、",
)


@pytest.mark.parametrize("piece", UNITS)
def test_the_longest_text_takes_no_time(piece: str, zfxxgk: Form) -> None:
    text = (piece * 32_767)[:32_767]
    filled = submission(zfxxgk, Case(text, {"received": "12", "granted": "12"}, ()))
    start = time.process_time()
    check_submissions(zfxxgk, [filled])
    assert time.process_time() - start < 5


def test_a_text_full_of_contradictions_takes_no_time(zfxxgk: Form) -> None:
    text = "".join(f"收到政府信息公开申请{n}件，" for n in range(1000, 3000))[:32_767]
    start = time.process_time()
    assert len(about_texts(zfxxgk, submission(zfxxgk, Case(text, {}, ())))) == 50
    assert time.process_time() - start < 5


@examples(60)
@given(st.text(st.sampled_from("".join(UNITS) + "件份条０１，。；abc\ue000\x00"), max_size=300))
def test_no_text_breaks_the_reader(zfxxgk: Form, text: str) -> None:
    text_findings(zfxxgk, [submission(zfxxgk, Case(text, {"received": "12", "granted": "12"}, ()))])
