"""What somebody else's page in the same browser can try while the desk is open: everything is
refused, and nothing in the campaign changes."""

from __future__ import annotations

import http.client
import io
import json
import secrets
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from campaign.scene import JIAZI, campaign_in, workbook
from desk.visitor import LONG, Clerk, Seat, clerk_at, seated, started
from xlreport import get_form

pytestmark = pytest.mark.browser

EVIL = "evil.example"
"""A name that the attacker lets lead to this machine (DNS rebinding)."""

CHANGES = (
    "/close",
    "/act/merge",
    "/act/archive",
    "/act/import",
    "/send/reminders",
    "/start",
    "/start/open",
    "/settings",
    "/roster/save",
    "/uploads",
    "/again",
    "/unit/990101/decide",
    "/unit/990101/revoke",
    "/unit/990101/import",
    "/messages/1/settle",
    "/messages/1/reopen",
    "/settings/previous/none",
    "/import",
    "/export",
    "/check",
    "/compare",
    "/verify",
    "/open/folder",
)
"""Addresses that change something, or open something."""

READ = ("/", "/state.json", "/office", "/unit/990101", "/files/settings", "/files/page", "/log")
"""Addresses that tell something of the campaign."""

POST_FORM = """address => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.name = 'f' + Math.random();
  document.body.append(frame);
  frame.addEventListener('load', () => done('loaded'));
  const form = document.createElement('form');
  form.method = 'post'; form.action = address; form.target = frame.name;
  for (const [name, value] of [['ruling', 'exclude'], ['reason', 'x'], ['how', 'drafts']]) {
    const field = document.createElement('input');
    field.name = name; field.value = value; form.append(field);
  }
  document.body.append(form); form.submit();
  setTimeout(() => done('silent'), 3000);
})"""
"""A form that sends itself into a frame."""

FETCH = """([address, mode, method]) =>
  fetch(address, {mode, method, credentials: 'include'}).then(
    answer => answer.type + ' ' + answer.status, () => 'refused')"""

CUSTOM = """address => fetch(address, {method: 'POST', credentials: 'include',
  headers: {'X-Desk-Token': 'x'}}).then(() => 'answered', () => 'refused')"""
"""With the header of our script: the browser asks before (CORS), and gets no leave."""

TAG = """([tag, address]) => new Promise(done => {
  const element = document.createElement(tag);
  element.onload = () => done('loaded'); element.onerror = () => done('refused');
  element.src = address; document.body.append(element);
  setTimeout(() => done('silent'), 3000);
})"""

FRAMED = """address => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.onload = () => { let told; try { told = frame.contentDocument ? 'own' : 'closed'; }
    catch (_) { told = 'closed'; } done(told); };
  frame.src = address; document.body.append(frame);
  setTimeout(() => done('silent'), 3000);
})"""

SOCKET = """address => new Promise(done => {
  const socket = new WebSocket(address);
  socket.onopen = () => done('open'); socket.onerror = () => done('refused');
})"""


class _Page(BaseHTTPRequestHandler):
    """The attacker's page: empty, for the test writes into it."""

    def do_GET(self) -> None:
        body = b"<!doctype html><meta charset=utf-8><title>evil</title><body>"
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Says nothing."""


@contextmanager
def other_server() -> Iterator[int]:
    """A web server of somebody else; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=LONG * 1000)
    with started(EVIL, "localhost") as browser:
        yield browser


@pytest.fixture(scope="module")
def evil() -> Iterator[int]:
    with other_server() as port:
        yield port


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    folder = tmp_path_factory.mktemp("desk") / "工作"
    campaign_in(folder)
    with seated(folder) as opened:
        yield opened


def campaign_files(folder: Path) -> dict[str, bytes]:
    """What may not change, whatever is tried: everything but the log and the lock."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("desk."):
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


@pytest.fixture
def victim(chromium: Browser, seat: Seat) -> Iterator[Clerk]:
    """A clerk at the desk, and a second page of the same browser that somebody else has made;
    afterwards everything is as it was and the desk still answers."""
    with clerk_at(chromium, seat) as clerk:
        expect(clerk.page.locator("#state")).to_have_attribute("data-fresh", "yes")
        before = campaign_files(seat.folder)
        opened = seat.opened()
        yield clerk
        clerk.go("/")
        expect(clerk.page.locator("h1")).to_contain_text("收报情况")
        assert campaign_files(seat.folder) == before
        assert seat.opened() == opened
        clerk.go("/log")
        assert clerk.page.locator("main a[href^='/jobs/']").count() == 0


def stranger(clerk: Clerk, address: str) -> Page:
    """A page of the attacker's, in the same browser with the same cookies."""
    page = clerk.page.context.new_page()
    page.goto(address)
    return page


# --- from another origin ---


def test_forms_of_another_page_change_nothing(victim: Clerk, evil: int) -> None:
    page = stranger(victim, f"http://127.0.0.1:{evil}/")
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status))
    for address in CHANGES:
        page.evaluate(POST_FORM, f"{victim.seat.origin}{address}")
    assert answers == [HTTPStatus.FORBIDDEN] * len(CHANGES)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", EVIL])
def test_requests_of_another_page_change_and_tell_nothing(
    victim: Clerk, evil: int, host: str
) -> None:
    """From another port of this machine, too: browsers send it our cookie."""
    page = stranger(victim, f"http://{host}:{evil}/")
    statuses: list[int] = []
    page.on("response", lambda answer: statuses.append(answer.status))
    for address in CHANGES:
        asked = f"{victim.seat.origin}{address}"
        assert page.evaluate(FETCH, [asked, "cors", "POST"]) == "refused"
        assert page.evaluate(FETCH, [asked, "no-cors", "POST"]) == "refused"
        assert page.evaluate(CUSTOM, asked) == "refused"
    for address in READ:
        asked = f"{victim.seat.origin}{address}"
        assert page.evaluate(FETCH, [asked, "cors", "GET"]) == "refused"
        assert page.evaluate(FETCH, [asked, "no-cors", "GET"]) == "refused"
    assert set(statuses) <= {HTTPStatus.FORBIDDEN}


def test_nothing_of_ours_is_shown_in_another_page(victim: Clerk, evil: int) -> None:
    page = stranger(victim, f"http://127.0.0.1:{evil}/")
    origin = victim.seat.origin
    for tag, address in (
        ("img", "/"),
        ("img", "/close"),
        ("script", "/state.json"),
        ("script", "/static/desk.js"),
        ("img", "/act/merge"),
    ):
        assert page.evaluate(TAG, [tag, f"{origin}{address}"]) == "refused", address
    for address in READ:
        assert page.evaluate(FRAMED, f"{origin}{address}") == "closed", address
    shown = [frame for frame in page.frames[1:] if "示例县" in frame.content()]
    assert shown == []
    assert page.evaluate(SOCKET, origin.replace("http:", "ws:")) == "refused"


def test_a_window_that_is_opened_tells_nothing(victim: Clerk, evil: int) -> None:
    """Another page may lead the browser to ours; it holds no handle of it then."""
    page = stranger(victim, f"http://127.0.0.1:{evil}/")
    with page.expect_popup() as popup:
        page.evaluate("address => { window.w = window.open(address); }", victim.seat.origin)
    popup.value.wait_for_load_state()
    assert page.evaluate(
        "() => { try { return !window.w || window.w.closed; } catch { return 1 } }"
    )


# --- with another name (DNS rebinding) ---


@pytest.mark.parametrize("host", [EVIL, "localhost"])
def test_another_name_of_this_machine_is_refused(victim: Clerk, host: str) -> None:
    page = victim.page.context.new_page()
    for address in (*READ, f"/enter?token={victim.seat.door.partition('=')[2]}"):
        answer = page.goto(f"http://{host}:{victim.seat.port}{address}")
        assert answer is not None
        assert answer.status == HTTPStatus.MISDIRECTED_REQUEST
        assert "示例县" not in page.content()
        told = page.evaluate(FETCH, ["/act/merge", "same-origin", "POST"])
        assert told == f"basic {HTTPStatus.MISDIRECTED_REQUEST}"


# --- without the session, with stolen tokens ---


def test_without_the_cookie_nothing_is_told(chromium: Browser, victim: Clerk) -> None:
    other = chromium.new_context()
    page = other.new_page()
    for address in READ:
        answer = page.goto(f"{victim.seat.origin}{address}")
        assert answer is not None
        assert answer.status == HTTPStatus.FORBIDDEN
        assert "示例县" not in page.content()
    expect(page.locator("h1")).to_have_text("这里打不开")
    other.close()


def asked(
    seat: Seat, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, str, str]:
    """A request as a program sends it: status, text, and what is set as a cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", seat.port, timeout=LONG)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("Set-Cookie") or ""
    finally:
        connection.close()


def session(clerk: Clerk) -> str:
    """The cookie of the clerk's browser."""
    (cookie,) = clerk.page.context.cookies(clerk.seat.origin)
    return f"{cookie['name']}={cookie['value']}"


def form_token(clerk: Clerk) -> str:
    """The token of our forms."""
    token = clerk.page.locator("meta[name=desk-token]").get_attribute("content")
    assert token
    return token


FORM = "application/x-www-form-urlencoded"


def test_the_token_of_a_form_is_needed_and_alone_is_not_enough(victim: Clerk) -> None:
    seat, cookie, token = victim.seat, session(victim), form_token(victim)
    own = {"Origin": seat.origin, "Content_Type": FORM}
    tries = (
        ({**own, "Cookie": cookie}, ""),
        ({**own, "Cookie": cookie}, "token="),
        ({**own, "Cookie": cookie}, "token=" + secrets.token_urlsafe(32)),
        ({**own, "Cookie": cookie}, "token=" + token[:-1]),
        ({**own, "Cookie": cookie}, "token=" + seat.door.partition("=")[2]),
        ({**own}, f"token={token}"),
        ({**own, "Cookie": cookie, "Origin": "http://evil.example"}, f"token={token}"),
        ({**own, "Cookie": cookie, "Origin": "null"}, f"token={token}"),
        ({**own, "Cookie": cookie, "Sec_Fetch_Site": "cross-site"}, f"token={token}"),
        ({"Content_Type": FORM, "Cookie": cookie}, f"token={token}"),
    )
    for address in CHANGES:
        for headers, body in tries:
            status, told, _ = asked(seat, "POST", address, body.encode(), **headers)
            assert status == HTTPStatus.FORBIDDEN, (address, headers, body)
            assert "示例县" not in told


def test_a_door_of_another_run_does_not_open(victim: Clerk) -> None:
    seat = victim.seat
    stolen = secrets.token_urlsafe(32)
    for _ in range(2):
        status, told, cookie = asked(seat, "GET", f"/enter?token={stolen}")
        assert (status, cookie) == (HTTPStatus.FORBIDDEN, "")
        assert "示例县" not in told


# --- paths ---


def test_no_path_leads_out_of_the_campaign(victim: Clerk) -> None:
    """Files are named by what they are; nothing of a request is ever a path."""
    secret = victim.seat.folder.parent / "secret.txt"
    secret.write_text("geheim", "utf-8")
    cookie = session(victim)
    for name in (
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/%2e%2e/secret.txt",
        "..%5csecret.txt",
        urllib.parse.quote(str(secret), safe=""),
        str(secret),
        "summary/../../secret.txt",
        "folder",
        "%00",
        "xlreport.toml",
        "CON",
    ):
        for place in ("/files/", "/static/", "/open/", "/unit/", "/jobs/"):
            status, told, _ = asked(victim.seat, "GET", f"{place}{name}", Cookie=cookie)
            refused = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.BAD_REQUEST)
            redirected = status in (HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.SEE_OTHER)
            assert status in refused or redirected, (place, name, status)
            assert "geheim" not in told


UPLOADED = (
    "../../out.xlsx",
    "/etc/out.xlsx",
    "C:\\Windows\\out.xlsx",
    "..\\..\\out.xlsx",
    "CON",
    "con.xlsx",
    "nul.txt/a.xlsx",
    "a\0b.xlsx",
    "很" * 300 + ".xlsx",
    "a" * 300 + ".xlsx",
    "/".join(["深"] * 60) + "/x.xlsx",
    ".",
    "..",
    " ",
    "a.xlsx.",
    "a:b|c?.xlsx",
    "<script>alert(1)</script>.xlsx",
    "\u202exslx.exe",
    "desk.json",
    "xlreport.toml",
    "records/ledger.sqlite3",
)
"""Names that lead elsewhere, that no system takes, or that are of the campaign itself."""


def test_whatever_a_file_is_called_it_lies_in_the_inbox(chromium: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "工作"
    campaign_in(folder)
    before = campaign_files(tmp_path)
    data = workbook(get_form("zfxxgk-2021"), JIAZI)
    with seated(folder) as seat, clerk_at(chromium, seat) as clerk:
        cookie, token = session(clerk), form_token(clerk)
        taken, states = set(), {}
        for number, name in enumerate(UPLOADED):
            content = data + bytes([number])
            states[name] = uploaded(seat, (cookie, token), name, content)
            if states[name] == "taken":
                taken.add(content)
        page = clerk.go("/")
        expect(page.locator("#state")).to_have_attribute("data-fresh", "yes")
        expect(page.locator("#recent li").first).to_be_visible()
        assert page.locator("main script").count() == 0
        assert clerk.complaints == []
        machine = folder.parent / f"{folder.name}.machine"
        outside = {
            name: content
            for name, content in campaign_files(tmp_path).items()
            if not name.startswith(("工作/inbox/", "工作/records", f"{machine.name}/"))
        }
        assert outside == {k: v for k, v in before.items() if not k.startswith("工作/records")}
    assert {name for name, state in states.items() if state != "taken"} == set()
    inside = [path for path in (folder / "inbox").rglob("*") if path.is_file()]
    assert {path.read_bytes() for path in inside} == taken
    for path in (folder / "inbox").rglob("*"):
        assert len(path.name.encode()) <= 255
        assert path.stem.upper() not in ("CON", "NUL")
        assert not set('<>:"|?*\\\0\u202e') & set(path.name)


def uploaded(seat: Seat, secret: tuple[str, str], name: str, content: bytes) -> str:
    """Sends a file as our script does, whatever it is called; what became of it."""
    mark = secrets.token_hex(8)
    body = io.BytesIO()
    for part, value in (("path", name.encode()), ("files", content)):
        file = '; filename="x.xlsx"' if part == "files" else ""
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{part}"{file}\r\n\r\n'
        body.write(head.encode() + value + b"\r\n")
    body.write(f"--{mark}--\r\n".encode())
    _, told, _ = asked(
        seat,
        "POST",
        "/uploads",
        body.getvalue(),
        Cookie=secret[0],
        X_Desk_Token=secret[1],
        Origin=seat.origin,
        Accept="application/json",
        Content_Type=f"multipart/form-data; boundary={mark}",
    )
    (file,) = json.loads(told)["files"]
    return str(file["state"])
