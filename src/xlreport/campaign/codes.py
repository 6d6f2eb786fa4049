"""The codes of what collecting a campaign's mail can find. They are permanent: people quote them by telephone."""

from __future__ import annotations

from xlreport.findings import Code, Severity, register

M4 = Code(
    "M4", "没有收取的附件", Severity.NOTE, "不是工作簿也不是压缩包的附件不放进 inbox，只记录。"
)
M7 = Code("M7", "发出的邮件被退回", Severity.ERROR, "对方没有收到，要核对邮箱或改用别的办法。")
M8 = Code("M8", "空白模板原样寄回", Severity.NOTE, "附件与发出的模板一个字节也不差，没有填报。")
M9 = Code(
    "M9",
    "两封内容不同的邮件编号相同",
    Severity.WARNING,
    "编号（Message-ID）应当各不相同；两封都收取，不凭编号丢掉一封。",
)
M11 = Code(
    "M11",
    "邮件的时间在将来",
    Severity.WARNING,
    "发件人的电脑时间不对，不能用来判断哪一份是后收到的。",
)

register(M4, M7, M8, M9, M11)
