"""The list of the root (RFC 5280, 5), for clients that check the whole chain: no issuing certificate was ever revoked.

The key of the root is used at a start alone, and so that is when the list is made.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from overheard.role.files import write_whole
from overheard_ca.certificates import Issuer
from overheard_ca.status.crl import signed

ROOT_CRL = "root.crl.pem"

# It has to outlast the time between two starts.
_LIFE = timedelta(days=365)


def renew_root_list(state: Path, root: Issuer, now: datetime) -> x509.CertificateRevocationList:
    """Make a new list, whose number is the next one, in the folder `state`."""
    made = signed(root, [], _number(state) + 1, now, _LIFE)
    write_whole(state / ROOT_CRL, made.public_bytes(Encoding.PEM))
    return made


def root_list(state: Path) -> x509.CertificateRevocationList | None:
    """The list in the folder `state`; None if there is none, as in one of an earlier version."""
    try:
        return x509.load_pem_x509_crl((state / ROOT_CRL).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _number(state: Path) -> int:
    previous = root_list(state)
    # An empty list counts as false.
    return previous.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number if previous is not None else 0
