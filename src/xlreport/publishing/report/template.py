"""A report in the office's own template: a Word document with names in double braces.

The names are Chinese (`NAMES`), the language is Jinja's in its sandbox: a template comes from
outside, and nothing in it may run code. What units wrote is always escaped.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from xlreport.errors import ReportError
from xlreport.form.model import Table
from xlreport.publishing.report.content import Report, ReportText
from xlreport.publishing.report.document import body_paragraph
from xlreport.publishing.report.package import MOST_BYTES
from xlreport.publishing.report.tables import table_element
from xlreport.text import quote

_UNKNOWN = "没有“{name}”这个名称"
_FORBIDDEN = "用了不允许的写法"
_UNREADABLE = "打不开，或者不是 Word 文档（.docx）"
_UNSAFE_FILTERS = ("safe",)
"""Filters that would let a unit's text through unescaped."""

_SMALL = 10_000
"""What factors a template may have are smaller."""

_FAILURES = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
    etree.LxmlError,
    SyntaxError,
)
"""How a template can fail that is written wrongly."""


class Names:
    """Values by name; a name with points leads through several of these."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> object:
        return self._values[name]


@dataclass(frozen=True)
class _Written:
    """What a unit wrote, by the names of a template."""

    单位: str
    文字: str
    段落: Sequence[str]


class _Unknown(StrictUndefined):
    """A name that there is not: an error that says which."""

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = None,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> None:
        said = _FORBIDDEN if exc is SecurityError else _UNKNOWN
        super().__init__(said.format(name=name or hint), obj, name, exc)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without what a report has no need of: neither unescaped texts nor long work."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=_Unknown)
        for name in _UNSAFE_FILTERS:
            del self.filters[name]

    def compile(self, source: Any, *more: Any, **named: Any) -> Any:
        """A template without a part in which texts are not escaped. Raises TemplateError."""
        tree = self.parse(source) if isinstance(source, str) else source
        if tree.find(nodes.ScopedEvalContextModifier) is not None:
            raise SecurityError(_FORBIDDEN)
        return super().compile(tree, *more, **named)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Products of small numbers (docxtpl joins cells with them), and nothing else."""
        is_small = _is_small(left) and _is_small(right)
        if operator != "*" or not is_small:
            raise SecurityError(_FORBIDDEN)
        return super().call_binop(context, operator, left, right)


def _is_small(value: object) -> bool:
    return isinstance(value, int) and abs(value) < _SMALL


def filled_template(report: Report, path: Path) -> DocumentObject:
    """The office's document with the report in it. Raises ReportError, with what is wrong."""
    template = DocxTemplate(_readable(path))
    try:
        template.render(values_of(report), _Sandbox(), autoescape=True)
        buffer = io.BytesIO()
        template.save(buffer)
        document = Document(buffer)
    except _FAILURES as error:
        raise ReportError(f"模板“{path.name}”{_why(error)}，没有写报告。") from None
    return document


def _readable(path: Path) -> io.BytesIO:
    """The template's bytes. Raises ReportError for what is no Word document, or a huge one."""
    problem = ReportError(f"模板“{path.name}”{_UNREADABLE}。")
    try:
        data = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MOST_BYTES:
            raise problem
        Document(io.BytesIO(data))
    except (OSError, zipfile.BadZipFile, PackageNotFoundError, *_FAILURES):
        raise problem from None
    return io.BytesIO(data)


def _why(error: BaseException) -> str:
    """What is wrong with a template, in a few words."""
    if isinstance(error, TemplateSyntaxError):
        return f"里有一处花括号的写法不对{_line_of(error)}"
    if isinstance(error, UndefinedError):
        return f"里{error.message}"
    if isinstance(error, SecurityError):
        return f"里{_FORBIDDEN}"
    return "填不进去：请检查花括号里的写法"


def _line_of(error: TemplateSyntaxError) -> str:
    """The paragraph with a mistake; docxtpl keeps some around it, from the fourth line before."""
    around = list(getattr(error, "docx_context", ()))
    before = min(3, error.lineno - 1)
    words = around[before].strip() if before < len(around) else ""
    return f"：“{quote(words)}”" if words else ""


# --- what a template can name ---

NAMES = {
    "标题": "报告的标题",
    "单位": "汇总或填报单位",
    "年度": "报告年度",
    "上年度": "报告年度的前一年",
    "署名": "署名的单位",
    "提示": "还不是最终数的原因，逐条；没有就是空的",
    "数": "一个数，例如 数.requests.received.total",
    "表": "整张表，例如 {{p 表.requests }}，单独占一段",
    "文字": "一部分的文字，例如 文字.overview",
    "段落": "一部分的文字，逐段",
    "材料": "各单位写的这一部分，逐个：单位、文字、段落",
    "正文": "一部分的文字按公文格式排好，例如 {{p 正文.overview }}，单独占一段",
}
"""The names of a template, and what they stand for."""


def values_of(report: Report) -> dict[str, object]:
    """What each name stands for."""
    return {**_about(report), **_of_tables(report), **_of_texts(report)}


def _about(report: Report) -> dict[str, object]:
    last_year = report.year - 1
    return {
        "标题": report.title,
        "单位": report.unit.name,
        "年度": str(report.year),
        "上年度": str(last_year),
        "署名": report.author,
        "提示": list(report.warnings),
    }


def _of_tables(report: Report) -> dict[str, object]:
    tables = {table.id: _table(table, report.numbers) for table in report.form.tables}
    return {"数": _numbers(report), "表": Names(tables)}


def _of_texts(report: Report) -> dict[str, object]:
    texts = {text.field.partition(".")[2]: text for text in report.texts.values()}

    def each(make: Callable[[ReportText], object]) -> Names:
        return Names({name: make(text) for name, text in texts.items()})

    return {
        "文字": each(lambda text: text.text),
        "段落": each(lambda text: list(text.paragraphs)),
        "材料": each(_materials),
        "正文": each(_body),
    }


def _numbers(report: Report) -> Names:
    """Every number by table, row and column; one that is not known is empty."""
    tables: dict[str, dict[str, dict[str, object]]] = {}
    for field in report.form.fields.values():
        rows = tables.setdefault(field.table, {})
        columns = rows.setdefault(field.row, {})
        columns[field.column] = report.shown(field.id)
    return Names({name: _rows(rows) for name, rows in tables.items()})


def _rows(rows: Mapping[str, Mapping[str, object]]) -> Names:
    return Names({name: Names(columns) for name, columns in rows.items()})


def _materials(text: ReportText) -> list[_Written]:
    return [_Written(one.unit, one.text, one.paragraphs) for one in text.materials]


def _table(table: Table, numbers: Mapping[str, Decimal]) -> Markup:
    return _markup([table_element(table, numbers)])


def _body(text: ReportText) -> Markup:
    return _markup([body_paragraph(words) for words in text.paragraphs])


def _markup(elements: Sequence[etree._Element]) -> Markup:
    """Elements of the document as they are, made by us."""
    return Markup("".join(etree.tostring(one, encoding="unicode") for one in elements))
