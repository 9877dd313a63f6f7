"""Hostile text: words that look like something, and marks of what is encoded or escaped, everywhere."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from itertools import count

from hostile_wire import CHANCE, post, text

_TEXTS = (base64.b64encode(b"gid://shop/Product/%d" % CHANCE.randrange(10**10)) + b"\n" for _ in count())
_WORDS = (base64.b64encode(b"\x78\x9c" + CHANCE.randbytes(19)) + b" " for _ in count())
_BASE32 = (base64.b32encode(CHANCE.randbytes(15)) + b" " for _ in count())
_BASE85 = (base64.b85encode(CHANCE.randbytes(20)) + b" " for _ in count())
_DIGITS_OF_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58 = (bytes(CHANCE.choices(_DIGITS_OF_BASE58, k=33)) + b" " for _ in count())


def _packed(unit: bytes) -> Callable[[int], bytes]:
    """Text that is compressed: 50 MB of it for a row of 1 MB, which is much smaller."""
    return lambda size: post(gzip.compress(unit * (50 * size // len(unit))), "Content-Encoding: gzip")


TEXT_ROWS: dict[str, Callable[[int], bytes]] = {
    "words like zlib in base64": text(b"eJyrVkrOT0lVslJQKkgsLi7PL0pR "),
    "words like zlib in base64, all different": text(_WORDS),
    "texts in base64, all different": text(_TEXTS),
    "words of base32, all different": text(_BASE32),
    "words of base58, all different": text(_BASE58),
    "words of base85, all different": text(_BASE85),
    "words like gzip in base64": text(b"H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA "),
    "words like zlib in hexadecimal": text(b"789cab56ca4e2d5249b2aa56ca4c d "),
    "words like base85": text(b"c-ri{S8fTjZz>3aZ*_=FzK5~t "),
    "words like base32": text(b"PCOKWVWKJZ2ESVLSKZFU4VSL "),
    "digits": text(b"104 105 106, "),
    "rows of one byte": text(b"01 "),
    "a number a line": text(b"101\n"),
    "words that begin a calendar": text(b"BEGIN:VCARD\n"),
    "logins": text(b"auth plain "),
    "percent signs": text(b"%25252541"),
    "entities": text(b"&amp;amp;#65;"),
    "backslashes": text(b"\\\\\\\\u0041"),
    "encoded words": text(b"=?utf-8?b?YQ==?= "),
    "soft line breaks": text(b"=41=\r\n"),
    "bytes in quoted-printable": text(b"=02=\r\n"),
    "signs in quoted-printable": text(b"=3D\r\n"),
    "data URLs": text(b"data:;base64,YWJj,"),
    "tags": text(b"<a><b>x</b>"),
    "tables": text(b"| a | b |\n"),
    "heads of HTTP": text(b"HTTP/1.1 200 OK\r\n\r\n"),
    "uuencoded lines": text(b"begin 644 a\n#0V%T\n`\nend\n"),
    "uuencoded lines behind signs": text(b"> " * 40 + b"begin 644 a\n"),
    "marks behind signs": text(b">" * 160 + b"begin 644 a\\n"),
    "prefixes and folded lines": text(b"=\n=\n" + b"> " * 40),
    "quotes doubled before control codes": text(b'"a""""""""=01=02=\n'),
    "control codes before entities": text(b"=01=02=\n" * 30 + b"<&amp;"),
    "quoted marks with escaped quotes": text(b'"> a\\"\\"\\"begin 644 a\\n\n'),
    "everything escaped at once": text(b"> > &amp;amp;gt; begin 644 a\\\\\\\\n"),
    "marks of yEnc behind entities": text(b"gt; =ybegin "),
    "percent signs behind marks": text(b"%22" * 160 + b"gt; =ybegin "),
    "entities in a row": text(b"\r\n\r\n" + b"&amp;" * 160),
    "names of keys": text(b"ivateKeyivateKeyivateKey|"),
    "double quotes": text(b'"' * 320 + b"> > > > "),
    "single quotes": text(b"01 01 01 {" + b"'" * 160),
    "base64 behind marks": text(b"gt;GIT b" * 3 + b"A" * 960),
    "quotes doubled, in gzip": _packed(b'"a""""""""=01=02=\n'),
    "everything escaped, in gzip": _packed(b"> > &amp;amp;gt; begin 644 a\\\\\\\\n"),
    "signs in quoted-printable, in gzip": _packed(b"=3D\r\n"),
    "marks behind signs, in gzip": _packed(b">" * 160 + b"begin 644 a\\n"),
}
