"""A merge as the command runs it: merged, then written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from xlreport import Form, FormCatalog, MergeRequest, MergeResult, merge_folder, write_outputs


def merge_and_write(
    folder: Path,
    *,
    out: Path | None = None,
    repair: Path | None = None,
    password: str = "",
    forms: Iterable[Form] = (),
    **terms: Any,
) -> MergeResult:
    """Merges a folder on these terms (fields of MergeRequest) and writes the outputs."""
    request = MergeRequest(folder, forms=FormCatalog(tuple(forms)), **terms)
    return write_outputs(merge_folder(request), out, repair=repair, password=password)
