"""Mistakes in a form definition, with their place in the file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: line and column count from 1, the text is Chinese."""

    line: int
    column: int
    text: str


class FormError(Exception):
    """A form definition that cannot be used; carries every mistake found, in file order."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{path}:{p.line}:{p.column}：{p.text}" for p in self.problems))
