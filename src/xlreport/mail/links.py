"""What a message's text says about files that are not in it. Nothing is rendered, no link is
followed."""

from __future__ import annotations

import html
import re

_PLACES = {
    "QQ 邮箱超大附件": (
        "mail.qq.com/cgi-bin/ftn mail.qq.com/ftn ftn.qq.com/ exmail.qq.com/cgi-bin/ftn"
    ),
    "网易邮箱超大附件": (
        "dashi.163.com/ //u.163.com/ fs.163.com/ mail.163.com/large-attachment "
        "/cloud-attachment edisk.qiye.163.com/"
    ),
    "超大附件": "/large-attachment /largeattach //bigfile. mail.sina.com.cn/filecenter/",
    "iCloud 邮包": "icloud.com/attachment icloud.com.cn/attachment",
}
"""Large attachments: parts of addresses, in lower case, with blanks between."""

_HOSTS = {
    "金山文档链接": "kdocs.cn drive.wps.cn docs.wps.cn pan.wps.cn 365.kdocs.cn",
    "腾讯文档链接": "docs.qq.com",
    "企业微信文档链接": "doc.weixin.qq.com drive.weixin.qq.com",
    "飞书文档链接": "feishu.cn larksuite.com larkoffice.com",
    "钉钉文档链接": (
        "docs.dingtalk.com alidocs.dingtalk.com space.dingtalk.com qr.dingtalk.com "
        "n.dingtalk.com h5.dingtalk.com alidocs.com"
    ),
    "石墨文档链接": "shimo.im shimo.cn shimowendang.com",
    "语雀链接": "yuque.com",
    "印象笔记链接": "app.yinxiang.com",
    "百度网盘链接": "pan.baidu.com yun.baidu.com",
    "夸克网盘链接": "pan.quark.cn",
    "UC 网盘链接": "drive.uc.cn fast.uc.cn yun.uc.cn",
    "天翼云盘链接": "cloud.189.cn",
    "移动云盘链接": "yun.139.com caiyun.139.com caiyun.feixin.10086.cn",
    "联通云盘链接": "pan.wo.cn",
    "阿里云盘链接": "aliyundrive.com alipan.com",
    "腾讯微云链接": "weiyun.com",
    "坚果云链接": "jianguoyun.com nutstore.net",
    "蓝奏云链接": "lanzou.com lanzoux.com lanzous.com lanzout.com lanzoui.com lanosso.com",
    "115 网盘链接": "115.com 115cdn.com anxia.com",
    "123 云盘链接": "123pan.com 123pan.cn 123684.com 123865.com 123912.com",
    "迅雷云盘链接": "pan.xunlei.com",
    "360 云盘链接": "yunpan.360.cn yunpan.com",
    "和彩云链接": "caiyun.10086.cn",
    "城通网盘链接": "ctfile.com pipipan.com",
    "曲奇云盘链接": "quqi.com",
    "文叔叔链接": "wenshushu.cn wss.ink",
    "奶牛快传链接": "cowtransfer.com c-t.work",
    "网盘链接": (
        "1drv.ms onedrive.live.com sharepoint.com sharepoint.cn drive.google.com "
        "docs.google.com dropbox.com wetransfer.com mega.nz"
    ),
}
"""Hosts of documents and files, themselves and every host below them, with blanks between."""

_SERVICE_OF = {host: service for service, hosts in _HOSTS.items() for host in hosts.split()}
_ALL_PLACES = tuple(
    (service, place) for service, places in _PLACES.items() for place in places.split()
)

_PATTERNS = {
    "139 邮箱大附件": re.compile(r"mail\.10086\.cn/\S{0,300}?(?:large|disk|getlink)"),
    "阿里邮箱大附件": re.compile(r"(?:qiye\.aliyun|mxhichina)\.com/\S{0,300}?(?:attach|file)"),
    "蓝奏云链接": re.compile(r"\blanz[a-z]{2,4}\.com/"),
}
_SPOKEN = re.compile("(?:超大|云)附件|大附件下载|文件中转站")
"""How programs call them whose links lead to the sender's own server."""

_LINK_NEAR = 3_000
"""Characters behind the word in which its link stands."""

_CLAUSE_NEAR = 40
"""Characters before the word in which it may be denied."""

_CLAUSE = re.compile(r"[。；，！？!?;,\n<>]")
_DENIED = re.compile("不|勿|禁|避免|谢绝|别用|没有|无需|无法|如有|如果")
_QUOTE = re.compile(r"<(/?)blockquote\b")
_QUOTED = re.compile(r"^[ \t]*[>|＞].*$", re.MULTILINE)
_FORWARDED = re.compile("forwarded message|original message|转发|fwd?[:：]|原始邮件")

_ENDS_HOST = r"\s/?#:@<>\"'，。；：、（）()"
_REST = r"(?::\d{1,5})?((?:[/?#][^\s<>\"'，。；、（）()]{0,500})?)"
_LINK = re.compile(
    rf"(?:https?|ftps?)://(?:[^{_ENDS_HOST}]{{1,64}}(?::[^{_ENDS_HOST}]{{0,64}})?@)?"
    rf"([^{_ENDS_HOST}]{{1,253}}){_REST}",
    re.ASCII,
)
"""An address in a text (RFC 3986): its host, and what follows it."""

_BARE = re.compile(
    rf"(?<![a-z0-9@._/-])((?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,8}}[a-z]{{2,24}}){_REST}", re.ASCII
)
"""The same without a scheme."""

_TAG = re.compile(r"<(?!https?://|ftp://)[a-z!/?][^<>]*>")
_TARGET = re.compile(
    r"<(?:a|area|form|iframe)\b[^<>]*?\b(?:href|action|src)\s*=\s*[\"']?([^\"'\s<>]+)"
)
_INVISIBLE = re.compile(r"<(style|script|title)\b.*?(?:</\1>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_ANSWERED = re.compile(
    r"^[ \t>]*-{2,}[ \t]*(?:原始邮件|original message|回复的原邮件|replied message)[ \t]*-*"
    r"|^[ \t]*(?:发件人|from)[:：].{0,200}\n[ \t]*(?:发送时间|日期|sent|date)[:：]",
    re.MULTILINE,
)
"""Where a reply has the message that it answers."""

_PROGRAMS_LINKS = (
    "wx.mail.qq.com/home/index maas.mail.163.com/ mail.163.com/dashi dashi.163.com/pro "
    "go.microsoft.com/fwlink aka.ms/ schemas.microsoft.com/ www.w3.org/ "
    "mail.qq.com/ www.foxmail.com/ m.exmail.qq.com/ mail.163.com/"
)
_OF_PROGRAMS = tuple(_PROGRAMS_LINKS.split())
"""What mail programs put into every message: cards, advertisements, namespaces."""
_HOME = re.compile(r"/?(?:index\.[a-z]{3,5})?")

_DATA = re.compile(
    r"data:[\s]*([a-z0-9.+-]+/[a-z0-9.+*-]+)?((?:;[^,;\"'<>]{0,100}){0,5}),\s*(.{0,12})"
)
_DATA_TO_FETCH = re.compile(r"<a\b[^<>]{0,2000}?\bhref\s*=\s*[\"']?\s*data:")
_SHOWN = re.compile(r"application/(?:x-|vnd\.ms-)?(?:font|javascript)")
"""What a web page holds for itself, beside images."""
_FILE_BEGINS = ("uesdb", "uesfbg", "0m8r4kgx", "n3q8r", "umfyi", "pk%03%04", "%d0%cf%11%e0")
"""How zip, OLE, 7z and RAR files begin in base64 or percent encoding, in lower case."""
_ENCODED = re.compile(r"^begin [0-7]{3,4} \S[^\n]*\n[\x20-\x60]+\r?$", re.MULTILINE)
_YENC = re.compile(r"^=ybegin [^\n]{0,200}\bsize=\d", re.MULTILINE)
_CALENDAR = re.compile(r"^begin:vcalendar", re.MULTILINE | re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]")
_ENCLOSED = re.compile(r"^attach[^:\n]{0,300}(?:encoding=base64|value=binary)", re.M | re.I)


def links(text: str) -> tuple[str, ...]:
    """The services from which the text wants a file fetched. What a reply quotes does not count;
    what is forwarded does, and programs quote that too."""
    lower = _own_text(text)
    services = {service for service, place in _ALL_PLACES if place in lower}
    services |= {service for service, pattern in _PATTERNS.items() if pattern.search(lower)}
    addresses = [*_addresses(lower), *_bare_addresses(lower)]
    services |= {_service(host) for host, rest in addresses if not _is_home_page(rest)} - {""}
    if not services and any(_offered(lower, word) for word in _SPOKEN.finditer(lower)):
        return ("超大附件",)
    return tuple(sorted(services))


def other_hosts(text: str, *, is_reply: bool = False) -> tuple[str, ...]:
    """The hosts of links to places that are no known service, in their order: what people would
    click on, but not home pages, and not what a reply repeats."""
    lower = _own_text(text)
    if is_reply:
        lower = _before_answered(lower)
    visible = _INVISIBLE.sub(" ", lower)
    targets = " \n".join(_TARGET.findall(visible))
    plain = _TAG.sub(" ", visible)
    written_out = [address for address in _bare_addresses(plain) if address[0].startswith("www.")]
    addresses = [*_addresses(f"{plain}\n{targets}"), *written_out]
    hosts = (host for host, rest in addresses if _leads_to_a_file(host, rest))
    return tuple(dict.fromkeys(hosts))


def _own_text(text: str) -> str:
    """What the sender wrote, in lower case."""
    lower = html.unescape(text).lower()
    if _FORWARDED.search(lower):
        return lower
    return _QUOTED.sub("", _without_quotes(lower))


def _before_answered(text: str) -> str:
    """A reply without the message that it answers."""
    answered = _ANSWERED.search(_TAG.sub("\n", text))
    if answered is None:
        return text
    marker = answered[0].strip().split("\n")[0]
    return text.partition(marker)[0]


def _addresses(text: str) -> list[tuple[str, str]]:
    """The addresses in a text: host, and what follows it."""
    return [(address[1], address[2]) for address in _LINK.finditer(text)]


def _bare_addresses(text: str) -> list[tuple[str, str]]:
    """Those that people write without a scheme, with a path behind the host."""
    return [(address[1], address[2]) for address in _BARE.finditer(text) if address[2]]


def _service(host: str) -> str:
    """The service of a host; empty when it is not known."""
    labels = host.split(".")
    parents = (".".join(labels[i:]) for i in range(len(labels) - 1))
    return next((_SERVICE_OF[parent] for parent in parents if parent in _SERVICE_OF), "")


def _leads_to_a_file(host: str, rest: str) -> bool:
    """Whether a file may lie behind an address of no known service."""
    address = f"{host}{rest or '/'}"
    is_known = bool(_service(host)) or any(place in f"//{address}" for _, place in _ALL_PLACES)
    if is_known or any(pattern.search(address) for pattern in _PATTERNS.values()):
        return False
    if address.startswith(_OF_PROGRAMS):
        return False
    return not _is_home_page(rest)


def _is_home_page(rest: str) -> bool:
    return _HOME.fullmatch(rest) is not None


def _without_quotes(text: str) -> str:
    """HTML without its quoted parts; one that does not end is kept."""
    kept, reached, depth = [], 0, 0
    for tag in _QUOTE.finditer(text):
        if not tag[1]:
            depth += 1
            if depth == 1:
                kept.append(text[reached : tag.start()])
                reached = tag.start()
        elif depth:
            depth -= 1
            if depth == 0:
                reached = tag.end()
    return "".join(kept) + text[reached:]


def _offered(text: str, word: re.Match[str]) -> bool:
    """Whether a large attachment is there, with a link near it, and not only spoken of
    (请不要用超大附件)."""
    before = text[max(0, word.start() - _CLAUSE_NEAR) : word.start()]
    behind = text[word.end() : word.end() + _LINK_NEAR]
    clause = _CLAUSE.split(before)[-1]
    return not _DENIED.search(clause) and "://" in behind


def has_embedded_file(text: str) -> bool:
    """Whether a file is written into a web page (RFC 2397): any type but what a page shows by
    itself, or a content that begins like a workbook or an archive whatever its type."""
    lower = html.unescape(text).lower()
    if _DATA_TO_FETCH.search(lower):
        return True
    for data in _DATA.finditer(lower):
        kind, beginning = data[1] or "", data[3]
        if beginning.startswith(_FILE_BEGINS):
            return True
        if kind.startswith("application/") and not _SHOWN.match(kind):
            return True
    return False


def has_uuencoded_file(text: str) -> bool:
    """Whether an old mail program wrote a file into the text."""
    return _ENCODED.search(text) is not None


def has_yenc_file(text: str) -> bool:
    """Whether a file is written into the text in yEnc."""
    return _YENC.search(text) is not None


def unfolded(text: str) -> str:
    """A calendar entry with its long lines whole (RFC 5545, 3.1); any other text as it is."""
    is_calendar = _CALENDAR.search(text) is not None
    if is_calendar:
        return _FOLD.sub("", text)
    return text


def has_file_in_calendar(text: str) -> bool:
    """Whether a file is written into a calendar entry, made whole by `unfolded` (RFC 5545,
    3.8.1.1)."""
    return _CALENDAR.search(text) is not None and _ENCLOSED.search(text) is not None
