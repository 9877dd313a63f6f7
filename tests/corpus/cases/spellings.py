"""Spellings: the secret as text on a web page, in every spelling."""

from __future__ import annotations

import base64
import codecs
import json
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from corpus.case import ARROWS, FLUFFY, TROUBADOUR, Case, Leak
from corpus.encoded import base64_of, hexed, numbered, percent, shifted
from corpus.programs import web

if TYPE_CHECKING:
    from corpus.scene import Scene

_VALUE = FLUFFY.encode()
_UTF8 = TROUBADOUR.encode()


def say(spelled: bytes, scene: Scene) -> bytes:
    """A page with the secret among other words."""
    return say_whole(b"Word has it that =?utf-8?q?" + spelled + b"?= is it.\n", spelled, scene)


def say_whole(spelled: bytes, core: bytes, scene: Scene) -> bytes:
    """A page with this text, in which these bytes carry the secret."""
    web.get(scene, web.Answer(spelled, {"Content-Type": "text/plain"}))
    return core


# the case, the spelling, the secret, the bytes
_TABLE: list[tuple[str, str, str, bytes]] = [
    ("plain", "plainly", FLUFFY, _VALUE),
    ("utf-8", "plainly", TROUBADOUR, _UTF8),
    ("latin-1", "Latin-1", TROUBADOUR, TROUBADOUR.encode("latin-1")),
    ("utf-16-le", "UTF-16 little-endian", FLUFFY, FLUFFY.encode("utf-16-le")),
    ("utf-16-be", "UTF-16 big-endian", FLUFFY, FLUFFY.encode("utf-16-be")),
    ("utf-16-beyond-ascii", "UTF-16 little-endian", TROUBADOUR, TROUBADOUR.encode("utf-16-le")),
    ("utf-32-le", "UTF-32 little-endian", FLUFFY, FLUFFY.encode("utf-32-le")),
    ("utf-32-be", "UTF-32 big-endian", FLUFFY, FLUFFY.encode("utf-32-be")),
    ("base32", "base32", FLUFFY, base64.b32encode(_VALUE).rstrip(b"=")),
    ("hex", "hexadecimal", FLUFFY, hexed(_VALUE)),
    ("hex-upper", "hexadecimal", FLUFFY, hexed(_VALUE).upper()),
    ("hex-colons", "hexadecimal, separated", FLUFFY, hexed(_VALUE, ":")),
    ("hex-spaces", "hexadecimal, separated", FLUFFY, hexed(_VALUE, " ")),
    ("hex-dashes", "hexadecimal, separated", FLUFFY, hexed(_VALUE, "-").upper()),
    ("percent-all", "percent-encoded throughout", FLUFFY, percent(_VALUE)),
    ("percent-reserved", "percent-encoded", FLUFFY, quote(_VALUE, safe="").encode()),
    ("percent-lower", "percent-encoded", TROUBADOUR, quote(_UTF8, safe="").lower().encode().replace(b"tr0", b"Tr0")),
    ("form", "form-encoded", FLUFFY, quote_plus(_VALUE).encode()),
    ("percent-double", "percent-encoded twice", FLUFFY, quote(quote(_VALUE, safe=""), safe="").encode()),
    ("json", "JSON string", TROUBADOUR, json.dumps(TROUBADOUR)[1:-1].encode()),
    ("json-throughout", "JSON string throughout", FLUFFY, numbered(FLUFFY, "\\u{:04x}")),
    ("javascript", "JavaScript escapes", FLUFFY, numbered(FLUFFY, "\\x{:02x}")),
    ("javascript-braces", "JavaScript escapes", FLUFFY, numbered(FLUFFY, "\\u{{{:x}}}")),
    ("html-named", "HTML entities, named", TROUBADOUR, b"Tr0ub4dor&amp;3 &uuml;n&iuml;c&ouml;d&eacute;"),
    ("html-decimal", "HTML entities, decimal", FLUFFY, numbered(FLUFFY, "&#{};")),
    ("html-hex", "HTML entities, hexadecimal", FLUFFY, numbered(FLUFFY, "&#x{:x};")),
    ("octal", "octal", FLUFFY, numbered(FLUFFY, "{:03o} ").rstrip()),
    ("octal-joined", "octal", FLUFFY, numbered(FLUFFY, "{:03o}")),
    ("decimal-joined", "decimal", FLUFFY, numbered(FLUFFY, "{:03d}")),
    ("base45", "base45", FLUFFY, b"U.C*$E/.CS447EC6UD"),
    ("septets", "GSM 7-bit", FLUFFY, b"6676DD6CCE83E8E1341B"),
    ("bits", "binary", FLUFFY, numbered(FLUFFY, "{:08b}")),
    ("sql-chr", "decimal", FLUFFY, numbered(FLUFFY, "CHR({})||")[4:-3]),
    ("perl", "hexadecimal, separated", FLUFFY, numbered(FLUFFY, "\\x{{{:x}}}")[3:-1]),
    ("ooxml", "signs escaped", FLUFFY, b"fluffy_x0020_tail"),
    ("hl7", "signs escaped", TROUBADOUR, b"Tr0ub4dor\\T\\3 " + TROUBADOUR[12:].encode()),
    ("lua", "signs escaped", FLUFFY, b"fluffy\\032tail"),
    ("tex", "signs escaped", TROUBADOUR, b'Tr0ub4dor\\&3~{\\"u}n\\"ic\\"od\\\'e'),
    ("rtf", "signs escaped", TROUBADOUR, b"Tr0ub4dor&3 \\u252?n\\u239?c\\u246?d\\u233?"),
    ("quoted-printable", "quoted-printable", TROUBADOUR, b"Tr0ub4dor&3 =C3=BCn=C3=AFc=C3=B6d=C3=A9"),
    ("quoted-printable-soft-break", "quoted-printable", FLUFFY, b"fluff=\r\ny tail"),
    ("encoded-word", "MIME encoded word", FLUFFY, b"fluffy_tail"),
    ("rot13", "letters shifted by 13", FLUFFY, codecs.encode(FLUFFY, "rot13").encode()),
    ("caesar", "letters shifted by 3", FLUFFY, shifted(FLUFFY, 3)),
    ("reversed", "reversed", FLUFFY, _VALUE[::-1]),
    ("zero-width-spaces", "with invisible characters", FLUFFY, "\u200b".join(FLUFFY).encode()),
    ("soft-hyphens", "with invisible characters", FLUFFY, "&shy;".join(FLUFFY).encode()),
    ("rot47", "ROT47", FLUFFY, b"7=F77J E2:="),
    ("hex-reversed", "reversed hexadecimal", FLUFFY, hexed(_VALUE)[::-1]),
    ("nul-bytes", "UTF-16 little-endian", FLUFFY, b"".join(bytes((byte, 0)) for byte in _VALUE)),
]


def _base64() -> list[Case]:
    """Base64 at each alignment, in both alphabets, and with line breaks."""
    cases = []
    for before in range(3):
        for name, secret, url, width in (
            ("base64", FLUFFY, False, 0),
            ("base64-arrows", ARROWS, False, 0),
            ("base64url", ARROWS, True, 0),
            ("base64-in-lines", FLUFFY, False, 8),
        ):
            # At this length, each has a line break within the secret.
            text = b"acorn"[:before] + secret.encode() + b", acorn"
            spelled, core = base64_of(text, secret.encode(), url=url, width=width)
            spelling = f"{'base64url' if url else 'base64'}, at {before}"
            cases.append(Case(f"{name}-at-{before}", partial(say_whole, spelled, core), Leak((), spelling), secret))
    return cases


CASES = [
    *(Case(name, partial(say, spelled), Leak((), spelling), secret) for name, spelling, secret, spelled in _TABLE),
    *_base64(),
    Case("letters-in-other-case", partial(say, b"FLUFFY Tail"), Leak((), "plainly"), any_case=True),
]
