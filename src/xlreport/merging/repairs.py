"""Fresh workbooks for the files that need one, with a list of what was carried over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from xlreport.atomic import safe_name
from xlreport.findings import Finding
from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.merging.outcome import FileRecord
from xlreport.submission import Submission
from xlreport.text import harmless
from xlreport.workbook.repair import REPAIRABLE, Carried, NotRepairable, repair

LIST_NAME = "修复清单.txt"


@dataclass(frozen=True)
class RepairedFile:
    """One file: its fresh workbook, what that holds and what not; or why there is none."""

    path: str
    unit: str
    name: str = ""
    data: bytes = field(default=b"", repr=False)
    carried: tuple[Carried, ...] = ()
    left: tuple[str, ...] = ()
    problem: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether everything was carried over."""
        return not self.problem and not self.left

    def as_dict(self) -> dict[str, Any]:
        """The file as `repair --json` has it."""
        return {
            "path": self.path,
            "unit": self.unit or None,
            "output": self.name or None,
            "problem": self.problem or None,
            "carried": [carried.as_dict() for carried in self.carried],
            "left": list(self.left),
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def lines(self) -> Iterator[str]:
        """The file's part of the list."""
        unit = f"{harmless(self.unit)}　" if self.unit else ""
        yield f"{unit}{harmless(self.path)}"
        if self.problem:
            yield f"  没有修复：{harmless(self.problem)}"
            return
        told = f"  → {self.name}：搬移 {len(self.carried)} 项"
        if self.left:
            told += f"，{len(self.left)} 项没有搬移"
        yield told
        for words in self.left:
            yield f"  没有照搬　{harmless(words)}"
        for carried in self.carried:
            yield f"  已搬移　{harmless(carried.line())}"


def needs_repair(file: FileRecord) -> bool:
    """Whether a file that was read has something that a fresh workbook cures.

    A total that was typed over correctly is no finding.
    """
    if file.submission is None:
        return False
    if file.submission.overrides:
        return True
    return any(finding.code in REPAIRABLE for finding in file.findings)


def repairs(
    files: Iterable[FileRecord], forms: FormCatalog, names: Iterable[str] = ()
) -> list[RepairedFile]:
    """A fresh workbook for each file that was read.

    No two have the same name, and none has one of `names`.
    """
    taken = {name.lower() for name in names}
    repaired = []
    for file in files:
        fresh = _repaired(file, forms, taken)
        taken.add(fresh.name.lower())
        repaired.append(fresh)
    return repaired


def _repaired(file: FileRecord, forms: FormCatalog, taken: set[str]) -> RepairedFile:
    if file.submission is None or file.form is None:
        reason = "；".join(finding.message for finding in file.findings)
        return _not_repaired(file, reason or "读不出来")
    try:
        fresh = repair(file.form, file.submission, file.findings, forms)
    except NotRepairable as error:
        return _not_repaired(file, str(error))
    return RepairedFile(
        path=file.path,
        unit=file.unit.name,
        name=_free_name(file.form, file.submission, taken),
        data=fresh.data,
        carried=fresh.carried,
        left=fresh.left,
        findings=file.findings,
    )


def _not_repaired(file: FileRecord, reason: str) -> RepairedFile:
    return RepairedFile(file.path, file.unit.name, problem=reason, findings=file.findings)


def _free_name(form: Form, submission: Submission, taken: set[str]) -> str:
    """What the fresh workbook is called; with a number when that is taken."""
    unit = submission.unit
    report = f"{submission.year}年{form.title}"
    parts = (unit.code, unit.name, report, "修复")
    stem = "_".join(filter(None, parts))
    name = safe_name(stem)
    number = 1
    while name.lower() in taken:
        number += 1
        name = safe_name(f"{stem}{number}")
    return name


def repair_list(files: Iterable[RepairedFile]) -> bytes:
    """The list as text that Notepad opens: UTF-8 with a byte-order mark, lines ended by CR LF."""
    lines = ["修复清单：填报的内容已搬到现行模板的新工作簿里；原文件没有改动。", ""]
    for file in files:
        lines += [*file.lines(), ""]
    return "\r\n".join(lines).encode("utf-8-sig", "replace")
