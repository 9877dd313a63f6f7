"""What can go wrong before there is a certificate to examine."""

from __future__ import annotations

from overheard.words.errors import OverheardError


class CertificateError(OverheardError):
    """There is nothing to examine: no such file, no certificate in it, or no server that sends one."""
