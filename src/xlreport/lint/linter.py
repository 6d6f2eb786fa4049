"""The linter of form definitions: rules that contradict each other or that find nothing of their
own.

What is reported is proven. L1 rules cannot hold together. L2 a rule can never fail; computed cells
stand for their formulas, and the equation that computes them is left alone. L3 a rule repeats
another. L4 a rule follows from another. L5 the same for a rule all of whose cells are computed:
what it finds cannot be corrected where it is shown. L6 a form has changed and its version has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.lint.changes import changes
from xlreport.lint.conflicts import Conflict, conflicts
from xlreport.lint.redundancy import Implications, Implied, failing, repeats
from xlreport.lint.result import Example, Lint, LintResult
from xlreport.lint.rulebook import Rulebook
from xlreport.lint.solver import EFFORT, SolverMissing
from xlreport.rules.describe import RuleDescriber
from xlreport.submission import Submission, shown

Places = Mapping[str, tuple[int, int]]
"""Where each check's rule stands in the definition: line and column, from 1."""

NOT_EXAMINED = "校验没有检查（要先安装求解器 z3：pip install xlreport[lint]）"


def lint(
    form: Form, *, since: Form | None = None, places: Places | None = None, effort: int = EFFORT
) -> LintResult:
    """Examines a form's rules; with an older version of the form also what has changed since.
    `effort` is what one question may cost. Raises SolverMissing without z3, unless there are
    changes to be told."""
    report = _examined(form, effort, must_examine=since is None)
    lints = list(dict.fromkeys(report.lints))
    changed = None if since is None else changes(since, form)
    if since is not None and changed and form.id == since.id and form.version <= since.version:
        lints.append(_same_version(form, since))
    placed = [_placed(one, places or {}) for one in lints]
    placed.sort(key=lambda one: (one.severity.rank, one.line, one.kind, one.codes))
    return replace(report, lints=tuple(placed), changes=changed)


def _examined(form: Form, effort: int, *, must_examine: bool) -> LintResult:
    try:
        examiner = _Examiner(form, effort)
    except SolverMissing:
        if must_examine:
            raise
        return LintResult(form.id, form.version, (), (NOT_EXAMINED,), ())
    lints = tuple(examiner.lints())
    undecided, examples = tuple(examiner.undecided), tuple(examiner.examples)
    return LintResult(form.id, form.version, lints, undecided, examples)


def _placed(one: Lint, places: Places) -> Lint:
    if not one.codes or one.codes[-1] not in places:
        return one
    line, column = places[one.codes[-1]]
    return replace(one, line=line, column=column)


def _same_version(form: Form, since: Form) -> Lint:
    message = f"内容有改动，版本号却没有加大：原来第 {since.version} 版，现在第 {form.version} 版"
    return Lint("L6", Severity.WARNING, (), message, f"请把 version 改成 {since.version + 1}")


class _Examiner:
    """Asks for every kind of mistake, in an order in which nothing is reported twice."""

    def __init__(self, form: Form, effort: int) -> None:
        self.form = form
        self.book = Rulebook(form, effort)
        self.undecided: list[str] = []
        self.examples: list[Example] = []
        self.left_out: set[str] = set()

    def lints(self) -> Iterator[Lint]:
        """Every mistake; fills `undecided` and `examples` on the way."""
        yield from self._conflicts()
        written = repeats(self.book, self.left_out, defining=True)
        self.left_out |= {other for _, other in written.pairs}
        yield from self._never_failing()
        computed = repeats(self.book, self.left_out, defining=False)
        self.left_out |= {other for _, other in computed.pairs}
        for pair in (*written.pairs, *computed.pairs):
            yield self._repeat(*pair)
        for one, other in (*written.undecided, *computed.undecided):
            self.undecided.append(f"未能判定校验 {other} 与 {one} 是不是重复")
        implications = Implications(self.book, self.left_out)
        yield from (self._implied(one) for one in implications.find())
        self.undecided += [f"未能判定校验 {code} 是不是多余的" for code in implications.undecided]

    def _conflicts(self) -> Iterator[Lint]:
        result = conflicts(self.book)
        for conflict in result.found:
            if conflict.broken is not None:
                self.left_out.add(conflict.broken)
            if set(conflict.codes).issubset(self.book.cell_checks):
                self.book.cell_checks = ()  # of contradictory checks anything would follow
            yield self._conflict(conflict)
        self.undecided += [self._open(codes) for codes in result.undecided]
        if not result.complete:
            self.undecided.append("互相矛盾的校验太多，没有全部列出，改正以后请再检查一次")

    def _open(self, codes: tuple[str, ...]) -> str:
        if len(codes) == len(self.book.of_check):
            return "未能判定全部校验能否同时通过"
        together = "能否同时通过" if len(codes) > 1 else "能否通过"
        return f"未能判定校验 {'、'.join(codes)} {together}"

    def _conflict(self, conflict: Conflict) -> Lint:
        codes = conflict.codes
        whom = f"单位类别为{'、'.join(conflict.levels)}时，" if conflict.levels else ""
        rules = self._rules(conflict.instances)
        if len(codes) == 1:
            message = f"校验 {codes[0]} 自相矛盾，{whom}怎样填都不能通过：{rules}"
        else:
            message = f"校验 {'、'.join(codes)} 互相矛盾，{whom}怎样填都不能同时通过：{rules}"
        if conflict.cell_checks:
            message += f"；格子里能填的数由 {'、'.join(conflict.cell_checks)} 限定"
        return Lint("L1", Severity.ERROR, codes, message, "请改正规则", conflict.levels)

    def _never_failing(self) -> Iterator[Lint]:
        result = failing(self.book, self.left_out)
        self.left_out |= set(result.never)
        self.undecided += [f"未能判定校验 {code} 会不会不通过" for code in result.undecided]
        self.examples = [self._example(*example) for example in result.examples.values()]
        for code in result.never:
            yield self._never(code)

    def _never(self, code: str) -> Lint:
        message = f"校验 {code} 怎样填都不会不通过，查不出错误：{self._first_rule(code)}"
        named = {name for i in self.book.of_check[code] for name in self.book.named[i]}
        if any(name in self.form.formulas for name in named):
            message += "；其中自动计算的格子按公式代入"
        return Lint("L2", Severity.ERROR, (code,), message, "请改正规则，或者删去这一条")

    def _repeat(self, one: str, other: str) -> Lint:
        rule = self._first_rule(other)
        message = f"校验 {other} 与 {one} 重复，两者总是同时通过、同时不通过：{rule}"
        return Lint("L3", Severity.WARNING, (one, other), message, "请删去其中一条")

    def _implied(self, one: Implied) -> Lint:
        given = "、".join(one.by)
        codes = (*one.by, one.code)
        rule = self._first_rule(one.code)
        if one.computed:
            only = f"校验 {one.code} 只涉及自动计算的格子，没有可以改的格子"
            message = f"{only}；{given} 通过时它总是通过：{rule}"
            suggestion = "请删去，或者改为要求填报的格子"
            return Lint("L5", Severity.WARNING, codes, message, suggestion)
        message = f"校验 {one.code} 是多余的，{given} 通过时它总是通过：{rule}"
        return Lint("L4", Severity.NOTE, codes, message, "可以删去；需要单独提示的可以保留")

    def _rules(self, instances: tuple[int, ...]) -> str:
        """Rules as sentences, each with its code."""
        sentences = []
        for number in instances:
            instance = self.form.instances[number]
            sentence = RuleDescriber(self.form, instance).rule()
            sentences.append(f"{instance.code}“{sentence}”")
        return "；".join(sentences)

    def _first_rule(self, code: str) -> str:
        return self._rules((self.book.of_check[code][0],))

    def _example(self, number: int, fill: Submission) -> Example:
        instance = self.form.instances[number]
        names = self.book.about[number]
        cells = {f.id: _shown(fill, f.id) for f in self.form.typed if f.id in names}
        for part in ex.operands_of(instance.rule):
            if isinstance(part, ex.Previous) and fill.prior_year is not None:
                cells[ex.key_of(part)] = shown(fill.prior_year.numbers[part.field])
        numbers = tuple((name, value) for name, value in cells.items() if value != "0")
        texts = tuple((name, fill.texts[name]) for name in fill.texts if name in names)
        return Example(instance.code, fill.unit.level, numbers, texts)


def _shown(fill: Submission, name: str) -> str | None:
    number = fill.entries[name].value
    return None if number is None else shown(number)
