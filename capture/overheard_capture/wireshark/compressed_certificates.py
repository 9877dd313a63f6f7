"""Certificate messages that were sent compressed (RFC 8879): tshark decompresses some of them, and names the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.formats import BROTLI, ZLIB, ZSTD

if TYPE_CHECKING:
    from collections.abc import Iterator

# By number (RFC 8879, 7.3).
_ALGORITHMS = {1: ("zlib", ZLIB), 2: ("brotli", BROTLI), 3: ("zstd", ZSTD)}
# A longer message is not decompressed; OpenSSL reads 100 KB at most.
_LONGEST = 1 << 20


def algorithm_name(number: int) -> str:
    """The name of a compression algorithm."""
    return _ALGORITHMS[number][0] if number in _ALGORITHMS else f"algorithm {number}"


def decompressed_certificates(algorithm: int, length: int, compressed: bytes) -> tuple[bytes, ...]:
    """The certificates in DER; `length` is what the message says of its length without compression.

    Raises ValueError if it cannot be decompressed, or is malformed.
    """
    if algorithm not in _ALGORITHMS:
        raise ValueError(f"{algorithm_name(algorithm)} is not known here")
    if length > _LONGEST:
        raise ValueError(f"{length:,} bytes are too many for certificates")
    decompressor, message = _ALGORITHMS[algorithm][1].make(), b""
    try:
        message = decompressor.decompress(compressed, length + 1)
        while decompressor.has_pending_output and len(message) <= length:
            message += decompressor.decompress(b"", length + 1)
    except CorruptError:
        raise ValueError("the compressed data is malformed") from None
    if len(message) != length:
        raise ValueError("the compressed data has another length than the message says")
    return tuple(_certificates(message))


def _certificates(message: bytes) -> Iterator[bytes]:
    """The entries of a Certificate message (RFC 8446, 4.4.2): each a certificate, and extensions that belong to it."""
    # Behind the context of a request and the length of the list.
    at = 1 + message[0] + 3 if message else 0
    while at != len(message):
        if at > len(message):
            raise ValueError("the Certificate message is malformed")
        begin = at + 3
        end = begin + int.from_bytes(message[at:begin])
        at = end + 2 + int.from_bytes(message[end : end + 2])
        yield message[begin:end]
