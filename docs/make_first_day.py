"""Makes the pictures of the page for the first day: Chromium works at the real desk, with the sample
county, from the empty folder to the summary.

Needs ImageMagick, and Chromium with Playwright:

    python docs/make_first_day.py docs/screens
"""

from __future__ import annotations

import datetime as dt
import html
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlreport import clock

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
WIDTH, HEIGHT, SCALE = 1160, 650, 0.8
"""Of the window, and what is left of a pixel of it in a picture."""

FEW_COLOURS = ("+dither", "-colors", "64", "-define", "png:compression-level=9", "PNG8:-")
TODAY = dt.date(2026, 1, 12)
"""The day on which the pictures play: eight days before the units must have sent."""

DEADLINE = "2026-01-20"
YEAR, COUNTY = "2025", "示例县"
HOME = "C:\\Users\\user\\Documents\\xlreport"
"""What the pictures call the folder in which the campaign lies; `开始.cmd` takes this one."""

PROGRAM = "D:\\xlreport"
"""What they call the folder of the program."""

PATIENCE = 60_000
"""Milliseconds for what takes a second."""

WRONG_LINE, RIGHT_CODE, WRONG_CODE = 4, "990104", "990103"
"""A line of the roster that gets the code of the one above it, as a slip of the hand does."""

FOLDER_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>
body {{ margin: 0; font: 17px "Noto Sans CJK SC", sans-serif; background: #fff; color: #222; }}
h1 {{ font-size: 17px; font-weight: normal; margin: 0; padding: 14px 24px; background: #e8edf3; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: 9px 24px; font-weight: normal; }}
th {{ color: #667; border-bottom: 1px solid #ddd; }}
td + td {{ color: #667; }}
b {{ font-weight: normal; }}
</style><h1>{title}</h1><table><tr><th>名称</th><th>是什么</th></tr>{rows}</table></html>"""

FOLDER_ROW = "<tr><td><b>{}</b></td><td>{}</td></tr>"

FOLDER = {
    "开始.cmd": "双击它开始工作",
    "第一天.html": "这一页",
    "常见问题.html": "常见问题",
    "给乡镇的一页纸.html": "发给各单位的填报说明",
    "更新记录.html": "各版本的改动",
    "已知限制.html": "还做不到的",
    "版本.txt": "版本",
    "xlreport.cmd": "供命令行使用",
    "示例": "示例县的名册和报表，可以先拿来练习",
    "许可": "各部分的许可",
    "lib": "程序，不用打开",
    "python": "程序，不用打开",
}
"""What lies in the unpacked folder, and what it is."""


@contextmanager
def running_desk(home: Path) -> Iterator[str]:
    """A desk of this process in a folder; gives its door. It takes TODAY for the present day, and
    has the pages beside it that the program for Windows has."""
    clock.present_day = lambda: TODAY
    from xlreport.desk.launch import Start, run
    from xlreport.desk.pages import handbook

    handbook.offered = lambda: handbook.OFFERED

    told: list[str] = []
    opened = threading.Event()

    def tell(line: str) -> None:
        told.append(line)
        opened.set()

    start = Start(home, browser=False)
    threading.Thread(target=run, args=(start, tell), daemon=True).start()
    if not opened.wait(PATIENCE / 1000):
        raise SystemExit("the desk has not started")
    yield told[0].partition("：")[2]


def reduced(picture: bytes) -> bytes:
    """The picture with few colours."""
    few = ["convert", "png:-", "-strip", *FEW_COLOURS]
    return subprocess.run(few, input=picture, check=True, capture_output=True).stdout


@dataclass
class Album:
    """Takes the pictures; `hide` is the folder of this run, which no picture shows."""

    page: Page
    hide: Path
    folder: Path
    count: int = 0

    def take(self, *marked: str) -> None:
        """The next picture, with a frame around what is to be clicked or looked at."""
        self.count += 1
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate(HIDE, [str(self.hide), HOME])
        self.page.evaluate(MARK, list(marked))
        picture = self.page.screenshot()
        self.page.evaluate("document.querySelectorAll('.drawn').forEach(each => each.remove())")
        target = self.folder / f"first-day-{self.count:02}.png"
        target.write_bytes(reduced(picture))


HIDE = """([path, home]) => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent;
    if (text.includes(path)) {
      const parts = text.split(path);
      const rest = parts.slice(1).map(part => part.replace(/[^ ，。；”）]*/, p => p.replaceAll("/", "\\\\")));
      walk.currentNode.textContent = parts[0] + rest.map(part => home + part).join("");
    }
  }
}"""
"""Writes a folder of Windows for the folder of this run."""

MARK = """(selectors) => {
  for (const selector of selectors) {
    const box = document.querySelector(selector).getBoundingClientRect();
    const frame = document.createElement("div");
    frame.className = "drawn";
    Object.assign(frame.style, {
      position: "absolute", pointerEvents: "none", boxSizing: "border-box",
      border: "4px solid #e8590c", borderRadius: "8px",
      left: box.left + scrollX - 7 + "px", top: box.top + scrollY - 7 + "px",
      width: box.width + 14 + "px", height: box.height + 14 + "px",
    });
    document.body.append(frame);
  }
}"""


def scroll_to(page: Page, selector: str) -> None:
    """Moves a part of the page to the top of the window."""
    page.evaluate("s => document.querySelector(s).scrollIntoView(true)", selector)


# --- the ten steps ---


def double_click(album: Album, door: str) -> None:
    """The folder, drawn: no Windows is at hand where the pictures are made."""
    rows = [
        FOLDER_ROW.format(html.escape(name), html.escape(what)) for name, what in FOLDER.items()
    ]
    album.page.set_content(FOLDER_PAGE.format(title=PROGRAM, rows="".join(rows)))
    album.take("tr:nth-child(2) b")
    album.page.goto(door)


def new_campaign(album: Album, _door: str) -> None:
    """The first page, filled in."""
    page = album.page
    page.fill("#year", YEAR)
    page.fill("#county", COUNTY)
    page.fill("#deadline", DEADLINE)
    album.take("#make")
    page.click("#make")


def mend_roster(album: Album, _door: str) -> None:
    """A roster with a slip."""
    page = album.page
    lines = (SAMPLES / "roster.csv").read_text("utf-8-sig").splitlines(keepends=True)
    lines[WRONG_LINE] = lines[WRONG_LINE].replace(RIGHT_CODE, WRONG_CODE)
    roster = album.hide / "名册.csv"
    roster.write_text("".join(lines), "utf-8-sig")
    page.set_input_files("#roster", roster)
    page.wait_for_selector("#wrong")
    scroll_to(page, "#table-title")
    album.take("td.wrong", "#save-roster")
    page.fill(f"#roster-table tbody tr:nth-child({WRONG_LINE}) td input", RIGHT_CODE)
    page.click("#save-roster")


def make_templates(album: Album, _door: str) -> None:
    """The roster as it should be, and the button for the templates."""
    page = album.page
    page.wait_for_selector("#fine")
    page.evaluate("scrollTo(0, 0)")
    album.take("#templates")
    page.click("#templates")
    page.wait_for_selector("#job[data-state=done]", timeout=PATIENCE)


def drop_reports(album: Album, _door: str) -> None:
    """The reports of the samples, dropped and judged."""
    page = album.page
    page.click("nav a >> nth=0")
    reports = sorted((SAMPLES / "2025").iterdir())
    page.set_input_files("#files", reports)
    page.wait_for_function(JUDGED, arg=len(reports), timeout=PATIENCE)
    scroll_to(page, "#drop-title")
    album.take("#drop-hint")


JUDGED = """count => {
  const tags = [...document.querySelectorAll("#upload-list .tag")].map(tag => tag.textContent);
  return tags.length === count && !tags.some(tag => ["等候", "已收下"].includes(tag));
}"""


def see_units(album: Album, _door: str) -> None:
    """The table of the units."""
    page = album.page
    page.reload()
    page.wait_for_selector("#collection tr[data-state=returned]")
    scroll_to(page, "#units")
    album.take("#collection tr[data-state=returned] a")


def see_unit(album: Album, _door: str) -> None:
    """A report with an error beside its table."""
    page = album.page
    page.click("#collection tr[data-state=returned] a")
    page.wait_for_selector("table.form td.error")
    page.evaluate("document.querySelector('table.form td.error').scrollIntoView({block: 'center'})")
    album.take()


def write_letters(album: Album, _door: str) -> None:
    """The letters."""
    page = album.page
    page.click("nav a >> nth=1")
    scroll_to(page, "#letters-title")
    album.take("table.letters")


def merge(album: Album, _door: str) -> None:
    """The merge, done."""
    page = album.page
    page.click("#act-merge")
    page.wait_for_selector("#job[data-state=done]", timeout=PATIENCE)
    album.take("main form.inline")


def see_summary(album: Album, _door: str) -> None:
    """The status page beside the summary."""
    (found,) = album.hide.rglob("汇总情况.html")
    album.page.goto(found.as_uri())
    album.take()


STEPS: tuple[Callable[[Album, str], None], ...] = (
    double_click,
    new_campaign,
    mend_roster,
    make_templates,
    drop_reports,
    see_units,
    see_unit,
    write_letters,
    merge,
    see_summary,
)


def main(folder: Path) -> None:
    """All pictures, in the order of the work."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="desk"))
    with running_desk(home) as door, sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            device_scale_factor=SCALE,
            bypass_csp=True,
            color_scheme="light",
            timezone_id="Asia/Shanghai",
            locale="zh-CN",
        )
        album = Album(page, home, folder)
        for step in STEPS:
            step(album, door)
        browser.close()
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
