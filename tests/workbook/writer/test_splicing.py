"""A master's marks, and what stands in their places."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest

from xlreport.workbook.writer.package import members_of, packed
from xlreport.workbook.writer.splicing import (
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
    master = Master(book(**{name: part}), len(values.texts))
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
    part = f'<c r="A1"><v>{number_mark(1)}</v></c><x prompt="上年：{number_mark(0)}。"/>'
    values = Values(("a",), (Decimal("12.50"), Decimal("1234567.123457")))
    assert spliced(part, values) == '<c r="A1"><v>1234567.123457</v></c><x prompt="上年：12.5。"/>'


def test_what_only_resembles_a_mark_stays() -> None:
    digits = str(number_mark(0))
    part = f'<v>1{digits}</v><v>{digits}0</v><c r="{digits}"/><v>{digits}</v>'
    expected = part.replace(f"<v>{digits}</v>", "<v>5</v>")
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
        Master(book(sheet=part), 1)


def test_a_text_that_the_master_has_too_is_not_taken() -> None:
    strings = f'<si><t>2025</t></si><si><t xml:space="preserve"> &lt; </t></si><si><t>{text_mark(0)}</t></si>'
    master = Master(book(**{STRINGS: strings}), 1)
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
