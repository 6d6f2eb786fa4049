"""A workbook like one that was read before gives what the careful reader gives, or is left to it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from support.cells import part, put, resaved, rewrite, sheet_parts
from support.copies import Watched, book, read_with_care, report
from support.xml_mutants import mutant
from xlreport import (
    Entry,
    Form,
    FormCatalog,
    Unit,
    get_form,
    read_submission,
    write_workbook,
)
from xlreport.formats.guard import DEFAULT_LIMITS, Limits
from xlreport.formats.opc import Parts
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook, RawSheet
from xlreport.formats.xlsx import read_parts
from xlreport.workbook.layout.workbook import layout_of
from xlreport.workbook.reader import frame, learned, submission
from xlreport.workbook.reader.frame import Frame
from xlreport.workbook.reader.learning import Unteachable
from xlreport.workbook.reader.submission import Reading

OTHER_FORM = Path(__file__).resolve().parents[2] / "forms" / "xiangzhen-caizheng.yaml"
SHELF = FormCatalog((get_form("zfxxgk-2021"), get_form(OTHER_FORM)))


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Nothing is known before a test."""
    fresh = Watched()
    monkeypatch.setattr(submission, "MEMORY", fresh)
    return fresh


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """What is read, after it was compared with what the careful reader makes of it."""
    careful = read_with_care(data, SHELF, path="a.xlsx", modified=5.0, limits=limits)
    reading = read_submission(data, SHELF, path="a.xlsx", modified=5.0, limits=limits)
    assert reading == careful
    return reading


@pytest.mark.parametrize("prior", [False, True], ids=["first year", "year before"])
@pytest.mark.parametrize("save", [bytes, resaved], ids=["as written", "by openpyxl"])
def test_copies_of_a_template_are_known_whatever_is_filled_in(
    any_form: Form, memory: Watched, save: Callable[[bytes], bytes], prior: bool
) -> None:
    books = [save(book(any_form, seed, prior=prior, blank=seed % 2)) for seed in range(4)]
    readings = [read(data) for data in books]
    assert memory.known == 3
    assert [reading.submission is None for reading in readings] == [False] * 4
    assert readings[1].unit == Unit("第1镇", "990001", "乡镇")


def test_numbers_texts_and_answers_come_from_the_file_that_is_read(
    any_form: Form, memory: Watched
) -> None:
    read(book(any_form, 1))
    own = report(any_form, 2)
    name = any_form.typed[0].id
    changed = replace(own, entries={**own.entries, name: Entry.of(Decimal(37))})
    read_again = read(write_workbook(changed, any_form)).submission
    assert memory.known == 1
    assert read_again is not None
    assert read_again.entries[name].value == 37
    assert read_again.texts == own.texts
    assert read_again.answers == own.answers


def test_how_a_workbook_was_looked_at_last_makes_no_difference(
    any_form: Form, memory: Watched
) -> None:
    read(book(any_form, 1))
    other = book(any_form, 2)
    name = sheet_parts(other)[layout_of(any_form).form_sheets[0].name]
    sheet = re.sub(r'activeCell="[A-Z0-9]+"', 'activeCell="C7"', part(other, name))
    sheet = sheet.replace(
        'showGridLines="0"', 'showGridLines="0" tabSelected="1" zoomScale="85"', 1
    )
    whole = part(other, "xl/workbook.xml").replace("<workbookView ", '<workbookView activeTab="2" ')
    read(rewrite(other, {name: sheet.encode(), "xl/workbook.xml": whole.encode()}))
    assert memory.known == 1


def first_cell(form: Form) -> tuple[str, str]:
    """The sheet and address of the first number that is typed in."""
    place = layout_of(form).place(form.typed[0].id)
    return place.sheet, place.cell


Change = Callable[[bytes, str, str], bytes]


def edited(old: str, new: str, name: str = "") -> Change:
    """The first place of a sheet's XML, or of another part, changed."""

    def edit(data: bytes, sheet: str, _cell: str) -> bytes:
        target = name or sheet_parts(data)[sheet]
        xml = part(data, target)
        pattern = re.compile(old)
        assert pattern.search(xml) is not None
        return rewrite(data, {target: pattern.sub(new, xml, count=1).encode()})

    return edit


def cells(kind: str, text: str = "") -> Change:
    return lambda data, sheet, cell: put(data, sheet, cell, kind, text)


LEFT_TO_CARE: dict[str, Change] = {
    "a number as a text": cells("text", "１２"),
    "words": cells("text", "不详 3 件"),
    "a heading in a number's cell": cells("text", "本年制发件数"),
    "a formula": cells("formula", "1+1 => 2"),
    "an error": cells("error", "#N/A"),
    "a date": cells("date", "2025-01-01"),
    "too many decimals": cells("number", "0.1234567"),
    "too large": cells("number", "999999999999"),
    "not well-formed": cells("number", "1\x00"),
    "a hidden row": edited("<row ", '<row hidden="1" '),
    "a low row": edited(' ht="[0-9.]+"', ' ht="1"'),
    "a hidden column": edited("<col ", '<col hidden="1" '),
    "no protection": edited("<sheetProtection [^>]*>", ""),
    "another merge": edited("</mergeCells>", '<mergeCell ref="A30:B31"/></mergeCells>'),
    "another formula": edited("<f>", "<f>1+"),
    "a comment in the XML": edited("<sheetData>", "<sheetData><!-- -->"),
    "an attribute given twice": edited("<row ", '<row ht="20" '),
    "another sheet's state": edited(' state="veryHidden"', "", "xl/workbook.xml"),
    "another name": edited(
        "<definedName name=", "<definedName hidden='1' name=", "xl/workbook.xml"
    ),
    "a view given twice": edited(
        "<workbookView ", '<workbookView activeTab="1" activeTab="2" ', "xl/workbook.xml"
    ),
    "another style": edited('<sz val="', '<sz val="1', "xl/styles.xml"),
    "a relation": edited("</Relationships>", "<x/></Relationships>", "xl/_rels/workbook.xml.rels"),
    "broken properties": edited("</Properties>", "", "docProps/app.xml"),
    "other properties": edited("</property>", "</property><property/>", "docProps/custom.xml"),
    "a printed heading": edited(
        "<t>本年制发件数</t>", "<t>本年制作件数</t>", "xl/sharedStrings.xml"
    ),
    "a unit that is not the cover's": edited(
        "<t>第2镇</t>", "<t>第3镇</t>", "xl/sharedStrings.xml"
    ),
    "an unknown form": edited("<t>zfxxgk-2021</t>", "<t>zfxxgk-1999</t>", "xl/sharedStrings.xml"),
    "another version": edited("(<t>[0-9a-f]{12})", r"\g<1>x", "xl/sharedStrings.xml"),
}


@pytest.mark.parametrize("change", LEFT_TO_CARE.values(), ids=LEFT_TO_CARE)
def test_whatever_else_differs_is_left_to_the_careful_reader(
    zfxxgk: Form, memory: Watched, change: Change
) -> None:
    read(book(zfxxgk, 1))
    good = book(zfxxgk, 2)
    odd = change(good, *first_cell(zfxxgk))
    assert odd != good
    read(odd)
    assert memory.known == 0


def test_a_total_that_its_numbers_do_not_give_is_left_to_the_careful_reader(
    zfxxgk: Form, memory: Watched
) -> None:
    read(book(zfxxgk, 1))
    place = layout_of(zfxxgk).place(zfxxgk.computed[0].id)
    stale = edited(rf'(<c r="{place.cell}"[^>]*><f>[^<]*</f><v>)[0-9]+<', r"\g<1>123456<")
    reading = read(stale(book(zfxxgk, 2), place.sheet, place.cell))
    assert memory.known == 0
    assert "R9" in {finding.code for finding in reading.findings}


def test_a_report_that_is_read_with_care_is_spared_what_is_known(
    zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the sheet of calculations nothing is read: that it is the same is enough."""
    sheet, cell = first_cell(zfxxgk)
    read(book(zfxxgk, 1))
    odd = put(book(zfxxgk, 2), sheet, cell, "text", "１２")
    careful = read_with_care(odd, SHELF)
    spared: list[RawSheet] = []

    def watched(parts: Parts, limits: Limits, known: Mapping[str, RawSheet]) -> RawBook:
        spared.extend(known.values())
        return read_parts(parts, limits, known)

    monkeypatch.setattr(submission, "read_parts", watched)
    assert read_submission(odd, SHELF) == careful
    assert [each.name for each in spared] == ["计算"]


def test_what_is_spared_counts_towards_the_limit_on_cells(zfxxgk: Form) -> None:
    sheet, cell = first_cell(zfxxgk)
    read(book(zfxxgk, 1))
    odd = put(book(zfxxgk, 2), sheet, cell, "text", "１２")
    most = sum(each.size for each in open_book(odd).sheets.values())
    assert read(odd, replace(DEFAULT_LIMITS, cells=most)).submission is not None
    assert read(odd, replace(DEFAULT_LIMITS, cells=most - 1)).submission is None


def test_a_workbook_that_lost_its_identity_is_read_whole(zfxxgk: Form, memory: Watched) -> None:
    read(book(zfxxgk, 1))
    lost = edited("<t>zfxxgk-2021</t>", "<t></t>", "xl/sharedStrings.xml")
    without = edited("zfxxgk-2021", "", "docProps/custom.xml")
    sheet, cell = first_cell(zfxxgk)
    reading = read(without(lost(book(zfxxgk, 2), sheet, cell), sheet, cell))
    assert "F19" in {finding.code for finding in reading.findings}
    assert memory.known == 0


def test_two_cells_that_changed_places_are_left_to_the_careful_reader(
    zfxxgk: Form, memory: Watched
) -> None:
    """A cell is known by its place among all, not by what it says of itself."""
    read(book(zfxxgk, 1))
    data = book(zfxxgk, 2)
    name = sheet_parts(data)["三、依申请公开"]
    cell = '<c r="D8" s="[0-9]+">'
    other = cell.replace("D8", "E8")
    xml = part(data, name)
    first, second = re.search(cell, xml), re.search(other, xml)
    assert first is not None
    assert second is not None
    swapped = xml.replace(first[0], "<>").replace(second[0], first[0]).replace("<>", second[0])
    read(rewrite(data, {name: swapped.encode()}))
    assert memory.known == 0


def test_a_limit_holds_for_what_is_known(zfxxgk: Form, memory: Watched) -> None:
    read(book(zfxxgk, 1))
    few = replace(DEFAULT_LIMITS, cells=100)
    assert read(book(zfxxgk, 2), few).submission is None
    assert memory.known == 0


def test_another_definition_of_the_same_form_is_no_reason_to_know_it(
    zfxxgk: Form, memory: Watched
) -> None:
    read(book(zfxxgk, 1))
    again = FormCatalog((replace(zfxxgk),))
    reading = read_submission(book(zfxxgk, 2), again)
    assert reading.form is again.given[0]
    assert memory.known == 0


def test_a_workbook_of_which_something_is_told_teaches_nothing(
    zfxxgk: Form, memory: Watched
) -> None:
    sheet, cell = first_cell(zfxxgk)
    for seed in range(3):
        read(put(book(zfxxgk, seed), sheet, cell, "text", "１２"))
    assert memory.known == 0


def test_what_is_told_of_the_package_is_told_of_every_copy(zfxxgk: Form, memory: Watched) -> None:
    unprotected = edited("<sheetProtection [^>]*>", "")
    for seed in range(3):
        reading = read(unprotected(book(zfxxgk, seed), *first_cell(zfxxgk)))
        assert "R22" in {finding.code for finding in reading.findings}
    assert memory.known == 2


def test_cells_under_another_prefix_are_read_with_care(zfxxgk: Form, memory: Watched) -> None:
    """The pattern that takes sheets apart does not see them."""
    for seed in range(2):
        data = book(zfxxgk, seed)
        prefixed: dict[str, bytes | None] = {}
        for sheet in sheet_parts(data).values():
            xml = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", part(data, sheet))
            prefixed[sheet] = xml.replace("xmlns=", "xmlns:x=", 1).encode()
        assert read(rewrite(data, prefixed)).submission is not None
    assert memory.known == 0


def test_rows_that_are_hidden_unless_they_say_how_high_they_are(
    zfxxgk: Form, memory: Watched
) -> None:
    sheet, cell = first_cell(zfxxgk)
    low = edited(r'defaultRowHeight="[0-9.]+"', 'defaultRowHeight="0"')
    height = edited(r' ht="[0-9.]+" customHeight="1">(?=<c r="A6")', ">")
    for seed in range(2):
        data = low(book(zfxxgk, seed), sheet, cell)
        read(height(data, sheet, cell) if seed else data)
    assert memory.known == 0


def test_a_large_package_is_not_held_against_frames(
    zfxxgk: Form, memory: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "_LARGEST", 100_000)
    for seed in range(2):
        read(book(zfxxgk, seed))
    assert memory.known == 0


def test_kinds_and_lessons_are_bounded(
    zfxxgk: Form, memory: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learned, "MOST_KINDS", 2)
    monkeypatch.setattr(learned, "MOST_LESSONS", 2)
    made = []

    def refuse(*args: object) -> Frame:
        made.append(args)
        raise Unteachable

    monkeypatch.setattr(learned, "frame_of", refuse)
    for seed in range(4):
        read(book(zfxxgk, seed))
    assert len(made) == 2
    styles = part(book(zfxxgk, 1), "xl/styles.xml")
    for size in range(3):
        other = styles.replace('<sz val="', f'<sz val="1{size}', 1).encode()
        read(rewrite(book(zfxxgk, 1), {"xl/styles.xml": other}))
    assert len(memory._kinds) == 2


@pytest.fixture(scope="module")
def bases(zfxxgk: Form) -> list[bytes]:
    """Workbooks whose mutants are read: all copies but in what was filled in."""
    books = [book(zfxxgk, seed, blank=seed % 2) for seed in range(3)]
    return [*books, *(book(zfxxgk, seed, prior=True) for seed in range(2)), resaved(books[0])]


@pytest.mark.parametrize("seed", range(4))
def test_mutants_are_read_alike(bases: list[bytes], memory: Watched, seed: int) -> None:
    """Fast and careful agree on values, findings and outcome, whatever was changed."""
    rng = random.Random(seed)
    for data in bases:
        read(data)
    known = memory.known
    for _ in range(25):
        read(mutant(rng.choice(bases), rng))
    assert memory.known > known
