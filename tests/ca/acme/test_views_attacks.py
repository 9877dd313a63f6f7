"""What an attacker sends: each is refused, and each refusal is recorded."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from josepy import b64

from ca.acme.client import Client, encoded, problem
from ca.acme.stage import Stage
from ca.csrs import csr
from rows import for_each

Changed = Callable[[Client, dict[str, Any]], object]


def _shared(client: Client, body: dict[str, str]) -> dict[str, str]:
    """Signed by HMAC, whose key is the account's public key."""
    header = client.header(client.directory["newOrder"], alg="HS256")
    protected = encoded(header)
    public = client.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = hmac.digest(public, f"{protected}.{body['payload']}".encode(), "sha256")
    return {"protected": protected, "payload": body["payload"], "signature": encoded(signature)}


def _header(**changed: object) -> Changed:
    def change(client: Client, body: dict[str, str]) -> object:
        return client.signed(
            client.header(client.directory["newOrder"], **changed), json.loads(b64.b64decode(body["payload"]))
        )

    return change


WRONG: dict[str, tuple[Changed, str]] = {
    "no JSON": (lambda _, body: b"{" + json.dumps(body).encode(), "malformed"),
    "a list": (lambda _, body: [body], "malformed"),
    "empty": (lambda _, __: b"", "malformed"),
    "nested": (lambda _, __: b"[" * 20_000, "malformed"),
    "a name twice": (lambda _, body: json.dumps(body).replace("{", '{"payload": "", ', 1).encode(), "malformed"),
    "an unprotected header": (lambda _, body: {**body, "header": {"alg": "ES256"}}, "malformed"),
    "several signatures": (lambda _, body: {"payload": body["payload"], "signatures": [body]}, "malformed"),
    "no signature": (lambda _, body: {**body, "signature": ""}, "malformed"),
    "another signature": (lambda _, body: {**body, "signature": encoded(b"\1" * 64)}, "malformed"),
    "a signature in DER": (lambda _, body: {**body, "signature": encoded(b"\x30\x06\2\1\1\2\1\1")}, "malformed"),
    "another payload": (lambda _, body: {**body, "payload": encoded({"identifiers": []})}, "malformed"),
    "padding": (lambda _, body: {**body, "payload": body["payload"] + "=="}, "malformed"),
    "other trailing bits": (lambda _, body: {**body, "signature": body["signature"][:-1] + "_"}, "malformed"),
    "numbers": (lambda _, body: {**body, "payload": 1}, "malformed"),
    "the algorithm none": (_header(alg="none"), "badSignatureAlgorithm"),
    "the algorithm of another key": (_header(alg="RS256"), "malformed"),
    "the algorithm of another curve": (_header(alg="ES384"), "malformed"),
    "no algorithm": (_header(alg=None), "badSignatureAlgorithm"),
    "HMAC with the public key": (_shared, "badSignatureAlgorithm"),
    "another url": (_header(url="https://example.org/acme/new-order"), "unauthorized"),
    "no url": (_header(url=None), "unauthorized"),
    "a made-up nonce": (_header(nonce="AAAA"), "badNonce"),
    "no nonce": (_header(nonce=None), "badNonce"),
    "a nonce that is no text": (_header(nonce=1), "malformed"),
    "an unknown account": (_header(kid="https://127.0.0.1/acme/account/x"), "accountDoesNotExist"),
    "no account": (_header(kid=None), "malformed"),
    "a critical extension": (_header(crit=["b64"], b64=False), "malformed"),
    "a payload that is not encoded": (_header(b64=False), "malformed"),
}


@for_each(name=WRONG)
def test_a_wrong_signature_is_refused_and_recorded(stage: Stage, client: Client, name: str) -> None:
    change, code = WRONG[name]
    url = client.directory["newOrder"]
    body = client.signed(client.header(url), {"identifiers": [{"type": "dns", "value": "attack.test"}]})
    before = len(stage.refusals())
    answer = client.post_raw(url, change(client, body))
    assert problem(answer) == code
    assert len(stage.refusals()) == before + 1
    assert stage.refusals()[0][0] == code
    assert client.post(client.account).status_code == 200


def test_a_key_and_an_account_at_once_are_refused(client: Client) -> None:
    assert problem(client.post(client.directory["newOrder"], {}, jwk=client.jwk.to_json())) == "malformed"


def test_a_request_is_accepted_once(client: Client) -> None:
    url = client.directory["newOrder"]
    body = client.signed(client.header(url), {"identifiers": [{"type": "dns", "value": "again.test"}]})
    assert client.post_raw(url, body).status_code == 201
    assert problem(client.post_raw(url, body)) == "badNonce"


KEYS: dict[str, Callable[[], dict[str, object]]] = {
    "a private key": lambda: {"kty": "EC", "crv": "P-256", "x": encoded(b"1" * 32), "y": encoded(b"1" * 32), "d": "AA"},
    "a shared key": lambda: {"kty": "oct", "k": encoded(b"1" * 32)},
    "no point of the curve": lambda: {"kty": "EC", "crv": "P-256", "x": encoded(b"1" * 32), "y": encoded(b"1" * 32)},
    "a short modulus": lambda: {"kty": "RSA", "n": encoded(b"\xff" * 128), "e": "AQAB"},
    "an exponent of 1": lambda: {"kty": "RSA", "n": encoded(b"\xff" * 256), "e": "AQ"},
    "another curve": lambda: {"kty": "OKP", "crv": "X25519", "x": encoded(b"1" * 32)},
    "another kind": lambda: {"kty": "AKP"},
    "no kind": dict,
}


@for_each(name=KEYS)
def test_a_bad_key_is_refused(stage: Stage, name: str) -> None:
    client = stage.client(registered=False)
    answer = client.post(client.directory["newAccount"], {}, jwk=KEYS[name]())
    assert problem(answer) == "badPublicKey"


def test_what_is_of_another_account_is_not_shown(stage: Stage, client: Client) -> None:
    answer = client.order("mine.test")
    order = answer.json()
    authorization = order["authorizations"][0]
    stranger = stage.client()
    for url in (answer.headers["Location"], authorization, client.challenge(authorization, "http-01")["url"]):
        assert problem(stranger.post(url)) == "unauthorized"
        assert problem(stranger.post(url, {})) == "unauthorized"
    assert problem(stranger.post(client.account)) == "unauthorized"
    assert problem(stranger.finalize(order, csr("mine.test"))) == "unauthorized"
    client.obtain(stage.publish, "mine.test")
    done = client.post(client.post(client.account).json()["orders"]).json()["orders"]
    certificates = filter(None, (client.post(url).json().get("certificate") for url in done))
    assert [problem(stranger.post(url)) for url in certificates] == ["unauthorized"]


def test_a_request_for_another_host_is_refused(client: Client) -> None:
    url = client.directory["newOrder"].replace("127.0.0.1", "evil.example")
    body = client.signed(client.header(url), {"identifiers": [{"type": "dns", "value": "attack.test"}]})
    answer = client.send(
        "POST",
        client.directory["newOrder"],
        json.dumps(body).encode(),
        Content_Type="application/jose+json",
        Host=url.split("/")[2],
    )
    assert problem(answer) == "unauthorized"


@for_each(media_type=["application/json", "", "application/x-www-form-urlencoded"])
def test_another_media_type_is_refused(client: Client, media_type: str) -> None:
    url = client.directory["newOrder"]
    body = json.dumps(client.signed(client.header(url), {})).encode()
    answer = client.send("POST", url, body, Content_Type=media_type)
    assert (answer.status_code, problem(answer)) == (415, "malformed")


def test_a_large_body_is_refused(client: Client) -> None:
    answer = client.post_raw(client.directory["newOrder"], b" " * 1_000_000)
    assert (answer.status_code, problem(answer)) == (413, "malformed")


NAMES: dict[str, tuple[list[object], str]] = {
    "none": ([], "malformed"),
    "too many": ([{"type": "dns", "value": f"n{number}.test"} for number in range(101)], "malformed"),
    "twice": ([{"type": "dns", "value": "a.test"}, {"type": "dns", "value": "A.test"}], "malformed"),
    "text": (["a.test"], "malformed"),
    "mail": ([{"type": "email", "value": "a@b.test"}], "unsupportedIdentifier"),
    "an address as a name": ([{"type": "dns", "value": "127.0.0.1"}], "rejectedIdentifier"),
    "a name as an address": ([{"type": "ip", "value": "a.test"}], "rejectedIdentifier"),
    "another form of an address": ([{"type": "ip", "value": "::0001"}], "rejectedIdentifier"),
    "a scope": ([{"type": "ip", "value": "fe80::1%lo"}], "rejectedIdentifier"),
    "a dot at the end": ([{"type": "dns", "value": "a.test."}], "rejectedIdentifier"),
    "an asterisk inside": ([{"type": "dns", "value": "a.*.test"}], "rejectedIdentifier"),
    "two asterisks": ([{"type": "dns", "value": "*.*.test"}], "rejectedIdentifier"),
    "a long label": ([{"type": "dns", "value": "a" * 64 + ".test"}], "rejectedIdentifier"),
    "a long name": ([{"type": "dns", "value": "a." * 125 + "test"}], "rejectedIdentifier"),
    "letters beyond ASCII": ([{"type": "dns", "value": "eichhörnchen.test"}], "rejectedIdentifier"),
    "a null": ([{"type": "dns", "value": "a.test\0.example"}], "rejectedIdentifier"),
    "half a character": ([{"type": "dns", "value": "\ud800.test"}], "rejectedIdentifier"),
}


@for_each(name=NAMES)
def test_a_wrong_name_is_refused(stage: Stage, client: Client, name: str) -> None:
    identifiers, code = NAMES[name]
    assert problem(client.post(client.directory["newOrder"], {"identifiers": identifiers})) == code
    assert stage.refusals()[0][0] == code


def test_each_wrong_name_has_a_problem_of_its_own(client: Client) -> None:
    answer = client.order("good.test", "bad..test", "-.test").json()
    assert [each["identifier"]["value"] for each in answer["subproblems"]] == ["bad..test", "-.test"]


# It is to be refused.
SHORT = rsa.generate_private_key(65537, 1024)  # noqa: S505
REQUESTS: dict[str, tuple[Callable[[Client], object], str]] = {
    "a name more": (lambda _: csr("ready.test", "more.test"), "badCSR"),
    "another name": (lambda _: csr("other.test"), "badCSR"),
    "a wildcard": (lambda _: csr("*.ready.test"), "badCSR"),
    "a name twice": (lambda _: csr("ready.test", "READY.test"), "badCSR"),
    "many names": (lambda _: csr(*(f"n{number}.test" for number in range(500))), "badCSR"),
    "no names": (lambda _: csr(common_name="ready.test"), "badCSR"),
    "another common name": (lambda _: csr("ready.test", common_name="more.test"), "badCSR"),
    "CA:TRUE": (
        lambda _: csr("ready.test", extensions=[(x509.BasicConstraints(ca=True, path_length=None), True)]),
        "badCSR",
    ),
    "the key of the account": (
        lambda client: csr("ready.test", key=client.key),
        "badCSR",
    ),
    "a short key": (lambda _: csr("ready.test", key=SHORT), "badPublicKey"),
    "another curve": (lambda _: csr("ready.test", key=ec.generate_private_key(ec.SECP256K1())), "badPublicKey"),
}


@for_each(name=REQUESTS)
def test_a_wrong_signing_request_is_refused_and_recorded(stage: Stage, name: str) -> None:
    client = stage.client()
    answer = client.order("ready.test")
    order = answer.json()
    client.prove(order, stage.publish)
    make, code = REQUESTS[name]
    request = make(client)
    assert isinstance(request, bytes)
    assert problem(client.finalize(order, request)) == code
    assert stage.refusals()[0] == (code, client.account.rpartition("/")[2], '["ready.test"]')
    # The order is as it was.
    assert client.finalize(order, csr("ready.test")).json()["status"] == "valid"


@for_each(value=["", "AAAA", 1, None, "!"])
def test_what_is_no_signing_request_is_refused(stage: Stage, value: object) -> None:
    client = stage.client()
    order = client.order("ready.test").json()
    assert problem(client.post(order["finalize"], {"csr": value})) == "badCSR"


def test_an_order_is_not_finalized_before_it_is_ready(client: Client) -> None:
    order = client.order("early.test").json()
    assert problem(client.finalize(order, csr("early.test"))) == "orderNotReady"


def test_an_order_that_is_finalized_twice_at_the_same_moment_has_one_certificate(stage: Stage, client: Client) -> None:
    order = client.order("race.test").json()
    client.prove(order, stage.publish)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.finalize(order, csr("race.test")), range(8)))
    assert sorted(each.status_code for each in answers) == [200] + [403] * 7
    assert stage.ca.rows("SELECT count(*) FROM certificates WHERE names = ?", '["race.test"]') == [(1,)]


def test_a_hundred_clients_at_once_are_served(stage: Stage) -> None:
    def obtain(number: int) -> int:
        return len(stage.client().obtain(stage.publish, f"crowd{number}.test"))

    with ThreadPoolExecutor(100) as pool:
        assert all(pool.map(obtain, range(100)))
    assert stage.ca.rows("SELECT count(*) FROM certificates WHERE names LIKE '%crowd%'") == [(100,)]


def test_a_stranger_does_not_get_a_name_that_another_proved(stage: Stage, client: Client) -> None:
    client.obtain(stage.publish, "mine.test")
    stranger = stage.client()
    order = stranger.order("mine.test").json()
    found = stranger.challenge(order["authorizations"][0], "http-01")
    # The server of the name answers for whoever has it.
    stage.publish("", found["token"], client.answer(found["token"]))
    stranger.post(found["url"], {})
    assert stranger.settled(order["authorizations"][0])["status"] == "invalid"
    assert problem(stranger.finalize(order, csr("mine.test"))) == "orderNotReady"


def test_a_stranger_revokes_nothing(stage: Stage, client: Client) -> None:
    leaf = x509.load_pem_x509_certificates(client.obtain(stage.publish, "mine.test"))[0]
    url = client.directory["revokeCert"]
    asked = {"certificate": encoded(leaf.public_bytes(Encoding.DER))}
    assert problem(stage.client().post(url, asked)) == "unauthorized"
    by_key = Client(client.url, client.root, ed25519.Ed25519PrivateKey.generate())
    assert problem(by_key.post(url, asked)) == "unauthorized"
    for text in ("", "AAAA", 1, None):
        assert problem(client.post(url, {"certificate": text})) == "malformed"
