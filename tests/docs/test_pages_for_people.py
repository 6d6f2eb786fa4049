"""The pages for people in Chinese: what they name is there, nothing of this machine is shown, and the
same is said in both languages."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from xlreport.cli.app import program

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FIRST_DAY = DOCS / "第一天.md"
QUESTIONS = DOCS / "常见问题.md"
FOR_CLERKS = (FIRST_DAY, QUESTIONS, DOCS / "更新记录.md", DOCS / "给乡镇的一页纸.md")

QUOTED = re.compile("“([^“”]*)”")
TEMPLATE_WORDS = re.compile(r"{#.*?#}|{%.*?%}|<[^>]*>", re.DOTALL)
PLACE = re.compile(r"\{\{[^{}]*\}\}|\{[^{}]*\}")

FOLDER_OF_THE_PROGRAM = frozenset({"开始.cmd", "示例"})
SAID_OTHERWISE = frozenset({" ", "示例县", "是", "启用编辑"})
"""What quotation marks hold beside our own words: a county, an answer in a list, WPS's button."""

MOST_BYTES = 60_000
"""Of a picture."""

ENGLISH_PAGE, CHINESE_PAGE = DOCS / "known-limits.md", DOCS / "已知限制.md"
CODE = re.compile(r"(?<![A-Za-z0-9])[A-HMRV]-?[0-9]{1,2}(?![0-9A-Za-z])|`[^`]+`")


def words_of_the_program() -> str:
    """Whatever the desk, the command line, the workbooks and the start can say."""
    sources = [ROOT / "windows" / "start.cmd", *(ROOT / "workbook_templates").glob("*.yaml")]
    sources += (ROOT / "src" / "xlreport").rglob("*.py")
    texts = [path.read_text("utf-8") for path in sources if path.name != "town_page.py"]
    for path in (ROOT / "src" / "xlreport" / "desk").rglob("*.html"):
        texts.append(TEMPLATE_WORDS.sub("\n", path.read_text("utf-8")))
    texts.append((ROOT / "src" / "xlreport" / "desk" / "static" / "desk.js").read_text("utf-8"))
    return "\n".join(texts)


def opened(key: str) -> str:
    """A button that opens one of the places."""
    from xlreport.desk.places import TITLES

    return f"打开{TITLES[key]}"


@pytest.fixture(scope="module")
def program_words() -> str:
    from xlreport.desk.places import TITLES

    return words_of_the_program() + "\n".join(map(opened, TITLES))


@pytest.mark.parametrize("page", FOR_CLERKS, ids=lambda page: page.stem)
def test_a_page_names_only_what_the_program_says(page: Path, program_words: str) -> None:
    named = {words for words in QUOTED.findall(page.read_text("utf-8")) if words}
    assert len(named) > 5
    known = FOLDER_OF_THE_PROGRAM | SAID_OTHERWISE
    unknown = sorted(words for words in named - known if words not in program_words)
    assert unknown == []


def test_a_name_that_nobody_says_is_found(program_words: str) -> None:
    assert "一键上报" not in program_words
    assert "建立，下一步填名册" in program_words


@pytest.mark.parametrize("page", FOR_CLERKS, ids=lambda page: page.stem)
def test_a_page_names_only_commands_that_there_are(page: Path) -> None:
    commands = program().commands
    for name, option in re.findall(
        r"`xlreport ([a-z]+)(?: (--[a-z-]+))?`", page.read_text("utf-8")
    ):
        assert name in commands
        options = {opt for param in commands[name].params for opt in param.opts}
        assert not option or option in options


def test_the_folders_that_the_questions_name_are_those_of_a_campaign(tmp_path: Path) -> None:
    from xlreport.campaign.settings import init_campaign, read_settings

    init_campaign(tmp_path / "c", "zfxxgk-2021", 2025, "示例县")
    settings = read_settings(tmp_path / "c")
    folders = (settings.inbox, settings.templates, settings.summary, settings.letters)
    names = {path.name for path in (*folders, settings.records, settings.records_note)}
    text = QUESTIONS.read_text("utf-8")
    assert names <= set(re.findall(r"`([^`]+)`", text))


def test_there_are_twenty_questions_each_with_a_short_answer() -> None:
    parts = re.split(r"^### ", QUESTIONS.read_text("utf-8"), flags=re.MULTILINE)[1:]
    numbers = [int(part.partition("　")[0]) for part in parts]
    assert numbers == list(range(1, 21))
    for part in parts:
        heading, _, answer = part.partition("\n")
        assert heading.endswith("？")
        answer = answer.partition("\n## ")[0]
        assert 2 <= len(re.findall("[。？]", answer)) <= 7, heading


def test_the_codes_that_the_questions_name_exist() -> None:
    import runpy

    from xlreport import get_form

    codes = set(runpy.run_path(str(DOCS / "make_pages.py"))["all_codes"]())
    codes |= {check.code for check in get_form("zfxxgk-2021").checks}
    named = set(re.findall(r"（([A-Z]-[0-9]+)）", QUESTIONS.read_text("utf-8")))
    assert len(named) > 8
    assert {code.replace("-", "") for code in named} <= codes


# --- the pictures ---


def pictures() -> list[tuple[str, Path]]:
    """The pictures of the first day in their order, each with what it says to who cannot see it."""
    text = FIRST_DAY.read_text("utf-8")
    return [(alt, DOCS / target) for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text)]


def test_ten_steps_have_a_picture_each() -> None:
    steps = re.split(r"^## ", FIRST_DAY.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert [step.partition("　")[0] for step in steps] == [str(n) for n in range(1, 11)]
    assert all(step.count("![") == 1 for step in steps)
    names = [path.name for _, path in pictures()]
    assert names == [f"first-day-{number:02}.png" for number in range(1, 11)]


def test_a_picture_is_small_has_few_colours_and_words_for_who_cannot_see_it() -> None:
    for alt, path in pictures():
        data = path.read_bytes()
        width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
        assert (width, height) == (928, 520)
        assert (depth, colour) == (8, 3), "a palette: python docs/make_first_day.py docs/screens"
        assert len(data) <= MOST_BYTES
        assert len(re.findall("[\u4e00-\u9fff]", alt)) >= 10


def test_no_page_shows_a_folder_of_a_machine_or_a_real_address() -> None:
    for page in (*FOR_CLERKS, CHINESE_PAGE, DOCS / "make_first_day.py"):
        text = page.read_text("utf-8")
        assert not re.search(r"/(?:tmp|home|root|work|mnt|Users)/", text)
        for address in re.findall(r"[\w.]+@[\w.]+", text):
            assert address.endswith("@example.org") or address == "postmaster@"


# --- the same in both languages ---


def rows(page: Path) -> list[str]:
    """The lines of the table of a page, without its heading."""
    lines = [line for line in page.read_text("utf-8").splitlines() if line.startswith("| ")]
    return lines[2:]


def test_every_limit_is_told_in_both_languages() -> None:
    english, chinese = rows(ENGLISH_PAGE), rows(CHINESE_PAGE)
    assert len(english) == len(chinese) > 40
    for one, other in zip(english, chinese, strict=True):
        assert set(CODE.findall(one)) == set(CODE.findall(other)), other
        assert re.search("[\u4e00-\u9fff]{4}", other)


def test_both_changelogs_have_the_same_versions() -> None:
    english = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    chinese = re.findall(r"^## (.*)$", (DOCS / "更新记录.md").read_text("utf-8"), re.MULTILINE)
    assert chinese == [name.replace("Unreleased", "未发布") for name in english]
    assert chinese


def test_both_readmes_begin_with_the_double_click_and_link_the_pages() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text("utf-8")
        assert 0 < text.index("开始.cmd") < text.index("```")
        for page in ("第一天", "给乡镇的一页纸", "常见问题", "更新记录", "已知限制"):
            assert f"](docs/{page}.md)" in text
