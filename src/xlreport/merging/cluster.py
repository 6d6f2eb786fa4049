"""The machines of a Dask cluster as an executor, once all of them are known to read as this one."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xlreport.errors import UsageError
from xlreport.merging.elsewhere import program_digest

if TYPE_CHECKING:
    from distributed import Client

CONNECTING = 15.0
"""Seconds in which the scheduler of a cluster must answer."""

_LOGS = ("distributed", "distributed.client")
"""The logs of Dask that show what happens in a client."""

MOST_NAMED = 3
"""Machines that a sentence names."""


@contextmanager
def connected(address: str) -> Iterator[Executor]:
    """The executor of the cluster at an address (`tcp://host:port`). Raises UsageError when Dask is
    not installed, nobody answers, the cluster has no machine, or one has another program."""
    client = _client(address)
    try:
        _require_same_program(client)
        yield client.get_executor(pure=False)
    finally:
        client.close()


def _client(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "用集群读取的组件没有安装：请运行 pip install 'xlreport[cluster]' 后再试。"
        ) from None
    for name in _LOGS:  # what they write is English, and who runs a command cannot use it
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError):
        raise UsageError(
            f"连不上集群“{address}”：请检查地址，并确认调度程序已启动（见用户手册第九节）。"
        ) from None


def _require_same_program(client: Client) -> None:
    """Raises UsageError unless every machine has exactly this program: another one might read
    differently, and nobody would see it."""
    digests: dict[str, Any] = client.run(program_digest, on_error="return")
    if not digests:
        raise UsageError("集群里没有可以用的机器：请先在各台机器上启动工作程序，再运行。")
    own = program_digest()
    others = [machine for machine, digest in digests.items() if digest != own]
    if others:
        named = "、".join(others[:MOST_NAMED])
        more = "等" if len(others) > MOST_NAMED else ""
        raise UsageError(
            f"集群里有 {len(others)} 台机器装的 xlreport 与本机不同，或没有装（{named}{more}）："
            "请都装成同一版本，重新启动工作程序后再运行。"
        )
