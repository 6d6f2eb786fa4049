"""The groups of options, and those of every command that reads: passwords, limits."""

from __future__ import annotations

import datetime as dt
import inspect
import io
import json
import random
import re
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hostile.make_files import PASSWORD
from hostile.scene import FILES, Scene
from support.cells import rewrite
from support.xlsb import as_xlsb
from xlreport import FormCatalog, Limits, MergeRequest, ReadOptions, Unit
from xlreport.campaign.settings import CampaignSettings
from xlreport.cli.app import main, program
from xlreport.cli.options import (
    Counting,
    InboxFolder,
    Mailbox,
    Outputs,
    Reading,
    View,
    Workplace,
    prior_year_at,
    spread,
)
from xlreport.formats.open import open_book
from xlreport.mail.servers import Imap, Server, Smtp
from xlreport.merging.request import Policy
from xlreport.workers import WorkerPool

SERVER = Server("host", 993, "tls", "user", True)
LOCKED = (FILES / "加密.xlsx").read_bytes()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    (tmp_path / "in").mkdir()
    return Scene(tmp_path / "in")


@dataclass(frozen=True)
class Run:
    """One run with `--json`: the exit code, each file's outcome, and the messages of R3, R20 and R26."""

    code: int
    outcomes: dict[str, str]
    refusals: list[str]


def run(capsys: pytest.CaptureFixture[str], *command: str) -> Run:
    code = main([*command, "--json"])
    out, err = capsys.readouterr()
    assert PASSWORD not in out + err, "a password is never repeated"
    files = json.loads(out)["files"]
    said = [x["message"] for f in files for x in f["findings"] if x["code"] in ("R3", "R20", "R26")]
    return Run(code, {Path(f["path"]).name: f.get("outcome", f.get("output")) for f in files}, said)


def refused(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """Wrong usage: code 2, nothing on stdout, one sentence."""
    assert main(command) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return str(err).rstrip("\n")


# --- passwords ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "文件加了打开密码，没有读取"),
        (["错的"], "文件加了打开密码，给出的 1 个密码都打不开"),
        (["错的", PASSWORD.lower() + " "], "文件加了打开密码，给出的 2 个密码都打不开"),
    ],
)
def test_without_the_right_password_a_workbook_stays_closed(
    scene: Scene, capsys: pytest.CaptureFixture[str], given: list[str], words: str
) -> None:
    path = scene.write("加密.xlsx", LOCKED)
    options = [word for password in given for word in ("--open-password", password)]
    assert run(capsys, "check", str(path), *options) == Run(3, {"加密.xlsx": "rejected"}, [words])


def test_passwords_are_tried_one_after_the_other(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.write("加密.xlsx", LOCKED)
    scene.write("没有加密.xlsx", scene.book)
    options = ("--open-password", "错的", "--open-password", PASSWORD)
    both = {"加密.xlsx": "accepted", "没有加密.xlsx": "accepted"}
    assert run(capsys, "check", str(scene.folder), *options) == Run(0, both, [])
    files = [str(scene.folder / name) for name in both]
    assert main(["diff", *files, *options]) == 0
    assert capsys.readouterr().out == "两份填报的内容完全相同。\n"
    assert main(["diff", *files]) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_of_passwords_adds_to_those_given(
    scene: Scene, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    path = scene.write("加密.xlsx", LOCKED)
    listed = scene.folder.parent / "密码.txt"
    listed.write_bytes(f"{PASSWORD}\r\n\r\n另一个\r\n".encode(encoding))
    options = ("--open-password", "错的", "--open-passwords", str(listed))
    assert run(capsys, "check", str(path), *options) == Run(0, {"加密.xlsx": "accepted"}, [])
    listed.write_bytes("甲\n\n乙\n".encode(encoding))
    words = "文件加了打开密码，给出的 3 个密码都打不开"
    assert run(capsys, "check", str(path), *options) == Run(3, {"加密.xlsx": "rejected"}, [words])


@pytest.mark.parametrize("way", ["plain", "round about"])
def test_what_the_user_gives_is_no_report_though_it_lies_in_the_folder(
    scene: Scene, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    """Passwords, roster and form definition, in whichever way their paths are written."""
    scene.write("加密.xlsx", LOCKED)
    at = scene.folder if way == "plain" else scene.folder / ".." / scene.folder.name
    form = Path(__file__).parents[1] / "forms" / "xiangzhen-caizheng.yaml"
    scene.write("表.yaml", form.read_bytes())
    scene.write("密码.txt", PASSWORD.encode())
    scene.write("名册.csv", "单位代码,单位名称\n990101,甲子镇\n".encode())
    out = str(scene.folder.parent / "out")
    options = ("--open-passwords", str(at / "密码.txt"), "--form", str(at / "表.yaml"))
    merge = ("merge", str(scene.folder), "--out", out, "--roster", str(at / "名册.csv"), *options)
    assert run(capsys, *merge) == Run(0, {"加密.xlsx": "accepted"}, [])
    (scene.folder / "名册.csv").unlink()
    assert run(capsys, "check", str(scene.folder), *options) == Run(
        0, {"加密.xlsx": "accepted"}, []
    )
    fresh = "990101_甲子镇_2025年政府信息公开工作年度报告_修复.xlsx"
    assert run(capsys, "repair", str(scene.folder), "--out", out, *options) == Run(
        0, {"加密.xlsx": fresh}, []
    )


def test_a_file_of_passwords_that_cannot_be_read_is_wrong_usage(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = scene.folder / "密码.txt"
    command = ("merge", str(scene.folder), "--open-passwords", str(listed))
    words = f"密码文件“{listed}”打不开，或者不是 UTF-8 文本。"
    assert refused(capsys, *command) == words
    listed.write_bytes("示例密码".encode("gbk"))
    assert refused(capsys, *command) == words


# --- limits -------------------------------------------------------------------------------------


def sizes(data: bytes) -> list[int]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [info.file_size for info in archive.infolist()]


COUNTED = rb"<(?:mergeCell|hyperlink|conditionalFormatting|cfRule|formula)[ >]|<col [^>]*hidden"


def counted(data: bytes) -> int:
    """Cells with something in them, the rows of these, merges, links, conditional formats and hidden
    columns of all sheets (a template has no notes)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [
            archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/sheet")
        ]
    total = 0
    for sheet in sheets:
        total += len(re.findall(COUNTED, sheet))
        for row in re.findall(rb"<row .*?</row>", sheet):
            cells = len(re.findall(rb"<c [^>]*[^/]>", row))
            total += cells + 1 if cells else 0
    return total


def zeros(s: Scene) -> tuple[bytes, int]:
    """A workbook with a million zeros, and how many times smaller they are packed."""
    data = rewrite(s.book, {"xl/media/image1.bin": b"\0" * 1_000_000})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return data, -(-1_000_000 // archive.getinfo("xl/media/image1.bin").compress_size)


def with_xlsb(s: Scene) -> tuple[bytes, int]:
    book = open_book(s.book)
    rows = sum(len({row for row, _ in sheet.cells}) for sheet in book.sheets.values())
    return as_xlsb(book), rows + sum(len(sheet.cells) for sheet in book.sheets.values())


def heavy(s: Scene) -> tuple[bytes, int]:
    """An archive whose first member alone is greater than the parts of the workbook behind it."""
    return s.raw_zip(
        ("图.bin", random.Random(1).randbytes(2_000_000)), ("甲子镇.xlsx", s.book)
    ), 2_000_000 + len(s.book)


def nested(s: Scene) -> bytes:
    return s.raw_zip(("内.zip", s.raw_zip(("甲子镇.xlsx", s.book))))


CASES: dict[str, tuple[str, Callable[[Scene], tuple[bytes, int]], str, str]] = {
    "a file": ("file", lambda s: (s.book, len(s.book)), "文件大小", "字节"),
    "an archive": (
        "archive",
        lambda s: (z := s.raw_zip(("甲子镇.xlsx", s.book)), len(z)),
        "压缩包大小",
        "字节",
    ),
    "parts": ("parts", lambda s: (s.book, len(sizes(s.book))), "压缩包内的部件数", "个"),
    "a part": ("part", lambda s: (s.book, max(sizes(s.book))), "部件解压后的大小", "字节"),
    "all parts": ("total", lambda s: (s.book, sum(sizes(s.book))), "解压后的总大小", "字节"),
    "all members": ("total", heavy, "解压后的总大小", "字节"),
    "ratio": ("ratio", zeros, "部件的压缩比", "倍"),
    "cells": (
        "cells",
        lambda s: (s.book, counted(s.book)),
        "行、单元格、合并、链接、批注和条件格式的总数",
        "个",
    ),
    "cells of .xlsb": ("cells", with_xlsb, "行、单元格、合并和链接的总数", "个"),
    "depth": ("depth", lambda s: (nested(s), 2), "压缩包套压缩包的层数", "层"),
}
ELSEWHERE = {"boxes", "ratio_from", "seconds", "memory"}
"""Limits that no message counts, tested below, and that of documents, tested with their readers."""


def test_every_limit_has_a_test() -> None:
    assert {name for name, *_ in CASES.values()} | ELSEWHERE == {f.name for f in fields(Limits)}


@pytest.mark.parametrize("case", CASES)
def test_a_limit_allows_its_number_and_not_one_more(
    scene: Scene, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    name, make, what, unit = CASES[case]
    data, seen = make(scene)
    path = scene.write("x", data)
    command = ("check", str(path), "--limit", "ratio_from=999999")
    exact = run(capsys, *command, "--limit", f"{name}={seen}")
    assert exact.refusals == []
    assert "accepted" in exact.outcomes.values()
    below = run(capsys, *command, "--limit", f"{name}={seen - 1}")
    assert below.refusals == [f"{what}为 {seen:,} {unit}，超过允许的 {seen - 1:,} {unit}"]
    assert (below.code, "accepted" in below.outcomes.values()) == (3, False)


def test_the_ratio_counts_from_a_size_on(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    data, ratio = zeros(scene)
    command = ("check", str(scene.write("x.xlsx", data)), "--limit", "ratio=1")
    assert run(capsys, *command, "--limit", "ratio_from=1000000").code == 0
    words = f"部件的压缩比为 {ratio:,} 倍，超过允许的 1 倍"
    assert run(capsys, *command, "--limit", "ratio_from=999999") == Run(
        3, {"x.xlsx": "rejected"}, [words]
    )


class Sleeping(WorkerPool):
    """Workers that never end."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(time.sleep, 1000)


@pytest.mark.isolated
def test_time_is_limited(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(scene.write("x.xlsx", scene.book))
    longest = run(capsys, "check", path, "--limit", "seconds=999999999999999")
    assert longest == Run(0, {"x.xlsx": "accepted"}, []), "longer than the system's clock can wait"
    monkeypatch.setattr("xlreport.merging.request.WorkerPool", Sleeping)
    words = "读取超过了 1 秒，已停止；其他文件不受影响"
    assert run(capsys, "check", path, "--limit", "seconds=1") == Run(
        3, {"x.xlsx": "rejected"}, [words]
    )


@pytest.mark.isolated
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
def test_memory_is_limited(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    path = scene.write(
        "x.xlsx",
        rewrite(scene.book, {"xl/media/image1.bin": random.Random(1).randbytes(30_000_000)}),
    )
    assert run(capsys, "check", str(path), "--limit", "memory=400000000").code == 0
    words = "读取要用的内存超过了 20,000,000 字节，已停止；其他文件不受影响"
    tight = run(capsys, "check", str(path), "--limit", "memory=20000000")
    assert tight == Run(3, {"x.xlsx": "rejected"}, [words])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "file",
        "file=",
        "=1",
        "file=0",
        "file=-1",
        "file=1.5",
        "file=1e3",
        "file=１２",
        "file= 1",
        "file=1=1",
        "File=1",
        "nix=1",
        "file=1000000000000000",
        f"file={'9' * 5000}",
    ],
)
def test_a_bad_limit_is_wrong_usage(
    scene: Scene, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    names = (
        "file、archive、parts、part、total、ratio、ratio_from、cells、boxes、depth、seconds、memory"
    )
    words = f"--limit 的“{text}”不对，要写成 名称=正整数；名称只能是：{names}。"
    assert refused(capsys, "check", str(scene.folder), "--limit", text) == words


# --- groups -------------------------------------------------------------------------------------


def test_a_group_of_options_is_taken_apart_for_typer_and_put_together_for_the_command() -> None:
    calls = []

    def command(*, folder: InboxFolder = None, view: View, outputs: Outputs) -> int:
        calls.append((folder, view, outputs))
        return 5

    apart = spread(command)
    names = list(inspect.signature(apart).parameters)
    assert names == ["folder", "verbose", "as_json", "out", "repair", "notices", "force"]
    values = {"folder": Path("in"), "verbose": True, "as_json": False, "out": None}
    assert apart(**values, repair=Path("fix"), notices=None, force=True) == 5
    view = View(verbose=True, as_json=False)
    assert calls == [(Path("in"), view, Outputs(None, Path("fix"), force=True))]


def test_no_option_is_declared_twice_in_a_command() -> None:
    for command in program().commands.values():
        spelled = [name for parameter in command.params for name in parameter.opts]
        assert len(spelled) == len(set(spelled)), command.name


def test_what_the_command_line_names_comes_before_the_settings() -> None:
    imap = Imap(SERVER, "INBOX", "")
    own = (Path("r.csv"), Path("p.xlsx"))
    county = Unit("示例县")
    settings = CampaignSettings(
        Path(), "f", 2025, county, None, "", *own, smtp=Smtp(SERVER, ""), imap=imap
    )
    assert Workplace(Path("c")).over(settings) == settings
    assert Workplace(Path("c")).filled_from(settings) == Workplace(Path("c"), *own)
    named = Workplace(None, Path("named.csv"), Path("named.xlsx"))
    assert named.filled_from(settings) == named
    over = named.over(settings)
    assert over == replace(settings, roster=Path("named.csv"), previous=Path("named.xlsx"))


def test_terms_of_a_merge_replace_only_what_is_named() -> None:
    request = MergeRequest(Path("in"), year=2024, county=Unit("示例县", "9901"))
    plain = Counting().applied_to(request)
    assert plain == replace(request, policy=Policy(False, False, newest=True))
    named = Counting(True, False, True, "error", 2025, "另一县").applied_to(request)
    policy = Policy(with_errors=True, accept_unlisted=True, newest=False)
    assert named == replace(request, year=2025, county=Unit("另一县"), policy=policy)


def test_a_mailbox_is_narrowed_by_what_is_named() -> None:
    imap = Imap(SERVER, "INBOX", "2026-01-01")
    assert Mailbox().narrowed(imap) == imap
    named = Mailbox("报表", dt.date(2026, 1, 5)).narrowed(imap)
    assert (named.server, named.folder, named.since) == (imap.server, "报表", "2026-01-05")


@pytest.mark.parametrize(
    ("box", "only"),
    [
        (Mailbox(), False),
        (Mailbox(remember=True), False),
        (Mailbox(folder="x"), True),
        (Mailbox(since=dt.date(2026, 1, 5)), True),
        (Mailbox(mark_seen=True), True),
        (Mailbox(move_to="x"), True),
    ],
)
def test_some_options_mean_nothing_without_a_server(box: Mailbox, only: bool) -> None:
    assert box.only_on_server is only


def test_what_the_user_gives_is_told_apart_from_reports() -> None:
    reading = Reading(password_file=Path("p.txt"), form_files=["a.yaml", "b.yaml"])
    files = reading.own_files(Path("r.csv"), None)
    assert files == (Path("a.yaml"), Path("b.yaml"), Path("r.csv"), Path("p.txt"))
    assert Reading().own_files(None) == ()


def test_files_of_the_year_before_that_cannot_be_used_are_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unused = SimpleNamespace(unused=("a\x1b.xlsx：坏了",), partly=("b.html：缺一列",))
    monkeypatch.setattr("xlreport.api.read_prior_year", lambda *_, **__: unused)
    reading, forms = ReadOptions(), FormCatalog()
    assert prior_year_at(None, 2025, None, reading, forms) is None
    found: object = prior_year_at(Path("p"), 2025, None, reading, forms)
    assert found is unused
    told = "上年的报表里有一个文件没有使用：a�.xlsx：坏了\n上年的报表没有读全：b.html：缺一列\n"
    assert capsys.readouterr() == ("", told)


def test_a_campaign_that_counts_imports_goes_on_counting_them() -> None:
    request = MergeRequest(Path("in"), policy=Policy(imports=True))
    assert Counting().applied_to(request).policy == Policy(imports=True)
    plain = MergeRequest(Path("in"))
    assert Counting(imports=True).applied_to(plain).policy == Policy(imports=True)
