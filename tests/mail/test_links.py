"""Links to files that are not in the message, and files written into its text."""

from __future__ import annotations

import time

import pytest

from support.mails import uuencoded
from xlreport.mail.links import (
    has_embedded_file,
    has_file_in_calendar,
    has_uuencoded_file,
    has_yenc_file,
    links,
    other_hosts,
    unfolded,
)

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
        ("链接：https://pan.baidu.com/s/1 提取码：abcd", ("百度网盘链接",)),
        ("https://cloud.189.cn/t/1 和 https://docs.qq.com/doc/1", ("天翼云盘链接", "腾讯文档链接")),
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


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("https://abc.feishu.cn/sheets/shtcnAAAA", "飞书文档链接"),
        ("https://xx.larksuite.com/file/1", "飞书文档链接"),
        ("https://alidocs.dingtalk.com/i/nodes/AAAA", "钉钉文档链接"),
        ("https://doc.weixin.qq.com/sheet/e3_AAAA", "企业微信文档链接"),
        ("https://drive.weixin.qq.com/s?k=1", "企业微信文档链接"),
        ("https://shimo.im/sheets/AAAA/MODOC", "石墨文档链接"),
        ("https://www.jianguoyun.com/p/AAAA", "坚果云链接"),
        ("https://www.lanzoui.com/iAAAA", "蓝奏云链接"),
        ("https://wwx.lanzouq.com/iAAAA", "蓝奏云链接"),
        ("https://115cdn.com/s/AAAA?password=1234", "115 网盘链接"),
        ("https://pan.wo.cn/s/AAAA", "联通云盘链接"),
        ("https://drive.uc.cn/s/AAAA", "UC 网盘链接"),
        ("https://docs.qq.com/sheet/DV", "腾讯文档链接"),
        ("https://pan.baidu.com/s/1", "百度网盘链接"),
        ("https://pan.quark.cn/s/1", "夸克网盘链接"),
        ("https://cloud.189.cn/web/share?code=1", "天翼云盘链接"),
        ("https://365.kdocs.cn/l/1", "金山文档链接"),
        ("https://yun.139.com/link/w/i/1", "移动云盘链接"),
        ("已传 pan.baidu.com/s/1abc，提取码 8888", "百度网盘链接"),
        ("https://kdocs.cn:443/l/1", "金山文档链接"),
    ],
)
def test_services_are_named(text: str, service: str) -> None:
    assert links(text) == (service,)
    assert other_hosts(text) == ()


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("请下载：https://files.jiazi.gov.cn/d/2025.xlsx", ("files.jiazi.gov.cn",)),
        ("<a href='http://10.1.2.3:8080/f?id=7'>年报</a>", ("10.1.2.3",)),
        ("<https://oa.x.gov.cn/f/1>", ("oa.x.gov.cn",)),
        ("见https://云盘.中国/s/1，谢谢", ("云盘.中国",)),
        ("ftp://user:secret@ftp.x.cn/年报.xlsx", ("ftp.x.cn",)),
        ("www.x.cn/f/1", ("www.x.cn",)),
        ("https://a.cn/1 https://b.cn/2 https://a.cn/3", ("a.cn", "b.cn")),
        ("甲子镇人民政府 http://www.jiazi.gov.cn/ https://www.jiazi.gov.cn", ()),
        ("<html xmlns:o='http://schemas.x.com/office/1'><img src='https://t.cn/logo.png'>您好", ()),
        ("<style>@import url(https://a.cn/x.css)</style><!-- https://a.cn/1 -->您好", ()),
        ("<a href='https://wx.mail.qq.com/home/index?t=readmail_businesscard_midpage'>张</a>", ()),
        ("<a href='https://maas.mail.163.com/dashi-web-extend/html/proSignature.html?x=1'>", ()),
        ("<a href='https://go.microsoft.com/fwlink/?LinkId=550986'>Mail</a>", ()),
        ("jiazi@example.org，年报/2025.xlsx", ()),
        ("https://www.feishu.cn/", ()),
        ("> https://a.cn/1\n收到", ()),
    ],
)
def test_other_places_are_told_by_their_host(text: str, hosts: tuple[str, ...]) -> None:
    assert other_hosts(text) == hosts
    assert links(text) == ()


def test_what_a_reply_repeats_is_not_the_unit_s_own() -> None:
    text = "收到。\n\n------------------ 原始邮件 ------------------\n通知见 https://www.xian.gov.cn/tz/1"
    assert other_hosts(text, is_reply=True) == ()
    assert other_hosts(text) == ("www.xian.gov.cn",)
    outlook = "收到\n发件人: 县政府办\n发送时间: 2026年1月5日\n通知见 https://www.xian.gov.cn/tz/1"
    assert other_hosts(outlook, is_reply=True) == ()
    own = "见 https://a.cn/1\n-----Original Message-----\nhttps://b.cn/2"
    assert other_hosts(own, is_reply=True) == ("a.cn",)


@pytest.mark.parametrize(
    "text",
    [
        "<a href='data:;base64,UEsDBBQ'>表</a>",
        "<a download=x href = data:text/plain,1>表</a>",
        "<a href='data:application/x-7z-compressed;base64,N3q8'>表</a>",
        "data:application/octet-stream;name=x.xlsx;base64,AAAA",
        "<img src='data:image/png;base64,UEsDBBQAAAA'>",
        "<a href='data&#58;application/vnd.ms-excel,PK%03%04'>表</a>",
        "<object data='data:text/csv;charset=utf-8;base64,0M8R4KGx'></object>",
    ],
)
def test_data_links_of_every_kind_are_told(text: str) -> None:
    assert has_embedded_file(text)


def test_a_file_in_yenc() -> None:
    assert has_yenc_file(
        "见附件\n=ybegin line=128 size=123456 name=年报.xlsx\n\x9e\x9f\n=yend size=123456"
    )
    assert not has_yenc_file("这是 =ybegin 的说明")


CALENDAR = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ATTACH;FMTTYPE=application/vnd.ms-excel;ENCODING=BASE64;VALUE=BINARY:0M8R4", True),
        ("ATTACH;VALUE=BINARY;ENCO\r\n DING=BASE64:UEsDB", True),
        ("ATTACH:CID:part1@example.org", False),
        ("SUMMARY:ATTACH;ENCODING=BASE64", False),
    ],
)
def test_a_file_in_a_calendar_entry(line: str, expected: bool) -> None:
    assert has_file_in_calendar(unfolded(CALENDAR.format(line=line))) is expected
    assert not has_file_in_calendar(line)


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
    started = time.process_time()
    for text in (
        "mail.10086.cn/" * 10**5,
        "<blockquote>" * 10**5,
        ">" * 10**6,
        "超大附件" * 10**5,
        "begin 644 x\n" * 10**5,
        "http://a.b" * 10**5,
        "a." * 10**5,
        "<a href=" * 10**5,
        "<style>" * 10**5,
        "data:a/b;" * 10**5,
        "发件人:" * 10**5,
        "begin:vcalendar\n" + "attach;" * 10**5,
    ):
        links(text)
        other_hosts(text, is_reply=True)
        has_uuencoded_file(text)
        has_embedded_file(text)
        has_file_in_calendar(unfolded(text))
    assert time.process_time() - started < 10
