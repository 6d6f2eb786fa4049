"""Merging: every file one outcome, totals exact, closed under composition."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.cells import put
from support.examples import examples
from support.fills import numbers
from support.merges import merge_and_write
from tabletext import load
from xlreport import (
    Entry,
    Form,
    FormCatalog,
    MergeRequest,
    MergeResult,
    Outcome,
    Policy,
    ReadOptions,
    Roster,
    Submission,
    Unit,
    check_files,
    get_form,
    write_workbook,
)
from xlreport.form.catalog import shipped
from xlreport.formats.guard import Limits
from xlreport.merging.discover import SourceFile
from xlreport.merging.reader import Reader
from xlreport.workbook.layout.details import detail_sheet

ROOT = Path(__file__).resolve().parents[2]
OTHER = ROOT / "tests" / "forms" / "xiangzhen-caizheng.yaml"
COUNTY = Unit("示例县", "9901")


def town(form: Form, number: int, seed: int, county: Unit = COUNTY) -> Submission:
    """A town whose rules all hold as far as errors go: outcomes balance, money is small."""
    rng = random.Random(seed)
    values = numbers(form, rng, largest=9)
    if form.id in shipped():
        for name in values:
            if name.startswith(
                (
                    "requests.received",
                    "requests.carried_in",
                    "requests.carried_out",
                    "disclosure.reg",
                )
            ):
                values[name] = Decimal(0)
        for field in form.typed:
            if field.table == "requests" and field.row not in (
                "received",
                "carried_in",
                "carried_out",
            ):
                values[f"requests.received.{field.column}"] += values[field.id]
    else:
        values = {name: v if name.startswith("money") else Decimal(0) for name, v in values.items()}
        values |= {name: Decimal(0) for name in values if ".spent" in name}
    entries = {name: Entry.of(value) for name, value in values.items()}
    unit = Unit(f"第{number}镇", f"99{number:04}", "乡镇")
    texts = {t.field_id: f"第{number}镇的文字" for t in form.texts}
    year = form.last_year or 2025
    return Submission(form.id, year, unit, entries, texts, county=county)


def put_in(folder: Path, form: Form, submissions: list[Submission]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for submission in submissions:
        (folder / f"{submission.unit.code}.xlsx").write_bytes(write_workbook(submission, form))
    return folder


def sums(form: Form, submissions: list[Submission]) -> dict[str, Decimal]:
    return {
        f.id: sum((s.entries[f.id].value or Decimal(0) for s in submissions), Decimal(0))
        for f in form.typed
    }


def outcomes(result: MergeResult) -> dict[str, str]:
    return {f.path: f.outcome.value for f in result.files}


@examples(3, nightly=120)
@given(
    seed=st.integers(0, 10**6),
    sizes=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    which=st.booleans(),
)
def test_merging_is_closed_under_composition(
    tmp_path_factory: pytest.TempPathFactory, seed: int, sizes: tuple[int, int], which: bool
) -> None:
    """merge(merge(A), merge(B)) = merge(A ∪ B), and both equal the plain sums."""
    form = get_form("zfxxgk-2021") if which else get_form(OTHER)
    tmp = tmp_path_factory.mktemp("merge")
    counties = [Unit("东县", "E"), Unit("西县", "W")]
    groups = [
        [town(form, 10 * c + i, seed + 10 * c + i, Unit("")) for i in range(sizes[c])]
        for c in (0, 1)
    ]
    everything = [s for group in groups for s in group]
    (tmp / "city").mkdir()
    for i, group in enumerate(groups):
        folder = put_in(tmp / f"county{i}", form, group)
        result = merge_and_write(folder, out=tmp / f"out{i}", forms=[form], county=counties[i])
        assert {f.outcome for f in result.files} == {Outcome.ACCEPTED}
        Path(result.outputs[0]).rename(tmp / "city" / f"{i}.xlsx")
    city = merge_and_write(
        tmp / "city", out=tmp / "cityout", forms=[form], county=Unit("某市", "C")
    )
    assert outcomes(city) == {"0.xlsx": "accepted", "1.xlsx": "accepted"}
    assert city.county is not None
    assert city.county.unit.level == "市"
    united = tmp / "union"
    for i in (0, 1):
        shutil.copytree(tmp / f"county{i}", united, dirs_exist_ok=True)
    at_once = merge_and_write(united, out=tmp / "unionout", forms=[form], county=Unit("某县", "Z"))
    assert city.totals == at_once.totals
    assert {k: v for k, v in city.totals.items() if k in sums(form, everything)} == sums(
        form, everything
    )


def test_the_summary_shows_live_sums_over_the_details(any_form: Form, tmp_path: Path) -> None:
    towns = [town(any_form, i, i) for i in range(4)]
    result = merge_and_write(
        put_in(tmp_path / "in", any_form, towns), out=tmp_path / "out", forms=[any_form]
    )
    formulas = openpyxl.load_workbook(result.outputs[0])
    values = openpyxl.load_workbook(result.outputs[0], data_only=True)
    for field in any_form.fields.values():
        sheet, _, cell = (
            formulas.defined_names[field.id]
            .attr_text.replace("'", "")
            .replace("$", "")
            .partition("!")
        )
        formula = formulas[sheet][cell].value
        assert formula.startswith("=")
        if field.computed is None:
            assert formula.startswith(f"=SUM('{detail_sheet(any_form.table(field.table))}'!")
        assert (
            Decimal(str(values[sheet][cell].value)).quantize(Decimal("0.000001"))
            == result.totals[field.id]
        )
    for sheet in ("报送情况", "校验结果", "各单位文字材料"):
        assert sheet in values.sheetnames
    assert [row[1].value for row in values["各单位文字材料"].iter_rows(min_row=4)] == [
        t.unit.name for t in towns
    ]


def test_a_summary_is_accepted_by_check(any_form: Form, tmp_path: Path) -> None:
    folder = put_in(tmp_path / "in", any_form, [town(any_form, 1, 1), town(any_form, 2, 2)])
    result = merge_and_write(folder, out=tmp_path / "out", forms=[any_form])
    (file,) = check_files([Path(result.outputs[0])], forms=FormCatalog((any_form,))).files
    assert file.outcome is Outcome.ACCEPTED
    assert {f.severity.value for f in file.findings} <= {"warning", "note"}
    assert {f.code for f in file.findings} <= {"G3", "G5", "T1", "M2", "C9", "V1", "V2"}


def test_a_total_changed_by_hand_in_a_summary_is_an_error(zfxxgk: Form, tmp_path: Path) -> None:
    result = merge_and_write(
        put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, 1, 1)]), out=tmp_path / "out"
    )
    path = Path(result.outputs[0])
    path.write_bytes(put(path.read_bytes(), "二、主动公开", "B10", "number", "4711"))
    (file,) = check_files([path]).files
    assert file.outcome is Outcome.RETURNED
    assert [(f.code, f.cell) for f in file.findings if f.severity.value == "error"] == [
        ("E1", "B10")
    ]


def test_the_same_folder_gives_the_same_bytes(zfxxgk: Form, tmp_path: Path) -> None:
    towns = [town(zfxxgk, i, i) for i in range(3)]
    first = merge_and_write(put_in(tmp_path / "a", zfxxgk, towns), out=tmp_path / "out1")
    second = merge_and_write(put_in(tmp_path / "b", zfxxgk, towns[::-1]), out=tmp_path / "out2")
    os.utime(tmp_path / "b" / "990001.xlsx", (1, 1))
    third = merge_and_write(tmp_path / "b", out=tmp_path / "out3")
    contents = {Path(r.outputs[0]).read_bytes() for r in (first, second, third)}
    assert len(contents) == 1


def test_every_file_appears_exactly_once(
    zfxxgk: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, 1, 1)])
    good = (folder / "990001.xlsx").read_bytes()
    (folder / "sub" / "deep").mkdir(parents=True)
    files = {
        "sub/copy.xlsx": good,
        "sub/deep/photo.jpg": b"\xff\xd8\xff\xe0",
        "~$990001.xlsx": b"lock",
        "Thumbs.db": b"x",
        "empty.xlsx": b"",
        "说明.txt": "你好".encode(),
        "broken.xlsx": good[:5000],
        "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    expected = {
        **dict.fromkeys(files, "rejected"),
        "990001.xlsx": "accepted",
        "sub/copy.xlsx": "duplicate",
    }
    expected |= {"~$990001.xlsx": "ignored", "Thumbs.db": "ignored"}
    if sys.platform != "win32":
        (folder / "link.xlsx").symlink_to(folder / "990001.xlsx")
        (folder / "loop").symlink_to(folder)
        os.mkfifo(folder / "pipe.xlsx")
        with socket.socket(socket.AF_UNIX) as server:
            monkeypatch.chdir(folder)
            server.bind("s.xlsx")
        expected |= dict.fromkeys(("link.xlsx", "loop", "pipe.xlsx", "s.xlsx"), "rejected")
        Path(os.fsdecode(bytes(folder) + b"/gbk-name-\xd0\xc2.xlsx")).write_bytes(good)
        expected[os.fsdecode(b"gbk-name-\xd0\xc2.xlsx")] = "duplicate"
    result = merge_and_write(folder, out=tmp_path / "out")
    assert outcomes(result) == expected
    assert len(result.files) == len(expected)
    assert result.totals["requests.received.total"] == sum(
        v
        for k, v in sums(zfxxgk, [town(zfxxgk, 1, 1)]).items()
        if k.startswith("requests.received")
    )
    assert json.loads(json.dumps(result.as_dict()))["files"]
    for file in result.files:
        assert file.findings or file.outcome is Outcome.ACCEPTED, "each says why"


def test_one_unit_is_never_counted_twice_within_and_beside_a_summary(
    zfxxgk: Form, tmp_path: Path
) -> None:
    towns = [town(zfxxgk, i, i, Unit("")) for i in (1, 2)]
    folder = put_in(tmp_path / "in", zfxxgk, towns)
    result = merge_and_write(folder, out=folder / "out", county=Unit("东县"))
    again = merge_and_write(folder, out=tmp_path / "again", county=Unit("东县"))
    assert again.totals == result.totals
    assert {"ignored"} == {o for path, o in outcomes(again).items() if path.startswith("out/")}
    other = merge_and_write(folder, out=tmp_path / "third", county=Unit("另一县"))
    assert other.totals == result.totals
    (inside,) = [f for f in other.files if f.path.startswith("out/") and f.path.endswith(".xlsx")]
    assert (inside.outcome, inside.findings[-1].code) == (Outcome.REJECTED, "F10")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"year": 2024}, "F1"),
        ({"county": Unit("别的县", "8888")}, "F3"),
        ({"unit": Unit("外来镇", "880001", "乡镇")}, "F9"),
        ({"unit": Unit("乙丑镇", "990101", "乡镇")}, "F5"),
    ],
)
def test_what_does_not_belong_is_rejected_with_the_reason(
    zfxxgk: Form, roster: Roster, tmp_path: Path, change: dict[str, object], code: str
) -> None:
    base = load(ROOT / "tests" / "golden" / "base.txt", zfxxgk, COUNTY)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xlsx").write_bytes(write_workbook(base, zfxxgk))
    other = Submission(**{**vars(base), "unit": Unit("辛未街道", "990108", "街道"), **change})
    (tmp_path / "in" / "b.xlsx").write_bytes(write_workbook(other, zfxxgk))
    (tmp_path / "in" / "c.xlsx").write_bytes(
        write_workbook(
            Submission(**{**vars(base), "unit": Unit("乙丑镇", "990102", "乡镇")}), zfxxgk
        )
    )
    result = merge_and_write(tmp_path / "in", roster=roster, out=tmp_path / "out")
    (file,) = [f for f in result.files if f.path == "b.xlsx"]
    assert (file.outcome, file.findings[-1].code) == (Outcome.REJECTED, code)
    assert len(result.accepted) == 2
    assert result.exit_code == 1


def test_another_form_is_rejected(zfxxgk: Form, other_form: Form, tmp_path: Path) -> None:
    folder = put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, 1, 1), town(zfxxgk, 2, 2)])
    (folder / "x.xlsx").write_bytes(write_workbook(town(other_form, 3, 3), other_form))
    result = merge_and_write(folder, out=tmp_path / "out", forms=[other_form])
    assert outcomes(result)["x.xlsx"] == "rejected"
    assert next(f for f in result.files if f.path == "x.xlsx").findings[-1].code == "F2"
    unknown = merge_and_write(folder, out=tmp_path / "out")
    assert next(f for f in unknown.files if f.path == "x.xlsx").findings[-1].code == "F2"


def test_the_newest_version_of_a_unit_counts_and_says_why(zfxxgk: Form, tmp_path: Path) -> None:
    folder = put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, 1, 1)])
    old, new = town(zfxxgk, 1, 1), town(zfxxgk, 1, 2)
    (folder / "old.xlsx").write_bytes(write_workbook(old, zfxxgk))
    (folder / "990001.xlsx").write_bytes(write_workbook(new, zfxxgk))
    os.utime(folder / "990001.xlsx", (2_000_000_000, 2_000_000_000))
    os.utime(folder / "old.xlsx", (1_000_000_000, 1_000_000_000))
    result = merge_and_write(folder, out=tmp_path / "out")
    assert outcomes(result) == {"990001.xlsx": "accepted", "old.xlsx": "superseded"}
    (file,) = [f for f in result.files if f.path == "old.xlsx"]
    why, *differences = [f for f in file.findings if f.code == "F7"]
    assert why.message == "同一单位另有“990001.xlsx”，文件的修改时间较新，以那一份为准"
    changed = [f for f in zfxxgk.typed if old.entries[f.id] != new.entries[f.id]]
    assert [f.field for f in differences] == [f.id for f in zfxxgk.fields.values() if f in changed]
    seen = {f.field: f.observed for f in differences}
    one = changed[0].id
    assert seen[one] == (("this", old.entries[one].raw), ("other", new.entries[one].raw))
    assert (
        result.totals["disclosure.licences.decisions"]
        == new.entries["disclosure.licences.decisions"].value
    )


def test_returned_files_count_only_with_errors(zfxxgk: Form, tmp_path: Path) -> None:
    wrong = town(zfxxgk, 2, 2)
    wrong = Submission(
        **{
            **vars(wrong),
            "entries": {**wrong.entries, "disclosure.regulations.issued": Entry.of(3)},
        }
    )
    folder = put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, 1, 1), wrong])
    plain = merge_and_write(folder, out=tmp_path / "out")
    assert plain.totals["disclosure.regulations.issued"] == 0
    assert plain.exit_code == 1
    included = merge_and_write(folder, out=tmp_path / "out", policy=Policy(with_errors=True))
    assert included.totals["disclosure.regulations.issued"] == 3
    assert "E2" in {f.code for f in included.own_findings}
    assert included.exit_code == 1
    cover = openpyxl.load_workbook(included.outputs[0])["封面"]
    assert "有错误的报表（已计入合计，公布前必须改正）：第2镇" in [
        row[1].value for row in cover.iter_rows()
    ]
    (above,) = check_files([Path(included.outputs[0])]).files
    assert "汇总时计入了有错误的报表：第2镇" in [f.message for f in above.findings], (
        "the next level is told"
    )


def test_without_a_single_accepted_unit_no_total_is_stated(zfxxgk: Form, tmp_path: Path) -> None:
    empty = Submission(zfxxgk.id, 2025, Unit("第1镇", "990001", "乡镇"), {})
    result = merge_and_write(put_in(tmp_path / "in", zfxxgk, [empty]), out=tmp_path / "out")
    assert (result.totals, result.exit_code) == ({}, 1)
    book = openpyxl.load_workbook(result.outputs[0], data_only=True)
    assert book["二、主动公开"]["B10"].value is None


def test_nothing_usable_is_exit_code_3_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert merge_and_write(tmp_path / "in", out=tmp_path / "out").exit_code == 3
    (tmp_path / "in" / "x.xlsx").write_bytes(b"x")
    result = merge_and_write(tmp_path / "in", out=tmp_path / "out")
    assert (result.exit_code, result.outputs) == (3, ())
    assert not (tmp_path / "out").exists()


def test_money_is_exact_to_the_sixth_decimal(zfxxgk: Form, tmp_path: Path) -> None:
    towns = []
    for i in range(10):
        base = town(zfxxgk, i, i)
        fee = {"disclosure.fees.amount": Entry.of(Decimal("0.100001") + Decimal(i) / 1000)}
        towns.append(Submission(**{**vars(base), "entries": {**base.entries, **fee}}))
    result = merge_and_write(put_in(tmp_path / "in", zfxxgk, towns), out=tmp_path / "out")
    assert result.totals["disclosure.fees.amount"] == Decimal("1.04501")
    assert result.as_dict()["totals"]["disclosure.fees.amount"] == 1.04501


def test_originals_are_not_touched(zfxxgk: Form, tmp_path: Path) -> None:
    folder = put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, 1, 1)])
    path = folder / "990001.xlsx"
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode)
    merge_and_write(folder, out=tmp_path / "out")
    assert before == (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode)
    assert [p.name for p in folder.iterdir()] == ["990001.xlsx"]


def test_texts_from_towns_are_never_formulas_in_the_summary(zfxxgk: Form, tmp_path: Path) -> None:
    base = town(zfxxgk, 1, 1)
    evil = Submission(
        **{
            **vars(base),
            "texts": {t.field_id: '=HYPERLINK("http://x.invalid")' for t in zfxxgk.texts},
        }
    )
    result = merge_and_write(put_in(tmp_path / "in", zfxxgk, [evil]), out=tmp_path / "out")
    sheet = openpyxl.load_workbook(result.outputs[0])["各单位文字材料"]
    assert [sheet.cell(4, column).data_type for column in (3, 4, 5)] == ["s", "s", "s"]


def test_results_become_frames(zfxxgk: Form, tmp_path: Path) -> None:
    towns = [town(zfxxgk, i, i) for i in range(2)]
    result = merge_and_write(put_in(tmp_path / "in", zfxxgk, towns), out=tmp_path / "out")
    frame = result.to_frame()
    assert list(dict.fromkeys(frame["unit"])) == ["第0镇", "第1镇"]
    decisions = frame[frame["field"] == "disclosure.licences.decisions"]
    assert decisions["value"].sum() == float(result.totals["disclosure.licences.decisions"])
    assert list(frame["field"]) == [*zfxxgk.fields, *zfxxgk.fields]
    assert MergeResult(MergeRequest(Path()), "zfxxgk-2021", 2025, ()).to_frame().empty
    checked = check_files([tmp_path / "in"]).to_frame()
    assert list(checked.columns)[:3] == ["code", "severity", "unit"]
    assert len(checked) == sum(len(f.findings) for f in check_files([tmp_path / "in"]).files)


def test_an_executor_gives_the_same_result(zfxxgk: Form, tmp_path: Path) -> None:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    folder = put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, i, i) for i in range(3)])
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        parallel = merge_and_write(
            folder, out=tmp_path / "out1", reading=ReadOptions(executor=pool)
        )
    alone = merge_and_write(folder, out=tmp_path / "out2")
    assert parallel.as_dict() | {"outputs": []} == alone.as_dict() | {"outputs": []}


def test_a_failed_write_leaves_the_old_summary(
    zfxxgk: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, 1, 1)])
    out = tmp_path / "out"
    path = Path(merge_and_write(folder, out=out).outputs[0])
    before = {other: other.read_bytes() for other in out.iterdir()}
    (folder / "9.xlsx").write_bytes(write_workbook(town(zfxxgk, 2, 2), zfxxgk))
    monkeypatch.setattr(
        Path, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "open elsewhere"))
    )
    with pytest.raises(PermissionError):
        merge_and_write(folder, out=out)
    assert {other: other.read_bytes() for other in out.iterdir()} == before
    assert path in before


def test_shelf_prefers_given_forms(zfxxgk: Form, other_form: Form) -> None:
    assert FormCatalog((other_form,))(other_form.id) is other_form
    assert FormCatalog()(other_form.id) is None
    assert FormCatalog()(zfxxgk.id) is zfxxgk


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Unit("第1镇", "01", "乡镇"), Unit("第2镇", "01", "乡镇")),
        (Unit("第1镇", "01", "乡镇"), Unit("第1镇", "02", "乡镇")),
        (Unit("第1镇", "01", "乡镇"), Unit("第1镇", "", "乡镇")),
    ],
)
def test_names_and_codes_that_contradict_each_other_are_nobodys(
    zfxxgk: Form, tmp_path: Path, first: Unit, second: Unit
) -> None:
    """Without a roster nobody knows whether these are one unit or two: neither is counted or superseded."""
    (tmp_path / "in").mkdir()
    for name, unit in (("a", first), ("b", second), ("c", Unit("第3镇", "03", "乡镇"))):
        submission = Submission(**{**vars(town(zfxxgk, 1, 1)), "unit": unit})
        (tmp_path / "in" / f"{name}.xlsx").write_bytes(write_workbook(submission, zfxxgk))
    result = merge_and_write(tmp_path / "in", out=tmp_path / "out")
    assert outcomes(result) == {"a.xlsx": "rejected", "b.xlsx": "rejected", "c.xlsx": "accepted"}
    assert [f.findings[-1].code for f in result.files if f.submission is None] == ["F14", "F14"]


def test_units_without_codes_are_told_apart_by_name(zfxxgk: Form, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("东镇", "西镇"):
        submission = Submission(**{**vars(town(zfxxgk, 1, 1)), "unit": Unit(name, "", "乡镇")})
        (tmp_path / "in" / f"{name}.xlsx").write_bytes(write_workbook(submission, zfxxgk))
    assert len(merge_and_write(tmp_path / "in", out=tmp_path / "out").accepted) == 2


def test_a_year_that_no_file_has_rejects_them_all(zfxxgk: Form, tmp_path: Path) -> None:
    folder = put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, i, i) for i in (1, 2)])
    result = merge_and_write(folder, out=tmp_path / "out", year=2024)
    assert [f.findings[-1].code for f in result.files] == ["F1", "F1"]
    assert (result.exit_code, result.outputs) == (3, ())


def test_what_most_files_say_is_merged_and_of_equal_numbers_the_later_year(
    zfxxgk: Form, tmp_path: Path
) -> None:
    older = [Submission(**{**vars(town(zfxxgk, i, i)), "year": 2024}) for i in (1, 2)]
    folder = put_in(tmp_path / "in", zfxxgk, [*older, town(zfxxgk, 3, 3)])
    assert merge_and_write(folder, out=tmp_path / "out").year == 2024
    put_in(folder, zfxxgk, [town(zfxxgk, 4, 4)])
    assert merge_and_write(folder, out=tmp_path / "out").year == 2025


def test_a_word_in_the_details_of_a_summary_is_an_error(zfxxgk: Form, tmp_path: Path) -> None:
    """SUM passes over a text, so the total alone would not show it."""
    result = merge_and_write(
        put_in(tmp_path / "in", zfxxgk, [town(zfxxgk, i, i) for i in (1, 2)]), out=tmp_path / "out"
    )
    path = Path(result.outputs[0])
    detail = detail_sheet(zfxxgk.table("disclosure"))
    path.write_bytes(put(path.read_bytes(), detail, "J6", "text", "无"))
    (file,) = check_files([path]).files
    assert [f.code for f in file.findings if f.severity.value == "error"] == ["E1"]
    assert file.outcome is Outcome.RETURNED


def test_a_file_beyond_the_limit_is_told_with_its_real_size(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    path.write_bytes(b"PK" + b"x" * 2000)
    file, _ = Reader(FormCatalog(), tmp_path, Limits(file=1000, archive=1000))(
        SourceFile(path, "big.xlsx")
    )
    assert (file.outcome, file.sha256) == (Outcome.REJECTED, "")
    assert file.findings[0].message == "文件大小为 2,002 字节，超过允许的 1,000 字节"


def test_a_summary_tells_the_next_level_which_units_it_lacks(
    roster: Roster, tmp_path: Path
) -> None:
    result = merge_and_write(ROOT / "samples" / "2025", roster=roster, out=tmp_path)
    cover = openpyxl.load_workbook(result.outputs[0])["封面"]
    assert "未报单位（没有计入合计）：己巳乡" in [row[1].value for row in cover.iter_rows()]
    (above,) = check_files([Path(result.outputs[0])]).files
    assert [f.message for f in above.findings if f.code == "E5"] == [
        "下级汇总时还缺单位：己巳乡、丙寅镇、丁卯镇、示例县教育局"
    ]
