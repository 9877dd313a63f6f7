"""A secret in several neighbouring values of one message, or of several, which anybody would put together."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING

from corpus.case import harmless, leak
from corpus.packed import gz, page
from corpus.programs import web
from corpus.programs.web import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.scene import Scene

_JOINED = "joined values"
_LOG = b"2026-11-30T10:00:00.1Z stdout %b the word is flu\n2026-11-30T10:00:00.2Z stdout F %b\n"
# As psql writes it with `\\pset format wrapped`.
_TABLE = """ id |  word   | n
----+---------+---
  1 | the word.| 1
    |. is     .|
    |.fluffy  .|
    |.%s    |
"""


def cookies(sent: str, wire: bytes | None, scene: Scene) -> bytes | None:
    """A request with cookies."""
    web.serve(scene)
    scene.curl("-b", sent, scene.url())
    return wire


def answered(body: str | bytes, kind: str, wire: bytes | None, scene: Scene) -> bytes | None:
    """A response of this type."""
    web.get(scene, Answer(body.encode() if isinstance(body, str) else body, {"Content-Type": kind}))
    return wire


def rich(parts: Sequence[str], scene: Scene) -> bytes:
    """A text of which each part has a format of its own, as an editor saves it."""
    ops = [{"insert": part, "attributes": {"bold": at % 2 > 0}} for at, part in enumerate(parts)]
    answered(json.dumps({"ops": ops}), "application/json", None, scene)
    return parts[0].encode()


def uploaded(parts: Sequence[bytes], scene: Scene) -> bytes:
    """A file is uploaded in numbered parts, as to S3, the last one first."""
    web.serve(scene)
    for number, part in reversed([*enumerate(parts, 1)]):
        scene.curl("-T", scene.file(f"part{number}", part), scene.url(f"/nest?partNumber={number}&uploadId=7"))
    return parts[-1]


def spoken(text: bytes, scene: Scene) -> bytes:
    """An answer in base64, a token an event, as of a language model. Returns all events."""
    tokens = [b64encode(text).decode()[at : at + 5] for at in range(0, len(b64encode(text)), 5)]
    events = "".join(f"data: {json.dumps({'delta': {'content': token}})}\n\n" for token in tokens).encode()
    answered(events + b"data: [DONE]\n\n", "text/event-stream", None, scene)
    return events


_PACKED = gz(page())
_RESPONSE = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n is fluff\r\n%x\r\n%b\r\n0\r\n\r\n"
_RECORD = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99\r\n\r\n" + _RESPONSE


CASES = [
    leak(
        "cookie-in-chunks",
        partial(cookies, "s.0=flu; s.1=ffy%20tail", b"flu; s.1=ffy%20tail"),
        _JOINED,
        spelling="percent-encoded",
    ),
    leak("json-rich-text", partial(rich, ["the word is flu", "ffy ta", "il, they say"]), _JOINED),
    leak(
        "html-tracked-changes",
        partial(answered, "<p>the word is flu<del>ent, and nu</del>ffy tail</p>", "text/html", b"flu"),
        "markup",
    ),
    leak("log-partial-lines", partial(answered, _LOG % (b"P", b"ffy tail"), "text/plain", b"is flu"), _JOINED),
    harmless("log-whole-lines", partial(answered, _LOG % (b"F", b"ffy tail"), "text/plain", None)),
    leak("events-of-base64", partial(spoken, _PACKED), "joined messages", "base64", "gzip"),
    harmless("events-of-base64-of-other-word", partial(spoken, b"the word is fluffy nail, they say")),
    leak("upload-in-parts", partial(uploaded, (_PACKED[:40], _PACKED[40:])), "byte ranges", "gzip"),
    leak(
        "web-archive-chunked",
        partial(answered, _RECORD % (6, b"y tail"), "application/warc", b"fluff"),
        "embedded HTTP",
        "chunked",
    ),
    harmless("web-archive-other-word", partial(answered, _RECORD % (6, b"y nail"), "application/warc", None)),
    harmless("upload-in-parts-of-two", partial(uploaded, (b"the word is flu", b"rry, or stuffy tail"))),
    leak("table-wrapped", partial(answered, _TABLE % "tail", "text/plain", b"fluffy  .|"), _JOINED),
    harmless("table-wrapped-other-word", partial(answered, _TABLE % "tale", "text/plain", None)),
    harmless(
        "html-tracked-changes-of-other-word",
        partial(answered, "<p>the word is flu<del>ent, and nu</del>rry tail</p>", "text/html", None),
    ),
    harmless("cookies-in-chunks-of-two", partial(cookies, "s.0=flu; t.1=ffy%20tail; s.2=fy%20tail", None)),
    harmless("json-rich-text-other-word", partial(rich, ["the word is flu", "ffy fly", "ing tail"])),
    harmless("json-rich-text-in-two", partial(answered, json.dumps({"a": "flu", "b": "ffy tail"}), "", None)),
]
