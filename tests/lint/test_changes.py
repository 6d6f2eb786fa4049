"""The list of changes between two versions of a form, and `xlreport lint`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xlreport import Form
from xlreport.cli.app import main
from xlreport.form.loader import loads
from xlreport.lint.changes import changes
from xlreport.lint.linter import lint

OTHER_FORM = Path(__file__).resolve().parents[1] / "forms" / "xiangzhen-caizheng.yaml"
TEXT = OTHER_FORM.read_text("utf-8")


def changed(*pairs: tuple[str, str]) -> list[str]:
    """The sentences after these replacements in the definition."""
    text = TEXT
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return [change.message for change in changes(loads(TEXT, "old.yaml"), loads(text, "new.yaml"))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version: 3", "version: 4", ["版本由“3”改为“4”"]),
        ("title: 乡镇财政收支情况表", "title: 收支表", ["报表名称由“乡镇财政收支情况表”改为“收支表”"]),
        ("last_year: 2030\n", "", ["适用年度由“2020–2030 年度”改为“2020 年度起”"]),
        ("人数填年末数。", "人数填年初数。", ["填报说明删去“人数填年末数。”", "填报说明增加“人数填年初数。”"]),
        ("  - {id: accountant, label: 会计, hint: 姓名}\n", "", ["封面删去“会计”（accountant）"]),
        ("label: 会计, hint: 姓名", "label: 出纳, hint: 全名", ["封面“会计”（accountant）：标题由“会计”改为“出纳”；提示由“姓名”改为“全名”"]),
        ("label: 编报说明, hint: 说明增减原因", "label: 编报说明, hint: 说明原因, lines: 9", ["文字“编报说明”（remarks）：提示由“说明增减原因”改为“说明原因”；行数由“12”改为“9”"]),
        ("label: 项目数, unit: 个", "label: 个数, unit: 项", [
            "数字“道路·项目数”（money.roads.projects）：标题由“道路·项目数”改为“道路·个数”；单位由“个”改为“项”",
            "数字“学校·项目数”（money.schools.projects）：标题由“学校·项目数”改为“学校·个数”；单位由“个”改为“项”",
        ]),
        ("{id: spent, label: 支出数, kind: money, unit: 万元}", "{id: spent, label: 支出数, unit: 万元}", [
            "数字“道路·支出数”（money.roads.spent）：种类由“金额”改为“件数”",
            "数字“学校·支出数”（money.schools.spent）：种类由“金额”改为“件数”",
        ]),
        ("sheet: 收支", "sheet: 收支表", ["表“表二、收支情况”（money）：工作表名由“收支”改为“收支表”"]),
        ("label: 上半年", "label: 前半年", ["表“表二、收支情况”（money）：块的标题、左上角或合并的标题有变"]),
        ("severity: warning, why: 街道不管学校。", "severity: error, why: 街道没有学校。", ["校验 M-8“街道没有学校人员”：性质由“警示”改为“错误”；理由由“街道不管学校。”改为“街道没有学校。”"]),
        ("<= 500", "<= 600", ["校验 M-7“上半年两季相差不大”：规则由“|一季度 － 二季度| ≤ 500”改为“|一季度 － 二季度| ≤ 600”"]),
        ('"100.5"', '"99"', ["校验 M-2“执行数与预算接近”：允许相差由“100.5”改为“99”；规则由“全年 ＝ 预算数（允许相差 100.5）”改为“全年 ＝ 预算数（允许相差 99）”"]),
        ("  - {code: T1, title: 有说明, severity: warning, why: 要说明。, rule: filled(text.remarks)}\n", "", ["删去校验 T-1“有说明”：编报说明有文字"]),
        ("  - {code: T1,", "  - {code: T2, title: 有数, severity: note, why: 有, rule: money.tax.q1 > 0}\n  - {code: T1,", ["增加校验 T-2“有数”（提示）：税收·一季度 ＞ 0"]),
        ("  - {id: roads, label: 道路}\n          - {id: schools, label: 学校}", "  - {id: schools, label: 学校}\n          - {id: roads, label: 道路}", ["表“表二、收支情况”（money）：行列的先后或分块有变"]),
        ("# 测试用的第二张报表", "# 注释", []),
    ],
)  # fmt: skip
def test_every_change_is_a_sentence(old: str, new: str, expected: list[str]) -> None:
    found = changed((old, new))
    assert [words for words in found if "规则所涉及的格子" not in words] == expected


def test_a_new_row_is_a_new_number_and_a_wider_rule() -> None:
    found = changed(
        (
            "{id: schools, label: 学校}\n",
            "{id: schools, label: 学校}\n          - {id: parks, label: 公园}\n",
        )
    )
    assert found == [
        "表“表二、收支情况”（money）：行列的先后或分块有变",
        "增加数字“公园·支出数”（money.parks.spent）",
        "增加数字“公园·项目数”（money.parks.projects）",
        "校验 M-3“支出不超过收入”：规则所涉及的格子有变",
        "校验 M-4“有项目才有支出”：规则所涉及的格子有变",
        "校验 N-1“填了数字”：规则所涉及的格子有变",
        "校验 N-2“数字合理”：规则所涉及的格子有变",
    ]


def test_no_change_is_passed_in_silence(zfxxgk: Form, other_form: Form) -> None:
    assert changes(zfxxgk, zfxxgk) == ()
    assert len(changes(other_form, zfxxgk)) > 200
    code = '  - {id: code, label: 单位代码, hint: ""}\n'
    text = TEXT.replace(code, "").replace("identity:\n", f"identity:\n{code}")
    (only,) = changes(loads(TEXT, "old.yaml"), loads(text, "new.yaml"))
    assert only.message == "只改了先后顺序或没有印出的内容"


@pytest.mark.parametrize(
    ("version", "warned"), [("version: 3", True), ("version: 2", True), ("version: 4", False)]
)
def test_a_change_needs_a_new_version(version: str, warned: bool) -> None:
    text = TEXT.replace("version: 3", version).replace("label: 道路", "label: 公路")
    result = lint(loads(text, "new.yaml"), since=loads(TEXT, "old.yaml"))
    assert [one.kind for one in result.lints] == (["L6"] if warned else [])
    assert result.exit_code == 0
    assert lint(loads(TEXT, "new.yaml"), since=loads(TEXT, "old.yaml")).changes == ()


# --- the command -----------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(("lint", *arguments))
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, str(OTHER_FORM)) == (0, "xiangzhen-caizheng 第 3 版：没有发现问题。\n", "")
    path = tmp_path / "new.yaml"
    path.write_text(TEXT.replace('"-money.tax.year < 0"', '"money.tax.year < 0"'), "utf-8")
    line = next(i for i, written in enumerate(TEXT.splitlines(), 1) if "code: M9" in written)
    code, out, err = run(capsys, str(path), "--since", str(OTHER_FORM))
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        f"[错误 L1] 第 {line} 行第 69 列：校验 N2、M9 互相矛盾，怎样填都不能同时通过：M9“税收·全年 ＜ 0”；格子里能填的数由 N2 限定　→ 请改正规则",
        "[警示 L6] 内容有改动，版本号却没有加大：原来第 3 版，现在第 3 版　→ 请把 version 改成 4",
        "[改动] 校验 M-9“税收大于零”：规则由“-1 × 税收·全年 ＜ 0”改为“税收·全年 ＜ 0”",
        "共有 1 处改动。",
        "xiangzhen-caizheng 第 3 版：错误 1 处，警示 1 处。",
    ]


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, str(OTHER_FORM), "--since", str(OTHER_FORM), "--json")
    document = json.loads(out)
    assert (code, document["findings"], document["undecided"], document["changes"]) == (
        0,
        [],
        [],
        [],
    )
    assert "没有发现问题" in err
    assert document["can_fail"][0].keys() == {"check", "level", "numbers", "texts"}
    assert json.loads(run(capsys, str(OTHER_FORM), "--json")[1])["changes"] is None


def test_a_form_that_does_not_load_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(TEXT.replace("version: 3", "version: eins"), "utf-8")
    code, out, err = run(capsys, str(path))
    assert (code, out) == (2, "")
    assert "“version”应当是整数" in err
    assert run(capsys, "nowhere.yaml")[0] == 2
    assert run(capsys, str(OTHER_FORM), "--since", str(path))[0] == 2
