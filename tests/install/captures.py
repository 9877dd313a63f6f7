"""Two small captures and a certificate, with which an installation is tested."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it publishes no types
import zstandard

from capture.frames import exchange, rewritten
from lab.certificates.making import server

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "correct horse battery"  # noqa: S105  (it is none)
SCAN = ("scan", "--secret", f"password={SECRET}", "--json")
_CODINGS = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress}


@dataclass(frozen=True)
class Samples:
    """A capture with the secret in every content coding, one without it, and a valid certificate."""

    leak: Path
    clean: Path
    certificate: Path

    @classmethod
    def written(cls, folder: Path) -> Samples:
        """Write them to a folder."""
        # Long enough that every coding changes it.
        said = f"{' '.join(map(hex, range(500)))}: the password is {SECRET}, and nobody may know it".encode()
        leaks: list[bytes] = []
        for port, (coding, code) in enumerate(_CODINGS.items(), 45000):
            leaks += _exchange(coding, code(said), port)
        folder.joinpath("certificate.pem").write_bytes(server(None).pem)
        return cls(
            rewritten(folder / "leak.pcapng", leaks),
            rewritten(folder / "clean.pcapng", _exchange("identity", b"nothing to see, whoever looks at it", 45000)),
            folder / "certificate.pem",
        )


def _exchange(coding: str, body: bytes, port: int) -> list[bytes]:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return exchange([b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"], [head.encode() + body], port=port)
