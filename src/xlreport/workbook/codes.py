"""The codes of what reading a workbook as a form's report can find, and what is said under each.

They are permanent: people quote them by telephone.
"""

from __future__ import annotations

from xlreport.findings import Code, Severity, register
from xlreport.formats.raw import Format

E1 = Code(
    "E1", "汇总表与各单位合计不一致", Severity.ERROR, "汇总表的每个数都应等于明细表各单位之和。"
)
E2 = Code(
    "E2",
    "退回的报表被计入汇总",
    Severity.WARNING,
    "按要求把有错误的报表也计入了合计，公布前必须改正。",
)
E5 = Code("E5", "下级的汇总表缺单位", Severity.WARNING, "缺单位的汇总数不是该县的全数。")
F2 = Code("F2", "不是本次汇总的报表", Severity.ERROR, "只有同一种报表才能汇总。")
F4 = Code("F4", "认不出填报单位", Severity.ERROR, "不知道是谁报的，就不能计入，也不能催报。")
F5 = Code(
    "F5",
    "单位或年度前后不一致",
    Severity.ERROR,
    "多半是用了别的单位、上年的模板，或者从那里复制了表，程序不替人猜是谁、是哪一年的数。",
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
    "名称只供参考：与表头不一致时按表头旁边的格子读取，请核对。",
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
    "全角、带空格、带看不见的字符或以文本存储的数字，意思明确的照样读取。",
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
    "格子的数字格式四舍五入、缩放或带有文字，人看到的不是填的数。",
)
R33 = Code(
    "R33",
    "格子里的内容读不出来",
    Severity.ERROR,
    "图片和错误值读不出文字或数字，写在里面的会丢失。",
)
R34 = Code(
    "R34",
    "有看不见的内容",
    Severity.WARNING,
    "工作表、行、列被隐藏，或字与底色相同时，人看不到被汇总的数。",
)
R35 = Code(
    "R35",
    "填的 0 不显示",
    Severity.NOTE,
    "不显示的 0 看起来像没有填，看表的人会当成空白，汇总时却是 0。",
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
    R33,
    R34,
    R35,
)

RESTORE = "请撤销改动后重新报送，或请汇总单位修复（xlreport repair）后发回"
_USE_TEMPLATE = "请使用汇总单位发的模板填报"
_REFILL = "请把数字填到县里发的模板里重新报送"
_MERGE_AGAIN = "请重新汇总，生成新的汇总表"
_NOT_MISPLACED = "请确认没有把数字填错地方"
_CHECK_NUMBERS = "请核对读到的数字"
_OWN_TEMPLATE = "请用本单位自己的模板重新填报"

# --- a summary and the units below it -----------------------------------------------------------

REFUSING = frozenset({F4.code, F5.code, F11.code})
"""Findings of a report that cannot be counted, because nobody knows for whom or for which year."""

DETAILS_LOST = E1.message("找不到明细表“{sheet}”，无法核对汇总数", _MERGE_AGAIN)
DETAILS_DISAGREE = E1.message("几张明细表里的单位不一致", _MERGE_AGAIN)
DETAIL_NO_NUMBER = E1.message("明细表里有不是数字的内容“{raw}”，合计不可信", _MERGE_AGAIN)
DETAIL_OF_NOBODY = E1.message("明细表的这一行有数，却没有单位名称，没有计入", _MERGE_AGAIN)
LIST_TWO_COLUMNS = E1.message("清单里有两列“{heading}”，无法判断哪一列是真的", _MERGE_AGAIN)
TOTAL_DIFFERS = E1.message(
    "汇总表上是 {shown}，各单位之和是 {total}", "请不要直接改汇总数；改正下级报表后重新汇总"
)
COUNTED_WITH_ERRORS = E2.message(
    "汇总时计入了有错误的报表：{units}", "请下级改正这些报表后重新汇总、报送"
)
UNITS_MISSING = E5.message(
    "下级汇总时还缺单位：{units}", "请下级补齐后重新汇总、报送；确实不报的请说明"
)

# --- which form, year and unit ------------------------------------------------------------------

UNKNOWN_FORM = F2.message("这是另一种报表（代号“{form}”），没有它的定义，无法读取", _USE_TEMPLATE)
UNIDENTIFIED = F2.message("文件里没有报表标识，表头也认不出是哪种报表、哪个年度", _USE_TEMPLATE)
NO_UNIT = F4.message("没有填写填报单位", "请在封面填写单位名称后重新报送")
NO_COVER = F4.message(
    "文件里没有“封面”页，不知道是哪个单位报的", "请填在汇总单位发的模板里，或把“封面”页也复制过来"
)
OTHER_UNIT = F5.message(
    "封面的{label}是“{cover}”，这份模板却是发给“{issued}”的，无法判断是谁报的", _OWN_TEMPLATE
)
OTHER_YEAR = F5.message(
    "封面的{label}是“{cover}”，这份模板却是发给“{issued}”的，无法判断是哪一年的",
    "请用本年度的模板重新填报",
)
PRINTED_UNIT = F5.message(
    "这张表上印的填报单位是“{printed}”，报表却是“{unit}”的，表里可能是别的单位的数",
    "请在本单位自己的模板里重新填这张表，不要整张复制",
)
PRINTED_YEAR = F5.message(
    "这张表上印的报告年度是“{printed}”，报表却是 {year} 年度的，表里可能是别的年度的数",
    "请在 {year} 年度的模板里重新填这张表，不要整张复制",
)
OTHER_VERSION = F6.message(
    "填报用的模板版本（第 {version} 版）与现行版本不同，按现行版本校验",
    "数字已照常读取；下次请用新模板",
)
NOT_IN_FORCE = F11.message("《{title}》不适用于 {year} 年度", _USE_TEMPLATE)
IDENTITY_LOST = F19.message(
    "文件里的报表标识丢失，已按表头和封面的文字认出报表和年度",
    "请核对单位、年度和数字；下次请用汇总单位发的模板填报",
)
COVER_INCOMPLETE = R14.message("封面没有填写：{labels}", "请补填，便于联系")
NO_LEVEL = R17.message("没有选单位类别", "请在封面从下拉列表中选择单位类别")
UNKNOWN_LEVEL = R17.message("单位类别“{level}”不在列表中", "请在封面从下拉列表中选择单位类别")
COVER_LOST = R14.message("文件里没有“封面”页，不知道填表人和联系电话", "下次请不要删去“封面”页")
COVER_LINE_CUT = R25.message("封面的“{line}”太长或有不能显示的字符，已去掉", "请核对封面")

# --- where the cells are ------------------------------------------------------------------------

CELLS_LOST = R7.message(
    "有 {cells} 个格子的名称丢失，表头也对不上，无法判断在哪里",
    "请不要删除或改名工作表、改动表头，把数字填到县里发的模板里重新报送",
)
SHEET_LOST = R7.message(
    "找不到工作表“{sheet}”，{cells} 个格子无法读取",
    "请不要删除或改名工作表、改动表头，把数字填到县里发的模板里重新报送",
)
FOUND_BY_HEADING = R8.message("有 {cells} 个格子的名称丢失，已按表头文字找到并读取", _CHECK_NUMBERS)
LIST_BY_HEADINGS = R8.message("{what}的名称丢失或指向别处，已按表头读取", "请核对读到的内容")
LIST_LOST = R7.message("找不到{what}，没有读取", _MERGE_AGAIN)
FOUND_ELSEWHERE_BY_HEADING = R8.message(
    "有 {cells} 个格子的名称丢失，位置也变了（行列被移动或工作表改了名），已按表头文字找到并读取",
    _CHECK_NUMBERS,
)
FOUND_BY_ADDRESS = R8.message("有 {cells} 个格子的名称丢失，已按原来的位置读取", _CHECK_NUMBERS)
FOUND_ELSEWHERE = R8.message(
    "有 {cells} 个格子不在原来的位置（行列被移动或工作表改了名），已照常读取", _CHECK_NUMBERS
)
NAMES_ASIDE = R8.message(
    "有 {count} 个格子的名称跟着拖动或剪切走了，已按表头读取：{cells}", "请核对这几格的数"
)
NAME_TWICE = R15.message("“{label}”的名称在文件里指向两处，无法判断是哪个格子的数", _REFILL)
NAME_OF_MANY = R15.message("“{label}”的名称指向的不是一个格子", _REFILL)
CELL_OF_TWO = R15.message(
    "“{first}”和“{second}”都指向 {cell}，无法判断是哪一项的数", "请把这两项重新填好再报送"
)
DRAGGED_ONTO = R15.message(
    "{cell}（{label}）的数被拖到了 {other}（{other_label}）上，无法判断是哪一项的数",
    "请在 {cell} 和 {other} 重新填写；其他格子不用重填",
)
DRAGGED_ONTO_FORMULA = R15.message(
    "{cell}（{label}）的数被拖到了 {other}（{other_label}）上，盖住了那里锁定的公式",
    "请撤销改动，或请汇总单位修复（xlreport repair）后发回；再在 {cell} 重新填写",
)
FORMULA_DRAGGED_ONTO = R15.message(
    "{cell}（{label}）锁定的公式被拖到了 {other}（{other_label}）上，盖住了那里的数",
    "请撤销改动，或请汇总单位修复（xlreport repair）后发回；再在 {other} 重新填写",
)
FORMULA_DRAGGED_AWAY = R15.message("{cell}（{label}）锁定的公式被拖走或覆盖了", RESTORE)
DRAGGED_AWAY = R15.message(
    "{cell}（{label}）的数被拖走或覆盖了，现在是空的", "请在 {cell} 重新填写；其他格子不用重填"
)
CELL_TWICE = R15.message(
    "文件里这一格的内容写了两遍或写法有误，无法判断是哪个数", "请在这一格重新填写，保存后再报送"
)
SHEET_COPY = R15.message(
    "这张表像“{sheet}”的副本，却有 {cells} 格与它不同，无法判断哪张是真的",
    "请只留一张，删去另一张后重新报送",
)

# --- what stands in them ------------------------------------------------------------------------

STALE_TOTAL = R9.message(
    "显示的是 {shown}，按填报的数重新计算是 {recomputed}；汇总用重新计算的数",
    "请用 WPS 或 Excel 打开，核对后保存，再重新报送",
)
FORMULA_TYPED_IN = R10.message("填的是公式，已按当前显示的 {value} 读取", "请删掉公式，直接填数字")
NUMBER_AS_TEXT = R11.message(
    "写成了文本“{raw}”，已按 {value} 读取；表里的公式不会计算文本", "请直接输入半角数字"
)
INVISIBLE_BESIDE = R11.message(
    "数字旁有看不见的字符（{characters}），已按 {value} 读取；表里的公式不会计算它",
    "请清空这一格，直接输入数字",
)
SPACES_ARE_BLANK = R11.message("这里只有空格，已按空白读取", "请按 Delete 清空这一格")
FORMULA_REPLACED = R12.message("这里锁定的公式被换成了“{raw}”", RESTORE)
FORMULA_DELETED = R12.message("这里锁定的公式被删掉了", RESTORE)
WRONG_ANSWER = R13.message(
    "“本表空白处是否均为 0”填的是“{answer}”", "请从下拉列表选“{yes}”或“{no}”"
)
TOO_FINE = R18.message("数字 {raw} 的小数超过 6 位", "请四舍五入到 6 位以内再报送")
NO_PRIOR_NUMBER = R33.message(
    "上年数“{label}”是{content}，不是数字，没有用来比较", "请向汇总单位要新的模板"
)
NO_TEXT = R33.message(
    "“{label}”里是{content}，不是文字，读不出来", "请按 Delete 清空这一格，把文字直接打进去"
)
TEXT_CUT = R25.message(
    "文字里有不能显示的控制字符，或者超过一格能放的长度（共 {length:,} 字），已去掉 {gone:,} 字",
    "请核对文字，精简后重新填写",
)
SHOWN_OTHERWISE = R29.message(
    "显示的是“{shown}”，格子里存的是 {value}；已按 {value} 读取",
    "请核对应填的是哪个数；格子的格式改动过的，请改回“常规”",
)
SHOWN_REPEATED = R29.message(
    "格子的对齐方式是“填充”，列够宽时会重复显示成“{shown}…”；已按 {value} 读取",
    "请把水平对齐改回“常规”，核对后重新报送",
)

# --- what else was done to the workbook ---------------------------------------------------------

STRAY_SHEET = R5.message("多出一张有内容的工作表“{sheet}”，不会读取", "请确认没有把数字填在那里")
STRAY_CELL = R5.message("不是填报的格子里有内容“{text}”，不会读取", _NOT_MISPLACED)
MORE_STRAY_CELLS = R5.message("另有 {cells} 个不是填报的格子里有内容，不会读取", _NOT_MISPLACED)
STRAY_MARKS = R5.message("表格以外有链接或合并的格子，不会读取", _NOT_MISPLACED)
REMARK = R5.message(
    "这里有{kind}“{text}”，不会读取", "请把要说的写在格子里或“文字材料”里，然后删去{kind}"
)
REMARK_WITHOUT_WORDS = R5.message("这里有{kind}，不会读取", _NOT_MISPLACED)
MORE_REMARKS = R5.message("另有 {count} 处批注、文本框或图片，不会读取", _NOT_MISPLACED)
BOOK_UNSEEN = R34.message(
    "工作簿的窗口被隐藏了，打开时什么也看不见；里面的内容已照常读取",
    "请用“视图 → 取消隐藏”显示出来，核对后重新报送",
)
OBJECTS = R5.message("表格上有嵌入的对象、控件或背景图片，不会读取", _NOT_MISPLACED)
SHEET_UNSEEN = R34.message(
    "工作表“{sheet}”被隐藏了，里面的内容已照常读取", "请取消隐藏，核对后重新报送"
)
CELL_UNSEEN = R34.message(
    "格子里的“{content}”看不见（{reason}），已照常读取", "请让它显示出来，核对后重新报送"
)
CELLS_UNSEEN = R34.message(
    "有 {count} 个格子的内容看不见（{reason}）：{cells}；已照常读取",
    "请让它们显示出来，核对后重新报送",
)
CELL_MAY_BE_UNSEEN = R34.message(
    "格子里的“{content}”可能看不见（条件成立时，{reason}），已照常读取",
    "请核对显示的内容；看不见的，请清除条件格式后重新报送",
)
CELLS_MAY_BE_UNSEEN = R34.message(
    "有 {count} 个格子的内容可能看不见（条件成立时，{reason}）：{cells}；已照常读取",
    "请核对显示的内容；看不见的，请清除条件格式后重新报送",
)
ZERO_UNSEEN = R35.message(
    "这里填了 0，却不显示，看起来像空白；已按 0 读取", "请核对这一项是 0，还是不该填"
)
ZEROS_UNSEEN = R35.message(
    "有 {count} 个格子填了 0，却不显示，看起来像空白：{cells}；已按 0 读取",
    "请核对这些项是 0，还是不该填",
)
HEADING_CHANGED = R19.message(
    "这里应当印着“{printed}”，现为“{text}”",
    "请核对这一行、这一列的数字没有错位；不要改动表头",
)
LINKS = R21.message(
    "工作簿里有指向其他文件或数据源的链接，没有打开，也没有更新",
    "请在“数据 → 编辑链接”里断开链接，直接填数字",
)
UNPROTECTED = R22.message(
    "工作表保护被取消：{sheets}；数字已照常读取", "请不要改动黄色格子以外的内容"
)
MACROS = R23.message("工作簿带有宏，没有运行", "请另存为不带宏的“.xlsx”格式")
_SAVE_AS_XLSX = "请核对数字；下次请另存为“.xlsx”格式报送"
OTHER_FORMATS = {
    Format.XLS: R24.message(
        "这是旧格式（.xls）工作簿，已照常读取；这种格式没有校验码，传输中的损坏查不出来",
        _SAVE_AS_XLSX,
    ),
    Format.ODS: R24.message("这是 OpenDocument（.ods）工作簿，已照常读取", _SAVE_AS_XLSX),
    Format.XLSB: R24.message("这是二进制（.xlsb）工作簿，已照常读取", _SAVE_AS_XLSX),
}
