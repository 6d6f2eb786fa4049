"""What a message's text says about files that are not in it. Nothing is rendered, no link is
followed."""

from __future__ import annotations

import html
import re

_PLACES = {
    "QQ 邮箱超大附件": (
        "mail.qq.com/cgi-bin/ftn",
        "mail.qq.com/ftn",
        "ftn.qq.com/",
        "exmail.qq.com/cgi-bin/ftn",
    ),
    "网易邮箱超大附件": (
        *(
            "dashi.163.com/",
            "//u.163.com/",
            "fs.163.com/",
            "mail.163.com/large-attachment",
            "/cloud-attachment",
        ),
        "edisk.qiye.163.com/",
    ),
    "超大附件": ("/large-attachment", "/largeattach", "//bigfile.", "mail.sina.com.cn/filecenter/"),
    "iCloud 邮包": ("icloud.com/attachment", "icloud.com.cn/attachment"),
    "金山文档链接": ("kdocs.cn/", "drive.wps.cn/", "docs.wps.cn/"),
    "腾讯文档链接": ("docs.qq.com/", "drive.weixin.qq.com/"),
    "网盘链接": (
        *(
            "pan.baidu.com/",
            "yunpan.360.cn/",
            "cloud.189.cn/",
            "aliyundrive.com/",
            "alipan.com/",
            "weiyun.com/",
        ),
        *(
            "pan.quark.cn/",
            "123pan.com/",
            "yun.139.com/",
            "caiyun.139.com/",
            "pan.xunlei.com/",
            "wenshushu.cn/",
        ),
        *(
            "cowtransfer.com/",
            "//1drv.ms/",
            "onedrive.live.com/",
            "sharepoint.com/",
            "drive.google.com/",
        ),
    ),
}
"""Parts of addresses, in lower case."""

_ALL_PLACES = tuple((service, place) for service, places in _PLACES.items() for place in places)

_PATTERNS = {
    "139 邮箱大附件": re.compile(r"mail\.10086\.cn/\S{0,300}?(?:large|disk|getlink)"),
    "阿里邮箱大附件": re.compile(r"(?:qiye\.aliyun|mxhichina)\.com/\S{0,300}?(?:attach|file)"),
}
_SPOKEN = re.compile("(?:超大|云)附件|大附件下载|文件中转站")
"""How programs call them whose links lead to the sender's own server."""

_LINK_NEAR = 3_000
_CLAUSE_NEAR = 40
"""Characters behind and before the word that are looked at."""
_CLAUSE = re.compile(r"[。；，！？!?;,\n<>]")
_DENIED = re.compile("不|勿|禁|避免|谢绝|别用|没有|无需|无法|如有|如果")
_QUOTE = re.compile(r"<(/?)blockquote\b")
_QUOTED = re.compile(r"^[ \t]*[>|＞].*$", re.MULTILINE)
_FORWARDED = re.compile("forwarded message|original message|转发|fwd?[:：]|原始邮件")
_EMBEDDED = re.compile(
    r"data:application/(?:vnd\.(?:openxml|ms-excel|oasis|wps)|octet-stream|(?:x-)?zip|wps)"
)
_ENCODED = re.compile(r"^begin [0-7]{3,4} \S[^\n]*\n[\x20-\x60]+\r?$", re.MULTILINE)


def links(text: str) -> tuple[str, ...]:
    """The services from which the text wants a file fetched. What a reply quotes does not count;
    what is forwarded does, and programs quote that too."""
    lower = html.unescape(text).lower()
    if not _FORWARDED.search(lower):
        lower = _QUOTED.sub("", _without_quotes(lower))
    services = {service for service, place in _ALL_PLACES if place in lower}
    services |= {service for service, pattern in _PATTERNS.items() if pattern.search(lower)}
    if not services and any(_offered(lower, word) for word in _SPOKEN.finditer(lower)):
        return ("超大附件",)
    return tuple(sorted(services))


def _without_quotes(text: str) -> str:
    """HTML without its quoted parts; one that does not end is kept."""
    kept, at, depth = [], 0, 0
    for tag in _QUOTE.finditer(text):
        if not tag[1]:
            depth += 1
            if depth == 1:
                kept.append(text[at : tag.start()])
                at = tag.start()
        elif depth:
            depth -= 1
            if depth == 0:
                at = tag.end()
    return "".join(kept) + text[at:]


def _offered(text: str, word: re.Match[str]) -> bool:
    """Whether a large attachment is there, with a link near it, and not only spoken of
    (请不要用超大附件)."""
    before = text[max(0, word.start() - _CLAUSE_NEAR) : word.start()]
    behind = text[word.end() : word.end() + _LINK_NEAR]
    clause = _CLAUSE.split(before)[-1]
    return not _DENIED.search(clause) and "://" in behind


def has_embedded_file(text: str) -> bool:
    """Whether a file is written into a web page (RFC 2397)."""
    return _EMBEDDED.search(text.lower()) is not None


def has_uuencoded_file(text: str) -> bool:
    """Whether an old mail program wrote a file into the text."""
    return _ENCODED.search(text) is not None
