"""What a message's text says about files that are not in it. Nothing is rendered, no link is followed."""

from __future__ import annotations

import re

_PLACES = (
    ("QQ 邮箱超大附件", r"(?:mail|exmail|wx\.mail)\.qq\.com/(?:cgi-bin/)?ftn|ftn\.qq\.com|文件中转站"),
    ("网易邮箱超大附件", r"dashi\.163\.com|u\.163\.com|fs\.163\.com|mail\.163\.com/large-attachment|cloud-attachment"),
    ("超大附件", r"(?:超大|云|大)附件|large[-_]?attachment|bigfile\."),
    ("139 邮箱大附件", r"mail\.10086\.cn/\S*(?:large|disk|getlink)"),
    ("阿里邮箱大附件", r"(?:qiye\.aliyun|mxhichina)\.com/\S*(?:attach|file)"),
    ("金山文档链接", r"kdocs\.cn/|\bwps\.cn/\S"),
    ("腾讯文档链接", r"docs\.qq\.com/|drive\.weixin\.qq\.com/"),
    ("网盘链接", r"pan\.baidu\.com/|yunpan\.360\.cn/|cloud\.189\.cn/|aliyundrive\.com/|alipan\.com/|weiyun\.com/"),
)
_PLACE = re.compile("|".join(f"(?P<p{i}>{pattern})" for i, (_, pattern) in enumerate(_PLACES)), re.IGNORECASE)
_QUOTED = re.compile(r"^[>|＞].*$", re.MULTILINE)
_ENCODED = re.compile(r"^begin [0-7]{3} \S.*$", re.MULTILINE)


def links(text: str) -> tuple[str, ...]:
    """The services from which the text wants a file fetched; quoted lines do not count."""
    found = {_PLACES[int(m.lastgroup[1:])][0] for m in _PLACE.finditer(_QUOTED.sub("", text)) if m.lastgroup}
    return tuple(sorted(found))


def has_uuencoded_file(text: str) -> bool:
    """Whether an old mail program wrote a file into the text."""
    return _ENCODED.search(text) is not None
