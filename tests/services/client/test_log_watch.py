"""The squirrels read a real log, and tell what nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ca.process import CaProcess
from ca.transparency.logs import Logging, logging
from ca.transparency.running import SETTINGS, issued, known
from overheard_ca.authority import pem
from overheard_services.client.log_watch import LogWatch

ASKED_FOR = "in the log, for server: {} of the squirrels' CA"
NOBODY = "in the log, and nobody asked for it: server, by Overheard Lab Test Issuing CA (not for production)"


@pytest.fixture
def ca(tmp_path: Path) -> Iterator[CaProcess]:
    """A CA whose log takes certificates of the spy's CA, too, once that exists."""
    running = CaProcess(tmp_path / "ca", **SETTINGS, log_roots=str(tmp_path / "more.pem"))
    try:
        yield running.start()
    finally:
        running.kill()


@pytest.fixture
def spy(tmp_path: Path) -> Logging:
    """A CA with the same names as the squirrels'."""
    made = logging(tmp_path / "spy")
    (tmp_path / "more.pem").write_bytes(pem(made.authority.root))
    return made


def der(*chain: x509.Certificate) -> list[bytes]:
    return [each.public_bytes(Encoding.DER) for each in chain]


def watch(ca: CaProcess) -> LogWatch:
    return LogWatch(ca.url, ca.state / "root.pem", known(ca))


def test_what_the_squirrels_asked_for_is_counted_and_nothing_else_is_said(ca: CaProcess) -> None:
    chain = issued(ca)
    issued(ca)
    # Two precertificates, and the certificate that was shown.
    assert watch(ca).notes("server", der(*chain)) == (ASKED_FOR.format(3),)


def test_what_nobody_asked_for_is_told_even_if_its_issuer_has_the_same_name(ca: CaProcess, spy: Logging) -> None:
    issued(ca)
    shown = der(spy.leaf(name="server"), spy.authority.issuing.certificate)
    assert watch(ca).notes("server", shown) == (ASKED_FOR.format(1), NOBODY)
    assert watch(ca).notes("server", shown) == (ASKED_FOR.format(1), NOBODY)


def test_a_certificate_for_another_name_is_none_of_their_business(ca: CaProcess, spy: Logging) -> None:
    shown = der(spy.leaf(name="elsewhere.test"), spy.authority.issuing.certificate)
    assert watch(ca).notes("server", shown) == (ASKED_FOR.format(0),)


def test_what_leads_to_no_root_of_the_log_is_not_taken(ca: CaProcess, tmp_path: Path) -> None:
    stranger = logging(tmp_path / "stranger")
    shown = der(stranger.leaf(), stranger.authority.issuing.certificate)
    (said,) = watch(ca).notes("server", shown)
    assert said.startswith("the log does not take what was shown: 400")


def test_a_log_that_signs_with_another_key_is_not_relied_on(ca: CaProcess, spy: Logging) -> None:
    other = LogWatch(ca.url, ca.state / "root.pem", spy.known)
    (said,) = other.notes("server", der(*issued(ca)))
    assert said == "the log cannot be relied on: the tree head is not signed by the log"
