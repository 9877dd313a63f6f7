"""What the recorder knows about a recording: its notes, kept beside the pcapng file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# The session keys of a run, in the format of SSLKEYLOGFILE, in the folder of the run.
KEY_LOG = "session.keys"
# The keys of the application's own encryption: one line per key, its kind and then the key (`fernet KEY`).
MESSAGE_KEYS = "message.keys"
# The server's private key, in the folder of the run: in this story somebody steals it, and tries it on the recordings.
STOLEN_KEY = "stolen.key.pem"
# What is known of each scenario of a run, in the folder of the run: it grows while the run goes on.
RESULTS = "results.json"
# What an interceptor wrote down: JSON, one line per exchange.
NOTEBOOK = "notebook.jsonl"

# Marks are datagrams to a group of the administratively scoped block (RFC 2365, 6.1): on every kind of interface they
# leave through the tap, where a datagram to one's own address would go over `lo` instead.
MARK_GROUP = "239.255.56.83"
MARK_PORT = 5699
MARK_PREFIX = b"overheard mark "
# What a recording was made with.
DUMPCAP, RELAY = "dumpcap", "relay"
# What a mark may be filled up with at its end.
PADDING = b" "


def new_mark() -> bytes:
    """The payload of a new mark, unique to one recording."""
    import secrets  # noqa: PLC0415  (it takes time, and who only reads marks does not need it)

    return MARK_PREFIX + secrets.token_hex(16).encode()


def only_of(ports: Sequence[int]) -> tuple[str, ...]:
    """What `Options.only` is for a recording of these ports, whose marks are not left out; empty if there are none."""
    return tuple(f":{port}" for port in (*ports, MARK_PORT)) if ports else ()


@dataclass(frozen=True)
class Recording:
    """The recorder's notes on one recording.

    `tap` is `DUMPCAP` or `RELAY`; for a relay, `interface` says from where to where it passes connections on. `started`
    and `ended` are seconds since the epoch, `snap_length` is in bytes (0: whole frames). `recorder_alive` is whether
    the recorder still ran when it was asked to stop. `sha256` is the digest, in hexadecimal, of the file that they are
    about: about any other file they say nothing. `earlier_marks` are end marks, separated by commas, after which some
    stream still had to end. `other_marks` are the start mark and the end mark of a second recorder, separated by a
    comma, if its packets are in the file, too: then the recorder is both of them.
    """

    name: str
    interface: str
    capture_filter: str
    snap_length: int
    started: float
    ended: float
    start_mark: str
    end_mark: str
    recorder_alive: bool
    exit_code: int | None
    sha256: str
    recorder_said: str = ""
    earlier_marks: str = ""
    tap: str = DUMPCAP
    other_marks: str = ""

    @property
    def is_relayed(self) -> bool:
        """Whether a relay made it."""
        return self.tap == RELAY

    @property
    def start_marks(self) -> list[bytes]:
        """The payload of the start mark of each recorder."""
        return [self.start_mark.encode(), *_listed(self.other_marks)[:1]]

    @property
    def end_marks(self) -> list[bytes]:
        """The payload of the last end mark of each recorder."""
        return [self.end_mark.encode(), *_listed(self.other_marks)[1:]]

    @property
    def marks(self) -> list[bytes]:
        """The payloads of all marks."""
        return [*self.start_marks, *self.end_marks, *_listed(self.earlier_marks)]

    def covers(self, moment: float) -> bool:
        """Whether the recording was running at `moment`, in seconds since the epoch."""
        return self.started <= moment <= self.ended

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def _listed(marks: str) -> list[bytes]:
    return [mark.encode() for mark in marks.split(",")] if marks else []
