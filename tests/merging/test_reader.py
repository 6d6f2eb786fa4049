"""Which files may be reports that do not say that they are ours."""

from __future__ import annotations

from pathlib import Path

from xlreport.formats.detect import format_of
from xlreport.formats.guard import DEFAULT_LIMITS
from xlreport.merging.reader import may_be_retyped
from xlreport.workbook.reader.submission import Reading

LOCKED = Path(__file__).resolve().parents[1] / "hostile" / "files" / "加密.xlsx"


def test_what_is_encrypted_may_be_a_document() -> None:
    found = format_of(LOCKED.read_bytes(), DEFAULT_LIMITS)
    assert may_be_retyped(found, Reading(()))
    assert not may_be_retyped(found, Reading((), form_id="表"))
