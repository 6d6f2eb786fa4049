"""Copies of a template that LibreOffice has saved: read at a glance as with care."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.copies import Watched, book, read_with_care
from support.soffice import convert
from xlreport import Form, FormCatalog, read_submission
from xlreport.workbook.reader import submission

pytestmark = pytest.mark.oracle

COPIES = 6


def test_copies_saved_by_another_program_are_known(
    zfxxgk: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = []
    for seed in range(COPIES):
        path = tmp_path / f"{seed}.xlsx"
        path.write_bytes(book(zfxxgk, seed, prior=seed >= COPIES // 2, blank=0.3))
        sources.append(path)
    convert(tmp_path / "saved", sources, "xlsx")
    memory = Watched()
    monkeypatch.setattr(submission, "MEMORY", memory)
    catalog = FormCatalog()
    for source in sources:
        (saved,) = (tmp_path / "saved").rglob(source.name)
        data = saved.read_bytes()
        reading = read_submission(data, catalog)
        assert reading == read_with_care(data, catalog)
        assert reading.submission is not None
    assert memory.known >= COPIES - 3
