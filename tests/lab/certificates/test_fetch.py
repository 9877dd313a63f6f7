"""The chain of a real server, and the error of real `requests`, also for faulty and missing servers."""

from __future__ import annotations

import socket
import ssl
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.certificates.faults import FAULTS, ISSUING, ROOT
from lab.certificates.making import server
from lab.certificates.serving import context, listening, serving
from overheard.certificates.errors import CertificateError
from overheard.certificates.fetch import Address, address, as_requests, shown, usual_roots
from processes import SOON
from rows import for_each

if TYPE_CHECKING:
    from lab.certificates.faults import Fault
    from lab.certificates.making import Made

LEAF = server(ISSUING)
# These are parsed alike with `requests` and without it.
ADDRESSES = pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://localhost", "localhost", 443),
        ("https://LOCALHOST:5443/a?b", "localhost", 5443),
        ("https://[::1]:5443", "::1", 5443),
        ("https://bücher.test", "xn--bcher-kva.test", 443),
    ],
)
NO_ADDRESSES = ["https://", "https://[::1", "https://a:b", "https://a:99999", "ftp://a", "://"]


def at(port: int) -> Address:
    return Address(f"https://localhost:{port}/", "localhost", port)


@pytest.mark.parametrize("chain", [(LEAF,), (LEAF, ISSUING), (LEAF, ISSUING, ROOT), (LEAF, ROOT, ROOT)])
def test_the_chain_is_shown_as_it_was_sent(chain: tuple[Made, ...]) -> None:
    with serving(chain) as port:
        seen = shown(at(port))
    assert seen.certificates == tuple(made.der for made in chain)
    assert (seen.version, seen.error) == ("TLS 1.3", "")
    assert seen.cipher.startswith("TLS_")


@for_each(fault=FAULTS)
def test_a_chain_with_any_fault_is_shown(fault: Fault) -> None:
    with serving(fault.chain) as port:
        assert len(shown(at(port)).certificates) == len(fault.chain)


def test_the_chain_of_an_old_server_is_shown() -> None:
    secured = context([LEAF, ISSUING])
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        secured.minimum_version = secured.maximum_version = ssl.TLSVersion.TLSv1
    with listening(lambda connection: secured.wrap_socket(connection, server_side=True).close()) as port:
        seen = shown(at(port))
    assert (seen.version, len(seen.certificates)) == ("TLS 1.0", 2)


def test_the_chain_of_a_server_that_requires_a_client_certificate_is_shown(tmp_path: Path) -> None:
    """Under TLS 1.2 it aborts the handshake after it has sent its certificate."""
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    secured = context([LEAF, ISSUING])
    secured.maximum_version = ssl.TLSVersion.TLSv1_2
    secured.verify_mode = ssl.CERT_REQUIRED
    secured.load_verify_locations(tmp_path / "root.pem")
    with listening(lambda connection: secured.wrap_socket(connection, server_side=True).close()) as port:
        seen = shown(at(port))
    assert len(seen.certificates) == 2
    assert "handshake failure" in seen.error


def test_a_port_that_speaks_http_has_no_certificate() -> None:
    with listening(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        seen = shown(at(port))
    assert seen.certificates == ()
    assert seen.error.startswith("SSLError: ")


def test_a_silent_or_closing_server_is_waited_for_no_longer_than_the_timeout() -> None:
    with listening(lambda _connection: None) as port:
        assert shown(at(port)).error
    began = time.monotonic()
    with listening(lambda _connection: time.sleep(0.6)) as port:
        assert "timed out" in shown(replace(at(port), patience=0.2)).error
    assert time.monotonic() - began < SOON


def test_a_closed_port_is_an_error_without_a_traceback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(CertificateError, match=f"waited for 127.0.0.1:{port} to answer, but Connection refused"):
        shown(Address("", "127.0.0.1", port))


def test_an_unknown_host_is_an_error_without_a_traceback() -> None:
    with pytest.raises(CertificateError, match=r"waited for nobody\.invalid:443 to answer, but "):
        shown(address("https://nobody.invalid/"))


@ADDRESSES
def test_a_url_is_parsed_as_by_requests(url: str, host: str, port: int) -> None:
    assert (address(url).host, address(url).port) == (host, port)


@pytest.mark.parametrize("url", [*NO_ADDRESSES, "https://*"])
def test_an_invalid_url_is_an_error_without_a_traceback(url: str) -> None:
    with pytest.raises(CertificateError) as error:
        address(url)
    assert "https://localhost:5443" in error.value.hint


def test_plain_http_has_no_certificate() -> None:
    with pytest.raises(CertificateError, match="there is no certificate, and everybody"):
        address("http://localhost:5683")


def test_requests_trusts_only_the_given_roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, other = tmp_path / "root.pem", tmp_path / "other.pem"
    root.write_bytes(ROOT.pem)
    other.write_bytes(server(None).pem)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(root))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with serving([LEAF, ISSUING]) as port:
        assert as_requests(at(port), str(root)) == ""
        assert "unable to get local issuer certificate" in as_requests(at(port), str(other))


@pytest.fixture
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate an installation without extras, and so without `requests`."""
    monkeypatch.setattr("overheard.certificates.fetch.find_spec", lambda _name: None)
    monkeypatch.setitem(sys.modules, "requests", None)


@pytest.mark.usefixtures("_plain")
@ADDRESSES
def test_a_url_is_parsed_alike_without_requests(url: str, host: str, port: int) -> None:
    assert (address(url).host, address(url).port) == (host, port)


@pytest.mark.usefixtures("_plain")
@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_an_invalid_url_is_the_same_error_without_requests(url: str) -> None:
    with pytest.raises(CertificateError) as error:
        address(url)
    assert "https://localhost:5443" in error.value.hint


@pytest.mark.usefixtures("_plain")
def test_without_requests_the_default_roots_are_those_of_openssl(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
    assert usual_roots() == str(tmp_path / "root.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(CertificateError) as error:
        usual_roots()
    assert "--ca" in error.value.hint


def test_the_default_roots_are_those_of_requests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Path(usual_roots()).is_file()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert usual_roots() == str(tmp_path)
