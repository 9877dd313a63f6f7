"""Settings of ACME, as its CA heeds them."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ca.acme.client import Client, encoded, problem
from ca.acme.stage import staged
from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard_ca.acme.settings import AcmeSettings
from rows import for_each


def read(**variables: str) -> AcmeSettings | None:
    """The settings of these variables, with ACME on."""
    named = {f"OVERHEARD_CA_ACME{name.upper()}": value for name, value in {"": "on", **variables}.items()}
    return AcmeSettings.from_environment(Environment(named))


def test_acme_is_off_by_default() -> None:
    assert AcmeSettings.from_environment(Environment({})) is None
    assert read() == AcmeSettings()


@for_each(
    text=[
        ("127.0.0.1", ("127.0.0.1", 53)),
        ("127.0.0.1:8053", ("127.0.0.1", 8053)),
        ("::1", ("::1", 53)),
        ("[::1]:8053", ("::1", 8053)),
    ]
)
def test_a_resolver_is_an_address_with_or_without_a_port(text: tuple[str, tuple[str, int]]) -> None:
    found = read(_resolver=text[0])
    assert found is not None
    assert found.resolver == text[1]


@for_each(
    wrong=[
        {"": "yes"},
        {"_resolver": "dns.test"},
        {"_resolver": "127.0.0.1:0"},
        {"_resolver": "127.0.0.1:x"},
        {"_forbidden": "10.0.0.1/8"},
        {"_bad_nonces": "100"},
        {"_slow_validation": "-1"},
        {"_http_port": "0"},
    ]
)
def test_a_wrong_setting_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=f"OVERHEARD_CA_ACME{next(iter(wrong)).upper()}"):
        read(**wrong)


@for_each(text=["", "[]", "{}", '{"a": 1}', '{"a": "AAAA"}', "x"])
def test_a_wrong_file_of_external_accounts_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "accounts").write_text(text)
    with pytest.raises(SettingsError, match="OVERHEARD_CA_ACME_EXTERNAL_ACCOUNTS_FILE"):
        read(_external_accounts_file=str(tmp_path / "accounts"))


SECRET = bytes(range(32))


def bound(client: Client, *, secret: bytes = SECRET, payload: object = None, **changed: object) -> dict[str, str]:
    """The binding to an external account."""
    header = {"alg": "HS256", "kid": "burrow", "url": client.directory["newAccount"], **changed}
    protected, content = encoded(header), encoded(payload or client.jwk.to_json())
    signature = hmac.digest(secret, f"{protected}.{content}".encode(), "sha256")
    return {"protected": protected, "payload": content, "signature": encoded(signature)}


WRONG: dict[str, Callable[[Client], object]] = {
    "nothing": lambda _: 1,
    "no parts": lambda _: {},
    "another key": lambda client: bound(client, secret=b"1" * 32),
    "another account's key": lambda client: bound(client, payload={"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}),
    "an unknown name": lambda client: bound(client, kid="nobody"),
    "a name that is no text": lambda client: bound(client, kid=["burrow"]),
    "another resource": lambda client: bound(client, url="https://example.org"),
    "another algorithm": lambda client: bound(client, alg="none"),
    "a nonce": lambda client: bound(client, nonce="AAAA"),
}


def test_only_external_accounts_may_register(tmp_path: Path) -> None:
    (tmp_path / "accounts").write_text(json.dumps({"burrow": encoded(SECRET)}))
    with staged(tmp_path / "ca", acme_external_accounts_file=str(tmp_path / "accounts")) as stage:
        client = stage.client(registered=False)
        assert client.directory["meta"]["externalAccountRequired"] is True
        assert problem(client.register()) == "externalAccountRequired"
        for name, make in WRONG.items():
            answer = client.register(externalAccountBinding=make(client))
            assert problem(answer) in ("unauthorized", "malformed", "badPublicKey"), name
            client.account = ""
        assert client.register(externalAccountBinding=bound(client)).status_code == 201
        assert stage.ca.rows("SELECT binding FROM acme_accounts") == [("burrow",)]


def test_terms_are_agreed_to(tmp_path: Path) -> None:
    with staged(tmp_path / "ca", acme_terms="https://example.org/terms") as stage:
        client = stage.client(registered=False)
        assert client.directory["meta"]["termsOfService"] == "https://example.org/terms"
        assert problem(client.register()) == "userActionRequired"
        client.account = ""
        assert client.register(termsOfServiceAgreed=True).json()["termsOfServiceAgreed"] is True


def test_chaos_makes_good_nonces_bad_and_validations_slow(tmp_path: Path) -> None:
    with staged(tmp_path / "ca", acme_bad_nonces="50", acme_slow_validation="1") as stage:
        client = stage.client(registered=False)
        codes = []
        for _ in range(30):
            answer = client.register()
            codes.append(answer.status_code)
            client.account = ""
        assert {200, 400} <= set(codes)
        began = time.monotonic()
        stage.ca.settings["acme_bad_nonces"] = "0"
        stage.ca.stop()
        stage.ca.start()
        client = stage.client()
        client.obtain(stage.publish, "a.test", "b.test", "c.test", "d.test")
        assert time.monotonic() - began > 1
        # Nobody waits for the response until a slow one has ended.
        challenges = [
            client.challenge(client.order("e.test").json()["authorizations"][0], "http-01") for _ in range(10)
        ]
        statuses = [client.post(each["url"], {}).json()["status"] for each in challenges]
        assert "processing" in statuses
