"""结果.json: as its schema says, the same bytes each time, exact to the last decimal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from real.test_hostile_text import HOSTILE
from support.counties import county, last_year, merged_anew, overview, samples, wrong
from xlreport import Entry, MergeResult, Submission
from xlreport.merging.marks import DATA
from xlreport.publishing import document
from xlreport.publishing.document import SCHEMA, _in_one_line, _text, result_document

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "schema" / "merge-result-1.json"


def written(result: MergeResult) -> bytes:
    assert result.form is not None
    return result_document(result, result.form, overview(result))


def loaded(result: MergeResult) -> dict[str, Any]:
    """The document with its numbers as they are written."""
    data: dict[str, Any] = json.loads(written(result), parse_float=Decimal)
    return data


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PUBLISHED.read_text("utf-8"))
    return found


RESULTS: dict[str, Callable[[], MergeResult]] = {
    "samples": samples,
    "samples with errors": lambda: samples(with_errors=True),
    "without last year": lambda: samples(prior_year=False),
    "with last year": lambda: last_year(county(2)),
    "all wrong": lambda: county(3, wrong, missing=1, with_errors=True),
    "nothing counted": lambda: county(3, wrong),
    "without a roster": lambda: replace(county(2), request=replace(county(2).request, roster=None)),
}


@pytest.mark.parametrize("name", RESULTS)
def test_the_document_is_as_the_schema_says(name: str, schema: dict[str, Any]) -> None:
    errors = list(Draft202012Validator(schema).iter_errors(json.loads(written(RESULTS[name]()))))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_the_schema_is_one_and_of_this_version(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == schema["properties"]["schema"]["const"] == SCHEMA
    assert PUBLISHED.stem.endswith(f"-{SCHEMA.rpartition(':')[2]}")


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object in a schema."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    if isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_every_key_is_described_and_no_other_is_allowed(schema: dict[str, Any]) -> None:
    found = list(objects(schema))
    assert len(found) > 6
    for each in found:
        assert each["additionalProperties"] is False
        assert each["description"]
        for name, key in each["properties"].items():
            assert key.get("description"), name


def test_a_key_that_is_not_described_is_noticed(schema: dict[str, Any]) -> None:
    data = json.loads(written(county(1)))
    data["units"][0]["other"] = 1
    del data["year"]
    messages = [error.message for error in Draft202012Validator(schema).iter_errors(data)]
    assert len(messages) == 2


# --- the text ---


def test_it_begins_with_the_mark_and_a_key_has_a_line() -> None:
    text = written(county(2)).decode()
    assert text.startswith(DATA)
    assert text.endswith("}\n")
    lines = text.splitlines()
    assert lines[1] == f'"schema": "{SCHEMA}",'
    assert '"year": 2025,' in lines
    assert len([line for line in lines if '"unit_code"' in line and '"state"' in line]) == 2


def test_the_same_merge_gives_the_same_bytes() -> None:
    assert written(samples()) == written(samples())
    assert written(merged_anew(3)) == written(merged_anew(3))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_numbers_are_exact(number: Decimal) -> None:
    text = document._text({"a": number})
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal) == {"a": number}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("255.000000", "255"),
        ("3317.715582", "3317.715582"),
        ("0.100000", "0.1"),
        ("-0.000000", "0"),
        ("9223372036854.775807", "9223372036854.775807"),
        ("1E+3", "1000"),
        ("-2.50", "-2.5"),
    ],
)
def test_a_number_is_written_as_people_write_it(number: str, text: str) -> None:
    assert document._text(Decimal(number)) == text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts) | st.tuples(parts),
    )
)
def test_what_is_written_is_what_is_read(value: Any) -> None:
    assert json.loads(document._text(value)) == json.loads(json.dumps(value))


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_stay_texts(kind: str) -> None:
    hostile = {HOSTILE[kind]: [HOSTILE[kind]]}
    assert json.loads(document._text(hostile).encode()) == json.loads(json.dumps(hostile))


# --- what it says ---


def test_totals_and_units_are_those_of_the_merge() -> None:
    result = samples()
    data = loaded(result)
    assert data["totals"] == dict(result.totals)
    assert data["collection"] == {
        "expected": 14,
        "missing": 1,
        "returned": 3,
        "accepted": 10,
        "counted": 10,
        "rejected_files": 0,
    }
    assert [unit["state"] for unit in data["units"]] == [
        "missing",
        *["returned"] * 3,
        *["accepted"] * 10,
    ]
    assert data["final"] is False
    assert data["open_points"] == list(overview(result).open_points)


def test_a_unit_leads_to_its_file_and_its_findings() -> None:
    data = loaded(samples())
    files = {file["path"]: file for file in data["files"]}
    for unit in data["units"]:
        if unit["state"] == "missing":
            assert unit["file"] is None
            assert unit["remark"] == "没有收到报表"
            continue
        file = files[unit["file"]]
        assert file["outcome"] == unit["state"]
        assert file["unit_code"] == unit["unit_code"]
        severities = [finding["severity"] for finding in file["findings"]]
        assert (severities.count("error") > 0) == (unit["errors"] > 0)


def test_files_are_as_in_the_contract() -> None:
    result = samples()
    contract = json.loads(json.dumps(result.as_dict()))
    data = json.loads(written(result))
    assert data["files"] == contract["files"]
    assert data["form"] == contract["form"]
    assert data["year"] == contract["year"]
    assert data["totals"] == contract["totals"]


def test_last_years_figures_stand_beside() -> None:
    data = loaded(last_year(county(2)))
    assert data["prior_year"]["requests.received.natural_person"] == 6
    first = data["headlines"][0]
    assert first["prior_year"] == sum(
        value
        for name, value in data["prior_year"].items()
        if name.startswith("requests.received.") and not name.endswith(".total")
    )
    assert first["change"] == first["value"] - first["prior_year"]
    assert loaded(county(2))["prior_year"] is None
    assert loaded(county(2))["headlines"][0]["change"] is None


def test_money_keeps_its_decimals() -> None:
    def fee(number: int, submission: Submission) -> Submission:
        paid = Entry.of(Decimal("0.123456"))
        return replace(submission, entries={**submission.entries, "disclosure.fees.amount": paid})

    assert loaded(county(3, fee))["totals"]["disclosure.fees.amount"] == Decimal("0.370368")


@pytest.mark.parametrize(
    "item",
    [
        {"a": 1, "b": None, "c": ["x", {"d": 1.5}], "e": True, "f": {}, "g": []},
        {"a": Decimal("1.50"), "b": "中"},
        {"a": "\udc80"},
    ],
)
def test_an_item_is_written_as_its_parts_are(item: dict[str, object]) -> None:
    assert _in_one_line(item) == _text(item, 2)
