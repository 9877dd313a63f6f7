"""The interface of all capture file formats: a file is a sequence of records, some of which are packets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from overheard_capture.captures.frame import Frame

# The largest packet that libpcap writes, one of D-Bus. A record that declares a longer one is malformed.
MAX_PACKET_LENGTH = 128 * 1024 * 1024

# How many bytes of embedded decryption secrets are kept.
_MAX_SECRETS = 64 * 1024 * 1024


class IncompleteError(Exception):
    """A truncated record. `what` names the truncated part; `needed` bytes in total are required to parse it."""

    def __init__(self, what: str, needed: int) -> None:
        super().__init__(what)
        self.what, self.needed = what, needed


class MalformedError(Exception):
    """A malformed record; the message describes the fault."""


class NextHeaderError(Exception):
    """The header of another capture begins here, as in files that were joined with cat."""


class Interface(NamedTuple):
    """An interface description. Timestamps count `ticks` per second, from `epoch` in seconds since 1970."""

    link_type: int
    snap_length: int
    ticks: int
    epoch: int = 0


class Layout(NamedTuple):
    """How to read the packets that follow, up to the next record that is not a plain packet.

    `order` is "<" or ">"; `header` is the number of bytes before the packet in its record. In pcapng, a plain packet is
    an enhanced packet block without options: 32 bytes and padding longer than the packet. Packets of an interface that
    is not here are read as records.
    """

    kind: Literal["pcap", "pcapng"]
    order: str
    header: int
    interfaces: tuple[Interface, ...]


@dataclass
class NonPacketBlocks:
    """Blocks that are not packets: TLS key logs, and `skipped` blocks counted by type."""

    key_logs: list[bytes] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    _size: int = 0

    def keep(self, key_log: bytes) -> None:
        """Keep a key log, up to a total of 64 MiB."""
        self._size += len(key_log)
        if self._size > _MAX_SECRETS:
            self.skipped["decryption secrets"] += 1
        else:
            self.key_logs.append(key_log)


class CaptureFormat(Protocol):
    """A file format. `base` is the file offset of byte 0 of the view; `number` is that of the last frame read."""

    base: int
    number: int

    def record(self, view: memoryview, offset: int, end: int) -> tuple[int, Frame | None]:
        """Read the record at `offset`. Returns the offset of the next one, and the frame if the record is a packet.

        Raises IncompleteError if the record does not end before `end`, and MalformedError if it cannot be parsed.
        """

    @property
    def layout(self) -> Layout:
        """The layout of the packets that follow; it may change after each record that is not a packet."""

    @property
    def dropped(self) -> int | None:
        """The number of dropped packets that the recorder reports; None if it reports none."""
