"""What a file really is, by its content; extensions are never believed."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib import import_module
from typing import Protocol

from xlreport.findings import Finding
from xlreport.formats import codes, ole, opc, xlsx, zip_documents
from xlreport.formats.grid import Document
from xlreport.formats.guard import (
    Limits,
    Refused,
    check_limit,
    check_member,
    open_package,
    open_zip,
    part_name,
    read_member,
)
from xlreport.formats.raw import RawBook
from xlreport.text import quote


class Kind(StrEnum):
    """What can be opened, and the rest."""

    OOXML = "xlsx"
    XLSB = "xlsb"
    ODS = "ods"
    BIFF = "xls"
    LOCKED = "locked"
    ZIP = "zip"
    SEVEN_ZIP = "7z"
    RAR = "rar"
    FOREIGN = "foreign"


ARCHIVES = frozenset({Kind.ZIP, Kind.SEVEN_ZIP, Kind.RAR})


class Reader(Protocol):
    """What a format's module offers: all sheets of a workbook as raw cells. Raises Refused."""

    def __call__(self, data: bytes, limits: Limits) -> RawBook:
        """Reads the bytes of a file."""


class DocumentReader(Protocol):
    """What the module of a kind of document offers: its lines and tables. Raises Refused."""

    def __call__(self, data: bytes, limits: Limits) -> Document:
        """Reads the bytes of a file."""


class Content:
    """The bytes of a file as far as they tell its format."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits

    @cached_property
    def members(self) -> frozenset[str]:
        """The names in a zip, as `part_name` gives them; none for anything else. Raises Refused."""
        if not self.data.startswith(_ZIP):
            return frozenset()
        with open_zip(self.data) as archive:
            names = frozenset(part_name(name) for name in archive.namelist())
        check_limit(codes.PARTS, len(names), self.limits.parts)
        return names

    def has_folder(self, folder: str) -> bool:
        """Whether a zip has members in this folder (`xl/`)."""
        return any(name.startswith(folder) for name in self.members)

    @cached_property
    def main_type(self) -> str:
        """The content type of what an OOXML package is about; empty where it cannot be told."""
        try:
            return opc.main_type(self._head())
        except Refused:
            return ""

    def _head(self) -> dict[str, bytes]:
        """The two members of a package that tell what it is about. Raises Refused."""
        return {name: self.member(name) for name in _HEAD if name in self.members}

    def member(self, name: str) -> bytes:
        """The last member of a zip with this name. Raises Refused."""
        content = b""
        with open_zip(self.data) as archive:
            for info in archive.infolist():
                if part_name(info.filename) == name:
                    check_member(info, self.limits)
                    content = read_member(archive, info, self.limits.part)
        return content

    @cached_property
    def storage(self) -> ole.CompoundFile | None:
        """The directory of an OLE compound file; None for anything else."""
        return ole.opened(self.data)

    def has_stream(self, *names: str) -> bool:
        """Whether the root of an OLE compound file has one of these (in lower case): only the root
        tells the kind; a Word document may hold a workbook further down ([MS-CFB] 2.6.4)."""
        return self.storage is not None and any(name in self.storage.root for name in names)

    @cached_property
    def beginning(self) -> bytes:
        """The beginning in lower case, without a byte order mark and white space."""
        return self.data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A row of `FORMATS`: what it is called in Chinese, how its content is known, what somebody who
    sent it should do, and what reads it; None for what is no workbook. `explain` tells more of what
    is never read than the label does; `read_document` reads what may hold tables all the same."""

    kind: Kind
    label: str
    matches: Callable[[Content], bool]
    read: Reader | None = None
    suggestion: str = codes.RESEND
    explain: Callable[[Content], Finding] | None = None
    read_document: DocumentReader | None = None


# --- how a content is known ------------------------------------------------------------------

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
_RAR = b"Rar!\x1a\x07"
_HEAD = (opc.TYPES, "_rels/.rels")
_LETTER = re.compile(
    rb"(?:received|return-path|delivered-to|message-id|x-[a-z-]+|from|date|subject): ?\S"
)
"""How a message begins (RFC 5322), in lower case."""

_SHEETS, _BINARY_SHEETS = "spreadsheetml.", "ms-excel.sheet.binary"
"""What the content types of workbooks contain (ECMA-376 part 1, 12.3.23; [MS-XLSB] 2.1.7.61)."""

_OLD_BOOKS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
"""The first record, BOF, of BIFF2, BIFF3 and BIFF4, with its size."""

_MANIFEST = "meta-inf/manifest.xml"
_WHOLE_PAGE = re.compile(rb"<(?:!doctype html|html|head|meta|title|body)\b")
_PIECE_OF_A_PAGE = re.compile(
    rb"<(?:table|div|p|h[1-6]|center|font|span|style|script|link|section)\b"
)
"""How the source of a web page begins, in lower case; or a piece of one that was copied out."""


def _begins(*signatures: bytes) -> Callable[[Content], bool]:
    return lambda content: content.data.startswith(signatures)


def _streams(*names: str) -> Callable[[Content], bool]:
    return lambda content: content.has_stream(*names)


def _about(folder: str, kind: str) -> Callable[[Content], bool]:
    """An OOXML package about a part of this kind, or without a workbook and with parts in this
    folder."""

    def matches(content: Content) -> bool:
        if opc.TYPES not in content.members:
            return False
        if kind in content.main_type:
            return True
        return content.has_folder(folder) and not _is_xlsx(content)

    return matches


def _is_xlsx(content: Content) -> bool:
    """Some programs leave the content types out."""
    has_head = not content.members.isdisjoint(_HEAD)
    if not has_head:
        return False
    return content.has_folder("xl/") or _SHEETS in content.main_type


def _is_xlsb(content: Content) -> bool:
    if content.members.isdisjoint(_HEAD):
        return False
    return "xl/workbook.bin" in content.members or _BINARY_SHEETS in content.main_type


def _is_package(content: Content) -> bool:
    """A package whose workbook lies elsewhere, as its relationships say."""
    return content.members.issuperset(_HEAD)


def _is_ods(content: Content) -> bool:
    """Its first member says so (part 2, 3.3), else the list of its members."""
    if not zip_documents.is_opendocument(content):
        return False
    members = open_package(content.data, content.limits)
    says = members.get("mimetype") or members.get(_MANIFEST, b"")
    return b"opendocument.spreadsheet" in says


def _is_page(content: Content) -> bool:
    source = content.beginning
    if b"\0" in source:
        source = _without_zeros(content.data[:4096])
    is_xml = source.startswith(b"<?xml")
    if is_xml:
        source = source.partition(b"?>")[2]
    source = _without_comments(source)
    if _WHOLE_PAGE.match(source):
        return True
    return not is_xml and _PIECE_OF_A_PAGE.match(source) is not None


def _without_zeros(wide: bytes) -> bytes:
    """The letters of ASCII in a text in UTF-16, in lower case."""
    return bytes(letter for letter in wide if 0 < letter < 128).lower()


def _without_comments(source: bytes) -> bytes:
    """A page from its first tag on."""
    source = source.lstrip()
    while source.startswith(b"<!--"):
        source = source.partition(b"-->")[2].lstrip()
    return source


def _is_rights_managed(content: Content) -> bool:
    """Whether rights management locks an OLE file: in an old format by a stream of its own, in a
    new one by the kind of transform ([MS-OFFCRYPTO] 2.2.6)."""
    if content.storage is None:
        return False
    if content.has_stream("\x09drmcontent"):
        return True
    return any("drmencrypted" in name for name in _transforms(content.storage))


def _transforms(book: ole.CompoundFile) -> Iterator[str]:
    """How an encrypted package is encrypted: the names of the transforms, in lower case."""
    spaces = book.root.get("\x06dataspaces")
    if spaces is None:
        return
    for entry in book.children(spaces):
        if entry.name.lower() == "transforminfo":
            yield from (each.name.lower() for each in book.children(entry))


def _is_flat_ods(content: Content) -> bool:
    is_document = b"<office:document" in content.beginning
    return _is_xml(content) and is_document and b"opendocument" in content.beginning


def _is_recording(content: Content) -> bool:
    beginning = content.data[:12]
    return beginning.startswith((b"RIFF", b"ID3", b"OggS")) or beginning[4:8] == b"ftyp"


def _is_scrambled(content: Content) -> bool:
    """Bytes as even as those of a cipher: no kind of file that is told here."""
    sample = content.data[:_SAMPLE]
    if len(sample) < _LEAST_SAMPLE:
        return False
    shares = [count / len(sample) for count in Counter(sample).values()]
    bits = -sum(share * math.log2(share) for share in shares)
    return bits > _SCRAMBLED_BITS


def _is_message(content: Content) -> bool:
    if b"mime-version:" in content.beginning[:600]:
        return True
    return _LETTER.match(content.beginning) is not None


def _is_xml(content: Content) -> bool:
    return content.beginning.startswith(b"<")


def _is_xml_table(content: Content) -> bool:
    return _is_xml(content) and b"excel.sheet" in content.beginning


def _is_empty(content: Content) -> bool:
    return not content.data


_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of what Excel calls Unicode text."""


def _is_text(content: Content) -> bool:
    beginning = content.data[:4096]
    return b"\0" not in beginning or beginning.startswith(_UTF_16)


def _is_anything(_: Content) -> bool:
    return True


# --- the table -------------------------------------------------------------------------------

_TAKE_OUT = "是邮件的请把里面的报表另存出来，放进文件夹；是网页的另存时请选“网页，仅 HTML”"
_UNPACK = "请先解压，把里面的工作簿放进来"
_SEND_THE_WORKBOOK = "请报送填好的工作簿（.xlsx）；盖章件可以另外报送"
_OPEN_AND_SAVE = "能用 WPS 或 Excel 打开的，请另存为 .xlsx（加了密的先解密）后重新报送"
_SAVE_AS_DOCX = "请把数字填到县里发的模板里报送；里面是报表原样的，也可以用 WPS 打开，另存为“.docx”"
_EXPORT = "请在 Numbers 里导出为 Excel（.xlsx），再报送导出的文件"


def _reader(module: str) -> Reader:
    """The reader of a format that few files have: loaded with the first of them."""

    def read(data: bytes, limits: Limits) -> RawBook:
        reader: Reader = import_module(f"xlreport.formats.{module}").read
        return reader(data, limits)

    return read


def _document_reader(module: str) -> DocumentReader:
    """The same for documents."""

    def read(data: bytes, limits: Limits) -> Document:
        reader: DocumentReader = import_module(f"xlreport.formats.{module}").read
        return reader(data, limits)

    return read


def _document(
    label: str,
    matches: Callable[[Content], bool],
    module: str,
    suggestion: str = codes.FILL_IN,
) -> FileFormat:
    """A row of what is no workbook, and may hold tables that can be read."""
    reader = _document_reader(module)
    return FileFormat(Kind.FOREIGN, label, matches, suggestion=suggestion, read_document=reader)


def _foreign(
    label: str,
    matches: Callable[[Content], bool],
    suggestion: str = codes.FILL_IN,
    explain: Callable[[Content], Finding] | None = None,
) -> FileFormat:
    """A row of what is never read."""
    return FileFormat(Kind.FOREIGN, label, matches, suggestion=suggestion, explain=explain)


def _locked_by(name: str) -> Callable[[Content], Finding]:
    return lambda _: codes.LOCKED_BY_SOFTWARE(name=name)


def _with_attachments(content: Content) -> Finding:
    """What is attached to a saved message, by name."""
    names = _attachments(content.storage) if content.storage is not None else []
    if not names:
        return codes.EMPTY_MESSAGE()
    return codes.SAVED_MESSAGE(names="、".join(quote(name) for name in names[:_MOST_NAMES]))


def _attachments(message: ole.CompoundFile) -> list[str]:
    """The names of a message's attachments ([MS-OXMSG] 2.2.2), sorted: of each the long name, the
    short one, or what is shown."""
    names: list[str] = []
    for folder in message.root.values():
        if not folder.name.lower().startswith("__attach_version1.0_"):
            continue
        inside = {entry.name.lower(): entry for entry in message.children(folder)}
        streams = [inside[name] for name in _NAMES_OF_ATTACHMENTS if name in inside]
        if streams:
            names.append(_wide_text(message, streams[0]))
    return sorted(names)


def _wide_text(message: ole.CompoundFile, stream: ole.Entry) -> str:
    try:
        return message.content(stream).decode("utf-16-le", "replace").strip("\0")
    except ole.BrokenOle:
        return "?"


_NAMES_OF_ATTACHMENTS = tuple(f"__substg1.0_{tag}001f" for tag in ("3707", "3704", "3001"))
_MOST_NAMES = 5
_SAMPLE, _LEAST_SAMPLE = 16_384, 512
_SCRAMBLED_BITS = 7.2
"""Bits a byte: a text has below 6, a table of records below 5, 512 random bytes about 7.6."""

_ESAFENET = b"E-SafeNet"
"""Stands at the beginning of files that the software of 亿赛通 has encrypted."""

_XLS = "旧格式的 .xls 工作簿"
_LOCKED = "被加密软件加密的文件"
_NO_TABLE = "旧格式的办公文件，里面没有表格（或已损坏）"

FORMATS: tuple[FileFormat, ...] = (
    # zip
    _document("Word 文档（.docx）", _about("word/", "wordprocessingml."), "docx"),
    _foreign("演示文稿（.pptx）", _about("ppt/", "presentationml.")),
    FileFormat(Kind.XLSB, "xlsb 工作簿", _is_xlsb, _reader("xlsb")),
    FileFormat(Kind.OOXML, "xlsx 工作簿", _is_xlsx, xlsx.read),
    _foreign("Visio 图（.vsdx）", _about("visio/", "ms-visio.")),
    _foreign("OFD 版式文件", zip_documents.is_ofd, _SEND_THE_WORKBOOK),
    _foreign("XPS 版式文件", zip_documents.is_xps),
    FileFormat(Kind.OOXML, "xlsx 工作簿", _is_package, xlsx.read),
    FileFormat(Kind.ODS, "OpenDocument 工作簿", _is_ods, _reader("ods")),
    _foreign("OpenDocument 文件，但不是工作簿", zip_documents.is_opendocument),
    _foreign("很旧的 OpenOffice 文件（1.0）", zip_documents.is_openoffice, _OPEN_AND_SAVE),
    _foreign("标文通（UOF）文件", zip_documents.is_uof, _OPEN_AND_SAVE),
    _foreign("苹果 Keynote 演示文稿", zip_documents.is_keynote),
    _foreign("苹果 Pages 文档", zip_documents.is_pages),
    _foreign("苹果 Numbers 表格", zip_documents.is_numbers, _EXPORT),
    _foreign("苹果 Numbers 或 Pages 文件", zip_documents.is_of_apple, _EXPORT),
    _foreign("电子书（.epub）", zip_documents.is_book),
    _foreign("思维导图（.xmind）", zip_documents.is_mind_map),
    _foreign("程序文件（.jar 或 .apk）", zip_documents.is_program),
    FileFormat(Kind.ZIP, "ZIP 压缩包", _begins(*_ZIP), suggestion=_UNPACK),
    # OLE compound files
    _foreign(
        "设了权限管理的文件",
        _is_rights_managed,
        explain=lambda _: codes.RIGHTS_MANAGED(),
    ),
    FileFormat(
        Kind.LOCKED,
        "加了打开密码的文件",
        _streams("encryptedpackage"),
        suggestion=codes.FILL_IN,
    ),
    _foreign(
        "邮件（.msg）", _streams("__properties_version1.0"), _TAKE_OUT, explain=_with_attachments
    ),
    FileFormat(Kind.BIFF, _XLS, _streams("workbook", "book"), _reader("xls")),
    _document("Word 文档（.doc）", _streams("worddocument"), "doc"),
    _foreign("演示文稿（.ppt）", _streams("powerpoint document")),
    _foreign("Visio 图（.vsd）", _streams("visiodocument")),
    _foreign(_NO_TABLE, _begins(ole.SIGNATURE), codes.RESEND),
    # what is neither
    FileFormat(Kind.BIFF, _XLS, _begins(b"\x09\x08"), _reader("xls")),
    _foreign("很旧的 Excel 工作簿（4.0 及以前）", _begins(*_OLD_BOOKS), codes.RESEND),
    _foreign("SYLK 表格（.slk）", _begins(b"ID;P"), codes.RESEND),
    _foreign("OpenDocument 单文件表格（.fods）", _is_flat_ods, codes.RESEND),
    _foreign(_LOCKED, lambda content: _ESAFENET in content.data[:64], explain=_locked_by("亿赛通")),
    _foreign(_LOCKED, _begins(b"%TSD-Header-###%"), explain=_locked_by("天锐绿盾")),
    FileFormat(Kind.SEVEN_ZIP, "7z 压缩包", _begins(_SEVEN_ZIP), suggestion=_UNPACK),
    FileFormat(Kind.RAR, "RAR 压缩包", _begins(_RAR), suggestion=_UNPACK),
    _foreign("空文件（0 字节）", _is_empty),
    _foreign("PDF 文件", _begins(b"%PDF")),
    _foreign("图片", _begins(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")),
    _foreign("gzip 压缩包", _begins(b"\x1f\x8b"), _UNPACK),
    _foreign("bzip2 或 xz 压缩包", _begins(b"BZh", b"\xfd7zXZ\0"), _UNPACK),
    _foreign("音频或视频", _is_recording),
    _foreign("程序文件", _begins(b"MZ")),
    _foreign("RTF 文档", _begins(b"{\\rtf"), _SAVE_AS_DOCX),
    _document("网页（HTML）文件", _is_page, "html"),
    _document("网页归档或邮件文件", _is_message, "page_archive", _TAKE_OUT),
    _foreign("XML 表格（2003 格式）", _is_xml_table, codes.RESEND),
    _foreign("XML 文件", _is_xml),
    _document("文本文件（如 CSV）", _is_text, "plain_text"),
    _foreign("像是加密的文件", _is_scrambled, explain=lambda _: codes.LOOKS_LOCKED()),
    _foreign("无法识别的文件", _is_anything, _OPEN_AND_SAVE),
)
"""Every format, the first that matches holds. A new one is a row here; a workbook's names its
reader."""


def format_of(data: bytes, limits: Limits) -> FileFormat:
    """The format of a file's content. Raises Refused for a zip that cannot be read."""
    content = Content(data, limits)
    return next(each for each in FORMATS if each.matches(content))


def begins_an_archive(beginning: bytes) -> bool:
    """Whether these first bytes of a file are those of a zip, 7z or RAR."""
    return beginning.startswith((*_ZIP, _SEVEN_ZIP, _RAR))


def is_a(label: str) -> str:
    """`是` and a kind in Chinese, with a space before Latin letters."""
    space = " " if label[:1].isascii() else ""
    return f"是{space}{label}"


def not_a_workbook(found: FileFormat, data: bytes, limits: Limits) -> Refused:
    """The refusal of a file that is no workbook."""
    if found.explain is not None:
        return Refused(found.explain(Content(data, limits)))
    what = is_a(found.label)
    return Refused(codes.NOT_A_WORKBOOK(what=what, suggestion=found.suggestion))
