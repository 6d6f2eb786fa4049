"""Reports that LibreOffice saved in other formats, as a town's program would: each number comes to its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from support.printed_files import Page, word, workbook
from support.published import (
    CHANGES,
    LAYOUTS,
    changed,
    page,
    printed_values,
    report,
    spread,
    with_holes,
)
from support.read_back import checked, differences
from support.soffice import convert, made_once
from xlreport import get_form

pytestmark = pytest.mark.oracle

FORM = get_form("zfxxgk-2021")
REPORT = report(FORM, 21, distinct=True)
PAGES: dict[str, Page] = {
    **{name: page(REPORT, layout(REPORT)) for name, layout in LAYOUTS.items()},
    **{name: changed(page(REPORT), change) for name, change in CHANGES.items()},
    "blanks": page(with_holes(REPORT, 4)),
}
WRITERS: dict[str, Callable[[Page], bytes]] = {"word": word, "book": workbook}
WANTED = {"word": ("doc", "html"), "book": ("xls", "ods", "html")}
"""The formats in which LibreOffice saves what was written with Word or a spreadsheet program."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Every report saved by LibreOffice, by its kind, name and format."""

    def save(folder: Path) -> None:
        for kind, write in WRITERS.items():
            source = folder / kind
            source.mkdir()
            extension = "docx" if kind == "word" else "xlsx"
            for name, parts in PAGES.items():
                (source / f"{name}.{extension}").write_bytes(write(parts))
            for wanted in WANTED[kind]:
                convert(source, sorted(source.glob(f"*.{extension}")), wanted)

    folder = made_once(tmp_path_factory, "published", save)
    return {
        f"{kind}-{name}-{wanted}": folder / kind / wanted / f"{name}.{wanted}"
        for kind, formats in WANTED.items()
        for name in PAGES
        for wanted in formats
    }


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("wanted", [f"{k}-{w}" for k, formats in WANTED.items() for w in formats])
def test_every_number_comes_to_its_field(saved: Mapping[str, Path], wanted: str, name: str) -> None:
    kind, extension = wanted.split("-")
    reading = checked(saved[f"{kind}-{name}-{extension}"]).reading
    either = spread(page(REPORT)) if name == "repeated" else frozenset()
    values = printed_values(FORM, PAGES[name])
    assert differences(FORM, reading, values, either=either) == []
    assert (reading.year, reading.unit.name) == (REPORT.year, REPORT.unit)
