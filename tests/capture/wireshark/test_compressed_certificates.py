"""Certificate messages that were sent compressed."""

from __future__ import annotations

import zlib

import brotli  # type: ignore[import-untyped]  # it publishes no types
import pytest
import zstandard

from overheard_capture.wireshark.compressed_certificates import algorithm_name, decompressed_certificates

SENT = (b"0\x82 a server's" * 40, b"0\x82 its authority's")
_LIST = b"".join(len(one).to_bytes(3) + one + b"\0\4\xff\xff\0\0" for one in SENT)
# With the context of a request, as a client's in answer to a request after the handshake.
MESSAGE = b"\2id" + len(_LIST).to_bytes(3) + _LIST
COMPRESSED = {1: zlib.compress(MESSAGE), 2: brotli.compress(MESSAGE), 3: zstandard.compress(MESSAGE)}


@pytest.mark.parametrize(("algorithm", "name"), [(1, "zlib"), (2, "brotli"), (3, "zstd")])
def test_each_algorithm(algorithm: int, name: str) -> None:
    assert decompressed_certificates(algorithm, len(MESSAGE), COMPRESSED[algorithm]) == SENT
    assert algorithm_name(algorithm) == name


@pytest.mark.parametrize(
    ("algorithm", "length", "compressed", "why"),
    [
        (4, 10, b"", "algorithm 4 is not known here"),
        (1, len(MESSAGE), COMPRESSED[2], "malformed"),
        (1, len(MESSAGE), b"", "another length"),
        (1, len(MESSAGE), COMPRESSED[1][:-20], "another length"),
        (2, len(MESSAGE) + 1, COMPRESSED[2], "another length"),
        (1, 100, zlib.compress(bytes(1 << 24)), "another length"),
        (2, 100, brotli.compress(bytes(1 << 24)), "another length"),
        (3, 100, zstandard.compress(bytes(1 << 24)), "another length"),
        (1, (1 << 24) - 1, COMPRESSED[1], "16,777,215 bytes are too many"),
        (1, len(MESSAGE) - 2, zlib.compress(MESSAGE[:-2]), "the Certificate message is malformed"),
        (1, 3, zlib.compress(b"\xff\0\0"), "the Certificate message is malformed"),
    ],
)
def test_what_cannot_be_decompressed_says_why(algorithm: int, length: int, compressed: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        decompressed_certificates(algorithm, length, compressed)
