"""The files of a report: the document, checked, and the same data beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from xlreport.atomic import safe_name
from xlreport.errors import ReportError
from xlreport.publishing.report.content import Report
from xlreport.publishing.report.data import HEADINGS, KIND, report_csv, report_json
from xlreport.publishing.report.package import is_untouched, packed
from xlreport.text import decoded

if TYPE_CHECKING:
    from docx.document import Document

_NO_LIBRARY = "要用自己的模板，先运行 pip install .[template]。"

DOCUMENT, TABLE, DATA = ".docx", ".csv", ".json"


def report_files(report: Report, template: Path | None = None) -> dict[str, bytes]:
    """The files by name: the document, made from the office's own template where one is given, a
    table and a JSON document. The document was read back. Raises ReportError, OSError."""
    stem = safe_name(report.title, DOCUMENT).removesuffix(DOCUMENT)
    document = _document(report, template)
    made = {DOCUMENT: document, TABLE: report_csv(report), DATA: report_json(report)}
    return {f"{stem}{extension}": data for extension, data in made.items()}


def _document(report: Report, template: Path | None) -> bytes:
    from xlreport.publishing.report.reading_back import require_same_numbers

    if template is None:
        from xlreport.publishing.report.document import report_document

        document = report_document(report)
    else:
        document = _filled(report, template)
    data = packed(document, report.title, report.author, report.year)
    require_same_numbers(data, report, all_tables=template is None)
    return data


def _filled(report: Report, template: Path) -> Document:
    try:
        from xlreport.publishing.report.template import filled_template
    except ModuleNotFoundError:
        raise ReportError(_NO_LIBRARY) from None
    return filled_template(report, template)


def is_ours(name: str, data: bytes) -> bool:
    """Whether what stands under this name is a file of a report that nobody has worked in."""
    if name.endswith(DOCUMENT):
        return is_untouched(data)
    text = decoded(data) or ""
    if name.endswith(TABLE):
        return text.startswith(",".join(HEADINGS))
    return _is_document(text)


def _is_document(text: str) -> bool:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("kind") == KIND
