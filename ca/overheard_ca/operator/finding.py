"""Finds a certificate in the ledger, as people name it: by its file, its serial number, or one of its names."""

from __future__ import annotations

import re
from pathlib import Path

from cryptography import x509

from overheard.words.errors import SettingsError
from overheard_ca.errors import NeverIssuedError
from overheard_ca.ledger import Issued, Ledger

# A serial number as openssl, browsers and `overheard ca list` show it.
_SERIAL = re.compile("(?:0x)?([0-9a-f]{2}(?::?[0-9a-f]{2})*|[0-9a-f]+)", re.IGNORECASE)
# Fewer digits of a serial number could be any.
_LEAST_DIGITS = 6


def find(ledger: Ledger, what: str) -> Issued:
    """The certificate that `what` is: a file, a serial number or its first digits, or a name.

    Of several with that name, it is the newest one that was not revoked. Raises SettingsError.
    """
    if Path(what).is_file():
        return of_file(ledger, Path(what))
    if found := _by_serial(ledger, what) or _by_name(ledger, what):
        return found
    raise SettingsError(
        f"this CA issued no certificate {what!r}",
        hint="give a file, a serial number (or its first digits, 6 or more), or a name; `overheard ca list` has all",
    )


def of_file(ledger: Ledger, file: Path) -> Issued:
    """What the record says of the first certificate in a file. Raises SettingsError or NeverIssuedError."""
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except (ValueError, x509.InvalidVersion):
        raise SettingsError(f"{file} is not a certificate in PEM", hint="name one that this CA issued") from None
    found = ledger.issued(certificate.serial_number)
    # The same serial number from another CA is another certificate.
    if found is None or found.certificate not in (None, certificate):
        raise NeverIssuedError(certificate.serial_number)
    return found


def _by_serial(ledger: Ledger, what: str) -> Issued | None:
    digits = _SERIAL.fullmatch(what)
    if digits is None:
        return None
    start = digits[1].replace(":", "").lower().lstrip("0")
    if len(start) < _LEAST_DIGITS:
        return None
    exact = ledger.issued(int(start, 16))
    if exact:
        return exact
    found = [each for each in ledger.all_issued() if f"{each.serial:x}".startswith(start)]
    if len(found) > 1:
        raise SettingsError(
            f"{len(found)} serial numbers begin with {what}", hint="give more digits; `overheard ca list` has all"
        )
    return found[0] if found else None


def _by_name(ledger: Ledger, what: str) -> Issued | None:
    found = None
    for each in ledger.all_issued():
        # A revoked one is found only if there is no other.
        if what.lower() in each.names and (found is None or found.revoked or not each.revoked):
            found = each
    return found
