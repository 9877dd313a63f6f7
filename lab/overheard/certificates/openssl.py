"""Whether OpenSSL reads a certificate at all: asked of the OpenSSL that Python has, which `requests` uses."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from overheard.certificates.documents.certificate import Certificate

# Each certificate that it does not read costs a context of its own.
_MOST = 200


def unread(certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Those that OpenSSL cannot read, in order."""
    if not certificates or _reads(certificates):
        return ()
    return tuple(one for one in certificates[:_MOST] if not _reads([one]))


def _reads(certificates: Sequence[Certificate]) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=b"".join(one.encoded for one in certificates))
    except (ssl.SSLError, ValueError):
        return False
    return True
