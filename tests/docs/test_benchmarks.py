"""The figures in the pages are those that were measured, and the frame that measures is right."""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from xlreport import FormCatalog, Severity, check_submissions, read_submission

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture(scope="module")
def folder() -> Iterator[None]:
    """Modules of the benchmarks can be imported."""
    sys.path.insert(0, str(BENCHMARKS))
    yield
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def measuring(folder: None) -> ModuleType:
    import measuring

    return measuring


@pytest.fixture(scope="module")
def run(folder: None) -> ModuleType:
    import run

    return run


@pytest.fixture(scope="module")
def books(folder: None) -> ModuleType:
    import workbooks

    return workbooks


def test_the_pages_show_what_was_measured(run: ModuleType) -> None:
    for path, page in run.pages(run.kept()).items():
        assert path.read_text("utf-8") == page, "run python benchmarks/run.py --pages"


def test_a_figure_in_the_results_that_changes_changes_both_readmes(run: ModuleType) -> None:
    results = run.kept()
    results["reading"]["tables"]["filled"]["rows"][0][1] = [123456.0, 123455.0, 123457.0]
    pages = run.pages(results)
    changed = "123456 (123455–123457)"
    assert [changed in pages[path] for path in (*run.READMES, run.ALL)] == [True, True, True]


def test_a_marker_of_a_table_that_was_not_measured_is_an_error(run: ModuleType) -> None:
    with pytest.raises(KeyError, match="reading/nothing"):
        run.with_figures("<!-- figures: reading/nothing -->\n<!-- end of figures -->", {}, {})


def test_results_name_no_host_and_no_path() -> None:
    import getpass
    import platform

    text = (BENCHMARKS / "results.json").read_text("utf-8")
    machines = {found["machine"] for found in json.loads(text).values()}
    assert machines
    for machine in machines:
        assert not re.search(r"(^|\s)/\w|[A-Z]:\\", machine)
    assert platform.node() not in text
    assert getpass.getuser() not in text.split('"')


def test_the_chinese_readme_translates_every_label_it_shows(run: ModuleType) -> None:
    tables = run.tables_of(run.kept())
    shown = [key for _, key, _ in run.MARKED.findall(run.READMES[1].read_text("utf-8"))]
    assert shown
    for key in shown:
        labels = [cell for row in tables[key].rows for cell in row if isinstance(cell, str)]
        words = {label for label in (*tables[key].head, *labels) if re.search("[A-Za-z]", label)}
        assert words <= set(run.CHINESE), key


def test_rounds_are_run_in_turn_and_the_first_warms_up(measuring: ModuleType) -> None:
    calls: list[tuple[str, Sequence[int]]] = []
    contenders = [
        measuring.Contender("A", lambda items: calls.append(("A", list(items)))),
        measuring.Contender("B", lambda items: calls.append(("B", list(items))), most=1),
    ]
    ran = measuring.contest(contenders, [[1, 2], [3, 4], [5, 6]])
    assert calls == [
        ("A", [1, 2]),
        ("B", [1]),
        ("A", [3, 4]),
        ("B", [3]),
        ("A", [5, 6]),
        ("B", [5]),
    ]
    assert [len(seconds) for seconds in ran.seconds.values()] == [2, 2]


def test_who_learns_takes_items_of_its_own(measuring: ModuleType) -> None:
    calls: list[list[int]] = []
    contenders = [
        measuring.Contender("A", lambda items: calls.append(list(items)), most=2, fresh=True),
        measuring.Contender("B", lambda items: calls.append(list(items)), most=4),
        measuring.Contender("C", lambda items: calls.append(list(items)), most=3, fresh=True),
    ]
    measuring.contest(contenders, [[1, 2, 3, 4, 5]])
    assert calls == [[1, 2], [1, 2, 3, 4], [3, 4, 5]]
    with pytest.raises(ValueError, match="4 items are not enough for C"):
        measuring.contest(contenders, [[1, 2, 3, 4]])


def test_what_is_prepared_is_what_the_task_takes(measuring: ModuleType) -> None:
    taken: list[int] = []
    contender = measuring.Contender("A", taken.extend, prepare=lambda item: -item)
    contender.seconds([1, 2])
    assert taken == [-1, -2]


def test_a_ratio_is_taken_within_each_round(measuring: ModuleType) -> None:
    ran = measuring.Contest({"base": [1.0, 4.0, 9.0], "own": [1.0, 2.0, 3.0]})
    assert ran.ratio("own", "base") == measuring.Spread(2.0, 1.0, 3.0)
    assert ran.milliseconds("own") == measuring.Spread(2000.0, 1000.0, 3000.0)
    table = ran.table("T", "ms", ["base"])
    assert table.head == ["", "ms", "× base"]
    assert [row[0] for row in table.rows] == ["base", "own"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0123456, "0.0123"),
        (1, "1.00"),
        (9.876, "9.88"),
        (56.25, "56.2"),
        (1234.5, "1234"),
    ],
)
def test_numbers_have_three_digits(measuring: ModuleType, value: float, text: str) -> None:
    assert measuring.rounded(value) == text


def test_a_table_comes_back_from_its_document(measuring: ModuleType) -> None:
    table = measuring.Table("T", ["", "ms"], [["A", measuring.Spread(2.0, 1.0, 3.0)]])
    document = json.loads(json.dumps(table.as_json()))
    again = measuring.Table.from_json("T", document)
    assert measuring.markdown(again) == ["|  | ms |", "| --- | --- |", "| A | 2.00 (1.00–3.00) |"]


@pytest.mark.parametrize("power", [0, 1, 2])
def test_the_exponent_of_growth(measuring: ModuleType, power: int) -> None:
    sizes = [10, 100, 1000]
    found = measuring.exponent(sizes, [3.0 * size**power for size in sizes])
    assert found == pytest.approx(power, abs=1e-9)


@pytest.mark.skipif(sys.platform == "win32", reason="a command is measured on Linux and macOS")
def test_a_command_is_measured_with_its_children(measuring: ModuleType) -> None:
    child = "sum(range(3_000_000)); x = bytearray(150_000_000)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    alone = measuring.command_cost([sys.executable, "-c", "pass"])
    both = measuring.command_cost([sys.executable, "-c", parent])
    assert both.cpu > alone.cpu
    assert both.peak > 140
    with pytest.raises(RuntimeError, match="exit code 3"):
        measuring.command_cost([sys.executable, "-c", "raise SystemExit(3)"])
    measuring.command_cost([sys.executable, "-c", "raise SystemExit(3)"], accept=(3,))


def test_a_made_up_report_is_consistent_and_comes_back_whole(books: ModuleType) -> None:
    made = [books.submission(number) for number in range(40)]
    findings = [finding for own in check_submissions(books.FORM, made) for finding in own]
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
    told = {finding.code for finding in findings}
    assert told <= {"V2", "C4", "C2.research", "C2.public_welfare"}
    reading = read_submission(books.filled(7), FormCatalog())
    assert reading.findings == ()
    assert reading.submission is not None
    assert dict(reading.submission.entries) == dict(made[7].entries)
    assert dict(reading.submission.texts) == dict(made[7].texts)


def test_a_made_up_prior_year_fits(books: ModuleType) -> None:
    made = [books.with_prior_year(books.submission(number)) for number in range(10)]
    findings = [finding for own in check_submissions(books.FORM, made) for finding in own]
    assert {finding.code for finding in findings} <= {"C4"}


def test_made_up_units_differ_and_the_same_number_is_the_same_unit(books: ModuleType) -> None:
    units = [books.unit(number) for number in range(50_000)]
    assert len({unit.name for unit in units}) == 50_000
    assert len({unit.code for unit in units}) == 50_000
    assert books.filled(3) == books.filled(3)
    assert books.filled(3) != books.filled(4)


def test_blanks_are_random_cells(books: ModuleType) -> None:
    full, blank = books.submission(5), books.submission(5, blanks=True)
    emptied = [name for name, entry in blank.entries.items() if entry.value is None]
    assert 10 < len(emptied) < 70
    assert all(entry.value is not None for entry in full.entries.values())


def test_applications_balance_by_applicant(books: ModuleType) -> None:
    values = books.figures(books.FORM, random.Random(1))
    column = "research"
    own = {name: value for name, value in values.items() if name.endswith(f".{column}")}
    inward = own.pop(f"requests.received.{column}") + own.pop(f"requests.carried_in.{column}")
    outward = [value for name, value in own.items() if name.startswith("requests.")]
    assert inward == sum(outward, Decimal(0))
