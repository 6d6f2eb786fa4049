"""Which reports count where a county may choose: resubmissions, conflicts, units and the roster."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile.scene import COUNTY, FILES, NUMBER, Scene, base
from support.cells import part, rewrite
from support.examples import examples
from support.merges import merge_and_write
from support.records import record
from support.records import report as make_report
from xlreport import (
    Entry,
    FileRecord,
    Form,
    MergeRequest,
    MergeResult,
    Outcome,
    Policy,
    Roster,
    Unit,
)
from xlreport.cli.app import main
from xlreport.merging.merge import merge_files
from xlreport.merging.versions import (
    Age,
    Clock,
    by_arrival,
    by_itself,
    by_statement,
    newest_versions,
    rank,
)
from xlreport.text import clean_name
from xlreport.workbook.reader.submission import Reading
from xlreport.workbook.writer.template import write_workbook

LICENCES = "disclosure.licences.decisions"
JIAZI = Unit("甲子镇", "990101", "乡镇")
GENGWU = Unit("庚午街道", "990107", "街道")
YICHOU = Unit("乙丑镇", "990102", "乡镇")
ROSTER = Roster(
    (JIAZI, GENGWU, YICHOU), {"990101": ("甲子鎮", "甲子镇政府"), "990107": ("庚午街道办",)}, COUNTY
)
FIRST, SECOND = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    (tmp_path / "in").mkdir()
    return Scene(tmp_path / "in")


def report(
    form: Form, licences: int, *, number: int = 1, saved: str = FIRST, unit: Unit = JIAZI
) -> bytes:
    """A good report with its submission number and last-saved time."""
    town = base(form, unit)
    entries = {**town.entries, LICENCES: Entry.of(licences)}
    data = write_workbook(
        replace(town, entries=entries, provenance=replace(town.provenance, number=number)), form
    )
    core = part(data, "docProps/core.xml")
    assert core.count(FIRST) == 2, "created and modified"
    return rewrite(
        data,
        {"docProps/core.xml": core.replace(f"{FIRST}</dcterms:m", f"{saved}</dcterms:m").encode()},
    )


def merged(scene: Scene, **terms: Any) -> MergeResult:
    return merge_and_write(scene.folder, out=scene.folder.parent / "sum", **terms)


def outcomes(result: MergeResult) -> dict[str, str]:
    return {f.path: f.outcome.value for f in result.files}


def told(result: MergeResult, path: str, code: str) -> list[str]:
    (file,) = [f for f in result.files if f.path == path]
    return [f.message for f in file.findings if f.code == code]


NEWER: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[int, int], str]] = {
    "number before all else": (
        {"number": 2, "saved": FIRST},
        {"number": 1, "saved": SECOND},
        (1_000_000_000, 2_000_000_000),
        "报送序号较大（第 2 次，这一份是第 1 次）",
    ),
    "saved before the file's own time": (
        {"saved": SECOND},
        {"saved": FIRST},
        (1_000_000_000, 2_000_000_000),
        "保存时间较新（2026-02-01 08:00，这一份是 2026-01-01 08:00）",
    ),
    "a time is newer than none": (
        {"saved": FIRST},
        {"saved": ""},
        (1_000_000_000, 2_000_000_000),
        "保存时间较新（2026-01-01 08:00，这一份是 未注明）",
    ),
    "one moment in two zones is no difference": (
        {"saved": "2026-01-01T08:00:00+08:00"},
        {"saved": FIRST},
        (2_000_000_000, 1_000_000_000),
        "文件的修改时间较新",
    ),
}


@pytest.mark.parametrize("case", NEWER)
def test_what_makes_a_report_newer_and_in_which_words(case: str, scene: Scene) -> None:
    new, old, times, words = NEWER[case]
    paths = (
        scene.write("新.xlsx", report(scene.form, 7, **new)),
        scene.write("旧.xlsx", report(scene.form, 8, **old)),
    )
    for path, time in zip(paths, times, strict=True):
        os.utime(path, (time, time))
    result = merged(scene)
    assert outcomes(result) == {"新.xlsx": "accepted", "旧.xlsx": "superseded"}
    assert told(result, "旧.xlsx", "F7") == [
        f"同一单位另有“新.xlsx”，{words}，以那一份为准",
        "行政许可·本年处理决定数量：这一份是 8，“新.xlsx”是 7",
    ]
    assert result.totals[LICENCES] == 7
    assert result.exit_code == 0


AGES = st.tuples(
    st.integers(0, 2), st.sampled_from(("", FIRST, SECOND)), st.sampled_from((1.0, 2.0))
)


@examples(40)
@given(ages=st.lists(AGES, min_size=2, max_size=4))
def test_the_greatest_age_counts_and_a_tie_counts_for_nobody(
    zfxxgk: Form, ages: list[tuple[int, str, float]]
) -> None:
    """Whatever the order in which the files lie there."""
    town = base(zfxxgk, JIAZI)

    def made(i: int) -> FileRecord:
        number, saved, modified = ages[i]
        source = replace(
            town.provenance, path=f"{i}.xlsx", saved=saved, modified=modified, number=number
        )
        submission = replace(
            town, entries={**town.entries, LICENCES: Entry.of(i)}, provenance=source
        )
        return FileRecord(f"{i}.xlsx", Reading((), submission, zfxxgk))

    files = [made(i) for i in range(len(ages))]
    results = [merge_files(order, MergeRequest(Path())) for order in (files, files[::-1])]
    assert outcomes(results[0]) == outcomes(results[1])
    best = [i for i, age in enumerate(ages) if age == max(ages)]
    others = "rejected" if len(best) > 1 else "superseded"
    expected = {f"{i}.xlsx": "accepted" if best == [i] else others for i in range(len(ages))}
    assert outcomes(results[0]) == expected
    assert results[0].totals.get(LICENCES) == (best[0] if len(best) == 1 else None)


def test_a_report_of_which_nothing_tells_the_age_is_not_chosen(scene: Scene) -> None:
    for name, licences in (("一.xlsx", 7), ("二.xlsx", 8)):
        os.utime(scene.write(name, report(scene.form, licences)), (1_000_000_000, 1_000_000_000))
    result = merged(scene)
    assert outcomes(result) == {"一.xlsx": "rejected", "二.xlsx": "rejected"}
    assert told(result, "一.xlsx", "F16") == [
        "同一单位有 2 份报表，内容不同，分不出哪份较新，都没有计入"
    ]
    assert told(result, "二.xlsx", "F16") == [
        "与同一单位的“一.xlsx”内容不同，都没有计入",
        "行政许可·本年处理决定数量：这一份是 8，“一.xlsx”是 7",
    ]
    assert result.exit_code == 3


def test_the_superseded_tell_every_difference(scene: Scene) -> None:
    scene.write("乙.xlsx", report(scene.form, 7))
    town = scene.town
    entries = {**town.entries, "disclosure.penalties.decisions": Entry.of(None)}
    texts = {**town.texts, "text.other_matters": town.texts["text.other_matters"] + "完"}
    old = replace(town, entries=entries, texts=texts, answers={**town.answers, "disclosure": "是"})
    os.utime(
        scene.write("甲.xlsx", write_workbook(old, scene.form)), (1_000_000_000, 1_000_000_000)
    )
    result = merged(scene)
    (file,) = [f for f in result.files if f.path == "甲.xlsx"]
    text = town.texts["text.other_matters"]
    assert [(f.where, f.field, f.observed) for f in file.findings[1:]] == [
        (" ".join(NUMBER), LICENCES, (("this", "135"), ("other", "7"))),
        (
            "二、主动公开 B13",
            "disclosure.penalties.decisions",
            (("this", "（空白）"), ("other", "20")),
        ),
        ("二、主动公开 B1", "disclosure.blanks_are_zero", (("this", "是"), ("other", "否"))),
        (
            "文字材料 B63",
            "text.other_matters",
            (("this", f"…{text[-10:]}完"), ("other", f"…{text[-10:]}")),
        ),
    ]


def test_a_copy_stands_in_for_the_newest_only_if_it_is_as_new(scene: Scene) -> None:
    """Else the reason told would be false: of 甲 and its copy, only the copy is newer than 乙."""
    times = {
        "甲.xlsx": 1_000_000_000,
        "乙.xlsx": 1_500_000_000,
        "甲（再次发来）.xlsx": 2_000_000_000,
    }
    for name, time in times.items():
        os.utime(scene.write(name, report(scene.form, 8 if name == "乙.xlsx" else 7)), (time, time))
    result = merged(scene)
    assert outcomes(result) == {
        "甲.xlsx": "duplicate",
        "乙.xlsx": "superseded",
        "甲（再次发来）.xlsx": "accepted",
    }
    assert (
        told(result, "乙.xlsx", "F7")[0]
        == "同一单位另有“甲（再次发来）.xlsx”，文件的修改时间较新，以那一份为准"
    )


def test_on_conflict_error_counts_none_of_the_different(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("甲.xlsx", "甲-副本.xlsx"):
        os.utime(scene.write(name, report(scene.form, 7, number=2)), (1_000_000_000, 1_000_000_000))
    scene.write("甲-初稿.xlsx", report(scene.form, 8))
    scene.write("乙.xlsx", report(scene.form, 30, unit=YICHOU))
    scene.write("乙-副本.xlsx", report(scene.form, 30, unit=YICHOU))
    command = ["merge", str(scene.folder), "--out", str(scene.folder.parent / "sum"), "--json"]
    assert main([*command, "--on-conflict", "error"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert {f["path"]: f["outcome"] for f in document["files"]} == {
        "甲.xlsx": "rejected",
        "甲-副本.xlsx": "duplicate",
        "甲-初稿.xlsx": "rejected",
        "乙.xlsx": "accepted",
        "乙-副本.xlsx": "duplicate",
    }
    messages: dict[str, str] = {}
    for finding in document["findings"]:
        if finding["code"] in ("F8", "F16"):
            messages.setdefault(finding["file"], finding["message"])
    assert messages == {
        "甲.xlsx": "同一单位有 3 份报表，内容不同，按要求由人决定，都没有计入",
        "甲-副本.xlsx": "内容与“甲.xlsx”完全相同，那一份也没有计入",
        "甲-初稿.xlsx": "与同一单位的“甲.xlsx”内容不同，都没有计入",
        "乙-副本.xlsx": "内容与“乙.xlsx”完全相同，只计一次",
    }
    assert document["totals"][LICENCES] == 30
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["totals"][LICENCES] == 37
    assert main([*command, "--on-conflict", "older"]) == 2
    words = "选项“--on-conflict”的值“older”不对，只能是 newest、error。\n用法请看：xlreport merge --help"
    out, err = capsys.readouterr()
    assert json.loads(out) == {"error": words}
    assert err == f"{words}\n"


def test_the_same_report_in_three_formats_is_counted_once(scene: Scene) -> None:
    """The submission number, times and ways of writing differ between them, the content does not."""
    scene.write("甲子镇.xlsx", scene.book)
    for name in ("甲子镇.xls", "甲子镇.ods"):
        scene.write(name, (FILES / name).read_bytes())
    for newest in (True, False):
        result = merged(scene, policy=Policy(newest=newest))
        assert outcomes(result) == {
            "甲子镇.ods": "accepted",
            "甲子镇.xls": "duplicate",
            "甲子镇.xlsx": "duplicate",
        }
        assert told(result, "甲子镇.xlsx", "F8") == ["内容与“甲子镇.ods”完全相同，只计一次"]
        assert result.totals[LICENCES] == 135


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("庚午街道办事处", GENGWU),
        ("示例县庚午街道办事处", GENGWU),
        ("庚午街道办", GENGWU),
        ("示例县 甲 子 镇", JIAZI),
        ("甲子镇（人民政府）", JIAZI),
        ("（示例县）甲子镇", JIAZI),
        ("甲子鎮", JIAZI),
        ("示例县甲子鎮人民政府办公室", JIAZI),
        ("甲子镇政府", JIAZI),
    ],
)
def test_a_unit_without_code_is_known_by_its_name(scene: Scene, name: str, unit: Unit) -> None:
    scene.write("x.xlsx", report(scene.form, 7, unit=Unit(name, "", unit.level)))
    result = merged(scene, roster=ROSTER)
    assert [s.unit for s in result.counted] == [unit]
    words = f"文件里没有单位代码，按名称“{clean_name(name)}”认作名册上的“{unit.name}”（代码“{unit.code}”）"
    assert told(result, "x.xlsx", "F17") == [words]
    assert [u.name for u in result.missing] == [u.name for u in ROSTER.units if u != unit]


@pytest.mark.parametrize("name", ["甲仔镇", "甲子镇鎮", "别的县甲子镇"])
@pytest.mark.parametrize("code", ["", "990109"])
def test_a_near_miss_is_proposed_and_never_done(scene: Scene, name: str, code: str) -> None:
    scene.write("x.xlsx", report(scene.form, 7, unit=Unit(name, code, "乡镇")))
    result = merged(scene, roster=ROSTER)
    (words,) = told(result, "x.xlsx", "F9")
    assert words.startswith(
        f"单位“{name}”（代码“{code}”）不在名册上，是不是“甲子镇”（代码“990101”）"
    )
    assert (outcomes(result), result.exit_code) == ({"x.xlsx": "rejected"}, 3)


def test_accept_unlisted_counts_them_and_says_so(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """But never one whose code the roster gives to another unit."""
    roster = scene.folder.parent / "名册.csv"
    roster.write_text("单位代码,单位名称,类别\n990101,甲子镇,乡镇\n", "utf-8")
    scene.write("甲.xlsx", report(scene.form, 7))
    scene.write("外.xlsx", report(scene.form, 30, unit=Unit("癸亥乡", "880001", "乡镇")))
    scene.write("冒.xlsx", report(scene.form, 1, unit=Unit("癸亥乡", "990101", "乡镇")))
    command = [
        "merge",
        str(scene.folder),
        "--roster",
        str(roster),
        "--out",
        str(scene.folder.parent / "sum"),
        "--json",
    ]
    assert main([*command, "--accept-unlisted"]) == 1
    document = json.loads(capsys.readouterr().out)
    files = {
        f["path"]: (f["outcome"], [x["code"] for x in f["findings"] if x["code"] != "V2"])
        for f in document["files"]
    }
    assert files == {
        "甲.xlsx": ("accepted", []),
        "外.xlsx": ("accepted", ["F18"]),
        "冒.xlsx": ("rejected", ["F5"]),
    }
    (finding,) = [f for f in document["findings"] if f["code"] == "F18"]
    assert finding["message"] == "单位“癸亥乡”（代码“880001”）不在名册上，按要求计入"
    assert (finding["severity"], document["totals"][LICENCES]) == ("warning", 37)
    main(command)
    plain = json.loads(capsys.readouterr().out)
    assert (
        {f["path"]: f["outcome"] for f in plain["files"]}["外.xlsx"],
        plain["totals"][LICENCES],
    ) == ("rejected", 7)


# --- ranking, without files -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "as_old"),
    [
        ((0.0, 1, 5.0, 7.0), (0.0, 1, 5.0, 7.0), True),
        ((0.0, 1, 5.0, 7.0), (0.0, 1, 5.0, 8.0), False),
        ((0.0, 1, 5.0, 0.0), (0.0, 1, 5.0, 8.0), True),
        ((0.0, 1, 5.0, 8.0), (0.0, 1, 5.0, 0.0), True),
        ((0.0, 2, 5.0, 0.0), (0.0, 1, 5.0, 8.0), False),
        ((0.0, 1, 6.0, 0.0), (0.0, 1, 5.0, 8.0), False),
        ((9.0, 1, 5.0, 0.0), (8.0, 1, 5.0, 0.0), False),
    ],
)
def test_a_file_without_a_time_stamp_may_be_of_any_age(
    one: tuple[float, int, float, float], other: tuple[float, int, float, float], as_old: bool
) -> None:
    assert Age(*one).may_be_as_old(Age(*other)) is as_old


def test_of_copies_the_shortest_name_stays_and_the_others_are_equal() -> None:
    files = [record(name, make_report(licences=7)) for name in ("bb", "b", "a")]
    ranking = rank(files)
    assert ranking.winner is files[2]
    assert (ranking.equal, ranking.older, ranking.tied) == ((files[0], files[1]), (), False)


def test_a_copy_that_is_older_does_not_take_the_winners_place() -> None:
    old_copy = record("a", make_report(licences=7), modified=1.0)
    between = record("b", make_report(licences=8), modified=2.0)
    newest = record("long name", make_report(licences=7), modified=3.0)
    ranking = rank([old_copy, between, newest])
    assert (ranking.winner, ranking.equal, ranking.older) == (newest, (old_copy,), (between,))


def test_a_tie_is_one_of_different_reports_only() -> None:
    first = record("a", make_report(licences=7), modified=1.0)
    second = record("b", make_report(licences=8), modified=1.0)
    assert rank([first, second]).tied
    assert not rank([first, record("c", make_report(licences=7), modified=1.0)]).tied
    assert not rank([first, record("c", make_report(licences=8), modified=2.0)]).tied


@pytest.mark.parametrize(
    ("arrived", "clock"),
    [((0.0, 0.0), by_itself), ((1.0, 2.0), by_arrival), ((1.0, 0.0), by_statement)],
)
def test_which_clock_counts(arrived: tuple[float, float], clock: Clock) -> None:
    files = [
        record(f"{i}", make_report(licences=i), arrived=time) for i, time in enumerate(arrived)
    ]
    assert rank(files).clock is clock


def test_what_was_put_in_by_hand_meets_the_last_that_came_by_mail() -> None:
    early = record("early", make_report(licences=1), arrived=1.0, number=9)
    late = record("late", make_report(licences=2), arrived=2.0, number=3)
    by_hand = record("hand", make_report(licences=3), number=4)
    assert rank([early, late, by_hand]).winner is by_hand
    assert rank([early, late, record("hand", make_report(licences=3), number=2)]).winner is late


@pytest.mark.parametrize(
    ("number", "saved", "warned"),
    [(2, FIRST, True), (1, SECOND, True), (1, FIRST, False), (0, SECOND, False)],
)
def test_the_last_to_arrive_counts_with_a_warning_when_an_earlier_one_says_it_is_newer(
    number: int, saved: str, warned: bool
) -> None:
    early = record("a", make_report(licences=1), arrived=1.0, number=number, saved=saved)
    late = record("b", make_report(licences=2), arrived=2.0, number=1, saved=FIRST)
    files = newest_versions([early.as_candidate(), late.as_candidate()], newest=True)
    assert [file.decision for file in files] == [Outcome.SUPERSEDED, None]
    assert [finding.code for finding in files[1].findings] == ["F20"] * warned
    if warned:
        day = "2026-02-01" if saved == SECOND else "2026-01-01"
        assert files[1].findings[0].message == (
            f"先收到的“a”反而较新（第 {number} 次，保存时间 {day} 08:00），"
            "计入的是后收到的这一份（第 1 次，保存时间 2026-01-01 08:00）"
        )


def test_only_candidates_of_one_unit_are_compared() -> None:
    files = [
        record("a", make_report(licences=1)).as_candidate(),
        record("b", make_report(YICHOU, licences=2)).as_candidate(),
        record("c", make_report(licences=3)),
    ]
    assert newest_versions(files, newest=False) == files


def test_an_earlier_message_s_copy_does_not_take_the_place_of_the_last() -> None:
    early = record("a", make_report(licences=1), arrived=1.0, number=3)
    late = record("later", make_report(licences=1), arrived=2.0, number=3)
    by_hand = record("hand", make_report(licences=3), number=2)
    ranking = rank([early, late, by_hand])
    assert (ranking.winner, ranking.equal, ranking.older) == (late, (early,), (by_hand,))
