"""Changes of a flight of TLS 1.2: only what is intended changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from overheard_services.gallery.modified_tls import certificate_replaced, chain_reversed, without_renegotiation_info


def record(content_type: int, payload: bytes) -> bytes:
    return bytes([content_type, 3, 3]) + len(payload).to_bytes(2) + payload


def message(kind: int, body: bytes) -> bytes:
    return record(22, bytes([kind]) + len(body).to_bytes(3) + body)


def vector(content: bytes, size: int) -> bytes:
    return len(content).to_bytes(size) + content


def certificates(*entries: bytes) -> bytes:
    return message(11, vector(b"".join(vector(entry, 3) for entry in entries), 3))


def hello(session: bytes, *extensions: tuple[int, bytes]) -> bytes:
    fields = b"".join(kind.to_bytes(2) + vector(content, 2) for kind, content in extensions)
    return message(2, b"\3\3" + b"r" * 32 + vector(session, 1) + b"\xc0\x2b\0" + vector(fields, 2))


KEY_EXCHANGE, CHANGE, ENCRYPTED = message(12, b"key"), record(20, b"\1"), certificates(b"of bytes that look like it")
short = st.binary(max_size=40)


@given(st.lists(short, min_size=1, max_size=4))
def test_a_chain_is_reversed_and_the_rest_unchanged(chain: list[bytes]) -> None:
    flight = hello(b"") + certificates(*chain) + KEY_EXCHANGE
    assert chain_reversed(flight) == hello(b"") + certificates(*chain[::-1]) + KEY_EXCHANGE


@given(st.lists(short, min_size=1, max_size=4), short)
def test_another_certificate_replaces_the_first(chain: list[bytes], other: bytes) -> None:
    flight = hello(b"") + certificates(*chain) + KEY_EXCHANGE
    assert certificate_replaced(other)(flight) == hello(b"") + certificates(other, *chain[1:]) + KEY_EXCHANGE


@given(short.filter(lambda session: len(session) <= 32), st.lists(st.tuples(st.integers(0, 0xFF00), short), max_size=3))
def test_secure_renegotiation_is_not_offered(session: bytes, others: list[tuple[int, bytes]]) -> None:
    flight = hello(session, *others[:1], (0xFF01, b"\0"), *others[1:]) + certificates(b"")
    assert without_renegotiation_info(flight) == hello(session, *others) + certificates(b"")


def test_encrypted_records_are_unchanged() -> None:
    assert chain_reversed(CHANGE + certificates(b"one", b"two")) == CHANGE + certificates(b"one", b"two")
    assert certificate_replaced(b"other")(CHANGE + ENCRYPTED) == CHANGE + ENCRYPTED


def test_a_flight_without_the_message_is_unchanged() -> None:
    assert chain_reversed(KEY_EXCHANGE) == KEY_EXCHANGE
    assert without_renegotiation_info(certificates(b"one")) == certificates(b"one")
