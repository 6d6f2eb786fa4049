"""Reports as towns retype and publish them, in many layouts, and what must be read from each.

What must come is known from what was printed; nothing here uses the program's way of reading.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from printed_tables import Printed, Slot, stacked, table_as_printed, titled
from support.balanced import typed_over
from support.headings import (
    below,
    beside,
    blocks_apart,
    merged_into,
    relabelled,
    renamed,
    retyped_down,
    shuffled,
    transposed,
    with_headings,
    without,
    without_groups,
)
from support.printed_files import (
    Page,
    Part,
    Retyped,
    Web,
    binary_workbook,
    comma_separated,
    piped,
    ragged,
    run_together,
    spaced,
    tabbed,
    web_page,
    word,
    workbook,
)
from xlreport import Entry, Form, Submission, Unit
from xlreport.form.model import Heading, Kind, Table, paths
from xlreport.submission import shown

TEXTS = {
    "text.overview": "本年度主动公开政府信息，办理了全部申请，制度进一步完善。",
    "text.problems": "业务水平有待提高，下一步加强培训。",
    "text.other_matters": "本年度没有收取信息处理费。",
}


@dataclass(frozen=True)
class Published:
    """What a report prints: its numbers and totals by field, its texts, how its title is written."""

    form: Form
    year: int
    unit: str
    values: Mapping[str, str]
    texts: Mapping[str, str] = field(default_factory=lambda: dict(TEXTS))
    title: str = "{unit}{year}年政府信息公开工作年度报告"

    @property
    def heading(self) -> str:
        return self.title.format(unit=self.unit, year=self.year)

    def with_values(self, values: Mapping[str, str]) -> Published:
        return replace(self, values={**self.values, **values})


@dataclass(frozen=True)
class Case:
    """A file and what must come of it.

    `values` are all typed-in fields, "" for a blank; those of `either` may be blank instead. With
    `nothing` no number may be placed at all. `told` are words of findings that must come. `year` and
    `unit` are None and empty where the file does not tell them, or not for certain.
    """

    name: str
    filename: str
    data: bytes
    form: Form
    year: int | None
    unit: str
    values: Mapping[str, str]
    texts: Mapping[str, str] = field(default_factory=dict)
    either: frozenset[str] = frozenset()
    told: tuple[str, ...] = ()
    nothing: bool = False

    @property
    def may_be_refused(self) -> bool:
        """Whether it is right that no report comes of it: it has no number for certain, or does not
        tell of what year or unit it is."""
        certain = self.values.keys() - self.either
        return self.nothing or not certain or self.year is None or not self.unit


def number_of(kind: Kind, rng: random.Random) -> str:
    """A number as printed; every one of a report is most probably another."""
    if kind is Kind.MONEY:
        return shown(Decimal(rng.randrange(10**9)).scaleb(-rng.randrange(7)))
    return str(rng.choice((0, rng.randrange(10), rng.randrange(100, 100_000))))


def report(form: Form, seed: int, *, unit: str = "甲子镇", distinct: bool = False) -> Published:
    """A report with numbers of a seed and right totals; with `distinct` no number comes twice, so
    that one in a wrong place cannot be right by chance."""
    rng = random.Random(seed)
    year = form.last_year or form.first_year + seed % 4
    values = {f.id: number_of(f.kind, rng) for f in form.typed}
    if distinct:
        numbers = rng.sample(range(1000, 9999), len(values))
        values = dict(zip(values, map(str, numbers), strict=True))
    return Published(form, year, unit, with_totals(form, values))


def with_totals(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """The values with the totals that follow from them."""
    entries = {f.id: Entry.of(Decimal(values[f.id] or 0)) for f in form.typed}
    plain = Submission(form.id, form.first_year, Unit("甲子镇"), entries)
    over = typed_over(form, plain).overrides
    totals = {name: shown(entry.value) for name, entry in over.items() if entry.value is not None}
    return {**values, **totals}


def with_holes(one: Published, seed: int) -> Published:
    """The report with a third of its cells blank, totals too."""
    rng = random.Random(seed)
    return one.with_values({name: "" for name in one.values if rng.random() < 0.34})


def official(one: Published) -> dict[str, list[Printed]]:
    """The tables as the official format has them, by the id of the form's table."""
    return {table.id: [table_as_printed(table, one.values)] for table in one.form.tables}


def page(one: Published, tables: Mapping[str, list[Printed]] | None = None) -> list[Part]:
    """The report with title, sections in their order, texts and tables."""
    printed = official(one) if tables is None else tables
    parts: list[Part] = [one.heading]
    titles = {table.id: table.title for table in one.form.tables}
    labels = {text.field_id: text.label for text in one.form.texts}
    for name in one.form.order or (*titles, *labels):
        if name in titles:
            parts += [titles[name], *printed.get(name, [])]
        else:
            parts += [labels[name], one.texts.get(name, "无。")]
    return parts


def as_one_table(one: Published, tables: Mapping[str, list[Printed]] | None = None) -> list[Part]:
    """The report with all its tables in one, their titles as lines of it."""
    printed = official(one) if tables is None else tables
    together = []
    for table in one.form.tables:
        parts = printed[table.id]
        together.append(titled(table.title, parts[0]))
        together += parts[1:]
    return [one.heading, stacked(together)]


def changed(parts: Page, change: Callable[[Printed], Printed]) -> list[Part]:
    """The page with its tables otherwise."""
    return [change(part) if isinstance(part, Printed) else part for part in parts]


def broken(part: Printed) -> Printed:
    """The table with line breaks in its headings, as narrow columns make people type them."""

    def change(slot: Slot) -> str:
        middle = len(slot.text) // 2
        if slot.field or middle < 2:
            return slot.text
        return f"{slot.text[:middle]}\n{slot.text[middle:]}"

    return part.reworded(change)


def spelled(part: Printed) -> Printed:
    """The table with brackets of half width, spaces and full stops as people type them."""
    marks = str.maketrans("（），：", "(),:")

    def change(slot: Slot) -> str:
        if slot.field:
            return slot.text
        text = slot.text.translate(marks).replace(")", ") ").replace(",", ", ")
        return f" {text}　"

    return part.reworded(change)


def retyped(one: Published, change: Callable[[Slot], str]) -> list[Part]:
    """The page with other words in its tables."""
    return changed(page(one), lambda part: part.reworded(change))


def printed_values(form: Form, parts: Page) -> dict[str, str]:
    """The typed-in fields as a page prints them; blank what it does not print."""
    values = {item.id: "" for item in form.typed}
    for part in parts:
        if isinstance(part, Printed):
            values |= {name: text for name, text in part.fields().items() if name in values}
    return values


def case(
    name: str, filename: str, data: bytes, one: Published, parts: Page, **expected: object
) -> Case:
    """A case in which everything printed must come, but for what is said otherwise."""
    usual = Case(
        name,
        filename,
        data,
        one.form,
        one.year,
        one.unit,
        printed_values(one.form, parts),
        one.texts if len([part for part in parts if isinstance(part, str)]) > 3 else {},
    )
    return replace(usual, **expected)  # type: ignore[arg-type]


def blanked(one: Published, parts: Page, *beginnings: str) -> dict[str, str]:
    """What must come when the fields of these beginnings must stay blank."""
    values = printed_values(one.form, parts)
    return {name: "" if name.startswith(beginnings) else text for name, text in values.items()}


def fields_of(form: Form, *words: str) -> frozenset[str]:
    """The typed-in fields that have one of these ids of tables, rows or columns."""
    return frozenset(item.id for item in form.typed if set(item.id.split(".")) & set(words))


# --- layouts ---------------------------------------------------------------------------------

WEBS = {
    "plain": Web(),
    "bare": Web(paragraphs=False, blank=""),
    "headings": Web(headings=True, paragraphs=False),
    "unclosed": Web(closed=False, blank=""),
    "nested": Web(layout_table=True),
    "site": Web(site=True),
    "gbk": Web(charset="gbk"),
    "gb2312": Web(charset="gb2312", site=True, layout_table=True),
    "word": Web(word=True, charset="gb2312"),
    "upper": Web(upper=True, closed=False),
}


def web_cases(one: Published) -> Iterator[Case]:
    """Web pages."""
    parts = page(one)
    for name, web in WEBS.items():
        yield case(f"web-{name}", f"{name}.html", web_page(parts, web), one, parts)
    yield case("web-as-xls", "年报.xls", web_page(parts, WEBS["gbk"]), one, parts)
    together = as_one_table(one)
    yield case("web-one-table", "one.html", web_page(together), one, together)
    for name, change in CHANGES.items():
        altered = changed(parts, change)
        data = web_page(altered)
        either = spread(parts) if name == "repeated" else frozenset()
        yield case(f"web-{name}", f"{name}.htm", data, one, altered, either=either)
    apart = page(one, {**official(one), **_apart(one)})
    yield case("web-blocks-apart", "apart.html", web_page(apart), one, apart)


def _apart(one: Published) -> dict[str, list[Printed]]:
    return {table.id: blocks_apart(table, one.values) for table in one.form.tables if len(table.blocks) > 1}  # fmt: skip


def spread(parts: Page) -> frozenset[str]:
    """The fields whose number goes over several columns: repeated in each, it stands under the same
    heading several times, which a reader may leave."""
    tables = [part for part in parts if isinstance(part, Printed)]
    return frozenset(
        slot.field for part in tables for slot in part.slots.values() if slot.columns > 1
    ) - {""}


CHANGES: dict[str, Callable[[Printed], Printed]] = {
    "unmerged": Printed.unmerged,
    "repeated": lambda part: part.unmerged(repeated=True),
    "breaks": broken,
    "spelled": spelled,
}


def _down(one: Published) -> dict[str, list[Printed]]:
    """The table that is printed across, retyped downward in two tables."""
    tables = official(one)
    for table in one.form.tables:
        if table.arrangement == "across":
            tables[table.id] = retyped_down(table, one.values)
    return tables


def split_at_a_page(part: Printed, row: int, head: int) -> list[Printed]:
    """The table in two, where a page ends; its first rows are repeated on the second."""
    first: dict[tuple[int, int], Slot] = {}
    second: dict[tuple[int, int], Slot] = {}
    for (top, left), slot in part.slots.items():
        bottom = top + slot.rows
        if top < row:
            first[top, left] = replace(slot, rows=min(bottom, row) - top)
        if top < head:
            second[top, left] = slot
        elif bottom > row:
            begins = max(top, row)
            second[begins - row + head, left] = replace(slot, rows=bottom - begins)
    return [Printed(first), Printed(second)]


def _split(one: Published, row: int = 12) -> dict[str, list[Printed]]:
    tables = official(one)
    long = max(tables, key=lambda name: tables[name][0].height)
    tables[long] = split_at_a_page(tables[long][0], row, 3)
    return tables


def word_cases(one: Published) -> Iterator[Case]:
    """Word documents."""
    parts = page(one)
    yield case("word-plain", "年报.docx", word(parts), one, parts)
    yield case("word-layout-table", "layout.docx", word(parts, layout_table=True), one, parts)
    for name, change in CHANGES.items():
        altered = changed(parts, change)
        data = word(altered)
        either = spread(parts) if name == "repeated" else frozenset()
        yield case(f"word-{name}", f"{name}.docx", data, one, altered, either=either)
    for name, tables in {"down": _down(one), "split": _split(one)}.items():
        other = page(one, tables)
        yield case(f"word-{name}", f"{name}.docx", word(other), one, other)
    together = as_one_table(one)
    yield case("word-one-table", "one.docx", word(together), one, together)


BOOKS = {
    "plain": Retyped(),
    "three-sheets": Retyped(("Sheet1", "Sheet2", "Sheet3")),
    "named-sheets": Retyped(("表一", "表二", "表三")),
    "shifted": Retyped(down=4, right=3),
    "as-text": Retyped(as_text=True),
    "thousands": Retyped(thousands=True),
}


def with_blank_lines(part: Printed) -> Printed:
    """The table with a blank row in its middle and a blank column before its last."""
    return part.with_blank_lines((part.height - 1,), (part.width - 1,))


def workbook_cases(one: Published) -> Iterator[Case]:
    """Workbooks that are not ours."""
    parts = page(one)
    for name, how in BOOKS.items():
        yield case(f"book-{name}", f"{name}.xlsx", workbook(parts, how), one, parts)
    for name, change in {**CHANGES, "blank-lines": with_blank_lines}.items():
        altered = changed(parts, change)
        data = workbook(altered)
        either = spread(parts) if name == "repeated" else frozenset()
        yield case(f"book-{name}", f"{name}.xlsx", data, one, altered, either=either)
    for name, other in {"down": page(one, _down(one)), "one-table": as_one_table(one)}.items():
        yield case(f"book-{name}", f"{name}.xlsx", workbook(other), one, other)
    yield case("book-binary", "年报.xlsb", binary_workbook(parts), one, parts)
    yield case("book-as-et", "年报.et", workbook(parts), one, parts)


def with_split_row(text: str, label: str, columns: int) -> str:
    """The text with the numbers of a row on a line of their own, after so many blank cells, as the
    seed has one."""
    lines = []
    for line in text.split("\n"):
        head, found, rest = line.partition(f"{label}\t")
        numbers = rest.lstrip("\t")
        lines += [head + found, "\t" * columns + numbers] if found else [line]
    return "\n".join(lines)


def text_cases(one: Published) -> Iterator[Case]:
    """Plain text."""
    parts = page(one)
    tabs = tabbed(parts)
    rows = one.form.table("requests").blocks[0].rows
    granted = next(child for row in rows for child in row.children if child.id == "granted")
    texts = {
        "tabs": tabs,
        "blank-lines": tabs.replace("\n", "\n\n"),
        "split-row": with_split_row(tabs, granted.label, 3),
        "ragged-split-row": with_split_row(ragged(parts), granted.label, 1),
        "windows": tabs.replace("\n", "\r\n"),
        "pipes": piped(parts),
        "ragged": ragged(parts),
    }
    for name, text in texts.items():
        yield case(f"text-{name}", f"{name}.txt", text.encode(), one, parts)
    yield case("text-gbk", "gbk.txt", tabs.encode("gb18030"), one, parts)
    yield case("text-bom", "bom.txt", tabs.encode("utf-8-sig"), one, parts)
    yield case("text-csv", "年报.csv", comma_separated(parts).encode("utf-8-sig"), one, parts)
    # which heading stands over which number is not certain where blanks are lost
    every = frozenset(item.id for item in one.form.typed)
    yield case("text-spaces", "spaces.txt", spaced(parts).encode(), one, parts, either=every)
    holes = with_holes(one, 7)
    gaps = spaced(page(holes)).encode()
    yield case("text-spaces-blanks-lost", "gaps.txt", gaps, holes, page(holes), either=every)
    together = run_together(parts).encode()
    yield case(
        "text-run-together", "together.txt", together, one, parts, nothing=True, told=("R42",)
    )


def title_cases(one: Published) -> Iterator[Case]:
    """How the year and the unit are told."""
    titles = {
        "government": "{unit}人民政府{year}年政府信息公开工作年度报告",
        "of-the-year": "{unit}{year}年度政府信息公开工作年度报告",
        "year-first": "{year}年{unit}政府信息公开工作年度报告",
        "spaced": "{unit} {year} 年政府信息公开工作年度报告",
    }
    for name, title in titles.items():
        other = replace(one, title=title)
        yield case(f"title-{name}", f"{name}.html", web_page(page(other)), other, page(other))
    parts = [f"{one.unit}人民政府", f"{one.year}年政府信息公开工作年度报告", *page(one)[1:]]
    yield case("title-two-lines", "two.docx", word(parts), one, parts)
    parts = ["政府信息公开工作年度报告", *page(one)[1:]]
    yield case(
        "title-nothing-told",
        "说明.html",
        web_page(parts),
        one,
        parts,
        year=None,
        unit="",
        told=("R39",),
    )
    parts = [f"{one.unit}政府信息公开工作年度报告", *page(one)[1:]]
    yield case("title-no-year", "某某.html", web_page(parts), one, parts, year=None, told=("R39",))
    parts = [f"{one.year}年政府信息公开工作年度报告", *page(one)[1:]]
    yield case("title-no-unit", "某某.html", web_page(parts), one, parts, unit="", told=("F4",))


def neighbour_cases(one: Published) -> Iterator[Case]:
    """Titles of other reports around this one's, and titles written in other ways."""
    report_name, year = "政府信息公开工作年度报告", one.year
    parts = page(one)
    body = parts[1:]
    before = f"{one.unit}{year - 1}年{report_name}"
    pages: dict[str, list[Part]] = {
        "links-below": [*parts, f"上一篇：{before}", f"下一篇：{one.unit}{year + 1}年{report_name}"],
        "other-years-above": [before, f"{one.unit}{year - 2}年{report_name}", *parts],
        "other-units-above": [f"乙丑镇{year}年{report_name}", f"丙寅镇{year}年{report_name}", *parts],
        "twice": [parts[0], *parts],
        "in-a-table": [Printed({(0, 0): Slot(str(parts[0]))}), *body],
        "chinese-digits": [f"{one.unit}{''.join('〇一二三四五六七八九'[int(d)] for d in str(year))}年{report_name}", *body],
        "full-width": [f"{one.unit}{str(year).translate(_WIDE)}年{report_name}", *body],
        "in-brackets": [f"{one.unit}{report_name}（{year}年度）", *body],
        "short-name": [f"{one.unit}{year}年政府信息公开年报", *body],
        "county-above": [f"示例县{year}年{report_name}", *parts],
        "last-year-in-the-text": [*parts[:2], f"按照{before}的要求，{year - 1}年度未办结的2件本年办结。", *parts[3:]],
    }  # fmt: skip
    for name, other in pages.items():
        yield case(f"title-{name}", f"{name}.html", web_page(other), one, parts, texts={})


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")

# --- traps -----------------------------------------------------------------------------------


def with_table(one: Published, name: str, *tables: Printed) -> list[Part]:
    """The page with other tables in the place of the form's of this id."""
    return page(one, {**official(one), name: list(tables)})


def _altered(one: Published, name: str, change: Callable[[Table], Table]) -> list[Part]:
    values = {**dict.fromkeys(_extra(one.form), "8"), **one.values}
    table = table_as_printed(change(one.form.table(name)), values)
    return with_table(one, name, table)


Change = Callable[[tuple[Heading, ...]], tuple[Heading, ...]]


def _rows(change: Change) -> Callable[[Table], Table]:
    return lambda table: with_headings(table, rows=change)


def _columns(change: Change) -> Callable[[Table], Table]:
    return lambda table: with_headings(table, columns=change)


def _both(change: Change) -> Callable[[Table], Table]:
    return lambda table: with_headings(table, rows=change, columns=change)


def _extra(form: Form) -> list[str]:
    """Fields that the format before this one had: a group of rows as one row."""
    columns = {item.column for item in form.fields.values() if item.table == "requests"}
    return [f"requests.closed.{column}" for column in columns]


def heading_cases(one: Published) -> Iterator[Case]:
    """Headings in another order, missing, mistyped, or ambiguous: numbers follow their headings."""
    rng = random.Random(one.year)
    for table in one.form.tables:
        name = table.id
        if name != "review":
            parts = _altered(one, name, _rows(shuffled(rng)))
            yield case(f"rows-exchanged-{name}", f"rows-{name}.html", web_page(parts), one, parts)
        parts = _altered(one, name, _columns(shuffled(rng)))
        yield case(f"columns-exchanged-{name}", f"columns-{name}.docx", word(parts), one, parts)
    for row in ("repealed", "refused_third_party", "carried_in", "penalties"):
        table_id = "disclosure" if row in ("repealed", "penalties") else "requests"
        parts = _altered(one, table_id, _both(without(row)))
        yield case(
            f"missing-{row}", f"missing-{row}.xlsx", workbook(parts), one, parts, told=("R38",)
        )
    for column in ("business", "other"):
        parts = _altered(one, "requests", _columns(without(column)))
        yield case(
            f"missing-{column}",
            f"missing-{column}.html",
            web_page(parts),
            one,
            parts,
            told=("R38",),
        )
    parts = _altered(one, "requests", _columns(renamed("legal_service", "其他")))
    expected = {
        name: "" if name.endswith((".legal_service", ".other")) else text
        for name, text in printed_values(one.form, parts).items()
    }
    expected |= {n: one.values[n] for n in expected if n.startswith("review.")}
    yield case(
        "two-others",
        "others.html",
        web_page(parts),
        one,
        parts,
        values=expected,
        told=("R37", "R38"),
    )
    parts = _altered(one, "disclosure", _columns(renamed("repealed", "本年制发件数")))  # fmt: skip
    blank = blanked(one, parts, *(f"disclosure.{row}.{column}" for row in ("regulations", "normative_documents") for column in ("issued", "repealed")))  # fmt: skip
    yield case(
        "two-issued", "issued.docx", word(parts), one, parts, values=blank, told=("R37", "R38")
    )
    spellings = {
        "repealed": "本年度止件数",
        "normative_documents": "规范性文件",
        "amount": "本年收费金额（单位：万元，保留4位小数）",
    }
    for name, label in spellings.items():
        parts = _altered(one, "disclosure", _both(renamed(name, label)))  # fmt: skip
        yield case(f"spelling-{name}", f"{name}.html", web_page(parts), one, parts)
    others = {
        "in_force": ("本年新公开数量", "disclosure.regulations.in_force", "disclosure.normative_documents.in_force"),
        "issued": ("本年新制作数量", "disclosure.regulations.issued", "disclosure.normative_documents.issued"),
        "licences": ("行政许可和行政确认", "disclosure.licences."),
        "fees": ("政府集中采购", "disclosure.fees."),
        "amount": ("本年收费金额（单位：元）", "disclosure.fees."),
    }  # fmt: skip
    for name, (label, *beginnings) in others.items():
        parts = _altered(one, "disclosure", _both(renamed(name, label)))  # fmt: skip
        blank = blanked(one, parts, *beginnings)
        yield case(f"other-meaning-{name}", f"{name}.html", web_page(parts), one, parts, values=blank, told=("R38",))  # fmt: skip
    parts = _altered(one, "requests", _rows(merged_into("closed")))
    yield case("closed-in-one-row", "closed.html", web_page(parts), one, parts, told=("R38",))
    turned = transposed(table_as_printed(one.form.table("requests"), one.values))
    parts = with_table(one, "requests", turned)
    yield case("transposed", "transposed.xlsx", workbook(parts), one, parts, either=fields_of(one.form, "requests"))  # fmt: skip


def _with_more(one: Published, change: Callable[[Table], Table], number: str = "8") -> list[Part]:
    """The page with rows or columns in the table of requests that the form does not have."""
    table = change(one.form.table("requests"))
    names = {f"{table.id}.{row}.{column}" for row in _ids(table, "rows") for column in _ids(table, "columns")}  # fmt: skip
    values = {**{name: f"{number}{i}" for i, name in enumerate(sorted(names))}, **one.values}
    return with_table(one, table.id, table_as_printed(table, values))


def _ids(table: Table, side: str) -> set[str]:
    (block,) = table.blocks
    return {path[-1].id or "" for path in paths(getattr(block, side))}


def intruder_cases(one: Published) -> Iterator[Case]:
    """Rows and columns among the form's that it does not have: theirs go nowhere."""
    more = {
        "other-of-another-group": _rows(below("refused", Heading("9.其他", "x"))),
        "subtotal": _rows(below("refused", Heading("小计", "x"))),
        "part-of-a-row": _rows(beside("granted", Heading("其中：涉及征地拆迁", "x"))),
        "total-again": _rows(beside("carried_out", Heading("总计", "x"))),
        "last-year-column": _columns(beside("total", Heading("上年总计", "x"))),
        "change-column": _columns(beside("natural_person", Heading("自然人同比增减", "x"))),
        "share-column": _columns(beside("total", Heading("占比（%）", "x"))),
        "media-column": _columns(below("legal_persons", Heading("新闻媒体", "x"))),
    }
    for name, change in more.items():
        parts = _with_more(one, change)
        yield case(f"more-{name}", f"{name}.html", web_page(parts), one, parts)
    other = fields_of(one.form, "other") & fields_of(one.form, "requests")
    outside = _columns(_other_outside)
    parts = _with_more(one, outside)
    yield case("other-outside-its-group", "outside.html", web_page(parts), one, parts, either=other)
    parts = _with_more(one, _columns(lambda headings: _two_years(headings, one.year)))
    requests = fields_of(one.form, "requests")
    yield case("years-beside", "beside.xlsx", workbook(parts), one, parts, either=requests)
    parts = _with_more(one, _both(without_groups))
    yield case("no-groups", "groups.html", web_page(parts), one, parts, either=requests)
    unnumbered = relabelled(
        lambda label: re.sub("^([一二三四五六七]、|（[一-七]）|[1-9]\\.)", "", label)
    )
    parts = _with_more(one, _rows(unnumbered))
    yield case("no-numbering", "unnumbered.docx", word(parts), one, parts)
    numbered = relabelled(lambda label: re.sub(r"^([1-9])\.", r"（\1）", label))
    parts = _with_more(one, _rows(numbered))
    yield case("other-numbering", "numbered.html", web_page(parts), one, parts)
    again = _rows(renamed("litigation_after_reconsideration", "未经复议直接起诉"))
    parts = _altered(one, "review", again)
    both = blanked(one, parts, "review.litigation_")
    yield case("two-litigations", "two.html", web_page(parts), one, parts, values=both)
    for name, table in _merged_numbers(one).items():
        parts = with_table(one, "requests", table)
        rows = fields_of(one.form, "received", "carried_in")
        yield case(f"merged-number-{name}", f"{name}.docx", word(parts), one, parts, either=rows)
    tables = official(one)
    pieces = split_at_a_page(tables["requests"][0], 12, 0)
    parts = page(one, {**tables, "requests": pieces})
    later = frozenset(pieces[1].fields()) & requests
    yield case("split-without-headings", "split.docx", word(parts), one, parts, either=later)


def _other_outside(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
    """The column 其他 beside its group instead of in it."""
    (outer,) = headings
    group = next(heading for heading in outer.children if heading.children)
    fewer = without("other")((outer,))
    return beside(group.id or "", group.children[-1])(fewer)


def _two_years(headings: tuple[Heading, ...], year: int) -> tuple[Heading, ...]:
    """All columns twice, under the year before and the year."""
    before = relabelled_ids(headings)
    return Heading(f"{year - 1}年", None, before), Heading(f"{year}年", None, headings)


def relabelled_ids(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
    """The same headings for fields that the form does not have."""
    return tuple(
        replace(heading, id=f"x_{heading.id}", children=relabelled_ids(heading.children))
        for heading in headings
    )


def uneven_cases(one: Published) -> Iterator[Case]:
    """Rows that do not fit the headings above: a cell too few, a cell too many, a heading that says
    it goes over more or fewer rows than it does. What follows in the row has no certain heading."""
    table = table_as_printed(one.form.table("requests"), one.values)
    at = {slot.field: cell for cell, slot in table.slots.items() if slot.field}
    labels = {slot.text: cell for cell, slot in table.slots.items()}
    rows = [f"requests.{row}." for row in ("carried_in", "granted", "closed_other")]  # fmt: skip
    for beginning in rows:
        mine = frozenset(name for name in one.values if name.startswith(beginning))
        for column in ("natural_person", "total"):
            slots = dict(table.slots)
            del slots[at[beginning + column]]
            parts = with_table(one, "requests", Printed(slots))
            name = f"cell-missing-{beginning}{column}"
            yield case(name, "short.html", web_page(parts), one, parts, either=mine)
            lines = tabbed(with_table(one, "requests", table))
            number = f"\t{one.values[beginning + column]}"
            texts = {"short": lines.replace(number, "", 1), "long": lines.replace(number, f"\t{number}", 1)}  # fmt: skip
            for kind, text in texts.items():
                name = f"text-{kind}-{beginning}{column}"
                yield case(name, f"{kind}.txt", text.encode(), one, parts, either=mine, texts={})
    groups = {"（三）不予公开": "refused", "（五）不予处理": "declined", "三、本年度办理结果": "", "（六）其他处理": "closed"}  # fmt: skip
    for label, group in groups.items():
        for more in (-1, 1):
            slots = dict(table.slots)
            slots[labels[label]] = replace(slots[labels[label]], rows=slots[labels[label]].rows + more)  # fmt: skip
            parts = with_table(one, "requests", Printed(slots))
            every = frozenset(name for name in one.values if name.startswith("requests."))
            name = f"span-{more}-{group or 'all'}"
            yield case(name, "span.html", web_page(parts), one, parts, either=every)


def gap_cases(one: Published) -> Iterator[Case]:
    """A heading without words, and a row with a cell too few: as many numbers as headings, and yet
    not theirs."""
    gaps = {
        "requests": ("requests.received.legal_service", "requests.declined_reissue.other"),
        "review": ("review.reconsideration.pending", "review.litigation_direct.upheld"),
    }
    for name, (unnamed, missing) in gaps.items():
        table = table_as_printed(one.form.table(name), one.values)
        at = {slot.field: cell for cell, slot in table.slots.items() if slot.field}
        column = at[unnamed][1]
        heading = max(cell for cell in table.slots if cell[1] == column and cell < at[unnamed])
        slots = dict(table.slots)
        slots[heading] = replace(slots[heading], text="")
        del slots[at[missing]]
        parts = with_table(one, name, Printed(slots))
        either = frozenset(n for n in one.values if n.startswith(f"{name}."))
        yield case(f"gap-{name}", f"gap-{name}.html", web_page(parts), one, parts, either=either)

    table = table_as_printed(one.form.table("review"), one.values)
    at = {slot.field: cell for cell, slot in table.slots.items() if slot.field}
    pending, total = (
        at[f"review.litigation_after_reconsideration.{n}"] for n in ("other", "total")
    )
    slots = dict(table.slots)
    del slots[total]
    del slots[pending[0] - 1, pending[1]]
    parts = with_table(one, "review", Printed(slots))
    either = fields_of(one.form, "review")
    yield case("gap-book", "gap.xlsx", workbook(parts), one, parts, either=either)
    table = table_as_printed(one.form.table("disclosure"), one.values)
    at = {slot.field: cell for cell, slot in table.slots.items() if slot.field}
    slots = dict(table.slots)
    del slots[at["disclosure.penalties.decisions"]]
    del slots[at["disclosure.coercive_measures.decisions"][0], 0]
    parts = with_table(one, "disclosure", Printed(slots))
    either = frozenset({"disclosure.coercive_measures.decisions"})
    yield case("gap-row", "gap-row.xlsx", workbook(parts), one, parts, either=either)


def _merged_numbers(one: Published) -> dict[str, Printed]:
    """The table of requests with one number merged over a second row, or over a second column."""
    table = table_as_printed(one.form.table("requests"), one.values)
    tables = {}
    for name, (down, right) in {"down": (1, 0), "across": (0, 1)}.items():
        first = next(c for c, slot in table.slots.items() if slot.field.endswith("received.business"))  # fmt: skip
        slots = dict(table.slots)
        del slots[first[0] + down, first[1] + right]
        slots[first] = replace(slots[first], rows=1 + down, columns=1 + right)
        tables[name] = Printed(slots)
    return tables


def number_cases(one: Published) -> Iterator[Case]:
    """Numbers written in other ways: taken where nobody can read them otherwise."""
    written = {
        "requests.received.natural_person": ("１２３", "123"),
        "requests.received.business": (" 45　", "45"),
        "requests.received.public_welfare": ("8 9", "8 9"),
        "requests.received.legal_service": ("十二", "十二"),
        "requests.received.other": ("1e3", "1e3"),
        "requests.carried_in.natural_person": ("12.0", "12"),
        "requests.carried_in.business": ("①", "①"),
        "requests.carried_in.research": ("3²", "3²"),
        "requests.carried_in.public_welfare": ("5月6日", "5月6日"),
        "requests.carried_in.legal_service": ("7/8", "7/8"),
    }
    odd = one.with_values({name: shows for name, (shows, _) in written.items()})
    parts = page(odd)
    values = {**printed_values(one.form, parts), **{n: must for n, (_, must) in written.items()}}
    for name, data in {"html": web_page(parts), "docx": word(parts), "txt": tabbed(parts).encode()}.items():  # fmt: skip
        yield case(f"written-{name}", f"written.{name}", data, odd, parts, values=values)
    grouped = one.with_values(
        {
            "requests.received.natural_person": "1,234",
            "requests.received.business": "12,34",
            "disclosure.fees.amount": "1,234.5",
        }
    )
    parts = page(grouped)
    values = printed_values(one.form, parts)
    values |= {"requests.received.natural_person": "1234", "disclosure.fees.amount": "1234.5"}
    yield case("thousands", "thousands.html", web_page(parts), grouped, parts, values=values)


def _stranger() -> Printed:
    """A table of another subject with headings that the form has too."""
    head = ("项目", "自然人", "商业企业", "其他", "总计")
    rows = (
        ("一、本年新收不动产登记申请数量", "901", "902", "903", "2706"),
        ("（一）予以登记", "904", "905", "906", "2715"),
        ("2.重复申请", "907", "908", "909", "2724"),
        ("（七）总计", "910", "911", "912", "2733"),
        ("行政许可", "913", "914", "915", "2742"),
    )
    return _typed(head, *rows)


def _typed(*lines: tuple[str, ...]) -> Printed:
    return Printed(
        {(r, c): Slot(text) for r, line in enumerate(lines) for c, text in enumerate(line)}
    )


def _overview() -> Printed:
    """Words of the form with numbers beside them that count something else."""
    return _typed(
        ("项目", "数量"),
        ("规章", "901"),
        ("行政许可", "902"),
        ("行政处罚", "903"),
        ("结果维持", "904"),
    )


def _by_unit() -> Printed:
    """A table with a line for each unit, and columns named after the form's rows."""
    head = ("单位", "本年新收政府信息公开申请数量", "予以公开", "总计", "行政许可", "其他")
    return _typed(head, ("东村", "911", "912", "913", "914", "915"), ("西村", "916", "917", "918", "919", "920"))  # fmt: skip


def company_cases(one: Published, other: Published) -> Iterator[Case]:
    """What else lies beside the tables: another subject, the same again, another report."""
    stranger = _stranger()
    parts = page(one)
    nearby: list[Part] = ["不动产登记办理情况", stranger]
    for name, around in {"before": [*parts[:1], *nearby, *parts[1:]], "after": [*parts, *nearby]}.items():  # fmt: skip
        yield case(f"stranger-{name}", f"{name}.html", web_page(around), one, parts, texts={})
        yield case(f"stranger-{name}-word", f"{name}.docx", word(around), one, parts, texts={})
    overview: list[Part] = ["一图读懂", _overview()]
    for name, around in {"before": [*parts[:1], *overview, *parts[1:]], "after": [*parts, *overview]}.items():  # fmt: skip
        yield case(f"overview-{name}", f"{name}.html", web_page(around), one, parts, texts={})
    by_unit: list[Part] = [f"{one.unit}{one.year}年各村政府信息公开情况", _by_unit()]
    yield case("by-unit-alone", "units.xlsx", workbook(by_unit), one, by_unit, nothing=True)
    around = [*parts, "各村情况", _by_unit()]
    yield case("by-unit-after", "villages.docx", word(around), one, parts, texts={})
    alone: list[Part] = [f"{one.unit}{one.year}年不动产登记情况", stranger]
    yield case("stranger-alone", "alone.html", web_page(alone), one, alone, nothing=True)
    tables = official(one)
    twice = page(one, {name: [*some, *some] for name, some in tables.items()})
    yield case("same-twice", "twice.html", web_page(twice), one, parts, texts={})
    contrary = official(replace(other, year=one.year))
    for name in tables:
        both = page(one, {**tables, name: [*tables[name], *contrary[name]]})
        blank = blanked(one, parts, f"{name}.")
        same = {n: t for n, t in one.values.items() if n.startswith(f"{name}.") and other.values[n] == t}  # fmt: skip
        may = frozenset(same)
        yield case(f"contrary-twice-{name}", f"contrary-{name}.html", web_page(both), one, parts, values={**blank, **{n: one.values[n] for n in may if n in blank}}, either=may, texts={}, told=("R37",))  # fmt: skip
    years = [*page(one), *page(replace(other, year=one.year - 1, unit=one.unit))]
    yield case("two-years", "years.html", web_page(years), one, years, nothing=True, told=("R40",))
    units = [*page(one), *page(replace(other, year=one.year, unit="乙丑镇"))]
    yield case("two-units", "units.docx", word(units), one, units, nothing=True, told=("R40",))


def value_cases(one: Published) -> Iterator[Case]:
    """What stands in cells: blanks, no numbers, wrong totals. Nothing is put right."""
    holes = with_holes(one, 3)
    for name, parts in {"official": page(holes), "unmerged": changed(page(holes), Printed.unmerged)}.items():  # fmt: skip
        yield case(f"blanks-{name}-web", f"{name}.html", web_page(parts), holes, parts)
        yield case(f"blanks-{name}-word", f"{name}.docx", word(parts), holes, parts)
        yield case(f"blanks-{name}-book", f"{name}.xlsx", workbook(parts), holes, parts)
        yield case(f"blanks-{name}-tabs", f"{name}.txt", tabbed(parts).encode(), holes, parts)
    empty = one.with_values(dict.fromkeys(one.values, ""))
    parts = page(empty)
    yield case("all-blank", "empty.html", web_page(parts), empty, parts)
    odd = one.with_values(
        {
            "requests.received.natural_person": "2件",
            "requests.received.business": "—",
            "requests.received.research": "无",
            "requests.carried_in.natural_person": "/",
            "requests.granted.other": "22（其中修订16件）",
            "disclosure.fees.amount": "251000元",
            "review.reconsideration.upheld": "减4",
            "disclosure.licences.decisions": "-",
        }
    )
    parts = page(odd)
    yield case("no-numbers-web", "odd.html", web_page(parts), odd, parts)
    yield case("no-numbers-word", "odd.docx", word(parts), odd, parts)
    yield case("no-numbers-book", "odd.xlsx", workbook(parts), odd, parts)
    yield case("no-numbers-text", "odd.txt", tabbed(parts).encode(), odd, parts)
    wrong = one.with_values(
        {
            "requests.received.total": str(int(one.values["requests.received.total"]) + 1),
            "requests.processed.business": "99999",
            "review.reconsideration.total": "77777",
        }
    )
    parts = page(wrong)
    yield case("wrong-totals", "totals.html", web_page(parts), wrong, parts, told=("A1", "A2", "A4"))  # fmt: skip
    fine = one.with_values({"disclosure.fees.amount": "24252.311082"})
    parts = page(fine)
    yield case("six-decimals", "fine.docx", word(parts), fine, parts)
    hidden = official(one)
    table = hidden["requests"][0]
    hidden["requests"] = [replace(table, hidden=(3, 9))]
    parts = page(one, hidden)
    rows = fields_of(one.form, "received", "refused_safety_stability")
    yield case("hidden-rows", "hidden.xlsx", workbook(parts), one, parts, either=rows)
    parts = changed(page(one), _uneven)
    yield case("uneven-spans", "uneven.html", web_page(parts), one, parts)


def _uneven(part: Printed) -> Printed:
    """The first block with spans that do not agree from row to row, as a real page has them."""
    spans = {1: (1, 1, 2, 1), 2: (1, 2, 1, 1), 3: (1, 1, 2, 1)}
    if part.width != 4:
        return part
    slots: dict[tuple[int, int], Slot] = {}
    for row, cells in enumerate(part.rows()):
        column = 0
        for i, (_, slot) in enumerate(cells):
            width = spans[row][i] if row in spans else slot.columns + (i == len(cells) - 1)
            slots[row, column] = replace(slot, columns=width)
            column += width
    return Printed(slots)


def previous_form_cases(one: Published) -> Iterator[Case]:
    """A report in the format that was in force before."""
    parts = page(one)
    yield case("former-web", "former.html", web_page(parts), one, parts)
    yield case("former-word", "former.docx", word(parts), one, parts)
    yield case("former-book", "former.xlsx", workbook(parts), one, parts)


def outdated_case(one: Published, form: Form) -> Case:
    """A report in the format that was in force before, for a year of the form after it: what both
    ask for alike may be taken."""
    late = replace(one, year=form.first_year + 1)
    parts = page(late)
    values = {item.id: one.values.get(item.id, "") for item in form.typed}
    either = frozenset(name for name in values if name.startswith("disclosure."))
    found = case("former-used-too-late", "late.html", web_page(parts), late, parts)
    return replace(found, form=form, values=values, either=either, told=("R41",))


def cases(form: Form, seed: int = 0) -> list[Case]:
    """Every layout and every trap, for reports of a seed."""
    one, other = report(form, seed, distinct=True), report(form, seed + 1, distinct=True)
    small = report(form, seed + 2)
    found: list[Case] = []
    for layouts in (
        web_cases,
        word_cases,
        workbook_cases,
        text_cases,
        title_cases,
        neighbour_cases,
    ):
        found += layouts(one)
    for layouts in (
        heading_cases,
        intruder_cases,
        uneven_cases,
        gap_cases,
        value_cases,
        number_cases,
    ):
        found += layouts(one)
    found += company_cases(one, other)
    found += [replace(each, name=f"{each.name}-zeros") for each in web_cases(small)]
    return found


LAYOUTS: dict[str, Callable[[Published], dict[str, list[Printed]]]] = {
    "official": official,
    "down": _down,
    "split": _split,
    "apart": lambda one: {**official(one), **_apart(one)},
}
"""How the tables are divided."""


def any_layout(one: Published, rng: random.Random) -> Case:
    """The report in a layout that chance makes of all that never lose a number."""
    tables = rng.choice(list(LAYOUTS.values()))(one)
    parts = page(one, tables)
    either: frozenset[str] = frozenset()
    for name in rng.sample(list(CHANGES), rng.randrange(3)):
        either |= spread(parts) if name == "repeated" else frozenset()
        parts = changed(parts, CHANGES[name])
    kind = rng.choice(("web", "word", "book", "text"))
    if kind == "web":
        web = rng.choice(list(WEBS.values()))
        return case("any", "any.html", web_page(parts, web), one, parts, either=either)
    if kind == "word":
        return case(
            "any",
            "any.docx",
            word(parts, layout_table=rng.random() < 0.3),
            one,
            parts,
            either=either,
        )
    if kind == "book":
        book = rng.choice(list(BOOKS.values()))
        return case("any", "any.xlsx", workbook(parts, book), one, parts, either=either)
    text = rng.choice((tabbed, piped, comma_separated))(parts)
    return case("any", "any.txt", text.encode(), one, parts, either=either)
