"""With `--json` there is always exactly one document, also when a command refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xlreport.cli.app import main


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["merge", "nowhere", "--json"], "找不到文件夹“nowhere”，请检查路径。"),
        (
            ["merge", "--json", "--yer", "2025"],
            "没有选项“--yer”，是不是 --year？\n用法请看：xlreport merge --help",
        ),
        (["status", "--json"], "当前文件夹里没有 xlreport.toml。"),
        (["check", "nowhere.xlsx", "--json"], "找不到“nowhere.xlsx”，请检查路径。"),
    ],
)
def test_a_refusal_is_a_document(
    command: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert list(document) == ["error"]
    assert document["error"].startswith(words)
    assert err == document["error"] + "\n"


def test_without_the_option_nothing_is_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", "nowhere"]) == 2
    assert main(["merge", "--", "--json"]) == 2, "a folder of that name"
    assert capsys.readouterr().out == ""
