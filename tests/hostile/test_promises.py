"""Promises that hold of whole folders and whole outputs: every file once, memory, formulas, the network,
archives, names. (docs/promises.zh-CN.md lists all promises with their tests.)"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import py7zr
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hostile.cases import CASES
from hostile.mutants import another_town
from hostile.scene import COUNTY, Scene, base, book_of
from hostile.test_cases import FIELD, files_on_disk, snapshot
from hostile.trees import NAMES, ODD, TREE, build
from support.cells import part, sheet_parts
from support.examples import examples
from support.merges import merge_and_write
from xlreport import Entry, Form, Limits, Unit, write_workbook
from xlreport.atomic import MOST_BYTES, safe_name
from xlreport.formats.archives import members_of
from xlreport.formats.detect import Kind
from xlreport.formats.guard import Refused
from xlreport.formats.open import open_book
from xlreport.submission import Status
from xlreport.text import BITING, clean

WATCHED = Path(__file__).with_name("watched.py")
WORKER = "-P -c from xlreport.worker import serve; serve(('xlreport.merging.reader',))"
FEW, MANY = 100, 1000
"""Units of the merges whose memory is measured; what a hundred and a thousand take is on their line."""

LIVELY = {"R1", "R4", "R6", "R10", "R20", "R21", "R23"}
"""The codes of cases with something in them that another program might follow or run."""

ESCAPES = (
    b"../x",
    b"../../target/x",
    b"..\\..\\target\\x",
    b"TMP/target/x",
    b"/TMP/x",
    b"C:\\x",
    b"a/../../../x",
    b"./x",
)
"""Names of members that lead out of a folder; TMP stands for the folder around it."""

posix_names = pytest.mark.skipif(
    sys.platform != "linux", reason="file names of any bytes are a thing of Linux"
)

# --- 2: every file exactly once ------------------------------------------------------------------


@posix_names
@examples(40, nightly=2400)
@given(tree=st.dictionaries(NAMES, TREE, max_size=6))
@example(tree={b"a.zip": [(b"b", b"x")], b"a.zip!b": b"x"})
@example(tree={b"a.zip": [(b"b", b"x"), (b"b", b"x"), ("b（第 2 个）".encode(), b"x")]})
def test_every_file_is_accounted_for_exactly_once(tree: dict[bytes, object]) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "in")
        folder.mkdir()
        members = build(os.fsencode(folder), tree)
        before = snapshot(folder)
        result = merge_and_write(folder, out=Path(made, "out"))
        assert snapshot(folder) == before
        on_disk = files_on_disk(folder)
    listed = Counter(f["path"] for f in json.loads(json.dumps(result.as_dict()))["files"])
    assert max(listed.values(), default=1) == 1
    assert on_disk <= listed
    opened = tuple(f"{f.path}!" for f in result.files if "F15" in {x.code for x in f.findings})
    inside = [path for path in listed if path not in on_disk]
    assert len(inside) == members
    assert all(path.startswith(opened) for path in inside)


# --- 10: memory -----------------------------------------------------------------------------------


@pytest.mark.isolated
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc"
)
def test_a_thousand_units_take_little_more_memory_than_a_hundred(tmp_path: Path) -> None:
    """The peak of the process that merges; each worker reads one file at a time."""
    peaks = []
    for units in (FEW, MANY):
        folder = tmp_path / str(units)
        folder.mkdir()
        for i in range(units):
            (folder / f"{i}.xlsx").write_bytes(another_town("xlsx", i, 10 + i))
        done = watched("memory", folder, tmp_path / f"out {units}")  # no earlier summary is read
        assert (done["accepted"], done["total"]) == (units, sum(10 + i for i in range(units)))
        peaks.append(done["peak"])
    hundred, thousand = peaks
    assert thousand <= 1.5 * hundred, peaks


def watched(what: str, folder: Path, out: Path) -> dict[str, Any]:
    """A merge in a process of its own that watches itself; what it saw."""
    command = [sys.executable, str(WATCHED), what, str(folder), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


# --- 11: no formula from a town -------------------------------------------------------------------

BITES = (
    *(f"{start}1+1" for start in BITING),
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://127.0.0.1:9/")',
    "{=1}",
)
BITES += ("internal:封面!A1", "<f>1+1</f>", "_x003D_1", "$A$1")


def town(form: Form, unit: Unit, text: str, *, wrong: bool) -> bytes:
    """A report with this in every text, and (with `wrong`) typed where a number belongs."""
    good = base(form, unit)
    entries = {**good.entries, FIELD: Entry(None, Status.TEXT, text)} if wrong else good.entries
    texts, identity = dict.fromkeys(good.texts, text), dict.fromkeys(good.provenance.identity, text)
    return write_workbook(replace(good.with_identity(identity), texts=texts, entries=entries), form)


def formulas(summary: bytes) -> dict[str, list[tuple[str, str]]]:
    """By sheet, each cell that has a formula, with the formula."""
    found = {}
    for name, at in sheet_parts(summary).items():
        cells = re.findall(r'<c r="([A-Z]+[0-9]+)"[^>]*>(<f.*?)</c>', part(summary, at), re.DOTALL)
        found[name] = [(cell, re.sub(r"<v>.*", "", inside)) for cell, inside in cells]
    return found


def test_no_text_from_a_town_becomes_a_formula(zfxxgk: Form, tmp_path: Path) -> None:
    """The formulas of the summary are those of a summary of the same numbers with harmless texts."""
    summaries = []
    for hostile in (True, False):
        folder = tmp_path / ("hostile" if hostile else "harmless")
        folder.mkdir()
        for i, bite in enumerate(BITES):
            unit = Unit(f"{bite}{i}" if hostile else f"第{i}镇", f"99{i:04}", "乡镇")
            name = f"{bite.replace('/', '／')}{i}" if hostile else f"{i}"
            (folder / f"{name}.xlsx").write_bytes(
                town(zfxxgk, unit, bite if hostile else "无", wrong=i % 2 == 0)
            )
            (folder / f"{name}.pdf").write_bytes(b"%PDF")
        result = merge_and_write(folder, out=tmp_path / f"{folder.name}-out", county=COUNTY)
        outcomes = Counter(f.outcome.value for f in result.files)
        assert outcomes == {
            "accepted": len(BITES) // 2,
            "returned": -(-len(BITES) // 2),
            "rejected": len(BITES),
        }
        summaries.append(Path(result.outputs[0]).read_bytes())
    made, right = map(formulas, summaries)
    assert sum(map(len, right.values())) > 400
    assert made == right
    cells = [
        raw for sheet in open_book(summaries[0]).sheets.values() for raw in sheet.cells.values()
    ]
    texts = {
        raw.text for raw in cells if raw.formula is None and raw.kind in ("s", "str", "inlineStr")
    }
    assert {clean(bite) for bite in BITES[1::2]} <= texts


# --- 12: nothing is followed, nothing is run --------------------------------------------------------


@pytest.mark.isolated
def test_nothing_is_followed_and_nothing_is_run(tmp_path: Path) -> None:
    """No connection, no look-up, no program but our own worker, read in this process and in workers."""
    folder = tmp_path / "in"
    folder.mkdir()
    scene = Scene(folder)
    for number, case in enumerate(c for c in CASES if c.codes & LIVELY or "7z" in c.what):
        scene.folder = folder / f"{number:03}"
        scene.folder.mkdir()
        case.build(scene)
    seen = watched("events", folder, tmp_path / "out")
    assert set(seen["codes"]) >= LIVELY
    assert seen["here"] == []
    assert seen["workers"]
    assert {*map(tuple, seen["workers"])} == {("subprocess.Popen", WORKER)}
    assert [name for name, _ in seen["control"]] == ["socket.connect", "subprocess.Popen"], (
        "the trap does catch"
    )


# --- 13: names of files -----------------------------------------------------------------------------

DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{d}{i}" for d in ("com", "lpt") for i in "123456789¹²³"
}
"""Names that Windows gives to devices, also before an extension and with spaces behind them
(learn.microsoft.com: Naming Files, Paths, and Namespaces)."""

ANY_NAME = st.one_of(
    st.text(st.characters(), max_size=300),
    st.binary(max_size=300).map(os.fsdecode),
    st.builds(
        lambda a, b, c: a + b + c,
        st.sampled_from(sorted(DEVICES)),
        st.sampled_from(("", " ", ".", " .", ". ", "..x")),
        st.text(max_size=250),
    ),
)


@examples(400)
@given(name=ANY_NAME, extension=st.sampled_from((".xlsx", ".txt", "")))
@example(name="CON .x", extension=".xlsx")
@example(name="nul." + "x" * 300, extension=".xlsx")
@example(name="COM¹", extension=".xlsx")
@example(name="a" * 199 + "镇", extension=".xlsx")
def test_a_safe_name_is_one_harmless_component(name: str, extension: str) -> None:
    safe = safe_name(name, extension)
    assert safe.endswith(extension)
    assert safe not in ("", ".", "..")
    assert len(safe.encode()) <= MOST_BYTES
    assert not set(safe) & set('<>:"/\\|?*')
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in safe)
    assert safe.split(".")[0].strip().lower() not in DEVICES
    assert safe == safe.strip(" ").rstrip(".")
    assert safe_name(name, extension) == safe


@examples(60)
@given(
    names=st.lists(st.one_of(NAMES, st.sampled_from(ESCAPES)), min_size=1, max_size=4, unique=True)
)
@example(names=list(ESCAPES))
def test_archives_write_nothing_outside_the_spool(names: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as made:
        around = Path(made)
        spool = around / "a" / "spool"
        (around / "target").mkdir()
        (around / "target" / "x").write_bytes(b"old")
        spool.mkdir(parents=True)
        own = [name.replace(b"TMP", os.fsencode(made)) for name in names]
        before = snapshot(around)
        for kind, data in (
            (Kind.ZIP, Scene.raw_zip(*((n, b"new") for n in own))),
            (Kind.SEVEN_ZIP, seven_zip(own)),
        ):
            with suppress(Refused):
                members = members_of(data, kind, spool, Limits())
                assert len(members) == len(own) or kind is not Kind.ZIP
                assert all(m.path.resolve().is_relative_to(spool.resolve()) for m in members)
            inside = os.fsencode(spool.relative_to(around))
            after = snapshot(around)
            assert {n: v for n, v in after.items() if not n.startswith(inside)} == {
                n: v for n, v in before.items() if n != inside
            }
            assert all(
                re.fullmatch(r"[0-9]{6}\.bin", p.name) and p.is_file() for p in spool.iterdir()
            )


def seven_zip(names: list[bytes]) -> bytes:
    """An archive whose headers hold these names as they are; py7zr itself would not write some."""
    target = io.BytesIO()
    with py7zr.SevenZipFile(target, "w") as archive:
        for name in names:
            archive.writef(io.BytesIO(b"new"), "placeholder")
            archive.header.files_info.files[-1]["filename"] = (
                os.fsdecode(name).encode("utf-8", "replace").decode()
            )
    return target.getvalue()


# --- 14: names on the screen ------------------------------------------------------------------------


DECEIVING = ("\x1b[31m", "\u202e", "\r\n【通过】", "\x07", "\u2028", "\u2066\u200b")


@posix_names
def test_hostile_names_on_the_console_and_in_json(zfxxgk: Form, tmp_path: Path) -> None:
    """Of files, of members of an archive, and of units."""
    names = {
        os.fsencode(Path(name.rpartition("!")[2]).name) for case in CASES for name in case.outcomes
    }
    names |= {name for name in ODD if not name.startswith((b"-", b"."))}
    folder = tmp_path / "in"
    folder.mkdir()
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(folder), name))).write_bytes(b"%PDF")  # noqa: PTH118
    (folder / "zip").write_bytes(Scene.raw_zip(*((name, b"x") for name in sorted(names))))
    for i, evil in enumerate(DECEIVING):
        unit = Unit(f"甲{evil}镇", f"99{i}", "乡镇")
        (folder / f"{i}.xlsx").write_bytes(book_of(unit))
    command = [
        sys.executable,
        "-m",
        "xlreport",
        "merge",
        str(folder),
        "--out",
        str(tmp_path / "out"),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    document = json.loads(done.stdout)
    listed = {os.fsencode(f["path"]) for f in document["files"]}
    assert names <= listed
    assert len(document["files"]) == len(listed) == 2 * len(names) + 1 + len(DECEIVING)
    for text in (done.stderr.decode(), done.stdout.decode()):
        for line in text.split("\n"):
            bad = {c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
            assert not bad, line
    shown = [line for line in done.stderr.decode().split("\n") if line.startswith("【")]
    assert len(shown) == sum(f["outcome"] != "accepted" for f in document["files"])
