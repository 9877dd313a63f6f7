"""Files that are given as a capture or as a key log and are something else: what they are, and what to do."""

from __future__ import annotations

import re

from overheard.words.named_tuple import NamedTuple
from overheard_capture.captures.headers import PCAP_MAGICS, PCAPNG_MAGIC
from overheard_capture.captures.inputs import GZIP_MAGIC, ZSTD_MAGIC

# How many bytes are enough to recognise a file.
HEAD = 1024


class FileKind(NamedTuple):
    """What a file is, and what to do if a capture was expected."""

    what: str
    hint: str


_UNPACK = "unpack it, and give the capture inside"
_CONVERT = "convert it with editcap -F pcapng"
_DOWNLOAD = "download the capture itself: the server responded with something else"
_KEYS = "give it as --keys, and the capture as the file"
_KINDS = tuple(
    (re.compile(pattern, re.I | re.S), FileKind(what, hint))
    for pattern, what, hint in (
        (rb"version https://git-lfs\.github\.com/spec/", "a pointer of Git LFS", "get the file with git lfs pull"),
        (rb"\s*<(?:!doctype html|html|head|body)\b", "an HTML page", _DOWNLOAD),
        (rb"\s*<\?xml|\s*<\w", "an XML file", _DOWNLOAD),
        (rb"\s*[\[{]\s*[\"{\[]", "a JSON file", "give the capture from which it was made"),
        (rb"PK(?:\x03\x04|\x05\x06)", "a zip archive", _UNPACK),
        (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
        (rb"Rar!\x1a\x07", "a RAR archive", _UNPACK),
        (rb".{257}ustar", "a tar archive", _UNPACK),
        (rb"BZh[1-9]1AY&SY", "compressed with bzip2", "decompress it with bunzip2"),
        (rb"\xfd7zXZ\x00", "compressed with xz", "decompress it with unxz"),
        (rb"\x04\x22\x4d\x18", "compressed with LZ4", "decompress it with unlz4"),
        (re.escape(GZIP_MAGIC), "compressed with gzip", "decompress it with gunzip"),
        (re.escape(ZSTD_MAGIC), "compressed with zstd", "decompress it with unzstd"),
        (rb"snoop\x00", "a snoop file", _CONVERT),
        (rb"btsnoop\0", "a btsnoop file", _CONVERT),
        (rb"RTSS|GMBU", "a file of Network Monitor", _CONVERT),
        (rb"\x30\x82.{2}\x02\x01\x00", "a private key (DER)", _KEYS),
        (rb"[^-]*-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----", "a private key (PEM)", "give the capture"),
        (rb"[^-]*-----BEGIN CERTIFICATE-----", "a certificate (PEM)", "give the capture"),
        (rb"(?:#[^\n]*\n|\s)*(?:CLIENT_|SERVER_|EXPORTER_|RSA )[A-Z_0-9]* ?[0-9a-f]{16}", "a key log", _KEYS),
        (rb"\s*(?:0000|00000000):? +[0-9a-f]{2,4} ", "a hex dump", "convert it with text2pcap, or xxd -r"),
    )
)  # fmt: skip


def is_capture(head: bytes) -> bool:
    """Whether a file that begins so is an uncompressed capture."""
    return head[:4] == PCAPNG_MAGIC or head[:4] in PCAP_MAGICS


def kind_of(head: bytes) -> FileKind | None:
    """What a file is that begins with `head`; None if it is unknown."""
    return next((kind for pattern, kind in _KINDS if pattern.match(head[:HEAD])), None)
