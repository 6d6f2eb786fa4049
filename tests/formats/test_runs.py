"""What people see of texts of which parts are struck out or raised."""

from __future__ import annotations

import struct

import pytest

from formats.packages import ods, rows, xlsx_parts, zipped
from formats.shapes import told
from formats.test_xls import record as biff
from formats.test_xlsb import cell, colour, font, parts, row
from support.xlsb import _record as record
from support.xlsb import _wide as wide
from xlreport.formats.colours import WHITE, Font
from xlreport.formats.documents import open_document
from xlreport.formats.open import open_book
from xlreport.formats.runs import Run, RunReader, runs_of, scripted, text_seen

STRUCK = Font(struck=True)
RAISED, LOWERED = Font(script="上标"), Font(script="下标")


@pytest.mark.parametrize(
    ("runs", "own", "expected"),
    [
        ([Run("12"), Run("1", RAISED)], Font(), "12（上标1）"),
        ([Run("12"), Run("1", LOWERED)], Font(), "12（下标1）"),
        ([Run("12", STRUCK), Run("34")], Font(), "34"),
        ([Run("12"), Run("34", Font())], STRUCK, "34"),
        ([Run("12"), Run("34", Font())], RAISED, "（上标12）34"),
        ([Run("12"), Run("34", Font(WHITE))], Font(), "12"),
        ([Run("12"), Run("34", Font(size=1))], Font(), "12"),
        ([Run("12"), Run(" ", RAISED)], Font(), "12 "),
    ],
)
def test_what_is_seen(runs: list[Run], own: Font, expected: str) -> None:
    assert text_seen(runs, own, WHITE) == expected


def test_a_text_without_a_script_stays() -> None:
    assert (scripted("1", ""), scripted("1", "上标")) == ("1", "（上标1）")


def test_parts_as_the_binary_formats_have_them() -> None:
    fonts = [Font(), STRUCK, RAISED]
    found = runs_of("一\U00020000二三", [(1, 1), (3, 2), (4, 9)], lambda n: fonts[n % 7])
    assert found == (
        Run("一"),
        Run("\U00020000", STRUCK),
        Run("二", RAISED),
        Run("三", RAISED),
    )
    assert runs_of("一", [], lambda _: STRUCK) == ()


def test_runs_of_a_string_that_is_all_in_one_font_are_none() -> None:
    reader = RunReader()
    reader.start("t", {})
    reader.say("12")
    assert reader.finished() == ()
    reader.start("r", {})
    reader.start("rPr", {})
    reader.start("strike", {"val": "0"})
    reader.start("vertAlign", {"val": "subscript"})
    reader.say("3")
    reader.say("4")
    assert reader.finished() == (Run("34", LOWERED),)


STYLES = """
    <fonts><font/><font><strike/></font><font><vertAlign val="superscript"/></font></fonts>
    <cellXfs><xf/><xf fontId="1"/><xf fontId="2"/></cellXfs>
"""
ONE = '<r><t>12</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r>'
TWO = "<r><rPr><strike/></rPr><t>12</t></r><r><rPr/><t>34</t></r>"


def test_strings_of_an_xlsx() -> None:
    sheet = rows(
        '<c r="A1" t="s"><v>0</v></c>',
        f'<c r="B1" t="inlineStr"><is>{TWO}</is></c>',
        '<c r="C1" s="1"><v>5</v></c>',
        '<c r="D1" s="2"><v>5</v></c>',
        '<c r="E1" s="1" t="s"><v>1</v></c>',
        f'<c r="F1" t="inlineStr"><is>{ONE}</is></c>',
    )
    strings = f"<si>{ONE}</si><si>{TWO}</si>"
    data = zipped(xlsx_parts(sheet, strings=strings, styles=STYLES))
    assert told(open_document(data)) == ["| 12（上标1） | 34 |  | （上标5） | 34 | 12（上标1） |"]
    assert open_book(data).sheets["表"].cells[0, 0].text == "121"


def test_strings_of_an_xlsb() -> None:
    black = colour(2)

    def scripted_font(flags: int, script: int) -> bytes:
        return record(43, struct.pack("<HHHH", 220, flags, 400, script) + bytes(4) + black)

    plain, struck, raised = font(black), scripted_font(8, 0), scripted_font(0, 1)
    xf = [record(47, struct.pack("<HHHH", 0, 0, number, 0) + bytes(8)) for number in range(3)]
    styles = plain + struck + raised + record(617) + b"".join(xf) + record(618)

    def rich(text: str, *runs: tuple[int, int]) -> bytes:
        pairs = b"".join(struct.pack("<HH", *run) for run in runs)
        return b"\1" + wide(text) + struct.pack("<I", len(runs)) + pairs

    strings = record(19, rich("121", (2, 2)))
    cells = [
        cell(7, struct.pack("<I", 0)),
        cell(62, rich("1234", (0, 1), (2, 0)), column=1),
        cell(5, struct.pack("<d", 5), column=2, style=1),
        cell(5, struct.pack("<d", 5), column=3, style=2),
    ]
    data = zipped(parts(b"".join([row(0), *cells]), strings=strings, styles=styles))
    assert told(open_document(data)) == ["| 12（上标1） | 34 |  | （上标5） |"]


def test_strings_of_an_ods() -> None:
    styles = "".join(
        f'<style:style style:name="{name}" style:family="{family}">'
        f"<style:text-properties {properties}/></style:style>"
        for name, family, properties in [
            ("u", "text", 'style:text-position="super 58%"'),
            ("d", "text", 'style:text-position="-33% 58%"'),
            ("x", "text", 'style:text-line-through-style="solid"'),
            ("c", "table-cell", 'style:text-line-through-style="solid"'),
            ("r", "table-cell", 'style:text-position="33% 58%"'),
            ("n", "table-cell", 'style:text-position="0% 100%"'),
        ]
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    more = {
        "styles.xml": f'<office:document-styles xmlns:office="{space}:office:1.0" '
        f'xmlns:style="{space}:style:1.0"><office:styles>{styles}</office:styles>'
        "</office:document-styles>"
    }
    texts = [
        '<table-cell value-type="string"><p>12<text:span text:style-name="u">1</text:span></p>'
        "<p>乙</p></table-cell>",
        '<table-cell value-type="string"><p><text:span text:style-name="x">12</text:span>34'
        '<text:span text:style-name="d">5</text:span>6</p></table-cell>',
        *(
            f'<table-cell style-name="{name}" value-type="float" value="5"><p>5</p></table-cell>'
            for name in "crn"
        ),
    ]
    content = f'<table name="表"><table-row>{"".join(texts)}</table-row></table>'
    assert told(open_document(ods(content, more=more))) == [
        "| 12（上标1）\n乙 | 34（下标5）6 |  | （上标5） | 5 |"
    ]


def test_strings_of_an_xls() -> None:
    """A workbook of hand-made records ([MS-XLS] 2.4.265 SST, 2.4.149 LabelSst)."""

    def font_of(flags: int, script: int) -> bytes:
        head = struct.pack("<HHHHH", 220, flags, 0x7FFF, 400, script)
        return biff(0x31, head + bytes(4) + b"\1\0A")

    def style(number: int) -> bytes:
        return biff(0xE0, struct.pack("<HH", number, 0) + bytes(16))

    def rich(text: bytes, *runs: tuple[int, int]) -> bytes:
        head = struct.pack("<HBH", len(text), 8, len(runs))
        return head + text + b"".join(struct.pack("<HH", *run) for run in runs)

    fonts = font_of(0, 0) + font_of(8, 0) + font_of(0, 1)
    strings = rich(b"121", (2, 2)) + rich(b"1234", (0, 1), (2, 0))
    table = biff(0xFC, struct.pack("<II", 2, 2) + strings)
    book = fonts + b"".join(map(style, range(3))) + table
    cells = b"".join(biff(0xFD, struct.pack("<HHHI", 0, i, 0, i)) for i in range(2))
    cells += b"".join(biff(0x203, struct.pack("<HHHd", 0, 1 + i, i, 5)) for i in (1, 2))
    start = biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    sheet = biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + biff(0x0A)
    size = len(start) + len(biff(0x85, bytes(10))) + len(book) + 4
    listed = biff(0x85, struct.pack("<IBBBB", size, 0, 0, 2, 0) + b"AB")
    data = start + listed + book + biff(0x0A) + sheet
    assert told(open_document(data)) == ["| 12（上标1） | 34 |  | （上标5） |"]
