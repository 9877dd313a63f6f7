"""A certificate from a CA that the lab does not know: it has the squirrel's name, and proves nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from overheard.role.files import write_whole
from overheard_services.credentials import key_pem, new_key

if TYPE_CHECKING:
    from pathlib import Path

_CA = "Overheard Lab Stranger's Test CA (not for production)"
_NAME = "squirrel"


def stranger(folder: Path) -> tuple[Path, Path]:
    """Create a certificate for the squirrel's name, signed by an unknown CA, and its key. Returns their files."""
    key, signing, now = new_key(), new_key(), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_named(_NAME))
        .issuer_name(_named(_CA))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(signing, hashes.SHA256())
    )
    files = folder / "stranger.pem", folder / "stranger.key.pem"
    write_whole(files[0], certificate.public_bytes(Encoding.PEM))
    write_whole(files[1], key_pem(key))
    return files


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
