"""What has changed between two versions of a form, as Chinese sentences made from the two
definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from xlreport.form.model import Block, Check, Field, Form, Heading, Kind, Table
from xlreport.rules.describe import RuleDescriber
from xlreport.submission import shown

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
        *_lines("identity", "封面", old, new),
        *_instructions(old, new),
        *_tables(old, new),
        *_fields(old, new),
        *_lines("texts", "文字", old, new),
        *_checks(old, new),
        *_statements(old, new),
    ]
    if not found and old.fingerprint != new.fingerprint:
        found.append(Change("form", "只改了先后顺序或没有印出的内容"))
    return tuple(found)


def _altered(what: str, old: object, new: object) -> str:
    return f"{what}由“{old}”改为“{new}”"


def _heads(old: Form, new: Form) -> Iterator[Change]:
    for key, what in (
        ("id", "报表代号"),
        ("version", "版本"),
        ("title", "报表名称"),
        ("source", "依据"),
    ):
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield Change("form" if key == "id" else key, _altered(what, before, after))
    years = [
        f"{f.first_year} 年度起" if f.last_year is None else f"{f.first_year}–{f.last_year} 年度"
        for f in (old, new)
    ]
    if years[0] != years[1]:
        yield Change("years", _altered("适用年度", *years))


def _instructions(old: Form, new: Form) -> Iterator[Change]:
    for line in old.instructions:
        if line not in new.instructions:
            yield Change("instructions", f"填报说明删去“{line}”")
    for line in new.instructions:
        if line not in old.instructions:
            yield Change("instructions", f"填报说明增加“{line}”")


def _lines(key: str, what: str, old: Form, new: Form) -> Iterator[Change]:
    """Lines of the cover, and texts: both have an id, a label and a hint."""
    before, after = ({item.id: item for item in getattr(form, key)} for form in (old, new))
    words = {"label": "标题", "hint": "提示", "lines": "行数"}
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield Change(name, f"{what}删去“{before[name].label}”（{name}）")
        elif name not in before:
            yield Change(name, f"{what}增加“{after[name].label}”（{name}）")
        else:
            a, b = before[name], after[name]
            parts = [
                _altered(word, getattr(a, attribute), getattr(b, attribute))
                for attribute, word in words.items()
                if getattr(a, attribute, None) != getattr(b, attribute, None)
            ]
            if parts:
                yield Change(name, f"{what}“{a.label}”（{name}）：{'；'.join(parts)}")


def _tables(old: Form, new: Form) -> Iterator[Change]:
    before, after = ({t.id: t for t in form.tables} for form in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield Change(name, f"删去表“{before[name].title}”（{name}）")
        elif name not in before:
            yield Change(name, f"增加表“{after[name].title}”（{name}）")
        else:
            parts = list(_table(before[name], after[name]))
            if parts:
                yield Change(name, f"表“{before[name].title}”（{name}）：{'；'.join(parts)}")


def _table(old: Table, new: Table) -> Iterator[str]:
    for key, what in (("title", "标题"), ("sheet", "工作表名"), ("arrangement", "排列")):
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield _altered(what, before, after)
    if [_order(b) for b in old.blocks] != [_order(b) for b in new.blocks]:
        yield "行列的先后或分块有变"
    printed = [
        [(b.title, b.corner, _printed(b.rows), _printed(b.columns)) for b in t.blocks]
        for t in (old, new)
    ]
    if len(old.blocks) == len(new.blocks) and printed[0] != printed[1]:
        yield "块的标题、左上角或合并的标题有变"


def _order(block: Block) -> object:
    return [
        [leaf.id for h in headings for leaf in h.leaves()]
        for headings in (block.rows, block.columns)
    ]


def _printed(headings: tuple[Heading, ...]) -> object:
    """The merged headings: what the labels of the fields do not tell."""
    return [(h.label, h.id, _printed(h.children)) for h in headings if h.children]


def _fields(old: Form, new: Form) -> Iterator[Change]:
    for name in dict.fromkeys((*old.fields, *new.fields)):
        before, after = old.fields.get(name), new.fields.get(name)
        if before is None and after is not None:
            yield Change(name, f"增加数字“{after.label}”（{name}）")
        elif before is not None and after is None:
            yield Change(name, f"删去数字“{before.label}”（{name}）")
        elif before is not None and after is not None:
            parts = list(_field(before, after))
            if parts:
                yield Change(name, f"数字“{before.label}”（{name}）：{'；'.join(parts)}")


def _field(old: Field, new: Field) -> Iterator[str]:
    if old.label != new.label:
        yield _altered("标题", old.label, new.label)
    if old.kind is not new.kind:
        yield _altered("种类", _KINDS[old.kind], _KINDS[new.kind])
    if old.unit != new.unit:
        yield _altered("单位", old.unit, new.unit)
    if old.computed != new.computed:
        yield _altered(
            "填法", *(f"由 {f.computed} 计算" if f.computed else "填报" for f in (old, new))
        )


def _checks(old: Form, new: Form) -> Iterator[Change]:
    before, after = ({c.code: c for c in form.checks} for form in (old, new))
    for code in dict.fromkeys((*before, *after)):
        if code not in after:
            yield Change(code, f"删去校验 {code}“{before[code].title}”：{_rule(old, code)}")
        elif code not in before:
            one = after[code]
            yield Change(
                code, f"增加校验 {code}“{one.title}”（{one.severity.label}）：{_rule(new, code)}"
            )
        else:
            parts = [*_check(before[code], after[code]), *_rules(old, new, code)]
            if parts:
                yield Change(code, f"校验 {code}“{before[code].title}”：{'；'.join(parts)}")


_SHOWN: tuple[tuple[str, Callable[[Check], str]], ...] = (
    ("名称", lambda c: c.title),
    ("性质", lambda c: c.severity.label),
    ("范围", lambda c: _EACH.get(c.each, str(c.each))),
    ("允许相差", lambda c: shown(c.tolerance)),
    ("理由", lambda c: c.why),
)


def _check(old: Check, new: Check) -> Iterator[str]:
    for what, show in _SHOWN:
        if show(old) != show(new):
            yield _altered(what, show(old), show(new))


def _rules(old: Form, new: Form, code: str) -> Iterator[str]:
    """How a rule has changed; new labels of its fields are no change of the rule."""
    bound = [
        [(i.row, i.column, i.rule) for i in form.instances if i.check.code == code]
        for form in (old, new)
    ]
    if bound[0] == bound[1]:
        return
    before, after = _rule(old, code), _rule(new, code)
    yield _altered("规则", before, after) if before != after else "规则所涉及的格子有变"


def _rule(form: Form, code: str) -> str:
    """A rule as a sentence; of several rows, columns or cells the first."""
    first = next(i for i in form.instances if i.check.code == code)
    return RuleDescriber(form, first).says(first.rule)


def _statements(old: Form, new: Form) -> Iterator[Change]:
    """What the texts may say about the numbers: word lists, too long to be quoted."""
    before, after = ({s.code: s for s in form.statements} for form in (old, new))
    for code in dict.fromkeys((*before, *after)):
        if code not in after:
            yield Change(code, f"删去文字核对 {code}“{before[code].title}”")
        elif code not in before:
            yield Change(code, f"增加文字核对 {code}“{after[code].title}”")
        elif before[code] != after[code]:
            yield Change(code, f"文字核对 {code}“{before[code].title}”的词语或性质有变")
