"""The findings for a chain match the error of real `requests` for a real server that sends it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from lab.certificates.faults import FAULTS, ISSUING, ROOT, Fault
from lab.certificates.making import NOW, alternative, rsa_key, server
from lab.certificates.serving import serving
from overheard.certificates.fetch import Address, as_requests
from overheard.certificates.rules.check import case, wrong
from overheard.words.error_lookup import matching_rows
from overheard.words.gallery import at

if TYPE_CHECKING:
    from pathlib import Path

    from lab.certificates.making import Made

_IDS = [f"{fault.row}: {fault.chain[-1].certificate.subject.rfc4514_string()}: {fault.reason}" for fault in FAULTS]


@pytest.fixture(autouse=True)
def _every_name_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve every name to this machine, as no name server knows them."""
    ask = socket.getaddrinfo

    def answer(_host: str | bytes, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  (as its own)
        return ask("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def error_of_requests(chain: tuple[Made, ...], root: Made, host: str, folder: Path) -> str:
    """The error of `requests` for a server that sends `chain`."""
    trusting = folder / "root.pem"
    trusting.write_bytes(root.pem)
    with serving(chain) as port:
        return as_requests(Address(f"https://{host}:{port}/", host, port), str(trusting))


def found(chain: tuple[Made, ...], root: Made, host: str) -> list[str]:
    """The rows of the findings."""
    return [one.row for one in wrong(case([made.parsed for made in chain], host, NOW, [root.parsed]))]


@pytest.mark.parametrize("fault", FAULTS, ids=_IDS)
def test_requests_refuses_each_chain_with_findings_for_the_same_reason(fault: Fault, tmp_path: Path) -> None:
    error = error_of_requests(fault.chain, fault.root, fault.host, tmp_path)
    assert error.startswith("SSLError: ")
    assert f"certificate verify failed: {fault.reason}" in error
    assert found(fault.chain, fault.root, fault.host) == [fault.row]


@pytest.mark.parametrize("fault", FAULTS, ids=_IDS)
def test_the_row_of_a_finding_has_the_error_of_requests(fault: Fault, tmp_path: Path) -> None:
    assert (
        at(fault.row) in matching_rows(error_of_requests(fault.chain, fault.root, fault.host, tmp_path))
    ) is not fault.kin


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
def test_a_chain_that_requests_accepts_has_no_findings(name: str, tmp_path: Path) -> None:
    chain, host = GOOD[name]
    assert error_of_requests(chain, ROOT, host, tmp_path) == ""
    assert found(chain, ROOT, host) == []


def test_trust_in_an_intermediate_depends_on_the_version_of_python(tmp_path: Path) -> None:
    """From 3.13 on it can be a trust anchor (X509_V_FLAG_PARTIAL_CHAIN); before that, only a root can."""
    chain = (server(ISSUING), ISSUING)
    assert bool(error_of_requests(chain, ISSUING, "localhost", tmp_path)) is bool(found(chain, ISSUING, "localhost"))
