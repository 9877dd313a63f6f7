"""A certificate that is obtained when the first client comes, and renewed before it ends, without a dropped request."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from overheard.role.profiles import renewal_due
from overheard.words.errors import EnrolmentError

# After a failure nobody is asked again for so long.
_PAUSE = timedelta(seconds=10)

log = logging.getLogger("overheard_services")


@dataclass(frozen=True)
class Obtained:
    """A certificate, ready to be served with."""

    context: ssl.SSLContext
    begins: datetime
    ends: datetime

    @property
    def renew_at(self) -> datetime:
        """When to get the next one."""
        return renewal_due(self.begins, self.ends)


class OnDemand:
    """What to serve the next client with. `obtain` gets a new certificate, or raises EnrolmentError."""

    def __init__(
        self, obtain: Callable[[], Obtained], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._obtain, self._clock = obtain, clock
        self._current: Obtained | None = None
        # Whoever has it obtains a certificate; the others wait, unless they have one that is still valid.
        self._lock = threading.Lock()
        self._failed: tuple[datetime, EnrolmentError] | None = None

    def context(self) -> ssl.SSLContext:
        """The context of a valid certificate. Raises EnrolmentError if there is none to be had.

        The first client waits for it. A renewal happens beside the clients, who get the old one meanwhile.
        """
        current = self._valid()
        if current is None:
            with self._lock:
                current = self._valid() or self._renewed()
        elif self._clock() >= current.renew_at and self._lock.acquire(blocking=False):
            threading.Thread(target=self._renew_beside, daemon=True).start()
        return current.context

    def _valid(self) -> Obtained | None:
        current = self._current
        return current if current and self._clock() < current.ends else None

    def _renewed(self) -> Obtained:
        if self._failed and self._clock() < self._failed[0] + _PAUSE:
            raise self._failed[1]
        try:
            self._current = self._obtain()
        except EnrolmentError as problem:
            self._failed = self._clock(), problem
            raise
        self._failed = None
        return self._current

    def _renew_beside(self) -> None:
        try:
            # Somebody else may have renewed it since.
            if self._current is None or self._clock() >= self._current.renew_at:
                self._renewed()
        except EnrolmentError as problem:
            # The next client has it tried again.
            log.warning("no renewal: %s", problem)
        finally:
            self._lock.release()
