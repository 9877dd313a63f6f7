"""Whether a certificate was revoked, asked over a real wire: by a list and by a responder, in hard and soft fail."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from lab.servers import Answers, serving
from overheard.words.gallery import at
from overheard.words.handover import GALLERY_ROOT
from overheard_services.client.ask import Reply, Way, ask
from ports import free_port
from services.client.tls import RevocableServer, observing
from services.gallery.process import ADDRESS, MESSAGE, GalleryProcess, running

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLD = Reply("fluffy tail")
WENT_ON = "SoftFailWarning: whether the certificate was revoked is unknown: "
HARD, SOFT = False, True


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> RevocableServer:
    return RevocableServer.make(tmp_path_factory.mktemp("listed"))


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GalleryProcess]:
    with running(tmp_path_factory.mktemp("gallery")) as gallery:
        yield gallery


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **rest: resolve(ADDRESS if host == "server" else host, *more, **rest)
    )


# ---- by a list


def by_list(listed: RevocableServer, answers: Answers, *, soft_fail: bool) -> tuple[Reply, int]:
    """The reply to a client that fetches the list from `answers`, and how many requests the server got."""
    with observing(listed.files) as noticed, serving(answers) as url:
        reply = ask(noticed.url, Way(trusting=listed.files.root, crl=f"{url}/list", soft_fail=soft_fail))
        return reply, len(noticed.hosts)


@pytest.mark.parametrize("soft_fail", [HARD, SOFT])
def test_a_certificate_on_the_list_is_refused(listed: RevocableServer, soft_fail: bool) -> None:
    reply, requests = by_list(listed, Answers(body=listed.revoked), soft_fail=soft_fail)
    assert "certificate verify failed: certificate revoked" in reply.error
    assert (reply.warned, requests) == ((), 0)


@pytest.mark.parametrize("soft_fail", [HARD, SOFT])
def test_a_certificate_that_is_not_on_it_is_accepted(listed: RevocableServer, soft_fail: bool) -> None:
    answers = Answers(body=listed.empty)
    assert by_list(listed, answers, soft_fail=soft_fail) == (TOLD, 1)
    assert [path for _, path, _ in answers.asked] == ["/list"]


NO_LISTS = {"an error": Answers(status=503), "a redirection": Answers(status=302), "something else": Answers()}


@pytest.mark.parametrize("name", NO_LISTS)
def test_without_a_list_only_soft_fail_lets_it_through(listed: RevocableServer, name: str) -> None:
    reply, requests = by_list(listed, NO_LISTS[name], soft_fail=HARD)
    assert "unable to get certificate CRL" in reply.error
    assert requests == 0
    reply, requests = by_list(listed, NO_LISTS[name], soft_fail=SOFT)
    assert (reply.text, requests) == ("fluffy tail", 1)
    assert [warning.startswith(WENT_ON) for warning in reply.warned] == [True]


def test_a_server_of_lists_that_is_down_is_no_list(listed: RevocableServer) -> None:
    way = Way(trusting=listed.files.root, crl=f"http://127.0.0.1:{free_port()}/list")
    with observing(listed.files) as noticed:
        assert "unable to get certificate CRL" in ask(noticed.url, way).error


def test_lists_are_not_fetched_over_https(listed: RevocableServer) -> None:
    way = Way(trusting=listed.files.root, crl="https://127.0.0.1:1/list")
    with observing(listed.files) as noticed:
        assert "unable to get certificate CRL" in ask(noticed.url, way).error


# ---- by a responder


def by_responder(gallery: GalleryProcess, row: str, *, soft_fail: bool) -> Reply:
    way = Way(trusting=gallery.handover / GALLERY_ROOT, ocsp=True, soft_fail=soft_fail)
    return ask(gallery.url(at(row)), way)


@pytest.mark.parametrize("soft_fail", [HARD, SOFT])
def test_what_the_responder_calls_revoked_is_refused(gallery: GalleryProcess, soft_fail: bool) -> None:
    reply = by_responder(gallery, "ocsp-revoked", soft_fail=soft_fail)
    assert "SSLCertVerificationError('revoked, says the OCSP responder: keyCompromise')" in reply.error
    assert reply.warned == ()


@pytest.mark.parametrize("soft_fail", [HARD, SOFT])
def test_what_it_calls_good_is_accepted(gallery: GalleryProcess, soft_fail: bool) -> None:
    assert gallery.ask_good(ocsp=True, soft_fail=soft_fail) == Reply(MESSAGE)


def test_without_an_answer_only_soft_fail_lets_it_through(gallery: GalleryProcess) -> None:
    reply = by_responder(gallery, "ocsp-missing", soft_fail=HARD)
    assert "no valid OCSP response: nobody answered" in reply.error
    assert reply.text == ""
    reply = by_responder(gallery, "ocsp-missing", soft_fail=SOFT)
    assert (reply.text, reply.warned) == (MESSAGE, (f"{WENT_ON}nobody answered",))


def test_a_certificate_that_names_no_responder_has_no_answer(gallery: GalleryProcess) -> None:
    # Among its faults is none that this client would see.
    reply = by_responder(gallery, "strict-verification", soft_fail=HARD)
    assert "no valid OCSP response: the certificate names no responder" in reply.error
