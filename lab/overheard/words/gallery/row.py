"""What a fault and a row of the gallery are, and the forms of errors."""

from __future__ import annotations

import re
from dataclasses import dataclass

from overheard.words.scenario import Attempt, Trust, Wire
from overheard.words.services import GALLERY_HEALTH, Service, StatusUrls

# Rows were verified with these two versions (Debian 12 and 13); the errors of versions in between are not known.
OLDER, NEWER = (3, 0), (3, 5)
# The host of a row that is requested by the server's address, not by one of its names.
BY_ADDRESS = ""

_POOL = (
    "SSLError: HTTPSConnectionPool(host='{host}', port={port}): Max retries exceeded with url: / (Caused by SSLError("
)
_PLACE = re.compile(r"\\\{(host|port|line|patience)\\\}")


@dataclass(frozen=True)
class ErrorText:
    """The error of the client with OpenSSL from version `since` on: the exception's class, OpenSSL's reason, the text.

    In `text`, `{host}` and `{port}` stand for the server that the client asked, `{line}` for a line number of Python's
    `_ssl.c`, which differs between versions, and `{patience}` for how many seconds the client waits.
    """

    since: tuple[int, int]
    exception: str
    reason: str
    text: str

    @property
    def openssl(self) -> str:
        """The version, as people write it: `3.0`."""
        return ".".join(map(str, self.since))

    def fits(self, error: str) -> bool:
        """Whether `error` contains this, for whatever host, port and version of Python."""
        return re.search(_PLACE.sub(".+?", re.escape(self.text)), error) is not None


# There is one of each: they are told apart by identity.
@dataclass(frozen=True, kw_only=True, eq=False)
class Fault:
    """One thing that goes wrong. `wrong` says what, as a phrase; cause and cure are sentences.

    `also` are phrases by which programs tell it, as `Phrase` reads them; rows have the reasons of OpenSSL besides.
    """

    name: str
    wrong: str
    cause: str
    cure: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Row(Fault):
    """A fault that the gallery makes for real. `made` says how, as a phrase.

    The client asks `host` (empty: the server's address) over `scheme`, waits for `patience` seconds, with `crl` checks
    the list of the authority, with `ocsp` asks its responder, both in hard fail: without an answer, it refuses the
    server. With `strict` it checks all of RFC 5280. `wire` is the same with all versions of
    OpenSSL that were verified. If several of `says` have the same `since`, the error is one of them, depending on the
    version of Python. `port` is one of `GALLERY_PORTS` that no other row has; it never changes, because errors and
    pages show it.
    """

    made: str
    says: tuple[ErrorText, ...]
    wire: Wire
    host: str = "server"
    scheme: str = "https"
    crl: bool = False
    ocsp: bool = False
    strict: bool = False
    patience: float = 10
    port: int

    def errors_for(self, openssl: tuple[int, int]) -> tuple[ErrorText, ...]:
        """The possible errors of a client with that OpenSSL."""
        since = max(says.since for says in self.says if says.since <= openssl)
        return tuple(says for says in self.says if says.since == since)

    def shown(self, says: ErrorText, *, address: str, line: int | str = "...") -> str:
        """The text as `requests` shows it, to a client that reaches the server at `address`."""
        return says.text.format(host=self.host or address, port=self.port, line=line, patience=self.patience)

    @property
    def attempt(self) -> Attempt:
        """The attempt for this row in the scenario `gallery`."""
        older, newer = (self.errors_for(openssl)[0].reason for openssl in (OLDER, NEWER))
        return Attempt(
            name=self.name,
            service=Service(self.scheme, self.host, self.port),
            trust=Trust.GALLERY_CA,
            crl=StatusUrls(GALLERY_HEALTH.origin, self.name).crl if self.crl else "",
            ocsp=self.ocsp,
            strict=self.strict,
            patience=self.patience,
            error=older,
            newer_error=newer if newer != older else "",
            wire=self.wire,
        )


def unverified(reason: str, *, of: str = "") -> tuple[ErrorText, ...]:
    """The verification of the certificate failed. `of` is what OpenSSL adds to its reason."""
    message = f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason}{of} (_ssl.c:{{line}})"
    return (ErrorText(OLDER, "SSLError", reason, f"{_POOL}SSLCertVerificationError(1, {message!r})))"),)


def unproved(reason: str, *, of: str = "") -> tuple[ErrorText, ...]:
    """The client itself found the certificate wanting, after OpenSSL had verified it. `of` is what it adds."""
    return (ErrorText(OLDER, "SSLError", reason, f"{_POOL}SSLCertVerificationError({f'{reason}: {of}'!r})))"),)


def handshake_failed(code: str, reason: str, *, newer: str = "", newer_code: str = "") -> tuple[ErrorText, ...]:
    """The handshake failed, for a reason with a code; `newer` is what OpenSSL 3.5 calls it, `newer_code` its code."""
    reasons = {OLDER: (code, reason), **({NEWER: (newer_code or code, newer)} if newer else {})}
    return tuple(
        ErrorText(since, "SSLError", said, f"{_POOL}SSLError(1, {f'[SSL: {code}] {said} (_ssl.c:{{line}})'!r})))")
        for since, (code, said) in reasons.items()
    )


def ended(reason: str, *causes: str) -> tuple[ErrorText, ...]:
    """The connection ended in the handshake; `causes` are what versions of Python say, with `reason` in common."""
    return tuple(ErrorText(OLDER, "SSLError", reason, f"{_POOL}{cause}))") for cause in causes)


def aborted(reason: str, cause: str) -> tuple[ErrorText, ...]:
    """The connection ended, for a reason outside TLS."""
    return (ErrorText(OLDER, "ConnectionError", reason, f"ConnectionError: ('Connection aborted.', {cause})"),)


def timed_out() -> tuple[ErrorText, ...]:
    """The client timed out."""
    text = "ReadTimeout: HTTPSConnectionPool(host='{host}', port={port}): Read timed out. (read timeout={patience})"
    return (ErrorText(OLDER, "ReadTimeout", "Read timed out", text),)
