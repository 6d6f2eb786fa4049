"""What came, changed or went since the last summary of a county: `结果.json` beside it tells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xlreport.api import summary_name
from xlreport.campaign.campaign import Campaign
from xlreport.campaign.settings import CampaignSettings
from xlreport.merging.codes import E7
from xlreport.merging.outcome import FileRecord, Outcome
from xlreport.publishing.document import DATA_NAME, SCHEMA

Outcomes = dict[str, tuple[str, str, bool]]
"""Of each file that matters to a sum, by its path: its SHA-256 (its path where it has none), its
outcome, and whether the county left it out."""

_UNSUMMED = (Outcome.IGNORED.value, Outcome.DUPLICATE.value)
"""Outcomes of files that make no difference."""

_NO_RESULT = (OSError, ValueError, KeyError, TypeError, RecursionError)
"""What a file raises that cannot be opened, or is no result of a merge."""


def data_of(settings: CampaignSettings) -> Path:
    """Where the data of the last summary lie, if there is one."""
    return settings.summary / DATA_NAME


def since_summary(campaign: Campaign, files: Iterable[FileRecord]) -> str:
    """What is otherwise in the inbox than it was for the last summary, in a sentence; empty where
    that is nothing, or where no summary of this campaign can be read."""
    before = _summed(campaign)
    if before is None:
        return ""
    told = _differences(before, _outcomes(file.as_dict() for file in files))
    return f"上次汇总以后{told}；汇总表还是以前的，请重新汇总。" if told else ""


def _summed(campaign: Campaign) -> Outcomes | None:
    """The files of the last summary; None where there is none that can be read."""
    settings = campaign.settings
    name = summary_name(campaign.form, campaign.county, settings.year)
    if not (settings.summary / name).is_file():
        return None
    try:
        document = json.loads(data_of(settings).read_bytes())
        told = document["schema"], document["form"], document["year"]
        if told != (SCHEMA, campaign.form.id, settings.year):
            return None
        return _outcomes(document["files"])
    except _NO_RESULT:
        return None


def _outcomes(files: Iterable[Mapping[str, Any]]) -> Outcomes:
    found = {}
    for file in files:
        path, outcome = file["path"], file["outcome"]
        if outcome not in _UNSUMMED:
            found[path] = file["sha256"] or path, outcome, _is_left_out(file)
    return found


def _is_left_out(file: Mapping[str, Any]) -> bool:
    return any(finding["code"] == E7.code for finding in file["findings"])


def _differences(before: Outcomes, now: Outcomes) -> str:
    """How many files are new, have another content, count otherwise (by a decision, say), and are
    gone; that one is called otherwise makes no difference."""
    same = set(before.values()) & set(now.values())
    old = {path for path, file in before.items() if file not in same}
    new = {path for path, file in now.items() if file not in same}
    changed = {path for path in new & old if before[path][0] != now[path][0]}
    counts = {
        "新收 {} 个文件": len(new - old),
        "有 {} 个文件变了": len(changed),
        "有 {} 个文件的结果变了": len(new & old) - len(changed),
        "有 {} 个文件不在了": len(old - new),
    }
    return "、".join(words.format(count) for words, count in counts.items() if count)
