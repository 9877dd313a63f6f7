"""HTTP: the places in requests and responses where a secret may be."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from corpus.case import FLUFFY, TROUBADOUR, Play, harmless, leak
from corpus.encoded import base64_of
from corpus.programs import web
from corpus.programs.web import Answer

if TYPE_CHECKING:
    from corpus.scene import Scene

_PERCENT = b"fluffy%20tail"


def ask(*arguments: str, path: str = "/", wire: bytes | None = None, scene: Scene) -> bytes | None:
    """A request by curl."""
    web.serve(scene)
    scene.curl(*arguments, scene.url(path))
    return wire


def login(user: str, password: str, scene: Scene) -> bytes:
    """Basic authentication: a header in base64."""
    web.serve(scene)
    scene.curl("-u", f"{user}:{password}", scene.url())
    return base64_of(f"{user}:{password}".encode(), password.encode())[1]


def digest(scene: Scene) -> None:
    """Digest authentication, which sends a hash of the password."""
    web.serve(
        scene, Answer(status=401, headers={"WWW-Authenticate": 'Digest realm="oak", qop="auth", nonce="77"'}), Answer()
    )
    scene.curl("--digest", "-u", f"squirrel:{FLUFFY}", scene.url())


def through_proxy(scene: Scene) -> bytes:
    """Proxy authentication."""
    web.serve(scene, port=3128)
    # The scene's `--noproxy "*"` would bypass the proxy.
    scene.run("curl", "-sS", "-x", scene.url("", 3128), "-U", f"nut:{FLUFFY}", "http://oak.example/")
    return base64_of(f"nut:{FLUFFY}".encode(), FLUFFY.encode())[1]


def bearer(word: str, scene: Scene) -> bytes:
    """A JSON Web Token, which is signed but not encrypted."""
    claims = json.dumps({"sub": "squirrel", "word": word}).encode()
    spelled, part = base64_of(claims, word.encode(), url=True)
    web.serve(scene)
    scene.curl(
        "-H", f"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.{spelled.decode().rstrip('=')}.c2lnbmF0dXJl", scene.url()
    )
    return part


def urlencoded(scene: Scene) -> bytes:
    """A form encoded by Python's standard library."""
    web.serve(scene)
    form = urlencode({"name": "nut", "word": FLUFFY, "ok": "1"}).encode()
    with build_opener(ProxyHandler({})).open(scene.url(), form) as answer:
        answer.read()
    return b"fluffy+tail"


def answered(answer: Answer, *arguments: str, wire: bytes | None = None, scene: Scene) -> bytes | None:
    """A response that contains the secret."""
    web.get(scene, answer, *arguments)
    return wire


def third_of_three(scene: Scene) -> None:
    """Three responses over one connection, with the secret in the last."""
    web.serve(scene, Answer(b"acorn"), Answer(b"beech", {"Content-Encoding": "identity"}), Answer(FLUFFY.encode()))
    scene.curl(scene.url("/1"), scene.url("/2"), scene.url("/3"))


def pipelined(scene: Scene) -> None:
    """Three pipelined requests, and their responses."""
    web.serve(scene, Answer(b"acorn"), Answer(chunks=(b"be", b"ech")), Answer(b"the word: fluffy tail"))
    client = scene.connect(80)
    request = b"GET / HTTP/1.1\r\nHost: oak\r\n\r\n"
    client.sendall(request * 2 + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    while client.recv(4096):
        pass


def streamed(scene: Scene) -> bytes:
    """Server-sent events, a chunk each, over a connection that stays open."""
    events = [b'data: {"n": %d}\n\n' % n for n in range(4)]
    web.get(scene, Answer(headers={"Content-Type": "text/event-stream"}, chunks=(*events, b"data: fluffy tail\n\n")))
    return FLUFFY.encode()


def uploaded(scene: Scene) -> None:
    """An upload of unknown length, which curl sends in chunks."""
    web.serve(scene)
    scene.curl("-T", "-", "-H", "Expect:", scene.url("/nest"), said=b"the word is fluffy tail\n")


def after_continue(scene: Scene) -> None:
    """A request with Expect: 100-continue."""
    web.serve(scene)
    scene.curl("-H", "Expect: 100-continue", "--data-binary", "@-", scene.url(), said=b"word=fluffy tail&" * 2)


_BYTERANGES = (
    b"\r\n--oak\r\nContent-Range: bytes 0-4/99\r\n\r\nacorn"
    b"\r\n--oak\r\nContent-Range: bytes 40-50/99\r\n\r\nfluffy tail\r\n--oak--\r\n"
)
_ASK: list[tuple[str, Play]] = [
    ("path", partial(ask, path="/hollow/fluffy%20tail/nut", wire=_PERCENT)),
    ("query", partial(ask, path="/?word=fluffy%20tail&ok=1", wire=_PERCENT)),
]
_PLAIN: list[tuple[str, Play]] = [
    ("cookie", partial(ask, "-b", f"word={FLUFFY}")),
    ("header", partial(ask, "-H", f"X-Hollow: {FLUFFY}")),
    ("user-agent", partial(ask, "-A", FLUFFY)),
    ("referer", partial(ask, "-e", f"http://oak.example/{FLUFFY}")),
    ("put", partial(ask, "-X", "PUT", "-d", FLUFFY)),
    ("patch-json", partial(ask, "-X", "PATCH", "-H", "Content-Type: application/json", "-d", '{"a":["fluffy tail"]}')),
    ("propfind", partial(ask, "-X", "PROPFIND", "-d", "<prop><![CDATA[fluffy tail]]></prop>")),
    ("graphql", partial(ask, "-d", '{"query":"{hollow(word:\\"fluffy tail\\"){acorns}}"}')),
    ("set-cookie", partial(answered, Answer(headers={"Set-Cookie": f'word="{FLUFFY}"; HttpOnly'}))),
    ("not-found", partial(answered, Answer(b"no fluffy tail here", status=404))),
    ("html-comment", partial(answered, Answer(b"<html><!-- fluffy tail --></html>", {"Content-Type": "text/html"}))),
    ("http-1.0", partial(answered, Answer(b"the word is fluffy tail", version="HTTP/1.0"), "--http1.0")),
    ("head", partial(answered, Answer(b"x" * 500, {"ETag": f'"{FLUFFY}"'}), "-I")),
    ("trailer", partial(answered, Answer(chunks=(b"acorn",), trailer=f"X-Word: {FLUFFY}\r\n"))),
    (
        "byteranges",
        partial(
            answered,
            Answer(_BYTERANGES, {"Content-Type": "multipart/byteranges; boundary=oak"}, status=206),
            "-r",
            "0-4,40-50",
        ),
    ),
    ("keep-alive", third_of_three),
    ("pipelined", pipelined),
    ("continue", after_continue),
    ("upload-chunked", uploaded),
    ("event-stream", streamed),
]

CASES = [
    *(leak(f"http-{name}", play, spelling="percent-encoded") for name, play in _ASK),
    *(leak(f"http-{name}", play) for name, play in _PLAIN),
    leak("http-form-python", urlencoded, spelling="form-encoded"),
    leak(
        "http-form-curl",
        partial(ask, "--data-urlencode", f"word={FLUFFY}", wire=b"fluffy+tail"),
        spelling="form-encoded",
    ),
    leak(
        "http-redirect",
        partial(answered, Answer(status=302, headers={"Location": "/hollow?word=fluffy+tail"}), wire=b"fluffy+tail"),
        spelling="form-encoded",
    ),
    leak("http-basic", partial(login, "squirrel", FLUFFY), spelling="base64, at 0"),
    leak("http-basic-at-1", partial(login, "acorns", FLUFFY), spelling="base64, at 1"),
    leak("http-basic-beyond-ascii", partial(login, "robin", TROUBADOUR), spelling="base64, at 0", secret=TROUBADOUR),
    leak("http-proxy-password", through_proxy, spelling="base64, at 1"),
    leak("http-bearer", partial(bearer, FLUFFY), spelling="base64, at 2"),
    harmless("http-digest", digest),
    harmless("http-basic-other-word", partial(login, "squirrel", "fluffy nail")),
    harmless("http-bearer-other-word", partial(bearer, "fluffy tai1")),
    harmless("http-half-in-cookie", partial(ask, "-b", "a=fluffy ", "-H", "X-Other: tail")),
    harmless("http-path-other-word", partial(ask, path="/hollow/fluffy%20snail")),
    harmless("http-other-case", partial(ask, "-d", "Fluffy Tail and FLUFFY TAIL")),
    harmless("http-words-between", partial(ask, "-d", "fluffy little tail, fluffy, tail, fluffy-tail, fluffytail")),
    harmless("http-across-header-and-body", partial(ask, "-H", "X-Word: fluffy ", "-d", "tail")),
]
