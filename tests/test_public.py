"""What `import xlreport` offers: the table of names, the stub for type checkers, the documentation."""

from __future__ import annotations

import inspect
import runpy
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import xlreport

ROOT = Path(__file__).resolve().parent.parent
STUB = ROOT / "src" / "xlreport" / "__init__.pyi"


def test_the_stub_is_made_from_the_table() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_stub.py"))["stub"]()
    assert STUB.read_text("utf-8") == made, "run python docs/make_stub.py"


@pytest.mark.parametrize("name", xlreport.HOMES)
def test_each_name_is_defined_where_the_table_says_and_documented(name: str) -> None:
    home = import_module(f"xlreport.{xlreport.HOMES[name]}")
    found = getattr(xlreport, name)
    assert found is getattr(home, name)
    assert found.__module__ == home.__name__
    assert inspect.getdoc(found)
    assert vars(found).get("__doc__", found.__doc__), "its own, not its base's"


def test_there_is_no_other_name() -> None:
    assert xlreport.__all__ == list(xlreport.HOMES)
    gone = "survey_folder"
    with pytest.raises(AttributeError, match=gone):
        getattr(xlreport, gone)


def test_every_error_that_ends_a_command_is_public() -> None:
    errors = import_module("xlreport.errors")
    declared = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, xlreport.XlreportError)
    }
    assert declared <= set(xlreport.HOMES)


def test_importing_the_package_loads_nothing_else() -> None:
    program = "import sys, xlreport; print(*(m for m in sys.modules if m.startswith('xlreport.')))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
