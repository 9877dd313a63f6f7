"""Endpoints that a caller asks about: how much application data their flows carried, and how much of it in clear."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overheard.words.errors import SettingsError
from overheard_capture.packets.host_filter import HostTerm, numeric
from overheard_capture.reassembly.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from overheard_capture.packets import Endpoint
    from overheard_capture.reassembly.tally import Order

# A name or an address, and a port.
_TERM = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[\w.-]*):[0-9]{1,5}")
_FORMS = "write 10.0.0.7:443, [fe80::1]:443, localhost:8443 or :443"


def terms_of(text: str) -> tuple[HostTerm, ...]:
    """What an endpoint such as `localhost:8443` stands for: one term for each address. Raises SettingsError."""
    if not _TERM.fullmatch(text):
        raise SettingsError(f"{text!r} is no endpoint", hint=_FORMS)
    return tuple(map(HostTerm.of, numeric(text)))


@dataclass
class EndpointFacts:
    """What the flows of one endpoint carried. `with_data` counts those with application data, in clear or not.

    `in_clear` counts bytes by protocol, and `clear_flows` has the flows.
    """

    terms: tuple[HostTerm, ...]
    with_data: int = 0
    in_clear: Counter[str] = field(default_factory=Counter)
    clear_flows: Tally[str] = field(default_factory=Tally)

    def add(
        self, ends: Iterable[Endpoint], where: str, order: Order, *, encrypted: bool, in_clear: Mapping[str, int]
    ) -> None:
        """Add a flow, if it is of the endpoint: whether it had encrypted data, and bytes in clear, by protocol.

        `ends` are its own, and those of the tunnels that carry it.
        """
        if not any(term.matches(end) for term in self.terms for end in ends):
            return
        self.with_data += encrypted or bool(in_clear)
        if in_clear:
            self.in_clear.update(in_clear)
            # Outside flows each packet counts by itself.
            if where not in self.clear_flows.first:
                self.clear_flows.add(where, order)

    def add_all(self, other: EndpointFacts) -> None:
        """Add those of another reading of the same capture."""
        self.with_data += other.with_data
        self.in_clear += other.in_clear
        self.clear_flows.add_all(other.clear_flows)


def endpoint_facts(texts: Iterable[str]) -> dict[str, EndpointFacts]:
    """Facts to be collected, by the text of each endpoint. Raises SettingsError."""
    return {text: EndpointFacts(terms_of(text)) for text in texts}
