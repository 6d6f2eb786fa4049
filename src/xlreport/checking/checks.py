"""From submissions to findings: what does not hold, and what could not be verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlreport.checking.batch import make_batch
from xlreport.checking.evaluate import Verdict, evaluate
from xlreport.checking.findings import Finding, record
from xlreport.checking.sentence import Seen, Speaker
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance, Severity
from xlreport.submission import Entry, Place, Status, Submission

_TODO = {
    Severity.ERROR: "请核对所列各数，更正后重新报送",
    Severity.WARNING: "请核实；数字无误的，请向汇总单位说明原因",
    Severity.NOTE: "",
}
_ZERO = "没有发生的填 0；本表空白处确实都是 0 的，在“本表空白处是否均为 0”选“是”"
_DIGITS = "请只填阿拉伯数字，不带单位和符号；没有发生的填 0"


def check(form: Form, submissions: Sequence[Submission]) -> list[tuple[Finding, ...]]:
    """The findings of each submission, evaluated together; one tuple a submission, in their order."""
    batch = make_batch(form, submissions)
    verdicts = evaluate(form.instances, batch)
    found: list[tuple[Finding, ...]] = []
    for unit, submission in enumerate(submissions):
        seen = Seen(submission, batch, unit)
        column = verdicts[:, unit]
        failing = [i for i, v in zip(form.instances, column, strict=True) if v == int(Verdict.FAILS)]
        unknown = [i for i, v in zip(form.instances, column, strict=True) if v == int(Verdict.UNKNOWN)]
        mine = [f for i in failing for f in _failing(form, i, seen)]
        mine += [f for i in (*failing, *unknown) for f in _missing(form, i, seen)]
        mine += _uncovered(form, submission, {f.field for f in mine})
        mine += _unverified(unknown)
        found.append(tuple(f.at(unit=submission.unit.name) for f in dict.fromkeys(mine)))
    return found


def _failing(form: Form, instance: Instance, seen: Seen) -> Iterator[Finding]:
    for part in ex.conjuncts(instance.rule):
        if seen.verdict(part) is not Verdict.FAILS:
            continue
        if isinstance(part, ex.IsNumber):
            yield cell_finding(instance.code, instance.check.severity, part.item.field, seen)
            continue
        names = (*ex.fields_of(part), *ex.texts_of(part))
        place = seen.submission.places.get(names[0], Place("", "")) if names else Place("", "")
        message = Speaker(form, instance, seen).failure(part)
        yield Finding(
            instance.code,
            instance.check.severity,
            message,
            _TODO[instance.check.severity],
            sheet=place.sheet,
            cell=place.cell,
            field=names[0] if names else "",
            observed=tuple(
                (n, seen.entry(n).value if seen.entry(n).value is not None else seen.value(ex.Ref(n)))
                for n in ex.fields_of(part)
            ),
        )


def _missing(form: Form, instance: Instance, seen: Seen) -> Iterator[Finding]:
    """What keeps a rule about one cell or text from being verified: it is blank."""
    for part in ex.conjuncts(instance.rule):
        if seen.verdict(part) is not Verdict.UNKNOWN:
            continue
        if isinstance(part, ex.IsNumber):
            name = part.item.field
            if seen.submission.effective(name).status is not Status.ABSENT:
                yield cell_finding(instance.code, instance.check.severity, name, seen)
        elif isinstance(part, ex.Filled):
            place = seen.submission.places.get(part.text, Place("", ""))
            label = next(t.label for t in form.texts if t.field_id == part.text)
            yield Finding(
                instance.code,
                instance.check.severity,
                f"“{label}”没有填写",
                "请补写后重新报送",
                sheet=place.sheet,
                cell=place.cell,
                field=part.text,
                observed=((part.text, ""),),
            )


def cell_finding(code: str, severity: Severity, name: str, seen: Seen) -> Finding:
    """A number cell that holds no number: what it holds, and what to do."""
    entry = seen.submission.effective(name)
    message, todo = describe(entry)
    place = seen.submission.places.get(name, Place("", ""))
    observed = ((name, entry.raw or None),)
    return Finding(code, severity, message, todo, sheet=place.sheet, cell=place.cell, field=name, observed=observed)


def describe(entry: Entry) -> tuple[str, str]:
    """Message and advice for a cell that holds no number."""
    match entry.status:
        case Status.BLANK | Status.ABSENT:
            return "没有填写", _ZERO
        case Status.ERROR:
            return f"是错误值 {entry.raw}", "请删掉公式，直接填数字"
        case Status.NO_RESULT:
            return f"是公式 {entry.raw}，而且没有结果", "请删掉公式，直接填数字"
        case Status.BOOLEAN:
            return f"是逻辑值 {entry.raw}，不是数字", _DIGITS
        case Status.DATE:
            words = f"是日期（{entry.raw}），不是数字；可能把 1-2 这样的写法当成了日期"
            return words, "请先按 Delete 清空这一格，把格式设为“常规”，再填数字"
        case Status.TOO_LARGE:
            return f"数字 {entry.raw} 太大", "请核对单位和位数；每格必须小于 10 亿"
        case _:
            if not entry.raw.strip():
                return "只有空格，没有数字", _ZERO
            return f"是文字“{entry.raw}”，不是数字", _DIGITS


def _uncovered(form: Form, submission: Submission, covered: set[str]) -> Iterator[Finding]:
    """Cells without a number that no rule of the form has named: never passed in silence."""
    for field in form.typed:
        entry = submission.effective(field.id)
        if entry.value is None and entry.status is not Status.ABSENT and field.id not in covered:
            message, todo = describe(entry)
            place = submission.places.get(field.id, Place("", ""))
            observed = ((field.id, entry.raw or None),)
            yield record("R16", message, todo, sheet=place.sheet, cell=place.cell, field=field.id, observed=observed)


def _told_by_itself(instance: Instance) -> bool:
    """A rule about blanks is reported where they are; so is each cell of an `each: cell` rule."""
    parts = ex.conjuncts(instance.rule)
    return instance.check.each == "cell" or all(isinstance(p, ex.IsNumber | ex.Filled) for p in parts)


def _unverified(unknown: Sequence[Instance]) -> list[Finding]:
    """One note for all rules that lack a number; the cells themselves are reported one by one."""
    codes = list(dict.fromkeys(i.code for i in unknown if not _told_by_itself(i)))
    if not codes:
        return []
    listed = "、".join(codes[:12]) + ("等" if len(codes) > 12 else "")
    words = f"有 {len(codes)} 项校验因缺数或单位类别未选而无法核对：{listed}"
    return [record("V1", words, "补齐所缺各项后会重新核对", observed=(("checks", len(codes)),))]
