"""Every documented command and example runs; the two READMEs say the same; links lead somewhere."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from xlreport.cli.app import main, program

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(page.read_text("utf-8")) if kind == language]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    shutil.copytree(ROOT / "workbook_templates", tmp_path / "workbook_templates")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands_of(page: Path) -> list[str]:
    """The commands of a page, without remarks."""
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    return [shlex.join(shlex.split(line, comments=True)) for line in lines if is_command(line)]


def is_command(line: str) -> bool:
    return line.startswith("xlreport ")


def programs_of(page: Path) -> list[str]:
    """The Python programs of a page, without remarks."""
    return [ast.unparse(ast.parse(block)) for block in blocks(page, "python")]


def distinct(examples: Callable[[Path], list[str]]) -> list[Path]:
    """The pages with examples that no page before them has (both READMEs have the same)."""
    first: dict[tuple[str, ...], Path] = {}
    for page in PAGES:
        first.setdefault(tuple(examples(page)), page)
    return list(first.values())


@pytest.mark.parametrize("page", distinct(commands_of), ids=lambda p: p.name)
def test_documented_commands_run(
    page: Path, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = commands_of(page)
    if page.name.startswith("README"):
        assert len(commands) == 8
    for command in commands:
        code = main(shlex.split(command)[1:])
        assert code in (0, 1), (command, capsys.readouterr())
        name = shlex.split(command)[1]
        assert (code == 1) == (
            name in ("merge", "diff", "collect", "status")
            or (name == "check" and ("990103" in command or "samples/published" in command))
            or (name == "report" and "--roster" in command)
        ), command


@pytest.mark.parametrize("page", distinct(programs_of), ids=lambda p: p.name)
def test_documented_python_runs(page: Path, checkout: Path) -> None:
    for source in programs_of(page):
        exec(compile(source, str(page), "exec"), {})


def test_both_readmes_have_the_same_commands_and_figures() -> None:
    english, chinese = (p.read_text("utf-8") for p in PAGES[:2])
    plain = [re.sub(r"#.*", "", b) for p in PAGES[:2] for b in blocks(p, "sh")]
    assert plain[: len(plain) // 2] == plain[len(plain) // 2 :]
    assert commands_of(PAGES[0]) == commands_of(PAGES[1])
    assert programs_of(PAGES[0]) == programs_of(PAGES[1])
    assert re.findall(r"\d+\.\d+", english.split("## Limits")[0]) == re.findall(
        r"\d+\.\d+", chinese.split("## 限制")[0]
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_every_command_is_documented() -> None:
    for page in PAGES[:2]:
        text = page.read_text("utf-8")
        assert all(f"xlreport {name}" in text for name in program().commands)


def pages() -> ModuleType:
    """The script that writes the generated pages."""
    spec = importlib.util.spec_from_file_location("make_pages", ROOT / "docs" / "make_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_code_that_the_documents_name_exists() -> None:
    """The guide writes codes as people read them (`A-3`); what looks like one without a hyphen is
    a cell (`D33`)."""
    from xlreport import get_form

    form = get_form("zfxxgk-2021")
    known = (
        set(pages().all_codes()) | {c.code for c in form.checks} | {s.code for s in form.statements}
    )
    guide = (ROOT / "docs" / "guide.zh-CN.md").read_text("utf-8")
    printed = set(re.findall(r"(?<![A-Za-z0-9])[A-HMRV]-[0-9]{1,2}(?![0-9A-Za-z])", guide))
    assert {"A-3", "R-8"} <= printed
    assert {code.replace("-", "") for code in printed} <= known
    cells = set(re.findall(r"(?<![A-Za-z0-9])[A-HMRV][0-9]{1,2}(?![0-9A-Za-z])", guide))
    assert not cells & known


def test_the_generated_pages_are_up_to_date() -> None:
    for path, page in pages().PAGES.items():
        assert path.read_text("utf-8") == page(), "run python docs/make_pages.py"


def test_every_promise_names_tests_that_exist() -> None:
    rows = re.findall(
        r"^\| (\d+) \|(.*)$", (ROOT / "docs" / "promises.zh-CN.md").read_text("utf-8"), re.MULTILINE
    )
    assert [int(number) for number, _ in rows] == list(range(1, 20))
    for number, row in rows:
        named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", row)
        assert named, number
        for file, test in named:
            assert re.search(
                rf"^def {test}\(", (ROOT / "tests" / file).read_text("utf-8"), re.MULTILINE
            ), (file, test)
