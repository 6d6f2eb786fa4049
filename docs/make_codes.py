"""Writes codes.zh-CN.md, the list of all codes, from the records in the program and the form.

python docs/make_codes.py        (a test proves that the committed page is up to date)
"""

from __future__ import annotations

from pathlib import Path

from xlreport import get_form
from xlreport.checking.findings import CODES
from xlreport.checking.sentence import Speaker

PAGE = Path(__file__).with_name("codes.zh-CN.md")


def page() -> str:
    """The page as Markdown."""
    form = get_form("zfxxgk-2021")
    lines = [
        "# 代码一览",
        "",
        "打电话时报代码就能说清是哪一条。代码是永久的。本页由 `docs/make_codes.py` 生成。",
        "",
        f"## 报表 {form.id} 的校验",
        "",
        "| 代码 | 性质 | 名称 | 应当成立（举一例） | 理由 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for check in form.checks:
        example = next(i for i in form.instances if i.check.code == check.code)
        rule = Speaker(form, example).rule().replace("|", "\\|")
        lines.append(f"| {check.code} | {check.severity.label} | {check.title} | {rule} | {check.why} |")
    lines += ["", "## 读取和汇总", "", "| 代码 | 性质 | 名称 | 理由 |", "| --- | --- | --- | --- |"]
    for code in sorted(CODES.values(), key=lambda c: (c.code[0], int(c.code[1:]))):
        lines.append(f"| {code.code} | {code.severity.label} | {code.title} | {code.why} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
