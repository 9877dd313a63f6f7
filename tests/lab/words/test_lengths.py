"""The lengths of what is encrypted, as libraries produce it."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from overheard.words.lengths import CONTENT_TYPE, HYBRID_SHARES, in_base64, record, token

LENGTHS = (0, 2, 3, 11, 15, 16, 17, 100)


def test_a_record_has_the_content_type_and_the_tag() -> None:
    cipher = AESGCM(bytes(16))
    assert [len(cipher.encrypt(bytes(12), bytes(size + CONTENT_TYPE), None)) for size in LENGTHS] == [
        record(size) for size in LENGTHS
    ]


def test_a_token_is_padded_to_whole_blocks() -> None:
    tokens = [Fernet(base64.urlsafe_b64encode(bytes(32))).encrypt(bytes(size)) for size in LENGTHS]
    assert [len(each) for each in tokens] == [in_base64(token(size)) for size in LENGTHS]
    assert [len(base64.urlsafe_b64decode(each)) for each in tokens] == [token(size) for size in LENGTHS]


def test_both_sides_of_a_hybrid_exchange_send_both_values() -> None:
    """As draft-ietf-tls-ecdhe-mlkem has them."""
    assert HYBRID_SHARES == (1216, 1120)
