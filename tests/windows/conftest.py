"""One Windows and one unpacked program for all tests of this folder."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.wine import Wine, require_wine, windows_10

PLACE = "县政府 办公室(1)"
"""Where the program lies: a name with Chinese characters, a space and brackets, as folders have."""


@pytest.fixture(scope="session")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wine]:
    wine = windows_10(require_wine(), tmp_path_factory.mktemp("wine"))
    yield wine
    wine.end()


@pytest.fixture(scope="session")
def program(wine: Wine, zipped: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked folder."""
    place = tmp_path_factory.mktemp("program") / PLACE
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        archive.extractall(place)
    (folder,) = place.iterdir()
    return folder


@pytest.fixture(scope="session")
def zipped() -> bytes:
    """The zip that XLREPORT_WINDOWS names, else one that is built now."""
    given = os.environ.get("XLREPORT_WINDOWS", "")
    if given:
        return Path(given).read_bytes()
    from windows_zip import built

    return built()
