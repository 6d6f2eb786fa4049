"""The status page as a program reads it: it is well-formed XML too, but for what its script holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from support.counties import overview
from xlreport import MergeResult
from xlreport.publishing.page.render import status_page

SUMMARY = "示例县2025年汇总表.xlsx"
DATA = "结果.json"

_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)


def page(result: MergeResult) -> bytes:
    """The page of a merge."""
    return status_page(overview(result), SUMMARY, DATA)


def parsed(data: bytes) -> ET.Element:
    """Its root element."""
    text = data.decode()
    return ET.fromstring(_SCRIPT.sub("<script/>", text))


def words(element: ET.Element | None) -> str:
    """The text of an element as it is read, blanks made one."""
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def rows(table: ET.Element) -> Iterator[list[str]]:
    """The cells of each row of a table."""
    for row in table.iter("tr"):
        yield [words(cell) for cell in row]


def section(root: ET.Element, name: str) -> ET.Element:
    """One of the page's sections."""
    found = root.find(f".//section[@id='{name}']")
    assert found is not None
    return found


def units(root: ET.Element) -> list[ET.Element]:
    """What stands for a unit in the list of all."""
    return section(root, "units").findall(".//tbody")
