"""What somebody wants to know of certificates: for which host, at what time, and whom they trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from overheard.certificates.errors import CertificateError
from overheard.certificates.read import LONGEST, read_bundle


@dataclass(frozen=True)
class Roots:
    """Certificates that are trusted, and the file or folder that they are from."""

    path: Path
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Question:
    """What to judge by. What is None was not asked about; `at` is then the present."""

    host: str | None = None
    at: datetime | None = None
    trusted: Roots | None = None
    crls: Sequence[x509.CertificateRevocationList] | None = None

    @property
    def moment(self) -> datetime:
        """The time to judge for."""
        return self.at or datetime.now(UTC)

    @property
    def unasked(self) -> tuple[str, ...]:
        """What is not judged, in words, each with how to have it judged."""
        left_out = {
            "whether it is valid for the right host: --host NAME": self.host,
            "whether the chain leads to a trusted CA: --ca FILE": self.trusted,
            "whether it was revoked, which `requests` does not check either: --crl FILE": self.crls,
        }
        return tuple(words for words, given in left_out.items() if given is None)


def roots(path: Path) -> Roots:
    """The certificates to trust in a file, or in the files of a folder.

    Raises CertificateError where there are none.
    """
    if not path.is_dir():
        return Roots(path, read_bundle(content(path), str(path)))
    found: dict[x509.Certificate, None] = {}
    for file in sorted(path.iterdir()):
        try:
            found |= dict.fromkeys(read_bundle(content(file), str(file)))
        except CertificateError:
            # OpenSSL goes by the names of files in there: what else is in the folder is no concern of anyone's.
            continue
    if not found:
        raise CertificateError(f"there is no certificate in the folder {path}", hint="name a file in PEM")
    return Roots(path, tuple(found))


def content(path: Path) -> bytes:
    """What is in a file, and a byte more than can be read as certificates.

    Raises CertificateError where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LONGEST + 1)
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise CertificateError(
            f"{path} cannot be read: {why}", hint="for a server, write https://NAME or https://NAME:PORT"
        ) from None
