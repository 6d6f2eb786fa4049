"""Files written whole or not at all, and one writer at a time in an output folder.

A file is written beside its target, flushed to the disk, and put in its place by one renaming. The
lock of a folder is one of the operating system (`flock`, `LockFileEx`), which drops it when its
holder ends, however it ends: a killed run leaves nothing to clear away but a file.
"""

from __future__ import annotations

import errno
import os
import secrets
import traceback
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xlreport.errors import EXHAUSTED, Busy
from xlreport.tally import WRITTEN

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK_NAME = ".xlreport-lock"
_WAIT = 0.1
"""Seconds between two looks at a lock that is held."""

_WITHOUT_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS})
"""How file systems answer that have no locks (flock(2)); there every folder counts as free."""

_FORBIDDEN = '<>:"/\\|?*'
_DEVICES = frozenset(
    {
        "con",
        "prn",
        "aux",
        "nul",
        "conin$",
        "conout$",
        *(f"{d}{i}" for d in ("com", "lpt") for i in "123456789¹²³"),
    }
)
"""Names that Windows gives to devices, whatever follows after spaces and a point."""

_CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories of characters that no file name should hold."""

MOST_BYTES = 200
"""A file name longer than this (in UTF-8) is cut before its extension."""


_PROGRAM = (".py", ".pyc", ".so", ".pyd", ".dll")
"""How files of programs end."""

_OUR_OWN = ".sqlite3"
"""How files end that no office program opens."""

MOST_ASIDE = 10_000
"""How many old files of one name are kept."""


# --- one file ---


def write_atomically(path: Path, data: bytes, modified: float = 0.0) -> None:
    """Replaces `path` by `data`; a killed run leaves the old file or the new one. `modified` is the
    file's time stamp in seconds, 0 for now. Raises OSError."""
    write_together({path: data}, modified)


def write_together(files: Mapping[Path, bytes], modified: float = 0.0) -> None:
    """Replaces files of one folder, all of them or, when one cannot be written, none. A killed run
    leaves each of them old or new, the last one new only when all are. Raises OSError."""
    written = _Replacement()
    path = Path()
    try:
        for path, data in files.items():
            written.prepare(path, data, modified)
        for path in files:
            written.put(path)
        WRITTEN.files += len(files)
    except BaseException as error:
        written.take_back()
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)
        raise
    finally:
        written.clear()
    _sync_folder(path.parent)


def put_new(source: Path, target: Path) -> bool:
    """Gives a file that was written to the disk its place; False, and nothing is done, where
    something stands there already. Both lie on one file system. Raises OSError."""
    try:
        _move_to_free(source, target)
    except FileExistsError:
        return False
    _sync_folder(target.parent)
    WRITTEN.files += 1
    return True


def _move_to_free(source: Path, target: Path) -> None:
    """Raises FileExistsError where the place is taken, OSError."""
    if os.name == "nt":
        source.rename(target)  # which replaces nothing there
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        # a file system without links: the place is taken first, then filled
        target.open("xb").close()
        source.replace(target)
        return
    source.unlink()


class _Replacement:
    """Files on their way into their places."""

    def __init__(self) -> None:
        self._new: dict[Path, Path] = {}
        """What is written beside each file and not yet in its place."""
        self._old: dict[Path, Path | None] = {}
        """Where the old one lies of each file that is replaced; None where there was none."""

    def prepare(self, path: Path, data: bytes, modified: float) -> None:
        """Writes what `path` is to hold beside it, down to the disk."""
        temporary = _temporary(made(path.parent))
        self._new[path] = temporary
        # `x`: a new file, never through a link that somebody laid; its mode follows the umask
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if modified:
            os.utime(temporary, (modified, modified))

    def put(self, path: Path) -> None:
        """Puts it in its place; the old one can come back as long as others wait."""
        if len(self._new) > 1:
            self._keep(path)
        self._new[path].replace(path)
        del self._new[path]

    def _keep(self, path: Path) -> None:
        """A second name for the old file, where the file system has such."""
        old = _temporary(path.parent)
        try:
            os.link(path, old, follow_symlinks=False)
        except FileNotFoundError:
            self._old[path] = None
        except (OSError, NotImplementedError):
            return
        else:
            self._old[path] = old

    def take_back(self) -> None:
        """Puts the old files back where new ones are in place already."""
        for path, old in self._old.items():
            if path in self._new:
                continue
            with suppress(OSError):
                if old is None:
                    path.unlink()
                else:
                    old.replace(path)

    def clear(self) -> None:
        """Removes what is no longer needed."""
        for temporary in (*self._new.values(), *self._old.values()):
            if temporary is not None:
                with suppress(OSError):
                    temporary.unlink()


def _temporary(folder: Path) -> Path:
    return folder / f".xlreport-{secrets.token_hex(8)}.tmp"


def set_aside(path: Path) -> Path:
    """Keeps a file under a free name beside it: `name.bak`, else `name.bak1` and on. It is gone
    from its own place. Raises OSError."""
    for kept in _names_aside(path):
        if not os.path.lexists(kept):
            path.rename(kept)
            _sync_folder(path.parent)
            return kept
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def keep_beside(path: Path) -> Path:
    """Keeps a file under a free name beside it, as `set_aside` does; where the file system can, it
    stays in its own place too, until it is replaced. Raises OSError."""
    for kept in _names_aside(path):
        try:
            os.link(path, kept, follow_symlinks=False)
        except FileExistsError:
            continue
        except (OSError, NotImplementedError):
            return set_aside(path)
        _sync_folder(path.parent)
        return kept
    return set_aside(path)


def _names_aside(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.bak")
    for number in range(1, MOST_ASIDE):
        yield path.with_name(f"{path.name}.bak{number}")


def _sync_folder(folder: Path) -> None:
    """Makes a renaming last (POSIX: the folder is a file of its own that must be flushed too)."""
    if hasattr(os, "O_DIRECTORY"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


_NO_FOLDER = "{what}的路径里有一段是文件，不是文件夹：请改正路径，再重新运行。"
_GONE = "{what}所在的文件夹不在了：请检查它是不是被移走、改名或断开，再重新运行。"
_TOO_MANY = "同时打开的文件太多，{what}打不开：请关闭一些程序后重新运行。"
_FULL = "磁盘满了，写不了{what}：请腾出空间。"
_TOO_LONG = "{what}的路径太长：请把文件或文件夹的名称改短。"
_CAUSES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: "{what}是文件，不是文件夹：请另给一个文件夹。",
    errno.ESTALE: _GONE,
    errno.EBUSY: "{what}正被另一个程序占用：请关闭打开它的程序，再运行一次。",
    errno.EROFS: "磁盘是只读的，写不了{what}：请换一个文件夹。",
    errno.ENAMETOOLONG: _TOO_LONG,
    **dict.fromkeys(EXHAUSTED, _TOO_MANY),
}
"""Sentences about files, by the system's error."""


class NotRead(OSError):
    """A file that another library could not read."""


_READING = frozenset(
    {
        *("bytes_of", "read_bytes", "read_text", "iterdir", "resolve", "samefile"),
        *("stat", "lstat", "exists", "is_file", "is_dir", "is_symlink"),
    }
)
"""Functions, of pathlib and our own, that only look at files."""


def was_writing(error: OSError) -> bool:
    """Whether it was met while a file was written, and not while one was only looked at."""
    if isinstance(error, NotRead):
        return False
    codes = {frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)}
    writing = {f.__code__ for f in (write_together, keep_beside, set_aside, made, _take)}
    if not writing.isdisjoint(codes):
        return True
    return _READING.isdisjoint(code.co_name for code in codes)


def why_failed(error: OSError) -> str:
    """A sentence about a file that cannot be written or read, whichever it was."""
    return why_not_written(error) if was_writing(error) else why_not_read(error)


def why_not_written(error: OSError) -> str:
    """A sentence about a file that cannot be written."""
    name = str(error.filename2 or error.filename or "")
    program = "程序" if name.endswith(_OUR_OWN) else " WPS 或 Excel"
    return _why(error, f"写不了{{what}}：请关闭正打开它的{program}，检查磁盘空间和写入权限。")


def why_not_read(error: OSError) -> str:
    """A sentence about a file that cannot be read."""
    return _why(error, "{what}打不开：请检查读取权限，并关闭正打开它的程序。")


def _why(error: OSError, otherwise: str) -> str:
    name = error.filename2 or error.filename
    # the system's modules too are files: when no handle is left, it is none of the user's
    what = f"“{name}”" if name and not str(name).endswith(_PROGRAM) else "文件"
    return _CAUSES.get(error.errno or 0, otherwise).format(what=what)


def safe_name(name: str, extension: str = ".xlsx") -> str:
    """A file name that every system takes: one component, no device name, not too long."""
    kept = "".join(map(_safe_character, name)).strip(" .")
    if kept.split(".", 1)[0].strip().lower() in _DEVICES:
        kept = "_" + kept
    kept = kept[:MOST_BYTES] or "_"
    while len(kept.encode()) > MOST_BYTES - len(extension):
        kept = kept[:-1]
    return kept.rstrip(" .") + extension


def _safe_character(character: str) -> str:
    dangerous = character in _FORBIDDEN or unicodedata.category(character) in _CONTROLS
    return "_" if dangerous else character


# --- one writer in a folder ---


PATIENCE = 30.0
"""Seconds that a run waits for another one."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the folder's lock, and clears temporary files that killed runs left. Raises Busy after
    PATIENCE seconds, OSError when the folder cannot be written."""
    from filelock import FileLock

    path = made(folder) / LOCK_NAME
    lock = FileLock(path, PATIENCE, poll_interval=_WAIT, on_acquired=_sign, fallback_to_soft=False)
    _take(lock, path)
    try:
        _clear(folder)
        yield
    finally:
        _leave(lock, path)


def made(folder: Path) -> Path:
    """The folder, made when it is not there. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _take(lock: BaseFileLock, path: Path) -> None:
    from filelock import Timeout

    try:
        lock.acquire()
    except Timeout:
        raise Busy(
            f"另一个 xlreport{_holder(path)}正在写“{path.parent}”，请等它结束后再运行。"
        ) from None
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise


def _leave(lock: BaseFileLock, path: Path) -> None:
    """Removes the file while the lock is held: who waits for it notices and makes a new one.
    Windows removes no open file; there `release` does it."""
    if os.name != "nt":
        with suppress(OSError):
            path.unlink()
    lock.release()


def _sign(handle: int) -> None:
    """Writes who holds the lock: the process number, behind the one byte that Windows locks."""
    os.ftruncate(handle, 0)
    os.write(handle, f" {os.getpid()}".encode())


def _holder(path: Path) -> str:
    """The process number of who holds the lock, in brackets; empty when it cannot be read."""
    number = b""
    with suppress(OSError), path.open("rb", buffering=0) as stream:
        stream.seek(1)
        number = stream.read(20)
    if number.isdigit():
        return f"（进程号 {number.decode()}）"
    return ""


def _clear(folder: Path) -> None:
    for path in folder.glob(".xlreport-*.tmp"):
        with suppress(OSError):
            path.unlink()
