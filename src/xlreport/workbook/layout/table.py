"""Lays out one table as the official format prints it, and the sheet of texts.

A table of arrangement `down` has its blocks one below another with row headings at the left; `across`
sets the rows side by side in a single line. The check cells of a row stand beside it (below its
columns when `across`), those of a column under it.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlreport.form.model import Arrangement, Block, Form, Heading, Instance, Table, paths
from xlreport.workbook.layout.check_rows import CheckRow
from xlreport.workbook.layout.sheet import (
    FIRST_ROW,
    FLAG_ROW,
    TITLE_ROW,
    UNIT_ROW,
    CheckCell,
    Label,
    SheetPlan,
    Span,
    lines_needed,
)

LINE_HEIGHT = 15.0
"""Points that a line of text takes."""


class TablePlanner:
    """Lays out one table."""

    def __init__(self, table: Table, lines: tuple[CheckRow, ...]) -> None:
        self.table = table
        self.plan = SheetPlan(table.sheet)
        self.lines = [(i, line) for i, line in enumerate(lines) if line.table == table.id]
        across = table.arrangement is Arrangement.ACROSS
        self.headings = 0 if across else max(h.depth for b in table.blocks for h in b.rows)
        self.data = _data_columns(table)
        self.plan.form_right = self.headings + self.data - 1
        self.row_spans: dict[str, Span] = {}
        self.column_spans: dict[str, list[Span]] = {}
        end = self._across(table.blocks[0]) if across else self._down()
        self._widths(across)
        beside = [] if across else [(i, x) for i, x in self.lines if x.beside]
        self._beside(beside)
        below = [(i, x) for i, x in self.lines if (i, x) not in beside]
        self.plan.bottom = self._below(below, end, across) - 1
        self._top()

    # --- the official table ---------------------------------------------------------------

    def _top(self) -> None:
        right = self.plan.form_right
        self.plan.labels.append(
            Label(Span(TITLE_ROW, 0, TITLE_ROW, right), self.table.title, "title")
        )
        width = min(self.headings or max(1, self.data // 2), right)
        question = "本表空白处是否均为 0（选是或否）"
        self.plan.labels.append(Label(Span(FLAG_ROW, 0, FLAG_ROW, width - 1), question, "question"))
        self.plan.flag = (FLAG_ROW, width)
        self.plan.heights.update({TITLE_ROW: 30, UNIT_ROW: 18})
        self._fit(FLAG_ROW, question, sum(self.plan.widths[:width]), least=22)

    def _down(self) -> int:
        row = FIRST_ROW
        for block in self.table.blocks:
            row = self._block(block, row)
        return row

    def _block(self, block: Block, row: int) -> int:
        right = self.plan.form_right
        if block.title:
            self.plan.labels.append(Label(Span(row, 0, row, right), block.title, "block"))
            self.plan.heights[row] = 20
            row += 1
        depth = max(h.depth for h in block.columns)
        corner = Span(row, 0, row + depth - 1, self.headings - 1)
        self.plan.labels.append(Label(corner, block.corner, "corner"))
        columns = _spread(list(paths(block.columns)), self.headings, self.data)
        self._column_headings(block.columns, columns, row, depth)
        for level in range(row, row + depth):
            self.plan.heights[level] = 20 if level < row + depth - 1 else 32
        first = row + depth
        self._row_headings(block.rows, first, 0)
        for offset, path in enumerate(paths(block.rows)):
            self._fields(path[-1], first + offset, columns)
        return first + sum(1 for _ in paths(block.rows))

    def _column_headings(
        self,
        headings: tuple[Heading, ...],
        columns: Mapping[str, tuple[int, int]],
        row: int,
        depth: int,
    ) -> None:
        for heading in headings:
            leaves = [columns[leaf.id or ""] for leaf in heading.leaves()]
            bottom = row if heading.children else row + depth - 1
            self.plan.labels.append(
                Label(Span(row, leaves[0][0], bottom, leaves[-1][1]), heading.label, "head")
            )
            self._column_headings(heading.children, columns, row + 1, depth - 1)

    def _row_headings(self, headings: tuple[Heading, ...], row: int, level: int) -> None:
        for heading in headings:
            count = sum(1 for _ in heading.leaves())
            right = level if heading.children else self.headings - 1
            style = "group" if heading.children else "row"
            self.plan.labels.append(
                Label(Span(row, level, row + count - 1, right), heading.label, style)
            )
            self._row_headings(heading.children, row, level + 1)
            row += count

    def _fields(self, row: Heading, at: int, columns: Mapping[str, tuple[int, int]]) -> None:
        self.row_spans[row.id or ""] = Span(at, self.headings, at, self.plan.form_right)
        for name, (left, right) in columns.items():
            span = Span(at, left, at, right)
            self.plan.fields[f"{self.table.id}.{row.id}.{name}"] = span
            self.column_spans.setdefault(name, []).append(span)

    def _across(self, block: Block) -> int:
        depth = max(h.depth for h in block.rows)
        inner = max(h.depth for h in block.columns)
        row = FIRST_ROW
        left = 0
        for path in paths(block.rows):
            columns = _spread(
                list(paths(block.columns)), left, self.data // sum(1 for _ in paths(block.rows))
            )
            self._column_headings(block.columns, columns, row + depth, inner)
            at = row + depth + inner
            self._fields(path[-1], at, columns)
            self.row_spans[path[-1].id or ""] = Span(
                at, left, at, max(end for _, end in columns.values())
            )
            left = max(end for _, end in columns.values()) + 1
        whole = {name: (span.left, span.right) for name, span in self.row_spans.items()}
        self._column_headings(block.rows, whole, row, depth)
        for level in range(row, row + depth + inner):
            self.plan.heights[level] = 22
        self.plan.heights[row + depth + inner - 1] = 34
        self.plan.heights[row + depth + inner] = 24
        return row + depth + inner + 1

    def _widths(self, across: bool) -> None:
        outer = [10.0] * max(0, self.headings - 1)
        inner = [] if across else [36.0 if self.headings > 1 else 26.0]
        each = max(7.0, min(19.0, round(70 / self.data, 1)))
        self.plan.widths = [*outer, *inner, *([each] * self.data)]
        for label in self.plan.labels:
            if label.style == "row":
                room = sum(self.plan.widths[label.span.left : label.span.right + 1])
                self._fit(label.span.top, label.text, room, least=22)

    def _fit(self, row: int, text: str, width: float, least: float) -> None:
        needed = LINE_HEIGHT * lines_needed(text, width) + 4
        self.plan.heights[row] = max(least, needed, self.plan.heights.get(row, 0))

    # --- check cells ------------------------------------------------------------------------

    def _beside(self, lines: list[tuple[int, CheckRow]]) -> None:
        codes = list(dict.fromkeys(line.check.code for _, line in lines))
        first = self.plan.form_right + 1
        for code in codes:
            column = len(self.plan.widths)
            self.plan.labels.append(
                Label(Span(FIRST_ROW, column, FIRST_ROW, column), f"校验\n{code}", "check_head")
            )
            self.plan.widths.append(10.0)
            for i, line in lines:
                if line.check.code == code:
                    for row, parts in line.by_row():
                        at = self.row_spans[row].top
                        self.plan.checks.append(CheckCell(Span(at, column, at, column), i, parts))
        if codes:
            self.plan.heights[FIRST_ROW] = max(34.0, self.plan.heights.get(FIRST_ROW, 0))
        assert self.plan.right + 1 - first == len(codes)

    def _below(self, lines: list[tuple[int, CheckRow]], row: int, across: bool) -> int:
        """Check cells under the columns: one label for each check, then its cells."""
        grouped: dict[str, list[tuple[int, CheckRow]]] = {}
        for i, line in lines:
            grouped.setdefault(line.check.code, []).append((i, line))
        for code, members in grouped.items():
            text = f"校验 {code}：{members[0][1].check.title}"
            spread = self._spans_below(members, across)
            if spread is None:
                row = self._single(members, row)
                continue
            label_right = self.plan.form_right if across else self.headings - 1
            self.plan.labels.append(Label(Span(row, 0, row, label_right), text, "check_label"))
            self._fit(row, text, sum(self.plan.widths[: label_right + 1]), least=19)
            at = row + 1 if across else row
            for i, parts, left, right in spread:
                self.plan.checks.append(CheckCell(Span(at, left, at, right), i, parts))
            row = at + 1
        return row

    def _spans_below(
        self, members: list[tuple[int, CheckRow]], across: bool
    ) -> list[tuple[int, tuple[Instance, ...], int, int]] | None:
        found = []
        for i, line in members:
            if across:
                for name, parts in line.by_row():
                    span = self.row_spans.get(name)
                    if span is None:
                        return None
                    found.append((i, parts, span.left, span.right))
            else:
                spans = self.column_spans.get(line.instances[0].column or "", [])
                if len(self.table.blocks) > 1 or not spans:
                    return None
                found.append((i, line.instances, spans[0].left, spans[0].right))
        return found

    def _single(self, members: list[tuple[int, CheckRow]], row: int) -> int:
        for i, line in members:
            text = f"校验 {line.code}：{line.check.title}"
            split = max(0, self.plan.form_right - max(1, self.data // 5))
            self.plan.labels.append(Label(Span(row, 0, row, split), text, "check_label"))
            self.plan.checks.append(
                CheckCell(Span(row, split + 1, row, self.plan.form_right), i, line.instances)
            )
            self._fit(row, text, sum(self.plan.widths[: split + 1]), least=19)
            row += 1
        return row


def _data_columns(table: Table) -> int:
    counts = [sum(1 for _ in paths(block.columns)) for block in table.blocks]
    if table.arrangement is Arrangement.ACROSS:
        return counts[0] * sum(1 for _ in paths(table.blocks[0].rows))
    return max(counts)


def _spread(
    columns: list[tuple[Heading, ...]], left: int, width: int
) -> dict[str, tuple[int, int]]:
    """First and last sheet column of each column; the last one takes what is left over."""
    each = width // len(columns)
    starts = [left + i * each for i in range(len(columns))]
    ends = [start + each - 1 for start in starts[:-1]] + [left + width - 1]
    return {path[-1].id or "": (a, b) for path, a, b in zip(columns, starts, ends, strict=True)}


def texts_plan(form: Form, name: str, lines: tuple[CheckRow, ...]) -> SheetPlan:
    """The sheet of texts: one wide cell each."""
    plan = SheetPlan(name, widths=[22.0, 74.0], form_right=1)
    plan.labels.append(Label(Span(TITLE_ROW, 0, TITLE_ROW, 1), name, "title"))
    plan.heights.update({TITLE_ROW: 30, UNIT_ROW: 18})
    row = 2
    for text in form.texts:
        plan.labels.append(Label(Span(row, 0, row, 1), text.label, "block"))
        plan.labels.append(Label(Span(row + 1, 0, row + 1, 0), text.hint, "hint"))
        plan.fields[text.field_id] = Span(row + 1, 1, row + 1, 1)
        plan.heights[row] = 20
        plan.heights[row + 1] = LINE_HEIGHT * text.lines + 4
        row += 2
    for i, line in enumerate(lines):
        if line.table == "text":
            plan.labels.append(
                Label(Span(row, 0, row, 0), f"校验 {line.code}：{line.check.title}", "check_label")
            )
            plan.checks.append(CheckCell(Span(row, 1, row, 1), i, line.instances))
            plan.heights[row] = 34
            row += 1
    plan.bottom = row - 1
    return plan
