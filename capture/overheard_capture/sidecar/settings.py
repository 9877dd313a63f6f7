"""The settings of the capture role, read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard.words.secret import SECRET_MESSAGE, Secret
from overheard.words.services import CAPTURE
from overheard_capture.recorder.dumpcap import Tap

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """The settings of the capture role.

    `spy` is the folder of an interceptor, with its keys and its notebook, and `stolen` the file of a stolen private
    key; None if there is none. `snap_length` is in bytes, 0 for whole frames; `buffer` is dumpcap's kernel buffer in
    MiB; `patience` is the time to wait for a mark, in seconds. `page_port` is the port of the page, 0 for none.
    `second` is the host and the port of a second recorder, None if there is none. `keys` are None in one that does not
    judge.
    """

    bind: str
    port: int
    page_port: int
    token_file: Path
    recordings: Path
    keys: Path | None
    spy: Path | None
    stolen: Path | None
    interface: str
    capture_filter: str
    snap_length: int
    buffer: int
    patience: int
    secret: Secret
    second: tuple[str, int] | None

    @property
    def tap(self) -> Tap:
        """What to record."""
        return Tap(self.interface, self.capture_filter, self.snap_length, self.buffer)

    @classmethod
    def from_environment(cls, variables: Mapping[str, str], *, judges: bool = True) -> Self:
        """Read the settings from environment variables. Raises SettingsError, which names the invalid variable."""
        env = Environment(variables)
        port = env.port("OVERHEARD_CAPTURE_PORT", str(CAPTURE.port))
        page_port = env.number("OVERHEARD_CAPTURE_PAGE_PORT", "0")
        return cls(
            bind=env.text("OVERHEARD_CAPTURE_BIND", "127.0.0.1"),
            port=port,
            page_port=page_port,
            token_file=env.path("OVERHEARD_CAPTURE_TOKEN_FILE"),
            recordings=env.folder("OVERHEARD_CAPTURE_RECORDINGS"),
            keys=env.folder("OVERHEARD_CAPTURE_KEYS") if judges else None,
            spy=env.optional_path("OVERHEARD_CAPTURE_SPY"),
            stolen=env.optional_path("OVERHEARD_CAPTURE_STOLEN"),
            interface=env.text("OVERHEARD_CAPTURE_INTERFACE"),
            # The control channel of the recorder carries its token and the recordings themselves, and so does the page:
            # they are left out.
            capture_filter=env.text(
                "OVERHEARD_CAPTURE_FILTER", " and ".join(f"not tcp port {own}" for own in (port, page_port) if own)
            ),
            snap_length=env.number("OVERHEARD_CAPTURE_SNAP_LENGTH", "0"),
            # dumpcap's default of 2 MiB lost 1 % of the packets at 200 MB/s; 64 MiB lost none.
            buffer=env.count("OVERHEARD_CAPTURE_BUFFER_MIB", "64"),
            # Spent only while a stream is open or a mark is missing: under load, a server may close its side late.
            patience=env.count("OVERHEARD_CAPTURE_PATIENCE", "12"),
            secret=Secret("message", env.text("OVERHEARD_MESSAGE", SECRET_MESSAGE).encode()),
            second=_address("OVERHEARD_CAPTURE_SECOND", env.text("OVERHEARD_CAPTURE_SECOND", "")),
        )


def _address(name: str, text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    if host and port.isascii() and port.isdecimal() and 0 < int(port) < 1 << 16:
        return host, int(port)
    if text:
        raise SettingsError(f"{name} is {text!r}, which is not an address", hint="write HOST:PORT")
    return None
