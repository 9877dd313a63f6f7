"""Certification paths: who signed whom, from a server's certificate up to a trusted one (RFC 5280, 6)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from overheard.certificates.extensions import is_ca, value_of
from overheard.certificates.keys import digest, public_key

# urllib3 sets X509_V_FLAG_PARTIAL_CHAIN where Python does so by default: from 3.13 on.
_AN_INTERMEDIATE_MAY_BE_TRUSTED = sys.version_info >= (3, 13)


@dataclass(frozen=True)
class Path:
    """A path from the server's certificate upwards. `anchored` is whether it ends in a trusted certificate."""

    certificates: tuple[x509.Certificate, ...]
    anchored: bool

    @property
    def server(self) -> x509.Certificate:
        """The server's own certificate."""
        return self.certificates[0]

    @property
    def above(self) -> tuple[x509.Certificate, ...]:
        """The certificates above it, from the bottom up."""
        return self.certificates[1:]

    @property
    def top(self) -> x509.Certificate:
        """The last certificate of the path."""
        return self.certificates[-1]


def path(chain: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate]) -> Path:
    """The path up from the first of `chain`, preferring trusted certificates to others that were sent."""
    way = [chain[0]]
    while not _ends(way[-1], trusted):
        above = [one for one in (*trusted, *chain[1:]) if one not in way and signed(way[-1], one)]
        if not above:
            break
        way.append(above[0])
    return Path(tuple(way), _ends(way[-1], trusted) and way[-1] in trusted)


def _ends(certificate: x509.Certificate, trusted: Sequence[x509.Certificate]) -> bool:
    return self_signed(certificate) or (_AN_INTERMEDIATE_MAY_BE_TRUSTED and certificate in trusted)


def self_signed(certificate: x509.Certificate) -> bool:
    """Whether it is its own issuer, and its own key signed it."""
    return signed(certificate, certificate)


def signed(child: x509.Certificate, parent: x509.Certificate) -> bool:
    """Whether `parent` is the issuer of `child`: by name, by key identifier, and by a signature that holds."""
    return child.issuer == parent.subject and _same_key_identifier(child, parent) and _signature_holds(child, parent)


def misplaced(chain: Sequence[x509.Certificate]) -> int:
    """The position of the server's own certificate in `chain`, if it comes after those that sign it; otherwise 0.

    It must come first (RFC 8446, 4.4.2); it is the only one that is not a CA's.
    """
    others = [at for at, one in enumerate(chain) if not is_ca(one)]
    return others[0] if len(others) == 1 and any(signed(one, chain[0]) for one in chain[1:]) else 0


def _same_key_identifier(child: x509.Certificate, parent: x509.Certificate) -> bool:
    named, own = value_of(child, x509.AuthorityKeyIdentifier), value_of(parent, x509.SubjectKeyIdentifier)
    return not named or not named.key_identifier or not own or named.key_identifier == own.digest


def _signature_holds(child: x509.Certificate, parent: x509.Certificate) -> bool:
    try:
        _verify(child, parent)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _verify(child: x509.Certificate, parent: x509.Certificate) -> None:
    """Verify a signature by hand: `verify_directly_issued_by` rejects SHA-1, which old chains use."""
    signature, content = child.signature, child.tbs_certificate_bytes
    algorithm, how = digest(child), child.signature_algorithm_parameters
    match public_key(parent):
        case rsa.RSAPublicKey() as key if algorithm and isinstance(how, padding.PKCS1v15 | padding.PSS):
            key.verify(signature, content, how, algorithm)
        case ec.EllipticCurvePublicKey() as key if isinstance(how, ec.ECDSA):
            key.verify(signature, content, how)
        case dsa.DSAPublicKey() as key if algorithm:
            key.verify(signature, content, algorithm)
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() as key:
            key.verify(signature, content)
        case _:
            raise InvalidSignature
