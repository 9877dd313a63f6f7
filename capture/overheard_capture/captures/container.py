"""What the kinds of capture files have in common: records that follow each other, some of which are packets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from overheard_capture.captures.frame import Frame

# The largest packet that libpcap ever writes, one of D-Bus. A record that says it is longer says what cannot be.
LONGEST = 128 * 1024 * 1024

# Of the secrets that files bring with them, as much is kept.
_MOST_SECRETS = 64 * 1024 * 1024


class IncompleteError(Exception):
    """There is only a part of the record: `what` it breaks off inside, and how many bytes it takes to see more."""

    def __init__(self, what: str, needed: int) -> None:
        super().__init__(what)
        self.what, self.needed = what, needed


class MalformedError(Exception):
    """The record makes no sense; the words say why."""


class Interface(NamedTuple):
    """What a file says of an interface: `ticks` of its clock are a second, counted from the second `epoch`."""

    link_type: int
    snap_length: int
    ticks: int
    epoch: int = 0


class Layout(NamedTuple):
    """All that one must know to walk over the packets that follow, up to the next record that is no plain packet.

    `order` is "<" or ">", and `header` how many bytes of a packet's record come before the packet. A plain packet of
    pcapng is an enhanced packet block without options, 32 bytes and padding longer than the packet.
    """

    kind: Literal["pcap", "pcapng"]
    order: str
    header: int
    interfaces: tuple[Interface, ...]


@dataclass
class NonPacketBlocks:
    """What files hold beside packets: key logs of TLS, and blocks that were passed over, counted by their kind."""

    key_logs: list[bytes] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    _size: int = 0

    def keep(self, key_log: bytes) -> None:
        """Keep a key log, unless there are absurdly many."""
        self._size += len(key_log)
        if self._size > _MOST_SECRETS:
            self.passed_over["decryption secrets"] += 1
        else:
            self.key_logs.append(key_log)


class Container(Protocol):
    """A kind of file. `base` is where in the file the byte at 0 of the view stands; `number` that of the last frame."""

    base: int
    number: int

    def record(self, view: memoryview, offset: int, end: int) -> tuple[int, Frame | None]:
        """Read the record at `offset`: where the next one is, and its frame if it is a packet.

        Raises IncompleteError where it does not end before `end`, and DamagedError where it makes no sense.
        """

    @property
    def layout(self) -> Layout:
        """How the packets that follow are laid out; another one after each record that is none."""

    @property
    def dropped(self) -> int | None:
        """How many packets the recorder says it lost; None where it does not say."""
