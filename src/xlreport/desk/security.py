"""Who may ask: only a browser on this machine that came in by the address the program gave it.

A page of somebody else in the same browser can send requests here too. What it lacks: the session
cookie (SameSite=Strict: other sites' requests go without it), this host's name (DNS rebinding comes
with another `Host`), the origin of our pages, and the token that stands in each of our forms.
"""

from __future__ import annotations

import hmac
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Request, Response

ADDRESS = "127.0.0.1"
"""The only address that is ever bound: nobody on the network reaches it."""

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""What pages may do (Content Security Policy 3): nothing inline, nothing from elsewhere."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # with `no-referrer` browsers send forms with `Origin: null` (Fetch, 3.2)
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

TOKEN_FIELD = "token"
TOKEN_HEADER = "X-Desk-Token"

_READING = frozenset({"GET", "HEAD"})
_OWN_SITES = frozenset({"same-origin", "none"})
"""`Sec-Fetch-Site` of requests from our pages, and from no page at all."""


class Guard:
    """The secrets of one run, and the tests that a request must pass. `entry` opens the door,
    `session` is kept by the browser as a cookie, `form` stands in every form of our pages: another
    one for each campaign, so that a window of one changes nothing in another."""

    def __init__(self, port: int) -> None:
        self.host = f"{ADDRESS}:{port}"
        self.origin = f"http://{self.host}"
        # cookies do not tell ports apart (RFC 6265, 8.5): two desks must not share a name
        self.cookie = f"xlreport-desk-{port}"
        self.entry = secrets.token_urlsafe(32)
        self.session = secrets.token_urlsafe(32)
        self._forms: dict[Path | None, str] = {}
        self.form = ""
        self.serve(None)

    @property
    def door(self) -> str:
        """The address that lets a browser in."""
        return f"{self.origin}/enter?token={self.entry}"

    def serve(self, folder: Path | None) -> None:
        """Takes forms of the pages of this campaign from now on; None is that of no campaign."""
        self.form = self._forms.setdefault(folder, secrets.token_urlsafe(32))

    def opens(self, token: str) -> bool:
        """Whether a token is that of the door."""
        return _same(token, self.entry)

    def let_in(self, response: Response) -> Response:
        """Gives a browser the session."""
        response.set_cookie(self.cookie, self.session, httponly=True, samesite="Strict", path="/")
        return response

    def objection(self, request: Request) -> HTTPStatus | None:
        """Why a request is refused; None for one of our pages. Nothing of it was looked at but its
        headers and, where it changes something, the token in its form."""
        if request.headers.get("Host", "") != self.host:
            return HTTPStatus.MISDIRECTED_REQUEST
        if not _same(request.cookies.get(self.cookie, ""), self.session):
            return HTTPStatus.FORBIDDEN
        given = request.headers.get(TOKEN_HEADER, "")
        if request.method in _READING:
            is_ours = _is_shown_alone(request) and (not given or self._is_of_a_form(given))
            return self._of_this_campaign(given) if is_ours else HTTPStatus.FORBIDDEN
        if not self._is_from_here(request):
            return HTTPStatus.FORBIDDEN
        given = given or request.form.get(TOKEN_FIELD, "")
        return self._of_this_campaign(given) if self._is_of_a_form(given) else HTTPStatus.FORBIDDEN

    def _is_of_a_form(self, token: str) -> bool:
        """Whether one of our pages has it, of whatever campaign."""
        return any(_same(token, form) for form in self._forms.values())

    def _of_this_campaign(self, token: str) -> HTTPStatus | None:
        """None for a page of the campaign that is open, and for one that does not say."""
        return None if not token or _same(token, self.form) else HTTPStatus.CONFLICT

    def _is_from_here(self, request: Request) -> bool:
        """Whether a change is asked for by one of our pages, as the browser itself says."""
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site is not None and site not in _OWN_SITES:
            return False
        if origin is not None:
            return origin == self.origin
        return site == "same-origin"


def _is_shown_alone(request: Request) -> bool:
    """Whether what is read is asked for by our pages, or as a page of its own: a page from another
    port of this machine gets our cookie sent with its frames, pictures and scripts (Fetch Metadata
    Request Headers, 3; https://web.dev/articles/fetch-metadata)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is None or site in _OWN_SITES:
        return True
    return request.headers.get("Sec-Fetch-Dest") == "document"


def _same(given: str, right: str) -> bool:
    """Compared in a time that tells nothing of how much is right."""
    return hmac.compare_digest(given.encode(), right.encode())


def secured(response: Response) -> Response:
    """A response with the headers that every page has; a file may have a policy of its own."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
