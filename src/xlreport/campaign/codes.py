"""The codes of what collecting a campaign's mail can find. They are permanent: people quote them
by telephone."""

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
    "编号应当各不相同；两封都收取，不凭编号丢掉一封。",
)
M11 = Code(
    "M11",
    "邮件的时间在将来",
    Severity.WARNING,
    "发件人的电脑时间不对，不能用来判断哪一份是后收到的。",
)

M12 = Code(
    "M12", "更正通知原样寄回", Severity.NOTE, "附件与发出的更正通知一个字节也不差，没有更正。"
)

register(M4, M7, M8, M9, M11, M12)

NOT_TAKEN = M4.message(
    "附件“{name}”{kind}，不是工作簿或压缩包，没有放进 inbox",
    "如果报表在里面，请对方把数字填到模板里重新发",
)

OUR_MESSAGE_BOUNCED = M7.message(
    "发给“{unit}”（{address}）的邮件被退回，对方没有收到",
    "请核对名册里的邮箱，改正后重新发送",
)
FORWARDED_MESSAGE_BOUNCED = M7.message(
    "发给 {recipients} 的邮件被退回，关系到{units}，对方没有收到",
    "请核对名册里的邮箱，或者对方邮箱设的自动转发",
)
_OPEN_IT = "请打开这封邮件看原因；是退信的，核对名册里的邮箱后重新发送"
MAY_HAVE_BOUNCED = M7.message("邮件服务器来信，多半是退信，关系到{units}", _OPEN_IT)
SOMETHING_MAY_HAVE_BOUNCED = M7.message("邮件服务器来信，多半是退信，没有写明是哪个单位", _OPEN_IT)

BLANK_TEMPLATE = M8.message(
    "附件“{name}”就是发出去的空白模板，没有填报，没有放进 inbox", "请对方填好后再发"
)

NOTICE_UNCHANGED = M12.message(
    "附件“{name}”就是发出去的更正通知，没有改动，没有放进 inbox", "请对方改好后再发"
)

SAME_MESSAGE_ID = M9.message(
    "这封邮件与以前收到的一封编号相同，内容不同，两封都已收取", "请核对是谁发的"
)

IN_THE_FUTURE = M11.message(
    "邮件的时间是 {moment:%Y-%m-%d %H:%M}，比现在还晚，不作为收到的时间",
    "同一单位有几份时请核对哪份较新",
)
