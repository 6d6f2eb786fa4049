"""What a command line may say otherwise than it was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlreport.cli.app import main

HELP = "\n用法请看：xlreport {} --help\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("merge S --out --json", "选项“--out”后面要写文件夹，却接着写了选项“--json”。"),
        ("merge S --out --year=2025", "选项“--out”后面要写文件夹，却接着写了选项“--year=2025”。"),
        (
            "merge S --out --jsno",
            "选项“--out”后面要写文件夹，却接着写了“--jsno”。就是它的，写成 --out=文件夹。",
        ),
        (
            "check S --open-password --secret",
            "选项“--open-password”后面要写密码，却接着写了以 -- 开头的文字。"
            "就是它的，写成 --open-password=密码。",
        ),
        ("merge S --out a --year 2025 --out b", "选项“--out”写了 2 次，只能写一次。"),
        ("merge S --out=a --out=b --out c", "选项“--out”写了 3 次，只能写一次。"),
        ("merge S --out=", "选项“--out”的值是空的，后面要写文件夹。"),
        ("merge -roster=r.csv S", "没有选项“-roster=r.csv”，选项前面要写两个减号：--roster。"),
        ("merge S -json", "没有选项“-json”，选项前面要写两个减号：--json。"),
        ("merge S --verb", "没有选项“--verb”，是不是 --verbose？"),
        ("merge S --ROSTER r.csv", "没有选项“--ROSTER”，是不是 --roster？"),
        (
            "merge S --on-conflict NEWEST",
            "选项“--on-conflict”的值“NEWEST”不对，只能是 newest、error，是不是 newest？",
        ),
    ],
)
def test_what_is_not_clear_is_told(
    command: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == 2
    assert capsys.readouterr().err == words + HELP.format(command.split()[0])


@pytest.mark.parametrize(
    "command", [["merge", ""], ["check", " "], ["collect", ""], ["diff", "", "b"]]
)
def test_an_empty_argument_is_not_the_current_folder(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    assert capsys.readouterr().err.startswith('写了一个空的参数（""），请写出文件或文件夹。\n')


@pytest.mark.parametrize("option", ["--out", "--roster", "--previous", "--campaign"])
def test_an_empty_path_is_not_the_current_folder(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["template", "zfxxgk-2021", "--year", "2025", option, ""]) == 2
    assert f"选项“{option}”的值是空的" in capsys.readouterr().err


def test_help_is_given_whatever_else_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", "", "--out", "a", "--out", "b", "--help"]) == 0
    assert capsys.readouterr().out.startswith("用法：xlreport merge")
    assert main(["merge", "--out", "-h"]) == 2
    assert "后面要写文件夹" in capsys.readouterr().err


def test_what_stands_behind_two_dashes_is_no_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "--json").mkdir()
    assert main(["merge", "--", "--json"]) == 3
    assert "文件夹是空的" in capsys.readouterr().out


def test_an_option_with_its_value_may_begin_with_dashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["template", "zfxxgk-2021", "--year", "2025", "--out=--json"]) == 0
    assert (tmp_path / "--json").is_dir()
    capsys.readouterr()
    assert main(["check", "x", "--open-password", "a", "--open-password", "b"]) == 2
    assert "找不到“x”" in capsys.readouterr().err, "what may be repeated is"


@pytest.mark.parametrize("year", ["2025", "2025年", "２０２５", "2025 年度", "２０２５年"])
def test_a_year_as_people_write_it(tmp_path: Path, year: str) -> None:
    assert main(["template", "zfxxgk-2021", "--year", year, "--out", str(tmp_path)]) == 0
    assert [path.name[:5] for path in tmp_path.iterdir() if path.suffix] == ["2025年"]


@pytest.mark.parametrize("year", ["二〇二五", "25", "2025-01", "2025年x", "1948", "1_949", ""])
def test_what_is_no_year(year: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "zfxxgk-2021", f"--year={year}"]) == 2
    words = f"选项“--year”的值“{year}”不对，应当是从 1949 到 9999 的整数。"
    assert capsys.readouterr().err.startswith(words)


@pytest.mark.parametrize("county", ["示例\n县", "县" * 101, "示\x1b[31m例县", "示\u202e例"])
def test_a_county_is_one_line_and_not_too_long(
    county: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["template", "zfxxgk-2021", "--year", "2025", "--out", str(tmp_path)]
    assert main([*command, "--county", county]) == 2
    told = capsys.readouterr().err
    assert "应当是一行文字，最多 100 个字。" in told
    assert "\x1b" not in told
    assert list(tmp_path.iterdir()) == []
    assert main([*command, "--county", "县" * 100]) == 0
    assert "Warning" not in capsys.readouterr().err


# --- files where folders are needed -----------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "merge {file}",
        "merge {folder} --out {file}",
        "merge {folder} --repair {file}",
        "template zfxxgk-2021 --year 2025 --out {file}",
        "repair {folder} --out {file}",
    ],
)
def test_a_file_is_no_folder(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folder = tmp_path / "名册.csv", tmp_path / "收到"
    file.write_text("x", "utf-8")
    folder.mkdir()
    assert main(command.format(file=file, folder=folder).split()) == 2
    assert capsys.readouterr().err == f"“{file}”是文件，不是文件夹：请写文件夹的路径。\n"
    assert file.read_text("utf-8") == "x"


def test_a_file_on_the_way_to_a_folder_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").write_text("x", "utf-8")
    out = tmp_path / "a" / "b"
    assert main(["template", "zfxxgk-2021", "--year", "2025", "--out", str(out)]) == 2
    assert "路径里有一段是文件，不是文件夹：请改正路径" in capsys.readouterr().err
