"""The work that one capture may take: what is inside something else is read as long as some is left; then, a reason."""

from __future__ import annotations

import base64
import gzip
import json
import random
from typing import TYPE_CHECKING

import pytest

from capture.frames import frame
from capture.played import SEARCH, VALUE, played, seen, some_findings
from overheard_capture.content.findings import Reason, UnreadContent
from overheard_capture.content.work import ANYWAY, EACH, TO_BEGIN, TOO_MUCH
from overheard_capture.decoders.untyped import untyped
from overheard_capture.scan.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

CHANCE = random.Random(5)  # noqa: S311  (nothing is kept secret with it)
LIMIT = UnreadContent(Reason.LIMIT, TOO_MUCH)
# Units of which each byte is more work than one of ordinary text, which takes up to three steps.
HOSTILE = {
    "quotes doubled": b'"a""""""""=01=02=\n',
    "everything escaped": b"> > &amp;amp;gt; begin 644 a\\\\\\\\n",
    "short lines of quoted-printable": b"=02=\r\n",
    "uuencoded lines": b"begin 644 a\n#0V%T\n`\nend\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_takes_too_much_work_is_a_reason(name: str) -> None:
    data = HOSTILE[name] * (20_000 // len(HOSTILE[name]))
    findings = some_findings()
    findings.work.left = 3 * len(data)
    assert LIMIT in played(untyped, data, findings=findings).unread


def words(count: int) -> bytes:
    return b" ".join(CHANCE.choice([b"acorn", b"oak", b"squirrel", b"tail", b"nut"]) for _ in range(count))


def pages() -> bytes:
    """About twenty to one."""
    line = b'<div class="item item-wide item-first"><p style="color: black; margin: 0 0 4px 8px">%b</p></div>\n'
    return b"".join(line % words(2) for _ in range(2000))


def letters() -> bytes:
    return json.dumps([f"où êtes-vous, {words(3).decode()} à l'été" for _ in range(300)]).encode()


def file_in_json() -> bytes:
    return json.dumps({"name": "a.docx", "data": base64.b64encode(CHANCE.randbytes(60_000)).decode()}).encode()


ORDINARY: dict[str, Callable[[], bytes]] = {
    "pages of 20:1": pages,
    "escaped letters": letters,
    "digests": lambda: b"".join(b"%032x a.js\n" % CHANCE.getrandbits(128) for _ in range(900)),
    "identifiers in base64": lambda: b"".join(base64.b64encode(b"%d:%b" % (at, words(4))) + b"\n" for at in range(300)),
    "a file in base64 in JSON": file_in_json,
    "quoted-printable": lambda: b"".join(b"d=C3=A9j=C3=A0 %b=\r\n" % words(9) for _ in range(400)),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_content_is_read_to_its_end(name: str) -> None:
    data = gzip.compress(ORDINARY[name]() + b"\n" + VALUE)
    findings = some_findings()
    findings.work.left = EACH * len(data)
    played(untyped, data, findings=findings)
    assert seen(findings)
    assert LIMIT not in findings.unread


def test_what_is_not_read_is_searched_and_said_to_be_unread() -> None:
    findings = some_findings()
    findings.work.left = TO_BEGIN
    played(untyped, gzip.compress(VALUE + b" acorn" * 100), findings=findings)
    assert seen(findings) == {("gzip",)}
    assert LIMIT in findings.unread


def test_nothing_more_is_begun_once_the_work_is_used_up() -> None:
    findings = some_findings()
    findings.work.left = -1
    assert LIMIT in played(untyped, gzip.compress(VALUE), findings=findings).unread


def test_what_is_on_the_wire_is_read_however_little_work_is_left() -> None:
    findings = some_findings()
    findings.work.left = -1
    assert seen(played(untyped, b"acorn " * 100 + VALUE, findings=findings)) == {()}
    assert not findings.unread


def test_a_capture_allows_work_by_its_frames_and_says_what_no_flow_does() -> None:
    """What is joined from several flows reports nothing itself."""
    reading = Reading(SEARCH)
    reading.take(frame(bytes(1000)))
    work = reading.work
    assert work.left == ANYWAY + 1000 * EACH
    work.take(work.left + 1)
    assert LIMIT in reading.finish().unread
    assert LIMIT not in Reading(SEARCH).finish().unread
