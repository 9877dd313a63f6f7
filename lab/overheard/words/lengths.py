"""How long a message is once it is encrypted, in bytes: what an eavesdropper sees of it in any case."""

from __future__ import annotations

# AES-GCM and ChaCha20-Poly1305 have tags of 16 bytes (RFC 8446, 9.1); the type of the content takes one (5.2).
TAG, CONTENT_TYPE = 16, 1
# The header of a record: type, version and length (RFC 8446, 5.1).
APPLICATION_DATA = b"\x17\x03\x03"
# The block size of AES.
BLOCK = 16
# What a Fernet token has besides ciphertext: version, time, initialisation vector and HMAC.
_AROUND_TOKEN = 1 + 8 + BLOCK + 32
# ML-KEM-768 (FIPS 203, 8), and a public value of X25519 (RFC 7748, 5).
_ENCAPSULATION_KEY, _CIPHERTEXT, X25519 = 1184, 1088, 32
# What client and server send in a key exchange with X25519MLKEM768: both values, one after the other.
HYBRID_SHARES = _ENCAPSULATION_KEY + X25519, _CIPHERTEXT + X25519


def record(message: int) -> int:
    """The length of a TLS 1.3 record, without its header, that holds a message of that length without padding."""
    return message + CONTENT_TYPE + TAG


def token(message: int) -> int:
    """The length of a Fernet token, before base64."""
    return _AROUND_TOKEN + BLOCK * (message // BLOCK + 1)


def in_base64(size: int) -> int:
    """The number of characters that so many bytes have in base64, with padding (RFC 4648, 4)."""
    return 4 * -(-size // 3)
