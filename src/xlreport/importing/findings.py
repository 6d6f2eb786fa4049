"""What is said of a document's tables and texts: a short list, whatever is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xlreport.findings import Finding, Severity
from xlreport.form.model import Field, Form, Kind
from xlreport.importing import codes
from xlreport.importing.fields import Fields
from xlreport.importing.labels import plain
from xlreport.importing.regions import Doubt, Placed, Reason
from xlreport.importing.tables import Tables
from xlreport.importing.texts import Texts
from xlreport.submission import BLANK, Place, shown
from xlreport.text import clean_line, cut, first_of, quote
from xlreport.workbook.codes import TEXT_CUT

MOST_LISTED = 3
"""Things of a kind that are named in one finding."""

MOST_OF_A_LABEL = 24
"""Characters of a heading in a list."""

REASONS = {
    Reason.NO_ROW: "旁边的标题不是这张表的",
    Reason.NO_COLUMN: "上面的标题不是这张表的",
    Reason.COLUMNS: "这一行的格子与上面的标题对不上",
    Reason.GROUP: "“{heading}”应当分项填写，这里合成了一项",
    Reason.SEVERAL: "“{heading}”可能是几项的标题",
    Reason.TWICE: "同一项出现了几次，内容不同",
    Reason.ELSEWHERE: "上面或旁边的标题对不上",
    Reason.OTHER_YEAR: "表上写的不是这一年度",
    Reason.OTHER_MEASURE: "表上写的计量单位不是这张表的",
    Reason.OTHER_TABLE: "所在的表不是这份报告的表",
}
"""Why something was not placed, as people say it."""


def reason_of(doubt: Doubt) -> str:
    """Why a number was not placed, in Chinese."""
    heading = cut(clean_line(doubt.heading), MOST_OF_A_LABEL)
    return REASONS[doubt.reason].format(heading=heading)


def doubt_findings(doubts: Iterable[Doubt]) -> Iterator[Finding]:
    """R37: numbers that went into no field, those of a kind together. Tables of another subject are
    none of the report's business."""
    kinds: defaultdict[str, list[Doubt]] = defaultdict(list)
    for doubt in doubts:
        if doubt.reason is not Reason.OTHER_TABLE:
            kinds[reason_of(doubt)].append(doubt)
    for reason, members in list(kinds.items())[:MOST_LISTED]:
        yield _doubts_of_a_kind(reason, members)
    rest = [doubt for members in list(kinds.values())[MOST_LISTED:] for doubt in members]
    if rest:
        yield _doubts_of_a_kind(REASONS[Reason.ELSEWHERE], rest)


def _doubts_of_a_kind(reason: str, members: Sequence[Doubt]) -> Finding:
    box = members[0].spot.box
    if len(members) == 1:
        return codes.UNPLACED(text=quote(box.text.strip()), reason=reason).on(box.place)
    return codes.ALL_UNPLACED(count=len(members), reason=reason).on(box.place)


def contrary_findings(form: Form, contrary: Mapping[str, Sequence[Placed]]) -> Iterator[Finding]:
    """R37: fields that stand in several places with different contents."""
    if not contrary:
        return
    name, found = next(iter(contrary.items()))
    label = form.fields[name].label
    texts = _texts(found)
    if len(contrary) == 1:
        yield codes.CONTRARY(label=label, texts=texts).on(found[0].place, name)
    else:
        finding = codes.ALL_CONTRARY(count=len(contrary), label=label, texts=texts)
        yield finding.on(found[0].place, name)


def _texts(found: Sequence[Placed]) -> str:
    texts = dict.fromkeys(quote(placed.text.strip()) or "空白" for placed in found)
    return first_of(list(texts), MOST_LISTED, "种")


def missing_findings(tables: Tables, missing: Iterable[Field]) -> Iterator[Finding]:
    """R38: tables and fields whose headings are not there. A total is worked out: nobody can fill
    it in."""
    typed = {field.id for field in tables.form.typed}
    of_table: defaultdict[str, list[Field]] = defaultdict(list)
    for field in missing:
        of_table[field.table].append(field)
    standing = {region.pattern.table for region in tables.regions}
    known = {tables.form.fields[name].table for name in tables.candidates}
    for table in tables.form.tables:
        fields = of_table[table.id]
        if not fields or table.id in standing - known:
            continue  # R37 tells of a table of which no number is certain
        if table.id not in standing:
            yield codes.NO_TABLE(title=table.title)
            continue
        yield from _unread([field for field in fields if field.id in typed], tables)
        totals = [field for field in fields if field.id not in typed]
        if totals:
            labels = _labels(totals, tables)
            told = codes.NO_TOTALS(table=table.title, count=len(totals), labels=labels)
            yield told.at(severity=Severity.WARNING)


def _unread(fields: Sequence[Field], tables: Tables) -> Iterator[Finding]:
    """Fields of one table that are to be filled in."""
    if not fields:
        return
    table = tables.form.table(fields[0].table)
    if len(fields) == 1:
        yield codes.NO_HEADING(table=table.title, label=fields[0].label).at(field=fields[0].id)
        return
    labels = _labels(fields, tables)
    yield codes.NO_HEADINGS(table=table.title, count=len(fields), labels=labels)


def _labels(fields: Sequence[Field], tables: Tables) -> str:
    """What is missing: rows and columns of which nothing is there, else the fields."""
    standing = [tables.form.fields[name] for name in tables.candidates]
    rows = {(field.table, field.row) for field in standing}
    columns = {(field.table, field.column) for field in standing}
    labels: dict[str, None] = {}
    for field in fields:
        if (field.table, field.row) not in rows:
            labels[cut(field.row_short, MOST_OF_A_LABEL)] = None
        elif (field.table, field.column) not in columns:
            labels[cut(field.column_label, MOST_OF_A_LABEL)] = None
        else:
            labels[cut(field.label, MOST_OF_A_LABEL)] = None
    return first_of(list(labels), MOST_LISTED, "处")


def spelling_findings(tables: Tables, fields: Fields) -> Iterator[Finding]:
    """R11: numbers that were not typed as plain digits."""
    odd: list[tuple[str, str, str]] = []
    for name, entry in fields.entries.items():
        if entry.value is None or name not in fields.places:
            continue
        text = tables.candidates[name][0].text
        if not text.strip().isascii() or not set(text.strip()) <= _PLAIN:
            odd.append((name, quote(text.strip()), shown(entry.value)))
    if len(odd) == 1:
        name, raw, value = odd[0]
        yield codes.NUMBER_AS_TEXT(raw=raw, value=value).on(fields.places[name], name)
    elif odd:
        raws = first_of([f"“{raw}”" for _, raw, _ in odd], MOST_LISTED, "处")
        first = odd[0][0]
        finding = codes.NUMBERS_AS_TEXT(count=len(odd), raws=raws)
        yield finding.on(fields.places[first], first)


_PLAIN = frozenset("+-.0123456789")


def unit_findings(tables: Tables, fields: Fields) -> Iterator[Finding]:
    """R45: money under a heading that leaves out the unit that the form prints; a 0 is the same in
    each."""
    for name, place in fields.places.items():
        field = tables.form.fields[name]
        entry = fields.entries.get(name, BLANK)
        heading = tables.candidates[name][0].heading
        unit = plain(field.unit)
        is_printed = field.kind is Kind.MONEY and unit in plain(field.column_label)
        if entry.value and is_printed and heading and unit not in plain(heading):
            value = shown(entry.value)
            finding = codes.UNIT_NOT_TOLD(heading=quote(heading), value=value, unit=field.unit)
            yield finding.on(place, name)


def text_findings(form: Form, texts: Texts) -> Iterator[Finding]:
    """R37 for texts that stand there twice, R44 for what was left out behind them."""
    labels = {text.field_id: text.label for text in form.texts}
    for name in texts.contrary:
        yield codes.TEXT_CONTRARY(label=labels[name]).at(field=name)
    for name, (length, gone) in texts.cut.items():
        yield TEXT_CUT(length=length, gone=gone).on(texts.places[name], name)
    for passage in texts.left_out[:1]:
        yield codes.LEFT_OUT(text=quote(passage.text.strip())).on(passage.place)


def unplaced_lines(
    form: Form,
    doubts: Iterable[Doubt],
    contrary: Mapping[str, Sequence[Placed]],
    texts: Texts,
) -> Iterator[str]:
    """Everything that went into no field: where, what, why."""
    for doubt in doubts:
        box = doubt.spot.box
        yield _line(box.place, box.text, reason_of(doubt))
    for name, found in contrary.items():
        for placed in found:
            reason = f"“{form.fields[name].label}”{REASONS[Reason.TWICE]}"
            yield _line(placed.place, placed.text, reason)
    for passage in texts.left_out:
        yield _line(passage.place, passage.text, "从这里起不当作报告的文字")


def _line(place: Place, text: str, reason: str) -> str:
    where = " ".join(filter(None, (place.sheet, place.cell)))
    return f"{where}：“{quote(text.strip())}”，{reason}"
