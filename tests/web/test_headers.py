"""What every answer carries, whatever it says."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from tests.web.addresses import filled, known, routes
from tests.web.conftest import SAME, Town
from workflow.services.signing_in import set_password
from workflow.web.headers import ALWAYS


def test_every_page_carries_them_and_no_inline_script_or_style(checking: Town) -> None:
    values = known(checking)
    wrong = []
    for who in ("coordinator", "administrator", "K"):
        browser = checking.as_(who)
        for route in routes("GET"):
            answer = browser.get(filled(route, values))
            carried = all(name in answer.headers for name in (*ALWAYS, "Cache-Control"))
            policy = answer.headers.get("Content-Security-Policy", "")
            strict = "unsafe" not in policy and "default-src 'none'" in policy
            text = answer.text if "text/html" in answer.headers.get("content-type", "") else ""
            inline = re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
            if not carried or not strict or inline:
                wrong.append((who, route.path, answer.status_code, inline and inline[0]))
    assert wrong == []


@pytest.mark.parametrize("path", ["/nothing/here", "/static/nothing.css", "/sign-in", "/static/nabor.css"])
def test_errors_and_files_carry_them_too(town: Town, path: str) -> None:
    answer = town.browser(None).get(path)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


def test_a_bug_carries_them_and_tells_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("workflow.services.sessions.find", breaks)
    answer = town.browser(None).get("/sign-in")
    assert answer.status_code == 500
    assert "secret inside" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers.get("X-Content-Type-Options") == "nosniff"


def test_behind_tls_cookies_are_bound_to_the_host_and_the_site_is_pinned(town: Town) -> None:
    user = town.office.player.actor("coordinator").user
    set_password(town.office.house, user, "copper lantern drifts")
    client = TestClient(town.app, base_url="https://testserver", raise_server_exceptions=False)
    given = {"user": user, "password": "copper lantern drifts"}
    answer = client.post("/sign-in", data=given, headers=SAME, follow_redirects=False)
    cookies = [cookie for cookie in answer.headers.get_list("set-cookie") if "1970" not in cookie]
    names = {cookie.partition("=")[0] for cookie in cookies if "Max-Age=0" not in cookie}
    assert names == {"__Host-nabor", "__Host-nabor-device"}
    for cookie in cookies:
        assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
        assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_pages_are_kept_by_no_cache_and_static_files_for_good(town: Town) -> None:
    assert town.as_("coordinator").get("/me").headers["Cache-Control"] == "no-store"
    assert "immutable" in town.browser(None).get("/static/nabor.css").headers["Cache-Control"]


def test_nothing_tells_what_serves(town: Town) -> None:
    answer = town.browser(None).get("/sign-in")
    assert not {"server", "x-powered-by"} & {name.lower() for name in answer.headers}
    assert [town.browser(None).get(path).status_code for path in ("/docs", "/openapi.json", "/redoc")] == [404] * 3
