"""Workbooks of the present layout made from another version of the form: its signatures and verdicts
stand elsewhere below the tables, and are no content beside the form."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cells import part, put, rewrite, sheet_parts
from support.written import submission
from xlreport import Form, FormCatalog, read_submission, write_workbook
from xlreport.findings import Finding
from xlreport.form.loader import loads

DEFINITION = Path(__file__).parents[2] / "workbook_templates" / "zfxxgk-2021.yaml"

REQUESTS = "三、依申请公开"

KINDS = ("right", "wrong", "explained", "half filled", "with last year")


def without_signatures(definition: str) -> str:
    return re.sub(r"\nsignatures:\n(  - .*\n)+", "\n", definition)


def with_longer_signatures(definition: str) -> str:
    added = "signatures:\n  - {label: 主要领导}\n"
    return definition.replace("signatures:\n", added)


def without_words_of_checks(definition: str) -> str:
    return re.sub(r"\n    brief: .*", "", definition)


EDITS = (without_signatures, with_longer_signatures, without_words_of_checks)


def version_nine(edit: Callable[[str], str]) -> Form:
    text = DEFINITION.read_text("utf-8").replace("version: 2\n", "version: 9\n")
    edited = edit(text)
    assert edited != text
    return loads(edited, "九.yaml")


def values_only(data: bytes) -> bytes:
    """As a program saves it that keeps the results of formulas alone."""
    changes: dict[str, bytes | None] = {
        name: re.sub("<f>[^<]*</f>", "", part(data, name)).encode()
        for name in sheet_parts(data).values()
    }
    return rewrite(data, changes)


def findings(data: bytes, form: Form) -> list[Finding]:
    return list(read_submission(data, FormCatalog((form,))).findings)


def beside_the_form(data: bytes, form: Form) -> list[tuple[str, str, str]]:
    found = findings(data, form)
    assert "F6" in {finding.code for finding in found}, "it is another version"
    return [(f.sheet, f.cell, f.message) for f in found if f.code == "R5"]


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("save", [bytes, values_only])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_another_version_is_content_beside_the_form(
    zfxxgk: Form, edit: Callable[[str], str], save: Callable[[bytes], bytes], kind: str
) -> None:
    other = version_nine(edit)
    newer = write_workbook(submission(other, kind), other)
    assert beside_the_form(save(newer), zfxxgk) == []
    older = write_workbook(submission(zfxxgk, kind), zfxxgk)
    assert beside_the_form(save(older), other) == []


def test_what_a_town_wrote_below_a_table_of_another_version_is_told(zfxxgk: Form) -> None:
    other = version_nine(without_signatures)
    data = write_workbook(submission(other, "right"), other)
    data = put(data, REQUESTS, "E32", "text", "另有 3 件在办")
    message = "不是填报的格子里有内容“另有 3 件在办”，不会读取"
    assert beside_the_form(data, zfxxgk) == [(REQUESTS, "E32", message)]
