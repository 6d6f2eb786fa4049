"""Makes the Word 97 document in `files/` with LibreOffice.

    python tests/formats/make_files.py

It is committed, so that the tests that read it need no other program.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from formats.packages import zipped  # noqa: E402
from formats.word import cell, row, run, table, word_parts  # noqa: E402

DOWN, ON, SPAN = '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:gridSpan w:val="2"/>'
RAISED = '<w:vertAlign w:val="superscript"/>'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
CHANGED = 'w:id="1" w:author="a" w:date="2022-01-05T08:00:00Z"'


def line(text: str) -> str:
    return f"<w:p>{run(text)}</w:p>"


def body() -> str:
    """A title, a table with merged cells, a table in a table, text that was deleted and put in."""
    inner = table(row(cell(line("里")), cell(line("1"))))
    return (
        line("丁卯乡2021年政府信息公开工作年度报告")
        + table(
            row(cell(line("项目"), DOWN), cell(line("数量"), SPAN)),
            row(cell("<w:p/>", ON), cell(line("甲")), cell(line("乙"))),
            row(cell(line("规章") + line("二")), cell(line("3")), cell("<w:p/>")),
        )
        + line("五、问题")
        + f"<w:p>{run('新')}<w:del {CHANGED}><w:r><w:delText>旧</w:delText></w:r></w:del>"
        f"<w:ins {CHANGED}>{run('增')}</w:ins>{run('藏', '<w:vanish/>')}"
        f"{run('2', RAISED)}</w:p>"
        + table(row(cell(line("外")), cell(inner + "<w:p/>")))
        + line("完")
    )


def make(folder: Path) -> None:
    """Writes 丁卯乡.doc."""
    with tempfile.TemporaryDirectory() as tmp:
        source = Path(tmp, "丁卯乡.docx")
        source.write_bytes(zipped(word_parts(body()) | {"[Content_Types].xml": TYPES}))
        command = ["soffice", f"-env:UserInstallation=file://{tmp}/profile", "--headless"]
        command += ["--convert-to", "doc:MS Word 97", "--outdir", str(folder), str(source)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    make(HERE / "files")
