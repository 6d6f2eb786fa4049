"""What goes out names no option; on the screen one stands only where it is to be typed."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from support.merges import merge_and_write
from support.pages import parsed, words
from xlreport import Form, MergeResult, Policy, read_roster, write_workbook
from xlreport.campaign.corrections import correction_lines
from xlreport.campaign.letters import KINDS, read_letter
from xlreport.submission import Unit
from xlreport.telling.lines import merge_report
from xlreport.workbook.writer.template import blank

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "xlreport"
OPTION = re.compile("--[a-z]")
CHINESE = re.compile("[\u4e00-\u9fff]")
TO_BE_TYPED = ("命令后加", "xlreport ")
"""Words before a command or an option that the user is told to type."""

NAMES_OPTIONS = (
    "cli/options.py",
    "cli/reports.py",
    "cli/campaign.py",
    "cli/app.py",
    "cli/decisions.py",
)
"""Modules that declare options, and tell of those that were typed wrongly."""


def cells_of(data: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None]


@cache
def merged(folder: Path) -> MergeResult:
    """The sample county, with errors counted."""
    roster = read_roster(ROOT / "samples" / "roster.csv")
    return merge_and_write(
        ROOT / "samples" / "2025", roster=roster, out=folder, policy=Policy(with_errors=True)
    )


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> MergeResult:
    return merged(tmp_path_factory.mktemp("out"))


def test_a_template_names_no_option(any_form: Form) -> None:
    unit, above = Unit("甲子镇", "990101", "乡镇"), Unit("示例县", "990100")
    texts = cells_of(write_workbook(blank(any_form, 2025, unit, above), any_form))
    assert len(texts) > 100
    assert not list(filter(OPTION.search, texts))


def test_a_summary_and_its_findings_name_no_option(county: MergeResult) -> None:
    texts = [finding.line() for finding in county.findings]
    summary, page, data = (Path(path).read_bytes() for path in county.outputs)
    texts += cells_of(summary)
    texts.append(words(parsed(page).find(".//body")))
    texts.append(data.decode())
    assert len(texts) > 1000
    assert not list(filter(OPTION.search, texts))


def test_a_letter_names_no_option(county: MergeResult, tmp_path: Path) -> None:
    texts = []
    for kind in KINDS:
        letter = read_letter(tmp_path, kind)
        texts += [letter.subject, letter.body]
    for file in county.files:
        texts += correction_lines(file)
    assert len(texts) > 10
    assert not list(filter(OPTION.search, texts))


def test_on_the_screen_an_option_is_one_to_type(county: MergeResult) -> None:
    lines = [line for line in merge_report(county) if OPTION.search(line)]
    assert lines
    for line in lines:
        assert line.startswith("    （另有 ")
        assert "条，命令后加 --verbose 可看；" in line


def spoken() -> Iterator[tuple[str, str]]:
    """Every Chinese literal outside docstrings, with the module it stands in."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = path.relative_to(SOURCE).as_posix()
        if module in NAMES_OPTIONS:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        documented = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and CHINESE.search(text) and node not in documented:
                yield module, text


def test_nothing_that_is_said_names_an_option_but_to_be_typed() -> None:
    texts = list(spoken())
    assert len(texts) > 1000
    wrong = []
    for module, text in texts:
        named = OPTION.search(text)
        if named and not any(word in text[: named.end()] for word in TO_BE_TYPED):
            wrong.append((module, text))
    assert wrong == []
