"""The pages for people, each as one HTML file with its pictures and its style."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = ("第一天", "常见问题", "给乡镇的一页纸", "更新记录", "已知限制")
"""The pages of `docs` that people without the command line read, without their endings."""

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 46em; margin: 2em auto; padding: 0 1em; line-height: 1.75;
  font-family: "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }}
img {{ max-width: 100%; border: 1px solid #99a; border-radius: 4px; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #99a; padding: 0.3em 0.7em; text-align: left; vertical-align: top; }}
h1 {{ font-size: 1.6em; }}
h2 {{ font-size: 1.25em; margin-top: 2em; break-after: avoid; }}
h3 {{ font-size: 1.05em; margin-top: 1.6em; break-after: avoid; }}
</style>
</head>
<body>
<main>
{body}</main>
</body>
</html>
"""


def handbook(docs: Path = DOCS) -> Iterator[tuple[str, bytes]]:
    """Each page with its name in the program's folder."""
    for name in PAGES:
        yield f"{name}.html", page(docs / f"{name}.md").encode()


def page(source: Path) -> str:
    """A page of `docs` as one file. Links to other pages lead to those beside it; what lies in the
    repository alone is no link any more."""
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(source.read_text("utf-8"))
    for token in tokens:
        if token.children:
            token.children = _children(token.children, source.parent)
    body = markdown.renderer.render(tokens, markdown.options, {})
    return _PAGE.format(title=source.stem, body=body)


def _children(tokens: Sequence[Token], folder: Path) -> list[Token]:
    kept = []
    is_dropped = False
    for token in tokens:
        if token.type == "image":
            token.attrSet("src", _picture(folder / str(token.attrGet("src"))))
        if token.type == "link_open":
            target = _target(str(token.attrGet("href")))
            is_dropped = not target
            token.attrSet("href", target)
        if token.type == "softbreak":
            token.type = "text"  # between Chinese characters a new line is no space
        is_edge = token.type in ("link_open", "link_close")
        if not (is_dropped and is_edge):
            kept.append(token)
    return kept


def _target(href: str) -> str:
    """Where a link of the page leads; empty where it leads nowhere."""
    name, is_page, rest = unquote(href).partition(".md")
    if href.startswith("https://"):
        return href
    return f"{name}.html{rest}" if is_page and name in PAGES else ""


def _picture(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
