"""The parties: hosts that take part in what is judged, and what could not be read, by the hosts in the frame.

What could not be read may hide a secret only if a party sent or received it. It may turn out later who is a party.
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
    """The addresses of the parties, and what could not be read between any addresses."""

    def __init__(self) -> None:
        self._parties: set[str] = set()
        self._unread: dict[tuple[frozenset[str], UnreadContent], Tally[str]] = {}

    def add(self, addresses: Iterable[str]) -> None:
        """Add parties: hosts with a TCP connection, or that speak QUIC or DTLS."""
        self._parties |= set(addresses)

    def add_unread(self, addresses: Iterable[str], what: UnreadContent, where: str, order: Order) -> None:
        """Add something between these hosts that could not be read. A Tally keeps the first places by `order`."""
        self._unread.setdefault((frozenset(addresses), what), Tally()).add(where, order)

    def merge(self, other: Parties) -> None:
        """Add the results of another reading of the same capture."""
        self._parties |= other._parties
        for key, tally in other._unread.items():
            self._unread.setdefault(key, Tally()).add_all(tally)

    def report(self, facts: Facts) -> None:
        """Report as unread what a party sent or received, and what has no addresses."""
        for (addresses, what), tally in self._unread.items():
            if not addresses or not self._parties.isdisjoint(addresses):
                facts.unread.setdefault(what, Tally()).add_all(tally)
