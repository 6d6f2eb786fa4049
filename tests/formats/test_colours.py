"""Colours, and whether anybody can tell a text from its ground."""

from __future__ import annotations

import pytest

from xlreport.formats.colours import (
    BLACK,
    FAINT,
    THEME,
    TINY,
    WHITE,
    Colour,
    Font,
    colour,
    in_palette,
    is_faint,
    tinted,
    unseen_text,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FF112233", (17, 34, 51)),
        ("112233", (17, 34, 51)),
        ("#ffc7ce", (255, 199, 206)),
        ("80FFFFFF", WHITE),
        ("", None),
        ("#", None),
        ("window", None),
        ("transparent", None),
    ],
)
def test_a_colour_as_it_is_written(text: str, expected: Colour | None) -> None:
    assert colour(text) == expected


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (0, BLACK),
        (1, WHITE),
        (2, (255, 0, 0)),
        (8, BLACK),
        (9, WHITE),
        (22, (192, 192, 192)),
        (23, (128, 128, 128)),
        (63, (51, 51, 51)),
        (64, BLACK),
        (65, WHITE),
        (66, None),
        (-1, None),
    ],
)
def test_the_old_palette(index: int, expected: Colour | None) -> None:
    assert in_palette(index) == expected


def test_the_usual_theme_begins_with_white_and_black() -> None:
    assert (len(THEME), THEME[0], THEME[1]) == (12, WHITE, BLACK)
    assert (THEME[2], THEME[11]) == ((238, 236, 225), (128, 0, 128))


@pytest.mark.parametrize(
    ("base", "tint", "expected"),
    [
        (BLACK, 0.5, (128, 128, 128)),
        (WHITE, -0.25, (191, 191, 191)),
        ((79, 129, 189), -0.5, (36, 64, 97)),
        ((79, 129, 189), 0.4, (149, 179, 215)),
        (WHITE, 3.0, WHITE),
        (WHITE, -3.0, BLACK),
    ],
)
def test_a_tint_makes_a_colour_lighter_or_darker(
    base: Colour, tint: float, expected: Colour
) -> None:
    """The accents of Excel: 4F81BD 50 % darker is 244061, 40 % lighter 95B3D7."""
    near = [abs(a - b) <= 1 for a, b in zip(tinted(base, tint), expected, strict=True)]
    assert all(near), tinted(base, tint)


@pytest.mark.parametrize(
    ("text", "ground", "expected"),
    [
        (WHITE, WHITE, True),
        ((235, 235, 235), WHITE, True),
        ((234, 234, 234), WHITE, False),
        (WHITE, (234, 234, 234), False),
        (BLACK, (13, 13, 13), True),
        (BLACK, (26, 26, 26), False),
        ((10, 10, 10), (20, 20, 20), True),
        ((10, 10, 10), (33, 33, 33), False),
        ((255, 255, 0), WHITE, True),
        ((0, 255, 0), WHITE, False),
        ((255, 0, 0), (0, 150, 0), True),
        ((255, 0, 0), (0, 130, 0), False),
        ((0, 0, 255), (0, 90, 0), True),
        ((0, 0, 255), (0, 70, 0), False),
        ((0, 0, 255), BLACK, False),
    ],
)
def test_a_text_in_nearly_the_colour_of_its_ground(
    text: Colour, ground: Colour, expected: bool
) -> None:
    """By the contrast of WCAG, whose weights are 0.2126, 0.7152 and 0.0722."""
    assert is_faint(text, ground) is expected
    assert is_faint(ground, text) is expected


@pytest.mark.parametrize(
    ("font", "ground", "reason"),
    [
        (Font(), WHITE, ""),
        (Font(WHITE), WHITE, FAINT),
        (Font(WHITE), None, ""),
        (Font(BLACK, 3.0), WHITE, ""),
        (Font(BLACK, 2.9), WHITE, TINY),
        (Font(WHITE, 1.0), None, TINY),
    ],
)
def test_why_nobody_sees_a_text(font: Font, ground: Colour | None, reason: str) -> None:
    assert unseen_text(font, ground) == reason
