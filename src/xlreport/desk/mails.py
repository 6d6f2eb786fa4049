"""What became of the messages that were dropped: a sentence that is true of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from xlreport.campaign.collect import KNOWN, TROUBLE, CollectedMessage
from xlreport.telling.lines import collected_line
from xlreport.text import harmless

MOST_NAMED = 5
"""Files of a message that are named."""

LISTED = "，列在“要由人看的”里"

NOT_COLLECTED = "没有当作邮件收取，请打开“收到的邮件”自己看。"
"""Said of what was dropped as a message and is none to the mailbox."""


@dataclass(frozen=True)
class Collected:
    """What the runs so far said of each message, by where it lies below the dropped ones."""

    messages: Mapping[str, CollectedMessage]

    def with_run(self, messages: Iterable[CollectedMessage]) -> Collected:
        """After one more run; of what was taken before it knows no more than was known."""
        found = dict(self.messages)
        for message in messages:
            if message.state != KNOWN or message.origin not in found:
                found[message.origin] = message
        return Collected(found)

    def told(self, path: str, asking: Collection[str]) -> str:
        """What became of a dropped file: of its one message, or of all in it (an mbox). `asking`
        are the origins of those that a person must open. Empty where nothing is known of it."""
        if path in self.messages:
            return _of_one(self.messages[path], is_listed=path in asking)
        inside = f"{path}：第 "
        own = [each for origin, each in self.messages.items() if origin.startswith(inside)]
        return _of_all(own, sum(each.origin in asking for each in own)) if own else ""


NOTHING_YET = Collected({})


def _of_one(message: CollectedMessage, *, is_listed: bool) -> str:
    listed = LISTED if is_listed else ""
    lines = [collected_line(file) for file in message.files if file.path]
    if lines:
        more = f"；共 {len(lines)} 个" if len(lines) > MOST_NAMED else ""
        return f"收取了：{'；'.join(lines[:MOST_NAMED])}{more}{listed}"
    if message.state == KNOWN:
        return f"以前收取过{listed}"
    why = min(message.findings, key=lambda finding: finding.severity.rank, default=None)
    reason = "" if why is None else f"：{harmless(why.message)}"
    result = "没有读成" if message.state == TROUBLE else "里面没有报表"
    return f"{result}{reason}{listed or '，别处没有列出'}"


def _of_all(messages: Collection[CollectedMessage], listed: int) -> str:
    """Of a file with several messages."""
    paths: set[str] = set()
    for message in messages:
        paths.update(file.path for file in message.files if file.path)
    told = f"{len(messages)} 封邮件，收取了 {len(paths)} 个文件"
    return f"{told}，{listed} 封列在“要由人看的”里" if listed else told
