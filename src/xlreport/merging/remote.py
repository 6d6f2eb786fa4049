"""Files that lie in an object store (`s3://bucket/folder`): which there are, and their bytes.

fsspec reads them, with a package for each kind of store; both are loaded only where such an address
is named. Accounts and addresses of servers are those of the environment (`AWS_ACCESS_KEY_ID`,
`AWS_ENDPOINT_URL`, `~/.aws`), as for the other programs that use the store.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlreport.errors import UsageError
from xlreport.formats.codes import FILE_SIZE
from xlreport.formats.guard import Refused
from xlreport.merging.codes import NOT_FETCHED
from xlreport.merging.discover import SourceFile

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_ADDRESS = re.compile(r"([a-z][a-z0-9+]+):[/\\]+(.+)")
"""An address, also as `pathlib` writes it, with one slash; a drive has one letter."""


def address_of(path: Path) -> str:
    """The address that a path stands for; empty for a path on this machine."""
    match = _ADDRESS.fullmatch(str(path))
    if match is None or path.exists():
        return ""
    scheme, rest = match.groups()
    return f"{scheme}://{rest}".replace("\\", "/").rstrip("/")


def list_remote(address: str) -> list[SourceFile]:
    """All objects below an address, in one fixed order, each under its name below it. Raises
    UsageError where nothing can be listed."""
    store = _store(address)
    root = str(store._strip_protocol(address))
    try:
        found: dict[str, dict[str, Any]] = store.find(root, detail=True)
    except Exception as error:  # noqa: BLE001 (every store has errors of its own)
        raise UsageError(f"列不出“{address}”里的文件：{_why(error)}。") from None
    scheme = address.partition("://")[0]
    files = [_file(scheme, root, name, details) for name, details in found.items()]
    if not files:
        raise UsageError(f"“{address}”里没有文件，或者没有这个文件夹：请检查地址。")
    return sorted(files, key=lambda file: file.shown)


def _file(scheme: str, root: str, name: str, details: dict[str, Any]) -> SourceFile:
    below = name[len(root) :].lstrip("/") or name.rpartition("/")[2]
    changed = details.get("LastModified") or details.get("created")
    seconds = changed.timestamp() if isinstance(changed, dt.datetime) else 0.0
    address = f"{scheme}://{name}"
    return SourceFile(Path(address), below, modified=seconds, address=address)


def bytes_at(address: str, most: int) -> bytes:
    """The bytes of an object. Raises Refused for one that is larger or cannot be fetched."""
    try:
        store = _store(address)
        size = int(store.size(address) or 0)
        data: bytes = b"" if size > most else store.cat_file(address)
    except Exception as error:  # noqa: BLE001 (every store has errors of its own)
        raise Refused(NOT_FETCHED(reason=_why(error))) from None
    if size > most:
        raise Refused(FILE_SIZE(seen=size, allowed=most))
    if len(data) > most:
        raise Refused(FILE_SIZE(seen=len(data), allowed=most))
    return data


def _store(address: str) -> AbstractFileSystem:
    """What reads addresses of this kind. Raises UsageError."""
    scheme = address.partition("://")[0]
    try:
        from fsspec import filesystem
    except ImportError:
        raise UsageError(_missing(address)) from None
    try:
        return filesystem(scheme)
    except ImportError:
        raise UsageError(_missing(address)) from None
    except ValueError:
        raise UsageError(f"不认识“{scheme}://”开头的地址，可以用 s3://。") from None


def _missing(address: str) -> str:
    return (
        f"读取“{address}”要用的组件没有安装：请运行 pip install 'xlreport[s3]' 后再试"
        "（其他存储请安装它的 fsspec 组件）。"
    )


def _why(error: Exception) -> str:
    """Why a store gave nothing, in a few words."""
    if isinstance(error, UsageError):
        return error.message.rstrip("。")
    if isinstance(error, FileNotFoundError):
        return "没有这个文件或文件夹"
    if isinstance(error, PermissionError):
        return "没有读取权限"
    return f"网络或存储出错（{type(error).__name__}）"
