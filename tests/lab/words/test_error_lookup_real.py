"""Faults that no server makes, made for real: the errors of Python, requests and cryptography lead to them."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet, InvalidToken

from overheard.words.error_lookup import answer
from ports import free_ports


def names(error: object) -> set[str]:
    return {fault.name for fault in answer(f"{type(error).__name__}: {error}".splitlines()).faults}


def raised(make: Callable[[], Any]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011  (which one is what the test is about)
        make()
    return caught.value


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that accepts no connection, but lets them wait."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_nobody_listens() -> None:
    assert names(raised(lambda: requests.get(f"https://127.0.0.1:{free_ports(1)}/", timeout=5))) == {
        "connection-refused"
    }


def test_a_name_has_no_address() -> None:
    error = raised(lambda: requests.get("https://no-such-name.invalid/", timeout=5))
    assert names(error) == {"name-not-resolved"}


@pytest.mark.slow
def test_a_response_takes_too_long(silent: int) -> None:
    assert names(raised(lambda: requests.get(f"http://127.0.0.1:{silent}/", timeout=0.2))) == {"read-timeout"}
    error = raised(lambda: requests.get(f"https://127.0.0.1:{silent}/", timeout=0.2))
    assert names(error) == {"read-timeout", "silent-in-handshake"}


def test_a_proxy_refuses() -> None:
    proxies = {"https": f"http://127.0.0.1:{free_ports(1)}"}
    error = raised(lambda: requests.get("https://example.org/", proxies=proxies, timeout=5))
    assert {"proxy-refuses", "connection-refused"} <= names(error)


def test_a_bundle_of_roots_is_missing_or_no_bundle(tmp_path: Path) -> None:
    missing, empty = tmp_path / "missing.pem", tmp_path / "empty.pem"
    empty.write_text("no certificate")
    assert names(raised(lambda: requests.get("https://example.org/", verify=str(missing), timeout=5))) == {
        "ca-bundle-unreadable"
    }
    assert names(raised(lambda: ssl.create_default_context(cafile=str(empty)))) == {"ca-bundle-unreadable"}
    assert names(raised(lambda: ssl.create_default_context(cadata=b"\x30\x82"))) == {"ca-bundle-unreadable"}


def test_a_certificate_of_its_own_is_none(tmp_path: Path) -> None:
    file = tmp_path / "cert.pem"
    file.write_text("no certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    assert names(raised(lambda: context.load_cert_chain(file))) == {"own-certificate-unreadable"}


def test_nothing_is_left_to_offer() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert names(raised(lambda: context.set_ciphers("NONE-OF-THESE"))) == {"nothing-to-offer"}


def test_a_host_name_is_missing() -> None:
    context = ssl.create_default_context()
    with socket.socket() as plain:
        assert names(raised(lambda: context.wrap_socket(plain))) == {"tls-on-http-port"}


def test_there_is_no_ssl_module() -> None:
    code = "import sys; sys.modules['ssl'] = None; import requests; requests.get('https://localhost/')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert {fault.name for fault in answer(done.stderr.splitlines()).faults} == {"no-ssl-module"}


def test_verification_is_off(silent: int) -> None:
    with warnings.catch_warnings(record=True) as caught, contextlib.suppress(requests.RequestException):
        warnings.simplefilter("always")
        requests.get(f"https://127.0.0.1:{silent}/", verify=False, timeout=0.05)  # noqa: S501  (that is the point)
    said = [f"{each.category.__name__}: {each.message}" for each in caught]
    assert "verification-off" in {fault.name for fault in answer(said).faults} or not said


def test_a_token_is_of_another_key() -> None:
    token = Fernet(Fernet.generate_key()).encrypt(b"fluffy tail")
    error = raised(lambda: Fernet(Fernet.generate_key()).decrypt(token))
    assert isinstance(error, InvalidToken)
    assert names(error) == {"invalid-token"}
