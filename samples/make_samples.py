"""Makes the sample workbooks from the text tables in `source/`.

    python samples/make_samples.py [OUT]

One text file gives one workbook, in the form that was in force in its year; 庚午街道 sent its workbook twice. The county's summary of 2024 is
made from the same figures, so that what was carried over fits but for two units. The workbooks are
committed, and a test proves that this script makes the same bytes again."""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tabletext import load
from xlreport import (
    Entry,
    Form,
    FormCatalog,
    MergeRequest,
    Policy,
    ReadOptions,
    Submission,
    Unit,
    get_form,
    merge_folder,
    read_roster,
    write_outputs,
    write_workbook,
)

HERE = Path(__file__).resolve().parent
FORM = "zfxxgk-2021"
REAL = "2021"
"""The folder whose unit is a real one, of another county."""
_YEAR = re.compile(r"^year: (\d+)$", re.MULTILINE)
SENT_TWICE = "990107"
CHANGED_IN_FORCE = "990201"
"""The unit whose 现行有效件数 does not follow from the year before."""


def make(out: Path) -> list[Path]:
    """Writes a folder below `out` for each one of `source/`, and `2024/`; returns the paths."""
    form = get_form(FORM)
    county = read_roster(HERE / "roster.csv").county
    written = []
    for source in sorted((HERE / "source").glob("20*/*.txt")):
        folder = source.parent.name
        own = in_force(source)
        submission = load(source, own, Unit("宜阳县") if folder == REAL else county)
        unit = submission.unit
        names = [f"{unit.code}_{unit.name}_{submission.year}年{own.title}"]
        if unit.code == SENT_TWICE:
            names.append(f"{names[0]} - 副本")
        for name in names:
            path = out / folder / f"{name}.xlsx"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(write_workbook(submission, own))
            written.append(path)
    return [*written, make_last_year(out / "2024", form)]


def in_force(source: Path) -> Form:
    """The shipped form that was in force in the year of a text table."""
    (year,) = _YEAR.findall(source.read_text("utf-8"))
    return next(form for form in FormCatalog().all() if form.covers(int(year)))


def make_last_year(out: Path, form: Form) -> Path:
    """The summary of 2024, without the units whose reports of 2025 are half empty."""
    roster = read_roster(HERE / "roster.csv")
    with tempfile.TemporaryDirectory() as tmp:
        for source in sorted((HERE / "source" / "2025").glob("*.txt")):
            submission = load(source, form, roster.county)
            if all(entry.value is not None for entry in submission.entries.values()):
                data = write_workbook(last_year(form, submission), form)
                (Path(tmp) / f"{submission.unit.code}.xlsx").write_bytes(data)
        request = MergeRequest(
            Path(tmp),
            roster,
            policy=Policy(with_errors=True),
            reading=ReadOptions(workers=0),
        )
        result = write_outputs(merge_folder(request), Path(tmp, "outputs"))
        summary = Path(result.outputs[0])
        for earlier in out.glob("*.xlsx"):
            earlier.unlink()
        out.mkdir(parents=True, exist_ok=True)
        data = summary.read_bytes()
    path = out / summary.name
    path.write_bytes(data)
    return path


def last_year(form: Form, submission: Submission) -> Submission:
    """What the unit may have reported the year before: what it carried over fits this year."""
    now = {name: entry.value or Decimal(0) for name, entry in submission.entries.items()}
    then = dict(now)
    for column in dict.fromkeys(f.column for f in form.typed if f.table == "requests"):
        others = ("requests.received", "requests.carried_in", "requests.carried_out")
        mine = {
            name: v
            for name, v in now.items()
            if name.startswith("requests.") and name.endswith(f".{column}")
        }
        done = sum((v for name, v in mine.items() if not name.startswith(others)), Decimal(0))
        then[f"requests.carried_in.{column}"] = Decimal(0)
        then[f"requests.carried_out.{column}"] = now[f"requests.carried_in.{column}"]
        then[f"requests.received.{column}"] = done + then[f"requests.carried_out.{column}"]
    for row in ("regulations", "normative_documents"):
        issued, repealed = now[f"disclosure.{row}.issued"], now[f"disclosure.{row}.repealed"]
        then[f"disclosure.{row}.in_force"] = max(
            Decimal(0), now[f"disclosure.{row}.in_force"] - issued + repealed
        )
    if submission.unit.code == CHANGED_IN_FORCE:
        then["disclosure.normative_documents.in_force"] += 5
    texts = {
        text.field_id: f"2024 年的{text.label[2:]}，收取信息处理费的情况也在这里。"
        for text in form.texts
    }
    entries = {name: Entry.of(value) for name, value in then.items()}
    return replace(submission, year=2024, entries=entries, texts=texts, overrides={}, answers={})


if __name__ == "__main__":
    for path in make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        print(path)
