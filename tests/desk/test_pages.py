"""Every page of the desk in Chromium: for everybody, with the keyboard alone, on small and on dark
screens; nothing in it is refused by its own policy or asked for elsewhere."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from msoffcrypto.format.ooxml import OOXMLFile
from playwright.sync_api import Browser, FilePayload, Page, expect

from desk.visitor import LONG, SMALL, Clerk, Seat, clerk_at, seated
from support.browser import DESK
from xlreport.atomic import locked
from xlreport.cli.app import main

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
SCRIPT = "<img src=x onerror=alert(1)>'\"&.xlsx"
"""A name that would be a script, were it not told as text."""

UNREADABLE = """() => {
  const fails = (done, failed) => failed(new DOMException('x', 'NotReadableError'));
  const file = new File(['text'], 'c.txt');
  const good = { isFile: true, fullPath: '/卷/c.txt', file: done => done(file) };
  const bad = { isFile: true, fullPath: '/卷/b.xlsx', file: fails };
  const inner = { isFile: false, fullPath: '/卷/里', createReader: () => ({ readEntries: fails }) };
  let batches = [[bad, good], [inner], []];
  const reader = { readEntries: done => done(batches.shift()) };
  const outer = { isFile: false, fullPath: '/卷', createReader: () => reader };
  const item = entry => ({ kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => file });
  const event = new Event('drop', { bubbles: true, cancelable: true });
  event.dataTransfer = { types: ['Files'], items: [item(outer), item(null)], files: [] };
  document.getElementById('drop').dispatchEvent(event); }"""
"""Drops a folder of which the browser cannot read a file and a folder, and a file without a place."""

PAGES = {
    "start": "/start",
    "roster": "/roster",
    "settings": "/settings",
    "work": "/",
    "filtered": "/?state=returned&q=镇",
    "wrong sum": "/unit/990103",
    "no report": "/unit/990106",
    "explained": "/unit/990206",
    "decided": "/unit/990202?about=A6",
    "office": "/office",
    "action": "/jobs/1",
    "log": "/log",
    "nothing": "/nothing",
}
"""Each page of the desk by what it shows."""

BROWSERS_OWN = "the server responded with a status of 404"
"""What Chromium says of a page that is not there."""

REACHED = """() => [...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]')].filter(
    e => e.getClientRects().length && e.checkVisibility() && !e.disabled
      && !(e.type === 'radio' && e.name && !e.checked
        && document.querySelector(`input[name="${e.name}"]:checked`))
      && !(e.type === 'radio' && !document.querySelector(`input[name="${e.name}"]:checked`)
        && e !== document.querySelector(`input[name="${e.name}"]`))
  )"""
"""What the Tab key must reach: of radio buttons the one that is chosen, or else the first."""

FOCUS = """() => { const e = document.activeElement;
  const own = getComputedStyle(e), next = e.nextElementSibling;
  const beside = next && getComputedStyle(next);
  const marked = s => s && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3;
  return [window.reached.indexOf(e), marked(own) || marked(beside), e.outerHTML.slice(0, 120)]; }"""
"""The place of what has the focus among those, whether it is marked, and what it is."""


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """A desk at the campaign of the samples, with last year's figures and a name that attacks."""
    home = tmp_path_factory.mktemp("desk")
    folder = home / "年报 #1"
    words = ["--form", "zfxxgk-2021", "--year", "2025", "--county", "示例县"]
    roster = ["--roster", str(SAMPLES / "roster.csv"), "--deadline", "2026-01-20"]
    assert main(["init", str(folder), *words, *roster]) == 0
    shutil.copytree(SAMPLES / "2025", folder / "inbox", dirs_exist_ok=True)
    (folder / "inbox" / SCRIPT).write_bytes(b"no workbook")
    (previous,) = (SAMPLES / "2024").glob("*.xlsx")
    shutil.copy2(previous, folder)
    settings = folder / "xlreport.toml"
    text = settings.read_text("utf-8-sig")
    settings.write_text(text.replace('previous = ""', f'previous = "{previous.name}"'), "utf-8")
    with seated(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def merged(chromium: Browser, seat: Seat) -> Seat:
    """The same after a merge: every button is there."""
    with clerk_at(chromium, seat) as clerk:
        page = clerk.go("/office")
        page.locator("#act-merge").click()
        page.wait_for_selector("#job[data-state=done]", timeout=LONG * 1000)
        clerk.go("/")
        expect(page.locator("#state")).to_have_attribute("data-fresh", "yes")
    return seat


@pytest.fixture
def clerk(chromium: Browser, merged: Seat) -> Iterator[Clerk]:
    """Nothing may go wrong in a page, and nothing be asked for elsewhere."""
    with clerk_at(chromium, merged, SMALL) as here:
        yield here
        assert [told for told in here.complaints if BROWSERS_OWN not in told] == []
        assert here.strangers() == []


def violations(page: Page) -> list[Any]:
    """What axe finds, with where."""
    found = Axe().run(page).response["violations"]
    return [(v["id"], v["impact"], [n["html"] for n in v["nodes"]][:3]) for v in found]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_any_page(chromium: Browser, merged: Seat, dark: bool) -> None:
    told = {}
    with clerk_at(chromium, merged, dark=dark) as clerk:
        for name, address in PAGES.items():
            page = clerk.go(address)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            told[name] = violations(page)
    assert {name: found for name, found in told.items() if found} == {}


@pytest.mark.parametrize("size", [SMALL, DESK], ids=["1280", "1366"])
def test_nothing_is_cut_off_at_the_side(
    chromium: Browser, merged: Seat, size: tuple[int, int]
) -> None:
    with clerk_at(chromium, merged, size) as clerk:
        widths = {}
        for name, address in PAGES.items():
            page = clerk.go(address)
            widths[name] = page.evaluate("document.documentElement.scrollWidth")
    assert {name: width for name, width in widths.items() if width > size[0]} == {}


@pytest.mark.parametrize("address", PAGES.values(), ids=list(PAGES))
def test_the_tab_key_reaches_everything_and_shows_where_it_is(clerk: Clerk, address: str) -> None:
    page = clerk.go(address)
    expect(page.locator("main")).to_be_visible()
    count = page.evaluate(f"() => (window.reached = ({REACHED})()).length")
    visited: list[int] = []
    while len(visited) < count:
        page.keyboard.press("Tab")
        place, is_marked, what = page.evaluate(FOCUS)
        assert is_marked, what
        visited.append(place)
    assert visited == list(range(count)), "each in the order in which it is read"


def test_the_first_tab_leads_past_the_navigation(clerk: Clerk) -> None:
    page = clerk.go("/office")
    page.keyboard.press("Tab")
    assert clerk.focused() == "跳到正文"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert clerk.focused() == "act-merge"


def test_a_unit_is_found_and_decided_with_the_keyboard_alone(clerk: Clerk) -> None:
    page = clerk.go("/")
    expect(page.locator("#collection")).to_be_visible()
    page.locator("#controls input[name=state]:checked").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator("#collection tbody tr:visible").count() == 3
    page.keyboard.press("Tab")
    assert clerk.focused() == "search"
    page.keyboard.type("教育")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert clerk.focused() == "示例县教育局"
    page.keyboard.press("Enter")
    page.wait_for_url("**/unit/990202")
    page.locator("#about").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    assert page.get_by_label("不计入", exact=True).is_checked()
    page.keyboard.press("Tab")
    assert clerk.focused() == "reason"
    page.keyboard.type("等补报")
    page.keyboard.press("Enter")
    page.wait_for_url("**/unit/990202#decisions")
    expect(page.locator(".decision")).to_contain_text("等补报")
    expect(page.locator("#decisions")).to_be_focused()
    page.keyboard.press("Tab")
    assert clerk.focused() == "撤销"
    page.keyboard.press("Space")
    expect(page.locator("#decisions + p")).to_have_text("没有。")
    expect(page.locator("#decisions")).to_be_focused()
    page.keyboard.press("Tab")
    assert clerk.focused() == "about"


def test_what_was_not_decided_is_told_where_it_was_typed(clerk: Clerk) -> None:
    page = clerk.go("/unit/990103")
    page.get_by_label("要求核实").check()
    page.get_by_label("理由").fill("　")
    page.get_by_label("谁决定的").fill("张三")
    page.get_by_role("button", name="记下决定").click()
    expect(page.locator("#trouble")).to_have_text(
        "请写明为什么这样决定；汇总表、汇总情况和信里都会写上。"
    )
    expect(page.locator("#trouble")).to_be_focused()
    expect(page.locator("#trouble")).to_be_in_viewport()
    expect(page.get_by_label("要求核实")).to_be_checked()
    expect(page.get_by_label("谁决定的")).to_have_value("张三")
    expect(page.locator("h1")).to_contain_text("丙寅镇")
    assert [each for each in clerk.complaints if "409" in each]
    clerk.complaints.clear()


def test_a_page_that_is_refreshed_keeps_the_focus(clerk: Clerk) -> None:
    page = clerk.go("/")
    link = page.locator("#collection a", has_text="己巳乡")
    link.focus()
    report = next((SAMPLES / "2025").glob("990101*"))
    page.locator("#files").set_input_files(report)
    expect(page.locator("#upload-list li")).to_contain_text("以前收下过，内容相同")
    assert clerk.focused() == "己巳乡"


def test_a_file_that_is_too_large_is_not_sent(clerk: Clerk) -> None:
    page = clerk.go("/")
    assert int(page.locator("#drop").get_attribute("data-most") or 0) > 1_000_000_000
    page.evaluate("document.getElementById('drop').dataset.most = '4'")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    for name in ("大.xlsx", "小.xlsx"):
        data = b"12345" if name == "大.xlsx" else b"123"
        page.locator("#files").set_input_files({"name": name, "mimeType": "", "buffer": data})
    large = page.locator("#upload-list li", has_text="大.xlsx")
    expect(large).to_contain_text("没有收下")
    expect(large).to_contain_text("一次放的文件太大，没有收下；请分几次放")
    expect(page.locator("#upload-count")).to_have_text("已处理 2 / 2，收下 1 个，没有收下 1 个")
    assert sent.count("POST") == 1


@pytest.mark.parametrize(("at", "then"), [("nav a[href='/roster']", "名册"), ("h1", "job")])
def test_the_end_of_an_action_takes_the_focus_from_nobody(
    clerk: Clerk, merged: Seat, at: str, then: str
) -> None:
    """Who is nowhere comes to how it ended; the page itself stays."""
    page = clerk.go("/office")
    with locked(merged.folder / "records"):
        page.locator("#act-merge").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#job[data-state=running]")
        page.evaluate("window.stays = true")
        page.locator(at).focus()
    page.wait_for_selector("#job[data-state=done]", timeout=LONG * 1000)
    expect(page.locator("main .lines li").first).to_contain_text("收到 ")
    assert page.title() == "汇总　完成"
    assert clerk.focused() == then
    assert page.evaluate("window.stays")


def test_what_is_not_opened_is_told_beside_its_button(clerk: Clerk, merged: Seat) -> None:
    page = clerk.go("/office")
    away = merged.folder.with_name("别处")
    merged.folder.rename(away)
    button = page.locator("#open-inbox")
    button.focus()
    page.keyboard.press("Enter")
    told = page.locator(".opens [role=alert]")
    expect(told).to_contain_text("不在了：请检查它是不是被移走、改名或断开，再试一次。")
    assert clerk.focused() == "open-inbox"
    away.rename(merged.folder)
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_have_text("已打开收到的报表。")
    expect(told).to_have_count(0)
    assert "409 (CONFLICT)" in clerk.complaints.pop(), "as Chromium notes it"


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are Linux's")
def test_a_file_that_the_disk_does_not_take_is_told(clerk: Clerk, merged: Seat) -> None:
    """No file of the desk may have more than a quarter of a megabyte."""
    import resource

    page = clerk.go("/")
    pid, kind = merged.process.pid, resource.RLIMIT_FSIZE
    before = resource.prlimit(pid, kind, (1 << 18, resource.RLIM_INFINITY))
    data = FilePayload(name="大.xlsx", mimeType="", buffer=b"1" * (3 << 20))
    page.locator("#files").set_input_files(data)
    told = page.locator("#upload-list li", has_text="大.xlsx")
    expect(told).to_contain_text("没有收下")
    expect(told).to_contain_text(f"写不了“{tempfile.gettempdir()}”")
    assert "409 (CONFLICT)" in clerk.complaints.pop(), "as Chromium notes it"
    resource.prlimit(pid, kind, before)
    page.locator("#files").set_input_files(data)
    expect(page.locator("#upload-list .tag.rejected")).to_have_count(1)


def test_what_the_browser_cannot_read_is_told_and_counted(clerk: Clerk) -> None:
    page = clerk.go("/")
    page.evaluate(UNREADABLE)
    expect(page.locator("#upload-count")).to_have_text("已处理 4 / 4，收下 2 个，没有收下 2 个")
    failed = page.locator("#upload-list li", has=page.locator(".tag.failed"))
    told = [" ".join(text.split()) for text in failed.all_inner_texts()]
    what = "没有收下。请检查它还在不在、能不能打开，再放一次。"
    assert told == [
        f"没有收下 卷/里 这个文件夹没有读全，{what}",
        f"没有收下 卷/b.xlsx 这个文件读不出来，{what}",
    ]


def test_files_that_miss_their_place_do_not_replace_the_page(clerk: Clerk) -> None:
    report = next((SAMPLES / "2025").glob("990101*"))
    for address in ("/office", "/unit/990103", "/log"):
        page = clerk.go(address)
        before = page.url
        clerk.drop([report], "h1")
        assert page.url == before
        expect(page.locator("h1")).to_be_visible()
    clerk.go("/")
    clerk.drop([report], "h1")
    expect(clerk.page.locator("#upload-list li")).to_contain_text("以前收下过，内容相同。")


def test_a_name_that_attacks_is_only_a_name(clerk: Clerk) -> None:
    page = clerk.go("/")
    expect(page.locator("#recent")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("main img").count() == 0
    page.locator("#files").set_input_files(
        {"name": "<b>'\"&.xlsx", "mimeType": "", "buffer": b"no workbook either"}
    )
    expect(page.locator("#upload-list li")).to_contain_text("<b>")
    expect(page.locator("#upload-list .tag.rejected")).to_have_count(1)
    assert page.locator("#main b", has_text="'").count() == 0


def test_a_word_document_with_a_password_is_called_no_workbook(clerk: Clerk) -> None:
    locked = io.BytesIO()
    with (SAMPLES / "report-template.docx").open("rb") as document:
        OOXMLFile(document).encrypt("密码7", locked)
    page = clerk.go("/")
    data = FilePayload(name="锁.docx", mimeType="", buffer=locked.getvalue())
    page.locator("#files").set_input_files(data)
    told = page.locator("#upload-list li", has_text="锁.docx")
    expect(told).to_contain_text("文件加了打开密码，没有读取，请在“设置”里给出打开密码")


def test_last_years_figures_stand_beside_this_years(clerk: Clerk) -> None:
    page = clerk.go("/unit/990101")
    assert page.locator("table.form td small").first.inner_text().startswith("上年 ")


def test_the_status_page_is_a_stranger_that_reaches_nothing_of_ours(clerk: Clerk) -> None:
    page = clerk.go("/files/page")
    expect(page.locator("h1").first).to_be_visible()
    assert page.evaluate("self.origin") == "null"
    asked = page.evaluate(
        "() => fetch('/state.json', {credentials: 'include'}).then(() => 'read', () => 'refused')"
    )
    assert asked == "refused"
    assert [told for told in clerk.complaints if "Content Security Policy" in told] != []
    clerk.complaints.clear()


def test_without_a_script_everything_is_there(chromium: Browser, merged: Seat) -> None:
    with clerk_at(chromium, merged, script=False) as clerk:
        page = clerk.go("/")
        assert page.locator("#collection tbody tr:visible").count() == 14
        for name in ("#take", "#files", "#search"):
            assert page.locator(name).is_visible()
        page.locator("#search").fill("街道")
        page.get_by_role("button", name="查找").click()
        assert page.locator("#collection tbody tr:visible").count() == 2
        page = clerk.go("/roster")
        assert page.locator("#read-roster").is_visible()
        assert clerk.complaints == []
