"""What certificates are checked against: host, time, trusted roots, and revocation lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.documents.revocation_list import RevocationList
from overheard.certificates.errors import CertificateError
from overheard.certificates.read import LONGEST, read_certificates


@dataclass(frozen=True)
class Roots:
    """Trusted certificates, the file or folder that they come from, and what in it cannot be read, in words."""

    path: Path
    certificates: tuple[Certificate, ...]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What to check against. What is None is not checked, except `at`, which is then the present.

    `unreadable` is what of the revocation lists cannot be read, and `malformed` what of them is, in words.
    """

    host: str | None = None
    at: datetime | None = None
    trusted: Roots | None = None
    crls: Sequence[RevocationList] | None = None
    unreadable: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        """The time to check for."""
        return self.at or datetime.now(UTC)

    @property
    def unasked(self) -> tuple[str, ...]:
        """What is not checked, in words, each with the option that checks it."""
        left_out = {
            "whether it is valid for the right host: --host NAME": self.host,
            "whether the chain leads to a trusted CA: --ca FILE": self.trusted,
            "whether it was revoked, which `requests` does not check either: --crl FILE": self.crls,
        }
        return tuple(words for words, given in left_out.items() if given is None)


def roots(path: Path) -> Roots:
    """The certificates to trust, from a file or the files of a folder; one that cannot be read hides no other.

    Raises CertificateError if there are none.
    """
    if not path.is_dir():
        bundle = read_certificates(content(path), str(path))
        return Roots(path, bundle.certificates, bundle.unreadable)
    found: dict[Certificate, None] = {}
    for file in sorted(path.iterdir()):
        try:
            found |= dict.fromkeys(read_certificates(content(file), str(file)).certificates)
        except CertificateError:
            # OpenSSL finds certificates by file name: other files in the folder do not matter.
            continue
    if not found:
        raise CertificateError(f"there is no certificate in the folder {path}", hint="name a file in PEM")
    return Roots(path, tuple(found))


def content(path: Path) -> bytes:
    """The content of a file, up to one byte more than the limit, so that a larger file is noticed.

    Raises CertificateError if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LONGEST + 1)
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise CertificateError(
            f"{path} cannot be read: {why}", hint="for a server, write https://NAME or https://NAME:PORT"
        ) from None
