"""The office's own template: what it can name, and that it can do nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

import make_report_template
from support.reports import county, document_bytes, opened, told
from xlreport import Form, ReportError, Unit
from xlreport.publishing.report.content import Material, Report, ReportText
from xlreport.publishing.report.template import NAMES, values_of
from xlreport.submission import shown

EXAMPLE = make_report_template.TARGET
HOSTILE = "<w:t>&]]>{{ 7*7 }}\n第二段\t丙"


def template(path: Path, paragraphs: Sequence[str], *, footer: str = "") -> Path:
    document = Document()
    for words in paragraphs:
        document.add_paragraph(words)
    if footer:
        document.sections[0].footer.paragraphs[0].text = footer
    path = path / "本县模板.docx"
    document.save(str(path))
    return path


def filled(report: Report, path: Path, *paragraphs: str, footer: str = "") -> list[str]:
    """The paragraphs of a report in a template of these."""
    document = opened(document_bytes(report, template(path, paragraphs, footer=footer)))
    return [paragraph.text for paragraph in document.paragraphs]


@pytest.fixture
def report(zfxxgk: Form) -> Report:
    return county(zfxxgk, texts={"text.problems": HOSTILE, "text.other_matters": "没有。"})


def test_every_name_that_is_documented_is_there(report: Report) -> None:
    assert list(values_of(report)) == list(NAMES)


def test_the_plain_names(report: Report, tmp_path: Path) -> None:
    words = "{{ 标题 }}：{{ 单位 }}，{{ 年度 }}，{{ 上年度 }}，{{ 署名 }}"
    assert filled(replace(report, author="示例县人民政府"), tmp_path, words) == [
        "示例县2022年政府信息公开工作年度报告：示例县，2022，2021，示例县人民政府"
    ]


def test_every_number_can_be_named(any_form: Form, tmp_path: Path) -> None:
    report = county(any_form)
    names = list(any_form.fields)
    words = [f"{{{{ 数.{name} }}}}" for name in names]
    found = filled(report, tmp_path, *words)
    assert found == [shown(report.numbers[name]) for name in names]


def test_a_number_that_is_not_known_is_empty(report: Report, tmp_path: Path) -> None:
    words = "{{ 数.review.reconsideration.upheld }}件"
    assert filled(replace(report, numbers={}), tmp_path, words) == ["件"]


def test_texts_and_what_units_wrote(report: Report, tmp_path: Path) -> None:
    found = filled(
        report,
        tmp_path,
        "{{ 文字.overview }}",
        "{%p for 段 in 段落.overview %}",
        "{{ 段 }}",
        "{%p endfor %}",
        "{%p for 材料 in 材料.problems %}",
        "{{ 材料.单位 }}：{{ 材料.文字 }}",
        "{%p endfor %}",
        "{% for 一条 in 提示 %}{{ 一条 }}；{% endfor %}",
    )
    overview = report.texts["text.overview"]
    assert found[0] == overview.text, "its paragraphs are lines"
    assert found[1:5] == list(overview.paragraphs)
    assert found[5] == f"甲子镇：{HOSTILE}", "as it was written"
    assert found[8] == "；".join([*report.warnings, ""])


def test_tables_and_texts_in_their_official_form(report: Report, tmp_path: Path) -> None:
    paragraphs = ["前", "{{p 表.requests }}", "{{p 正文.overview }}", "后"]
    document = opened(document_bytes(report, template(tmp_path, paragraphs)))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert words == ["前", *report.texts["text.overview"].paragraphs, "后"]
    (table,) = document.tables
    assert table.rows[3].cells[-1].text == shown(report.numbers["requests.received.total"])


def test_headers_and_footers_are_filled_in_too(report: Report, tmp_path: Path) -> None:
    path = template(tmp_path, ["正文"], footer="{{ 单位 }}编")
    document = opened(document_bytes(report, path))
    assert document.sections[0].footer.paragraphs[0].text == "示例县编"


def test_the_numbers_of_its_tables_are_read_back(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = template(tmp_path, ["{{p 表.review }}"])
    monkeypatch.setattr("xlreport.publishing.report.tables.shown", lambda number: f"{number}0")
    with pytest.raises(ReportError, match="没有写报告，原有文件没有改动"):
        document_bytes(report, path)


def test_the_same_template_gives_the_same_bytes(report: Report, tmp_path: Path) -> None:
    path = template(tmp_path, ["{{ 标题 }}", "{{p 表.review }}"])
    assert document_bytes(report, path) == document_bytes(report, path)


def refusal(report: Report, path: Path, *paragraphs: str) -> str:
    with pytest.raises(ReportError) as caught:
        filled(report, path, *paragraphs)
    return caught.value.message


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("{{ 标 }}", "标"),
        ("{{ 数.requests.received.sum }}", "sum"),
        ("{{ 数.nothing.received.total }}", "nothing"),
        ("{{ 文字.nothing }}", "nothing"),
        ("{% for 段 in 段落.nothing %}{% endfor %}", "nothing"),
        ("{% if 没有 %}{% endif %}", "没有"),
    ],
)
def test_an_unknown_name_is_told(report: Report, tmp_path: Path, words: str, name: str) -> None:
    expected = f"模板“本县模板.docx”里没有“{name}”这个名称，没有写报告。"
    assert refusal(report, tmp_path, words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ 数._values }}",
        "{{ 标题.__init__.__globals__ }}",
        "{{ 提示.append('x') }}",
        "{{ 提示|attr('__class__') }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 999999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 99999 * 99999 }}",
        "{% for i in range(999999999) %}{% endfor %}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    ],
)
def test_nothing_runs_in_the_sandbox(report: Report, tmp_path: Path, words: str) -> None:
    """It fails closed: nothing is written."""
    message = refusal(report, tmp_path, words)
    assert message.startswith("模板“本县模板.docx”")
    assert message.endswith("，没有写报告。")


def test_escaping_cannot_be_turned_off(report: Report, tmp_path: Path) -> None:
    words = "{% autoescape false %}{{ 标题 }}{% endautoescape %}"
    assert refusal(report, tmp_path, words) == "模板“本县模板.docx”里用了不允许的写法，没有写报告。"
    assert "花括号的写法不对" in refusal(report, tmp_path, "{{ 文字.overview|safe }}")


def test_what_units_wrote_is_never_run_nor_markup(zfxxgk: Form, tmp_path: Path) -> None:
    problems = ReportText("text.problems", "五", materials=(Material("{{ 标题 }}</w:t>", HOSTILE),))
    base = county(zfxxgk)
    report = replace(base, texts={**base.texts, "text.problems": problems})
    found = filled(
        report,
        tmp_path,
        "{% for 材料 in 材料.problems %}{{ 材料.单位 }}{{ 材料.文字 }}{% endfor %}",
    )
    assert found == [f"{{{{ 标题 }}}}</w:t>{HOSTILE}"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("{{ 标题", "里有一处花括号的写法不对：“{{ 标题"),
        ("{{ 标题 | nofilter }}", "里有一处花括号的写法不对：“{{ 标题 | nofilter }}”"),
        ("{% if 标题 %}", "里有一处花括号的写法不对"),
        ("{{ 1/0 }}", "填不进去：请检查花括号里的写法"),
        ("{{ 标题 + 1 }}", "填不进去：请检查花括号里的写法"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    report: Report, tmp_path: Path, words: str, why: str
) -> None:
    message = refusal(report, tmp_path, "前一段", "又一段", "再一段", "第四段", words, "后一段")
    assert message.startswith(f"模板“本县模板.docx”{why}")


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", "不是文档".encode()])
def test_what_is_no_document_cannot_be_a_template(
    report: Report, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "模板.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReportError) as caught:
        document_bytes(report, path)
    assert caught.value.message == "模板“模板.docx”打不开，或者不是 Word 文档（.docx）。"


def test_a_template_that_is_huge_unpacked_is_refused(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlreport.publishing.report.template.MOST_BYTES", 1000)
    path = template(tmp_path, ["{{ 标题 }}"])
    with pytest.raises(ReportError, match="打不开"):
        document_bytes(report, path)


def test_the_example_of_a_template(report: Report) -> None:
    """The committed file is the one that the script makes, and it can be filled in."""
    assert told(opened(make_report_template.template())) == told(opened(EXAMPLE.read_bytes()))
    document = opened(document_bytes(report, EXAMPLE))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert words[:3] == [report.title, report.author, report.warnings[0]]
    assert len(document.tables) == 3
    assert words.count("（以下为各单位材料，请编写后删去）") == 2
    assert not [line for line in words if "{%" in line]


def test_ampersands_of_the_template_and_of_units_stay(report: Report, tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("甲&乙 <丙> {{ 单位 }}")
    document.add_table(1, 1).cell(0, 0).text = "丁&戊 {{ 单位 }}"
    document.sections[0].footer.paragraphs[0].text = "{{ 单位 }}&"
    path = tmp_path / "模板.docx"
    document.save(str(path))
    made = opened(document_bytes(replace(report, unit=Unit("A&B<县>")), path))
    assert made.paragraphs[0].text == "甲&乙 <丙> A&B<县>"
    assert made.tables[0].cell(0, 0).text == "丁&戊 A&B<县>"
    assert made.sections[0].footer.paragraphs[0].text == "A&B<县>&"
