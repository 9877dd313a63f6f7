"""What several names of hosts say together: what their labels stand for in a coding, their words, and their order.

Names and addresses are also in texts, such as policies of senders (RFC 7208, 4.6) and addresses of mailboxes.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.message_pieces import Domain, Names, Numbered, add_number, add_piece
from overheard_capture.packets import Numbers
from overheard_capture.protocols.dns.coded_names import decoded_labels
from overheard_capture.protocols.dns.opaque_names import domain_labels, words_in_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.dns.message import ByteRange, DnsContents
    from overheard_capture.provenance.origin import Origin

# Names below a domain: those that are asked for are 0, and those of answers 1.
_WITH_PREFERENCE, _IN_TEXT, OF_SERVER = 2, 3, 4
# How many bytes precede the name in MX and SRV: first, a preference.
_BEFORE_NAME = {15: 2, 33: 6}
_NAME = lazy_pattern(rb"(?:\b(?:include|exists|a|mx|ptr|redirect|exp)[:=]|mailto:)([\w.+-]+(?:@[\w.-]+)?)")
_ADDRESS = lazy_pattern(rb"\bip[46]:([0-9A-Fa-f.:]+)")
_ADDRESSES = Numbers("addresses in DNS texts", is_random=False)
# The number of a name.
_NUMBER = lazy_pattern(rb"[0-9]{1,5}")


def add_words(findings: Findings, layers: Layers, labels: Sequence[bytes], where: Origin) -> None:
    """Put aside the words and codes of a name, which is somewhere in `where`, for the domain that it is below."""
    domain, words = words_in_name(labels)
    if words:
        add_piece(findings, layers, words, where, Domain(domain, has_words=True))
    below = b".".join(labels[-2:]).lower().decode(errors="replace")
    for coded, decoded in decoded_labels(labels):
        add_number(findings, layers, coded._replace(field=f"{coded.field} below {below}"), decoded, where)


def add_name(findings: Findings, layers: Layers, data: bytes, ranges: Sequence[ByteRange], origin: Origin) -> None:
    """Put aside what a name says before the domain that it is below: several names may be a table."""
    where = origin.derived([(0, ranges[0][0], ranges[-1][1])])
    add_before_domain(findings, layers, [data[start:end] for start, end in ranges], where, data[2] >> 7)


def add_before_domain(findings: Findings, layers: Layers, labels: Sequence[bytes], where: Origin, kind: int) -> None:
    """Put aside what is before the domain of a name."""
    lower = [label.lower() for label in labels]
    count = domain_labels(lower)
    if before := b".".join(labels[:-count]):
        add_piece(findings, layers, before, where, Names(b".".join(lower[-count:]), kind))


def add_preferences(findings: Findings, layers: Layers, message: DnsContents, data: bytes, origin: Origin) -> None:
    """Put aside the names of servers behind their preference, which may be what counts them."""
    starts = {start + _BEFORE_NAME[kind] + 1: start for kind, start, _ in message.records if kind in _BEFORE_NAME}
    for ranges in message.names if starts else ():
        start = starts.get(ranges[0][0])
        if start is not None:
            number = b"%d" % int.from_bytes(data[start : start + 2])
            where = origin.derived([(0, ranges[0][0], ranges[-1][1])])
            labels = [number, *(data[at:to] for at, to in ranges)]
            add_before_domain(findings, layers, labels, where, _WITH_PREFERENCE)


def add_text(findings: Findings, layers: Layers, text: bytes, where: Origin, owner: bytes) -> None:
    """Put aside the names and addresses in a text; and all of it, if the first label of its owner has a number."""
    for match in _NAME.finditer(text):
        mailbox, _, domain = match[1].rpartition(b"@")
        labels = [each for each in (mailbox, *domain.split(b".")) if each]
        # Below the root is what has no dot.
        below = labels if len(labels) > 1 else [*labels, b"", b""]
        add_before_domain(findings, layers, below, where.derived([(0, *match.span(1))]), _IN_TEXT)
    for match in _ADDRESS.finditer(text):
        try:
            address = ip_address(match[1].decode()).packed
        except ValueError:
            continue
        add_number(findings, layers, _ADDRESSES, address, where.derived([(0, *match.span(1))]))
    if number := _NUMBER.search(owner):
        add_piece(findings, layers, text, where, Numbered("text by name", int(number[0])))
