"""The wheels of other projects that go into the program for Windows: which ones, exactly which
bytes of them, and which of their files."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from fnmatch import fnmatchcase
from pathlib import Path

from packaging.requirements import Requirement

LEFT_OUT: Mapping[str, str] = {
    "markdown-it-py": "rich needs it for Markdown, which no command prints",
    "mdurl": "only markdown-it-py needs it",
    "pandas": "only to_frame() of the Python interface and Parquet need it",
    "pycparser": "cffi needs it to compile, not to run",
    "pygments": "rich needs it for source code, which no command prints",
    "python-dateutil": "only pandas needs it",
    "tzdata": "only pandas needs it; our times are those of China (UTC+8)",
}
"""Distributions that are asked for and not shipped, and why nothing misses them."""

WINDOWS: Mapping[str, str] = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": "3.13.2",
    "python_version": "3.13",
    "sys_platform": "win32",
    "extra": "",
}
"""What markers of requirements ask (PEP 508), as our interpreter answers."""

_NOT_TO_RUN = (
    "*/tests/*",
    "*/test/*",
    "*/testing/*",
    "*/__pycache__/*",
    "*.pyi",
    "*.pyx",
    "*.pxd",
    "*.pxi",
    "*.h",
    "*.c",
    "*.cpp",
    "*.lib",
    "*/py.typed",
    "*.data/scripts/*",
    "*.data/headers/*",
    "*.data/data/*",
)
"""Files that no program needs while it runs."""

_NOT_USED: Mapping[str, tuple[str, ...]] = {
    "cffi": ("cffi/*",),  # cryptography runs on _cffi_backend alone
    "lxml": (
        "lxml/isoschematron/*",
        "lxml/html/*",
        "lxml/includes/*",
        "lxml/objectify.*",
        "lxml/sax.*",
        "lxml/doctestcompare.py",
    ),
    "numpy": (
        "numpy/f2py/*",
        "numpy/random/*",
        "numpy/_core/include/*",
        "numpy/_core/lib/*",
        "numpy/_core/_*_tests.*",
        "numpy/_core/_simd.*",
        "numpy/_pyinstaller/*",
        "numpy/doc/*",
    ),
    "pycryptodomex": ("Cryptodome/SelfTest/*", "Cryptodome/PublicKey/*", "Cryptodome/Signature/*"),
}
"""By distribution: parts that our commands never import."""

_LICENCE = re.compile(r"(?i)(licen[cs]e|copying|notice|authors|copyright)")


class BuildError(Exception):
    """Why the program cannot be built, as one sentence."""


@dataclass(frozen=True)
class Locked:
    """A distribution of the lock: the one version, and the SHA-256 of what may be taken for it."""

    name: str
    version: str
    digests: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """What is shipped of a distribution: what it says to need (PEP 508), files by their path in
    `lib`, and its licences by name."""

    name: str
    version: str
    licence: str
    needs: tuple[str, ...]
    files: Mapping[str, bytes]
    licences: Mapping[str, bytes]


# --- the lock ---


def normalised(name: str) -> str:
    """A distribution's name as PyPI compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path) -> tuple[Locked, ...]:
    """The distributions of a file of pip's requirements. Raises BuildError for a line without a
    version or a hash."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    lines = [line.partition("#")[0].split() for line in text.splitlines()]
    return tuple(_locked(words, path) for words in lines if words)


def _locked(words: list[str], path: Path) -> Locked:
    name, equals, version = words[0].partition("==")
    digests = tuple(word.removeprefix("--hash=sha256:") for word in words[1:])
    is_whole = equals and digests and all(len(digest) == 64 for digest in digests)
    if not is_whole:
        raise BuildError(f"{path.name}: {words[0]} needs a version and --hash=sha256:…")
    return Locked(normalised(name), version, digests)


def files_of(lock: tuple[Locked, ...], folder: Path) -> dict[str, bytes]:
    """The bytes of what was downloaded for each distribution of the lock, by its name. Raises
    BuildError where one is missing or other bytes than the locked ones lie there."""
    by_digest = {}
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        by_digest[hashlib.sha256(data).hexdigest()] = data
    known = {digest for locked in lock for digest in locked.digests}
    if strange := by_digest.keys() - known:
        raise BuildError(f"{len(strange)} files of {folder} are not those of the lock")
    return {locked.name: _chosen(locked, by_digest) for locked in lock}


def _chosen(locked: Locked, by_digest: Mapping[str, bytes]) -> bytes:
    for digest in locked.digests:
        if digest in by_digest:
            return by_digest[digest]
    raise BuildError(f"{locked.name} {locked.version} is missing, or has other bytes than locked")


def require_whole(needs: Iterable[str], shipped: Collection[str]) -> None:
    """Raises BuildError where something is needed on Windows that is neither shipped nor left out
    on purpose: the lock is out of date. `needs` are requirements as PEP 508 writes them."""
    lacking = []
    for requirement in map(Requirement, needs):
        name = normalised(requirement.name)
        is_needed = requirement.marker is None or requirement.marker.evaluate(dict(WINDOWS))
        if is_needed and name not in shipped and name not in LEFT_OUT:
            lacking.append(name)
    if lacking:
        names = ", ".join(sorted(set(lacking)))
        raise BuildError(f"the lock lacks {names}: python dev.py windows --renew")


# --- a wheel ---


def part_of(wheel: bytes) -> Part:
    """What is shipped of a wheel. Raises BuildError where it is no wheel."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        members = {name: archive.read(name) for name in sorted(archive.namelist())}
    metadata_name = next((name for name in members if _is_metadata(name)), "")
    if not metadata_name:
        raise BuildError("a file of the lock is no wheel: it has no METADATA")
    info = metadata_name.removesuffix("METADATA")
    metadata = BytesParser().parsebytes(members[metadata_name])
    name = normalised(metadata["Name"])
    return Part(
        name=name,
        version=metadata["Version"],
        licence=_licence_name(metadata),
        needs=tuple(metadata.get_all("Requires-Dist", [])),
        files=dict(_shipped(members, info, _NOT_USED.get(name, ()))),
        licences=dict(_licences(members, info)),
    )


def _is_metadata(name: str) -> bool:
    return re.fullmatch(r"[^/]+\.dist-info/METADATA", name) is not None


def _shipped(
    members: Mapping[str, bytes], info: str, not_used: tuple[str, ...]
) -> Iterator[tuple[str, bytes]]:
    """The files that the program needs, by their path in `lib`."""
    for name, data in members.items():
        if name.startswith(info):
            if name.removeprefix(info) in ("METADATA", "entry_points.txt"):
                yield name, data
            continue
        is_needed = not name.endswith("/") and not _matches(name, (*_NOT_TO_RUN, *not_used))
        if is_needed and not _is_licence(name):
            yield re.sub(r"^[^/]+\.data/(purelib|platlib)/", "", name), data


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _licences(members: Mapping[str, bytes], info: str) -> Iterator[tuple[str, bytes]]:
    """The texts of licences and notices, by their path below the distribution's folder."""
    for name, data in members.items():
        is_text = _is_licence(name) and not name.endswith("/")
        if is_text and name.startswith(info):
            yield name.removeprefix(info).removeprefix("licenses/"), data
        elif is_text:
            yield name, data


def _is_licence(name: str) -> bool:
    """Whether a file is a licence or a notice, and no module of that name."""
    path = Path(name)
    is_module = path.suffix in (".py", ".pyd", ".dll")
    return not is_module and ("/licenses/" in name or _LICENCE.match(path.name) is not None)


def _licence_name(metadata: Message) -> str:
    """Under which licence a distribution says to be."""
    for key in ("License-Expression", "License"):
        text = str(metadata.get(key, "")).strip()
        if text and "\n" not in text:
            return text
    classifiers = metadata.get_all("Classifier", [])
    names = [c.rpartition("::")[2].strip() for c in classifiers if c.startswith("License ::")]
    return "; ".join(names)
