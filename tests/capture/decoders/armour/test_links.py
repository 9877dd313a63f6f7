"""Links and addresses that were rewritten are read as they were; what only resembles them is not."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from capture.decoders.armour.lined import readings
from capture.played import VALUE, played, seen
from overheard_capture.decoders.untyped import untyped

URL = f"https://a.example/c?word={quote(VALUE)}&b=2"


def rewritten(url: str) -> bytes:
    """As version 2 of URL Defense has a URL in a parameter."""
    escaped = quote(url, safe="/").replace("_", "-5F").replace("%", "-").replace("/", "_")
    return f"https://urldefense.proofpoint.com/v2/url?u={escaped}&d=DwMFaQ&c=x".encode()


def without_signs(url: str, run: str = "") -> bytes:
    """As version 3 has it: percent signs taken out, and a run of signs."""
    signs = base64.urlsafe_b64encode(("%" * url.count("%") + run).encode()).decode().rstrip("=")
    taken = url.replace("%", "*") + (f"**{'ABCDEFG'[len(run) - 2]}" if run else "")
    return f"https://urldefense.com/v3/__{taken}__;{signs}!!Nq8D-2!x$".encode()


def protected(address: bytes, key: int = 0x5A) -> bytes:
    return bytes([key, *(byte ^ key for byte in address)]).hex().encode()


TEXTS = {
    "URL Defense 2": (rewritten(URL), "URL Defense"),
    "URL Defense 2, in HTML": (b'<a href="%b">here</a>' % rewritten(URL).replace(b"&", b"&amp;"), "URL Defense"),
    "URL Defense 3": (without_signs(URL), "URL Defense"),
    "URL Defense 3, a run": (without_signs(URL, "{|}"), "URL Defense"),
    "Cloudflare": (b'<a data-cfemail="%b">x</a>' % protected(VALUE + b"@a.example"), "Cloudflare address"),
    "Cloudflare, a link": (
        b'<a href="/cdn-cgi/l/email-protection#%b">x</a>' % protected(VALUE + b"@a.example"),
        "Cloudflare address",
    ),
    "several in a line": (
        b'<a data-cfemail="%b"/>' % protected(b"b@a.example") * 3 + b'<a data-cfemail="%b"/>' % protected(VALUE),
        "Cloudflare address",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_decoded_however_it_is_cut(name: str) -> None:
    text, layer = TEXTS[name]
    for findings in readings(text, b"Look:\n" + b"at this, " * 60):
        assert {(layer,)} <= seen(findings) | {layers[-1:] for layers in seen(findings)}
        assert not findings.unread


@pytest.mark.parametrize(
    "text",
    [
        b"https://urldefense.proofpoint.com/v2/url?u=",
        b"https://urldefense.com/v3/__https://a.example/*x",
        b"https://urldefense.com/v3/__https://a.example/*x__;J!!",
        b'<a data-cfemail="5a5b">x</a> <a data-cfemail="">x</a> /cdn-cgi/l/email-protection#',
        b'<a data-cfemail="%b">x</a>' % VALUE.hex().encode().replace(b"46", b"47"),
    ],
)
def test_what_is_malformed_or_other_is_nothing(text: bytes) -> None:
    findings = played(untyped, text)
    assert not findings.sightings
    assert not findings.unread
