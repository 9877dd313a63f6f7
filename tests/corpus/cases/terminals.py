"""Terminals, and line-based protocols."""

from __future__ import annotations

import socket
import time
from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, harmless, leak
from corpus.programs import lines
from corpus.scene import program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.scene import Scene

# Telnet commands (RFC 854): NOP, GA, and an option that is offered, accepted and negotiated.
_NOP, _GA, _WILL_ECHO, _DO_ECHO = b"\xff\xf1", b"\xff\xf9", b"\xff\xfb\x01", b"\xff\xfd\x01"
_TERMINAL = b"\xff\xfa\x18\x00xterm\xff\xf0"


def typed(*keys: bytes, port: int = 23, first: bytes = b"", scene: Scene) -> bytes:
    """Keystrokes, a segment each, to a server that does not answer. Returns those from the secret on."""
    scene.serve(_to_the_end, port)
    client = scene.connect(port)
    if first:
        client.sendall(first)
    for key in keys:
        client.sendall(key)
        # Somebody who types does not send two keys in one segment.
        time.sleep(0.002)
    client.shutdown(socket.SHUT_WR)
    client.recv(99)
    said = b"".join(keys)
    return said[said.find(FLUFFY.encode()[:4]) :]


def _to_the_end(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def echoed(word: str, *, silent: bool = False, between: bytes = b"", scene: Scene) -> bytes:
    """A password prompt, and a password typed key by key, with echo by the server."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(_WILL_ECHO + _DO_ECHO + _TERMINAL + b"Word: ")
        while key := connection.recv(1):
            connection.sendall((b"*" if silent else key) + between)
            if key == b"\n":
                return

    scene.serve(talk, 23)
    client = scene.connect(23)
    for key in word.encode() + b"\n":
        client.sendall(bytes([key]))
        client.recv(99)
    return between.join(bytes([key]) for key in word.encode())


def by_telnet(line: str, *, scene: Scene) -> None:
    """Input to the program telnet."""
    got: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(_DO_ECHO + b"Word: ")
        while b"\n" not in b"".join(got):
            got.append(connection.recv(4096))

    scene.serve(talk, 2323)
    client = scene.start(program("telnet"), scene.host, "2323", side=scene.tap.clients)
    assert client.stdin
    client.stdin.write(line.encode() + b"\r\n")
    client.stdin.flush()
    assert client.stdout
    while client.stdout.read(1):
        pass


_FTP = {
    b"USER": b"331 go on\r\n",
    b"PASS": b"230 welcome\r\n",
    b"PWD": b'257 "/"\r\n',
    b"QUIT": b"221 bye\r\n",
    b"": b"500 no\r\n",
}


def lined(
    port: int, replies: Mapping[bytes, bytes], *said: bytes, greeting: bytes = b"", end: bytes = b"QUIT", scene: Scene
) -> None:
    """Lines sent to a server, each after the answer to the one before."""
    lines.serve(scene, port, greeting, replies, end)
    client = scene.connect(port)
    if greeting:
        client.recv(4096)
    for line in said:
        client.sendall(line + b"\r\n")
        client.recv(4096)


def curled(url: str, port: int, *answers: bytes, arguments: tuple[str, ...] = (), scene: Scene) -> None:
    """A request by curl in another protocol; the server answers each of its lines."""

    def talk(connection: socket.socket) -> None:
        for answer in answers:
            connection.recv(4096)
            connection.sendall(answer)

    scene.serve(talk, port)
    scene.curl(*arguments, url.replace("HOST", scene.host))


_OK = {b"": b"ok\r\n"}

CASES = [
    leak("telnet-keys", partial(typed, *(bytes([key]) for key in FLUFFY.encode()))),
    leak("telnet-echo", partial(echoed, FLUFFY)),
    leak("telnet-options-between", partial(echoed, FLUFFY, between=_NOP), "telnet"),
    leak("telnet-go-ahead-between", partial(echoed, FLUFFY, between=_GA), "telnet"),
    leak("telnet-option-within", partial(typed, b"fluf", _TERMINAL, b"fy tail\r\n", first=_WILL_ECHO), "telnet"),
    leak("telnet-program", partial(by_telnet, FLUFFY)),
    leak(
        "rlogin",
        partial(typed, *(bytes([key]) for key in FLUFFY.encode()), port=513, first=b"\0nut\0nut\0xterm/9600\0"),
    ),
    leak("raw", partial(typed, b"the word is fluffy tail\n", port=4444)),
    leak(
        "irc", partial(lined, 6667, {b"": b":oak PONG oak\r\n"}, b"NICK nut", b"PRIVMSG #oak :the word is fluffy tail")
    ),
    leak("memcached", partial(lined, 11211, {b"SET": b"", b"": b"STORED\r\n"}, b"set word 0 0 11\r\nfluffy tail")),
    leak(
        "stomp",
        partial(
            lined,
            61613,
            {b"": b"RECEIPT\nreceipt-id:1\n\n\0\r\n"},
            b"SEND\ndestination:/oak\nreceipt:1\n\nthe word is fluffy tail\0",
        ),
    ),
    leak(
        "nntp",
        partial(
            lined,
            119,
            {b"AUTHINFO": b"281 fine\r\n", b"": b"500 no\r\n"},
            b"AUTHINFO PASS fluffy tail",
            greeting=b"200 oak\r\n",
        ),
    ),
    leak("lpd", partial(lined, 515, {b"": b"\0"}, b"\2fluffy tail")),
    leak("finger", partial(lined, 79, _OK, b"fluffy tail")),
    leak("whois", partial(lined, 43, {b"": b"registrant: fluffy tail\r\n"}, b"oak.example")),
    leak("gopher", partial(curled, "gopher://HOST/0/fluffy%20tail", 70, b"acorn\r\n.\r\n")),
    leak("dict", partial(curled, "dict://HOST/fluffy%20tail", 2628, b"220 oak\r\n552 no match\r\n221 bye\r\n")),
    harmless("telnet-keys-other-word", partial(typed, *(bytes([key]) for key in b"fluffy taik"))),
    harmless("telnet-stars", partial(echoed, "fluffy nut", silent=True)),
    harmless("telnet-corrected", partial(typed, *(bytes([key]) for key in b"fluffy tb\x7fail"))),
    harmless("raw-other-word", partial(typed, b"the word is fluffy tai\n", b"the word is puffy tail\n", port=4444)),
    harmless("raw-lines-between", partial(typed, b"fluffy\n", b"a tail\n", port=4444)),
]
