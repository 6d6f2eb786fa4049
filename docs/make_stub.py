"""Writes `src/xlreport/__init__.pyi`, which type checkers read, from the table of public names.

python docs/make_stub.py        (a test proves that the committed stub is up to date)
"""

from __future__ import annotations

from pathlib import Path

from xlreport import HOMES

STUB = Path(__file__).resolve().parent.parent / "src" / "xlreport" / "__init__.pyi"


def stub() -> str:
    """The stub: one import a name, as ruff sorts them."""
    by_home = sorted(HOMES.items(), key=lambda item: (item[1], item[0]))
    imports = [f"from xlreport.{home} import {name} as {name}" for name, home in by_home]
    return "\n".join(
        [*imports, "", "HOMES: dict[str, str]", "__all__: list[str]", "__version__: str", ""]
    )


if __name__ == "__main__":
    STUB.write_text(stub(), "utf-8", newline="\n")
