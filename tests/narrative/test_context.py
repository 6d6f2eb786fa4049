"""What the clauses before leave behind."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from xlreport.form.schema import Identifier
from xlreport.narrative.context import COUNTS, MIXED, PARTS, TIME


@pytest.mark.parametrize("reason", [TIME, COUNTS, PARTS, MIXED])
def test_no_subject_of_a_definition_is_taken_for_a_reason_to_go_astray(reason: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Identifier).validate_python(reason)
