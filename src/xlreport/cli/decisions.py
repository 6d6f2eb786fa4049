"""The command by which a county decides about a report."""

from __future__ import annotations

import typer

from xlreport.cli.campaign import needed_campaign, opened_campaign, units_named
from xlreport.cli.options import CampaignFolder, DecidedBy, Opening, Reason, UnitAndMatter


def decide(
    *,
    words: UnitAndMatter = None,
    reason: Reason = "",
    by: DecidedBy = "",
    campaign: CampaignFolder = None,
    opening: Opening,
) -> int:
    """由县里决定一份报表或其中一个问题：认可、要求核实或不计入；随时可以撤销。

    认可和要求核实只对现在这一份报表有效，单位重新报送后要重新决定。决定记在收发记录里，汇总表、汇总情况和信里都写明。

    例子：
      xlreport decide 某镇 B-4 accept --reason 已电话核实，清理了旧文件
      xlreport decide 某镇 exclude --reason 已并入邻镇
      xlreport decide 某镇 B-4 revoke
    """
    from xlreport.campaign import decisions
    from xlreport.text import harmless

    opened = opened_campaign(needed_campaign(campaign), opening.read_options())
    if not words:
        for decision in decisions.decisions_of(opened):
            line = (
                f"{decision.unit.name}　{decision.what}　{decision.ruling.label}：{decision.signed}"
            )
            typer.echo(harmless(line))
        return 0
    if len(words) not in (2, 3):
        raise typer.BadParameter("要写“单位 代码 决定”，或者（整份报表）“单位 决定”。")
    name, *code, ruling = words
    (unit, *others) = units_named(opened.roster, name)
    if others:
        raise typer.BadParameter(f"名册里有几个单位叫“{name}”，请写单位代码。")
    asked = decisions.Asked(unit, "".join(code), ruling, reason, by)
    typer.echo(harmless(decisions.decide(opened, asked)))
    return 0
