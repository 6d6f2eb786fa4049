"""Whether the words beside a warning explain anything: one judgement for programs and workbooks.

A word of assent (属实, 无误) is no explanation: that says what happened, and how many.
"""

from __future__ import annotations

from xlreport.text import excel_length

SET_ASIDE = " \u3000\n。，、；！"
"""Characters that say nothing."""

LEAST = 4
"""So many characters an explanation has at least."""

EMPTY_PHRASES = (
    "情况属实",
    "数据属实",
    "数字属实",
    "内容属实",
    "核实无误",
    "经核实无误",
    "已核实无误",
    "核对无误",
    "经核对无误",
    "已核对无误",
    "确认无误",
    "数字无误",
    "数据无误",
    "填报无误",
    "数字正确",
    "数据正确",
    "填报正确",
    "数字准确",
    "数据准确",
    "数据真实",
    "真实准确",
    "经核实属实",
    "已经核实",
    "情况正常",
    "正常情况",
    "与实际一致",
    "与实际相符",
    "符合实际",
    "见上一条",
    "同上一条",
    "按实际填报",
    "据实填报",
    "没有错误",
    "没有问题",
    "无需说明",
    "不用说明",
)
"""Longer words of assent."""


def substance(words: str) -> str:
    """The words without what says nothing."""
    for character in SET_ASIDE:
        words = words.replace(character, "")
    return words


def explains(words: str) -> bool:
    """Whether words say more than that all is well; lengths are counted as Excel does, in UTF-16
    units."""
    said = substance(words)
    return excel_length(said) >= LEAST and said not in EMPTY_PHRASES


def excel_explains(cell: str) -> str:
    """The same of what stands in a cell, as a formula's condition."""
    said = cell
    for character in SET_ASIDE:
        removed = "CHAR(10)" if character == "\n" else f'"{character}"'
        said = f'SUBSTITUTE({said},{removed},"")'
    phrases = ",".join(f'"{phrase}"' for phrase in EMPTY_PHRASES)
    return f"AND(LEN({said})>={LEAST},SUMPRODUCT(--({said}={{{phrases}}}))=0)"
