"""Every hostile and unlucky input with its expected outcome: the tests run this table, and the page
docs/files.zh-CN.md is written from it."""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import socket
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from formats.packages import OFFICE, zipped
from formats.packages import RELATIONS as OFFICE_KINDS
from formats.word import word, word_parts
from hostile.scene import FILES, NUMBER, REQUESTS, Scene
from support.cells import part, put, rewrite
from support.rar_files import Stored, locked_rar5, rar4, rar5
from support.xlsb import as_xlsb
from xlreport import Unit, write_workbook
from xlreport.formats.open import open_book

WORD_97 = FILES.parents[1] / "formats" / "files" / "丁卯乡.doc"
REAL = FILES.parents[1] / "real" / "files"
ACCEPTED, RETURNED, REJECTED, IGNORED = "accepted", "returned", "rejected", "ignored"
DUPLICATE, SUPERSEDED = "duplicate", "superseded"


@dataclass(frozen=True)
class Case:
    """One input: what it is, how it is made, and the outcome and codes of each of its files.

    `codes` are all the codes of the findings, without those of the good workbook. `value` is the
    number read from the cell NUMBER, where it is not the base's. One that is `slow` is only merged with
    all the others.
    """

    group: str
    what: str
    build: Callable[[Scene], object]
    outcomes: dict[str, str]
    codes: frozenset[str]
    value: str | None = None
    posix: bool = False
    slow: bool = False

    @property
    def name(self) -> str:
        return f"{self.group}·{self.what}"


CASES: list[Case] = []


def one(
    group: str,
    what: str,
    make: Callable[[Scene], bytes],
    outcome: str,
    codes: str = "",
    name: str = "甲子镇.xlsx",
    value: str | None = None,
    slow: bool = False,
) -> None:
    """A case that is one regular file."""
    CASES.append(
        Case(
            group,
            what,
            lambda s: s.write(name, make(s)),
            {name: outcome},
            frozenset(codes.split()),
            value,
            slow=slow,
        )
    )


def _beginning(share: int) -> Callable[[Scene], bytes]:
    """The first so many per cent of the book."""
    return lambda scene: scene.book[: len(scene.book) * share // 100]


def _flipped(share: int) -> Callable[[Scene], bytes]:
    """The book with one byte wrong, after so many per cent."""
    return lambda scene: _flip(scene, share / 100)


def _number(kind: str, text: str) -> Callable[[Scene], bytes]:
    """The book with this in the cell NUMBER."""
    return lambda scene: scene.number(kind, text)


def several(
    group: str,
    what: str,
    build: Callable[[Scene], object],
    outcomes: dict[str, str],
    codes: str = "",
    posix: bool = False,
) -> None:
    CASES.append(Case(group, what, build, outcomes, frozenset(codes.split()), posix=posix))


# --- formats ------------------------------------------------------------------------------------

FORMATS = "各种格式"


def _strict(s: Scene) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    changed: dict[str, bytes | None] = {}
    with zipfile.ZipFile(io.BytesIO(s.book)) as archive:
        for name in archive.namelist():
            changed[name] = archive.read(name).replace(
                space.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main"
            )
    return rewrite(s.book, changed)


def _prefixed(s: Scene) -> bytes:
    name = s.sheet(REQUESTS)
    xml = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", part(s.book, name)).replace("<?x:xml", "<?xml")
    return rewrite(s.book, {name: xml.replace("xmlns=", "xmlns:x=", 1).encode()})


def _back_slashes(s: Scene) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(s.book)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name)
            info.filename = name.replace("/", "\\")
            new.writestr(info, old.read(name))
    return target.getvalue()


one(FORMATS, "正常的 .xlsx", lambda s: s.book, ACCEPTED)
one(FORMATS, ".xlsx 改名为 .xls", lambda s: s.book, ACCEPTED, name="甲子镇.xls")
one(FORMATS, ".xlsx 改名为 .et", lambda s: s.book, ACCEPTED, name="甲子镇.et")
one(FORMATS, ".xlsx 没有扩展名", lambda s: s.book, ACCEPTED, name="甲子镇")
one(
    FORMATS,
    "带宏的 .xlsm",
    lambda s: rewrite(s.book, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
    ACCEPTED,
    "R23",
    name="甲子镇.xlsm",
)
one(
    FORMATS,
    "旧格式 .xls",
    lambda s: (FILES / "甲子镇.xls").read_bytes(),
    ACCEPTED,
    "R24",
    name="甲子镇.xls",
)
one(FORMATS, ".xls 改名为 .xlsx", lambda s: (FILES / "甲子镇.xls").read_bytes(), ACCEPTED, "R24")
one(
    FORMATS,
    "旧格式 .et",
    lambda s: (FILES / "甲子镇.xls").read_bytes(),
    ACCEPTED,
    "R24",
    name="甲子镇.et",
)
one(
    FORMATS,
    "OpenDocument .ods",
    lambda s: (FILES / "甲子镇.ods").read_bytes(),
    ACCEPTED,
    "R24",
    name="甲子镇.ods",
)
one(
    FORMATS,
    "二进制 .xlsb",
    lambda s: as_xlsb(open_book(s.book)),
    ACCEPTED,
    "R24",
    name="甲子镇.xlsb",
)
one(FORMATS, "用 openpyxl 等程序另存过，公式没有结果", Scene.saved_by_openpyxl, ACCEPTED)
one(FORMATS, "ISO 严格格式（Strict OOXML）", _strict, ACCEPTED)
one(FORMATS, "XML 标签带前缀", _prefixed, ACCEPTED)
one(FORMATS, "压缩包里用反斜杠分隔文件夹", _back_slashes, ACCEPTED)
one(FORMATS, "不压缩地重新打包", lambda s: _stored(s.book), ACCEPTED)
one(FORMATS, "没有样式部件", lambda s: rewrite(s.book, {"xl/styles.xml": None}), ACCEPTED)
one(FORMATS, "文件尾部多出几个字节（邮件网关所加）", lambda s: s.book + b"\r\n\r\n", ACCEPTED)


def _real(name: str) -> Callable[[Scene], bytes]:
    """A file of the cases that real programs have left."""
    return lambda _: (REAL / name).read_bytes()


def _renamed_stream(s: Scene) -> bytes:
    """Names of streams are compared without case."""
    usual, other = (name.encode("utf-16-le") for name in ("Workbook", "WORKBOOK"))
    return (FILES / "甲子镇.xls").read_bytes().replace(usual, other)


def _styled(s: Scene) -> bytes:
    cells = "".join(f'<c r="{column}{{0}}" s="3"/>' for column in "ABCDEFGHIJKL")
    rows = "".join(f'<row r="{i}" s="3">{cells.format(i)}</row>' for i in range(100, 180_100))
    return s.xml(s.sheet(), "</sheetData>", f"{rows}</sheetData>")


one(
    FORMATS,
    "旧格式 .xls，内部的名称写成 WORKBOOK",
    _renamed_stream,
    ACCEPTED,
    "R24",
    name="甲子镇.xls",
)
one(FORMATS, "有十八万行只设了格式、没有内容", _styled, ACCEPTED, slow=True)
one(
    FORMATS,
    "没有用到的部件写法有误",
    lambda s: rewrite(s.book, {"docProps/app.xml": b"<a>"}),
    ACCEPTED,
    "R31",
)
one(
    FORMATS,
    "加了打开密码，没有给密码",
    lambda s: (FILES / "加密.xlsx").read_bytes(),
    REJECTED,
    "R20",
)


def _stored(data: bytes) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return target.getvalue()


# --- not a report -------------------------------------------------------------------------------

FOREIGN = "不是报表的文件"


def _other_workbook(_: Scene) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "通讯录"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _docx(s: Scene) -> bytes:
    return s.raw_zip(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))


one(
    FOREIGN,
    "网页（HTML）改名为 .xls",
    lambda s: b"<html><table><tr><td>1",
    REJECTED,
    "R1",
    name="甲.xls",
)
one(
    FOREIGN,
    "CSV 改名为 .xls",
    lambda s: "单位,数\n甲,1\n".encode("gbk"),
    REJECTED,
    "R1",
    name="甲.xls",
)
one(
    FOREIGN,
    "XML 表格（2003 格式）",
    lambda s: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
    REJECTED,
    "R1",
    name="甲.xls",
)
one(FOREIGN, "Word 文档", _docx, REJECTED, "R1", name="情况说明.docx")
one(
    FOREIGN,
    "Word 文档（.doc），里面嵌着 Excel 表格",
    _real("word-with-an-excel-table.doc"),
    REJECTED,
    "R1",
    name="甲.doc",
)
one(
    FOREIGN,
    "Outlook 邮件（.msg），附件是报表",
    _real("outlook-message-with-an-xls.msg"),
    REJECTED,
    "R1",
    name="甲.msg",
)
one(FOREIGN, "OFD 版式文件", _real("盖章件.ofd"), REJECTED, "R1", name="盖章件.ofd")
one(
    FOREIGN,
    "OpenDocument 单文件表格（.fods）",
    lambda s: gzip.decompress((REAL / "flat-ods.fods.gz").read_bytes()),
    REJECTED,
    "R1",
    name="甲.fods",
)
one(FOREIGN, "SYLK 表格（.slk）", lambda s: b"ID;PWXL;N;E\r\n", REJECTED, "R1", name="甲.slk")
one(
    FOREIGN,
    "Excel 4.0 及以前的工作簿",
    lambda s: b"\x09\x02\x06\x00\0\0\x10\0\0\0",
    REJECTED,
    "R1",
    name="甲.xls",
)
one(
    FOREIGN,
    "被加密软件（亿赛通）加密的工作簿",
    _real("esafenet-encrypted.xlsx"),
    REJECTED,
    "R30",
    name="甲.xlsx",
)
one(
    FOREIGN,
    "内容认不出来，像是被加密软件加密的工作簿",
    lambda s: random.Random(1).randbytes(5000),
    REJECTED,
    "R30",
    name="甲.xlsx",
)
one(
    FOREIGN,
    "限制了访问、只有本单位能打开的工作簿",
    _real("rights-managed.xlsx"),
    REJECTED,
    "R30",
    name="甲.xlsx",
)
one(FOREIGN, "PDF 文件", lambda s: b"%PDF-1.7\n", REJECTED, "R1", name="扫描件.pdf")
one(FOREIGN, "图片", lambda s: b"\x89PNG\r\n\x1a\n", REJECTED, "R1", name="照片.png")
one(FOREIGN, "空文件（0 字节）", lambda s: b"", REJECTED, "R1")
one(FOREIGN, "与报表无关的工作簿", _other_workbook, REJECTED, "F2", name="通讯录.xlsx")
one(
    FOREIGN,
    "WPS、Excel 的锁文件（~$ 开头）",
    lambda s: b"\x05zhang",
    IGNORED,
    "F12",
    name="~$甲子镇.xlsx",
)
one(FOREIGN, "系统文件 Thumbs.db", lambda s: b"x", IGNORED, "F12", name="Thumbs.db")
one(FOREIGN, "苹果系统的 .DS_Store", lambda s: b"x", IGNORED, "F12", name="子文件夹/.DS_Store")

# --- names and places ---------------------------------------------------------------------------

PLACES = "文件名和位置"


def _fifo(s: Scene) -> None:
    os.mkfifo(s.folder / "管道.xlsx")


def _loop(s: Scene) -> None:
    (s.folder / "圈").symlink_to(s.folder, target_is_directory=True)


def _link(s: Scene) -> None:
    target = s.folder.parent / f"{s.folder.name}-别处.xlsx"
    target.write_bytes(s.book)
    (s.folder / "甲子镇.xlsx").symlink_to(target)


def _socket(s: Scene) -> None:
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(s.folder)
        try:
            made.bind("s.xlsx")
        finally:
            os.chdir(here)


def _unreadable_file(s: Scene) -> None:
    s.write("甲子镇.xlsx", s.book).chmod(0)


def _unreadable_folder(s: Scene) -> None:
    s.write("锁着/甲子镇.xlsx", s.book).parent.chmod(0)


several(
    PLACES,
    "在子文件夹里",
    lambda s: s.write("一/二/甲子镇.xlsx", s.book),
    {"一/二/甲子镇.xlsx": ACCEPTED},
)
several(
    PLACES,
    "文件夹名为 x.xlsx，里面有报表",
    lambda s: s.write("x.xlsx/甲.xlsx", s.book),
    {"x.xlsx/甲.xlsx": ACCEPTED},
)
several(PLACES, "指向文件的链接", _link, {"甲子镇.xlsx": REJECTED}, "R6", posix=True)
several(PLACES, "指向文件夹的链接（绕成圈）", _loop, {"圈": REJECTED}, "R6", posix=True)
several(PLACES, "管道（FIFO）", _fifo, {"管道.xlsx": REJECTED}, "R6", posix=True)
several(PLACES, "套接字", _socket, {"s.xlsx": REJECTED}, "R6", posix=True)
several(PLACES, "没有读取权限的文件", _unreadable_file, {"甲子镇.xlsx": REJECTED}, "R6", posix=True)
several(PLACES, "没有读取权限的文件夹", _unreadable_folder, {"锁着": REJECTED}, "R6", posix=True)
several(
    PLACES,
    "文件名是 GBK 字节",
    lambda s: s.write("甲子镇.xlsx".encode("gbk").decode("utf-8", "surrogateescape"), s.book),
    {"甲子镇.xlsx".encode("gbk").decode("utf-8", "surrogateescape"): ACCEPTED},
    posix=True,
)
several(
    PLACES,
    "文件名里有控制字符和倒写字符",
    lambda s: s.write("甲\x1b[2J\n\u202eslx.xlsx", s.book),
    {"甲\x1b[2J\n\u202eslx.xlsx": ACCEPTED},
    posix=True,
)
several(PLACES, "文件名像公式", lambda s: s.write("=1+1.xlsx", s.book), {"=1+1.xlsx": ACCEPTED})
several(
    PLACES,
    "文件名很长",
    lambda s: s.write("甲" * 80 + ".xlsx", s.book),
    {"甲" * 80 + ".xlsx": ACCEPTED},
)

# --- damaged and hostile ------------------------------------------------------------------------

BROKEN = "损坏的文件"


def _wrong_crc(s: Scene) -> bytes:
    data = _stored(s.book)
    name = s.sheet()
    old = part(s.book, name).encode()
    new = old.replace(b'<c r="B10"', b'<c r="B11"', 1)
    assert new != old
    return data.replace(old, new)


def _twice(s: Scene) -> bytes:
    target = io.BytesIO(s.book)
    import warnings

    with zipfile.ZipFile(target, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(s.sheet(), part(s.book, s.sheet()).replace("<v>135</v>", "<v>999</v>"))
    return target.getvalue()


def _flip(s: Scene, at: float) -> bytes:
    data = bytearray(s.book)
    data[int(len(data) * at)] ^= 0x10
    return bytes(data)


for share in (2, 25, 50, 75, 99):
    one(
        BROKEN,
        f"只收到前 {share}%",
        _beginning(share),
        REJECTED,
        "R2",
    )
for share in (10, 40, 70):
    one(
        BROKEN,
        f"传输中坏了一个字节（{share}% 处）",
        _flipped(share),
        REJECTED,
        "R2",
    )
one(BROKEN, "部件的校验码不符", _wrong_crc, REJECTED, "R2")
one(BROKEN, "压缩包里同一部件出现两次", _twice, REJECTED, "R2")
one(BROKEN, "XML 不完整", lambda s: s.xml("xl/workbook.xml", "</sheets>", ""), REJECTED, "R2")
one(
    BROKEN,
    "XML 里有错误的 UTF-8 字节",
    lambda s: rewrite(
        s.book,
        {
            "xl/sharedStrings.xml": part(s.book, "xl/sharedStrings.xml")
            .encode()
            .replace("填".encode(), b"\xe5\xa1")
        },
    ),
    REJECTED,
    "R2",
)
one(BROKEN, "缺少工作表部件", lambda s: rewrite(s.book, {s.sheet(): None}), REJECTED, "R2")
one(
    BROKEN,
    "缺少共享文字部件",
    lambda s: rewrite(s.book, {"xl/sharedStrings.xml": None}),
    REJECTED,
    "R2",
)
one(
    BROKEN,
    "文字的序号越界",
    lambda s: s.xml(s.sheet(), 't="s"><v>', 't="s"><v>99999'),
    REJECTED,
    "R2",
)
one(BROKEN, "格子写在表格数据以外", lambda s: _tag_dropped(s, "sheetData"), REJECTED, "R2")
one(BROKEN, "两个工作簿部件", lambda s: _two_books(s), REJECTED, "R2")
one(
    BROKEN,
    "旧格式 .xls 被截断",
    lambda s: (FILES / "甲子镇.xls").read_bytes()[:60_000],
    REJECTED,
    "R1",
    name="甲子镇.xls",
)


def _tag_dropped(s: Scene, name: str) -> bytes:
    """What is in an element stays, the element does not."""
    return rewrite(
        s.book, {s.sheet(): re.sub(rf"</?{name}>", "", part(s.book, s.sheet())).encode()}
    )


def _two_books(s: Scene) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    rels = part(s.book, "_rels/.rels").replace(
        "</Relationships>",
        f'<Relationship Id="rId77" Type="{kind}" Target="xl/other.xml"/></Relationships>',
    )
    return rewrite(
        s.book,
        {"_rels/.rels": rels.encode(), "xl/other.xml": part(s.book, "xl/workbook.xml").encode()},
    )


HOSTILE = "恶意或异常的文件"
_DTD = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def _dtd(s: Scene, head: str, encoding: str = "utf-8") -> bytes:
    xml = part(s.book, s.sheet()).split("?>", 1)[1]
    return rewrite(
        s.book,
        {s.sheet(): (head.replace("?>", f' encoding="{encoding}"?>', 1) + xml).encode(encoding)},
    )


def _overlapping(s: Scene) -> bytes:
    """A second directory entry for the same bytes, under another name."""
    data = bytearray(
        s.raw_zip(
            ("[Content_Types].xml", b"<Types/>"), ("xl/a.xml", b"<a/>"), ("xl/b.xml", b"<a/>")
        )
    )
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    third = data.find(b"PK\x01\x02", second + 4)
    (offset,) = struct.unpack_from("<I", data, second + 42)
    struct.pack_into("<I", data, third + 42, offset)
    return bytes(data)


def _second_strings(scene: Scene) -> bytes:
    """Two relationships to texts, each with another id."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = f'<Relationship Id="rIdX" Type="{kind}" Target="second.xml"/></Relationships>'
    changed = scene.xml("xl/_rels/workbook.xml.rels", "</Relationships>", relation)
    return rewrite(changed, {"xl/second.xml": part(changed, "xl/sharedStrings.xml").encode()})


def _commented(s: Scene) -> bytes:
    """A whole archive in the comment of another."""
    target = io.BytesIO(s.book)
    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = s.raw_zip(("甲.xlsx", b"x"))
    return target.getvalue()


def _rows(s: Scene, rows: int) -> bytes:
    body = "<sheetData>" + "".join(
        f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(1, rows + 1)
    )
    xml = re.sub(
        r"<sheetData>.*</sheetData>",
        lambda _: body + "</sheetData>",
        part(s.book, s.sheet()),
        flags=re.DOTALL,
    )
    return rewrite(s.book, {s.sheet(): xml.encode()})


def _many_sheets(s: Scene, count: int) -> bytes:
    """Further sheets, each with a part of its own."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    numbers = range(100, 100 + count)
    sheets = "".join(f'<sheet name="多{i}" sheetId="{i}" r:id="many{i}"/>' for i in numbers)
    relations = "".join(
        f'<Relationship Id="many{i}" Type="{kind}" Target="worksheets/many{i}.xml"/>'
        for i in numbers
    )
    book, rels = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    content = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>"""
    changes: dict[str, bytes | None] = {f"xl/worksheets/many{i}.xml": content for i in numbers}
    changes[book] = part(s.book, book).replace("</sheets>", sheets + "</sheets>").encode()
    end = "</Relationships>"
    changes[rels] = part(s.book, rels).replace(end, relations + end).encode()
    return rewrite(s.book, changes)


def _sheets_of_one_part(s: Scene) -> bytes:
    sheets = "".join(f'<sheet name="多{i}" sheetId="{i + 100}" r:id="rId1"/>' for i in range(5000))
    return s.xml("xl/workbook.xml", "</sheets>", sheets + "</sheets>")


def _merges(s: Scene) -> bytes:
    merges = "".join(f'<mergeCell ref="Z{i}:AA{i}"/>' for i in range(100, 100_100))
    return s.xml(s.sheet(), "</mergeCells>", merges + "</mergeCells>")


def _deep(s: Scene) -> bytes:
    return s.xml(s.sheet(), "</sheetData>", "</sheetData>" + "<x>" * 100_000 + "</x>" * 100_000)


def _link_part(s: Scene, inside: str) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"
    rels = part(s.book, "xl/_rels/workbook.xml.rels").replace(
        "</Relationships>",
        f'<Relationship Id="rId88" Type="{kind}" Target="externalLinks/e1.xml"/></Relationships>',
    )
    body = f'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{inside}</externalLink>'
    return rewrite(
        s.book,
        {"xl/_rels/workbook.xml.rels": rels.encode(), "xl/externalLinks/e1.xml": body.encode()},
    )


one(
    HOSTILE,
    "压缩炸弹",
    lambda s: rewrite(s.book, {"xl/media/image1.bin": b"\0" * 60_000_000}),
    REJECTED,
    "R3",
)
one(
    HOSTILE,
    "一段很长的文字（压缩炸弹）",
    lambda s: s.xml("xl/sharedStrings.xml", "</sst>", f"<si><t>{'a' * 50_000_000}</t></si></sst>"),
    REJECTED,
    "R3",
)
one(HOSTILE, "部件互相重叠", _overlapping, REJECTED, "R2")
one(HOSTILE, "实体展开（DTD）", lambda s: _dtd(s, _DTD), REJECTED, "R4")
one(HOSTILE, "外部实体（XXE）", lambda s: _dtd(s, _XXE), REJECTED, "R4")
one(HOSTILE, "UTF-16 写的 DTD", lambda s: _dtd(s, _DTD, "utf-16"), REJECTED, "R4")
one(
    HOSTILE,
    "格子属于别的命名空间",
    lambda s: s.xml(s.sheet(), '<c r="B10"', '<z:c xmlns:z="urn:z" r="B10"/><c r="B10"'),
    REJECTED,
    "R4",
)
one(
    HOSTILE,
    "工作表有两个编号属性",
    lambda s: s.xml("xl/workbook.xml", 'r:id="rId3"', 'r:id="rId3" id="rId4"'),
    REJECTED,
    "R4",
)
one(
    HOSTILE,
    "部件之间的关系编号重复",
    lambda s: s.xml("xl/_rels/workbook.xml.rels", 'Id="rId4"', 'Id="rId3"'),
    REJECTED,
    "R2",
)
one(
    HOSTILE,
    "部件清单里有 DTD",
    lambda s: s.xml("[Content_Types].xml", "<Types", "<!DOCTYPE x><Types"),
    REJECTED,
    "R4",
)
one(
    HOSTILE,
    "注释里藏着第二个压缩目录",
    lambda s: _commented(s),
    REJECTED,
    "R2",
)
one(HOSTILE, "两个工作簿前后接在一起", lambda s: s.book + s.book, REJECTED, "R2")
one(
    HOSTILE,
    "两张工作表指向同一段内容",
    lambda s: s.xml("xl/workbook.xml", 'r:id="rId4"', 'r:id="rId3"'),
    REJECTED,
    "R2",
)
one(
    HOSTILE,
    "第二份共享文字",
    lambda s: _second_strings(s),
    REJECTED,
    "R2",
)
one(
    HOSTILE,
    "文档属性写法有误",
    lambda s: rewrite(s.book, {"docProps/core.xml": b"<broken>"}),
    ACCEPTED,
    "R31",
)
one(HOSTILE, "两百多万行数据", lambda s: _rows(s, 1_000_001), REJECTED, "R3", slow=True)
one(HOSTILE, "一千九百张工作表", lambda s: _many_sheets(s, 1900), ACCEPTED, "R5")
one(HOSTILE, "五千张工作表", lambda s: _many_sheets(s, 5000), REJECTED, "R3")
one(HOSTILE, "五千张工作表共用一段内容", _sheets_of_one_part, REJECTED, "R2")
one(HOSTILE, "十万个合并单元格", _merges, ACCEPTED, "R5")
one(HOSTILE, "嵌套十万层的 XML", _deep, ACCEPTED)
one(
    HOSTILE,
    "XFD1048576 格里有内容",
    lambda s: put(s.book, NUMBER[0], "XFD1048576", "number", "5"),
    ACCEPTED,
    "R5",
)
one(
    HOSTILE,
    "谎报的表格范围",
    lambda s: s.xml(s.sheet(), "<dimension ref=", '<dimension ref="A1:XFD1048576" x='),
    ACCEPTED,
)
one(
    HOSTILE,
    "不存在的格子 ZZZ99999999",
    lambda s: s.xml(s.sheet(), 'r="A1"', 'r="ZZZ99999999"'),
    REJECTED,
    "R2",
)
one(
    HOSTILE,
    "指向其他文件的链接",
    lambda s: _link_part(s, '<externalBook xmlns:r="r" r:id="rId1"/>'),
    ACCEPTED,
    "R21",
)
one(
    HOSTILE,
    "DDE 链接",
    lambda s: _link_part(s, '<ddeLink ddeService="cmd" ddeTopic="/c calc"/>'),
    ACCEPTED,
    "R21",
)
one(
    HOSTILE,
    "填数的格子里是网络公式",
    lambda s: s.number("formula", 'WEBSERVICE("http://127.0.0.1:9/") => 135'),
    ACCEPTED,
    "R10",
)
one(
    HOSTILE,
    "同名工作表出现两次",
    lambda s: s.xml("xl/workbook.xml", 'name="校验"', 'name="封面"'),
    REJECTED,
    "R2",
)
one(
    HOSTILE,
    "同一格在文件里出现两次",
    lambda s: s.xml(s.sheet(), '<c r="B10"', '<c r="B10"><v>999</v></c><c r="B10"'),
    RETURNED,
    "R15",
)
one(
    HOSTILE,
    "一格里有两个数",
    lambda s: s.xml(s.sheet(), "<v>135</v>", "<v>135</v><v>999</v>"),
    RETURNED,
    "R15",
)
one(
    HOSTILE,
    "一格里的数包在别的标签里",
    lambda s: s.xml(s.sheet(), "<v>135</v>", "<x><v>135</v></x>"),
    RETURNED,
    "A6 R15",
)
one(
    HOSTILE,
    "格子写的行号与所在的行不符",
    lambda s: s.xml(s.sheet(), '<row r="10"', '<row r="110"'),
    RETURNED,
    "R15",
)
one(
    HOSTILE,
    "一个名称指向两格",
    lambda s: s.xml(
        "xl/workbook.xml",
        "</definedNames>",
        f"<definedName name=\"disclosure.licences.decisions\">'{NUMBER[0]}'!$B$14</definedName></definedNames>",
    ),
    RETURNED,
    "R15",
)

# --- hostile pages, documents and texts -------------------------------------------------------

DOCUMENTS = "恶意或异常的网页和文档"
_NOWHERE = "http://127.0.0.1:9/"


def _page(source: Callable[[], str]) -> Callable[[Scene], bytes]:
    return lambda _: f"<html><meta charset=utf-8>{source()}".encode()


def _word(body: str, **more: str) -> Callable[[Scene], bytes]:
    return lambda _: word(body, **more)


def _word_from_outside(_: Scene) -> bytes:
    """A document that wants a part, a picture and a template from the net."""
    kinds = ("aFChunk", "image", "attachedTemplate")
    rows = "".join(
        f'<Relationship Id="r{kind}" Type="{OFFICE_KINDS}/{kind}" Target="{_NOWHERE}" TargetMode="External"/>'
        for kind in kinds
    )
    parts = word_parts('<w:p/><w:altChunk xmlns:r="x" r:id="raFChunk"/>')
    parts["word/_rels/document.xml.rels"] = (
        f'<Relationships xmlns="{OFFICE}">{rows}</Relationships>'
    )
    return zipped(parts)


def _word_bomb(_: Scene) -> bytes:
    return word(" " * 60_000_000)


def _broken_doc(_: Scene) -> bytes:
    data = bytearray(WORD_97.read_bytes())
    start = data.index(b"\xec\xa5")
    data[start + 32 : start + 512] = b"\xff" * 480
    return bytes(data)


_PAGES: tuple[tuple[str, Callable[[], str], str], ...] = (
    ("网页：表格套表格十万层", lambda: "<table><tr><td>一" * 100_000, "R3"),
    ("网页：四十万个格子", lambda: "<table><tr>" + "<td>1" * 400_000, "R3"),
    ("网页：十万张表", lambda: "<table><tr><td>1</table>" * 100_000, "R3"),
    (
        "网页：格子要占 65535 行 65535 列",
        lambda: "<table>" + "<tr><td rowspan=65535 colspan=65535>1" * 400,
        "R3",
    ),
    ("网页：元素套元素二十万层", lambda: "<div>" * 200_000 + "一", "R1"),
    ("网页：三百万个没有结束的注释符", lambda: "<!--" * 3_000_000, "R1"),
    ("网页：一个格子二千万字", lambda: "<table><tr><td>" + "x" * 20_000_000, "R1"),
    (
        "网页：一个元素十万个属性",
        lambda: "<p " + " ".join(f"a{i}=1" for i in range(100_000)) + ">",
        "R1",
    ),
    (
        "网页：实体定义",
        lambda: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>&a;',
        "R1",
    ),
    (
        "网页：引用外面的脚本、图片、框架、样式",
        lambda: (
            f"<script src={_NOWHERE}></script><img src={_NOWHERE}><iframe src={_NOWHERE}></iframe>"
            f"<link rel=stylesheet href={_NOWHERE}><meta http-equiv=refresh content='0;url={_NOWHERE}'>"
        ),
        "R1",
    ),
    ("网页：夹着零字节", lambda: "<table><tr><td>1\0\0\0", "R1"),
)
for _what, _source, _code in _PAGES:
    one(DOCUMENTS, _what, _page(_source), REJECTED, _code, name="甲.html")


def _nested_word(_: Scene) -> bytes:
    return word("<w:sdt><w:sdtContent>" * 50_000 + "</w:sdtContent></w:sdt>" * 50_000)


_WORDS: tuple[tuple[str, Callable[[Scene], bytes], str], ...] = (
    ("Word 文档：实体炸弹", _word("<w:p/>", before=_DTD.partition("?>")[2]), "R4"),
    ("Word 文档：解压炸弹", _word_bomb, "R3"),
    ("Word 文档：引用外面的部件、图片、模板", _word_from_outside, "R1"),
    (
        "Word 文档：控件套控件五万层",
        _nested_word,
        "R1",
    ),
    ("Word 文档：格子没有写在行里", _word("<w:tbl><w:tc/></w:tbl>"), "R2"),
    ("Word 文档：正文不完整", _word("<w:p>"), "R2"),
)
for _what, _make, _code in _WORDS:
    one(DOCUMENTS, _what, _make, REJECTED, _code, name="甲.docx")
one(DOCUMENTS, "Word 文档（.doc）：内容损坏", _broken_doc, REJECTED, "R1", name="甲.doc")

_TEXTS: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("文本：一行一千万个制表符", lambda: b"a" + b"\t" * 10_000_000, "R3"),
    ("文本：一行一千万个竖线", lambda: b"|" * 10_000_000, "R3"),
    ("文本：二千万字没有换行", lambda: b"x" * 20_000_000, "R1"),
    ("文本：四百万个空行", lambda: b"\n" * 4_000_000, "R1"),
    ("文本：没有结束的引号", lambda: b'a\t"b\n' * 20_000, "R1"),
    ("文本：夹着零字节", lambda: b"x" * 5_000 + b"\0\t1\n" * 9, "R1"),
)


def _text(content: Callable[[], bytes]) -> Callable[[Scene], bytes]:
    return lambda _: content()


for _what, _content, _code in _TEXTS:
    one(DOCUMENTS, _what, _text(_content), REJECTED, _code, name="甲.txt")

# --- ways to write a number ---------------------------------------------------------------------

NUMBERS = "数字的写法"


def _formatted(s: Scene, code: str) -> bytes:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(s.book))
    book[NUMBER[0]][NUMBER[1]].number_format = code
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


for what, kind, text, value in (
    ("135", "number", "135", "135"),
    ("全角 １３５（文本）", "text", "１３５", "135"),
    ("前后有空格（文本）", "text", " 135 ", "135"),
    ("千分位 1,350（文本）", "text", "1,350", "1350"),
    ("文本 135", "text", "135", "135"),
    ("浮点误差 135.00000000000001", "number", "135.00000000000001", "135"),
    ("科学记数 1.35E2", "number", "1.35E2", "135"),
    ("公式 =100+35", "formula", "100+35 => 135", "135"),
):
    codes = "R10" if kind == "formula" else "R11" if kind == "text" else ""
    one(NUMBERS, what, _number(kind, text), ACCEPTED, codes, value=value)

one(
    NUMBERS,
    ".ods 的数字格只有显示的文字，没有数值",
    lambda s: _ods_without_value(),
    ACCEPTED,
    "R11 R24",
    name="甲子镇.ods",
    value="135",
)


def _ods_without_value() -> bytes:
    """What is shown may be rounded, so it counts as a text."""
    data = (FILES / "甲子镇.ods").read_bytes()
    old = 'office:value-type="float" office:value="135"'
    assert part(data, "content.xml").count(old) == 1
    return rewrite(
        data,
        {
            "content.xml": part(data, "content.xml")
            .replace(old, 'office:value-type="float"')
            .encode()
        },
    )


one(NUMBERS, "135，格子的格式是百分数", lambda s: _formatted(s, "0%"), ACCEPTED, "R29", value="135")
one(
    NUMBERS,
    "135，格子的格式显示成 0.1（千位缩放）",
    lambda s: _formatted(s, "0.0,"),
    ACCEPTED,
    "R29",
    value="135",
)
one(
    NUMBERS,
    "135，格子的格式带千分位和红色负数",
    lambda s: _formatted(s, "#,##0_);[Red](#,##0)"),
    ACCEPTED,
    value="135",
)

for what, kind, text in (
    ("空白", "blank", ""),
    ("“2件”", "text", "2件"),
    ("“无”", "text", "无"),
    ("“/”", "text", "/"),
    ("“1_000”", "number", "1_000"),
    ("阿拉伯文数字 ١٢", "text", "١٢"),
    ("上标 3²", "text", "3²"),
    ("带圈数字 ①", "text", "①"),
    ("“0x10”", "text", "0x10"),
    ("文本 1e3", "text", "1e3"),
    ("NaN", "number", "NaN"),
    ("INF", "number", "INF"),
    ("“1 35”（中间有空格）", "text", "1 35"),
    ("逻辑值 TRUE", "boolean", "1"),
    ("错误值 #N/A", "error", "#N/A"),
    ("日期", "date", "2026-01-02"),
    ("没有结果的公式", "formula", "A1+1"),
):
    one(NUMBERS, what, _number(kind, text), RETURNED, "A6")

one(NUMBERS, "1E999", lambda s: s.number("number", "1E999"), RETURNED, "A5")
one(NUMBERS, "1E308", lambda s: s.number("number", "1E308"), RETURNED, "A5")
one(NUMBERS, "负数 -1", lambda s: s.number("number", "-1"), RETURNED, "A5")
one(NUMBERS, "小数 1.5（件数）", lambda s: s.number("number", "1.5"), RETURNED, "A5 R29")

# --- the template changed -----------------------------------------------------------------------

CHANGED = "模板被改动"


def _unprotected(s: Scene) -> bytes:
    changed: dict[str, bytes | None] = {}
    with zipfile.ZipFile(io.BytesIO(s.book)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                changed[name] = re.sub(rb"<sheetProtection[^>]*/>", b"", archive.read(name))
    return rewrite(s.book, changed)


def _unnamed_and_bare(s: Scene) -> bytes:
    """As after copying the sheets into a new workbook: no names, no properties, no hidden sheet."""
    book = s.without_names()
    rels = re.sub(r"<Relationship [^>]*custom-properties[^>]*/>", "", part(book, "_rels/.rels"))
    xml = re.sub(r'<sheet name="xlreport"[^>]*/>', "", part(book, "xl/workbook.xml"))
    return rewrite(book, {"_rels/.rels": rels.encode(), "xl/workbook.xml": xml.encode()})


def _sheet_deleted(s: Scene) -> bytes:
    xml = re.sub(rf'<sheet name="{REQUESTS}"[^>]*/>', "", part(s.book, "xl/workbook.xml"))
    return rewrite(
        s.book, {"xl/workbook.xml": re.sub(rf"'{REQUESTS}'!\$[A-Z]+\$\d+", "#REF!", xml).encode()}
    )


one(
    CHANGED,
    "总计的公式被数值覆盖，数值正确",
    lambda s: put(s.book, REQUESTS, "J7", "number", "44"),
    ACCEPTED,
)
one(
    CHANGED,
    "总计的公式被数值覆盖，数值不对",
    lambda s: put(s.book, REQUESTS, "J7", "number", "45"),
    RETURNED,
    "A1 H1",
)
one(
    CHANGED,
    "显示的总计不是由现在的数算出的",
    lambda s: put(s.book, REQUESTS, "J7", "formula", "SUM(D7:I7) => 43"),
    ACCEPTED,
    "R9",
)
one(
    CHANGED,
    "总计的公式被删掉",
    lambda s: put(s.book, REQUESTS, "J7", "blank"),
    RETURNED,
    "R12 V1 H1",
)
one(
    CHANGED,
    "表头文字被改",
    lambda s: put(s.book, NUMBER[0], "A10", "text", "行政许可事项"),
    ACCEPTED,
    "R19",
)
one(CHANGED, "取消了工作表保护", _unprotected, ACCEPTED, "R22")
one(
    CHANGED,
    "插入了一行（名称跟着移动）",
    lambda s: s.row_inserted(REQUESTS, 10, names=True),
    ACCEPTED,
    "R8",
)
one(
    CHANGED,
    "插入了一行，名称又丢失",
    lambda s: s.row_inserted(REQUESTS, 10, names=False),
    ACCEPTED,
    "R8",
)
one(CHANGED, "名称丢失", Scene.without_names, ACCEPTED, "R8")
one(CHANGED, "工作表改名", lambda s: s.renamed(REQUESTS, "Sheet4"), ACCEPTED, "R8")
one(
    CHANGED,
    "工作表改名，名称又丢失",
    lambda s: s.without_names(s.renamed(REQUESTS, "Sheet4", names=False)),
    ACCEPTED,
    "R8",
)
one(CHANGED, "各张表复制到新工作簿，标识全部丢失", _unnamed_and_bare, ACCEPTED, "F19 R8")
one(CHANGED, "删了一张工作表", _sheet_deleted, RETURNED, "R7 V1")
one(
    CHANGED,
    "复制了一张工作表，内容相同",
    lambda s: s.copied(REQUESTS, "三、依申请公开 (2)"),
    ACCEPTED,
    "R5",
)
one(
    CHANGED,
    "复制了一张工作表，在副本里改了数",
    lambda s: s.copied(
        REQUESTS, "三、依申请公开 (2)", lambda x: x.replace("<v>40</v>", "<v>41</v>", 1)
    ),
    RETURNED,
    "R15",
)
one(
    CHANGED,
    "表格以外写了数字",
    lambda s: put(s.book, NUMBER[0], "H30", "number", "7"),
    ACCEPTED,
    "R5",
)
one(
    CHANGED,
    "文字材料里有控制字符",
    lambda s: put(s.book, "文字材料", "B5", "text", "本镇_x0007_全年公开"),
    ACCEPTED,
    "R25",
)
one(
    CHANGED,
    "封面改成了别的单位",
    lambda s: put(s.book, "封面", "C5", "text", "乙丑镇"),
    REJECTED,
    "F5",
)

# --- whose, and which version -------------------------------------------------------------------

WHOSE = "单位、年度和重复报送"


def _unit(s: Scene, name: str, code: str = "") -> bytes:
    from dataclasses import replace

    return write_workbook(replace(s.town, unit=Unit(name, code, "乡镇")), s.form)


def _year(s: Scene) -> bytes:
    from dataclasses import replace

    return write_workbook(replace(s.town, year=2024), s.form)


def _county(s: Scene) -> bytes:
    from dataclasses import replace

    return write_workbook(replace(s.town, county=Unit("邻县", "9902")), s.form)


def _two(s: Scene) -> None:
    s.write("甲子镇.xlsx", s.book)
    s.write("甲子镇(2).xlsx", s.book)


def _older(s: Scene) -> None:
    s.write("甲子镇.xlsx", s.book)
    old = s.write("甲子镇-初稿.xlsx", s.number("number", "134"))
    os.utime(old, (1_700_000_000, 1_700_000_000))


one(
    WHOSE,
    "没有单位代码，单位名称与名册一致",
    lambda s: _unit(s, "示例县甲子镇人民政府"),
    ACCEPTED,
    "F17",
)
one(WHOSE, "没有单位代码，单位名称只是相近", lambda s: _unit(s, "甲仔镇"), REJECTED, "F9")
one(WHOSE, "单位不在名册上", lambda s: _unit(s, "癸亥镇", "990199"), REJECTED, "F9")
one(WHOSE, "代码是一个单位，名称是另一个", lambda s: _unit(s, "癸亥镇", "990101"), REJECTED, "F5")
one(WHOSE, "没有填单位名称", lambda s: _unit(s, ""), REJECTED, "F4")
one(WHOSE, "上年度的报表", _year, REJECTED, "F1")
one(WHOSE, "别的县的报表", _county, REJECTED, "F3")
several(WHOSE, "同一份报了两次", _two, {"甲子镇.xlsx": ACCEPTED, "甲子镇(2).xlsx": DUPLICATE}, "F8")
several(
    WHOSE,
    "改过以后又报一次",
    _older,
    {"甲子镇.xlsx": ACCEPTED, "甲子镇-初稿.xlsx": SUPERSEDED},
    "F7",
)

# --- archives -----------------------------------------------------------------------------------

ARCHIVES = "压缩包"


def archive(
    what: str,
    make: Callable[[Scene], bytes],
    members: dict[str, str],
    codes: str = "",
    name: str = "报表.zip",
    outcome: str = IGNORED,
) -> None:
    outcomes = {name: outcome, **{f"{name}!{member}": result for member, result in members.items()}}
    several(
        ARCHIVES,
        what,
        lambda s: s.write(name, make(s)),
        outcomes,
        f"{codes} F15" if outcome == IGNORED else codes,
    )


def _seven_zip(s: Scene) -> bytes:
    import py7zr

    target = io.BytesIO()
    with py7zr.SevenZipFile(target, "w") as packed:
        packed.writestr(s.book, "甲子镇.xlsx")
    return target.getvalue()


def _climbing_seven_zip(s: Scene) -> bytes:
    import py7zr

    target = io.BytesIO()
    with py7zr.SevenZipFile(target, "w") as packed:
        packed.writestr(s.book, "placeholder")
        packed.header.files_info.files[-1]["filename"] = "../甲.xlsx"
        packed.writestr(s.book, "甲子镇.xlsx")
    return target.getvalue()


def _nested(s: Scene, depth: int) -> bytes:
    data = s.book
    name = "甲子镇.xlsx"
    for _ in range(depth):
        data, name = s.raw_zip((name, data)), "内.zip"
    return data


def _symlink_member(s: Scene) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        info = zipfile.ZipInfo("甲子镇.xlsx")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(info, "/etc/passwd")
    return target.getvalue()


def _encrypted_zip(s: Scene) -> bytes:
    data = bytearray(s.raw_zip(("甲子镇.xlsx", s.book)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + offset] |= 1
    return bytes(data)


def _same_name(s: Scene) -> bytes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return s.raw_zip(("甲子镇.xlsx", s.book), ("甲子镇.xlsx", s.number("number", "134")))


def _members(names: Iterable[str], s: Scene) -> bytes:
    return s.raw_zip(*((name, b"x") for name in names))


archive(
    "zip，文件名是 UTF-8", lambda s: s.raw_zip(("甲子镇.xlsx", s.book)), {"甲子镇.xlsx": ACCEPTED}
)
archive(
    "zip，文件名是 GBK",
    lambda s: s.raw_zip(("甲子镇.xlsx".encode("gbk"), s.book)),
    {"甲子镇.xlsx": ACCEPTED},
)
archive(
    "zip，文件名是没有标明的 UTF-8",
    lambda s: s.raw_zip(("甲子镇.xlsx".encode(), s.book)),
    {"甲子镇.xlsx": ACCEPTED},
)
archive(
    "zip 改名为 .xlsx",
    lambda s: s.raw_zip(("甲子镇.xlsx", s.book)),
    {"甲子镇.xlsx": ACCEPTED},
    name="甲子镇.xlsx",
)
archive(
    "zip 里有子文件夹",
    lambda s: s.raw_zip(("报表/", b""), ("报表/甲子镇.xlsx", s.book)),
    {"报表/甲子镇.xlsx": ACCEPTED},
)
archive(
    "zip，用 LZMA 压缩",
    lambda s: s.raw_zip(("甲子镇.xlsx", s.book), method=zipfile.ZIP_LZMA),
    {"甲子镇.xlsx": ACCEPTED},
)
archive("7z 压缩包", _seven_zip, {"甲子镇.xlsx": ACCEPTED}, name="报表.7z")
archive("7z 压缩包损坏", lambda s: _seven_zip(s)[:-20], {}, "R2", name="报表.7z", outcome=REJECTED)
archive(
    "7z 里有一个文件名指向文件夹以外",
    _climbing_seven_zip,
    {"../甲.xlsx": REJECTED, "甲子镇.xlsx": ACCEPTED},
    "R6",
    name="报表.7z",
)
archive(
    "zip 里有一份报表和一份 OFD",
    lambda s: s.raw_zip(("甲子镇.xlsx", s.book), ("盖章件.ofd", _real("盖章件.ofd")(s))),
    {"甲子镇.xlsx": ACCEPTED, "盖章件.ofd": REJECTED},
    "R1",
)
archive(
    "zip 里有一份报表和名为 OFD.xml、[Content_Types].xml 的文件",
    lambda s: s.raw_zip(
        ("甲子镇.xlsx", s.book), ("OFD.xml", b"<x/>"), ("[Content_Types].xml", b"<x/>")
    ),
    {"甲子镇.xlsx": ACCEPTED, "OFD.xml": REJECTED, "[Content_Types].xml": REJECTED},
    "R1",
)
archive(
    "RAR 压缩包（RAR5）",
    lambda s: rar5(Stored("甲子镇.xlsx".encode(), s.book)),
    {"甲子镇.xlsx": ACCEPTED},
    name="报表.rar",
)
archive(
    "RAR 压缩包（RAR4），文件名是 GBK",
    lambda s: rar4(Stored("报表\\甲子镇.xlsx".encode("gbk"), s.book)),
    {"报表/甲子镇.xlsx": ACCEPTED},
    name="报表.rar",
)
archive(
    "RAR 里有一个文件名指向文件夹以外，一个链接",
    lambda s: rar4(Stored("..\\甲子镇.xlsx".encode("gbk"), s.book), Stored(b"l", link=b"/x")),
    {"../甲子镇.xlsx": ACCEPTED, "l": REJECTED},
    "R6",
    name="报表.rar",
)
archive(
    "RAR 压缩包损坏",
    lambda s: rar5(Stored("甲子镇.xlsx".encode(), s.book))[:-50],
    {},
    "R2",
    name="报表.rar",
    outcome=REJECTED,
)
archive(
    "RAR 分卷压缩包的一卷",
    lambda s: rar5(Stored("甲子镇.xlsx".encode(), s.book, split=2), flags=1),
    {},
    "R1",
    name="报表.part1.rar",
    outcome=REJECTED,
)
archive(
    "RAR 压缩包加了密码",
    lambda s: locked_rar5(),
    {},
    "R20",
    name="报表.rar",
    outcome=REJECTED,
)
archive("空的 zip", lambda s: s.raw_zip(), {})
archive(
    "压缩包套压缩包，三层",
    lambda s: _nested(s, 3),
    {"内.zip": IGNORED, "内.zip!内.zip": IGNORED, "内.zip!内.zip!甲子镇.xlsx": ACCEPTED},
)
archive(
    "压缩包套压缩包，四层",
    lambda s: _nested(s, 4),
    {"内.zip": IGNORED, "内.zip!内.zip": IGNORED, "内.zip!内.zip!内.zip": REJECTED},
    "R3",
)
archive(
    "文件名是 ..\\..\\甲子镇.xlsx",
    lambda s: s.raw_zip(("..\\..\\甲子镇.xlsx", s.book)),
    {"../../甲子镇.xlsx": ACCEPTED},
)
archive(
    "文件名是 /etc/甲子镇.xlsx",
    lambda s: s.raw_zip(("/etc/甲子镇.xlsx", s.book)),
    {"/etc/甲子镇.xlsx": ACCEPTED},
)
archive(
    "文件名是设备名 CON.xlsx", lambda s: s.raw_zip(("CON.xlsx", s.book)), {"CON.xlsx": ACCEPTED}
)
archive("里面是链接", _symlink_member, {"甲子镇.xlsx": REJECTED}, "R6")
archive("压缩包加了密码", _encrypted_zip, {"甲子镇.xlsx": REJECTED}, "R20")
archive(
    "里面是压缩炸弹，另有一份报表",
    lambda s: s.raw_zip(("炸弹.xlsx", b"\0" * 60_000_000), ("甲子镇.xlsx", s.book)),
    {"炸弹.xlsx": REJECTED, "甲子镇.xlsx": ACCEPTED},
    "R3",
)
archive(
    "里面有两个同名文件",
    _same_name,
    {"甲子镇.xlsx": REJECTED, "甲子镇.xlsx（第 2 个）": REJECTED},
    "F16",
)
archive(
    "里面有锁文件和苹果系统的文件",
    lambda s: s.raw_zip(("__MACOSX/._甲.xlsx", b"x"), ("~$甲.xlsx", b"x"), ("甲.xlsx", s.book)),
    {"__MACOSX/._甲.xlsx": IGNORED, "~$甲.xlsx": IGNORED, "甲.xlsx": ACCEPTED},
    "F12",
)
archive(
    "里面有两千多个文件",
    lambda s: _members((f"{i}.txt" for i in range(2001)), s),
    {},
    "R3",
    outcome=REJECTED,
)
archive(
    "压缩包被截断", lambda s: s.raw_zip(("甲子镇.xlsx", s.book))[:-40], {}, "R2", outcome=REJECTED
)
