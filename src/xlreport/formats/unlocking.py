"""Workbooks with an open password, decrypted by msoffcrypto-tool (the extra `crypt`)."""

from __future__ import annotations

import io
from collections.abc import Sequence

from xlreport.findings import record
from xlreport.formats.codes import R20
from xlreport.formats.guard import Refused, damaged, locked

_BUILT_IN = "VelvetSweatshop"
"""Excel's own password for workbooks that are protected against changes, not against reading."""


def unlock(data: bytes, passwords: Sequence[str]) -> bytes:
    """The workbook inside. Raises Refused when no password fits or the extra is not installed."""
    try:
        import msoffcrypto
        from msoffcrypto import exceptions
    except ImportError:
        suggestion = "请运行 pip install xlreport[crypt] 后再试，或者取消打开密码后重新报送"
        raise Refused(record(R20, "工作簿加了打开密码，本机没有安装解密组件", suggestion)) from None
    try:
        for password in (_BUILT_IN, *passwords):
            opened = io.BytesIO()
            try:
                file = msoffcrypto.OfficeFile(io.BytesIO(data))
                file.load_key(password=password)
                file.decrypt(opened)
            except (exceptions.InvalidKeyError, exceptions.DecryptionError):
                continue
            return opened.getvalue()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (on a broken file the parsers below raise whatever they stumble on)
        raise Refused(damaged("加密工作簿的内容不完整或写法有误")) from None
    if not passwords:
        raise Refused(locked())
    words = f"工作簿加了打开密码，给出的 {len(passwords)} 个密码都打不开"
    raise Refused(record(R20, words, "请向报送单位问明密码，或者取消打开密码后重新报送"))
