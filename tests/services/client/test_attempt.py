"""Single attempts, with the real server, and with one that sends invalid responses."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

import pytest

from overheard.words.scenario import Disguise, Identity, SharedKey, Trust
from overheard.words.services import Service
from overheard_services import acme_order
from overheard_services.client import attempt as module
from overheard_services.client.ask import ask
from overheard_services.client.attempt import Answer, make
from overheard_services.disguise.diffie_hellman import Party
from overheard_services.disguise.fernet import new_key, seal
from services.client.place import attempt

if TYPE_CHECKING:
    from lab.servers import Answers
    from overheard.words.scenario import Attempt
    from services.client.place import Place


def made(place: Place, one: Attempt, **settings: object) -> Answer:
    """The result of an attempt by a client of this place."""
    has = place.gather(**settings)
    ((same, way),) = has.prepared([one])
    return make(same, way, has)


def at(url: str) -> Service:
    """The service of a small server."""
    return Service("http", "127.0.0.1", int(url.rpartition(":")[2]))


# ---- orders of a stranger


@pytest.mark.slow
def test_what_the_ca_says_to_a_stranger_is_the_error_in_one_line(place: Place) -> None:
    """As this CA speaks no ACME. That of server/test_acme_certificate.py does, and refuses."""
    answer = made(place, attempt(place.service("https"), orders="server"))
    assert answer.error.startswith(f"no certificate for server from {place.ca.url} by ACME: ")
    assert "\n" not in answer.error
    assert answer.message == ""


def test_a_stranger_who_is_granted_is_found_out(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acme_order, "order", lambda *_: b"a certificate")
    answer = made(place, attempt(place.service("https"), orders="server", error="incorrectResponse"))
    assert answer == Answer(error="nothing was refused: the CA certified server")


# ---- plainly


@pytest.mark.slow
@pytest.mark.parametrize(("service", "trust"), [("http", Trust.NOT_ASKED), ("https", Trust.LAB_CA)])
def test_it_gets_the_message(place: Place, service: str, trust: Trust) -> None:
    answer = made(place, attempt(place.service(service), trust=trust))
    assert (answer.message, answer.error) == ("fluffy tail", "")


def test_the_servers_certificate_is_noted(place: Place) -> None:
    """Whether or not the client verifies it; in clear there is none."""
    for trust in (Trust.LAB_CA, Trust.ANYBODY):
        note, *_ = made(place, attempt(place.service("https"), trust=trust)).notes
        assert note.startswith("the server showed: From ")
        assert note.endswith('I am "server" according to "Overheard Lab Test Issuing CA (not for production)".')
    assert made(place, attempt(place.service("http"))).notes == ()


def test_a_failure_is_reported_as_the_error_of_the_library(place: Place) -> None:
    answer = made(place, attempt(place.service("https"), trust=Trust.NOT_THE_LAB_CA))
    assert (answer.message, answer.notes) == ("", ())
    assert answer.error.startswith("SSLError: ")
    assert "unable to get local issuer certificate" in answer.error


def test_greetings_and_warnings_are_noted(place: Place) -> None:
    place.ca.new_token("client")
    answer = made(place, attempt(place.service("mutual-tls"), trust=Trust.LAB_CA, identity=Identity.SQUIRREL))
    assert (answer.message, answer.greeting, answer.notes[-1]) == ("fluffy tail", "Hello squirrel", "Hello squirrel")
    answer = made(place, attempt(place.service("https"), trust=Trust.ANYBODY))
    assert (answer.message, answer.notes[1:]) == ("fluffy tail", answer.warned)
    assert answer.notes[1].startswith("InsecureRequestWarning: ")


# ---- by its address


def test_a_server_may_be_requested_by_its_address(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its certificate must then be for the address. The lab's server has another name on this machine."""
    service = place.service("https")
    monkeypatch.setattr(module, "HTTPS", service)
    nameless = Service("https", "", service.port)
    assert made(place, attempt(nameless, trust=Trust.LAB_CA)).message == "fluffy tail"
    answer = made(place, attempt(nameless, trust=Trust.NOT_THE_LAB_CA))
    assert f"HTTPSConnectionPool(host='127.0.0.1', port={service.port})" in answer.error


def test_an_unresolvable_server_is_reported(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name servers are not queried for a name of this length."""
    monkeypatch.setattr(module, "HTTPS", Service("https", "x." * 130, 5443))
    answer = made(place, attempt(Service("https", "", 5443), trust=Trust.LAB_CA))
    assert answer.error.startswith("gaierror: x.x.")
    assert " has no address: " in answer.error


# ---- with its letters shifted


def test_shifted_letters_are_decoded(place: Place) -> None:
    assert made(place, attempt(place.service("http"), disguise=Disguise.SUBSTITUTION)) == Answer("fluffy tail")
    # The text on the wire was different.
    assert ask(place.server.url("http", "/substitution")).text == "ekteex szhk"


# ---- sealed with the shared key


@pytest.mark.parametrize("given", ["in a file", "in SECRET_KEY"])
def test_with_the_shared_key_a_token_is_decrypted_and_the_key_noted(place: Place, given: str) -> None:
    key = place.shared_key.read_text().strip()
    settings = {"secret_key": key, "shared_key_file": place.folder / "nowhere"} if given == "in SECRET_KEY" else {}
    assert made(place, attempt(place.service("http"), disguise=Disguise.FERNET), **settings) == Answer("fluffy tail")
    assert place.message_keys() == [f"fernet {key}"]


def test_with_another_key_nothing_is_decrypted_and_no_key_noted(place: Place) -> None:
    one = attempt(place.service("http"), disguise=Disguise.FERNET, shared_key=SharedKey.WRONG)
    answer = made(place, one)
    assert (answer.message, answer.error.partition(":")[0]) == ("", "InvalidToken")
    assert place.message_keys() == []


def test_without_a_key_there_is_only_the_token(place: Place) -> None:
    one = attempt(place.service("http"), disguise=Disguise.FERNET, shared_key=SharedKey.NONE)
    answer = made(place, one)
    assert answer.message == ""
    assert answer.error.startswith("there is no message to read, only gAAAA")
    assert place.message_keys() == []


@pytest.mark.parametrize("shared_key", SharedKey)
def test_without_a_token_the_error_is_that_of_the_request(
    place: Place, http: str, answers: Answers, shared_key: SharedKey
) -> None:
    answers.status = 503
    answer = made(place, attempt(at(http), disguise=Disguise.FERNET, shared_key=shared_key))
    assert (answer.message, answer.error.partition(" Server")[0]) == ("", "HTTPError: 503")


def test_an_invalid_key_is_reported(place: Place) -> None:
    key = "acorn"
    answer = made(place, attempt(place.service("http"), disguise=Disguise.FERNET), secret_key=key)
    assert answer.error.startswith("ValueError: Fernet key must be 32 url-safe base64-encoded bytes")


# ---- with a key that was agreed on in public


def test_each_agreement_has_a_new_key_and_notes_its_public_values(place: Place) -> None:
    has = place.gather()
    one = attempt(place.service("http"), disguise=Disguise.DIFFIE_HELLMAN)
    answers = [make(one, way, has) for one, way in has.prepared([one, one])]
    assert [(answer.message, answer.error) for answer in answers] == [("fluffy tail", "")] * 2
    public = {note.rpartition(" ")[2] for answer in answers for note in answer.notes}
    assert {len(value) for value in public} == {44}
    assert len(public) == 4
    assert [note.partition(":")[0] for note in answers[0].notes] == ["sent in clear", "got in clear"]
    assert len(set(place.message_keys())) == 2


def test_the_noted_key_decrypts_what_crossed_the_wire(place: Place, http: str, answers: Answers) -> None:
    """The noted key is the server's; an agreement without the client's private value gives another key."""
    answers.body = json.dumps({"public": Party().public, "token": seal(new_key(), "fluffy tail")}).encode()
    answer = made(place, attempt(at(http), disguise=Disguise.DIFFIE_HELLMAN))
    assert (answer.message, answer.error.partition(":")[0]) == ("", "InvalidToken")
    assert len(answer.notes) == 2


TOKEN = seal(new_key(), "fluffy tail")


@pytest.mark.parametrize(
    "half",
    [
        "fluffy tail",
        "",
        "[]",
        "null",
        '"public"',
        "{}",
        '{"public": "acorn"}',
        json.dumps({"public": Party().public}),
        json.dumps({"token": TOKEN}),
        json.dumps({"public": "acorn", "token": TOKEN}),
        json.dumps({"public": 5, "token": TOKEN}),
        json.dumps({"public": ["acorn"], "token": TOKEN}),
        # A point of small order: everybody could derive the secret (RFC 7748, 6.1).
        json.dumps({"public": "A" * 43 + "=", "token": TOKEN}),
    ],
    ids=count(),
)
def test_an_invalid_response_to_an_agreement_is_reported(place: Place, http: str, answers: Answers, half: str) -> None:
    answers.body = half.encode()
    answer = made(place, attempt(at(http), disguise=Disguise.DIFFIE_HELLMAN))
    assert answer.error.startswith("the server's half of the key agreement is invalid: ")
    assert (answer.message, answer.notes) == ("", ())
    assert place.message_keys() == []


@pytest.mark.parametrize("token", [None, 5, "", "acorn", ["acorn"], "\ud800"])
def test_an_invalid_token_is_reported(place: Place, http: str, answers: Answers, token: object) -> None:
    answers.body = json.dumps({"public": Party().public, "token": token}).encode()
    answer = made(place, attempt(at(http), disguise=Disguise.DIFFIE_HELLMAN))
    assert answer.message == ""
    assert answer.error


def test_a_server_that_refuses_the_agreement_is_reported(place: Place, http: str, answers: Answers) -> None:
    answers.status = 400
    answer = made(place, attempt(at(http), disguise=Disguise.DIFFIE_HELLMAN))
    assert answer.error.startswith("HTTPError: 400 ")
    assert answers.asked[0][:2] == ("POST", "/diffie-hellman")
