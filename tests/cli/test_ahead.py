"""While workers read, what a merge needs next is loaded in another thread."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from support.records import form
from xlreport import FormCatalog
from xlreport.cli import ahead
from xlreport.cli.ahead import loading
from xlreport.narrative.lexicon import lexicon_of
from xlreport.publishing.page import render
from xlreport.workbook.writer.formulas import formulas_of

FORMS = FormCatalog((form(),))
SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "2025"


def steps(monkeypatch: pytest.MonkeyPatch, *given: Callable[[], object]) -> None:
    monkeypatch.setattr(ahead, "_steps", lambda _: list(given))


def test_steps_are_done_meanwhile_and_have_ended_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: list[str] = []
    done = threading.Event()
    steps(monkeypatch, lambda: names.append(threading.current_thread().name), done.set)
    with loading(FORMS):
        assert done.wait(600)
    assert names[0] != threading.current_thread().name
    assert not [thread for thread in threading.enumerate() if thread.name == names[0]]


def test_no_step_begins_once_reading_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Event(), threading.Event()
    done: list[str] = []

    def first() -> None:
        begun.set()
        assert go.wait(600)

    steps(monkeypatch, first, lambda: done.append("second"))
    monkeypatch.setattr(threading.Thread, "join", joined(go, threading.Thread.join))
    with loading(FORMS):
        assert begun.wait(600)
    assert done == []


def joined(
    go: threading.Event, join: Callable[[threading.Thread], None]
) -> Callable[[threading.Thread], None]:
    """Lets the first step end only when the thread is waited for."""

    def wait(thread: threading.Thread) -> None:
        go.set()
        join(thread)

    return wait


def test_what_fails_is_told_where_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> None:
        raise ImportError("no such module")

    steps(monkeypatch, failing)
    with loading(FORMS):
        pass
    with pytest.raises(KeyError), loading(FORMS):
        raise KeyError


def test_the_steps_make_what_is_made_once_for_a_form() -> None:
    for step in ahead._steps(FORMS.given):
        step()
    own = form()
    assert "calculation" in vars(formulas_of(own))
    before = lexicon_of.cache_info().misses
    for text in own.texts:
        lexicon_of(own, text.field_id)
    assert lexicon_of.cache_info().misses == before
    assert render._environment.cache_info().currsize == 1


def test_the_first_thread_of_a_merge_loads_nothing_heavy_before_it_reads(tmp_path: Path) -> None:
    program = f"""
import sys, threading
heavy = []
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name in ("numpy", "xlsxwriter", "xlreport.api", "jinja2", "yaml"):
            heavy.append((name, threading.current_thread() is threading.main_thread()))
sys.meta_path.insert(0, Finder())
from xlreport.cli.app import main
main(["merge", {str(SAMPLES)!r}, "--out", {str(tmp_path)!r}])
assert ("numpy", False) in heavy, heavy
assert not [name for name, is_first in heavy if is_first and name != "jinja2"], heavy
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
