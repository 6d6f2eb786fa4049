"""The linter of form definitions: rules that contradict each other or that find nothing of their own.

What is reported is proven. L1 rules cannot hold together. L2 a rule can never fail; computed cells
stand for their formulas, and the equation that computes them is left alone. L3 a rule repeats another.
L4 a rule follows from another. L5 the same for a rule all of whose cells are computed: what it finds
cannot be corrected where it is shown. L6 a form has changed and its version has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.model import Form
from xlreport.lint.changes import Change, changes
from xlreport.lint.clashes import Clash, Clashes
from xlreport.lint.redundancy import Implied, failing, implied, repeats
from xlreport.lint.rulebook import Rulebook
from xlreport.submission import Submission, shown

Places = Mapping[str, tuple[int, int]]
"""Where each check's rule stands in the definition: line and column, from 1."""


@dataclass(frozen=True)
class Lint:
    """One mistake of a form definition; `codes` are the checks it is about, the one to change last;
    `levels` the kinds of units for which it is one, when it is not for all."""

    kind: str
    severity: Severity
    codes: tuple[str, ...]
    message: str
    suggestion: str
    levels: tuple[str, ...] = ()
    line: int = 0
    column: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The mistake as `lint --json` has it."""
        place = {"line": self.line or None, "column": self.column or None}
        words = {"message": self.message, "suggestion": self.suggestion}
        about = {"checks": list(self.codes), "levels": list(self.levels)}
        return {"kind": self.kind, "severity": self.severity.value, **about, **place, **words}

    def text(self) -> str:
        """The mistake as one line of text."""
        place = f"第 {self.line} 行第 {self.column} 列：" if self.line else ""
        return f"[{self.severity.label} {self.kind}] {place}{self.message}　→ {self.suggestion}"


@dataclass(frozen=True)
class Example:
    """A fill in which a check fails: proof that it can. `numbers` has None for a cell without a number;
    cells that it does not name are 0."""

    code: str
    level: str
    numbers: tuple[tuple[str, str | None], ...]
    texts: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The example as `lint --json` has it."""
        return {
            "check": self.code,
            "level": self.level,
            "numbers": dict(self.numbers),
            "texts": dict(self.texts),
        }


@dataclass(frozen=True)
class LintResult:
    """All that is known about a form's rules. `undecided` are questions that stayed open, as sentences."""

    form: str
    version: int
    lints: tuple[Lint, ...]
    undecided: tuple[str, ...]
    examples: tuple[Example, ...]
    changes: tuple[Change, ...] | None = None

    @property
    def counts(self) -> dict[Severity, int]:
        """How many mistakes weigh how much, where there are any; the heaviest first."""
        severities = [lint.severity for lint in self.lints]
        counts = {severity: severities.count(severity) for severity in Severity}
        return {severity: count for severity, count in counts.items() if count}

    @property
    def exit_code(self) -> int:
        """1 when there is an error; warnings and notes alone are 0."""
        return int(any(lint.severity is Severity.ERROR for lint in self.lints))

    def as_dict(self) -> dict[str, Any]:
        """The result as `lint --json` has it."""
        return {
            "form": self.form,
            "version": self.version,
            "findings": [lint.as_dict() for lint in self.lints],
            "undecided": list(self.undecided),
            "can_fail": [example.as_dict() for example in self.examples],
            "changes": None
            if self.changes is None
            else [change.as_dict() for change in self.changes],
        }


def lint(form: Form, *, since: Form | None = None, places: Places | None = None) -> LintResult:
    """Examines a form's rules; with an older version of the form also what has changed since."""
    found = _Linter(form)
    lints = list(dict.fromkeys(found.all()))
    changed = None if since is None else changes(since, form)
    if since is not None and changed and form.version <= since.version and form.id == since.id:
        lints.append(_same_version(form, since))
    placed = [_placed(one, places or {}) for one in lints]
    placed.sort(key=lambda one: (one.severity.rank, one.line, one.kind, one.codes))
    return LintResult(
        form.id, form.version, tuple(placed), tuple(found.undecided), tuple(found.examples), changed
    )


def _placed(one: Lint, places: Places) -> Lint:
    line, column = places.get(one.codes[-1], (0, 0)) if one.codes else (0, 0)
    return replace(one, line=line, column=column)


def _same_version(form: Form, since: Form) -> Lint:
    words = f"内容有改动，版本号却没有加大：原来第 {since.version} 版，现在第 {form.version} 版"
    return Lint("L6", Severity.WARNING, (), words, f"请把 version 改成 {since.version + 1}")


class _Linter:
    """Asks for every kind of mistake, in an order in which nothing is reported twice."""

    def __init__(self, form: Form) -> None:
        self.book = Rulebook(form)
        self.undecided: list[str] = []
        self.examples: list[Example] = []

    def all(self) -> Iterator[Lint]:
        clashes = Clashes(self.book)
        yield from self._clashes(clashes)
        out = set(clashes.broken)
        pairs = [pair for pair in repeats(self.book, out) if pair[0] in self.book.defining]
        out |= {other for _, other in pairs}
        found = failing(self.book, out)
        yield from (self._never(code) for code in found.never)
        self.undecided += [f"未能判定校验 {code} 会不会不通过" for code in found.undecided]
        self.examples = [self._example(*example) for example in found.examples.values()]
        out |= set(found.never)
        pairs += [pair for pair in repeats(self.book, out) if pair[0] not in self.book.defining]
        yield from (self._repeat(*pair) for pair in pairs)
        out |= {other for _, other in pairs}
        yield from (self._implied(one) for one in implied(self.book, out))

    def _codes(self, instances: tuple[int, ...], more: tuple[str, ...] = ()) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*more, *(self.book.code(i) for i in instances))))

    def _rules(self, instances: tuple[int, ...]) -> str:
        named = ((self.book.instances[i].code, self.book.rule(i)) for i in instances)
        return "；".join(f"{code}“{rule}”" for code, rule in named)

    def _clashes(self, clashes: Clashes) -> Iterator[Lint]:
        told: set[tuple[str, ...]] = set()
        for clash in clashes.find():
            codes = self._codes(clash.instances, clash.cells)
            if not clash.decided:
                self._open(codes)
            elif codes not in told:
                told.add(codes)
                yield self._clash(clash, codes)

    def _open(self, codes: tuple[str, ...]) -> None:
        which = f"校验 {'、'.join(codes)} " if codes else "全部错误级校验"
        words = f"未能判定{which}{'能否通过' if len(codes) == 1 else '能否同时通过'}"
        if words not in self.undecided:
            self.undecided.append(words)

    def _clash(self, clash: Clash, codes: tuple[str, ...]) -> Lint:
        whom = f"单位类别为{'、'.join(clash.levels)}时，" if clash.levels else ""
        rules = self._rules(clash.instances)
        if len(codes) == 1:
            words = f"校验 {codes[0]} 自相矛盾，{whom}怎样填都不能通过：{rules}"
        else:
            words = f"校验 {'、'.join(codes)} 互相矛盾，{whom}怎样填都不能同时通过：{rules}"
        if clash.cells:
            words += f"；格子里能填的数由 {'、'.join(clash.cells)} 限定"
        return Lint("L1", Severity.ERROR, codes, words, "请改正规则", clash.levels)

    def _first(self, code: str) -> str:
        return self._rules((self.book.of_check[code][0],))

    def _never(self, code: str) -> Lint:
        words = f"校验 {code} 怎样填都不会不通过，查不出错误：{self._first(code)}"
        if any(
            name in self.book.form.formulas
            for i in self.book.of_check[code]
            for name in self.book.named[i]
        ):
            words += "；其中自动计算的格子按公式代入"
        return Lint("L2", Severity.ERROR, (code,), words, "请改正规则，或者删去这一条")

    def _repeat(self, one: str, other: str) -> Lint:
        words = f"校验 {other} 与 {one} 重复，两者总是同时通过、同时不通过：{self._first(other)}"
        return Lint("L3", Severity.WARNING, (one, other), words, "请删去其中一条")

    def _implied(self, one: Implied) -> Lint:
        given = "、".join(one.by)
        if one.computed:
            words = (
                f"校验 {one.code} 只涉及自动计算的格子，没有可以改的格子；{given} 通过时它总是通过"
            )
            return self._with_rule(
                "L5", Severity.WARNING, one, words, "请删去，或者改为要求填报的格子"
            )
        words = f"校验 {one.code} 是多余的，{given} 通过时它总是通过"
        return self._with_rule("L4", Severity.NOTE, one, words, "可以删去；需要单独提示的可以保留")

    def _with_rule(
        self, kind: str, severity: Severity, one: Implied, words: str, suggestion: str
    ) -> Lint:
        return Lint(
            kind, severity, (*one.by, one.code), f"{words}：{self._first(one.code)}", suggestion
        )

    def _example(self, instance: int, fill: Submission) -> Example:
        names = self.book.about[instance]
        before = fill.previous.numbers if fill.previous else {}
        operands = ex.operands_of(self.book.instances[instance].rule)
        cells = {f.id: _shown(fill, f.id) for f in self.book.form.typed if f.id in names}
        cells |= {
            ex.key_of(p): shown(before[p.field]) for p in operands if isinstance(p, ex.Previous)
        }
        numbers = tuple((name, value) for name, value in cells.items() if value != "0")
        texts = tuple((name, fill.texts[name]) for name in fill.texts if name in names)
        return Example(self.book.instances[instance].code, fill.unit.level, numbers, texts)


def _shown(fill: Submission, name: str) -> str | None:
    number = fill.entries[name].value
    return None if number is None else shown(number)
