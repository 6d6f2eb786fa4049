"""`xlreport repair` and `xlreport merge --repair`: files, names, list, exit codes, JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hostile.scene import COUNTY, FILES, REQUESTS, Scene, base
from support.cells import put
from support.merges import merge_and_write
from xlreport import Unit, UsageError, repair_files, write_workbook
from xlreport.cli.app import main

FRESH = "990101_甲子镇_2025年政府信息公开工作年度报告_修复.xlsx"
LIST = "修复清单.txt"
TOTAL = "一、本年新收政府信息公开申请数量·总计"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    (tmp_path / "in").mkdir()
    return Scene(tmp_path / "in")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_list_tells_every_value_and_what_is_missing(scene: Scene) -> None:
    out = scene.folder.parent / "out"
    good = scene.write("好.xls", (FILES / "甲子镇.xls").read_bytes())
    bad = scene.write("差.xlsx", put(scene.book, REQUESTS, "J7", "number", "45"))
    none = scene.write("坏\u202e.xlsx", scene.book[:5000])
    repair_files([good, bad, none], out)
    data = (out / LIST).read_bytes()
    lines = data.decode("utf-8-sig").split("\r\n")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") == len(lines) - 1
    assert lines[:5] == [
        "修复清单：填报的内容已搬到现行模板的新工作簿里；原文件没有改动。",
        "",
        f"甲子镇　{good.as_posix()}",
        f"  → {FRESH}：搬移 172 项",
        "  已搬移　二、主动公开 B6 → 二、主动公开 B6　规章·本年制发件数：0",
    ]
    second = lines.index(f"甲子镇　{bad.as_posix()}")
    assert lines[second - 2 : second + 3] == [
        "  已搬移　文字材料 B8 → 文字材料 B63　六、其他需要报告的事项：本年度未收取信息处理费。（12 字）",
        "",
        f"甲子镇　{bad.as_posix()}",
        f"  → {FRESH.replace('修复', '修复2')}：搬移 172 项，1 项没有搬移",
        f"  没有照搬　{TOTAL}：公式曾被改成“45”，已恢复公式",
    ]
    assert lines[-3:] == [
        none.as_posix().replace("\u202e", "�"),
        "  没有修复：文件不完整，压缩目录读不出来",
        "",
    ]
    assert sum(line.startswith("  已搬移　") for line in lines) == 2 * 172


def test_exit_codes_and_what_the_console_says(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    out = scene.folder.parent / "out"
    path = scene.write("甲子镇.xlsx", scene.book)
    assert main(["repair", str(path), "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"甲子镇　{path.as_posix()}",
        f"  → {FRESH}：搬移 172 项",
        "共 1 个文件：修复 1 个，没有修复 0 个。",
        f"逐项清单：{(out / LIST).as_posix()}",
    ]
    broken = scene.write("坏.xlsx", b"PK\x03\x04")
    assert main(["repair", str(path), str(broken), "--out", str(out)]) == 1
    assert "共 2 个文件：修复 1 个，没有修复 1 个。" in capsys.readouterr().out
    assert main(["repair", str(broken), "--out", str(out)]) == 3
    assert main(["repair", str(scene.folder / "没有.xlsx"), "--out", str(out)]) == 2
    assert main(["repair", str(path)]) == 2
    ignored = scene.write("~$甲子镇.xlsx", b"x")
    assert main(["repair", str(ignored), "--out", str(scene.folder.parent / "none")]) == 3
    assert names(scene.folder.parent / "none") == []


def test_the_json_document(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    out = scene.folder.parent / "out"
    path = scene.write(
        "甲子镇.xlsx",
        put(scene.row_inserted(REQUESTS, 10, names=True), REQUESTS, "J7", "number", "45"),
    )
    broken = scene.write("坏.xlsx", b"")
    assert main(["repair", str(path), str(broken), "--out", str(out), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"files", "outputs"}
    assert document["outputs"] == [(out / FRESH).as_posix(), (out / LIST).as_posix()]
    first, second = document["files"]
    carried, findings = first.pop("carried"), first.pop("findings")
    assert first == {
        "path": path.as_posix(),
        "unit": "甲子镇",
        "output": FRESH,
        "problem": None,
        "left": [f"{TOTAL}：公式曾被改成“45”，已恢复公式"],
    }
    assert {f["code"] for f in findings} >= {"R8", "A1.received"}
    assert carried[-4] == {
        "field": "review.blanks_are_zero",
        "label": "本表空白处是否均为 0",
        "from": ["四、复议诉讼", "H1"],
        "to": ["四、复议诉讼", "H1"],
        "value": "否",
    }
    assert [c["from"] for c in carried if c["to"] == [REQUESTS, "D10"]] == [[REQUESTS, "D11"]]
    problem = "这是空文件（0 字节），不是能读取的工作簿"
    assert (second["output"], second["unit"], second["problem"], second["carried"]) == (
        None,
        None,
        problem,
        [],
    )


def test_names_never_collide(scene: Scene) -> None:
    """Not with each other, in whichever case, and not with the file that is being repaired."""
    out = scene.folder.parent / "out"
    units = [Unit("a镇/b", "01"), Unit("A镇:B", "01"), Unit("a镇/b", "01"), Unit("长" * 90, "02")]
    paths = [
        scene.write(f"{i}.xlsx", write_workbook(base(scene.form, unit), scene.form))
        for i, unit in enumerate(units)
    ]
    result = repair_files(paths, out)
    made = [file.name for file in result.files]
    assert made[:3] == [
        f"01_{x}_2025年政府信息公开工作年度报告_修复{n}.xlsx"
        for x, n in (("a镇_b", ""), ("A镇_B", 2), ("a镇_b", 3))
    ]
    assert len(made[3].encode()) <= 200
    assert names(out) == sorted([*made, LIST])
    before = (out / made[0]).read_bytes()
    (again,) = repair_files([out / made[0]], out).files
    assert again.name not in made
    assert (out / made[0]).read_bytes() == before, "a file that was given is never replaced"


@pytest.mark.parametrize("inside", [".", "修复", "子/../子"])
def test_fresh_workbooks_never_go_into_the_folder_of_the_reports(scene: Scene, inside: str) -> None:
    scene.write("甲子镇.xls", (FILES / "甲子镇.xls").read_bytes())
    words = f"修复的工作簿不能写进收报表的文件夹“{scene.folder}”，请另给一个文件夹。"
    for command in (
        ["repair", str(scene.folder), "--out"],
        ["merge", str(scene.folder), "--repair"],
    ):
        assert main([*command, str(scene.folder / inside)]) == 2
    with pytest.raises(UsageError) as caught:
        merge_and_write(scene.folder, repair=scene.folder / inside)
    assert str(caught.value) == words
    with pytest.raises(UsageError) as caught:
        repair_files([scene.folder], scene.folder / inside)
    assert str(caught.value) == words
    assert names(scene.folder) == ["甲子镇.xls"]


def test_merge_repairs_what_a_fresh_workbook_cures(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number stored as text (no finding that returns a report) and a total typed over correctly
    (no finding at all) too; not what is only filled in wrongly."""

    def town(i: int) -> Scene:
        other = Scene(scene.folder)
        other.town = replace(scene.town, unit=Unit(f"第{i}镇", f"99{i:04}", "乡镇"))
        other.book = write_workbook(other.town, scene.form)
        return other

    books = {
        "1 好": town(1).book,
        "2 文本": town(2).number("text", "135"),
        "3 总计": put(town(3).book, REQUESTS, "J7", "number", "44"),
        "4 漏填": town(4).number("blank", ""),
        "5 移行": town(5).row_inserted(REQUESTS, 10, names=False),
        "6 别县": write_workbook(replace(town(6).town, county=Unit("邻县")), scene.form)[:5000],
    }
    for name, data in books.items():
        scene.write(f"{name}.xlsx", data)
    out, fresh = scene.folder.parent / "sum", scene.folder.parent / "fresh"
    command = [
        "merge",
        str(scene.folder),
        "--out",
        str(out),
        "--repair",
        str(fresh),
        "--county",
        COUNTY.name,
    ]
    assert main([*command, "--json"]) == 1
    outputs = json.loads(capsys.readouterr().out)["outputs"]
    made = [f"99000{i}_第{i}镇_2025年政府信息公开工作年度报告_修复.xlsx" for i in (2, 3, 5)]
    assert [Path(path).name for path in outputs] == [
        "示例县2025年政府信息公开工作年度报告汇总表.xlsx",
        "汇总情况.html",
        "结果.json",
        *made,
        LIST,
    ]
    assert names(fresh) == sorted([*made, LIST])
    assert main(command) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-4:] == [f"修复：{path}" for path in outputs[3:]]
    assert f"汇总表：{outputs[0]}" in said


def test_a_summary_is_not_repaired(scene: Scene) -> None:
    scene.write("甲子镇.xlsx", scene.book)
    summary = Path(
        merge_and_write(scene.folder, out=scene.folder.parent / "sum", county=COUNTY).outputs[0]
    )
    result = repair_files([summary], scene.folder.parent / "out")
    assert [f.problem for f in result.files] == ["这是汇总表，请重新汇总，生成新的汇总表"]
    assert (result.exit_code, names(scene.folder.parent / "out")) == (3, [LIST])
