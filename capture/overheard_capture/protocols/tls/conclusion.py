"""Faults of a TLS direction that can be detected only once both directions have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.protocols.tls.hello import CLIENT_HELLO, SERVER_HELLO
from overheard_capture.protocols.tls.sizes import overhead, record_length
from overheard_capture.protocols.tls.suites import is_null

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.protocols.tls.conversation import TlsConversation
    from overheard_capture.protocols.tls.direction_state import TlsDirection
    from overheard_capture.protocols.tls.hello import ServerHello

# Versions up to TLS 1.2, and TLS 1.3. The two families share few rules.
_OLD = frozenset(("SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "DTLS 1.0", "DTLS 1.2"))
_NEW = frozenset(("TLS 1.3", "DTLS 1.3"))
# The handshake messages that are sent in clear (RFC 5246, 7.4; RFC 6347, 4.2; RFC 5077; RFC 6066; RFC 4680).
_CLEAR_MESSAGES = frozenset((0, 1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 21, 22, 23))
# The length of an alert (RFC 8446, 6), and the maximum by which encryption of unknown lengths expands a short message.
_ALERT, _MAX_EXPANSION = 2, 96
# The length of Finished (RFC 5246, 7.4.9; RFC 6101, 5.6.9), and of the header of a handshake message (RFC 6347, 4.2.2).
_FINISHED, _FINISHED_SSL3, _HEADER_LENGTH, _DTLS_HEADER_LENGTH = 12, 36, 4, 12


def conclude(direction: TlsDirection, conversation: TlsConversation) -> list[str]:
    """Return the faults that can be detected only at the end, in words, and set `protected` on the direction."""
    faults = list(_faults(direction, conversation))
    direction.problems += faults
    direction.protected = (
        not direction.problems
        and conversation.client_hello is not None
        and conversation.server_hello is not None
        and not conversation.weakness
    )
    return faults


def is_null_cipher(conversation: TlsConversation) -> bool:
    """Whether a NULL cipher suite was negotiated, so that no data is hidden by encryption."""
    return conversation.server_hello is not None and is_null(conversation.server_hello.suite)


def _faults(direction: TlsDirection, conversation: TlsConversation) -> Iterator[str]:
    if direction.is_client and direction.is_server:
        yield "a ClientHello and a ServerHello from the same side"
    elif any(_same_role(direction, other) for other in conversation.directions if other is not direction):
        yield "the same TLS hello from both sides"
    if direction.messages and not (direction.is_client or direction.is_server):
        yield "a TLS handshake without a hello"
    if set(direction.messages.counts) - _CLEAR_MESSAGES:
        yield "unknown TLS handshake messages"
    if direction.upgraded and any(not other.upgraded for other in conversation.directions):
        yield "data before TLS in one direction only"
    if direction.is_server and conversation.client_hello is None:
        yield "a TLS ServerHello without a ClientHello"
    elif direction.encrypted:
        yield from _negotiated_faults(direction, conversation)


def _same_role(one: TlsDirection, other: TlsDirection) -> bool:
    return (one.is_client and other.is_client) or (one.is_server and other.is_server)


def _negotiated_faults(direction: TlsDirection, conversation: TlsConversation) -> Iterator[str]:
    if conversation.client_hello is None:
        yield "encrypted TLS records without a ClientHello"
    elif conversation.server_hello is None:
        yield "encrypted TLS records without a ServerHello"
    elif not (conversation.client_hello.valid and conversation.server_hello.valid):
        yield "a malformed TLS hello"
    else:
        if conversation.weakness:
            yield conversation.weakness
        if conversation.version in _NEW:
            yield from _tls13_faults(direction)
        elif conversation.version in _OLD:
            yield from _tls12_faults(direction, conversation.server_hello)
        else:
            yield "an unknown version of TLS"
        if direction.shortest < overhead(conversation.server_hello):
            yield "TLS records too short for their cipher suite"
        if direction.has_plaintext and not is_null_cipher(conversation):
            yield "plain text in TLS application data records"
        if direction.versions - {conversation.server_hello.outer}:
            yield "TLS records of another version than negotiated"


def _tls13_faults(direction: TlsDirection) -> Iterator[str]:
    """TLS 1.3: only hellos are in clear, and every encrypted record has the type application data (RFC 8446, 5)."""
    if direction.encrypted_handshakes:
        yield "encrypted TLS handshake records, which TLS 1.3 does not have"
    if direction.alert_lengths:
        yield "encrypted TLS alert records, which TLS 1.3 does not have"
    if set(direction.messages.counts) - {CLIENT_HELLO, SERVER_HELLO}:
        yield "TLS handshake messages in clear that TLS 1.3 encrypts"
    # A HelloRetryRequest causes a second of each.
    if max(direction.messages.counts.values(), default=0) > 2 or direction.change_cipher_specs > 2:
        yield "surplus TLS handshake messages"


def _tls12_faults(direction: TlsDirection, server_hello: ServerHello) -> Iterator[str]:
    """Up to TLS 1.2: ChangeCipherSpec, one encrypted message, then only data and alerts (RFC 5246, 7.3)."""
    if direction.uses_dtls_1_3:
        yield "DTLS 1.3 records in an older version of DTLS"
    if direction.change_cipher_specs != 1 and (direction.data.record_count or direction.change_cipher_specs > 1):
        yield f"TLS application data after {direction.change_cipher_specs} ChangeCipherSpec records"
    if direction.encrypted_handshakes != 1 and (direction.data.record_count or direction.encrypted_handshakes > 1):
        yield f"{direction.encrypted_handshakes} encrypted TLS handshake records instead of one"
    under_dtls = server_hello.version.startswith("D")
    # A DTLS server may ask for the ClientHello again, with a cookie (RFC 6347, 4.2.1).
    limit = 2 if under_dtls else 1
    if max(direction.messages.counts.get(CLIENT_HELLO, 0), direction.messages.counts.get(SERVER_HELLO, 0)) > limit:
        yield "surplus TLS handshake messages"
    finished = _DTLS_HEADER_LENGTH if under_dtls else _HEADER_LENGTH
    finished += _FINISHED_SSL3 if server_hello.version == "SSL 3.0" else _FINISHED
    if direction.finished_length and not _is_length(server_hello, finished, direction.finished_length):
        yield "an encrypted TLS handshake record of another length than Finished"
    if any(length > _longest(server_hello, _ALERT) for length in direction.alert_lengths):
        yield "TLS alerts that are too long"
    elif not all(_is_length(server_hello, _ALERT, length) for length in direction.alert_lengths):
        yield "encrypted TLS alerts of an impossible length"


def _is_length(server_hello: ServerHello, content: int, length: int) -> bool:
    """Whether an encrypted record with so many bytes of content is of this length."""
    expected = None if server_hello.compressed else record_length(server_hello, content)
    return length == expected if expected is not None else content <= length <= content + _MAX_EXPANSION


def _longest(server_hello: ServerHello, content: int) -> int:
    return record_length(server_hello, content) or content + _MAX_EXPANSION
