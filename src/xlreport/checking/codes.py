"""The codes of what checking a report can find, with what is said. They are permanent: people quote
them by telephone."""

from __future__ import annotations

from xlreport.findings import Code, Severity, register
from xlreport.workbook.codes import RESTORE

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

# --- which cell is probably wrong ----------------------------------------------------------------

_ONLY_A_HINT = "这是由差数推算的线索，程序不改数字；请对照原始记录，由填报单位更正"
SUSPECT = H1.message("很可能应为 {value}（现为 {was}，{error}）；{result}", _ONLY_A_HINT)
POSSIBLE = H1.message("可能应为 {value}（现为 {was}，{error}）；{result}", _ONLY_A_HINT)
BY_FORMULA = H1.message(
    "按公式应为 {value}（现为{was}，公式被改掉了）", "恢复公式就会算出这个数；请同时核对相加的各格"
)
BY_ITS_PARTS = H1.message(
    "各项相加是 {value}，表里写的是{was}", "请核对相加的各项和总计；程序不改数字"
)
EXCHANGED_WITH = H1.message("与 {other} 很可能填反了：{both}；{result}", _ONLY_A_HINT)
MAY_BE_EXCHANGED = H1.message("与 {other} 可能填反了：{both}；{result}", _ONLY_A_HINT)
BELONGS_IN = H1.message("现填的 {was} 很可能应填在 {other}：{both}；{result}", _ONLY_A_HINT)
MAY_BELONG_IN = H1.message("现填的 {was} 可能应填在 {other}：{both}；{result}", _ONLY_A_HINT)
_ONE_BY_ONE = "不能确定是哪一处，请逐一对照原始记录，由填报单位更正"
ONE_OF_SEVERAL = H1.message("可能是下列几处中的一处填错：{cells}", _ONE_BY_ONE)
ONE_OF_MANY = H1.message(
    "可能是下列几处中的一处填错：{cells}；另有 {more} 处也可能，没有列出", _ONE_BY_ONE
)

# --- cells without a number ----------------------------------------------------------------------

_ZERO = "没有发生的填 0；本表空白处确实都是 0 的，在“本表空白处是否均为 0”选“是”"
_DIGITS = "请只填阿拉伯数字，不带单位和符号；没有发生的填 0"
_NO_FORMULA = "请删掉公式，直接填数字"
EMPTY = R16.message("没有填写", _ZERO)
EMPTY_IN_DOCUMENT = R16.message("没有填写", "没有发生的填 0")
ERROR_VALUE = R16.message("是错误值 {raw}", _NO_FORMULA)
NO_RESULT = R16.message("是公式 {raw}，而且没有结果", _NO_FORMULA)
TRUTH_VALUE = R16.message("是逻辑值 {raw}，不是数字", _DIGITS)
DATE = R16.message(
    "是日期（{raw}），不是数字；可能把 1-2 这样的写法当成了日期",
    "请先按 Delete 清空这一格，把格式设为“常规”，再填数字",
)
TOO_LARGE = R16.message("数字 {raw} 太大", "请核对单位和位数；每格必须小于 10 亿")
ONLY_SPACES = R16.message("只有空格，没有数字", "请按 Delete 清空这一格，再填数字；没有发生的填 0")
PICTURE = R16.message("是一张图片，不是数字", "请按 Delete 清空这一格，再填数字；没有发生的填 0")
REORDERED = R16.message(
    "“{raw}”里有改变书写方向的字符，显示的可能是另一个数，不能按数字读取",
    "请按 Delete 清空这一格，直接输入数字",
)
TEXT = R16.message("是文字“{raw}”，不是数字", _DIGITS)

# --- what would fail, and what was typed over -----------------------------------------------------

FORMULA_OVERWRITTEN = "{message}；{cell} 锁定的公式被改成了数字"
FORMULA_GIVES = "锁定的公式被改成了 {was}，按公式应为 {right}"
FORMULA_GAVE = "公式算得的 {right} 被改成了 {was}"
IF_BLANKS_ARE_ZERO = V1.message("空白处都按 0 算时：{message}", "请补填时一并核对，免得再退回一次")
OVERWRITTEN = V1.message("锁定的公式被改成了 {value}；缺数补齐后才能核对", RESTORE)
TOTAL_UNVERIFIED = V1.message(
    "表里写的总计是 {value}，相加的各项缺数，补齐后才能核对", "请补填相加的各项，并核对总计"
)

# --- what could not be verified ------------------------------------------------------------------

LACKING = V1.message(
    "有 {count} 项校验因缺数、缺文字或单位类别未选而无法核对：{codes}", "补齐所缺各项后会重新核对"
)
_GIVE_LAST_YEAR = "请同时给出上年的汇总表或各单位上年的报表；上年没有这个单位的，请人工核对"
NO_REPORT_BEFORE = V2.message(
    "没有上年的报表，有 {count} 项与上年比较的校验无法核对：{codes}", _GIVE_LAST_YEAR
)
LACKING_BEFORE = V2.message(
    "上年的报表里缺数或缺文字，有 {count} 项与上年比较的校验无法核对：{codes}", _GIVE_LAST_YEAR
)
OTHER_FORM_BEFORE = V2.message(
    "上年的报表是另一种格式，{labels}没有可比的数，有 {count} 项与上年比较的校验无法核对：{codes}",
    "不用补报；需要时请对照上年的报表人工核对",
)
