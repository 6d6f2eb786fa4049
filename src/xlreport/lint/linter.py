"""The linter of form definitions: rules that contradict each other or that find nothing of their
own.

What is reported is proven. L1 rules cannot hold together. L2 a rule can never fail; computed cells
stand for their formulas, and the equation that computes them is left alone. L3 a rule repeats
another. L4 a rule follows from another. L5 the same for a rule all of whose cells are computed:
what it finds cannot be corrected where it is shown. L6 a form has changed and its version has not.
L7 a draft of the report contradicts the tables. L8 nobody has said what became of a number of the
form before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.catalog import get_form
from xlreport.form.model import Form
from xlreport.lint.changes import changes
from xlreport.lint.conflicts import Conflict, conflicts
from xlreport.lint.drafts import contradicting_drafts
from xlreport.lint.redundancy import Implications, Implied, Repeats, failing, repeats
from xlreport.lint.result import Example, Lint, LintResult
from xlreport.lint.rulebook import Rulebook
from xlreport.lint.solver import EFFORT, SolverMissing
from xlreport.rules.describe import RuleDescriber
from xlreport.submission import Submission, shown
from xlreport.text import first_of

Places = Mapping[str, tuple[int, int]]
"""Where each check's rule stands in the definition: line and column, from 1."""

MOST_FORGOTTEN = 5
"""So many numbers of the form before are named of which nobody has said what became of them."""

NOT_EXAMINED = "校验没有检查（要先安装求解器 z3：pip install .[lint]）"


def lint(
    form: Form, *, since: Form | None = None, places: Places | None = None, effort: int = EFFORT
) -> LintResult:
    """Examines a form's rules; with an older version of the form also what has changed since.
    `effort` is what one question may cost. Raises SolverMissing without z3, unless there are
    changes to be told."""
    report = _examined(form, effort, must_examine=since is None)
    lints = [*dict.fromkeys(report.lints), *_contradicting(form), *_forgotten(form)]
    changed = None
    if since is not None:
        changed = changes(since, form)
        is_same_form = form.id == since.id
        if changed and is_same_form and form.version <= since.version:
            lints.append(_same_version(form, since))
    placed = [_placed(one, places or {}) for one in lints]
    placed.sort(key=_order)
    return replace(report, lints=tuple(placed), changes=changed)


def _order(one: Lint) -> tuple[int, int, str, tuple[str, ...]]:
    """The heaviest first, then as the definition has them."""
    return one.severity.rank, one.line, one.kind, one.codes


def _examined(form: Form, effort: int, *, must_examine: bool) -> LintResult:
    try:
        examiner = _Examiner(form, effort)
    except SolverMissing:
        if must_examine:
            raise
        return LintResult(form.id, form.version, (), (NOT_EXAMINED,), ())
    lints = tuple(examiner.lints())  # fills the other two on the way
    undecided = tuple(examiner.undecided)
    examples = tuple(examiner.examples)
    return LintResult(form.id, form.version, lints, undecided, examples)


def _placed(one: Lint, places: Places) -> Lint:
    if not one.codes:
        return one
    to_change = one.codes[-1]
    if to_change not in places:
        return one
    line, column = places[to_change]
    return replace(one, line=line, column=column)


def _same_version(form: Form, since: Form) -> Lint:
    message = f"内容有改动，版本号却没有加大：原来第 {since.version} 版，现在第 {form.version} 版"
    next_version = since.version + 1
    suggestion = f"请把 version 改成 {next_version}"
    return Lint("L6", Severity.WARNING, (), message, suggestion)


def _contradicting(form: Form) -> Iterator[Lint]:
    """The drafts with which no report could be written."""
    labels = {text.field_id: text.label for text in form.texts}
    for text, finding in contradicting_drafts(form).items():
        message = f"“{labels[text]}”的初稿会与数字矛盾，例如：{finding.message}"
        codes = (finding.code,)
        yield Lint("L7", Severity.ERROR, codes, message, "请改正初稿里的句子")


def _forgotten(form: Form) -> Iterator[Lint]:
    """The numbers and texts of the form before that no number here continues, and of which it is
    not said that they ended."""
    continues = form.continues
    if continues is None:
        return
    before = get_form(continues.definition)
    used = {*continues.same.values(), *continues.parts.values(), *continues.ended}
    names = [*before.fields, *(text.field_id for text in before.texts)]
    forgotten = [name for name in names if name not in used]
    if forgotten:
        listed = first_of(forgotten, MOST_FORGOTTEN, "项")
        message = f"没有写明上一种格式“{before.id}”的这些数现在对应什么：{listed}"
        yield Lint("L8", Severity.WARNING, (), message, "请写进 same、renamed、split 或 ended")


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
        written = self._repeats(defining=True)
        yield from self._never_failing()
        computed = self._repeats(defining=False)
        yield from self._repeated(written)
        yield from self._repeated(computed)
        yield from self._implications()

    def _conflicts(self) -> Iterator[Lint]:
        result = conflicts(self.book)
        for conflict in result.found:
            if conflict.broken is not None:
                self.left_out.add(conflict.broken)
            if set(conflict.codes).issubset(self.book.cell_checks):
                self.book.cell_checks = ()  # of contradictory checks anything would follow
            yield self._conflict(conflict)
        for codes in result.undecided:
            self.undecided.append(self._open(codes))
        if not result.complete:
            self.undecided.append("互相矛盾的校验太多，没有全部列出，改正以后请再检查一次")

    def _open(self, codes: tuple[str, ...]) -> str:
        if len(codes) == len(self.book.of_check):
            return "未能判定全部校验能否同时通过"
        together = "能否同时通过" if len(codes) > 1 else "能否通过"
        return f"未能判定校验 {'、'.join(codes)} {together}"

    def _conflict(self, conflict: Conflict) -> Lint:
        codes = "、".join(conflict.codes)
        levels = "、".join(conflict.levels)
        whom = f"单位类别为{levels}时，" if levels else ""
        rules = self._rules(conflict.instances)
        if len(conflict.codes) == 1:
            message = f"校验 {codes} 自相矛盾，{whom}怎样填都不能通过：{rules}"
        else:
            message = f"校验 {codes} 互相矛盾，{whom}怎样填都不能同时通过：{rules}"
        if conflict.cell_checks:
            cell_checks = "、".join(conflict.cell_checks)
            message += f"；格子里能填的数由 {cell_checks} 限定"
        return Lint("L1", Severity.ERROR, conflict.codes, message, "请改正规则", conflict.levels)

    def _never_failing(self) -> Iterator[Lint]:
        result = failing(self.book, self.left_out)
        self.left_out.update(result.never)
        for code in result.undecided:
            self.undecided.append(f"未能判定校验 {code} 会不会不通过")
        for number, fill in result.examples.values():
            self.examples.append(self._example(number, fill))
        for code in result.never:
            yield self._never(code)

    def _never(self, code: str) -> Lint:
        rule = self._first_rule(code)
        message = f"校验 {code} 怎样填都不会不通过，查不出错误：{rule}"
        names = self.book.names_of(code)
        if not names.isdisjoint(self.form.formulas):
            message += "；其中自动计算的格子按公式代入"
        return Lint("L2", Severity.ERROR, (code,), message, "请改正规则，或者删去这一条")

    def _repeats(self, *, defining: bool) -> Repeats:
        """What repeats an equation that computes cells, or any other check; left out from then
        on."""
        result = repeats(self.book, self.left_out, defining=defining)
        self.left_out.update(other for _, other in result.pairs)
        return result

    def _repeated(self, result: Repeats) -> Iterator[Lint]:
        for one, other in result.pairs:
            yield self._repeat(one, other)
        for one, other in result.undecided:
            question = f"校验 {other} 与 {one} 是不是重复"
            self.undecided.append(f"未能判定{question}")

    def _repeat(self, one: str, other: str) -> Lint:
        rule = self._first_rule(other)
        message = f"校验 {other} 与 {one} 重复，两者总是同时通过、同时不通过：{rule}"
        return Lint("L3", Severity.WARNING, (one, other), message, "请删去其中一条")

    def _implications(self) -> Iterator[Lint]:
        implications = Implications(self.book, self.left_out)
        for one in implications.find():
            yield self._implied(one)
        for code in implications.undecided:
            self.undecided.append(f"未能判定校验 {code} 是不是多余的")

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
        first = self.book.of_check[code][0]
        return self._rules((first,))

    def _example(self, number: int, fill: Submission) -> Example:
        instance = self.form.instances[number]
        about = self.book.about[number]
        cells: dict[str, str | None] = {}
        for field in self.form.typed:
            if field.id in about:
                cells[field.id] = _shown(fill, field.id)
        for part in ex.operands_of(instance.rule):
            if isinstance(part, ex.Previous) and fill.prior_year is not None:
                before = fill.prior_year.numbers[part.field]
                cells[ex.key_of(part)] = shown(before)
        numbers = [(name, value) for name, value in cells.items() if value != "0"]
        texts = [(name, text) for name, text in fill.texts.items() if name in about]
        return Example(instance.code, fill.unit.level, tuple(numbers), tuple(texts))


def _shown(fill: Submission, name: str) -> str | None:
    number = fill.entries[name].value
    if number is None:
        return None
    return shown(number)
