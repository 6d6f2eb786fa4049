"""Makes the program for Windows, on any system: python dev.py windows [--out FILE]."""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from locked_wheels import BuildError, files_of, part_of, read_lock
from plain_archive import packed
from program import (
    LOCK,
    PYTHON_LOCK,
    ROOT,
    WHEELS_FOR,
    folder_of,
    python_of,
    read_project,
)

_EARLIEST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)


def main() -> None:
    """Downloads, packs and says what came of it."""
    arguments = _arguments()
    try:
        data = built(arguments.downloads)
    except (BuildError, subprocess.CalledProcessError) as error:
        sys.exit(f"The program for Windows was not built: {error}")
    arguments.out.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    print(f"{arguments.out}: {len(data) / 1e6:.1f} MB, SHA-256 {digest}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "xlreport-windows.zip")
    parser.add_argument(
        "--downloads", type=Path, help="a folder with what is downloaded; made when it is missing"
    )
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    return arguments


def built(downloads: Path | None = None) -> bytes:
    """The zip. Raises BuildError, CalledProcessError where pip cannot download."""
    if downloads is None:
        with tempfile.TemporaryDirectory() as name:
            return built(Path(name) / "downloads")
    download(downloads)
    (python,) = files_of(read_lock(PYTHON_LOCK), downloads / "python").values()
    wheels = files_of(read_lock(LOCK), downloads / "wheels")
    parts = [part_of(wheel) for wheel in wheels.values()]
    return packed(folder_of(read_project(), python_of(python), parts), moment())


def download(folder: Path) -> None:
    """What both locks name, by pip, which refuses other bytes too."""
    wanted = (("python", PYTHON_LOCK, ("--no-binary=:all:",)), ("wheels", LOCK, WHEELS_FOR))
    for name, lock, options in wanted:
        if (folder / name).exists():
            continue
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet")
        locked = ("--no-deps", "--require-hashes", "--requirement", lock, *options)
        subprocess.run((*pip, *locked, "--dest", folder / name), check=True)


def moment() -> dt.datetime:
    """The time that all files bear: that of the commit. Python knows by the time of a file whether
    what it compiled of it still holds, so two versions must not bear the same."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "") or _time_of_commit()
    if not given:
        return _EARLIEST
    return dt.datetime.fromtimestamp(int(given), dt.UTC)


def _time_of_commit() -> str:
    """In seconds since 1970; empty outside a git checkout."""
    command = ("git", "log", "-1", "--format=%ct")
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


if __name__ == "__main__":
    main()
