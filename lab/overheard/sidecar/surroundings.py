"""What must not change while windows are recorded: the clock, the interfaces of the network, and who listens there."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.verdict import Check, Rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# How far the clock may step between two looks, in seconds. That it is slewed changes both clocks alike.
_STEP = 0.05
_LO = "lo"
_TABLES = ("tcp", "tcp6", "udp", "udp6")
# The states of a socket that listens, of TCP and of UDP (include/net/tcp_states.h in Linux).
_LISTENS = {"tcp": "0A", "udp": "07"}


class Surroundings:
    """What is around the recorder of an interface, from when this is made on; `ports` are those of services."""

    def __init__(self, interface: str, ports: Collection[int]) -> None:
        self._interface, self._ports = interface, {*ports}
        self._interfaces = _interfaces()
        self._listened = self._listening()
        self._clock = _clock()

    def faults(self, *, at_the_end: bool = False) -> list[Check]:
        """What changed since the last look, or is still not as it was. `at_the_end`, services end as well."""
        return [*self._clock_faults(), *self._interface_faults(), *([] if at_the_end else self._listener_faults())]

    def _clock_faults(self) -> Iterator[Check]:
        before, self._clock = self._clock, _clock()
        step = self._clock - before
        if abs(step) > _STEP:
            says = f"the clock was changed by {step:+.2f} seconds"
            yield _fault("clock", says, "times of the recording are wrong: record again")

    def _interface_faults(self) -> Iterator[Check]:
        """Check that the interface is the same, and that not all others are gone: `lo` stays whatever happens."""
        now = _interfaces()
        gone = self._interfaces - now
        others = {each for each in self._interfaces if each[1] not in (_LO, self._interface)}
        names = {name for _, name in gone}
        if self._interface in names or (others and others <= gone):
            says = (
                f"the interface {', '.join(sorted(names))} is gone or another one: the service may have a new network"
            )
            yield _fault("interfaces", says, "start the sidecar again whenever the service gets a new network")

    def _listener_faults(self) -> Iterator[Check]:
        listening = self._listening()
        self._listened |= listening
        if missing := self._listened - listening:
            ports = ", ".join(map(str, sorted(missing)))
            says = f"nobody listens on port {ports} any more: the service has ended, or has a new network"
            yield _fault("listener", says, "start the sidecar again whenever the service gets a new network")

    def _listening(self) -> set[int]:
        """Those of the ports on which somebody listens in this network."""
        found: set[int] = set()
        for table in _TABLES if self._ports else ():
            path = Path("/proc/net") / table
            for line in path.read_text().splitlines()[1:] if path.exists() else ():
                _, local, _, state, *_ = line.split()
                if state == _LISTENS[table[:3]]:
                    found.add(int(local.rpartition(":")[2], 16))
        return found & self._ports


def _fault(code: str, says: str, hint: str) -> Check:
    return Check(Rule.WHOLE, code, holds=False, says=says, hint=hint)


def _interfaces() -> set[tuple[int, str]]:
    """The index and name of each interface."""
    return {*socket.if_nameindex()}


def _clock() -> float:
    """By how much the clock is ahead of the one that nobody can set."""
    return min((_reading() for _ in range(3)), key=lambda reading: reading[1])[0]


def _reading() -> tuple[float, float]:
    """A difference of the clocks, and how long it took to read them."""
    before = time.monotonic()
    now = time.time()
    after = time.monotonic()
    return now - (before + after) / 2, after - before
