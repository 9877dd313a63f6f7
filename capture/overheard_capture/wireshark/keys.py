"""The keys with which tshark decrypts TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class TlsKeys(NamedTuple):
    """Keys for TLS: files in the format of SSLKEYLOGFILE, and the file of a server's RSA key, if any."""

    logs: tuple[Path, ...] = ()
    private: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.logs or self.private)
