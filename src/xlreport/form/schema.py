"""The shape of a form definition file, key by key: what the author of a form has to know.

A definition is YAML in UTF-8. Ids are permanent, since files of past years are read by them;
labels, hints and titles may be changed. `workbook_templates/zfxxgk-2021.yaml` is a complete
example; `xlreport lint FILE` examines one.

Rules (`rule`, `readings`) are written in the check language: numbers are `table.row.column`;
`table.row` or `table.column` stands for all its numbers inside `sum(…)`, or for the one of the row
or column at hand under `each`. There are `+ - *` (one side a constant), `== != < <= > >=`, `and or
not`, `sum abs round`, `implies(if, then)`, `previous(number)` (of the year before),
`is_number(number)`, `filled(text)`, `length(text)`, `mentions(text, "word", …)`, `differs(text)`
(from the year before), and `unit.level in ("乡镇", "街道")`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""A permanent name: lower-case letters, digits and `_`, beginning with a letter, such as
`carried_in`."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
"""What people read, usually Chinese: 1 to 2,000 characters."""

CheckCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,2}$")]
"""A permanent code: a capital letter and one or two digits, such as `A3`."""

SeverityWord = Literal["error", "warning", "note"]
"""`error`: the report is returned. `warning`: it counts, and the unit must explain or correct.
`note`: worth a look."""

WordList = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^\S(.{0,58}\S)?$")], ...],
    Field(max_length=300),
]
"""Up to 300 words of 1 to 60 characters without spaces at their ends. They are looked for as
written; there are no wildcards."""


def _is_false(value: bool) -> bool:
    """What is not said leaves no trace in the fingerprint."""
    return not value


Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of what shapes a form's workbook, as workbooks carry it."""


class _Strict(BaseModel):
    """A part of a definition: keys that it does not know are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadingDef(_Strict):
    """What a row and a column have in common."""

    id: Identifier | None = None
    """The middle or last part of the field ids `table.row.column`. Every row and column has one
    that is used once in its table; a merged heading may have one, and rules then name all rows or
    columns below it. Example: `natural_person`."""

    label: Words
    """The heading as it is printed. Example: `自然人`."""

    computed: str | None = None
    """The code of the check whose equation computes these cells, which towns then cannot type in.
    The check needs the form `this == …` without tolerance. Example: `A1`. Not for merged
    headings."""


class ColumnDef(HeadingDef):
    """A column, or a merged heading over several."""

    kind: Literal["count", "money"] = "count"
    """What its numbers are: `count` for whole numbers (`decimals` is 0 in rules), `money` for up to
    6 decimals."""

    unit: Words = "件"
    """The unit of measurement that is printed and quoted. Example: `万元`."""

    signed: Annotated[bool, Field(exclude_if=_is_false)] = False
    """Whether its numbers may be negative, such as a change (`least` is then below 0 in rules)."""

    columns: tuple[ColumnDef, ...] = ()
    """The columns below a merged heading; a column without them holds numbers. Kind and unit are
    theirs to say."""


class RowDef(HeadingDef):
    """A row, or a merged heading beside several."""

    rows: tuple[RowDef, ...] = ()
    """The rows beside a merged heading; a row without them holds numbers."""


class BlockDef(_Strict):
    """A part of a table with column headings of its own. Most tables have one."""

    title: Words | None = None
    """A line over the block that spans it. Example: `第二十条第（一）项`."""

    corner: str = ""
    """What stands in the corner between the row headings and the column headings. Example:
    `信息内容`."""

    columns: Annotated[tuple[ColumnDef, ...], Field(min_length=1)]
    """The columns from left to right."""

    rows: Annotated[tuple[RowDef, ...], Field(min_length=1)]
    """The rows from top to bottom."""


class TableDef(_Strict):
    """One table, on one sheet of its own."""

    id: Identifier
    """The first part of its field ids. Some words are taken: `text`, `identity`, `unit`, … Example:
    `requests`."""

    title: Words
    """The title that is printed over the table. Example: `三、收到和处理政府信息公开申请情况`."""

    sheet: Annotated[str, StringConstraints(pattern=r"^[^\[\]:*?/\\'!]{1,31}$")]
    """The name of its sheet: 1 to 31 characters without `[ ] : * ? / \\ ' !`, as Excel wants it.
    封面, 填报说明, 文字材料, 上年数, 校验, 计算 and the sheets of a summary (概况, 报送情况,
    校验结果, 各单位文字材料, 各单位说明, 图表数据, 技术信息) are taken, and whatever begins with
    `上年·` or `明细·`; the first 28 characters must be its own.
    Example: `申请情况`."""

    arrangement: Literal["down", "across"] = "down"
    """`down` prints rows one below another; `across` prints all rows side by side in one line (one
    block only), as statutory tables with few columns do."""

    blocks: Annotated[tuple[BlockDef, ...], Field(min_length=1)]
    """Its blocks from top to bottom."""


class LineDef(_Strict):
    """A line of the cover."""

    id: Identifier
    """A permanent name. The cover needs `unit`, `code`, `level` and `year`, by which the program
    knows who reports what; more are free, such as `accountant`."""

    label: Words
    """What stands before the line. Example: `填报单位`."""

    hint: str = ""
    """What is shown while the cell is selected. Example: `单位全称，与公章一致`."""


class TextDef(LineDef):
    """A section of running text; rules name it `text.ID`."""

    lines: Annotated[int, Field(ge=1, le=200)] = 12
    """How high its cell is, in lines of text."""


class CheckDef(_Strict):
    """One check of the numbers and texts, which workbooks show live and reports are tested with."""

    code: CheckCode
    """What clerks quote and scripts look for; no other check or statement has it, now or ever.
    Example: `A3`."""

    title: Words
    """The check in a few words. Example: `新收加上年结转等于办结加结转下年`."""

    severity: SeverityWord
    """How much it matters that the rule does not hold."""

    each: Literal["row", "column", "cell"] | None = None
    """The rule holds for each row (`table.column` means the number in that row), each column
    (`table.row`), or each typed-in cell of the form (`cell`, with its `decimals` and `least`).
    Without it the rule holds once. Rows and columns that lack one of the numbers are passed
    over."""

    rule: Words
    """What must hold, in the check language. Example: `requests.total ==
    sum(requests.natural_person, requests.legal_persons)`."""

    why: Words
    """Why it must hold: the law, the head of the table, or arithmetic. Shown beside the finding."""

    brief: Annotated[str, StringConstraints(min_length=1, max_length=12)] | None = None
    """What is wrong where it does not hold, in at most 12 characters, as the cell beside the row
    says it; where an equality does not hold and this ends with 差, the difference follows. Example:
    `勾稽差` for `✘ 勾稽差 3`."""

    tolerance: Annotated[Decimal, Field(ge=0, decimal_places=6)] = Decimal(0)
    """How far the sides of `==` may lie apart, in the unit of the numbers. Example: `0.5` for sums
    of rounded numbers."""


class SignatureDef(_Strict):
    """One place of the signature block."""

    label: Words
    """What stands before it. Example: `审核人`."""

    line: Identifier | None = None
    """The line of the cover that is printed there; left out for a place to sign by hand. Example:
    `approver`."""


class MarksDef(_Strict):
    """The legal marks that a statistical form prints at its top right."""

    number: Words | None = None
    """表号. Example: `政公开1表`."""

    authority: Words | None = None
    """制定机关."""

    approval: Words | None = None
    """批准文号, of a form that was approved."""

    filing: Words | None = None
    """备案文号, of a form that was filed."""

    valid_until: Words | None = None
    """有效期至. Example: `2027年12月`."""


class SubjectDef(_Strict):
    """What running text may count, for `statements`."""

    id: Identifier
    """The name by which claims refer to it. Example: `applications`."""

    words: Annotated[WordList, Field(min_length=1)]
    """All its names in texts. Example: `[政府信息公开申请, 依申请公开]`."""

    made_of: tuple[WordList, ...] = ()
    """Small words of which longer names are put together, in any order: one of each group must be
    there. Example: `[[申请], [公开]]` for 申请公开政府信息."""

    made_with: WordList = ()
    """Small words that may also stand in such a name. Example: `[政府, 信息, 的]`."""

    like: Identifier | None = None
    """An earlier subject whose `measures`, `beside`, `parts` and `unless` are taken where this one
    has none of its own."""

    measures: WordList = ()
    """Its measure words, which stand behind the number. Needed without `like`. Example: `[件, 份,
    条]`."""

    beside: WordList = ()
    """Words beside it that do not change what is counted. Example: `[申请人, 提出]`."""

    parts: WordList = ()
    """Words for a kind of it: what is counted beside one is a part of the whole. Example:
    `[自然人, 网上]`."""

    unless: WordList = ()
    """Words after which the sentence may count something else: up to its end only a clause that
    names the subject itself is compared. Example: `[信访]`."""


class ClaimDef(_Strict):
    """One thing that a text may say of a subject, and the numbers it may mean."""

    subject: Identifier
    """The id of the subject."""

    verbs: WordList = ()
    """What happens to it; without verbs its name and a number are enough. Example: `[收到]`."""

    none: WordList = ()
    """Words that say there was none at all. Example: `[没有收到]`."""

    measures: WordList = ()
    """Measure words of this claim in place of the subject's."""

    subject_in: Literal["context", "clause"] = "context"
    """Whether the subject may stand in an earlier clause or must stand in the same one. Example:
    `context` lets 收到申请12件，办结12件 speak of 申请 twice."""

    readings: tuple[Words, ...] = ()
    """The numbers that may be meant, in the check language without comparison. It is a
    contradiction only when the number in the text equals none of them. Without one the claim is
    understood, and compared with nothing. Example: `requests.received.total`."""


class OwnReportDef(_Strict):
    """How texts speak of the report they belong to, to find another unit's or year's that was
    copied."""

    names: Annotated[WordList, Field(min_length=1)]
    """The report's names. Example: `[政府信息公开工作年度报告]`."""

    announced: WordList = ()
    """Words that announce it. Example: `[现公布]`."""

    period: WordList = ()
    """Words for the period it covers. Example: `[统计期限]`."""


class StatementDef(_Strict):
    """A comparison of what texts say with the numbers; what contradicts is a finding under its
    code."""

    code: CheckCode
    """As a check's code, and different from all of them. Example: `D1`."""

    title: Words
    """The comparison in a few words. Example: `文字里的申请件数与表一致`."""

    severity: SeverityWord
    """How much a contradiction matters."""

    why: Words
    """Why text and numbers must agree. Shown beside the finding."""

    texts: Annotated[tuple[Words, ...], Field(min_length=1)]
    """The texts that are read. Example: `[text.overview]`."""

    claims: tuple[ClaimDef, ...] = ()
    """What the texts may say; this or `own` is needed."""

    own: OwnReportDef | None = None
    """How the texts name their own report."""


class HeadlineDef(_Strict):
    """One number that is shown first."""

    label: Words
    """What it is, in a few words. Example: `新收申请`."""

    value: Words
    """The number, in the check language without comparison. Example: `requests.received.total`."""

    unit: str = ""
    """What is counted. Example: `件`."""


class ChartDef(_Strict):
    """One chart of the summary, the status page and the report."""

    title: Words
    """What it shows. Example: `各单位办理结果`."""

    kind: Literal["units", "parts", "years"]
    """`units`: a bar for each reporting unit, several series stacked. `parts`: one bar for each
    series, of the whole county. `years`: the same, beside last year's."""

    series: Annotated[tuple[HeadlineDef, ...], Field(min_length=1)]
    """The numbers, in their order."""


class SentenceDef(_Strict):
    """A sentence of a draft."""

    say: Words
    """The sentence. In braces stand numbers in the check language, or `year`, `last_year` and
    `unit`. It is left out where one of the numbers is not known. Example:
    `全年新收政府信息公开申请{requests.received.total}件。`"""

    when: Words | None = None
    """The condition in the check language under which it is said; without one always. Example:
    `requests.received.total > 0`."""


class ParagraphDef(_Strict):
    """A paragraph of a draft."""

    sentences: Annotated[tuple[SentenceDef, ...], Field(min_length=1)]
    """Its sentences in their order; it is left out where none is said of
    those that depend on numbers."""


class DraftDef(_Strict):
    """How a text of the county's report begins, with the numbers of its tables."""

    text: Words
    """The text. Example: `text.overview`."""

    paragraphs: Annotated[tuple[ParagraphDef, ...], Field(min_length=1)]
    """What is said in it. The `statements` of the form must agree with it, which `xlreport lint`
    tries out and the report makes sure of."""

    note: str = ""
    """What whoever edits it has still to do; it stands in red below it. Example:
    `以上是按数字写的初稿，请补充平台建设的情况。`"""


class SpellingDef(_Strict):
    """How others write a heading or title of the form, where reports are read that were retyped or
    published."""

    label: Words
    """A label of a row, column or text, or the title of a table or block, as this definition has
    it. Example: `本年废止件数`."""

    also: Annotated[WordList, Field(min_length=1)]
    """Other ways to write it that mean the same. Spaces, widths, numbering, brackets and
    punctuation need none. Example: `[本年度废止件数]`."""


class CounterpartDef(_Strict):
    """What is called otherwise in the form before."""

    here: Words
    """The name in this form. Example: `requests.closed`."""

    there: Words
    """The name in the form before, of as many parts."""


class ContinuesDef(_Strict):
    """How the numbers and texts of last year's form are to be understood in this one.

    A name is a table, a row or a column of one (`table.row`, a merged one for all below it), a
    number or a text. Every number and text of the form must be named once; what `renamed`, `split`
    and `new` name is left out of what `same` names.
    """

    form: Words
    """The form before: a file beside this one, or the name of a form that comes with the program.
    It must be in force in the year before `first_year`. Example: `zfxxgk-2019`."""

    same: tuple[Words, ...] = ()
    """What means the same and has the same id there. Example: `[requests, text.overview]`."""

    renamed: tuple[CounterpartDef, ...] = ()
    """What means the same and has another id there. Example: `{here: t.new, there: t.old}`."""

    split: tuple[CounterpartDef, ...] = ()
    """What is one number there and several here: only their sum can be compared. Example:
    `{here: requests.closed, there: requests.closed}`."""

    new: tuple[Words, ...] = ()
    """What the form before did not have. Example: `[disclosure.issued]`."""

    ended: tuple[Words, ...] = ()
    """What only the form before had, by its names there. `xlreport lint` names what is in none of
    the lists. Example: `[disclosure.made]`."""


class FormDef(_Strict):
    """A whole definition file."""

    form: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """The permanent id: lower-case letters, digits and `-`, up to 40. Example: `zfxxgk-2021`."""

    version: Annotated[int, Field(ge=1)]
    """From 1; one more whenever anything below changes. Workbooks carry it."""

    same_workbook_as: tuple[Fingerprint, ...] = ()
    """Fingerprints of earlier definitions whose workbooks are the same, so that those that are out
    with towns still count as today's. Left out in a first version."""

    same_figures_as: tuple[Fingerprint, ...] = ()
    """Fingerprints of earlier definitions with the same figures and checks, whose workbooks look
    otherwise: those that are out with towns are read without a word. Left out in a first
    version."""

    title: Words
    """The title of the report as it is printed. Example: `政府信息公开工作年度报告`."""

    source: Words
    """The document that prescribes the form. Example: `国办公开办函〔2021〕30号`."""

    first_year: Annotated[int, Field(ge=1949, le=9999)]
    """The first report year for which the form is in force. Example: `2021`."""

    last_year: Annotated[int, Field(ge=1949, le=9999)] | None = None
    """The last report year; left out while the form is in force."""

    follows: Words | None = None
    """The definition that was in force before: a file beside this one, or the name of a form that
    comes with the program. The cover then says what is new. Example: `zfxxgk-2021.yaml`."""

    continues: ContinuesDef | None = None
    """The form by which units reported until the year before `first_year`, if that was another one:
    its figures are then last year's. Workbooks that are out stay as they are when it is added."""

    marks: MarksDef | None = None
    """The legal marks; left out for a form that has none."""

    identity: tuple[LineDef, ...]
    """The lines of the cover from top to bottom."""

    signatures: tuple[SignatureDef, ...] = ()
    """The signature block that is printed on the cover and below each table."""

    instructions: Annotated[tuple[Words, ...], Field(min_length=1)]
    """How to fill in, one paragraph each."""

    tables: Annotated[tuple[TableDef, ...], Field(min_length=1)]
    """The tables in the order of their sheets."""

    texts: tuple[TextDef, ...] = ()
    """The sections of running text, all on the sheet 文字材料."""

    spellings: tuple[SpellingDef, ...] = ()
    """How headings are written in reports that are not its workbooks."""

    checks: tuple[CheckDef, ...] = ()
    """The checks in the order in which workbooks list them."""

    headlines: tuple[HeadlineDef, ...] = ()
    """The numbers that a county looks at first."""

    charts: tuple[ChartDef, ...] = ()
    """The charts of its summary."""

    order: tuple[Words, ...] = ()
    """The parts of the published report in their order: each table by its id, each text as
    `text.ID`, all of them once. Without it the tables come first, then the texts. Example:
    `[text.overview, requests]`."""

    drafts: tuple[DraftDef, ...] = ()
    """The texts of the published report that are drafted from its numbers."""

    subjects: tuple[SubjectDef, ...] = ()
    """What texts may count; needed by `statements`."""

    statements: tuple[StatementDef, ...] = ()
    """What texts may say about the numbers."""
