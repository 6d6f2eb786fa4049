"""Every key that a definition may have is explained where the author of a form looks for it."""

from __future__ import annotations

import ast
from pathlib import Path

from xlreport.form import schema

SOURCE = ast.parse(Path(schema.__file__).read_text("utf-8"))


def test_every_key_has_a_docstring() -> None:
    without = []
    for shape in SOURCE.body:
        if not isinstance(shape, ast.ClassDef) or shape.name.startswith("_"):
            continue
        assert ast.get_docstring(shape), shape.name
        for key, after in zip(shape.body, [*shape.body[1:], None], strict=True):
            if not isinstance(key, ast.AnnAssign):
                continue
            is_explained = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if not is_explained:
                without.append(f"{shape.name}.{ast.unparse(key.target)}")
    assert without == []


def test_the_keys_of_a_definition_are_these() -> None:
    assert set(schema.FormDef.model_fields) == {
        "form",
        "version",
        "same_workbook_as",
        "same_figures_as",
        "title",
        "source",
        "first_year",
        "last_year",
        "identity",
        "instructions",
        "tables",
        "texts",
        "checks",
        "follows",
        "continues",
        "marks",
        "signatures",
        "headlines",
        "charts",
        "order",
        "drafts",
        "subjects",
        "statements",
        "spellings",
    }
