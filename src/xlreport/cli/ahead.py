"""What a merge needs after reading is loaded and worked out while workers read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlreport.form.catalog import FormCatalog
    from xlreport.form.model import Form


@contextmanager
def loading(forms: FormCatalog) -> Iterator[None]:
    """Meanwhile another thread loads what comes next, step by step; it has ended afterwards. What
    it did not come to, or what fails there, is done where it is needed, and told there."""
    enough = threading.Event()
    known = tuple(forms.all())  # here: two threads must not load one definition twice
    thread = threading.Thread(target=_load, args=(_steps(known), enough), daemon=True)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def _load(steps: Sequence[Callable[[], object]], enough: threading.Event) -> None:
    with suppress(Exception):
        for step in steps:
            if enough.is_set():
                return
            step()


def _steps(forms: Sequence[Form]) -> list[Callable[[], object]]:
    """The longest first."""
    return [_modules, lambda: _formulas(forms), _page]


def _modules() -> None:
    import xlreport.api
    import xlreport.cli.shown
    import xlreport.telling.lines  # noqa: F401 (they are loaded)


def _formulas(forms: Sequence[Form]) -> None:
    """What a summary and the comparison of texts take from a form."""
    from xlreport.narrative.lexicon import lexicon_of
    from xlreport.workbook.writer.formulas import formulas_of

    for form in forms:
        for text in form.texts:
            lexicon_of(form, text.field_id)
        _ = formulas_of(form).calculation


def _page() -> None:
    from xlreport.publishing.page.render import prepare

    prepare()
