"""Databases, message queues and directories."""

from __future__ import annotations

import socket
import struct
from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, harmless, leak
from corpus.encoded import hexed
from corpus.packed import gz, page
from corpus.scene import program

if TYPE_CHECKING:
    from corpus.scene import Scene


def redis(*command: bytes, inline: bool = False, wire: bytes | None = None, scene: Scene) -> bytes | None:
    """A command to a real Redis server, in its protocol or inline."""
    client = redis_server(scene)
    client.sendall(b" ".join(command) + b"\r\n" if inline else resp(*command))
    client.recv(4096)
    return wire


def redis_server(scene: Scene) -> socket.socket:
    """A connection to a real Redis server."""
    nest = ("--bind", scene.host, "--port", "6379", "--save", "", "--dir", str(scene.folder))
    scene.start(program("redis-server"), *nest, "--protected-mode", "no", "--io-threads", "1")
    scene.await_port(6379)
    return scene.connect(6379)


def resp(*command: bytes) -> bytes:
    """A command in Redis's protocol."""
    return b"*%d\r\n" % len(command) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in command)


def redis_dump(said: str, scene: Scene) -> bytes:
    """A compressed value as DUMP returns it. A script has put together its words, so that they were not sent before."""
    client = redis_server(scene)
    script = b"redis.call('set', 'nest', (string.gsub(ARGV[1], 'X', '')))"
    client.sendall(resp(b"EVAL", script, b"0", page(said[:4] + "X" + said[4:])))
    client.recv(4096)
    client.sendall(resp(b"DUMP", b"nest"))
    return client.recv(65536)


def postgres(query: str, *, word: str = "acorn", wire: bytes | None = None, scene: Scene) -> bytes | None:
    """A PostgreSQL client that requests TLS, is refused, and logs in and sends a query in clear."""

    def message(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack(">I", len(body) + 4) + body

    def talk(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"N")
        connection.recv(4096)
        connection.sendall(message(b"R", struct.pack(">I", 3)))
        connection.recv(4096)
        connection.sendall(message(b"R", struct.pack(">I", 0)) + message(b"Z", b"I"))
        connection.recv(4096)
        connection.sendall(message(b"C", b"SELECT 0\0") + message(b"Z", b"I"))

    scene.serve(talk, 5432)
    client = scene.connect(5432)
    for said in (
        struct.pack(">II", 8, 80877103),
        message(b"", struct.pack(">I", 196608) + b"user\0nut\0database\0oak\0\0"),
        message(b"p", word.encode() + b"\0"),
        message(b"Q", query.encode() + b"\0"),
    ):
        client.sendall(said)
        client.recv(4096)
    return wire


def mqtt(message: bytes, *, word: str = "acorn", wire: bytes | None = None, scene: Scene) -> bytes | None:
    """An MQTT message by curl to a broker, with QoS 0."""

    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"\x20\x02\0\0")
        while connection.recv(4096):
            pass

    scene.serve(talk, 1883)
    scene.curl(
        "--user",
        f"nut:{word}",
        "--data-binary",
        f"@{scene.file('message', message)}",
        f"mqtt://{scene.host}/oak/hollow",
    )
    return wire


def ldap(word: str, *, scene: Scene) -> None:
    """An LDAP bind by curl, which the server rejects."""

    def talk(connection: socket.socket) -> None:
        while connection.recv(4096):
            # invalidCredentials, in response to message 1
            connection.sendall(bytes.fromhex("300c02010161070a013104000400"))

    scene.serve(talk, 389)
    # curl's exit code for a rejected login.
    scene.curl("-u", f"cn=nut:{word}", f"ldap://{scene.host}/dc=oak", fine=(38, 67))


_WORD = FLUFFY.encode()

CASES = [
    leak("redis", partial(redis, b"SET", b"word", _WORD)),
    leak("redis-inline", partial(redis, b"SET", b"word", b'"fluffy tail"', inline=True)),
    leak("redis-password", partial(redis, b"AUTH", _WORD)),
    leak("redis-gzip", partial(redis, b"SET", b"word", gz(page()), wire=gz(page())), "gzip"),
    leak("redis-dump", partial(redis_dump, FLUFFY), "RESP", "lzf"),
    leak("postgres-password", partial(postgres, "SELECT 1", word=FLUFFY)),
    leak("postgres-query", partial(postgres, "INSERT INTO oak VALUES ('fluffy tail')")),
    leak(
        "postgres-bytea",
        partial(postgres, f"SELECT '\\x{_WORD.hex()}'::bytea", wire=hexed(_WORD)),
        spelling="hexadecimal",
    ),
    leak("mqtt", partial(mqtt, _WORD)),
    leak("mqtt-gzip", partial(mqtt, gz(page()), wire=gz(page())), "gzip"),
    leak("mqtt-password", partial(mqtt, b"acorns", word=FLUFFY)),
    leak("ldap", partial(ldap, FLUFFY)),
    harmless("redis-two-values", partial(redis, b"MSET", b"a", b"fluffy ", b"b", b"tail")),
    harmless("redis-gzip-other-word", partial(redis, b"SET", b"word", gz(page("fluffy pail")))),
    harmless("redis-dump-other-word", partial(redis_dump, "fluffy pail")),
    harmless("postgres-two-columns", partial(postgres, "INSERT INTO oak VALUES ('fluffy', 'tail')")),
    harmless("mqtt-half-and-half", partial(mqtt, b"tail", word="fluffy ")),
    harmless("ldap-other-word", partial(ldap, "fluffy-tail")),
]
