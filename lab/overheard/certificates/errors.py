"""What can go wrong before there is a certificate to look at."""

from __future__ import annotations

from overheard.words.errors import OverheardError


class CertificateError(OverheardError):
    """There is nothing to look at: no such file, no certificate in it, or nobody who shows one."""
