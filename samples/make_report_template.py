"""Makes `report-template.docx`, an example of an office's own template for `xlreport report`.

python samples/make_report_template.py       (a test proves that the committed file is up to date)
"""

from __future__ import annotations

from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from xlreport.publishing.report.package import packed

TARGET = Path(__file__).with_name("report-template.docx")

OPENING = """\
{%p for 一条 in 提示 %}
{{ 一条 }}
{%p endfor %}
本年新收政府信息公开申请{{ 数.requests.received.total }}件，结转下年度{{ 数.requests.carried_out.total }}件。
一、总体情况
{{p 正文.overview }}
二、主动公开政府信息情况
{{p 表.disclosure }}
三、收到和处理政府信息公开申请情况
{{p 表.requests }}
四、政府信息公开行政复议、行政诉讼情况
{{p 表.review }}
五、存在的主要问题及改进情况
{{p 正文.problems }}
{%p if 材料.problems %}
（以下为各单位材料，请编写后删去）
{%p endif %}
{%p for 一份 in 材料.problems %}
{{ 一份.单位 }}：{{ 一份.文字 }}
{%p endfor %}
六、其他需要报告的事项
{{p 正文.other_matters }}
{%p if 材料.other_matters %}
（以下为各单位材料，请编写后删去）
{%p endif %}
{%p for 一份 in 材料.other_matters %}
{{ 一份.单位 }}：{{ 一份.文字 }}
{%p endfor %}
"""


def template() -> bytes:
    """The template: what an office would lay out as it likes, here in Word's plain style."""
    document = Document()
    title = document.add_paragraph("{{ 标题 }}", style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("{{ 署名 }}").alignment = WD_ALIGN_PARAGRAPH.CENTER
    for line in OPENING.splitlines():
        document.add_paragraph(line)
    document.sections[0].footer.paragraphs[0].text = "{{ 单位 }}　{{ 年度 }} 年度"
    return packed(document, "报告模板（示例）", "示例县", 2024)


if __name__ == "__main__":
    TARGET.write_bytes(template())
