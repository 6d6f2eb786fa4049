"""Definitions that were loaded before, as Python keeps modules that it has compiled.

To load a definition takes pydantic, YAML and the rules' parser: as long as all the rest of a small
merge. What came of it is kept in `__pycache__` beside the definition, if that folder can be
written, under the same conditions as a `.pyc`: whoever could put something else there could change
the program itself. It counts only for exactly the definition, those beside it (of which it may
continue one) and the modules that it was made with.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from xlreport.form.model import Form

_MADE_BY = ("form", "findings.py", "compact.py", "text.py")
"""What the package makes a form with: folders and modules."""


def kept(path: Path) -> Form | None:
    """The form of a definition as it was kept; None where it was not, or is out of date."""
    try:
        content = place_of(path).read_bytes()
        key = _key(path)
    except OSError:
        return None
    if not content.startswith(key):
        return None
    try:
        form = pickle.loads(content[len(key) :])
    except Exception:  # noqa: BLE001 (what a damaged pickle raises has no common class)
        return None
    return form if isinstance(form, Form) else None


def keep(path: Path, form: Form) -> None:
    """Keeps the form of a definition for the next run, where that is possible and wanted."""
    if sys.dont_write_bytecode:
        return
    place = place_of(path)
    mine = place.with_name(f"{place.name}.{os.getpid()}")
    with suppress(OSError):
        content = _key(path) + pickle.dumps(form, pickle.HIGHEST_PROTOCOL)
        place.parent.mkdir(exist_ok=True)
        try:
            mine.write_bytes(content)
            mine.replace(place)
        finally:
            mine.unlink(missing_ok=True)


def place_of(path: Path) -> Path:
    """Where the form of a definition is kept."""
    return path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.form"


def _key(path: Path) -> bytes:
    """What a kept form depends on. Raises OSError."""
    definition = hashlib.sha256(path.read_bytes())
    for other in sorted(path.parent.glob("*.yaml")):
        definition.update(other.read_bytes())
    definition.update(str(path).encode())
    return definition.digest() + _program()


@cache
def _program() -> bytes:
    """The modules that make forms, as Python knows them: name, size and time of change. Raises
    OSError."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for name in _MADE_BY:
        place = package / name
        modules = sorted(place.glob("*.py")) if place.is_dir() else [place]
        for module in modules:
            status = module.stat()
            digest.update(f"{module.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.digest()
