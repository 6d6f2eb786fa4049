"""Filled-in workbooks as towns return them, each different, the same from the same number.

Figures satisfy the rules of the statutory form; most cells of a town are 0; texts are as long as
published ones and state the figures of the tables."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from xlreport import Entry, Form, Submission, Unit, get_form, write_workbook
from xlreport.form.model import LEVELS
from xlreport.rules.filling import column_store
from xlreport.rules.fixed import from_fixed
from xlreport.submission import BLANK, YES, Figures, Provenance, values_of

FORM = get_form("zfxxgk-2021")
YEAR = 2025
COUNTY = Unit("示例县", "9901", "县")
BLANKS = 0.2
"""The share of cells that a town with blanks leaves empty."""

SYLLABLES = "白杨柳松柏梅兰竹菊莲荷桂枫桐榆槐桑柿枣梨杏桃李橘茶稻麦禾谷豆泉溪河湖塘湾岭岗坡台"
COVER = {
    "contact": "王明",
    "telephone": "0990-5550100",
    "approver": "李强",
    "date": "2026-01-12",
}
KINDS = (("镇", "乡镇"), ("乡", "乡镇"), ("街道", "街道"))

OVERVIEW = """{year}年，{name}把政府信息公开和便民服务中心的日常工作放在一起抓，由党政办统一登记、统一答复，各站所按分工提供材料，主要负责人每季度听取一次汇报。

主动公开方面，惠农补贴、低保评定、村级工程招标等群众常问的内容，除在县政府网站的专栏登出以外，同时张贴在各村公开栏。政策文件发布以后七个工作日之内配上文字解读，必要时请包村干部到院坝会上讲一讲。

依申请公开方面，本年新收政府信息公开申请{received}件，上年结转{carried_in}件，内容集中在{subject}。已办结{processed}件，结转下年度{carried_out}件。每件申请都由两人校核，答复之前请县司法局看一遍。

政府信息管理方面，对历年存放的文件逐份登记公开属性，属性发生变化的及时调整；平台建设方面，配合县里把旧栏目并入新的专栏，清理了重复和空白的页面。监督保障方面，把公开工作列入各站所的年度考核，全年培训{subject}经办人员，业务熟悉程度有所提高。"""

PROBLEMS = """一是个别站所交材料偏晚，答复稿常常压到期限将满才定下来；二是村级公开栏更新不及时，有的栏目照抄上级文件，群众看不懂；三是经办人员变动较快，对{subject}一类申请的公开边界把握不准。

本年已经给每件申请设了提醒日期，到期前五个工作日由党政办催办；下一步把公开栏更新列入包村干部的月度清单，逐村拍照核对，并请县里的业务科室就{subject}作一次专门讲解。"""

OTHER = "本年度未收取信息处理费。没有其他需要报告的事项。"
SUBJECTS = ("土地流转和旧村改造", "征地补偿", "低保和救助", "农村道路和饮水工程", "宅基地审批")


def unit(number: int) -> Unit:
    """One of 64,000 units with different names and codes."""
    rest, first = divmod(number, len(SYLLABLES))
    third, second = divmod(rest, len(SYLLABLES))
    kind, level = KINDS[number % len(KINDS)]
    assert level in LEVELS
    letters = (SYLLABLES[first], SYLLABLES[second], SYLLABLES[third])
    return Unit("".join(letters) + kind, f"99{number:05}", level)


def submission(number: int, *, blanks: bool = False) -> Submission:
    """The report of a unit; with random blanks if wanted."""
    rng = random.Random(f"{number} {blanks}")
    values = figures(FORM, rng)
    entries = {name: Entry.of(value) for name, value in values.items()}
    texts = written_texts(values, number, rng)
    report = Submission(
        FORM.id,
        YEAR,
        unit(number),
        entries,
        texts,
        answers={table.id: YES for table in FORM.tables},
        county=COUNTY,
        provenance=Provenance(identity=COVER),
    )
    return with_blanks(report, rng) if blanks else report


def with_blanks(report: Submission, rng: random.Random) -> Submission:
    """The same with cells left empty; some zeros, some numbers that belong there."""
    entries = dict(report.entries)
    for name in entries:
        if rng.random() < BLANKS:
            entries[name] = BLANK
    return replace(report, entries=entries)


def with_zeros_left_blank(report: Submission, rng: random.Random) -> Submission:
    """The same with about half of the zeros not filled in, which the town says are 0."""
    entries = dict(report.entries)
    for name, entry in report.entries.items():
        if entry.value == 0 and rng.random() < 0.5:
            entries[name] = BLANK
    return replace(report, entries=entries)


def figures(form: Form, rng: random.Random) -> dict[str, Decimal]:
    """Numbers of the typed-in fields in which no rule fails: most of them 0, what came in is what
    went out, nothing repealed that was not in force."""
    values = {field.id: Decimal(0) for field in form.typed}
    for name in values:
        if name.startswith("requests.") and rng.random() < 0.15:
            values[name] = Decimal(rng.randrange(1, 9))
    for column in {field.column for field in form.typed if field.table == "requests"}:
        carried_in = rng.choice((0, 0, 1))
        outcomes = _outcomes(values, column)
        values[f"requests.carried_in.{column}"] = Decimal(min(carried_in, outcomes))
        received = outcomes - values[f"requests.carried_in.{column}"]
        values[f"requests.received.{column}"] = received
    values["disclosure.normative_documents.issued"] = Decimal(rng.randrange(4))
    values["disclosure.normative_documents.in_force"] = Decimal(rng.randrange(5, 30))
    values["disclosure.licences.decisions"] = Decimal(rng.randrange(200))
    values["disclosure.penalties.decisions"] = Decimal(rng.randrange(60))
    values["disclosure.fees.amount"] = Decimal(rng.randrange(10**6)).scaleb(-4)
    return values


def _outcomes(values: dict[str, Decimal], column: str) -> int:
    """What became of the applications of a kind of applicant, carried over ones included."""
    inward = ("requests.received.", "requests.carried_in.")
    outward = [
        value
        for name, value in values.items()
        if name.startswith("requests.")
        and name.endswith(f".{column}")
        and not name.startswith(inward)
    ]
    return int(sum(outward))


def with_prior_year(report: Submission) -> Submission:
    """The same with the prior year's figures on their sheet: the totals and what was carried over
    fit, the texts are others."""
    values = values_of(report.entries)
    prior = dict(values)
    for name in values:
        if name.startswith("review."):
            prior[name] = Decimal(0)
        if name.startswith("requests.carried_in."):
            received = name.replace("carried_in", "received")
            carried_out = name.replace("carried_in", "carried_out")
            balance = 2 * values[name] - values[carried_out]
            prior[carried_out] = values[name]
            prior[name] = max(Decimal(0), balance)
            prior[received] += prior[name] - balance
    issued = values["disclosure.normative_documents.issued"]
    in_force = values["disclosure.normative_documents.in_force"]
    prior["disclosure.normative_documents.in_force"] = in_force - issued
    entries = {name: Entry.of(value) for name, value in prior.items()}
    store = column_store(FORM, [replace(report, entries=entries)])
    numbers = {name: from_fixed(int(column.values[0])) for name, column in store.columns.items()}
    texts = {name: f"上年{text[:20]}。" for name, text in report.texts.items()}
    return replace(report, prior_year=Figures(numbers, texts))


def written_texts(values: dict[str, Decimal], number: int, rng: random.Random) -> dict[str, str]:
    """The report's prose, with the figures of the tables."""
    totals = {row: _row_total(values, row) for row in ("received", "carried_in", "carried_out")}
    processed = totals["received"] + totals["carried_in"] - totals["carried_out"]
    name, subject = unit(number).name, rng.choice(SUBJECTS)
    said = {"year": YEAR, "name": name, "subject": subject, "processed": processed, **totals}
    overview, problems, other = (text.field_id for text in FORM.texts)
    return {
        overview: OVERVIEW.format(**said),
        problems: PROBLEMS.format(**said),
        other: OTHER,
    }


def _row_total(values: dict[str, Decimal], row: str) -> int:
    own = (value for name, value in values.items() if name.startswith(f"requests.{row}."))
    return int(sum(own))


def filled(number: int) -> bytes:
    """The workbook of a unit that filled in everything."""
    return write_workbook(submission(number), FORM)


def zeros_left_blank(number: int) -> bytes:
    """The workbook of a unit that left zeros blank, each another ones."""
    rng = random.Random(f"{number} zeros")
    return write_workbook(with_zeros_left_blank(submission(number), rng), FORM)


def blanks(number: int) -> bytes:
    """The workbook of a unit that left out numbers too, so that most of its checks fail."""
    return write_workbook(submission(number, blanks=True), FORM)


def with_history(number: int) -> bytes:
    """A filled-in workbook with the prior year's figures."""
    return write_workbook(with_prior_year(submission(number)), FORM)


def address(number: int) -> str:
    """The e-mail address of a unit."""
    return f"u{number}@example.org"


def roster_lines(numbers: Iterable[int]) -> Iterator[str]:
    """The lines of a roster of these units."""
    yield "单位代码,单位名称,类别,联系人,联系电话,邮箱"
    for number in numbers:
        own = unit(number)
        yield f"{own.code},{own.name},{own.level},王明,0990-5550100,{address(number)}"


def resaved(program: str, folder: Path, books: Sequence[bytes]) -> list[bytes]:
    """The workbooks as LibreOffice saves them; `folder` is an empty one."""
    source, out = folder / "in", folder / "out"
    source.mkdir()
    for number, data in enumerate(books):
        (source / f"{number:05}.xlsx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    files = [str(path) for path in sorted(source.iterdir())]
    way = ["--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    command = [program, profile, *way, *files]
    subprocess.run(command, check=True, capture_output=True)
    return [path.read_bytes() for path in sorted(out.iterdir())]
