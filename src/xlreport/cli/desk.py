"""The command that opens the desk: the same work as pages in a browser."""

from __future__ import annotations

from pathlib import Path

import typer

from xlreport.cli.options import AmongDocuments, DeskFolder, DeskPort, NoBrowser, Opening


def desk(
    *,
    folder: DeskFolder = None,
    port: DeskPort = 0,
    no_browser: NoBrowser = False,
    documents: AmongDocuments = False,
    opening: Opening,
) -> int:
    """打开工作台：在浏览器里收表、看表、催报、汇总，不用写命令。只有这台电脑能打开它。

    “文件夹”是 init 建立的工作文件夹；别的文件夹里可以选择或新建一次工作。

    例子：
      xlreport desk 2025年报
      xlreport desk
    """
    from dataclasses import replace

    from xlreport.cli.documents import campaigns
    from xlreport.errors import UsageError
    from xlreport.merging.request import uncounted

    try:
        from xlreport.desk import launch
    except ModuleNotFoundError as error:
        raise UsageError(
            f"没有安装工作台要用的组件（{error.name}），请运行 pip install .[desk]。"
        ) from None
    reading = replace(opening.read_options(), progress=uncounted)
    place = folder or (campaigns() if documents else Path())
    start = launch.Start(place, port, browser=not no_browser, reading=reading)
    launch.run(start, typer.echo)
    return 0
