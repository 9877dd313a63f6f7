"""Framing of the hunt: documents and records of text in which a value stands, as programs write them."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import quopri
import random
import textwrap
from xml.sax.saxutils import quoteattr

from nesting import Layer, Shape, table

_BOUNDARY = b"------------------------d74496d66958873e"


def _json(data: bytes, chance: random.Random) -> bytes:
    document = {"id": 17, "user": {"name": "alice", "note": data.decode()}, "tags": ["a", "b"]}
    return json.dumps(document, ensure_ascii=chance.random() < 0.5, indent=chance.choice((None, 2))).encode()


def _json_lines(data: bytes, _: random.Random) -> bytes:
    rows = [{"n": 1, "text": "nothing"}, {"n": 2, "text": data.decode()}, {"n": 3, "text": "more of nothing"}]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _xml(data: bytes, chance: random.Random) -> bytes:
    text = data.decode()
    inside = f"<note lang={quoteattr(text)}/>" if chance.random() < 0.5 else f"<note>{html.escape(text)}</note>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<list><user id="17">alice</user>{inside}</list>\n'.encode()


def _cdata(data: bytes, _: random.Random) -> bytes:
    return b"<list><note><![CDATA[" + data.replace(b"]]>", b"]]]]><![CDATA[>") + b"]]></note></list>"


def _html(data: bytes, _: random.Random) -> bytes:
    inside = html.escape(data.decode())
    return f"<!doctype html><html><head><title>Note</title></head><body><p>{inside}</p></body></html>\n".encode()


def _csv(data: bytes, chance: random.Random) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=chance.choice(",;\t"))
    writer.writerows([["id", "name", "note"], [1, "bob", "none"], [2, "alice", data.decode()], [3, "eve", "ok"]])
    return buffer.getvalue().encode()


def _sql(data: bytes, _: random.Random) -> bytes:
    return b"INSERT INTO notes (name, note) VALUES ('alice', '" + data.replace(b"'", b"''") + b"');"


def _ini(data: bytes, _: random.Random) -> bytes:
    return b"[database]\nhost = db.example.org\npassword = " + data + b"\nport = 5432\n"


def _yaml(data: bytes, _: random.Random) -> bytes:
    block = textwrap.indent(data.decode(), "    ")
    return f"apiVersion: v1\nkind: Secret\ndata:\n  note: |\n{block}\n  other: none\n".encode()


def _log(data: bytes, _: random.Random) -> bytes:
    return b'2026-01-02T03:04:05Z INFO app[17] request id=af31 note="' + data + b'" took=3ms'


def _mail(data: bytes, chance: random.Random) -> bytes:
    coding = chance.choice((b"base64", b"quoted-printable"))
    body = base64.encodebytes(data) if coding == b"base64" else quopri.encodestring(data)
    head = (
        b"From: alice@example.org\nTo: bob@example.org\nSubject: A note\nMIME-Version: 1.0\n"
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: " + coding + b"\n\n"
    )
    return (head + body).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _multipart(data: bytes, chance: random.Random) -> bytes:
    """multipart/form-data with a file, as curl sends it; the boundary is not in what it holds."""
    named = chance.choice(
        (b'name="note"', b'name="file"; filename="note.bin"\r\nContent-Type: application/octet-stream')
    )
    rows = [
        b"--" + _BOUNDARY,
        b'Content-Disposition: form-data; name="user"\r\n\r\nalice',
        b"--" + _BOUNDARY,
        b"Content-Disposition: form-data; " + named + b"\r\n\r\n" + data,
        b"--" + _BOUNDARY + b"--\r\n",
    ]
    return b"\r\n".join(rows)


def _folded(data: bytes, chance: random.Random) -> bytes:
    """A vCard: lines of at most 75 octets, the next begins with a blank (RFC 6350, 3.2)."""
    line = "NOTE:" + data.decode().replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")
    width = chance.choice((40, 74))
    rows = [line[at : at + width] for at in range(0, len(line), width)]
    return ("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Alice\r\n" + "\r\n ".join(rows) + "\r\nEND:VCARD\r\n").encode()


def _ldif(data: bytes, _: random.Random) -> bytes:
    value = b"description:: " + base64.b64encode(data)
    rows = [value[:76], *(value[at : at + 75] for at in range(76, len(value), 75))]
    return b"dn: cn=alice,dc=example,dc=org\ncn: alice\n" + b"\n ".join(rows) + b"\n"


def _aws_chunked(data: bytes, chance: random.Random) -> bytes:
    pieces, at = [], 0
    while at < len(data):
        size = chance.choice((3, 7, 64, 8192))
        pieces.append(data[at : at + size])
        at += size
    signature = b";chunk-signature=" + b"0badc0de" * 8
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), signature, piece) for piece in [*pieces, b""])


def _events(data: bytes, _: random.Random) -> bytes:
    """Server-sent events: each line of the data in a field of its own."""
    rows = b"".join(b"data: " + line + b"\n" for line in data.splitlines())
    return b"retry: 3000\n\nevent: note\nid: 17\n" + rows + b"\ndata: bye\n\n"


def _diff(data: bytes, _: random.Random) -> bytes:
    rows = b"".join(b"+" + line + b"\n" for line in data.splitlines())
    return b"--- a/note\n+++ b/note\n@@ -1,1 +1,%d @@\n-nothing\n%s" % (rows.count(b"\n"), rows)


def _quoted(data: bytes, _: random.Random) -> bytes:
    return b"On Monday Bob wrote:\n" + b"".join(b"> " + line + b"\n" for line in data.splitlines()) + b"\nI agree.\n"


FRAMINGS = table(
    Layer("json", Shape.TEXT, Shape.TEXT, _json),
    Layer("json-lines", Shape.TEXT, Shape.TEXT, _json_lines),
    Layer("xml", Shape.TEXT, Shape.TEXT, _xml),
    Layer("cdata", Shape.EIGHT_BIT, None, _cdata),
    Layer("html", Shape.TEXT, Shape.TEXT, _html),
    Layer("csv", Shape.TEXT, Shape.TEXT, _csv),
    Layer("sql", Shape.EIGHT_BIT, None, _sql),
    Layer("ini", Shape.LINE, Shape.TEXT, _ini),
    Layer("yaml", Shape.TEXT, Shape.TEXT, _yaml),
    Layer("log", Shape.LINE, Shape.LINE, _log),
    Layer("mail", Shape.EIGHT_BIT, Shape.TEXT, _mail),
    Layer("multipart", Shape.BINARY, Shape.BINARY, _multipart),
    Layer("vcard", Shape.TEXT, Shape.TEXT, _folded),
    Layer("ldif", Shape.BINARY, Shape.TEXT, _ldif),
    Layer("aws-chunked", Shape.BINARY, Shape.BINARY, _aws_chunked),
    Layer("events", Shape.TEXT, Shape.TEXT, _events),
    Layer("diff", Shape.TEXT, Shape.TEXT, _diff),
    Layer("quoted-mail", Shape.TEXT, Shape.TEXT, _quoted),
)
