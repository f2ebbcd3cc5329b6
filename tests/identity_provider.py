"""An OpenID Connect provider by HTTP on this machine, honest or lying as a test wants it."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

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


@contextmanager
def running() -> Iterator[Fake]:
    """The provider on a free port, until the end."""
    fake = Fake()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": fake}))
    fake.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
