"""What is wrong with a form definition, and what has changed between two versions of it.

`lint` asks z3 (extra `lint`) whether rules contradict each other, can never fail or say nothing of
their own; `changes` compares two definitions and needs no solver.
"""

from xlreport.lint.changes import Change, changes
from xlreport.lint.linter import lint
from xlreport.lint.result import Example, Lint, LintResult
from xlreport.lint.solver import SolverMissing

__all__ = ["Change", "Example", "Lint", "LintResult", "SolverMissing", "changes", "lint"]
