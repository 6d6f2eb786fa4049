"""Sentences that advise a command, as a page says them: there what to do is done by a button."""

from __future__ import annotations

_STAYS = "命令后加 --force，旧文件改名为 .bak 留着"

ON_PAGE = {
    "，命令后加 --reason 和理由": "",
    "（见 xlreport status）；确实要催的，": "；确实要催的，",
    "命令后加 --unit 和单位名称": "到这个单位的页面上发",
    "编号见 xlreport status 里“要由人打开的邮件”": "请回到收报情况，看“要由人看的”",
    "见 xlreport status": "见这个单位的页面",
    "请再运行一次 xlreport template": "请在“办理”里再生成一次模板",
    "再运行一次 xlreport template": "再生成一次模板",
    "请从原来的地方再运行一次 xlreport collect": "请把原来的邮件再放一次",
    "请先在 xlreport.toml 里写明 deadline": "请先在“设置”里写明截止日期",
    "请改 xlreport.toml 里的 deadline": "请到“设置”里改",
    "xlreport.toml 里的 county": "这项工作里",
    f"请另给一个文件夹；确实要写在这里，{_STAYS}": "请把旧文件改名或移走，再做一次",
    f"或者{_STAYS}": "或者把旧文件改名留着",
    "请给出打开密码（见用户手册第四节）": "请在“设置”里给出打开密码",
    "（xlreport repair）": "（在“办理”里）",
    "再重新运行": "再试一次",
    "一次导入一个文件，命令后加 --year、--unit 写明": ("请在“办理”里一个一个导入，写明单位和年度"),
    "先运行 pip install .[template]": "这里没有装要的部件",
    "要先装好 pyarrow：pip install xlreport[parquet]；csv 和 json 不用。": (
        "要的部件这里没有装，请写成 CSV 或 JSON。"
    ),
    "后重新运行": "后再试一次",
    "再运行一次": "再做一次",
    "请等它结束后再运行": "请等它结束后再试",
    "然后再运行这条命令": "然后再做一次",
    "请同时给出上年的汇总表或各单位上年的报表": "请在“设置”里给出上年的汇总表或各单位上年的报表",
}
"""What advises a command, and what a page says in its place; longer phrases come first. That each
of them is said somewhere is tested."""


def on_page(text: str) -> str:
    """A sentence for the page."""
    for command, button in ON_PAGE.items():
        text = text.replace(command, button)
    return text
