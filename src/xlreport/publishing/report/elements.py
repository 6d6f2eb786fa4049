"""Paragraphs, runs and properties of WordprocessingML (ECMA-376 part 1, 17.3), from plain values.

Every run names its fonts, so that the document looks the same in a template of any office.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml.etree import _Element as Element

from xlreport.publishing.report.measures import (
    BODY_SIZE,
    CHARACTER_SPACING,
    LATIN_FONT,
    LINE,
    SINGLE,
    Face,
)
from xlreport.text import clean


def element(tag: str, *children: Element, **attributes: object) -> Element:
    """An element of the main namespace, with attributes of it."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(children)
    return made


def run_properties(face: Face) -> Element:
    """`w:rPr`: fonts, colour, size."""
    fonts = element(
        "rFonts",
        ascii=LATIN_FONT,
        hAnsi=LATIN_FONT,
        cs=LATIN_FONT,
        eastAsia=face.font,
        hint="eastAsia",
    )
    half_points = round(2 * face.size)
    properties = element("rPr", fonts)
    if face.colour:
        properties.append(element("color", val=face.colour))
    if face.size == BODY_SIZE:
        properties.append(element("spacing", val=CHARACTER_SPACING))
    properties.append(element("sz", val=half_points))
    properties.append(element("szCs", val=half_points))
    return properties


def run(text: str, face: Face) -> Element:
    """`w:r` with a text in one line, without what XML cannot hold; a tab in it is a tab."""
    made = element("r", run_properties(face))
    for place, part in enumerate(clean(text).split("\t")):
        if place:
            made.append(element("tab"))
        words = element("t")
        words.text = part
        words.set(qn("xml:space"), "preserve")
        made.append(words)
    return made


@dataclass(frozen=True, slots=True)
class Shape:
    """How a paragraph stands: `align` as in `w:jc`, `indent` in characters of its first line,
    `line` its height in twips (0 for as high as its text), `style` its built-in style, `free` the
    side on which one character stays free, `on_grid` whether it keeps to the page's lines."""

    align: str = "both"
    indent: int = 2
    line: int = LINE
    style: str = ""
    keep_next: bool = False
    new_page: bool = False
    free: str = ""
    on_grid: bool = True


def paragraph(runs: Iterable[Element], shape: Shape, face: Face) -> Element:
    """`w:p`; the face is that of its mark, and decides on the width of an indent."""
    properties = paragraph_properties(shape, face)
    properties.append(run_properties(face))
    return element("p", properties, *runs)


def paragraph_properties(shape: Shape, face: Face) -> Element:
    """`w:pPr` in the order of its schema."""
    properties = element("pPr")
    if shape.style:
        properties.append(element("pStyle", val=shape.style))
    if shape.keep_next:
        properties.append(element("keepNext"))
    if shape.new_page:
        properties.append(element("pageBreakBefore"))
    if not shape.on_grid:
        properties.append(element("snapToGrid", val=0))
    rule = "exact" if shape.line else "auto"
    line = shape.line or SINGLE
    properties.append(element("spacing", before=0, after=0, line=line, lineRule=rule))
    properties.append(element("ind", **_indents(shape, face)))
    properties.append(element("jc", val=shape.align))
    return properties


def _indents(shape: Shape, face: Face) -> dict[str, int]:
    """Indents in hundredths of a character, and in twips for programs that do not know these."""
    character = round(20 * face.size)
    first = shape.indent
    indents = {"firstLineChars": 100 * first, "firstLine": character * first}
    if shape.free:
        indents |= {f"{shape.free}Chars": 100, shape.free: character}
    return indents
