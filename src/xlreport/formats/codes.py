"""The codes of what reading bytes as a workbook or an archive can find, and what is said under
them.

Codes are permanent: people quote them by telephone.
"""

from __future__ import annotations

from xlreport.findings import Code, Message, Severity, register

R1 = Code(
    "R1", "不是能读取的工作簿", Severity.ERROR, "能读的是工作簿，以及有报表表格的网页、Word、文本。"
)
R2 = Code("R2", "文件损坏", Severity.ERROR, "压缩包或其中的部件不完整、校验码不符时，数字不可信。")
R3 = Code("R3", "文件超出限制", Severity.ERROR, "过大的文件可能耗尽内存，正常报表不会这么大。")
R4 = Code("R4", "含有不安全的 XML", Severity.ERROR, "正常的工作簿没有 DTD、实体定义和夹带的内容。")
R6 = Code("R6", "打不开的文件", Severity.ERROR, "链接、设备文件和没有读取权限的文件不读取。")
R20 = Code("R20", "文件加了打开密码", Severity.ERROR, "没有密码读不出来，只有报送单位知道密码。")
R30 = Code(
    "R30",
    "文件被加密，读不出来",
    Severity.ERROR,
    "加密软件和权限管理锁住的文件，只有本单位能解开。",
)
R31 = Code(
    "R31", "文件的内部写法有异常", Severity.NOTE, "表格程序能打开，但有的检查做不了，数字要核对。"
)

register(R1, R2, R3, R4, R6, R20, R30, R31)

RESEND = "请用 WPS 或 Excel 打开原表，另存为“.xlsx”格式后重新报送"
FILL_IN = "请把数字填到县里发的模板里，以 .xlsx 格式报送"
_UNPACK = "请先解压，把里面的工作簿放进文件夹后重新汇总"
_UNLOCK = "请在填报的电脑上解密（取消加密或权限限制）后重新报送"
_SAVE_AGAIN = "请在自己的电脑上打开原表，确认完好后重新另存、报送"
_START_ANEW = "请从县里发的模板重新填报；确有需要时可以放宽限制（见用户手册第四节）"

# --- R1: what it is instead ---------------------------------------------------------------

NOT_A_WORKBOOK = R1.message("这{what}，不是能读取的工作簿", "{suggestion}")
NO_TABLE = R1.message("这{what}，里面认不出报表的表格", "{suggestion}")
SAVED_MESSAGE = R1.message(
    "这是邮件（.msg），不是工作簿；里面的附件：{names}", "请把附件里的报表另存出来，放进文件夹"
)
EMPTY_MESSAGE = R1.message(
    "这是邮件（.msg），不是工作簿；里面没有附件", "请让报送单位把报表作为附件重新发来"
)
NO_SEVEN_ZIP = R1.message(
    "这是 7z 压缩包，本机没有安装解压组件", "请先解压，或者安装组件（见用户手册第六节）后再试"
)
RAR_NOT_READ = R1.message("这是 RAR 压缩包，不是能读取的工作簿", "请先解压，把里面的工作簿放进来")
VOLUME = R1.message(
    "这是分卷压缩包中的一卷，单独一卷解压不全，没有读取",
    "请把各卷放在一起解压，再把里面的工作簿放进文件夹",
)

BROKEN_DOC = R1.message(
    "这是 Word 文档（.doc），里面的内容读不出来", "请用 WPS 或 Word 打开，另存为“.docx”格式后再试"
)
NO_DOC_READER = R1.message(
    "这是 Word 文档（.doc），本机没有安装读取它的组件",
    "请用 WPS 或 Word 打开，另存为“.docx”格式后再试；也可以安装组件（见用户手册第六节）",
)

# --- R2: damage ---------------------------------------------------------------------------


def _damage(text: str) -> Message:
    return R2.message(text, _SAVE_AGAIN)


NO_DIRECTORY = _damage("文件不完整，压缩目录读不出来")
TWO_MEMBERS = _damage("压缩包里的部件“{name}”出现了两次，无法判断哪个是真的")
OVERLAP = _damage("压缩包里的部件“{first}”和“{second}”互相重叠")
BROKEN_MEMBER = _damage("部件“{name}”损坏（校验码不符或不完整）")
ODD_COMPRESSION = _damage("文件内部用了表格程序不用的压缩方法，读不出来")
ODD_PACKING = R2.message("压缩包里的这个文件用了不常用的压缩方法，读不出来", _UNPACK)
TWO_DIRECTORIES = _damage("文件里有两个压缩目录，无法判断哪个是真的")
TWO_RELATIONS = _damage("部件之间的关系编号“{name}”出现了两次，无法判断哪个是真的")
BROKEN_XML = _damage("文件的内容不完整或写法有误")
BROKEN_SEVEN_ZIP = _damage("7z 压缩包不完整或校验码不符")
BROKEN_RAR = _damage("RAR 压缩包不完整或校验码不符")
SAME_NAMES = _damage("压缩包里有同名的文件，无法判断哪个是真的")
BROKEN_LOCKED = _damage("加密文件的内容不完整或写法有误")
BROKEN_RECORDS = _damage("文件里的二进制记录不完整或写法有误")
BROKEN_XLS = _damage("旧格式文件的内容不完整或写法有误")
NO_XLS_WORKBOOK = _damage("这个旧格式文件里没有可以读取的工作簿")
TWO_PARTS = _damage("文件里有两个{part}部件，无法判断哪个是真的")
TWO_OF_ONE_PART = _damage("工作表“{first}”和“{second}”是同一段内容，无法判断是哪张表的")
TWO_WORKBOOKS = _damage("文件里有两个工作簿部件，无法判断哪个是真的")
NO_WORKBOOK = _damage("找不到工作簿部件（不是表格文件，或已损坏）")
NO_TEXT = _damage("找不到 Word 文档的正文部件")
TWO_TEXTS = _damage("Word 文档里有两个正文部件，无法判断哪个是真的")
NO_TABLES = _damage("找不到表格内容部件")
NO_SHEETS = _damage("工作簿里没有工作表")
TWO_SHEETS = _damage("工作表“{sheet}”出现了两次")
MISSING_SHEET = _damage("工作表“{sheet}”的内容缺失")
NESTED_TABLE = _damage("工作表“{sheet}”里嵌套了表格")
CELL_OUTSIDE = _damage("工作表“{sheet}”里有格子写在表格数据以外")
NO_SUCH_CELL = _damage("工作表“{sheet}”里有不存在的格子“{cell}”")
NO_SUCH_CELLS = _damage("工作表“{sheet}”里有不存在的格子")
ODD_RECORD = _damage("工作表“{sheet}”第 {row} 行有读不懂的格子")
NO_SUCH_TEXT = _damage("“{sheet}”{cell} 指向不存在的文字")

# --- R3: each limit, with the number seen and the number allowed -----------------------------


def _limit(what: str, unit: str) -> Message:
    """Called with `seen` and `allowed`, both integers."""
    text = f"{what}为 {{seen:,}} {unit}，超过允许的 {{allowed:,}} {unit}"
    return R3.message(text, _START_ANEW)


FILE_SIZE = _limit("文件大小", "字节")
ARCHIVE_SIZE = _limit("压缩包大小", "字节")
ARCHIVE_FILES = _limit("压缩包里的文件数", "个")
ARCHIVE_FILES_IN_ALL = _limit("压缩包（含里层的压缩包）里的文件数", "个")
ARCHIVE_DEPTH = _limit("压缩包套压缩包的层数", "层")
TOO_MUCH_TO_UNPACK = R3.message("压缩包的目录或解压要用的内存超过允许的大小，没有读取", _UNPACK)
PARTS = _limit("压缩包内的部件数", "个")
PART_SIZE = _limit("部件解压后的大小", "字节")
PART_RATIO = _limit("部件的压缩比", "倍")
TOTAL_SIZE = _limit("解压后的总大小", "字节")
XLSX_CELLS = _limit("行、单元格、合并、链接、批注和条件格式的总数", "个")
XLSB_CELLS = _limit("行、单元格、合并和链接的总数", "个")
ODS_CELLS = _limit("行、单元格的总数", "个")
XLS_CELLS = _limit("单元格的总数", "个")
DOCUMENT_TAGS = _limit("网页或文档里的标记总数", "个")
DOCUMENT_CELLS = _limit("表格的格子和段落的总数", "个")

# --- R4, R6, R20 ----------------------------------------------------------------------------

UNSAFE_XML = R4.message("文件里夹带了正常工作簿没有的定义（DTD 或实体）", RESEND)
SMUGGLED = R4.message("表格里夹带了表格程序不会写的内容，各程序看到的可能不一样", RESEND)
LINK_IN_ARCHIVE = R6.message("这是压缩包里指向别处的链接，不跟随", "请把工作簿本身放进来")
NOT_UNPACKED = R6.message("压缩包里的这个文件是链接，或者没有解压完整，没有读取", _UNPACK)
LOCKED_ODS = R20.message(
    "工作簿加了打开密码，这种格式（.ods）本软件不能用密码打开", "请取消打开密码后重新报送"
)
LOCKED = R20.message(
    "文件加了打开密码，没有读取", "请给出打开密码（见用户手册第四节），或者取消打开密码后重新报送"
)
LOCKED_DOC = R20.message(
    "Word 文档加了打开密码，没有读取", "请用 WPS 或 Word 打开，取消打开密码后重新报送"
)
WRONG_PASSWORDS = R20.message(
    "文件加了打开密码，给出的 {count} 个密码都打不开",
    "请向报送单位问明密码，或者取消打开密码后重新报送",
)
LEADS_OUTSIDE = R6.message("压缩包里这个文件的名称指向文件夹以外，没有解压", _UNPACK)
ARCHIVE_LOCKED = R20.message("压缩包加了密码，里面的文件读不出来", _UNPACK)

# --- R30: locked by other means than a password; R31: read all the same -----------------------

LOCKED_BY_SOFTWARE = R30.message("文件被加密软件（{name}）加密，没有读取", _UNLOCK)
LOOKS_LOCKED = R30.message("文件内容认不出来，像是被单位的加密软件加了密，没有读取", _UNLOCK)
RIGHTS_MANAGED = R30.message("文件设了权限管理（限制访问），没有读取", _UNLOCK)
ODD_ENCRYPTION = R30.message("文件的加密方式本软件打不开，没有读取", _UNLOCK)

SHARED_SECTORS = R31.message(
    "旧格式文件内部有两部分共用了同一段内容，数字已照常读取", "请核对数字；下次请另存为“.xlsx”格式"
)
NO_TYPES = R31.message(
    "文件里缺少部件清单，有的程序打不开；数字已照常读取",
    "请核对数字；可以用 WPS 打开，另存后重新报送",
)
ODD_PART = R31.message(
    "文件里有写法有误的部件“{name}”，没有用到，数字已照常读取",
    "请核对数字；可以用 WPS 或 Excel 打开，另存后重新报送",
)
