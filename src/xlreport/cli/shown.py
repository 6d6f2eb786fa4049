"""How a command shows its result: lines for people, or one document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any, Protocol

import typer


class Result(Protocol):
    """What a command gives back."""

    def as_dict(self) -> dict[str, Any]:
        """The document of `--json`."""


def show(lines: Iterable[str], result: Result, *, as_json: bool) -> None:
    """The report for people on stdout; with `--json` on stderr, and one document on stdout."""
    for line in lines:
        typer.echo(line, err=as_json)
    if as_json:
        print_json(result.as_dict())


def print_json(document: Any) -> None:
    """Exactly one document on stdout; names that are no valid Unicode are escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(document, ensure_ascii=True, indent=2)
    typer.echo(text)
