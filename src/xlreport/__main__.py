"""`python -m xlreport` and the console script: an interruption is caught before all else loads."""

from __future__ import annotations

import io
import os
import sys

_INTERRUPTED = 130
"""128 and the number of SIGINT."""

_NEW_OBJECTS = 50_000
"""After so many objects garbage is collected."""

_COMMAND_LINE = "/proc/self/cmdline"
"""The words as bytes; `sys.argv` may have lost some of them."""


def entry_point() -> None:
    """Runs the command line; ends this process with its exit code."""
    try:
        if os.name == "nt":
            _write_chinese(sys.stdout, sys.stderr)
        _require_chinese()
        sys.unraisablehook = _unsaid
        _collect_less()
        from xlreport.cli.app import main

        code = main()
        _leave_in_peace()
    except KeyboardInterrupt:
        _leave_in_peace()
        sys.stderr.write("\n已中断。\n")
        code = _INTERRUPTED
    sys.exit(code)


def _collect_less() -> None:
    """A command makes much that stays and little that goes in circles: to look for these as often
    as Python does by itself takes a tenth of its time."""
    import gc

    gc.set_threshold(_NEW_OBJECTS, 20, 50)


def _unsaid(_unraisable: object) -> None:
    """What fails while an interrupted run lets go of its objects is nothing for a user."""


def _leave_in_peace() -> None:
    """Nothing is left to interrupt, but the interpreter would still tell of it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _require_chinese() -> None:
    """Starts anew in Python's UTF-8 mode where the system's encoding lacks Chinese, or characters
    of a name that was given: names of files are bytes there, which most programs write as UTF-8.
    What is printed keeps the encoding if it has Chinese. Names of Windows and macOS never need
    it."""
    if sys.flags.utf8_mode or _are_encoded(["汇总表", *sys.argv], sys.getfilesystemencoding()):
        return
    encoding = sys.stdout.encoding if sys.stdout is not None else ""
    if encoding and _are_encoded(["汇总表"], encoding):
        os.environ.setdefault("PYTHONIOENCODING", encoding)
    if not os.path.exists(_COMMAND_LINE):  # noqa: PTH110 (pathlib loads too much)
        return
    with open(_COMMAND_LINE, "rb") as stream:  # noqa: PTH123
        _, *words = stream.read().split(b"\0")[:-1]
    os.execv(sys.executable, [os.fsencode(sys.executable), b"-X", b"utf8", *words])


def _write_chinese(*streams: object) -> None:
    """Streams whose encoding lacks Chinese go on in UTF-8: on Windows a pipe or a file has the
    encoding of the system's language, which of a Chinese one has it and stays. A console is never
    asked, and a program without one has no streams."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and not _are_encoded(["汇总表"], stream.encoding):
            stream.reconfigure(encoding="utf-8")


def _are_encoded(texts: list[str], encoding: str) -> bool:
    """Whether an encoding has all characters of texts, bytes that were none aside (PEP 383)."""
    try:
        "".join(texts).encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    entry_point()
