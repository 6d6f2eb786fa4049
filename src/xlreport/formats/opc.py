"""The parts of an OOXML package that .xlsx and .xlsb share: relationships and document properties.

Source: ECMA-376 part 2 (packages, core properties) and part 1, 22.3 (custom properties).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from xlreport.formats.guard import Refused, damaged, parse_xml


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship inside the package; `target` is a part's name in lower case."""

    id: str
    target: str
    kind: str


def relations(parts: Mapping[str, bytes], source: str) -> list[Relation]:
    """A part's relationships (those of the package for ""); outside targets are left out."""
    folder, base = posixpath.split(source)
    content = parts.get(posixpath.join(folder, "_rels", base + ".rels"))
    found: list[Relation] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            path = target if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rsplit("/", 1)[-1]
            found.append(
                Relation(
                    attributes.get("Id", ""), posixpath.normpath(path).lstrip("/").lower(), kind
                )
            )

    if content is not None:
        parse_xml(content, start)
    return found


def related(parts: Mapping[str, bytes], source: str, kind: str) -> list[str]:
    """The parts that a part refers to by a kind of relationship, where they exist."""
    return [r.target for r in relations(parts, source) if r.kind == kind and r.target in parts]


def workbook_part(parts: Mapping[str, bytes]) -> str:
    """The workbook's part. Raises Refused when there is none, or more than one."""
    found = dict.fromkeys(related(parts, "", "officeDocument"))
    if len(found) > 1:
        raise Refused(damaged("文件里有两个工作簿部件，无法判断哪个是真的"))
    if not found:
        raise Refused(damaged("找不到工作簿部件（不是表格文件，或已损坏）"))
    return next(iter(found))


def holds_macros(parts: Mapping[str, bytes]) -> bool:
    """Whether a VBA project is in the package (it is never run)."""
    return any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in parts)


def holds_links(parts: Mapping[str, bytes], workbook: str) -> bool:
    """Whether the workbook refers to other files, DDE servers or data connections (never followed)."""
    return any(r.kind in ("externalLink", "connections") for r in relations(parts, workbook))


def custom_properties(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Custom document properties by name."""
    found: dict[str, str] = {}
    current = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "property":
            current[0] = attributes.get("name", "")

    def data(text: str) -> None:
        if current[0]:
            found[current[0]] = found.get(current[0], "") + text

    def end(name: str) -> None:
        if name == "property":
            current[0] = ""

    for target in related(parts, "", "custom-properties")[:1]:
        parse_xml(parts[target], start, end, data)
    return {key: value.strip() for key, value in found.items()}


def last_saved(parts: Mapping[str, bytes]) -> str:
    """`dcterms:modified` of the core properties, empty when it is not told."""
    pieces: list[str] = []
    inside = [False]

    def start(name: str, _: dict[str, str]) -> None:
        inside[0] = name == "modified"

    def data(text: str) -> None:
        if inside[0]:
            pieces.append(text)

    for target in related(parts, "", "core-properties")[:1]:
        parse_xml(parts[target], start, lambda _: inside.__setitem__(0, False), data)
    return a_time("".join(pieces).strip())


def a_time(text: str) -> str:
    """The text if it is a date and time of ISO 8601, else nothing."""
    return text if re.fullmatch(r"\d{4}-\d\d-\d\dT[0-9:.]{5,18}(Z|[+-]\d\d:\d\d)?", text) else ""
