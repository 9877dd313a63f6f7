"""The interceptor's own certificate authority, created at each start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitmproxy.certs import CertStore
from mitmproxy.options import CONF_BASENAME, KEY_SIZE

from overheard.role.files import write_whole
from overheard.words.handover import IMPOSTOR_ROOT

if TYPE_CHECKING:
    from pathlib import Path

NAME = "Overheard Lab Impostor Test CA (not for production)"


def set_up(folder: Path, handover: Path) -> None:
    """Create its key and certificate in `folder`, where mitmproxy looks for them, and hand over the certificate.

    Whoever trusts it accepts any certificate that the interceptor presents.
    """
    CertStore.create_store(folder, CONF_BASENAME, KEY_SIZE, organization="Overheard", cn=NAME)
    write_whole(handover / IMPOSTOR_ROOT, (folder / f"{CONF_BASENAME}-ca-cert.pem").read_bytes(), mode=0o644)
