"""Where this CA answers otherwise than pebble, with which clients are tested: the table in its README is what is so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from applications.servers import program
from ca.acme.client import Client, PrivateKey, encoded
from ca.acme.pebble import running_pebble
from ca.acme.stage import Stage, staged
from ca.csrs import csr
from processes import PROJECT

BEGIN = "<!-- beside pebble: checked by tests/ca/acme/test_views_beside_pebble.py -->"
END = "<!-- beside pebble: end -->"
_TERMS = {"termsOfServiceAgreed": True}
_SHORT = rsa.generate_private_key(65537, 1024)  # noqa: S505  (it is refused)


@dataclass(frozen=True)
class Asked:
    """A server, and how to answer its challenges."""

    server: Client
    publish: Callable[[str, str, str], None]

    def new(self, key: PrivateKey | None = None) -> Client:
        """A client that has no account yet."""
        return replace(self.server, key=key or ec.generate_private_key(ec.SECP256R1()), account="")

    @property
    def client(self) -> Client:
        """A new client with an account."""
        client = self.new()
        client.register(**_TERMS)
        return client

    def certified(self, client: Client) -> dict[str, object]:
        """A certificate, as it is asked to be revoked."""
        leaf, *_ = x509.load_pem_x509_certificates(client.obtain(self.publish, "a.test"))
        return {"certificate": encoded(leaf.public_bytes(Encoding.DER))}


def _registered(asked: Asked, key: PrivateKey) -> requests.Response:
    return asked.new(key).register(**_TERMS)


def _orders(asked: Asked) -> requests.Response:
    client = asked.client
    return client.post(client.post(client.account).json()["orders"])


def _proved(asked: Asked, request: bytes) -> requests.Response:
    client = asked.client
    order = client.order("a.test").json()
    client.prove(order, asked.publish)
    return client.finalize(order, request)


def _finalized_at_once(asked: Asked) -> requests.Response:
    client = asked.client
    return client.finalize(client.order("a.test").json(), csr("a.test"))


def _revoked(asked: Asked, reason: int) -> requests.Response:
    client = asked.client
    return client.post(client.directory["revokeCert"], {**asked.certified(client), "reason": reason})


def _revoked_twice(asked: Asked) -> requests.Response:
    client = asked.client
    what = asked.certified(client)
    client.post(client.directory["revokeCert"], what)
    return client.post(client.directory["revokeCert"], what)


def _deactivated(asked: Asked) -> requests.Response:
    client = asked.client
    client.post(client.account, {"status": "deactivated"})
    return client.order("a.test")


def _replayed(asked: Asked) -> requests.Response:
    client, url = asked.client, asked.server.directory["newOrder"]
    nonce = client.nonce()
    order = {"identifiers": [{"type": "dns", "value": "a.test"}]}
    client.post(url, order, nonce=nonce)
    return client.post(url, order, nonce=nonce)


# What is asked, in words.
ASKED: dict[str, Callable[[Asked], requests.Response]] = {
    "an account, without a word of terms": lambda asked: asked.new().register(),
    "an account with a key of P-384": lambda asked: _registered(asked, ec.generate_private_key(ec.SECP384R1())),
    "an account with a key of RSA": lambda asked: _registered(asked, rsa.generate_private_key(65537, 2048)),
    "an account with a key of RSA, 1,024 bits": lambda asked: _registered(asked, _SHORT),
    "an account with a key of Ed25519": lambda asked: _registered(asked, ed25519.Ed25519PrivateKey.generate()),
    "an account that is not there": lambda asked: asked.new().register(onlyReturnExisting=True),
    "an account with a contact that is no mail": lambda asked: asked.new().register(**_TERMS, contact=["tel:1"]),
    "an order of a deactivated account": _deactivated,
    "a nonce for the second time": _replayed,
    "a nonce that it never gave": lambda asked: asked.client.order("a.test", nonce="x"),
    "an order that is not signed": lambda asked: asked.server.get(asked.server.directory["newOrder"], "POST"),
    "an account by GET": lambda asked: asked.server.get(asked.client.account),
    "the orders of an account": _orders,
    "an order": lambda asked: asked.client.order("a.test"),
    "an order of a name of the Internet": lambda asked: asked.client.order("example.com"),
    "an order of an address": lambda asked: asked.client.order("127.0.0.1"),
    "an order of a name of one label": lambda asked: asked.client.order("localhost"),
    "an order of a wildcard": lambda asked: asked.client.order("*.a.test"),
    "an order of two wildcards in a name": lambda asked: asked.client.order("*.*.a.test"),
    "an order of nothing": lambda asked: asked.client.order(),
    "an order of a name twice": lambda asked: asked.client.order("a.test", "a.test"),
    "an order of a name with an underscore": lambda asked: asked.client.order("a_b.test"),
    "an order with notAfter": lambda asked: asked.client.order("a.test", notAfter="2030-01-01T00:00:00Z"),
    "an order of an unknown profile": lambda asked: asked.client.order("a.test", profile="acorn"),
    "an order of 101 names": lambda asked: asked.client.order(*(f"n{number}.test" for number in range(101))),
    "finalize, before anything was proved": _finalized_at_once,
    "finalize, by a signing request of another name": lambda asked: _proved(asked, csr("b.test")),
    "finalize, by one with a name more": lambda asked: _proved(asked, csr("a.test", "b.test")),
    "finalize": lambda asked: _proved(asked, csr("a.test")),
    "revocation": lambda asked: _revoked(asked, 4),
    "revocation for a reason that is none": lambda asked: _revoked(asked, 7),
    "revocation for a reason of CAs (6, certificateHold)": lambda asked: _revoked(asked, 6),
    "revocation for the second time": _revoked_twice,
}


def answered(response: requests.Response) -> str:
    """The status, and the type of a problem."""
    status = str(response.status_code)
    # In the header pebble names a charset, too, which problem() would not take.
    return status if response.ok else f"{status} `{response.json()['type'].rpartition(':')[2]}`"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asked, Asked]]:
    """The CA of this project and pebble, with the same names."""
    program("pebble")
    folder = tmp_path_factory.mktemp("beside")
    with staged(folder / "ca") as stage:
        pebble = folder / "pebble"
        pebble.mkdir()
        with running_pebble(pebble, stage.answers.ports["http"], stage.answers) as server:
            yield _of(stage), _of(stage, server.directory, server.root)


def _of(stage: Stage, directory: str = "", root: Path | None = None) -> Asked:
    client = stage.client(registered=False)
    if directory:
        url, slash, path = directory.rpartition("/")
        client = Client(url, str(root), path=slash + path)
    return Asked(client, stage.publish)


def test_the_readme_has_the_answers_that_differ(asked: tuple[Asked, Asked]) -> None:
    ours, pebbles = ({what: answered(ask(each)) for what, ask in ASKED.items()} for each in asked)
    rows = ["| asked for | here | pebble |", "|---|---|---|"]
    rows += [f"| {what} | {ours[what]} | {pebbles[what]} |" for what in ASKED if ours[what] != pebbles[what]]
    text = (PROJECT / "ca" / "README.md").read_text()
    assert text.partition(BEGIN)[2].partition(END)[0].strip() == "\n".join(rows)
    same = len(ASKED) - len(rows) + 2
    assert f"Of {len(ASKED)} requests, {same} have the same answer" in " ".join(text.split())
