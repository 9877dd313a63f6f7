"""What a relay listens on, and where it passes connections on to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    def parse(cls, text: str) -> Self:
        """Parse `[[ADDRESS:]PORT:][SERVER:]PORT`, as in `ssh -L`; an IPv6 address is in brackets. Raises SettingsError.

        Without an address, it is that of the loopback interface; without a server, this machine.
        """
        forward = cls._of(_parts(text))
        if forward is None:
            raise SettingsError(f"{text!r} names no relay", hint="write PORT:SERVER:PORT, such as 8444:localhost:8443")
        if forward.port == forward.server_port and forward.server in (forward.address, _LOOPBACK, _HERE):
            raise SettingsError(f"the relay {text!r} leads to itself", hint="choose another port for it")
        return forward

    @classmethod
    def _of(cls, parts: Sequence[str]) -> Self | None:
        numbers = [_port(part) for part in parts if all(map(_may_be, parts))]
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
        return None

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


def _may_be(part: str) -> bool:
    """Whether it may be a port, an address, or a name, which is made of labels of 63 bytes at most."""
    try:
        return bool(part.encode("idna"))
    except UnicodeError:
        return False


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
