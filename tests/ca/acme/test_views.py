"""ACME as a client sees it: accounts, orders, challenges, certificates."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from ca.acme.client import Client, encoded, problem, public
from ca.acme.stage import Stage
from ca.csrs import csr
from rows import for_each


def test_the_directory_names_every_resource(stage: Stage) -> None:
    client = stage.client(registered=False)
    directory = client.directory
    assert set(directory) == {"newNonce", "newAccount", "newOrder", "revokeCert", "keyChange", "renewalInfo", "meta"}
    assert directory["meta"]["externalAccountRequired"] is False
    assert "termsOfService" not in directory["meta"]
    assert directory["meta"]["profiles"] == {
        "server": "a server, 30 days",
        "both": "a server and a client, 30 days",
        "shortlived": "a server, 6 days",
    }


def test_nonces_come_with_every_response_and_are_never_the_same(stage: Stage) -> None:
    client = stage.client(registered=False)
    new = client.directory["newNonce"]
    answers = [client.get(new, "HEAD"), client.get(new), client.get(new), client.get(f"{client.url}/acme/directory")]
    assert [each.status_code for each in answers] == [200, 204, 204, 200]
    assert len({each.headers["Replay-Nonce"] for each in answers}) == 4
    assert all(each.headers["Cache-Control"] == "no-store" for each in answers)
    assert all('rel="index"' in each.headers["Link"] for each in answers)


@for_each(
    key=[
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ]
)
def test_an_account_is_registered_once_for_a_key(
    stage: Stage, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
) -> None:
    client = stage.client(registered=False)
    client.key = key
    first = client.register(contact=["mailto:squirrel@example.org"], termsOfServiceAgreed=True)
    assert first.status_code == 201
    assert first.json()["contact"] == ["mailto:squirrel@example.org"]
    assert first.json()["status"] == "valid"
    again = Client(client.url, client.root, key)
    second = again.register(onlyReturnExisting=True)
    assert (second.status_code, again.account) == (200, client.account)
    assert client.post(client.account).json()["contact"] == ["mailto:squirrel@example.org"]


def test_an_account_that_is_not_there_is_not_made_when_asked_for(stage: Stage) -> None:
    assert problem(stage.client(registered=False).register(onlyReturnExisting=True)) == "accountDoesNotExist"


def test_an_account_changes_its_contacts(client: Client) -> None:
    assert client.post(client.account, {"contact": ["mailto:a@example.org"]}).json()["contact"] == [
        "mailto:a@example.org"
    ]
    assert problem(client.post(client.account, {"contact": ["tel:+1"]})) == "unsupportedContact"
    assert problem(client.post(client.account, {"contact": ["mailto:a@b,c@d"]})) == "invalidContact"
    assert client.post(client.account, {"contact": []}).json()["contact"] == []


def test_a_deactivated_account_may_do_nothing(client: Client) -> None:
    assert client.post(client.account, {"status": "deactivated"}).json()["status"] == "deactivated"
    assert problem(client.order("server.test")) == "unauthorized"
    again = Client(client.url, client.root, client.key)
    assert problem(again.register()) == "unauthorized"


def test_a_key_is_changed(client: Client) -> None:
    url = client.directory["keyChange"]
    new = ed25519.Ed25519PrivateKey.generate()
    inner = _inner(client, new, url)
    assert client.post(url, inner).status_code == 200
    old, client.key = client.key, new
    assert client.post(client.account).status_code == 200
    client.key = old
    assert problem(client.post(client.account)) == "malformed"


def _inner(
    client: Client, new: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey, url: str, **changed: object
) -> dict[str, str]:
    signer = Client(client.url, client.root, new)
    header = {
        "alg": "EdDSA" if isinstance(new, ed25519.Ed25519PrivateKey) else "ES256",
        "jwk": public(new).to_json(),
        "url": url,
    }
    return signer.signed(header, {"account": client.account, "oldKey": client.jwk.to_json(), **changed})


def test_a_key_is_not_changed_to_that_of_another_account(stage: Stage, client: Client) -> None:
    other, url = stage.client(), client.directory["keyChange"]
    assert isinstance(other.key, ec.EllipticCurvePrivateKey)
    answer = client.post(url, _inner(client, other.key, url))
    assert (answer.status_code, answer.headers["Location"]) == (409, other.account)
    mine = ed25519.Ed25519PrivateKey.generate()
    assert problem(client.post(url, _inner(client, mine, url, account=other.account))) == "malformed"
    assert problem(client.post(url, _inner(client, mine, url, oldKey=other.jwk.to_json()))) == "malformed"
    assert problem(client.post(url, _inner(client, mine, url + "x"))) == "malformed"


@for_each(kind=["http-01", "dns-01", "tls-alpn-01"])
def test_a_certificate_is_obtained_by_each_challenge(stage: Stage, client: Client, kind: str) -> None:
    answer = client.order("one.test", "two.test")
    assert answer.status_code == 201
    order = answer.json()
    assert order["status"] == "pending"
    client.prove(order, _publisher(stage, kind), kind)
    assert client.post(answer.headers["Location"]).json()["status"] == "ready"
    done = client.finalize(order, csr("one.test", "two.test"))
    assert done.json()["status"] == "valid"
    chain = x509.load_pem_x509_certificates(client.post(done.json()["certificate"]).content)
    assert len(chain) == 2
    names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["one.test", "two.test"]
    chain[0].verify_directly_issued_by(chain[1])


def test_the_response_to_an_answered_challenge_has_the_result(stage: Stage, client: Client) -> None:
    for published, status in ((True, "valid"), (False, "invalid")):
        challenge = client.challenge(client.order("at-once.test").json()["authorizations"][0], "http-01")
        if published:
            stage.publish("at-once.test", challenge["token"], client.answer(challenge["token"]))
        assert client.post(challenge["url"], {}).json()["status"] == status


def _publisher(stage: Stage, kind: str) -> Callable[[str, str, str], None]:
    def publish(name: str, token: str, answer: str) -> None:
        match kind:
            case "http-01":
                stage.publish(name, token, answer)
            case "dns-01":
                digest = encoded(hashlib.sha256(answer.encode()).digest())
                stage.answers.change("set-txt", host=f"_acme-challenge.{name}", value=digest)
            case "tls-alpn-01":
                stage.answers.change("add-tlsalpn01", host=name, content=answer)

    return publish


def test_a_wildcard_is_proved_in_dns_alone(stage: Stage, client: Client) -> None:
    order = client.order("*.wild.test").json()
    authorization = client.post(order["authorizations"][0]).json()
    assert authorization["wildcard"] is True
    assert authorization["identifier"] == {"type": "dns", "value": "wild.test"}
    assert [each["type"] for each in authorization["challenges"]] == ["dns-01"]
    client.prove(order, _publisher(stage, "dns-01"), "dns-01")
    assert client.finalize(order, csr("*.wild.test")).json()["status"] == "valid"


@for_each(kind=["http-01", "tls-alpn-01"])
def test_an_address_is_certified(stage: Stage, client: Client, kind: str) -> None:
    order = client.order("127.0.0.1").json()
    authorization = client.post(order["authorizations"][0]).json()
    assert {each["type"] for each in authorization["challenges"]} == {"http-01", "tls-alpn-01"}
    publish = _publisher(stage, kind)
    client.prove(order, lambda _, token, answer: publish("1.0.0.127.in-addr.arpa", token, answer), kind)
    done = client.finalize(order, csr("127.0.0.1"))
    leaf = x509.load_pem_x509_certificate(client.post(done.json()["certificate"]).content)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_an_alternate_chain_has_the_root(stage: Stage, client: Client) -> None:
    order = client.order("server.test").json()
    client.prove(order, stage.publish)
    url = client.finalize(order, csr("server.test")).json()["certificate"]
    answer = client.post(url)
    other = next(link["url"] for link in answer.links.values() if link.get("rel") == "alternate")
    chain = x509.load_pem_x509_certificates(client.post(other).content)
    assert len(chain) == 3
    assert chain[2].subject == chain[2].issuer


def test_the_orders_of_an_account_are_listed(stage: Stage, client: Client) -> None:
    made = {client.order(f"n{number}.test").headers["Location"] for number in range(3)}
    url = client.post(client.account).json()["orders"]
    assert set(client.post(url).json()["orders"]) == made
    assert problem(stage.client().post(url)) == "unauthorized"


def test_old_orders_without_a_certificate_are_removed(stage: Stage, client: Client) -> None:
    """A month after they expired. Those with one stay: they say whose it is."""
    (leaf, _) = x509.load_pem_x509_certificates(client.obtain(stage.publish, "server.test"))
    orders = [client.order(f"{age}.test") for age in ("old", "newer")]
    now = datetime.now(UTC)
    with closing(sqlite3.connect(stage.ca.state / "ledger.sqlite")) as ledger, ledger:
        for url, days in ((orders[0].headers["Location"], 31), (orders[1].headers["Location"], 29)):
            expired = (now - timedelta(days=days)).isoformat()
            ledger.execute("UPDATE acme_orders SET expires = ? WHERE id = ?", (expired, url.rpartition("/")[2]))
        long_ago = (now - timedelta(days=400)).isoformat()
        ledger.execute("UPDATE acme_orders SET expires = ? WHERE serial = ?", (long_ago, f"{leaf.serial_number:x}"))
    assert [client.post(each.headers["Location"]).status_code for each in orders] == [200, 200]
    client.order("another.test")
    for url in (orders[0].headers["Location"], orders[0].json()["authorizations"][0]):
        assert client.post(url).status_code == 404
    assert stage.ca.rows(
        'SELECT count(*) FROM acme_challenges WHERE "authorization" NOT IN (SELECT id FROM acme_authorizations)'
    ) == [(0,)]
    for url in (orders[1].headers["Location"], orders[1].json()["authorizations"][0]):
        assert client.post(url).json()["status"] in {"invalid", "pending"}
    asked = {"certificate": encoded(leaf.public_bytes(Encoding.DER))}
    assert client.post(client.directory["revokeCert"], asked).status_code == 200


def test_an_authorization_is_deactivated(client: Client) -> None:
    answer = client.order("gone.test")
    url = answer.json()["authorizations"][0]
    assert problem(client.post(url, {"status": "valid"})) == "malformed"
    assert client.post(url, {"status": "deactivated"}).json()["status"] == "deactivated"
    assert client.post(answer.headers["Location"]).json()["status"] == "invalid"


def test_a_failed_challenge_fails_its_order_and_says_why(stage: Stage, client: Client) -> None:
    answer = client.order("missing.test")
    url = answer.json()["authorizations"][0]
    client.post(client.challenge(url, "http-01")["url"], {})
    assert client.settled(url)["status"] == "invalid"
    order = client.post(answer.headers["Location"]).json()
    assert order["status"] == "invalid"
    assert order["error"]["type"].endswith(":incorrectResponse")
    assert "404" in order["error"]["detail"]
    assert stage.refusals()[0][2] == '["missing.test"]'


def test_a_certificate_is_revoked_by_its_account_once(stage: Stage, client: Client) -> None:
    chain = x509.load_pem_x509_certificates(client.obtain(stage.publish, "server.test"))
    asked = {"certificate": encoded(chain[0].public_bytes(Encoding.DER)), "reason": 4}
    url = client.directory["revokeCert"]
    assert problem(stage.client().post(url, asked)) == "unauthorized"
    assert problem(client.post(url, {**asked, "reason": 6})) == "badRevocationReason"
    assert client.post(url, asked).status_code == 200
    assert problem(client.post(url, asked)) == "alreadyRevoked"
    assert stage.ca.rows("SELECT reason FROM revocations WHERE serial = ?", f"{chain[0].serial_number:x}") == [
        ("superseded",)
    ]


def test_a_certificate_is_revoked_by_its_key_and_by_who_holds_its_names(stage: Stage, client: Client) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    url = client.directory["revokeCert"]
    first, second = (
        x509.load_pem_x509_certificates(client.obtain(stage.publish, "server.test", key=each))[0]
        for each in (key, ec.generate_private_key(ec.SECP256R1()))
    )
    by_key = Client(client.url, client.root, key)
    asked = [{"certificate": encoded(each.public_bytes(Encoding.DER))} for each in (first, second)]
    assert by_key.post(url, asked[0]).status_code == 200
    assert problem(by_key.post(url, asked[1])) == "unauthorized"
    other = stage.client()
    other.obtain(stage.publish, "server.test")
    assert other.post(url, asked[1]).status_code == 200


def test_a_certificate_has_a_time_to_be_renewed_and_is_replaced_once(stage: Stage, client: Client) -> None:
    leaf = x509.load_pem_x509_certificates(client.obtain(stage.publish, "server.test"))[0]
    issuer = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    size = leaf.serial_number.bit_length() // 8 + 1
    identifier = f"{encoded(issuer or b'')}.{encoded(leaf.serial_number.to_bytes(size, 'big'))}"
    answer = client.get(f"{client.directory['renewalInfo']}/{identifier}")
    assert int(answer.headers["Retry-After"]) > 0
    start = answer.json()["suggestedWindow"]["start"]
    life = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    assert start == f"{leaf.not_valid_before_utc + life * 2 / 3:%Y-%m-%dT%H:%M:%SZ}"
    assert problem(stage.client().order("server.test", replaces=identifier)) == "unauthorized"
    assert problem(client.order("other.test", replaces=identifier)) == "malformed"
    assert client.order("server.test", replaces=identifier).json()["replaces"] == identifier
    assert problem(client.order("server.test", replaces=identifier)) == "alreadyReplaced"
    assert problem(client.get(f"{client.directory['renewalInfo']}/AAAA.AAAA")) == "malformed"


def test_orders_survive_a_restart(stage: Stage, client: Client) -> None:
    answer = client.order("later.test")
    order = answer.json()
    stage.ca.kill()
    stage.ca.start()
    client.prove(order, stage.publish)
    stage.ca.kill()
    stage.ca.start()
    assert client.finalize(order, csr("later.test")).json()["status"] == "valid"


@for_each(path=["order/x", "nothing", ""])
def test_what_is_not_there_is_a_problem(client: Client, path: str) -> None:
    answer = client.get(f"{client.url}/acme/{path}")
    assert answer.status_code in (404, 405)
    assert problem(answer) == "malformed"


@for_each(profile=["client", "muststaple", "x", 1, None, ["server"]])
def test_an_unknown_profile_is_refused(client: Client, profile: object) -> None:
    assert problem(client.order("server.test", profile=profile)) == "invalidProfile"


def test_a_short_lived_certificate_is_ordered_by_its_profile(stage: Stage, client: Client) -> None:
    order = client.order("server.test", profile="shortlived").json()
    assert order["profile"] == "shortlived"
    client.prove(order, stage.publish)
    url = client.finalize(order, csr("server.test")).json()["certificate"]
    leaf = x509.load_pem_x509_certificate(client.post(url).content)
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days == 6


def test_what_the_ca_may_not_certify_is_not_ordered(client: Client) -> None:
    answer = client.order("inside.test", "squirrels.example.org", "198.18.0.1")
    assert problem(answer) == "rejectedIdentifier"
    refused = [each["identifier"]["value"] for each in answer.json()["subproblems"]]
    assert refused == ["squirrels.example.org", "198.18.0.1"]
    assert "OVERHEARD_CA_PERMITTED" in answer.json()["detail"]
