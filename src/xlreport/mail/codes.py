"""The codes of what reading messages can find. They are permanent: people quote them by telephone."""

from __future__ import annotations

from xlreport.findings import Code, Severity, register

M3 = Code(
    "M3",
    "文件在链接里，不在邮件里",
    Severity.ERROR,
    "超大附件和网盘链接过期就没有了；程序从不打开链接，要由人下载。",
)
M5 = Code("M5", "邮件超出限制", Severity.ERROR, "过大、层数过多的邮件可能耗尽内存，要由人打开。")
M6 = Code("M6", "邮件读不出来或不完整", Severity.ERROR, "读不全的邮件里可能有报表，要由人打开。")

register(M3, M5, M6)
