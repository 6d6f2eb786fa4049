"""Links to files that are not in the message, and files written into its text."""

from __future__ import annotations

import time

import pytest

from support.mails import uuencoded
from xlreport.mail.links import has_embedded_file, has_uuencoded_file, links

QQ_BLOCK = """<div id="QMContact"><b>从QQ邮箱发来的超大附件</b><div style="padding:4px">报表.zip (128.03M, 2026年1月27日 21:59 到期)
<a href="http://mail.qq.com/cgi-bin/ftnExs_download?t=exs_ftn_download&amp;k=7d36&amp;code=aa">进入下载页面</a></div></div>"""


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (QQ_BLOCK, ("QQ 邮箱超大附件",)),
        ("https://wx.mail.qq.com/ftn/download?func=3&k=1", ("QQ 邮箱超大附件",)),
        ("https://iwx.mail.qq.com/ftn/download?func=4&key=1", ("QQ 邮箱超大附件",)),
        ("HTTPS://EXMAIL.QQ.COM/cgi-bin/ftnExs_download?k=1", ("QQ 邮箱超大附件",)),
        (
            "https://mail.163.com/large-attachment-download/index.html?p=x",
            ("网易邮箱超大附件", "超大附件"),
        ),
        ('<a href="http://u.163.com/RcUwvU56g?spm=1">下载</a>', ("网易邮箱超大附件",)),
        ("https://dashi.163.com/html/cloud-attachment-download/?key=1", ("网易邮箱超大附件",)),
        ("http://html5.mail.10086.cn/x/getlink?1", ("139 邮箱大附件",)),
        ("https://qiye.aliyun.com/alimail/file?x", ("阿里邮箱大附件",)),
        ("https://www.icloud.com/attachment/?u=1", ("iCloud 邮包",)),
        ("请看 https://www.kdocs.cn/l/abc", ("金山文档链接",)),
        ("https://docs.qq.com/sheet/DV", ("腾讯文档链接",)),
        ("链接：https://pan.baidu.com/s/1 提取码：abcd", ("网盘链接",)),
        ("https://cloud.189.cn/t/1 和 https://docs.qq.com/doc/1", ("网盘链接", "腾讯文档链接")),
        ("从某县邮箱发来的超大附件\nhttps://mail.x.gov.cn/coremail/s?func=x", ("超大附件",)),
        (
            "<b>&#36229;&#22823;&#38468;&#20214;</b><a href='http://x.gov.cn/1'>下载</a>",
            ("超大附件",),
        ),
        ("如需修改请告知，见超大附件 https://mail.x.gov.cn/1", ("超大附件",)),
    ],
)
def test_links_of_large_files(text: str, places: tuple[str, ...]) -> None:
    assert links(text) == places


@pytest.mark.parametrize(
    "text",
    [
        "",
        "您好，报表见附件。",
        "请不要用超大附件、云附件或网盘发送。https://www.x.gov.cn/",
        "请勿使用文件中转站 https://www.x.gov.cn/",
        "最大附件不超过 20M，较大附件请压缩。https://www.x.gov.cn/",
        "超大附件",
        "本邮件由 WPS 发出，下载 www.wps.cn",
        "bigfile.xlsx，large attachment",
        "QQ 邮箱 mail.qq.com，联系 123@qq.com，网站 http://www.163.com/",
        "> https://pan.baidu.com/s/1\n>> https://docs.qq.com/sheet/1\n收到",
        "  ＞从QQ邮箱发来的超大附件 http://mail.qq.com/cgi-bin/ftnExs_download?k=1",
        f"<p>已修改</p><blockquote type='cite'>{QQ_BLOCK}<blockquote>{QQ_BLOCK}</blockquote>.</blockquote><p>张</p>",
        f"<BLOCKQUOTE>{QQ_BLOCK}</BLOCKQUOTE>",
    ],
)
def test_quoted_text_and_ordinary_words_are_no_links(text: str) -> None:
    assert links(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        f"<blockquote>{QQ_BLOCK}",
        f"</blockquote>{QQ_BLOCK}<blockquote></blockquote>",
        f"<blockquote>a</blockquote>{QQ_BLOCK}<blockquote>b</blockquote>",
        f"<div>---------- Forwarded message ----------</div><blockquote>{QQ_BLOCK}</blockquote>",
        "Begin forwarded message:\n> http://mail.qq.com/cgi-bin/ftnExs_download?k=1",
        "转发：\n> http://mail.qq.com/cgi-bin/ftnExs_download?k=1",
    ],
)
def test_what_is_forwarded_counts(text: str) -> None:
    assert links(text) == ("QQ 邮箱超大附件",)


def test_a_file_in_the_text() -> None:
    assert has_uuencoded_file("见附件\n" + uuencoded(b"PK" * 100, "报表.xls").decode())
    assert has_uuencoded_file(
        "begin 666 winmail.dat\n" + uuencoded(b"x" * 45).decode().split("\r\n")[1] + "\n"
    )
    for text in (
        "begin",
        "begin 644",
        "We begin 644 a.xls",
        "begin 644 times\nthe day with tea",
        "",
    ):
        assert not has_uuencoded_file(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '<a href="data:application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;base64,UEsDBB">表</a>',
            True,
        ),
        ('<A HREF="DATA:application/octet-stream;base64,UEsDBB">表</A>', True),
        ("@font-face{src:url(data:application/font-woff;base64,d09G)}", False),
        ('<img src="data:image/png;base64,iVBOR">', False),
        ("metadata: application/zip", False),
    ],
)
def test_a_file_in_a_web_page(text: str, expected: bool) -> None:
    assert has_embedded_file(text) is expected


def test_long_texts_take_no_time() -> None:
    started = time.perf_counter()
    for text in (
        "mail.10086.cn/" * 10**5,
        "<blockquote>" * 10**5,
        ">" * 10**6,
        "超大附件" * 10**5,
        "begin 644 x\n" * 10**5,
    ):
        links(text)
        has_uuencoded_file(text)
    assert time.perf_counter() - started < 10
