"""归档包: one zip with everything of a collection, and a list by which it is checked years later.

The list (`清单.json`) names every file with its length and SHA-256. Its own digest is the archive's
归档码: whoever notes it down on paper can prove that not even the list was changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlreport.errors import UsageError
from xlreport.text import harmless

LIST = "清单.json"
ABOUT = "说明.txt"

MADE_BY = "xlreport"
SCHEMA = 1
"""The version of the list's shape."""

LONGEST_LIST = 50_000_000
"""Bytes of a list that is read."""

_PACKED = (".xlsx", ".xlsm", ".ods", ".xlsb", ".et", ".zip", ".7z", ".rar", ".docx")
"""Files that are compressed already."""

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1 << 20

_ABOUT = """{title}

这个压缩包由 xlreport {version} 于 {day} 制作，保存的是一次汇总的全部材料。
清单.json 列出每个文件的长度和 SHA-256 值。要核对是否完整、有没有改动，
请在工作台的“办理”里选本文件，按“核对归档”；或者运行：
  xlreport archive --verify 本文件
会显示归档码。请把做归档时显示的归档码记在纸上，核对时两个应当相同。
"""


@dataclass(frozen=True)
class Contents:
    """What an archive holds: files by name, and what its list says beside them."""

    title: str
    version: str
    day: str
    files: Mapping[str, bytes]
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Archive:
    """An archive as bytes, with its 归档码."""

    data: bytes
    code: str


@dataclass(frozen=True)
class Verification:
    """What a check of an archive found. `faults` are sentences, one a file."""

    title: str
    version: str
    day: str
    code: str
    files: int
    faults: tuple[str, ...]


def pack(contents: Contents) -> Archive:
    """The archive of these contents: same contents, same bytes."""
    words = _ABOUT.format(title=contents.title, version=contents.version, day=contents.day)
    about = words.replace("\n", "\r\n").encode("utf-8-sig")
    files = {ABOUT: about, **contents.files}
    listed = _list_of(contents, files)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, LIST, listed)
        for name in sorted(files):
            _add(archive, name, files[name])
    return Archive(buffer.getvalue(), _code(listed))


def _list_of(contents: Contents, files: Mapping[str, bytes]) -> bytes:
    entries = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    }
    document = {
        "made_by": MADE_BY,
        "schema": SCHEMA,
        "version": contents.version,
        "date": contents.day,
        "title": contents.title,
        **contents.about,
        "files": entries,
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    member = zipfile.ZipInfo(name, _EARLIEST)
    member.create_system = 0
    is_packed = name.lower().endswith(_PACKED)
    member.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    archive.writestr(member, data)


def _code(listed: bytes) -> str:
    """The digest of the list in groups of four: 64 bits, which nobody finds again by chance."""
    digits = hashlib.sha256(listed).hexdigest()[:16].upper()
    return "-".join(digits[i : i + 4] for i in range(0, len(digits), 4))


# --- years later ---


def verify(path: Path, name: str = "") -> Verification:
    """Checks an archive against its list, reading no more of a file than the list tells. `name` is
    what people call it, where that is not its path. Raises UsageError for what is no archive of
    ours, OSError."""
    name = harmless(name or str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            _require_beginning(archive)
            listed = _list_in(archive, name)
            document = _document(listed, name)
            faults = tuple(_faults(archive, document["files"]))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise UsageError(f"“{name}”不是完好的压缩包，不能核对；请找另一份备份。") from None
    return Verification(
        title=str(document.get("title", "")),
        version=str(document.get("version", "")),
        day=str(document.get("date", "")),
        code=_code(listed),
        files=len(document["files"]),
        faults=faults,
    )


def _require_beginning(archive: zipfile.ZipFile) -> None:
    """Raises BadZipFile for a directory that does not begin with the file: of an archive that is
    cut off that of a workbook in it may be found."""
    if min((info.header_offset for info in archive.infolist()), default=0) > 0:
        raise zipfile.BadZipFile("the directory is not that of the whole file")


def _list_in(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        member = archive.getinfo(LIST)
    except KeyError:
        raise UsageError(f"“{name}”里没有“{LIST}”，不是 xlreport 做的归档包。") from None
    with archive.open(member) as stream:
        listed = stream.read(LONGEST_LIST + 1)
    if len(listed) > LONGEST_LIST:
        raise UsageError(f"“{name}”里的“{LIST}”太大，不是 xlreport 做的归档包。")
    return listed


def _document(listed: bytes, name: str) -> dict[str, Any]:
    """The list as it is written. Raises UsageError for one that is not ours."""
    try:
        document = json.loads(listed)
        is_ours = document["made_by"] == MADE_BY
        is_newer = int(document["schema"]) > SCHEMA
        entries = dict(map(_entry, document["files"].items()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(f"“{name}”里的“{LIST}”读不懂，不能核对。") from None
    if not is_ours:
        raise UsageError(f"“{name}”不是 xlreport 做的归档包。")
    if is_newer:
        raise UsageError(f"“{name}”是较新的版本做的，请升级 xlreport 后再核对。")
    return {**document, "files": entries}


def _entry(item: tuple[str, Any]) -> tuple[str, tuple[int, str]]:
    """A file's name with its length and its digest. Raises KeyError, TypeError, ValueError."""
    name, entry = item
    return name, (int(entry["size"]), str(entry["sha256"]))


def _faults(archive: zipfile.ZipFile, entries: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    """What differs from the list, a sentence a file."""
    members = [member for member in archive.infolist() if member.filename != LIST]
    names = [member.filename for member in members]
    for name in sorted(entries.keys() - set(names)):
        yield f"缺少“{harmless(name)}”"
    for name in sorted(set(names) - entries.keys()):
        yield f"多出“{harmless(name)}”，清单里没有它"
    repeated = [name for name, count in Counter(names).items() if count > 1]
    for name in sorted(repeated):
        yield f"“{harmless(name)}”有两份"
    for member in members:
        expected = entries.get(member.filename)
        if expected is not None and not _is_as_listed(archive, member, *expected):
            yield f"“{harmless(member.filename)}”与清单不符，内容改过或损坏了"


def _is_as_listed(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, size: int, sha256: str
) -> bool:
    """Whether a file has the length and the digest that the list tells."""
    digest = hashlib.sha256()
    left = size
    try:
        with archive.open(member) as stream:
            while block := stream.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    return False
                digest.update(block)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return False
    return left == 0 and digest.hexdigest() == sha256
