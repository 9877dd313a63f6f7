"""What is found wrong with a chain is what real `requests` says of a real server that sends it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from lab.certificates.faults import FAULTS, ISSUING, ROOT, Fault
from lab.certificates.making import NOW, alternative, rsa_key, server
from lab.certificates.serving import serving
from overheard.certificates.fetch import Address, as_requests
from overheard.certificates.wrong import wrong
from overheard.words.error_lookup import matching_rows
from overheard.words.gallery import at

if TYPE_CHECKING:
    from pathlib import Path

    from lab.certificates.making import Made

_IDS = [f"{fault.row}: {fault.chain[-1].certificate.subject.rfc4514_string()}: {fault.reason}" for fault in FAULTS]


@pytest.fixture(autouse=True)
def _every_name_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the names in here no name server knows."""
    ask = socket.getaddrinfo

    def answer(_host: str | bytes, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  (as its own)
        return ask("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def told(chain: tuple[Made, ...], root: Made, host: str, folder: Path) -> str:
    """What `requests` says of a server that sends `chain`."""
    trusting = folder / "root.pem"
    trusting.write_bytes(root.pem)
    with serving(chain) as port:
        return as_requests(Address(f"https://{host}:{port}/", host, port), str(trusting))


def found(chain: tuple[Made, ...], root: Made, host: str) -> list[str]:
    """The rows of what is found wrong."""
    return [one.row for one in wrong([made.certificate for made in chain], host, NOW, [root.certificate])]


@pytest.mark.parametrize("fault", FAULTS, ids=_IDS)
def test_requests_refuses_what_is_found_wrong_and_for_that_reason(fault: Fault, tmp_path: Path) -> None:
    error = told(fault.chain, fault.root, fault.host, tmp_path)
    assert error.startswith("SSLError: ")
    assert f"certificate verify failed: {fault.reason}" in error
    assert found(fault.chain, fault.root, fault.host) == [fault.row]


@pytest.mark.parametrize("fault", FAULTS, ids=_IDS)
def test_the_gallery_has_the_error_in_the_row_that_is_named(fault: Fault, tmp_path: Path) -> None:
    assert (at(fault.row) in matching_rows(told(fault.chain, fault.root, fault.host, tmp_path))) is not fault.kin


GOOD = {
    "as it should be": ((server(ISSUING), ISSUING), "localhost"),
    "by its address": ((server(ISSUING), ISSUING), "127.0.0.1"),
    "with the root": ((server(ISSUING), ISSUING, ROOT), "localhost"),
    "with one too many": ((server(ISSUING), ROOT, ISSUING), "localhost"),
    "by a wildcard": ((server(ISSUING, alternative("*.lab.test")), ISSUING), "b.lab.test"),
    "in other letters": ((server(ISSUING, alternative("LocalHost")), ISSUING), "localhost"),
    "with the least of RSA": ((server(ISSUING, key=rsa_key(1963)), ISSUING), "localhost"),
}


@pytest.mark.parametrize("name", GOOD)
def test_where_requests_is_content_nothing_is_found(name: str, tmp_path: Path) -> None:
    chain, host = GOOD[name]
    assert told(chain, ROOT, host, tmp_path) == ""
    assert found(chain, ROOT, host) == []


def test_whether_an_intermediate_may_be_trusted_is_for_python_to_say(tmp_path: Path) -> None:
    """From 3.13 on it may (X509_V_FLAG_PARTIAL_CHAIN); before, only roots."""
    chain = (server(ISSUING), ISSUING)
    assert bool(told(chain, ISSUING, "localhost", tmp_path)) is bool(found(chain, ISSUING, "localhost"))
