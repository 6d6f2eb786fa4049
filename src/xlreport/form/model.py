"""The form as the rest of the program sees it: tables, fields, texts, identity, checks.

A form knows no workbook and no address. Field ids are `table.row.column`; they are permanent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import chain

from xlreport.compact import compact
from xlreport.findings import Severity
from xlreport.form.expression import (
    MAX_NUMBER,
    SCALE,
    Length,
    Node,
    Number,
    Previous,
    Ref,
    Truth,
    fields_of,
    operands_of,
)

LEVELS = ("乡镇", "街道", "部门", "县", "市")
"""The kinds of reporting units (类别 in a roster), which rules may name."""


class Kind(StrEnum):
    """What a field holds."""

    COUNT = "count"
    MONEY = "money"
    TEXT = "text"


class Arrangement(StrEnum):
    """How a table prints: rows one below another, or all rows side by side in one line."""

    DOWN = "down"
    ACROSS = "across"


_DIFFERENCE = "差"
"""What the few words end with which a difference follows."""


@compact
@dataclass(frozen=True, slots=True)
class Check:
    """One rule: permanent code, severity, the rule as written and why it must hold; `brief` is what
    is wrong where it does not, in a few words."""

    code: str
    title: str
    severity: Severity
    each: str | None
    rule: str
    why: str
    tolerance: Decimal
    brief: str = ""

    @property
    def complaint(self) -> str:
        """What a cell says where the rule does not hold, before the difference if it is shown."""
        return self.brief.removesuffix(_DIFFERENCE) or f"不符合：{self.title}"

    @property
    def difference_word(self) -> str:
        """What stands between the complaint and the difference."""
        return _DIFFERENCE if self.brief else f"，{_DIFFERENCE}"

    @property
    def shows_difference(self) -> bool:
        """Whether the difference follows, where there is one."""
        return not self.brief or self.brief.endswith(_DIFFERENCE)


@compact
@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted: the words for it, words that may stand beside them without changing what is
    counted, its measure words, words for a kind of it, and words after which a sentence counts
    something else. Names can also be put together of small words: one of each group of `made_of`
    and any of `made_with`."""

    id: str
    words: tuple[str, ...]
    measures: tuple[str, ...]
    beside: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    made_of: tuple[tuple[str, ...], ...] = ()
    made_with: tuple[str, ...] = ()


@compact
@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that can be said about a subject. Without `verbs` the subject's words alone say it;
    one of `none` says that there were none. With `from_context` the subject may stand in an earlier
    clause.
    """

    subject: Subject
    verbs: tuple[str, ...]
    none: tuple[str, ...]
    measures: tuple[str, ...]
    from_context: bool
    readings: tuple[Number, ...]


@compact
@dataclass(frozen=True, slots=True)
class OwnReport:
    """How a text speaks of the report that it belongs to: its names, the words that announce it,
    and the words for its period."""

    names: tuple[str, ...]
    announced: tuple[str, ...]
    period: tuple[str, ...]


@compact
@dataclass(frozen=True, slots=True)
class Statement:
    """A permanent code with what its texts may say; a contradiction to all readings is a
    finding."""

    code: str
    title: str
    severity: Severity
    why: str
    texts: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    own: OwnReport | None = None

    @property
    def check(self) -> Check:
        """The statement as the check that a sentence about numbers needs."""
        return Check(self.code, self.title, self.severity, None, "", self.why, Decimal(0))


@compact
@dataclass(frozen=True, slots=True)
class Heading:
    """A row or column heading; one with children is a merged heading over them."""

    label: str
    id: str | None = None
    children: tuple[Heading, ...] = ()
    kind: Kind = Kind.COUNT
    unit: str = "件"
    computed: str | None = None
    signed: bool = False

    def leaves(self) -> Iterator[Heading]:
        """The headings that stand for one row or column."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    @property
    def depth(self) -> int:
        """Levels from here down to the deepest leaf, this one included."""
        below = [child.depth for child in self.children]
        return 1 + max(below, default=0)


def leaf_ids(headings: tuple[Heading, ...]) -> tuple[str, ...]:
    """The ids of all rows or columns under these headings, in printed order."""
    ids: list[str] = []
    for heading in headings:
        ids.extend(leaf.id or "" for leaf in heading.leaves())
    return tuple(ids)


def paths(headings: tuple[Heading, ...]) -> Iterator[tuple[Heading, ...]]:
    """For each leaf its headings from the outermost to itself."""
    for heading in headings:
        if heading.children:
            for rest in paths(heading.children):
                yield (heading, *rest)
        else:
            yield (heading,)


def _named_groups(headings: tuple[Heading, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every heading with the ids below it, then all together under no label. A label leaves out the
    outermost of several headings."""
    for path in paths(headings):
        for depth, heading in enumerate(path, 1):
            labelled = path[1:depth] or path[:1]
            label = " ".join([part.label for part in labelled])
            yield label, leaf_ids((heading,))
    yield "", leaf_ids(headings)


@compact
@dataclass(frozen=True, slots=True)
class Block:
    """A part of a table with column headings of its own."""

    title: str | None
    corner: str
    columns: tuple[Heading, ...]
    rows: tuple[Heading, ...]


@compact
@dataclass(frozen=True, slots=True)
class Table:
    """One table of the form, printed on one sheet."""

    id: str
    title: str
    sheet: str
    arrangement: Arrangement
    blocks: tuple[Block, ...]


def _groups(table_id: str, block: Block) -> Iterator[tuple[frozenset[str], tuple[str, str]]]:
    """Every group of fields of a block: rows under one heading, in columns under one heading."""
    for row_label, rows in _named_groups(block.rows):
        for column_label, columns in _named_groups(block.columns):
            names = (f"{table_id}.{row}.{column}" for row in rows for column in columns)
            yield frozenset(names), (row_label, column_label)


@compact
@dataclass(frozen=True, slots=True)
class Field:
    """One number of a table. `label` is the row and the column as printed; `row_short` leaves
    out the outermost of several row headings."""

    id: str
    table: str
    row: str
    column: str
    row_label: str
    row_short: str
    column_label: str
    kind: Kind
    unit: str
    computed: str | None
    signed: bool = False

    @property
    def label(self) -> str:
        """Row and column as printed."""
        return f"{self.row_label}·{self.column_label}"

    @property
    def decimals(self) -> int:
        """Decimals that a number of this kind may have."""
        if self.kind is Kind.COUNT:
            return 0
        return SCALE

    @property
    def least(self) -> Decimal:
        """The least whole number that a cell of this kind may hold."""
        return 1 - MAX_NUMBER if self.signed else Decimal(0)


@compact
@dataclass(frozen=True, slots=True)
class Text:
    """One text section of the report; its field id is `text.<id>`. `lines` is the room in its
    cell."""

    id: str
    label: str
    hint: str
    lines: int

    @property
    def field_id(self) -> str:
        """Its name in rules and findings."""
        return f"text.{self.id}"


@compact
@dataclass(frozen=True, slots=True)
class IdentityItem:
    """One line of the cover."""

    id: str
    label: str
    hint: str


@compact
@dataclass(frozen=True, slots=True)
class Signature:
    """One place of the signature block: `line` is the line of the cover that is printed there, None
    for a place that stays free for a pen."""

    label: str
    line: str | None = None


@compact
@dataclass(frozen=True, slots=True)
class Headline:
    """A number that is shown first: its name, how it is worked out, what is counted."""

    label: str
    value: Number
    unit: str = ""


class ChartKind(StrEnum):
    """What stands side by side in a chart."""

    UNITS = "units"
    """The reporting units; several series are stacked."""

    PARTS = "parts"
    """The series, of the whole county."""

    YEARS = "years"
    """The series, of the whole county, each beside last year's."""


@compact
@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with the numbers that it shows."""

    title: str
    kind: ChartKind
    series: tuple[Headline, ...]


class Word(StrEnum):
    """What a sentence can name beside numbers."""

    YEAR = "year"
    LAST_YEAR = "last_year"
    UNIT = "unit"


@compact
@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft: words as written, numbers and names in their order, and the condition
    under which it is said (None for always)."""

    pieces: tuple[str | Word | Number, ...]
    when: Truth | None = None

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Its numbers in their order."""
        return tuple(piece for piece in self.pieces if not isinstance(piece, str))

    @property
    def counts(self) -> bool:
        """Whether numbers decide on what it says, or whether it is said."""
        return self.when is not None or bool(self.numbers)


@compact
@dataclass(frozen=True, slots=True)
class Draft:
    """How a text of the published report begins: its paragraphs, and what is still to be done to
    it."""

    text: str
    paragraphs: tuple[tuple[Sentence, ...], ...]
    note: str = ""


@compact
@dataclass(frozen=True, slots=True)
class Instance:
    """A check bound to fields: one per row, column or cell, or one in all.

    `table` is where it is shown; `row` or `column` is set for `each: row` or `each: column`
    (both for `each: cell`); `subject` is that row or column as printed (of a cell its row).
    """

    check: Check
    rule: Truth
    table: str
    row: str | None = None
    column: str | None = None
    subject: str = ""

    @property
    def code(self) -> str:
        """`A3.natural_person`: what a clerk quotes and scripts look for."""
        if self.check.each in ("row", "column"):
            line = self.row or self.column
            return f"{self.check.code}.{line}"
        return self.check.code


@compact
@dataclass(frozen=True, slots=True)
class Continuation:
    """The form before, and where its figures went. Ids are those of numbers and texts.

    `form` is its id, `definition` where it was found. `same` gives for an id here the one there
    with the same meaning, `parts` for each of several here the one there that holds their sum;
    `new` are the ids that the form before did not have, `ended` those that only it had.
    """

    form: str
    definition: str
    same: Mapping[str, str]
    parts: Mapping[str, str]
    new: frozenset[str]
    ended: frozenset[str] = frozenset()

    def is_known(self, name: str) -> bool:
        """Whether the form before tells what this number or text was."""
        return name in self.same


@dataclass(frozen=True, eq=False)
class Form:
    """A loaded form definition.

    `fingerprint` is the SHA-256 of what shapes its workbook, not of its spacing nor of the words in
    which texts speak; `same_workbook_as` are those of earlier definitions with the same workbook,
    `same_figures_as` those of definitions with the same figures in workbooks that look otherwise.
    `headlines` and `charts` are the numbers that a county is shown first, `order` gives the parts
    of the published report (ids of tables, fields of texts), `drafts` the texts that it begins.
    `marks` are the legal marks of a statistical form (统计法实施条例第二十三条) with their labels,
    `follows` names the definition that was in force before, `continues` says how to understand the
    figures of the form before. `spellings` are other ways to write labels and titles, by these.
    """

    id: str
    version: int
    title: str
    source: str
    first_year: int
    last_year: int | None
    identity: tuple[IdentityItem, ...]
    instructions: tuple[str, ...]
    tables: tuple[Table, ...]
    texts: tuple[Text, ...]
    checks: tuple[Check, ...]
    fields: Mapping[str, Field]
    instances: tuple[Instance, ...]
    formulas: Mapping[str, Number]
    fingerprint: str
    path: str = ""
    statements: tuple[Statement, ...] = ()
    same_workbook_as: frozenset[str] = frozenset()
    same_figures_as: frozenset[str] = frozenset()
    signatures: tuple[Signature, ...] = ()
    marks: tuple[tuple[str, str], ...] = ()
    follows: str = ""
    continues: Continuation | None = None
    headlines: tuple[Headline, ...] = ()
    charts: tuple[Chart, ...] = ()
    order: tuple[str, ...] = ()
    drafts: tuple[Draft, ...] = ()
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def has_workbook(self, fingerprint: str) -> bool:
        """Whether a workbook that carries this fingerprint is one of this definition's."""
        return fingerprint == self.fingerprint or fingerprint in self.same_workbook_as

    def has_figures(self, fingerprint: str) -> bool:
        """Whether a workbook that carries this fingerprint holds the same figures."""
        return self.has_workbook(fingerprint) or fingerprint in self.same_figures_as

    @cached_property
    def typed(self) -> tuple[Field, ...]:
        """The fields that a town types in, in printed order."""
        return tuple(field for field in self.fields.values() if field.computed is None)

    @cached_property
    def computed(self) -> tuple[Field, ...]:
        """The computed fields in an order in which each needs only earlier ones."""
        return tuple(self.fields[name] for name in self.formulas)

    @cached_property
    def operands(self) -> tuple[Ref | Previous | Length, ...]:
        """Every number that the rules and what is published need."""
        rules = [instance.rule for instance in self.instances]
        operands: dict[Ref | Previous | Length, None] = {}
        for node in (*rules, *self._published):
            operands.update(dict.fromkeys(operands_of(node)))
        return tuple(operands)

    @property
    def _published(self) -> Iterator[Node]:
        """The numbers and conditions of headlines, charts and drafts."""
        for chart in self.charts:
            yield from (series.value for series in chart.series)
        yield from (headline.value for headline in self.headlines)
        for sentence in self.sentences:
            yield from sentence.numbers
            if sentence.when is not None:
                yield sentence.when

    @property
    def sentences(self) -> Iterator[Sentence]:
        """Every sentence of the drafts."""
        for draft in self.drafts:
            yield from chain.from_iterable(draft.paragraphs)

    @cached_property
    def _leaves(self) -> dict[str, tuple[str, ...]]:
        leaves: dict[str, tuple[str, ...]] = {field.id: (field.id,) for field in self.typed}
        for name, formula in self.formulas.items():
            behind: dict[str, None] = {}
            for part in fields_of(formula):
                behind.update(dict.fromkeys(leaves[part]))
            leaves[name] = tuple(behind)
        return leaves

    def leaves(self, name: str) -> tuple[str, ...]:
        """The typed-in fields that a field's value comes from (itself, for a typed-in one)."""
        return self._leaves[name]

    @cached_property
    def groups(self) -> dict[frozenset[str], tuple[str, str]]:
        """Fields that stand together under a merged heading, or fill a row or a column of a block:
        row label and column label of the group (empty for all rows or all columns)."""
        groups: dict[frozenset[str], tuple[str, str]] = {}
        for table in self.tables:
            for block in table.blocks:
                for names, labels in _groups(table.id, block):
                    if len(names) > 1:
                        groups.setdefault(names, labels)
        return groups

    def table(self, table_id: str) -> Table:
        """The table of this id. Raises StopIteration for an unknown one."""
        return next(table for table in self.tables if table.id == table_id)

    @property
    def named(self) -> str:
        """The form as people tell it from another: its title and the year from which it is used."""
        return f"《{self.title}》（{self.first_year} 年度起）"

    def before(self, year: int) -> Continuation | None:
        """How the report of the year before this one was another form's; None where it was this
        one's, or nothing is known of another."""
        return None if self.covers(year - 1) else self.continues

    def covers(self, year: int) -> bool:
        """Whether the form is in force for a report year."""
        if self.last_year is not None and year > self.last_year:
            return False
        return self.first_year <= year

    @property
    def text_rules(self) -> frozenset[str]:
        """The codes of the rules about what texts say."""
        return frozenset(statement.check.code for statement in self.statements)

    def objection(self, year: int) -> str:
        """Why the form cannot be used for a report year; empty when it can."""
        if self.covers(year):
            return ""
        until = f"至 {self.last_year} 年度" if self.last_year else "年度起"
        return f"《{self.title}》适用于 {self.first_year} {until}，不能用于 {year} 年度。"
