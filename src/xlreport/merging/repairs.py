"""Fresh workbooks for the files that need one, and for reports that are not our workbooks, with a
list of what was carried over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from xlreport.atomic import safe_name
from xlreport.findings import Finding, Severity, grouped
from xlreport.form.catalog import FormCatalog
from xlreport.form.model import Form
from xlreport.importing.codes import NO_UNIT
from xlreport.merging.imported import is_imported
from xlreport.merging.marks import IMPORTS, REPAIRS
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.submission import Submission
from xlreport.text import harmless
from xlreport.workbook.repair import REPAIRABLE, Carried, NotRepairable, repair


@dataclass(frozen=True)
class Purpose:
    """Why fresh workbooks are made, in the words of their list: what is behind their names, how the
    list is called and begins, and what is said of what was carried over and what was not."""

    suffix: str
    list_name: str
    heading: str
    carried: str
    left: str

    def told(self, done: int, left: int) -> str:
        """How much of a file is in its fresh workbook."""
        told = f"{self.carried} {done} 项"
        return f"{told}，{left} 项没有{self.carried}" if left else told


REPAIR = Purpose(
    suffix="修复",
    list_name="修复清单.txt",
    heading=REPAIRS,
    carried="搬移",
    left="没有照搬",
)
IMPORT = Purpose(
    suffix="导入",
    list_name="导入清单.txt",
    heading=IMPORTS,
    carried="导入",
    left="没有放进",
)


TOLD = "  审核　"
"""How the lines of a list begin that tell what the checks say of an imported report."""

CARRIED = "  已"
"""How the lines of a list begin that tell what was carried over."""


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
    purpose: Purpose = REPAIR

    @property
    def whole(self) -> bool:
        """Whether everything was carried over."""
        return not self.problem and not self.left

    def as_dict(self) -> dict[str, Any]:
        """The file as `repair --json` and `import --json` have it."""
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
            yield f"  没有{self.purpose.suffix}：{harmless(self.problem)}"
            return
        yield f"  → {self.name}：{self.purpose.told(len(self.carried), len(self.left))}"
        for words in self.left:
            yield f"  {self.purpose.left}　{harmless(words)}"
        for finding in self.to_tell:
            yield f"{TOLD}{harmless(finding.line())}"
        for line in self.carried_lines():
            yield f"{CARRIED}{self.purpose.carried}　{line}"

    @property
    def to_tell(self) -> list[Finding]:
        """What the checks say of an imported report, as its list has it."""
        if self.purpose is not IMPORT:
            return []
        return [f for f in grouped(self.findings) if f.severity is not Severity.NOTE]

    def carried_lines(self) -> Iterator[str]:
        """What was carried over, from where to where."""
        for carried in self.carried:
            yield harmless(carried.line())


def needs_repair(file: FileRecord) -> bool:
    """Whether a file that was read has something that a fresh workbook cures.

    A total that was typed over correctly is no finding.
    """
    if file.submission is None:
        return False
    if file.submission.overrides or is_imported(file):
        return True
    return any(finding.code in REPAIRABLE for finding in file.findings)


def repairs(
    files: Iterable[FileRecord], forms: FormCatalog, names: Iterable[str] = ()
) -> list[RepairedFile]:
    """A fresh workbook for each file that was read.

    No two have the same name, and none has one of `names`.
    """
    taken = {name.lower() for name in names}
    return [_fresh(file, forms, taken, _purpose_of(file)) for file in files]


def imports(
    files: Iterable[FileRecord], forms: FormCatalog, names: Iterable[str] = ()
) -> list[RepairedFile]:
    """A workbook for each report that is not our workbook; names as of `repairs`."""
    taken = {name.lower() for name in names}
    imported = []
    for file in files:
        if file.decision is Outcome.DUPLICATE:
            imported.append(_without(file, _why_unread(file, IMPORT), IMPORT))
        elif file.submission is None or is_imported(file):
            imported.append(_fresh(file, forms, taken, IMPORT))
        else:
            imported.append(_without(file, _OURS, IMPORT))
    return imported


_OURS = "这就是县里发的模板，不用导入，直接汇总"


def _purpose_of(file: FileRecord) -> Purpose:
    return IMPORT if is_imported(file) else REPAIR


def _fresh(file: FileRecord, forms: FormCatalog, taken: set[str], purpose: Purpose) -> RepairedFile:
    """A file's fresh workbook under a name that is not taken, or why there is none."""
    if file.submission is None or file.form is None:
        return _without(file, _why_unread(file, purpose), purpose)
    if is_imported(file) and not file.unit.name:
        return _without(file, _with_advice([NO_UNIT()]), purpose)
    try:
        fresh = repair(file.form, file.submission, file.findings, forms)
    except NotRepairable as error:
        return _without(file, str(error), purpose)
    name = _free_name(file.form, file.submission, taken, purpose)
    taken.add(name.lower())
    return RepairedFile(
        path=file.path,
        unit=file.unit.name,
        name=name,
        data=fresh.data,
        carried=fresh.carried,
        left=(*fresh.left, *file.reading.unplaced),
        findings=file.findings,
        purpose=purpose,
    )


def _why_unread(file: FileRecord, purpose: Purpose) -> str:
    """Why nothing was read; of what was to be imported also what to do."""
    if purpose is IMPORT and file.findings:
        errors = [finding for finding in file.findings if finding.severity is Severity.ERROR]
        return _with_advice(errors or file.findings)
    return "；".join(finding.message for finding in file.findings) or "读不出来"


def _with_advice(findings: Sequence[Finding]) -> str:
    messages = "；".join(finding.message for finding in findings)
    advice = "；".join(filter(None, dict.fromkeys(finding.suggestion for finding in findings)))
    return f"{messages}　→ {advice}" if advice else messages


def _without(file: FileRecord, problem: str, purpose: Purpose) -> RepairedFile:
    return RepairedFile(
        file.path, file.unit.name, problem=problem, findings=file.findings, purpose=purpose
    )


def _free_name(form: Form, submission: Submission, taken: set[str], purpose: Purpose) -> str:
    """What the fresh workbook is called; with a number when that is taken."""
    unit = submission.unit
    report = f"{submission.year}年{form.title}"
    parts = (unit.code, unit.name, report, purpose.suffix)
    stem = "_".join(filter(None, parts))
    name = safe_name(stem)
    number = 1
    while name.lower() in taken:
        number += 1
        name = safe_name(f"{stem}{number}")
    return name


def list_of(files: Iterable[RepairedFile], purpose: Purpose) -> bytes:
    """The list as text that Notepad opens: UTF-8 with a byte-order mark, lines ended by CR LF."""
    lines = [purpose.heading, ""]
    for file in files:
        lines += [*file.lines(), ""]
    return "\r\n".join(lines).encode("utf-8-sig", "replace")
