"""What a merge writes beside its summary: no report where it lies among reports, and never written
over a file that is none of ours."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from support.records import JIAZI, form, report
from xlreport import (
    MergeRequest,
    Outcome,
    WouldReplace,
    check_files,
    merge_folder,
    read_prior_year,
    repair_files,
    write_outputs,
    write_workbook,
)
from xlreport.merging.marks import IMPORTS, NOTICES, REPAIRS, is_own

BESIDE = ("汇总情况.html", "结果.json")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "甲.xlsx").write_bytes(write_workbook(report(JIAZI), form()))
    return folder


def written(inbox: Path, out: Path) -> Path:
    write_outputs(merge_folder(MergeRequest(inbox)), out)
    return out


@pytest.mark.parametrize("name", BESIDE)
def test_it_is_no_report(inbox: Path, tmp_path: Path, name: str) -> None:
    out = written(inbox, tmp_path / "out")
    (file,) = check_files([out / name]).files
    assert file.outcome is Outcome.IGNORED
    told = [(finding.code, finding.message) for finding in file.findings]
    assert told == [("F12", "这是程序写出的汇总情况、数据或清单，不是报表")]


@pytest.mark.parametrize("name", BESIDE)
def test_another_file_of_the_kind_is_refused_as_before(tmp_path: Path, name: str) -> None:
    other = tmp_path / name
    other.write_text("<!DOCTYPE html>\n<html></html>" if name.endswith("html") else '{\n"a": 1}')
    (file,) = check_files([other]).files
    assert file.outcome is Outcome.REJECTED


def test_last_year_may_be_a_folder_of_outputs(inbox: Path, tmp_path: Path) -> None:
    out = written(inbox, tmp_path / "out")
    prior_year = read_prior_year(out)
    assert prior_year.year == 2025
    assert prior_year.unused == ()


def test_a_county_may_send_up_its_whole_folder(inbox: Path, tmp_path: Path) -> None:
    out = written(inbox, tmp_path / "out")
    above = tmp_path / "above"
    above.mkdir()
    with zipfile.ZipFile(above / "县.zip", "w") as archive:
        for path in out.iterdir():
            archive.write(path, path.name)
    result = merge_folder(MergeRequest(above))
    outcomes = sorted(file.outcome.value for file in result.files)
    assert outcomes == ["accepted", "ignored", "ignored", "ignored"]
    assert result.exit_code == 0


@pytest.mark.parametrize("name", BESIDE)
def test_an_earlier_one_is_replaced_whatever_stood_in_it(
    inbox: Path, tmp_path: Path, name: str
) -> None:
    out = written(inbox, tmp_path / "out")
    new = (out / name).read_bytes()
    heading, _, _ = new.partition(b"\n")
    (out / name).write_bytes(heading + b"\nof an older version")
    written(inbox, out)
    assert (out / name).read_bytes() == new
    assert {path.name for path in out.iterdir() if path.name.endswith(".bak")} == set()


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("content", [b"", b"{}", b"<!DOCTYPE html>\n<html></html>", b"{\n}"])
def test_a_file_that_is_none_of_ours_stays_and_nothing_is_written(
    inbox: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    foreign = out / name
    foreign.write_bytes(content)
    with pytest.raises(WouldReplace) as refused:
        written(inbox, out)
    first, second = str(refused.value).splitlines()
    assert first == f"“{foreign.as_posix()}”不是汇总时写出的，没有替换，也没有写出汇总表。"
    assert second.startswith("请另给一个文件夹")
    assert [path.name for path in out.iterdir()] == [name]
    assert foreign.read_bytes() == content


@pytest.mark.parametrize("name", BESIDE)
def test_with_force_it_makes_room(inbox: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    foreign = out / name
    foreign.write_bytes(b"mine")
    told: list[tuple[Path, Path]] = []
    result = merge_folder(MergeRequest(inbox))
    write_outputs(result, out, keep=lambda old, new: told.append((old, new)))
    kept = foreign.with_name(f"{name}.bak")
    assert told == [(foreign, kept)]
    assert kept.read_bytes() == b"mine"
    assert foreign.read_bytes() != b"mine"


def test_a_folder_of_that_name_stays(inbox: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out" / BESIDE[0]
    folder.mkdir(parents=True)
    with pytest.raises(WouldReplace):
        written(inbox, tmp_path / "out")
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_list_beside_fresh_workbooks_is_no_report(inbox: Path, tmp_path: Path) -> None:
    repair_files([inbox], tmp_path / "fresh")
    files = check_files([tmp_path / "fresh"]).files
    told = {Path(file.path).name: file.outcome for file in files}
    assert told["修复清单.txt"] is Outcome.IGNORED
    assert len(told) == 2


@pytest.mark.parametrize("heading", [REPAIRS, IMPORTS, NOTICES])
def test_a_list_is_known_by_its_first_line(heading: str) -> None:
    assert is_own(f"{heading}\r\n".encode("utf-8-sig"))
    assert not is_own(heading.replace("清单", "名单").encode("utf-8-sig"))
