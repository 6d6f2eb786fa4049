"""The codes of what merging many files can find. They are permanent: people quote them by telephone."""

from __future__ import annotations

from xlreport.findings import Code, Severity, register

E3 = Code("E3", "有单位未报", Severity.ERROR, "缺少单位时，汇总数不是全县的数。")
E4 = Code(
    "E4", "合计太大", Severity.ERROR, "超过 10 亿的合计不能保证精确到 6 位小数，多半是单位填错。"
)
F1 = Code("F1", "其他年度的报表", Severity.ERROR, "不同年度的数字不能加在一起。")
F3 = Code("F3", "其他汇总单位的报表", Severity.ERROR, "别的县的单位不能计入本县。")
F7 = Code("F7", "同一单位另有较新的报表", Severity.NOTE, "同一单位只计入最新的一份。")
F8 = Code("F8", "与另一份文件内容相同", Severity.NOTE, "同一份报表只计一次。")
F9 = Code("F9", "单位不在名册上", Severity.ERROR, "名册以外的单位不能计入汇总。")
F10 = Code("F10", "汇总表里的单位又单独报送", Severity.ERROR, "两处都计入会重复。")
F12 = Code("F12", "不是报表的文件", Severity.NOTE, "锁文件和系统文件没有填报内容。")
F13 = Code("F13", "本级自己的汇总表", Severity.NOTE, "汇总结果再计入会重复。")
F14 = Code(
    "F14",
    "单位名称与代码对不上",
    Severity.ERROR,
    "代码相同名称不同，或名称相同代码不同，不知道是一个单位还是两个。",
)
F15 = Code("F15", "压缩包", Severity.NOTE, "压缩包里的每个文件各有一个结果。")
F16 = Code(
    "F16",
    "同一单位有内容不同的几份报表",
    Severity.ERROR,
    "用了 --on-conflict error：由人决定以哪一份为准。",
)
F17 = Code(
    "F17",
    "按单位名称认作名册上的单位",
    Severity.NOTE,
    "文件里没有单位代码，名称去掉县名、“人民政府”等字样后与名册完全一致。",
)
F18 = Code(
    "F18",
    "名册以外的单位计入汇总",
    Severity.WARNING,
    "用了 --accept-unlisted：汇总数里有名册以外的单位。",
)
F20 = Code(
    "F20",
    "后收到的一份较旧",
    Severity.WARNING,
    "收取记录里有收到的时间，同一单位以后收到的为准；保存时间或报送序号说的相反时，由人核对。",
)
M1 = Code("M1", "发件人不在名册上", Severity.NOTE, "报表可能是别人代发的，请核对；报表照常收取。")
M2 = Code("M2", "报表来自别的单位的邮箱", Severity.NOTE, "可能发错了附件，也可能是代发。")
M10 = Code(
    "M10",
    "收到过的附件不在文件夹里",
    Severity.WARNING,
    "放进 inbox 的文件被移走或改动了，汇总时读不到。",
)
R26 = Code(
    "R26",
    "读取没有完成",
    Severity.ERROR,
    "读取在单独的进程里进行，限定时间和内存；一个文件出事不影响其他文件。",
)
R27 = Code(
    "R27", "工作簿里的上年数与县里的不同", Severity.WARNING, "跨年校验以县里手里的上年报表为准。"
)
R28 = Code(
    "R28",
    "上年的报表没有用上",
    Severity.WARNING,
    "年度不对，或者代码相同名称不同：拿来比较会得出错误的结论。",
)

register(
    E3,
    E4,
    F1,
    F3,
    F7,
    F8,
    F9,
    F10,
    F12,
    F13,
    F14,
    F15,
    F16,
    F17,
    F18,
    F20,
    M1,
    M2,
    M10,
    R26,
    R27,
    R28,
)
