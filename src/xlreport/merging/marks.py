"""How the files begin that are written beside workbooks, and are none.

They are no reports where they lie among reports, and a new one takes the place of an old one: the
first line says whose they are, whatever version wrote them.
"""

from __future__ import annotations

PAGE = "<!DOCTYPE html><!-- xlreport: 汇总情况 -->\n"
"""The status page."""

DATA = '{"made_by": "xlreport merge",\n'
"""The result for machines."""

REPAIRS = "修复清单：填报的内容已搬到现行模板的新工作簿里；原文件没有改动。"
IMPORTS = "导入清单：原文里的数字和文字已填进现行模板的新工作簿；原文件没有改动。"
NOTICES = "更正通知清单：每个退回的单位一份工作簿，要改的格子已标出；原文件没有改动。"
"""The lists of what went into fresh workbooks."""

_PAGES = tuple(mark.encode() for mark in (PAGE, DATA))
_LISTS = tuple(mark.encode("utf-8-sig") for mark in (REPAIRS, IMPORTS, NOTICES))
_OWN = _PAGES + _LISTS


def is_own(data: bytes) -> bool:
    """Whether a file is one that was written beside workbooks."""
    return data.startswith(_OWN)
