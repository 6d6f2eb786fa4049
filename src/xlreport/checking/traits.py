"""What is known of the rules of a form before any report: worked out once, asked for each report.

Rules go by their positions among the instances of the form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from xlreport.checking.failures import ABOUT_BLANKS
from xlreport.form import expression as ex
from xlreport.form.model import Form, Instance

LastYear = tuple[ex.Previous | ex.Differs, ...]
"""What a rule needs of the year before."""


class Traits:
    """The rules of a form by what the stages of `validate` ask of them."""

    def __init__(self, form: Form) -> None:
        rules = tuple(enumerate(form.instances))
        self.about_blanks = frozenset(
            position for position, instance in rules if _is_about_blanks(instance)
        )
        self.told_by_itself = frozenset(
            position for position, instance in rules if _is_told_by_itself(instance)
        )
        self.last_year: Mapping[int, LastYear] = {
            position: tuple(_last_year(instance.rule))
            for position, instance in rules
            if ex.across_years(instance.rule)
        }


@lru_cache(maxsize=8)
def traits_of(form: Form) -> Traits:
    """The rules of a form."""
    return Traits(form)


def _is_about_blanks(instance: Instance) -> bool:
    """A rule of which a part is about one cell or text, and is not verified while that is blank."""
    return any(isinstance(part, ABOUT_BLANKS) for part in ex.conjuncts(instance.rule))


def _is_told_by_itself(instance: Instance) -> bool:
    """A rule about blanks is reported where they are; so is each cell of an `each: cell` rule."""
    if instance.check.each == "cell":
        return True
    return all(isinstance(part, ABOUT_BLANKS) for part in ex.conjuncts(instance.rule))


def _last_year(rule: ex.Truth) -> Iterator[ex.Previous | ex.Differs]:
    for part in ex.walk(rule):
        if isinstance(part, ex.Previous | ex.Differs):
            yield part
