"""Parties: the hosts of the flows that are judged; and unread content, by the addresses of its hosts.

Unread content can hide a secret only if a party sent or received it. All parties are known only at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.reassembly.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.findings import UnreadContent
    from overheard_capture.reassembly.tally import Order
    from overheard_capture.scan.facts import Facts


class Parties:
    """The addresses of the parties, and unread content between any addresses."""

    def __init__(self) -> None:
        self._parties: set[str] = set()
        self._unread: dict[tuple[frozenset[str], UnreadContent], Tally[str]] = {}

    def add(self, addresses: Iterable[str]) -> None:
        """Add parties: hosts that have a TCP connection, or use a protocol that encrypts."""
        self._parties |= set(addresses)

    def add_unread(self, addresses: Iterable[str], what: UnreadContent, where: str, order: Order) -> None:
        """Add unread content between these hosts. A Tally keeps the first places by `order`."""
        self._unread.setdefault((frozenset(addresses), what), Tally()).add(where, order)

    def add_between(self, hosts: str, what: UnreadContent) -> None:
        """Add unread content of many messages, whoever sent them."""
        self.add_unread((), what, hosts, (3, 0))

    def merge(self, other: Parties) -> None:
        """Add the results of another reading of the same capture."""
        self._parties |= other._parties
        for key, tally in other._unread.items():
            self._unread.setdefault(key, Tally()).add_all(tally)

    def report(self, facts: Facts) -> None:
        """Copy to `facts` the unread content that a party sent or received, or that has no addresses."""
        for (addresses, what), tally in self._unread.items():
            if not addresses or not self._parties.isdisjoint(addresses):
                facts.unread.setdefault(what, Tally()).add_all(tally)
