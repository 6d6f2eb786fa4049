"""The page that goes out with the templates."""

from __future__ import annotations

import io
import math
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Length

from campaign.scene import campaign_in
from support.soffice import convert, require_soffice
from xlreport import get_form
from xlreport.api import TemplateRequest
from xlreport.campaign.campaign import Campaign
from xlreport.campaign.templates import template_request
from xlreport.campaign.town_page import NAME, town_document, town_page, write_town_page
from xlreport.submission import Unit
from xlreport.workbook.writer.context import Service

SERVICE = Service("2026年1月20日", "xian@example.org", "王示例 0990-5550100")


def request_of(service: Service, county: str = "示例县") -> TemplateRequest:
    return TemplateRequest(get_form("zfxxgk-2021"), 2025, county=Unit(county), service=service)


def lines_of(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs]


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return campaign_in(tmp_path / "c")


def test_it_says_until_when_where_to_and_whom_to_ask() -> None:
    text = "\n".join(lines_of(town_document(request_of(SERVICE))))
    assert text.startswith("2025年政府信息公开工作年度报告填报说明\n一、怎样填\n")
    assert "请在2026年1月20日前，把填好的工作簿作为邮件附件发到 xian@example.org。" in text
    assert "\n王示例 0990-5550100。电话里请报" in text
    assert text.endswith("\n示例县")


def test_without_settings_it_is_still_a_whole_sentence() -> None:
    parts = dict(town_page(request_of(Service())))
    assert parts["三、怎样报"][0].startswith("请把填好的工作簿作为邮件附件发到示例县。")
    assert parts["五、问谁"][0].startswith("有疑问请问示例县。")


def test_it_names_the_words_of_the_workbook() -> None:
    """What a town is told to look for is what its workbook shows."""
    from xlreport.workbook.writer.sentences import ALL_PASSED

    text = str(dict(town_page(request_of(SERVICE))))
    assert ALL_PASSED.removeprefix("✔ ") in text


def test_the_same_settings_give_the_same_bytes() -> None:
    assert town_document(request_of(SERVICE)) == town_document(request_of(SERVICE))


def test_it_follows_the_settings_until_somebody_changes_it(campaign: Campaign) -> None:
    request = template_request(campaign)
    first = write_town_page(request, campaign.settings)
    assert first.path == campaign.settings.letters / NAME
    other = replace(request, service=SERVICE)
    assert write_town_page(other, campaign.settings).kept == ""
    assert first.path.read_bytes() == town_document(other)
    document = Document(str(first.path))
    document.paragraphs[0].add_run("（县里改过）")
    document.save(str(first.path))
    changed = first.path.read_bytes()
    assert write_town_page(request, campaign.settings).kept == "有人改过"
    assert first.path.read_bytes() == changed


def test_one_that_is_open_stays(campaign: Campaign) -> None:
    request = template_request(campaign)
    path = write_town_page(request, campaign.settings).path
    before = path.read_bytes()
    path.with_name(f"~${NAME}").write_bytes(b"Wang")
    page = write_town_page(replace(request, service=SERVICE), campaign.settings)
    assert page.kept == "正打开着"
    assert path.read_bytes() == before


LONG = request_of(
    Service(
        "2026年12月31日",
        f"{'a' * 60}@{'b' * 50}.example.org",
        "欧阳示例、司马示例 0990-5550100" * 2,
    ),
    "示例自治州示例各族自治县人民政府办公室",
)
"""What makes the page as long as it can reasonably be."""


def width(text: str) -> float:
    """In Chinese characters; others take half of one."""
    return sum(1.0 if ord(character) > 0x2000 else 0.5 for character in text)


def test_its_lines_fit_on_a_sheet_of_a4() -> None:
    """Where LibreOffice is not at hand: lines of 36 characters, two of them free at the start."""
    document = Document(io.BytesIO(town_document(LONG)))
    (section,) = document.sections
    heights = (section.page_height, section.top_margin, section.bottom_margin)
    assert None not in heights
    page, top, bottom = (height.twips for height in heights if height is not None)
    needed = 0
    for paragraph in document.paragraphs:
        line = paragraph.paragraph_format.line_spacing
        assert isinstance(line, Length)
        needed += math.ceil((width(paragraph.text) + 3) / 36) * line.twips
    assert needed <= page - top - bottom


@pytest.mark.oracle
def test_libreoffice_prints_it_on_one_sheet_of_a4(tmp_path: Path) -> None:
    if not (Path(require_soffice()).resolve().parent / "libswlo.so").exists():
        pytest.skip("LibreOffice is here without Writer")
    path = tmp_path / "page.docx"
    path.write_bytes(town_document(LONG))
    (pdf,) = convert(tmp_path, [path], "pdf")
    told = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    assert "\nPages:           1\n" in told
    assert "(A4)" in told
