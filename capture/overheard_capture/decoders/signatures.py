"""Signatures: what formats begin with. Their readers are in `formats.py`, imported once one of these was seen."""

from __future__ import annotations

from overheard.words.named_tuple import NamedTuple
from overheard_capture.captures.inputs import GZIP_MAGIC, ZSTD_MAGIC

# Deflate is the only method ever assigned (RFC 1952, 2.3.1).
GZIP_MEMBER = GZIP_MAGIC + b"\x08"
XZ_MAGIC = b"\xfd7zXZ\0"
LZW_MAGIC = b"\x1f\x9d"
LZ4_MAGIC, LZ4_LEGACY_MAGIC, LZ4_MOZILLA_MAGIC = b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18", b"mozLz40\0"
LZF_MAGIC = b"ZV\1"
SNAPPY_FRAMED_MAGIC, SNAPPY_XERIAL_MAGIC = b"\xff\x06\0\0sNaPpY", b"\x82SNAPPY\0"
# Three letters alone are in text, and so the first block's beginning is carved.
BZIP2_MAGIC = b"BZh"
_BZIP2_CARVED = tuple(b"BZh%d1AY&SY" % level for level in range(1, 10))
# Of each of the eight window sizes, with its check bits and without a dictionary (RFC 1950, 2.2). Some of those of the
# largest window are common enough to be carved.
ZLIB_HEADERS = tuple(
    head.to_bytes(2) for size in range(8) for head in range(size << 12 | 0x800, size << 12 | 0x900)
    if head % 31 == 0 and not head & 0x20
)  # fmt: skip
_ZLIB_CARVED = (b"x\x01", b"x\x9c", b"x\xda")
# The dictionary of `.lzma` files has at least 64 KiB, and most have one of a usual size, and an unknown length; other
# properties are rare.
_LZMA_MAGIC = b"\x5d\0\0"
_LZMA_PRESETS = tuple(b"\x5d" + (1 << size).to_bytes(4, "little") + b"\xff" * 8 for size in (16, *range(18, 27)))
# MongoDB: OP_COMPRESSED, after it OP_MSG or one of the older messages; all have two bytes of zeros.
_OP_COMPRESSED = b"\xdc\x07\0\0"
MONGODB_MAGICS = tuple(_OP_COMPRESSED + code.to_bytes(4, "little") for code in (2013, 2010, 2011, 2004, 1))
SMB2_MAGIC = b"\xfcSMB"
# Kafka: the producer, its epoch and its sequence number are -1 unless it is idempotent; not many records follow.
KAFKA_MAGIC = b"\xff" * 14 + b"\0\0"
LOCAL_FILE, END_OF_DIRECTORY = b"PK\x03\x04", b"PK\x05\x06"
AR_MAGIC = b"!<arch>\n"
PDF_MAGIC = b"%PDF-"
REDIS_MAGIC, REDIS_FIELDS = b"REDIS00", (b"\xfa\x09redis-ver", b"\xfa\x0avalkey-ver")
# The first byte of compressed data whose length is unknown, as GnuPG writes it, with the algorithm; and the new format.
PGP_COMPRESSED = (b"\xa3\x01", b"\xa3\x02", b"\xa3\x03", b"\xc8")
# Signatures and public keys, in the old format, with a length of one or two bytes, and the new one.
_PGP_MAGICS = (*PGP_COMPRESSED, b"\x88", b"\x89", b"\xc2", b"\x98", b"\x99", b"\xc6")
DER_MAGICS = (b"\x30\x81", b"\x30\x82", b"\x30\x83")
_SSH_MAGICS = (b"\0\0\0\x07ssh-rsa", b"\0\0\0\x0bssh-ed25519", b"\0\0\0\x13ecdsa-sha2-nistp", b"\0\0\0\x1ask-ssh-")
PNG_MAGIC, OGG_MAGIC, WOFF_MAGIC = b"\x89PNG\r\n\x1a\n", b"OggS", b"wOFF"


class Signature(NamedTuple):
    """What a format begins with: one of `magics` or `short`.

    `magics` are also carved from other bytes. `short` ones, which occur too often for that, count only at the beginning
    of a content, except those that are also in `carved`.
    """

    magics: tuple[bytes, ...] = ()
    short: tuple[bytes, ...] = ()
    carved: tuple[bytes, ...] = ()


# By the name of the format. The first that fits counts.
SIGNATURES = {
    "gzip": Signature((GZIP_MEMBER,)),
    "zstd": Signature((ZSTD_MAGIC,)),
    "LZ4": Signature((LZ4_MAGIC,)),
    "LZ4, legacy": Signature((LZ4_LEGACY_MAGIC,)),
    "Snappy, framed": Signature((SNAPPY_FRAMED_MAGIC,)),
    "Snappy, Xerial": Signature((SNAPPY_XERIAL_MAGIC,)),
    "LZ4, Mozilla": Signature(short=(LZ4_MOZILLA_MAGIC,)),
    "LZF": Signature(short=(LZF_MAGIC,)),
    "MongoDB": Signature(MONGODB_MAGICS),
    "SMB2": Signature((SMB2_MAGIC,)),
    "Kafka": Signature((KAFKA_MAGIC,)),
    "zip": Signature((LOCAL_FILE,), (END_OF_DIRECTORY,)),
    "ar": Signature((AR_MAGIC,)),
    "PNG": Signature((PNG_MAGIC,)),
    "PDF": Signature((PDF_MAGIC,)),
    "Redis": Signature(short=(REDIS_MAGIC,)),
    "Redis, from its first field on": Signature(REDIS_FIELDS),
    "OpenPGP": Signature(short=_PGP_MAGICS),
    "DER": Signature(short=DER_MAGICS),
    "SSH key": Signature(short=_SSH_MAGICS),
    "xz": Signature((XZ_MAGIC,)),
    "LZMA": Signature(_LZMA_PRESETS, (_LZMA_MAGIC,)),
    "bzip2": Signature((BZIP2_MAGIC,), carved=_BZIP2_CARVED),
    "compress": Signature(short=(LZW_MAGIC,)),
    "JPEG": Signature(short=(b"\xff\xd8\xff",)),
    "GIF": Signature(short=(b"GIF87a", b"GIF89a")),
    "icons": Signature(short=(b"\0\0\1\0",)),
    "RIFF": Signature(short=(b"RIFF",)),
    "MP4": Signature(short=(b"\0\0",)),
    "Matroska": Signature(short=(b"\x1a\x45\xdf\xa3",)),
    "Ogg": Signature(short=(OGG_MAGIC,)),
    "FLAC": Signature(short=(b"fLaC",)),
    "MP3": Signature(short=(b"ID3",)),
    "OpenType": Signature(short=(b"\0\1\0\0", b"OTTO", b"true")),
    "WOFF": Signature(short=(WOFF_MAGIC,)),
    "WOFF2": Signature(short=(b"wOF2",)),
    "zlib": Signature(short=ZLIB_HEADERS, carved=_ZLIB_CARVED),
}
