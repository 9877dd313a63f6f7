"""What a certificate may be used for: to be a server, or to be a client, and never both.

A certificate for one use is useless for the other, even to somebody who steals its key.
"""

from __future__ import annotations

from enum import StrEnum


class Profile(StrEnum):
    """The one use of a certificate, as in its extendedKeyUsage (RFC 5280, 4.2.1.12)."""

    SERVER = "server"
    CLIENT = "client"
