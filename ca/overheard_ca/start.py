"""All that is done before the first request: the authority, its own certificate, the ledger, and the handover."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from overheard.role.files import write_whole
from overheard_ca.authority import Authority, establish, key_pem
from overheard_ca.certificates import fingerprint, leaf_certificate
from overheard_ca.desk import Desk
from overheard_ca.errors import StateError
from overheard_ca.handover import hand_over
from overheard_ca.ledger import FILE, Ledger, record
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest
from overheard_ca.settings import Settings

SERVER_KEY = "server.key.pem"
SERVER = "server.pem"

# Its own certificate is made at every start, so it need only outlast the longest time between two.
_OWN_LIFE = timedelta(days=365)


def prepare(settings: Settings) -> Desk:
    """Make or mend all that the CA needs, and return it ready to certify.

    Raises StateError when it cannot go on with what is there.
    """
    try:
        with _alone(settings.state):
            authority = establish(settings.state, settings.passphrase_file, datetime.now(UTC))
            ledger = Ledger(settings.state / FILE)
            _certify_itself(settings, authority, ledger)
            hand_over(settings.handover, settings.requesters, fingerprint(authority.root), ledger)
            return Desk(authority, ledger, settings.allowed, timedelta(days=settings.days))
    except OSError as problem:
        raise StateError(
            f"a file cannot be used ({problem})", hint="see who owns it, and that its folder is there"
        ) from problem


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Wait until no other start works in the folder. Not held while serving: an old worker may take a second to go."""
    file = state / ".lock"
    file.touch(mode=0o600)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _certify_itself(settings: Settings, authority: Authority, ledger: Ledger) -> None:
    """Make a new key and certificate for its own HTTPS: nothing to mend, and never an old one."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = CheckedRequest(key.public_key(), settings.own_names)
    with ledger.transaction() as entry:
        certificate = leaf_certificate(own, Profile.SERVER, authority.issuing, _OWN_LIFE, datetime.now(UTC))
        record(entry, certificate, settings.host, own.names)
    write_whole(settings.state / SERVER_KEY, key_pem(key, serialization.NoEncryption()))
    write_whole(settings.state / SERVER, authority.chain(certificate))
