"""What is said of messages that were dropped."""

from __future__ import annotations

from xlreport.campaign.collect import KNOWN, NEW, CollectedFile, CollectedMessage
from xlreport.desk.mails import NOTHING_YET


def message(origin: str, state: str = NEW, *paths: str) -> CollectedMessage:
    files = tuple(CollectedFile(f"{path}.xlsx", path, "", "") for path in paths)
    return CollectedMessage(origin, state, files=files)


def test_what_was_told_of_a_message_stays_when_it_is_met_again() -> None:
    first = NOTHING_YET.with_run([message("a.eml", NEW, "甲")])
    again = first.with_run([message("a.eml", KNOWN), message("b.eml", KNOWN)])
    assert again.told("a.eml", ()) == "收取了：甲.xlsx → 甲"
    assert again.told("b.eml", ()) == "以前收取过"
    assert again.told("b.eml", {"b.eml"}) == "以前收取过，列在“要由人看的”里"
    assert again.told("c.eml", ()) == ""


def test_more_files_than_are_named_are_counted() -> None:
    told = NOTHING_YET.with_run([message("a.eml", NEW, *"甲乙丙丁戊己")]).told("a.eml", ())
    assert told.startswith("收取了：甲.xlsx → 甲；乙")
    assert told.endswith("戊.xlsx → 戊；共 6 个")


def test_a_file_of_several_messages_is_told_as_one() -> None:
    letters = [message("信.mbox：第 1 封", NEW, "甲"), message("信.mbox：第 2 封", NEW, "甲", "乙")]
    told = NOTHING_YET.with_run([*letters, message("信.mbox2：第 1 封", NEW, "丙")])
    assert told.told("信.mbox", ()) == "2 封邮件，收取了 2 个文件"
    assert told.told("信.mbox", {"信.mbox：第 2 封"}) == (
        "2 封邮件，收取了 2 个文件，1 封列在“要由人看的”里"
    )
