"""Locked workbooks for statistical reports, checked and merged with every file accounted for.

The names below are the public API; they are imported when first used, so that `import xlreport`
and the command line start at once. Type checkers read `__init__.pyi`, which is made from the same
table (`python docs/make_stub.py`).
"""

from __future__ import annotations

HOMES = {
    "Busy": "errors",
    "Campaign": "campaign.campaign",
    "CampaignError": "errors",
    "check_files": "api",
    "CheckResult": "merging.result",
    "check_submissions": "checking.validate",
    "collect": "campaign.collect",
    "CollectResult": "campaign.collect",
    "Difference": "merging.diff",
    "diff_files": "api",
    "Drafts": "campaign.send",
    "Entry": "submission",
    "FileRecord": "merging.outcome",
    "Finding": "findings",
    "Form": "form.model",
    "FormCatalog": "form.catalog",
    "FormError": "form.yaml_source",
    "get_form": "form.catalog",
    "import_files": "api",
    "ImportRequest": "api",
    "ImportResult": "merging.result",
    "ImapMailbox": "mail.imap",
    "init_campaign": "campaign.settings",
    "LedgerError": "errors",
    "LetterError": "errors",
    "Limits": "formats.guard",
    "MailLimits": "mail.messages",
    "merge_folder": "api",
    "MergeRequest": "merging.request",
    "MergeResult": "merging.result",
    "Outcome": "merging.outcome",
    "Policy": "merging.request",
    "PriorYear": "merging.prior_year",
    "Provenance": "submission",
    "read_campaign": "campaign.campaign",
    "Reading": "workbook.reader.submission",
    "ReadOptions": "merging.request",
    "read_prior_year": "api",
    "read_roster": "merging.roster",
    "read_submission": "workbook.reader.submission",
    "Report": "publishing.report.content",
    "ReportError": "errors",
    "report_of_file": "api",
    "report_of_merge": "api",
    "repair_files": "api",
    "RepairResult": "merging.result",
    "Roster": "merging.roster",
    "RosterError": "errors",
    "send": "campaign.send",
    "SendError": "errors",
    "SendRequest": "campaign.send",
    "SendResult": "campaign.send",
    "Severity": "findings",
    "SourceError": "errors",
    "status": "campaign.status",
    "StatusResult": "campaign.status",
    "Submission": "submission",
    "Summary": "submission",
    "TemplateRequest": "api",
    "Unit": "submission",
    "UnknownForm": "errors",
    "UsageError": "errors",
    "WouldReplace": "errors",
    "write_outputs": "api",
    "write_report": "api",
    "write_templates": "api",
    "write_workbook": "workbook.writer.template",
    "XlreportError": "errors",
}
"""The module of each public name."""

__all__ = list(HOMES)


def __getattr__(name: str) -> object:
    # nothing is imported before it is needed, not even `typing`: who interrupts a command at once
    # would see a traceback
    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *HOMES, "__version__"})
