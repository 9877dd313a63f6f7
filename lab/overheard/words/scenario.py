"""What a scenario of the story is: who asks whom, how, and what is expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from overheard.words.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from overheard.words.chapter import Chapter
    from overheard.words.services import Service


class Disguise(StrEnum):
    """How the application itself hides the message, independent of the transport."""

    NONE = "none"
    SUBSTITUTION = "substitution"
    FERNET = "fernet"
    DIFFIE_HELLMAN = "diffie-hellman"

    @property
    def path(self) -> str:
        """The path of the message in this disguise."""
        return "/" if self is Disguise.NONE else f"/{self}"


class Trust(StrEnum):
    """Whom the client trusts when a server presents its certificate."""

    NOT_ASKED = "not asked"
    NOT_THE_LAB_CA = "not the lab CA"
    LAB_CA = "the lab CA"
    ANYBODY = "anybody (verify=False)"
    IMPOSTOR_CA = "the lab CA and the impostor's"
    GALLERY_CA = "the gallery's CA"


class Identity(StrEnum):
    """What the client presents when a server asks for its certificate."""

    NONE = "no certificate"
    SQUIRREL = "the squirrel's certificate"
    STRANGER = "the certificate of a stranger's CA"
    SERVER = "a server's certificate"


class SharedKey(StrEnum):
    """The key with which the client decrypts a token."""

    RIGHT = "the shared key"
    WRONG = "another key"
    NONE = "no key, like a browser"


class Need(StrEnum):
    """What an engine may lack."""

    INTERCEPTOR = "the interceptor"
    POST_QUANTUM = "OpenSSL 3.5 or later"

    @property
    def cure(self) -> str:
        """How to get it."""
        return _CURES[self]


_CURES = {
    Need.INTERCEPTOR: "`make interceptor-env` installs it in a checkout, and `--engine compose` (with Docker) has it; "
    "elsewhere, run pip install 'overheard[interceptor]' in a virtual environment of its own, and name the Python of "
    "that in OVERHEARD_INTERCEPTOR_PYTHON",
    Need.POST_QUANTUM: "`--engine compose` (with Docker) has it, and so has a Python that is linked with it, such as "
    "that of Debian 13: `python3 -c 'import ssl; print(ssl.OPENSSL_VERSION)'` prints the version",
}


@dataclass(frozen=True)
class Wire:
    """What crosses the wire when a connection fails: the alert (RFC 8446, 6), who sends it, and whether data followed.

    `alert` is empty where none is sent in clear; `sender` is `client` or `server`. With `perhaps`, some versions of
    Python send the alert and others send none.
    """

    alert: str = ""
    sender: str = ""
    application_data: bool = False
    perhaps: bool = False


@dataclass(frozen=True)
class Attempt:
    """One exchange: how the client asks, and what it must get: the message, or an error with `error` in its text.

    `newer_error` is that part with OpenSSL 3.5, if its wording differs from 3.0. `ciphers` is what the client offers up
    to TLS 1.2, as an OpenSSL cipher string; TLS 1.3 is then not offered. `overheard` is whether the judge must see the
    message in the stream of this attempt; None leaves that to the verdict on the whole recording. `crl` is the URL of
    the revocation list that the client also checks, `ocsp` whether it asks the responder that the certificate names,
    and `soft_fail` whether it goes on if neither answers. `logged` is whether it asks for a certificate that is in the
    log that it knows, `strict` whether it asks for all of RFC 5280, and `patience` its timeout, in seconds. If the
    service has no host, the client uses the server's address. `greeting` is how the server must greet the client,
    besides telling the message. `warning` is the name of the warning that the client must get. `orders` is a name, for
    which the client orders a certificate in place of all this, with an ACME account of its own.
    """

    name: str
    service: Service
    disguise: Disguise = Disguise.NONE
    trust: Trust = Trust.NOT_ASKED
    identity: Identity = Identity.NONE
    shared_key: SharedKey = SharedKey.RIGHT
    intercepted: bool = False
    ciphers: str = ""
    crl: str = ""
    ocsp: bool = False
    soft_fail: bool = False
    logged: bool = False
    orders: str = ""
    strict: bool = False
    patience: float = 10
    error: str = ""
    newer_error: str = ""
    warning: str = ""
    greeting: str = ""
    overheard: bool | None = None
    wire: Wire | None = None

    @property
    def url(self) -> str:
        """The URL that the client requests."""
        return self.service.origin + ("/acme/directory" if self.orders else self.disguise.path)

    def expected_error(self, openssl: tuple[int, int]) -> str:
        """A part of the error that a client with that OpenSSL must get; empty if it must get the message."""
        return self.newer_error if self.newer_error and openssl >= (3, 5) else self.error


@dataclass(frozen=True)
class Expectation:
    """What the judge must find; otherwise the run has failed.

    `reasons` are the codes of the checks that must fail, and no others may. `seen` is how the secret must be seen, if
    it must be (`Sighting.how`). `visible` are facts that the handshakes must show to everybody.
    """

    outcome: Outcome
    reasons: frozenset[str] = frozenset()
    seen: str = ""
    visible: frozenset[str] = frozenset()
    says: str = ""

    def wrong(self, verdict: Verdict) -> tuple[str, ...]:
        """How `verdict` deviates from the expectation, one sentence each; empty if it does not."""
        return tuple(self._wrong(verdict))

    def _wrong(self, verdict: Verdict) -> Iterator[str]:
        if verdict.outcome is not self.outcome:
            yield f"the verdict should be {self.outcome}, but is {verdict.outcome}"
        elif self.outcome is Outcome.OVERHEARD:
            # A sighting counts, even if the recording is incomplete.
            if all(sighting.how != self.seen for sighting in verdict.sightings):
                yield f"it should be seen {self.seen}, but is seen {verdict.sightings[0].how}"
        elif (codes := {check.code for check in verdict.reasons}) != self.reasons:
            yield f"it should be {self.outcome} because of {_listed(self.reasons)}, but is because of {_listed(codes)}"
        shown = {fact for stream in verdict.visible for fact in stream.facts}
        if missing := self.visible - shown:
            yield f"the wire should show {_listed(missing)}, but shows {_listed(shown)}"


@dataclass(frozen=True)
class Scenario:
    """One chapter. `attempts` happen in one recording, in this order; the first is what the chapter is about."""

    name: str
    title: str
    attempts: tuple[Attempt, ...]
    expected: Expectation
    chapter: Chapter
    needs: frozenset[Need] = frozenset()


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or "nothing"
