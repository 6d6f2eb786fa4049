"""Writes `src/xlreport/__init__.pyi`, which type checkers read, from the table of public names.

python docs/make_stub.py        (a test proves that the committed stub is up to date)
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from xlreport import HOMES

STUB = Path(__file__).resolve().parent.parent / "src" / "xlreport" / "__init__.pyi"


def stub() -> str:
    """The stub: one import a module, then the list of names."""
    lines = []
    by_home = sorted(HOMES.items(), key=lambda item: (item[1], item[0]))
    for home, items in groupby(by_home, key=lambda item: item[1]):
        lines.append(f"from xlreport.{home} import (")
        lines += [f"    {name} as {name}," for name, _ in items]
        lines.append(")")
    lines += ["", "HOMES: dict[str, str]", "__all__: list[str]"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    STUB.write_text(stub(), "utf-8", newline="\n")
