"""LibreOffice opens the county summary and recalculates it to the same numbers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from support.merges import merge_and_write
from support.soffice import recalculate
from xlreport import Roster, check_files, get_form
from xlreport.workbook.layout.workbook import layout_of

pytestmark = pytest.mark.oracle

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def test_the_summary_recalculates_to_the_same_numbers(roster: Roster, tmp_path: Path) -> None:
    result = merge_and_write(SAMPLES / "2025", roster=roster, out=tmp_path / "out")
    path = recalculate(tmp_path, {"summary": Path(result.outputs[0]).read_bytes()})["summary"]
    with path.open("rb") as stream:
        book = CalamineWorkbook.from_filelike(stream)
        sheets = {
            n: book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in book.sheet_names
        }
    form = get_form(result.form_id)
    assert set(result.totals) == set(form.fields)
    for name, (sheet, (row, column)) in layout_of(form).cells.items():
        if name in form.fields:
            seen = Decimal(repr(sheets[sheet][row][column])).quantize(Decimal("0.000001"))
            assert seen == result.totals[name], name


def test_what_libreoffice_saves_is_read_the_same(roster: Roster, tmp_path: Path) -> None:
    """Towns may use other programs: a workbook saved by LibreOffice gives the same figures."""
    sources = sorted((SAMPLES / "2025").glob("*.xlsx"))
    saved = recalculate(tmp_path, {str(i): p.read_bytes() for i, p in enumerate(sources)})
    before, after = check_files(sources).files, check_files(saved.values()).files
    assert len(before) == len(after) == 14
    for old, new in zip(before, after, strict=True):
        assert old.submission is not None
        assert new.submission is not None
        assert old.submission.content == new.submission.content
        assert [f.code for f in old.findings] == [f.code for f in new.findings]
