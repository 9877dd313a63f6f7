"""Codings of the hunt: bytes as text, and text with escapes, by the standard library or written here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import json
import random
import string
import urllib.parse
import zlib
from collections.abc import Callable
from email.header import Header

from nesting import Layer, MisfitError, Shape, table

_SAFE = (string.ascii_letters + string.digits).encode()


def _lines(text: bytes, width: int, end: bytes = b"\n") -> bytes:
    return end.join(text[at : at + width] for at in range(0, len(text), width)) + end


def _unpadded(data: bytes, chance: random.Random) -> bytes:
    encode = chance.choice((base64.b64encode, base64.urlsafe_b64encode))
    return encode(data).rstrip(b"=")


def _mime(data: bytes, chance: random.Random) -> bytes:
    return _lines(base64.b64encode(data), chance.choice((60, 64, 76)), chance.choice((b"\n", b"\r\n")))


def _hexadecimal(data: bytes, chance: random.Random) -> bytes:
    digits = data.hex().encode()
    return digits.upper() if chance.random() < 0.5 else digits


def _hex_bytes(data: bytes, chance: random.Random) -> bytes:
    before, between = chance.choice(((b"", b":"), (b"", b" "), (b"", b"-"), (b"0x", b", "), (b"\\x", b"")))
    form = chance.choice((b"%02x", b"%02X"))
    return between.join(before + form % byte for byte in data)


def _hexdump(data: bytes, chance: random.Random) -> bytes:
    """As xxd or `hexdump -C` print it: offset, bytes, and the printable ones again."""
    rows, wide = [], chance.random() < 0.5
    for at in range(0, len(data), 16):
        piece = data[at : at + 16]
        seen = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        if wide:
            rows.append(f"{at:08x}  {piece[:8].hex(' '):23}  {piece[8:].hex(' '):23}  |{seen}|")
        else:
            rows.append(f"{at:08x}: {piece.hex(' ', -2):39}  {seen}")
    return ("\n".join(rows) + "\n").encode()


def _percent(data: bytes, chance: random.Random) -> bytes:
    form = chance.choice((b"%%%02X", b"%%%02x"))
    return b"".join(form % byte for byte in data)


def _percent_some(data: bytes, _: random.Random) -> bytes:
    return urllib.parse.quote(data, safe="").encode()


def _form(data: bytes, _: random.Random) -> bytes:
    return urllib.parse.quote_plus(data).encode()


def _quoted_printable(data: bytes, chance: random.Random) -> bytes:
    """Line breaks stand for themselves in text alone: nobody could tell which ones bytes had (RFC 2045, 6.7)."""
    is_text = not data.translate(None, bytes(range(32, 256)) + b"\t\n")
    return binascii.b2a_qp(data, quotetabs=chance.random() < 0.3, istext=is_text)


def _encoded_words(data: bytes, _: random.Random) -> bytes:
    return Header(data.decode(), "utf-8", maxlinelen=70).encode().encode()


def _encoded_words_q(data: bytes, _: random.Random) -> bytes:
    escaped = b"".join(b"%c" % byte if byte in _SAFE else b"_" if byte == 32 else b"=%02X" % byte for byte in data)
    if len(escaped) > 998:
        raise MisfitError("longer than a line of mail")
    return b"=?utf-8?Q?%s?=" % escaped


def _uuencode(data: bytes, _: random.Random) -> bytes:
    rows = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 note.txt\n" + rows + b"`\nend\n"


def _yenc(data: bytes, chance: random.Random) -> bytes:
    """http://www.yenc.org/yenc-draft.1.3.txt."""
    escaped = bytearray()
    for byte in data:
        value = (byte + 42) % 256
        escaped += b"=%c" % ((value + 64) % 256) if value in b"\0\n\r=" else b"%c" % value
    width = chance.choice((64, 128))
    rows, row = [], bytearray()
    at = 0
    while at < len(escaped):
        take = 2 if escaped[at] == 0x3D else 1
        row += escaped[at : at + take]
        at += take
        if len(row) >= width:
            rows.append(bytes(row))
            row.clear()
    body = b"\r\n".join([*rows, bytes(row)])
    size = len(data)
    return b"=ybegin line=%d size=%d name=note.bin\r\n%s\r\n=yend size=%d\r\n" % (width, size, body, size)


def _git_binary(data: bytes, _: random.Random) -> bytes:
    """A binary patch of Git, whole ("literal")."""
    packed = zlib.compress(data)
    rows = []
    for at in range(0, len(packed), 52):
        piece = packed[at : at + 52]
        size = len(piece)
        letter = chr(ord("A") + size - 1) if size <= 26 else chr(ord("a") + size - 27)
        rows.append(letter.encode() + base64.b85encode(piece + bytes(-size % 4)))
    head = b"diff --git a/note.bin b/note.bin\nnew file mode 100644\nGIT binary patch\nliteral %d\n" % len(data)
    return head + b"\n".join(rows) + b"\n\nliteral 0\nHcmV?d00001\n\n"


def _json_string(data: bytes, chance: random.Random) -> bytes:
    return json.dumps(data.decode(), ensure_ascii=chance.random() < 0.7).encode()


def _unicode_escapes(data: bytes, _: random.Random) -> bytes:
    words = data.decode().encode("utf-16-be")
    return b"".join(b"\\u" + words[at : at + 2].hex().encode() for at in range(0, len(words), 2))


def _javascript(data: bytes, chance: random.Random) -> bytes:
    form = chance.choice((b"\\x%02x", b"\\%03o"))
    return b"".join(b"%c" % byte if byte in _SAFE else form % byte for byte in data)


def _entities(data: bytes, chance: random.Random) -> bytes:
    form = chance.choice(("&#{};", "&#x{:x};"))
    return "".join(form.format(ord(letter)) for letter in data.decode()).encode()


def _markup(data: bytes, _: random.Random) -> bytes:
    return html.escape(data.decode()).encode("ascii", "xmlcharrefreplace")


def _signed(payload: bytes) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(payload).digest()).rstrip(b"=")


def _jwt(data: bytes, _: random.Random) -> bytes:
    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": "alice", "note": data.decode(), "iat": 1700000000}]
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in parts)
    return signed + b"." + _signed(signed)


def _flask(data: bytes, chance: random.Random) -> bytes:
    """A session cookie of itsdangerous: JSON, which is compressed if that makes it shorter, a time, a signature."""
    plain = json.dumps({"user": "alice", "note": data.decode()}, separators=(",", ":")).encode()
    packed = zlib.compress(plain)
    small = chance.random() < 0.5 or len(packed) < len(plain)
    payload = (b"." if small else b"") + base64.urlsafe_b64encode(packed if small else plain).rstrip(b"=")
    signed = payload + b"." + base64.urlsafe_b64encode((1700000000).to_bytes(4, "big")).rstrip(b"=")
    return signed + b"." + _signed(signed)[:27]


def _data_url(data: bytes, _: random.Random) -> bytes:
    return b"data:application/octet-stream;base64," + base64.b64encode(data)


def _decimal(data: bytes, _: random.Random) -> bytes:
    return ", ".join(str(byte) for byte in data).encode()


def _b32_small(data: bytes, _: random.Random) -> bytes:
    return base64.b32encode(data).rstrip(b"=").lower()


_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_Z85 = bytes.maketrans(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~",
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#",
)


def _base58(data: bytes, _: random.Random) -> bytes:
    """As one number; each zero byte before it is a character."""
    if len(data) > 4000:
        raise MisfitError("more than one writes as a number")
    number, digits = int.from_bytes(data), bytearray()
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return b"1" * zeros + bytes(digits[::-1])


def _z85(data: bytes, _: random.Random) -> bytes:
    """ZeroMQ's: of whole groups of four bytes."""
    return base64.b85encode(data + bytes(-len(data) % 4)).translate(_Z85)


def _plain(function: Callable[[bytes], bytes]) -> Callable[[bytes, random.Random], bytes]:
    return lambda data, _: function(data)


CODINGS = table(
    Layer("base64", Shape.BINARY, Shape.TOKEN, _plain(base64.b64encode)),
    Layer("base64url", Shape.BINARY, Shape.TOKEN, _plain(base64.urlsafe_b64encode)),
    Layer("base64-unpadded", Shape.BINARY, Shape.TOKEN, _unpadded),
    Layer("base64-mime", Shape.BINARY, Shape.TEXT, _mime),
    Layer("hex", Shape.BINARY, Shape.TOKEN, _hexadecimal),
    Layer("hex-bytes", Shape.BINARY, Shape.LINE, _hex_bytes),
    Layer("hexdump", Shape.BINARY, Shape.TEXT, _hexdump),
    Layer("decimal-bytes", Shape.BINARY, Shape.LINE, _decimal),
    Layer("base32", Shape.BINARY, Shape.TOKEN, _plain(base64.b32encode)),
    Layer("base32-small", Shape.BINARY, Shape.TOKEN, _b32_small),
    Layer("percent", Shape.BINARY, Shape.TOKEN, _percent),
    Layer("percent-some", Shape.BINARY, Shape.TOKEN, _percent_some),
    Layer("form-encoded", Shape.BINARY, Shape.TOKEN, _form),
    Layer("quoted-printable", Shape.BINARY, Shape.TEXT, _quoted_printable),
    Layer("encoded-words", Shape.LINE, Shape.TEXT, _encoded_words),
    Layer("encoded-words-q", Shape.LINE, Shape.LINE, _encoded_words_q),
    Layer("uuencode", Shape.BINARY, Shape.TEXT, _uuencode),
    Layer("yenc", Shape.BINARY, Shape.BINARY, _yenc),
    Layer("ascii85", Shape.BINARY, Shape.LINE, lambda data, _: base64.a85encode(data, adobe=True)),
    Layer("git-binary", Shape.BINARY, Shape.TEXT, _git_binary),
    Layer("json-string", Shape.TEXT, Shape.LINE, _json_string),
    Layer("unicode-escapes", Shape.TEXT, Shape.LINE, _unicode_escapes),
    Layer("javascript", Shape.BINARY, Shape.LINE, _javascript),
    Layer("entities", Shape.TEXT, Shape.LINE, _entities),
    Layer("markup", Shape.TEXT, None, _markup),
    Layer("jwt", Shape.TEXT, Shape.TOKEN, _jwt),
    Layer("flask-cookie", Shape.TEXT, Shape.TOKEN, _flask),
    Layer("data-url", Shape.BINARY, Shape.LINE, _data_url),
    Layer("z85", Shape.BINARY, Shape.LINE, _z85),
    Layer("base58", Shape.BINARY, Shape.TOKEN, _base58),
    Layer("base85", Shape.BINARY, Shape.LINE, _plain(base64.b85encode)),
)
