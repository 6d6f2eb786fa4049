"""The status page in Chromium: what a clerk does with it, with a mouse, a keyboard, a phone and paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from support.browser import DESK, PHONE, browser, opened
from support.counties import county, last_year, overview, samples, wrong
from support.pages import DATA, SUMMARY, page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of three counties, the files beside them too."""
    made = tmp_path_factory.mktemp("汇总 #1")
    (made / "samples.html").write_bytes(page(samples(prior_year=False)))
    (made / "large.html").write_bytes(page(county(60, wrong, missing=3)))
    (made / "years.html").write_bytes(page(last_year(county(3))))
    (made / SUMMARY).write_bytes(b"PK")
    (made / DATA).write_bytes(b"{}")
    return made


@pytest.fixture
def shown(chromium: Browser, folder: Path) -> Iterator[Page]:
    """The page of the samples; nothing may go wrong in it, nothing but itself be asked for."""
    with opened(chromium, folder / "samples.html") as it:
        yield it.page
        assert it.complaints == []
        assert it.requests == [(folder / "samples.html").as_uri()]


def names(shown: Page) -> list[str]:
    """The units that are to be seen, in their order."""
    found = []
    for head in shown.locator("#units tbody > tr:first-child > th").all():
        if head.is_visible():
            found.append(head.inner_text().split()[0])
    return found


def error_of(shown: Page) -> Locator:
    """The first finding of one unit, an error."""
    return shown.locator("#units tbody", has_text="丙寅镇").locator(".findings li").first


ALL = [row.name for row in overview(samples(prior_year=False)).units]
RETURNED = ["丙寅镇", "丁卯镇", "示例县教育局"]


# --- finding a unit ---


def test_all_units_are_listed_at_first(shown: Page) -> None:
    assert names(shown) == ALL
    assert shown.locator("#shown").inner_text() == "共 14 个单位，列出 14 个"


def test_a_state_filters(shown: Page) -> None:
    shown.get_by_role("radio", name="退回 3").check()
    assert names(shown) == RETURNED
    assert shown.locator("#shown").inner_text() == "共 14 个单位，列出 3 个"
    shown.get_by_role("radio", name="未报 1").check()
    assert names(shown) == ["己巳乡"]
    shown.get_by_role("radio", name="全部 14").check()
    assert names(shown) == ALL


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("教育", ["示例县教育局"]),
        ("990103", ["丙寅镇"]),
        (" 丙 寅 ", ["丙寅镇"]),
        ("街道", ["庚午街道", "辛未街道"]),
        ("没有的", []),
        ("<b>", []),
    ],
)
def test_a_name_or_a_code_is_found(shown: Page, sought: str, found: list[str]) -> None:
    shown.get_by_role("searchbox").fill(sought)
    assert names(shown) == found
    assert shown.get_by_text("没有这样的单位。").is_visible() == (found == [])


def test_search_and_state_go_together(shown: Page) -> None:
    shown.get_by_role("radio", name="通过 10").check()
    shown.get_by_role("searchbox").fill("镇")
    assert names(shown) == ["甲子镇", "乙丑镇"]


def test_units_are_sorted_by_errors_and_back(shown: Page) -> None:
    button = shown.get_by_role("button", name="错误")
    button.click()
    assert names(shown)[:3] == ["示例县教育局", "丙寅镇", "丁卯镇"]
    assert shown.get_by_role("columnheader", name="错误").get_attribute("aria-sort") == "descending"
    button.click()
    assert names(shown)[-1] == "示例县教育局"
    assert shown.get_by_role("columnheader", name="错误").get_attribute("aria-sort") == "ascending"
    shown.get_by_role("button", name="单位").click()
    assert names(shown)[:2] == ["甲子镇", "乙丑镇"]
    assert shown.locator("th[aria-sort]").count() == 1
    shown.get_by_role("button", name="情况").click()
    assert names(shown) == ALL


def test_a_sorted_list_keeps_its_filter(shown: Page) -> None:
    shown.get_by_role("radio", name="退回 3").check()
    shown.get_by_role("button", name="错误").click()
    assert names(shown) == ["示例县教育局", "丙寅镇", "丁卯镇"]


def test_findings_open_with_the_unit(shown: Page) -> None:
    error = error_of(shown)
    assert not error.is_visible()
    shown.get_by_text("丙寅镇：2 条审核结果").click()
    assert error.is_visible()


# --- links ---


def test_a_count_leads_to_its_units(shown: Page) -> None:
    shown.get_by_role("searchbox").fill("局")
    shown.locator(".tiles a", has_text="退回").click()
    assert names(shown) == RETURNED
    assert shown.url.endswith("#units")
    assert shown.locator("#units-title").is_visible()


def test_every_link_leads_somewhere(shown: Page, folder: Path) -> None:
    addresses = shown.eval_on_selector_all("a", "links => links.map(a => a.href)")
    assert len(addresses) > 10
    here = (folder / "samples.html").as_uri()
    beside = {(folder / name).as_uri() for name in (SUMMARY, DATA)}
    ids = shown.eval_on_selector_all("[id]", "all => all.map(e => e.id)")
    for address in addresses:
        place, mark, part = address.partition("#")
        if address not in beside:
            assert place + mark + part == f"{here}#{part}"
            assert part in ids
    assert beside <= set(addresses)


# --- keyboard ---


def test_everything_is_reached_and_used_with_the_keyboard(shown: Page) -> None:
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "跳到各单位情况"
    assert shown.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    shown.keyboard.press("Enter")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.name") == "state"
    shown.keyboard.press("ArrowRight")
    shown.keyboard.press("ArrowRight")
    assert names(shown) == RETURNED
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.id") == "search"
    shown.keyboard.type("镇")
    assert names(shown) == ["丙寅镇", "丁卯镇"]
    shown.keyboard.press("Enter")
    for _ in range(3):
        shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "错误"
    shown.keyboard.press("Space")
    assert shown.locator("th[aria-sort]").inner_text().startswith("错误")
    for _ in range(3):
        shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.tagName") == "SUMMARY"
    shown.keyboard.press("Enter")
    assert shown.locator("#units details[open]").count() == 1


def test_what_has_the_focus_is_marked(shown: Page) -> None:
    shown.keyboard.press("Tab")
    marked = "getComputedStyle(document.activeElement).outlineWidth"
    for _ in range(12):
        shown.keyboard.press("Tab")
        inside = shown.evaluate("document.activeElement.type") == "radio"
        marker = (
            marked.replace("activeElement", "activeElement.nextElementSibling")
            if inside
            else marked
        )
        assert shown.evaluate(marker) == "3px"


# --- other screens, paper, no script ---


@pytest.mark.parametrize("name", ["samples.html", "large.html", "years.html"])
@pytest.mark.parametrize("size", [DESK, PHONE, (320, 568)], ids=["desk", "phone", "small phone"])
def test_nothing_is_cut_off_at_the_side(
    chromium: Browser, folder: Path, name: str, size: tuple[int, int]
) -> None:
    with opened(chromium, folder / name, size) as it:
        assert it.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        for unit in it.page.locator("#units tbody").all()[:5]:
            box = unit.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= size[0]
        assert it.complaints == []


def test_letters_are_legible_on_a_phone(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "samples.html", PHONE) as it:
        smallest = it.page.evaluate(
            """() => Math.min(...[...document.querySelectorAll('body *')]
            .filter(e => e.getClientRects().length && !e.closest('svg') && e.innerText)
            .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
        )
        assert smallest >= 13
        scale = "e => e.getBoundingClientRect().width / e.viewBox.baseVal.width"
        assert it.page.locator(".chart").first.evaluate(scale) * 11 >= 10


def test_a_phone_tells_what_its_numbers_are(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "samples.html", PHONE) as it:
        before = "e => getComputedStyle(e, '::before').content"
        assert it.page.locator("#units .errors").first.evaluate(before) == '"错误 "'
        assert it.page.locator("#units .warnings").first.evaluate(before) == '"警示 "'


def test_dark_screens_get_a_dark_page(chromium: Browser, folder: Path) -> None:
    grounds = []
    for dark in (False, True):
        with opened(chromium, folder / "samples.html", dark=dark) as it:
            ground = "getComputedStyle(document.documentElement).backgroundColor"
            grounds.append(it.page.evaluate(ground))
    assert grounds == ["rgb(255, 255, 255)", "rgb(20, 24, 29)"]


def test_without_a_script_everything_is_there_to_read(chromium: Browser, folder: Path) -> None:
    with opened(chromium, folder / "samples.html", script=False) as it:
        assert names(it.page) == ALL
        assert not it.page.get_by_role("searchbox").is_visible()
        assert it.page.get_by_role("button").count() == 0
        it.page.get_by_text("丙寅镇：2 条审核结果").click()
        assert error_of(it.page).is_visible()


def test_on_paper_findings_stand_open_and_nothing_is_there_to_click(
    chromium: Browser, folder: Path, tmp_path: Path
) -> None:
    with opened(chromium, folder / "samples.html", dark=True) as it:
        shown = it.page
        shown.get_by_role("radio", name="退回 3").check()
        shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        shown.emulate_media(media="print")
        assert error_of(shown).is_visible()
        for unseen in ("#controls", "nav", "#units thead button", "#charts details"):
            assert not shown.locator(unseen).first.is_visible()
        heading = "e => getComputedStyle(e, '::before').content"
        assert shown.locator("th[data-sort=errors]").evaluate(heading) == '"错误"'
        assert names(shown) == RETURNED
        ground = "getComputedStyle(document.documentElement).backgroundColor"
        assert shown.evaluate(ground) == "rgb(255, 255, 255)"
        shown.evaluate("window.dispatchEvent(new Event('afterprint'))")
        shown.emulate_media(media="screen")
        assert shown.locator("details[open]").count() == 0
        pdf = tmp_path / "page.pdf"
        shown.pdf(path=pdf, prefer_css_page_size=True)
        assert pdf.read_bytes().startswith(b"%PDF")
        assert it.requests == [(folder / "samples.html").as_uri()]
        assert it.complaints == []


# --- a page that is attacked ---


def test_nothing_in_it_runs_that_is_not_its_own(
    chromium: Browser, folder: Path, tmp_path: Path
) -> None:
    """Even if a text became markup, the policy lets nothing run or be fetched."""
    text = (folder / "samples.html").read_text("utf-8")
    bad = "<script>document.title='x'</script><img src='https://example.org/a.png' onerror='document.title=1'>"
    attacked = tmp_path / "attacked.html"
    attacked.write_text(
        text.replace("<main>", f"<main>{bad}<style>*{{color:red}}</style>"), "utf-8"
    )
    with opened(chromium, attacked) as it:
        assert it.page.title().startswith("汇总情况")
        assert it.page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
        assert it.failures == {"https://example.org/a.png": "csp"}
        assert it.requests == [attacked.as_uri(), *it.failures]
        assert len(it.complaints) >= 3


# --- for everybody ---


@pytest.mark.parametrize("name", ["samples.html", "large.html", "years.html"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_serious(
    chromium: Browser, folder: Path, name: str, dark: bool, size: tuple[int, int]
) -> None:
    """All details open: what is not to be seen is not looked at."""
    with opened(chromium, folder / name, size, dark=dark) as it:
        it.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        found = Axe().run(it.page).response["violations"]
        told = [(v["id"], v["impact"], [n["html"] for n in v["nodes"]][:3]) for v in found]
        assert told == []
