"""Pages saved with all that belongs to them as one file (.mht, .mhtml): the page in it.

Source: RFC 2557 (MHTML), RFC 2045 (how the parts of a message are encoded). Nothing is fetched.
"""

from __future__ import annotations

import email
import email.policy
from email.message import Message

from xlreport.formats import html
from xlreport.formats.grid import Document
from xlreport.formats.guard import Limits

_MOST_PARTS = 1000


def read(data: bytes, limits: Limits) -> Document:
    """Reads the page; a message without one has nothing in it. Raises Refused."""
    page = _page(email.message_from_bytes(data, policy=email.policy.compat32))
    return html.read(page, limits) if page else Document(html.KIND, ())


def _page(message: Message) -> bytes:
    """The longest page among the parts: beside it are frames and what it shows. None of a letter
    with attachments: these are what was sent."""
    pages = [b""]
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            break
        if part.get_content_disposition() == "attachment":
            return b""
        if part.get_content_type() == "text/html":
            pages.append(_content(part))
    return max(pages, key=len)


def _content(part: Message) -> bytes:
    """A page with the encoding that its part tells, which holds before its own (RFC 2557, 8)."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return b""
    charset = part.get_content_charset("")
    if not charset or not charset.replace("-", "").isalnum():
        return content
    return f'<meta charset="{charset}">'.encode("ascii", "replace") + content
