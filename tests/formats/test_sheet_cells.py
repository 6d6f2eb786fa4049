"""Sheets taken apart by a pattern, and texts that may stand in any XML."""

from __future__ import annotations

import random
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.formats import sheet_cells
from xlreport.formats.sheet_cells import (
    Shell,
    are_plain,
    inline_text,
    shell_of,
    string_table,
    text_in,
    without_kinds,
    without_texts,
    without_values,
)

HEAD = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="3">'
)


def test_the_cells_of_a_sheet_and_what_stands_between_them() -> None:
    xml = (
        b'<sheetData><row r="1"><c r="A1" s="2"/><c r="B1" t="s"><v>7</v></c></row>'
        b'<row r="2"><c r="A2"><f aca="false">B1+1</f><v>8</v></c><c r="B2"><f>x</f></c>'
        b'<c r="C2" t="inlineStr"><is><t>a\nb</t></is></c><c r="D2" t="str"><f>y</f><v/></c>'
        b'<c r="E2"></c></row></sheetData>'
    )
    cells = sheet_cells.sheet_cells(xml)
    assert cells.between == [
        b'<sheetData><row r="1">',
        b"",
        b'</row><row r="2">',
        b"",
        b"",
        b"",
        b"",
        b"</row></sheetData>",
    ]
    assert cells.shells == [
        b'r="A1" s="2"/',
        b'r="B1" t="s">',
        b'r="A2"><f aca="false">B1+1</f>',
        b'r="B2"><f>x</f>',
        b'r="C2" t="inlineStr">',
        b'r="D2" t="str"><f>y</f>',
        b'r="E2">',
    ]
    assert cells.values == [None, b"7", b"8", None, None, None, None]
    assert cells.others == [None] * 4 + [b"<is><t>a\nb</t></is>", b"<v/>", None]


@pytest.mark.parametrize(
    "cell",
    [
        b"<c r='A1'><v>1</v></c>",
        b'<c s="1" r="A1"><v>1</v></c>',
        b'<c r="A1"><v>1</v><v>2</v></c>',
        b'<c r="A1"><v xml:space="preserve">1</v></c>',
        b'<c r="A1"><v>1<!-- --></v></c>',
        b'<c r="A1"><f>1</f><f>2</f><v>1</v></c>',
        b'<c r="A1" t="a/b"/>',
        b'<x:c r="A1"/>',
    ],
)
def test_what_the_pattern_does_not_know_stays_in_between(cell: bytes) -> None:
    assert sheet_cells.sheet_cells(cell).between == [cell]


def test_the_shell_of_a_cell() -> None:
    assert shell_of(b'r="A1" s="12" t="str"><f>1</f>') == Shell(
        b'r="A1" s="12"', 12, b"str", b"<f>1</f>"
    )
    assert shell_of(b'r="A1"/') == Shell(b'r="A1"', 0, b"n", None)
    assert shell_of(b'r="A1" t="s" s="1">') is None
    assert shell_of(b'r="A1" vm="1">') is None


def test_a_sheet_without_its_values_and_without_the_kinds_of_its_results() -> None:
    skeleton = without_values(b'<c t="str"><f>a</f><v></v></c><c t="s"><v>3</v></c>')
    assert skeleton.texts == [b"", b"3"]
    same = without_values(b'<c t="n"><f>a</f><v>1</v></c><c t="s"><v>4</v></c>')
    assert skeleton.bones != same.bones
    assert without_kinds(skeleton.bones) == without_kinds(same.bones)
    other = without_values(b'<c t="e"><f>a</f><v>1</v></c><c t="s"><v>4</v></c>')
    assert without_kinds(skeleton.bones) != without_kinds(other.bones)


def test_an_element_without_a_text_is_not_one_with_a_text() -> None:
    assert without_texts(b"<a>1</a><b></b>").bones != without_texts(b"<a></a><b>1</b>").bones
    assert without_values(b"<v>1</v><v/>").bones != without_values(b"<v/><v>1</v>").bones
    assert without_texts(b"<a>1</a>") == without_texts(b"<a>1</a>")


ODD = [
    b"&nbsp;",
    b"&",
    b"&#0;",
    b"&#31;",
    b"&#55296;",
    b"&#65534;",
    b"&#1114112;",
    b"&#x41;",
    b"\0",
    b"\x08",
    b"\r",
    b"\x1f",
    b"]]>",
    b"\xff",
    b"\xef\xbf\xbe",
    b"\xef\xbf\xbf",
    b"\xed\xa0\x80",
]


@pytest.mark.parametrize("text", ODD)
def test_a_text_that_xml_reads_otherwise_is_not_plain(text: bytes) -> None:
    assert not are_plain([b"1", text])


def test_what_is_odd_only_across_two_texts_is_odd_in_none() -> None:
    assert are_plain([b"]", b"]", b">", None, b""])
    assert not are_plain([b"&am", b"p;"])


def parsed(text: bytes) -> str:
    """What a parser makes of the text of an element."""
    parser = expat.ParserCreate()
    pieces: list[str] = []
    parser.CharacterDataHandler = pieces.append
    parser.Parse(b"<a>" + text + b"</a>", True)
    return "".join(pieces)


PIECES = [*ODD, b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;", b"&#26412;", b"&#38;", b"lt;"]


@given(
    st.lists(st.sampled_from([*PIECES, b"1", "年".encode(), b" ", b"\n", b"]", b">"]), max_size=6)
)
def test_a_plain_text_says_what_a_parser_makes_of_it(pieces: list[bytes]) -> None:
    text = b"".join(pieces)
    if are_plain([text]):
        assert text_in(text) == parsed(text)


def test_a_text_of_the_cell_itself() -> None:
    assert inline_text(b"<is><t>a&amp;b</t></is>") == "a&b"
    assert inline_text(b'<is><t xml:space="preserve"> a_x000D_</t></is>') == " a\r"
    assert inline_text(b"<is><r><t>a</t></r></is>") is None
    assert inline_text(b"<is><t>&x;</t></is>") is None


def test_shared_strings_by_their_numbers() -> None:
    items = (
        b"<si><t>a</t></si>",
        b'<si><t xml:space="preserve"> &lt;b</t></si>',
        b"<si><t/></si>",
        b"<si><r><rPr><b/></rPr><t>c</t></r><r><t>d</t></r><rPh><t>x</t></rPh></si>",
    )
    table = string_table(HEAD + b"".join(items) + b"</sst>\n")
    assert table == {b"0": "a", b"1": " <b", b"2": "", b"3": "cd"}


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        HEAD + b"</sst>",
        HEAD + b"<si><t>a</t></si>",
        HEAD + b"<si><t>a</t></si></sst><sst/>",
        HEAD + b"<si><t>a</t></si><si><t>b</si></sst>",
        HEAD + b"<si><t>a</t></si><!-- <si><t>b</t></si> --></sst>",
        HEAD + b"<si><t>&x;</t></si></sst>",
        HEAD.replace(b"UTF-8", b"UTF-16") + b"<si><t>a</t></si></sst>",
        HEAD.replace(b"count", b'count="1" count') + b"<si><t>a</t></si></sst>",
        b"<!DOCTYPE a>" + HEAD + b"<si><t>a</t></si></sst>",
    ],
)
def test_strings_with_anything_else_in_them_are_not_understood(xml: bytes) -> None:
    assert string_table(xml) is None


def test_what_is_remembered_of_strings_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[bytes, str] = {}
    monkeypatch.setattr(sheet_cells, "_known_strings", known)
    monkeypatch.setattr(sheet_cells, "_MOST_KEPT", 10)
    rng = random.Random(4)
    for _ in range(30):
        word = b"%d" % rng.randrange(10**9)
        long = b"x" * 500
        xml = HEAD + b"<si><t>%b</t></si><si><t>%b</t></si></sst>" % (word, long)
        assert string_table(xml) == {b"0": word.decode(), b"1": long.decode()}
    assert 0 < len(known) <= 10
    assert max(map(len, known)) < 400
