"""What of a campaign can be opened or downloaded, by what it is: nothing else of the disk can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlreport.api import data_name, summary_name
from xlreport.campaign.campaign import Campaign
from xlreport.campaign.settings import NAME, CampaignSettings
from xlreport.desk.uploads import MAILS
from xlreport.publishing.document import DATA_NAME
from xlreport.publishing.export import Format
from xlreport.publishing.page.render import PAGE_NAME

REPAIRED = "repaired"
"""The folder of the fresh workbooks, as `repair` has it."""

IMPORTED = "imported"
"""The folder of the workbooks into which reports were put that are not ours."""

REPORTS = "单位报告"
"""The folder of the Word reports of single units."""

ARCHIVES = "archive"
"""The folder of the archives, as `archive` has it."""

TITLES = {
    "summary": "汇总表",
    "page": "汇总情况（网页）",
    "report": "报告（Word）",
    "data": "数据（供程序读取）",
    "csv": "数据文件（CSV）",
    "json": "数据文件（JSON）",
    "parquet": "数据文件（Parquet）",
    "archive": "归档包",
    "templates": "模板文件夹",
    "drafts": "草稿文件夹",
    "letters": "信件文件夹",
    "inbox": "收到的报表",
    "mails": "收到的邮件",
    "published": "汇总文件夹",
    "repaired": "修复的工作簿",
    "imported": "导入的工作簿",
    "reports": "各单位的 Word 报告",
    "settings": "设置文件",
    "folder": "工作文件夹",
}
"""What there can be, and what it is called."""


def fixed(folder: Path) -> dict[str, Path]:
    """What of a campaign can be opened even where its settings cannot be read."""
    found = {"settings": folder / NAME, "folder": folder}
    return {key: path for key, path in found.items() if _is_own(path, folder)}


def places(campaign: Campaign) -> dict[str, Path]:
    """Where each of these lies that is there, in the campaign wherever links lead."""
    settings = campaign.settings
    found = (*_published(campaign), *_folders(settings))
    own = {key: path for key, path in found if _is_own(path, settings.folder)}
    return {**own, **fixed(settings.folder)}


def _published(campaign: Campaign) -> Iterator[tuple[str, Path]]:
    """What was made of the reports."""
    settings = campaign.settings
    name = summary_name(campaign.form, campaign.county, settings.year)
    yield "summary", settings.summary / name
    yield "page", settings.summary / PAGE_NAME
    yield "data", settings.summary / DATA_NAME
    for kind in Format:
        yield kind.value, settings.summary / data_name(kind)
    for path in _newest(settings.summary, ".docx"):
        yield "report", path
    for path in _newest(settings.folder / ARCHIVES, ".zip"):
        yield "archive", path


def _folders(settings: CampaignSettings) -> Iterator[tuple[str, Path]]:
    yield "templates", settings.templates
    yield "drafts", settings.drafts
    yield "letters", settings.letters
    yield "inbox", settings.inbox
    yield "mails", settings.folder / MAILS
    yield "published", settings.summary
    yield "repaired", settings.folder / REPAIRED
    yield "imported", settings.folder / IMPORTED
    yield "reports", settings.folder / REPORTS


def _newest(folder: Path, extension: str) -> list[Path]:
    """The newest file of a kind, if there is any; what an office program keeps beside it is
    none."""
    found = folder.glob(f"*{extension}")
    files = [path for path in found if not path.name.startswith("~$")]
    return sorted(files, key=_age)[:1]


def _age(path: Path) -> float:
    """Smaller for what is newer; a link that leads nowhere is the oldest."""
    return -path.stat().st_mtime if path.exists() else 0.0


def _is_own(path: Path, folder: Path) -> bool:
    """Whether something is there that lies in the campaign."""
    home = folder.resolve()
    return path.exists() and path.resolve().is_relative_to(home)


def archives(settings: CampaignSettings) -> list[Path]:
    """The archives of the campaign, by name."""
    found = sorted((settings.folder / ARCHIVES).glob("*.zip"))
    return [path for path in found if _is_own(path, settings.folder) and path.is_file()]


def workbooks(settings: CampaignSettings) -> Iterator[Path]:
    """The units' templates."""
    for path in sorted(settings.templates.glob("*.xlsx")):
        is_workbook = not path.name.startswith(("~$", "."))
        if is_workbook and _is_own(path, settings.folder) and path.is_file():
            yield path
