"""What a relay listens on, and where it passes connections on to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from overheard.words.errors import SettingsError

_LOOPBACK, _HERE = "127.0.0.1", "localhost"
_PORTS = 1 << 16


@dataclass(frozen=True)
class Forward:
    """Connections to `port` of `address` go to `server_port` of `server`. Port 0 stands for any that is free."""

    address: str
    port: int
    server: str
    server_port: int

    @classmethod
    def parse(cls, text: str) -> Forward:
        """Parse `[[ADDRESS:]PORT:][SERVER:]PORT`, as in `ssh -L`; an IPv6 address is in brackets. Raises SettingsError.

        Without an address, it is that of the loopback interface; without a server, this machine.
        """
        parts = _parts(text)
        numbers = [_port(part) for part in parts if all(parts)]
        match parts, numbers:
            case [_], [int(to)]:
                return cls(_LOOPBACK, 0, _HERE, to)
            case [_, _], [int(port), int(to)]:
                return cls(_LOOPBACK, port, _HERE, to)
            case [server, _], [None, int(to)]:
                return cls(_LOOPBACK, 0, server, to)
            case [_, server, _], [int(port), None, int(to)]:
                return cls(_LOOPBACK, port, server, to)
            case [address, _, server, _], [None, int(port), None, int(to)]:
                return cls(address, port, server, to)
        raise SettingsError(f"{text!r} names no relay", hint="write PORT:SERVER:PORT, such as 8444:localhost:8443")

    def __str__(self) -> str:
        return f"{_in_brackets(self.address)}:{self.port} to {_in_brackets(self.server)}:{self.server_port}"


def _parts(text: str) -> list[str]:
    """The parts between colons that are not in brackets, without these."""
    parts, inside = [""], False
    for letter in text:
        if letter in "[]":
            inside = letter == "["
        elif letter == ":" and not inside:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _port(part: str) -> int | None:
    return int(part) if part.isdecimal() and part.isascii() and 0 < int(part) < _PORTS else None


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@dataclass(frozen=True)
class RelayTap:
    """What to record: connections that go through a relay."""

    forwards: tuple[Forward, ...]
    # What the notes on a recording have of every tap.
    capture_filter: ClassVar[str] = ""
    snap_length: ClassVar[int] = 0

    @property
    def interface(self) -> str:
        """In place of an interface's name: from where to where the relay goes."""
        return ", ".join(f"relay {forward}" for forward in self.forwards)
