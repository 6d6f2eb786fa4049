"""Imports go down the house only, and no module knows the statutory form."""

from __future__ import annotations

import ast
from pathlib import Path

from xlreport import get_form

SOURCE = Path(__file__).resolve().parent.parent / "src" / "xlreport"
FLOORS = ["cli", "pipeline", "mail", "merging", "workbook", "checking", "form", "submission"]
PLACES = {
    **dict.fromkeys(
        (
            "cli_chinese",
            "cli_options",
            "cli_campaign",
            "cli_mail",
            "console",
            "console_mail",
            "__main__",
        ),
        "cli",
    ),
    **dict.fromkeys(("post", "campaign"), "pipeline"),
    **dict.fromkeys(("files", "a1", "isolation", "locking"), "submission"),
}


def floor(module: str) -> int:
    """How far down the house a module lies."""
    part = module.removeprefix("xlreport.").split(".")[0]
    return FLOORS.index(PLACES.get(part, part))


def test_imports_go_down_only() -> None:
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        if path.name == "__init__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("xlreport."):
                assert floor(name) <= floor(str(node.module)), f"{name} imports {node.module}"


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


def test_modules_and_functions_stay_small() -> None:
    for path in SOURCE.rglob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) <= 400, path
