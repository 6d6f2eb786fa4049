"""Makes the fixtures of other programs in `files/` with LibreOffice and msoffcrypto-tool.

    python tests/hostile/make_files.py

They are committed, so that the tests that read them need no other program; run it again when the
layout of the form changes.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "samples")]

from hostile.scene import FILES, Scene  # noqa: E402

PASSWORD = "示例密码2025"


def make(folder: Path) -> None:
    """Writes 甲子镇.xls, 甲子镇.ods and 加密.xlsx."""
    from msoffcrypto.format.ooxml import OOXMLFile

    with tempfile.TemporaryDirectory() as tmp:
        book = Scene(Path(tmp)).write("甲子镇.xlsx", Scene(Path(tmp)).book)
        for extension in ("xls", "ods"):
            command = [
                "soffice",
                "--headless",
                "--convert-to",
                extension,
                "--outdir",
                str(folder),
                str(book),
            ]
            subprocess.run(command, check=True, capture_output=True)
        locked = io.BytesIO()
        OOXMLFile(io.BytesIO(book.read_bytes())).encrypt(PASSWORD, locked)
        (folder / "加密.xlsx").write_bytes(locked.getvalue())


if __name__ == "__main__":
    make(FILES)
