"""A master's marks, and what stands in their places."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest

from xlreport.workbook.writer.package import members_of, packed
from xlreport.workbook.writer.splicing import (
    Explained,
    Explanation,
    Master,
    NotMarked,
    Values,
    are_same,
    is_plain,
    is_plain_number,
    number_mark,
    text_mark,
)

STRINGS = "xl/sharedStrings.xml"


def book(**parts: str) -> bytes:
    """An archive with a part for each: `_` stands for what no name has."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def spliced(part: str, values: Values, name: str = "sheet") -> str:
    master = Master(book(**{name: part}), values)
    with zipfile.ZipFile(io.BytesIO(master.workbook(values))) as archive:
        assert archive.testzip() is None
        return archive.read(name).decode()


def test_a_text_is_escaped_as_the_content_of_an_element() -> None:
    part = f"<v>填报单位：{text_mark(1)}　年度：2025</v><dc:subject>{text_mark(0)}</dc:subject>"
    assert spliced(part, Values(("a", "甲<&>\"'镇"))) == (
        "<v>填报单位：甲&lt;&amp;&gt;\"'镇　年度：2025</v><dc:subject>a</dc:subject>"
    )


@pytest.mark.parametrize(
    ("text", "element"),
    [
        ("甲子镇", "<t>甲子镇</t>"),
        ("　　一、总体情况", '<t xml:space="preserve">　　一、总体情况</t>'),
        ("有空格 ", '<t xml:space="preserve">有空格 </t>'),
        ("两\n行", "<t>两\n行</t>"),
        ("行\n", '<t xml:space="preserve">行\n</t>'),
        ("<t>", "<t>&lt;t&gt;</t>"),
    ],
)
def test_a_shared_string_keeps_its_outer_spaces(text: str, element: str) -> None:
    assert spliced(f"<si><t>{text_mark(0)}</t></si>", Values((text,))) == f"<si>{element}</si>"


def test_a_number_stands_in_its_cell_and_in_words() -> None:
    part = f'<c r="A1"><v>{number_mark(1)}</v></c><x promptTitle="T" prompt="上年：{number_mark(0)}。"/>'
    values = Values(("a",), (Decimal("12.50"), Decimal("1234567.123457")))
    assert (
        spliced(part, values)
        == '<c r="A1"><v>1234567.123457</v></c><x promptTitle="T" prompt="上年：12.5。"/>'
    )


@pytest.mark.parametrize(
    ("number", "in_cell", "in_words"),
    [
        ("0", "0", "0"),
        ("-0", "0", "-0"),
        ("7.000", "7", "7"),
        ("-7", "-7", "-7"),
        ("1E+3", "1000", "1000"),
        ("99999999999999", "99999999999999", "99999999999999"),
        ("0.1", "0.1", "0.1"),
        ("4503599.627371", "4503599.627371", "4503599.627371"),
    ],
)
def test_a_number_is_written_as_the_writer_of_workbooks_does(
    number: str, in_cell: str, in_words: str
) -> None:
    mark = number_mark(0)
    part = f'<c r="A1" s="3"><v>{mark}</v></c><x promptTitle="T" prompt="上年：{mark}。"/>'
    assert spliced(part, Values((), (Decimal(number),))) == (
        f'<c r="A1" s="3"><v>{in_cell}</v></c><x promptTitle="T" prompt="上年：{in_words}。"/>'
    )


def test_a_number_that_is_not_known_leaves_an_empty_cell_and_the_rest_of_a_prompt() -> None:
    mark, other = number_mark(0), number_mark(1)
    part = (
        f'<c r="A1" s="3"><v>{mark}</v></c><x e="1" promptTitle="T" prompt="上年：{mark}。" sqref="A1"/>'
        f'<x e="1" promptTitle="金额" prompt="上年：{other}。&#xA;单位：元。" sqref="A2"/>'
    )
    assert spliced(part, Values((), (None, None))) == (
        '<c r="A1" s="3"/><x e="1" sqref="A1"/>'
        '<x e="1" promptTitle="金额" prompt="单位：元。" sqref="A2"/>'
    )
    assert spliced(part, Values((), (None, Decimal(5)))) == (
        '<c r="A1" s="3"/><x e="1" sqref="A1"/>'
        '<x e="1" promptTitle="金额" prompt="上年：5。&#xA;单位：元。" sqref="A2"/>'
    )


def test_what_only_resembles_a_mark_stays() -> None:
    digits = str(number_mark(0))
    cell = f'<c s="1"><v>{digits}</v></c>'
    part = f'<v>1{digits}</v><c s="1"><v>{digits}0</v></c><c r="{digits}"/><v>{digits}</v>{cell}'
    expected = part.replace(cell, '<c s="1"><v>5</v></c>')
    assert spliced(part, Values((), (Decimal(5),))) == expected


def test_marks_far_from_each_other_and_side_by_side_are_filled() -> None:
    part = "".join(f"{'=' * gap}<v>{text_mark(0)}</v>" for gap in (0, 5, 511, 512, 513, 9_000, 1))
    assert spliced(part, Values(("镇",))) == part.replace(text_mark(0), "镇")


@pytest.mark.parametrize(
    "part",
    [
        f'<c x="{text_mark(0)}"/>',
        f"<f>A1&amp;{text_mark(0)}</f>",
        f"<si><t>前{text_mark(0)}</t></si>",
        f"<v>a</v>{text_mark(0)}",
    ],
)
def test_a_mark_where_a_value_could_be_written_otherwise_is_refused(part: str) -> None:
    with pytest.raises(NotMarked):
        Master(book(sheet=part), Values(("a",)))


def test_a_text_that_the_master_has_too_is_not_taken() -> None:
    strings = f'<si><t>2025</t></si><si><t xml:space="preserve"> &lt; </t></si><si><t>{text_mark(0)}</t></si>'
    master = Master(book(**{STRINGS: strings}), Values(("a",)))
    assert master.takes(Values(("2026",)))
    assert not master.takes(Values(("2025",)))
    assert not master.takes(Values((" < ",)))


@pytest.mark.parametrize(
    "text", ["=1", "+86", "-", "@a", "＝", "<r>x</r>", "a_x000D_", "长" * 32_768]
)
def test_a_text_that_is_written_in_a_way_of_its_own_is_not_plain(text: str) -> None:
    assert not is_plain(text)


@pytest.mark.parametrize("text", ["甲", "1", "a=1", " a", "x_x00", "<t>", "长" * 32_767])
def test_any_other_text_is_plain(text: str) -> None:
    assert is_plain(text)


def test_a_number_longer_than_its_mark_is_not_plain() -> None:
    assert is_plain_number(Decimal("99999999.999999"))
    assert not is_plain_number(Decimal("999999999.999999"))


def test_two_workbooks_are_the_same_only_with_the_same_parts_in_the_same_order() -> None:
    first = book(a="1", b="2")
    assert are_same(first, book(a="1", b="2"))
    assert are_same(first, packed(members_of(first)))
    assert not are_same(first, book(a="1", b="3"))
    assert not are_same(first, book(b="2", a="1"))
    assert not are_same(first, book(a="1"))
    assert not are_same(first, book(a="1", c="2"))


EXPLAINED = Explained("sheet", ((4, 6), (5, 6)))
SHEET = (
    '<row r="5" spans="1:7" ht="33.75" customHeight="1"><c r="G5" s="28"/></row>'
    '<row r="6" spans="1:7" ht="48.75" customHeight="1"><c r="F6"/><c r="G6" s="28"/></row>'
)
TABLE = f'<sst count="3" uniqueCount="2"><si><t>a</t></si><si><t>{text_mark(0)}</t></si></sst>'


def explained(*explanations: Explanation) -> list[str]:
    """A sheet and the table of strings with these explanations."""
    master = Master(book(**{"sheet": SHEET, STRINGS: TABLE}), Values(("镇",)), EXPLAINED)
    values = Values(("镇",), (), explanations)
    with zipfile.ZipFile(io.BytesIO(master.workbook(values))) as archive:
        return [archive.read(name).decode() for name in ("sheet", STRINGS)]


def test_without_explanations_their_places_stay_as_they_are() -> None:
    assert explained() == [SHEET, TABLE.replace(text_mark(0), "镇")]


def test_explanations_follow_all_other_strings_each_kept_once() -> None:
    sheet, table = explained(Explanation(0, "同 ", 34.0), Explanation(1, "同 ", 63.9))
    assert table == (
        '<sst count="5" uniqueCount="3"><si><t>a</t></si><si><t>镇</t></si>'
        '<si><t xml:space="preserve">同 </t></si></sst>'
    )
    assert sheet == (
        '<row r="5" spans="1:7" ht="33.75" customHeight="1"><c r="G5" s="28" t="s"><v>2</v></c></row>'
        '<row r="6" spans="1:7" ht="63.75" customHeight="1"><c r="F6"/>'
        '<c r="G6" s="28" t="s"><v>2</v></c></row>'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<c r="G5" s="28"/>', '<c r="G5" s="28"><v>1</v></c>'),
        (' ht="33.75"', ""),
        ("<sst count", "<sst c"),
    ],
)
def test_a_place_for_explanations_that_is_missing_is_told(before: str, after: str) -> None:
    parts = {"sheet": SHEET.replace(before, after), STRINGS: TABLE.replace(before, after)}
    with pytest.raises(NotMarked):
        Master(book(**parts), Values(("镇",)), EXPLAINED)


def test_an_explanation_that_another_text_is_too_is_not_taken() -> None:
    master = Master(book(**{"sheet": SHEET, STRINGS: TABLE}), Values(("镇",)), EXPLAINED)
    assert master.takes(Values(("镇",), (), (Explanation(0, "b", 34.0), Explanation(1, "b", 34.0))))
    assert not master.takes(Values(("镇",), (), (Explanation(0, "a", 34.0),)))
    assert not master.takes(Values(("镇",), (), (Explanation(0, "镇", 34.0),)))
