"""The same workbook is written once and the same bytes are read once in a test process.

What is written depends on what it is made from alone, what is read on the bytes alone; and nobody changes
a book that was read (tests/formats/test_open.py). So tests that are about neither share the work, which
is most of what the suite costs.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import pytest

from xlreport import Form, Limits
from xlreport.formats import open as opening
from xlreport.formats.raw import RawBook
from xlreport.workbook.writer import template
from xlreport.workbook.writer.context import TemplateContext

NOT_SHARED = ("formats", "oracles", "workbook")
"""Rooms whose tests are about reading or writing."""

LARGE = 150_000
"""Bytes of a file that is not kept: only a summary or a bomb is so large."""

Made = TypeVar("Made")


class Latest(Generic[Made]):
    """The results that were asked for last, by what they are made from."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, Made] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The result of this key, made when it is not there."""
        made = self._made.pop(key, None)
        if made is None:
            made = make()
        self._made[key] = made
        if len(self._made) > self._most:
            self._made.popitem(last=False)
        return made


_books: Latest[RawBook] = Latest(60)
_workbooks: Latest[bytes] = Latest(600)
_read, _written = opening._read, template._written


def read_once(data: bytes, limits: Limits, passwords: Sequence[str]) -> RawBook:
    """The book in these bytes; what is refused is refused anew."""
    if len(data) > LARGE:
        return _read(data, limits, passwords)
    key = (data, limits, tuple(passwords))
    return _books.get(key, lambda: _read(data, limits, passwords))


def written_once(context: TemplateContext, password: str) -> bytes:
    """The workbook of a submission."""
    form: Form = context.form
    content = (context.submission, context.issued, context.service, password)
    key = (form, pickle.dumps(content))
    return _workbooks.get(key, lambda: _written(context, password))


def share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the end of a test."""
    monkeypatch.setattr(opening, "_read", read_once)
    monkeypatch.setattr(template, "_written", written_once)
