"""Tidy data as files: CSV for every program, JSON, and Parquet for pandas and R."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from enum import StrEnum

from xlreport.errors import UsageError
from xlreport.findings import plain
from xlreport.merging.tidy import COLUMNS, Observation, tidy_frame
from xlreport.submission import shown
from xlreport.text import csv_table, harmless_cell


class Format(StrEnum):
    """In which format."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def exported(rows: Iterable[Observation], form: Format) -> bytes:
    """The rows as a file: same rows, same bytes. CSV is UTF-8 with a byte order mark, as Excel
    wants it. Raises UsageError where Parquet cannot be written."""
    if form is Format.CSV:
        return _as_csv(rows)
    if form is Format.JSON:
        return _as_json(rows)
    return _as_parquet(rows)


def _as_csv(rows: Iterable[Observation]) -> bytes:
    return csv_table([COLUMNS, *map(_cells, rows)])


def _cells(row: Observation) -> Iterator[str]:
    """The cells of a row; no text of a unit's is taken for a formula (CWE-1236)."""
    for value in asdict(row).values():
        if isinstance(value, str):
            yield harmless_cell(value)
        elif value is None:
            yield ""
        else:
            yield str(value) if isinstance(value, int) else shown(value)


def _as_json(rows: Iterable[Observation]) -> bytes:
    """One row a line; no other file begins with the same line, so that a later run may replace
    it."""
    lines = []
    for row in rows:
        values = asdict(row)
        values["value"] = plain(row.value)
        lines.append(json.dumps(values, ensure_ascii=False))
    together = ",\n".join(lines)
    return f'{{"xlreport": "export", "rows": [\n{together}\n]}}\n'.encode()


def _as_parquet(rows: Iterable[Observation]) -> bytes:
    buffer = io.BytesIO()
    try:
        frame = tidy_frame(rows)
        frame.to_parquet(buffer, engine="pyarrow", index=False)
    except ImportError:
        raise UsageError(
            "写 Parquet 要先装好 pyarrow：pip install xlreport[parquet]；csv 和 json 不用。"
        ) from None
    return buffer.getvalue()
