"""How a form continues the one before it: names in two definitions become ids of numbers and texts.

What the definition says by itself is built first; then it is held against the form before.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from xlreport.errors import XlreportError
from xlreport.form.builder import Report
from xlreport.form.model import Continuation, Form
from xlreport.form.parser import Names
from xlreport.form.schema import ContinuesDef, CounterpartDef
from xlreport.form.yaml_source import Path
from xlreport.text import first_of

_ROOT: Path = ("continues",)
_TEXT = "text"
_MOST_NAMED = 3


def build_continuation(
    definition: ContinuesDef | None, first_year: int, names: Names, at: str, report: Report
) -> Continuation | None:
    """How a form with these names and this first year continues another; mistakes go to `report`.

    `at` is the definition's own path, beside which the other one may lie.
    """
    if definition is None:
        return None
    builder = _Builder(names, report)
    continuation = builder.continuation(definition)
    earlier = _earlier(definition.form, at, report)
    if earlier is None:
        return None
    checker = _Checker(earlier, builder.places, names, report)
    checker.check(continuation, first_year)
    ended = checker.ended(definition.ended)
    return replace(
        continuation, form=earlier.id, definition=_found(definition.form, at), ended=ended
    )


def names_of(form: Form) -> Names:
    """What a definition may name of a form that is loaded."""
    texts = frozenset(text.field_id for text in form.texts)
    return Names.of(form.tables, form.fields, texts)


# --- names ---


@dataclass(frozen=True)
class _Line:
    """What one name stands for: ids, and how the id of a counterpart is made of each."""

    ids: tuple[str, ...]
    part: int
    """Which part of an id the name gives beside the table: 1 for a row, 2 for a column, 0 for
    none or all."""


def _line(name: str, names: Names) -> _Line | None:
    """What a name stands for; None where it is not known."""
    if name in names.fields or name in names.texts:
        return _Line((name,), 0)
    table, _, line = name.partition(".")
    if table not in names.rows:
        return None
    if not line:
        ids = [item.id for item in names.fields.values() if item.table == table]
        return _Line(tuple(ids), 0)
    rows, columns = names.rows[table], names.columns[table]
    if line in rows:
        return _Line(tuple(_ids_on(table, rows[line], 1, names)), 1)
    if line in columns:
        return _Line(tuple(_ids_on(table, columns[line], 2, names)), 2)
    return None


def _ids_on(table: str, lines: Iterable[str], part: int, names: Names) -> Iterator[str]:
    """The numbers on these rows or columns of a table."""
    wanted = frozenset(lines)
    for item in names.fields.values():
        line = item.row if part == 1 else item.column
        if item.table == table and line in wanted:
            yield item.id


def _counterpart(name: str, part: int, there: str) -> str:
    """The id there of an id here: its table and line are those of `there`, the rest stays."""
    new = there.split(".")
    old = name.split(".")
    if len(new) == 1:
        return ".".join([*new, *old[1:]])
    if len(new) == 2 and part == 1:
        return ".".join([*new, old[2]])
    if len(new) == 2 and part == 2:
        return ".".join([new[0], old[1], new[1]])
    return there


# --- what the definition says by itself ---


@dataclass
class _Builder:
    """Collects what becomes of each number and text; `places` tells where that was written."""

    names: Names
    report: Report
    places: dict[str, Path] = field(default_factory=dict)
    _told: dict[str, Path] = field(default_factory=dict)

    def continuation(self, definition: ContinuesDef) -> Continuation:
        """The counterparts of all numbers and texts."""
        parts = dict(self._counterparts("split", definition.split))
        same = dict(self._counterparts("renamed", definition.renamed))
        new = frozenset(self._named("new", definition.new))
        self._check_split(parts)
        for name in self._named("same", definition.same, exceptions=frozenset(self._told)):
            same[name] = name
        self._check_decided((*same, *parts, *new))
        return Continuation("", definition.form, same, parts, new)

    def _counterparts(
        self, key: str, items: tuple[CounterpartDef, ...]
    ) -> Iterator[tuple[str, str]]:
        """Each number or text of a list with what it is there."""
        for i, item in enumerate(items):
            path = (*_ROOT, key, i)
            line = self._line(item.here, (*path, "here"))
            if item.here.count(".") != item.there.count("."):
                self.report((*path, "there"), f"“{item.there}”和“{item.here}”的段数应当一样多")
                continue
            for name in line.ids:
                self._tell(name, path)
                yield name, _counterpart(name, line.part, item.there)

    def _named(
        self, key: str, items: tuple[str, ...], exceptions: frozenset[str] = frozenset()
    ) -> Iterator[str]:
        """The numbers and texts of a list, without the exceptions."""
        for i, item in enumerate(items):
            path = (*_ROOT, key, i)
            for name in self._line(item, path).ids:
                if name not in exceptions:
                    self._tell(name, path)
                    yield name

    def _line(self, name: str, path: Path) -> _Line:
        line = _line(name, self.names)
        if line is None:
            self.report(path, f"本报表没有“{name}”")
            return _Line((), 0)
        return line

    def _tell(self, name: str, path: Path) -> None:
        """Takes note of where something was said of a number or text, once."""
        if name in self._told and self._told[name] != path:
            self.report(path, f"“{name}”在前面已经写过了")
        self._told[name] = self.places[name] = path

    def _check_split(self, parts: Mapping[str, str]) -> None:
        """What is not several numbers here was not split."""
        wholes = list(parts.values())
        for name, whole in parts.items():
            if wholes.count(whole) == 1:
                self.report(self.places[name], f"“{name}”只有一项，不是拆分；改名写在 renamed 里")

    def _check_decided(self, decided: Iterable[str]) -> None:
        """Each number and text has to be named: silence would be a decision that nobody made."""
        known = frozenset(decided)
        every = (*self.names.fields, *sorted(self.names.texts))
        forgotten = [name for name in every if name not in known]
        if forgotten:
            listed = first_of(forgotten, _MOST_NAMED, "项")
            self.report(_ROOT, f"没有写明在上一种格式里对应什么（new 是没有对应的）：{listed}")


# --- against the form before ---


def _found(name: str, at: str) -> str:
    """The form before as it can be loaded: the file beside the definition, or a name."""
    beside = pathlib.Path(at).parent / name
    return str(beside) if beside.is_file() else name


def _earlier(name: str, at: str, report: Report) -> Form | None:
    """The form before; None with a mistake where it cannot be loaded."""
    from xlreport.form.catalog import get_unlinked

    path = (*_ROOT, "form")
    try:
        return get_unlinked(_found(name, at))
    except XlreportError as error:
        reason = str(error).splitlines()[0]
        report(path, f"上一种格式“{name}”不能用：{reason}")
        return None


@dataclass
class _Checker:
    """Finds what the form before does not have, or has in another unit."""

    earlier: Form
    places: Mapping[str, Path]
    names: Names
    report: Report

    def check(self, continuation: Continuation, first_year: int) -> None:
        """Reports every mistake. As the form before must be in force before the first year, no form
        can come before itself."""
        earlier = self.earlier
        last = first_year - 1
        if not earlier.covers(last):
            wrong = f"“{earlier.id}”不适用于 {last} 年度，不能是本格式的上一种"
            message = f"{wrong}；没有上一种格式的，请删去 continues"
            self.report((*_ROOT, "form"), message)
        counterparts = {**continuation.same, **continuation.parts}
        for name, there in counterparts.items():
            problem = self._problem(name, there)
            if problem:
                self.report(self.places[name], problem)

    def _problem(self, name: str, there: str) -> str:
        """Why a number or text there is not the counterpart of one here; empty where it may be."""
        if there not in names_of(self.earlier).texts and there not in self.earlier.fields:
            return f"上一种格式“{self.earlier.id}”没有“{there}”"
        here = self.names.fields.get(name)
        before = self.earlier.fields.get(there)
        if here is None or before is None:
            return "" if here is before else f"“{name}”和“{there}”一个是数字，一个是文字"
        if (here.kind, here.unit) != (before.kind, before.unit):
            return f"“{name}”的单位是{here.unit}，上一种格式的“{there}”是{before.unit}"
        return ""

    def ended(self, items: tuple[str, ...]) -> frozenset[str]:
        """The numbers and texts that only the form before had."""
        ids: set[str] = set()
        for i, item in enumerate(items):
            line = _line(item, names_of(self.earlier))
            if line is None:
                path = (*_ROOT, "ended", i)
                self.report(path, f"上一种格式“{self.earlier.id}”没有“{item}”")
            else:
                ids.update(line.ids)
        return frozenset(ids)
