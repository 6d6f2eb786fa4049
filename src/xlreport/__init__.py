"""xlreport: locked workbooks for statistical reports, checked and merged with every file accounted for.

The names below are the public API; they are imported when first used, so that `import xlreport`
and the command line start at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlreport.api import (
        Options,
        UsageError,
        check_paths,
        diff_files,
        merge_folder,
        repair_files,
        write_templates,
    )
    from xlreport.campaign.campaign import Post, StatusResult, collect_from, collect_from_server, send_kind, status
    from xlreport.campaign.collect import CollectResult
    from xlreport.campaign.send import SendResult
    from xlreport.campaign.settings import Campaign, CampaignError, init_campaign, read_campaign
    from xlreport.checking.validate import check as check_submissions
    from xlreport.findings import Finding
    from xlreport.form.catalog import FormShelf, UnknownForm, get_form
    from xlreport.form.model import Form, Severity
    from xlreport.form.problems import FormError
    from xlreport.formats.guard import Limits
    from xlreport.mail.messages import MailLimits
    from xlreport.merging.diff import Difference
    from xlreport.merging.outcome import FileResult, Outcome
    from xlreport.merging.result import CheckResult, MergeResult
    from xlreport.merging.roster import Roster, RosterError, read_roster
    from xlreport.submission import Entry, Submission, Unit
    from xlreport.workbook.reader.submission import Reading, read_submission
    from xlreport.workbook.writer.template import write_workbook

_HOMES = {
    "Campaign": "campaign",
    "CampaignError": "campaign",
    "CheckResult": "merging.result",
    "CollectResult": "mail.collecting",
    "Difference": "merging.differences",
    "Entry": "submission",
    "FileResult": "merging.outcomes",
    "Finding": "checking.findings",
    "Form": "form.model",
    "FormError": "form.problems",
    "FormShelf": "form.library",
    "Limits": "workbook.guard",
    "MailLimits": "mail.messages",
    "MergeResult": "merging.result",
    "Options": "pipeline",
    "Outcome": "merging.outcomes",
    "Post": "post",
    "Reading": "workbook.reading",
    "Roster": "merging.roster",
    "RosterError": "merging.roster",
    "SendResult": "mail.sending",
    "Severity": "form.model",
    "StatusResult": "post",
    "Submission": "submission",
    "Unit": "submission",
    "UnknownForm": "form.library",
    "UsageError": "pipeline",
    "check_paths": "pipeline",
    "check_submissions": "checking.checks",
    "collect_from": "post",
    "collect_from_server": "post",
    "diff_files": "pipeline",
    "get_form": "form.library",
    "init_campaign": "campaign",
    "merge_folder": "pipeline",
    "read_campaign": "campaign",
    "read_previous": "pipeline",
    "read_roster": "merging.roster",
    "read_submission": "workbook.reading",
    "repair_files": "pipeline",
    "send_kind": "post",
    "status": "post",
    "write_templates": "pipeline",
    "write_workbook": "workbook.writing",
}
_RENAMED = {"check_submissions": "check"}

__all__ = [
    "Campaign",
    "CampaignError",
    "CheckResult",
    "CollectResult",
    "Difference",
    "Entry",
    "FileResult",
    "Finding",
    "Form",
    "FormError",
    "FormShelf",
    "Limits",
    "MailLimits",
    "MergeResult",
    "Options",
    "Outcome",
    "Post",
    "Reading",
    "Roster",
    "RosterError",
    "SendResult",
    "Severity",
    "StatusResult",
    "Submission",
    "Unit",
    "UnknownForm",
    "UsageError",
    "check_paths",
    "check_submissions",
    "collect_from",
    "collect_from_server",
    "diff_files",
    "get_form",
    "init_campaign",
    "merge_folder",
    "read_campaign",
    "read_previous",
    "read_roster",
    "read_submission",
    "repair_files",
    "send_kind",
    "status",
    "write_templates",
    "write_workbook",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), _RENAMED.get(name, name))
