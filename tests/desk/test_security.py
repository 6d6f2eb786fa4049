"""What another page in the same browser, another program or another machine can try."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from campaign.scene import campaign_in
from desk.scene import PORT, Visit, words
from xlreport.desk.security import TOKEN_FIELD, TOKEN_HEADER, Guard

OWN = f"http://127.0.0.1:{PORT}"


def every_address(visit: Visit) -> Iterator[tuple[str, str]]:
    """Each address of the desk with each method that it takes."""
    places = {"code": "990101", "key": "summary", "kind": "reminders", "name": "merge", "number": 1}
    app = visit.client.application
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        values = {name: places[name] for name in rule.arguments}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield method, adapter.build(rule.endpoint, values, method=method)


def test_without_the_session_every_address_is_closed(visit: Visit) -> None:
    stranger = visit.client.application.test_client()
    asked = list(every_address(visit))
    assert len(asked) > 20
    for method, address in asked:
        answer = stranger.open(address, method=method, headers=visit.headers)
        assert answer.status_code == HTTPStatus.FORBIDDEN, address
        assert "工作" not in answer.text.replace("工作台", ""), "nothing of the campaign is told"


def test_another_name_of_this_machine_is_refused(visit: Visit) -> None:
    """DNS rebinding: a name of the attacker's that leads to 127.0.0.1."""
    for method, address in every_address(visit):
        for host in ("evil.example", f"evil.example:{PORT}", f"localhost:{PORT}", "127.0.0.1"):
            answer = visit.client.open(address, method=method, headers={"Host": host})
            assert answer.status_code == HTTPStatus.MISDIRECTED_REQUEST, (host, address)


def test_a_window_of_one_campaign_changes_nothing_in_another(visit: Visit, tmp_path: Path) -> None:
    mine, old = visit.folder, visit.desk.guard.form
    other = campaign_in(tmp_path / "另一项").settings.folder
    visit.desk.open(other)
    headers = {"Host": visit.desk.guard.host, "Origin": visit.desk.guard.origin}
    sent = {TOKEN_FIELD: old, "contact": "张冠李戴"}
    answer = visit.client.post("/settings", data=sent, headers=headers)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "这个窗口里的是另一项工作" in words(answer.text)
    assert "张冠李戴" not in (other / "xlreport.toml").read_text("utf-8-sig")
    asked = {**headers, TOKEN_HEADER: old}
    assert visit.client.get("/state.json", headers=asked).status_code == HTTPStatus.CONFLICT
    visit.desk.open(mine)
    assert visit.client.get("/state.json", headers=asked).status_code == HTTPStatus.OK
    answer = visit.client.post("/settings", data=sent, headers=headers)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert "张冠李戴" in (mine / "xlreport.toml").read_text("utf-8-sig")


def test_the_door_opens_with_its_token_only(visit: Visit) -> None:
    stranger = visit.client.application.test_client()
    for token in ("", "x", visit.desk.guard.session, visit.desk.guard.form):
        answer = stranger.get(f"/enter?token={token}", headers=visit.headers)
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert "Set-Cookie" not in answer.headers
    answer = stranger.get(f"/enter?token={visit.desk.guard.entry}", headers=visit.headers)
    assert answer.headers["Location"] == "/"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"xlreport-desk-{PORT}={visit.desk.guard.session};")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Origin": f"https://127.0.0.1:{PORT}"},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": OWN, "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
    ids=str,
)
def test_a_change_that_another_page_asks_for_is_refused(
    visit: Visit, headers: dict[str, str]
) -> None:
    """Even with the cookie and the token: the browser itself says who asks."""
    for method, address in every_address(visit):
        if method == "POST":
            answer = visit.client.post(
                address,
                data={TOKEN_FIELD: visit.desk.guard.form},
                headers={**visit.headers, **headers},
            )
            assert answer.status_code == HTTPStatus.FORBIDDEN, address
    assert visit.desk.jobs.listed == []
    assert not visit.desk.closing.is_set()


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
def test_another_page_cannot_use_ours_as_a_part_of_itself(visit: Visit, site: str) -> None:
    """A page from another port of this machine gets our cookie sent, too."""
    for method, address in every_address(visit):
        if method == "GET":
            for part in ("iframe", "image", "script", "empty", "object"):
                headers = {**visit.headers, "Sec-Fetch-Site": site, "Sec-Fetch-Dest": part}
                answer = visit.client.get(address, headers=headers)
                assert answer.status_code == HTTPStatus.FORBIDDEN, (address, part)
    led = {**visit.headers, "Sec-Fetch-Site": site, "Sec-Fetch-Dest": "document"}
    assert visit.client.get("/log", headers=led).status_code == HTTPStatus.OK


@pytest.mark.parametrize("token", ["", "x", "é"])
def test_a_change_without_the_token_of_our_forms_is_refused(visit: Visit, token: str) -> None:
    for method, address in every_address(visit):
        if method == "POST":
            headers = {**visit.headers, "Origin": OWN}
            answer = visit.client.post(address, data={TOKEN_FIELD: token}, headers=headers)
            assert answer.status_code == HTTPStatus.FORBIDDEN, address
    assert visit.desk.jobs.listed == []
    assert not visit.desk.closing.is_set()


def test_our_own_pages_may(visit: Visit) -> None:
    for headers in ({"Origin": OWN}, {"Sec-Fetch-Site": "same-origin"}):
        answer = visit.client.post(
            "/again",
            headers={**visit.headers, **headers, TOKEN_HEADER: visit.desk.guard.form},
        )
        assert answer.status_code == HTTPStatus.SEE_OTHER


def test_every_answer_says_what_a_page_may_do(visit: Visit) -> None:
    answers = [
        visit.get("/"),
        visit.get("/roster"),
        visit.get("/static/desk.js"),
        visit.get("/nothing"),
        visit.client.get("/", headers={"Host": "evil.example"}),
        visit.post("/act/nothing"),
    ]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy == (
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
            "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 421, 404]


def test_no_page_has_a_script_or_a_style_of_its_own(visit: Visit) -> None:
    for address in ("/", "/start", "/roster", "/office", "/settings", "/log", "/unit/990101"):
        page = visit.page(address)
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == 1
        assert "http://" not in page, "nothing is asked for elsewhere"
        assert "https://" not in page


def test_names_from_outside_are_escaped(tmp_path: Path, visit: Visit) -> None:
    name = "<img src=x onerror=alert(1)>'\"&.xlsx"
    said = visit.send(name, b"no workbook")
    assert said["files"][0]["state"] == "taken"
    page = visit.page("/")
    assert "<img" not in page
    assert "img src=x onerror=alert(1)" in page


def test_each_run_has_secrets_of_its_own() -> None:
    first, second = Guard(1), Guard(1)
    secrets = {first.entry, first.session, first.form, second.entry, second.session, second.form}
    assert len(secrets) == 6
    assert min(map(len, secrets)) >= 43
