"""The codes of what checking a report can find. They are permanent: people quote them by telephone."""

from __future__ import annotations

from xlreport.findings import Code, Severity, register

H1 = Code(
    "H1",
    "很可能填错的格子",
    Severity.NOTE,
    "由差数推算哪一格的哪种笔误能使不成立的校验成立；只是线索，从不改数字。",
)
R16 = Code("R16", "格子里没有数字", Severity.ERROR, "没有数字的格子不能汇总，也不能当作 0。")
V1 = Code("V1", "有校验无法核对", Severity.NOTE, "缺数时不能判断对错，补齐后会再核对。")
V2 = Code(
    "V2",
    "与上年比较的校验无法核对",
    Severity.NOTE,
    "没有上年的数时不能判断对错；不算通过，也不算不通过。",
)

register(H1, R16, V1, V2)
