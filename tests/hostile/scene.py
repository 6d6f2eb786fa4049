"""A folder with one good workbook, beside which each hostile or unlucky input is put."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from support.cells import part, put, rewrite, sheet_parts
from tabletext import load
from xlreport import Entry, Form, Submission, Unit, get_form, write_workbook

ROOT = Path(__file__).resolve().parents[2]
FILES = Path(__file__).parent / "files"
COUNTY = Unit("示例县", "9901")
ROSTER = "单位代码,单位名称,类别,汇总单位,汇总单位代码\n990101,甲子镇,乡镇,示例县,9901\n990102,乙丑镇,乡镇,示例县,9901\n"
GOOD = "乙丑镇.xlsx"
NUMBER = ("二、主动公开", "B10")
"""The cell of disclosure.licences.decisions, which no rule relates to another."""

REQUESTS = "三、依申请公开"


_BASES: dict[str, Submission] = {}


def base(form: Form, unit: Unit) -> Submission:
    """The report of the golden base, by any unit; its text is read once."""
    if form.fingerprint not in _BASES:
        _BASES[form.fingerprint] = load(ROOT / "tests" / "golden" / "base.txt", form, COUNTY)
    return replace(_BASES[form.fingerprint], unit=unit)


@cache
def book_of(unit: Unit) -> bytes:
    """The workbook of the golden base by a unit, in the statutory form; each is written once."""
    form = get_form("zfxxgk-2021")
    return write_workbook(base(form, unit), form)


FREE = "disclosure.licences.decisions"
"""A field that no rule relates to another."""


@cache
def numbered_book(unit: Unit, number: int, county: Unit) -> bytes:
    """The same with a number in the field FREE; each is written once."""
    form = get_form("zfxxgk-2021")
    submission = base(form, unit)
    entries = {**submission.entries, FREE: Entry.of(Decimal(number))}
    return write_workbook(replace(submission, county=county, entries=entries), form)


@dataclass
class Scene:
    """What a case puts into the folder; `book` is a good workbook of 甲子镇."""

    folder: Path

    def __post_init__(self) -> None:
        self.form = get_form("zfxxgk-2021")
        self.town = base(self.form, Unit("甲子镇", "990101", "乡镇"))
        self.book = book_of(self.town.unit)

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    # --- workbooks with one thing changed ---

    def xml(self, name: str, old: str, new: str, count: int = 1) -> bytes:
        """The book with a text in one part replaced; the text must be there."""
        content = part(self.book, name)
        assert old in content, old
        return rewrite(self.book, {name: content.replace(old, new, count).encode()})

    def sheet(self, name: str = NUMBER[0]) -> str:
        return sheet_parts(self.book)[name]

    def number(self, kind: str, text: str) -> bytes:
        return put(self.book, *NUMBER, kind, text)

    def without_names(self, book: bytes | None = None) -> bytes:
        book = book or self.book
        xml = re.sub(r"<definedNames>.*?</definedNames>", "", part(book, "xl/workbook.xml"))
        return rewrite(book, {"xl/workbook.xml": xml.encode()})

    def renamed(self, old: str, new: str, *, names: bool = True) -> bytes:
        """A sheet renamed; with `names` as a spreadsheet program does it, names following."""
        xml = part(self.book, "xl/workbook.xml")
        xml = xml.replace(f'name="{old}"', f'name="{new}"').replace(
            f"'{old}'!", f"'{new}'!" if names else f"'{old}'!"
        )
        return rewrite(self.book, {"xl/workbook.xml": xml.encode()})

    def row_inserted(self, sheet: str, before: int, *, names: bool) -> bytes:
        """A row inserted above row `before` (counted from 1), as a program without formulas does it."""
        name = self.sheet(sheet)

        def down(match: re.Match[str]) -> str:
            row = int(match[2])
            return f"{match[1]}{row + 1 if row >= before else row}{match[3]}"

        xml = part(self.book, name)
        xml = re.sub(r'(<row r=")(\d+)(")', down, xml)
        xml = re.sub(r'(<c r="[A-Z]+)(\d+)(")', down, xml)
        xml = re.sub(r'(<mergeCell ref="[A-Z]+)(\d+)(:)', down, xml)
        xml = re.sub(r'(<mergeCell ref="[A-Z]+\d+:[A-Z]+)(\d+)(")', down, xml)
        book = part(self.book, "xl/workbook.xml")
        if names:
            book = re.sub(rf"('{sheet}'!\$[A-Z]+\$)(\d+)(<)", down, book)
        changed = rewrite(self.book, {name: xml.encode(), "xl/workbook.xml": book.encode()})
        return changed if names else self.without_names(changed)

    def copied(self, sheet: str, copy: str, change: Callable[[str], str] = str) -> bytes:
        """A sheet copied within the book (and changed), as people do before they correct it."""
        name = self.sheet(sheet)
        xml = part(self.book, "xl/workbook.xml")
        rels = part(self.book, "xl/_rels/workbook.xml.rels")
        types = part(self.book, "[Content_Types].xml")
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
        override = re.search(rf'<Override PartName="/{name}" ContentType="([^"]*)"/>', types)
        assert override is not None
        return rewrite(
            self.book,
            {
                "xl/workbook.xml": xml.replace(
                    "</sheets>", f'<sheet name="{copy}" sheetId="99" r:id="rId999"/></sheets>'
                ).encode(),
                "xl/_rels/workbook.xml.rels": rels.replace(
                    "</Relationships>",
                    f'<Relationship Id="rId999" Type="{kind}" Target="worksheets/sheet99.xml"/></Relationships>',
                ).encode(),
                "[Content_Types].xml": types.replace(
                    override[0],
                    override[0] + override[0].replace(name, "xl/worksheets/sheet99.xml"),
                ).encode(),
                "xl/worksheets/sheet99.xml": change(part(self.book, name)).encode(),
            },
        )

    def saved_by_openpyxl(self) -> bytes:
        import openpyxl

        target = io.BytesIO()
        openpyxl.load_workbook(io.BytesIO(self.book)).save(target)
        return target.getvalue()

    @staticmethod
    def raw_zip(
        *members: tuple[str | bytes, bytes], flag: int = 0, method: int = zipfile.ZIP_DEFLATED
    ) -> bytes:
        """An archive of these members; names as bytes are written as they are, without any flag."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            for name, content in members:
                info = _Named(name) if isinstance(name, bytes) else zipfile.ZipInfo(name)
                info.date_time = (2026, 1, 10, 8, 0, 0)
                info.compress_type = method
                info.flag_bits |= flag
                archive.writestr(info, content)
        return target.getvalue()


class _Named(zipfile.ZipInfo):
    """A member whose name is written as given bytes, without the UTF-8 flag."""

    def __init__(self, name: bytes) -> None:
        super().__init__(name.decode("cp437"))
        self._bytes = name

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 (zipfile's name)
        return self._bytes, self.flag_bits & ~0x800
