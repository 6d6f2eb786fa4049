"""The check language as Excel formulas.

Only functions on which every engine agrees: SUM IF AND OR NOT ROUND ABS COUNT COUNTBLANK COUNTIF
TEXT, and LEN with SUBSTITUTE for texts. Each condition becomes a pair: where it certainly holds and
where it certainly fails; what is neither cannot be verified yet.
"""

from __future__ import annotations

from decimal import Decimal

from xlreport.a1 import address, quoted, ranges
from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance, Kind
from xlreport.rules.evaluate import Verdict
from xlreport.submission import YES, shown
from xlreport.workbook.layout.workbook import COVER, PREVIOUS, Layout
from xlreport.workbook.writer.book import NO_LAST_YEAR

PASS, FAIL, UNKNOWN = Verdict.HOLDS.label, Verdict.FAILS.label, Verdict.UNKNOWN.label
TICK = "✔"
MARKS = {Severity.ERROR: "✘", Severity.WARNING: "！", Severity.NOTE: "※"}
"""What a check cell shows when its check fails."""

MAX_FORMULA = 8192
"""Excel's limit on a formula's length, in characters."""


class FormulaTooLong(Exception):
    """A rule whose formula Excel would refuse; the text is Chinese."""


class Formulas:
    """Formulas for one form, as seen from one sheet (references to it carry no sheet name)."""

    def __init__(self, layout: Layout, sheet: str) -> None:
        self.layout = layout
        self.form: Form = layout.form
        self.sheet = sheet

    # --- references -------------------------------------------------------------------------

    def ref(self, sheet: str, target: str) -> str:
        return target if sheet == self.sheet else f"{quoted(sheet)}!{target}"

    def cell(self, name: str) -> str:
        sheet, cell = self.layout.cells[name]
        return self.ref(sheet, address(cell))

    def previous(self, name: str) -> str:
        """The cell with last year's number."""
        return self.ref(PREVIOUS, address(self.layout.previous[name]))

    def bare(self, name: str) -> str:
        """A text without spaces and line feeds."""
        return (
            f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({self.cell(name)}," ",""),"\u3000",""),CHAR(10),"")'
        )

    def ranges(self, names: tuple[str, ...]) -> list[str]:
        """The cells of some fields as few ranges, sheet by sheet."""
        by_sheet: dict[str, list[tuple[int, int]]] = {}
        for name in names:
            sheet, cell = self.layout.cells[name]
            by_sheet.setdefault(sheet, []).append(cell)
        return [
            self.ref(sheet, part) for sheet, cells in by_sheet.items() for part in ranges(cells)
        ]

    def flag(self, table: str) -> str:
        sheet, cell = self.layout.flags[table]
        return self.ref(sheet, address(cell, absolute=True))

    # --- numbers ----------------------------------------------------------------------------

    def computed(self, name: str) -> str:
        """The formula of a computed cell; texts and blanks in its parts are passed over."""
        return within_limit("=" + self.number(self.form.formulas[name], tolerant=True), name)

    def number(self, node: ex.Number, *, tolerant: bool = False) -> str:
        match node:
            case ex.Const(value=value):
                return shown(value)
            case ex.Ref(field=name):
                return f"SUM({self.cell(name)})" if tolerant else self.cell(name)
            case ex.Previous(field=name):
                return self.previous(name)
            case ex.Length(text=name):
                return f"LEN({self.bare(name)})"
            case ex.Total():
                return self._total(node, tolerant)
            case ex.Minus(left=left, right=right):
                second = self.number(right, tolerant=tolerant)
                wrapped = f"({second})" if isinstance(right, ex.Minus | ex.Total) else second
                return f"{self.number(left, tolerant=tolerant)}-{wrapped}"
            case ex.Times(factor=factor, item=item):
                return f"{shown(factor)}*({self.number(item, tolerant=tolerant)})"
            case ex.Absolute(item=item):
                return f"ABS({self.number(item, tolerant=tolerant)})"
            case ex.Rounded(item=item, digits=digits):
                return f"ROUND({self.number(item, tolerant=tolerant)},{digits})"

    def _total(self, node: ex.Total, tolerant: bool) -> str:
        names = tuple(i.field for i in node.items if isinstance(i, ex.Ref))
        other = [self.number(i, tolerant=tolerant) for i in node.items if not isinstance(i, ex.Ref)]
        if node.spelled == "+" and not tolerant:
            return "+".join(self.number(item) for item in node.items)
        if len(set(names)) == len(names):
            return f"SUM({','.join([*self.ranges(names), *other])})"
        return f"SUM({','.join(self.number(item, tolerant=tolerant) for item in node.items)})"

    # --- conditions -------------------------------------------------------------------------

    def known(self, node: ex.Node) -> str:
        """Whether every number that a node needs is there (declared blanks count as 0)."""
        fields = ex.fields_of(node)
        computed = tuple(f for f in fields if self.form.fields[f].computed)
        leaves = tuple(dict.fromkeys(leaf for f in fields for leaf in self.form.leaves(f)))
        conditions = []
        if computed:
            conditions.append(f"COUNT({','.join(self.ranges(computed))})={len(computed)}")
        counted = [f"COUNT({','.join(self.ranges(leaves))})"] if leaves else []
        for table in dict.fromkeys(self.form.fields[leaf].table for leaf in leaves):
            mine = self.ranges(
                tuple(leaf for leaf in leaves if self.form.fields[leaf].table == table)
            )
            blanks = "+".join(f"COUNTBLANK({part})" for part in mine)
            counted.append(f'IF({self.flag(table)}="{YES}",{blanks},0)')
        if leaves:
            conditions.append(f"{'+'.join(counted)}={len(leaves)}")
        conditions += [
            f"COUNTBLANK({self.cell(o.text)})=0"
            for o in ex.operands_of(node)
            if isinstance(o, ex.Length)
        ]
        conditions += self.last_year(node)
        return conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"

    def last_year(self, node: ex.Node) -> list[str]:
        """The condition that last year's numbers are there, if a node needs any."""
        cells = [self.previous(o.field) for o in ex.operands_of(node) if isinstance(o, ex.Previous)]
        return [f"COUNT({','.join(cells)})={len(cells)}"] if cells else []

    def comparison(self, node: ex.Compare) -> str:
        gap = self.gap(node)
        if node.operator == "==":
            return f"ABS({gap})<={shown(node.tolerance)}" if node.tolerance else f"{gap}=0"
        return f"{gap}{'<>' if node.operator == '!=' else node.operator}0"

    def gap(self, node: ex.Compare) -> str:
        """Left minus right, rounded to its exact decimals so that binary fractions cannot
        disturb."""
        minus = ex.Minus(node.left, node.right)
        words = self.number(node.left if node.right == ex.Const(Decimal(0)) else minus)
        return f"ROUND({words},{ex.scale_of(minus)})"

    def pair(self, node: ex.Truth) -> tuple[str, str]:
        """Two formulas: certainly holds, certainly fails."""
        match node:
            case ex.Compare():
                known, holds = self.known(node), self.comparison(node)
                return f"IF({known},{holds},FALSE)", f"IF({known},NOT({holds}),FALSE)"
            case ex.IsNumber(item=item):
                known, cell = self.known(node), self.cell(item.field)
                return known, f"COUNT({cell})+COUNTBLANK({cell})=0"
            case ex.Filled(text=name):
                cell, bare = self.cell(name), self.bare(name)
                return f"LEN({bare})>0", f"AND(COUNTBLANK({cell})=0,LEN({bare})=0)"
            case ex.Mentions(text=name, words=words):
                cell, bare = self.cell(name), self.bare(name)
                said = ",".join(
                    f'LEN(SUBSTITUTE({bare},"{word}",""))<LEN({bare})' for word in words
                )
                return f"OR({said})", f"AND(COUNTBLANK({cell})=0,NOT(OR({said})))"
            case ex.Differs():
                raise ValueError("no workbook formula can compare texts")
            case ex.LevelIn(levels=levels):
                cell = self.ref(COVER, address(self.layout.identity["level"], absolute=True))
                listed = ",".join(f'{cell}="{level}"' for level in levels)
                return f"OR({listed})", f'AND({cell}<>"",NOT(OR({listed})))'
            case ex.Not(item=item):
                holds, fails = self.pair(item)
                return fails, holds
            case ex.And(items=items):
                return self._and(items)
            case ex.Or(items=items):
                pairs = [self.pair(item) for item in items]
                return (
                    f"OR({','.join(p[0] for p in pairs)})",
                    f"AND({','.join(p[1] for p in pairs)})",
                )
            case ex.Implies(premise=premise, conclusion=conclusion):
                return self.pair(ex.Or((ex.Not(premise), conclusion)))

    def _and(self, items: tuple[ex.Truth, ...]) -> tuple[str, str]:
        fields = {frozenset(ex.fields_of(item)) for item in items}
        if len(fields) == 1 and all(isinstance(item, ex.Compare) for item in items):
            known = self.known(items[0])
            together = (
                f"AND({','.join(self.comparison(i) for i in items if isinstance(i, ex.Compare))})"
            )
            return f"IF({known},{together},FALSE)", f"IF({known},NOT({together}),FALSE)"
        pairs = [self.pair(item) for item in items]
        return f"AND({','.join(p[0] for p in pairs)})", f"OR({','.join(p[1] for p in pairs)})"

    def verdict(self, instance: Instance) -> str:
        """通过, 未通过, 待填 or 无上年数."""
        rule = instance.rule
        open_ = self.open(rule)
        if isinstance(rule, ex.Compare):
            known, holds = self.known(rule), self.comparison(rule)
            return within_limit(
                f'=IF({known},IF({holds},"{PASS}","{FAIL}"),{open_})', instance.code
            )
        holds, fails = self.pair(rule)
        return within_limit(f'=IF({holds},"{PASS}",IF({fails},"{FAIL}",{open_}))', instance.code)

    def open(self, rule: ex.Truth) -> str:
        """Why a rule cannot be verified: last year's numbers are not there, or cells are not filled
        in."""
        there = self.last_year(rule)
        return f'IF({there[0]},"{UNKNOWN}","{NO_LAST_YEAR}")' if there else f'"{UNKNOWN}"'

    def cells_mark(self, instances: tuple[Instance, ...]) -> str:
        """The mark of a row of cells that are all checked by one rule: ✔, ✘, 待填 or 无上年数."""
        holds, fails = self._and(tuple(i.rule for i in instances))
        mark = MARKS[instances[0].check.severity]
        formula = f'=IF({holds},"{TICK}",IF({fails},"{mark}",{self.open(ex.And(tuple(i.rule for i in instances)))}))'
        return within_limit(formula, instances[0].check.code)


def within_limit(formula: str, name: str) -> str:
    """The formula, unless Excel would refuse it. Raises FormulaTooLong."""
    if len(formula) > MAX_FORMULA:
        words = (
            f"“{name}”的 Excel 公式有 {len(formula):,} 个字符，超过 Excel 允许的 {MAX_FORMULA:,} 个"
        )
        raise FormulaTooLong(f"{words}；请把规则拆短，或减少一行里的列数。")
    return formula


def has_money(form: Form, rule: ex.Truth) -> bool:
    """Whether a rule compares amounts, whose differences are shown with all decimals."""
    return any(form.fields[name].kind is Kind.MONEY for name in ex.fields_of(rule))
