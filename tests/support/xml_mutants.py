"""Workbooks of which any XML was changed: what a program, a person or an attacker might have done."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

_TOKEN = re.compile(rb"<[^<>]*>|[^<>]+")
_ATTRIBUTE = re.compile(rb' [\w:]+="[^"]*"')
_TYPE = re.compile(rb'( t="\w+")?(/?)>$')

VALUES = (b"5", b"0", b"", b"-3", b"1.5", b"1e3", b" 7 ", b"abc", "合计".encode(), b"999999999999")
ODD_VALUES = (b"0.1234567", b"&amp;", b"&x;", b"\x01", b"1\r\n", b"#N/A", b"]]>", b"\xff", b"26")
LATE_VALUES = (b"_x4E00_", b"44197", "填报单位：某镇　报告年度：2025".encode(), "×".encode())
CELLS = (
    b"><v>5</v></c>",
    b' t="s"><v>3</v></c>',
    b' t="inlineStr"><is><t>5</t></is></c>',
    b"><f>1+1</f><v>2</v></c>",
    b"><v/></c>",
    b"></c>",
)
INSERTED = (
    b"<!-- x -->",
    b"<x/>",
    b" ",
    b"<![CDATA[5]]>",
    b"<?p q?>",
    b'<c r="B9"><v>4</v></c>',
    b"<v>9</v>",
    b'<row r="99" hidden="1"/>',
    b'<mergeCell ref="A1:B2"/>',
)
ROWS = (b' hidden="1">', b' ht="1">', b' ht="30">', b' spans="1:2">', b' s="3">')
TYPES = (b"s", b"str", b"n", b"b", b"e", b"inlineStr", b"d")

Tokens = list[bytes]


def _chosen(rng: random.Random, tokens: Tokens, wanted: Callable[[bytes], bool]) -> int | None:
    """The place of one of the tokens that are wanted."""
    places = [place for place, token in enumerate(tokens) if wanted(token)]
    return rng.choice(places) if places else None


def _left_out(rng: random.Random, tokens: Tokens) -> None:
    del tokens[rng.randrange(len(tokens))]


def _doubled(rng: random.Random, tokens: Tokens) -> None:
    place = rng.randrange(len(tokens))
    tokens.insert(place, tokens[place])


def _swapped(rng: random.Random, tokens: Tokens) -> None:
    first, second = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    tokens[first], tokens[second] = tokens[second], tokens[first]


def _inserted(rng: random.Random, tokens: Tokens) -> None:
    tokens.insert(rng.randrange(len(tokens)), rng.choice(INSERTED))


def _another_value(rng: random.Random, tokens: Tokens) -> None:
    opening = _chosen(rng, tokens[:-1], lambda token: token == b"<v>" or token.startswith(b"<t"))
    if opening is None:
        return
    value = rng.choice((*VALUES, *ODD_VALUES, *LATE_VALUES))
    if tokens[opening + 1].startswith(b"<"):
        tokens.insert(opening + 1, value)
    else:
        tokens[opening + 1] = value


def _another_attribute(rng: random.Random, tokens: Tokens) -> None:
    place = _chosen(rng, tokens, lambda token: _ATTRIBUTE.search(token) is not None)
    if place is None:
        return
    attribute = rng.choice(_ATTRIBUTE.findall(tokens[place]))
    name = attribute.partition(b"=")[0]
    others = [name + b'="%b"' % value for value in (b"1", b"0", b"s", b"str", b"A1", b"hidden")]
    odd = [b"", attribute * 2, attribute.replace(b'"', b"'")]
    tokens[place] = tokens[place].replace(attribute, rng.choice((*others, *odd)), 1)


def _another_type(rng: random.Random, tokens: Tokens) -> None:
    place = _chosen(rng, tokens, lambda token: token.startswith(b"<c "))
    if place is not None:
        with_type = rb' t="%b"\2>' % rng.choice(TYPES)
        tokens[place] = _TYPE.sub(with_type, tokens[place])


def _filled(rng: random.Random, tokens: Tokens) -> None:
    place = _chosen(rng, tokens, lambda token: token.startswith(b"<c ") and token.endswith(b"/>"))
    if place is not None:
        tokens[place] = tokens[place].removesuffix(b"/>") + rng.choice(CELLS)


def _another_row(rng: random.Random, tokens: Tokens) -> None:
    place = _chosen(rng, tokens, lambda token: token.startswith(b"<row "))
    if place is not None:
        tokens[place] = tokens[place].replace(b">", rng.choice(ROWS), 1)


CHANGES = (
    _left_out,
    _doubled,
    _swapped,
    _inserted,
    *[_another_value] * 5,
    _another_attribute,
    _another_type,
    _filled,
    _another_row,
)


def mutant(data: bytes, rng: random.Random) -> bytes:
    """A copy of a package in which one to three places of one or two parts were changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    weights = [min(len(content), 90_000) ** 0.5 + 20 for content in members.values()]
    for part in rng.choices(list(members), weights, k=rng.choice((1, 1, 2))):
        tokens = _TOKEN.findall(members[part])
        for _ in range(rng.choice((1, 1, 2))):
            if tokens:
                rng.choice(CHANGES)(rng, tokens)
        members[part] = b"".join(tokens)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
