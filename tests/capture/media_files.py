"""Small files of media: each with a comment, samples, and perhaps a part of unknown type."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[bytes, bytes, bytes], bytes]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    other = chunk(b"prVt", unknown) if unknown else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))
    text = chunk(b"tEXt", b"Comment\0" + comment)
    pixels = zlib.compress(samples)
    half = len(pixels) // 2
    pixel_chunks = chunk(b"IDAT", pixels[:half]) + chunk(b"IDAT", pixels[half:])
    return b"\x89PNG\r\n\x1a\n" + head + text + other + pixel_chunks + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    other = segment(0xEB, unknown) if unknown else b""
    scan = segment(0xDA, bytes(10)) + samples.replace(b"\xff", b"\xff\0")
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0" + bytes(9)) + segment(0xFE, comment) + other + scan + b"\xff\xd9"


def sub_blocks(data: bytes) -> bytes:
    pieces = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def gif(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    other = b"\x21\xff" + sub_blocks(b"WHATEVER1.0") + b"\x21\xfe" + sub_blocks(unknown) if unknown else b""
    head = b"GIF89a\x09\0\x09\0\x80\0\0" + bytes(6) + b"\x21\xf9\x04\0\0\0\0\0\x21\xfe" + sub_blocks(comment)
    return head + other + b"\x2c" + bytes(4) + b"\x09\0\x09\0\0\x08" + sub_blocks(samples) + b"\x3b"


def riff_chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def webp(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    other = riff_chunk(b"what", unknown) if unknown else b""
    return riff_chunk(
        b"RIFF",
        b"WEBP" + riff_chunk(b"VP8X", bytes(10)) + other + riff_chunk(b"VP8 ", samples) + riff_chunk(b"XMP ", comment),
    )


def wav(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples + b"\0" * (len(samples) & 1))
    body = out.getvalue()[8:] + riff_chunk(b"LIST", b"INFO" + riff_chunk(b"ICMT", comment))
    return riff_chunk(b"RIFF", body + (riff_chunk(b"what", unknown) if unknown else b""))


def box(name: bytes, *inside: bytes) -> bytes:
    data = b"".join(inside)
    return struct.pack(">I", 8 + len(data)) + name + data


def mp4(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    value = box(b"\xa9cmt", box(b"data", bytes((0, 0, 0, 1, 0, 0, 0, 0)), comment))
    tags = box(b"udta", box(b"meta", bytes(4), box(b"hdlr", bytes(25)), box(b"ilst", value)))
    other = box(b"uuid", unknown) if unknown else b""
    return (
        box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", box(b"mvhd", bytes(100)), tags) + other + box(b"mdat", samples)
    )


def element(number: int, *inside: bytes) -> bytes:
    data = b"".join(inside)
    return number.to_bytes((number.bit_length() + 7) // 8) + struct.pack(">BI", 0x08, len(data)) + data


def webm(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    tag = element(0x1254C367, element(0x7373, element(0x67C8, element(0x45A3, b"COMMENT"), element(0x4487, comment))))
    other = element(0xEC, unknown) if unknown else b""
    block = element(0x1F43B675, element(0xE7, b"\0"), element(0xA3, b"\x81\0\0\x80", samples))
    return element(0x1A45DFA3, element(0x4282, b"webm")) + element(0x18538067, tag, other, block)


def ogg_page(data: bytes, position: int) -> bytes:
    lacing = b"\xff" * (len(data) // 255) + bytes([len(data) % 255])
    return b"OggS\0\0" + struct.pack("<QIII", position, 7, 0, 0) + bytes([len(lacing)]) + lacing + data


def ogg(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    comments = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<II", 1, len(comment)) + comment
    return ogg_page(b"OpusHead\1\1" + bytes(9), 0) + ogg_page(comments, 0) + ogg_page(samples, 960) + unknown


def flac(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    def block(kind: int, data: bytes) -> bytes:
        return struct.pack(">I", kind << 24 | len(data)) + data

    comments = struct.pack("<I", 4) + b"test" + struct.pack("<II", 1, len(comment)) + comment
    other = block(2, unknown) if unknown else b""
    return b"fLaC" + block(0, bytes(34)) + block(4, comments) + other + block(0x81, b"") + b"\xff\xf8" + samples


def mp3(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    def frame(name: bytes, data: bytes) -> bytes:
        return name + struct.pack(">IH", len(data), 0) + data

    tag = frame(b"COMM", b"\0eng\0" + comment) + (frame(b"PRIV", unknown) if unknown else b"") + bytes(10)
    size = bytes(len(tag) >> 7 * place & 0x7F for place in (3, 2, 1, 0))
    # Of 128 kbit/s and 44.1 kHz.
    frames = [samples[at : at + 413].ljust(413, b"\x55") for at in range(0, max(len(samples), 414), 413)]
    return b"ID3\3\0\0" + size + tag + b"".join(b"\xff\xfb\x90\0" + each for each in frames)


def font(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    tables = [(b"glyf", samples), (b"name", comment), *([(b"What", unknown)] if unknown else [])]
    at, directory, data = 12 + 16 * len(tables), b"", b""
    for name, table in tables:
        directory += name + struct.pack(">III", 0, at + len(data), len(table))
        data += table + bytes(-len(table) % 4)
    return b"\0\1\0\0" + struct.pack(">HHHH", len(tables), 0, 0, 0) + directory + data


def woff(comment: bytes, samples: bytes, unknown: bytes = b"") -> bytes:
    packed, metadata = zlib.compress(samples), zlib.compress(comment)
    start = 44 + 20
    private = start + len(packed) + len(metadata)
    head = b"wOFF\0\1\0\0" + struct.pack(">IHHIHH", private + len(unknown), 1, 0, 99, 1, 0)
    head += struct.pack(">5I", start + len(packed), len(metadata), len(comment), private, len(unknown))
    return head + b"glyf" + struct.pack(">4I", start, len(packed), len(samples), 0) + packed + metadata + unknown


FILES: dict[str, Make] = {
    "PNG": png, "JPEG": jpeg, "GIF": gif, "WebP": webp, "WAV": wav, "MP4": mp4, "WebM": webm,
    "Ogg": ogg, "FLAC": flac, "MP3": mp3, "OpenType": font, "WOFF": woff,
}  # fmt: skip
# These have no compressed samples, or such that are decompressed.
UNCOMPRESSED = {"WAV", "OpenType", "PNG", "WOFF"}
