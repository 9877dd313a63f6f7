"""What a certificate may be used for: to be a server, or to be a client, and never both.

A certificate for one use is of no use for the other, whoever gets hold of its key.
"""

from __future__ import annotations

from enum import StrEnum


class Profile(StrEnum):
    """The one use of a certificate, as its extendedKeyUsage says it (RFC 5280, 4.2.1.12)."""

    SERVER = "server"
    CLIENT = "client"
