"""Nonces: each is accepted once, so that nobody can send a recorded request again (RFC 8555, 6.5)."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict

# As many as this are remembered, and the oldest are forgotten first: a client whose nonce was gets another one, and
# tries again. So it does after a restart.
_MOST = 1 << 16
_NONCE = re.compile("[A-Za-z0-9_-]{1,64}")


class Nonces:
    """Those that were given out and not used yet. May be used by several threads.

    `bad_percent` of those that would be accepted are refused, to test clients.
    """

    def __init__(self, bad_percent: int = 0) -> None:
        self._bad_percent = bad_percent
        self._unused: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def new(self) -> str:
        """A nonce that is accepted once."""
        nonce = secrets.token_urlsafe(16)
        with self._lock:
            self._unused[nonce] = None
            if len(self._unused) > _MOST:
                self._unused.popitem(last=False)
        return nonce

    def use(self, nonce: str) -> bool:
        """Whether it was given out and not used before; it is used now."""
        with self._lock:
            known = _NONCE.fullmatch(nonce) is not None and self._unused.pop(nonce, self) is None
        return known and secrets.randbelow(100) >= self._bad_percent
