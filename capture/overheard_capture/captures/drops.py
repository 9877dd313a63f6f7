"""Drop counts of pcapng files: known only if every interface of every section reports one."""

from __future__ import annotations


class Drops:
    """The drop count of a pcapng file. Each section has its own interfaces, numbered from 0."""

    def __init__(self) -> None:
        self._interfaces, self._any_interface, self._all_reported, self._total, self._lost = 0, False, True, 0, 0
        self._reported: dict[int, int] = {}

    def begin_section(self) -> None:
        """Begin a section: interfaces of the section before can report no more."""
        self._any_interface |= self._interfaces > 0
        self._all_reported &= len(self._reported) == self._interfaces
        self._total += sum(self._reported.values())
        self._interfaces = 0
        self._reported.clear()

    def add_interface(self) -> None:
        """Add an interface to the section."""
        self._interfaces += 1

    def report(self, interface: int, count: int) -> None:
        """Take the drop count of an interface. Counts are cumulative: a later one replaces an earlier one."""
        if interface < self._interfaces:
            self._reported[interface] = count
        else:
            self._all_reported = False

    def add_lost(self, count: int) -> None:
        """Add the drop count of a packet: how many packets were lost right before it."""
        self._lost += count

    @property
    def count(self) -> int | None:
        """The number of dropped packets; None if it is unknown."""
        if (self._any_interface or self._interfaces) and self._all_reported and len(self._reported) == self._interfaces:
            return max(self._total + sum(self._reported.values()), self._lost)
        return self._lost or None
