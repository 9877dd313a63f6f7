"""What the operator may choose from. Imports only the standard library, for the help of the command."""

from __future__ import annotations

from enum import StrEnum

# The reasons for which the record takes a revocation, as RFC 5280, 5.3.1, writes them.
REASONS = (
    "unspecified",
    "keyCompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "privilegeWithdrawn",
)


class KeyKind(StrEnum):
    """A kind of key for a new certificate."""

    EC = "ec"
    RSA = "rsa"
    ED25519 = "ed25519"
