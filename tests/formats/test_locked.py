"""What can be decrypted, and what is told of the rest."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import msoffcrypto
import pytest

from support.mails import compound
from xlreport.formats.guard import Refused
from xlreport.formats.locked import decrypt
from xlreport.formats.open import open_book

FILES = Path(__file__).resolve().parents[1] / "hostile" / "files"
ODD = (
    "R30",
    "文件的加密方式本软件打不开，没有读取",
    "请在填报的电脑上解密（取消加密或权限限制）后重新报送",
)
BROKEN = (
    "R2",
    "加密文件的内容不完整或写法有误",
    "请在自己的电脑上打开原表，确认完好后重新另存、报送",
)


def finding(data: bytes, *passwords: str) -> tuple[str, str, str]:
    with pytest.raises(Refused) as caught:
        decrypt(data, passwords)
    found = caught.value.finding
    return found.code, found.message, found.suggestion


def package(info: bytes) -> bytes:
    return compound({"EncryptedPackage": bytes(5000), "EncryptionInfo": info})


def agile(cipher: str = "AES", rounds: str = "100000") -> bytes:
    xml = f'<e><keyData cipherAlgorithm="{cipher}"/><k spinCount="{rounds}" cipherAlgorithm="AES"/></e>'
    return package(struct.pack("<HHI", 4, 4, 0x40) + xml.encode())


def old(method: int, *version: int, name: str = "Workbook") -> bytes:
    """An .xls whose records behind the first are encrypted."""
    body = struct.pack("<3H", method, *version, *[0] * (2 - len(version))) + bytes(50)
    begin = struct.pack("<HH", 0x809, 16) + b"\0\6\5\0" + bytes(12)
    return compound({name: begin + struct.pack("<HH", 0x2F, len(body)) + body + bytes(5000)})


@pytest.mark.parametrize(
    "data",
    [
        package(struct.pack("<HHI", 3, 3, 0)),
        package(struct.pack("<HHI", 4, 3, 0)),
        package(struct.pack("<HHI", 9, 9, 0)),
        agile(cipher="DES"),
        agile(rounds="1000001"),
        agile(rounds="99999999999"),
        agile(rounds="x"),
        old(1, 9, 9),
        old(7),
        old(7, name="Book"),
    ],
)
def test_a_way_of_encryption_that_is_not_known_is_no_damage(data: bytes) -> None:
    assert finding(data, "x") == ODD


@pytest.mark.parametrize(
    "data",
    [
        agile(),
        package(struct.pack("<HHI", 4, 2, 0)),
        package(b""),
        compound({"EncryptedPackage": b""}),
    ],
)
def test_an_incomplete_one_is_damage(data: bytes) -> None:
    assert finding(data) == BROKEN


@pytest.mark.parametrize("data", [old(1, 1, 1), old(1, 4, 2), old(0)])
def test_an_old_one_with_another_password(data: bytes) -> None:
    assert finding(data)[1] in ("文件加了打开密码，没有读取", BROKEN[1])


def test_an_xlsx_that_is_protected_against_changes_only_is_read() -> None:
    """Excel locks it with a password that it knows itself."""
    locked, plain, target = (io.BytesIO() for _ in range(3))
    locked.write((FILES / "加密.xlsx").read_bytes())
    file = msoffcrypto.OfficeFile(locked)
    file.load_key(password="示例密码2025")
    file.decrypt(plain)
    msoffcrypto.OfficeFile(plain).encrypt("VelvetSweatshop", target)
    assert open_book(target.getvalue()).sheets


def test_an_xls_with_a_password_is_told() -> None:
    with pytest.raises(Refused, match="加了打开密码，没有读取"):
        open_book(old(1, 1, 1))
