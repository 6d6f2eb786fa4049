"""The statutory report as a Word document, of a county or of one unit.

The door: `content` says what stands in it (`county_report`, `unit_report` give a `Report`), `files`
makes the document with its data beside it. Nothing here is imported with python-docx: `document`,
`template` and `reading_back` load it when a document is made.
"""

from xlreport.publishing.report.content import Report, county_report, unit_report
from xlreport.publishing.report.files import is_ours, report_files

__all__ = ["Report", "county_report", "is_ours", "report_files", "unit_report"]
