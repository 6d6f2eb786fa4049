"""From a form definition file to a Form; every mistake found is reported, not only the first."""

from __future__ import annotations

import hashlib
import pathlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic.main import IncEx

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.builder import Draft, build_tables, order_formulas
from xlreport.form.charts import Publication, build_publication
from xlreport.form.continuation import build_continuation
from xlreport.form.model import (
    Check,
    Form,
    IdentityItem,
    Instance,
    Signature,
    Statement,
    Text,
)
from xlreport.form.parser import Names, RuleError, bind
from xlreport.form.schema import CheckDef, ColumnDef, FormDef, RowDef
from xlreport.form.statements import build_statements, too_large
from xlreport.form.yaml_source import MAX_BYTES, FormError, Path, Problem, Source

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

REQUIRED_IDENTITY = ("unit", "code", "level", "year")
"""Identity items by which the program knows a unit; each form has them."""


def load(path: pathlib.Path, *, linked: bool = True) -> Form:
    """Loads a form definition. Raises FormError with all mistakes (line, column, Chinese text),
    OSError when the file cannot be read. One that is not `linked` does not look for the form
    before."""
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        problem = Problem(1, 1, f"文件太大（超过 {MAX_BYTES:,} 字节）")
        raise FormError(str(path), [problem])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        problem = Problem(line, 1, "文件不是 UTF-8 编码，请另存为 UTF-8")
        raise FormError(str(path), [problem]) from None
    return loads(text, str(path), linked=linked)


@lru_cache(maxsize=32)
def loads(text: str, path: str = "<text>", *, linked: bool = True) -> Form:
    """Loads a form definition from its text; see `load`."""
    source = Source(text)
    if source.data is None:
        raise FormError(path, source.problems)
    try:
        definition = FormDef.model_validate(source.data)
    except ValidationError as error:
        problems = [*source.problems, *_shape_problems(source, error)]
        raise FormError(path, problems) from None
    if not linked:
        definition = definition.model_copy(update={"continues": None})
    return _Loader(definition, source, path).form()


# --- mistakes of shape, as pydantic tells them ---

_SHAPE_MESSAGES = {
    "missing": "缺少“{key}”",
    "extra_forbidden": "不认识的键“{key}”",
    "string_pattern_mismatch": "“{key}”的值“{input}”写法不合要求",
    "string_too_short": "“{key}”不能为空",
    "string_too_long": "“{key}”太长",
    "string_type": "“{key}”应当是一段文字",
    "int_parsing": "“{key}”应当是整数，现为“{input}”",
    "decimal_parsing": "“{key}”应当是数字，现为“{input}”",
    "tuple_type": "“{key}”应当是一个列表（每项前面写“- ”）",
    "too_short": "“{key}”至少要有一项",
    "model_type": "“{key}”应当由“键: 值”组成",
    "literal_error": "“{key}”的值“{input}”不在允许的范围：{expected}",
    "greater_than_equal": "“{key}”的值“{input}”太小",
    "less_than_equal": "“{key}”的值“{input}”太大",
}

LONGEST_QUOTE = 60
"""Characters of a wrong value that are quoted."""


def _shape_problems(source: Source, error: ValidationError) -> Iterator[Problem]:
    details = error.errors()
    for detail in details:
        if not _follows(detail, details):
            yield _shape_problem(source, detail)


def _follows(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """pydantic calls a list too short when its items are wrong; the items' own mistakes say it
    all."""
    if detail["type"] != "too_short":
        return False
    place = detail["loc"]
    return any(_is_inside(other["loc"], place) for other in details)


def _is_inside(place: Path, outer: Path) -> bool:
    depth = len(outer)
    return len(place) > depth and place[:depth] == outer


def _shape_problem(source: Source, detail: ErrorDetails) -> Problem:
    path = detail["loc"]
    kind = detail["type"]
    names = [part for part in path if isinstance(part, str)]
    key = names[-1] if names else "文件"
    value = str(detail["input"])[:LONGEST_QUOTE]
    message = _SHAPE_MESSAGES.get(kind, "“{key}”的值不合要求")
    text = message.format(key=key, input=value, expected=_expected(detail))
    if kind == "missing":
        path = path[:-1]
    line, column = source.place(path, key=kind == "extra_forbidden")
    return Problem(line, column, text)


def _expected(detail: ErrorDetails) -> str:
    """The words that are allowed: pydantic's 'a', 'b' or 'c'."""
    context = detail.get("ctx", {})
    expected = str(context.get("expected", "")).replace("'", "")
    return expected.replace(" or ", "、").replace(", ", "、")


# --- mistakes of meaning ---

_INEXACT = "系数太大、小数位太多或层层相加，结果会超出可精确计算的范围"


class _Loader:
    """Checks what the shape alone cannot tell, and builds the Form."""

    def __init__(self, definition: FormDef, source: Source, path: str) -> None:
        self.definition = definition
        self.source = source
        self.path = path
        self.problems: list[Problem] = list(source.problems)

    def add(self, path: Path, text: str, offset: int = 0) -> None:
        """Takes note of a mistake, `offset` characters into the value at a path of the
        definition."""
        line, column = self.source.place(path)
        self.problems.append(Problem(line, column + offset, text))

    def form(self) -> Form:
        """The form. Raises FormError."""
        definition = self.definition
        draft = build_tables(definition, self.add)
        self._check_plain()
        checks = tuple(_check(item) for item in definition.checks)
        names = self._names(draft)
        instances = self._bind(checks, names)
        statements = build_statements(definition, names, self.add)
        publication = build_publication(definition, names, self.add)
        continues = build_continuation(
            definition.continues, definition.first_year, names, self.path, self.add
        )
        formulas: dict[str, ex.Number] = {}
        if not self.problems:
            formulas = order_formulas(draft, instances, self.add)
        if not self.problems:
            self._check_exactness(instances, _bounds(draft, formulas), statements, publication)
        if self.problems:
            raise FormError(self.path, self.problems)
        form = self._form(draft, checks, instances, statements, publication)
        return replace(form, formulas=formulas, continues=continues)

    def _form(
        self,
        draft: Draft,
        checks: tuple[Check, ...],
        instances: tuple[Instance, ...],
        statements: tuple[Statement, ...],
        publication: Publication,
    ) -> Form:
        """The form, still without the formulas of its computed fields."""
        definition = self.definition
        identity = tuple(IdentityItem(i.id, i.label, i.hint) for i in definition.identity)
        texts = tuple(Text(t.id, t.label, t.hint, t.lines) for t in definition.texts)
        return Form(
            id=definition.form,
            version=definition.version,
            title=definition.title,
            source=definition.source,
            first_year=definition.first_year,
            last_year=definition.last_year,
            identity=identity,
            instructions=definition.instructions,
            tables=draft.tables,
            texts=texts,
            checks=checks,
            fields=draft.fields,
            instances=instances,
            formulas={},
            fingerprint=_fingerprint(definition),
            same_workbook_as=frozenset(definition.same_workbook_as),
            same_figures_as=frozenset(definition.same_figures_as),
            path=self.path,
            statements=statements,
            signatures=tuple(Signature(s.label, s.line) for s in definition.signatures),
            marks=_marks(definition),
            follows=definition.follows or "",
            headlines=publication.headlines,
            charts=publication.charts,
            order=publication.order,
            drafts=publication.drafts,
            spellings={item.label: item.also for item in definition.spellings},
        )

    def _names(self, draft: Draft) -> Names:
        """What rules may name."""
        texts = frozenset(f"text.{text.id}" for text in self.definition.texts)
        return Names.of(draft.tables, draft.fields, texts)

    def _check_plain(self) -> None:
        """What can be told without the rules."""
        self._check_names()
        self._check_cover()
        self._check_years()
        self._check_spellings()

    def _check_names(self) -> None:
        definition = self.definition
        self._unique("texts", "id", [text.id for text in definition.texts])
        self._unique("identity", "id", [item.id for item in definition.identity])
        self._unique("subjects", "id", [subject.id for subject in definition.subjects])
        used = self._unique("checks", "code", [check.code for check in definition.checks])
        self._unique("statements", "code", [item.code for item in definition.statements], used)

    def _unique(
        self, part: str, key: str, names: list[str], taken: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        """Reports names that are used twice, or taken already; gives all that are taken now."""
        what = {"code": "校验代码", "label": "标题"}.get(key, "id")
        used = set(taken)
        for i, name in enumerate(names):
            if name in used:
                self.add((part, i, key), f"{what}“{name}”用了两次")
            used.add(name)
        return frozenset(used)

    def _check_cover(self) -> None:
        present = {item.id for item in self.definition.identity}
        for name in REQUIRED_IDENTITY:
            if name not in present:
                self.add(("identity",), f"封面缺少“{name}”")
        for index, signature in enumerate(self.definition.signatures):
            if signature.line is not None and signature.line not in present:
                path = ("signatures", index, "line")
                self.add(path, f"封面没有“{signature.line}”这一行")

    def _check_years(self) -> None:
        last = self.definition.last_year
        if last is not None and last < self.definition.first_year:
            self.add(("last_year",), "last_year 早于 first_year")

    def _check_spellings(self) -> None:
        """A spelling of a label that is nowhere, or that is another label, would be read wrongly or
        never."""
        labels = set(_labels(self.definition))
        self._unique("spellings", "label", [item.label for item in self.definition.spellings])
        for index, item in enumerate(self.definition.spellings):
            path = ("spellings", index)
            if item.label not in labels:
                self.add((*path, "label"), f"没有“{item.label}”这个标题")
            for position, other in enumerate(item.also):
                if other in labels:
                    self.add((*path, "also", position), f"“{other}”已经是一个标题")

    def _bind(self, checks: tuple[Check, ...], names: Names) -> tuple[Instance, ...]:
        instances: list[Instance] = []
        for i, check in enumerate(checks):
            try:
                instances.extend(bind(check, names))
            except RuleError as error:
                message = f"校验 {check.code}：{error.text}"
                self.add(("checks", i, "rule"), message, error.offset)
        return tuple(instances)

    def _check_exactness(
        self,
        instances: tuple[Instance, ...],
        bounds: Mapping[str, Decimal],
        statements: tuple[Statement, ...],
        publication: Publication,
    ) -> None:
        """Every number must stay within 64-bit integers whatever is typed in."""
        inexact = {i.check.code for i in instances if ex.compares_inexactly(i.rule, bounds)}
        for i, check in enumerate(self.definition.checks):
            if check.code in inexact:
                self.add(("checks", i, "rule"), f"校验 {check.code}：{_INEXACT}")
        for path in (*too_large(statements, bounds), *publication.too_large(bounds)):
            self.add(path, _INEXACT)


def _labels(definition: FormDef) -> Iterator[str]:
    """Every label and title that is printed in the tables and over the texts."""
    for table in definition.tables:
        yield table.title
        for block in table.blocks:
            yield from (block.title or "", block.corner)
            yield from _heading_labels((*block.rows, *block.columns))
    yield from (text.label for text in definition.texts)


def _heading_labels(headings: Iterable[RowDef | ColumnDef]) -> Iterator[str]:
    for heading in headings:
        yield heading.label
        yield from _heading_labels(heading.rows if isinstance(heading, RowDef) else heading.columns)


def _bounds(draft: Draft, formulas: Mapping[str, ex.Number]) -> dict[str, Decimal]:
    """How large each number can become, by field id."""
    bounds = dict.fromkeys(draft.fields, ex.MAX_NUMBER)
    for name, formula in formulas.items():
        bound = ex.bound_of(formula, bounds)
        bounds[name] = max(ex.MAX_NUMBER, bound)
    return bounds


def _check(item: CheckDef) -> Check:
    severity = Severity(item.severity)
    rule = item.rule.strip()
    brief = item.brief or ""
    return Check(item.code, item.title, severity, item.each, rule, item.why, item.tolerance, brief)


_MARK_LABELS = {
    "number": "表号",
    "authority": "制定机关",
    "approval": "批准文号",
    "filing": "备案文号",
    "valid_until": "有效期至",
}


def _marks(definition: FormDef) -> tuple[tuple[str, str], ...]:
    """The legal marks that a definition has, with their labels."""
    if definition.marks is None:
        return ()
    values = definition.marks.model_dump(exclude_none=True)
    return tuple((label, values[key]) for key, label in _MARK_LABELS.items() if key in values)


def _fingerprint(definition: FormDef) -> str:
    """The SHA-256 of what shapes the form's workbook: what a definition says of running text, of
    what is published and of the form before stands in none."""
    statements: dict[str, IncEx | bool] = {"__all__": {"claims", "own"}}
    words: dict[str, IncEx | bool] = {
        "same_workbook_as": True,
        "same_figures_as": True,
        "spellings": True,
        "headlines": True,
        "charts": True,
        "order": True,
        "drafts": True,
        "subjects": True,
        "continues": True,
        "statements": statements,
    }
    content = definition.model_dump_json(exclude=words)
    return hashlib.sha256(content.encode()).hexdigest()
