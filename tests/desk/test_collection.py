"""The state is read when something has changed, and only then; what fails is told and tried again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaign.scene import JIAZI, YICHOU, workbook
from desk.scene import LONG, Visit
from xlreport import Form
from xlreport.atomic import locked
from xlreport.campaign.campaign import DEFAULT_OPTIONS, Campaign, read_campaign
from xlreport.campaign.decisions import Asked, decide
from xlreport.campaign.status import standing, status
from xlreport.desk import collection as collections
from xlreport.desk.collection import Collection
from xlreport.errors import Busy, XlreportError


@pytest.fixture
def collection(visit: Visit) -> Collection:
    opened = visit.desk.collection
    assert opened is not None
    return opened


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One more for each time that the state is worked out."""
    counted: list[int] = []

    def counting(*arguments: Any) -> Any:
        counted.append(1)
        return standing(*arguments)

    monkeypatch.setattr(collections, "standing", counting)
    return counted


def number(collection: Collection) -> int:
    snapshot = collection.look(LONG).snapshot
    assert snapshot is not None
    return snapshot.number


def test_it_is_read_again_only_when_something_changed(
    collection: Collection, readings: list[int], zfxxgk: Form
) -> None:
    folder = collection.folder
    assert number(collection) == 1
    assert number(collection) == 1
    (folder / "inbox" / "甲.xlsx").write_bytes(workbook(zfxxgk, JIAZI))
    assert number(collection) == 2
    decide(read_campaign(folder), Asked(JIAZI, "", "exclude", "并入"))
    assert number(collection) == 3
    roster = folder / "roster.csv"
    roster.write_text(roster.read_text("utf-8") + "990104,丁卯镇,乡镇,,\n", "utf-8")
    assert number(collection) == 4
    assert number(collection) == 4
    assert len(readings) == 4


def test_it_is_what_the_command_says(collection: Collection, zfxxgk: Form) -> None:
    inbox = collection.folder / "inbox"
    (inbox / "甲.xlsx").write_bytes(workbook(zfxxgk, JIAZI))
    (inbox / "乙.xlsx").write_bytes(workbook(zfxxgk, YICHOU))
    (inbox / "坏.xlsx").write_bytes(b"no workbook")
    snapshot = collection.look(LONG).snapshot
    assert snapshot is not None
    assert snapshot.status == status(read_campaign(collection.folder))


def test_a_page_does_not_wait_for_a_long_reading(collection: Collection) -> None:
    with locked(collection.folder / "records"):
        look = collection.look(0)
        assert look.snapshot is None
        assert not look.is_fresh
        assert look.job is not None
        assert collection.look(0).job is look.job, "and asks for it once"
    assert collection.look(LONG).is_fresh


def test_what_cannot_be_read_is_told_and_tried_again(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> Any:
        raise Busy("正在写。")

    with monkeypatch.context() as patched:
        patched.setattr(collections, "standing", busy)
        look = collection.look(LONG)
        assert (look.snapshot, look.is_fresh, look.trouble) == (None, False, "正在写。")
        collection.try_again()
        assert collection.look(LONG).trouble == "正在写。"
    assert collection.look(LONG).trouble == "正在写。", "not at once"
    collection.try_again()
    assert collection.look(LONG).is_fresh


def test_it_is_tried_again_by_itself_after_a_while(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> Any:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patched:
        patched.setattr(collections, "standing", fault)
        assert "意外" in collection.look(LONG).trouble
    monkeypatch.setattr(collections, "RETRY", 0.0)
    assert collection.look(LONG).is_fresh


def test_a_campaign_that_vanishes_is_told(collection: Collection) -> None:
    """A drive of the network that is gone, and comes back."""
    assert collection.look(LONG).is_fresh
    away = collection.folder.rename(collection.folder.with_name("别处"))
    with pytest.raises((OSError, XlreportError)):
        collection.look(LONG)
    away.rename(collection.folder)
    assert collection.look(LONG).is_fresh


def test_the_figures_of_last_year_are_read_once(
    visit: Visit, collection: Collection, zfxxgk: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Path] = []
    real = Campaign.with_prior_year

    def counted(campaign: Any) -> Any:
        calls.append(campaign.settings.folder)
        return real(campaign)

    monkeypatch.setattr(Campaign, "with_prior_year", counted)
    number(collection)
    (collection.folder / "inbox" / "甲.xlsx").write_bytes(workbook(zfxxgk, JIAZI))
    number(collection)
    assert len(calls) == 1


def test_what_was_read_with_other_options_is_not_the_state_of_now(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password is given while the inbox is being read."""

    def slowly(*arguments: Any) -> Any:
        monkeypatch.setattr(collections, "standing", standing)
        collection.open_with(replace(DEFAULT_OPTIONS, passwords=("x",)))
        return standing(*arguments)

    monkeypatch.setattr(collections, "standing", slowly)
    assert not collection.look(LONG).is_fresh
    assert number(collection) == 2
