"""The parts of an OOXML package that .xlsx and .xlsb share: relationships and document properties.

Source: ECMA-376 part 2 (packages, core properties) and part 1, 22.3 (custom properties).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from xlreport.findings import Finding
from xlreport.formats import codes
from xlreport.formats.guard import Refused, XmlHandler, parse_optional, parse_xml, part_name

Parts = Mapping[str, bytes]
"""The members of a package by lower-case name, as the guard gives them."""

_SCHEMAS, _STRICT = "http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml"
_PACKAGE = f"{_SCHEMAS}/package/2006"

PREFIXES: Mapping[str, str] = {
    f"{_SCHEMAS}/spreadsheetml/2006/main": "",
    f"{_STRICT}/spreadsheetml/main": "",
    f"{_SCHEMAS}/officeDocument/2006/relationships": "r",
    f"{_STRICT}/officeDocument/relationships": "r",
    f"{_PACKAGE}/relationships": "package",
    f"{_PACKAGE}/content-types": "types",
    f"{_SCHEMAS}/officeDocument/2006/custom-properties": "custom",
    f"{_STRICT}/officeDocument/custom-properties": "custom",
    f"{_SCHEMAS}/officeDocument/2006/docPropsVTypes": "vt",
    f"{_STRICT}/officeDocument/docPropsVTypes": "vt",
    "http://purl.org/dc/terms/": "dcterms",
}
"""The namespaces of a package, transitional and strict (part 1, annex A)."""

_KIND = re.compile(
    r"https?://(?:schemas\.openxmlformats\.org|purl\.oclc\.org|schemas\.microsoft\.com)/.*/([^/]+)",
    re.IGNORECASE,
)
"""The types of relationships that office programs know, with their last word."""

TYPES = "[content_types].xml"
"""The part with the content types of all others (part 2, 6.2.3)."""

_XML = (".xml", ".rels", ".vml", ".rdf")
"""How the names of parts end that hold XML."""

_MOST_NOTES = 20

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]{5,18}(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship inside the package; `target` is a part's name in lower case, `kind` the last
    word of its type, empty for a type of nobody's."""

    id: str
    target: str
    kind: str


class _Relations(XmlHandler):
    """Collects the relationships of a part in `folder`; outside targets are left out. Raises
    Refused for an id that is there twice: readers differ in which they take."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.ids: set[str] = set()
        self.relations: list[Relation] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "package:Relationship":
            return
        key = attributes.get("Id", "")
        if key in self.ids:
            raise Refused(codes.TWO_RELATIONS(name=key[:60]))
        self.ids.add(key)
        if attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "").replace("\\", "/")
        if not target.startswith("/"):
            target = posixpath.join(self.folder, target)
        part = part_name(target)
        known = _KIND.fullmatch(attributes.get("Type", ""))
        kind = "" if known is None else known[1]
        self.relations.append(Relation(key, part, kind))


def relations_of(source: str) -> str:
    """The part with the relationships of a part (part 2, 6.5.2.3)."""
    folder, base = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def relations(parts: Parts, source: str) -> list[Relation]:
    """A part's relationships (those of the package for ""); outside targets are left out. Raises
    Refused."""
    content = parts.get(relations_of(source))
    if content is None:
        return []
    handler = _Relations(posixpath.dirname(source))
    parse_xml(content, handler, PREFIXES)
    return handler.relations


def targets_by_id(parts: Parts, source: str) -> dict[str, str]:
    """The parts that a part refers to, by the id of the relationship. Raises Refused."""
    return {relation.id: relation.target for relation in relations(parts, source)}


class _Sheets(XmlHandler):
    """Collects the ids of the relationships of sheets, by the names of these (part 1, 18.2.20)."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.ids[attributes.get("name", "")] = attributes.get("r:id", "")


def sheet_parts(parts: Parts, workbook: str) -> dict[str, str]:
    """The part of each sheet by its name, empty for one that the package does not tell; of a
    package that need not be doubted. Raises Refused."""
    sheets = _Sheets()
    parse_xml(parts[workbook], sheets, PREFIXES)
    targets = targets_by_id(parts, workbook)
    return {name: targets.get(key, "") for name, key in sheets.ids.items()}


def related(parts: Parts, source: str, kind: str) -> list[str]:
    """The parts that a part refers to by a kind of relationship, where they exist."""
    targets = [relation.target for relation in relations(parts, source) if relation.kind == kind]
    return [target for target in targets if target in parts]


_CALLED = {"sharedStrings": "共享文字", "styles": "格式"}
"""Parts of which a workbook has one, as they are called in messages."""


def only_related(parts: Parts, source: str, kind: str) -> bytes | None:
    """The content of the one such part; None where there is none. Raises Refused for several:
    readers differ in which they take."""
    targets = set(related(parts, source, kind))
    if len(targets) > 1:
        raise Refused(codes.TWO_PARTS(part=_CALLED.get(kind, kind)))
    for target in targets:
        return parts[target]
    return None


CORE, CUSTOM = "core-properties", "custom-properties"
"""Kinds of properties."""


def properties_part(parts: Parts, kind: str) -> str | None:
    """The one part of properties of this kind; None where there is none, or several."""
    targets = set(related(parts, "", kind))
    return targets.pop() if len(targets) == 1 else None


def _properties(parts: Parts, kind: str) -> bytes | None:
    """The content of the one part of properties; None where there is none, or several."""
    part = properties_part(parts, kind)
    return None if part is None else parts[part]


def workbook_part(parts: Parts) -> str:
    """The workbook's part. Raises Refused when there is none, or more than one."""
    workbooks = set(related(parts, "", "officeDocument"))
    if len(workbooks) > 1:
        raise Refused(codes.TWO_WORKBOOKS())
    if not workbooks:
        raise Refused(codes.NO_WORKBOOK())
    return workbooks.pop()


def check_sheets(parts: Parts, listed: Iterable[tuple[str, str]]) -> None:
    """Names of sheets with their parts: each is there, once. Raises Refused."""
    names: set[str] = set()
    owners: dict[str, str] = {}
    for name, part in listed:
        if name in names:
            raise Refused(codes.TWO_SHEETS(sheet=name))
        names.add(name)
        if part not in parts:
            raise Refused(codes.MISSING_SHEET(sheet=name))
        owner = owners.setdefault(part, name)
        if owner != name:
            raise Refused(codes.TWO_OF_ONE_PART(first=owner, second=name))


class _ContentTypes(XmlHandler):
    """Collects the content types of the parts, and those of file extensions (part 2, 10.1.2)."""

    def __init__(self) -> None:
        self.of_part: dict[str, str] = {}
        self.of_extension: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if name == "types:Override":
            self.of_part[attributes.get("PartName", "").lstrip("/").lower()] = kind
        elif name == "types:Default":
            self.of_extension[attributes.get("Extension", "").lower()] = kind


def main_type(parts: Parts) -> str:
    """The content type, in lower case, of the part that a package is about; empty where it is not
    told. Raises Refused."""
    content = parts.get(TYPES)
    mains = [each.target for each in relations(parts, "") if each.kind == "officeDocument"]
    if content is None or not mains:
        return ""
    types = _ContentTypes()
    parse_xml(content, types, PREFIXES)
    extension = posixpath.splitext(mains[0])[1].removeprefix(".")
    return types.of_part.get(mains[0]) or types.of_extension.get(extension, "")


def check_types(parts: Parts) -> tuple[Finding, ...]:
    """Refuses a package whose list of types no program would read; a note where there is none.
    Raises Refused."""
    if TYPES not in parts:
        return (codes.NO_TYPES(),)
    parse_xml(parts[TYPES], XmlHandler(), {})
    return ()


def odd_parts(parts: Parts, read: Collection[str]) -> tuple[Finding, ...]:
    """A note for each XML part that is not well-formed or holds a DTD; not for those that are
    read, which are refused for it. A VML part need not be well-formed, as programs write it."""
    notes: list[Finding] = []
    for name, content in parts.items():
        if name in read or not name.endswith(_XML):
            continue
        try:
            parse_xml(content, XmlHandler(), {})
        except Refused as refused:
            if not name.endswith(".vml") or refused.finding.code == codes.R4.code:
                notes.append(codes.ODD_PART(name=name[:60]))
    return tuple(notes[:_MOST_NOTES])


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
        if name == "custom:property":
            self.current = attributes.get("name", "")

    def data(self, text: str) -> None:
        if self.current:
            self.properties[self.current] = self.properties.get(self.current, "") + text

    def end(self, name: str) -> None:
        if name == "custom:property":
            self.current = ""


def custom_properties(parts: Parts) -> dict[str, str]:
    """Custom document properties by name."""
    content = _properties(parts, CUSTOM)
    handler = _Properties()
    if content is None or not parse_optional(content, handler, PREFIXES):
        return {}
    return {key: _mended(value.strip()) for key, value in handler.properties.items()}


def _mended(text: str) -> str:
    """A text whose UTF-8 bytes were written as if each were a letter, as SheetJS does."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


class _Modified(XmlHandler):
    """Collects the text of `dcterms:modified`."""

    def __init__(self) -> None:
        self.text = ""
        self.inside = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.inside = name == "dcterms:modified"

    def data(self, text: str) -> None:
        if self.inside:
            self.text += text

    def end(self, _name: str) -> None:
        self.inside = False


def last_saved(parts: Parts) -> str:
    """`dcterms:modified` of the core properties, empty when it is not told."""
    content = _properties(parts, CORE)
    handler = _Modified()
    if content is None or not parse_optional(content, handler, PREFIXES):
        return ""
    return time_or_nothing(handler.text.strip())


def time_or_nothing(text: str) -> str:
    """The text if it is a date and time of ISO 8601, else nothing."""
    return text if _TIME.fullmatch(text) else ""
