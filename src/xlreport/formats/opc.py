"""The parts of an OOXML package that .xlsx and .xlsb share: relationships and document properties.

Source: ECMA-376 part 2 (packages, core properties) and part 1, 22.3 (custom properties).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from xlreport.formats import codes
from xlreport.formats.guard import Refused, XmlHandler, parse_xml

Parts = Mapping[str, bytes]
"""The members of a package by lower-case name, as the guard gives them."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]{5,18}(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship inside the package; `target` is a part's name in lower case, `kind` the last
    word of its type."""

    id: str
    target: str
    kind: str


class _Relations(XmlHandler):
    """Collects the relationships of a part in `folder`; outside targets are left out."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.relations: list[Relation] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "").replace("\\", "/")
        if not target.startswith("/"):
            target = posixpath.join(self.folder, target)
        part = posixpath.normpath(target).lstrip("/").lower()
        kind = attributes.get("Type", "").rsplit("/", 1)[-1]
        self.relations.append(Relation(attributes.get("Id", ""), part, kind))


def relations(parts: Parts, source: str) -> list[Relation]:
    """A part's relationships (those of the package for ""); outside targets are left out."""
    folder, base = posixpath.split(source)
    content = parts.get(posixpath.join(folder, "_rels", base + ".rels"))
    if content is None:
        return []
    handler = _Relations(folder)
    parse_xml(content, handler)
    return handler.relations


def targets_by_id(parts: Parts, source: str) -> dict[str, str]:
    """The parts that a part refers to, by the id of the relationship."""
    return {relation.id: relation.target for relation in relations(parts, source)}


def related(parts: Parts, source: str, kind: str) -> list[str]:
    """The parts that a part refers to by a kind of relationship, where they exist."""
    targets = [relation.target for relation in relations(parts, source) if relation.kind == kind]
    return [target for target in targets if target in parts]


def first_related(parts: Parts, source: str, kind: str) -> bytes | None:
    """The content of the first of these parts; None where there is none."""
    targets = related(parts, source, kind)
    return parts[targets[0]] if targets else None


def workbook_part(parts: Parts) -> str:
    """The workbook's part. Raises Refused when there is none, or more than one."""
    workbooks = set(related(parts, "", "officeDocument"))
    if len(workbooks) > 1:
        raise Refused(codes.TWO_WORKBOOKS())
    if not workbooks:
        raise Refused(codes.NO_WORKBOOK())
    return workbooks.pop()


def holds_macros(parts: Parts) -> bool:
    """Whether a VBA project is in the package (it is never run)."""
    return any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in parts)


def holds_links(parts: Parts, workbook: str) -> bool:
    """Whether the workbook refers to other files, DDE servers or data connections (never
    followed)."""
    kinds = {relation.kind for relation in relations(parts, workbook)}
    return not kinds.isdisjoint(("externalLink", "connections"))


class _Properties(XmlHandler):
    """Collects the texts of custom properties by their names."""

    def __init__(self) -> None:
        self.properties: dict[str, str] = {}
        self.current = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "property":
            self.current = attributes.get("name", "")

    def data(self, text: str) -> None:
        if self.current:
            self.properties[self.current] = self.properties.get(self.current, "") + text

    def end(self, name: str) -> None:
        if name == "property":
            self.current = ""


def custom_properties(parts: Parts) -> dict[str, str]:
    """Custom document properties by name."""
    content = first_related(parts, "", "custom-properties")
    if content is None:
        return {}
    handler = _Properties()
    parse_xml(content, handler)
    return {key: value.strip() for key, value in handler.properties.items()}


class _Modified(XmlHandler):
    """Collects the text of `dcterms:modified`."""

    def __init__(self) -> None:
        self.text = ""
        self.inside = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.inside = name == "modified"

    def data(self, text: str) -> None:
        if self.inside:
            self.text += text

    def end(self, _name: str) -> None:
        self.inside = False


def last_saved(parts: Parts) -> str:
    """`dcterms:modified` of the core properties, empty when it is not told."""
    content = first_related(parts, "", "core-properties")
    if content is None:
        return ""
    handler = _Modified()
    parse_xml(content, handler)
    return time_or_nothing(handler.text.strip())


def time_or_nothing(text: str) -> str:
    """The text if it is a date and time of ISO 8601, else nothing."""
    return text if _TIME.fullmatch(text) else ""
