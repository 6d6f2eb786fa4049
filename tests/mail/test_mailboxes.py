"""Where messages lie: nothing is shredded, nothing is passed over."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlreport.errors import SourceError
from xlreport.mail.mailboxes import FolderSource, Raw, source_at

HEAD = b"From: jiazi@example.org\nSubject: a\n\n"
DATED = b"From jiazi@example.org Mon Jan  5 09:30:00 2026\n"
MOST = 1_000_000


def letters(path: Path) -> list[bytes]:
    return [raw.data for raw in FolderSource(path).messages(MOST)]


def found(path: Path) -> dict[str, str]:
    """Each origin with the subject of the message there, or why there is none."""

    def subject(raw: Raw) -> str:
        return (
            raw.problem.message if raw.problem else raw.data.partition(b"Subject: ")[2][:1].decode()
        )

    return {raw.origin: subject(raw) for raw in FolderSource(path).messages(MOST)}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (DATED + HEAD + b"one\n\n" + DATED + HEAD + b"two\n", [HEAD + b"one\n", HEAD + b"two\n"]),
        (DATED + HEAD + b"one\n\n" + DATED + HEAD + b"two\n\n", [HEAD + b"one\n", HEAD + b"two\n"]),
        # a program that writes no blank line, and one that writes no date
        (DATED + HEAD + b"one\n" + DATED + HEAD + b"two\n", [HEAD + b"one\n", HEAD + b"two\n"]),
        (
            b"From -\n" + HEAD + b"one\n\nFrom -\n" + HEAD + b"two\n",
            [HEAD + b"one\n", HEAD + b"two\n"],
        ),
        # a text that nobody quoted
        (DATED + HEAD + b"a\n\nFrom my desk\nyours\n", [HEAD + b"a\n\nFrom my desk\nyours\n"]),
        (DATED + HEAD + b"a\nFrom: b\nFrom c\nX: y\n", [HEAD + b"a\nFrom: b\nFrom c\nX: y\n"]),
        (DATED + HEAD + b"a\n\nFrom the end", [HEAD + b"a\n\nFrom the end"]),
        # what belongs to no message
        (b"From x\n\nlost\n\n" + DATED + HEAD, [b"From x\n\nlost\n", HEAD]),
        (DATED, [DATED]),
        (
            (DATED + HEAD + b"one\n\n" + DATED + HEAD).replace(b"\n", b"\r\n"),
            [(HEAD + b"one\n").replace(b"\n", b"\r\n"), HEAD.replace(b"\n", b"\r\n")],
        ),
        (
            DATED + HEAD + b"x" * 200_000 + b"\n\n" + DATED + HEAD + b"two",
            [HEAD + b"x" * 200_000 + b"\n", HEAD + b"two"],
        ),
    ],
)
def test_an_mbox_is_cut_where_its_messages_begin(
    tmp_path: Path, data: bytes, expected: list[bytes]
) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(data)
    assert [one.rstrip() for one in letters(path)] == [one.rstrip() for one in expected]


@given(
    st.lists(
        st.lists(st.sampled_from([b"a", b"From me", b"X: y", b"", b">From", b"\xb0"]), max_size=6),
        min_size=1,
    )
)
def test_whatever_the_texts_nothing_is_passed_over(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[bytes]]
) -> None:
    """Every line but the separators and the blank lines before them is in one of the messages, in order."""
    path = tmp_path_factory.mktemp("mbox") / "a"
    path.write_bytes(b"".join(DATED + HEAD + b"\n".join(lines) + b"\n\n" for lines in texts))
    found = b"\n".join(letters(path)).split(b"\n")
    wanted = [
        line
        for lines in texts
        for line in (*HEAD.split(b"\n"), *lines)
        if line and line != b"From me"
    ]
    assert [line for line in found if line and not line.startswith(b"From ")] == wanted
    assert len(letters(path)) >= len(texts)


def test_what_others_write_is_read_as_they_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    box = mailbox.mbox(path)
    for number in range(12):
        box.add(HEAD + b"\n".join([b"x"] * number) + b"\nFrom here\n")
    box.flush()
    assert letters(path) == [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118 (a mailbox is no dict)
    box.close()


def test_a_long_message_is_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(DATED + HEAD + b"x" * 5000 + b"\n\n" + DATED + HEAD)
    first, second = FolderSource(path).messages(1000)
    assert (len(first.data), first.seen, second.data.rstrip()) == (
        1001,
        len(HEAD) + 5001,
        HEAD.rstrip(),
    )


def test_a_first_field_that_looks_like_a_separator(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"From : jiazi@example.org\nSubject: a\n\n")
    assert letters(path) == [path.read_bytes()]


def test_what_a_folder_holds_is_told_by_content_and_place(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_bytes(DATED + HEAD + b"\n" + DATED + HEAD.replace(b": a", b": b"))
    (tmp_path / "b.eml").write_bytes(b"\xef\xbb\xbf\n" + DATED + HEAD)
    (tmp_path / "c.eml").write_bytes(HEAD)
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "d.xlsx").write_bytes(b"PK")
    other = "这不是邮件文件（.eml、.msg、mbox），没有收取"
    assert found(tmp_path) == {
        **{"a.mbox：第 1 封": "a", "a.mbox：第 2 封": "b", "b.eml：第 1 封": "a", "c.eml": "a"},
        "d.xlsx": other,
    }
    with pytest.raises(SourceError, match="打不开"):
        source_at(tmp_path / "c")


def test_a_maildir_and_whatever_is_in_it(tmp_path: Path) -> None:
    root = tmp_path / "box"
    box = mailbox.Maildir(root)
    box.add(HEAD)
    box.add_folder("sub").add(HEAD.replace(b": a", b": b"))
    box.close()
    # the layout of folders that Dovecot calls fs
    (root / "Archive" / "new").mkdir(parents=True)
    (root / "Archive" / "cur").mkdir()
    (root / "Archive" / "new" / "1.d").write_bytes(HEAD.replace(b": a", b": c"))
    for name in (
        "dovecot-uidlist",
        "dovecot.index.log",
        "subscriptions",
        "maildirfolder",
        "tmp/2.d",
    ):
        (root / name).write_bytes(b"x")
    (root / "stray.xlsx").write_bytes(b"PK")
    for folder in (root, tmp_path):
        told = found(folder)
        assert sorted(told.values()) == [
            "a",
            "b",
            "c",
            "这不是邮件文件（.eml、.msg、mbox），没有收取",
        ]
        assert [name.rpartition("/")[2] for name, said in told.items() if said[0] == "这"] == [
            "stray.xlsx"
        ]
