"""A client that asks for a log: what it accepts is sent the request, and what it does not, nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding

from ca.csrs import KEY
from ca.transparency.logs import Logging, logging
from lab.pki import Files
from lab.servers import Answers, serving
from overheard_ca.authority import pem
from overheard_ca.profile import Profile
from overheard_services.client.ask import Way, ask


@pytest.fixture
def made(tmp_path: Path) -> Logging:
    return logging(tmp_path)


def files(made: Logging, profile: Profile) -> Files:
    """A server's certificate of that profile, under a root that the client trusts."""
    names = ("root.pem", "certificate.pem", "key.pem")
    root, certificate, key = (made.folder / name for name in names)
    root.write_bytes(pem(made.authority.root))
    certificate.write_bytes(made.authority.chain(made.leaf(profile, "localhost")))
    form = (Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key.write_bytes(KEY.private_bytes(*form))
    return Files(root, certificate, key)


def asked(made: Logging, profile: Profile, **way: object) -> tuple[str, str, int]:
    """The text or the error, and how many requests came."""
    answers, of_server = Answers(), files(made, profile)
    with serving(answers, of_server) as url:
        reply = ask(url.replace("127.0.0.1", "localhost"), Way(trusting=of_server.root, **way))  # type: ignore[arg-type]
    assert bool(reply.chain) == bool(reply.certificate)
    return reply.text, reply.error, len(answers.asked)


def test_a_logged_certificate_is_accepted(made: Logging) -> None:
    assert asked(made, Profile.LOGGED, log=made.known) == ("fluffy tail", "", 1)


def test_one_that_is_not_gets_no_request(made: Logging) -> None:
    text, error, requests = asked(made, Profile.SERVER, log=made.known)
    assert (text, requests) == ("", 0)
    assert error.startswith("SSLError: ")
    assert "the certificate is not in the log: it has no timestamp of any log" in error


def test_one_of_another_log_gets_no_request(made: Logging, tmp_path: Path) -> None:
    text, error, requests = asked(made, Profile.LOGGED, log=logging(tmp_path / "other").known)
    assert (text, requests) == ("", 0)
    assert "it has no timestamp of this log" in error


def test_who_asks_for_no_log_accepts_both(made: Logging) -> None:
    for profile in (Profile.SERVER, Profile.LOGGED):
        assert asked(made, profile) == ("fluffy tail", "", 1)


def test_a_chain_is_told_only_as_far_as_it_was_verified(made: Logging) -> None:
    of_server = files(made, Profile.LOGGED)
    with serving(Answers(), of_server) as url:
        verified = ask(url.replace("127.0.0.1", "localhost"), Way(trusting=of_server.root)).chain
        unverified = ask(url, Way(verify=False)).chain
    assert [len(verified), len(unverified)] == [3, 1]
    assert verified[0] == unverified[0]
    assert verified[2] == made.authority.root.public_bytes(Encoding.DER)
