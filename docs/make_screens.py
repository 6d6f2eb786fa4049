"""Makes the pictures of the guide: workbooks as a screen of 1366 by 768 shows them, and as they print;
the status page as a screen and a phone show it.

Needs LibreOffice (Calc, and Writer for the report), Xvfb, xdotool, ImageMagick, poppler-utils, and Chromium
with Playwright:

    python docs/make_screens.py docs/screens         # all
    python docs/make_screens.py docs/screens page    # those of the status page; also: workbooks, summary, report
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from xlreport import (
    MergeRequest,
    get_form,
    merge_folder,
    read_prior_year,
    read_roster,
    report_of_merge,
    write_outputs,
    write_report,
    write_workbook,
)
from xlreport.form.model import Form
from xlreport.submission import Entry, Figures, Status, Submission, Unit
from xlreport.workbook.writer.template import blank

ROOT = Path(__file__).resolve().parent.parent
SCREEN = "1366x768x24"
SMALL = "683x"
"""Half the width: what the guide shows."""

FEW_COLOURS = ("+dither", "-colors", "40", "PNG8:-")

DISPLAY = ":97"
LONGEST_START = 180
"""Seconds."""

PAGE_SCREENS = (("state", 1366, 768), ("phone", 390, 844))
"""Names of the page's pictures, with the screens."""

THIRD_TABLE = 3
"""The page with the table of requests, behind the cover and the first table."""

TABS_Y = 735
"""Where LibreOffice has the tabs of sheets on such a screen."""

TOWN = Unit("青石镇人民政府（示例）", "990199", "乡镇")
COUNTY = Unit("示例县", "9901", "县")

TABS = {"cover": 80, "disclosure": 340, "requests": 452, "review": 566, "texts": 668, "checks": 745}
"""Where on the screen the tab of a sheet is."""

TABS |= {"collection": 158, "status": 236}
"""Those of a summary."""


def reports(form: Form) -> Iterator[tuple[str, Submission, tuple[str, ...]]]:
    """Each report with a name, and the sheets to look at."""
    empty = blank(form, 2025, TOWN, COUNTY)
    yield "blank", empty, ("cover", "requests")
    right = _right(form, empty)
    yield "right", right, ("cover", "requests", "texts")
    received = "requests.received.natural_person"
    wrong = replace(right, entries={**right.entries, received: _number(21)})
    yield "wrong", wrong, ("cover", "requests", "checks")
    some = {name: entry for i, (name, entry) in enumerate(right.entries.items()) if i % 4}
    yield "half", replace(right, entries=some, texts={}), ("cover", "requests")
    numbers = {name: Decimal(3) for name in form.fields}
    last_year = replace(wrong, prior_year=Figures(numbers))
    yield "last-year", last_year, ("disclosure",)


def _number(value: int) -> Entry:
    return Entry(Decimal(value), Status.NUMBER, str(value))


def _right(form: Form, empty: Submission) -> Submission:
    """A report in which all checks hold, with texts of a thousand characters."""
    entries = {field.id: _number(0) for field in form.typed}
    entries["requests.received.natural_person"] = _number(12)
    entries["requests.granted.natural_person"] = _number(10)
    entries["requests.carried_out.natural_person"] = _number(2)
    entries["disclosure.licences.decisions"] = _number(31)
    sentence = "本年度认真贯彻《中华人民共和国政府信息公开条例》，及时公开、更新信息。"
    texts = {
        "text.overview": (sentence * 40)[:1000],
        "text.problems": ("公开的内容还不够细，下一年加强培训和检查。" * 60)[:1000],
        "text.other_matters": "本年度没有收取信息处理费。",
    }
    cover = {"contact": "王示例", "telephone": "0990-5550100", "approver": "李示例"}
    return replace(empty, entries=entries, texts=texts).with_identity(cover)


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """A screen that nobody sees; gives the environment of programs on it."""
    with subprocess.Popen(["Xvfb", DISPLAY, "-noreset", "-screen", "0", SCREEN]) as server:
        time.sleep(1)
        yield {**os.environ, "DISPLAY": DISPLAY}
        server.terminate()


def picture_sheets(
    book: Path, tabs: tuple[str, ...], folder: Path, environment: dict[str, str]
) -> None:
    """A picture of each of these sheets."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        office = ["soffice", f"-env:UserInstallation=file://{profile}", "--norestore", "--nologo"]
        command = [*office, str(book)]
        with subprocess.Popen(command, env=environment, start_new_session=True) as program:
            _wait_for_window(book.stem, environment)
            for tab in tabs:
                at = [str(TABS[tab]), str(TABS_Y)]
                click = ["xdotool", "mousemove", *at, "click", "1"]
                subprocess.run(click, env=environment, check=True)
                time.sleep(2)
                target = folder / f"{book.stem}-{tab}.png"
                shot = ["import", "-window", "root", "-resize", SMALL, *FEW_COLOURS]
                picture = subprocess.run(shot, env=environment, check=True, capture_output=True)
                target.write_bytes(picture.stdout)
            os.killpg(program.pid, signal.SIGKILL)


def _wait_for_window(title: str, environment: dict[str, str]) -> None:
    """Until the workbook is on the screen and drawn."""
    search = ["xdotool", "search", "--onlyvisible", "--name", title]
    for _ in range(LONGEST_START):
        time.sleep(1)
        found = subprocess.run(search, env=environment, capture_output=True, check=False)
        if found.stdout.strip():
            time.sleep(8)
            return
    raise SystemExit(f"{title}: LibreOffice has not started")


def picture_page(book: Path, folder: Path, page: int) -> None:
    """A picture of a printed page."""
    convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(book.parent)]
    subprocess.run([*convert, str(book)], check=True, stdout=subprocess.DEVNULL)
    pdf = book.with_suffix(".pdf")
    numbers = ["-f", str(page), "-l", str(page), "-r", "60", "-singlefile", "-png"]
    subprocess.run(["pdftoppm", *numbers, str(pdf), str(folder / f"{book.stem}-page")], check=True)


def picture_status_page(folder: Path) -> None:
    """Pictures of the page of the samples: the screen that opens, and a phone's."""
    from playwright.sync_api import sync_playwright

    samples = ROOT / "samples"
    roster = read_roster(samples / "roster.csv")
    merged = merge_folder(MergeRequest(samples / "2025", roster))
    with tempfile.TemporaryDirectory() as out, sync_playwright() as playwright:
        _, page, *_ = write_outputs(merged, Path(out)).outputs
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name, width, height in PAGE_SCREENS:
            shown = browser.new_page(
                viewport={"width": width, "height": height}, device_scale_factor=0.75
            )
            shown.goto(Path(page).as_uri())
            picture = shown.screenshot()
            few = ["convert", "png:-", *FEW_COLOURS]
            small = subprocess.run(few, input=picture, check=True, capture_output=True)
            (folder / f"page-{name}.png").write_bytes(small.stdout)
        browser.close()


def picture_workbooks(folder: Path) -> None:
    """Pictures of a unit's workbook."""
    form = get_form("zfxxgk-2021")
    work = Path(tempfile.mkdtemp())
    with screen() as environment:
        for name, report, tabs in reports(form):
            book = work / f"{name}.xlsx"
            book.write_bytes(write_workbook(report, form))
            picture_sheets(book, tabs, folder, environment)
    picture_page(work / "right.xlsx", folder, THIRD_TABLE)
    shutil.rmtree(work)


def picture_report(folder: Path) -> None:
    """Pictures of two pages of the report of the samples: its beginning, and tables."""
    samples = ROOT / "samples"
    roster = read_roster(samples / "roster.csv")
    prior_year = read_prior_year(samples / "2024", 2025, roster=roster)
    merged = merge_folder(MergeRequest(samples / "2025", roster, prior_year=prior_year))
    out = Path(tempfile.mkdtemp())
    report = report_of_merge(merged, out)
    if report is None:
        raise SystemExit("nothing to report")
    document, *_ = write_report(report, out)
    convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(out)]
    subprocess.run([*convert, str(document)], check=True, stdout=subprocess.DEVNULL)
    for page in ("1", "3"):
        numbers = ["-f", page, "-l", page, "-r", "60", "-singlefile", "-png"]
        pdf, target = document.with_suffix(".pdf"), folder / f"report-{page}"
        subprocess.run(["pdftoppm", *numbers, str(pdf), str(target)], check=True)
    shutil.rmtree(out)


def picture_summary(folder: Path) -> None:
    """Pictures of the first two sheets of the summary of the samples."""
    samples = ROOT / "samples"
    roster = read_roster(samples / "roster.csv")
    merged = merge_folder(MergeRequest(samples / "2025", roster))
    work = Path(tempfile.mkdtemp())
    summary, *_ = write_outputs(merged, work / "out").outputs
    book = work / "summary.xlsx"
    shutil.copy(summary, book)
    with screen() as environment:
        picture_sheets(book, ("collection", "status"), folder, environment)
    shutil.rmtree(work)


PARTS = {
    "workbooks": picture_workbooks,
    "summary": picture_summary,
    "page": picture_status_page,
    "report": picture_report,
}


def main(folder: Path, *only: str) -> None:
    """All pictures, or only those of some parts."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in only or PARTS:
        PARTS[part](folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
