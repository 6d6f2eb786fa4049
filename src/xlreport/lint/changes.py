"""What has changed between two versions of a form, as Chinese sentences made from the two
definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from xlreport.form.model import (
    Block,
    Check,
    Form,
    Heading,
    IdentityItem,
    Instance,
    Kind,
    Table,
    Text,
    leaf_ids,
)
from xlreport.rules.describe import RuleDescriber
from xlreport.submission import shown
from xlreport.text import printed_code

_Thing = TypeVar("_Thing")

_KINDS = {Kind.COUNT: "件数", Kind.MONEY: "金额", Kind.TEXT: "文字"}
_EACH = {None: "一项", "row": "每行一项", "column": "每列一项", "cell": "每格一项"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what it is about (a field id, the code of a check, a word of the definition)."""

    subject: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """The change as `lint --json` has it."""
        return {"subject": self.subject, "message": self.message}


def changes(old: Form, new: Form) -> tuple[Change, ...]:
    """Every change of meaning, in the order of a definition; empty when there is none."""
    found = [
        *_heads(old, new),
        *_lines("封面", old.identity, new.identity),
        *_instructions(old, new),
        *_tables(old, new),
        *_fields(old, new),
        *_lines("文字", old.texts, new.texts),
        *_checks(old, new),
        *_statements(old, new),
    ]
    if not found and old.fingerprint != new.fingerprint:
        found.append(Change("form", "只改了先后顺序或没有印出的内容"))
    return tuple(found)


_Show = Callable[[Any], str]
_Shown = Sequence[tuple[str, _Show]]
"""What is compared of a thing: its Chinese name, and how it is shown."""


def _altered(what: str, old: object, new: object) -> str:
    return f"{what}由“{old}”改为“{new}”"


def _alterations(shown_parts: _Shown, old: object, new: object) -> Iterator[str]:
    """How two versions of a thing differ in what is shown of it."""
    for what, show in shown_parts:
        before = show(old)
        after = show(new)
        if before != after:
            yield _altered(what, before, after)


def _differences(
    old: Mapping[str, _Thing],
    new: Mapping[str, _Thing],
    called: Callable[[_Thing], str],
    altered: Callable[[_Thing, _Thing], Iterable[str]],
    where: str = "",
) -> Iterator[Change]:
    """What was taken away, what was added, and how the rest differs; those of the old version
    first. `where` is said before the verb."""
    for name in dict.fromkeys((*old, *new)):
        if name not in old:
            yield Change(name, f"{where}增加{called(new[name])}")
            continue
        thing = called(old[name])
        if name not in new:
            yield Change(name, f"{where}删去{thing}")
            continue
        alterations = altered(old[name], new[name])
        parts = "；".join(alterations)
        if parts:
            yield Change(name, f"{where}{thing}：{parts}")


# --- the head, the cover, the instructions ---


_HEAD_SHOWN: tuple[tuple[str, str, Callable[[Form], object]], ...] = (
    ("form", "报表代号", lambda form: form.id),
    ("version", "版本", lambda form: form.version),
    ("title", "报表名称", lambda form: form.title),
    ("source", "依据", lambda form: form.source),
    ("years", "适用年度", lambda form: _years(form)),
)


def _heads(old: Form, new: Form) -> Iterator[Change]:
    for subject, what, show in _HEAD_SHOWN:
        before = show(old)
        after = show(new)
        if before != after:
            yield Change(subject, _altered(what, before, after))


def _years(form: Form) -> str:
    if form.last_year is None:
        return f"{form.first_year} 年度起"
    return f"{form.first_year}–{form.last_year} 年度"


def _instructions(old: Form, new: Form) -> Iterator[Change]:
    for line in old.instructions:
        if line not in new.instructions:
            yield Change("instructions", f"填报说明删去“{line}”")
    for line in new.instructions:
        if line not in old.instructions:
            yield Change("instructions", f"填报说明增加“{line}”")


_Line = IdentityItem | Text

_LINE_SHOWN: _Shown = (
    ("标题", lambda line: line.label),
    ("提示", lambda line: line.hint),
    ("行数", lambda line: str(line.lines) if isinstance(line, Text) else ""),
)


def _lines(where: str, old: Sequence[_Line], new: Sequence[_Line]) -> Iterator[Change]:
    """Lines of the cover, and texts: both have an id, a label and a hint."""
    return _differences(
        {line.id: line for line in old},
        {line.id: line for line in new},
        called=lambda line: f"“{line.label}”（{line.id}）",
        altered=partial(_alterations, _LINE_SHOWN),
        where=where,
    )


# --- tables ---


_TABLE_SHOWN: _Shown = (
    ("标题", lambda table: table.title),
    ("工作表名", lambda table: table.sheet),
    ("排列", lambda table: table.arrangement),
)


def _tables(old: Form, new: Form) -> Iterator[Change]:
    return _differences(
        {table.id: table for table in old.tables},
        {table.id: table for table in new.tables},
        called=lambda table: f"表“{table.title}”（{table.id}）",
        altered=_table,
    )


def _table(old: Table, new: Table) -> Iterator[str]:
    yield from _alterations(_TABLE_SHOWN, old, new)
    old_order = [_order(block) for block in old.blocks]
    new_order = [_order(block) for block in new.blocks]
    if old_order != new_order:
        yield "行列的先后或分块有变"
    if len(old.blocks) != len(new.blocks):
        return
    old_print = [_printed_block(block) for block in old.blocks]
    new_print = [_printed_block(block) for block in new.blocks]
    if old_print != new_print:
        yield "块的标题、左上角或合并的标题有变"


def _order(block: Block) -> object:
    return leaf_ids(block.rows), leaf_ids(block.columns)


def _printed_block(block: Block) -> object:
    """What is printed of a block and is not in the labels of its fields."""
    return block.title, block.corner, _merged(block.rows), _merged(block.columns)


def _merged(headings: tuple[Heading, ...]) -> object:
    return [(h.label, h.id, _merged(h.children)) for h in headings if h.children]


# --- numbers ---


_FIELD_SHOWN: _Shown = (
    ("标题", lambda field: field.label),
    ("种类", lambda field: _KINDS[field.kind]),
    ("单位", lambda field: field.unit),
    ("填法", lambda field: f"由 {field.computed} 计算" if field.computed else "填报"),
)


def _fields(old: Form, new: Form) -> Iterator[Change]:
    return _differences(
        old.fields,
        new.fields,
        called=lambda field: f"数字“{field.label}”（{field.id}）",
        altered=partial(_alterations, _FIELD_SHOWN),
    )


# --- checks and statements ---


_CHECK_SHOWN: _Shown = (
    ("名称", lambda check: check.title),
    ("性质", lambda check: check.severity.label),
    ("范围", lambda check: _EACH[check.each]),
    ("允许相差", lambda check: shown(check.tolerance)),
    ("理由", lambda check: check.why),
    ("格子里的话", lambda check: check.complaint),
)


def _checks(old: Form, new: Form) -> Iterator[Change]:
    before = {check.code: check for check in old.checks}
    after = {check.code: check for check in new.checks}
    for code in dict.fromkeys((*before, *after)):
        if code not in before:
            added = after[code]
            rule = _rule(new, code)
            yield Change(code, f"增加{_called(added)}（{added.severity.label}）：{rule}")
            continue
        check = _called(before[code])
        if code not in after:
            rule = _rule(old, code)
            yield Change(code, f"删去{check}：{rule}")
            continue
        altered = _alterations(_CHECK_SHOWN, before[code], after[code])
        rules = _rules(old, new, code)
        parts = "；".join((*altered, *rules))
        if parts:
            yield Change(code, f"{check}：{parts}")


def _called(check: Check) -> str:
    return f"校验 {printed_code(check.code)}“{check.title}”"


def _rules(old: Form, new: Form, code: str) -> Iterator[str]:
    """How a rule has changed; new labels of its fields are no change of the rule."""
    if _bound(old, code) == _bound(new, code):
        return
    before = _rule(old, code)
    after = _rule(new, code)
    if before == after:
        yield "规则所涉及的格子有变"
    else:
        yield _altered("规则", before, after)


def _bound(form: Form, code: str) -> object:
    """The rows, columns and rules of a check."""
    return [(one.row, one.column, one.rule) for one in _instances(form, code)]


def _rule(form: Form, code: str) -> str:
    """A rule as a sentence; of several rows, columns or cells the first."""
    first = _instances(form, code)[0]
    return RuleDescriber(form, first).says(first.rule)


def _instances(form: Form, code: str) -> list[Instance]:
    return [instance for instance in form.instances if instance.check.code == code]


def _statements(old: Form, new: Form) -> Iterator[Change]:
    """What the texts may say about the numbers: word lists, too long to be quoted."""
    before = {statement.code: statement for statement in old.statements}
    after = {statement.code: statement for statement in new.statements}
    for code in dict.fromkeys((*before, *after)):
        title = (before.get(code) or after[code]).title
        statement = f"文字核对 {printed_code(code)}“{title}”"
        if code not in after:
            yield Change(code, f"删去{statement}")
        elif code not in before:
            yield Change(code, f"增加{statement}")
        elif before[code] != after[code]:
            yield Change(code, f"{statement}的词语或性质有变")
