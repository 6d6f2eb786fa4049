"""The words of any report: what changes nothing, what looks elsewhere, what denies."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_THE_YEAR = _words("""
本年 本年度 本年内 本年度内 全年 全年度 年度 年度内 年内 今年 今年以来 一年来 年初以来 当年
报告期 报告期内 报告年度 统计期内 统计年度 截至 截止 截止到 截至到 年末 年底 到年底
1月1日至12月31日 1月至12月 1-12月 期间 同时 另 另外 此外 其间 目前
截至目前 截止目前 到目前为止 至今 本年以来 本年度以来 当年度 报告期间 统计期间 统计期 这一年 一年里
""")

_OURSELVES = _words("""
我 我们 我镇 我乡 我街道 我街 我街办 我办 我办公室 我局 我局机关 局机关 我委 我单位 我机关 我中心
我处 我部门 我院 我站 我队 我所 我会 我行 我校 我公司 我分局 我支队 我大队 我管委会 本镇 本乡 本街道
本街 本办 本办公室 本局 本委 本单位 本机关 本行政机关 本部门 本中心 本处 本院 本站 本队 本分局
本支队 本大队 本级 全镇 全乡 全街道 全街 全局 全委 全系统 镇 乡 街道 局 委 分局 街办 园区
苏木 我苏木 本苏木 人民政府 政府 镇政府 乡政府 镇人民政府 乡人民政府 街道办 街道办事处 办事处
党政办 党政办公室 办公室 政府办 管委会 我辖区 本辖区 我园区 本园区 我开发区 我集团 我场 本场
""")

_COUNTING = _words("""
共 共计 共有 总共 总计 合计 合并 累计 一共 已 已经 均 都 也 亦 则 仅 实际 全部 为 是 有 的 了 过
中 上 件 数 数量 数量为 总数 总数为 总量 总量为 件数 总件数 方面 情况 工作 事项 事务 事宜 事件
现象 情形 问题 类 等 等情况 等现象 等情形 等事项 所有 仅有 只 只有 共计有 累计共 达 计 次数 数共
""")

_MANNER = _words("""
依法 依规 依法依规 按时 及时 按期 如期 依法按时 按要求 按程序 按流程 按期限 按时限 按规定
按照规定 按相关规定 按规定时限 按规定时间 按规定程序 按照规定程序 按照时限要求 规定时限内
规定时间内 规定期限内 法定时限内 法定期限内 法定时间内 在法定期限内 在规定时间内 在规定时限内
在法定时限内 在规定期限内 在法定时间内 在规定的时限内 在规定的期限内 在规定的时间内 规范 妥善
严格 认真 有效 全面 顺利 高效 准确 高质量 圆满 稳妥 逐一 逐件 准时 依规 按规 积极
进行 给予 予以 作出 做出 及时有效 依法及时 保质保量
""")

_LINKS = _words("""
新 并 且 并且 由 对 自 从 至 起 止 到 在 后 关于 一是 二是 三是 四是 五是 六是 七是 首先 其次 再次
最后
""")

DAYS = _words("1月1日 12月31日 12月底")
"""Days that bound the year: behind 截至 or 至 they change nothing, alone they are a day like any
other."""

SPANNING = _words("截至 截止 截止到 截至到 到 至 止 起 自 从")
"""Words that make a span of time of the days beside them."""

NEUTRAL = (*_THE_YEAR, *DAYS, *_OURSELVES, *_COUNTING, *_MANNER, *_LINKS)
"""Words that change nothing about what is counted, for whom and when."""

LAST_YEAR = _words("上年 上年度 上一年 上一年度 去年 去年度")
NEXT_YEAR = _words("下年 下年度 下一年 下一年度 明年 次年 次年度 来年")

OTHER_TIME = (
    *LAST_YEAR,
    *NEXT_YEAR,
    *_words("""
前年 往年 历年 近年 近年来 以来 同期 每年 上半年 下半年 季度 当月 每月 今后 下一步
"""),
)
"""Words that look at another time than the report's year, or at a part of it."""

NONE = _words("无 暂无 均无 并无 也无 亦无 全无 没有 没 未有 均没有 也没有 都没有 尚无")
NOT_YET = _words("""
未 均未 也未 亦未 并未 尚未 暂未 从未 未曾 未有 没有 没 没有再 均没有 也没有 都没有 从没有 未再
""")
"""How a text says that there is none of a thing, and that something did not happen."""

CLASSES = {"上年": LAST_YEAR, "下年": NEXT_YEAR, "无": NONE, "未": NOT_YET}
"""A definition writes the first word and means any of its class."""

SCENE = _words("方面 情况 工作 领域 环节")
"""Words that end a clause which says what the next one is about."""

COMPARING = _words("较 比 同比 环比 相比 相较 与去年 与上年 同去年 同上年")
"""Words after which a clause compares with something else."""

OPENING = _words("其中 包括 包含 含 分别 分别为 分别是 具体 具体为 具体是")
"""Words that begin a list of the kinds of what was counted."""

ENDING = _words("""
等渠道 等方式 等途径 等形式 等多种渠道 等多种方式 等多种途径 等各种渠道 等多种形式 其他形式
其他渠道 其他方式 其他途径 或其他形式
""")
"""Words behind a list of kinds that stands for all of them."""

TIMES = _words("次 件次 人次")
"""Measure words in which only 0 says how many things there were."""

EACH_TIME = {"件次": "件"}
"""Measure words that count a thing each time that it comes, by the one that counts it once: 5件次
are 5件 or fewer."""

SUMS = _words("共 共计 总共 总计 合计 一共 合并")
"""Words before a sum."""

AFFIRMING = _words("有 仅有 只有 共有 存在 发生 出现 产生 新增")
"""Words that say that there is something, save at the end (没有行政诉讼情况发生)."""

OTHERS = _words("乡镇 镇乡 镇街 街镇 乡街 乡镇街道 镇街道")
"""Names for many units, in which those for one stand (镇, 乡)."""

_INSIDE = r"(?!\d+ ?[件份条宗起])[^，,。；;：:！？\n]"
"""A character of an adverbial: of the same clause, and no count begins there."""

_BY_RULE = (
    rf"(?:按照?|依照|依据|根据|遵照|对照)(?:{_INSIDE}){{0,40}}?"
    r"(?:要求|规定|程序|流程|时限|期限|条例》?|办法》?|制度)的?"
    r"(?:要求|规定|程序|流程|时限|期限|时间)?内?"
)
_IN_TIME = (
    rf"(?<![存现所旨])在(?:(?![月季半]){_INSIDE}){{0,24}}?"
    r"(?:时限|期限|时间|时效|工作日)(?:要求)?之?内"
)
WAYS = (
    rf"(?:通过|(?<![所可予难加])以|采用|采取|利用|依托)(?:{_INSIDE}){{0,60}}?"
    r"(?:等(?:多种|各种|各类|多个|不同)?|多种|各种|各类|多个|不同|任何)(?:渠道|方式|途径|形式)"
)
"""In all which ways something was done (通过网站、邮箱等渠道): that may be anything, unless the
clause names it."""

BECAUSE = "(?:因为?|由于?|针对)"
"""How a cause begins."""

CAUSED = _words("引起 引发 导致 产生 出现 造成 引致 而 的")
"""The words of a cause that say nothing about it."""

CAUSE = (
    rf"(?<![原基]){BECAUSE}(?:(?!、|\d){_INSIDE}){{0,30}}?"
    r"而?(?:引起|引发|导致|产生|出现|造成|引致)的?"
)
"""Because of what something was done (因政府信息公开工作不当引起的)."""

FAULTS = _words("""
不当 不服 不满 不满意 不及时 不规范 不准确 不完整 未及时 未按时 未按期 逾期 超期
""")
"""What was wrong with that which is the cause."""

ADVERBIALS = "|".join((_BY_RULE, _IN_TIME))
"""By which rule (按照《条例》的有关规定) and until when (在法定的20个工作日内) something was done.
These change nothing about the number, whatever words they hold."""

JOINING = _words("、 和 及 与 以及 或 或者")
"""Words between the items of a list."""
