"""What a fresh workbook takes over of a report, what it leaves out, and that it never makes up a 0."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile.cases import _unnamed_and_bare, _unprotected
from hostile.scene import COUNTY, FILES, NUMBER, REQUESTS, Scene
from support.cells import put
from support.examples import examples
from support.fills import fill
from support.merges import merge_and_write
from support.xlsb import as_xlsb
from xlreport import (
    Form,
    FormCatalog,
    Unit,
    check_submissions,
    get_form,
    read_submission,
)
from xlreport import repair_files as repaired
from xlreport.findings import Severity
from xlreport.formats.open import open_book
from xlreport.merging.repairs import RepairedFile
from xlreport.submission import BLANK, Entry, Status, Submission
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.repair import NotRepairable, repair
from xlreport.workbook.writer.template import write_workbook

FRESH = "990101_甲子镇_2025年政府信息公开工作年度报告_修复.xlsx"
LICENCES = "行政许可·本年处理决定数量"
TOTAL = "一、本年新收政府信息公开申请数量·总计"
QUESTION = "二、主动公开·本表空白处是否均为 0：原表里选的是“是”，表里却有数没有照搬，请补好后重新选"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    (tmp_path / "in").mkdir()
    return Scene(tmp_path / "in")


def content(s: Submission) -> tuple[object, ...]:
    """All that a town types in, cover lines included."""
    numbers = {name: e.value if e.value is not None else e.raw for name, e in s.entries.items()}
    return (
        numbers,
        dict(s.texts),
        {t: a for t, a in s.answers.items() if a},
        dict(s.provenance.identity),
        s.unit,
        s.year,
    )


def one(
    scene: Scene, data: bytes, name: str = "甲子镇.xlsx"
) -> tuple[RepairedFile, Submission, list[str]]:
    """The repaired file, what its fresh workbook reads as, and the codes found in that."""
    path = scene.write(name, data)
    result = repaired([path], scene.folder.parent / "out")
    (file,) = result.files
    assert path.read_bytes() == data, "the original is not touched"
    assert result.exit_code == (1 if file.left else 0)
    again = read_submission(file.data, FormCatalog())
    assert again.submission is not None
    (found,) = check_submissions(scene.form, [again.submission])
    # V2 only tells that nobody has given last year's report
    return file, again.submission, [f.code for f in (*again.findings, *found) if f.code != "V2"]


def over_total(text: str) -> Callable[[Scene], bytes]:
    return lambda s: put(s.book, REQUESTS, "J7", "number" if text else "blank", text)


SOURCES: dict[str, tuple[Callable[[Scene], bytes], list[str]]] = {
    "a row inserted, names moved": (lambda s: s.row_inserted(REQUESTS, 10, names=True), []),
    "a row inserted, names lost": (lambda s: s.row_inserted(REQUESTS, 10, names=False), []),
    "a sheet renamed": (lambda s: s.renamed(REQUESTS, "Sheet4"), []),
    "a sheet renamed, names lost": (
        lambda s: s.without_names(s.renamed(REQUESTS, "Sheet4", names=False)),
        [],
    ),
    "no identity at all": (_unnamed_and_bare, []),
    "no protection": (_unprotected, []),
    ".xls": (lambda s: (FILES / "甲子镇.xls").read_bytes(), []),
    ".ods": (lambda s: (FILES / "甲子镇.ods").read_bytes(), []),
    ".xlsb": (lambda s: as_xlsb(open_book(s.book)), []),
    "a number as text": (lambda s: s.number("text", " 135 "), []),
    "full-width": (lambda s: s.number("text", "１３５"), []),
    "a formula for a number": (lambda s: s.number("formula", "100+35 => 135"), []),
    "a total typed over": (over_total("44"), [f"{TOTAL}：公式曾被改成“44”，已恢复公式"]),
    "a wrong total typed over": (over_total("45"), [f"{TOTAL}：公式曾被改成“45”，已恢复公式"]),
    "a total deleted": (over_total(""), [f"{TOTAL}：公式曾被改成“空”，已恢复公式"]),
}


@pytest.mark.parametrize("source", SOURCES)
def test_the_fresh_workbook_says_the_same_and_nothing_is_wrong_with_it(
    scene: Scene, source: str
) -> None:
    make, left = SOURCES[source]
    file, fresh, codes = one(scene, make(scene))
    assert content(fresh) == content(scene.town)
    assert codes == []
    assert list(file.left) == left
    # 166 numbers, 3 answers, 3 texts, each once
    assert len({c.field for c in file.carried}) == len(file.carried) == 172


def test_many_restored_formulas_are_one_line_with_those_that_differ(scene: Scene) -> None:
    data = scene.book
    for row, text in ((7, "45"), (8, "2"), (9, "37"), (11, "0")):
        data = put(data, REQUESTS, f"J{row}", "number", text)
    file, _, _ = one(scene, data)
    assert list(file.left) == [
        "有 4 处锁定的公式曾被改掉，已全部恢复（三、依申请公开 4 处）；"
        "其中 1 处与公式的结果不同：三、依申请公开 J7 原为 45，应为 44"
    ]


def test_of_restored_formulas_that_differ_the_first_three_are_named(scene: Scene) -> None:
    data = scene.book
    for row in (7, 8, 9, 10, 11):
        data = put(data, REQUESTS, f"J{row}", "number", "99")
    (line,) = one(scene, data)[0].left
    assert line.startswith("有 5 处锁定的公式曾被改掉，已全部恢复（三、依申请公开 5 处）；")
    assert line.endswith(
        "其中 5 处与公式的结果不同：三、依申请公开 J7 原为 99，应为 44、"
        "三、依申请公开 J8 原为 99，应为 2、三、依申请公开 J9 原为 99，应为 37等"
    )


def test_each_value_tells_where_it_came_from(scene: Scene) -> None:
    file, _, _ = one(scene, scene.row_inserted(REQUESTS, 10, names=False))
    moved = {
        c.target.cell: c.source.cell
        for c in file.carried
        if c.source is not None and c.target.sheet == c.source.sheet == REQUESTS
    }
    assert moved["D9"] == "D9"
    assert moved["D10"] == "D11"
    assert moved["I31"] == "I32"


def test_blanks_that_are_zero_stay_so(scene: Scene) -> None:
    book = put(put(scene.book, NUMBER[0], "B1", "text", "是"), *NUMBER, "blank")
    file, fresh, codes = one(scene, book)
    assert (file.left, codes) == ((), [])
    assert (fresh.answers["disclosure"], fresh.entries["disclosure.licences.decisions"].raw) == (
        "是",
        "",
    )
    assert len(file.carried) == 171, "all but the blank one"


@pytest.mark.parametrize(
    ("kind", "text", "raw"),
    [
        ("error", "#N/A", "#N/A"),
        ("boolean", "1", "TRUE"),
        ("date", "2026-01-02", "2026-01-02"),
        ("formula", "A1+1", "=A1+1"),
        ("number", "1E999", "1E999"),
        ("text", "很长" * 40, "很长" * 29 + "很…"),
    ],
)
def test_what_cannot_be_typed_anew_is_left_out_and_never_becomes_zero(
    scene: Scene, kind: str, text: str, raw: str
) -> None:
    """Even where the town said that blanks are 0: that was not said of this cell."""
    book = put(put(scene.book, NUMBER[0], "B1", "text", "是"), *NUMBER, kind, text)
    file, fresh, codes = one(scene, book)
    assert file.left == (f"{LICENCES}：原表里是“{raw}”，不是能填的数，留空", QUESTION)
    assert fresh.effective("disclosure.licences.decisions").value is None
    assert codes == ["A6"]


def test_a_word_is_carried_as_it_is_and_still_wrong(scene: Scene) -> None:
    file, fresh, codes = one(scene, scene.number("text", "2件"))
    assert [c.line() for c in file.carried if c.label == LICENCES] == [
        f"二、主动公开 B10 → 二、主动公开 B10　{LICENCES}：“2件”"
    ]
    assert (fresh.entries["disclosure.licences.decisions"].raw, codes) == ("2件", ["A6"])


def two_names(s: Scene) -> bytes:
    return s.xml("xl/workbook.xml", "'二、主动公开'!$B$10<", "'二、主动公开'!$B$13<")


def test_a_name_at_another_cell_costs_no_number(scene: Scene) -> None:
    """The headings say whose number each is."""
    file, fresh, _ = one(scene, two_names(scene))
    assert list(file.left) == []
    assert fresh.entries == scene.town.entries


@pytest.mark.parametrize(
    ("make", "left"),
    [
        (
            lambda s: s.xml(s.sheet(), '<c r="B10"', '<c r="B10"><v>999</v></c><c r="B10"'),
            [f"{LICENCES}：原表里无法判断是哪个数，留空"],
        ),
        (
            lambda s: s.xml(
                s.sheet("文字材料"), '<c r="B5"', '<c r="B5" t="str"><v>另一份</v></c><c r="B5"'
            ),
            ["一、总体情况：原表里无法判断是哪一份文字，留空"],
        ),
        (
            lambda s: s.xml(s.sheet(), '<c r="B1"', '<c r="B1" t="str"><v>是</v></c><c r="B1"'),
            ["二、主动公开·本表空白处是否均为 0：原表里无法判断选的是哪个，请补好后重新选"],
        ),
    ],
)
def test_what_is_ambiguous_stays_blank(
    scene: Scene, make: Callable[[Scene], bytes], left: list[str]
) -> None:
    file, fresh, _ = one(scene, make(scene))
    assert list(file.left) == left
    assert len({c.field for c in file.carried}) == len(file.carried) == 172 - len(left)
    blank = [
        scene.form.fields[name].label for name, entry in fresh.entries.items() if not entry.raw
    ]
    assert blank == [words.split("：")[0] for words in left if "哪个数" in words]


@pytest.mark.parametrize(
    ("make", "left"),
    [
        (
            lambda s: put(s.book, NUMBER[0], "H30", "number", "7"),
            "二、主动公开 H30：不是填报的格子里有内容“7”，不会读取",
        ),
        (
            lambda s: put(s.book, NUMBER[0], "B1", "text", "都是"),
            "二、主动公开 B1：“本表空白处是否均为 0”填的是“都是”",
        ),
        (
            lambda s: put(s.book, "文字材料", "B5", "text", "本镇_x0007_全年公开"),
            "文字材料 B5：文字里有不能显示的控制字符，或者超过一格能放的长度（共 7 字），已去掉 1 字",
        ),
    ],
)
def test_what_was_not_read_is_listed_too(
    scene: Scene, make: Callable[[Scene], bytes], left: str
) -> None:
    assert one(scene, make(scene))[0].left == (left,)


def test_a_report_on_an_older_version_of_the_form(scene: Scene, tmp_path: Path) -> None:
    """The old form has a row less, so that all cells below it stand elsewhere."""
    text = Path(scene.form.path).read_text("utf-8")
    path = tmp_path / "旧版.yaml"
    without = text.replace("          - {id: penalties, label: 行政处罚}\n", "")
    without = without.replace("、行政处罚决定{disclosure.penalties.decisions}件", "")
    path.write_text(without, "utf-8")
    old = get_form(path)
    town = replace(scene.town, answers={**scene.town.answers, "disclosure": "是"})
    file, fresh, codes = one(scene, write_workbook(town, old))
    assert {"F6", "R8"} <= {f.code for f in file.findings}
    assert file.left == ("行政处罚·本年处理决定数量：原表里找不到，留空", QUESTION)
    (moved,) = [c for c in file.carried if c.field == "disclosure.coercive_measures.decisions"]
    assert moved.source is not None
    assert (moved.source.cell, moved.target.cell, moved.value) == ("B13", "B14", "1")
    assert codes == ["A6"]
    kept = {n: e.value for n, e in town.entries.items() if n != "disclosure.penalties.decisions"}
    assert {n: e.value for n, e in fresh.entries.items() if e.value is not None} == kept


def test_what_the_issuer_does_not_know_of_the_unit_stays_open(scene: Scene) -> None:
    """Else the town could never choose its level in the fresh workbook."""
    file, _, codes = one(
        scene, write_workbook(replace(scene.town, unit=Unit("甲子镇")), scene.form)
    )
    assert codes == ["R17"]
    cover = openpyxl.load_workbook(io.BytesIO(file.data))["封面"]
    assert [cover[cell].protection.locked for cell in ("C5", "C6", "C7", "C8")] == [
        True,
        False,
        False,
        True,
    ]
    chosen = read_submission(put(file.data, "封面", "C7", "text", "街道"), FormCatalog())
    assert (chosen.unit, chosen.findings) == (Unit("甲子镇", "", "街道"), ())


def test_a_repaired_report_wins_over_its_original(scene: Scene) -> None:
    """Every repair counts one higher, whatever the times of the files say."""
    data = over_total("45")(scene)
    scene.write("原.xlsx", data)
    for number in (2, 3):
        file, fresh, _ = one(scene, data, "试.xlsx")
        assert fresh.provenance.number == number
        data = file.data
        for written in (scene.folder.parent / "out").iterdir():
            written.unlink()
        scene.write("试.xlsx", data)
        result = merge_and_write(scene.folder, out=scene.folder.parent / "sum", county=COUNTY)
        assert {f.path: f.outcome.value for f in result.files} == {
            "原.xlsx": "superseded",
            "试.xlsx": "accepted",
        }
        assert [f.message for f in result.files[0].findings if f.code == "F7"] == [
            f"同一单位另有“试.xlsx”，报送序号较大（第 {number} 次，这一份是第 1 次），以那一份为准",
            f"{TOTAL}：这一份是 45，“试.xlsx”是 （公式）",
        ]


@examples(5, nightly=240)
@given(seed=st.integers(0, 10**6))
def test_any_report_is_judged_as_before(any_form: Form, seed: int) -> None:
    """Same content and same findings; repairing it again finds nothing to do."""
    catalog = FormCatalog((any_form,))
    original = read_submission(
        write_workbook(replace(fill(any_form, seed), overrides={}), any_form), catalog
    ).submission
    assert original is not None
    once = repair(any_form, original, (), catalog)
    again = read_submission(once.data, catalog).submission
    assert again is not None
    assert content(again) == content(original)
    assert check_submissions(any_form, [again]) == check_submissions(any_form, [original])
    twice = repair(any_form, again, (), catalog)
    assert [c.value for c in twice.carried] == [c.value for c in once.carried]
    assert once.left == twice.left == ()


# --- the proof ------------------------------------------------------------------------------


def town_of(form: Form) -> Submission:
    town = fill(form, 4, wild=0.0)
    entries = {**town.entries, "disclosure.licences.decisions": Entry.of(5)}
    return replace(town, unit=Unit("甲子镇", "990101", "乡镇"), entries=entries, overrides={})


def other_text(town: Submission) -> Submission:
    return replace(town, texts={**town.texts, next(iter(town.texts)): "别的话"})


def other_unit(town: Submission) -> Submission:
    return replace(town, unit=Unit("甲子镇", "990101", "街道"))


def other_explanation(town: Submission) -> Submission:
    listed = layout_of(get_form(town.form)).listed
    warning = next(check.code for check in listed if check.severity is Severity.WARNING)
    return replace(town, explanations={warning: "别的话"})


def other_contact(town: Submission) -> Submission:
    return town.with_identity({"contact": "别人"})


@pytest.mark.parametrize("spoiled", [other_text, other_unit, other_explanation, other_contact])
def test_a_fresh_workbook_that_says_something_else_is_not_given_out(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch, spoiled: Callable[[Submission], Submission]
) -> None:
    def write(submission: Submission, form: Form, *, tells_code: bool) -> bytes:
        assert tells_code
        return write_workbook(spoiled(submission), form)

    monkeypatch.setattr("xlreport.workbook.repair.write_workbook", write)
    with pytest.raises(NotRepairable, match="写出的工作簿与原表不一致"):
        repair(zfxxgk, town_of(zfxxgk), [], FormCatalog())


@pytest.mark.parametrize("entry", [Entry.of(123456), Entry(None, Status.TEXT, "无"), BLANK])
def test_a_fresh_workbook_with_another_number_is_not_given_out(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch, entry: Entry
) -> None:
    name = "disclosure.licences.decisions"

    def write(submission: Submission, form: Form, *, tells_code: bool) -> bytes:
        assert tells_code
        changed = replace(submission, entries={**submission.entries, name: entry})
        return write_workbook(changed, form)

    monkeypatch.setattr("xlreport.workbook.repair.write_workbook", write)
    with pytest.raises(NotRepairable, match=f"{LICENCES}写出后与原表不一致"):
        repair(zfxxgk, town_of(zfxxgk), [], FormCatalog())


def test_a_text_in_a_number_cell_must_come_back_as_it_was(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "disclosure.licences.decisions"
    town = town_of(zfxxgk)
    town = replace(town, entries={**town.entries, name: Entry(None, Status.TEXT, "无")})
    assert repair(zfxxgk, town, [], FormCatalog()).left == ()

    def write(submission: Submission, form: Form, *, tells_code: bool) -> bytes:
        assert tells_code
        other = Entry(None, Status.TEXT, "没有")
        changed = replace(submission, entries={**submission.entries, name: other})
        return write_workbook(changed, form)

    monkeypatch.setattr("xlreport.workbook.repair.write_workbook", write)
    with pytest.raises(NotRepairable, match=LICENCES):
        repair(zfxxgk, town, [], FormCatalog())
