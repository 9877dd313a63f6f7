"""The Secret Squirrels' application."""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from overheard_services.disguise.diffie_hellman import Party
from overheard_services.disguise.fernet import WrongKeyError, new_key, unseal
from overheard_services.server.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.test import TestResponse

KEY = new_key()


def asked(path: str, *, method: str = "GET", json: object = None) -> TestResponse:
    return create_app("fluffy tail", KEY).test_client().open(path, method=method, json=json)


@pytest.mark.parametrize("message", ["fluffy tail", "buschiger Schwänz 🐿", "<script>alert(1)</script>", "a\nb"])
def test_it_sends_the_message_as_plain_text(message: str) -> None:
    answer = create_app(message).test_client().get("/")
    assert (answer.status_code, answer.text) == (200, message)
    assert answer.content_type == "text/plain; charset=utf-8"


def test_it_answers_a_ca_as_long_as_it_has_an_answer_and_for_no_other_token() -> None:
    answers = {"a-token": "a-token.thumbprint"}
    client = create_app("fluffy tail", None, answers).test_client()
    assert client.get("/.well-known/acme-challenge/a-token").text == "a-token.thumbprint"
    others = [client.get(f"/.well-known/acme-challenge/{token}") for token in ("another", "a-token.thumbprint")]
    answers.clear()
    for answer in (*others, client.get("/.well-known/acme-challenge/a-token")):
        assert (answer.status_code, answer.text) == (404, "I did not ask for this challenge.\n")
    assert asked("/.well-known/acme-challenge/a-token").status_code == 404


def test_its_health_check_does_not_contain_the_message() -> None:
    answer = create_app("fluffy tail").test_client().get("/health")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok", "role": "server"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/other", 404),
        ("POST", "/", 405),
        ("HEAD", "/", 200),
        ("GET", "/fernet", 200),
        ("GET", "/substitution", 200),
        ("GET", "/diffie-hellman", 405),
        ("POST", "/diffie-hellman", 400),
    ],
)
def test_other_paths_do_not_contain_the_message(method: str, path: str, status: int) -> None:
    answer = asked(path, method=method)
    assert answer.status_code == status
    assert "fluffy" not in answer.text


# ---- its disguises


def test_the_substitution_is_that_of_the_tutorial() -> None:
    answer = asked("/substitution")
    assert (answer.text, answer.content_type) == ("ekteex szhk", "text/plain; charset=utf-8")


def test_only_the_shared_key_decrypts_the_token() -> None:
    answer = asked("/fernet")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert unseal(KEY, answer.text) == "fluffy tail"
    with pytest.raises(WrongKeyError):
        unseal(new_key(), answer.text)


def test_without_a_shared_key_fernet_is_an_error_with_a_reason() -> None:
    answer = create_app("fluffy tail").test_client().get("/fernet")
    assert answer.status_code == 503
    assert "SECRET_KEY" in answer.text
    assert "fluffy" not in answer.text


def test_an_agreed_key_decrypts_the_token_and_is_new_each_time() -> None:
    publics = set()
    for _ in range(2):
        party = Party()
        answer = asked("/diffie-hellman", method="POST", json={"public": party.public})
        body: dict[str, str] = answer.get_json()
        assert unseal(party.agree(body["public"]), body["token"]) == "fluffy tail"
        with pytest.raises(WrongKeyError):
            unseal(Party().agree(body["public"]), body["token"])
        publics.add(body["public"])
    assert len(publics) == 2


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        [],
        "acorn",
        {"public": 5},
        {"public": None},
        {"public": "acorn"},
        {"public": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    ],
)
def test_an_invalid_public_value_is_refused_with_a_message(sent: object) -> None:
    answer = asked("/diffie-hellman", method="POST", json=sent)
    assert answer.status_code == 400
    assert "X25519" in answer.get_json()["error"]


@pytest.mark.parametrize("body", [b"", b"public", b"\xff", b'{"public": "' + b"A" * 99, b"[" * 250])
def test_a_body_that_is_not_json_is_refused_with_a_message(body: bytes) -> None:
    answer = create_app("fluffy tail").test_client().post("/diffie-hellman", data=body)
    assert answer.status_code == 400
    assert "POST" in answer.get_json()["error"]


def test_a_body_that_is_too_large_is_refused() -> None:
    assert asked("/diffie-hellman", method="POST", json={"public": "A" * 2000}).status_code == 413


def test_get_requests_are_told_to_post() -> None:
    answer = asked("/diffie-hellman")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert 'POST {"public": P}' in answer.text


# ---- whom it greets


def greeting(sock: socket.socket | None) -> str:
    environ: dict[str, Any] = {"gunicorn.socket": sock} if sock else {}
    return create_app("fluffy tail").test_client().get("/", environ_overrides=environ).headers.get("X-Greeting", "")


def certified(name: str, file: Path) -> Path:
    """A self-signed certificate with that common name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    file.write_bytes(certificate + key.private_bytes(*form))
    return file


def greeted(name: str, folder: Path, *, asks: bool) -> str:
    """The greeting of a client after a real handshake, in which the server may request its certificate."""
    file = certified(name, folder / "pair.pem")
    serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for context in (serving, asking):
        context.load_cert_chain(file)
        context.load_verify_locations(file)
    asking.check_hostname = False
    serving.verify_mode = ssl.CERT_REQUIRED if asks else ssl.CERT_NONE
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs), ThreadPoolExecutor() as pool:
        client = pool.submit(asking.wrap_socket, ours)
        with serving.wrap_socket(theirs, server_side=True) as secured, client.result():
            return greeting(secured)


def test_a_client_with_a_certificate_is_greeted_by_its_name(tmp_path: Path) -> None:
    assert greeted("squirrel", tmp_path, asks=True) == "Hello squirrel"


def test_a_client_that_was_not_asked_for_a_certificate_is_not_greeted(tmp_path: Path) -> None:
    assert greeted("squirrel", tmp_path, asks=False) == ""
    assert greeting(None) == ""
    with socket.socket() as plain:
        assert greeting(plain) == ""


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("a\r\nSet-Cookie: b", r"'a\r\nSet-Cookie: b'"),
        ("a\x00b", r"'a\x00b'"),
        ("Eichhörnchen", r"'Eichh\xf6rnchen'"),
        ("🐿", r"'\U0001f43f'"),
    ],
)
def test_control_characters_in_a_name_are_escaped(tmp_path: Path, name: str, called: str) -> None:
    assert greeted(name, tmp_path, asks=True) == f"Hello {called}"
