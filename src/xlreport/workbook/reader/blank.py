"""Whether a workbook is still the blank that was handed out: nothing typed in, nothing added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlreport.findings import Finding
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook
from xlreport.submission import Status
from xlreport.text import clean_name
from xlreport.workbook.codes import R8, R24
from xlreport.workbook.layout.identity import (
    PREFIX,
    Identity,
    identity_name,
    is_current_edition,
)
from xlreport.workbook.layout.prior_year import prior_year_name
from xlreport.workbook.reader.cover import cover_text
from xlreport.workbook.reader.defined_names import named_cell
from xlreport.workbook.reader.figures import read_figures
from xlreport.workbook.reader.identify import Forms, edition_of, identity_of
from xlreport.workbook.reader.integrity import integrity_findings
from xlreport.workbook.reader.locate import Located, locate
from xlreport.workbook.reader.texts import read_answers, read_explanations, read_texts

_HARMLESS = frozenset({R8.code, R24.code})
"""Findings of a blank that another program saved in another format."""

_NOTHING = (Status.BLANK, Status.ABSENT)

_GIVEN = (PREFIX, identity_name(""), prior_year_name(""), "_xlnm.")
"""How names of cells begin that are filled in by whoever issues the workbook, and names that the
program gives itself (ECMA-376 part 1, 18.2.5)."""


def why_not_blank(
    data: bytes, forms: Forms, limits: Limits = DEFAULT_LIMITS, passwords: Sequence[str] = ()
) -> str:
    """What a workbook is or holds beside a blank of ours, of whatever version; empty for a blank.

    Last year's figures are ours. Never raises for what the file is.
    """
    try:
        book = open_book(data, limits, passwords)
    except Refused as refused:
        return f"读不出来（{refused.finding.message}）"
    identity = identity_of(book)
    form = forms(identity.form)
    if form is None:
        return "认不出是哪种报表"
    if identity.is_summary:
        return "是汇总表"
    located = locate(book, edition_of(book, identity, form))
    contents = _Contents(located, identity)
    return contents.filled_in() or contents.altered()


@dataclass(frozen=True)
class _Contents:
    """A workbook of ours, whoever filled it in."""

    located: Located
    identity: Identity

    @property
    def book(self) -> RawBook:
        return self.located.book

    def filled_in(self) -> str:
        """How much was typed in; empty for nothing."""
        numbers = self._numbers()
        written, _ = read_texts(self.located)
        texts = sum(text.strip() != "" for text in written.values())
        amounts = []
        if numbers:
            amounts.append(f"{numbers} 个数")
        if texts:
            amounts.append(f"{texts} 段文字")
        if not amounts and self._has_other_entries():
            amounts.append("封面、选项或说明")
        if not amounts:
            return ""
        listed = "、".join(amounts)
        return f"{self._whose()}填了：{listed}"

    def _numbers(self) -> int:
        figures = read_figures(self.located, {}, is_summary=False)
        entries = (*figures.entries.values(), *figures.overrides.values())
        return sum(entry.status not in _NOTHING for entry in entries)

    def _has_other_entries(self) -> bool:
        """Lines of the cover, answers, explanations, and what a later version has no more."""
        answers, _ = read_answers(self.located)
        explanations, _ = read_explanations(self.book, self.located.layout)
        if explanations or any(answers.values()):
            return True
        return self._cover_is_filled_in() or any(self._named_entries())

    def _cover_is_filled_in(self) -> bool:
        """Whether a line of the cover says more than the workbook was issued with."""
        form = self.located.layout.form
        for item in form.identity:
            issued = getattr(self.identity, item.id, "")
            written = clean_name(cover_text(self.book, form, item))
            if written not in ("", issued):
                return True
        return False

    def _named_entries(self) -> Iterator[str]:
        """What stands in cells that have names, but for formulas and what we write ourselves."""
        for name in self.book.names:
            # every name of ours has a point
            if name.startswith(_GIVEN) or "." not in name:
                continue
            cell = named_cell(self.book, name)
            if cell is None or cell.formula is not None:
                continue
            if cell.text.strip():
                yield cell.text

    def _whose(self) -> str:
        unit = f"“{self.identity.unit}”" if self.identity.unit else ""
        return f"是{unit}{self.identity.year} 年度的报表，"

    def altered(self) -> str:
        """What else was done to it; empty for nothing."""
        for finding in self._findings():
            if finding.code not in _HARMLESS:
                return f"与空白表不同（{finding.message}）"
        return ""

    def _findings(self) -> Iterator[Finding]:
        located = self.located
        is_current = is_current_edition(self.identity)
        same_version = is_current and located.layout.form.has_workbook(self.identity.fingerprint)
        if same_version:
            yield from located.findings
            yield from read_figures(located, {}, is_summary=False).findings
        yield from read_texts(located)[1]
        yield from read_answers(located)[1]
        yield from read_explanations(self.book, located.layout)[1]
        yield from integrity_findings(located, same_version=same_version, is_summary=False)
