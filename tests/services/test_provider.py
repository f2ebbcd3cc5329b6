"""Signing in through a provider: a real one by HTTP on this machine, honest at first, then lying in every way."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from tests.services.conftest import furnish
from workflow.services import people, provider, staff
from workflow.services.house import House
from workflow.services.provider import Asked, Provider, WhyNot

KEYS: dict[str, Any] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "r"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "e"}),
}


@dataclass
class Fake:
    """The provider. `claims` override what it says; `alg` is how it signs."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    alg: str = "RS256"
    key: Any = None
    calls_itself: str = ""
    challenge: str = ""
    nonce: str = ""
    now: int = 0
    secret: str = ""

    def token(self) -> str:
        said = {
            "iss": self.issuer,
            "sub": "person-1",
            "aud": "nabor",
            "exp": self.now + 300,
            "iat": self.now,
            "nonce": self.nonce,
            "email": "Ada@Riverside.example",
            "email_verified": True,
            **self.claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        key = self.key or KEYS[self.alg]
        header = {"alg": self.alg, **({"kid": key.kid} if key.kid else {})}
        return jwt.encode(header, said, key, algorithms=[self.alg])


class _Handler(BaseHTTPRequestHandler):
    fake: Fake

    def do_GET(self) -> None:
        fake = self.fake
        if self.path == "/keys":
            self._answer(KeySet(list(KEYS.values())).as_dict(private=False))
        else:
            paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            found = {name: fake.issuer + path for name, path in paths.items()}
            self._answer({"issuer": fake.calls_itself or fake.issuer, **found})

    def do_POST(self) -> None:
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        verifier = given["code_verifier"][0].encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        basic = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        if challenge != self.fake.challenge or given["code"] != ["good"] or basic != "nabor:s%2Fcret":
            self._answer({"error": "invalid_grant"}, 400)
        else:
            self._answer({"id_token": self.fake.token(), "token_type": "Bearer"})

    def _answer(self, value: Any, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def fake() -> Iterator[Fake]:
    fake = Fake()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": fake}))
    fake.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def house(database, catalogue) -> House:
    house, _, _ = furnish(database, catalogue)
    staff.ensure_institution(house, "stara_zagora")
    staff.add_user(house, "Ada Reed", "ada@riverside.example", "ada")
    staff.grant(house, "stara_zagora", "ada", "coordinator")
    return house


def _sign_in(house: House, fake: Fake, **came: str) -> str | WhyNot:
    there = Provider(fake.issuer, "nabor", "s/cret", "https://jobs.example/sign-in/provider/back")
    asked = provider.ask(there)
    if isinstance(asked, WhyNot):
        return asked
    address, remembered = asked
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == there.back
    fake.challenge, fake.nonce = query["code_challenge"], query["nonce"]
    fake.now = int(house.clock.now().timestamp())
    return provider.answered(house, there, remembered, {"code": "good", "state": query["state"], **came})


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_the_first_sign_in_binds_the_identity_by_verified_address(house: House, fake: Fake, alg: str) -> None:
    fake.alg = alg
    assert _sign_in(house, fake) == "ada"
    assert provider.is_linked(house, "ada")
    fake.claims = {"email": "married@riverside.example", "email_verified": False}
    assert _sign_in(house, fake) == "ada", "from then on it is the identity that counts"
    fake.claims = {"sub": "person-2"}
    assert _sign_in(house, fake) == WhyNot.UNKNOWN, "the same address, and somebody else"


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": ""},
        {"email": "stranger@riverside.example"},
    ],
)
def test_who_cannot_be_found_is_not_let_in(house: House, fake: Fake, claims: dict[str, Any]) -> None:
    fake.claims = claims
    assert _sign_in(house, fake) == WhyNot.UNKNOWN


def test_an_address_of_two_people_finds_neither(house: House, fake: Fake) -> None:
    staff.add_user(house, "Another Ada", "ADA@riverside.example", "ada2")
    assert _sign_in(house, fake) == WhyNot.UNKNOWN


def test_who_was_disabled_is_not_let_in(house: House, fake: Fake) -> None:
    assert _sign_in(house, fake) == "ada"
    assert people.disable(house, "stara_zagora", "clock", "ada") is None
    assert _sign_in(house, fake) == WhyNot.DISABLED


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["nabor", "another"]},
        {"azp": "another"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
    ],
)
def test_a_token_for_something_else_is_not_taken(house: House, fake: Fake, claims: dict[str, Any]) -> None:
    fake.claims = claims
    assert _sign_in(house, fake) == WhyNot.NOT_GENUINE


def test_a_token_signed_by_somebody_else_is_not_taken(house: House, fake: Fake) -> None:
    fake.key = RSAKey.generate_key(2048, {"kid": "r"})
    assert _sign_in(house, fake) == WhyNot.NOT_GENUINE


def test_a_token_signed_with_a_shared_secret_is_not_taken(house: House, fake: Fake) -> None:
    fake.alg, fake.key = "HS256", OctKey.import_key("s/cret" * 6)
    assert _sign_in(house, fake) == WhyNot.NOT_GENUINE


@pytest.mark.parametrize(
    ("came", "why"),
    [
        ({"state": "of another"}, WhyNot.NOT_GENUINE),
        ({"iss": "https://evil.example"}, WhyNot.NOT_GENUINE),
        ({"error": "access_denied"}, WhyNot.DECLINED),
        ({"code": ""}, WhyNot.DECLINED),
        ({"code": "stolen"}, WhyNot.UNREACHABLE),
    ],
)
def test_an_answer_that_was_not_asked_for_is_not_taken(
    house: House, fake: Fake, came: dict[str, str], why: WhyNot
) -> None:
    assert _sign_in(house, fake, **came) == why


def test_a_provider_that_calls_itself_otherwise_or_is_away(house: House, fake: Fake) -> None:
    fake.calls_itself = "https://evil.example"
    assert _sign_in(house, fake) == WhyNot.UNREACHABLE
    away = Provider("http://127.0.0.1:9", "nabor", "s", "https://jobs.example/back")
    assert provider.ask(away) == WhyNot.UNREACHABLE
    assert provider.answered(house, away, Asked("s", "n", "v"), {"state": "s", "code": "c"}) == WhyNot.UNREACHABLE
