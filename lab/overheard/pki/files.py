"""The files: whole or not there."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from overheard.pki.errors import PkiError
from overheard.role.files import write_whole


def keep_private(filename: str | Path, content: bytes) -> None:
    """Write what only its owner may read. Raises PkiError."""
    _write(filename, content, 0o600)


def publish(filename: str | Path, thing: x509.Certificate | x509.CertificateSigningRequest) -> None:
    """Write what everybody may read, in PEM: whoever is to trust it has to. Raises PkiError."""
    _write(filename, thing.public_bytes(Encoding.PEM), 0o644)


def _write(filename: str | Path, content: bytes, mode: int) -> None:
    try:
        write_whole(Path(filename), content, mode=mode)
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else problem
        raise PkiError(
            f"{str(filename)!r} cannot be written: {why}", hint="choose a file in a folder of yours"
        ) from None
