"""Signing in through an OpenID Connect provider: authorization code with PKCE, state and nonce.

Why: offices that have a sign-in of their own need no second password. Who somebody is there is (issuer, subject), never
an address; the address only finds the person at the first sign-in, and must be verified and belong to exactly one.
Source: OpenID Connect Core 1.0, 3.1; Discovery 1.0, 4; RFC 7636; RFC 9207; RFC 9700.
Never here: cookies and pages, sessions.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from workflow.persistence import access_reads, signing_reads
from workflow.persistence.tables import Credential
from workflow.persistence.unit_of_work import Unit
from workflow.services.house import House

ALGORITHMS = ["RS256", "ES256"]
"""What a provider may sign with: never `none`, never a shared secret."""
_LEEWAY = 60
_TIMEOUT = 10.0
_LARGEST = 1_000_000
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class WhyNot(StrEnum):
    """Why nobody is signed in."""

    UNREACHABLE = "unreachable"
    """The provider does not answer, or answers something else than OpenID Connect."""
    DECLINED = "declined"
    """The person or the provider said no."""
    NOT_GENUINE = "not_genuine"
    """The answer does not belong to what was asked, or is not signed as it must be."""
    UNKNOWN = "unknown"
    """Nobody here has that address, or several have, or it is not verified."""
    DISABLED = "disabled"
    """The person may not sign in."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What is registered at the provider, and the address to which it sends people back."""

    issuer: str
    client: str
    secret: str
    back: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent along with a person, and must come back with them."""

    state: str
    nonce: str
    verifier: str


def ask(provider: Provider) -> tuple[str, Asked] | WhyNot:
    """The address at the provider to which the person goes, and what to remember until they are back."""
    asked = Asked(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    try:
        with _client() as client:
            found = _discovered(client, provider)
    except (httpx2.HTTPError, ValueError):
        return WhyNot.UNREACHABLE
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": provider.client,
        "redirect_uri": provider.back,
        "scope": "openid email",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    endpoint = found["authorization_endpoint"]
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", asked


def answered(house: House, provider: Provider, asked: Asked, came: dict[str, str]) -> str | WhyNot:
    """The user whom the provider sent back; `came`: the query of the address to which they were sent."""
    if not secrets.compare_digest(came.get("state", "").encode(), asked.state.encode()):
        return WhyNot.NOT_GENUINE
    if came.get("iss", provider.issuer) != provider.issuer:
        return WhyNot.NOT_GENUINE
    if "error" in came or not came.get("code"):
        return WhyNot.DECLINED
    try:
        with _client() as client:
            found = _discovered(client, provider)
            token = _token(client, found, provider, asked, came["code"])
            keys = KeySet.import_key_set(_json(client.get(found["jwks_uri"])))  # type: ignore[arg-type]
    except (httpx2.HTTPError, ValueError, JoseError):
        return WhyNot.UNREACHABLE
    claims = _claims(token, keys, provider, asked, int(house.clock.now().timestamp()))
    return WhyNot.NOT_GENUINE if claims is None else _known(house, provider, claims)


def _known(house: House, provider: Provider, claims: dict[str, Any]) -> str | WhyNot:
    """The user bound to that identity; at the first time the one whose verified address it is, bound from then on."""
    issuer, identity = provider.issuer, str(claims["sub"])
    email = claims.get("email")

    def work(unit: Unit) -> str | WhyNot:
        bound = unit.read(signing_reads.by_identity, issuer=issuer, identity=identity)
        if bound:
            return WhyNot.DISABLED if bound[0][1] is not None else str(bound[0][0])
        if not isinstance(email, str) or not email or claims.get("email_verified") is not True:
            return WhyNot.UNKNOWN
        having = unit.read(signing_reads.by_email, email=email.lower())
        if len(having) != 1:
            return WhyNot.UNKNOWN
        user, other, disabled_at, has_row = having[0]
        if disabled_at is not None:
            return WhyNot.DISABLED
        if other is not None:  # that person is somebody else at the provider
            return WhyNot.UNKNOWN
        values = {"issuer": issuer, "identity": identity}
        if has_row:
            unit.update(Credential, {"user_id": user}, values)
        else:
            unit.insert(Credential, {"user_id": user, **values})
        return str(user)

    return house.run(work)


def is_linked(house: House, user: str) -> bool:
    """Whether the user is known at the provider."""
    rows = house.database.read(access_reads.identity, user=user)
    return bool(rows) and rows[0][0] is not None


def _claims(token: str, keys: KeySet, provider: Provider, asked: Asked, now: int) -> dict[str, Any] | None:
    registry = jwt.JWTClaimsRegistry(
        now=now,
        leeway=_LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": provider.client},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": asked.nonce},
    )
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client:
        return None
    return dict(claims)


def _client() -> httpx2.Client:
    return httpx2.Client(timeout=_TIMEOUT, follow_redirects=False)


def _discovered(client: httpx2.Client, provider: Provider) -> dict[str, str]:
    found = _json(client.get(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"))
    if found.get("issuer") != provider.issuer:
        raise ValueError("the provider calls itself something else")
    for name in _ENDPOINTS:
        parts = urlsplit(str(found.get(name, "")))
        if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)):
            raise ValueError(f"{name} is no https address")
    return {name: str(found[name]) for name in _ENDPOINTS}


def _token(client: httpx2.Client, found: dict[str, str], provider: Provider, asked: Asked, code: str) -> str:
    answer = client.post(
        found["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": provider.back,
            "code_verifier": asked.verifier,
        },
        auth=(quote(provider.client, safe=""), quote(provider.secret, safe="")),
    )
    return str(_json(answer).get("id_token", ""))


def _json(answer: httpx2.Response) -> dict[str, Any]:
    answer.raise_for_status()
    if len(answer.content) > _LARGEST:
        raise ValueError("too much")
    value = answer.json()
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value
