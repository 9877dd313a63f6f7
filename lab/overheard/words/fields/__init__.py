"""What each field of a packet is for, in a sentence for learners, and the section of the standard that defines it.

Fields are named as in display filters of Wireshark. A heading without such a name is named by its words, such as
`Extension: server_name`. The names are those of the packets that the lab's scenarios produce.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.fields import http, link, network, revocation, tcp, tls_handshake, tls_hello, tls_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard.words.fields.explanation import Explanation

EXPLANATIONS: dict[str, Explanation] = {
    **link.FIELDS,
    **network.FIELDS,
    **tcp.FIELDS,
    **http.FIELDS,
    **revocation.FIELDS,
    **tls_record.FIELDS,
    **tls_hello.FIELDS,
    **tls_handshake.FIELDS,
}


# The protocols whose headings are Wireshark's own words; in others these are text of the packet. What is in no protocol
# of its own has no name, such as a revocation list.
_WITH_HEADINGS = frozenset(("tls", "tcp", "udp", ""))


def key_of(layer: str, name: str, label: str, value: str = "") -> str:
    """The name of a field in `EXPLANATIONS`: its own or, of a heading, its words up to the first that is a value."""
    if name or layer not in _WITH_HEADINGS:
        return name
    kind = f"{label}: {value.partition(' ')[0]}"
    return kind if kind in EXPLANATIONS else label


def explained(keys: Iterable[str]) -> Explanation | None:
    """What is said of the last of these fields, each of which is in the one before it; else of the one around it."""
    return next((EXPLANATIONS[key] for key in reversed([*keys]) if key in EXPLANATIONS), None)
