"""A draft that contradicts its tables for some numbers is found without a report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lint.small_form import small
from xlreport import Form
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Draft, Sentence
from xlreport.lint import Lint, LintResult, lint
from xlreport.lint.drafts import contradicting_drafts

CARRIED_IN = ex.Ref("requests.carried_in.total")
RECEIVED = ex.Ref("requests.received.total")


def drafting(form: Form, *pieces: str | ex.Number, when: ex.Truth | None = None) -> Form:
    draft = Draft("text.overview", ((Sentence(pieces, when),),))
    return replace(form, drafts=(draft,))


def test_the_drafts_of_the_forms_agree_with_their_statements(any_form: Form) -> None:
    assert any_form.drafts
    assert contradicting_drafts(any_form) == {}


def test_a_form_without_drafts_has_nothing_to_try() -> None:
    assert contradicting_drafts(small("t.x.a >= 0")) == {}


def test_a_draft_that_names_another_number_is_found(zfxxgk: Form) -> None:
    wrong = drafting(zfxxgk, "新收政府信息公开申请", CARRIED_IN, "件。")
    (found,) = contradicting_drafts(wrong).values()
    assert found.code == "D1"
    right = drafting(zfxxgk, "新收政府信息公开申请", RECEIVED, "件。")
    assert contradicting_drafts(right) == {}


def test_a_condition_that_is_wrong_only_for_large_numbers_is_found(zfxxgk: Form) -> None:
    many = ex.Compare(">", RECEIVED, ex.Const(ex.MAX_NUMBER / 100_000))
    wrong = drafting(zfxxgk, "没有收到政府信息公开申请。", when=many)
    assert list(contradicting_drafts(wrong)) == ["text.overview"]


def test_the_linter_tells_it_as_an_error(zfxxgk: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = drafting(zfxxgk, "新收政府信息公开申请", CARRIED_IN, "件。")
    nothing = LintResult(wrong.id, wrong.version, (), (), ())
    monkeypatch.setattr("xlreport.lint.linter._examined", lambda *_, **__: nothing)
    (found,) = lint(wrong).lints
    assert found == Lint("L7", Severity.ERROR, ("D1",), found.message, "请改正初稿里的句子")
    assert found.message.startswith("“一、总体情况”的初稿会与数字矛盾，例如：一、总体情况里写“")
    assert lint(wrong).exit_code == 1
