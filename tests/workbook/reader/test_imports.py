"""What a reading worker loads: neither the writer's library nor what reads definitions."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

from support.fills import fill
from xlreport import Form, FormCatalog, write_workbook
from xlreport.merging.discover import SourceFile
from xlreport.merging.intake import Reader

FORBIDDEN = ("xlsxwriter", "pydantic", "yaml")

LOADED = f"print([name for name in {FORBIDDEN!r} if name in sys.modules])"


def loaded(program: str, *arguments: str) -> str:
    """What a program in a fresh interpreter prints at its end of the modules that it must not load."""
    command = [sys.executable, "-c", f"import sys\n{program}\n{LOADED}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_reading_worker_imports_no_writer_and_no_loader() -> None:
    program = "import xlreport.merging.intake, xlreport.workbook.reader.submission"
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
