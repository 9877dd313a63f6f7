"""Whether the content of an encrypted record is in fact plaintext: text, a known format, or compressible bytes.

Ciphertext cannot be told from random bytes: a record fails if random bytes would do so less than once in 10^9 records.
"""

from __future__ import annotations

import ctypes
import zlib

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.decoders.keys import is_certain_der
from overheard_capture.decoders.magic import BEGINNINGS, CARVED, HEAD, ZLIB_PAIRS, is_known, pair_bits
from overheard_capture.decoders.signatures import DER_MAGICS, GZIP_MEMBER, LOCAL_FILE, LZ4_LEGACY_MAGIC
from overheard_capture.native import core, pointer

# A run of so many printable characters is text.
SHORT = 32
# So many of them where a record begins may be some of a text that is cut.
_BEGINNING = 8
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
# What these begin with is too short to be looked for: zlib must end as well. A block of bzip2 has a magic, too.
_ZLIB, _BZIP2_BLOCK = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"), b"1AY&SY"
_LZMA = b"\x5d\0\0"
_ANYWHERE = LiteralSet(*CARVED.texts, *_ZLIB, _BZIP2_BLOCK, _LZMA)
# The longest record or datagram; random bytes contain fewer magics than this, and one more in each so many bytes.
_LONGEST, _MAX_MAGICS, _PER_MAGIC = 1 << 16, 16, 1 << 10
# The flags of gzip, how well it was compressed, and on which system (RFC 1952, 2.3.1).
_GZIP_FLAGS, _GZIP_EXTRA, _GZIP_SYSTEMS = 0x20, {0, 2, 4}, {*range(14), 255}
# The version of zip that a local file needs, and usual methods (APPNOTE 4.4.3 and 4.4.5).
_ZIP_VERSIONS, _ZIP_METHODS = range(10, 64), {0, 8, 9, 12, 14, 93, 95, 98, 99}
_TEXT_BYTES = bytes(range(32, 127)) + b"\t\n\r"
_PRINTABLE = bytes(byte in _TEXT_BYTES for byte in range(256))


def is_plaintext(body: bytes | bytearray | memoryview) -> bool:
    """Whether the content of a record that should be encrypted is not."""
    data = bytes(body) if isinstance(body, memoryview) else body
    found = classify(data, 0, len(data))
    return found == 1 or (found == 2 and _begins_known_format(data)) or first_format(data, 0, len(data)) >= 0


def classify(data: bytes | bytearray, start: int, end: int) -> int:
    """1 if the content of a record is plaintext, 2 if a known format or some text may begin in it, and 0 otherwise."""
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
    if any(body[at : at + 2] in _PAIRS for at in _OFFSETS):
        return 2
    return (
        2 if any(body[at : at + _BEGINNING].translate(_PRINTABLE) == b"\1" * _BEGINNING for at in _OFFSETS[:2]) else 0
    )


def _begins_known_format(body: bytes | bytearray) -> bool:
    return any(_is_known_format(bytes(body[at : at + 4096])) for at in _OFFSETS)


def _is_known_format(data: bytes) -> bool:
    if data.startswith(_FOREIGN):
        return True
    if data[:2] in ZLIB_PAIRS:
        return is_zlib(data)
    return is_known(data[:HEAD]) and (not data.startswith(DER_MAGICS) or is_certain_der(data))


def is_zlib(data: bytes, *, whole: bool = False) -> bool:
    """Whether a zlib stream ends within `data`, with the right checksum; unless `whole`, a long beginning will do."""
    reader = zlib.decompressobj()
    try:
        reader.decompress(data, 1 << 16)
    except zlib.error:
        return False
    return reader.eof or (not whole and len(data) >= _CERTAIN)


def first_format(data: bytes | bytearray | memoryview, start: int, end: int) -> int:
    """Where a known format begins, at any offset; -1 if nowhere. A view must be writable.

    Random bytes contain its magic now and then, but not its header.
    """
    at, left = start - 1, ctypes.c_int64(_MAX_MAGICS + (end - start) // _PER_MAGIC)
    while (at := _next_magic(data, at + 1, end, left)) >= 0:
        if left.value < 0 or _is_certain(data, at, end):
            break
    return at


def _next_magic(data: bytes | bytearray | memoryview, start: int, end: int, left: ctypes.c_int64) -> int:
    """The offset of the next magic; -1 if there is none. Those that were looked at are subtracted from `left`."""
    compiled = core()
    if compiled is None:
        left.value -= 1
        return _ANYWHERE.first(bytes(data), start, end)
    where = ctypes.c_uint64(end), ctypes.c_uint64(start)
    return int(compiled.first_magic(pointer(data), *where, _ANYWHERE.packed(compiled), ctypes.byref(left)))


def _is_certain(data: bytes | bytearray | memoryview, at: int, end: int) -> bool:
    """Whether more than the magic of a format fits. Most that are none are known by a few bytes."""
    head, longest = bytes(data[at : min(at + HEAD, end)]), min(at + _LONGEST, end)
    if head.startswith(_ZLIB):
        return is_zlib(head) and is_zlib(bytes(data[at:longest]), whole=True)
    return head.startswith(_BZIP2_BLOCK) or (_is_header(head) and is_known(head) and is_known(bytes(data[at:longest])))


def _is_header(head: bytes) -> bool:
    """Whether the header behind the magic of gzip, zip or old LZ4 has values that programs write."""
    if head.startswith(GZIP_MEMBER):
        return len(head) > 9 and head[3] < _GZIP_FLAGS and head[8] in _GZIP_EXTRA and head[9] in _GZIP_SYSTEMS
    if head.startswith(LOCAL_FILE):
        return len(head) > 9 and head[4] in _ZIP_VERSIONS and not head[5] and head[8] in _ZIP_METHODS and not head[9]
    # The length of a block, which is rarely longer than a record.
    return not head.startswith(LZ4_LEGACY_MAGIC) or (len(head) > 8 and not any(head[6:8]))
