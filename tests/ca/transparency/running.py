"""A running CA with a log."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

from cryptography import x509

from ca.csrs import csr
from ca.process import CaProcess
from overheard_ca.ledger import Ledger
from overheard_ca.profile import Profile
from overheard_services.transparency.known_log import KnownLog

SETTINGS = {"log": "on", "requesters": "server=logged:server,localhost,127.0.0.1"}


def issued(ca: CaProcess) -> list[x509.Certificate]:
    """A new certificate and its issuer."""
    answer = ca.ask(csr("server", "localhost"), new_token(ca))
    assert answer.status_code == 201, answer.text
    return x509.load_pem_x509_certificates(answer.content)


def new_token(ca: CaProcess) -> str:
    """A token for a certificate that is logged."""
    token = secrets.token_hex()
    Ledger(ca.state / "ledger.sqlite").add_token(token, "server", ("server", "localhost"), Profile.LOGGED)
    return token


def known(ca: CaProcess) -> KnownLog:
    """Its log as clients know it."""
    return KnownLog.from_pem((ca.state / "log.pem").read_bytes())


def ask(ca: CaProcess, endpoint: str, parameters: Any) -> dict[str, Any]:  # noqa: ANN401
    """What the log answers."""
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in parameters.items())
    answer = ca.request("GET", f"/ct/v1/{endpoint}?{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
