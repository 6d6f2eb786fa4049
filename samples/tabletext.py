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

A row holds the typed-in columns in printed order. `-` is a blank cell, `"2件"` a text typed into
it; a line that starts with `=` types a number (or a text) over a computed cell."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
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


@dataclass
class _Draft:
    """What has been read of one text table so far, line by line."""

    form: Form
    head: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    overrides: dict[str, Entry] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)
    section: str = ""

    def read(self, line: str) -> None:
        """Takes one line. Raises ValueError for a row that does not fit the form."""
        if line.startswith("# "):
            return
        if line.startswith("["):
            self._open(line)
        elif self.section.startswith("text."):
            self.texts[self.section].append(line)
        elif line.strip():
            self._entry(line)

    def _open(self, line: str) -> None:
        self.section, _, flag = line[1:].partition("]")
        if flag:
            self.answers[self.section] = flag.strip().removeprefix("blanks_are_zero=")
        self.texts.setdefault(self.section, [])

    def _entry(self, line: str) -> None:
        if self.section == "explanations":
            code, _, words = line.partition(" ")
            self.explanations[code] = words
        elif not self.section:
            key, _, value = line.partition(":")
            self.head[key.strip()] = value.strip()
        elif line.startswith("="):
            (name, _), (token, quoted) = tokens(line[1:])
            self.overrides[name] = parse_entry(token, quoted)
        else:
            self._row(line)

    def _row(self, line: str) -> None:
        (row, _), *cells = tokens(line)
        typed = [f for f in self.form.typed if f.table == self.section and f.row == row]
        if len(typed) != len(cells) or not typed:
            raise ValueError(f"{row} takes {len(typed)} numbers, found {len(cells)}")
        for number, cell in zip(typed, cells, strict=True):
            self.entries[number.id] = parse_entry(*cell)

    def submission(self, county: Unit) -> Submission:
        """The report that was read."""
        head = dict(self.head)
        texts = {name: lines for name, lines in self.texts.items() if name.startswith("text.")}
        return Submission(
            form=self.form.id,
            year=int(head.pop("year")),
            unit=Unit(head.pop("unit"), head.pop("code", ""), head.pop("level", "")),
            entries=self.entries,
            texts={name: "\n".join(lines).strip("\n") for name, lines in texts.items()},
            overrides=self.overrides,
            answers=self.answers,
            explanations=self.explanations,
            county=county,
        ).with_identity(head)


def load(path: Path, form: Form, county: Unit) -> Submission:
    """Reads one text table. Raises ValueError for a row that does not fit the form."""
    draft = _Draft(form)
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            draft.read(line)
        except ValueError as error:
            raise ValueError(f"{path}:{number}: {error}") from None
    return draft.submission(county)
