"""Imports go down the house only, no module knows the statutory form, and a line says one thing."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

from xlreport import get_form

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "xlreport"
FLOORS = (
    ("cli",),
    ("desk",),
    ("telling",),
    ("campaign",),
    ("api", "mail"),
    ("publishing",),
    ("merging",),
    ("importing",),
    ("checking", "workbook"),
    ("narrative", "lint"),
    ("rules",),
    ("form", "formats"),
    ("findings", "workers", "atomic", "spool", "text"),
    ("worker", "errors", "compact", "submission", "data_code", "a1", "clock", "tally"),
)
"""From the roof to the cellar; a module imports its own floor and those below it."""


def floor(module: str) -> int:
    """How far down the house a module lies."""
    room = module.removeprefix("xlreport.").split(".")[0]
    room = {"__main__": "cli"}.get(room, room)
    return next(i for i, rooms in enumerate(FLOORS) if room in rooms)


def imports_of(path: Path) -> list[str]:
    """The modules of this project that a module imports, wherever in it."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    modules = [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    return [module for module in modules if module.startswith("xlreport.")]


def test_imports_go_down_only() -> None:
    climbing = []
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        if name == "__init__":
            continue
        higher = [module for module in imports_of(path) if floor(module) < floor(name)]
        climbing += [f"{name} imports {module}" for module in higher]
    assert climbing == []


def test_no_module_names_a_table_a_field_or_a_label_of_a_form() -> None:
    form = get_form("zfxxgk-2021")
    words = (
        {t.id for t in form.tables}
        | {t.title for t in form.tables}
        | {t.sheet for t in form.tables}
    )
    words |= {f.row_short for f in form.fields.values()} | {f.row for f in form.fields.values()}
    words -= {"total", "received", "other", "processed"}
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        literals = {
            n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        }
        assert not literals & words, path


def test_a_statement_says_one_thing() -> None:
    """No comprehension in a comprehension, no conditional in an f-string's braces, at most 10 locals."""
    density = runpy.run_path(str(ROOT / "benchmarks" / "density.py"))
    assert density["offenders"](SOURCE) == []
