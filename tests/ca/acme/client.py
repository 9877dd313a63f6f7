"""An ACME client that can do everything wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from josepy import b64
from josepy.jwa import ES256, ES384, RS256, JWASignature
from josepy.jwk import JWK, JWKEC, JWKRSA

from ca.csrs import csr
from overheard_ca.acme.keys import JWKOKP
from processes import LONG

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def encoded(value: object) -> str:
    """In base64url: bytes as they are, text as it is, anything else as JSON."""
    if isinstance(value, str):
        value = value.encode()
    text: str = b64.b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).decode()
    return text


@dataclass
class Client:
    """A client of the CA at `url`, whose directory is at `path`. `root` is the file of what it trusts.

    It waits `pause` seconds before it asks again for what is not yet settled.
    """

    url: str
    root: str
    key: PrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    account: str = ""
    path: str = "/acme/directory"
    pause: float = 0.05

    @property
    def jwk(self) -> JWK:
        """Its public key."""
        return public(self.key)

    @property
    def directory(self) -> dict[str, Any]:
        """The directory."""
        found: dict[str, Any] = self.get(f"{self.url}{self.path}").json()
        return found

    def get(self, url: str, method: str = "GET") -> requests.Response:
        """A request that is not signed."""
        return self.send(method, url)

    def send(self, method: str, url: str, body: bytes | None = None, **headers: str) -> requests.Response:
        """Any request."""
        with requests.Session() as session:
            session.trust_env = False
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return session.request(
                method, url, data=body, headers=named, verify=self.root, timeout=LONG, allow_redirects=False
            )

    def nonce(self) -> str:
        """A new nonce."""
        return self.get(self.directory["newNonce"], "HEAD").headers["Replay-Nonce"]

    def header(self, url: str, /, **changed: object) -> dict[str, object]:
        """The protected header; what is changed to None is left out."""
        who = {"kid": self.account} if self.account else {"jwk": self.jwk.to_json()}
        header = {"alg": algorithm(self.key), "nonce": self.nonce(), "url": url, **who, **changed}
        return {name: value for name, value in header.items() if value is not None}

    def signed(self, header: Mapping[str, object], payload: object) -> dict[str, str]:
        """A flattened JSON Web Signature."""
        protected, content = encoded(header), encoded(payload)
        signature = signed(self.key, f"{protected}.{content}".encode())
        return {"protected": protected, "payload": content, "signature": encoded(signature)}

    def post(self, url: str, payload: object = "", /, **changed: object) -> requests.Response:
        """A signed request: POST-as-GET without a payload."""
        return self.post_raw(url, self.signed(self.header(url, **changed), payload))

    def post_raw(self, url: str, body: object) -> requests.Response:
        """A request with any body."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send("POST", url, content, Content_Type="application/jose+json")

    def register(self, **fields: object) -> requests.Response:
        """Register an account."""
        answer = self.post(self.directory["newAccount"], fields)
        self.account = answer.headers.get("Location", "")
        return answer

    def order(self, *names: str, **fields: object) -> requests.Response:
        """Order names: addresses among them are of the type ip."""
        identifiers = [{"type": "ip" if each[-1].isdigit() else "dns", "value": each} for each in names]
        return self.post(self.directory["newOrder"], {"identifiers": identifiers, **fields})

    def challenge(self, authorization: str, kind: str) -> dict[str, str]:
        """The challenge of one type in an authorization."""
        found = self.post(authorization).json()["challenges"]
        chosen: dict[str, str] = next(each for each in found if each["type"] == kind)
        return chosen

    def answer(self, token: str) -> str:
        """The key authorization."""
        return f"{token}.{encoded(self.jwk.thumbprint())}"

    def settled(self, url: str) -> dict[str, Any]:
        """The resource, once it is neither pending nor processing."""
        deadline = time.monotonic() + LONG
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.post(url).json()
            if found["status"] not in ("pending", "processing"):
                return found
            time.sleep(self.pause)
        raise AssertionError(f"{url} does not settle: {found}")

    def finalize(self, order: Mapping[str, Any], request: bytes) -> requests.Response:
        """Finalize an order with a signing request in PEM."""
        return self.post(order["finalize"], {"csr": der(request)})

    def prove(self, order: Mapping[str, Any], publish: Callable[[str, str, str], None], kind: str = "http-01") -> None:
        """Answer the challenges of an order: `publish` gets the name, the token and the key authorization."""
        for url in order["authorizations"]:
            found = self.challenge(url, kind)
            publish(self.post(url).json()["identifier"]["value"], found["token"], self.answer(found["token"]))
            self.post(found["url"], {})
            settled = self.settled(url)
            assert settled["status"] == "valid", settled

    def obtain(self, publish: Callable[[str, str, str], None], *names: str, key: PrivateKey | None = None) -> bytes:
        """A certificate chain in PEM for names, which are proved by http-01."""
        answer = self.order(*names)
        order = answer.json()
        self.prove(order, publish)
        done = self.finalize(order, csr(*names, key=key or ec.generate_private_key(ec.SECP256R1())))
        assert done.status_code == 200, done.text
        return self.post(self.settled(answer.headers["Location"])["certificate"]).content


def public(key: PrivateKey) -> JWK:
    """The public JSON Web Key."""
    match key:
        case rsa.RSAPrivateKey():
            return JWKRSA(key=key.public_key())
        case ed25519.Ed25519PrivateKey():
            return JWKOKP(key=key.public_key())
    return JWKEC(key=key.public_key())


def algorithm(key: PrivateKey) -> str:
    """The algorithm that a key signs with."""
    match key:
        case rsa.RSAPrivateKey():
            return "RS256"
        case ed25519.Ed25519PrivateKey():
            return "EdDSA"
    return "ES256" if isinstance(key.curve, ec.SECP256R1) else "ES384"


def signed(key: PrivateKey, message: bytes) -> bytes:
    """A signature as JSON Web Signatures have it."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    by: JWASignature = {"RS256": RS256, "ES256": ES256, "ES384": ES384}[algorithm(key)]
    signature: bytes = by.sign(key, message)
    return signature


def der(request: bytes) -> str:
    """A signing request in PEM, as finalize takes it."""
    return encoded(x509.load_pem_x509_csr(request).public_bytes(Encoding.DER))


def problem(answer: requests.Response) -> str:
    """The type of the problem in a response, without the prefix."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    document = answer.json()
    assert document["status"] == answer.status_code
    return str(document["type"].removeprefix("urn:ietf:params:acme:error:"))
