"""Encrypted workbooks: whether they can be opened at all, and what is inside. Sources:
[MS-OFFCRYPTO], [MS-XLS] 2.2.10.

msoffcrypto-tool decrypts. It is no extra: Excel encrypts an .xls whose structure is protected, as
that of every template is, with a password that it knows itself (see docs/decisions/0016).
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Sequence

from xlreport.formats import codes, ole
from xlreport.formats.guard import Refused

_BUILT_IN = "VelvetSweatshop"
"""Excel's own password for workbooks that are protected against changes, not against reading."""

_AGILE, _STANDARD = (4, 4), ((2, 2), (3, 2), (4, 2))
_CIPHERS = re.compile(rb'cipherAlgorithm="([^"]*)"')
_ROUNDS = re.compile(rb'spinCount="([0-9]{1,7})"')
_MOST_ROUNDS = 1_000_000
"""Rounds of hashing a password; Office writes 100,000. Each takes about a microsecond."""

_FILE_PASS = 0x2F
_XOR, _RC4 = 0, 1
_RC4_VERSIONS = ((1, 1), *_STANDARD)


def decrypt(data: bytes, passwords: Sequence[str]) -> bytes:
    """The workbook inside. Raises Refused when no password fits, or none could."""
    try:
        is_known = _is_known(ole.CompoundFile(data))
        opened = _opened(data, (_BUILT_IN, *passwords)) if is_known else None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (on a broken file the parsers raise whatever they stumble on)
        raise Refused(codes.BROKEN_LOCKED()) from None
    if opened is not None:
        return opened
    if not is_known:
        raise Refused(codes.ODD_ENCRYPTION())
    if not passwords:
        raise Refused(codes.LOCKED())
    raise Refused(codes.WRONG_PASSWORDS(count=len(passwords)))


def _opened(data: bytes, passwords: Sequence[str]) -> bytes | None:
    """What the first password opens that fits; None where none does."""
    import msoffcrypto
    from msoffcrypto import exceptions

    for password in passwords:
        decrypted = io.BytesIO()
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(data))
            file.load_key(password=password)
            file.decrypt(decrypted)
        except (exceptions.InvalidKeyError, exceptions.DecryptionError):
            continue
        return decrypted.getvalue()
    return None


def _is_known(file: ole.CompoundFile) -> bool:
    """Whether a password is all that is missing. Raises struct.error, BrokenOle."""
    book = file.stream("workbook", "book")
    if book and "encryptedpackage" not in file.root:
        return _is_known_xls(book)
    info = file.stream("encryptioninfo")
    version = struct.unpack_from("<HH", info)
    if version != _AGILE:
        return version in _STANDARD
    ciphers = _CIPHERS.findall(info)
    rounds = _ROUNDS.findall(info)
    is_aes = bool(ciphers) and set(ciphers) == {b"AES"}
    return is_aes and bool(rounds) and all(int(each) <= _MOST_ROUNDS for each in rounds)


def _is_known_xls(book: bytes) -> bool:
    """The same of the record behind which all records of an .xls are encrypted (2.4.117)."""
    position = 0
    while position + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, position)
        if kind == _FILE_PASS:
            method, *version = struct.unpack_from("<HHH", book, position + 4)
            return method == _XOR or (method == _RC4 and tuple(version) in _RC4_VERSIONS)
        position += 4 + size
    return False
