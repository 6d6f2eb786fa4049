"""`结果.json`: the result of a merge for machines, described by `docs/schema/merge-result-1.json`.

Codes, field ids and files are those of the `--json` contract; numbers are exact to the last
decimal. Nothing in it depends on when or where the merge ran.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from xlreport.findings import Severity
from xlreport.form.model import Form
from xlreport.merging.result import MergeResult
from xlreport.publishing.overview import (
    ChartData,
    Figure,
    Overview,
    UnitRow,
    UnitState,
    count,
)
from xlreport.submission import shown

DATA_NAME = "结果.json"

SCHEMA = "urn:xlreport:merge-result:1"
"""The version of the document; another number when a key changes its meaning or goes."""

_OWN_LINES = 2
"""Levels whose members stand on lines of their own: each key, unit, file and number."""


def result_document(result: MergeResult, form: Form, overview: Overview) -> bytes:
    """The document, in UTF-8; its first line is `merging.marks.DATA`."""
    stream = io.BytesIO()
    between = b"{"
    for key, value in _document(result, form, overview).items():
        stream.write(between + f"{_string(key)}: ".encode())
        for piece in _pieces(value):
            stream.write(piece.encode())
        between = b",\n"
    stream.write(b"}\n")
    return stream.getvalue()


def _pieces(value: Any) -> Iterator[str]:
    """The text of one of the document's values: of a list made one by one, each item alone."""
    if not isinstance(value, Iterator):
        yield _text(value, depth=1)
        return
    between = ""
    yield "["
    for item in value:
        yield between + _in_one_line(item)
        between = ",\n "
    yield "]"


def _document(result: MergeResult, form: Form, overview: Overview) -> dict[str, Any]:
    county = result.county
    prior_year = county.prior_year if county is not None else None
    return {
        "made_by": "xlreport merge",
        "schema": SCHEMA,
        "form": form.id,
        "form_version": form.version,
        "title": overview.title,
        "county": overview.county or None,
        "year": overview.year,
        "final": overview.is_final,
        "collection": _collection(overview),
        "open_points": overview.open_points,
        "next_steps": overview.next_steps,
        "headlines": [_headline(figure) for figure in overview.headlines],
        "totals": result.totals,
        "prior_year": prior_year.numbers if prior_year is not None else None,
        "charts": [_chart(chart) for chart in overview.charts],
        "units": map(_unit, overview.units),
        "files": (file.as_dict() for file in result.files),
        "findings": (finding.as_dict() for finding in result.own_findings),
    }


def _collection(overview: Overview) -> dict[str, int | None]:
    """How many units there are of each kind, and files that cannot count."""
    states = {state.value: len(overview.in_state(state)) for state in UnitState}
    return {
        "expected": overview.expected,
        **states,
        "counted": overview.counted,
        "rejected_files": len(overview.unusable),
    }


def _headline(figure: Figure) -> dict[str, Any]:
    return {
        "label": figure.label,
        "unit": figure.unit or None,
        "value": figure.value,
        "prior_year": figure.before,
        "change": figure.change,
    }


def _chart(chart: ChartData) -> dict[str, Any]:
    series = []
    for bars in chart.series:
        series.append({"label": bars.label, "unit": bars.unit or None, "values": bars.values})
    return {
        "title": chart.title,
        "kind": chart.kind.value,
        "categories": chart.categories,
        "series": series,
    }


def _unit(row: UnitRow) -> dict[str, Any]:
    """Where a unit stands; what was found in its report is in `files`, by its path."""
    return {
        "unit": row.unit.name or None,
        "unit_code": row.unit.code or None,
        "level": row.unit.level or None,
        "state": row.state.value,
        "counted": row.counted,
        "file": row.file.path if row.file is not None else None,
        "when": row.when or None,
        "contact": row.contact or None,
        "errors": row.errors,
        "warnings": row.warnings,
        "explained": row.explained,
        "notes": count(row.findings, Severity.NOTE),
        "data_code": row.data_code or None,
        "remark": row.remark or None,
    }


# --- the text ---


def _text(value: Any, depth: int = 0) -> str:
    """A value as JSON (RFC 8259). Decimals are written out, which `json` cannot."""
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        members = [f"{_string(key)}: {_text(item, depth + 1)}" for key, item in value.items()]
        return "{" + _joined(members, depth) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + _joined([_text(item, depth + 1) for item in value], depth) + "]"
    if isinstance(value, str):
        return _string(value)
    return json.dumps(value)


def _in_one_line(value: Any) -> str:
    """The same text as `_text` gives below the levels that have lines of their own."""
    try:
        written = json.dumps(value, ensure_ascii=False)
        written.encode()
    except (TypeError, UnicodeEncodeError):
        return _text(value, _OWN_LINES)
    return written


def _joined(members: Iterable[str], depth: int) -> str:
    between = ",\n" + " " * depth if depth < _OWN_LINES else ", "
    return between.join(members)


def _number(value: Decimal) -> str:
    """As `findings.plain` has it: a whole number without a point, and no negative zero."""
    if value == value.to_integral_value():
        return str(int(value))
    return shown(value)


def _string(text: str) -> str:
    """Halves of surrogate pairs, in names that are no valid text, are escaped."""
    written = json.dumps(text, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:
        return json.dumps(text)
    return written
