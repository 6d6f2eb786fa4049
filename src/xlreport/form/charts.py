"""What is published, from its definition: headlines, charts, and the parts of the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xlreport.findings import Severity
from xlreport.form import expression as ex
from xlreport.form.builder import Report, with_paths
from xlreport.form.drafts import build_drafts, build_order, too_large
from xlreport.form.model import Chart, ChartKind, Check, Draft, Headline
from xlreport.form.parser import Names, RuleError, bind_number
from xlreport.form.schema import ChartDef, FormDef, HeadlineDef
from xlreport.form.yaml_source import Path


@dataclass(frozen=True)
class Publication:
    """What a definition says of showing its numbers."""

    headlines: tuple[Headline, ...] = ()
    charts: tuple[Chart, ...] = ()
    order: tuple[str, ...] = ()
    drafts: tuple[Draft, ...] = ()

    def too_large(self, bounds: Mapping[str, Decimal]) -> Iterator[Path]:
        """The places of numbers that could leave 64-bit integers."""
        for i, headline in enumerate(self.headlines):
            if ex.overflows(headline.value, bounds):
                yield ("headlines", i, "value")
        for i, chart in enumerate(self.charts):
            for j, series in enumerate(chart.series):
                if ex.overflows(series.value, bounds):
                    yield ("charts", i, "series", j, "value")
        yield from too_large(self.drafts, bounds)


def build_publication(definition: FormDef, names: Names, report: Report) -> Publication:
    """What a form publishes; mistakes go to `report(path, text, offset)`."""
    builder = _Builder(names, report)
    headlines = builder.headlines(definition.headlines, (), "headlines")
    charts = builder.charts(definition)
    order = build_order(definition, report)
    drafts = build_drafts(definition, names, report)
    return Publication(tuple(headlines), tuple(charts), order, drafts)


class _Builder:
    def __init__(self, names: Names, report: Report) -> None:
        self.names = names
        self.report = report

    def headlines(self, items: Iterable[HeadlineDef], path: Path, key: str) -> Iterator[Headline]:
        """Those whose number is right."""
        for item, here in with_paths(items, path, key):
            try:
                value = bind_number(_as_check(item), self.names)
            except RuleError as error:
                message = f"“{item.label}”：{error.text}"
                self.report((*here, "value"), message, error.offset)
                continue
            yield Headline(item.label, value, item.unit)

    def charts(self, definition: FormDef) -> Iterator[Chart]:
        """All charts, with the series that are right."""
        for item, path in with_paths(definition.charts, (), "charts"):
            yield self.chart(item, path)

    def chart(self, item: ChartDef, path: Path) -> Chart:
        """One chart."""
        series = tuple(self.headlines(item.series, path, "series"))
        return Chart(item.title, ChartKind(item.kind), series)


def _as_check(item: HeadlineDef) -> Check:
    """The number in the shape of a rule, as the parser takes it."""
    return Check("", item.label, Severity.NOTE, None, item.value.strip(), "", Decimal(0))
