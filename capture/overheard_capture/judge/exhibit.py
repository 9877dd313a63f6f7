"""What the judge is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.recording import Recording
    from overheard.words.secret import Secret


@dataclass(frozen=True)
class Keys:
    """The files of keys that somebody has: for TLS, and for what the application itself seals.

    The latter has a line `fernet KEY` a key. A file that is not there counts as one with no key in it. `more` are
    further files for TLS.
    """

    sessions: Path | None = None
    messages: Path | None = None
    private: Path | None = None
    more: tuple[Path, ...] = ()

    @property
    def tls(self) -> TlsKeys:
        """Those for TLS."""
        logs = (self.sessions, *self.more)
        kept = tuple(log for log in logs if log and _has_something(log))
        return TlsKeys(kept, self.private if self.private and self.private.is_file() else None)

    @property
    def fernet(self) -> list[bytes]:
        """Those for Fernet, each once."""
        if not self.messages or not self.messages.is_file():
            return []
        lines = (line.split() for line in self.messages.read_bytes().splitlines())
        return list(dict.fromkeys(words[1] for words in lines if words[:1] == [b"fernet"] and len(words) == 2))


NO_KEYS = Keys()


def _has_something(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


@dataclass(frozen=True)
class Exhibit:
    """One recording of the lab: the file, the recorder's word on it, the secret, and keys.

    `keys` are those of the two that should know the secret: they prove that it was there. `spy` are those that an
    interceptor agreed on or somebody stole: what they open is overheard. `notebook` is what an interceptor wrote down.
    """

    path: Path
    recording: Recording
    secret: Secret
    keys: Keys = NO_KEYS
    spy: Keys = NO_KEYS
    notebook: Path | None = None
