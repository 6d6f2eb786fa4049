"""The codes of reading reports that are not our workbooks, and what is said under each.

Codes are permanent: people quote them by telephone.
"""

from __future__ import annotations

from xlreport.findings import Code, Severity, register
from xlreport.workbook import codes as of_workbooks

R36 = Code(
    "R36",
    "不是县里发的模板",
    Severity.ERROR,
    "自己打的表、公布过的网页和 Word 没有锁定，也没有单位代码；数字读得出来，是否计入由县里决定。",
)
R37 = Code(
    "R37",
    "有数字认不准是哪一项",
    Severity.ERROR,
    "按表头认不准的数字一律不读入，也不猜：读错了比没有读更坏。",
)
R38 = Code(
    "R38",
    "表里有项目没有读入",
    Severity.ERROR,
    "数字按表头读取；表头没有、改了或者印成别的意思，那一项就读不出来。",
)
R39 = Code(
    "R39",
    "标题里没有年度",
    Severity.ERROR,
    "不知道是哪一年的数，就不能计入，也不能与上年比较。",
)
R40 = Code(
    "R40",
    "一份文件里有几份报告",
    Severity.ERROR,
    "一份文件只能有一个单位一年的报告，不然分不清哪些数字是谁的。",
)
R41 = Code(
    "R41",
    "用的是别的年度的格式",
    Severity.ERROR,
    "格式改过以后，有的项目名称相近、意思不同；意思不同的数字不读入。",
)
R42 = Code(
    "R42",
    "数字连在一起",
    Severity.ERROR,
    "从网页上复制成一段文字时，格子之间没有分隔，分不清每格是几。",
)
R43 = Code(
    "R43",
    "标题与指定的不一致",
    Severity.WARNING,
    "多半是选错了文件；只有一个文件时按指定的读取，几个文件时不导入。",
)
R44 = Code(
    "R44",
    "文字读到哪里为止",
    Severity.NOTE,
    "网页上报告后面的链接、版权等不是报告的文字，请核对没有多读、少读。",
)
R45 = Code(
    "R45",
    "表头没有写明金额的单位",
    Severity.WARNING,
    "元和万元差一万倍；表头没有写单位的，按现行格式的单位读取，请核对。",
)

register(R36, R37, R38, R39, R40, R41, R42, R43, R44, R45)

NOT_OUR_WORKBOOK = R36.message(
    "这不是县里发的模板，但数字可以读出", "请用县里发的模板报送；县里也可以决定照样计入"
)

_CHECK = "请核对读出的数"
_LOOK = "请对照原文，把这一项填进模板"
_LOOK_ALL = "请对照原文，把这些项填进模板"

UNPLACED = R37.message("“{text}”认不准是哪一项：{reason}，没有读入", _LOOK)
ALL_UNPLACED = R37.message("有 {count} 个数字认不准是哪一项：{reason}，没有读入", _LOOK_ALL)
CONTRARY = R37.message(
    "“{label}”出现了几次，内容不同（{texts}），没有读入", "请留下对的一处，把另一处删掉"
)
ALL_CONTRARY = R37.message(
    "有 {count} 项出现了几次，内容不同（如“{label}”：{texts}），没有读入",
    "请留下对的一张表，把另一张删掉",
)
TEXT_CONTRARY = R37.message(
    "“{label}”出现了几次，文字不同，没有读入", "请留下对的一段，把另一段删掉"
)
NO_TABLE = R38.message("没有找到“{title}”的表", "请把这张表补上，或者在模板里填写")
NO_HEADING = R38.message("“{table}”的“{label}”没有读入：找不到表头，或者表头旁的数字认不准", _LOOK)
NO_HEADINGS = R38.message(
    "“{table}”有 {count} 项没有读入（{labels}）：找不到表头，或者表头旁的数字认不准", _LOOK_ALL
)
NO_TOTALS = R38.message(
    "“{table}”有 {count} 个合计没有读到（{labels}），没有与明细核对过",
    "请对照原文，看明细加起来是不是那个合计",
)
HIDDEN = R38.message("{lines}是隐藏的，没有读", "请取消隐藏，对照原文把里面的数填进模板")

NO_YEAR = R39.message(
    "标题里没有年度，不知道是哪一年的报告", "请在标题里写明年度，或指定年度后再读"
)
NO_UNIT = of_workbooks.F4.message("标题里没有单位名称", "请在标题里写明单位全称，或指定单位后再读")
NOT_IN_FORCE = of_workbooks.F11.message("《{title}》没有 {year} 年度的格式", "请核对标题里的年度")
SEVERAL_REPORTS = R40.message(
    "一份文件里有 {count} 份报告：{reports}",
    "请一份报告存一个文件；只要其中一份的，指定年度或单位后再读",
)
OTHER_YEARS = R41.message(
    "这是{years}格式，{year} 年度的报告不能用；项目相同的已读入，意思不同的没有读入",
    "请用 {year} 年度的模板填报",
)
RUN_TOGETHER = R42.message(
    "表里的数字连在一起，分不开每格是几，没有读入", "请把原来的网页或文件拿来，不要只复制文字"
)
OTHER_YEAR = R43.message("标题写的是 {year} 年度，指定的是 {wanted} 年度", "请核对文件没有选错")
OTHER_UNIT = R43.message("标题写的是“{named}”，指定的是“{unit}”", "请核对文件没有选错")
UNIT_NOT_TOLD = R45.message(
    "“{heading}”没有写明单位，{value} 按 {value} {unit}读取", "请核对原文的单位是不是{unit}"
)
LEFT_OUT = R44.message("文字读到“{text}”前为止，后面的不当作报告的文字", "请核对报告的文字没有少")
NUMBER_AS_TEXT = of_workbooks.R11.message("“{raw}”按 {value} 读取", _CHECK)
NUMBERS_AS_TEXT = of_workbooks.R11.message(
    "有 {count} 个数字带逗号、空格或是全角（{raws}），已按数字读取", _CHECK
)
