"""Submissions written as text tables, so that samples and test fixtures can be read in review.

    unit: 甲子镇
    year: 2025

    [requests] blanks_are_zero=否
    received      12  1  0  0  0  0
    = requests.received.total 14

    [text.overview]
    one or more paragraphs

    [explanations]
    C4 what the unit writes beside a warning

A row holds the typed-in columns in printed order. `-` is a blank cell, `"2件"` a text typed into it;
a line that starts with `=` types a number (or a text) over a computed cell.
"""

from __future__ import annotations

import shlex
from decimal import Decimal
from pathlib import Path

from xlreport import Entry, Form, Submission, Unit
from xlreport.submission import BLANK, Status


def parse_entry(token: str, quoted: bool) -> Entry:
    """One token of a row."""
    if quoted:
        return Entry(None, Status.TEXT, token)
    return BLANK if token == "-" else Entry.of(Decimal(token))


def tokens(line: str) -> list[tuple[str, bool]]:
    """The tokens of a line, and whether each was quoted."""
    parts = shlex.split(line, posix=False)
    return [(part[1:-1], True) if part.startswith('"') else (part, False) for part in parts]


def load(path: Path, form: Form, county: Unit) -> Submission:
    """Reads one text table. Raises ValueError for a row that does not fit the form."""
    head: dict[str, str] = {}
    entries: dict[str, Entry] = {}
    overrides: dict[str, Entry] = {}
    texts: dict[str, list[str]] = {}
    answers: dict[str, str] = {}
    explanations: dict[str, str] = {}
    section = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("# "):
            continue
        if line.startswith("["):
            section, _, flag = line[1:].partition("]")
            if flag:
                answers[section] = flag.strip().removeprefix("blanks_are_zero=")
            texts.setdefault(section, [])
        elif section.startswith("text."):
            texts[section].append(line)
        elif not line.strip():
            continue
        elif section == "explanations":
            code, _, words = line.partition(" ")
            explanations[code] = words
        elif not section:
            key, _, value = line.partition(":")
            head[key.strip()] = value.strip()
        elif line.startswith("="):
            (name, _), (token, quoted) = tokens(line[1:])
            overrides[name] = parse_entry(token, quoted)
        else:
            (row, _), *cells = tokens(line)
            typed = [f for f in form.typed if f.table == section and f.row == row]
            if len(typed) != len(cells) or not typed:
                raise ValueError(
                    f"{path}:{number}: {row} takes {len(typed)} numbers, found {len(cells)}"
                )
            entries.update({f.id: parse_entry(*cell) for f, cell in zip(typed, cells, strict=True)})
    return Submission(
        form=form.id,
        year=int(head.pop("year")),
        unit=Unit(head.pop("unit"), head.pop("code", ""), head.pop("level", "")),
        entries=entries,
        texts={
            name: "\n".join(lines).strip("\n")
            for name, lines in texts.items()
            if name.startswith("text.")
        },
        overrides=overrides,
        answers=answers,
        explanations=explanations,
        county=county,
    ).with_identity(head)
