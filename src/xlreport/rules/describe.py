"""A rule as a Chinese sentence: what it says, or what was seen where it does not hold."""

from __future__ import annotations

from xlreport import a1
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance
from xlreport.rules.columns import bare
from xlreport.rules.evaluate import UnitView, Verdict
from xlreport.submission import Place, Status, shown

_HOLDS = {"==": "等于", "!=": "不等于", "<": "小于", "<=": "不大于", ">": "大于", ">=": "不小于"}
_SIGNS = {"==": "＝", "!=": "≠", "<": "＜", "<=": "≤", ">": "＞", ">=": "≥"}


class RuleDescriber:
    """Sentences about one instance of a check."""

    def __init__(self, form: Form, instance: Instance, seen: UnitView | None = None) -> None:
        self.form = form
        self.instance = instance
        self.seen = seen
        fields = [form.fields[name] for name in ex.fields_of(instance.rule)]
        self.sheets = {f.table for f in fields}

    def rule(self) -> str:
        """What the rule says, without numbers."""
        return self._scope() + RuleDescriber(self.form, self.instance).says(self.instance.rule)

    def failure(self, part: ex.Truth) -> str:
        """What was seen where a part of the rule fails, with the numbers in the cells."""
        return self._scope() + self.fails(part)

    def _scope(self) -> str:
        field = next((self.form.fields[n] for n in ex.fields_of(self.instance.rule)), None)
        if field is None or self.instance.check.each not in ("row", "column"):
            return ""
        label = field.row_short if self.instance.row else field.column_label
        return f"“{label}”{'行' if self.instance.row else '列'}："

    # --- names -------------------------------------------------------------------------

    def label(self, name: str) -> str:
        if name in self.form.fields:
            field = self.form.fields[name]
            each = self.instance.check.each
            if each == "row" and field.row == self.instance.row:
                return field.column_label
            if each == "column" and field.column == self.instance.column:
                return field.row_short
            return f"{field.row_short}·{field.column_label}"
        return next(t.label for t in self.form.texts if t.field_id == name)

    def named(self, name: str) -> str:
        """Label and, when numbers are shown, the cell."""
        place = self.place(name)
        if place is None:
            return f"{self.label(name)} "
        sheet = f"{place.sheet} " if len(self.sheets) > 1 else ""
        return f"{self.label(name)}（{sheet}{place.cell}）"

    def place(self, name: str) -> Place | None:
        return self.seen.submission.provenance.places.get(name) if self.seen else None

    # --- numbers -----------------------------------------------------------------------

    def term(self, node: ex.Number) -> str:
        """A number in words, with its observed value when there is one."""
        words = self.expression(node)
        if self.seen is None or isinstance(node, ex.Const):
            return words
        single = isinstance(node, ex.Total) and len(self.grouped_items(node.items)) == 1
        if single or isinstance(node, ex.Ref | ex.Previous | ex.Length | ex.Rounded):
            return words
        return f"{words} ＝ {shown(self.seen.value(node))}"

    def expression(self, node: ex.Number) -> str:
        match node:
            case ex.Const(value=value):
                return shown(value)
            case ex.Ref(field=name):
                return f"{self.named(name)}{self.quantity(name)}" if self.seen else self.label(name)
            case ex.Previous(field=name):
                return f"上年的“{self.label(name)}”" + (
                    f" {shown(self.seen.value(node))}" if self.seen else ""
                )
            case ex.Length(text=name):
                return f"{self.label(name)}的字数" + (
                    f" {shown(self.seen.value(node))}" if self.seen else ""
                )
            case ex.Total():
                return self.total(node)
            case ex.Minus(left=left, right=right):
                return f"{self.expression(left)} － {self.grouped(right)}"
            case ex.Times(factor=factor, item=item):
                return f"{shown(factor)} × {self.grouped(item)}"
            case ex.Absolute(item=item):
                return f"|{self.expression(item)}|"
            case ex.Rounded(item=item, digits=digits):
                return f"{self.expression(item)} 保留 {digits} 位小数"

    def quantity(self, name: str) -> str:
        assert self.seen is not None
        entry = self.seen.entry(name)
        if entry.status is Status.BLANK:
            return shown(self.seen.value(ex.Ref(name)))
        return entry.raw if entry.value is None else shown(entry.value)

    def grouped(self, node: ex.Number) -> str:
        words = self.expression(node)
        return (
            f"（{words}）"
            if isinstance(node, ex.Total | ex.Minus) and len(ex.children(node)) > 1
            else words
        )

    def total(self, node: ex.Total) -> str:
        parts = self.grouped_items(node.items)
        if self.seen is not None and len(parts) > 2:
            seen = self.seen
            other = [part for part in parts if seen.value(ex.Total(part)) != 0]
            rest = "（其余为 0）" if len(other) < len(parts) else ""
            return (
                (" ＋ ".join(self.part(p) for p in other) + rest)
                if other
                else f"{self.part(parts[0])} 等（都是 0）"
            )
        return " ＋ ".join(self.part(part) for part in parts)

    def grouped_items(self, items: tuple[ex.Number, ...]) -> list[tuple[ex.Number, ...]]:
        """The items of a sum, those that stand under one heading taken together."""
        found: list[tuple[ex.Number, ...]] = []
        start = 0
        while start < len(items):
            end = next(
                (
                    e
                    for e in range(len(items), start + 1, -1)
                    if self.group(items[start:e]) is not None
                ),
                start + 1,
            )
            found.append(items[start:end])
            start = end
        return found

    def group(self, items: tuple[ex.Number, ...]) -> tuple[str, str] | None:
        names = frozenset(item.field for item in items if isinstance(item, ex.Ref))
        return self.form.groups.get(names) if len(names) == len(items) else None

    def part(self, items: tuple[ex.Number, ...]) -> str:
        """One item of a sum, or several by the name of their common heading."""
        group = self.group(items)
        if group is None:
            return self.grouped(items[0])
        words = self.group_label(items, *group)
        if self.seen is None:
            return words
        places = [p for i in items if isinstance(i, ex.Ref) and (p := self.place(i.field))]
        cells = [cell for p in places if (cell := a1.parse(p.cell)) is not None]
        sheet = f"{places[0].sheet} " if len(self.sheets) > 1 and places else ""
        ranges = "、".join(a1.ranges(cells))
        return f"{words}（{sheet}{ranges}）{shown(self.seen.value(ex.Total(items)))}"

    def group_label(self, items: tuple[ex.Number, ...], row: str, column: str) -> str:
        """What the fields under one heading are called together."""
        each = self.instance.check.each
        if each == "column" and row:
            return row
        if each == "row" and column:
            return column
        if row and column:
            return f"{row}·{column}"
        first = self.form.fields[ex.fields_of(items[0])[0]]
        sheet = f"“{self.form.table(first.table).sheet}”" if len(self.sheets) > 1 else ""
        return f"{row}各列" if row else f"{sheet}各行{column}" if column else f"{sheet}各格"

    # --- conditions --------------------------------------------------------------------

    def says(self, node: ex.Truth) -> str:
        """A condition as a statement."""
        match node:
            case ex.Compare():
                return self.special(node) or self.relation(node)
            case ex.IsNumber(item=item):
                return f"{self.label(item.field)}是数字"
            case ex.Filled(text=name):
                return f"{self.label(name)}有文字"
            case ex.Mentions(text=name, words=words):
                return f"{self.label(name)}写到{'或'.join(f'“{word}”' for word in words)}"
            case ex.Differs(text=name):
                return f"{self.label(name)}与上年的不（几乎）相同"
            case ex.LevelIn(levels=levels):
                return f"单位类别为{'、'.join(levels)}"
            case ex.Not(item=item):
                return f"不应出现“{self.says(item)}”"
            case ex.And(items=items):
                return "，并且".join(self.says(item) for item in items)
            case ex.Or(items=items):
                return "，或者".join(self.says(item) for item in items)
            case ex.Implies(premise=premise, conclusion=conclusion):
                return f"{self.when(premise)}，{self.says(conclusion)}"

    def when(self, premise: ex.Truth) -> str:
        """A condition as a clause of time; digits keep a space before the Chinese word."""
        words = self.says(premise)
        return f"{words} 时" if words[-1:].isascii() else f"{words}时"

    def relation(self, node: ex.Compare) -> str:
        tolerance = f"（允许相差 {shown(node.tolerance)}）" if node.tolerance else ""
        if self.seen is None:
            return (
                f"{self.term(node.left)} {_SIGNS[node.operator]} {self.term(node.right)}{tolerance}"
            )
        return f"{self.term(node.left)} {_HOLDS[node.operator]} {self.term(node.right)}{tolerance}"

    def special(self, node: ex.Compare) -> str:
        """`round(x, n) == x` says how many decimals x may have."""
        if (
            node.operator == "=="
            and isinstance(node.left, ex.Rounded)
            and node.left.item == node.right
        ):
            words = "是整数" if node.left.digits == 0 else f"不超过 {node.left.digits} 位小数"
            return (
                f"{self.expression(node.right)} 应{words}"
                if self.seen
                else f"{self.expression(node.right)}{words}"
            )
        return ""

    def fails(self, node: ex.Truth) -> str:
        """What was seen where a condition fails."""
        assert self.seen is not None
        match node:
            case ex.Compare():
                return self.special(node) or self._unequal(node)
            case ex.IsNumber(item=item):
                return f"{self.named(item.field)} 现为“{self.seen.entry(item.field).raw}”，不是数字"
            case ex.Filled(text=name):
                empty = not bare(self.seen.submission.texts.get(name, ""))
                return f"{self.label(name)}{'只有空格' if empty else '未填'}"
            case ex.Mentions(text=name, words=words):
                return f"{self.label(name)}没有写到{'或'.join(f'“{word}”' for word in words)}"
            case ex.Differs(text=name):
                return f"{self.label(name)}与上年的几乎完全相同"
            case ex.LevelIn(levels=levels):
                return f"单位类别现为“{self.seen.submission.unit.level}”，应为{'、'.join(levels)}"
            case ex.Not(item=item):
                return f"{self.says(item)}，不应如此"
            case ex.And(items=items):
                parts = [item for item in items if self.seen.verdict(item) is Verdict.FAILS]
                return "；".join(self.fails(item) for item in parts)
            case ex.Or(items=items):
                return "以下至少应有一项成立：" + "；".join(self.fails(item) for item in items)
            case ex.Implies(premise=premise, conclusion=conclusion):
                return f"{self.when(premise)}，{self.fails(conclusion)}"

    def _unequal(self, node: ex.Compare) -> str:
        assert self.seen is not None
        gap = shown(abs(self.seen.value(ex.Minus(node.left, node.right))))
        left, right = self.term(node.left), self.term(node.right)
        if node.operator == "==":
            tolerance = f"（允许相差 {shown(node.tolerance)}）" if node.tolerance else ""
            if isinstance(node.right, ex.Const):
                return f"{left}，应等于 {right}{tolerance}"
            return f"{left}，{right}，两者应当相等{tolerance}，现相差 {gap}"
        if node.operator == "!=":
            return f"{left}，{right}，两者不应相等"
        tail = f"，现{'多' if node.operator in ('<', '<=') else '少'} {gap}" if gap != "0" else ""
        return f"{left}，应{_HOLDS[node.operator]} {right}{tail}"
