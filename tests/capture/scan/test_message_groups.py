"""A secret that is spread over the short messages of one flow, or of many flows."""

from __future__ import annotations

import base64
import json
import struct
import textwrap
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, ipv4, rewritten, tcp, udp
from capture.played import VALUE, some_findings
from capture.wrapped import noise
from overheard import judge
from overheard.words.secret import Secret
from overheard_capture.captures.reader import read
from overheard_capture.content.findings import PRIVATE_KEY, MessageKind
from overheard_capture.decoders.messages import LAYER
from overheard_capture.packets import ACK, FIN, SYN, Endpoint
from overheard_capture.provenance.origin import Place
from overheard_capture.scan.message_groups import MessageGroups
from overheard_capture.scan.parties import Parties
from overheard_capture.scan.reading import Reading
from overheard_capture.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from overheard.words.sighting import Sighting
    from overheard_capture.content.findings import Findings
    from overheard_capture.scan.hits import Hit

    Message = Callable[[int, str], bytes]

TEXT = "Fluffy tail 4711"
LETTERS, TOKENS = list(TEXT), [TEXT[at : at + 3] for at in range(0, len(TEXT), 3)]


def connection(question: bytes, answer: bytes = b"", *, port: int = 20000, more: tuple[bytes, ...] = ()) -> list[bytes]:
    """The frames of a connection; with `more`, questions alternate with the same answer."""
    frames, sent, got = [], 1, 1

    def add(payload: bytes = b"", flags: int = ACK, *, back: bool = False) -> None:
        nonlocal sent, got
        ends = (80, port) if back else (port, 80)
        numbers = (got, sent) if back else (sent, got)
        segment = tcp(
            payload, sequence=numbers[0], acknowledged=numbers[1], flags=flags, source=ends[0], target=ends[1]
        )
        frames.append(ethernet(ipv4(segment)))
        length = len(payload) + bool(flags & (SYN | FIN))
        sent, got = (sent, got + length) if back else (sent + length, got)

    add(flags=SYN)
    add(flags=SYN | ACK, back=True)
    for each in (question, *more):
        add(each)
        if answer:
            add(answer, back=True)
    add(flags=FIN | ACK)
    add(flags=FIN | ACK, back=True)
    add()
    return frames


def post(body: bytes, kind: bytes = b"application/json") -> bytes:
    return b"POST /key HTTP/1.1\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (kind, len(body), body)


def get(target: str) -> bytes:
    return f"GET {target.replace(' ', '%20')} HTTP/1.1\r\nHost: server\r\n\r\n".encode()


OVER_TCP: dict[str, Message] = {
    "JSON in a body": lambda number, text: post(json.dumps({"n": number, "key": text}).encode()),
    "a body of letters": lambda _, text: post(text.encode(), b"text/plain"),
    "a form": lambda number, text: post(f"n={number}&key={text}".encode()),
    "a query": lambda number, text: get(f"/key?n={number}&key={text}&who=nut"),
    "a path": lambda _, text: get(f"/key/{text}"),
    "socket.io": lambda _, text: post(f"42{json.dumps(['input', text])}".encode(), b"text/plain"),
    "BOSH": lambda number, text: post(f"<body rid='{number}'><m><body>{text}</body></m></body>".encode(), b"text/xml"),
    "JSON lines": lambda number, text: json.dumps({"n": number, "key": text}).encode() + b"\n",
    "IRC": lambda _, text: f"PRIVMSG #tree :{text}\r\n".encode(),
    "XMPP": lambda number, text: f"<message id='m{number}'><body>{text}</body></message>".encode(),
    "telnet without a command": lambda _, text: text.encode(),
    "logfmt": lambda number, text: f"t={number} key={text.replace(' ', '%20')} who=nut\n".encode(),
    "MQTT": lambda _, text: b"\x30" + bytes([11 + len(text)]) + b"\0\x09home/keys" + text.encode(),
}
OVER_UDP: dict[str, Message] = {
    "a letter before it": lambda _, text: b"k" + text.encode(),
    "a binary counter": lambda number, text: struct.pack(">I", number) + text.encode(),
    "a counter": lambda number, text: f"{number + 7} {text}".encode(),
    "JSON": lambda number, text: json.dumps({"n": number, "key": text}).encode(),
    "syslog": lambda number, text: f"<13>Nov 30 06:00:{number:02} host app[12]: {text}".encode(),
    "CoAP": lambda number, text: struct.pack(">BBH", 0x40, 2, number) + b"\xb3key\xff" + text.encode(),
    "RTP": lambda number, text: struct.pack(">BBHII", 0x80, 98, number, number * 160, 0xDEADBEEF) + text.encode(),
}


def seen(path: Path, frames: list[bytes]) -> tuple[Sighting, ...]:
    return judge(rewritten(path / "messages.pcapng", frames), {"message": TEXT}).verdicts["message"].sightings


def over(shape: str, pieces: list[str], *, each: bool) -> list[bytes]:
    """The frames of these pieces, each in a message of this shape: in one flow, or each in a flow of its own."""
    if shape in OVER_UDP:
        messages = [OVER_UDP[shape](number, text) for number, text in enumerate(pieces)]
        return [
            ethernet(ipv4(udp(message, source=20000 + number * each), 17)) for number, message in enumerate(messages)
        ]
    first, *more = [OVER_TCP[shape](number, text) for number, text in enumerate(pieces)]
    answer = b"HTTP/1.1 204 No Content\r\n\r\n" if b"HTTP" in first else b""
    if not each:
        return connection(first, answer, more=tuple(more))
    return [
        frame for at, question in enumerate((first, *more)) for frame in connection(question, answer, port=20000 + at)
    ]


@pytest.mark.parametrize("each", [False, True], ids=["one flow", "many flows"])
@pytest.mark.parametrize("shape", [*OVER_TCP, *(f"{name}" for name in OVER_UDP)])
def test_what_is_spread_over_messages_is_found_with_its_frames(tmp_path: Path, shape: str, each: bool) -> None:
    for pieces in (LETTERS, TOKENS):
        found = seen(tmp_path, over(shape, pieces, each=each))
        assert found
        assert len(found[0].frames) == len(pieces)
        assert found[0].layers[-1:] == (LAYER,) or shape == "telnet without a command"


@pytest.mark.parametrize("each", [False, True], ids=["one flow", "many flows"])
@pytest.mark.parametrize("shape", ["JSON in a body", "a query", "IRC", "JSON", "a binary counter"])
@pytest.mark.parametrize(
    "pieces",
    [LETTERS[::-1], LETTERS[:-1], [*LETTERS[:5], "x", *LETTERS[5:]], ["nuts", "are", "my", "secret", "tail", "4711"]],
    ids=["backwards", "one missing", "one too many", "chat"],
)
def test_other_messages_are_not(tmp_path: Path, shape: str, pieces: list[str], each: bool) -> None:
    found = seen(tmp_path, over(shape, pieces, each=each))
    # Backwards is a spelling.
    assert not found or pieces == LETTERS[::-1]


def test_flows_of_other_hosts_and_ports_do_not_belong_together(tmp_path: Path) -> None:
    halves = [
        ethernet(ipv4(udp(b"k" + TEXT[:8].encode(), source=1), 17)),
        ethernet(ipv4(udp(b"k" + TEXT[8:].encode(), source=2, target=5002), 17)),
    ]
    assert not seen(tmp_path, halves)
    other = ethernet(ipv4(udp(b"k" + TEXT[8:].encode(), source=2), 17, source="127.0.0.9"))
    assert not seen(tmp_path, [halves[0], other])


def test_digits_alone_are_found_if_a_secret_is_digits(tmp_path: Path) -> None:
    digits = "4929471118273645"
    frames = [frame for at, digit in enumerate(digits) for frame in connection(get(f"/pin?k={digit}"), port=20000 + at)]
    path = rewritten(tmp_path / "digits.pcapng", frames)
    assert judge(path, {"message": digits}).verdicts["message"].sightings


def test_many_messages_are_joined_although_they_are_too_many_to_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overheard_capture.scan.message_groups._MOST", 3)
    for shape in ("JSON in a body", "JSON"):
        for each in (False, True):
            assert seen(tmp_path, over(shape, LETTERS, each=each))


def test_two_readings_that_share_the_flows_find_the_same(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "shared.pcapng", over("JSON in a body", LETTERS, each=True))
    search = Search([Secret("message", TEXT.encode())])
    first = Reading(search)
    second = Reading(search, share=first.divide())
    for reading in (first, second):
        for frame in read(path).frames:
            reading.take(frame)
    first.finish(second.partial_result())
    (hit,) = first.hits.of(0)
    assert len(hit.occurrence.place.frames) == len(LETTERS)


def test_many_groups_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overheard_capture.scan.message_groups._MOST", 2)
    monkeypatch.setattr("overheard_capture.scan.message_groups._MOST_GROUPS", 4)
    made: list[Findings] = []

    def make() -> Findings:
        made.append(some_findings())
        return made[-1]

    found: list[Hit] = []
    groups = MessageGroups([], make, found.append, Parties().add_between)
    client = Endpoint("10.0.0.1", 1)
    for number in range(100):
        sink, _ = groups.of_flow(client, Endpoint("10.0.0.2", number), number)
        for half in (VALUE[:8], VALUE[8:]):
            sink.add(b"k=" + half, Place(number + 1, 54, 10, (number + 1,)), (), MessageKind.LINE)
    groups.finish()
    assert len(found) == 100
    assert len(made) == 200


def test_a_key_in_clear_in_many_messages_is_reported() -> None:
    said: list[tuple[str, str]] = []
    found: list[Hit] = []
    groups = MessageGroups([], some_findings, found.append, lambda hosts, unread: said.append((hosts, unread.what)))
    sink, _ = groups.of_flow(Endpoint("10.0.0.1", 1), Endpoint("10.0.0.2", 514), -1)
    body = base64.b64encode(noise(150)).decode()
    lines = ["-----BEGIN PRIVATE KEY-----", *textwrap.wrap(body, 64), "-----END PRIVATE KEY-----"]
    for number, line in enumerate(lines):
        message = f"<14>oak app[{number}]: {line}".encode()
        sink.add(message, Place(number + 1, 54, len(message), (number + 1,)), (), MessageKind.DATAGRAM)
    groups.finish()
    assert set(said) == {("10.0.0.1 → 10.0.0.2:514", PRIVATE_KEY)}
