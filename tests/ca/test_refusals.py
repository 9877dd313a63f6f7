"""Each kind of refusal, provoked over real HTTPS; a valid request meets none of them."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from ca.csrs import csr, forged
from ca.process import CaProcess
from overheard_ca.refusals import KINDS

GOOD = csr("server", "localhost", "127.0.0.1")
WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505  # so that it is refused
CA_PLEASE = x509.BasicConstraints(ca=True, path_length=None)


def used_token(ca: CaProcess) -> requests.Response:
    token = ca.new_token("other")
    assert ca.ask(csr("other.example"), token).status_code == 201
    return ca.ask(csr("other.example"), token)


def in_pieces(size: int) -> Iterator[bytes]:
    """A body that requests sends in chunks, without a Content-Length."""
    for _ in range(size // 1000):
        yield b"x" * 1000


CASES: dict[str, Callable[[CaProcess], requests.Response]] = {
    "token-missing": lambda ca: ca.request("POST", "/certificates", GOOD),
    "token-unknown": lambda ca: ca.ask(GOOD, "acorn"),
    "token-used": used_token,
    "body-too-large": lambda ca: ca.ask(b"x" * 65537),
    "not-a-csr": lambda ca: ca.ask(b"hello"),
    "more-than-one": lambda ca: ca.ask(GOOD + GOOD),
    "key-refused": lambda ca: ca.ask(csr("server", key=WEAK)),
    "signature-broken": lambda ca: ca.ask(forged(GOOD)),
    "asks-for-ca": lambda ca: ca.ask(csr("server", extensions=[(CA_PLEASE, True)])),
    "names-missing": lambda ca: ca.ask(csr(common_name="server")),
    "name-kind": lambda ca: ca.ask(csr("server", x509.RFC822Name("squirrel@server"))),
    "common-name-alone": lambda ca: ca.ask(csr("server", common_name="localhost")),
    "name-not-allowed": lambda ca: ca.ask(csr("server", "evil.example")),
    "name-not-permitted": lambda ca: ca.ask(csr("other.example", "other.com"), ca.new_token("other")),
    "name-not-yours": lambda ca: ca.ask(csr("server", "other.example")),
    "log-chain": lambda ca: ca.request("POST", "/ct/v1/add-chain", b"{}"),
    "log-parameter": lambda ca: ca.request("GET", "/ct/v1/get-entries?start=0&end=7"),
    "log-unknown": lambda ca: ca.request("GET", "/ct/v1/get-proof-by-hash?hash=AAAA&tree_size=0"),
}

# `requests` does not send it; it has a separate test.
BROKEN_OFF = "body-broken"
# Of a log that cannot write: transparency/test_log.py.
NOT_LOGGED = "log-refused"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaProcess]:
    """A running CA with a log."""
    running = CaProcess(tmp_path_factory.mktemp("ca"), log="on")
    try:
        yield running.start()
    finally:
        running.kill()


def test_every_kind_has_a_unique_code_and_a_test() -> None:
    assert sorted(kind.code for kind in KINDS) == sorted([*CASES, BROKEN_OFF, NOT_LOGGED])


@pytest.mark.parametrize("code", CASES)
def test_a_refusal_is_json_with_a_sentence_and_one_line_in_the_log(ca: CaProcess, code: str) -> None:
    before = ca.log.count(f" {code}: ")
    answer = CASES[code](ca)
    kind = next(kind for kind in KINDS if kind.code == code)
    assert answer.status_code == kind.status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["error"] == code
    # First what was wrong, then what to do.
    assert re.fullmatch(r"\S.+: \S.+\.", answer.json()["message"])
    assert set(answer.json()) == {"error", "message"}
    assert ca.log.count(f" {code}: ") == before + 1


def test_no_response_and_no_log_contains_a_token(ca: CaProcess) -> None:
    tokens = [ca.new_token(), "made-up-token"]
    for token in tokens:
        for body in (b"hello", GOOD + GOOD, csr("evil.example"), b"x" * 70000):
            assert token not in ca.ask(body, token).text
            assert token not in ca.log


def test_the_token_is_checked_before_the_request(ca: CaProcess) -> None:
    assert ca.ask(b"hello", "acorn").json()["error"] == "token-unknown"
    assert ca.ask(b"x" * 70000, "acorn").json()["error"] == "token-unknown"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "acorn"])
def test_another_kind_of_authorization_counts_as_none(ca: CaProcess, header: str) -> None:
    answer = ca.request("POST", "/certificates", GOOD, {"Authorization": header})
    assert answer.json()["error"] == "token-missing"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("size", [65_537, 10_000_000])
@pytest.mark.parametrize("chunked", [False, True], ids=["with length", "chunked"])
@pytest.mark.parametrize(("token", "code"), [(None, "body-too-large"), ("acorn", "token-unknown")])
def test_even_a_large_body_gets_its_response(
    ca: CaProcess, size: int, chunked: bool, token: str | None, code: str
) -> None:
    """Not a reset connection, which would hide what was wrong."""
    assert ca.ask(in_pieces(size + 1000) if chunked else b"x" * size, token).json()["error"] == code


def test_a_body_that_is_truncated_within_a_chunk_is_refused(ca: CaProcess) -> None:
    head = f"POST /certificates HTTP/1.1\r\nHost: ca\r\nAuthorization: Bearer {ca.new_token()}\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnot a length\r\n"
    context = ssl.create_default_context(cafile=ca.state / "root.pem")
    with (
        socket.create_connection(("127.0.0.1", ca.port), 5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as sock,
    ):
        sock.sendall(head.encode() + chunks)
        assert BROKEN_OFF.encode() in b"".join(iter(lambda: sock.recv(4096), b""))


def test_a_valid_request_is_not_refused_afterwards(ca: CaProcess) -> None:
    assert ca.ask(GOOD, ca.new_token()).status_code == 201
