"""How fast returned workbooks are read and checked, as a ratio to openpyxl in the same run.

Both read the same 20 workbooks from bytes. xlreport does its whole job (guard with all checksums,
identity, 203 fields with formulas and cached results, all rules); openpyxl only loads the
workbook twice, once for formulas and once for cached results, and looks up the fields' cells.
"""

from __future__ import annotations

import io
import random
import statistics
import time
import warnings
from collections.abc import Callable
from decimal import Decimal

import openpyxl

from xlreport import (
    Entry,
    FormCatalog,
    Submission,
    Unit,
    check_submissions,
    get_form,
    read_submission,
    write_workbook,
)
from xlreport.workbook.layout.workbook import layout_of

BOOKS, ROUNDS = 20, 5


def workbooks() -> list[bytes]:
    form = get_form("zfxxgk-2021")
    rng = random.Random(1)
    books = []
    for i in range(BOOKS):
        entries = {f.id: Entry.of(Decimal(rng.randrange(50))) for f in form.typed}
        books.append(
            write_workbook(
                Submission(form.id, 2025, Unit(f"第{i}镇", str(i), "乡镇"), entries), form
            )
        )
    return books


def ours(books: list[bytes]) -> None:
    form, catalog = get_form("zfxxgk-2021"), FormCatalog()
    submissions = [read_submission(data, catalog).submission for data in books]
    check_submissions(form, [s for s in submissions if s is not None])


def theirs(books: list[bytes]) -> None:
    layout = layout_of(get_form("zfxxgk-2021"))
    for data in books:
        for data_only in (False, True):
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=data_only)
            for sheet, (row, column) in layout.cells.values():
                _ = book[sheet].cell(row + 1, column + 1).value


def seconds(task: Callable[[list[bytes]], None], books: list[bytes]) -> float:
    start = time.perf_counter()
    task(books)
    return time.perf_counter() - start


def main() -> None:
    warnings.simplefilter("ignore")
    books = workbooks()
    pairs = [(seconds(ours, books), seconds(theirs, books)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(p[i] for p in pairs) / BOOKS * 1000 for i in (0, 1))
    ratios = sorted(b / a for a, b in pairs)
    print(f"xlreport, reading and checking: {mine:.1f} ms a workbook", end=" ")
    print(f"(median of {ROUNDS} rounds of {BOOKS})")
    print(f"openpyxl {openpyxl.__version__}, loading twice:  {other:.1f} ms a workbook")
    ratio = statistics.median(ratios)
    print(f"ratio openpyxl / xlreport: {ratio:.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})")


if __name__ == "__main__":
    main()
