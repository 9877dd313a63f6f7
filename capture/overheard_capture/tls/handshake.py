"""What both sides of a stream said before they could keep it to themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from overheard_capture.streams import Run
from overheard_capture.tls import hello, names, records
from overheard_capture.tls.certificate import holder
from overheard_capture.tls.hello import ClientHello, ServerHello

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.streams import Direction
    from overheard_capture.tls.records import Message, Record

TLS_1_3 = "TLS 1.3"


@dataclass(frozen=True)
class Side:
    """One direction, read as TLS from its first byte, or from the first that was seen of one that was open before."""

    run: Run

    @classmethod
    def of(cls, direction: Direction) -> Self:
        """Where the first byte is missing there is nothing to read: nobody knows where its records begin."""
        readable = direction.runs and not (direction.opened and direction.runs[0].start)
        return cls(direction.runs[0] if readable else Run(0, bytearray(), []))

    @cached_property
    def records(self) -> list[Record]:
        """Its records, one after the other."""
        return records.records(self.run.data)

    def frame(self, record: Record) -> int:
        """The frame that a record begins in."""
        return self.run.locate(record.start)[0]

    def messages(self, *, throughout: bool) -> Iterator[Message]:
        """See `records.messages`."""
        return records.messages(self.run.data, self.records, throughout=throughout)

    def alerts(self) -> Iterator[tuple[int, str, str]]:
        """Frame, level and name of each alert in clear (RFC 8446, 6; RFC 5246, 7.2): an encrypted one is longer."""
        for record in self.records:
            if record.kind == records.ALERT and record.length == 2:
                level, code = self.run.data[record.start : record.end]
                yield self.frame(record), names.level(level), names.alert(code)

    @property
    def application_data(self) -> list[Record]:
        """The records of that type, whatever they hold."""
        return [record for record in self.records if record.kind == records.APPLICATION_DATA]


@dataclass(frozen=True)
class Handshake:
    """What was said in clear. `group` is also that of a TLS 1.2 key exchange, where it is one of ECDHE.

    `subject` and `names` are of the server's certificate, `client_subject` of the client's; TLS 1.3 encrypts both.
    `frames` are those that the hellos are in.
    """

    asked: ClientHello
    picked: ServerHello
    group: str
    subject: str
    names: tuple[str, ...]
    client_subject: str
    frames: tuple[int, ...]


def handshake(client: Side, server: Side) -> Handshake:
    """Read the handshake of a stream, however far it came."""
    throughout = _first_version(server) == TLS_1_3
    sent = _by_kind(client.messages(throughout=throughout))
    answered = _by_kind(server.messages(throughout=throughout))
    hellos, replies = sent.get(hello.CLIENT_HELLO, []), answered.get(hello.SERVER_HELLO, [])
    # Of two replies the first asked for another hello (RFC 8446, 4.1.4), and the last is what holds.
    picked = hello.server_hello(replies[-1].body) if replies else ServerHello()
    frames = {frame for message in hellos for frame in _frames(client, message)}
    frames |= {frame for message in replies for frame in _frames(server, message)}
    subject, alternatives = _holder(answered)
    return Handshake(
        asked=hello.client_hello(hellos[0].body) if hellos else ClientHello(),
        picked=picked,
        group=picked.group or _group(picked, answered),
        subject=subject,
        names=alternatives,
        client_subject=_holder(sent)[0],
        frames=tuple(sorted(frames)),
    )


def _first_version(server: Side) -> str:
    for message in server.messages(throughout=False):
        if message.kind == hello.SERVER_HELLO:
            return hello.server_hello(message.body).version
    return ""


def _by_kind(messages: Iterator[Message]) -> dict[int, list[Message]]:
    found: dict[int, list[Message]] = {}
    for message in messages:
        of_its_kind = found.setdefault(message.kind, [])
        # No handshake has more of one kind; who sends a million is not to fill our memory.
        if len(of_its_kind) < 2:
            of_its_kind.append(message)
    return found


def _frames(side: Side, message: Message) -> tuple[int, ...]:
    return side.run.frames(message.start, message.end - message.start)


def _holder(said: dict[int, list[Message]]) -> tuple[str, tuple[str, ...]]:
    certificates = said.get(hello.CERTIFICATE, [])
    return holder(hello.leaf(certificates[0].body)) if certificates else ("", ())


def _group(picked: ServerHello, answered: dict[int, list[Message]]) -> str:
    exchanges = answered.get(hello.SERVER_KEY_EXCHANGE, [])
    # Of the other key exchanges this message holds something else, which would be misread.
    ecdhe = picked.cipher.startswith("TLS_ECDHE_")
    return hello.named_curve(exchanges[0].body) if exchanges and ecdhe else ""
