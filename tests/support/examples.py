"""How many examples are tried: few in every run, twenty times as many at night.

conftest.py registers the profiles; `--hypothesis-profile nightly` chooses the long one.
"""

from __future__ import annotations

from hypothesis import settings

USUAL = 100
"""Examples of a test that says nothing, in the short profile."""

NIGHTLY = 20 * USUAL


def register_profiles() -> None:
    """The short profile tries the same examples in every run, so that a red run is red again."""
    settings.register_profile(
        "ci", max_examples=USUAL, deadline=None, derandomize=True, database=None
    )
    settings.register_profile("nightly", max_examples=NIGHTLY, deadline=None, print_blob=True)
    settings.load_profile("ci")


def examples(number: int, *, nightly: int = 0) -> settings:
    """So many examples in the short profile; in the long one `nightly`, or else in proportion."""
    profile = settings.get_profile(settings.get_current_profile_name())
    if profile.max_examples == USUAL:
        return settings(max_examples=number)
    return settings(max_examples=nightly or number * profile.max_examples // USUAL)


def every(usual: int) -> int:
    """One of how many places is tried in the short profile; in the long one each."""
    return usual if examples(1).max_examples == 1 else 1
