"""The keys that tshark opens TLS with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class TlsKeys:
    """What opens TLS: files in the format of SSLKEYLOGFILE, and that of a server's RSA key, where there is one."""

    logs: tuple[Path, ...] = ()
    private: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.logs or self.private)
