"""What a reading worker loads: neither the writer's library nor what reads definitions."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from support.fills import fill
from xlreport import Form, FormCatalog, ReadOptions, workers, write_workbook
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import read_files
from xlreport.merging.reader import Reader
from xlreport.worker import write_frame
from xlreport.workers import WorkerPool

FORBIDDEN = ("xlsxwriter", "pydantic", "yaml", "numpy", "pandas", "openpyxl", "filelock", "z3")

LOADED = f"print([name for name in {FORBIDDEN!r} if name in sys.modules])"


def loaded(program: str, *arguments: str) -> str:
    """What a program in a fresh interpreter prints at its end of the modules that it must not load."""
    command = [sys.executable, "-c", f"import sys\n{program}\n{LOADED}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_reading_worker_imports_no_writer_and_no_loader() -> None:
    program = "import xlreport.merging.reader, xlreport.workbook.reader.submission"
    assert loaded(program) == "[]\n"


def test_reading_a_workbook_loads_no_writer_and_no_loader(zfxxgk: Form, tmp_path: Path) -> None:
    """The catalog brings its forms along already loaded, the shipped ones too."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk))
    call = tmp_path / "call"
    call.write_bytes(pickle.dumps((Reader(FormCatalog(), tmp_path), SourceFile(path, "a.xlsx"))))
    program = (
        "import pathlib, pickle\n"
        "reader, found = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "result, _ = reader(found)\n"
        "print(result.submission.unit.name, result.form)"
    )
    assert loaded(program, str(call)).splitlines()[-1] == "[]"


def test_the_layout_and_the_reader_stand_on_no_writer() -> None:
    source = Path(sys.modules["xlreport"].__file__ or "").parent / "workbook"
    for room in ("layout", "reader"):
        for path in (source / room).glob("*.py"):
            text = path.read_text("utf-8")
            assert "workbook.writer" not in text, path
            assert "xlsxwriter" not in text, path


# --- what is sent --------------------------------------------------------------------------------

MOST_BYTES = 1000
"""Of what a worker is told of one file, its path aside."""


@pytest.mark.isolated
def test_a_worker_gets_the_forms_once_and_little_with_each_file(
    zfxxgk: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also a form of the campaign's or of `--form`: it took 30 ms to send it with every file."""
    data = write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk)
    files = []
    for number in range(20):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(data)
        files.append(SourceFile(path, path.name))
    sent: list[tuple[bytes, int]] = []

    def write(stream: IO[bytes], content: bytes) -> None:
        sent.append((content[:1], len(content)))
        write_frame(stream, content)

    monkeypatch.setattr(workers, "write_frame", write)
    own = replace(zfxxgk, version=99)
    read = read_files(files, FormCatalog((own,)), ReadOptions(workers=2))
    assert [record.path for record in read] == [file.shown for file in files]
    assert all(record.form is own for record in read)
    tasks = [size for kind, size in sent if kind == b"T"]
    calls = [size for kind, size in sent if kind != b"T"]
    assert len(tasks) <= 2, "one for each worker"
    assert sum(calls) < len(files) * (MOST_BYTES + len(str(tmp_path)))


@pytest.mark.isolated
def test_a_worker_that_has_read_has_loaded_little(zfxxgk: Form, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(write_workbook(fill(zfxxgk, 4, wild=0.0), zfxxgk))
    reader = Reader(FormCatalog((zfxxgk,)), tmp_path)
    program = f"[name for name in {FORBIDDEN!r} if name in __import__('sys').modules]"
    with WorkerPool(1, 600, 10**9) as pool:
        pool.submit(reader, SourceFile(path, "a.xlsx")).result()
        assert pool.submit(eval, program).result() == []
