"""The letters that go out: editable text files with places to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlreport.atomic import write_atomically
from xlreport.errors import LetterError
from xlreport.text import decoded

TEMPLATES, REMINDERS, RETURNS, RECEIPTS = "templates", "reminders", "returns", "receipts"
KINDS = (TEMPLATES, REMINDERS, RETURNS, RECEIPTS)

FILES = {
    TEMPLATES: "发放模板.txt",
    REMINDERS: "催报.txt",
    RETURNS: "退回更正.txt",
    RECEIPTS: "回执.txt",
}
PLACES = (
    "单位",
    "联系人",
    "汇总单位",
    "年度",
    "报表",
    "截止日期",
    "文件名",
    "问题",
    "改法",
    "情况",
    "收到时间",
    "结果",
    "校验码",
    "主要数字",
)
"""What a letter may name in braces."""

_ONLY = {
    "文件名": (TEMPLATES, RETURNS, RECEIPTS),
    "问题": (RETURNS,),
    "改法": (RETURNS,),
    "情况": (REMINDERS,),
    "收到时间": (RECEIPTS,),
    "结果": (RECEIPTS,),
    "校验码": (RECEIPTS,),
    "主要数字": (RECEIPTS,),
}
"""Places that only some letters can fill."""

_HEAD = "主题："
_PLACE = re.compile(r"\{([^{}\n]*)\}")
_BRACES = re.compile("[{}｛｝]")

_ORIGINAL = {
    TEMPLATES: """主题：请填报{年度}年{报表}（{单位}，{截止日期}前报送）

{单位}：

附件是你单位{年度}年{报表}的填报表，请在{截止日期}前填好，直接回复这封邮件，把表作为附件发回来。

一、用 WPS 或 Excel 打开附件，只填黄色的格子，其余的已经锁定。
二、填完看封面：写着“全部通过，可以报送”再报送；写着“必须改正”的，点下面列出的每一行，到那一格改正。
三、请不要改文件格式，不要把表复制到别的文件里，也不要用超大附件或网盘链接。

{汇总单位}
""",
    REMINDERS: """主题：催报：{年度}年{报表}（{单位}，{截止日期}前报送）

{单位}：

{情况}。请在{截止日期}前填好我们发的表，回复这封邮件，把表作为附件发回来。
如果已经报送，请核对发到了哪个邮箱，并重新发一次。

{汇总单位}
""",
    RETURNS: """主题：退回更正：{年度}年{报表}（{单位}）

{单位}：

你单位报来的“{文件名}”有下列问题。{改法}，于{截止日期}前回复这封邮件重新报送。

{问题}

“错误”必须改正；“警示”请核实，数字无误的请在“校验”页写明原因。打电话询问时请报每条末尾括号里的代码。

{汇总单位}
""",
    RECEIPTS: """主题：已收到：{年度}年{报表}（{单位}）

{单位}：

你单位报来的“{文件名}”已收到，计入汇总，不用打电话询问。

收到时间：{收到时间}
审核结果：{结果}
数据校验码：{校验码}

主要数字：
{主要数字}

请与你单位留存的报表核对；不一致的，把正确的那一份重新报送。以后核对是不是同一份，报数据校验码即可。

{汇总单位}
""",
}

_FORMER = {
    RETURNS: (
        """主题：退回更正：{年度}年{报表}（{单位}）

{单位}：

你单位报来的“{文件名}”有下列问题，请在原表上改正后，于{截止日期}前回复这封邮件重新报送。

{问题}

“错误”必须改正；“警示”请核实，数字无误的请在“校验”页写明原因。打电话询问时请报每条末尾括号里的代码。

{汇总单位}
""",
    )
}
"""Originals of earlier versions: where nobody has changed them, the present ones serve."""


@dataclass(frozen=True)
class Letter:
    """A letter's subject and body, with places in braces."""

    subject: str
    body: str

    def filled(self, values: Mapping[str, str]) -> Letter:
        """The letter with every place filled; the subject is one line."""

        def value(place: re.Match[str]) -> str:
            return values[place[1]]

        subject = _PLACE.sub(value, self.subject)
        body = _PLACE.sub(value, self.body)
        one_line = " ".join(subject.split())
        return Letter(one_line, body)

    @property
    def places(self) -> frozenset[str]:
        """What the letter names in braces."""
        return frozenset(_PLACE.findall(self.subject + self.body))


def write_letters(folder: Path) -> list[Path]:
    """Writes the original letters into a folder, those that are not there yet."""
    written = []
    for kind, name in FILES.items():
        path = folder / name
        if path.exists():
            continue
        text = _ORIGINAL[kind].replace("\n", "\r\n")
        write_atomically(path, text.encode("utf-8-sig"))
        written.append(path)
    return written


def read_letter(folder: Path, kind: str) -> Letter:
    """The letter of a kind; the original one when its file is not there. Raises LetterError with
    every mistake."""
    path = folder / FILES[kind]
    text = decoded(path.read_bytes()) if path.exists() else _ORIGINAL[kind]
    if text is None:
        raise LetterError(f"信件“{path.name}”的编码认不出来，请用记事本另存为 UTF-8。")
    written = text.replace("\r\n", "\n").lstrip("\n")
    if written in _FORMER.get(kind, ()):
        written = _ORIGINAL[kind]
    first, _, body = written.partition("\n")
    subject = first.removeprefix(_HEAD).strip()
    if not first.startswith(_HEAD) or not subject:
        raise LetterError(f"信件“{path.name}”第 1 行应当是“{_HEAD}……”。")
    letter = Letter(subject, body.strip("\n") + "\n")
    _require_places(letter, kind, path.name)
    without_places = _PLACE.sub("", letter.subject + letter.body)
    if _BRACES.search(without_places):
        raise LetterError(
            f"信件“{path.name}”里的大括号没有成对，或者是全角的；要写成英文的 {{单位}}。"
        )
    return letter


def _require_places(letter: Letter, kind: str, name: str) -> None:
    """Raises LetterError for places that a letter of this kind cannot fill."""
    usable = [place for place in PLACES if kind in _ONLY.get(place, KINDS)]
    unusable = sorted(letter.places.difference(usable))
    if unusable:
        wrong = _in_braces(unusable)
        right = _in_braces(usable)
        raise LetterError(f"信件“{name}”里的{wrong}不能用，这封信只能用{right}。")


def _in_braces(places: Iterable[str]) -> str:
    return "".join(f"{{{place}}}" for place in places)
