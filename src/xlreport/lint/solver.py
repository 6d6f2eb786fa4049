"""Rules as formulas of z3, and what can be asked of them: is there a fill that meets these demands?

The three values of the evaluation are two conditions here, *holds* and *fails*; a rule that needs
the number of a cell with text in it is neither (Kleene's logic). So each number cell has an integer
and one Boolean that says whether it holds a number. A blank cell need not be told from one with
text: whatever can be verified with the blank can be verified with the text. Numbers count in whole
units of their last decimal, as in `rules.columns`, so that nothing is rounded.

IMPOSSIBLE is a proof of z3. POSSIBLE comes with a fill, and the evaluation is the judge of that
fill: where it does not confirm it the answer is UNKNOWN, as it is when z3 comes to the end of
`EFFORT`, which counts steps and no time: the answers are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING, Any

from xlreport.errors import UsageError
from xlreport.form import expression as ex
from xlreport.form.model import LEVELS, Form
from xlreport.rules.evaluate import Verdict, evaluate
from xlreport.rules.filling import column_store
from xlreport.submission import Entry, Figures, Status, Submission, Unit
from xlreport.text import excel_length

if TYPE_CHECKING:
    from types import ModuleType

EFFORT = 3_000_000
"""Steps of z3 (its `rlimit`) for one question; the hardest one of the six forms at hand takes
153,000, so it is some seconds at most."""

ALWAYS_TRUE = 1
"""z3 tries first that a condition is true. Most demands ask for rules that hold, and so it finds a
fill of the largest form, which it otherwise does not within `EFFORT`."""

LARGEST = int(ex.MAX_NUMBER) * 10**ex.SCALE
"""The largest number of a cell, in millionths."""

USUAL = 1000 * 10**ex.SCALE
"""Examples keep to whole numbers up to this where they can, so that people can follow them."""

LEVEL = "unit.level"
NO_NUMBER = Entry(None, Status.TEXT, "无")
WRITTEN = "已经写明"
OLD_TEXT = "从前的话"
"""A text of last year that is quite another one."""
FILLER = "字"

Z3 = Any
"""An expression of z3, which has no types of its own."""


class SolverMissing(UsageError):
    """z3 is not installed."""


def solver_library() -> ModuleType:
    """z3, the solver of Microsoft Research. Raises SolverMissing when it is not installed."""
    try:
        import z3
    except ImportError:
        raise SolverMissing(
            "检查报表定义里的校验要用求解器 z3，请先安装：pip install .[lint]"
        ) from None
    library: ModuleType = z3
    return library


class Answer(Enum):
    """Whether there is such a fill."""

    IMPOSSIBLE = "impossible"
    POSSIBLE = "possible"
    UNKNOWN = "unknown"


class Demand(Enum):
    """What a fill must make of a rule."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_FAILS = "not fails"
    """It holds, or a number that it needs is missing."""


Demands = Sequence[tuple[int, Demand]]
"""Instances by their number, each with what is asked of it."""


@dataclass(frozen=True)
class Reply:
    """An answer, with the fill that shows it."""

    answer: Answer
    example: Submission | None = None


@dataclass(frozen=True)
class Conditions:
    """Where a truth node certainly holds, and where it certainly fails."""

    holds: Z3
    fails: Z3


def things_of(rule: ex.Node) -> tuple[str, ...]:
    """What a rule names, each once: fields, texts, numbers of the year before, the unit's level."""
    names: dict[str, None] = {}
    for part in ex.walk(rule):
        match part:
            case ex.Ref() | ex.Previous():
                names[ex.key_of(part)] = None
            case ex.Length(text=text) | ex.Filled(text=text) | ex.Mentions(text=text):
                names[text] = None
            case ex.Differs(text=text):
                names[text] = None
            case ex.LevelIn():
                names[LEVEL] = None
    return tuple(names)


class Variables:
    """The unknowns of a form: what may stand in its cells and texts, and what is known of each."""

    def __init__(self, z3: ModuleType, form: Form) -> None:
        self.z3 = z3
        self.form = form
        self.context = z3.Context()
        self.words = _words_of(form)

    def integer(self, name: str) -> Z3:
        """A number in millionths, the length of a text, or a level's place in LEVELS."""
        return self.z3.Int(name, self.context)

    def boolean(self, name: str) -> Z3:
        """A condition that is true or false."""
        return self.z3.Bool(name, self.context)

    def constant(self, value: int) -> Z3:
        """An integer."""
        return self.z3.IntVal(value, self.context)

    def has_number(self, field: str) -> Z3:
        """Whether a cell holds a number."""
        return self.boolean(f"number?{field}")

    def mentions(self, text: str, word: str) -> Z3:
        """Whether a text holds a word."""
        return self.boolean(f"word?{text}?{word}")

    def differs(self, text: str) -> Z3:
        """Whether a text differs from the one of the year before, where both are filled."""
        return self.boolean(f"differs?{text}")

    def all_of(self, parts: Sequence[Z3]) -> Z3:
        """The conjunction; true of nothing."""
        true = self.z3.BoolVal(True, self.context)
        return self.z3.And(*parts, true)

    def any_of(self, parts: Sequence[Z3]) -> Z3:
        """The disjunction; false of nothing."""
        false = self.z3.BoolVal(False, self.context)
        return self.z3.Or(*parts, false)

    def limits(self, name: str) -> Iterator[Z3]:
        """What is true of a thing in every fill."""
        value = self.integer(name)
        if name == LEVEL:
            yield value >= 0
            yield value < len(LEVELS)
        elif name in self.words:
            yield from self._limits_of_text(name)
        else:
            yield value >= -LARGEST
            yield value <= LARGEST

    def _limits_of_text(self, name: str) -> Iterator[Z3]:
        """A text is as long as each word in it and holds what its words hold. Equal texts have a
        pair of characters in common, so they have two."""
        implies = self.z3.Implies
        length = self.integer(name)
        words = self.words[name]
        yield length >= 0
        yield length <= int(ex.MAX_LENGTH)
        yield self.z3.Or(self.differs(name), length == 0, length >= 2)
        for word in words:
            mentioned = self.mentions(name, word)
            yield implies(mentioned, length >= excel_length(word))
            for inner in words:
                if inner != word and inner in word:
                    yield implies(mentioned, self.mentions(name, inner))

    def usual(self, name: str) -> Iterator[Z3]:
        """What is true of a thing in fills that are easy to read, and to make."""
        value = self.integer(name)
        if name in self.words:
            room = []
            for word in self.words[name]:
                mentioned = self.mentions(name, word)
                room.append(self.z3.If(mentioned, excel_length(word) + 1, 0))
            if room:
                yield value >= self.z3.Sum(room)
        elif name != LEVEL:
            yield value >= 0
            yield value <= USUAL
            yield value % 10**ex.SCALE == 0


def _words_of(form: Form) -> dict[str, tuple[str, ...]]:
    """The words that rules look for in each text."""
    words: dict[str, tuple[str, ...]] = {text.field_id: () for text in form.texts}
    for instance in form.instances:
        for part in ex.walk(instance.rule):
            if isinstance(part, ex.Mentions):
                known = words[part.text]
                words[part.text] = _each_once((*known, *part.words))
    return words


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


class Encoder:
    """Turns rules into conditions. With `typed_over` a computed cell may hold anything, as the cell
    of a formula may when somebody types over it; otherwise its formula stands for it."""

    def __init__(self, variables: Variables, *, typed_over: bool = False) -> None:
        self.variables = variables
        self.z3 = variables.z3
        self.form = variables.form
        self.formulas: Mapping[str, ex.Number] = {} if typed_over else self.form.formulas
        self._values: dict[str, Z3] = {}

    def conditions(self, node: ex.Truth) -> Conditions:
        """Where a rule holds and where it fails, as `rules.evaluate.truth` has it."""
        match node:
            case ex.Compare():
                return self._compare(node)
            case ex.Not(item=item):
                inner = self.conditions(item)
                return Conditions(inner.fails, inner.holds)
            case ex.And(items=items):
                return self._and([self.conditions(item) for item in items])
            case ex.Or(items=items):
                return self._or([self.conditions(item) for item in items])
            case ex.Implies(premise=premise, conclusion=conclusion):
                either = ex.Or((ex.Not(premise), conclusion))
                return self.conditions(either)
            case _:
                return self._elementary(node)

    def _and(self, parts: Sequence[Conditions]) -> Conditions:
        holds = self.variables.all_of([part.holds for part in parts])
        fails = self.variables.any_of([part.fails for part in parts])
        return Conditions(holds, fails)

    def _or(self, parts: Sequence[Conditions]) -> Conditions:
        holds = self.variables.any_of([part.holds for part in parts])
        fails = self.variables.all_of([part.fails for part in parts])
        return Conditions(holds, fails)

    def _certain(self, condition: Z3) -> Conditions:
        return Conditions(condition, self.z3.Not(condition))

    def _where(self, known: Z3, condition: Z3) -> Conditions:
        """A condition that can be verified only where something is known."""
        opposite = self.z3.Not(condition)
        holds = self.z3.And(known, condition)
        fails = self.z3.And(known, opposite)
        return Conditions(holds, fails)

    def _elementary(
        self, node: ex.IsNumber | ex.Filled | ex.Mentions | ex.Differs | ex.LevelIn
    ) -> Conditions:
        variables = self.variables
        match node:
            case ex.IsNumber(item=item):
                return self._certain(self._known([item.field]))
            case ex.Filled(text=text):
                return self._certain(variables.integer(text) > 0)
            case ex.Mentions(text=text, words=words):
                found = [variables.mentions(text, word) for word in words]
                return self._certain(variables.any_of(found))
            case ex.Differs(text=text):
                is_filled = variables.integer(text) > 0
                return self._where(is_filled, variables.differs(text))
            case ex.LevelIn(levels=levels):
                level = variables.integer(LEVEL)
                of_these = [level == LEVELS.index(name) for name in levels]
                return self._certain(variables.any_of(of_these))

    def _known(self, fields: Sequence[str]) -> Z3:
        """Whether all typed-in cells behind these fields hold numbers."""
        leaves: list[str] = []
        for field in fields:
            if field in self.formulas:
                leaves += self.form.leaves(field)
            else:
                leaves.append(field)
        have_numbers = [self.variables.has_number(leaf) for leaf in _each_once(leaves)]
        return self.variables.all_of(have_numbers)

    def _compare(self, node: ex.Compare) -> Conditions:
        known = self._known(ex.fields_of(node))
        match node:
            case ex.Compare("==", ex.Rounded(item, digits), right, 0) if item == right:
                step = 10 ** (ex.SCALE - digits)
                number = self.number(item)
                return self._where(known, number % step == 0)
            case _:
                return self._where(known, self._compared(node))

    def _compared(self, node: ex.Compare) -> Z3:
        minus = ex.Minus(node.left, node.right)
        difference = self.number(minus)
        tolerance = int(node.tolerance.scaleb(ex.scale_of(minus)))
        match node.operator:
            case "==" if tolerance:
                return self.z3.And(difference <= tolerance, difference >= -tolerance)
            case "==":
                return difference == 0
            case "!=":
                return difference != 0
            case "<":
                return difference < 0
            case "<=":
                return difference <= 0
            case ">":
                return difference > 0
            case ">=":
                return difference >= 0

    def number(self, node: ex.Number) -> Z3:
        """The value of a number node in units of 10**-scale_of(node), as `rules.columns.number` has
        it."""
        scale = ex.scale_of(node)
        match node:
            case ex.Const(value=value):
                return self.variables.constant(int(value.scaleb(scale)))
            case ex.Ref(field=field):
                return self._value(field)
            case ex.Previous():
                return self.variables.integer(ex.key_of(node))
            case ex.Length(text=text):
                return self.variables.integer(text) * 10**ex.SCALE
            case ex.Total(items=items):
                return self.z3.Sum([self._at(item, scale) for item in items])
            case ex.Minus(left=left, right=right):
                return self._at(left, scale) - self._at(right, scale)
            case ex.Times(factor=factor, item=item):
                whole = int(factor.scaleb(ex.decimals_of(factor)))
                return self.number(item) * whole
            case ex.Absolute(item=item):
                return self._absolute(self.number(item))
            case ex.Rounded(item=item, digits=digits):
                step = 10 ** (ex.SCALE - digits)
                return self._rounded(self.number(item), step)

    def _at(self, node: ex.Number, scale: int) -> Z3:
        finer = scale - ex.scale_of(node)
        return _times(self.number(node), 10**finer)

    def _absolute(self, value: Z3) -> Z3:
        return self.z3.If(value >= 0, value, -value)

    def _rounded(self, value: Z3, step: int) -> Z3:
        """The nearest multiple of a step, half away from zero."""
        if step == 1:
            return value
        steps = (self._absolute(value) + step // 2) / step
        magnitude = steps * step
        return self.z3.If(value >= 0, magnitude, -magnitude)

    def _value(self, field: str) -> Z3:
        """A field's value in millionths; a computed one has what its formula gives, rounded as its
        cell is."""
        if field in self._values:
            return self._values[field]
        if field in self.formulas:
            value = self._result(self.formulas[field])
        else:
            value = self.variables.integer(field)
        self._values[field] = value
        return value

    def _result(self, formula: ex.Number) -> Z3:
        scale = ex.scale_of(formula)
        value = self.number(formula)
        if scale <= ex.SCALE:
            return _times(value, 10 ** (ex.SCALE - scale))
        step = 10 ** (scale - ex.SCALE)
        return self._rounded(value, step) / step


def _times(value: Z3, factor: int) -> Z3:
    if factor == 1:
        return value
    return value * factor


class Solver:
    """Answers questions about the rules of one form. Raises SolverMissing without z3."""

    def __init__(self, form: Form, effort: int = EFFORT) -> None:
        self.z3 = solver_library()
        self.form = form
        self.effort = effort
        self.variables = Variables(self.z3, form)
        self._encoders = {
            typed_over: Encoder(self.variables, typed_over=typed_over)
            for typed_over in (False, True)
        }
        self._conditions: dict[tuple[int, bool], Conditions] = {}
        self._limits: dict[str, Z3] = {}

    def ask(self, demands: Demands, level: str = "", *, typed_over: bool = False) -> Reply:
        """Whether a fill (of a unit of this level) meets all demands. With `typed_over` computed
        cells may hold anything, and POSSIBLE comes without a fill."""
        things = self._things(demands, typed_over=typed_over)
        solver, easy = self._prepared(things, level)
        for instance, demand in demands:
            solver.add(self._demanded(instance, demand, typed_over=typed_over))
        reply = self._checked(solver, [easy], demands, level, typed_over=typed_over)
        if reply.answer is Answer.UNKNOWN:
            return self._checked(solver, [], demands, level, typed_over=typed_over)
        return reply

    def _checked(
        self, solver: Z3, assumed: list[Z3], demands: Demands, level: str, *, typed_over: bool
    ) -> Reply:
        result = solver.check(*assumed)
        if result == self.z3.unsat and len(solver.unsat_core()) == 0:
            return Reply(Answer.IMPOSSIBLE)
        if result != self.z3.sat:
            return Reply(Answer.UNKNOWN)
        if typed_over:
            return Reply(Answer.POSSIBLE)
        things = self._things(demands, typed_over=False)
        fill = Fill(self.variables, solver.model(), things)
        example = fill.submission(level)
        if not self.confirms(example, demands):
            return Reply(Answer.UNKNOWN)
        return Reply(Answer.POSSIBLE, example)

    def core(self, groups: Mapping[str, Demands], level: str = "") -> tuple[str, ...]:
        """Some of these groups of demands that cannot be met together, not always the fewest. Empty
        when that is not proven."""
        demands = list(chain.from_iterable(groups.values()))
        things = self._things(demands, typed_over=False)
        solver, _ = self._prepared(things, level)
        literals = {name: self.variables.boolean(f"group?{name}") for name in groups}
        for name, group in groups.items():
            for instance, demand in group:
                condition = self._demanded(instance, demand, typed_over=False)
                solver.add(self.z3.Implies(literals[name], condition))
        if solver.check(*literals.values()) != self.z3.unsat:
            return ()
        needed = {literal.get_id() for literal in solver.unsat_core()}
        return tuple(name for name in groups if literals[name].get_id() in needed)

    def _prepared(self, things: Sequence[str], level: str) -> tuple[Z3, Z3]:
        """A solver that knows the limits of these things, and the literal that keeps them to easy
        values."""
        solver = self.z3.Solver(ctx=self.variables.context)
        solver.set(rlimit=self.effort, random_seed=0, phase_selection=ALWAYS_TRUE)
        easy = self.variables.boolean("easy?")
        for thing in things:
            solver.add(self._limits_of(thing, easy))
        if level:
            place = self.variables.integer(LEVEL)
            solver.add(place == LEVELS.index(level))
        return solver, easy

    def _limits_of(self, thing: str, easy: Z3) -> Z3:
        if thing not in self._limits:
            variables = self.variables
            always = variables.all_of(list(variables.limits(thing)))
            usual = variables.all_of(list(variables.usual(thing)))
            when_easy = self.z3.Implies(easy, usual)
            self._limits[thing] = self.z3.And(always, when_easy)
        return self._limits[thing]

    def _things(self, demands: Demands, *, typed_over: bool) -> tuple[str, ...]:
        """What the rules of these demands depend on, computed fields replaced by what they come
        from."""
        things: list[str] = []
        formulas = {} if typed_over else self.form.formulas
        for instance, _ in demands:
            for name in things_of(self.form.instances[instance].rule):
                if name in formulas:
                    things += self.form.leaves(name)
                else:
                    things.append(name)
        return _each_once(things)

    def _demanded(self, instance: int, demand: Demand, *, typed_over: bool) -> Z3:
        key = (instance, typed_over)
        if key not in self._conditions:
            rule = self.form.instances[instance].rule
            encoder = self._encoders[typed_over]
            self._conditions[key] = encoder.conditions(rule)
        conditions = self._conditions[key]
        match demand:
            case Demand.HOLDS:
                return conditions.holds
            case Demand.FAILS:
                return conditions.fails
            case Demand.NOT_FAILS:
                return self.z3.Not(conditions.fails)

    def confirms(self, example: Submission, demands: Demands) -> bool:
        """Whether the evaluation makes of a fill what is demanded."""
        instances = [self.form.instances[instance] for instance, _ in demands]
        columns = column_store(self.form, [example])
        verdicts = evaluate(instances, columns)[:, 0]
        for (_, demand), verdict in zip(demands, verdicts, strict=True):
            if not _met(demand, Verdict(int(verdict))):
                return False
        return True


def _met(demand: Demand, verdict: Verdict) -> bool:
    match demand:
        case Demand.HOLDS:
            return verdict is Verdict.HOLDS
        case Demand.FAILS:
            return verdict is Verdict.FAILS
        case Demand.NOT_FAILS:
            return verdict is not Verdict.FAILS


@dataclass(frozen=True)
class Fill:
    """The fill that a model of z3 describes: what no rule of the question names is 0, or
    written."""

    variables: Variables
    model: Z3
    things: Sequence[str]

    def submission(self, level: str = "") -> Submission:
        """The fill as the report of a unit of this level, with the figures of the year before."""
        form = self.variables.form
        entries = {field.id: self._entry(field.id) for field in form.typed}
        numbers = {name: self._before(name) for name in form.fields}
        texts = {}
        old_texts = {}
        for item in form.texts:
            name = item.field_id
            texts[name] = self._text(name)
            old_texts[name] = self._old_text(name, texts[name])
        unit = Unit("", "", level or self._level())
        previous = Figures(numbers, old_texts)
        return Submission(form.id, form.first_year, unit, entries, texts, prior_year=previous)

    def _integer(self, name: str) -> int:
        value = self._evaluated(self.variables.integer(name))
        return int(value.as_long())

    def _is_true(self, condition: Z3) -> bool:
        value = self._evaluated(condition)
        return bool(self.variables.z3.is_true(value))

    def _evaluated(self, expression: Z3) -> Z3:
        return self.model.eval(expression, model_completion=True)

    def _entry(self, name: str) -> Entry:
        if name not in self.things:
            return Entry.of(0)
        has_number = self.variables.has_number(name)
        has_none = self.variables.z3.Not(has_number)
        if self._is_true(has_none):
            return NO_NUMBER
        return Entry.of(self._decimal(name))

    def _before(self, name: str) -> Decimal:
        key = ex.key_of(ex.Previous(name))
        if key in self.things:
            return self._decimal(key)
        return Decimal(0)

    def _decimal(self, name: str) -> Decimal:
        millionths = self._integer(name)
        return Decimal(millionths).scaleb(-ex.SCALE)

    def _level(self) -> str:
        if LEVEL in self.things:
            return LEVELS[self._integer(LEVEL)]
        return LEVELS[0]

    def _text(self, name: str) -> str:
        """A text with the words and of the length that the model has."""
        if name not in self.things:
            return WRITTEN
        asked = []
        for word in self.variables.words[name]:
            if self._is_true(self.variables.mentions(name, word)):
                asked.append(word)
        needed = [word for word in asked if not _is_inside_another(word, asked)]
        length = self._integer(name)
        text = FILLER.join(needed)
        if excel_length(text) > length:
            text = "".join(needed)
        missing = length - excel_length(text)
        return text + FILLER * missing or " "

    def _old_text(self, name: str, text: str) -> str:
        differs = self.variables.differs(name)
        same = self.variables.z3.Not(differs)
        if name in self.things and self._is_true(same):
            return text
        return OLD_TEXT


def _is_inside_another(word: str, words: Sequence[str]) -> bool:
    return any(word in other for other in words if other != word)
