"""The blank workbooks of many units are those written from nothing, part by part, byte for byte."""

from __future__ import annotations

import random
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from xlreport import (
    Form,
    FormCatalog,
    Submission,
    Unit,
    get_form,
    read_submission,
    write_workbook,
)
from xlreport.form.model import LEVELS
from xlreport.submission import NOBODY, Figures
from xlreport.text import clean_name
from xlreport.workbook.reader.blank import why_not_blank
from xlreport.workbook.writer import copies
from xlreport.workbook.writer.context import NO_SERVICE, Service, TemplateContext
from xlreport.workbook.writer.copies import Copies, splice_copies, write_copies
from xlreport.workbook.writer.results import CachedResults
from xlreport.workbook.writer.splicing import Master, Values, are_same
from xlreport.workbook.writer.template import blank, write_showing

COUNTY = Unit("示例县", "9901")
NAMES = ("甲子镇", "乙<丑>&\"'镇", "丙 寅 a b", "长" * 100, "x", "北京市·测试（新）镇", "𠮷野镇")
SERVICE = Service("2026 年 1 月 20 日", "a@example.org", "张一 0990-5550100", ("新增一条",))


def blanks_of(
    form: Form, units: Sequence[Unit], county: Unit = COUNTY, before: Sequence[Figures | None] = ()
) -> dict[str, Submission]:
    blanks = {}
    for number, unit in enumerate(units):
        figures = before[number] if before else None
        empty = blank(form, form.first_year + 1, unit, county)
        blanks[f"{number}.xlsx"] = replace(empty, prior_year=figures)
    return blanks


def units(count: int, levels: Sequence[str] = ("乡镇",)) -> list[Unit]:
    return [
        Unit(f"{NAMES[i % len(NAMES)][:90]}{i}", f"9901{i:02}", levels[i % len(levels)])
        for i in range(count)
    ]


def last_year(form: Form, seed: int, known: Sequence[str] = ()) -> Figures:
    """Numbers with and without decimals, and texts that begin and end with blanks and lines."""
    chance = random.Random(seed)
    numbers = {
        name: Decimal(chance.randrange(10_000_000)) / chance.choice([1, 1, 100, 10**6])
        for name in known or form.fields
    }
    texts = {
        text.field_id: f"　　{seed}、{number}“公开”<&>\n第二行 "
        for number, text in enumerate(form.texts)
    }
    return Figures(numbers, texts)


def written(
    blanks: Mapping[str, Submission], form: Form, password: str = "", service: Service = NO_SERVICE
) -> Copies:
    return write_copies(blanks, form, password=password, service=service)


def whole(
    blanks: Mapping[str, Submission], form: Form, password: str = "", service: Service = NO_SERVICE
) -> dict[str, bytes]:
    return {
        name: write_workbook(empty, form, password=password, service=service)
        for name, empty in blanks.items()
    }


def spliced(made: Copies, from_nothing: Mapping[str, bytes]) -> list[str]:
    """The workbooks that are spliced, once all are proved to be right."""
    assert list(made) == list(from_nothing)
    assert len(made) == len(from_nothing)
    names = []
    for name, data in from_nothing.items():
        assert are_same(made[name], data), name
        if made[name] != data:
            names.append(name)
    return names


@pytest.mark.parametrize(
    ("county", "password", "service"),
    [(COUNTY, "", NO_SERVICE), (NOBODY, "", SERVICE), (COUNTY, "Abc-123", SERVICE)],
    ids=["usual", "no county", "password"],
)
def test_units_of_every_level_are_spliced(
    any_form: Form, county: Unit, password: str, service: Service
) -> None:
    blanks = blanks_of(any_form, units(len(LEVELS) + 2, LEVELS), county)
    made = written(blanks, any_form, password, service)
    assert spliced(made, whole(blanks, any_form, password, service)) == list(blanks)


def test_last_years_numbers_and_texts_are_spliced(any_form: Form) -> None:
    count = 8
    before = [last_year(any_form, seed) for seed in range(count)]
    blanks = blanks_of(any_form, units(count), before=before)
    made = written(blanks, any_form)
    assert spliced(made, whole(blanks, any_form)) == list(blanks)


def test_numbers_of_last_year_are_spliced_whichever_are_known(any_form: Form) -> None:
    fields = list(any_form.fields)
    before: list[Figures | None] = [last_year(any_form, seed, fields[seed::3]) for seed in range(3)]
    before += [last_year(any_form, 4, fields[:5]), last_year(any_form, 5, [*fields, "gone.a.b"])]
    before += [None, Figures(), Figures({}, {any_form.texts[0].field_id: "无"})]
    blanks = blanks_of(any_form, units(len(before)), before=before)
    made = written(blanks, any_form)
    assert spliced(made, whole(blanks, any_form)) == list(blanks)


def test_explanations_of_last_year_are_spliced_whatever_units_gave(any_form: Form) -> None:
    """Their words come last among the shared strings, and a rule's row is as high as they need."""
    codes = [check.code for check in any_form.checks]
    given: list[dict[str, str]] = [
        {},
        {codes[0]: "属实。"},
        {
            codes[1]: "　原因很多，" * 12,
            f"{codes[-1]}.total": "甲<&>\"'乙 ",
            f"{codes[-1]}.x": "丙",
        },
        dict.fromkeys(codes, "与上年相同"),
        {code: f"第{number}条的原因" * number for number, code in enumerate(codes)},
        {codes[0]: "", "Z9": "没有这一条"},
    ]
    before = [replace(last_year(any_form, 1), explanations=own) for own in given]
    blanks = blanks_of(any_form, units(len(given)), before=before)
    made = written(blanks, any_form)
    assert spliced(made, whole(blanks, any_form)) == list(blanks)


def test_explanations_that_are_another_text_too_or_could_be_a_formula_are_written_from_nothing(
    other_form: Form,
) -> None:
    (code, *_) = [check.code for check in other_form.checks]
    text = other_form.texts[0].field_id
    given = ["属实。", "属实一。", "属实二。", "=1+1", other_form.title, "甲镇3", "上年文字"]
    before = [Figures({}, {text: "上年文字"}, {code: words}) for words in given]
    towns = [Unit(f"甲镇{number}", f"99010{number}", "乡镇") for number in (0, 1, 2, 4, 5, 3, 6)]
    blanks = blanks_of(other_form, towns, before=before)
    made = written(blanks, other_form)
    assert spliced(made, whole(blanks, other_form)) == list(blanks)[:3]


def test_texts_of_last_year_that_are_equal_empty_or_long_are_written_right(any_form: Form) -> None:
    ids = [text.field_id for text in any_form.texts]
    same, many = dict.fromkeys(ids, "无"), dict.fromkeys(ids, "长" * 40_000)
    some = {ids[0]: "有", ids[-1]: ""}
    like_the_unit = dict.fromkeys(ids, "甲子镇0")
    like_a_label = dict.fromkeys(ids, any_form.title)
    biting = dict.fromkeys(ids, "=1+1")
    texts = [same, same, many, some, like_the_unit, like_a_label, biting]
    before = [Figures({}, own) for own in texts]
    town = Unit("甲子镇0", "990100", "乡镇")
    blanks = blanks_of(any_form, [town] * len(before), before=before)
    made = written(blanks, any_form)
    assert spliced(made, whole(blanks, any_form)) == list(blanks)[:5]


def test_units_without_a_code_or_a_level_are_spliced_apart(any_form: Form) -> None:
    """What is not known of a unit is typed in: another style, a prompt, another verdict."""
    towns = [Unit(f"甲子镇{i}") for i in range(3)]
    towns += [Unit(f"乙丑镇{i}", f"99010{i}") for i in range(3)]
    towns += [Unit(f"丙寅镇{i}", level="乡镇") for i in range(3)]
    blanks = blanks_of(any_form, towns)
    made = written(blanks, any_form)
    assert spliced(made, whole(blanks, any_form)) == list(blanks)


@pytest.mark.parametrize(
    "odd",
    [
        Unit("", "990101", "乡镇"),
        Unit("=1+1", "990101", "乡镇"),
        Unit("甲_x000D_镇", "990101", "乡镇"),
        Unit("甲子镇", "-1", "乡镇"),
        Unit("unit", "990101", "乡镇"),
        Unit("甲子镇", "1", "乡镇"),
        Unit("<r>甲</r>", "990101", "乡镇"),
    ],
)
def test_a_unit_whose_texts_are_kept_in_another_way_is_written_from_nothing(
    other_form: Form, odd: Unit
) -> None:
    blanks = blanks_of(other_form, [*units(3), odd])
    made = written(blanks, other_form)
    usual = list(blanks)[:3]
    assert spliced(made, whole(blanks, other_form)) == usual


def test_a_unit_whose_name_is_its_level_or_code_is_spliced(other_form: Form) -> None:
    towns = [Unit("乡镇", "990101", "乡镇"), Unit("990102", "990102", "乡镇")]
    blanks = blanks_of(other_form, towns)
    made = written(blanks, other_form)
    assert spliced(made, whole(blanks, other_form)) == list(blanks)


def test_those_that_are_spliced_can_be_had_without_the_others(other_form: Form) -> None:
    blanks = blanks_of(other_form, [*units(3), Unit("=1+1", "990101", "乡镇")])
    made = written(blanks, other_form, "Abc-123", SERVICE)
    alone = splice_copies(blanks, other_form, password="Abc-123", service=SERVICE)
    usual = list(blanks)[:3]
    assert dict(alone) == {name: made[name] for name in usual}


def test_characters_that_no_workbook_can_hold_are_left_out(other_form: Form) -> None:
    towns = [Unit("甲\x00子\ud800\u200b镇\uffff", f"99010{i}\x1f", "乡镇\n") for i in range(3)]
    blanks = blanks_of(other_form, towns)
    made = written(blanks, other_form)
    assert spliced(made, whole(blanks, other_form)) == list(blanks)


def test_a_units_bytes_do_not_depend_on_the_others(other_form: Form) -> None:
    """`send` knows a template that went out by its bytes, whoever joins the roster."""
    towns = units(len(LEVELS), LEVELS)
    before = [last_year(other_form, seed) for seed in range(len(LEVELS))]
    blanks = blanks_of(other_form, towns, before=before)
    made = written(blanks, other_form)
    for name, empty in blanks.items():
        assert dict(written({name: empty}, other_form)) == {name: made[name]}
    assert dict(written({}, other_form)) == {}


def test_few_workbooks_are_written_for_many_units(
    other_form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A master and its proof for those to whom rules apply alike; some levels are such."""
    count = 0

    def counted(
        context: TemplateContext, password: str, results: CachedResults | None = None
    ) -> bytes:
        nonlocal count
        count += 1
        return write_showing(context, password, results)

    monkeypatch.setattr(copies, "write_showing", counted)
    monkeypatch.delattr(copies, "write_workbook")
    made = written(blanks_of(other_form, units(60, LEVELS)), other_form)
    assert count == 4
    assert len({made[name] for name in made}) == 60
    assert count == 4, "nothing more when they are asked for"


def test_a_master_that_gives_anything_else_is_not_used(
    other_form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(Master):
        def workbook(self, values: Values) -> bytes:
            first, *others = values.texts
            return super().workbook(replace(values, texts=(first + "x", *others)))

    monkeypatch.setattr(copies, "Master", Wrong)
    blanks = blanks_of(other_form, units(4))
    made = written(blanks, other_form)
    assert {name: made[name] for name in made} == whole(blanks, other_form)


def test_the_same_units_give_the_same_bytes(other_form: Form) -> None:
    blanks = blanks_of(other_form, units(5))
    first, again = written(blanks, other_form), written(blanks, other_form)
    assert dict(first) == dict(again)
    assert dict(first) == dict(first)


_TEXTS = st.text(
    st.sampled_from("甲乙镇<>&\"'_x0=-+@ 　\n\t\r19ab“”·é😀\u200b\x07"), min_size=0, max_size=9
)


@examples(12)
@given(
    st.lists(st.tuples(_TEXTS, _TEXTS, st.sampled_from(["", *LEVELS])), min_size=4, max_size=4),
    _TEXTS,
)
def test_any_names_and_codes_give_what_is_written_from_nothing(
    rows: list[tuple[str, str, str]], text: str
) -> None:
    form = get_form("tests/forms/xiangzhen-caizheng.yaml")
    towns = [Unit(*row) for row in rows]
    texts = {own.field_id: text for own in form.texts}
    before = [None, *[Figures({}, texts)] * 3]
    blanks = blanks_of(form, [*towns, *units(3)], before=[*before, *[Figures({}, texts)] * 3])
    made = written(blanks, form)
    spliced(made, whole(blanks, form))


# --- by other programs ---


def cells(data: bytes) -> dict[tuple[str, str], tuple[object, ...]]:
    """What openpyxl makes of every cell: content, style, format, lock."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(data))
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                style = (cell.font, cell.fill, cell.border, cell.alignment, cell.protection)
                looks = tuple(map(repr, style))
                found[sheet.title, cell.coordinate] = (cell.value, cell.number_format, *looks)
    return found


def test_openpyxl_sees_the_same_cells_and_styles(other_form: Form) -> None:
    before = [last_year(other_form, seed) for seed in range(3)]
    blanks = blanks_of(other_form, units(3), before=before)
    made = written(blanks, other_form)
    from_nothing = whole(blanks, other_form)
    for name in spliced(made, from_nothing):
        assert cells(made[name]) == cells(from_nothing[name])


def test_a_spliced_workbook_is_a_blank_of_its_unit_without_a_finding(any_form: Form) -> None:
    towns = units(3)
    blanks = blanks_of(any_form, towns)
    made = written(blanks, any_form)
    catalog = FormCatalog((any_form,))
    from_nothing = whole(blanks, any_form)
    for town, name in zip(towns, spliced(made, from_nothing), strict=True):
        reading = read_submission(made[name], catalog)
        assert {finding.code for finding in reading.findings} <= {"R14"}, "lines of the cover"
        assert reading.findings == read_submission(from_nothing[name], catalog).findings
        assert reading.submission is not None
        assert reading.submission.unit == replace(town, name=clean_name(town.name))
        assert reading.submission.county == COUNTY
        assert why_not_blank(made[name], catalog) == ""
