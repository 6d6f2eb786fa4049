"""Text from outside in every place that takes it: no output is anything but what it should be.

Control characters, halves of surrogate pairs, marks that turn the direction of writing.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from xml.etree import ElementTree

import pytest

from campaign.scene import campaign_in
from support.records import JIAZI, form, report
from xlreport import (
    MergeRequest,
    Roster,
    TemplateRequest,
    merge_folder,
    repair_files,
    write_outputs,
    write_templates,
    write_workbook,
)
from xlreport.cli.app import main
from xlreport.submission import Figures, Provenance, Submission, Unit
from xlreport.workbook.writer.template import blank

HOSTILE = {
    "control characters": "甲\x00\x01\x08\x0b\x0c\x1f\x7f\x85镇",
    "half a surrogate pair": "甲\ud800\udfff镇\udce7",
    "no characters": "甲\ufffe\uffff镇",
    "directions and widths": "甲\u202e\u2066\u200b\ufeff镇",
    "markup": "甲]]><x a='\"'>&amp;&#0;镇",
    "a line of its own": "甲\r\nX: y\n镇",
}


def parsed(data: bytes) -> None:
    """Every part of a package that says to be XML is."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                ElementTree.fromstring(package.read(name))


def everywhere(text: str) -> Submission:
    """A report in which everything that somebody typed is this text."""
    base = report()
    return replace(
        base,
        unit=Unit(text, text, "乡镇"),
        county=Unit(text, text),
        texts=dict.fromkeys(base.texts, text),
        explanations={"C4": text},
        prior_year=Figures({}, dict.fromkeys(base.texts, text), {"C4": text}),
        provenance=Provenance(
            identity={"contact": text, "telephone": text, "approver": text, "date": text}
        ),
    )


@pytest.mark.parametrize("kind", HOSTILE)
def test_workbooks_are_xml_whatever_is_in_them(kind: str, tmp_path: Path) -> None:
    text = HOSTILE[kind]
    parsed(write_workbook(everywhere(text), form()))
    parsed(write_workbook(blank(form(), 2025, Unit(text, text), Unit(text)), form()))
    roster = Roster((Unit(text, "990101", "乡镇"),), {}, Unit(text, text))
    for path in write_templates(TemplateRequest(form(), 2025, roster), tmp_path):
        parsed(path.read_bytes())


@pytest.mark.parametrize("kind", HOSTILE)
def test_summaries_and_repaired_workbooks_too(kind: str, tmp_path: Path) -> None:
    text = HOSTILE[kind]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.xlsx").write_bytes(write_workbook(everywhere(text), form()))
    result = merge_folder(MergeRequest(inbox, county=Unit(text, text)))
    written = write_outputs(result, tmp_path / "out").outputs
    repaired = repair_files([inbox / "a.xlsx"], tmp_path / "fresh").outputs
    for path in (*written, *repaired):
        if path.endswith(".xlsx"):
            parsed(Path(path).read_bytes())
        else:
            Path(path).read_text("utf-8-sig")
    json.dumps(result.as_dict(), ensure_ascii=False).encode("utf-8", "backslashreplace")


@pytest.mark.parametrize("kind", HOSTILE)
def test_mail_too(kind: str, tmp_path: Path) -> None:
    """A name and a contact on the roster go into subject, text and attachment."""
    settings = campaign_in(tmp_path / "年报").settings
    text = HOSTILE[kind].replace("\x00", "").encode("utf-8", "replace").decode()
    name = '"' + text.replace('"', '""') + '"'
    settings.roster.write_bytes(
        f"单位代码,单位名称,类别,联系人,邮箱\n990101,{name},乡镇,{name},a@example.org\n".encode()
    )
    toml = settings.folder / "xlreport.toml"
    written = toml.read_text("utf-8-sig").replace('from = ""', 'from = "xian@example.org"', 1)
    toml.write_text(written, "utf-8")
    code = main(["send", "templates", "--drafts", "--campaign", str(settings.folder)])
    assert code == 0
    (draft,) = settings.drafts.glob("*.eml")
    message = message_from_bytes(draft.read_bytes(), policy=policy.default)
    assert message.defects == []
    assert message["X"] is None
    (attachment,) = message.iter_attachments()
    parsed(attachment.get_content())


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such names")
def test_names_of_files_too(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    name = os.fsencode(inbox) + b"/\xff\x01\xe2\x80\xae\n.xlsx"
    Path(os.fsdecode(name)).write_bytes(write_workbook(report(JIAZI), form()))
    assert main(["merge", str(inbox), "--out", str(tmp_path / "out"), "--json"]) == 0
    out, err = capsysbinary.readouterr()
    document = json.loads(out)
    assert document["files"][0]["unit"] == "甲子镇"
    assert b"\xff" not in err
    (summary,) = (tmp_path / "out").glob("*.xlsx")
    parsed(summary.read_bytes())
