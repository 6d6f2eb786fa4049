"""What was read from a published report, as people would write it, beside what is printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.published import Case
from xlreport import Entry, FileRecord, Form, Reading, Submission, check_files
from xlreport.submission import Status, shown


def checked(file: Path) -> FileRecord:
    """What came of a file that is checked on its own."""
    (record,) = check_files([file]).files
    return record


def written(case: Case, folder: Path) -> Path:
    path = folder / case.filename
    path.write_bytes(case.data)
    return path


def stands_for(entry: Entry | None) -> str:
    """What a cell was read as: a number as people write it, the words where it is none."""
    if entry is None or entry.status in (Status.BLANK, Status.ABSENT):
        return ""
    if entry.value is not None:
        return shown(entry.value)
    return entry.raw


def values_of(form: Form, submission: Submission | None) -> dict[str, str]:
    """All typed-in fields, blank where nothing was placed."""
    entries = {} if submission is None else submission.entries
    return {item.id: stands_for(entries.get(item.id)) for item in form.typed}


def differences(
    form: Form,
    reading: Reading,
    values: Mapping[str, str],
    *,
    either: frozenset[str] = frozenset(),
) -> list[str]:
    """What was read otherwise than it must be; the fields of `either` may be blank too."""
    wrong = []
    for name, came in values_of(form, reading.submission).items():
        if came != values[name] and not (came == "" and name in either):
            wrong.append(f"{name}: {came or 'blank'}, not {values[name] or 'blank'}")
    return wrong


def of_case(case: Case, reading: Reading) -> list[str]:
    """What was read otherwise than the case says."""
    values = dict.fromkeys(case.values, "") if case.nothing else case.values
    return differences(case.form, reading, values, either=case.either)
