"""A workbook that came back, read into a submission; everything odd becomes a finding.

Values are taken from the typed-in cells only. Cached results of computed cells serve to detect that
somebody pasted over a formula, never as numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from xlreport import a1
from xlreport.findings import Code, Finding, record
from xlreport.form.model import LEVELS, Field, Form
from xlreport.formats.guard import DEFAULT_LIMITS, Limits, Refused
from xlreport.formats.open import open_book
from xlreport.formats.raw import RawBook, RawCell
from xlreport.rules.columns import column_store, from_fixed
from xlreport.submission import (
    NO,
    NOBODY,
    YES,
    Entry,
    Place,
    Provenance,
    Status,
    Submission,
    Summary,
    Unit,
    shown,
)
from xlreport.text import clean
from xlreport.workbook.codes import (
    E2,
    E5,
    F2,
    F4,
    F5,
    F6,
    F11,
    F19,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R17,
    R18,
    R25,
    R29,
)
from xlreport.workbook.details import Members, read_members
from xlreport.workbook.layout.workbook import COVER, layout_of
from xlreport.workbook.reader.explanations import read_explanations
from xlreport.workbook.reader.identify import Forms, issued, plain_year, recognised
from xlreport.workbook.reader.integrity import strays
from xlreport.workbook.reader.locate import Located
from xlreport.workbook.reader.numbers import quote, read_entry
from xlreport.workbook.reader.tampering import remarks
from xlreport.workbook.writer.prior_year_sheet import read_previous_sheet

_TEMPLATE = "请使用汇总单位发的模板填报"

MOST_IN_A_LINE = 100
"""Characters that a line of the cover may have."""

_UNIT_LINES = ("unit", "code", "level", "year")
"""Lines of the cover that say whose report it is, and of which year."""


@dataclass(frozen=True)
class Reading:
    """What came of one file: a submission, or None when it is rejected; and the findings.

    `unit`, `year` and `form_id` tell what the file says of itself, also when it is rejected.
    """

    findings: tuple[Finding, ...]
    submission: Submission | None = None
    form: Form | None = None
    unit: Unit = NOBODY
    year: int | None = None
    form_id: str = ""
    sha256: str = ""


def read_submission(
    data: bytes,
    forms: Forms,
    *,
    path: str = "",
    modified: float = 0.0,
    limits: Limits = DEFAULT_LIMITS,
    passwords: Sequence[str] = (),
) -> Reading:
    """Reads one workbook of any format. Never raises for what is in the file: refusals are findings."""
    source = Provenance(path, hashlib.sha256(data).hexdigest(), "", modified)
    try:
        book = open_book(data, limits, passwords)
    except Refused as refused:
        return Reading((refused.finding,), sha256=source.sha256)
    return replace(
        _Reader(book, forms, replace(source, saved=book.saved)).read(), sha256=source.sha256
    )


class _Reader:
    def __init__(self, book: RawBook, forms: Forms, source: Provenance) -> None:
        self.book = book
        self.forms = forms
        self.source = source
        self.findings: list[Finding] = []
        self.entries: dict[str, Entry] = {}
        self.overrides: dict[str, Entry] = {}
        self.places: dict[str, Place] = {}
        self.cached: dict[str, RawCell] = {}
        self.taken_texts: set[str] = set()

    def add(
        self,
        code: Code,
        message: str,
        suggestion: str = "",
        name: str = "",
        **observed: Decimal | str | int,
    ) -> None:
        place = self.places.get(name, Place("", ""))
        self.findings.append(
            record(
                code,
                message,
                suggestion,
                sheet=place.sheet,
                cell=place.cell,
                field=name,
                observed=tuple((key if key != "value" else name, v) for key, v in observed.items()),
            )
        )

    def read(self) -> Reading:
        self.issued = issued(self.book)
        form, year = self.forms(self.issued["form"]), plain_year(self.issued["year"])
        if form is None or year is None:
            known = None if self.issued["form"] else recognised(self.book, self.forms)
            if known is None:
                return self._nothing(year)
            form, year = known
            words = "文件里的报表标识丢失，已按表头和封面的文字认出报表和年度"
            self.add(F19, words, "请核对单位、年度和数字；下次请用汇总单位发的模板填报")
        self.form, self.year = form, year
        self.located = Located(self.book, layout_of(form))
        unit = self._unit()
        base = Reading((), None, form, unit, self.year, form.id)
        if not form.covers(self.year):
            self.add(F11, f"《{form.title}》（{form.id}）不适用于 {self.year} 年度", _TEMPLATE)
        if any(f.code in ("F4", "F5", "F11") for f in self.findings):
            return replace(base, findings=tuple(self.findings))
        submission = self._submission(unit)
        return replace(base, findings=tuple(self.findings), submission=submission)

    def _nothing(self, year: int | None) -> Reading:
        form_id = self.issued["form"]
        if form_id and year is not None:
            self.add(F2, f"报表“{quote(form_id)}”没有对应的定义，无法读取", _TEMPLATE)
        else:
            self.add(F2, "文件里没有报表标识，表头也认不出是哪种报表、哪个年度", _TEMPLATE)
        return Reading(tuple(self.findings), form_id=form_id, year=year)

    # --- identity -----------------------------------------------------------------------------

    def _unit(self) -> Unit:
        self.identity = {
            i.id: self._line(self.located.identity_text(i.id, i.label)) for i in self.form.identity
        }
        for name, cell in self.located.layout.identity.items():
            self.places[f"identity.{name}"] = Place(COVER, a1.address(cell))
        labels = {i.id: i.label for i in self.form.identity}
        for key in ("unit", "code", "level", "year"):
            issued, cover = self.issued[key], self.identity.get(key, "")
            if issued and cover and issued != cover:
                whose = "哪一年的" if key == "year" else "谁报的"
                words = f"封面的{labels[key]}是“{quote(cover)}”，这份模板却是发给“{quote(issued)}”的，无法判断是{whose}"
                suggestion = (
                    "请用本年度的模板重新填报" if key == "year" else "请用本单位自己的模板重新填报"
                )
                self.add(F5, words, suggestion, f"identity.{key}", cover=cover, issued=issued)
        given = {
            key: self.issued[key] or self.identity.get(key, "") for key in ("unit", "code", "level")
        }
        if not given["unit"]:
            self.add(F4, "没有填写填报单位", "请在封面填写单位名称后重新报送", "identity.unit")
        if given["level"] not in LEVELS:
            words = (
                f"单位类别“{quote(given['level'])}”不在列表中"
                if given["level"]
                else "没有选单位类别"
            )
            self.add(
                R17,
                words,
                "请在封面从下拉列表中选择单位类别",
                "identity.level",
                value=given["level"],
            )
            given["level"] = ""
        optional = [i for i in self.form.identity if i.id not in _UNIT_LINES]
        empty = [i.label for i in optional if not self.identity.get(i.id)]
        if empty and self.issued["kind"] != "summary":
            self.add(
                R14,
                f"封面没有填写：{'、'.join(empty)}",
                "请补填，便于联系",
                f"identity.{optional[0].id}",
            )
        return Unit(given["unit"], given["code"], given["level"])

    # --- the form -----------------------------------------------------------------------------

    def _submission(self, unit: Unit) -> Submission:
        if self.issued["form"] and self.issued["fingerprint"] != self.form.fingerprint:
            words = f"填报用的模板版本（第 {self.issued['form_version'] or '?'} 版）与现行定义不同，按现行校验"
            self.add(F6, words, "数字已照常读取；下次请用新模板")
        summary = self.issued["kind"] == "summary"
        for field in self.form.fields.values():
            self._number(field, summary)
        texts = {t.field_id: self._text(t.field_id) for t in self.form.texts}
        answers = {t.id: self._answer(t.id) for t in self.form.tables}
        below = Members()
        if summary:
            below = read_members(self.located, self.entries, self.places)
            self.entries.update(below.totals)
            self.findings.extend(below.findings)
            if self.issued["with_errors"]:
                words = f"汇总时计入了有错误的报表：{quote(self.issued['with_errors'])}"
                self.add(E2, words, "请下级改正这些报表后重新汇总、报送")
            if self.issued["missing"]:
                words = f"下级汇总时还缺单位：{quote(self.issued['missing'])}"
                self.add(E5, words, "请下级补齐后重新汇总、报送；确实不报的请说明")
        self.findings.extend(self.located.report())
        same = self.issued["fingerprint"] == self.form.fingerprint
        self.findings.extend(strays(self.located, same_version=same, summary=summary))
        self.findings.extend(remarks(self.located))
        number = self.issued["submission"][:9]
        provenance = replace(
            self.source,
            number=int(number) if number.isascii() and number.isdigit() else 0,
            identity={
                name: line for name, line in self.identity.items() if name not in _UNIT_LINES
            },
            places=self.places,
        )
        submission = Submission(
            form=self.form.id,
            year=self.year,
            unit=unit,
            entries=self.entries,
            texts=texts,
            overrides=self.overrides,
            answers=answers,
            county=Unit(self.issued["county"], self.issued["county_code"]),
            explanations=read_explanations(self.book, layout_of(self.form)),
            previous=read_previous_sheet(self.book, tuple(layout_of(self.form).previous)),
            provenance=provenance,
        )
        if below.units:
            submission = Summary(**vars(submission), members=below.units, details=below.figures)
        self._cached_totals(submission)
        return submission

    def _number(self, field: Field, summary: bool) -> None:
        spot = self.located.spot(field.id, self.located.layout.cells[field.id])
        if spot is None:
            self.places[field.id] = self.located.layout.place(field.id)
            self.entries[field.id] = Entry(None, Status.ABSENT)
            return
        self.places[field.id] = Place(spot[0], a1.address(spot[1]))
        cell = self.located.cell(spot)
        if field.computed:
            self._computed(field, cell)
            return
        entry, from_text = read_entry(cell)
        if cell is not None and cell.formula is not None and not summary:
            entry = self._formula(field, cell, entry)
        if from_text:
            self.taken_texts.add(field.id)
            words = f"写成了文本“{entry.raw}”，已按 {shown(entry.value or Decimal(0))} 读取；表里的公式不会计算文本"
            self.add(R11, words, "请直接输入半角数字", field.id, value=entry.raw)
        if cell is not None and cell.disguise and entry.value is not None and not summary:
            words = f"格子的数字格式是“{quote(cell.disguise)}”，显示的不是填的数；已按 {shown(entry.value)} 读取"
            self.add(
                R29, words, "请把格子的格式改成“常规”，核对后重新报送", field.id, value=entry.value
            )
        if entry.status is Status.TOO_FINE and entry.value is not None:
            words = f"数字 {entry.raw} 的小数超过 6 位"
            self.add(R18, words, "请四舍五入到 6 位以内再报送", field.id, value=entry.raw)
        self.entries[field.id] = entry

    def _formula(self, field: Field, cell: RawCell, entry: Entry) -> Entry:
        """A formula where a number belongs: its shown result counts, and that is told."""
        if entry.status is Status.BLANK:
            return Entry(None, Status.NO_RESULT, quote("=" + (cell.formula or "")))
        if entry.value is not None:
            words = f"填的是公式，已按当前显示的 {shown(entry.value)} 读取"
            self.add(R10, words, "请删掉公式，直接填数字", field.id, value=entry.value)
        return entry

    def _computed(self, field: Field, cell: RawCell | None) -> None:
        if cell is not None and cell.formula is not None:
            self.cached[field.id] = cell
            return
        entry, _ = read_entry(cell)
        self.overrides[field.id] = entry
        if entry.value is None:
            what = f"换成了“{entry.raw}”" if entry.raw else "删掉了"
            suggestion = "请撤销改动，或者把数字填到新的模板里重新报送"
            self.add(R12, f"这里的公式被{what}", suggestion, field.id, value=entry.raw)

    def _text(self, name: str) -> str:
        spot = self.located.spot(name, self.located.layout.cells[name])
        home = self.located.layout.place(name)
        self.places[name] = Place(spot[0], a1.address(spot[1])) if spot else home
        cell = self.located.cell(spot)
        seen = cell.text if cell else ""
        text = clean(seen)
        if len(text) < len(seen.replace("\r\n", "\n")):
            gone = len(seen) - len(text)
            words = f"文字里有不能显示的控制字符，或者超过一格能放的长度（共 {len(seen):,} 字），已去掉 {gone:,} 字"
            self.add(R25, words, "请核对文字，精简后重新填写", name)
        return text

    def _line(self, text: str) -> str:
        """A line of the cover as one line."""
        line = " ".join(clean(text).split())
        if len(line) > MOST_IN_A_LINE or any(not c.isprintable() for c in line):
            self.add(R25, f"封面的“{quote(line)}”太长或有不能显示的字符，已去掉", "请核对封面")
            line = "".join(c for c in line if c.isprintable())[:MOST_IN_A_LINE]
        return line

    def _answer(self, table: str) -> str:
        name = f"{table}.blanks_are_zero"
        spot = self.located.spot(name, self.located.layout.flags[table])
        if spot is None:
            return ""
        self.places[name] = Place(spot[0], a1.address(spot[1]))
        cell = self.located.cell(spot)
        answer = cell.text.strip() if cell else ""
        if answer not in ("", YES, NO):
            words = f"“本表空白处是否均为 0”填的是“{quote(answer)}”"
            self.add(R13, words, f"请从下拉列表选“{YES}”或“{NO}”", name, value=answer)
            return ""
        return answer

    # --- what does not fit --------------------------------------------------------------------

    def _cached_totals(self, submission: Submission) -> None:
        """A result that the file shows but its numbers do not give."""
        store = column_store(self.form, [submission])
        for name, cell in self.cached.items():
            if cell.text == "" or any(leaf in self.taken_texts for leaf in self.form.leaves(name)):
                continue
            column = store.columns[name]
            entry, _ = read_entry(replace(cell, formula=None))
            right = from_fixed(int(column.values[0]))
            if column.known[0] and entry.value != right:
                words = f"显示的是 {entry.raw or '空'}，按填报的数重新计算是 {shown(right)}；汇总用重新计算的数"
                suggestion = "请用 WPS 或 Excel 打开，核对后保存，再重新报送"
                self.add(R9, words, suggestion, name, value=entry.raw, recomputed=right)
