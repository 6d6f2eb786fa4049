"""How the parts of a formula are written; the parts are formulas without the leading `=`."""

from __future__ import annotations

NOTHING = '""'
"""What shows nothing."""


def call(function: str, *arguments: str) -> str:
    """A call of a function."""
    listed = ",".join(arguments)
    return f"{function}({listed})"


def if_(condition: str, value: str, otherwise: str) -> str:
    """One value or the other."""
    return call("IF", condition, value, otherwise)


def and_(*conditions: str) -> str:
    """Whether all conditions hold."""
    return call("AND", *conditions)


def or_(*conditions: str) -> str:
    """Whether one of some conditions holds."""
    return call("OR", *conditions)


def not_(condition: str) -> str:
    """Whether a condition does not hold."""
    return call("NOT", condition)


def literal(words: str) -> str:
    """Words as a formula has them: in quotation marks, of which those inside are doubled."""
    doubled = words.replace('"', '""')
    return f'"{doubled}"'


def joined(*parts: str) -> str:
    """Texts one behind another."""
    return "&".join(parts)


def added(parts: list[str]) -> str:
    """A sum of numbers, 0 where there are none."""
    return "+".join(parts) or "0"


def is_positive(number: str) -> str:
    """Whether a number is more than 0."""
    return f"{number}>0"


def equals(one: str, other: str) -> str:
    """Whether two values are the same."""
    return f"{one}={other}"


def is_empty(text: str) -> str:
    """Whether a text shows nothing."""
    return f'{text}=""'


def is_written(text: str) -> str:
    """Whether a text shows something."""
    return f'{text}<>""'


def link(target: str, words: str) -> str:
    """A cell that leads somewhere."""
    return call("HYPERLINK", target, words)
