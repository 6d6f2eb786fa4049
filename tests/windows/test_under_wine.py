"""The program for Windows does under Wine what ours does here, byte for byte."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import py7zr
import pytest

from conftest import ROOT
from program import PYTHON
from support.rar_files import Stored, rar5
from support.wine import Browser, Done, Wine, door_of, on_windows, wait_until

pytestmark = pytest.mark.wine

COUNTY = ("--roster", "samples/roster.csv", "--previous", "samples/2024")


def xlreport(wine: Wine, program: Path, *words: str, folder: Path = ROOT) -> Done:
    """A command as people type it."""
    return wine.run(
        "cmd", "/c", "call", on_windows(program / "xlreport.cmd"), *words, folder=folder
    )


def here(*words: str, folder: Path = ROOT) -> tuple[int, str]:
    """The same command on this system: exit code and what it says."""
    command = [sys.executable, "-m", "xlreport", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode, done.stdout.decode()


def files_in(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_version(wine: Wine, program: Path) -> None:
    done = xlreport(wine, program, "--version")
    assert (done.code, done.out, done.err) == (0, "0.1.0\n", "")


def test_a_merge_of_the_samples_gives_the_same_files(
    wine: Wine, program: Path, tmp_path: Path
) -> None:
    """Three reports are wrong by purpose, so the exit code is 1; none is lost to a slow start."""
    there, ours = tmp_path / "windows", tmp_path / "linux"
    merge = ("merge", "samples/2025", *COUNTY)
    done = xlreport(wine, program, *merge, "--out", on_windows(there))
    code, said = here(*merge, "--out", str(ours))
    assert (done.code, code) == (1, 1)
    assert "收到 14 个文件：通过 10 个，退回 3 个，重复 1 个。" in done.out
    assert done.out.partition("\n汇总表：")[0] == said.partition("\n汇总表：")[0]
    assert files_in(there) == files_in(ours)


def test_templates_are_the_same_files(wine: Wine, program: Path, tmp_path: Path) -> None:
    there, ours = tmp_path / "windows", tmp_path / "linux"
    template = ("template", "zfxxgk-2021", "--year", "2025", *COUNTY)
    done = xlreport(wine, program, *template, "--out", on_windows(there))
    code, _ = here(*template, "--out", str(ours))
    assert (done.code, code) == (0, 0)
    assert files_in(there) == files_in(ours)
    assert len(files_in(there)) == 14


def test_a_campaign_from_its_folder_to_the_records(
    wine: Wine, program: Path, tmp_path: Path
) -> None:
    """Locks, SQLite and mail files are what differs between systems."""
    campaign = tmp_path / "2025 年报"
    place = on_windows(campaign)
    new = ("init", place, "--form", "zfxxgk-2021", "--year", "2025", "--county", "示例县")
    made = xlreport(wine, program, *new, "--roster", "samples/roster.csv")
    assert made.code == 0
    assert made.err.startswith(f"已建立“{place}”。")
    mails = on_windows(ROOT / "samples" / "mails")
    collected = xlreport(wine, program, "collect", mails, "--campaign", place)
    ours = tmp_path / "linux"
    here("init", str(ours), *new[2:], "--roster", "samples/roster.csv")
    code, said = here("collect", "samples/mails", "--campaign", str(ours))
    assert (collected.code, collected.err) == (code, "")
    assert collected.out.replace("\\", "/").replace("Z:", "").replace(str(campaign), "") == (
        said.replace(str(ROOT) + "/", "").replace(str(ours), "")
    )
    assert files_in(campaign / "inbox") == files_in(ours / "inbox")


def test_the_first_double_click_offers_a_new_campaign(wine: Wine, program: Path) -> None:
    """Among the user's documents, not beside the program: a new version is a new folder."""
    start = on_windows(program / "开始.cmd")
    assert wine.start("cmd", "/c", "call", start, folder=program) == 0
    place = wine.documents / "xlreport"
    browser = Browser(door_of(place))
    page = browser.read(browser.door)
    assert "选择或建立一项工作" in page
    assert "xlreport" in page
    browser.send("/close", page)
    wait_until(lambda: not (place / "desk.json").exists())


SHELL_FOLDERS = (
    r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders",
    "/v",
    "Personal",
    "/t",
    "REG_EXPAND_SZ",
    "/f",
    "/d",
)
"""Where Windows keeps which folder the documents are in; what follows is that folder."""


def test_documents_that_lie_on_another_drive_are_found(
    wine: Wine, program: Path, tmp_path: Path
) -> None:
    """As offices have them, on D: or in a folder that is kept in step with a server."""
    moved = tmp_path / "数据盘" / "我的文档"
    moved.mkdir(parents=True)
    changed = wine.run("reg", "add", *SHELL_FOLDERS, on_windows(moved), folder=tmp_path)
    assert changed.code == 0
    try:
        start = on_windows(program / "开始.cmd")
        assert wine.start("cmd", "/c", "call", start, folder=program) == 0
        browser = Browser(door_of(moved / "xlreport"))
    finally:
        wine.run("reg", "add", *SHELL_FOLDERS, r"%USERPROFILE%\Documents", folder=tmp_path)
    page = browser.read(browser.door)
    assert "我的文档\\xlreport" in page
    browser.send("/close", page)
    wait_until(lambda: not (moved / "xlreport" / "desk.json").exists())


def test_a_campaign_dropped_on_it_is_opened_and_takes_reports(
    wine: Wine, program: Path, tmp_path: Path
) -> None:
    campaign = tmp_path / "示例县 2025"
    new = ("--form", "zfxxgk-2021", "--year", "2025", "--county", "示例县")
    here("init", str(campaign), *new, "--roster", "samples/roster.csv")
    start = on_windows(program / "开始.cmd")
    code = wine.start("cmd", "/c", "call", start, on_windows(campaign), folder=tmp_path)
    assert code == 0
    browser = Browser(door_of(campaign))
    assert "示例县" in browser.read(browser.door)
    wait_until(lambda: "甲子镇" in browser.read(browser.origin))
    report = next((ROOT / "samples" / "2025").glob("990103*"))
    browser.send("/uploads", browser.read(browser.origin), report)
    assert (campaign / "inbox" / report.name).read_bytes() == report.read_bytes()
    wait_until(lambda: "A-3" in browser.read(f"{browser.origin}/unit/990103"))
    browser.send("/close", browser.read(browser.origin))
    wait_until(lambda: not (campaign / "desk.json").exists())


def test_who_did_not_unpack_is_told(wine: Wine, program: Path, tmp_path: Path) -> None:
    """As Explorer starts it from inside the zip: alone, in a folder for temporary files. What it says
    is UTF-8, which the cmd.exe of Wine does not show (`test_program` reads it)."""
    alone = tmp_path / "开始.cmd"
    alone.write_bytes((program / "开始.cmd").read_bytes())
    done = wine.run("cmd", "/c", "call", on_windows(alone), folder=tmp_path)
    assert done.code == 1
    assert done.out.endswith("Press any key to continue... ")


def test_no_other_python_of_the_machine_is_asked(wine: Wine, program: Path, tmp_path: Path) -> None:
    """A folder of modules of their own, named by variables, would break what people installed."""
    (tmp_path / "typer.py").write_text("raise SystemExit('another typer')")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('sitecustomize')")
    others = on_windows(tmp_path)
    variables = {"PYTHONPATH": others, "PYTHONHOME": others, "PYTHONSTARTUP": others}
    python = on_windows(program / "python" / "python.exe")
    command = (python, "-m", "xlreport", "--version")
    done = wine.run(*command, folder=tmp_path, variables=variables)
    assert (done.code, done.out, done.err) == (0, "0.1.0\n", "")


LOAD = """
import importlib, pkgutil, sys
import xlreport
print(sys.version.split()[0])
for module in pkgutil.walk_packages(xlreport.__path__, "xlreport."):
    if module.name != "xlreport.__main__":
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            print(module.name, error.name)
from keyring.backends.Windows import WinVaultKeyring
print(WinVaultKeyring.priority > 0)
"""


def test_every_module_loads(wine: Wine, program: Path, tmp_path: Path) -> None:
    """What was left out of the parts is missed by none; z3 and the clusters are not in the zip."""
    (tmp_path / "load.py").write_text(LOAD)
    python = on_windows(program / "python" / "python.exe")
    done = wine.run(python, "load.py", folder=tmp_path)
    assert done.err == ""
    assert done.out.splitlines() == [PYTHON, "True"]


def test_check_says_the_same_of_every_kind_of_file(
    wine: Wine, program: Path, tmp_path: Path
) -> None:
    """What reads 7-Zip, RAR, locked workbooks and pages is compiled for Windows."""
    reports, tests = ROOT / "samples" / "2025", ROOT / "tests"
    right, wrong = next(reports.glob("990101*")), next(reports.glob("990103*"))
    with py7zr.SevenZipFile(tmp_path / "一.7z", "w") as archive:
        archive.write(right, right.name)
    (tmp_path / "二.rar").write_bytes(rar5(Stored(wrong.name.encode(), wrong.read_bytes())))
    others = (
        tests / "real" / "files" / "structure-protected-velvetsweatshop.xls",
        tests / "real" / "files" / "xls-mini-stream-shares-workbook-chain.xls",
        tests / "real" / "published" / "jiazi-official.doc",
        next((ROOT / "samples" / "published").glob("*.html")),
    )
    for other in others:
        shutil.copy(other, tmp_path)
    shutil.copy(ROOT / "samples" / "roster.csv", tmp_path)
    check = ("check", ".", "--roster", "roster.csv", "--json")
    done = xlreport(wine, program, *check, folder=tmp_path)
    code, said = here(*check, folder=tmp_path)
    assert done.code == code == 1
    assert json.loads(done.out) == json.loads(said)
    assert {file["outcome"] for file in json.loads(said)["files"]} >= {"accepted", "returned"}


def test_the_folder_stays_as_it_was_unpacked(wine: Wine, program: Path, zipped: bytes) -> None:
    """After all that was done: but for what Python keeps where it can, so that a folder that cannot
    be written does as well."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
    changed = [name for name in files_in(program).keys() ^ names if "__pycache__/" not in name]
    assert xlreport(wine, program, "--version").code == 0
    assert changed == []
