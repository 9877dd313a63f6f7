"""The keys with which tshark decrypts TLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class TlsKeys:
    """Keys for TLS: files in the format of SSLKEYLOGFILE, and the file of a server's RSA key, if any."""

    logs: tuple[Path, ...] = ()
    private: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.logs or self.private)
