"""`python -m xlreport`."""

from xlreport.cli import entry_point

entry_point()
