"""Data for other programs: each format holds the same rows, exactly."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import asdict
from decimal import Decimal

import pandas as pd
import pytest

from xlreport.errors import UsageError
from xlreport.merging.tidy import COLUMNS, Observation
from xlreport.publishing.export import Format, exported

ONE = Observation(
    "甲子镇", "0990101", "乡镇", 2025, "a.b.c", "表", "行", "列", "行·列", "件", Decimal("25.1")
)
BLANK = Observation("=1+1", "-2", "", 2025, "a.b.d", "表", "行", "列", "行·列", "", None)
LARGE = Observation(
    "乙", "3", "", 2025, "a.b.e", "表", "行", "列", "行·列", "", Decimal("999999999.999999")
)
ROWS = [ONE, BLANK, LARGE]


def test_csv_is_exact_and_harmless() -> None:
    data = exported(ROWS, Format.CSV)
    assert data.startswith("\ufeffunit,code,level,year,field".encode())
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1] == [
        "甲子镇",
        "0990101",
        "乡镇",
        "2025",
        "a.b.c",
        "表",
        "行",
        "列",
        "行·列",
        "件",
        "25.1",
    ]
    assert rows[2][:2] == ["'=1+1", "'-2"]
    assert rows[2][-1] == ""
    assert rows[3][-1] == "999999999.999999"


def test_json_is_exact() -> None:
    document = json.loads(exported(ROWS, Format.JSON), parse_float=Decimal)
    assert document["xlreport"] == "export"
    assert [row["value"] for row in document["rows"]] == [row.value for row in ROWS]
    assert document["rows"][1]["unit"] == "=1+1"
    assert json.loads(exported([], Format.JSON)) == {"xlreport": "export", "rows": []}


def test_parquet_holds_the_same() -> None:
    pytest.importorskip("pyarrow")
    frame = pd.read_parquet(io.BytesIO(exported(ROWS, Format.PARQUET)))
    assert list(frame.columns) == list(COLUMNS)
    assert frame["code"].tolist() == ["0990101", "-2", "3"]
    assert frame["value"].dropna().tolist() == [25.1, 999999999.999999]
    assert [asdict(row)["year"] for row in ROWS] == frame["year"].tolist()


def test_without_pyarrow_parquet_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(*_args: object, **_more: object) -> None:
        raise ImportError("pyarrow")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", without)
    with pytest.raises(UsageError, match="写 Parquet 要先装好 pyarrow"):
        exported(ROWS, Format.PARQUET)


@pytest.mark.parametrize("form", Format)
def test_the_same_rows_give_the_same_bytes(form: Format) -> None:
    assert exported(ROWS, form) == exported(ROWS, form)


def test_without_pandas_parquet_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the program for Windows, which has neither."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="写 Parquet 要先装好 pyarrow"):
        exported(ROWS, Format.PARQUET)
