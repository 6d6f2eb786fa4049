"""From a form definition file to a Form; every mistake found is reported, not only the first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form import yaml_source
from xlreport.form.builder import Draft, build_tables, order_formulas
from xlreport.form.model import Check, Form, IdentityItem, Instance, Statement, Text
from xlreport.form.parser import Names, RuleError, bind
from xlreport.form.schema import FormDef
from xlreport.form.stating import build_statements, too_large
from xlreport.form.yaml_source import FormError, Problem, Source

REQUIRED_IDENTITY = ("unit", "code", "level", "year")
"""Identity items by which the program knows a unit; each form has them."""


def load(path: Path) -> Form:
    """Loads a form definition. Raises FormError with all mistakes (line, column, Chinese text),
    OSError when the file cannot be read."""
    raw = path.read_bytes()
    if len(raw) > yaml_source.MAX_BYTES:
        raise FormError(
            str(path), [Problem(1, 1, f"文件太大（超过 {yaml_source.MAX_BYTES:,} 字节）")]
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FormError(
            str(path), [Problem(line, 1, "文件不是 UTF-8 编码，请另存为 UTF-8")]
        ) from None
    return loads(text, str(path))


@lru_cache(maxsize=32)
def loads(text: str, path: str = "<text>") -> Form:
    """Loads a form definition from its text; see `load`."""
    source = Source(text)
    if source.data is None:
        raise FormError(path, source.problems)
    try:
        definition = FormDef.model_validate(source.data)
    except ValidationError as error:
        shape = [
            _shape_problem(source, dict(detail))
            for detail in error.errors()
            if not _follows(detail, error)
        ]
        raise FormError(path, source.problems + shape) from None
    return _Loader(definition, source, path).form()


_INEXACT = "系数太大、小数位太多或层层相加，结果会超出可精确计算的范围"

_SHAPE_WORDS = {
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


def _follows(detail: Any, error: ValidationError) -> bool:
    """pydantic calls a list too short when its items are wrong; the items' own mistakes say it all."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place
        for other in error.errors()
    )


def _shape_problem(source: Source, detail: dict[str, Any]) -> Problem:
    path = tuple(part for part in detail["loc"])
    kind = detail["type"]
    names = [part for part in path if isinstance(part, str)]
    words = _SHAPE_WORDS.get(kind, "“{key}”的值不合要求")
    expected = (
        str(detail.get("ctx", {}).get("expected", ""))
        .replace("'", "")
        .replace(" or ", "、")
        .replace(", ", "、")
    )
    shown = detail.get("input")
    text = words.format(
        key=names[-1] if names else "文件", input=str(shown)[:60], expected=expected
    )
    if kind == "missing":
        path = path[:-1]
    line, column = source.place(path, key=kind == "extra_forbidden")
    return Problem(line, column, text)


class _Loader:
    """Checks what the shape alone cannot tell, and builds the Form."""

    def __init__(self, definition: FormDef, source: Source, path: str) -> None:
        self.definition = definition
        self.source = source
        self.path = path
        self.problems: list[Problem] = list(source.problems)

    def add(self, path: yaml_source.Path, text: str, offset: int = 0, *, key: bool = False) -> None:
        line, column = self.source.place(path, key=key)
        self.problems.append(Problem(line, column + offset, text))

    def form(self) -> Form:
        definition = self.definition
        draft = build_tables(definition, self.add)
        self._unique((("texts", i, "id"), text.id) for i, text in enumerate(definition.texts))
        self._unique((("identity", i, "id"), item.id) for i, item in enumerate(definition.identity))
        self._identity()
        checks = tuple(
            Check(c.code, c.title, Severity(c.severity), c.each, c.rule.strip(), c.why, c.tolerance)
            for c in definition.checks
        )
        coded = [(("checks", i, "code"), c.code) for i, c in enumerate(checks)]
        coded += [(("statements", i, "code"), s.code) for i, s in enumerate(definition.statements)]
        self._unique(coded, "校验代码")
        self._unique((("subjects", i, "id"), s.id) for i, s in enumerate(definition.subjects))
        names = Names.of(
            draft.tables, draft.fields, frozenset(f"text.{t.id}" for t in definition.texts)
        )
        instances = self._bind(checks, names)
        statements = build_statements(definition, names, self.add)
        formulas = order_formulas(draft, instances, self.add) if not self.problems else {}
        if not self.problems:
            self._exact(draft, instances, formulas, statements)
        if self.problems:
            raise FormError(self.path, self.problems)
        return Form(
            id=definition.form,
            version=definition.version,
            title=definition.title,
            source=definition.source,
            first_year=definition.first_year,
            last_year=definition.last_year,
            identity=tuple(IdentityItem(i.id, i.label, i.hint) for i in definition.identity),
            instructions=definition.instructions,
            tables=draft.tables,
            texts=tuple(Text(t.id, t.label, t.hint, t.lines) for t in definition.texts),
            checks=checks,
            fields=draft.fields,
            instances=instances,
            formulas=formulas,
            fingerprint=hashlib.sha256(definition.model_dump_json().encode()).hexdigest(),
            path=self.path,
            statements=statements,
        )

    def _unique(self, named: Iterable[tuple[yaml_source.Path, str]], what: str = "id") -> None:
        seen: set[str] = set()
        for path, name in named:
            if name in seen:
                self.add(path, f"{what}“{name}”用了两次")
            seen.add(name)

    def _identity(self) -> None:
        present = {item.id for item in self.definition.identity}
        for name in REQUIRED_IDENTITY:
            if name not in present:
                self.add(("identity",), f"封面缺少“{name}”")
        first, last = self.definition.first_year, self.definition.last_year
        if last is not None and last < first:
            self.add(("last_year",), "last_year 早于 first_year")

    def _exact(
        self,
        draft: Draft,
        instances: tuple[Instance, ...],
        formulas: dict[str, ex.Number],
        statements: tuple[Statement, ...],
    ) -> None:
        """Every rule must stay within 64-bit integers whatever is typed in."""
        bounds = dict.fromkeys(draft.fields, ex.MAX_NUMBER)
        for name, formula in formulas.items():
            bounds[name] = max(ex.MAX_NUMBER, ex.bound_of(formula, bounds))
        for i, check in enumerate(self.definition.checks):
            parts = [p for n in instances if n.check.code == check.code for p in ex.walk(n.rule)]
            compared = [ex.Minus(p.left, p.right) for p in parts if isinstance(p, ex.Compare)]
            if any(ex.overflows(part, bounds) for part in compared):
                self.add(("checks", i, "rule"), f"校验 {check.code}：{_INEXACT}")
        for path in too_large(statements, bounds):
            self.add(path, _INEXACT)

    def _bind(self, checks: tuple[Check, ...], names: Names) -> tuple[Instance, ...]:
        found: list[Instance] = []
        for i, check in enumerate(checks):
            try:
                found.extend(bind(check, names))
            except RuleError as error:
                self.add(("checks", i, "rule"), f"校验 {check.code}：{error.text}", error.offset)
        return tuple(found)
