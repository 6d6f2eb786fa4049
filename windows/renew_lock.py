"""Writes the lock of the program for Windows anew: what pyproject.toml asks for, in its newest
versions that run on Windows, each with the SHA-256 of its one wheel.

python dev.py windows --renew
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from locked_wheels import LEFT_OUT, normalised, part_of
from program import EXTRAS, LOCK, PYTHON, ROOT, WHEELS_FOR

_HEAD = f"""# The wheels of the program for Windows (CPython {PYTHON}, 64 bit), each with the
# SHA-256 of the one file that is taken. Not written by hand: python dev.py windows --renew
"""


def main() -> None:
    """Resolves, downloads and writes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = folder / "wanted.txt"
        wanted.write_text("\n".join(resolved()), "utf-8")
        wheels = folder / "wheels"
        download = ("-m", "pip", "download", "--quiet", "--no-deps", *WHEELS_FOR)
        command = (sys.executable, *download, "--dest", wheels, "--requirement", wanted)
        subprocess.run(command, check=True)
        lines = "".join(map(_line, sorted(wheels.iterdir())))
    LOCK.write_text(_HEAD + lines, "utf-8")


def resolved() -> Iterator[str]:
    """`name==version` of all that is shipped, as uv resolves it for Windows from here."""
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    system = ("--python-platform", "windows", "--python-version", "3.13")
    style = ("--quiet", "--only-binary", ":all:", "--no-header", "--no-annotate")
    command = (sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml")
    done = subprocess.run(
        (*command, *extras, *system, *style), cwd=ROOT, check=True, capture_output=True, text=True
    )
    for line in done.stdout.split():
        if normalised(line.partition("==")[0]) not in LEFT_OUT:
            yield line


def _line(wheel: Path) -> str:
    data = wheel.read_bytes()
    part = part_of(data)
    digest = hashlib.sha256(data).hexdigest()
    return f"{part.name}=={part.version} \\\n    --hash=sha256:{digest}\n"


if __name__ == "__main__":
    main()
