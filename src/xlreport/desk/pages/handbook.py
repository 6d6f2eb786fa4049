"""The pages for people that lie in the folder of the program for Windows, shown by the desk."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, abort

import xlreport

pages = Blueprint("handbook", __name__)

PROGRAM = Path(xlreport.__file__).resolve().parents[2]
"""The folder that was unpacked, with the packages in `lib`; an installed package has no such pages
beside it."""

OFFERED = ("第一天", "常见问题")
"""The pages to which every page of the desk leads."""

_NAMES = frozenset({*OFFERED, "给乡镇的一页纸", "更新记录", "已知限制"})
"""With those to which they lead."""

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""They have their style and their pictures in themselves, and no script."""


def offered() -> tuple[str, ...]:
    """Those to which every page leads, where the program has them beside it."""
    return tuple(name for name in OFFERED if _path(name).is_file())


@pages.get("/help/<name>.html")
def show(name: str) -> Response:
    """One of them."""
    path = _path(name)
    if name not in _NAMES or not path.is_file():
        abort(HTTPStatus.NOT_FOUND)
    answer = Response(path.read_bytes(), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


def _path(name: str) -> Path:
    return PROGRAM / f"{name}.html"
