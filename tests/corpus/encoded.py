"""Spellings for the corpus, made with the standard library only, independently of the code under test."""

from __future__ import annotations

import base64


def base64_of(text: bytes, secret: bytes, *, url: bool = False, width: int = 0) -> tuple[bytes, bytes]:
    """Base64 of a text, optionally in lines of `width`, and the part of it with bits of the secret."""
    encoded = base64.b64encode(text, b"-_" if url else b"+/")
    begins = text.index(secret)
    first, last = begins * 8 // 6, -(-(begins + len(secret)) * 8 // 6)
    if not width:
        return encoded, encoded[first:last]
    broken = b"\r\n".join(encoded[at : at + width] for at in range(0, len(encoded), width))
    return broken, broken[first + first // width * 2 : last + (last - 1) // width * 2]


def hexed(value: bytes, between: str = "", before: str = "") -> bytes:
    """Hexadecimal, optionally with text between or before the bytes."""
    return between.join(f"{before}{byte:02x}" for byte in value).encode()


def percent(value: bytes) -> bytes:
    """Every byte percent-encoded."""
    return hexed(value, before="%").replace(b"a", b"A").replace(b"f", b"F")


def numbered(text: str, form: str) -> bytes:
    """Every character as its code point, formatted with `form`."""
    return "".join(form.format(ord(character)) for character in text).encode()


def shifted(text: str, by: int) -> bytes:
    """Letters shifted in the alphabet (Caesar cipher)."""
    lower = "abcdefghijklmnopqrstuvwxyz"
    moved = lower[by:] + lower[:by]
    return text.translate(str.maketrans(lower + lower.upper(), moved + moved.upper())).encode()
