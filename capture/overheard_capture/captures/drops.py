"""What the recorder says it lost: known only where every interface of every section reports it."""

from __future__ import annotations


class Drops:
    """The count of a pcapng file. Each section has interfaces of its own, numbered from 0."""

    def __init__(self) -> None:
        self._interfaces, self._any, self._all, self._total, self._lost = 0, False, True, 0, 0
        self._reported: dict[int, int] = {}

    def section(self) -> None:
        """A section begins: what the one before has not told remains untold."""
        self._any |= self._interfaces > 0
        self._all &= len(self._reported) == self._interfaces
        self._total += sum(self._reported.values())
        self._interfaces = 0
        self._reported.clear()

    def interface(self) -> None:
        """The section has a further interface."""
        self._interfaces += 1

    def report(self, interface: int, count: int) -> None:
        """An interface reports. The counts are totals: of several for one interface the last is the whole truth."""
        if interface < self._interfaces:
            self._reported[interface] = count
        else:
            self._all = False

    def lose(self, count: int) -> None:
        """A packet says how many were lost right before it."""
        self._lost += count

    @property
    def count(self) -> int | None:
        """How many were lost, and None where nobody can know."""
        if (self._any or self._interfaces) and self._all and len(self._reported) == self._interfaces:
            return max(self._total + sum(self._reported.values()), self._lost)
        return self._lost or None
