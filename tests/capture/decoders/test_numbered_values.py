"""Values in several, whose names end in a number."""

from __future__ import annotations

import base64
import json
import zlib
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

import pytest

from capture.played import VALUE, origin_of, seen, some_findings
from overheard_capture.decoders.joined_values import LAYER
from overheard_capture.decoders.numbered_values import read_numbered

WORD = VALUE.decode()
CLAIMS = json.dumps({"sub": "squirrel", "word": WORD, "padding": "acorns and nuts " * 9})
ENCODED = base64.urlsafe_b64encode(CLAIMS.encode()).decode().rstrip("=")
JWT = f"eyJhbGciOiJIUzI1NiJ9.{ENCODED}.c2lnbmF0dXJl"
PACKED = base64.urlsafe_b64encode(zlib.compress(CLAIMS.encode())).decode().rstrip("=")


def halves(text: str) -> tuple[str, str]:
    at = text.index("ffy") if "ffy" in text else 61
    return text[:at], text[at:]


def sent(head: str) -> set[tuple[str, ...]]:
    data = head.encode()
    findings = some_findings()
    read_numbered(findings, (), data, origin_of(len(data)))
    assert not findings.unread
    return seen(findings)


def cookies(name: str, text: str) -> str:
    return "; ".join(f"{name}{number}={part}" for number, part in enumerate(halves(text), name.endswith("C")))


HEADS = {
    "Auth.js": f"GET / HTTP/1.1\r\nCookie: a=b; {cookies('__Secure-next-auth.session-token.', JWT)}; c=d\r\n\r\n",
    "ASP.NET": f"Cookie: .AspNetCore.Cookies=chunks-2; {cookies('.AspNetCore.CookiesC', PACKED)}\r\n\r\n",
    "Supabase": f"cookie: {cookies('sb-xyz-auth-token.', f'base64-{ENCODED}')}\n",
    "text": f"cookie: {cookies('session-', quote(WORD))}\n",
    "set in fields": "".join(
        f"Set-Cookie: s.{number}={part}; Path=/; HttpOnly\r\n" for number, part in enumerate(halves(JWT))
    ),
    "quoted": "\r\n".join(
        f"{morsel.output()}; Path=/"
        for morsel in SimpleCookie(dict(zip(("s0", "s1"), halves(WORD), strict=True))).values()
    ),
    "in another order": "Cookie: s.2=" + "; s.1=".join(reversed(halves(JWT))),
    "crumbs of HTTP/2": "cookie: s.0=" + "\ncookie: s.1=".join(halves(JWT)) + "\n",
    "parameters": f"GET /?{urlencode({'a[0]': 'Fluffy ', 'a[1]': 'tail 4711'})}&b=1 HTTP/1.1\r\n\r\n",
    "words": "GET /?word1=Fluffy&word2=tail&word3=4711 HTTP/1.1\r\n\r\n",
    "fields": "X-Word-1: Fluffy ta\r\nX-Word-2: il 4711\r\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_chunks_are_read_together(head: str) -> None:
    assert any(layers[:1] == (LAYER,) for layers in sent(head))


@pytest.mark.parametrize(
    "head",
    [
        f"Cookie: s.1={halves(WORD)[0]}; t.2={halves(WORD)[1]}",
        f"Cookie: s.1=a; s.2={quote(WORD)}",
        "Cookie: s1=Fluffy; s2=and; s3=tail%204711",
        "X-Word-1: Fluffy\r\nX-Word-2: tailor 4711\r\n",
        "GET /?x=1&y=2 HTTP/1.1\r\n\r\n",
    ],
)
def test_other_values_are_not_joined(head: str) -> None:
    assert not sent(head)
