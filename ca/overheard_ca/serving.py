"""Serving: the CA over HTTPS, with ACME if that is on, and beside it what was revoked, over plain HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.role.serve import Listener, serve
from overheard_ca.acme.service import Service
from overheard_ca.app import create_app
from overheard_ca.issuance import Issuance
from overheard_ca.settings import Settings
from overheard_ca.start import SERVER, SERVER_KEY
from overheard_ca.status.app import apart, create_status_app

if TYPE_CHECKING:
    from flask import Flask


# ACME takes eight requests for a certificate, and its clients keep their connection.
_KEEP_ALIVE = 5


def serve_certificates(settings: Settings, issuance: Issuance) -> None:
    """Serve until SIGTERM or SIGINT, and then end the process. Raises SettingsError if a port is taken."""
    own = Listener(str(settings.bind), settings.port, settings.state / SERVER, settings.state / SERVER_KEY)
    acme, status = settings.acme, settings.status
    keep_alive = _KEEP_ALIVE if acme else 0

    # In the process that serves: ACME has threads.
    def app() -> Flask:
        return create_app(issuance, Service(issuance, acme, settings.hosts) if acme else None)

    if status is None:
        serve(app, [own], keep_alive=keep_alive)
        return
    plain = create_status_app(issuance.authority.issuing, issuance.ledger, issuance.authority.root_list)
    serve(lambda: apart(app(), plain), [own, Listener(str(settings.bind), status.port)], keep_alive=keep_alive)
