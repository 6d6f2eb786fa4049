"""How a form continues the one before it: what the definition says, and each mistake with its place."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from form.test_loader import BASE
from xlreport import Form, FormCatalog, FormError, get_form
from xlreport.form.catalog import shipped
from xlreport.form.loader import loads
from xlreport.lint.linter import _forgotten

OLD = BASE.replace("form: small", "form: before").replace(
    "first_year: 2020\n", "first_year: 2015\nlast_year: 2019\n"
)
CONTINUES = """\
continues:
  form: before.yaml
  same: [t, text.note]
"""


def written(folder: Path, continues: str = CONTINUES, new: str = BASE, old: str = OLD) -> Path:
    """The two definitions beside each other; the path of the one that continues the other."""
    (folder / "before.yaml").write_text(old, "utf-8")
    path = folder / "small.yaml"
    path.write_text(new + continues, "utf-8")
    return path


def problems(path: Path) -> list[tuple[int, int, str]]:
    first = BASE.count("\n")
    with pytest.raises(FormError) as caught:
        get_form(path)
    return [(p.line - first, p.column, p.text) for p in caught.value.problems]


def test_a_table_stands_for_its_numbers(tmp_path: Path) -> None:
    continues = get_form(written(tmp_path)).continues
    assert continues is not None
    assert continues.form == "before"
    assert continues.definition == str(tmp_path / "before.yaml")
    names = ["t.x.a", "t.x.b", "t.x.total", "t.y.a", "t.y.b", "t.y.total", "text.note"]
    assert dict(continues.same) == {name: name for name in names}
    assert (continues.parts, continues.new, continues.ended) == ({}, frozenset(), frozenset())
    assert continues.is_known("t.x.a")


@pytest.mark.parametrize(
    ("renamed", "same", "found"),
    [
        (
            "{here: t.x, there: t.y}, {here: t.y, there: t.x}",
            "text.note",
            {
                "t.x.a": "t.y.a",
                "t.x.total": "t.y.total",
                "t.y.b": "t.x.b",
                "text.note": "text.note",
            },
        ),
        (
            "{here: t.a, there: t.b}, {here: t.b, there: t.a}",
            "t.total, text.note",
            {"t.x.a": "t.x.b", "t.y.b": "t.y.a", "t.x.total": "t.x.total"},
        ),
        (
            "{here: t.x.a, there: t.y.b}",
            "t, text.note",
            {"t.x.a": "t.y.b", "t.y.b": "t.y.b", "t.x.b": "t.x.b"},
        ),
    ],
)
def test_what_has_another_name_is_found_by_it(
    tmp_path: Path, renamed: str, same: str, found: dict[str, str]
) -> None:
    text = f"continues:\n  form: before.yaml\n  same: [{same}]\n  renamed: [{renamed}]\n"
    continues = get_form(written(tmp_path, text)).continues
    assert continues is not None
    assert len(continues.same) == 7
    assert {name: continues.same[name] for name in found} == found


def test_a_table_and_a_text_can_have_another_name(tmp_path: Path) -> None:
    old = OLD.replace("- id: t\n", "- id: s\n").replace("id: note", "id: remark")
    old = old.replace("t.total == sum(t.a, t.b)", "s.total == sum(s.a, s.b)")
    renamed = "  renamed: [{here: t, there: s}, {here: text.note, there: text.remark}]\n"
    path = written(tmp_path, f"continues:\n  form: before.yaml\n{renamed}", old=old)
    continues = get_form(path).continues
    assert continues is not None
    lines = [f"{row}.{column}" for row in "xy" for column in ("a", "b", "total")]
    assert dict(continues.same) == {
        **{f"t.{line}": f"s.{line}" for line in lines},
        "text.note": "text.remark",
    }


def test_several_numbers_can_have_been_one(tmp_path: Path) -> None:
    new = BASE.replace(
        "          - {id: y, label: 二}\n",
        "          - id: both\n            label: 二\n            rows:\n"
        "              - {id: y, label: 甲}\n              - {id: z, label: 乙}\n",
    )
    split = (
        "continues:\n  form: before.yaml\n  same: [t, text.note]\n"
        "  split:\n    - {here: t.both, there: t.y}\n"
    )
    continues = get_form(written(tmp_path, split, new)).continues
    assert continues is not None
    assert dict(continues.parts) == {
        f"t.{row}.{column}": f"t.y.{column}" for row in "yz" for column in ("a", "b", "total")
    }
    assert sorted(continues.same) == ["t.x.a", "t.x.b", "t.x.total", "text.note"]
    assert not continues.is_known("t.z.a")


@pytest.mark.parametrize(
    ("continues", "expected"),
    [
        ("continues:\n  form: before.yaml\n  same: [t, s, text.note]\n", (3, 13, "本报表没有“s”")),
        (
            "continues:\n  form: before.yaml\n  same: [t, text.note, t.u]\n",
            (3, 24, "本报表没有“t.u”"),
        ),
        (
            "continues:\n  form: before.yaml\n  same: [t]\n",
            (2, 3, "没有写明在上一种格式里对应什么（new 是没有对应的）：text.note"),
        ),
        (
            "continues:\n  form: before.yaml\n  new: [text.note]\n",
            (
                2,
                3,
                "没有写明在上一种格式里对应什么（new 是没有对应的）：t.x.a、t.x.b、t.x.total等 6 项",
            ),
        ),
        (
            "continues:\n  form: before.yaml\n  same: [t, t.x, text.note]\n",
            (3, 13, "“t.x.a”在前面已经写过了"),
        ),
        (
            "continues:\n  form: before.yaml\n  same: [t, text.note]\n"
            "  renamed: [{here: t.x.a, there: t.y}]\n",
            (4, 34, "“t.y”和“t.x.a”的段数应当一样多"),
        ),
        (
            "continues:\n  form: before.yaml\n  same: [t, text.note]\n"
            "  renamed: [{here: t.x.a, there: t.z.a}]\n",
            (4, 13, "上一种格式“before”没有“t.z.a”"),
        ),
        (
            "continues:\n  form: before.yaml\n  same: [t, text.note]\n"
            "  split: [{here: t.x.a, there: t.x.a}]\n",
            (4, 11, "“t.x.a”只有一项，不是拆分；改名写在 renamed 里"),
        ),
        (
            "continues:\n  form: before.yaml\n  same: [t, text.note]\n  ended: [t.x, u]\n",
            (4, 16, "上一种格式“before”没有“u”"),
        ),
        (
            "continues:\n  form: nowhere.yaml\n  same: [t, text.note]\n",
            (
                2,
                9,
                "上一种格式“nowhere.yaml”不能用：找不到报表定义文件“nowhere.yaml”，请检查路径。",
            ),
        ),
        (
            "continues:\n  form: small.yaml\n  same: [t, text.note]\n",
            (
                2,
                9,
                "“small”不适用于 2019 年度，不能是本格式的上一种；没有上一种格式的，请删去 continues",
            ),
        ),
        ("continues:\n  same: [t, text.note]\n", (2, 3, "缺少“form”")),
        (
            "continues:\n  form: before.yaml\n  like: [t]\n",
            (3, 3, "不认识的键“like”"),
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, continues: str, expected: tuple[int, int, str]
) -> None:
    assert expected in problems(written(tmp_path, continues))


def test_another_unit_is_not_the_same_number(tmp_path: Path) -> None:
    old = OLD.replace("{id: a, label: 甲}", "{id: a, label: 甲, unit: 元}")
    assert problems(written(tmp_path, old=old))[0] == (
        3,
        10,
        "“t.x.a”的单位是件，上一种格式的“t.x.a”是元",
    )


def test_a_form_before_that_has_mistakes_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, old=OLD.replace("version: 1", "version: eins"))
    ((line, column, message),) = problems(path)
    assert (line, column) == (2, 9)
    assert message.startswith("上一种格式“before.yaml”不能用：")


def test_two_forms_that_come_before_each_other_are_a_mistake(tmp_path: Path) -> None:
    circle = "continues:\n  form: small.yaml\n  same: [t, text.note]\n"
    path = written(tmp_path, old=OLD + circle)
    assert get_form(path).continues is not None, "the form before is looked at without its own"
    with pytest.raises(FormError) as caught:
        get_form(tmp_path / "before.yaml")
    assert [p.text for p in caught.value.problems] == [
        "“small”不适用于 2014 年度，不能是本格式的上一种；没有上一种格式的，请删去 continues"
    ]


def test_a_catalog_has_the_forms_before(tmp_path: Path) -> None:
    form = get_form(written(tmp_path))
    catalog = FormCatalog((form,))
    before = catalog("before")
    assert before is not None
    assert before.id == "before"
    assert [one.id for one in catalog.all()] == ["small", *shipped(), "before"]
    sent = pickle.loads(pickle.dumps(catalog))
    assert sent("before").fields.keys() == before.fields.keys()
    assert sent("small").continues == form.continues


def test_only_the_first_year_follows_another_form(tmp_path: Path) -> None:
    form = get_form(written(tmp_path))
    assert form.before(2020) is form.continues
    assert form.before(2021) is None
    assert loads(BASE, "small.yaml").before(2020) is None


def test_what_a_definition_continues_does_not_change_its_workbook(tmp_path: Path) -> None:
    alone = loads(BASE, "small.yaml")
    assert get_form(written(tmp_path)).fingerprint == alone.fingerprint


@pytest.mark.parametrize("signed", ["false", "true"])
def test_a_column_without_a_sign_has_the_fingerprint_of_before(signed: str) -> None:
    column = "{id: b, label: 乙}"
    alone = loads(BASE, "small.yaml").fingerprint
    form = loads(BASE.replace(column, f"{{id: b, label: 乙, signed: {signed}}}"), "small.yaml")
    assert (form.fingerprint == alone) == (signed == "false")
    assert form.fields["t.x.b"].signed == (signed == "true")
    assert form.fields["t.x.b"].least == (-999_999_999 if signed == "true" else 0)


def test_workbooks_of_2021_that_are_out_are_still_those_of_the_form(zfxxgk: Form) -> None:
    """The fingerprint that the workbooks carry which were written before it continued another."""
    sent = "f6db9161c4b81e6a4c862c98c274111163f4875429d4fd5e3a9ed7433ad322a9"
    assert zfxxgk.has_workbook(sent)


# --- the forms of the annual report ---------------------------------------------------------------


def test_the_report_of_2021_continues_that_of_2020(zfxxgk: Form) -> None:
    continues = zfxxgk.continues
    assert continues is not None
    assert continues.form == "zfxxgk-2019"
    assert all(here == there for here, there in continues.same.items())
    decided = {*continues.same, *continues.parts, *continues.new}
    assert decided == {*zfxxgk.fields, *(text.field_id for text in zfxxgk.texts)}
    columns = ("natural_person", "business", "research", "public_welfare", "legal_service", "other")
    rows = ("closed_not_corrected", "closed_fee_unpaid", "closed_other")
    assert dict(continues.parts) == {
        f"requests.{row}.{column}": f"requests.closed.{column}"
        for row in rows
        for column in (*columns, "total")
    }
    assert sorted(continues.new) == [
        "disclosure.fees.amount",
        *(
            f"disclosure.{row}.{column}"
            for row in ("normative_documents", "regulations")
            for column in ("in_force", "issued", "repealed")
        ),
    ]
    assert [name for name in continues.same if name.startswith("disclosure")] == [
        "disclosure.licences.decisions",
        "disclosure.penalties.decisions",
        "disclosure.coercive_measures.decisions",
    ]


@pytest.mark.parametrize("name", shipped())
def test_nothing_of_a_form_before_is_forgotten(name: str) -> None:
    assert list(_forgotten(get_form(name))) == []


def test_what_nobody_has_decided_on_is_told(tmp_path: Path) -> None:
    old = OLD.replace("          - {id: y", "          - {id: w, label: 零}\n          - {id: y")
    (lint,) = _forgotten(get_form(written(tmp_path, old=old)))
    assert (lint.kind, lint.severity.value) == ("L8", "warning")
    assert lint.text() == (
        "[警示 L8] 没有写明上一种格式“before”的这些数现在对应什么：t.w.a、t.w.b、t.w.total"
        "　→ 请写进 same、renamed、split 或 ended"
    )
    ended = CONTINUES + "  ended: [t.w]\n"
    assert list(_forgotten(get_form(written(tmp_path, ended, old=old)))) == []


def test_the_form_of_2019_has_198_numbers_and_three_texts() -> None:
    form = get_form("zfxxgk-2019")
    sizes = {t.id: sum(1 for f in form.fields.values() if f.table == t.id) for t in form.tables}
    assert sizes == {"disclosure": 22, "requests": 161, "review": 15}
    assert [t.field_id for t in form.texts] == [
        "text.overview",
        "text.problems",
        "text.other_matters",
    ]
    assert (form.covers(2018), form.covers(2019), form.covers(2020), form.covers(2021)) == (
        False,
        True,
        True,
        False,
    )
    signed = {field.column for field in form.fields.values() if field.signed}
    assert signed == {"change"}
