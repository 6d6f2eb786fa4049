"""Runs the benchmarks, keeps what they measure, and writes it into the pages.

python benchmarks/run.py [--large] [NAME ...]   all of them, or those named; then the pages
python benchmarks/run.py --pages                only the pages, from what is kept

Each benchmark runs in a process of its own. Its tables stand in `results.json`; the READMEs show
some of them between markers (`<!-- figures: NAME -->` and `<!-- end of figures -->`), and
`docs/benchmarks.md` shows all. A test proves that the pages are what is made of the results.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from measuring import ROOT, Table, markdown

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
ALL = ROOT / "docs" / "benchmarks.md"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
MARKED = re.compile(r"(<!-- figures: (\S+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)

SCRIPTS = ("reading", "templates", "merging", "mailing", "startup", "desk")
"""The benchmarks in the order in which they run: those whose figures the pages show."""

CHINESE = {
    "ms a workbook": "毫秒／份",
    "× openpyxl twice": "× openpyxl 两遍",
    "× calamine": "× calamine",
    "openpyxl twice": "openpyxl 打开两遍",
    "openpyxl read-only": "openpyxl 只读",
    "pandas with openpyxl": "pandas（openpyxl）",
    "pandas with calamine": "pandas（calamine）",
    "calamine": "calamine（只有值）",
    "xlreport: read and verified": "xlreport 读取并核验",
    "xlreport: read, verified, all checks, one at a time": "xlreport 读取、核验、全部校验（逐份）",
    "xlreport: read, verified, all checks, in batches": "xlreport 读取、核验、全部校验（成批）",
    "ms a template": "毫秒／份",
    "× XlsxWriter from nothing": "× XlsxWriter 从头生成",
    "XlsxWriter from nothing": "XlsxWriter 从头生成",
    "openpyxl: one opened, changed and saved": "openpyxl 打开、改写、保存",
    "names right": "文件名读对",
    "ms a message": "毫秒／封",
    "× xlreport": "× xlreport",
    "email (standard library)": "email（Python 自带）",
    "imap-tools": "imap-tools",
    "xlreport": "xlreport",
    "messages": "邮件数",
    "ms a message, collected again": "毫秒／封（再收一次）",
    "exponent of growth": "增长指数",
    "units": "单位数",
    "ms CPU a file": "毫秒（CPU）／份",
    "peak MB of a process": "单个进程的内存峰值（MB）",
    "wall s": "用时（秒）",
    "CPU s": "CPU（秒）",
    "peak MB": "内存峰值（MB）",
    "× the wall time of the import": "用时是导入的几倍",
    'python -c "import typer"': 'python -c "import typer"',
    'python -c "import numpy"': 'python -c "import numpy"',
    "xlreport --help": "xlreport --help",
    "xlreport merge of 20 workbooks": "xlreport merge（20 份）",
    "wall ms, 10 units": "用时（毫秒），10 个单位",
    "wall ms, 200 units": "用时（毫秒），200 个单位",
    "× status anew": "是重新计算情况的几倍快",
    "the first page, nothing read yet": "打开后的第一页，报表还没有读",
    "the collection": "收报情况",
    "the collection, searched": "收报情况，查找",
    "has anything changed": "问有没有变化",
    "a unit with its form": "一个单位和它的表",
    "the roster": "名册",
    "letters and publishing": "办理",
    "the log": "记录",
    "a file more, until its verdict": "再收一份，到有结论",
    "status anew (no page)": "重新计算情况（没有页面）",
    "inflating alone (zlib)": "只解压（zlib）",
    "inflating alone (isal)": "只解压（isal）",
    "inflating alone (libdeflate)": "只解压（libdeflate）",
}
"""The labels of the tables in the Chinese README; a label that is not here stays as it is."""

HEADING = """# Benchmarks

All tables that `python dev.py bench` measured, written by `benchmarks/run.py`. A cell is the median of the rounds, with the
smallest and the largest; `×` is how many times as fast as that one, round by round in the same run; CPU time unless it says wall.
"""

Results = dict[str, dict[str, Any]]


def kept() -> Results:
    """What was measured before, by benchmark."""
    if not RESULTS.exists():
        return {}
    results: Results = json.loads(RESULTS.read_text("utf-8"))
    return results


def measured(name: str, large: bool) -> dict[str, Any]:
    """Runs a benchmark; raises CalledProcessError when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "found.json"
        options = ["--large"] if large else []
        command = [sys.executable, str(HERE / f"{name}.py"), *options, "--json", str(target)]
        subprocess.run(command, check=True)
        found: dict[str, Any] = json.loads(target.read_text("utf-8"))
        return found


def tables_of(results: Results) -> dict[str, Table]:
    """Every table by `BENCHMARK/TABLE`."""
    tables = {}
    for name, found in results.items():
        for title, table in found["tables"].items():
            key = f"{name}/{title}".replace(" ", "-")
            tables[key] = Table.from_json(title, table)
    return tables


def translated(table: Table, words: Mapping[str, str]) -> Table:
    """The table with its labels in other words."""
    head = [words.get(heading, heading) for heading in table.head]
    rows = []
    for row in table.rows:
        rows.append([words.get(cell, cell) if isinstance(cell, str) else cell for cell in row])
    return Table(table.name, head, rows)


def with_figures(page: str, results: Results, words: Mapping[str, str]) -> str:
    """A page with what belongs between its markers. Raises KeyError when a marker names a table
    that was not measured."""
    tables = tables_of(results)

    def filled(found: re.Match[str]) -> str:
        start, key, end = found.groups()
        lines = markdown(translated(tables[key], words))
        where = results[key.partition("/")[0]]
        told = f"{where['measured']}: {where['machine']}."
        return start + "\n".join(["", *lines, "", told, "", end])

    return MARKED.sub(filled, page)


def all_tables(results: Results) -> str:
    """The page of all tables."""
    lines = [HEADING]
    for name, found in results.items():
        lines += [f"## {name}", "", f"{found['measured']}: {found['machine']}."]
        for title, table in found["tables"].items():
            lines += ["", f"### {name}: {title}", "", *markdown(Table.from_json(title, table))]
        lines.append("")
    return "\n".join(lines)


def pages(results: Results) -> dict[Path, str]:
    """Every page that shows figures, as it should be."""
    english, chinese = READMES
    return {
        english: with_figures(english.read_text("utf-8"), results, {}),
        chinese: with_figures(chinese.read_text("utf-8"), results, CHINESE),
        ALL: all_tables(results),
    }


def write_pages(results: Results) -> None:
    for path, text in pages(results).items():
        path.write_text(text, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="large sizes too")
    parser.add_argument("--pages", action="store_true", help="measure nothing")
    parser.add_argument("names", nargs="*", help="the benchmarks; all by default")
    options = parser.parse_args()
    results = kept()
    names = options.names or SCRIPTS
    for name in () if options.pages else names:
        results[name] = measured(name, options.large)
        text = json.dumps(results, ensure_ascii=False, indent=1)
        RESULTS.write_text(text + "\n", "utf-8")
    write_pages(results)


if __name__ == "__main__":
    main()
