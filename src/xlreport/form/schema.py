"""The shape of a form definition file, as pydantic models."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadingDef(_Strict):
    id: Identifier | None = None
    label: Words
    computed: str | None = None


class ColumnDef(HeadingDef):
    kind: Literal["count", "money"] = "count"
    unit: Words = "件"
    columns: tuple[ColumnDef, ...] = ()


class RowDef(HeadingDef):
    rows: tuple[RowDef, ...] = ()


class BlockDef(_Strict):
    title: Words | None = None
    corner: str = ""
    columns: Annotated[tuple[ColumnDef, ...], Field(min_length=1)]
    rows: Annotated[tuple[RowDef, ...], Field(min_length=1)]


class TableDef(_Strict):
    id: Identifier
    title: Words
    sheet: Annotated[str, StringConstraints(pattern=r"^[^\[\]:*?/\\'!]{1,31}$")]
    arrangement: Literal["down", "across"] = "down"
    blocks: Annotated[tuple[BlockDef, ...], Field(min_length=1)]


class LineDef(_Strict):
    id: Identifier
    label: Words
    hint: str = ""


class TextDef(LineDef):
    lines: Annotated[int, Field(ge=1, le=27)] = 12


class CheckDef(_Strict):
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,2}$")]
    title: Words
    severity: Literal["error", "warning", "note"]
    each: Literal["row", "column", "cell"] | None = None
    rule: Words
    why: Words
    tolerance: Annotated[Decimal, Field(ge=0, decimal_places=6)] = Decimal(0)


WordList = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^\S(.{0,58}\S)?$")], ...],
    Field(max_length=300),
]


class SubjectDef(_Strict):
    id: Identifier
    words: Annotated[WordList, Field(min_length=1)]
    like: Identifier | None = None
    measures: WordList = ()
    beside: WordList = ()
    unless: WordList = ()


class ClaimDef(_Strict):
    subject: Identifier
    verbs: WordList = ()
    none: WordList = ()
    measures: WordList = ()
    subject_in: Literal["context", "clause"] = "context"
    readings: Annotated[tuple[Words, ...], Field(min_length=1)]


class OwnReportDef(_Strict):
    names: Annotated[WordList, Field(min_length=1)]
    announced: WordList = ()
    period: WordList = ()


class StatementDef(_Strict):
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,2}$")]
    title: Words
    severity: Literal["error", "warning", "note"]
    why: Words
    texts: Annotated[tuple[Words, ...], Field(min_length=1)]
    claims: tuple[ClaimDef, ...] = ()
    own: OwnReportDef | None = None


class FormDef(_Strict):
    form: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    version: Annotated[int, Field(ge=1)]
    title: Words
    source: Words
    first_year: Annotated[int, Field(ge=1949, le=9999)]
    last_year: Annotated[int, Field(ge=1949, le=9999)] | None = None
    identity: tuple[LineDef, ...]
    instructions: Annotated[tuple[Words, ...], Field(min_length=1)]
    tables: Annotated[tuple[TableDef, ...], Field(min_length=1)]
    texts: tuple[TextDef, ...] = ()
    checks: tuple[CheckDef, ...] = ()
    subjects: tuple[SubjectDef, ...] = ()
    statements: tuple[StatementDef, ...] = ()
