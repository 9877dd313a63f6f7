"""What speaks against a side's being protected, once both sides were heard to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.protocols.tls.hello import CLIENT_HELLO, SERVER_HELLO
from overheard_capture.protocols.tls.sizes import AEAD, overhead
from overheard_capture.protocols.tls.suites import in_clear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.protocols.tls.conversation import TlsConversation
    from overheard_capture.protocols.tls.direction import TlsDirection
    from overheard_capture.protocols.tls.hello import ServerHello

# Up to TLS 1.2 and in TLS 1.3, as all that is before and behind differs.
_OLD = frozenset(("SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "DTLS 1.0", "DTLS 1.2"))
_NEW = frozenset(("TLS 1.3", "DTLS 1.3"))
# The handshake messages that are sent in clear (RFC 5246, 7.4; RFC 6347, 4.2; RFC 5077; RFC 6066; RFC 4680).
_IN_CLEAR = frozenset((0, 1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 21, 22, 23))
# How long an alert is (RFC 8446, 6), and how long it may be with an unknown padding (RFC 5246, 6.2.3.2).
_ALERT, _PADDED_ALERT = 2, 2 + 16 + 48 + 256

# How long Finished is (RFC 5246, 7.4.9), and the head of a handshake message (RFC 5246, 7.4; RFC 6347, 4.2.2).
_FINISHED, _HEAD, _DTLS_HEAD = 12, 4, 12


def conclude(side: TlsDirection, both: TlsConversation) -> list[str]:
    """The faults that show only now, in words; and say on `side` whether it is protected."""
    faults = list(_faults(side, both))
    side.problems += faults
    side.protected = not side.problems and both.asked is not None and both.picked is not None and not both.weakness
    return faults


def is_harmless(both: TlsConversation) -> bool:
    """Whether nothing is hidden by encryption, for there is none."""
    return both.picked is not None and in_clear(both.picked.suite)


def _faults(side: TlsDirection, both: TlsConversation) -> Iterator[str]:
    if side.is_client and side.is_server:
        yield "a ClientHello and a ServerHello from the same side"
    elif any(_same_role(side, other) for other in both.sides if other is not side):
        yield "the same TLS hello from both sides"
    if side.messages and not (side.is_client or side.is_server):
        yield "a TLS handshake without a hello"
    if set(side.messages.counts) - _IN_CLEAR:
        yield "TLS handshake messages that are not known here"
    if side.talked and any(not other.talked for other in both.sides):
        yield "something before TLS, and nothing from the other side"
    if side.is_server and both.asked is None:
        yield "a TLS ServerHello that answers no ClientHello"
    elif side.encrypted:
        yield from _of_hellos(side, both)


def _same_role(one: TlsDirection, other: TlsDirection) -> bool:
    return (one.is_client and other.is_client) or (one.is_server and other.is_server)


def _of_hellos(side: TlsDirection, both: TlsConversation) -> Iterator[str]:
    if both.asked is None:
        yield "encrypted TLS records, and no ClientHello"
    elif both.picked is None:
        yield "encrypted TLS records, and no ServerHello"
    elif not (both.asked.sound and both.picked.sound):
        yield "a TLS hello that makes no sense"
    else:
        if both.weakness:
            yield both.weakness
        if both.version in _NEW:
            yield from _new(side)
        elif both.version in _OLD:
            yield from _old(side, both.picked)
        else:
            yield "a version of TLS that is not known here"
        if side.readable and not is_harmless(both):
            yield "text in TLS records of application data"
        if side.versions - {both.picked.outer}:
            yield "TLS records of another version than was agreed on"


def _new(side: TlsDirection) -> Iterator[str]:
    """TLS 1.3: nothing but hellos is in clear, and what is encrypted calls itself application data (RFC 8446, 5)."""
    if side.sealed:
        yield "TLS handshake records that TLS 1.3 does not have"
    if side.longest_alert:
        yield "TLS alerts that TLS 1.3 does not have"
    if set(side.messages.counts) - {CLIENT_HELLO, SERVER_HELLO}:
        yield "TLS handshake in clear that TLS 1.3 encrypts"
    # After a HelloRetryRequest there is a second.
    if max(side.messages.counts.values(), default=0) > 2 or side.changes > 2:
        yield "more of a TLS handshake than there is to one"


def _old(side: TlsDirection, picked: ServerHello) -> Iterator[str]:
    """Up to TLS 1.2: a change of cipher specs, one encrypted message, then data and alerts alone (RFC 5246, 7.3)."""
    if side.newest:
        yield "records that only DTLS 1.3 has"
    if side.changes != 1 and (side.data.number or side.changes > 1):
        yield f"application data with {side.changes} changes of TLS cipher specs before it"
    if side.sealed != 1 and (side.data.number or side.sealed > 1):
        yield f"{side.sealed} encrypted TLS handshake records where there is one to a handshake"
    under_dtls = picked.version.startswith("D")
    # Under DTLS the server may want to see the first hello again (RFC 6347, 4.2.1).
    most = 2 if under_dtls else 1
    if max(side.messages.counts.get(CLIENT_HELLO, 0), side.messages.counts.get(SERVER_HELLO, 0)) > most:
        yield "more of a TLS handshake than there is to one"
    exact = any(part in picked.cipher for part in AEAD)
    if exact and side.finished not in (0, overhead(picked) + _FINISHED + (_DTLS_HEAD if under_dtls else _HEAD)):
        yield "an encrypted TLS handshake record that is not as long as Finished"
    longest = _ALERT + overhead(picked) if exact else _PADDED_ALERT
    if side.longest_alert > longest:
        yield "TLS alerts that are too long to be any"
