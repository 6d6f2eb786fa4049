"""From submissions to findings: what does not hold, and what could not be verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from xlreport.checking.codes import R16, V1, V2
from xlreport.checking.followons import without_followons
from xlreport.checking.hints import finding as hint_finding
from xlreport.checking.suspects import likely
from xlreport.checking.ties import ties
from xlreport.findings import Finding, Severity, record
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance
from xlreport.narrative import compare_texts
from xlreport.rules.describe import RuleDescriber
from xlreport.rules.evaluate import Evaluation, UnitView, Verdict, evaluate_submissions
from xlreport.submission import Entry, Place, Status, Submission

_TODO = {
    Severity.ERROR: "请核对所列各数，更正后重新报送",
    Severity.WARNING: "请核实；数字无误的，请在“校验”页同一行的“填写说明”里写明原因",
    Severity.NOTE: "",
}
_ZERO = "没有发生的填 0；本表空白处确实都是 0 的，在“本表空白处是否均为 0”选“是”"
_DIGITS = "请只填阿拉伯数字，不带单位和符号；没有发生的填 0"


def check_submissions(
    form: Form, submissions: Sequence[Submission], versions: Sequence[Mapping[str, Decimal]] = ()
) -> list[tuple[Finding, ...]]:
    """The findings of each submission, evaluated together; one tuple a submission, in their order.
    `versions` are the numbers of another version of each one's report, for the search for the wrong cell."""
    return validate(evaluate_submissions(form, submissions), versions)


def validate(
    evaluation: Evaluation, versions: Sequence[Mapping[str, Decimal]] = ()
) -> list[tuple[Finding, ...]]:
    """The findings of each submission of an evaluation, as `check_submissions` gives them."""
    form = evaluation.form
    found: list[tuple[Finding, ...]] = []
    for unit, submission in enumerate(evaluation.submissions):
        seen = evaluation.view(unit)
        failing = evaluation.instances(unit, Verdict.FAILS)
        unknown = evaluation.instances(unit, Verdict.UNKNOWN)
        told = without_followons(form, failing, seen)
        mine = [f for i in told for f in _failing(form, i, seen)]
        mine += [f for i in (*failing, *unknown) for f in _missing(form, i, seen)]
        mine += _uncovered(form, submission, {f.field for f in mine})
        texts = compare_texts(form, seen)
        mine += texts.findings
        mine += _unverified(unknown, seen, texts.unverified)
        other = versions[unit] if versions else {}
        hints = likely(
            form, submission, failing, extra=chain(ties(form, seen), texts.constraints), other=other
        )
        mine += [hint_finding(form, hint) for hint in hints]
        found.append(tuple(_explained(f, submission) for f in dict.fromkeys(mine)))
    return found


def _explained(finding: Finding, submission: Submission) -> Finding:
    """The finding with the unit, and the unit's own words about a warning. The line of the 校验 sheet is
    the code's, or (for a check of every cell) that of the code in the cell's table."""
    words = ""
    if finding.severity is Severity.WARNING:
        table = finding.field.split(".", 1)[0]
        said = submission.explanations
        words = said.get(finding.code) or said.get(f"{finding.code}.{table}", "")
    return finding.at(unit=submission.unit.name, explanation=words)


def _failing(form: Form, instance: Instance, seen: UnitView) -> Iterator[Finding]:
    for part in ex.conjuncts(instance.rule):
        if seen.verdict(part) is not Verdict.FAILS:
            continue
        if isinstance(part, ex.IsNumber):
            yield cell_finding(instance.code, instance.check.severity, part.item.field, seen)
            continue
        names = (*ex.fields_of(part), *ex.texts_of(part))
        place = (
            seen.submission.provenance.places.get(names[0], Place("", ""))
            if names
            else Place("", "")
        )
        message = RuleDescriber(form, instance, seen).failure(part)
        yield Finding(
            instance.code,
            instance.check.severity,
            message,
            _TODO[instance.check.severity],
            sheet=place.sheet,
            cell=place.cell,
            field=names[0] if names else "",
            observed=tuple(
                (ex.key_of(operand), seen.number(operand)) for operand in ex.operands_of(part)
            ),
        )


def _missing(form: Form, instance: Instance, seen: UnitView) -> Iterator[Finding]:
    """What keeps a rule about one cell or text from being verified: it is blank."""
    for part in ex.conjuncts(instance.rule):
        if (
            not isinstance(part, ex.IsNumber | ex.Filled | ex.Mentions)
            or seen.verdict(part) is not Verdict.UNKNOWN
        ):
            continue
        if isinstance(part, ex.IsNumber):
            name = part.item.field
            if seen.submission.effective(name).status is not Status.ABSENT:
                yield cell_finding(instance.code, instance.check.severity, name, seen)
        elif not seen.submission.texts.get(part.text):
            place = seen.submission.provenance.places.get(part.text, Place("", ""))
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


def cell_finding(code: str, severity: Severity, name: str, seen: UnitView) -> Finding:
    """A number cell that holds no number: what it holds, and what to do."""
    entry = seen.submission.effective(name)
    message, suggestion = describe(entry)
    place = seen.submission.provenance.places.get(name, Place("", ""))
    observed = ((name, entry.raw or None),)
    return Finding(
        code,
        severity,
        message,
        suggestion,
        sheet=place.sheet,
        cell=place.cell,
        field=name,
        observed=observed,
    )


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
            message, suggestion = describe(entry)
            place = submission.provenance.places.get(field.id, Place("", ""))
            observed = ((field.id, entry.raw or None),)
            yield record(
                R16,
                message,
                suggestion,
                sheet=place.sheet,
                cell=place.cell,
                field=field.id,
                observed=observed,
            )


def _told_by_itself(instance: Instance) -> bool:
    """A rule about blanks is reported where they are; so is each cell of an `each: cell` rule."""
    parts = ex.conjuncts(instance.rule)
    return instance.check.each == "cell" or all(
        isinstance(p, ex.IsNumber | ex.Filled | ex.Mentions) for p in parts
    )


def _unverified(
    unknown: Sequence[Instance], seen: UnitView, also: Sequence[str]
) -> Iterator[Finding]:
    """One note for all rules that lack a number of this year (the cells themselves are reported one by
    one), and one for those that lack the year before."""
    before: list[Instance] = []
    codes: dict[str, None] = {}
    for instance in unknown:
        if _lacks_last_year(instance, seen):
            before.append(instance)
        elif not _told_by_itself(instance):
            codes[instance.code] = None
    codes |= dict.fromkeys(also)
    if codes:
        listed = "、".join([*codes][:12]) + ("等" if len(codes) > 12 else "")
        words = f"有 {len(codes)} 项校验因缺数、缺文字或单位类别未选而无法核对：{listed}"
        yield record(V1, words, "补齐所缺各项后会重新核对", observed=(("checks", len(codes)),))
    if before:
        listed = "、".join(dict.fromkeys(i.check.code for i in before))
        why = "没有上年的报表" if seen.submission.previous is None else "上年的报表里缺数或缺文字"
        words = f"{why}，有 {len(before)} 项与上年比较的校验无法核对：{listed}"
        suggestion = (
            "请用 --previous 给出上年的汇总表或各单位的报表；上年没有这个单位的，请人工核对"
        )
        yield record(V2, words, suggestion, observed=(("checks", len(before)),))


def _lacks_last_year(instance: Instance, seen: UnitView) -> bool:
    """Whether a rule cannot be verified because of the year before, whatever else is missing."""
    return any(
        not seen.knows(part)
        if isinstance(part, ex.Previous)
        else not seen.store.previous_texts[part.text][seen.unit]
        for part in ex.walk(instance.rule)
        if isinstance(part, ex.Previous | ex.Differs)
    )
