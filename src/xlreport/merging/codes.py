"""The codes of what merging many files can find, and what is said under each.

Codes are permanent: people quote them by telephone.
"""

from __future__ import annotations

from xlreport.findings import Code, Severity, register
from xlreport.formats.codes import R6
from xlreport.importing.codes import R36
from xlreport.workbook.codes import E2, F2, F5, R17

E3 = Code("E3", "有单位未报", Severity.ERROR, "缺少单位时，汇总数不是全县的数。")
E4 = Code(
    "E4", "合计太大", Severity.ERROR, "超过 10 亿的合计不能保证精确到 6 位小数，多半是单位填错。"
)
E6 = Code(
    "E6", "县里的决定", Severity.NOTE, "谁在哪天为什么这样决定，汇总表、汇总情况和信里都写明。"
)
E7 = Code("E7", "县里决定不计入", Severity.ERROR, "不计入的单位使汇总数不是全县的数，必须写明。")
E8 = Code("E8", "县里要求核实", Severity.ERROR, "核实以前，这份报表的数不能算定。")
E9 = Code(
    "E9",
    "原来的汇总表读不出来",
    Severity.WARNING,
    "县里填在汇总表里的文字、说明和封面，每次汇总都带到新表；读不出来就带不过去。",
)
E10 = Code(
    "E10",
    "合计的校验不成立",
    Severity.WARNING,
    "认可了的和按要求计入的错误，会原样带进全县的合计。",
)
F1 = Code("F1", "其他年度的报表", Severity.ERROR, "不同年度的数字不能加在一起。")
F3 = Code("F3", "其他汇总单位的报表", Severity.ERROR, "别的县的单位不能计入本县。")
F7 = Code("F7", "同一单位另有较新的报表", Severity.NOTE, "同一单位只计入最新的一份。")
F8 = Code("F8", "与另一份文件内容相同", Severity.NOTE, "同一份报表只计一次。")
F9 = Code("F9", "单位不在名册上", Severity.ERROR, "名册以外的单位不能计入汇总。")
F10 = Code("F10", "汇总表里的单位又单独报送", Severity.ERROR, "两处都计入会重复。")
F12 = Code(
    "F12",
    "不是报表的文件",
    Severity.NOTE,
    "锁文件、系统文件、空白表和汇总的结果没有填报内容。",
)
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
    "分不出哪份较新，或者要求由人决定以哪一份为准。",
)
F17 = Code(
    "F17",
    "按单位名称认作名册上的单位",
    Severity.NOTE,
    "名称、别名，或者去掉县名、“人民政府”等字样后的名称与名册完全一致。",
)
F18 = Code(
    "F18",
    "名册以外的单位计入汇总",
    Severity.WARNING,
    "按要求计入：汇总数里有名册以外的单位。",
)
F20 = Code(
    "F20",
    "后收到的一份较旧",
    Severity.WARNING,
    "收取记录里有收到的时间，同一单位以后收到的为准；保存时间或报送序号说的相反时，由人核对。",
)
F21 = Code(
    "F21",
    "文件名写的是别的单位",
    Severity.NOTE,
    "以文件里面的单位为准；文件名多半是存错了。",
)
M1 = Code("M1", "发件人不在名册上", Severity.NOTE, "报表可能是别人代发的，请核对；报表照常收取。")
M2 = Code(
    "M2",
    "报表来自别的单位的邮箱",
    Severity.WARNING,
    "可能发错了附件，也可能是代发；报表照常计入，请核对是不是本单位的意思。",
)
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
    "年度不对，代码相同名称不同，或者找不到前身：拿来比较会得出错误的结论。",
)

register(
    E3,
    E4,
    E6,
    E7,
    E8,
    E9,
    E10,
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
    F21,
    M1,
    M2,
    M10,
    R26,
    R27,
    R28,
)

_NOTHING = "不用处理"
SYSTEM_FILE = F12.message("这是系统自动生成的文件，不是报表", _NOTHING)
LOCK_FILE = F12.message("这是 WPS 或 Excel 打开文件时留下的锁文件，不是报表", _NOTHING)
OWN_OUTPUT = F12.message("这是程序写出的汇总情况、数据或清单，不是报表", _NOTHING)
UNREADABLE = R6.message("{reason}", "请检查文件，把普通的 .xlsx 文件放进来后重新汇总")
NOT_FETCHED = R6.message("没有从网上读到：{reason}", "请检查网络和账号的权限，再重新运行")
TOO_MANY_OPEN = R6.message(
    "电脑上同时打开的文件太多，没有读成；文件本身没有问题", "请关闭一些程序后重新运行"
)
EMPTY_ARCHIVE = F15.message("这{kind}，里面没有文件", "请核对是不是发错了文件")
ARCHIVE = F15.message("这{kind}，里面有 {count} 个文件，结果逐个列出", _NOTHING)

_SAVE_AS = "请用 WPS 或 Excel 打开，另存为“.xlsx”后重新报送"
TOO_SLOW = R26.message(
    "读取超过了 {seconds:g} 秒，已停止；其他文件不受影响",
    f"{_SAVE_AS}；也可以放宽时间限制（见用户手册第四节）",
)
TOO_MUCH_MEMORY = R26.message(
    "读取要用的内存超过了 {memory:,} 字节，已停止；其他文件不受影响", _SAVE_AS
)
READER_NOT_STARTED = R26.message(
    "读取程序没有启动起来，没有读取；文件本身没有问题",
    "请关闭一些程序、看看是不是被杀毒软件拦住了，再重新运行",
)
READER_DIED = R26.message("读取时程序意外中断；其他文件不受影响", _SAVE_AS)
READER_FAILED = R26.message(
    "读取时程序出错（{detail}）；其他文件不受影响",
    "请把这个文件发给 xlreport 的维护者；同时请报送单位从模板重新填报",
)

UNKNOWN_SENDER = M1.message(
    "发件人 {senders} 不在名册的邮箱里", "请核对是不是该单位报的；是的话可以加进名册的“邮箱”"
)
SENDER_OF_OTHERS = M2.message(
    "报表是“{unit}”的，来自{owners}的邮箱（{senders}）", "请核对是不是发错了附件"
)
MOVED_AWAY = M10.message(
    "收到过“{path}”（{senders}），现在不在文件夹里，或者内容被改过",
    "确实不要的不用管；要计入的请把 records/originals 里的 {mark}… 复制回来，改成这个名称",
)

_ASIDE = "请把它移出文件夹，或另行汇总"
OTHER_FORM = F2.message("这是{form}，本次汇总的是{wanted}", _ASIDE)
OTHER_YEAR = F1.message(
    "这是 {year} 年度的报表，本次汇总的是 {wanted} 年度", "请用 {wanted} 年度的模板重新填报"
)
OTHER_COUNTY = F3.message("这是“{county}”的报表，本次汇总的是“{wanted}”", _ASIDE)
OTHER_COUNTY_CODE = F3.message(
    "“{county}”的代码在文件里是“{code}”，本次汇总的是“{wanted}”{zeros}", "{cure}"
)
OWN_SUMMARY = F13.message("这是{county}自己的汇总表，不再计入", _NOTHING)
UNLISTED_COUNTED = F18.message(
    "单位“{name}”（代码“{code}”）不在名册上，按要求计入{perhaps}", "请核对后加进名册"
)
UNLISTED = F9.message(
    "单位“{name}”（代码“{code}”）不在名册上{perhaps}",
    "请核对单位名称和代码；确应汇总的，请加进名册或加上别名后重新汇总",
)
NAME_UNLISTED = F9.message(
    "单位“{name}”不在名册上{perhaps}",
    "请核对标题里的单位名称；确应汇总的，请加进名册或加上别名",
)
OTHER_CODE = F9.message("“{name}”的代码在文件里是“{code}”，名册上是“{listed}”{zeros}", "{cure}")
SEVERAL_FIT = F9.message(
    "没有单位代码，名称“{name}”与名册上的{proposed}都对得上", "请补填单位代码后重新报送"
)
CODE_OF_OTHER = F5.message(
    "代码“{code}”在名册上是“{listed}”，文件里写的是“{name}”",
    "请核对是哪个单位报的，改正后重新报送",
)
KNOWN_BY_NAME = F17.message(
    "文件里没有单位代码，按名称“{name}”认作名册上的“{listed}”（代码“{code}”）", "请核对"
)
NAMED_AFTER_ANOTHER = F21.message(
    "文件名写的是“{named}”，里面是“{unit}”的报表，按里面的单位计入", "请核对是不是存错了文件名"
)
OTHER_NAME_OF_UNIT = F17.message(
    "这里写的“{name}”和“{listed}”是名册上的同一个单位，报表照常计入", "请核对；下次请写同一个名称"
)
OTHER_LEVEL = R17.message(
    "封面的单位类别是“{level}”，名册上是“{listed}”，按名册校验", "请核对单位类别"
)
NAMES_CONTRADICT = F14.message(
    "单位“{name}”（代码“{code}”）与另一份报表里的{others}对不上",
    "请核对单位名称和代码，改成一致后重新汇总；用名册可以避免这种情况",
)
COUNTED_TWICE = F10.message(
    "汇总表里的“{unit}”又出现在{others}中，都计入会重复", "请只留下其中一种，再重新汇总"
)

COPY_COUNTED = F8.message("内容与“{winner}”完全相同，只计一次", _NOTHING)
COPY_NOT_COUNTED = F8.message("内容与“{winner}”完全相同，那一份也没有计入", "请看那一份的结果")
_KEEP_THIS = "如果应当以这一份为准，请把其余的移到别的文件夹后重新汇总"
OLDER = F7.message("同一单位另有“{winner}”，{reason}，以那一份为准", _KEEP_THIS)
BESIDE_OWN_WORKBOOK = F7.message("同一单位用县里的模板报了“{winner}”，以那一份为准", _KEEP_THIS)
IMPORT_COUNTED = R36.message("这不是县里发的模板，县里决定照样可以计入", "请核对数字和单位")
IMPORTED_TWICE = F16.message(
    "与“{other}”是同一单位同一年度的报告，内容不同，都没有导入",
    "请核对哪一份是对的，只留那一份再导入",
)
IMPORTED_ALREADY = F8.message("内容与“{other}”完全相同，只导入一次", _NOTHING)
BLANK_BESIDE = F7.message("这是没有填过的空白表，同一单位另有“{winner}”，以那一份为准", _NOTHING)
UNDECIDED = F16.message("与同一单位的“{winner}”内容不同，都没有计入", _KEEP_THIS)
OLDER_SAYS = F7.message("{label}：这一份是 {first}，“{winner}”是 {second}", _KEEP_THIS)
UNDECIDED_SAYS = F16.message("{label}：这一份是 {first}，“{winner}”是 {second}", _KEEP_THIS)
ALL_UNDECIDED = F16.message(
    "同一单位有 {count} 份报表，内容不同，{reason}，都没有计入",
    "请只留下应当计入的一份，其余的移到别的文件夹后重新汇总",
)
LATER_IS_OLDER = F20.message(
    "先收到的“{rival}”反而较新（第 {number} 次，保存时间 {saved}），计入的是后收到的这一份"
    "（第 {own_number} 次，保存时间 {own_saved}）",
    "请与单位核对；不要的请移出文件夹",
)

PRIOR_YEAR_UNFIT = R28.message(
    "给出的上年报表是 {given} 年度的，这份报表是 {year} 年度的，没有用来比较",
    "请给出上一年度的汇总表或报表",
)
PRIOR_YEAR_OF_OTHER = R28.message(
    "代码“{code}”上年是“{other}”，与“{name}”不同，没有用来比较",
    "改了名称的单位，请在名册的“前身”里写明",
)
PREDECESSOR_UNKNOWN = R28.message(
    "名册上写的前身{names}在上年的报表里找不到，没有用来比较",
    "请核对名册的“前身”：写上年报表里的单位名称或代码",
)
TYPED_LINES_LOST = E9.message(
    "原来的汇总表读不出来（{reason}），县里填在里面的没有带到新表",
    "请打开改了名的旧表，把填的抄到新表",
)
PRIOR_YEAR_UNUSED = R28.message("上年的报表里有一个文件没有使用：{reason}", "请核对")
PRIOR_YEAR_PARTLY = R28.message(
    "上年的报表没有读全：{reason}", "没有读入的不比较；请对照上年的原文核对"
)
PRIOR_YEAR_DIFFERS = R27.message(
    "工作簿里的上年数有 {count} 个与县里的不同（例如 {carried}，县里是 {known}），以县里的为准",
    "请核对上年的报表；“上年数”页不能修改",
)

BLANK_RETURNED = F12.message("这是没有填过的空白表，“{unit}”仍算未报", "请催报")
ONLY_UNUSABLE = E3.message("“{unit}”报来的文件不能计入", "请看那个文件的结果，请单位更正后重新报送")
NOT_REPORTED = E3.message("“{unit}”没有可以计入的报表", "请催报")
TOTAL_TOO_LARGE = E4.message("{label}的合计是 {total}，超过 10 亿", "请核对各单位的数字和单位")
TOTAL_BROKEN = E10.message(
    "全县的合计不成立（{code}）：{message}",
    "计入了没有更正的报表：{units}。公布前请更正；照样公布的，请在文字材料里写明",
)
COUNTED_WITH_ERRORS = E2.message(
    "报表有错误，按要求计入了合计；不是数字的格子没有计入", "公布前请改正并重新汇总"
)

ACCEPTED_AS_IS = E6.message("县里认可{what}：{reason}", _NOTHING)
DECISION_LAPSED = E6.message(
    "报表的内容变了，以前的决定不再适用（{ruling}{what}：{reason}）", "需要的话请重新决定"
)
LEFT_OUT = E7.message("县里决定不计入：{reason}", "要计入的，请县里撤销这个决定")
QUERIED = E8.message(
    "县里要求核实{what}：{reason}", "请更正，或在“校验”页的“填写说明”里写明原因，再重新报送"
)
