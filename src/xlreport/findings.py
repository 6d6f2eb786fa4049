"""The one type of finding, and the records of the codes that come from reading and gathering.

Checks of a form have their records in the form definition; what can be wrong with a file, a cell or
a merge has its record here. Codes are permanent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from xlreport import a1
from xlreport.form.model import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """One numbered record: what the finding is called, how much it matters, why it is looked for."""

    code: str
    title: str
    severity: Severity
    why: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES = {
    record.code: record
    for record in (
        Code("E1", "汇总表与各单位合计不一致", _E, "汇总表的每个数都应等于明细表各单位之和。"),
        Code("E2", "退回的报表被计入汇总", _W, "用了 --with-errors：有错误的数字也进了合计，公布前必须改正。"),
        Code("E3", "有单位未报", _E, "缺少单位时，汇总数不是全县的数。"),
        Code("E5", "下级的汇总表缺单位", _W, "缺单位的汇总数不是该县的全数。"),
        Code("E4", "合计太大", _E, "超过 10 亿的合计不能保证精确到 6 位小数，多半是单位填错。"),
        Code("F1", "其他年度的报表", _E, "不同年度的数字不能加在一起。"),
        Code("F2", "不是本次汇总的报表", _E, "只有同一种报表才能汇总。"),
        Code("F3", "其他汇总单位的报表", _E, "别的县的单位不能计入本县。"),
        Code("F4", "认不出填报单位", _E, "不知道是谁报的，就不能计入，也不能催报。"),
        Code("F5", "封面与模板所发的单位不一致", _E, "多半是用了别的单位的模板，程序不替人猜是哪个单位。"),
        Code("F6", "模板版本不同", _N, "旧版模板的数字照样读取，但校验按现行版本。"),
        Code("F7", "同一单位另有较新的报表", _N, "同一单位只计入最新的一份。"),
        Code("F8", "与另一份文件内容相同", _N, "同一份报表只计一次。"),
        Code("F9", "单位不在名册上", _E, "名册以外的单位不能计入汇总。"),
        Code("F10", "汇总表里的单位又单独报送", _E, "两处都计入会重复。"),
        Code("F12", "不是报表的文件", _N, "锁文件和系统文件没有填报内容。"),
        Code("F13", "本级自己的汇总表", _N, "汇总结果再计入会重复。"),
        Code("F14", "单位名称与代码对不上", _E, "代码相同名称不同，或名称相同代码不同，不知道是一个单位还是两个。"),
        Code("F11", "报表不适用于该年度", _E, "每个年度使用当年有效的报表格式。"),
        Code("F15", "压缩包", _N, "压缩包里的每个文件各有一个结果。"),
        Code("F16", "同一单位有内容不同的几份报表", _E, "用了 --on-conflict error：由人决定以哪一份为准。"),
        Code(
            "F17",
            "按单位名称认作名册上的单位",
            _N,
            "文件里没有单位代码，名称去掉县名、“人民政府”等字样后与名册完全一致。",
        ),
        Code("F18", "名册以外的单位计入汇总", _W, "用了 --accept-unlisted：汇总数里有名册以外的单位。"),
        Code(
            "F20",
            "后收到的一份较旧",
            _W,
            "收取记录里有收到的时间，同一单位以后收到的为准；保存时间或报送序号说的相反时，由人核对。",
        ),
        Code("F19", "报表标识丢失", _W, "标识丢失时按表头的文字认出报表，请核对单位和年度。"),
        Code(
            "H1",
            "很可能填错的格子",
            _N,
            "由差数推算哪一格的哪种笔误能使不成立的校验成立；只是线索，从不改数字。",
        ),
        Code("M1", "发件人不在名册上", _N, "报表可能是别人代发的，请核对；报表照常收取。"),
        Code("M2", "报表来自别的单位的邮箱", _N, "可能发错了附件，也可能是代发。"),
        Code("M3", "文件在链接里，不在邮件里", _E, "超大附件和网盘链接过期就没有了；程序从不打开链接，要由人下载。"),
        Code("M4", "没有收取的附件", _N, "不是工作簿也不是压缩包的附件不放进 inbox，只记录。"),
        Code("M5", "邮件超出限制", _E, "过大、层数过多的邮件可能耗尽内存，要由人打开。"),
        Code("M6", "邮件读不出来或不完整", _E, "读不全的邮件里可能有报表，要由人打开。"),
        Code("M7", "发出的邮件被退回", _E, "对方没有收到，要核对邮箱或改用别的办法。"),
        Code("M8", "空白模板原样寄回", _N, "附件与发出的模板一个字节也不差，没有填报。"),
        Code(
            "M9",
            "两封内容不同的邮件编号相同",
            _W,
            "编号（Message-ID）应当各不相同；两封都收取，不凭编号丢掉一封。",
        ),
        Code("M10", "收到过的附件不在文件夹里", _W, "放进 inbox 的文件被移走或改动了，汇总时读不到。"),
        Code("M11", "邮件的时间在将来", _W, "发件人的电脑时间不对，不能用来判断哪一份是后收到的。"),
        Code("R1", "不是能读取的工作簿", _E, "只有表格工作簿能读取。"),
        Code("R2", "文件损坏", _E, "压缩包或其中的部件不完整、校验码不符时，数字不可信。"),
        Code("R3", "文件超出限制", _E, "过大的文件可能耗尽内存，正常报表不会这么大。"),
        Code("R4", "含有不安全的 XML", _E, "正常的工作簿没有 DTD 和实体定义。"),
        Code("R5", "表格以外还有内容", _W, "锁定的表格以外出现内容，可能是数字填错了地方。"),
        Code("R6", "打不开的文件", _E, "链接、设备文件和没有读取权限的文件不读取。"),
        Code("R7", "找不到要填的格子", _E, "行、列或工作表被删除后，数字无处可读。"),
        Code("R8", "格子的名称或位置变了", _N, "名称丢失时按原来的位置读取，位置移动时按名称读取，请核对。"),
        Code("R9", "显示的总计与重新计算的不同", _W, "看到的总计不是由现在的数字算出来的。"),
        Code("R10", "要填数字的格子里是公式", _W, "公式的结果可能随别的文件变化，汇总以当前显示的数为准。"),
        Code("R11", "数字写法已按数字读取", _N, "全角、带空格或以文本存储的数字，意思明确的照样读取。"),
        Code("R12", "公式被删除", _E, "总计由锁定的公式算出，删掉后无法核对。"),
        Code("R13", "是否均为 0 填写有误", _E, "只能选“是”或“否”。"),
        Code("R14", "封面未填全", _N, "缺少联系人等信息，不影响数字。"),
        Code("R15", "同一格或同一名称出现两次", _E, "两处内容不同，无法判断哪个是真的。"),
        Code("R16", "格子里没有数字", _E, "没有数字的格子不能汇总，也不能当作 0。"),
        Code("R17", "没有选单位类别", _W, "有的校验只对乡镇、街道、部门适用，不知道类别就无法核对。"),
        Code("R18", "小数超过 6 位", _E, "汇总精确到 6 位小数，更多位数会被四舍五入。"),
        Code("R19", "表头文字被改动", _W, "表头改了，下面的数字可能不是这一项的。"),
        Code("R20", "工作簿加了打开密码", _E, "没有密码读不出来，只有报送单位知道密码。"),
        Code("R21", "有指向其他文件的链接", _N, "链接、DDE 和外部数据从不打开，显示的数可能已经过时。"),
        Code("R22", "工作表保护被取消", _N, "取消保护后容易误改公式和表头，数字照常读取。"),
        Code("R23", "带有宏", _N, "宏从不运行。"),
        Code("R24", "不是 .xlsx 格式", _N, "其他格式照常读取，但能查出的损坏较少。"),
        Code("R25", "文字有不能显示的字符或过长", _W, "控制字符和超长的文字放不进工作簿，去掉后可能缺字。"),
        Code("R26", "读取没有完成", _E, "读取在单独的进程里进行，限定时间和内存；一个文件出事不影响其他文件。"),
        Code("R27", "工作簿里的上年数与县里的不同", _W, "跨年校验以县里手里的上年报表为准。"),
        Code("R28", "上年的报表没有用上", _W, "年度不对，或者代码相同名称不同：拿来比较会得出错误的结论。"),
        Code("R29", "显示的数与填的数不同", _W, "格子的数字格式带有百分号、缩放或文字，人看到的不是填的数。"),
        Code("V1", "有校验无法核对", _N, "缺数时不能判断对错，补齐后会再核对。"),
        Code("V2", "与上年比较的校验无法核对", _N, "没有上年的数时不能判断对错；不算通过，也不算不通过。"),
    )
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, and what to do about it.

    `message` and `suggestion` do not repeat the place; `line()` adds it. `observed` holds the
    numbers and texts seen, by field id (or a word for what is no field), `explanation` the unit's own
    words about a warning.
    """

    code: str
    severity: Severity
    message: str
    suggestion: str = ""
    unit: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    field: str = ""
    observed: tuple[tuple[str, Decimal | str | int | None], ...] = ()
    explanation: str = ""

    @property
    def base_code(self) -> str:
        """`A3` of `A3.natural_person`."""
        return self.code.split(".", 1)[0]

    @property
    def where(self) -> str:
        """Sheet and cell as Excel shows them."""
        return " ".join(part for part in (self.sheet, self.cell) if part)

    def line(self) -> str:
        """The finding as one line of text, without unit and file."""
        place = f"{self.where}：" if self.where else ""
        return f"[{self.weight} {self.code}] {place}{self.message}{self.advice}"

    @property
    def weight(self) -> str:
        """The word for the severity; a warning with an explanation is 已说明."""
        return f"{self.severity.label}·已说明" if self.explanation else self.severity.label

    @property
    def advice(self) -> str:
        """What to do, behind an arrow; the unit's words where it has explained the matter."""
        if self.explanation:
            return f"　说明：{self.explanation}"
        return f"　→ {self.suggestion}" if self.suggestion else ""

    def at(self, **changes: Any) -> Finding:
        """The same finding with other places."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """The finding as the `--json` contract has it; `explanation` only where there is one."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "unit": self.unit or None,
            "file": self.file or None,
            "sheet": self.sheet or None,
            "cell": self.cell or None,
            "field": self.field or None,
            "message": self.message,
            "observed": {key: plain(value) for key, value in self.observed},
            "suggestion": self.suggestion or None,
            **({"explanation": self.explanation} if self.explanation else {}),
        }


def plain(value: Decimal | str | int | None) -> int | float | str | None:
    """A number for JSON: whole numbers without a decimal point."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def record(code: str, message: str, suggestion: str = "", **rest: Any) -> Finding:
    """A finding of a code in CODES, with that code's severity."""
    return Finding(code, CODES[code].severity, message, suggestion, **rest)


def excel_order(findings: Iterable[Finding], sheets: Sequence[str]) -> list[Finding]:
    """By file, then as one reads a workbook: sheet, row, column; then by weight and code."""
    ranks = {sheet: i for i, sheet in enumerate(sheets)}

    def key(finding: Finding) -> tuple[Any, ...]:
        cell = a1.parse(finding.cell.split(":", 1)[0]) or (-1, -1)
        rank = ranks.get(finding.sheet, len(ranks)) if finding.sheet else -1
        return (finding.file, rank, finding.sheet, cell, finding.severity.rank, finding.code, finding.message)

    return sorted(dict.fromkeys(findings), key=key)


def grouped(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that differ only in their cell become one with all their ranges (D8:I8、D10)."""
    together: dict[Finding, list[Finding]] = {}
    for finding in findings:
        together.setdefault(finding.at(cell="", field="", observed=()), []).append(finding)
    found = []
    for alike, members in together.items():
        cells = [cell for f in members if (cell := a1.parse(f.cell)) is not None]
        whole = len(members) > 1 and len(cells) == len(members)
        found += [alike.at(cell="、".join(a1.ranges(cells)))] if whole else members
    return found


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether a file with these findings must be returned."""
    return any(f.severity is Severity.ERROR for f in findings)
