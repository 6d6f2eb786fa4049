"""Makes the sample workbooks from the text tables in `source/`.

    python samples/make_samples.py [OUT]

One text file gives one workbook; 庚午街道 sent its workbook twice. The workbooks of the pages under
`samples/` are committed, and a test proves that this script makes the same bytes again.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tabletext import load
from xlreport import Unit, get_form, read_roster, write_workbook

HERE = Path(__file__).resolve().parent
FORM = "zfxxgk-2021"
SENT_TWICE = "990107"


def make(out: Path) -> list[Path]:
    """Writes `2025/` and `2021/` below `out`; returns the paths."""
    form = get_form(FORM)
    county = read_roster(HERE / "roster.csv").county
    written = []
    for source in sorted((HERE / "source").rglob("*.txt")):
        year = source.parent.name
        submission = load(source, form, county if year == "2025" else Unit("宜阳县"))
        unit = submission.unit
        names = [f"{unit.code}_{unit.name}_{year}年{form.title}"]
        if unit.code == SENT_TWICE:
            names.append(f"{names[0]} - 副本")
        for name in names:
            path = out / year / f"{name}.xlsx"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(write_workbook(submission, form))
            written.append(path)
    return written


if __name__ == "__main__":
    for path in make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        print(path)
