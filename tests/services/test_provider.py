"""Signing in through a provider: a real one by HTTP on this machine, honest at first, then lying in every way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey

from tests import identity_provider
from tests.identity_provider import Fake
from tests.services.conftest import furnish
from workflow.services import people, provider, staff
from workflow.services.house import House
from workflow.services.provider import Asked, Provider, WhyNot


@pytest.fixture
def fake() -> Iterator[Fake]:
    with identity_provider.running() as fake:
        yield fake


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
