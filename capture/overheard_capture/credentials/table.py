"""The kinds of credentials, in the order of what says the most: of several that overlap, the first is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.credentials.fields import FIELDS
from overheard_capture.credentials.http import HTTP
from overheard_capture.credentials.kerberos import KERBEROS
from overheard_capture.credentials.logins import LOGINS
from overheard_capture.credentials.network import NETWORK
from overheard_capture.credentials.radius import RADIUS
from overheard_capture.credentials.stores import STORES
from overheard_capture.credentials.tokens import JWT, TOKENS
from overheard_capture.credentials.typed import TYPED

if TYPE_CHECKING:
    from overheard_capture.credentials.kind import CredentialKind

KINDS: tuple[CredentialKind, ...] = (
    *TOKENS,
    *HTTP,
    *LOGINS,
    *STORES,
    *NETWORK,
    *KERBEROS,
    *RADIUS,
    *FIELDS,
    *JWT,
    *TYPED,
)
