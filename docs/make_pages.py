"""Writes the generated pages of the user guide: the list of all codes, what becomes of which file,
and what goes out with the templates.

python docs/make_pages.py        (a test proves that the committed pages are up to date)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from itertools import groupby
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("tests", "samples")]

import xlreport  # noqa: E402
from hostile.cases import CASES, Case  # noqa: E402
from xlreport import Form, Outcome, get_form  # noqa: E402
from xlreport.findings import CODES, Code, Message  # noqa: E402
from xlreport.form.catalog import shipped  # noqa: E402
from xlreport.rules.describe import RuleDescriber  # noqa: E402
from xlreport.text import harmless, printed_code  # noqa: E402


def all_codes() -> dict[str, Code]:
    """The records of every room: each declares its own when its `codes` module is imported."""
    package = Path(xlreport.__file__).parent
    for path in sorted(package.glob("*/codes.py")):
        import_module(f"xlreport.{path.parent.name}.codes")
    return CODES


def all_messages() -> list[Message]:
    """What every room says under its codes, in the order of its `codes` module, each once."""
    package = Path(xlreport.__file__).parent
    found: dict[Message, None] = {}
    for path in sorted(package.glob("*/codes.py")):
        room = import_module(f"xlreport.{path.parent.name}.codes")
        for value in vars(room).values():
            values = value.values() if isinstance(value, dict) else (value,)
            found.update((one, None) for one in values if isinstance(one, Message))
    return list(found)


def spelled(message: Message) -> str:
    """A message with its advice, dots where a file's own words and numbers come."""
    advice = f" → {message.suggestion}" if message.suggestion else ""
    return re.sub(r"\{[^{}]*\}", "……", message.text + advice)


def table(*headings: str) -> list[str]:
    """The head of a Markdown table."""
    return ["", row(headings), row(["---"] * len(headings))]


def row(cells: Iterable[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def codes_page() -> str:
    """All codes: those of each form's checks, then those of reading and merging."""
    lines = [
        "# 代码一览",
        "",
        "打电话时报代码就能说清是哪一条。代码是永久的。本页由 `docs/make_pages.py` 生成。",
    ]
    forms = [get_form(name) for name in shipped()]
    newest, *earlier = sorted(forms, key=lambda form: form.first_year, reverse=True)
    golden = HERE.parent / "tests" / "golden"
    lines += form_codes(newest, messages(golden))
    for form in earlier:
        lines += form_codes(form, messages(golden / form.id))
    lines += ["", "## 读取和汇总", "", "“……”处是各个文件自己的内容；箭头后面是怎么办。"]
    lines += table("代码", "性质", "名称", "理由", "会这样写")
    written = all_messages()
    for code in sorted(all_codes().values(), key=lambda c: (c.code[0], int(c.code[1:]))):
        own = "<br>".join(spelled(message) for message in written if message.code == code)
        lines.append(row((printed_code(code.code), code.severity.label, code.title, code.why, own)))
    return "\n".join(lines) + "\n"


def form_codes(form: Form, examples: dict[str, str]) -> list[str]:
    """The codes of a form: of its checks, and of what its texts say. `examples` are what is told
    where they do not hold."""
    years = form.named.partition("（")[2].removesuffix("）")
    if form.last_year is not None:
        years = f"{form.first_year}–{form.last_year} 年度"
    lines = ["", f"## 报表 {form.id} 的校验（{years}）"]
    lines += table("代码", "性质", "名称", "应当成立（举一例）", "理由", "不成立时这样写（举一例）")
    for check in form.checks:
        example = next(i for i in form.instances if i.check.code == check.code)
        told = (RuleDescriber(form, example).rule(), check.why, examples.get(check.code, ""))
        lines.append(row((printed_code(check.code), check.severity.label, check.title, *told)))
    lines += ["", f"## 文字与表的核对（{years}）"]
    lines += table("代码", "性质", "名称", "看哪几段文字", "理由", "不一致时这样写（举一例）")
    labels = {text.field_id: text.label for text in form.texts}
    for said in form.statements:
        looked = "；".join(labels[text] for text in said.texts)
        cells = (said.title, looked, said.why, examples.get(said.code, ""))
        lines.append(row((printed_code(said.code), said.severity.label, *cells)))
    return lines


def messages(golden: Path) -> dict[str, str]:
    """The shortest message of each code in a folder of golden files, by code without its row or
    column."""
    found: dict[str, str] = {}
    for path in sorted(golden.glob("*.txt")):
        for line in path.read_text("utf-8").partition("-----")[2].splitlines():
            if match := re.fullmatch(r"(?:error|warning|note) ([A-Z][0-9]+)\S* (.*)", line):
                found[match[1]] = min(found.get(match[1], match[2]), match[2], key=len)
    return found


def files_page() -> str:
    """Which file gets which outcome, from the table that the tests run."""
    lines = [
        "# 什么样的文件会怎样",
        "",
        "每个文件都有且只有一个结果，代码的意思见[代码一览](codes.zh-CN.md)。"
        "下面每一行都由测试实际跑过："
        "文件单独放在一份正常报表旁边，再全部放进同一个文件夹；那份正常报表的数字每次都必须一个不差。"
        "本页由 `docs/make_pages.py` 从测试用的同一张表生成。",
        "",
        "几句概括：",
        "",
        "- 看内容，不看扩展名。`.xlsx`、`.xlsm`、`.xls`、`.et`、`.ods`、`.xlsb` "
        "改成什么名字都照样读。",
        "- 压缩包里的每个文件各有一个结果，写成 `压缩包.zip!文件名.xlsx`。",
        "- 读不出来的文件会说明它实际是什么、应当怎么办；一个坏文件不影响别的文件。",
        "- 看不出是什么数的格子，不猜：报表退回，指出是哪一格。",
    ]
    for group, cases in groupby(CASES, key=lambda case: case.group):
        lines += ["", f"## {group}", *table("文件", "结果", "会说明")]
        lines += [row((_shown(case.what), _outcomes(case), _told(case))) for case in cases]
    return "\n".join(lines) + "\n"


def _shown(words: str) -> str:
    return harmless(words).replace("\\", "\\\\").replace("*", "\\*").replace("~", "\\~")


def _outcomes(case: Case) -> str:
    """One word for one file; with the names where there are several."""
    labels = {name: Outcome(outcome).label for name, outcome in case.outcomes.items()}
    if len(labels) == 1:
        return next(iter(labels.values()))
    return "<br>".join(f"{_shown(name)}：{label}" for name, label in labels.items())


def _told(case: Case) -> str:
    form = get_form("zfxxgk-2021")
    titles = {code.code: code.title for code in all_codes().values()} | {
        check.code: check.title for check in form.checks
    }
    titles |= {said.code: said.title for said in form.statements}
    return "<br>".join(
        f"{printed_code(code)} {titles[code]}"
        for code in sorted(case.codes, key=lambda c: (c[0], int(c[1:])))
    )


def town_page() -> str:
    """What goes out with the templates, as a campaign of the sample county has it."""
    from xlreport.campaign.town_page import NAME, title_of, town_page
    from xlreport.workbook.writer.context import Service

    service = Service("2026年1月20日", "xian@example.org", "王示例 0990-5550100")
    request = xlreport.TemplateRequest(
        get_form("zfxxgk-2021"), 2025, county=xlreport.Unit("示例县"), service=service
    )
    lines = [
        "# 给乡镇的一页纸",
        "",
        "生成模板时，程序把这一页写在工作文件夹的 `letters` 里，是一页 A4 的 Word 文件"
        f"（{NAME}），截止日期、邮箱、电话用设置里的，连同模板发给各单位。"
        "设置改了，再生成一次模板就换成新的；你们改过的不替换。示例县的是这样：",
        "",
        f"## {title_of(request)}",
    ]
    for heading, paragraphs in town_page(request):
        lines += ["", f"### {heading}"]
        for words in paragraphs:
            lines += ["", words]
    return "\n".join(lines) + "\n"


PAGES: dict[Path, Callable[[], str]] = {
    HERE / "codes.zh-CN.md": codes_page,
    HERE / "files.zh-CN.md": files_page,
    HERE / "给乡镇的一页纸.md": town_page,
}

if __name__ == "__main__":
    for path, page in PAGES.items():
        path.write_text(page(), "utf-8")
