"""An identity provider, as a real HTTP server: discovery, keys, authorization, tokens, user information."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KID = "key-1"


class Issuer:
    """Who signs in is `person`; `claims` and the other fields make the next token a bad one."""

    def __init__(self, url: str, *, client_id: str, client_secret: str) -> None:
        self.url, self.client_id, self.client_secret = url, client_id, client_secret
        self.key = make_key()
        self.signing_key: Any = self.key
        self.algorithm = "RS256"
        self.person: dict[str, Any] = {"sub": "auth0|1", "name": "Анна", "email": "anna@example.org"}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.left_out: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}

    def discovery(self) -> dict[str, Any]:
        places = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        endpoints = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in places.items()}
        return {"issuer": f"{self.url}/", "jwks_uri": f"{self.url}/jwks", **endpoints}

    def jwks(self) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**key, "kid": KID, "use": "sig", "alg": "RS256"}]}

    def authorize(self, query: dict[str, str]) -> str:
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_ours = (form["client_id"], form["client_secret"]) == (self.client_id, self.client_secret)
        if asked is None or not is_ours or asked["code_challenge"] != challenge:
            return None
        return {"access_token": "an access token", "token_type": "Bearer", "id_token": self._id_token(asked)}

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        facts = {"iss": f"{self.url}/", "aud": self.client_id, "iat": now, "exp": now + 300}
        claims = {**facts, "nonce": asked["nonce"], **self.person, **self.claims}
        claims = {name: value for name, value in claims.items() if name not in self.left_out}
        return jwt.encode(claims, self.signing_key, algorithm=self.algorithm, headers={"kid": KID})


@cache
def make_key() -> rsa.RSAPrivateKey:
    """One for all: the making takes longer than a sign-in."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@contextmanager
def running_issuer(**options: str) -> Iterator[Issuer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.issuer = Issuer(f"http://127.0.0.1:{server.server_port}", **options)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield server.issuer  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        issuer: Issuer = self.server.issuer  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        match parts.path:
            case "/.well-known/openid-configuration":
                self._answer(issuer.discovery())
            case "/jwks":
                self._answer(issuer.jwks())
            case "/userinfo" if self.headers["Authorization"] == "Bearer an access token":
                self._answer({"sub": issuer.person["sub"], **issuer.userinfo})
            case "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", issuer.authorize(query))
                self.end_headers()
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        issuer: Issuer = self.server.issuer  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = issuer.token({name: values[0] for name, values in parse_qs(body).items()})
        self._answer(answer or {"error": "invalid_grant"}, status=200 if answer else 400)

    def _answer(self, body: dict[str, Any], *, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_args: Any) -> None: ...
