"""Everything before the first request: the authority, its own certificate, the ledger, and the handover."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from overheard.role.files import write_whole
from overheard_ca.authority import ROOT_KEY, Authority, establish, key_pem
from overheard_ca.certificates import fingerprint, leaf_certificate
from overheard_ca.errors import StateError
from overheard_ca.handover import hand_over, hand_over_log
from overheard_ca.issuance import Issuance
from overheard_ca.ledger import FILE, Ledger, record
from overheard_ca.passphrase import Passphrase
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest
from overheard_ca.settings import Settings
from overheard_ca.transparency.log import Log, open_log

SERVER_KEY = "server.key.pem"
SERVER = "server.pem"

# Its own certificate is created at every start, so it only has to outlast the time between two starts.
_OWN_LIFE = timedelta(days=365)


def prepare(settings: Settings, passphrase: bytes | None = None) -> Issuance:
    """Create or complete everything that the CA needs, and return it ready to certify.

    `passphrase` is that of the keys, if it is not in the file of the settings. Raises StateError if it cannot use what
    exists.
    """
    protection = settings.passphrase_file if passphrase is None else passphrase
    try:
        with _alone(settings.state):
            authority = establish(
                settings.state,
                protection,
                datetime.now(UTC),
                status=settings.status,
                permitted=settings.permitted,
                in_token=settings.issuing_key,
            )
            ledger = Ledger(settings.state / FILE)
            _certify_itself(settings, authority, ledger)
            log = log_of(settings, authority, protection)
            hand_over(settings.handover, settings.requesters, fingerprint(authority.root), ledger)
            if log:
                hand_over_log(settings.handover, settings.requesters, log.public_key)
            return Issuance(authority, ledger, settings.allowed, timedelta(days=settings.days), log)
    except OSError as problem:
        raise StateError(
            f"a file cannot be used ({problem})", hint="check who owns it, and that its folder exists"
        ) from problem


def log_of(settings: Settings, authority: Authority, protection: Path | bytes) -> Log | None:
    """The log of the CA, whose key has the same passphrase; None if it keeps none. Raises StateError."""
    if not settings.log:
        return None
    words = Passphrase.of(protection, settings.state / ROOT_KEY)
    return open_log(settings.state, words, authority.root, settings.log_roots)


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Lock the folder against other starts. Not held while serving: an old worker may take a second to end."""
    file = state / ".lock"
    file.touch(mode=0o600)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _certify_itself(settings: Settings, authority: Authority, ledger: Ledger) -> None:
    """Create a new key and certificate for its own HTTPS at every start."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = CheckedRequest(key.public_key(), settings.own_names)
    with ledger.transaction() as entry:
        certificate = leaf_certificate(own, Profile.SERVER, authority.issuing, _OWN_LIFE, datetime.now(UTC))
        record(entry, certificate, settings.host, own.names)
    write_whole(settings.state / SERVER_KEY, key_pem(key, serialization.NoEncryption()))
    write_whole(settings.state / SERVER, authority.chain(certificate))
