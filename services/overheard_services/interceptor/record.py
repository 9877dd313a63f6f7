"""What the interceptor writes down: what it read, and the keys that it obtained."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.words.recording import KEY_LOG, MESSAGE_KEYS, NOTEBOOK

if TYPE_CHECKING:
    from pathlib import Path


class How(StrEnum):
    """How the interceptor could read a response."""

    IN_CLEAR = "in clear"
    TLS_OPENED = "TLS opened"
    AGREED = "Diffie-Hellman, agreed with each side"


@dataclass(frozen=True)
class Exchange:
    """One response that was read in transit. `time` is in seconds since the epoch, `client` an address with a port."""

    time: float
    client: str
    asked: str
    status: int
    saw: str
    how: How


class Record:
    """The folder of the interceptor's record. Its files exist from the start, empty, readable only by their owner.

    Each line is in its file when the method returns, so before the client gets the response.
    """

    def __init__(self, folder: Path) -> None:
        # mitmproxy writes this file: the keys of its connections with the client and the server.
        self.session_keys = folder / KEY_LOG
        self._message_keys = folder / MESSAGE_KEYS
        self._exchanges = folder / NOTEBOOK
        for file in (self.session_keys, self._message_keys, self._exchanges):
            write_whole(file, b"")

    def keys(self, *keys: bytes) -> None:
        """Write down the Fernet keys of a key agreement."""
        _append(self._message_keys, "".join(f"fernet {key.decode()}\n" for key in keys))

    def exchange(self, exchange: Exchange) -> None:
        """Write down what was read, and log it."""
        _append(self._exchanges, json.dumps(asdict(exchange)) + "\n")
        sys.stderr.write(f"the interceptor read: {exchange.saw}\n")


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(text)
