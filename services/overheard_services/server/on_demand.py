"""What is obtained when the first client comes, and again before it ends, without a dropped request."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from overheard.role.profiles import renewal_due
from overheard.words.errors import OverheardError

# After a failure nobody is asked again for so long.
_PAUSE = timedelta(seconds=10)

log = logging.getLogger("overheard_services")

_Thing = TypeVar("_Thing")


@dataclass(frozen=True)
class Obtained(Generic[_Thing]):
    """What is of use from when it `begins` until it `ends`: how to serve with a certificate, or a response of OCSP."""

    thing: _Thing
    begins: datetime
    ends: datetime

    @property
    def renew_at(self) -> datetime:
        """When to get the next one."""
        return renewal_due(self.begins, self.ends)


class OnDemand(Generic[_Thing]):
    """What to serve the next client with. `obtain` gets a new one, or raises OverheardError."""

    def __init__(
        self, obtain: Callable[[], Obtained[_Thing]], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._obtain, self._clock = obtain, clock
        self._held: Obtained[_Thing] | None = None
        # Whoever has it obtains the next; the others wait, unless they have one that is still valid.
        self._lock = threading.Lock()
        self._failed: tuple[datetime, OverheardError] | None = None

    def current(self) -> _Thing:
        """A valid one. Raises OverheardError if there is none to be had.

        The first client waits for it. A renewal happens beside the clients, who get the old one meanwhile.
        """
        held = self._valid()
        if held is None:
            with self._lock:
                held = self._valid() or self._renewed()
        elif self._clock() >= held.renew_at and self._lock.acquire(blocking=False):
            threading.Thread(target=self._renew_beside, daemon=True).start()
        return held.thing

    def _valid(self) -> Obtained[_Thing] | None:
        held = self._held
        return held if held and self._clock() < held.ends else None

    def _renewed(self) -> Obtained[_Thing]:
        if self._failed and self._clock() < self._failed[0] + _PAUSE:
            raise self._failed[1]
        try:
            self._held = self._obtain()
        except OverheardError as problem:
            self._failed = self._clock(), problem
            raise
        self._failed = None
        return self._held

    def _renew_beside(self) -> None:
        try:
            # Somebody else may have renewed it since.
            if self._held is None or self._clock() >= self._held.renew_at:
                self._renewed()
        except OverheardError as problem:
            # The next client has it tried again.
            log.warning("no renewal: %s", problem)
        finally:
            self._lock.release()
