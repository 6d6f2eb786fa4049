"""The codes of what reading messages can find. They are permanent: people quote them by
telephone."""

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

_BY_HAND = "请在邮箱里打开这封邮件，把附件另存到 inbox 文件夹"
_INSTALL = "请先安装收信组件（见用户手册第八节）再收取"
_RESEND = "请对方重新发一封，把工作簿作为普通附件"
_COMPARE = "请核对附件；不完整的" + _RESEND

LINKED = M3.message(
    "正文里有{service}，文件不在邮件里，程序不打开链接",
    "请在邮箱里下载，核对后放进 inbox 文件夹",
)

LINKED_ELSEWHERE = M3.message(
    "正文里有链接（{hosts}），邮件里没有能用的报表，程序不打开链接",
    "请打开这封邮件；报表在链接里的，下载核对后放进 inbox 文件夹",
)

TOO_LARGE = M5.message("邮件大小为 {seen:,} 字节，超过允许的 {allowed:,} 字节，没有收取", _BY_HAND)
TOO_MANY_PARTS = M5.message(
    "邮件的部分和附件数为 {seen:,} 个，超过允许的 {allowed:,} 个，没有收取", _BY_HAND
)
TOO_DEEP = M5.message(
    "邮件层层嵌套的层数为 {seen:,} 层，超过允许的 {allowed:,} 层，没有收取", _BY_HAND
)

# the source does not give it
NOT_LISTED = M6.message("{problem}", "请检查后重新收取")
NO_PLAIN_FILE = M6.message("这是链接、管道或设备，不是普通文件", "请换成邮件文件本身")
NO_MAIL_FILE = M6.message(
    "这不是邮件文件（.eml、.msg、mbox），没有收取",
    "是报表的请直接放进 inbox 文件夹；压缩包请先解压；是邮件的请改成 .eml",
)
FILE_NOT_READ = M6.message("邮件文件读不了", "请检查权限和磁盘后重新收取")
NOT_GIVEN = M6.message("服务器没有给出这封邮件（{answer}）", _BY_HAND)
GIVEN_EMPTY = M6.message("服务器给出的邮件是空的", _BY_HAND)

# reading it was ended
TOOK_TOO_LONG = M6.message("读取邮件超过了 {seconds:g} 秒，已停止；其他邮件不受影响", _BY_HAND)
TOOK_TOO_MUCH_MEMORY = M6.message("读取邮件要用的内存太多，已停止；其他邮件不受影响", _BY_HAND)
READER_DIED = M6.message("读取邮件的程序意外中断，已停止；其他邮件不受影响", _BY_HAND)
READER_NOT_STARTED = M6.message(
    "读取邮件的程序没有启动起来，没有读取；邮件本身没有问题",
    "请关闭一些程序、看看是不是被杀毒软件拦住了，再重新收取",
)
READER_FAILED = M6.message("读取邮件时程序出错（{detail}），已停止；其他邮件不受影响", _BY_HAND)

# its structure
NO_MESSAGE = M6.message("这不是一封邮件，读不出来", "请核对是不是放错了文件")
DAMAGED = M6.message("邮件的结构坏了，里面可能还有附件", _BY_HAND)
CUT_OFF = M6.message("邮件没有传完整，最后的附件可能缺了一段", _COMPARE)
IN_SEVERAL_MESSAGES = M6.message("邮件被分成了几封，程序不拼接", _RESEND)
ELSEWHERE = M6.message("附件不在邮件里，要到别处取", _BY_HAND)
SMIME = M6.message("邮件加了密或签了名（S/MIME），读不出来", _BY_HAND)
PGP = M6.message("邮件加了密（PGP），读不出来", _BY_HAND)

# its parts
ENCODING_DAMAGED = M6.message("附件“{name}”的编码不完整，可能缺了一段", _COMPARE)
EMBEDDED_IN_TEXT = M6.message("正文里嵌着文件（data:），读不出来", _BY_HAND)
UUENCODED_IN_TEXT = M6.message("正文里有旧式编码（uuencode）的附件，读不出来", _BY_HAND)
YENC_IN_TEXT = M6.message("正文里有用 yEnc 编码的附件，读不出来", _BY_HAND)
FILE_IN_CALENDAR = M6.message("日程邀请里夹着文件，读不出来", _BY_HAND)
WINMAIL_BROKEN = M6.message(
    "附件“{name}”是 Outlook 的 winmail.dat，读不出来", "请对方用“纯文本”或“HTML”格式重新发送"
)

# messages that Outlook saved
MSG_READER_MISSING = M6.message("这是 Outlook 的 .msg 邮件，本机没有安装读取组件", _INSTALL)
MSG_BROKEN = M6.message("这不是完好的 Outlook 邮件（.msg），读不出来", _BY_HAND)
MSG_INCOMPLETE = M6.message("Outlook 邮件（.msg）不完整，附件可能缺了一段", _COMPARE)
ATTACHED_MSG_READER_MISSING = M6.message(
    "附件“{name}”是 Outlook 的 .msg 邮件，本机没有安装读取组件", _INSTALL
)
ATTACHED_MSG_BROKEN = M6.message("附件“{name}”是 Outlook 的 .msg 邮件，读不出来", _BY_HAND)
MSG_OBJECT = M6.message("“{name}”是插在 Outlook 邮件正文里的对象，读不出来", _BY_HAND)
