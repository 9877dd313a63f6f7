"""The input of the judge for one recording of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.recording import Recording
    from overheard.words.secret import Secret


class Keys(NamedTuple):
    """Key files of one side. A file that does not exist counts as empty.

    `sessions` and `extra_sessions` are for TLS, in the format of SSLKEYLOGFILE; `private` is the RSA key of a server;
    `messages` has lines `fernet KEY`, for messages that the application itself encrypts.
    """

    sessions: Path | None = None
    messages: Path | None = None
    private: Path | None = None
    extra_sessions: tuple[Path, ...] = ()

    @property
    def tls(self) -> TlsKeys:
        """The keys for TLS."""
        logs = (self.sessions, *self.extra_sessions)
        kept = tuple(log for log in logs if log and _is_nonempty(log))
        return TlsKeys(kept, self.private if self.private and self.private.is_file() else None)

    @property
    def fernet(self) -> list[bytes]:
        """The keys for Fernet, without duplicates."""
        if not self.messages or not self.messages.is_file():
            return []
        lines = (line.split() for line in self.messages.read_bytes().splitlines())
        return list(dict.fromkeys(words[1] for words in lines if words[:1] == [b"fernet"] and len(words) == 2))


NO_KEYS = Keys()


def _is_nonempty(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


class JudgeInput(NamedTuple):
    """One recording of the lab: the file, the recorder's metadata, the secret, and keys.

    `keys` are those of the parties, which may know the secret: they prove that it was sent. `spy` are keys that an
    interceptor negotiated or that were stolen: whatever they decrypt is overheard. `notebook` is the interceptor's log.
    """

    path: Path
    recording: Recording
    secret: Secret
    keys: Keys = NO_KEYS
    spy: Keys = NO_KEYS
    notebook: Path | None = None
