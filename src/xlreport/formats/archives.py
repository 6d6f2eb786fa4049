"""What lies in an archive: each member becomes a numbered file in a spool folder, never under its own
name, so no path in an archive can lead anywhere. Sources: PKWARE APPNOTE 6.3.10, 7z by py7zr."""

from __future__ import annotations

import datetime as dt
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlreport.findings import Finding, record
from xlreport.formats.codes import R1, R6, R20
from xlreport.formats.detect import Kind
from xlreport.formats.guard import (
    Limits,
    Refused,
    check_member,
    damaged,
    open_zip,
    read_member,
    too_much,
)
from xlreport.submission import CHINA

_UTF8_FLAG = 0x800
_UNICODE_PATH, _TIMES = 0x7075, 0x5455
_UNPACK = "请先解压，把里面的工作簿放进文件夹后重新汇总"


@dataclass(frozen=True)
class Member:
    """One file in an archive: its name there, its spooled copy, when it was modified (seconds), or
    the finding that says why it was not read."""

    name: str
    path: Path
    modified: float = 0.0
    problem: Finding | None = None


def members_of(data: bytes, kind: Kind, spool: Path, limits: Limits) -> list[Member]:
    """Unpacks an archive into the spool folder. Raises Refused for what cannot be listed, OSError
    when the spool cannot be written."""
    if len(data) > limits.archive:
        raise too_much("压缩包大小", len(data), limits.archive, "字节")
    found = _zip(data, spool, limits) if kind is Kind.ZIP else _seven_zip(data, spool, limits)
    return [*found]


def _spooled(spool: Path, content: bytes) -> Path:
    path = spool / f"{sum(1 for _ in spool.iterdir()):06}.bin"
    path.write_bytes(content)
    return path


def _zip(data: bytes, spool: Path, limits: Limits) -> Iterator[Member]:
    with open_zip(data) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        _count(len(infos), limits)
        used = 0
        for info in infos:
            name = zip_name(info)
            if stat.S_ISLNK(info.external_attr >> 16):
                problem = record(R6, "这是压缩包里指向别处的链接，不跟随", "请把工作簿本身放进来")
                yield Member(name, spool, problem=problem)
                continue
            try:
                content = _zip_member(archive, info, used, limits)
            except Refused as refused:
                yield Member(name, spool, problem=refused.finding)
                continue
            used += len(content)
            yield Member(name, _spooled(spool, content), _modified(info))


def _zip_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, used: int, limits: Limits
) -> bytes:
    if info.flag_bits & 0x1:
        raise Refused(record(R20, "压缩包加了密码，里面的文件读不出来", _UNPACK))
    check_member(info, limits)
    if used + info.file_size > limits.total:
        raise too_much("解压后的总大小", used + info.file_size, limits.total, "字节")
    return read_member(archive, info, info.file_size)


def _count(members: int, limits: Limits) -> None:
    if members > limits.parts:
        raise too_much("压缩包里的文件数", members, limits.parts, "个")


def _modified(info: zipfile.ZipInfo) -> float:
    """The member's time stamp: the extended one (Info-ZIP, UTC), else the DOS time, which is local."""
    for kind, field in _extra(info.extra):
        if kind == _TIMES and len(field) >= 5 and field[0] & 1:
            return float(int.from_bytes(field[1:5], "little"))
    try:
        return dt.datetime(*info.date_time, tzinfo=CHINA).timestamp()
    except ValueError:
        return 0.0


def _extra(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of a member (APPNOTE 4.5)."""
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]


def zip_name(info: zipfile.ZipInfo) -> str:
    """A member's name: the Unicode path field, the UTF-8 flag, else UTF-8 or GBK bytes, whichever fits."""
    raw = info.orig_filename.split("\0", 1)[0]
    if not info.flag_bits & _UTF8_FLAG:
        plain = raw.encode("cp437", "replace")
        raw = _unicode_path(info.extra, plain) or _decoded(plain) or raw
    return raw.replace("\\", "/")


def _decoded(plain: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return plain.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _unicode_path(extra: bytes, plain: bytes) -> str:
    """The Info-ZIP Unicode path (APPNOTE 4.6.9), valid only for the name whose CRC it carries."""
    for kind, field in _extra(extra):
        if (
            kind == _UNICODE_PATH
            and len(field) > 5
            and int.from_bytes(field[1:5], "little") == zlib.crc32(plain)
        ):
            try:
                return field[5:].decode("utf-8")
            except UnicodeDecodeError:
                return ""
    return ""


def _seven_zip(data: bytes, spool: Path, limits: Limits) -> Iterator[Member]:
    try:
        import py7zr
        from py7zr.io import BytesIOFactory
    except ImportError:
        words = "这是 7z 压缩包，本机没有安装解压组件"
        raise Refused(
            record(R1, words, "请运行 pip install xlreport[7z] 后再试，或者先解压")
        ) from None
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                raise Refused(record(R20, "压缩包加了密码，里面的文件读不出来", _UNPACK))
            infos = archive.list()
            files = [info for info in infos if not info.is_directory]
            _count(len(files), limits)
            total = sum(info.uncompressed or 0 for info in files)
            if total > limits.total:
                raise too_much("解压后的总大小", total, limits.total, "字节")
            if len({info.filename for info in files}) < len(files):
                raise Refused(damaged("压缩包里有同名的文件，无法判断哪个是真的"))
            products = BytesIOFactory(limits.total)
            archive.extractall(factory=products)
            stamps = [(i, i.creationtime.timestamp() if i.creationtime else 0.0) for i in files]
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 (on a broken archive py7zr raises whatever its parser stumbles on)
        raise Refused(damaged("7z 压缩包不完整或校验码不符")) from None
    for info, stamp in stamps:
        name = info.filename.replace("\\", "/")
        product = products.products.get(info.filename)
        content = product.read() if product is not None else b""
        if info.is_symlink or (info.uncompressed and len(content) != info.uncompressed):
            problem = record(R6, "压缩包里的这个文件是链接，或者没有解压完整，没有读取", _UNPACK)
            yield Member(name, spool, problem=problem)
        else:
            yield Member(name, _spooled(spool, content), stamp)
