"""The log: takes chains that lead to its roots, signs for each that it is in, and proves it to everybody.

Who logs gets the signature only when the entry is in the tree: the delay that RFC 6962 allows (3) is not made use of.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID

from overheard.certificates.asn1.element import OCTET_STRING
from overheard.certificates.asn1.write import element
from overheard.role.files import write_whole
from overheard_ca import refusals
from overheard_ca.authority import key_in
from overheard_ca.database import Database
from overheard_ca.errors import StateError
from overheard_ca.passphrase import Passphrase
from overheard_ca.transparency import merkle
from overheard_ca.transparency.precertificate import is_poisoned
from overheard_ca.transparency.store import Head, Store
from overheard_ca.transparency.structures import (
    Entry,
    Timestamp,
    entry_of,
    entry_of_precertificate,
    head,
    key_hash,
    listed,
    signed,
)

KEY, PUBLIC_KEY, FILE = "log.key.pem", "log.pem", "log.sqlite"

# A head is signed anew when it is so old, even if nothing was logged since.
_LIFE = timedelta(hours=12)

# A chain is no longer than this, its root included.
_LONGEST_CHAIN = 10

# What the library raises for a certificate that somebody made up, or that did not issue another.
_UNUSABLE = (
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)

_RESTORE = "restore both as they were; or move both away to begin a new log, which no client knows"


@dataclass(frozen=True)
class Log:
    """A log with its key, for chains that lead to `root`, or to one of those in the file `more`.

    That is read whenever a chain is logged: others may write it later.
    """

    key: ec.EllipticCurvePrivateKey
    database: Database
    root: x509.Certificate
    more: Path | None = None

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """Whatever leads to one of these is logged."""
        try:
            more = x509.load_pem_x509_certificates(self.more.read_bytes()) if self.more else []
        except (OSError, ValueError):
            more = []
        return (self.root, *more)

    @property
    def id(self) -> bytes:
        """By which clients know it (RFC 6962, 3.2)."""
        return key_hash(self.key.public_key())

    @property
    def public_key(self) -> bytes:
        """The key in PEM, with which clients check what it signed."""
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """What is in the log."""
        with self.database.reading() as connection:
            yield Store(connection)

    def add_chain(self, chain: list[x509.Certificate], now: datetime) -> Timestamp:
        """Log a certificate, the first of `chain`. Raises RefusedError."""
        whole = self._checked(chain)
        if is_poisoned(whole[0]):
            raise refusals.LOG_CHAIN.error(why="the first certificate is a precertificate")
        return self._add(entry_of(whole), now)

    def add_precertificate(self, chain: list[x509.Certificate], now: datetime) -> Timestamp:
        """Log a precertificate, the first of `chain`. Raises RefusedError."""
        whole = self._checked(chain)
        if not is_poisoned(whole[0]):
            raise refusals.LOG_CHAIN.error(why="the first certificate is no precertificate")
        return self._add(entry_of_precertificate(whole), now)

    def head(self, now: datetime) -> Head:
        """The newest head, of all that is in the log."""
        with self.database.transaction() as connection:
            store = Store(connection)
            newest, size = store.head(), store.size
            at = _milliseconds(now)
            if newest and newest.size == size and at - newest.timestamp < _LIFE / timedelta(milliseconds=1):
                return newest
            root, at = merkle.tree_hash(store.node, size), max(at, store.newest + 1)
            made = Head(at, size, root, signed(self.key, head(at, size, root)))
            store.add_head(made)
            return made

    def _checked(self, chain: list[x509.Certificate]) -> list[x509.Certificate]:
        """The chain with its root, if each is issued by the next, and the last is a root or issued by one."""
        if not 0 < len(chain) <= _LONGEST_CHAIN:
            raise refusals.LOG_CHAIN.error(why=f"it has {len(chain)} certificates, and not 1 to {_LONGEST_CHAIN}")
        for certificate, issuer in pairwise(chain):
            if not _issued(certificate, issuer):
                raise refusals.LOG_CHAIN.error(why="a certificate is not issued by the next one")
        roots = self.roots
        if chain[-1] in roots:
            whole = chain
        else:
            root = next((each for each in roots if _issued(chain[-1], each)), None)
            if root is None:
                raise refusals.LOG_CHAIN.error(why="it does not lead to a root of this log (get-roots)")
            whole = [*chain, root]
        if len(whole) == 1:
            raise refusals.LOG_CHAIN.error(why="it is a root alone")
        return whole

    def _add(self, entry: Entry, now: datetime) -> Timestamp:
        """In the log, before anybody gets the signature. What was logged before gets what it got then."""
        with self.database.transaction() as connection:
            store = Store(connection)
            known = store.with_content(entry.content)
            if known:
                return Timestamp(self.id, known.timestamp, known.signature)
            at = max(_milliseconds(now), store.newest)
            signature = signed(self.key, entry.leaf(at))
            store.add(entry, at, signature)
        return Timestamp(self.id, at, signature)


def open_log(state: Path, words: Passphrase, root: x509.Certificate, more: Path | None = None) -> Log:
    """The log in the folder `state`, created if there is none. Raises StateError if what exists must not be used."""
    file, key = state / FILE, state / KEY
    if key.exists() and not file.exists():
        raise StateError(f"{key} exists, but its log {file} is missing", hint=_RESTORE)
    try:
        database = Database(file)
        with database.transaction() as connection:
            store = Store(connection)
            store.prepare()
            newest, size = store.head(), store.size
            if size and not key.exists():
                raise StateError(f"{file} has entries, but its key {key} is missing", hint=_RESTORE)
            if newest and (newest.size > size or merkle.tree_hash(store.node, newest.size) != newest.root):
                raise StateError(f"{file} is not what was signed for it before", hint=_RESTORE)
    except sqlite3.DatabaseError as problem:
        raise StateError(f"{file} is not a log ({problem})", hint="restore the right file") from None
    log = Log(key_in(key, words), database, root, more)
    write_whole(state / PUBLIC_KEY, log.public_key, mode=0o644)
    return log


def stamped(log: Log, precertificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> x509.ExtensionType:
    """The extension with the SCT for a precertificate, which is then in the log. Raises RefusedError if it is not."""
    try:
        timestamp = log.add_precertificate([precertificate, issuer], now)
    except sqlite3.Error as problem:
        raise refusals.LOG_REFUSED.error(why=problem) from problem
    return x509.UnrecognizedExtension(
        ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS, element(OCTET_STRING, listed([timestamp]))
    )


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    except _UNUSABLE:
        return False
    return basic.ca


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp() * 1000)
