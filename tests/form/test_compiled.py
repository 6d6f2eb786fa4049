"""Definitions as they are kept: the same form, and only of exactly that definition and program."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from xlreport.form import catalog, compiled
from xlreport.form.catalog import definitions_folder
from xlreport.form.compiled import keep, kept, place_of
from xlreport.form.loader import load
from xlreport.form.model import Form


@pytest.fixture
def definition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    source = next(definitions_folder().glob("*.yaml"))
    return Path(shutil.copy(source, tmp_path / source.name))


def same(first: Form, second: Form) -> bool:
    return all(getattr(first, f.name) == getattr(second, f.name) for f in fields(Form))


def test_a_kept_form_is_the_one_that_was_loaded(definition: Path) -> None:
    assert kept(definition) is None
    form = load(definition)
    keep(definition, form)
    again = kept(definition)
    assert again is not None
    assert same(again, form)
    assert [path.name for path in place_of(definition).parent.iterdir()] == [
        place_of(definition).name
    ]


def changed_definition(definition: Path) -> None:
    with definition.open("a", encoding="utf-8") as stream:
        stream.write("\n")


def changed_neighbour(definition: Path) -> None:
    """A definition beside it, of which it may continue one."""
    (definition.parent / "before.yaml").write_text("form: before\n", "utf-8")


def other_bytes(definition: Path) -> None:
    place = place_of(definition)
    place.write_bytes(place.read_bytes()[:-1])


def no_form(definition: Path) -> None:
    place = place_of(definition)
    place.write_bytes(place.read_bytes()[:64] + pickle.dumps("no form"))


def no_key(definition: Path) -> None:
    place = place_of(definition)
    place.write_bytes(place.read_bytes()[64:])


def gone(definition: Path) -> None:
    definition.unlink()


@pytest.mark.parametrize(
    "change", [changed_definition, changed_neighbour, other_bytes, no_form, no_key, gone]
)
def test_what_is_out_of_date_or_damaged_does_not_count(
    change: Callable[[Path], None], definition: Path
) -> None:
    keep(definition, load(definition))
    change(definition)
    assert kept(definition) is None


def test_another_program_does_not_use_it(definition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(definition, load(definition))
    monkeypatch.setattr(compiled, "_program", lambda: b"x" * 32)
    assert kept(definition) is None


def test_the_program_is_all_that_forms_are_made_with(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compiled._program.__wrapped__()
    assert len(program) == 32
    package = Path(compiled.__file__).parent.parent
    for name in compiled._MADE_BY:
        assert (package / name).exists(), name
        others = tuple(other for other in compiled._MADE_BY if other != name)
        monkeypatch.setattr(compiled, "_MADE_BY", others)
        assert compiled._program.__wrapped__() != program
        monkeypatch.undo()


def test_a_folder_that_cannot_be_written_is_no_error(
    definition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (definition.parent / "__pycache__").write_text("no folder")
    keep(definition, load(definition))
    assert kept(definition) is None


def test_who_wants_no_pycache_gets_none(definition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    keep(definition, load(definition))
    assert not place_of(definition).parent.exists()


def test_a_shipped_form_is_loaded_once_and_then_kept(
    definition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "definitions_folder", lambda: definition.parent)
    name = definition.stem
    first = catalog._shipped_form.__wrapped__(name)
    assert place_of(definition).exists()
    monkeypatch.setattr(catalog, "_load", lambda path: pytest.fail("it is kept"))
    assert same(catalog._shipped_form.__wrapped__(name), first)


def test_a_kept_form_needs_no_loader(definition: Path) -> None:
    keep(definition, load(definition))
    program = (
        "import pathlib, sys\n"
        "from xlreport.form.compiled import kept\n"
        "print(kept(pathlib.Path(sys.argv[1])).id)\n"
        "print([name for name in ('yaml', 'pydantic', 'numpy') if name in sys.modules])"
    )
    command = [sys.executable, "-c", program, str(definition)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{definition.stem}\n[]\n"
