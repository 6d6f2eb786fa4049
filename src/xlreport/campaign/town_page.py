"""The page that goes out with the templates: how a town fills in, checks and sends its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlreport.api import TemplateRequest
from xlreport.atomic import write_atomically
from xlreport.campaign.settings import CampaignSettings
from xlreport.merging.replacing import is_open
from xlreport.text import clean

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAME = "给乡镇的一页纸.docx"

_TITLE_LINE, _LINE = 760, 400
"""Heights of lines in twips."""

_PARTS = (
    (
        "一、怎样填",
        (
            "1．打开本单位的工作簿（文件名里有单位名称）。"
            "WPS 或 Excel 问要不要“启用编辑”的，请启用。",
            "2．只填黄色的格子，其余已锁定；总计自己算。",
            "3．数字格只填数字，不写“无”“/”“2件”。没有的填 0；一张表空着的都是 0 的，"
            "在“本表空白处是否均为 0”选“是”。",
            "4．文字直接打进去，不要贴图片。不要增删行列，不要把表复制到别的文件里，不要改文件格式。",
        ),
    ),
    (
        "二、填完看什么",
        (
            "“待填”：还有几格没有填。",
            "“✘”，格子变红：必须改正；行末、列下写着差多少。点封面上列出的一行，就到那一格。",
            "“！”，格子变黄：请核实。数字属实的不用改，在“校验”页的“填写说明”里写明原因。",
            "“✔”：通过。封面写着“全部通过，可以报送”，再报送。",
        ),
    ),
    (
        "三、怎样报",
        (
            "{deadline}把填好的工作簿作为邮件附件发到{address}。"
            "不要用超大附件或网盘链接；照片、扫描件、PDF 不能汇总。",
            "报出以后又改了的，把改好的再报一次，以最后一次为准。",
        ),
    ),
    (
        "四、退回来怎么办",
        (
            "收到“更正通知”的，第一页列出要改的地方，点一下就到那一格；在那个文件里改好，再报一次。",
            "“错误”必须改正；“警示”请核实，属实的写明原因。",
        ),
    ),
    (
        "五、问谁",
        ("{contact}。电话里请报那一条末尾括号里的代码（例如 A-3），就能说清是哪一条。",),
    ),
)
"""Headings with their paragraphs; the places in braces are filled in."""


@dataclass(frozen=True)
class TownPage:
    """The page that stands in a folder; `kept` says why it is not the one of now."""

    path: Path
    kept: str = ""


def title_of(request: TemplateRequest) -> str:
    """What the page is called."""
    return f"{request.year}年{request.form.title}填报说明"


def town_page(request: TemplateRequest) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The page's parts: a heading and its paragraphs."""
    service = request.service
    county = request.county.name
    places = {
        "deadline": f"请在{service.deadline}前，" if service.deadline else "请",
        "address": f" {service.address}" if service.address else county,
        "contact": service.contact or f"有疑问请问{county}",
    }
    for heading, paragraphs in _PARTS:
        yield heading, tuple(clean(words.format(**places)) for words in paragraphs)


def write_town_page(request: TemplateRequest, settings: CampaignSettings) -> TownPage:
    """Writes the page as a Word document among the letters. One that somebody has changed, or has
    open, stays. Raises OSError."""
    from xlreport.publishing.report.package import is_untouched

    path = settings.letters / NAME
    if path.exists():
        if is_open(path):
            return TownPage(path, "正打开着")
        if not is_untouched(path.read_bytes()):
            return TownPage(path, "有人改过")
    write_atomically(path, town_document(request))
    return TownPage(path)


def town_document(request: TemplateRequest) -> bytes:
    """The page as a Word document of one sheet of A4."""
    from xlreport.publishing.report.document import official_document
    from xlreport.publishing.report.package import packed

    document = official_document(_paragraphs(request), numbered=False)
    return packed(document, title_of(request), request.county.name, request.year)


def _paragraphs(request: TemplateRequest) -> Iterator[Element]:
    from xlreport.publishing.report.elements import Shape, paragraph, run
    from xlreport.publishing.report.measures import HEADING_FONT, TITLE_FONT, Face

    title, heading, body = Face(TITLE_FONT, 18.0), Face(HEADING_FONT, 12.0), Face(size=12.0)
    centred = Shape("center", indent=0, line=_TITLE_LINE, on_grid=False)
    plain = Shape(line=_LINE, on_grid=False)
    yield paragraph([run(title_of(request), title)], centred, title)
    for words, lines in town_page(request):
        yield paragraph([run(words, heading)], plain, heading)
        for line in lines:
            yield paragraph([run(line, body)], plain, body)
    signature = replace(plain, align="right", indent=0)
    yield paragraph([run(request.county.name, body)], signature, body)
