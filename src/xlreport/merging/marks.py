"""How the files begin that a merge writes beside the summary.

They are no reports where they lie among reports, and a new one takes the place of an old one: the
first line says whose they are, whatever version wrote them.
"""

from __future__ import annotations

PAGE = "<!DOCTYPE html><!-- xlreport: 汇总情况 -->\n"
"""The status page."""

DATA = '{"made_by": "xlreport merge",\n'
"""The result for machines."""

_OWN = tuple(mark.encode() for mark in (PAGE, DATA))


def is_own(data: bytes) -> bool:
    """Whether a file is one that a merge wrote."""
    return data.startswith(_OWN)
