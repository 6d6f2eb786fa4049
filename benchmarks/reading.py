"""How fast returned workbooks are read, verified and checked, beside other libraries.

All are given the same bytes, which none of them met before; every workbook is another unit's. The
peers give values only, openpyxl loads twice because it has either formulas or cached results;
xlreport does its whole job: the guard with all checksums, whose report it is, every field, whether
anything was changed that is locked, and, where it says so, all rules. The floors only inflate."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

import openpyxl
import pandas
import python_calamine

from measuring import Contender, Table, contest, main
from workbooks import FORM, blanks, filled, resaved, with_history, zeros_left_blank
from xlreport import FormCatalog, Submission, check_submissions, read_submission

CATALOG = FormCatalog()
TWICE, CALAMINE = "openpyxl twice", "calamine"
BASELINES = (TWICE, CALAMINE)
UNIT = "ms a workbook"

Books = Sequence[bytes]


def submission_in(data: bytes) -> Submission:
    """The report in a workbook; a benchmark of workbooks that are not read says nothing."""
    submission = read_submission(data, CATALOG).submission
    if submission is None:
        raise ValueError("a workbook of the benchmark was not read")
    return submission


def read(books: Books) -> None:
    for data in books:
        submission_in(data)


def read_and_check_alone(books: Books) -> None:
    for data in books:
        check_submissions(FORM, [submission_in(data)])


def read_and_check_together(books: Books) -> None:
    check_submissions(FORM, [submission_in(data) for data in books])


def openpyxl_twice(books: Books) -> None:
    for data in books:
        openpyxl.load_workbook(io.BytesIO(data))
        openpyxl.load_workbook(io.BytesIO(data), data_only=True)


def openpyxl_read_only(books: Books) -> None:
    for data in books:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=True)
        for sheet in book:
            for _ in sheet.iter_rows(values_only=True):
                pass


def pandas_openpyxl(books: Books) -> None:
    for data in books:
        pandas.read_excel(io.BytesIO(data), sheet_name=None, header=None, engine="openpyxl")


def pandas_calamine(books: Books) -> None:
    for data in books:
        pandas.read_excel(io.BytesIO(data), sheet_name=None, header=None, engine="calamine")


def calamine(books: Books) -> None:
    for data in books:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


Part = tuple[bytes, int]
"""A deflate stream and the size of what is in it."""


def parts(data: bytes) -> list[Part]:
    """The compressed parts of a workbook, found before the clock runs."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    found = []
    for member in members:
        if member.compress_type == zipfile.ZIP_DEFLATED:
            start = member.header_offset + 26
            lengths = (data[start : start + 2], data[start + 2 : start + 4])
            begin = start + 4 + sum(int.from_bytes(length, "little") for length in lengths)
            found.append((data[begin : begin + member.compress_size], member.file_size))
    return found


def inflating(inflate: Callable[[bytes, int], object]) -> Callable[[Sequence[list[Part]]], None]:
    """A task that inflates everything."""

    def task(books: Sequence[list[Part]]) -> None:
        for book in books:
            for stream, size in book:
                inflate(stream, size)

    return task


def floors() -> list[Contender]:
    """Inflating alone: with the standard library, and with what is installed besides."""
    ways: dict[str, Callable[[bytes, int], object]] = {
        "inflating alone (zlib)": lambda stream, size: zlib.decompress(stream, -15, size)
    }
    if isal := installed("isal.isal_zlib"):
        ways["inflating alone (isal)"] = lambda stream, size: isal.decompress(stream, -15, size)
    if deflate := installed("deflate"):
        ways["inflating alone (libdeflate)"] = deflate.deflate_decompress
    return [Contender(name, inflating(way), 20, parts) for name, way in ways.items()]


def installed(module: str) -> ModuleType | None:
    """A module that need not be there."""
    try:
        return import_module(module)
    except ImportError:
        return None


PEERS = (
    Contender(TWICE, openpyxl_twice, most=4),
    Contender("openpyxl read-only", openpyxl_read_only, most=4),
    Contender("pandas with openpyxl", pandas_openpyxl, most=4),
    Contender("pandas with calamine", pandas_calamine, most=10),
    Contender(CALAMINE, calamine, most=20),
)

OURS = (
    ("xlreport: read and verified", read, 0.4),
    ("xlreport: read, verified, all checks, one at a time", read_and_check_alone, 0.4),
    ("xlreport: read, verified, all checks, in batches", read_and_check_together, 1.0),
)
"""What is measured of xlreport, and the share of a batch that it takes; a new way to read many
files is one line more. What is read is learned from: each takes workbooks of its own."""


def ours(batch: int) -> list[Contender]:
    """All that is measured of xlreport over batches of so many workbooks."""
    return [Contender(name, task, int(share * batch), fresh=True) for name, task, share in OURS]


def resaved_by_libreoffice(numbers: Sequence[int]) -> list[bytes]:
    """Filled-in workbooks as LibreOffice saves them; nothing where it is not installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        return resaved(program, Path(folder), [filled(number) for number in numbers])


def written(make: Callable[[int], bytes]) -> Callable[[Sequence[int]], list[bytes]]:
    """Makes one workbook after the other."""
    return lambda numbers: [make(number) for number in numbers]


@dataclass(frozen=True)
class Workload:
    """Workbooks of a kind: how they are made, how many a batch has, and the rounds."""

    name: str
    make: Callable[[Sequence[int]], list[bytes]]
    batch: int
    rounds: int

    def larger(self) -> Workload:
        """The same with more of all."""
        return replace(self, batch=4 * self.batch, rounds=2 * self.rounds)

    def table(self) -> Table | None:
        """All contenders over workbooks that none of them met before; the first round warms up."""
        contenders = ours(self.batch)
        books = sum(contender.most for contender in contenders)
        count = books * (self.rounds + 1)
        made = self.make(range(count))
        if not made:
            return None
        rounds = [made[start : start + books] for start in range(0, count, books)]
        ran = contest([*PEERS, *contenders, *floors()], rounds)
        return ran.table(self.name, UNIT, BASELINES)


WORKLOADS = (
    Workload("filled", written(filled), batch=50, rounds=4),
    Workload("zeros left blank", written(zeros_left_blank), batch=20, rounds=3),
    Workload("numbers left out", written(blanks), batch=10, rounds=3),
    Workload("with the prior year", written(with_history), batch=10, rounds=3),
    Workload("saved by LibreOffice", resaved_by_libreoffice, batch=10, rounds=3),
)


def measure(large: bool) -> list[Table]:
    warnings.simplefilter("ignore")
    workloads = [work.larger() for work in WORKLOADS] if large else WORKLOADS
    tables = []
    for workload in workloads:
        print(f"reading: {workload.name}", file=sys.stderr, flush=True)
        table = workload.table()
        if table:
            tables.append(table)
    return tables


if __name__ == "__main__":
    main(measure)
