"""Every text that is said under a code: short, Chinese, and with what to do."""

from __future__ import annotations

import ast
import re
import runpy
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from xlreport import get_form
from xlreport.findings import Code, Message

ROOT = Path(__file__).resolve().parents[2]
PAGES = runpy.run_path(str(ROOT / "docs" / "make_pages.py"))
MESSAGES: list[Message] = PAGES["all_messages"]()
CODES: dict[str, Code] = PAGES["all_codes"]()

TWO_LINES = 200
"""Columns of two lines of a terminal, with a Chinese character taking two."""

PROGRAMS = {"Excel", "WPS", "Word", "Outlook", "OpenDocument", "xlreport", "repair"}
FORMATS = {
    "eml",
    "mbox",
    "msg",
    "ods",
    "OFD",
    "rar",
    "RAR",
    "xls",
    "xlsb",
    "xlsx",
    "z",
    "zip",
    "HTML",
    "XML",
}
FORMATS |= {
    "doc",
    "docx",
    "MIME",
    "PGP",
    "S",
    "data",
    "uuencode",
    "winmail.dat",
    "yEnc",
    "DDE",
    "DTD",
}
FOLDERS_AND_KEYS = {"inbox", "originals", "records", "Delete"}
NAMES = PROGRAMS | FORMATS | FOLDERS_AND_KEYS
"""Programs, formats, keys, folders and the one command that a person must type; all else is Chinese."""

PLACE = re.compile(r"\{[^{}]*\}")


def spoken(message: Message) -> str:
    """The line that a person reads, with eight columns for each word or number of the file."""
    advice = f"　→ {message.suggestion}" if message.suggestion else ""
    code = message.code
    text = f"    [{code.severity.label} {code.code}] 三、依申请公开 D7：{message.text}{advice}"
    return PLACE.sub("某某某某", text)


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def identified(message: Message) -> str:
    return f"{message.code.code} {message.text[:20]}"


@pytest.mark.parametrize("message", MESSAGES, ids=identified)
def test_a_message_is_at_most_two_lines_and_chinese(message: Message) -> None:
    line = spoken(message)
    assert columns(line) <= TWO_LINES, line
    own = PLACE.sub("", f"{message.text} {message.suggestion}")
    assert "--" not in own, "options are told in the guide"
    assert set(re.findall(r"[A-Za-z][A-Za-z.]*", own)) <= NAMES, own


def test_every_message_says_what_to_do() -> None:
    assert [message.text for message in MESSAGES if not message.suggestion] == []


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_a_reason_is_chinese(code: Code) -> None:
    words = set(re.findall(r"[A-Za-z][A-Za-z.]*", f"{code.title} {code.why}"))
    assert words <= NAMES
    assert "--" not in code.why
    assert code.why.endswith("。")


# --- each is said in a test ----------------------------------------------------------------------

_LISTS = ("golden/*.txt", "outputs.json")


@cache
def said_in_tests() -> str:
    """Every Chinese text that stands in the tests and in the lists that they compare with."""
    tests = ROOT / "tests"
    texts = []
    for path in sorted(tests.rglob("*.py")):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        texts += [words for node in nodes if (words := _text(node))]
    for pattern in _LISTS:
        texts += [path.read_text("utf-8") for path in sorted(tests.glob(pattern))]
    return "\n".join(texts)


def _text(node: ast.AST) -> str:
    """A literal; what an f-string fills in is left as a sign."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) or "…" for value in node.values)
    value = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) else ""


def is_said(message: Message) -> bool:
    """Whether a test has the whole text, with something in each of its places."""
    parts = [re.escape(part) for part in PLACE.split(message.text)]
    return re.search("[^\n]*?".join(parts), said_in_tests()) is not None


def test_each_code_is_raised_with_its_full_text_in_a_test() -> None:
    told = {message.code.code for message in MESSAGES if is_said(message)}
    assert sorted(CODES.keys() - told) == []


def test_each_check_of_the_form_fails_in_a_golden_workbook() -> None:
    form = get_form("zfxxgk-2021")
    golden = "\n".join(p.read_text("utf-8") for p in (ROOT / "tests" / "golden").glob("*.txt"))
    raised = set(re.findall(r"^(?:error|warning|note) ([A-Z][0-9]+)", golden, re.MULTILINE))
    of_form = {check.code for check in form.checks} | {said.code for said in form.statements}
    assert sorted(of_form - raised) == []
