"""Documents that are zips but no workbooks: told by members that only such a document has, at the
places where it has them, so that a zip of reports with a file of such a name is still unpacked.

Sources: GB/T 33190 (OFD), ECMA-388 (XPS), EPUB OCF 3.3, GB/T 20916 (UOF). What Apple's programs
write is not published; their documents' first object tells the program by its number.
"""

from __future__ import annotations

import re
from typing import Protocol


class Zipped(Protocol):
    """A file that may be a zip: the names in it (in lower case; none for anything else), and one of
    its members. Raises Refused."""

    @property
    def members(self) -> frozenset[str]:
        """The names."""

    def member(self, name: str) -> bytes:
        """The content of one."""


_TYPES = "[content_types].xml"
_MIME, _MANIFEST = "mimetype", "meta-inf/manifest.xml"


def _has(file: Zipped, *names: str) -> bool:
    """Whether all of these are there."""
    return file.members.issuperset(names)


def _has_any(file: Zipped, beginning: str, ending: str) -> bool:
    return any(name.startswith(beginning) and name.endswith(ending) for name in file.members)


def _says(file: Zipped, name: str, words: bytes) -> bool:
    """Whether a member is there and holds these words. Raises Refused."""
    return name in file.members and words in file.member(name)


def is_ofd(file: Zipped) -> bool:
    """OFD.xml names the documents, each in a folder with its Document.xml."""
    return "ofd.xml" in file.members and _has_any(file, "", "/document.xml")


def is_xps(file: Zipped) -> bool:
    """A package with the sequence of its fixed documents."""
    return _TYPES in file.members and _has_any(file, "", ".fdseq")


def is_opendocument(file: Zipped) -> bool:
    """Its first member says so (ODF part 2, 3.3), else the list of its members."""
    return _is_about(file, b"opendocument")


def is_openoffice(file: Zipped) -> bool:
    """What came before that."""
    return _is_about(file, b"vnd.sun.xml")


def _is_about(file: Zipped, words: bytes) -> bool:
    if "content.xml" not in file.members:
        return False
    return _says(file, _MIME, words) or _says(file, _MANIFEST, words)


def is_uof(file: Zipped) -> bool:
    """What the Chinese standard for office documents packs."""
    return _has(file, "uof.xml", "content.xml")


def is_book(file: Zipped) -> bool:
    """EPUB: the mimetype says so."""
    has_container = "meta-inf/container.xml" in file.members
    return has_container and _says(file, _MIME, b"application/epub+zip")


def is_mind_map(file: Zipped) -> bool:
    """XMind, in its format of today or before."""
    if _has(file, "content.json", "metadata.json", "manifest.json"):
        return True
    return "content.xml" in file.members and _says(file, _MANIFEST, b"xmind")


def is_program(file: Zipped) -> bool:
    """Java or Android."""
    if _has(file, "androidmanifest.xml", "classes.dex"):
        return True
    return "meta-inf/manifest.mf" in file.members and _has_any(file, "", ".class")


# --- Numbers, Pages and Keynote ---

_DOCUMENT = "index/document.iwa"
_FIRST_OBJECT = re.compile(rb"\x12.\x08(\x01|\x90\x4e)", re.DOTALL)
"""How an archive of objects begins, behind the headers of Snappy: the type of the first one, 10000
for a document of Pages, 1 for one of the others."""

_PAGES = b"\x90\x4e"
_BEGINNING = 64
_SLIDES = ("index/slide", "index/masterslide", "index/templateslide")
_ROOT_OF_2009 = 2_000
"""Bytes in which the root element of the format of 2009 begins."""


def is_keynote(file: Zipped) -> bool:
    """A presentation: it has slides."""
    if _folder_of_apple(file) == "key" or _has(file, "index.apxl", "buildversionhistory.plist"):
        return True
    is_document = _DOCUMENT in file.members
    return is_document and any(_has_any(file, slides, ".iwa") for slides in _SLIDES)


def is_pages(file: Zipped) -> bool:
    """A text."""
    if _folder_of_apple(file) == "pages" or _is_of_2009(file, b"<sl:document"):
        return True
    return _first_type(file) == _PAGES


def is_numbers(file: Zipped) -> bool:
    """A workbook of Numbers. Asked after the others."""
    if _folder_of_apple(file) == "numbers" or _is_of_2009(file, b"<ls:document"):
        return True
    return _first_type(file) not in (b"", _PAGES)


def is_of_apple(file: Zipped) -> bool:
    """One of them, whichever."""
    is_packed = _has(file, "index.zip", "metadata/buildversionhistory.plist")
    return _DOCUMENT in file.members or is_packed


def _folder_of_apple(file: Zipped) -> str:
    """A Mac shows some folders as files and zips them when they are sent: the ending of the one
    folder in which everything lies, where it is one of these; else empty."""
    tops = {name.split("/", 1)[0] for name in file.members} - {"__macosx"}
    if len(tops) != 1:
        return ""
    (top,) = tops
    is_document = not file.members.isdisjoint((f"{top}/index.zip", f"{top}/{_DOCUMENT}"))
    return top.rpartition(".")[2] if is_document else ""


def _is_of_2009(file: Zipped, root: bytes) -> bool:
    if not _has(file, "index.xml", "buildversionhistory.plist"):
        return False
    return root in file.member("index.xml")[:_ROOT_OF_2009]


def _first_type(file: Zipped) -> bytes:
    """The type of the first object of a document; empty where it cannot be told."""
    if _DOCUMENT not in file.members:
        return b""
    told = _FIRST_OBJECT.search(file.member(_DOCUMENT)[:_BEGINNING])
    return told[1] if told else b""
