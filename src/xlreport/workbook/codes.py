"""The codes of what reading a workbook as a form's report can find. They are permanent: people quote them by telephone."""

from __future__ import annotations

from xlreport.findings import Code, Severity, register

E1 = Code(
    "E1", "汇总表与各单位合计不一致", Severity.ERROR, "汇总表的每个数都应等于明细表各单位之和。"
)
E2 = Code(
    "E2",
    "退回的报表被计入汇总",
    Severity.WARNING,
    "用了 --with-errors：有错误的数字也进了合计，公布前必须改正。",
)
E5 = Code("E5", "下级的汇总表缺单位", Severity.WARNING, "缺单位的汇总数不是该县的全数。")
F2 = Code("F2", "不是本次汇总的报表", Severity.ERROR, "只有同一种报表才能汇总。")
F4 = Code("F4", "认不出填报单位", Severity.ERROR, "不知道是谁报的，就不能计入，也不能催报。")
F5 = Code(
    "F5",
    "封面与模板所发的单位不一致",
    Severity.ERROR,
    "多半是用了别的单位的模板，程序不替人猜是哪个单位。",
)
F6 = Code("F6", "模板版本不同", Severity.NOTE, "旧版模板的数字照样读取，但校验按现行版本。")
F11 = Code("F11", "报表不适用于该年度", Severity.ERROR, "每个年度使用当年有效的报表格式。")
F19 = Code(
    "F19", "报表标识丢失", Severity.WARNING, "标识丢失时按表头的文字认出报表，请核对单位和年度。"
)
R5 = Code(
    "R5", "表格以外还有内容", Severity.WARNING, "锁定的表格以外出现内容，可能是数字填错了地方。"
)
R7 = Code("R7", "找不到要填的格子", Severity.ERROR, "行、列或工作表被删除后，数字无处可读。")
R8 = Code(
    "R8",
    "格子的名称或位置变了",
    Severity.NOTE,
    "名称丢失时按原来的位置读取，位置移动时按名称读取，请核对。",
)
R9 = Code(
    "R9", "显示的总计与重新计算的不同", Severity.WARNING, "看到的总计不是由现在的数字算出来的。"
)
R10 = Code(
    "R10",
    "要填数字的格子里是公式",
    Severity.WARNING,
    "公式的结果可能随别的文件变化，汇总以当前显示的数为准。",
)
R11 = Code(
    "R11",
    "数字写法已按数字读取",
    Severity.NOTE,
    "全角、带空格或以文本存储的数字，意思明确的照样读取。",
)
R12 = Code("R12", "公式被删除", Severity.ERROR, "总计由锁定的公式算出，删掉后无法核对。")
R13 = Code("R13", "是否均为 0 填写有误", Severity.ERROR, "只能选“是”或“否”。")
R14 = Code("R14", "封面未填全", Severity.NOTE, "缺少联系人等信息，不影响数字。")
R15 = Code("R15", "同一格或同一名称出现两次", Severity.ERROR, "两处内容不同，无法判断哪个是真的。")
R17 = Code(
    "R17",
    "没有选单位类别",
    Severity.WARNING,
    "有的校验只对乡镇、街道、部门适用，不知道类别就无法核对。",
)
R18 = Code("R18", "小数超过 6 位", Severity.ERROR, "汇总精确到 6 位小数，更多位数会被四舍五入。")
R19 = Code("R19", "表头文字被改动", Severity.WARNING, "表头改了，下面的数字可能不是这一项的。")
R21 = Code(
    "R21",
    "有指向其他文件的链接",
    Severity.NOTE,
    "链接、DDE 和外部数据从不打开，显示的数可能已经过时。",
)
R22 = Code("R22", "工作表保护被取消", Severity.NOTE, "取消保护后容易误改公式和表头，数字照常读取。")
R23 = Code("R23", "带有宏", Severity.NOTE, "宏从不运行。")
R24 = Code("R24", "不是 .xlsx 格式", Severity.NOTE, "其他格式照常读取，但能查出的损坏较少。")
R25 = Code(
    "R25",
    "文字有不能显示的字符或过长",
    Severity.WARNING,
    "控制字符和超长的文字放不进工作簿，去掉后可能缺字。",
)
R29 = Code(
    "R29",
    "显示的数与填的数不同",
    Severity.WARNING,
    "格子的数字格式带有百分号、缩放或文字，人看到的不是填的数。",
)

register(
    E1,
    E2,
    E5,
    F2,
    F4,
    F5,
    F6,
    F11,
    F19,
    R5,
    R7,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    R17,
    R18,
    R19,
    R21,
    R22,
    R23,
    R24,
    R25,
    R29,
)
