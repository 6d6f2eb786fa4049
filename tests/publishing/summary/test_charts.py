"""Native charts whose every number is a cell."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

import pytest
from openpyxl.utils import range_boundaries

from support.records import form, record, report
from support.summaries import COUNTY, book, merged, opened, summary_bytes
from xlreport import Entry, Roster, Unit
from xlreport.form.model import ChartKind
from xlreport.publishing.overview import Bars, ChartData, overview_of
from xlreport.publishing.summary.charts import MOST_UNITS, Block, alternative_text, blocks_of
from xlreport.publishing.summary.names import CHART_DATA_SHEET, OVERVIEW_SHEET
from xlreport.submission import Figures


@lru_cache(maxsize=1)
def data() -> bytes:
    """A summary with last year's figures, so that years are compared too."""
    result = merged()
    assert result.county is not None
    last_year = Figures({name: value * 2 for name, value in result.totals.items()}, {}, {})
    return summary_bytes(replace(result, county=replace(result.county, prior_year=last_year)))


@lru_cache(maxsize=1)
def parts() -> dict[str, str]:
    """The charts and what places them, by their names in the file."""
    with zipfile.ZipFile(io.BytesIO(data())) as archive:
        names = [
            name for name in archive.namelist() if re.search("xl/(charts|drawings)/[a-z]", name)
        ]
        return {name: archive.read(name).decode() for name in names}


def charts() -> list[str]:
    """The charts but the bar at the top, which comes first."""
    names = sorted(name for name in parts() if name.startswith("xl/charts/"))
    return [parts()[name] for name in names[1:]]


def test_each_chart_of_the_form_is_drawn() -> None:
    titles = [re.findall("<a:t>(.*?)</a:t>", chart)[0] for chart in charts()]
    assert titles == [f"{chart.title}（件）" for chart in form().charts]


def test_every_number_of_a_chart_is_a_cell_that_shows_it() -> None:
    sheet = opened(data())[CHART_DATA_SHEET]
    seen = 0
    for chart in charts():
        pattern = r"<c:numRef><c:f>图表数据!(.*?)</c:f><c:numCache>.*?</c:numCache>"
        for match in re.finditer(pattern, chart):
            left, top, right, bottom = range_boundaries(match[1].replace("$", ""))
            assert left == right
            cached = [float(v) for v in re.findall("<c:v>(.*?)</c:v>", match[0])]
            cells = [
                sheet.cell(row, int(left or 0)).value
                for row in range(int(top or 0), int(bottom or 0) + 1)
            ]
            assert cached == cells
            seen += len(cached)
    assert seen == 2 + 6 * 2 + 6 + 2 * 6, "units, outcomes by unit, applicants, years"


def test_its_numbers_are_formulas_over_the_details_and_the_form() -> None:
    sheet = opened(data(), values=False)[CHART_DATA_SHEET]
    column = [cell.value for cell in sheet["B"]]
    assert column[4:6] == ["='明细·三、依申请公开'!D6", "='明细·三、依申请公开'!D7"]
    assert "='三、依申请公开'!D7" in column, "natural persons of the county"
    assert "='上年·三、依申请公开'!J7" in column
    assert not [value for value in column if isinstance(value, int | float)]


def test_charts_and_the_bar_say_in_words_what_they_show() -> None:
    (drawing,) = [text for name, text in parts().items() if name.startswith("xl/drawings/")]
    described = re.findall('<xdr:cNvPr [^>]*name="(.*?)" descr="(.*?)"', drawing)
    names, words = zip(*described, strict=True)
    assert names == ("报送情况", *(chart.title for chart in form().charts))
    assert words[0] == "条形图：通过 2 个，退回 1 个，未报 1 个。"
    assert (
        words[1]
        == "柱形图“各单位新收申请（件）”。新收申请最多的是甲子镇，44件。各数见“图表数据”页。"
    )


def test_outcomes_lie_on_each_other_and_years_stand_beside_each_other() -> None:
    grouping = [re.findall('<c:grouping val="(.*?)"', chart)[0] for chart in charts()]
    assert grouping == ["clustered", "stacked", "clustered", "clustered"]
    labelled = ["<c:showVal" in chart for chart in charts()]
    assert labelled == [True, False, True, True]


def test_the_bar_shows_the_large_numbers_themselves() -> None:
    (bar,) = [parts()[name] for name in parts() if name.endswith("charts/chart1.xml")]
    cells = re.findall(rf"'?{OVERVIEW_SHEET}'?!(\$[A-Z]+\$[0-9]+)</c:f><c:numCache>", bar)
    assert [opened(data())[OVERVIEW_SHEET][cell.replace("$", "")].value for cell in cells] == [
        2,
        1,
        1,
    ]


# --- many units -------------------------------------------------------------------------------


def chart(count: int) -> ChartData:
    values = tuple(Decimal(i) for i in range(count))
    names = tuple(f"示例县第{i}镇" for i in range(count))
    return ChartData("各单位", ChartKind.UNITS, names, (Bars("数", "件", values),))


def test_of_very_many_units_those_with_the_largest_numbers_are_drawn() -> None:
    result = merged()
    assert result.county is not None
    base = overview_of(result, form(), result.county)
    (block,) = blocks_of(replace(base, charts=(chart(100),)))
    assert block.order[:3] == (99, 98, 97)
    assert len(block.order) == 100, "all are listed"
    assert block.drawn == MOST_UNITS == 30
    assert block.title == "各单位（件）：最多的 30 个单位"
    (few,) = blocks_of(replace(base, charts=(chart(30),)))
    assert few.order == tuple(range(30))
    assert few.title == "各单位（件）"


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("示例县甲局", "乙镇"), ("甲局", "乙镇")),
        (("示例县甲局", "甲局"), ("示例县甲局", "甲局")),
        (("示例县", "乙镇"), ("示例县", "乙镇")),
    ],
)
def test_units_go_without_the_county_s_name(names: tuple[str, ...], shown: tuple[str, ...]) -> None:
    values = (Decimal(1), Decimal(2))
    drawn = ChartData("图", ChartKind.UNITS, names, (Bars("数", "", values),))
    assert Block(drawn, 2, (0, 1), "示例县").categories == shown


def test_words_for_a_chart_of_blanks() -> None:
    drawn = ChartData("图", ChartKind.PARTS, ("甲",), (Bars("数", "件", (None,)),))
    words = alternative_text(Block(drawn, 2, (0,)))
    assert words == "柱形图“图（件）”。数最多的是甲，0件。各数见“图表数据”页。"


def test_a_name_that_no_file_could_hold_does_no_harm() -> None:
    bars = (Bars("数", "件", (Decimal(2),)),)
    drawn = ChartData("图", ChartKind.UNITS, ("\x01甲<&>\n镇\ud800",), bars)
    words = alternative_text(Block(drawn, 2, (0,)))
    assert "甲<&>" in words
    words.encode("utf-8")
    assert not [character for character in words if ord(character) < 32]


def test_a_summary_without_numbers_has_no_chart_and_no_sheet_for_them() -> None:
    units = (Unit("甲镇", "990101", "乡镇"), Unit("乙镇", "990102", "乡镇"))
    empty = replace(report(units[0]), entries=dict.fromkeys(report().entries, Entry.of(0)))
    result = merged(reports=[record("a", empty)], roster=Roster(units, {}, COUNTY))
    assert CHART_DATA_SHEET not in opened(summary_bytes(result)).sheetnames
    assert CHART_DATA_SHEET in book().sheetnames
