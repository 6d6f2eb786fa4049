"""`python -m xlreport`."""

from xlreport.cli.app import entry_point

entry_point()
