"""The cell styles of an OOXML workbook: themes, fonts, fills, number formats, changes of rules."""

from __future__ import annotations

import pytest

from formats.packages import MAIN, relations
from xlreport.formats.colours import BLACK, FAINT, THEME, TINY, WHITE, Colour, Font
from xlreport.formats.conditional import NO_CHANGE, Change, Look
from xlreport.formats.guard import Refused
from xlreport.formats.number_formats import HIDDEN_TEXT
from xlreport.formats.styles import Styles, read_styles, theme_colours

BOOK = "xl/workbook.xml"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
GREEN: Colour = (0, 128, 0)


def parts(styles: str = "", theme: str | None = None) -> dict[str, bytes]:
    listed = [("styles", "styles.xml")] if styles else []
    listed += [("theme", "theme/theme1.xml")] if theme is not None else []
    return {
        "xl/_rels/workbook.xml.rels": relations(*listed).encode(),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'.encode(),
        "xl/theme/theme1.xml": (theme or "").encode(),
    }


def read(styles: str, theme: str | None = None) -> Styles:
    return read_styles(parts(styles, theme), BOOK)


def theme_of(scheme: str) -> str:
    return f'<theme xmlns="{DRAWING}"><themeElements><clrScheme>{scheme}</clrScheme></themeElements></theme>'


def test_the_colours_of_a_theme_by_their_number() -> None:
    scheme = (
        '<dk1><sysClr val="windowText" lastClr="010203"/></dk1>'
        '<lt1><sysClr val="FFFFFF" lastClr="FAFBFC"/></lt1>'
        '<accent1><srgbClr val="112233"/></accent1><accent6><srgbClr val="445566"/></accent6>'
        '<hlink><srgbClr val="778899"/></hlink><accent2><scrgbClr val="999999"/></accent2>'
        '<accent3><srgbClr val="x"/></accent3><folHlink><srgbClr val="999999"/></folHlink>'
    )
    colours = theme_colours(parts(theme=theme_of(scheme)), BOOK)
    assert len(colours) == 11
    assert (colours[0], colours[1]) == ((250, 251, 252), (1, 2, 3))
    assert (colours[4], colours[9], colours[10]) == ((17, 34, 51), (68, 85, 102), (119, 136, 153))
    assert (colours[5], colours[6]) == (THEME[5], THEME[6])


@pytest.mark.parametrize(
    "theme",
    [
        None,
        "<broken",
        theme_of("").replace("</clrScheme>", '</clrScheme><lt1><srgbClr val="112233"/></lt1>'),
        theme_of('<lt1><x><srgbClr val="112233"/></x></lt1>'),
    ],
)
def test_a_theme_that_says_nothing_is_the_usual_one(theme: str | None) -> None:
    assert theme_colours(parts(theme=theme), BOOK) == THEME[:11]


def test_the_first_theme_counts() -> None:
    first, second = (
        theme_of(f'<lt1><srgbClr val="{each}"/></lt1>') for each in ("112233", "445566")
    )
    both = {
        "xl/_rels/workbook.xml.rels": relations(("theme", "a.xml"), ("theme", "b.xml")).encode(),
        "xl/a.xml": first.encode(),
        "xl/b.xml": second.encode(),
    }
    assert theme_colours(both, BOOK)[0] == (17, 34, 51)


def look(font: str = "", fill: str = "", theme: str | None = None, xf: str = "") -> Look:
    """The look of the second style, whose font and fill are the second ones."""
    styles = (
        f"<fonts><font/><font>{font}</font></fonts><fills><fill/><fill>{fill}</fill></fills>"
        f'<cellXfs><xf/><xf fontId="1" fillId="1"{xf}/></cellXfs>'
    )
    return read(styles, theme).looks[1]


@pytest.mark.parametrize(
    ("font", "expected"),
    [
        ("", Font(BLACK, 11.0)),
        ('<sz val="8"/>', Font(BLACK, 8.0)),
        ('<sz val="0"/>', Font(BLACK, 11.0)),
        ("<sz/>", Font(BLACK, 11.0)),
        ('<sz val="x"/>', Font(BLACK, 11.0)),
        ('<sz val="inf"/>', Font(BLACK, 11.0)),
        ('<color rgb="FF008000"/>', Font(GREEN)),
        ('<color rgb="x"/>', Font(BLACK)),
        ('<color theme="0"/>', Font(WHITE)),
        ('<color theme="4"/>', Font(THEME[4])),
        ('<color theme="10"/>', Font((119, 136, 153))),
        ('<color theme="99"/>', Font(BLACK)),
        ('<color indexed="9"/>', Font(WHITE)),
        ('<color indexed="99"/>', Font(BLACK)),
        ('<color auto="1"/>', Font(BLACK)),
        ('<color indexed="9" tint="-0.5"/>', Font((128, 128, 128))),
        ('<color indexed="9" tint="nan"/>', Font(WHITE)),
        ('<color rgb="FF008000" theme="0"/>', Font(GREEN)),
        ('<x><color rgb="FF008000"/></x>', Font(BLACK)),
        ('<sz val="8"/><color rgb="FF008000"/>', Font(GREEN, 8.0)),
        ('<color rgb="FF008000"/><sz val="8"/>', Font(GREEN, 8.0)),
    ],
)
def test_a_font(font: str, expected: Font) -> None:
    theme = theme_of('<hlink><srgbClr val="778899"/></hlink>')
    assert look(font=font, theme=theme).font == expected


@pytest.mark.parametrize(
    ("fill", "ground"),
    [
        ("", WHITE),
        ('<patternFill patternType="none"><fgColor rgb="FF008000"/></patternFill>', WHITE),
        ('<patternFill><fgColor rgb="FF008000"/></patternFill>', WHITE),
        ('<patternFill patternType="solid"><fgColor rgb="FF008000"/></patternFill>', GREEN),
        ('<patternFill patternType="solid"><bgColor rgb="FF008000"/></patternFill>', WHITE),
        ('<patternFill patternType="solid"><fgColor auto="1"/></patternFill>', WHITE),
        ("<gradientFill/>", None),
    ],
)
def test_what_is_behind_a_text(fill: str, ground: Colour | None) -> None:
    assert look(fill=fill).ground == ground


def test_a_font_and_a_fill_that_are_not_there_are_the_usual_ones() -> None:
    styles = read('<cellXfs><xf/><xf fontId="7" fillId="7"/><xf fontId="x" fillId="x"/></cellXfs>')
    assert styles.looks == [Look(), Look(), Look()]


WHITE_FONT = '<fonts><font><color indexed="9"/></font><font><sz val="1"/></font></fonts>'


def test_why_nobody_sees_cells_of_a_style() -> None:
    styles = read(
        f'{WHITE_FONT}<numFmts><numFmt numFmtId="200" formatCode="[White]0"/>'
        '<numFmt numFmtId="201" formatCode=";;;"/></numFmts><cellXfs>'
        '<xf fontId="9"/><xf fontId="0"/><xf fontId="1"/><xf fontId="9" numFmtId="200"/>'
        '<xf fontId="9" numFmtId="201"/><xf fontId="0" numFmtId="201"/></cellXfs>'
    )
    assert styles.unseen == {1: FAINT, 2: TINY, 3: FAINT, 5: FAINT}
    told = [styles.why_unseen(style, "n") for style in range(7)]
    assert told == ["", FAINT, TINY, FAINT, "", FAINT, ""]
    for kind in ("s", "str", "inlineStr"):
        assert styles.why_unseen(4, kind) == HIDDEN_TEXT
        assert styles.why_unseen(5, kind) == FAINT
        assert styles.why_unseen(0, kind) == ""
    assert styles.why_unseen(4, "e") == ""


def test_styles_whose_text_is_repeated() -> None:
    styles = read(
        '<cellStyleXfs><xf><alignment horizontal="fill"/></xf></cellStyleXfs><cellXfs><xf/>'
        '<xf><alignment horizontal="fill"/></xf><xf><alignment horizontal="center"/></xf></cellXfs>'
    )
    assert styles.repeats == {1}


@pytest.mark.parametrize("name", ["cellXfs", "fonts", "fills"])
def test_a_list_that_is_there_twice_is_refused(name: str) -> None:
    item = {"cellXfs": "xf", "fonts": "font", "fills": "fill"}[name]
    assert read(f"<{name}/><{name}><{item}/></{name}>")
    with pytest.raises(Refused, match="文件里有两个格式部件"):
        read(f"<{name}><{item}/></{name}><{name}><{item}/></{name}>")


@pytest.mark.parametrize(
    ("dxf", "change"),
    [
        ("", NO_CHANGE),
        ('<font><b/><color rgb="FF008000"/></font>', Change(colour=GREEN)),
        ('<font><color auto="1"/></font>', Change(colour=BLACK)),
        ('<numFmt numFmtId="190" formatCode=";;;"/>', Change(code=";;;")),
        ('<numFmt numFmtId="190"/>', Change(code="")),
        (
            '<fill><patternFill><fgColor rgb="FF112233"/><bgColor rgb="FF008000"/></patternFill></fill>',
            Change(ground=GREEN, has_ground=True),
        ),
        ('<fill><patternFill><fgColor rgb="FF112233"/></patternFill></fill>', NO_CHANGE),
        ('<fill><patternFill><bgColor auto="1"/></patternFill></fill>', Change(None, WHITE, True)),
        ("<fill><gradientFill/></fill>", Change(has_ground=True)),
        ('<border><color rgb="FF008000"/></border>', NO_CHANGE),
    ],
)
def test_what_a_conditional_format_changes(dxf: str, change: Change) -> None:
    styles = read(f"<dxfs><dxf/><dxf>{dxf}</dxf></dxfs>")
    assert styles.changes == [NO_CHANGE, change]
    assert (styles.change(1), styles.change(2), styles.change(-1)) == (change, NO_CHANGE, NO_CHANGE)


def test_changes_are_no_styles_of_cells_and_other_formats_no_changes() -> None:
    styles = read(
        '<dxfs><xf/><font><color indexed="9"/></font></dxfs><cellXfs><xf/></cellXfs>'
        '<x><dxf><numFmt formatCode="0"/></dxf></x>'
    )
    assert (styles.changes, styles.looks) == ([], [Look()])


def test_a_workbook_without_styles() -> None:
    assert read_styles({}, BOOK) == Styles()
