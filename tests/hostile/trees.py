"""Random trees of folders, files, links and archives within archives, with any bytes for names."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hypothesis import strategies as st

from hostile.scene import Scene
from xlreport import Limits
from xlreport.merging.discover import is_being_written

ODD = (
    "甲.xlsx".encode(),
    "甲.xlsx".encode("gbk"),
    b"~$a.xlsx",
    b"Thumbs.db",
    b"__MACOSX",
    b"a.zip",
    b"a.zip!b",
    b"b",
    b"a\nb",
    b"\x1b[2J",
    "\u202ex".encode(),
    "b（第 2 个）".encode(),
    b".xlreport-x.tmp",
    b"-",
    b" ",
    b"!",
    b"...",
)
NAMES = st.one_of(
    st.sampled_from(ODD),
    # a name that looks like the end of an archive makes it two, which is refused (R4)
    st.binary(min_size=1, max_size=9).filter(
        lambda n: not {*b"/\0"} & {*n} and n.strip(b".") and b"PK\x05\x06" not in n
    ),
)
CONTENTS = st.sampled_from(
    (b"", b"x", b"%PDF-1.7", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"\xd0\xcf\x11\xe0")
)
ARCHIVE = st.recursive(
    CONTENTS,
    lambda inner: st.lists(
        st.tuples(
            st.one_of(NAMES, st.just(b"b"), st.builds(lambda a, b: a + b"/" + b, NAMES, NAMES)),
            inner,
        ),
        max_size=4,
    ),
    max_leaves=6,
)
TREE = st.recursive(
    st.one_of(ARCHIVE, st.sampled_from(("link", "loop"))),
    lambda inner: st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


def packed(content: object, depth: int = 1) -> tuple[bytes, int]:
    """The bytes of a file, and how many files will be found inside it, at any depth that is opened."""
    if isinstance(content, bytes):
        return content, 0
    assert isinstance(content, list)
    inside = [(name, *packed(inner, depth + 1)) for name, inner in content]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = Scene.raw_zip(*((name, data) for name, data, _ in inside))
    found = sum(1 + (0 if is_being_written(decoded(name)) else more) for name, _, more in inside)
    return data, found if depth <= Limits().depth else 0


def decoded(name: bytes) -> str:
    for encoding in ("utf-8", "gb18030", "cp437"):
        with suppress(UnicodeDecodeError):
            return name.decode(encoding).replace("\\", "/")
    raise AssertionError(name)


def build(folder: bytes, tree: Mapping[bytes, object]) -> int:
    """Writes the tree; how many files there are inside its archives."""
    inside = 0
    for name, node in tree.items():
        path = os.path.join(folder, name)  # noqa: PTH118 (names are bytes)
        if isinstance(node, Mapping):
            os.mkdir(path)  # noqa: PTH102
            inside += build(path, node)
        elif isinstance(node, str):
            os.symlink("/etc/passwd" if node == "link" else folder, path)  # noqa: PTH211
        else:
            data, count = packed(node)
            Path(os.fsdecode(path)).write_bytes(data)
            inside += 0 if is_being_written(os.fsdecode(name)) else count
    return inside
