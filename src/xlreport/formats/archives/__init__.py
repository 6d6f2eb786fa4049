"""What lies in an archive: each member becomes a numbered file in a spool folder, never under its
own name, so no path in an archive can lead anywhere.

The door: `members_of` unpacks an archive into `Member`s. A kind of archive is added by a module
with one function `members(data, spool, limits, spent)` and a row here and in `detect.ARCHIVES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from xlreport.formats import codes
from xlreport.formats.archives import rar, seven_zip, zips
from xlreport.formats.archives.spool import Member, Spool
from xlreport.formats.detect import Kind
from xlreport.formats.guard import Limits, check_limit

__all__ = ["Member", "members_of"]


class _Unpack(Protocol):
    def __call__(
        self, data: bytes, spool: Spool, limits: Limits, spent: int
    ) -> Iterator[Member]: ...


_UNPACK: Mapping[Kind, _Unpack] = {
    Kind.ZIP: zips.members,
    Kind.SEVEN_ZIP: seven_zip.members,
    Kind.RAR: rar.members,
}


def members_of(
    data: bytes, kind: Kind, spool: Path, limits: Limits, spent: int = 0
) -> list[Member]:
    """Unpacks an archive into the spool folder, when so many bytes have been unpacked from the
    archives around it: all within one share its limit. Raises Refused for what cannot be listed,
    OSError when the spool cannot be written."""
    check_limit(codes.ARCHIVE_SIZE, len(data), limits.archive)
    return list(_UNPACK[kind](data, Spool(spool), limits, spent))
