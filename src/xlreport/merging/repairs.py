"""Fresh workbooks for the files that need one, with a list of what was carried over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from xlreport.atomic import safe_name
from xlreport.findings import Finding
from xlreport.form.catalog import FormCatalog
from xlreport.merging.outcome import FileRecord
from xlreport.text import harmless
from xlreport.workbook.repair import REPAIRABLE, Carried, NotRepairable, repair

LIST_NAME = "修复清单.txt"


@dataclass(frozen=True)
class RepairedFile:
    """One file: the name of its fresh workbook, what that holds, what it does not; or why there is none."""

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
            "carried": [c.as_dict() for c in self.carried],
            "left": list(self.left),
            "findings": [f.as_dict() for f in self.findings],
        }

    def lines(self) -> Iterator[str]:
        """The file's part of the list."""
        unit = f"{harmless(self.unit)}　" if self.unit else ""
        yield f"{unit}{harmless(self.path)}"
        if self.problem:
            yield f"  没有修复：{harmless(self.problem)}"
            return
        yield f"  → {self.name}：搬移 {len(self.carried)} 项" + (
            f"，{len(self.left)} 项没有搬移" if self.left else ""
        )
        yield from (f"  没有照搬　{harmless(words)}" for words in self.left)
        yield from (f"  已搬移　{harmless(one.line())}" for one in self.carried)


def needs_repair(file: FileRecord) -> bool:
    """Whether a file that was read has something that a fresh workbook cures (a total that was typed
    over correctly is no finding)."""
    read = file.submission
    return read is not None and (
        bool(read.overrides) or any(f.code in REPAIRABLE for f in file.findings)
    )


def repairs(
    files: Iterable[FileRecord], catalog: FormCatalog, names: Iterable[str] = ()
) -> list[RepairedFile]:
    """A fresh workbook for each file that was read; no two have the same name, and none one of `names`."""
    taken = {name.lower() for name in names}
    found = []
    for file in files:
        one = _repaired(file, catalog, taken)
        taken.add(one.name.lower())
        found.append(one)
    return found


def _repaired(file: FileRecord, catalog: FormCatalog, taken: set[str]) -> RepairedFile:
    submission = file.submission
    if submission is None:
        why = "；".join(f.message for f in file.findings) or "读不出来"
        return RepairedFile(file.path, file.unit.name, problem=why, findings=file.findings)
    form = catalog(submission.form)
    assert form is not None
    try:
        fresh = repair(form, submission, file.findings, catalog)
    except NotRepairable as error:
        return RepairedFile(file.path, file.unit.name, problem=str(error), findings=file.findings)
    parts = (submission.unit.code, submission.unit.name, f"{submission.year}年{form.title}", "修复")
    stem = "_".join(part for part in parts if part)
    name, again = safe_name(stem), 1
    while name.lower() in taken:
        again += 1
        name = safe_name(f"{stem}{again}")
    return RepairedFile(
        file.path,
        file.unit.name,
        name,
        fresh.data,
        fresh.carried,
        fresh.left,
        findings=file.findings,
    )


def repair_list(files: Iterable[RepairedFile]) -> bytes:
    """The list as text that Notepad opens: UTF-8 with a byte-order mark, lines ended by CR LF."""
    lines = ["修复清单：填报的内容已搬到现行模板的新工作簿里；原文件没有改动。", ""]
    for file in files:
        lines += [*file.lines(), ""]
    return "\r\n".join(lines).encode("utf-8-sig", "replace")
