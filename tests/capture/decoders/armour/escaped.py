"""What is written in codings, and what that is escaped in: strings, HTML, URLs and quoted mail."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import urllib.parse
from typing import TYPE_CHECKING

from capture.decoders.armour.lined import patch, uuencoded
from capture.played import VALUE

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[bytes], bytes]

TEXT = b"""this is "it": """ + VALUE + b""" & more's <less>\n""" * 4
PACKED = gzip.compress(TEXT, mtime=0)


def in_json(text: bytes) -> bytes:
    return json.dumps({"id": 1, "text": text.decode(), "more": "x"}).encode()


def in_json_for_html(text: bytes) -> bytes:
    """As Go and Rails write it."""
    out = json.dumps(text.decode())
    return out.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode()


def all_escaped(text: bytes) -> bytes:
    return b'"' + "".join(f"\\u{ord(each):04x}" for each in text.decode()).encode() + b'"'


def in_html(text: bytes) -> bytes:
    return b"<pre>" + html.escape(text.decode()).encode() + b"</pre>"


def all_entities(text: bytes) -> bytes:
    return b"<p>" + b"".join(b"&#%d;" % byte for byte in text) + b"</p>"


def in_url(text: bytes) -> bytes:
    return b"/a?text=" + urllib.parse.quote(text, safe="").encode() + b"&b=1"


def in_form(text: bytes) -> bytes:
    return b"a=1&text=" + urllib.parse.quote_plus(text).encode() + b"&b=2"


def in_sql(text: bytes) -> bytes:
    return b"INSERT INTO t VALUES (1, '" + text.replace(b"'", b"''") + b"');"


def in_mysql(text: bytes) -> bytes:
    for plain, escaped in ((b"\\", b"\\\\"), (b"'", b"\\'"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r")):
        text = text.replace(plain, escaped)
    return b"INSERT INTO t VALUES (1, '" + text + b"');"


def in_csv(text: bytes) -> bytes:
    return b'1,"' + text.replace(b'"', b'""') + b'",2\r\n'


def in_vcard(text: bytes) -> bytes:
    return folded_vcard(text, 74)


def folded_vcard(text: bytes, width: int) -> bytes:
    line = "NOTE:" + re.sub(r"([\\\\,;])", r"\\\1", text.decode()).replace("\n", "\\n")
    rows = [line[at : at + width] for at in range(0, len(line), width)]
    return ("BEGIN:VCARD\r\nVERSION:4.0\r\n" + "\r\n ".join(rows) + "\r\nEND:VCARD\r\n").encode()


def in_c(text: bytes) -> bytes:
    """As in a literal of JavaScript, Python or C: all but letters and digits in octal."""
    return b'x = "' + re.sub(rb"[^0-9A-Za-z]", lambda each: b"\\%03o" % each[0][0], text) + b'";'


def in_python(text: bytes) -> bytes:
    return b'x = "' + re.sub(rb"[^0-9A-Za-z]", lambda each: b"\\x%02x" % each[0][0], text) + b'";'


def quoted(text: bytes) -> bytes:
    return b"They wrote:\n" + re.sub(rb"^", b"> ", text, flags=re.MULTILINE) + b"\nNo.\n"


ESCAPED: dict[str, Write] = {
    "JSON": in_json,
    "JSON in HTML": in_json_for_html,
    "all escaped": all_escaped,
    "HTML": in_html,
    "all entities": all_entities,
    "a URL": in_url,
    "a form": in_form,
    "SQL": in_sql,
    "MySQL": in_mysql,
    "CSV": in_csv,
    "vCard": in_vcard,
    "C": in_c,
    "Python": in_python,
    "quoted mail": quoted,
}
CODED: dict[str, Write] = {
    "uuencode": uuencoded,
    "a patch": patch,
    "Ascii85": lambda data: base64.a85encode(data, adobe=True, wrapcol=72),
    "PEM": lambda data: b"-----BEGIN X-----\n" + base64.encodebytes(data) + b"-----END X-----\n",
}
