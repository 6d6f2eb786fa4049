"""Where a command's lines and its document go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from xlreport.cli import shown


class Document:
    """A result with a document."""

    def as_dict(self) -> dict[str, Any]:
        return {"名": "甲\udc80"}


def test_with_json_people_are_told_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    shown.show(["一", "二"], Document(), as_json=False)
    assert capsys.readouterr() == ("一\n二\n", "")
    shown.show(["一", "二"], Document(), as_json=True)
    out, err = capsys.readouterr()
    assert err == "一\n二\n"
    assert json.loads(out) == {"名": "甲\udc80"}
    assert out.isascii(), "a name that is no valid Unicode is escaped"
    assert out.startswith('{\n  "')


def test_json_is_readable_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    shown.print_json({"名": "甲"})
    assert capsys.readouterr().out == '{\n  "名": "甲"\n}\n'
