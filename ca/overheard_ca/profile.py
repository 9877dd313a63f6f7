"""What a certificate may be used for, for how long, and what else it needs: a stapled OCSP response, or a log.

A certificate for one use is useless for the other, even to somebody who steals its key. One that is for both uses has
to be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

# The purposes of a certificate (RFC 5280, 4.2.1.12), as in its extendedKeyUsage.
SERVER_AUTH, CLIENT_AUTH = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"


class Profile(StrEnum):
    """A kind of certificate, by the name under which it is asked for."""

    SERVER = "server"
    CLIENT = "client"
    BOTH = "both"
    SHORT_LIVED = "shortlived"
    MUST_STAPLE = "muststaple"
    LOGGED = "logged"


class Use(NamedTuple):
    """`longest` is the lifetime that a certificate never exceeds; without it, that of the settings counts.

    One that is `stapled` is valid only beside an OCSP response in the same handshake (RFC 7633).
    One that is `logged` has the timestamp of a log (RFC 6962).
    """

    purposes: tuple[str, ...]
    longest: timedelta | None = None
    stapled: bool = False
    logged: bool = False

    def life(self, settings: timedelta) -> timedelta:
        """The lifetime of a certificate, where the settings say `settings`."""
        return min(settings, self.longest or settings)


USES: Mapping[Profile, Use] = {
    Profile.SERVER: Use((SERVER_AUTH,)),
    Profile.CLIENT: Use((CLIENT_AUTH,)),
    Profile.BOTH: Use((SERVER_AUTH, CLIENT_AUTH)),
    Profile.SHORT_LIVED: Use((SERVER_AUTH,), longest=timedelta(days=6)),
    Profile.MUST_STAPLE: Use((SERVER_AUTH,), stapled=True),
    Profile.LOGGED: Use((SERVER_AUTH,), logged=True),
}
