"""`xlreport diff`: every kind of difference once, nothing that only looks different, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile.scene import FILES, NUMBER, REQUESTS, Scene
from support.cells import put
from support.examples import examples
from support.fills import fill
from xlreport import (
    Entry,
    Form,
    FormCatalog,
    UsageError,
    diff_files,
    read_submission,
    repair_files,
    write_workbook,
)
from xlreport.cli.app import main
from xlreport.merging.diff import differences
from xlreport.submission import BLANK, YES, Status, Submission

TOTAL = "一、本年新收政府信息公开申请数量·总计"
LICENCES = "二、主动公开 B10　行政许可·本年处理决定数量"
QUESTION = "二、主动公开 B1　本表空白处是否均为 0"
TEXTS = {
    "a changed word": ("甲乙丙丁", "甲乙改丁", "（第 3 字起）：甲乙丙丁 → 甲乙改丁"),
    "more at the end": ("甲乙", "甲乙丙", "（第 3 字起）：甲乙 → 甲乙丙"),
    "nothing written": ("", "甲", "（第 1 字起）：（空白） → 甲"),
    "far inside": (
        "字" * 30 + "甲" + "尾" * 60,
        "字" * 30 + "乙" + "尾" * 60,
        f"（第 31 字起）：…{'字' * 10}甲{'尾' * 29} → …{'字' * 10}乙{'尾' * 29}",
    ),
    "over a line break": ("甲\n乙", "甲\n丙", "（第 3 字起）：甲 乙 → 甲 丙"),
}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def lines(scene: Scene, first: bytes, second: bytes) -> list[str]:
    """The differences as the command writes them."""
    return [
        d.line() for d in diff_files(scene.write("甲.xlsx", first), scene.write("乙.xlsx", second))
    ]


KINDS: dict[str, tuple[Callable[[Scene], bytes], list[str]]] = {
    "a number": (lambda s: s.number("number", "134"), [f"{LICENCES}：135 → 134"]),
    "blank": (lambda s: s.number("blank", ""), [f"{LICENCES}：135 → （空白）"]),
    "a word": (lambda s: s.number("text", "135件"), [f"{LICENCES}：135 → 135件"]),
    "an error value": (lambda s: s.number("error", "#N/A"), [f"{LICENCES}：135 → #N/A"]),
    "0 left blank": (
        lambda s: put(s.book, NUMBER[0], "B6", "blank"),
        ["二、主动公开 B6　规章·本年制发件数：0 → （空白）"],
    ),
    "a total typed over": (
        lambda s: put(s.book, REQUESTS, "J7", "number", "44"),
        [f"{REQUESTS} J7　{TOTAL}：（公式） → 44"],
    ),
    "a total deleted": (
        lambda s: put(s.book, REQUESTS, "J7", "blank"),
        [f"{REQUESTS} J7　{TOTAL}：（公式） → （空白）"],
    ),
    "an answer": (lambda s: put(s.book, NUMBER[0], "B1", "text", "是"), [f"{QUESTION}：否 → 是"]),
    "no answer": (lambda s: put(s.book, NUMBER[0], "B1", "blank"), [f"{QUESTION}：否 → （未选）"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_difference(scene: Scene, kind: str) -> None:
    make, found = KINDS[kind]
    assert lines(scene, scene.book, make(scene)) == found


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_is_shown_from_where_it_differs(scene: Scene, kind: str) -> None:
    first, second, words = TEXTS[kind]
    books = [
        write_workbook(
            replace(scene.town, texts={**scene.town.texts, "text.overview": text}), scene.form
        )
        for text in (first, second)
    ]
    assert lines(scene, *books) == [f"文字材料 B5　一、总体情况{words}"]


@pytest.mark.parametrize(
    "make",
    [
        lambda s: s.number("text", "１３５"),
        lambda s: s.number("text", " 135 "),
        lambda s: s.number("formula", "100+35 => 135"),
        lambda s: s.number("number", "135.00000000000001"),
        lambda s: s.row_inserted(REQUESTS, 10, names=False),
        lambda s: (FILES / "甲子镇.xls").read_bytes(),
        lambda s: (FILES / "甲子镇.ods").read_bytes(),
    ],
)
def test_what_only_looks_different_is_none(scene: Scene, make: Callable[[Scene], bytes]) -> None:
    """The same number written in another way or another place."""
    assert lines(scene, scene.book, make(scene)) == []


def test_cells_that_show_the_same_but_are_not(scene: Scene) -> None:
    """A text TRUE and a logical value; a blank cell and one that was deleted."""
    assert lines(scene, scene.number("text", "TRUE"), scene.number("boolean", "1")) == [
        f"{LICENCES}：TRUE → TRUE"
    ]
    lost = {**scene.town.entries, "disclosure.licences.decisions": Entry(None, Status.ABSENT)}
    blank = {**lost, "disclosure.licences.decisions": BLANK}
    found = list(differences(scene.form, *(replace(scene.town, entries=e) for e in (lost, blank))))
    assert [(d.first, d.second) for d in found] == [("（找不到）", "（空白）")]


def test_exit_codes_json_and_lines(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (
        scene.write("甲.xlsx", scene.book),
        scene.write("乙\u202e.xlsx", scene.number("text", "\u202e2")),
    )
    assert main(["diff", str(first), str(first)]) == 0
    assert capsys.readouterr() == ("两份填报的内容完全相同。\n", "")
    assert main(["diff", str(first), str(second)]) == 1
    assert capsys.readouterr() == (f"{LICENCES}：135 → 2\n共有 1 处不同。\n", "")
    assert main(["diff", str(first), str(second), "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "first": first.as_posix(),
        "second": second.as_posix(),
        "differences": [
            {
                "field": "disclosure.licences.decisions",
                "label": "行政许可·本年处理决定数量",
                "sheet": "二、主动公开",
                "cell": "B10",
                "first": "135",
                "second": "2",
            }
        ],
    }
    assert err == f"{LICENCES}：135 → 2\n共有 1 处不同。\n"


def test_what_cannot_be_compared_is_refused(
    scene: Scene, other_form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    good = scene.write("甲.xlsx", scene.book)
    path = str(scene.write("表.yaml", Path(other_form.path).read_bytes()))
    folder = scene.write("夹/一.xlsx", scene.book).parent
    scene.write("夹/二.xlsx", scene.book)
    refused = {
        scene.write("坏.xlsx", scene.book[:5000]): "不能比较：文件不完整，压缩目录读不出来。",
        scene.write("空.zip", scene.raw_zip()): "不能比较：这是 ZIP 压缩包，里面没有文件。",
        folder: "不能比较：里面有 2 份报表，请给出其中一份。",
        folder / "没有.xlsx": "找不到",
    }  # fmt: skip
    for other, words in refused.items():
        for pair in ((good, other), (other, good)):
            assert main(["diff", *map(str, pair), "--json"]) == 2
            out, err = capsys.readouterr()
            assert json.loads(out) == {"error": err.removesuffix("\n")}
            assert words in err
            assert str(other) in err
    scene.write("别的.xlsx", write_workbook(fill(other_form, 0), other_form))
    assert main(["diff", str(good), str(scene.folder / "别的.xlsx"), "--form", path]) == 2
    assert (
        capsys.readouterr().err
        == "两份不是同一种报表（《政府信息公开工作年度报告》（2021 年度起） 和 《乡镇财政收支情况表》（2020 年度起）），不能比较。\n"
    )
    packed = scene.write("包.zip", scene.raw_zip(("甲.xlsx", scene.book), ("说明.txt", b"x")))
    assert diff_files(good, packed) == [], "the one report in it"
    empty = scene.folder / "空夹"
    empty.mkdir()
    with pytest.raises(UsageError, match="空夹”不能比较：里面没有报表。"):
        diff_files(good, empty)


def test_a_repaired_report_differs_in_nothing_but_its_formulas(scene: Scene) -> None:
    path = scene.write(
        "甲.xlsx", put(scene.number("text", "１３５"), REQUESTS, "J7", "number", "45")
    )
    result = repair_files([path], scene.folder / "out")
    found = diff_files(path, Path(result.outputs[0]))
    assert [(d.place and d.place.cell, d.first, d.second) for d in found] == [
        ("J7", "45", "（公式）")
    ]


def read(form: Form, seed: int) -> Submission:
    submission = read_submission(
        write_workbook(fill(form, seed), form), FormCatalog((form,))
    ).submission
    assert submission is not None
    return submission


@examples(5, nightly=240)
@given(seeds=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)))
def test_differences_are_none_with_oneself_and_mirror_each_other(
    any_form: Form, seeds: tuple[int, int]
) -> None:
    """And there are none exactly where two reports are copies of each other (否 and no answer are alike)."""
    a, b = (read(any_form, seed) for seed in seeds)
    assert (
        list(differences(any_form, a, a))
        == list(differences(any_form, a, read(any_form, seeds[0])))
        == []
    )
    there, back = list(differences(any_form, a, b)), list(differences(any_form, b, a))
    assert [replace(d, first=d.second, second=d.first) for d in back] == there
    assert len({d.field for d in there}) == len(there)
    telling = [
        d for d in there if YES in (d.first, d.second) or not d.field.endswith(".blanks_are_zero")
    ]
    same = replace(b, unit=a.unit)
    assert (telling == []) == (a.content == same.content)


@examples(25)
@given(seed=st.integers(0, 10**6), data=st.data())
def test_one_changed_number_is_one_difference_at_its_cell(
    any_form: Form, seed: int, data: st.DataObject
) -> None:
    report = fill(any_form, seed)
    field = data.draw(st.sampled_from(any_form.typed))
    number = data.draw(st.integers(0, 10**6))
    changed = replace(report, entries={**report.entries, field.id: Entry.of(number)})
    found = [(d.field, d.second) for d in differences(any_form, report, changed)]
    before = report.entries[field.id].value
    assert found == ([] if before == number else [(field.id, str(number))])


def test_explanations_of_the_first_layout_are_compared_by_rule(zfxxgk: Form) -> None:
    """What stood beside a row or a table there stands beside the rule now."""
    first = fill(zfxxgk, 4)
    by_row = {"B4.requests": "已核实", "C2.total": "批量", "C2.natural_person": "另有"}
    old = replace(first, explanations=by_row)
    repaired = replace(first, explanations={"B4": "已核实", "C2": "批量\n另有"})
    other = replace(first, explanations={"B4": "已核实", "C2": "批量"})
    assert list(differences(zfxxgk, old, repaired)) == []
    assert old.content == repaired.content != other.content
    (told,) = differences(zfxxgk, old, other)
    assert told.line() == "校验　C-2 的填写说明：批量 另有 → 批量"


def test_explanations_differ_by_their_check(zfxxgk: Form) -> None:
    first = fill(zfxxgk, 4)
    old = replace(first, explanations={"A6": "已核实", "B1": "同", "C4": "批量撤回"})
    new = replace(first, explanations={"A6": "改了", "B1": "同", "B2": "新写"})
    told = [difference.as_dict() for difference in differences(zfxxgk, old, new)]
    assert told == [
        {
            "field": f"explain.{code}",
            "label": f"{code[0]}-{code[1:]} 的填写说明",
            "sheet": "校验",
            "cell": None,
            "first": before,
            "second": after,
        }
        for code, before, after in (
            ("A6", "已核实", "改了"),
            ("B2", "（空白）", "新写"),
            ("C4", "批量撤回", "（空白）"),
        )
    ]
