"""Word documents made by hand."""

from __future__ import annotations

from formats.packages import relations, zipped

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
SPACES = (
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)


def word_parts(body: str, space: str = WORD, before: str = "") -> dict[str, str | bytes]:
    """The parts of a document; `before` stands before its root."""
    document = (
        f'{before}<w:document xmlns:w="{space}" {SPACES}><w:body>{body}</w:body></w:document>'
    )
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/document.xml": document,
    }


def word(body: str, space: str = WORD, before: str = "") -> bytes:
    """A document of this body."""
    return zipped(word_parts(body, space, before))


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of one run with these properties."""
    return f"<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>{run(text, properties)}</w:p>"


def cell(inside: str, properties: str = "") -> str:
    """A cell; what is no element is a paragraph's text."""
    content = inside if inside.startswith("<") else paragraph(inside)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"
