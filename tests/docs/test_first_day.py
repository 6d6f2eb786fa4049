"""The script of the first day still finds its way through the desk."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from support.browser import require_browser

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "make_first_day.py"
RUN = """
import runpy, sys
from pathlib import Path
script = runpy.run_path(sys.argv[1])
script["main"].__globals__["reduced"] = bytes
script["main"](Path(sys.argv[2]))
"""
"""In a process of its own, which takes another day for the present one; ImageMagick is not needed."""


@pytest.mark.browser
def test_the_script_takes_its_ten_pictures(tmp_path: Path) -> None:
    require_browser()
    subprocess.run([sys.executable, "-c", RUN, SCRIPT, tmp_path], check=True)
    pictures = sorted(tmp_path.iterdir())
    assert [path.name for path in pictures] == [f"first-day-{n:02}.png" for n in range(1, 11)]
    for path in pictures:
        assert struct.unpack(">II", path.read_bytes()[16:24]) == (928, 520)
