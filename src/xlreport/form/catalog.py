"""Form definitions that ship with the package, and definitions given as a path.

The loader (pydantic and YAML) is imported where a definition has to be read: a process that is
given forms by another one never needs it.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from xlreport.errors import UnknownForm
from xlreport.form.compiled import keep, kept
from xlreport.form.model import Form


def definitions_folder() -> Path:
    """The folder of the shipped definitions: in the installed package, or in a source checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "workbook_templates"
    if inside.is_dir():
        return inside
    return package.parent.parent / "workbook_templates"


@cache
def shipped() -> tuple[str, ...]:
    """The ids of the shipped forms, sorted."""
    return tuple(sorted(path.stem for path in definitions_folder().glob("*.yaml")))


def _load(path: Path, *, linked: bool = True) -> Form:
    from xlreport.form.loader import load

    try:
        return load(path, linked=linked)
    except OSError:
        raise UnknownForm(f"报表定义“{path}”打不开，请检查路径和权限。") from None


@lru_cache(maxsize=32)
def _shipped_form(name: str) -> Form:
    path = definitions_folder() / f"{name}.yaml"
    form = kept(path)
    if form is None:
        form = _load(path)
        keep(path, form)
    return form


def get_form(name_or_path: str | Path) -> Form:
    """A shipped form by id, or a definition file by path. Raises UnknownForm, FormError."""
    return _form(str(name_or_path), linked=True)


def get_unlinked(name_or_path: str) -> Form:
    """The same for the form before another one: of a file the form before is not looked for, so
    that two that name each other come to an end. Raises UnknownForm, FormError."""
    return _form(name_or_path, linked=False)


def _form(name: str, *, linked: bool) -> Form:
    if name in shipped():
        return _shipped_form(name)
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        if not path.is_file():
            raise UnknownForm(f"找不到报表定义文件“{path}”，请检查路径。")
        return _load(path, linked=linked)
    known = "、".join(shipped())
    raise UnknownForm(f"没有名为“{name}”的报表；现有：{known}。也可以给出定义文件（.yaml）的路径。")


@dataclass(frozen=True)
class FormCatalog:
    """Finds forms by id: those given first, then the shipped ones.

    Sent to another process, it takes all its forms along, already loaded.
    """

    given: tuple[Form, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        packed = tuple(_packed(form) for form in self.all())
        return _received, packed

    def __call__(self, form_id: str) -> Form | None:
        """The form of this id; None when there is none."""
        for form in self.given:
            if form.id == form_id:
                return form
        if form_id in shipped():
            return get_form(form_id)
        return next((form for form in self._before if form.id == form_id), None)

    def all(self) -> Iterator[Form]:
        """Every form on the catalog."""
        yield from self.given
        known = {form.id for form in self.given}
        shipping = (get_form(name) for name in shipped() if name not in known)
        for form in (*shipping, *self._before):
            if form.id not in known:
                known.add(form.id)
                yield form

    @cached_property
    def _before(self) -> tuple[Form, ...]:
        """The forms before those given, and before these: last year's reports are read by them."""
        forms: dict[str, Form] = {}
        waiting = list(self.given)
        while waiting:
            continues = waiting.pop().continues
            if continues is not None and continues.form not in forms:
                form = get_form(continues.definition)
                forms[form.id] = form
                waiting.append(form)
        return tuple(forms.values())


SHIPPED = FormCatalog()
"""The catalog of the shipped forms alone."""


@lru_cache(maxsize=32)
def _packed(form: Form) -> bytes:
    """A form as bytes: packed once, however many files are handed out."""
    return pickle.dumps(form)


_RECEIVED: dict[bytes, Form] = {}
"""The forms that another process has sent, by their bytes: two forms with the same fingerprint may
still continue different ones."""


def _received(*packed: bytes) -> FormCatalog:
    """A catalog in another process.

    A form that was sent before stays the same object, so that its layout is worked out once.
    """
    for content in packed:
        if content not in _RECEIVED:
            _RECEIVED[content] = pickle.loads(content)
    return FormCatalog(tuple(_RECEIVED[content] for content in packed))
