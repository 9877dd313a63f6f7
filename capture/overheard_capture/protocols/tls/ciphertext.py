"""Whether the content of an encrypted record is in fact plaintext: text, a known format, or compressible bytes.

Ciphertext cannot be told from random bytes: a record fails if random bytes would do so less than once in 10^9 records.
"""

from __future__ import annotations

import ctypes
import zlib

from overheard_capture.decoders.magic import BEGINNINGS, HEAD, ZLIB_PAIRS, is_known, pair_bits
from overheard_capture.native import core, pointer

# A run of so many printable characters is text. Shorter records may be text by coincidence, but not several of them.
SHORT = 32
# Blocks of so many bytes, one in each stride, are compressible if at most half of their bytes are different ones. A
# block of one repeated byte carries nothing. The first bytes are left out: they may be the explicit part of a nonce,
# which is mostly zeros (RFC 5288, 3).
_NONCE, _BLOCK, _STRIDE, _SHORTEST_BLOCK = 8, 128, 1024, 24
# Where a format may begin: at once, behind an explicit nonce, or behind an IV (RFC 5246, 6.2.3.2).
_OFFSETS = (0, _NONCE, 16)
# Formats that are not read, but known: PNG, JPEG, 7z, RAR, LZ4, lzip, PDF, ELF, Ogg, RIFF, FLAC, Java, pcap, pcapng,
# and Snappy.
_FOREIGN = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\7",
    b"\4\x22\x4d\x18",
    b"LZIP\1", b"%PDF-", b"\x7fELF", b"OggS", b"RIFF", b"fLaC", b"\xca\xfe\xba\xbe", b"\xd4\xc3\xb2\xa1", b"\n\r\r\n",
    b"\xff\6\0\0sNaP",
)  # fmt: skip
# The first two bytes of formats.
_PAIRS = {magic[:2] for magic in (*BEGINNINGS, *_FOREIGN) if len(magic) > 1} | set(ZLIB_PAIRS)
BEGINNINGS_BITS = pair_bits(_PAIRS)
# From this length on the beginning of zlib is no coincidence; what is shorter must be a whole stream.
_CERTAIN = 128
_TEXT_BYTES = bytes(range(32, 127)) + b"\t\n\r"
_PRINTABLE = bytes(byte in _TEXT_BYTES for byte in range(256))


def is_plaintext(body: bytes | bytearray | memoryview) -> bool:
    """Whether the content of a record that should be encrypted is not."""
    data = bytes(body) if isinstance(body, memoryview) else body
    found = classify(data, 0, len(data))
    return found == 1 or (found == 2 and _begins_known_format(data))


def is_short_text(body: bytes | memoryview) -> bool:
    """Whether the content of a record is printable, and too short for that to be no coincidence."""
    return len(body) < SHORT and not bytes(body).translate(None, _TEXT_BYTES)


def classify(data: bytes | bytearray, start: int, end: int) -> int:
    """1 if the content of a record is plaintext, 2 if a known format may begin in it, and 0 otherwise."""
    compiled = core()
    if compiled is not None:
        return int(compiled.plaintext(pointer(data), ctypes.c_uint64(start), ctypes.c_uint64(end), BEGINNINGS_BITS))
    body = bytes(data[start:end])
    if b"\1" * SHORT in body.translate(_PRINTABLE):
        return 1
    for at in range(_NONCE, len(body) - _SHORTEST_BLOCK + 1, _STRIDE):
        block = body[at : at + _BLOCK]
        if 1 < len(set(block)) <= len(block) // 2:
            return 1
    return 2 if any(body[at : at + 2] in _PAIRS for at in _OFFSETS) else 0


def _begins_known_format(body: bytes | bytearray) -> bool:
    return any(_is_known_format(bytes(body[at : at + 4096])) for at in _OFFSETS)


def _is_known_format(data: bytes) -> bool:
    if data.startswith(_FOREIGN):
        return True
    return is_zlib(data) if bytes(data[:2]) in ZLIB_PAIRS else is_known(data[:HEAD])


def is_zlib(data: bytes, *, whole: bool = False) -> bool:
    """Whether a zlib stream ends within `data`, with the right checksum; unless `whole`, a long beginning will do."""
    reader = zlib.decompressobj()
    try:
        reader.decompress(data, 1 << 16)
    except zlib.error:
        return False
    return reader.eof or (not whole and len(data) >= _CERTAIN)
