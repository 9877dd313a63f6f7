"""The parties: who takes part in what is judged, and what could not be read of frames and datagrams, by their sender.

What cannot be read may hide a secret only where a party sent it or was sent it. A party may be known later than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.reassembly.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.findings import Unread
    from overheard_capture.reassembly.tally import Order
    from overheard_capture.scan.facts import Facts


class Parties:
    """Addresses of those who take part, and what could not be read between any addresses."""

    def __init__(self) -> None:
        self._parties: set[str] = set()
        self._unread: dict[tuple[frozenset[str], Unread], Tally[str]] = {}

    def add(self, addresses: Iterable[str]) -> None:
        """These take part: they have a TCP connection, or speak QUIC or DTLS."""
        self._parties |= set(addresses)

    def unread(self, addresses: Iterable[str], what: Unread, where: str, order: Order) -> None:
        """Something between these could not be read; of several places, the first by their order are told."""
        self._unread.setdefault((frozenset(addresses), what), Tally()).add(where, order)

    def join(self, other: Parties) -> None:
        """Take in what another reading of the same capture has."""
        self._parties |= other._parties
        for key, tally in other._unread.items():
            self._unread.setdefault(key, Tally()).add_all(tally)

    def report(self, facts: Facts) -> None:
        """Report what a party sent or was sent, or what names nobody, as unread."""
        for (addresses, what), tally in self._unread.items():
            if not addresses or not self._parties.isdisjoint(addresses):
                facts.unread.setdefault(what, Tally()).add_all(tally)
