"""What the commands write for the samples is, to the byte, what is recorded in `outputs.json`.

Of workbooks the content of every member of the zip is compared, not its compressed bytes: zlib
differs between machines. `pytest tests/test_outputs.py --update-golden` records anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from xlreport.cli.app import main

ROOT = Path(__file__).resolve().parent.parent
RECORDED = Path(__file__).with_name("outputs.json")
OUT = "OUT"

ROSTER = ("--roster", "samples/roster.csv")
PREVIOUS = ("--previous", "samples/2024")
CASES: dict[str, tuple[str, ...]] = {
    "templates of the roster": (
        *("template", "zfxxgk-2021", "--year", "2025", *ROSTER, *PREVIOUS, "--out", OUT),
    ),
    "a blank template of another form": (
        *("template", "tests/forms/xiangzhen-caizheng.yaml", "--year", "2025"),
        *("--password", "abc", "--out", OUT),
    ),
    "check": ("check", "samples/2025", *PREVIOUS, "--json"),
    "merge with the prior year": (
        *("merge", "samples/2025", *ROSTER, *PREVIOUS, "--out", OUT, "--json"),
    ),
    "merge with errors and repair": (
        *("merge", "samples/2025", *ROSTER, "--with-errors", "--repair", f"{OUT}/repaired"),
        *("--out", OUT, "--json"),
    ),
    "merge with notices": (
        *("merge", "samples/2025", *ROSTER, "--notices", f"{OUT}/notices", "--out", OUT),
    ),
    "merge of a summary": ("merge", "samples/2024", "--out", OUT, "--json"),
    "merge of another year": ("merge", "samples/2021", "--out", OUT, "--json"),
    "repair": ("repair", "samples/2025", "--out", OUT, "--json"),
}

Digests = dict[str, "str | dict[str, str]"]
"""By the name of what was written: its digest, or that of each member of a workbook."""


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def of_file(path: Path) -> str | dict[str, str]:
    if not zipfile.is_zipfile(path):
        return digest(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        return {name: digest(archive.read(name)) for name in archive.namelist()}


def outputs(arguments: tuple[str, ...], out: Path) -> Digests:
    """Runs a command from the root of the checkout; what it wrote, and its JSON."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        code = main([argument.replace(OUT, out.as_posix()) for argument in arguments])
    document = printed.getvalue().replace(out.as_posix(), OUT) if "--json" in arguments else ""
    written = sorted(path for path in out.rglob("*") if path.is_file())
    files = {path.relative_to(out).as_posix(): of_file(path) for path in written}
    return {"exit code": str(code), "json": digest(document.encode()), **files}


@pytest.mark.parametrize("name", CASES)
def test_the_outputs_are_those_recorded(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    monkeypatch.chdir(ROOT)
    recorded: dict[str, Digests] = json.loads(RECORDED.read_text("utf-8"))
    seen = outputs(CASES[name], tmp_path)
    if pytestconfig.getoption("--update-golden"):
        recorded[name] = seen
        text = json.dumps(recorded, ensure_ascii=False, indent=1)
        RECORDED.write_text(f"{text}\n", "utf-8", newline="\n")
    assert seen == recorded[name]


@pytest.mark.parametrize("change", [lambda data: data + b" ", lambda data: data[:-1]])
def test_a_changed_member_is_seen(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    paths = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for path, content in zip(paths, (b"<xml/>", change(b"<xml/>")), strict=True):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("same.xml", b"")
            archive.writestr("sheet.xml", content)
    first, second = map(of_file, paths)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert {name for name in first if first[name] != second[name]} == {"sheet.xml"}
