"""Streams whose constant stretches are compressed once: any inflater reads them, their CRC is right."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from xlreport.workbook.writer.deflating import MOST_STORED, RAW, ChangingStream, Compressed


def joined(constants: list[bytes], changes: list[bytes]) -> bytes:
    content = constants[0]
    for change, constant in zip(changes, constants[1:], strict=True):
        content += change + constant
    return content


def assert_holds(compressed: Compressed, content: bytes) -> None:
    inflater = zlib.decompressobj(RAW)
    assert inflater.decompress(compressed.stream) == content
    assert inflater.eof, "the stream has an end"
    assert inflater.unused_data == b""
    assert (compressed.crc, compressed.size) == (zlib.crc32(content), len(content))


@examples(60)
@given(st.lists(st.tuples(st.binary(max_size=3_000), st.binary(max_size=1_200)), max_size=5))
def test_a_stream_holds_its_constants_and_changes(pairs: list[tuple[bytes, bytes]]) -> None:
    constants = [b"begin", *(constant for constant, _ in pairs)]
    changes = [change for _, change in pairs]
    stream = ChangingStream(constants)
    assert_holds(stream.filled(changes), joined(constants, changes))


@pytest.mark.parametrize("size", [0, 1, MOST_STORED - 1, MOST_STORED, MOST_STORED + 1, 70_000])
def test_a_change_of_any_length_is_held(size: int) -> None:
    change = bytes(i * i % 251 for i in range(size))
    constants = [b"a" * 40_000, b"z" * 100_003]
    filled = ChangingStream(constants).filled([change])
    assert_holds(filled, constants[0] + change + constants[1])


def test_a_short_change_stands_as_it_is_and_a_long_one_compressed() -> None:
    stream = ChangingStream([b"<v>", b"</v>"])
    short, long = "甲子镇".encode(), b"0123456789" * 100
    assert short in stream.filled([short]).stream
    assert len(stream.filled([long]).stream) < len(long) // 5


def test_changes_and_constants_must_fit_together() -> None:
    stream = ChangingStream([b"a", b"b"])
    with pytest.raises(ValueError, match="2 is longer"):
        stream.filled([])
    with pytest.raises(ValueError, match="2 is shorter"):
        stream.filled([b"x", b"y"])
