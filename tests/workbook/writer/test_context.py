"""What a workbook is made from, and what follows from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlreport import Form, Unit
from xlreport.workbook.writer.context import Service, SummaryContext, TemplateContext
from xlreport.workbook.writer.template import blank

UNIT = Unit("甲子镇", "990101", "乡镇")
COUNTY = Unit("示例县", "9901", "县")


def test_the_identity_of_a_template(zfxxgk: Form) -> None:
    submission = blank(zfxxgk, 2025, UNIT, COUNTY)
    identity = TemplateContext(zfxxgk, submission).identity()
    assert (identity.form, identity.fingerprint) == (zfxxgk.id, zfxxgk.fingerprint)
    assert (identity.kind, identity.year, identity.submission) == ("unit", "2025", "1")
    assert identity.edition == "2"
    assert (identity.unit, identity.code, identity.level) == ("甲子镇", "990101", "乡镇")
    assert (identity.county, identity.county_code) == ("示例县", "9901")
    assert not identity.is_summary


def test_a_unit_that_types_itself_in_is_not_in_the_identity(zfxxgk: Form) -> None:
    identity = TemplateContext(zfxxgk, blank(zfxxgk, 2025, UNIT), issued=False).identity()
    assert (identity.unit, identity.code, identity.level) == ("", "", "")


def test_a_repaired_report_keeps_its_number(zfxxgk: Form) -> None:
    submission = blank(zfxxgk, 2025, UNIT)
    third = replace(submission, provenance=replace(submission.provenance, number=3))
    assert TemplateContext(zfxxgk, third).identity().submission == "3"


@pytest.mark.parametrize(
    ("unit", "issued", "typed"),
    [
        (UNIT, True, []),
        (Unit("甲子镇"), True, ["code", "level"]),
        (UNIT, False, ["unit", "code", "level"]),
    ],
)
def test_what_the_issuer_does_not_know_is_typed_in(
    zfxxgk: Form, unit: Unit, issued: bool, typed: list[str]
) -> None:
    context = TemplateContext(zfxxgk, blank(zfxxgk, 2025, unit), issued)
    assert [item for item in ("unit", "code", "level") if context.is_typed(item)] == typed
    assert context.is_typed("contact")
    assert not context.is_typed("year")


def test_a_summary_says_whom_it_counts_and_lacks(zfxxgk: Form) -> None:
    county = blank(zfxxgk, 2025, COUNTY)
    context = SummaryContext(
        zfxxgk,
        county,
        sums={"a": "=SUM(A1)"},
        with_errors=("甲", "乙"),
        missing=("丙",),
        warnings=("公布前必须改正",),
    )
    identity = context.identity()
    assert identity.is_summary
    assert (identity.with_errors, identity.missing) == ("甲、乙", "丙")
    assert (identity.unit, identity.fingerprint) == ("示例县", zfxxgk.fingerprint)
    assert context.title == f"{zfxxgk.title}汇总表"
    assert context.remarks == ("公布前必须改正",)
    assert context.sources == {"a": "=SUM(A1)"}
    assert not context.takes_answers


def test_a_county_without_code_does_not_type_it_into_its_summary(zfxxgk: Form) -> None:
    county = blank(zfxxgk, 2025, Unit("示例县"))
    assert not SummaryContext(zfxxgk, county, issued=True).is_typed("code")
    assert SummaryContext(zfxxgk, county, issued=False).is_typed("code")


def test_the_cover_shows_the_unit_and_its_other_lines(zfxxgk: Form) -> None:
    submission = blank(zfxxgk, 2025, UNIT).with_identity({"contact": "张三", "year": "1999"})
    lines = TemplateContext(zfxxgk, submission).cover_lines()
    assert lines == {
        "contact": "张三", "unit": "甲子镇", "code": "990101", "level": "乡镇", "year": "2025",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("service", "sentence"),
    [
        (Service(), ""),
        (Service("1 月 20 日"), "请1 月 20 日前报送"),
        (Service(address="a@b.cn"), "请报送到 a@b.cn"),
        (Service(contact="王五"), "有疑问请问王五"),
        (Service("周五", "a@b.cn", "王五"), "请周五前报送到 a@b.cn；有疑问请问王五"),
    ],
)
def test_what_the_issuer_tells_the_town(service: Service, sentence: str) -> None:
    assert service.sentence == sentence
