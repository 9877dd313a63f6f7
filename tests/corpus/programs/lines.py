"""A server for line-based protocols, from a table of answers by the beginnings of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from corpus.scene import Scene


def serve(scene: Scene, port: int, greeting: bytes, replies: Mapping[bytes, bytes], end: bytes = b"QUIT") -> None:
    """Greet, then answer each line by its beginning, ignoring case; the empty entry answers all others.

    In an answer, %T stands for the first word of the line, as the IMAP tag. A line that begins with `end` is the last.
    """

    def talk(connection: socket.socket) -> None:
        connection.sendall(greeting)
        with connection.makefile("rb") as lines:
            for line in lines:
                tag, _, rest = line.partition(b" ")
                begins = (start for start in replies if start and _starts((line, rest), start))
                reply = replies.get(next(begins, b""), b"")
                connection.sendall(reply.replace(b"%T", tag))
                if _starts((line, rest), end):
                    return

    scene.serve(talk, port)


def _starts(lines: tuple[bytes, bytes], start: bytes) -> bool:
    return any(line.upper().startswith(start) for line in lines)
