"""Fixtures that all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import measured, once  # measured before the package is imported
from support.examples import register_profiles
from xlreport import Form, FormCatalog, Roster, get_form, read_roster
from xlreport.form.catalog import shipped

pytest_plugins = ["support.mail_fixtures"]

register_profiles()

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
OTHER_FORM = ROOT / "tests" / "forms" / "xiangzhen-caizheng.yaml"


@pytest.fixture(autouse=True)
def in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read without workers, which take a third of a second to start, but for the tests
    that are about workers (marked `isolated`)."""
    if request.node.get_closest_marker("isolated") is None:
        monkeypatch.setattr("xlreport.merging.request.WORKERS", 0)


@pytest.fixture(autouse=True)
def work_is_shared(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same workbook is written and read once, but for tests that are about writing or reading."""
    room = request.path.relative_to(TESTS).parts[0]
    if room not in once.NOT_SHARED:
        once.share(monkeypatch)


@pytest.fixture(scope="session")
def zfxxgk() -> Form:
    return get_form("zfxxgk-2021")


@pytest.fixture(scope="session")
def other_form() -> Form:
    return get_form(OTHER_FORM)


@pytest.fixture(scope="session", params=[*shipped(), OTHER_FORM.stem])
def any_form(request: pytest.FixtureRequest) -> Form:
    """Each form that ships, and one of another shape: no form is special."""
    return get_form(request.param if request.param in shipped() else OTHER_FORM)


@pytest.fixture(scope="session")
def catalog(zfxxgk: Form, other_form: Form) -> FormCatalog:
    return FormCatalog((zfxxgk, other_form))


@pytest.fixture(scope="session")
def roster() -> Roster:
    return read_roster(ROOT / "samples" / "roster.csv")


def pytest_sessionfinish() -> None:
    measured.save()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden findings anew")
