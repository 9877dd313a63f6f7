"""What a row of the gallery is, and the forms that errors come in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from overheard.words.scenario import Attempt, Service, Trust, Wire

# Rows were looked at under these two (Debian 12 and 13); what is said in between is not known.
OLDER, NEWER = (3, 0), (3, 5)
# A row that is asked for by the server's address, and by none of its names.
BY_ADDRESS = ""

_POOL = (
    "SSLError: HTTPSConnectionPool(host='{host}', port={port}): Max retries exceeded with url: / (Caused by SSLError("
)
_PLACE = re.compile(r"\\\{(host|port|line|patience)\\\}")


@dataclass(frozen=True)
class Says:
    """What the client is told by OpenSSL `since` that version: the exception's class, OpenSSL's reason, the whole text.

    In `text`, `{host}` and `{port}` stand for where the client asked, `{line}` for a line of Python's own `_ssl.c`,
    which is another in every version, and `{patience}` for how many seconds the client waits.
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


@dataclass(frozen=True)
class Row:
    """One way to fail. `wrong` says what is wrong and `made` how we make it so, each a phrase; the rest are sentences.

    The client asks `host` (empty: the server's address) over `scheme`, waits for `patience` seconds, and with `crl`
    heeds the gallery's revocation lists. `wire` is the same under all versions of OpenSSL that were looked at.
    More than one of `says` with the same `since`: it is one of them, depending on the version of Python.
    """

    name: str
    wrong: str
    made: str
    says: tuple[Says, ...]
    cause: str
    cure: str
    wire: Wire
    host: str = "server"
    scheme: str = "https"
    crl: bool = False
    patience: float = 10
    port: int = 0

    def told(self, openssl: tuple[int, int]) -> tuple[Says, ...]:
        """What a client with that OpenSSL may be told."""
        since = max(says.since for says in self.says if says.since <= openssl)
        return tuple(says for says in self.says if says.since == since)

    def shown(self, says: Says, *, address: str, line: int | str = "...") -> str:
        """The text as `requests` shows it, to a client to whom the server is at `address`."""
        return says.text.format(host=self.host or address, port=self.port, line=line, patience=self.patience)

    @property
    def attempt(self) -> Attempt:
        """Asking for this row, as the scenario `gallery` does."""
        older, newer = (self.told(openssl)[0].reason for openssl in (OLDER, NEWER))
        return Attempt(
            name=self.name,
            service=Service(self.scheme, self.host, self.port),
            trust=Trust.GALLERY_CA,
            crl=self.crl,
            patience=self.patience,
            error=older,
            newer_error=newer if newer != older else "",
            wire=self.wire,
        )


def unverified(reason: str, *, of: str = "") -> tuple[Says, ...]:
    """The certificate was looked at, and found wanting. `of` is what OpenSSL adds to its reason."""
    message = f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason}{of} (_ssl.c:{{line}})"
    return (Says(OLDER, "SSLError", reason, f"{_POOL}SSLCertVerificationError(1, {message!r})))"),)


def broken(code: str, reason: str, *, newer: str = "") -> tuple[Says, ...]:
    """The handshake came to nothing, for a reason with a code; `newer` is what OpenSSL 3.5 calls the same."""
    reasons = {OLDER: reason, **({NEWER: newer} if newer else {})}
    return tuple(
        Says(since, "SSLError", said, f"{_POOL}SSLError(1, {f'[SSL: {code}] {said} (_ssl.c:{{line}})'!r})))")
        for since, said in reasons.items()
    )


def ended(reason: str, *causes: str) -> tuple[Says, ...]:
    """The connection ended in the handshake; `causes` are how versions of Python put it, with `reason` in common."""
    return tuple(Says(OLDER, "SSLError", reason, f"{_POOL}{cause}))") for cause in causes)


def aborted(reason: str, cause: str) -> tuple[Says, ...]:
    """The connection ended in a way that has nothing to do with TLS."""
    return (Says(OLDER, "ConnectionError", reason, f"ConnectionError: ('Connection aborted.', {cause})"),)


def timed_out() -> tuple[Says, ...]:
    """The client waited in vain."""
    text = "ReadTimeout: HTTPSConnectionPool(host='{host}', port={port}): Read timed out. (read timeout={patience})"
    return (Says(OLDER, "ReadTimeout", "Read timed out", text),)
