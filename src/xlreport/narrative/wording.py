"""Words of any report's Chinese: what may stand in a sentence about a number without changing it, and
what makes it be about something else."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NEUTRAL = _words("""
本年 本年度 本年内 本年度内 全年 全年度 年度内 年内 今年 今年以来 一年来 报告期内 报告年度 统计期内 截至 截止 年末 年底
到年底 12月31日 1月1日 1月1日至12月31日 1月至12月 1-12月 期间 同时 另 另外 此外 其间
我镇 我乡 我街道 我街 我办 我局 我委 我单位 我机关 我中心 我处 我们 我部门 本镇 本乡 本街道 本街 本办 本局 本委 本单位
本机关 本行政机关 本部门 本中心 本处 本办公室 全镇 全乡 全街道 全局 镇 乡 街道 局 人民政府 政府 镇政府 乡政府 镇人民政府
乡人民政府 街道办 街道办事处 办事处 党政办 党政办公室 办公室
共 共计 总共 总计 合计 累计 一共 已 已经 均 都 也 亦 仅 实际 全部 为 是 有 的 了 中 上 数 数量 总数 总量 件数
方面 情况 工作 事项 依法 依规 依法依规 按时 及时 按期 按规定 在法定期限内 在规定时间内 在规定时限内 在法定时限内
新 并 且 并且 由 对 自 从 至 起 止 一是 二是 三是 四是 五是 六是 七是 首先 其次 再次 最后
""")
"""Words that change nothing about what is counted, for whom and when."""

OTHER_TIME = _words("""
上年 上年度 上一年 上一年度 去年 前年 往年 历年 近年 近年来 以来 同期 每年 明年 下年 下年度 次年 上半年 下半年 季度 当月
每月 今后 下一步
""")
"""Words that look at another time than the report's year, or at a part of it."""

SCENE = _words("方面 情况 工作 领域 环节")
"""Words that end a clause which says what the next one is about."""

COMPARING = _words("较 比 同比 环比 相比 相较 与去年 与上年 同去年 同上年")
"""Words after which a clause compares with something else."""

JOINING = _words("、 和 及 与 以及 或 或者")
"""Words between the items of a list."""

OF_LEVEL = {"县": ("全县", "我县", "本县"), "市": ("全市", "我市", "本市")}
"""What units of a level call themselves; for others these are somebody else."""
