"""The first day and the questions are a click away, where the program has them beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.scene import Visit, desk_in, words
from handbook import PAGES
from xlreport.desk.pages import handbook


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a program, as it is unpacked."""
    folder = tmp_path / "xlreport-1.2"
    folder.mkdir()
    monkeypatch.setattr(handbook, "PROGRAM", folder)
    return folder


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    with desk_in(tmp_path) as opened:
        yield opened


def test_every_page_leads_there(program: Path, visit: Visit) -> None:
    for name in handbook.OFFERED:
        (program / f"{name}.html").write_text(f"<p>{name}里写的</p>", "utf-8")
    page = visit.page("/start")
    assert "第一天 常见问题 关闭工作台" in words(page.partition("</nav>")[0])
    for name in handbook.OFFERED:
        answer = visit.get(f"/help/{name}.html")
        assert answer.mimetype == "text/html"
        assert words(answer.text) == f"{name}里写的"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; ")
        assert "script" not in policy


def test_where_they_are_not_nothing_is_offered(program: Path, visit: Visit) -> None:
    assert "第一天" not in visit.page("/start")
    assert visit.get("/help/第一天.html").status_code == 404
    assert list(program.iterdir()) == []


def test_no_other_file_of_that_folder_is_shown(program: Path, visit: Visit) -> None:
    (program / "其他.html").write_text("其他", "utf-8")
    for address in ("/help/其他.html", "/help/..%2F其他.html", "/help/第一天%00.html"):
        assert visit.get(address).status_code == 404


def test_those_that_are_offered_are_those_of_the_program() -> None:
    assert set(PAGES) == handbook._NAMES
    assert set(handbook.OFFERED) <= set(PAGES)
