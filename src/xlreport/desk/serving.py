"""How requests are received: what is too large, or does not fit on the disk, is heard to its end
and dropped, for a browser that still sends hears no answer. The pages then say why."""

from __future__ import annotations

import errno
import io
import logging
import shutil
import socket
import sys
import tempfile
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server

from xlreport.errors import XlreportError
from xlreport.telling.lines import failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

THREADS = 6
"""Requests that are answered at once: a browser keeps so many connections to one host."""

BLOCK = 1 << 16
"""Bytes that are taken from a connection at a time."""

LARGEST_PAGE = 64 << 20
"""Bytes of an answer that waits in memory: with a full disk the pages still are to be seen."""


class NotReceived(XlreportError):
    """A request whose body could not be kept until it was whole."""


def server(app: Flask, listening: socket.socket, session: str) -> Any:
    """A server of the pages on a socket that is bound. Bodies above the `MAX_CONTENT_LENGTH` of the
    pages are not kept, nor any of who has not the session: pages of others cannot fill the disk."""
    logging.getLogger("waitress").setLevel(logging.ERROR)
    made = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        ident=None,
        recv_bytes=BLOCK,
        outbuf_overflow=LARGEST_PAGE,
        # its own refusal is English, and comes before a browser can hear it
        max_request_body_size=sys.maxsize,
        clear_untrusted_proxy_headers=True,
    )
    made.channel_class = _channels(app.config["MAX_CONTENT_LENGTH"], session)
    return made


def _channels(most: int, session: str) -> Callable[..., HTTPChannel]:
    """Connections whose requests keep no more than so many bytes of a body."""

    def parser(adjustments: Any) -> Request:
        return Request(adjustments, most, session)

    def channel(*arguments: Any, **more: Any) -> HTTPChannel:
        made = HTTPChannel(*arguments, **more)
        made.parser_class = parser
        return made

    return channel


class Request(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A request while it comes in."""

    def __init__(self, adjustments: Any, most: int, session: str) -> None:
        super().__init__(adjustments)
        self._most = most
        self._session = session

    def parse_header(self, header_plus: bytes) -> None:
        """Reads the header, and makes room for a body."""
        super().parse_header(header_plus)
        receiver = self.body_rcv
        if receiver is not None:
            is_ours = self._session in self.headers.get("COOKIE", "")
            most = self._most if is_ours else 0
            receiver.buf = Body(receiver.buf, most, self.content_length)


class Body:
    """What waitress has for a buffer: the body of a request, kept in its own buffer (in memory, and
    from half a megabyte on in a temporary file) as long as it may and can be. `told` is the length
    that the header tells, 0 for none."""

    def __init__(self, buffer: Any, most: int, told: int) -> None:
        self._buffer = buffer
        self._most = most
        self._length = 0
        self._trouble: NotReceived | None = None
        self._is_kept = told <= most
        if self._is_kept and told > _free():
            self._drop(OSError(errno.ENOSPC, "less is free than comes"))

    def __len__(self) -> int:
        """The bytes that came, kept or not: by them the pages know what is too large."""
        return self._length

    def append(self, data: bytes) -> None:
        """Keeps what came, unless it is too much or the disk is full."""
        self._length += len(data)
        if self._length > self._most:
            self._is_kept = False
        if not self._is_kept:
            self.close()
            return
        try:
            self._buffer.append(data)
        except OSError as error:
            self._drop(error)

    def _drop(self, error: OSError) -> None:
        """Keeps nothing from now on; whoever reads the body hears why."""
        if not error.filename:
            error.filename = tempfile.gettempdir()
        self._trouble = NotReceived(failure(error))
        self._is_kept = False
        self.close()

    def getfile(self) -> IO[bytes] | Unread:
        """The body as a stream."""
        if self._trouble is not None:
            return Unread(self._trouble)
        if not self._is_kept:
            return io.BytesIO()
        stream: IO[bytes] = self._buffer.getfile()
        return stream

    def close(self) -> None:
        """Gives the room back."""
        with suppress(OSError):  # what it could not write it tries to write once more
            self._buffer.close()


class Unread:
    """A stream in whose place an error is met."""

    def __init__(self, error: XlreportError) -> None:
        self._error = error

    def read(self, _size: int = -1) -> bytes:
        """Raises the error."""
        raise self._error


def _free() -> int:
    """The bytes for temporary files; where nobody knows, as many as there can be."""
    try:
        return shutil.disk_usage(tempfile.gettempdir()).free
    except OSError:
        return sys.maxsize
