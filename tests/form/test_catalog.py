"""Forms by id or path, and forms that are sent to another process."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from form.test_loader import BASE
from xlreport import Form, FormCatalog, UnknownForm, get_form
from xlreport.form import loader
from xlreport.form.catalog import shipped
from xlreport.form.loader import loads


def test_a_shipped_form_is_loaded_once() -> None:
    assert "zfxxgk-2021" in shipped()
    assert get_form("zfxxgk-2021") is get_form("zfxxgk-2021")


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".txt"])
def test_any_file_can_be_a_definition(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"small{suffix}"
    path.write_text(BASE, "utf-8")
    assert get_form(str(path)).path == str(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing.yaml", "找不到报表定义文件“nothing.yaml”，请检查路径。"),
        ("nothing.yml", "找不到报表定义文件“nothing.yml”，请检查路径。"),
        (
            "nothing",
            "没有名为“nothing”的报表；现有：zfxxgk-2019、zfxxgk-2021。也可以给出定义文件（.yaml）的路径。",
        ),
    ],
)
def test_what_is_not_there_is_said(name: str, message: str) -> None:
    with pytest.raises(UnknownForm) as caught:
        get_form(name)
    assert caught.value.message == message


def test_a_definition_that_cannot_be_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *, linked: bool) -> Form:
        raise PermissionError(13, "denied", str(path))

    path = tmp_path / "small.yaml"
    path.write_text(BASE, "utf-8")
    monkeypatch.setattr(loader, "load", refuse)
    with pytest.raises(UnknownForm) as caught:
        get_form(path)
    assert caught.value.message == f"报表定义“{path}”打不开，请检查路径和权限。"


def test_forms_that_were_given_come_before_shipped_ones(zfxxgk: Form) -> None:
    own = loads(BASE, "small.yaml")
    same_id = loads(BASE.replace("form: small", "form: zfxxgk-2021"), "other.yaml")
    catalog = FormCatalog((own, same_id))
    assert catalog("small") is own
    assert catalog("zfxxgk-2021") is same_id
    assert catalog("nothing") is None
    others = [get_form(name) for name in shipped() if name != "zfxxgk-2021"]
    assert list(catalog.all()) == [own, same_id, *others]
    assert FormCatalog()("zfxxgk-2021") is zfxxgk


def test_a_form_that_was_sent_before_stays_the_same_object() -> None:
    catalog = FormCatalog((loads(BASE, "small.yaml"),))
    first, second = (pickle.loads(pickle.dumps(catalog)) for _ in range(2))
    assert first("small") is second("small")
    assert first("small").fingerprint == catalog.given[0].fingerprint
    assert [form.id for form in first.given] == ["small", *shipped()]
